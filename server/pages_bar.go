package server

import (
	"cmp"
	"maps"
	"slices"
	"strings"
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
	barList        barState = "list"        // the list of what is in force today
	barListPast    barState = "list-past"   // the list of what was in force on a day
	barListComing  barState = "list-coming" // the list of what will be
)

// Elsewhere says whether the page shows anything but today's text.
func (s barState) Elsewhere() bool {
	switch s {
	case barToday, barNewest, barUnversioned, barList:
		return false
	}
	return true
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

// bar describes what is read. The page is at parts below the framework's; kept
// are the parameters that narrow it.
func (s *Server) bar(c echo.Context, r *reading, q query, parts []string, kept ...param) *bar {
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
		b.Previous, b.Findings = r.version.Previous, countOf(r.snap.Working.Findings, r.timeline.ID)
		if r.timeline.Live() {
			b.Today = r.walk.today().framework()
			b.Since = r.walk.diff("", workingCopy, levelOf(parts))
		}
		return b
	}
	b.Version, b.Provisional = r.version.Number, r.version.Info().Provisional
	b.From = dayOf(r.version.EffectiveFrom, loc)
	s.barHistory(b, r, parts)
	if r.when.Asked != "" {
		b.Asked = askedFor(r.when, loc)
		b.Form.Value = r.when.Date(loc)
		if q.cycle != "" {
			b.Cycle = cmp.Or(r.snap.Organisation.Cycles[q.cycle].Title, q.cycle)
		}
	}
	return b
}

// barBeside is the bar of a page that is about several versions: it speaks of
// today's text, or of the working copy where that is compared. It is nil where
// there is neither.
func (s *Server) barBeside(c echo.Context, snap *history.Snapshot, t *history.Timeline, working bool) *bar {
	w := walk{id: t.ID}
	sel, err := s.pickAt(snap, t, history.When{}, s.view(c))
	if working {
		w = w.at(workingCopy)
		sel, err = s.pickVersion(snap, t, workingCopy, s.view(c))
	}
	if err != nil {
		return nil
	}
	b := s.bar(c, &reading{selection: &sel, walk: w}, query{}, nil)
	if b.Since = ""; b.Form != nil {
		b.Form.Action = w.today().framework()
	}
	return b
}

// barHistory fills in what came after the text, and the ways back to today.
func (s *Server) barHistory(b *bar, r *reading, parts []string) {
	until := r.timeline.Until(r.standing(), r.view)
	live := r.timeline.Live()
	if !until.IsZero() {
		b.Until = dayOf(until, r.snap.Location)
		b.Ended = r.timeline.Versions[r.index+1].Removed
		if live {
			b.Since = r.walk.diff(r.version.Number, "", levelOf(parts))
		}
	}
	if b.State != barToday && b.State != barNewest && live {
		b.Today = r.walk.today().framework()
		if s.todayHas(r, parts) {
			b.Today = r.walk.today().to(parts)
		}
	}
}

// todayHas says whether today's text has the level or competency that a page
// is about.
func (s *Server) todayHas(r *reading, parts []string) bool {
	newest, err := s.step(r.snap, r.timeline, len(r.timeline.Versions)-1)
	return err == nil && slices.Contains(newest.has, strings.Join(parts, "/"))
}

// levelOf is the level that a page is about, "" where it is about none.
func levelOf(parts []string) string {
	if len(parts) == 2 && parts[0] == "levels" {
		return parts[1]
	}
	return ""
}

func (s *Server) barState(r *reading) barState {
	current := r.index == len(r.timeline.Versions)-1
	switch {
	case r.snap.Unversioned:
		return barUnversioned
	case r.index < 0:
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

// cycles are the organisation's review cycles, the next to open first. Those
// for which href has no address are left out.
func cycles(snap *history.Snapshot, href func(id string) string) []cycleLink {
	var out []cycleLink
	all := snap.Organisation.Cycles
	ids := slices.SortedFunc(maps.Keys(all), func(a, b string) int { return cmp.Compare(all[b].Opens, all[a].Opens) })
	for _, id := range ids {
		opens, err := time.Parse(time.DateOnly, all[id].Opens)
		if err != nil {
			continue
		}
		if to := href(id); to != "" {
			out = append(out, cycleLink{link{cmp.Or(all[id].Title, id), to}, dayOf(opens, time.UTC)})
		}
	}
	return out
}
