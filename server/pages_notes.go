package server

import (
	"bytes"
	"fmt"
	"html/template"
	"net/http"
	"slices"

	"github.com/labstack/echo/v4"

	"github.com/milepost-dev/milepost/internal/notes"
)

// notesPage is the release notes of a version, for one kind of reader.
type notesPage struct {
	page
	head
	Heading string
	Mark    mark
	Readers []part
	Notes   template.HTML // made by package notes, which takes texts for hostile
	Read    string
	Diff    string
	Files   []link
}

var readerTitles = map[notes.Reader]string{notes.Staff: "For staff", notes.Managers: "For managers", notes.Record: "For the record"}

func (s *Server) notesPage(c echo.Context) error {
	q, err := readPage(c, "for", "format", "as_of", "known_at", "cycle")
	if err != nil {
		return err
	}
	n, err := s.noted(c, q)
	if err != nil {
		return err
	}
	format := q.values.Get("format")
	i := slices.IndexFunc(noteForms, func(f noteForm) bool { return f.Name == format })
	switch {
	case format == "" || format == "html":
		return s.notesPageOf(c, n, q)
	case i < 0:
		p := problem(http.StatusBadRequest, badRequest, "format: release notes cannot be had as %q.", clip(format))
		for _, f := range noteForms {
			p.Allowed = append(p.Allowed, f.Name)
		}
		return p
	}
	c.Response().Header().Set("Content-Disposition", fmt.Sprintf("attachment; filename=%q", n.fileName(noteForms[i])))
	return s.noteIn(c, n, noteForms[i])
}

// notesPageOf answers with release notes as a page.
func (s *Server) notesPageOf(c echo.Context, n *noted, q query) error {
	v, t, w := n.at.Version, n.timeline, newWalk(n.timeline.ID, q)
	var b bytes.Buffer
	if err := n.notes.HTML(&b, n.reader); err != nil {
		return err
	}
	p := notesPage{
		page:    s.newPage(c, n.snap, "notes", "Release notes, "+n.notes.Title),
		Heading: n.notes.Lead, Mark: markOf(n.notes.Category), Notes: template.HTML(b.String()),
	}
	for _, r := range notes.Readers() {
		asked := string(r)
		if r == notes.Staff {
			asked = ""
		}
		p.Readers = append(p.Readers, part{link{readerTitles[r], w.notes(v.Number, asked)}, r == n.reader})
	}
	for _, f := range noteForms[:3] {
		p.Files = append(p.Files, link{fileTitles[f.Name], w.beside().to([]string{"versions", v.Number, "notes"}, "for", string(n.reader), "format", f.Name)})
	}
	if !v.Removed {
		p.Read = w.at(v.Number).framework()
		if before := t.Before(n.at); before != nil && !before.Removed {
			p.Diff = w.diff(before.Number, v.Number, "")
		}
	}
	side, err := s.beside(c, n.snap, t, q, false)
	if err != nil {
		return err
	}
	if p.head, err = s.frame(c, &p.page, side, n.snap, t, q, n.notes.Title, v.Kind, ""); err != nil {
		return err
	}
	p.Crumbs = append(p.Crumbs, link{"Versions", w.versions()})
	p.Colophon = &colophon{Framework: n.notes.Title, What: "release notes of version " + v.Number}
	p.Colophon.Href = w.today().notes(v.Number, string(n.reader))
	p.Colophon.Address = c.Request().Host + p.Colophon.Href
	return s.render(c, "notes", p)
}

var fileTitles = map[string]string{"json": "JSON", "md": "Markdown", "txt": "Text"}
