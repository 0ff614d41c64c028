package server

import (
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/milepost-dev/milepost/internal/history"
	"github.com/milepost-dev/milepost/internal/ladder"
)

// query is what a request asks for beside its path, read once.
type query struct {
	asOf, knownAt, cycle, version, from, to, level string
	values                                         url.Values
}

// readQuery reads the parameters that an address takes, and refuses others:
// a misspelt as_of would otherwise answer with today.
func readQuery(r *http.Request, takes ...string) (query, error) {
	if r.URL.RawQuery == "" {
		return query{}, nil
	}
	values, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return query{}, problem(http.StatusBadRequest, badRequest, "The part of the address after the question mark cannot be read.")
	}
	for _, name := range slices.Sorted(maps.Keys(values)) {
		if !slices.Contains(takes, name) {
			p := problem(http.StatusBadRequest, badRequest, "%q is not something that can be asked here. What can: %s.", clip(name), orNothing(takes))
			p.Allowed = takes
			return query{}, p
		}
		if len(values[name]) > 1 {
			return query{}, problem(http.StatusBadRequest, badRequest, "%s stands in the address twice.", name)
		}
	}
	q := query{
		asOf: values.Get("as_of"), knownAt: values.Get("known_at"), cycle: values.Get("cycle"), version: values.Get("version"),
		from: values.Get("from"), to: values.Get("to"), level: values.Get("level"), values: values,
	}
	for _, name := range []string{"as_of", "known_at", "cycle", "version", "from", "to", "level"} {
		if values.Has(name) && values.Get(name) == "" {
			return query{}, problem(http.StatusBadRequest, badRequest, "%s is empty: give it a value, or leave it out.", name)
		}
	}
	return q, nil
}

func orNothing(names []string) string {
	if len(names) == 0 {
		return "nothing"
	}
	return strings.Join(names, ", ")
}

// selection is the version that a request is about.
type selection struct {
	snap     *history.Snapshot
	timeline *history.Timeline
	index    int // of version in the timeline, -1 for the working copy and a coming edition
	version  *history.Version
	when     history.When // the moment asked for; zero where none was
	known    history.When // known_at, where it was asked for
	view     history.View
	byNumber bool           // and not by a moment
	status   history.Status // "" for the working copy, and for drafts that another has replaced
}

// standing is the selected version as its timeline has it.
func (sel *selection) standing() history.Standing {
	return history.Standing{Version: sel.version, Index: sel.index}
}

// view is what a reader may know: all there is now, unless known_at says
// otherwise; coming editions before they are published only with the scope
// for drafts, or on the machine itself.
func (s *Server) view(c echo.Context) history.View {
	v := history.View{KnownAt: s.o.Now(), Drafts: s.o.Local && len(s.o.Tokens) == 0}
	if len(s.o.Tokens) > 0 {
		t, ok := s.token(c.Request())
		v.Drafts = ok && t.Drafts
	}
	return v
}

// knownAt narrows a view to what was known at a moment, which may not be to come.
func (s *Server) knownAt(snap *history.Snapshot, q query, v history.View) (history.View, history.When, error) {
	if q.knownAt == "" {
		return v, history.When{}, nil
	}
	w, err := history.ParseWhen(q.knownAt, snap.Location)
	if err != nil {
		return v, w, problem(http.StatusBadRequest, badRequest, "known_at: %s.", err)
	}
	if w.Instant.After(v.KnownAt) && w.Day && w.Date(snap.Location) == v.KnownAt.In(snap.Location).Format(time.DateOnly) {
		w.Instant = v.KnownAt // today, as far as it has come
	}
	if w.Instant.After(v.KnownAt) {
		return v, w, problem(http.StatusBadRequest, badRequest, "known_at: %s is still to come, and nobody knows what will be known then. Ask with as_of for what is scheduled.", q.knownAt)
	}
	v.KnownAt = w.Instant
	return v, w, nil
}

// choose finds the version that a request asks for: by number, by date, by
// review cycle, or the one in force now.
func (s *Server) choose(c echo.Context, q query) (*selection, error) {
	sel, err := s.pick(c, q)
	return &sel, err
}

// chooseAt finds the version in force at a moment, now where it is zero.
func (s *Server) chooseAt(snap *history.Snapshot, t *history.Timeline, when history.When, v history.View) (*selection, error) {
	sel, err := s.pickAt(snap, t, when, v)
	return &sel, err
}

// pick is choose for the handler that nearly every request is for: what it
// returns stays on the caller's stack.
func (s *Server) pick(c echo.Context, q query) (selection, error) {
	snap, t, err := s.timeline(c)
	if err != nil {
		return selection{}, err
	}
	if err := q.oneMoment(); err != nil {
		return selection{}, err
	}
	v, known, err := s.knownAt(snap, q, s.view(c))
	if err != nil {
		return selection{}, err
	}
	if q.version != "" {
		sel, err := s.pickVersion(snap, t, q.version, v)
		sel.known = known
		return sel, err
	}
	when, err := s.when(snap, q)
	if err != nil {
		return selection{}, err
	}
	sel, err := s.pickAt(snap, t, when, v)
	sel.known = known
	return sel, err
}

// oneMoment refuses a query that asks for several at once.
func (q *query) oneMoment() error {
	if countSet(q.asOf, q.cycle, q.version) > 1 {
		return problem(http.StatusBadRequest, badRequest, "Ask by as_of, cycle or version: one of them at a time.")
	}
	return nil
}

func countSet(values ...string) int {
	n := 0
	for _, v := range values {
		if v != "" {
			n++
		}
	}
	return n
}

// timeline finds the framework that the path names.
func (s *Server) timeline(c echo.Context) (*history.Snapshot, *history.Timeline, error) {
	snap, err := s.snapshot()
	if err != nil {
		return nil, nil, err
	}
	id := c.Param("id")
	t, ok := snap.Timeline(id)
	if !ok || !snap.Unversioned && !s.exists(c, t) {
		if snap.Working != nil && snap.Working.Frameworks[id] != nil {
			return snap, &history.Timeline{ID: id}, nil
		}
		p := problem(http.StatusNotFound, notFound, "There is no framework %q here.", clip(id))
		for _, l := range snap.Live() {
			p.Allowed = append(p.Allowed, l.ID)
		}
		return nil, nil, p
	}
	if t.MovedTo != "" {
		p := problem(http.StatusPermanentRedirect, moved, "The framework %q is now called %q.", id, t.MovedTo)
		u := c.Request().URL
		p.location = strings.Replace(u.EscapedPath(), "/frameworks/"+id, "/frameworks/"+t.MovedTo, 1)
		if u.RawQuery != "" {
			p.location += "?" + u.RawQuery
		}
		return nil, nil, p
	}
	return snap, t, nil
}

// exists says whether there is a framework to the reader. One that stands in
// next/ alone is there for those who may see it.
func (s *Server) exists(c echo.Context, t *history.Timeline) bool {
	if len(t.Versions) > 0 || t.MovedTo != "" || t.Broken != "" {
		return true
	}
	v := s.view(c)
	if v.Drafts {
		return true
	}
	e, err := t.Coming(v)
	return err != nil || e != nil
}

// when is the moment that a query names; zero for now.
func (s *Server) when(snap *history.Snapshot, q query) (history.When, error) {
	asOf := q.asOf
	if q.cycle != "" {
		cycle, ok := snap.Organisation.Cycles[q.cycle]
		if !ok {
			p := problem(http.StatusBadRequest, badRequest, "There is no review cycle %q.", clip(q.cycle))
			p.Allowed = slices.Sorted(maps.Keys(snap.Organisation.Cycles))
			return history.When{}, p
		}
		asOf = cycle.Opens
	}
	if asOf == "" {
		return history.When{}, nil
	}
	w, err := history.ParseWhen(asOf, snap.Location)
	if err != nil {
		return history.When{}, problem(http.StatusBadRequest, badRequest, "as_of: %s.", err)
	}
	return w, nil
}

func (s *Server) pickVersion(snap *history.Snapshot, t *history.Timeline, number string, view history.View) (selection, error) {
	if number == "working" {
		if snap.Working != nil {
			if v := snap.Working.Frameworks[t.ID]; v != nil {
				return selection{snap: snap, timeline: t, index: -1, version: v, view: view}, nil
			}
		}
		return selection{}, problem(http.StatusNotFound, notFound, "The working copy holds no other text of %s than the newest version.", t.ID)
	}
	at, ok := t.Find(strings.TrimPrefix(number, "v"), view)
	if !ok {
		p := problem(http.StatusNotFound, notFound, "There is no version %q of %s.", clip(number), t.ID)
		if n := t.Known(view.KnownAt); n > 0 {
			p.Detail += fmt.Sprintf(" The newest is %s.", t.Versions[n-1].Number)
			p.Last = reference(t.ID, t.Versions[n-1])
		}
		return selection{}, p
	}
	sel, err := s.selected(snap, t, at, history.When{}, view)
	sel.byNumber = true
	return sel, err
}

func (s *Server) pickAt(snap *history.Snapshot, t *history.Timeline, when history.When, v history.View) (selection, error) {
	asOf := v.KnownAt
	if when.Asked != "" {
		asOf = when.Instant
	}
	at := t.At(asOf, v)
	if at.Version != nil {
		return s.selected(snap, t, at, when, v)
	}
	if t.Known(v.KnownAt) == 0 {
		return selection{}, s.nothingKnown(snap, t, when, v)
	}
	return selection{}, tooEarly(snap, t, asOf, t.First())
}

// selected is a version, unless that is the end of the framework.
func (s *Server) selected(snap *history.Snapshot, t *history.Timeline, at history.Standing, when history.When, v history.View) (selection, error) {
	if at.Version.Removed {
		return selection{}, endOf(snap, t, at.Index)
	}
	status := t.Status(at, v)
	if status == history.Current && ahead(when, v.KnownAt, snap.Location) {
		status = history.Scheduled
	}
	return selection{snap: snap, timeline: t, index: at.Index, version: at.Version, when: when, view: v, status: status}, nil
}

// ahead says whether a moment is still to come at now. Today is not, though
// its end is.
func ahead(when history.When, now time.Time, loc *time.Location) bool {
	if when.Asked == "" || !when.Instant.After(now) {
		return false
	}
	if !when.Day {
		return true
	}
	y, m, d := now.In(loc).Date()
	ty, tm, td := when.Instant.In(loc).Date()
	return y != ty || m != tm || d != td
}

// text decodes the selected version's text.
func (sel *selection) text() (*ladder.Framework, error) { return sel.version.Text() }
