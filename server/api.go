package server

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"

	"github.com/labstack/echo/v4"

	"github.com/milepost-dev/milepost/internal/history"
	"github.com/milepost-dev/milepost/internal/ladder"
)

// LevelAnswer is one level of a version.
type LevelAnswer struct {
	Version history.VersionInfo `json:"version"`
	Level   *ladder.Level       `json:"level"`
}

func (s *Server) level(c echo.Context) error {
	sel, f, err := s.chosenText(c)
	if err != nil {
		return err
	}
	l, err := findLevel(f, c.Param("level"))
	if err != nil {
		return err
	}
	s.headers(c, sel)
	return s.json(c, LevelAnswer{sel.version.Info(), l})
}

// CompetencyAnswer is one competency of a version, with its cell at each level.
type CompetencyAnswer struct {
	Version      history.VersionInfo    `json:"version"`
	Competency   *ladder.Competency     `json:"competency"`
	Expectations map[string]ladder.Cell `json:"expectations"`
}

func (s *Server) competency(c echo.Context) error {
	sel, f, err := s.chosenText(c)
	if err != nil {
		return err
	}
	id := c.Param("competency")
	comp, err := findCompetency(f, id)
	if err != nil {
		return err
	}
	cells := map[string]ladder.Cell{}
	for _, l := range f.Levels {
		if cell, ok := l.Expectations[id]; ok {
			cells[l.ID] = cell
		}
	}
	s.headers(c, sel)
	return s.json(c, CompetencyAnswer{sel.version.Info(), comp, cells})
}

func (s *Server) chosenText(c echo.Context) (*selection, *ladder.Framework, error) {
	q, err := readQuery(c.Request(), "as_of", "known_at", "cycle", "version")
	if err != nil {
		return nil, nil, err
	}
	sel, err := s.choose(c, q)
	if err != nil {
		return nil, nil, err
	}
	f, err := sel.text()
	return sel, f, err
}

func findLevel(f *ladder.Framework, id string) (*ladder.Level, error) {
	if l, ok := f.Level(id); ok {
		return l, nil
	}
	p := problem(http.StatusNotFound, notFound, "There is no level %q in %s.", clip(id), f.ID)
	for i := range f.Levels {
		p.Allowed = append(p.Allowed, f.Levels[i].ID)
	}
	return nil, p
}

func findCompetency(f *ladder.Framework, id string) (*ladder.Competency, error) {
	if comp, ok := f.Competency(id); ok {
		return comp, nil
	}
	p := problem(http.StatusNotFound, notFound, "There is no competency %q in %s.", clip(id), f.ID)
	for i := range f.Competencies {
		p.Allowed = append(p.Allowed, f.Competencies[i].ID)
	}
	return nil, p
}

// json answers with a value that is made for the request, with an ETag of
// its bytes.
func (s *Server) json(c echo.Context, v any) error {
	b, err := encodeJSON(v)
	if err != nil {
		return err
	}
	return s.bytes(c, "application/json", b)
}

// bytes answers with bytes that are made for the request.
func (s *Server) bytes(c echo.Context, contentType string, b []byte) error {
	h := c.Response().Header()
	etag := etagOf(b)
	h["Etag"] = []string{etag}
	h["Cache-Control"] = s.revalidate()
	if notModified(c.Request().Header["If-None-Match"], etag) {
		c.Response().WriteHeader(http.StatusNotModified)
		return nil
	}
	h["Content-Type"] = []string{contentType}
	return writeBytes(c, http.StatusOK, b)
}

// writeBytes writes a whole answer; HEAD gets its headers alone.
func writeBytes(c echo.Context, status int, b []byte) error {
	w := c.Response()
	w.Header()["Content-Length"] = []string{strconv.Itoa(len(b))}
	w.WriteHeader(status)
	if c.Request().Method == http.MethodHead {
		return nil
	}
	_, err := w.Write(b)
	return err
}

func writeJSON(c echo.Context, status int, contentType string, v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("encoding an answer: %w", err)
	}
	c.Response().Header()["Content-Type"] = []string{contentType}
	return writeBytes(c, status, append(b, '\n'))
}
