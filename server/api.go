package server

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/milepost-dev/milepost/internal/diag"
	"github.com/milepost-dev/milepost/internal/history"
	"github.com/milepost-dev/milepost/internal/ladder"
)

// FrameworkInfo is a framework in the list.
type FrameworkInfo struct {
	ID            string      `json:"id"`
	Title         string      `json:"title"`
	Kind          ladder.Kind `json:"kind"`
	Version       string      `json:"version"`
	EffectiveFrom time.Time   `json:"effective_from"`
	Versions      int         `json:"versions"`
	NeedsChange   bool        `json:"needs_change,omitempty"`
	Href          string      `json:"href"`
}

// FrameworkList is the answer to /v1/frameworks.
type FrameworkList struct {
	Frameworks  []FrameworkInfo `json:"frameworks"`
	Head        string          `json:"head,omitempty"`
	Branch      string          `json:"branch,omitempty"`
	Unversioned bool            `json:"unversioned,omitempty"`
	AsOf        string          `json:"as_of,omitempty"`
}

// frameworks lists what is in force, or was at a date.
func (s *Server) frameworks(c echo.Context) error {
	q, err := readQuery(c.Request(), "as_of", "cycle")
	if err != nil {
		return err
	}
	snap, err := s.snapshot()
	if err != nil {
		return err
	}
	when, err := s.when(snap, q)
	if err != nil {
		return err
	}
	v, _, err := s.knownAt(snap, q, s.view(c))
	if err != nil {
		return err
	}
	list := FrameworkList{Frameworks: []FrameworkInfo{}, Head: snap.Head, Branch: snap.Branch, Unversioned: snap.Unversioned, AsOf: when.Asked}
	for _, t := range snap.Timelines {
		sel, err := s.chooseAt(snap, t, when, v)
		if err != nil || t.MovedTo != "" {
			continue
		}
		list.Frameworks = append(list.Frameworks, FrameworkInfo{
			ID: t.ID, Title: sel.version.Title, Kind: sel.version.Kind, Version: sel.version.Number,
			EffectiveFrom: sel.version.EffectiveFrom, Versions: len(t.Versions), NeedsChange: t.Broken != "",
			Href: "/v1/frameworks/" + t.ID,
		})
	}
	return s.json(c, list)
}

// VersionEntry is a version in the list of versions: what never changes of
// it, and how it stands today.
type VersionEntry struct {
	history.VersionInfo
	Status         history.Status `json:"status"`
	EffectiveUntil *time.Time     `json:"effective_until,omitempty"`
	Href           string         `json:"href"`
}

// VersionList is the answer to /versions, newest first.
type VersionList struct {
	Framework string         `json:"framework"`
	Versions  []VersionEntry `json:"versions"`
}

// Versions lists the versions of a timeline that a view knows, newest first.
// now is the moment that statuses are told of.
func Versions(t *history.Timeline, now time.Time, v history.View) (VersionList, error) {
	list := VersionList{Framework: t.ID, Versions: []VersionEntry{}}
	entries, err := t.List(now, v)
	if err != nil {
		return list, err
	}
	for _, entry := range slices.Backward(entries) {
		e := VersionEntry{VersionInfo: entry.Version.Info(), Status: entry.Status, Href: "/v1/frameworks/" + t.ID + "/versions/" + entry.Version.Number}
		if !entry.Until.IsZero() {
			e.EffectiveUntil = &entry.Until
		}
		list.Versions = append(list.Versions, e)
	}
	return list, nil
}

func (s *Server) versions(c echo.Context) error {
	if _, err := readQuery(c.Request()); err != nil {
		return err
	}
	_, t, err := s.timeline(c)
	if err != nil {
		return err
	}
	list, err := Versions(t, s.o.Now(), s.view(c))
	if err != nil {
		return err
	}
	return s.json(c, list)
}

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

// Problems are what stands in the way of newer versions.
type Problems struct {
	Problems []history.Problem `json:"problems"`
	Pending  []history.Pending `json:"pending,omitempty"`
	// WorkingCopy are the findings on the working copy, where there is one.
	WorkingCopy diag.List `json:"working_copy,omitempty"`
}

func (s *Server) problems(c echo.Context) error {
	if _, err := readQuery(c.Request()); err != nil {
		return err
	}
	snap, err := s.snapshot()
	if err != nil {
		return err
	}
	out := Problems{Problems: slices.Clone(snap.Problems), Pending: snap.Pending}
	if snap.Working != nil {
		out.WorkingCopy = slices.Clone(snap.Working.Findings)
	}
	if c.Param("id") != "" {
		_, t, err := s.timeline(c)
		if err != nil {
			return err
		}
		out.Problems = slices.DeleteFunc(out.Problems, func(p history.Problem) bool { return p.Framework != t.ID })
		out.WorkingCopy = slices.DeleteFunc(out.WorkingCopy, func(f diag.Finding) bool { return f.Framework != t.ID })
		out.Pending = nil
	}
	if out.Problems == nil {
		out.Problems = []history.Problem{}
	}
	return s.json(c, out)
}

// json answers with a value that is made for the request, with an ETag of
// its bytes.
func (s *Server) json(c echo.Context, v any) error {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return fmt.Errorf("encoding an answer: %w", err)
	}
	return s.bytes(c, "application/json", b.Bytes())
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
