package server

import (
	"net/http"
	"sync/atomic"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/milepost-dev/milepost/internal/history"
)

// headers of an answer that is made of the selected version. Its
// Content-Location is the address of the same part of exactly this version.
func (s *Server) headers(c echo.Context, sel *selection) {
	number := sel.version.Number
	if sel.version.Working {
		number = "working"
	}
	h := c.Response().Header()
	h["Link"] = []string{sel.links(partLinks)}
	h["Content-Location"] = []string{c.Request().URL.EscapedPath() + "?version=" + number}
	s.headersOfTime(h, sel)
	if a, ok := sel.accepted(); ok {
		h["Milepost-Also-Accepted"] = []string{acceptedValue(a, sel.snap.Location)}
	}
}

// headersOfTime say when the answer is of, and how the selected version stands
// to that moment. The names are in net/http's canonical form.
func (s *Server) headersOfTime(h http.Header, sel *selection) {
	if value := statuses[sel.status]; value != nil {
		h["Milepost-Status"] = value
	}
	s.echoTimes(h, sel.when, sel.known, sel.view)
}

// echoTimes say as of when and as known when an answer is. Where known_at was
// not asked for, that is the clock.
func (s *Server) echoTimes(h http.Header, when, known history.When, v history.View) {
	switch {
	case when.Asked != "":
		h["Milepost-As-Of"] = s.moments.of(when.Instant)
	case known.Asked != "": // what is known by then, as of then
		h["Milepost-As-Of"] = s.moments.of(v.KnownAt)
	}
	if known.Asked != "" {
		h["Milepost-Known-At"] = s.moments.of(v.KnownAt)
		return
	}
	h["Milepost-Known-At"] = s.clock.of(v.KnownAt)
}

var statuses = map[history.Status][]string{
	history.Current:   {string(history.Current)},
	history.Historic:  {string(history.Historic)},
	history.Scheduled: {string(history.Scheduled)},
	history.Withdrawn: {string(history.Withdrawn)},
	history.Corrected: {string(history.Corrected)},
	history.Draft:     {string(history.Draft)},

	history.Superseded: {string(history.Superseded)},
}

// moments keeps values of Milepost-As-Of, so that a date that is asked for
// again and again is written once. Each day has a place, which it shares with
// the days 1,024 before and after it.
type moments [1024]place

// place keeps the value of one second, the last that it was asked for.
type place struct{ kept atomic.Pointer[moment] }

type moment struct {
	second int64
	value  []string
}

func (m *moments) of(t time.Time) []string {
	return m[uint64(t.Unix()/(24*60*60))%uint64(len(m))].of(t)
}

func (p *place) of(t time.Time) []string {
	second := t.Unix()
	if kept := p.kept.Load(); kept != nil && kept.second == second {
		return kept.value
	}
	made := &moment{second, []string{t.UTC().Format(time.RFC3339)}}
	p.kept.Store(made)
	return made.value
}

// alsoAccepted is a value of Milepost-Also-Accepted, with what it was made of.
type alsoAccepted struct {
	version *history.Version
	until   int64
	value   []string
}

// headersOfTransition name the older version that is accepted beside the
// selected one at the moment asked for.
func (s *Server) headersOfTransition(h http.Header, sel *selection, p *prepared) {
	a, ok := sel.accepted()
	if !ok {
		return
	}
	until := a.Until.Unix()
	kept := p.also.Load()
	if kept == nil || kept.version != a.Version || kept.until != until {
		kept = &alsoAccepted{a.Version, until, []string{acceptedValue(a, sel.snap.Location)}}
		p.also.Store(kept)
	}
	h["Milepost-Also-Accepted"] = kept.value
}

// acceptedValue names a version, and the last day on which it is accepted.
func acceptedValue(a history.Accepted, loc *time.Location) string {
	return a.Version.Number + "; until=" + a.Until.In(loc).Format(time.DateOnly)
}

// accepted is the older version that is accepted beside the selected one, at
// the moment asked for. By number, nothing is.
func (sel *selection) accepted() (history.Accepted, bool) {
	t, v := sel.timeline, sel.version
	if sel.byNumber || v.Working {
		return history.Accepted{}, false
	}
	asOf := sel.view.KnownAt
	if sel.when.Asked != "" {
		asOf = sel.when.Instant
	}
	if sel.index >= 0 {
		return t.AlsoAccepted(asOf, sel.view)
	}
	// An edition that is still to come brings its own transition along, or
	// ends the one that there is. A leftover goes on meaning what it meant.
	before, said := t.Before(sel.standing()), v.Said.Transition
	if before == nil || said == nil {
		return history.Accepted{}, false
	}
	if old := before.Said.Transition; old != nil && *old == *said {
		return t.AlsoAccepted(asOf, sel.view)
	}
	until, err := history.ParseWhen(said.AcceptOld, sel.snap.Location)
	if err != nil || asOf.After(until.Instant) || before.Removed {
		return history.Accepted{}, false
	}
	return history.Accepted{Version: before, Until: until.Instant, For: said.For}, true
}
