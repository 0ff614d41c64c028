package server

import (
	"bytes"
	"cmp"
	"embed"
	"fmt"
	"html/template"
	"net/http"
	"slices"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/milepost-dev/milepost/internal/history"
)

//go:embed templates/*.html
var templateFiles embed.FS

// pageTypes names each page's template, and the struct that it is made of.
// Tests hold the templates against the structs.
var pageTypes = map[string]any{
	"list":       listPage{},
	"framework":  frameworkPage{},
	"level":      levelPage{},
	"competency": competencyPage{},
	"versions":   versionsPage{},
	"history":    historyPage{},
	"notes":      notesPage{},
	"upcoming":   upcomingPage{},
	"diff":       diffPage{},
	"working":    workingPage{},
	"problems":   problemsPage{},
	"problem":    problemPage{},
	"proposed":   proposedPage{},
}

// pages is what all pages are made with.
type pages struct {
	templates map[string]*template.Template
	assets    *assets
	steps     memo[*history.Version, step]
	cards     memo[*history.Version, card]
}

// parsePages parses the templates and reads the assets. The error says which
// of them is wrong; tests see it before anybody else does.
func parsePages() (*pages, error) {
	a, err := readAssets()
	if err != nil {
		return nil, err
	}
	p := &pages{templates: map[string]*template.Template{}, assets: a}
	for name := range pageTypes {
		t, err := template.New(name).Option("missingkey=error").
			ParseFS(templateFiles, "templates/layout.html", "templates/parts.html", "templates/"+name+".html")
		if err != nil {
			return nil, fmt.Errorf("parsing the page %s: %w", name, err)
		}
		p.templates[name] = t
	}
	return p, nil
}

// pageRoutes registers the pages. The error is one of parsePages.
func (s *Server) pageRoutes() error {
	var err error
	if s.pages, err = parsePages(); err != nil {
		return err
	}
	read := func(path string, h echo.HandlerFunc) {
		s.echo.GET(path, h)
		s.echo.HEAD(path, h)
	}
	read("/", s.listPage)
	read("/frameworks/:id", s.frameworkPage)
	read("/frameworks/:id/levels/:level", s.levelPage)
	read("/frameworks/:id/levels/:level/history", s.historyPage)
	read("/frameworks/:id/competencies/:competency", s.competencyPage)
	read("/frameworks/:id/versions", s.versionsPage)
	read("/frameworks/:id/versions/:number/notes", s.notesPage)
	read("/frameworks/:id/diff", s.comparePage)
	read("/upcoming", s.upcomingPage)
	read("/working", s.workingPage)
	read("/pulls/:number", s.proposedPage)
	read("/problems", s.problemsPage)
	read("/problems/:kind", s.problemKindPage)
	read("/assets/:name", s.asset)
	return nil
}

// page is what the layout needs: every page's struct has one in it.
type page struct {
	Title        string // of the document, before the organisation's name
	Class        string // of the body: which page it is, for styles and print
	Lang         string
	Organisation string
	Assets       *assets
	Program      string // "Milepost 1.2.3"
	Home         string // the list, as of the date that is looked at
	Here         string // which entry of the navigation this is
	Working      *workingNote
	Problems     int    // frameworks whose newest text needs a change
	Upcoming     string // the address of what is to come, "" where that is nothing
	Crumbs       []link
	Bar          *bar
	Colophon     *colophon
}

// link is an address with its words.
type link struct {
	Text string
	Href string
}

// workingNote says in the navigation that the working copy differs.
type workingNote struct {
	Frameworks int
	Findings   int
}

// colophon ends a page about a text: which text it is, and where it stays.
type colophon struct {
	Framework   string
	What        string // in words, where it is not a version
	Version     string
	Provisional bool
	From, Until date   // Until is empty while it is in force
	Href        string // the address of exactly this text, whatever comes later
	Address     string // the same with the host, as it is printed
}

// newPage fills in what the layout shows of a snapshot; snap may be nil.
func (s *Server) newPage(c echo.Context, snap *history.Snapshot, class, title string) page {
	p := page{Title: title, Class: "p-" + class, Lang: "en", Home: "/", Assets: s.pages.assets, Program: program(s.o.Version)}
	if snap == nil {
		return p
	}
	p.Lang = cmp.Or(snap.Organisation.Language, "en")
	p.Organisation = snap.Organisation.Name
	p.Problems = len(visibleProblems(snap, s.view(c)))
	if s.anythingComing(c, snap) {
		p.Upcoming = "/upcoming"
	}
	if w := snap.Working; w != nil {
		p.Working = &workingNote{Frameworks: len(w.Checked) + len(w.Removed), Findings: len(w.Findings)}
	}
	return p
}

// anythingComing says whether there is a coming edition that the reader may see.
func (s *Server) anythingComing(c echo.Context, snap *history.Snapshot) bool {
	v := s.view(c)
	return slices.ContainsFunc(snap.Timelines, func(t *history.Timeline) bool {
		e, err := t.Coming(v)
		return err == nil && e != nil && !e.Same
	})
}

func program(version string) string {
	if version == "" {
		return "Milepost"
	}
	return "Milepost " + version
}

// render answers with a page: made whole first, so that a mistake in making
// it never leaves half of one.
func (s *Server) render(c echo.Context, name string, data any) error {
	b, err := s.markup(name, data)
	if err != nil {
		return err
	}
	secure(c)
	return s.bytes(c, contentHTML, b)
}

const contentHTML = "text/html; charset=utf-8"

func (s *Server) markup(name string, data any) ([]byte, error) {
	var b bytes.Buffer
	if err := s.pages.templates[name].ExecuteTemplate(&b, "layout", data); err != nil {
		return nil, fmt.Errorf("making the page %s: %w", name, err)
	}
	return b.Bytes(), nil
}

// policy lets a page load this server's own style, script and icon, and
// nothing else from anywhere.
const policy = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

func secure(c echo.Context) {
	h := c.Response().Header()
	h.Set("Content-Security-Policy", policy)
	h.Set("Referrer-Policy", "same-origin")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("X-Frame-Options", "DENY") // for browsers that know no frame-ancestors
}

// date is a day or a moment: as machines read it, and in words.
type date struct{ Machine, Words string }

// dayOf is the day of a moment, in the organisation's time zone.
func dayOf(t time.Time, loc *time.Location) date {
	t = t.In(loc)
	return date{t.Format(time.DateOnly), t.Format("2 January 2006")}
}

// momentOf is a moment to the minute, in the organisation's time zone.
func momentOf(t time.Time, loc *time.Location) date {
	t = t.In(loc)
	return date{t.Format(time.RFC3339), t.Format("2 January 2006, 15:04")}
}

// askedFor is the day or the moment that a reader asked for.
func askedFor(w history.When, loc *time.Location) date {
	if w.Day {
		return dayOf(w.Instant, loc)
	}
	return momentOf(w.Instant, loc)
}

// asset answers with a file that the pages load. Its address names its
// content, so it never has to be asked for twice.
func (s *Server) asset(c echo.Context) error {
	if _, err := readQuery(c.Request()); err != nil {
		return err
	}
	a, ok := s.pages.assets.files[c.Param("name")]
	if !ok {
		return problem(http.StatusNotFound, notFound, "There is no such file.")
	}
	h := c.Response().Header()
	h["Cache-Control"] = foreverPublic
	h["Content-Type"] = []string{a.contentType}
	return writeBytes(c, http.StatusOK, a.body)
}

var foreverPublic = []string{"public, max-age=31536000, immutable"}
