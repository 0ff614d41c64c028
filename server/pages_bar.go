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
	Elsewhere bool     // anything but today's text is shown
	Says      phrase   // which text it is
	Notes     []phrase // what else is to be known of it
	Ways      []link   // back to today, and to what changed
	Coming    *comingView
	Broken    string // address of what a newer text needs, "" where nothing
	Form      *dateForm
}

// dateForm asks for another day. Kept are the parameters that stay.
type dateForm struct {
	Action   string
	Kept     []param
	Value    string
	Min, Max string
	Known    string // the day as of whose knowledge the text is read, "" for now
	Today    string
}

type param struct{ Name, Value string }

// yearAhead is how far into the future the date field reaches.
const yearAhead = 1

// bar describes what is read. The page is at parts below the framework's; kept
// are the parameters that narrow it.
func (s *Server) bar(c echo.Context, r *reading, q query, parts []string, kept ...param) (*bar, error) {
	b := &bar{}
	if r.timeline.Broken != "" && r.known.Asked == "" {
		b.Broken = problemsAt(r.timeline.ID)
	}
	if r.snap.Unversioned {
		b.Says = say(strong("Not versioned"), ": this directory is not in Git, so there is no history to look back on. This is the text on disk at ", momentOf(r.snap.TakenAt, r.snap.Location), ".")
		return b, nil
	}
	if first := r.timeline.First(); first != nil {
		b.Form = s.dateForm(c, r.snap, first.EffectiveFrom, r.when, r.known, kept)
	}
	if r.working() {
		b.Elsewhere, b.Says = true, r.workingWords()
		if r.timeline.Live() {
			b.Ways = []link{{"See what changes", r.walk.today().diff("", workingCopy, levelOf(parts))}, {backToday, r.walk.today().framework()}}
		}
		return b, nil
	}
	b.Says, b.Elsewhere = s.stands(r, q)
	if err := s.barNotes(b, r); err != nil {
		return nil, err
	}
	s.barWays(b, r, parts)
	return b, nil
}

// workingWords say what the working copy is.
func (r *reading) workingWords() phrase {
	out := say(strong("Working copy"), ": not committed, and in force for nobody. ")
	if r.version.Previous != "" {
		out = say(out, "It differs from version ", phrase{{Text: r.version.Previous, Number: true}}, ". ")
	} else {
		out = say(out, "The framework has no version yet. ")
	}
	if n := countOf(r.snap.Working.Findings, r.timeline.ID); n > 0 {
		return say(out, link{count(n, "finding", "findings"), "/working"}, ".")
	}
	return say(out, "No findings.")
}

// backToday is the way from any other day.
const backToday = "Back to today"

// barWays fills in the ways to what came after the text, and back to today.
func (s *Server) barWays(b *bar, r *reading, parts []string) {
	live := r.timeline.Live()
	if until := r.timeline.Until(r.standing(), r.view); !until.IsZero() && live && r.known.Asked == "" {
		b.Ways = append(b.Ways, link{"See what changed since", r.walk.diff(r.version.Number, "", levelOf(parts))})
	}
	b.Ways = append(b.Ways, link{"Release notes", r.walk.notes(r.version.Number, "")})
	if b.Elsewhere && live {
		back := r.walk.today().framework()
		if s.todayHas(r, parts) {
			back = r.walk.today().to(parts)
		}
		b.Ways = append(b.Ways, link{backToday, back})
	}
}

// todayHas says whether today's text has the level or competency that a page
// is about.
func (s *Server) todayHas(r *reading, parts []string) bool {
	at := r.timeline.At(s.o.Now(), history.View{KnownAt: s.o.Now()})
	if at.Version == nil {
		return false
	}
	newest, err := s.step(r.snap, r.timeline, at)
	return err == nil && slices.Contains(newest.has, strings.Join(parts, "/"))
}

// levelOf is the level that a page is about, "" where it is about none.
func levelOf(parts []string) string {
	if len(parts) == 2 && parts[0] == "levels" {
		return parts[1]
	}
	return ""
}

func (s *Server) dateForm(c echo.Context, snap *history.Snapshot, first time.Time, when, known history.When, kept []param) *dateForm {
	now, loc := s.o.Now(), snap.Location
	f := &dateForm{
		Action: c.Request().URL.EscapedPath(), Today: dayOf(now, loc).Machine,
		Value: dayOf(now, loc).Machine, Min: dayOf(first, loc).Machine, Max: dayOf(now.AddDate(yearAhead, 0, 0), loc).Machine,
	}
	if when.Asked != "" {
		f.Value = when.Date(loc)
	}
	if known.Asked != "" {
		f.Known = known.Date(loc)
		if when.Asked == "" {
			f.Value = f.Known
		}
	}
	f.Min, f.Max = min(f.Min, f.Value), max(f.Max, f.Value)
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
