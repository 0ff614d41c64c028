package server

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/milepost-dev/milepost/internal/history"
)

// bar says which text a page shows and from when, and lets the reader ask
// for another day. It stands on every page of a framework.
type bar struct {
	State       barState
	Version     string // its number, "" where it has none
	Provisional bool
	Asked       date   // the day or moment asked for
	Cycle       string // the title of the review cycle asked for
	From, Until date   // when the text is in force; Until is empty while it is
	Ended       bool   // the framework ended at Until
	Previous    string // the number that a working copy differs from
	Findings    int    // on the working copy
	Today       string // address of today's text, "" where that is what is shown
	Since       string // address of what changed since, "" where nothing did
	Versions    string
	Broken      string // address of what a newer text needs, "" where nothing
	Form        *dateForm
}

// barState is how the shown text stands to today.
type barState string

const (
	barToday       barState = "today"       // today's text, asked for as such
	barPast        barState = "past"        // as of a day on which another text was in force
	barSame        barState = "same"        // as of a past day, with today's text
	barComing      barState = "coming"      // as of a day to come
	barNumber      barState = "number"      // a version that is no longer in force
	barNewest      barState = "newest"      // the version in force, by its number
	barWorking     barState = "working"     // what is not committed yet
	barUnversioned barState = "unversioned" // a directory outside Git
)

// Elsewhere says whether the page shows anything but today's text.
func (s barState) Elsewhere() bool {
	return s != barToday && s != barNewest && s != barUnversioned
}

// dateForm asks for another day. Kept are the parameters that stay.
type dateForm struct {
	Action   string
	Kept     []param
	Value    string
	Min, Max string
}

type param struct{ Name, Value string }

// yearAhead is how far into the future the date field reaches.
const yearAhead = 1

// bar describes what is read. kept are the parameters that narrow the page.
func (s *Server) bar(c echo.Context, r *reading, q query, level string, kept ...param) *bar {
	loc := r.snap.Location
	b := &bar{State: s.barState(r), Versions: r.walk.versions()}
	if r.timeline.Broken != "" {
		b.Broken = problemsAt(r.timeline.ID)
	}
	if b.State == barUnversioned {
		b.From = momentOf(r.snap.TakenAt, loc)
		return b
	}
	if first := r.timeline.First(); first != nil {
		b.Form = s.dateForm(c, loc, first.EffectiveFrom, kept)
	}
	if b.State == barWorking {
		b.Previous, b.Findings = r.version.Previous, len(r.snap.Working.Findings)
		b.Today = address([]string{"frameworks", r.timeline.ID}, nil)
		if b.Previous != "" {
			b.Since = r.walk.diff("", workingCopy, level)
		}
		return b
	}
	b.Version, b.Provisional = r.version.Number, r.version.Info().Provisional
	b.From = dayOf(r.version.EffectiveFrom, loc)
	s.barHistory(b, r, level)
	if r.when.Asked != "" {
		b.Asked = askedFor(r.when, loc)
		b.Form.Value = r.when.Date(loc)
		if q.cycle != "" {
			b.Cycle = cmp.Or(r.snap.Organisation.Cycles[q.cycle].Title, q.cycle)
		}
	}
	return b
}

// barHistory fills in what came after the text, and the ways back to today.
func (s *Server) barHistory(b *bar, r *reading, level string) {
	until := r.timeline.Until(r.index)
	live := r.timeline.Live()
	if !until.IsZero() {
		b.Until = dayOf(until, r.snap.Location)
		b.Ended = r.timeline.Versions[r.index+1].Removed
		if live {
			b.Since = r.walk.diff(r.version.Number, "", level)
		}
	}
	if b.State != barToday && b.State != barNewest && live {
		b.Today = r.walk.today().framework()
		if level != "" {
			b.Today = r.walk.today().level(level)
		}
	}
}

func (s *Server) barState(r *reading) barState {
	current := r.index == len(r.timeline.Versions)-1
	switch {
	case r.snap.Unversioned:
		return barUnversioned
	case r.version.Working:
		return barWorking
	case r.walk.keep.Has("version") && current:
		return barNewest
	case r.walk.keep.Has("version"):
		return barNumber
	case r.when.Asked == "":
		return barToday
	case !current:
		return barPast
	case dayOf(r.when.Instant, r.snap.Location) == dayOf(s.o.Now(), r.snap.Location):
		return barToday
	case r.when.Instant.After(s.o.Now()):
		return barComing
	}
	return barSame
}

func (s *Server) dateForm(c echo.Context, loc *time.Location, first time.Time, kept []param) *dateForm {
	now := s.o.Now()
	f := &dateForm{
		Action: c.Request().URL.EscapedPath(),
		Value:  dayOf(now, loc).Machine, Min: dayOf(first, loc).Machine, Max: dayOf(now.AddDate(yearAhead, 0, 0), loc).Machine,
	}
	for _, p := range kept {
		if p.Value != "" {
			f.Kept = append(f.Kept, p)
		}
	}
	return f
}

// cycleLink is a review cycle, with the address of the text that it uses: the
// one in force when it opens.
type cycleLink struct {
	link
	Opens date
}

// cycles are the organisation's review cycles, the next to open first.
func cycles(snap *history.Snapshot, href func(id string) string) []cycleLink {
	var out []cycleLink
	all := snap.Organisation.Cycles
	ids := slices.SortedFunc(maps.Keys(all), func(a, b string) int { return cmp.Compare(all[b].Opens, all[a].Opens) })
	for _, id := range ids {
		opens, err := time.Parse(time.DateOnly, all[id].Opens)
		if err != nil {
			continue
		}
		out = append(out, cycleLink{
			link{cmp.Or(all[id].Title, id), href(id)}, dayOf(opens, time.UTC),
		})
	}
	return out
}
