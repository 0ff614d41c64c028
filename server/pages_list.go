package server

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/milepost-dev/milepost/internal/history"
	"github.com/milepost-dev/milepost/internal/ladder"
)

// listPage is the list of frameworks: the first page.
type listPage struct {
	page
	Groups      []listGroup
	Waiting     []waiting // frameworks without a version
	Ended       []endedView
	Empty       bool // there is nothing at all, at any time
	Unversioned bool
	First       date // when the first framework began
	FirstHref   string
	Cycles      []cycleLink
}

// listGroup is the frameworks of one kind.
type listGroup struct {
	Title string
	Items []listItem
}

type listItem struct {
	Title, Href, Summary, Extent string
	Version                      string
	Provisional                  bool
	From                         date
	Next                         date // from when the coming edition is in force, if one is
	Coming                       bool // the text is the coming edition
	Broken                       bool
}

// waiting is a framework that has no version yet.
type waiting struct {
	ID      string
	Title   string
	Href    string // the working copy's text, or what it needs
	Working bool
	Coming  bool // it is a coming edition alone
}

// endedView is a framework that is no longer in force.
type endedView struct {
	Title string
	Href  string
	On    date
}

// groupTitles names the kinds in the order in which they are listed.
var groupTitles = []struct {
	kind  ladder.Kind
	title string
}{
	{ladder.KindLadder, "Ladders"},
	{ladder.KindModel, "Competency models"},
	{ladder.KindRoleGuide, "Role guides"},
	{ladder.KindDiscipline, "Disciplines"},
}

func (s *Server) listPage(c echo.Context) error {
	q, err := readPage(c, "as_of", "known_at", "cycle")
	if err != nil {
		return err
	}
	snap, when, known, v, err := s.listAsked(c, q)
	if err != nil {
		return err
	}
	p := listPage{page: s.newPage(c, snap, "list", "Career frameworks"), Unversioned: snap.Unversioned}
	p.Here, p.Home = "list", newWalk("", q).home()
	if p.Groups, err = s.listGroups(snap, when, q, v); err != nil {
		return err
	}
	if p.Ended = endedViews(snap, v, q); known.Asked == "" {
		p.Waiting = s.waitingOnes(c, snap)
	}
	p.Empty = firstOf(snap).IsZero() && len(p.Waiting)+len(p.Groups) == 0
	s.listDates(c, &p, snap, when, known, q)
	return s.render(c, "list", p)
}

// listDates fills in the date form, and what the asked day is to today.
func (s *Server) listDates(c echo.Context, p *listPage, snap *history.Snapshot, when, known history.When, q query) {
	first := firstOf(snap)
	if first.IsZero() || snap.Unversioned {
		return
	}
	p.Bar = &bar{Says: say("In force today."), Form: s.dateForm(c, snap, first, when, known, nil)}
	w := newWalk("", q).only("known_at")
	p.Cycles = cycles(snap, func(id string) string {
		w.keep.Set("cycle", id)
		return listAt(w.keep)
	})
	p.First = dayOf(first, snap.Location)
	p.FirstHref = "/?as_of=" + p.First.Machine
	if when.Asked == "" && known.Asked == "" || known.Asked == "" && dayOf(when.Instant, snap.Location) == dayOf(s.o.Now(), snap.Location) {
		return
	}
	asked := askedWords(when, known, snap.Location)
	if q.cycle != "" {
		asked = say(asked, " (opening of "+cmp.Or(snap.Organisation.Cycles[q.cycle].Title, q.cycle)+")")
	}
	b := p.Bar
	b.Elsewhere, b.Ways = true, []link{{backToday, "/"}}
	switch {
	case known.Asked != "" && when.Asked != "" && when.Instant.After(known.Instant):
		b.Says = say(asked, ": what was to be in force then, as things stood.")
	case when.Asked != "" && when.Instant.After(s.o.Now()):
		b.Says = say(asked, ", a day to come: what is in force then, as things stand.")
	default:
		b.Says = say(asked, ": what was in force that day.")
	}
}

func (s *Server) listGroups(snap *history.Snapshot, when history.When, q query, view history.View) ([]listGroup, error) {
	byKind := map[ladder.Kind][]listItem{}
	for _, t := range snap.Timelines {
		if t.MovedTo != "" {
			continue
		}
		sel, err := s.chooseAt(snap, t, when, view)
		if err != nil {
			continue // it had no text then
		}
		about, err := s.card(snap, sel.version)
		if err != nil {
			return nil, err
		}
		v := sel.version
		item := listItem{
			Title: v.Title, Href: newWalk(t.ID, q).framework(), Summary: about.Summary, Extent: about.Extent,
			Version: v.Number, Provisional: v.Info().Provisional, From: dayOf(v.EffectiveFrom, snap.Location), Coming: v.Coming,
			Broken: t.Broken != "" && q.knownAt == "",
		}
		if !v.Coming && when.Asked == "" && q.knownAt == "" {
			if e, err := t.Coming(view); err == nil && e != nil && !e.Same && e.Effective != "" {
				item.Next = dayOf(e.Version.EffectiveFrom, snap.Location)
			}
		}
		byKind[v.Kind] = append(byKind[v.Kind], item)
	}
	var out []listGroup
	for _, g := range groupTitles {
		if items := byKind[g.kind]; items != nil {
			slices.SortStableFunc(items, func(a, b listItem) int { return strings.Compare(a.Title, b.Title) })
			out = append(out, listGroup{g.title, items})
		}
	}
	return out, nil
}

// waitingOnes are the frameworks that have a text, but no version.
func (s *Server) waitingOnes(c echo.Context, snap *history.Snapshot) []waiting {
	var out []waiting
	known := map[string]bool{}
	if w := snap.Working; w != nil {
		for id, v := range w.Frameworks {
			if t, ok := snap.Timeline(id); !ok || len(t.Versions) == 0 && t.MovedTo == "" {
				out = append(out, waiting{ID: id, Title: v.Title, Href: walk{id: id}.at(workingCopy).framework(), Working: true})
				known[id] = true
			}
		}
	}
	for _, t := range snap.Timelines {
		if len(t.Versions) > 0 || t.MovedTo != "" || known[t.ID] || !s.exists(c, t) {
			continue
		}
		if e, err := t.Coming(s.view(c)); err == nil && e != nil {
			out = append(out, waiting{ID: t.ID, Title: e.Version.Title, Href: walk{id: t.ID}.at(e.Version.Number).framework(), Coming: true})
			continue
		}
		out = append(out, waiting{ID: t.ID, Title: t.ID, Href: problemsAt(t.ID)})
	}
	slices.SortFunc(out, func(a, b waiting) int { return strings.Compare(a.ID, b.ID) })
	return out
}

// endedViews are the frameworks that had ended, as far as the view knows.
func endedViews(snap *history.Snapshot, v history.View, q query) []endedView {
	var out []endedView
	for _, t := range snap.Timelines {
		if at := t.At(v.KnownAt, v); at.Version != nil && at.Version.Removed && t.MovedTo == "" {
			out = append(out, endedView{at.Version.Title, newWalk(t.ID, q).versions(), dayOf(at.Version.EffectiveFrom, snap.Location)})
		}
	}
	return out
}

// firstOf is when the first framework began, zero where there is none.
func firstOf(snap *history.Snapshot) time.Time {
	var first time.Time
	for _, t := range snap.Timelines {
		if v := t.First(); v != nil && (first.IsZero() || v.EffectiveFrom.Before(first)) {
			first = v.EffectiveFrom
		}
	}
	return first
}
