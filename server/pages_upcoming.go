package server

import (
	"cmp"
	"slices"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/milepost-dev/milepost/internal/history"
	"github.com/milepost-dev/milepost/internal/ladder"
)

// upcomingPage is what is to come: the editions that the reader may see.
type upcomingPage struct {
	page
	Known    phrase // where the page tells what was known before
	Today    string // its address as it is known today, "" where that is shown
	Editions []comingView
	Calendar string // the address of the dates, for calendars
}

// calendarPath is where calendars read the dates of coming editions.
const calendarPath = "/v1/upcoming.ics"

// comingView is a coming edition.
type comingView struct {
	Framework string
	Home      string // the framework's address, "" where it has no text yet
	Date      date   // from when it is in force; empty where no date is set
	Days      string // "in 99 days"
	Headline  string
	Affected  string
	Mark      mark
	Hidden    bool // only those who may read drafts see it
	Publish   date // from when everybody sees it, where it is hidden
	Read      string
	Diff      string
	Notes     string

	at time.Time
}

func (s *Server) upcomingPage(c echo.Context) error {
	q, err := readPage(c, "as_of", "known_at", "cycle")
	if err != nil {
		return err
	}
	snap, err := s.snapshot()
	if err != nil {
		return err
	}
	v, known, err := s.knownAt(snap, q, s.view(c))
	if err != nil {
		return err
	}
	p := upcomingPage{page: s.newPage(c, snap, "upcoming", "Upcoming changes"), Calendar: calendarPath}
	p.Here, p.Home = "upcoming", newWalk("", q).home()
	if known.Asked != "" {
		p.Known, p.Today = askedWords(history.When{}, known, snap.Location), "/upcoming"
	}
	for _, t := range snap.Timelines {
		e, err := s.coming(snap, t, newWalk(t.ID, q), v)
		if err != nil {
			return err
		}
		if e != nil {
			p.Editions = append(p.Editions, *e)
		}
	}
	slices.SortStableFunc(p.Editions, func(a, b comingView) int {
		return cmp.Or(boolOrder(a.at.IsZero(), b.at.IsZero()), a.at.Compare(b.at))
	})
	return s.render(c, "upcoming", p)
}

// boolOrder puts what is not before what is.
func boolOrder(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}

// coming is the coming edition that the view may see, nil for none, or one
// with the text in force. The error says that a text cannot be read.
func (s *Server) coming(snap *history.Snapshot, t *history.Timeline, w walk, v history.View) (*comingView, error) {
	e, err := t.Coming(v)
	if err != nil || e == nil || e.Same {
		return nil, err
	}
	at := history.Standing{Version: e.Version, Index: -1}
	st, err := s.step(snap, t, at)
	if err != nil {
		return nil, err
	}
	out := &comingView{
		Framework: e.Version.Title, Headline: headline(st.Headline), Affected: st.Affected, Mark: markOf(st.Category), Hidden: !e.Public,
		Read: w.at(e.Version.Number).framework(), Notes: w.notes(e.Version.Number, ""), at: e.Version.EffectiveFrom,
	}
	if t.Live() {
		out.Home = w.beside().framework()
	}
	if st.compared {
		out.Diff = w.diff(e.Before.Number, e.Version.Number, "")
	} else {
		out.Headline, out.Mark = "A new framework", markFirst
	}
	if e.Effective != "" {
		out.Date, out.Days = dayOf(out.at, snap.Location), inDays(v.KnownAt, out.at, snap.Location)
	}
	if publish, err := time.Parse(time.DateOnly, e.Publish); err == nil && out.Hidden {
		out.Publish = dayOf(publish, time.UTC)
	}
	return out, nil
}

// inDays says how many days lie between a day and one to come.
func inDays(now, to time.Time, loc *time.Location) string {
	switch n := days(midnight(now, loc), midnight(to, loc)); n {
	case 0:
		return "today"
	case 1:
		return "tomorrow"
	default:
		return "in " + count(n, "day", "days")
	}
}

// affected says which levels' people are asked for more or less, or moved, by
// the changes from a to b.
func affected(cs ladder.ChangeSet, a, b *ladder.Framework) string {
	if cs.Empty() {
		return ""
	}
	touched := map[string]bool{}
	for _, ch := range cs.Changes {
		switch ch.Category {
		case ladder.AsksMore, ladder.AsksLess, ladder.MovesPeople:
			for _, id := range ch.Affects {
				touched[id] = true
			}
		}
	}
	var names []string
	for _, f := range []*ladder.Framework{b, a} {
		for i := range f.Levels {
			if l := &f.Levels[i]; touched[l.ID] {
				names = append(names, l.Short())
				delete(touched, l.ID)
			}
		}
	}
	switch len(names) {
	case 0:
		return "Nobody is asked for more or for less."
	case 1:
		return "This concerns the people at " + names[0] + "."
	case len(b.Levels):
		return "This concerns the people at every level."
	}
	return "This concerns the people at " + list(names) + "."
}
