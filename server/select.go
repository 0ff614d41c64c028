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
	asOf, cycle, version, from, to, level string
	values                                url.Values
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
		asOf: values.Get("as_of"), cycle: values.Get("cycle"), version: values.Get("version"),
		from: values.Get("from"), to: values.Get("to"), level: values.Get("level"), values: values,
	}
	for _, name := range []string{"as_of", "cycle", "version", "from", "to", "level"} {
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
	index    int // of version in the timeline, -1 for the working copy
	version  *history.Version
	when     history.When // the moment asked for; zero where none was
	status   history.Status
}

// choose finds the version that a request asks for: by number, by date, by
// review cycle, or the one in force now.
func (s *Server) choose(c echo.Context, q query) (*selection, error) {
	sel, err := s.pick(c, q)
	return &sel, err
}

// chooseAt finds the version in force at a moment, now where it is zero.
func (s *Server) chooseAt(snap *history.Snapshot, t *history.Timeline, when history.When) (*selection, error) {
	sel, err := s.pickAt(snap, t, when)
	return &sel, err
}

// pick is choose for the handler that nearly every request is for: what it
// returns stays on the caller's stack.
func (s *Server) pick(c echo.Context, q query) (selection, error) {
	snap, t, err := s.timeline(c)
	if err != nil {
		return selection{}, err
	}
	if set := countSet(q.asOf, q.cycle, q.version); set > 1 {
		return selection{}, problem(http.StatusBadRequest, badRequest, "Ask by as_of, cycle or version: one of them at a time.")
	}
	if q.version != "" {
		return s.pickVersion(snap, t, q.version)
	}
	when, err := s.when(snap, q)
	if err != nil {
		return selection{}, err
	}
	return s.pickAt(snap, t, when)
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
	if !ok {
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

func (s *Server) pickVersion(snap *history.Snapshot, t *history.Timeline, number string) (selection, error) {
	if number == "working" {
		if snap.Working != nil {
			if v := snap.Working.Frameworks[t.ID]; v != nil {
				return selection{snap: snap, timeline: t, index: -1, version: v}, nil
			}
		}
		return selection{}, problem(http.StatusNotFound, notFound, "The working copy holds no other text of %s than the newest version.", t.ID)
	}
	i := t.Find(strings.TrimPrefix(number, "v"))
	if i < 0 {
		p := problem(http.StatusNotFound, notFound, "There is no version %q of %s.", clip(number), t.ID)
		if v := t.Latest(); v != nil {
			p.Detail += fmt.Sprintf(" The newest is %s.", v.Number)
			p.Last = reference(t.ID, v)
		}
		return selection{}, p
	}
	return s.selected(snap, t, i, history.When{})
}

func (s *Server) pickAt(snap *history.Snapshot, t *history.Timeline, when history.When) (selection, error) {
	first := t.First()
	if first == nil {
		return selection{}, s.noVersion(snap, t)
	}
	i := len(t.Versions) - 1
	if when.Asked != "" {
		i = t.At(when.Instant)
	}
	if i < 0 {
		p := problem(http.StatusNotFound, beforeFirst, "On %s there was no %s yet: its first version, %s, is of %s.",
			when.Date(snap.Location), t.ID, first.Number, first.EffectiveFrom.In(snap.Location).Format(time.DateOnly))
		p.First = reference(t.ID, first)
		return selection{}, p
	}
	return s.selected(snap, t, i, when)
}

// noVersion is the problem of a framework whose text never made a version.
func (s *Server) noVersion(snap *history.Snapshot, t *history.Timeline) error {
	if snap.Working != nil && snap.Working.Frameworks[t.ID] != nil {
		return problem(http.StatusNotFound, needsChange, "%s has no version yet: its text is in the working copy alone. Ask for version=working to see it.", t.ID)
	}
	return problem(http.StatusNotFound, needsChange, "%s has no version yet: its text needs a change first. /v1/frameworks/%s/problems says which.", t.ID, t.ID)
}

// selected is version i, unless that is the end of the framework.
func (s *Server) selected(snap *history.Snapshot, t *history.Timeline, i int, when history.When) (selection, error) {
	v := t.Versions[i]
	if v.Removed {
		return selection{}, endOf(snap, t, i)
	}
	status := t.Status(i)
	if status == history.Current && s.ahead(when, snap.Location) {
		status = history.Scheduled
	}
	return selection{snap: snap, timeline: t, index: i, version: v, when: when, status: status}, nil
}

// endOf is the problem of a framework that ended with version i.
func endOf(snap *history.Snapshot, t *history.Timeline, i int) *Problem {
	p := problem(http.StatusGone, ended, "%s ended on %s.", t.ID, t.Versions[i].EffectiveFrom.In(snap.Location).Format(time.DateOnly))
	if i > 0 {
		p.Detail += fmt.Sprintf(" Its last version is %s.", t.Versions[i-1].Number)
		p.Last = reference(t.ID, t.Versions[i-1])
	}
	return p
}

// ahead says whether a moment is still to come. Today is not, though its end is.
func (s *Server) ahead(when history.When, loc *time.Location) bool {
	now := s.o.Now()
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

func reference(id string, v *history.Version) *Reference {
	return &Reference{
		Number: v.Number, EffectiveFrom: v.EffectiveFrom.UTC().Format(time.RFC3339),
		Href: "/v1/frameworks/" + id + "/versions/" + v.Number,
	}
}
