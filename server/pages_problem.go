package server

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/milepost-dev/milepost/internal/history"
	"github.com/milepost-dev/milepost/internal/ladder"
)

// problemPage says what is wrong with what was asked for, and what to do.
type problemPage struct {
	page
	Status  int
	Heading string
	Detail  string
	Ways    []link   // what to do instead
	There   []link   // what is there, where something was not
	Words   []string // what could have been written, where that is no address
	Retry   bool
}

// problemPage writes a problem as a page. The error says that the page could
// not be made; nothing is written then.
func (s *Server) problemPage(c echo.Context, p *Problem) error {
	snap := s.o.Store.Snapshot()
	if p.Status == http.StatusUnauthorized || p.Status == http.StatusMisdirectedRequest {
		snap = nil // whoever may not read learns nothing, not even a name
	}
	out := problemPage{
		page: s.newPage(c, snap, "problem", p.Title), Status: p.Status, Heading: p.Title, Detail: p.Detail,
		Retry: p.Status == http.StatusServiceUnavailable,
	}
	if snap != nil {
		s.ways(&out, c, snap, p)
	}
	b, err := s.markup("problem", out)
	if err != nil {
		return err
	}
	secure(c)
	c.Response().Header()["Content-Type"] = []string{contentHTML}
	return writeBytes(c, p.Status, b)
}

// ways fills in where to go from a problem, and says it in the words of pages.
func (s *Server) ways(out *problemPage, c echo.Context, snap *history.Snapshot, p *Problem) {
	q, _ := readPage(c, "as_of", "known_at", "cycle", "version", "from", "to", "level", "track", "area", "compare", "with", "for", "format")
	t, known := snap.Timeline(c.Param("id"))
	if !known || !s.exists(c, t) {
		known, t = false, &history.Timeline{ID: c.Param("id")}
	}
	w := walk{id: t.ID}
	add := func(text, href string) { out.Ways = append(out.Ways, link{text, href}) }
	switch strings.TrimPrefix(p.Type, "/problems/") {
	case beforeFirst:
		if s.untold(out, snap, t, q) {
			add("Read the first version", w.at(t.First().Number).framework())
			break
		}
		out.Detail = s.beforeFirst(snap, t, q, s.view(c))
		add("Read the first version", w.at(p.First.Number).framework())
		add("Read today’s text", w.framework())
	case ended:
		out.Detail = s.endedWords(snap, t, q)
		if p.Last != nil {
			add("Read the last version, "+p.Last.Number, w.at(p.Last.Number).framework())
		}
		add("See all versions", w.versions())
	case needsChange:
		title, _ := titleOf(snap, t.ID)
		if s.untold(out, snap, t, q) {
			add("Read the first version", w.at(t.First().Number).framework())
			break
		}
		out.Detail = title + " has no version yet: its text needs a change first."
		if e, err := t.Coming(s.view(c)); err == nil && e != nil {
			out.Detail = e.Version.Title + " has no version yet: its text is a coming edition, and in force for nobody."
			add("Read the coming edition", w.at(e.Version.Number).framework())
		}
		if snap.Working != nil && snap.Working.Frameworks[t.ID] != nil {
			out.Detail = title + " has no version yet: its text is in the working copy alone."
			add("Read the text in the working copy", w.at(workingCopy).framework())
		}
		if slices.ContainsFunc(visibleProblems(snap, s.view(c)), func(x history.Problem) bool { return x.Framework == t.ID }) {
			add("See what needs a change", problemsAt(t.ID))
		}
	case notFound:
		out.there(c, snap, t, known, newWalk(t.ID, q), p)
	case badRequest:
		out.Words = p.Allowed
		if _, known, err := s.knownAt(snap, q, s.view(c)); err != nil && !known.Instant.IsZero() {
			day := askedFor(known, snap.Location).Words
			out.Heading, out.Detail = "That day is still to come", "Nobody can know today what will be known on "+day+"."
			if c.Param("id") != "" && q.asOf == "" && q.cycle == "" && q.version == "" && q.from == "" && q.to == "" {
				add("See what is scheduled for that day", c.Request().URL.EscapedPath()+"?"+url.Values{"as_of": {known.Date(snap.Location)}}.Encode())
			}
		}
		add("Ask again without it", c.Request().URL.EscapedPath())
	case tooLong:
		add("Ask again without it", c.Request().URL.EscapedPath())
	}
	add("See all frameworks", "/")
}

// untold says so where nothing of a framework was known on the day as of whose
// knowledge it is read.
func (s *Server) untold(out *problemPage, snap *history.Snapshot, t *history.Timeline, q query) bool {
	known, err := history.ParseWhen(q.knownAt, snap.Location)
	first := t.First()
	if err != nil || first == nil || t.Known(known.Instant) > 0 {
		return false
	}
	out.Heading = titles[beforeFirst]
	out.Detail = fmt.Sprintf("On %s nothing was known of %s yet. It is known since %s.", askedFor(known, snap.Location).Words, first.Title, dayOf(first.InForceFrom, snap.Location).Words)
	return true
}

// beforeFirst says that a day lies before a framework's first version.
func (s *Server) beforeFirst(snap *history.Snapshot, t *history.Timeline, q query, v history.View) string {
	day := "that day"
	if when, err := s.when(snap, q); err == nil && when.Asked != "" {
		day = askedFor(when, snap.Location).Words
	}
	first := t.First()
	if e, err := t.Coming(v); first == nil && err == nil && e != nil {
		return fmt.Sprintf("%s is still to come: its first text comes into force on %s, as things stand.", e.Version.Title, dayOf(e.Version.EffectiveFrom, snap.Location).Words)
	}
	if first == nil {
		return "There was no text yet."
	}
	return fmt.Sprintf("There was no %s yet on %s. Its first version is of %s.", first.Title, day, dayOf(first.EffectiveFrom, snap.Location).Words)
}

// endedWords says when the framework ended that has no text at the moment that
// was asked for.
func (s *Server) endedWords(snap *history.Snapshot, t *history.Timeline, q query) string {
	i := len(t.Versions) - 1
	if when, err := s.when(snap, q); err == nil && when.Asked != "" {
		i = t.At(when.Instant, history.View{KnownAt: s.o.Now()}).Index
	}
	if q.version != "" {
		at, _ := t.Find(strings.TrimPrefix(q.version, "v"), history.View{KnownAt: s.o.Now()})
		i = at.Index
	}
	if i < 0 {
		return "The framework has ended."
	}
	v := t.Versions[i]
	return fmt.Sprintf("%s ended on %s. What it said before can still be read.", v.Title, dayOf(v.EffectiveFrom, snap.Location).Words)
}

// there lists what is there, where something was not found.
func (out *problemPage) there(c echo.Context, snap *history.Snapshot, t *history.Timeline, known bool, w walk, p *Problem) {
	switch {
	case c.Param("id") == "":
	case !known:
		for _, l := range snap.Live() {
			out.There = append(out.There, link{l.Latest().Title, walk{id: l.ID}.framework()})
		}
	default:
		if v := t.Latest(); v != nil && !v.Removed {
			out.Ways = append(out.Ways, link{"Read " + v.Title, walk{id: t.ID}.framework()})
		}
		out.Ways = append(out.Ways, link{"See all versions", w.versions()})
		out.thereIn(c, snap, t, w, p)
	}
}

// thereIn lists the levels or competencies of a text that lacks one.
func (out *problemPage) thereIn(c echo.Context, snap *history.Snapshot, t *history.Timeline, w walk, p *Problem) {
	f := newestText(snap, t)
	if f == nil {
		out.Words = p.Allowed
		return
	}
	for _, id := range p.Allowed {
		l, isLevel := f.Level(id)
		comp, isCompetency := f.Competency(id)
		switch {
		case isLevel && c.Param("competency") == "":
			out.There = append(out.There, link{l.Name(), w.level(id)})
		case isCompetency && c.Param("competency") != "":
			out.There = append(out.There, link{comp.Title, w.competency(id)})
		default:
			out.Words = append(out.Words, id)
		}
	}
}

// newestText is the newest text of a timeline, nil where there is none.
func newestText(snap *history.Snapshot, t *history.Timeline) *ladder.Framework {
	v := t.Latest()
	if v == nil {
		return nil
	}
	f, err := v.Text()
	if err != nil {
		return nil
	}
	return f
}

// explanations say what each kind of problem means: what the type of a
// problem in the API leads to.
var explanations = map[string]string{
	notFound:      "What the address names is not there. The answer lists what is, where that helps.",
	badRequest:    "The address cannot be read as it stands: a date that is none, a parameter that is not known, or one that stands there twice.",
	beforeFirst:   "The day that was asked for lies before the first version. The answer names that version.",
	ended:         "The framework was ended, and no text of it is in force on the day that was asked for. The answer names its last version, which can still be read.",
	moved:         "The framework has another name now. The answer leads there.",
	needsChange:   "The framework has a text, but it needs a change before it can become a version.",
	notReady:      "The server has just started and is still reading the history. Ask again in a moment.",
	unauthorized:  "This server answers those alone who send a token that it knows.",
	misdirected:   "The server was asked under a name that is not its own.",
	notAcceptable: "The answer cannot be had in the form that was asked for.",
	onlyReading:   "What is served here can only be read: with GET, or with HEAD for the headers alone. Texts are changed in the repository.",
	bodyTooLarge:  "The request has a body, and a large one. Nothing here takes any: what is asked for stands in the address.",
	tooLong:       "The part of the address after the question mark is longer than anything that can be asked here.",
	internal:      "The request was right, but the answer could not be made. The log of the server says why.",
}

// problemKindPage explains a kind of problem.
func (s *Server) problemKindPage(c echo.Context) error {
	if _, err := readQuery(c.Request()); err != nil {
		return err
	}
	kind := c.Param("kind")
	text, ok := explanations[kind]
	if !ok {
		return problem(http.StatusNotFound, notFound, "There is no kind of problem %q.", clip(kind))
	}
	p := problemPage{page: s.newPage(c, s.o.Store.Snapshot(), "problem", titles[kind]), Heading: titles[kind], Detail: text}
	p.Ways = []link{{"See all frameworks", "/"}}
	return s.render(c, "problem", p)
}
