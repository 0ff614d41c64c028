package server

import (
	"bytes"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/milepost-dev/milepost/internal/history"
	"github.com/milepost-dev/milepost/internal/notes"
)

// noteForm is a form in which release notes can be had.
type noteForm struct {
	Name        string // as format= asks for it, and the ending of a file
	ContentType string
	write       func(*notes.Notes, *bytes.Buffer, notes.Reader) error
}

var noteForms = []noteForm{
	{"json", "application/json", func(n *notes.Notes, b *bytes.Buffer, _ notes.Reader) error { return n.JSON(b) }},
	{"md", "text/markdown; charset=utf-8", func(n *notes.Notes, b *bytes.Buffer, r notes.Reader) error { return n.Markdown(b, r, 0) }},
	{"txt", "text/plain; charset=utf-8", func(n *notes.Notes, b *bytes.Buffer, r notes.Reader) error { return n.Text(b, r) }},
	{"html", contentHTML, func(n *notes.Notes, b *bytes.Buffer, r notes.Reader) error { return n.HTML(b, r) }},
}

// noted is a version with its release notes, for a reader.
type noted struct {
	snap     *history.Snapshot
	timeline *history.Timeline
	at       history.Standing
	view     history.View
	notes    *notes.Notes
	reader   notes.Reader
}

// noted finds the version that the path names, and writes its notes.
func (s *Server) noted(c echo.Context, q query) (*noted, error) {
	snap, t, err := s.timeline(c)
	if err != nil {
		return nil, err
	}
	out := &noted{snap: snap, timeline: t, reader: notes.Reader(q.values.Get("for"))}
	if out.reader == "" {
		out.reader = notes.Staff
	}
	if !slices.Contains(notes.Readers(), out.reader) {
		p := problem(http.StatusBadRequest, badRequest, "for: there are no notes for %q.", clip(string(out.reader)))
		for _, r := range notes.Readers() {
			p.Allowed = append(p.Allowed, string(r))
		}
		return nil, p
	}
	var known history.When
	if out.view, known, err = s.knownAt(snap, q, s.view(c)); err != nil {
		return nil, err
	}
	s.echoTimes(c.Response().Header(), history.When{}, known, out.view)
	number := strings.TrimPrefix(c.Param("number"), "v")
	at, ok := t.Find(number, out.view)
	if !ok {
		// pickVersion says what there is instead.
		if _, err := s.pickVersion(snap, t, number, out.view); err != nil {
			return nil, err
		}
		return nil, problem(http.StatusNotFound, notFound, "What is not committed has no release notes.")
	}
	out.at = at
	out.notes, err = t.Notes(at, out.view, s.o.Now(), snap.Location)
	return out, err
}

// versionNotes answers with the release notes of a version, in the form that
// Accept asks for.
func (s *Server) versionNotes(c echo.Context) error {
	q, err := readQuery(c.Request(), "known_at", "for")
	if err != nil {
		return err
	}
	n, err := s.noted(c, q)
	if err != nil {
		return err
	}
	c.Response().Header()["Vary"] = varyAccept
	var types []string
	for _, f := range noteForms {
		types = append(types, mediaType(f.ContentType))
	}
	want := preferred(c.Request().Header.Get("Accept"), types...)
	for _, f := range noteForms {
		if mediaType(f.ContentType) != want {
			continue
		}
		if want == "text/html" {
			return s.notesPageOf(c, n, q)
		}
		return s.noteIn(c, n, f)
	}
	return problem(http.StatusNotAcceptable, notAcceptable, "Release notes can be had as %s.", list(types))
}

func mediaType(contentType string) string {
	name, _, _ := strings.Cut(contentType, ";")
	return name
}

// noteIn answers with the notes in a form.
func (s *Server) noteIn(c echo.Context, n *noted, f noteForm) error {
	var b bytes.Buffer
	if err := f.write(n.notes, &b, n.reader); err != nil {
		return err
	}
	return s.bytes(c, f.ContentType, b.Bytes())
}

// fileName is what a note is called when it is kept.
func (n *noted) fileName(f noteForm) string {
	who := "-" + string(n.reader)
	if f.Name == "json" {
		who = "" // it has what all readers are told
	}
	return fmt.Sprintf("%s-%s%s.%s", n.timeline.ID, n.at.Version.Number, who, f.Name)
}
