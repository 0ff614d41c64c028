package server

import (
	"cmp"
	"net/http"
	"net/url"
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
	Broken                       bool
}

// waiting is a framework that has no version yet.
type waiting struct {
	ID      string
	Title   string
	Href    string // the working copy's text, or what it needs
	Working bool
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
	q, err := readQuery(c.Request(), "as_of", "cycle")
	if err != nil {
		return err
	}
	if countSet(q.asOf, q.cycle) > 1 {
		return problem(http.StatusBadRequest, badRequest, "Ask by as_of or cycle: one of them at a time.")
	}
	snap, err := s.snapshot()
	if err != nil {
		return err
	}
	when, err := s.when(snap, q)
	if err != nil {
		return err
	}
	p := listPage{page: s.newPage(snap, "list", "Career frameworks"), Unversioned: snap.Unversioned, Empty: len(snap.Timelines) == 0}
	p.Here = "list"
	if p.Groups, err = s.listGroups(snap, when, q, s.view(c)); err != nil {
		return err
	}
	p.Ended = endedViews(snap)
	p.Waiting = waitingOnes(snap)
	p.Empty = p.Empty && len(p.Waiting) == 0
	s.listDates(c, &p, snap, when, q)
	return s.render(c, "list", p)
}

// listDates fills in the date form, and what the asked day is to today.
func (s *Server) listDates(c echo.Context, p *listPage, snap *history.Snapshot, when history.When, q query) {
	first := firstOf(snap)
	if first.IsZero() || snap.Unversioned {
		return
	}
	p.Bar = &bar{State: barList, Form: s.dateForm(c, snap.Location, first, nil)}
	p.Cycles = cycles(snap, func(id string) string { return "/?" + url.Values{"cycle": {id}}.Encode() })
	p.First = dayOf(first, snap.Location)
	p.FirstHref = "/?as_of=" + p.First.Machine
	if when.Asked == "" {
		return
	}
	b := p.Bar
	b.Form.Value, b.Asked = when.Date(snap.Location), askedFor(when, snap.Location)
	if dayOf(when.Instant, snap.Location) == dayOf(s.o.Now(), snap.Location) {
		return
	}
	b.State, b.Today = barListPast, "/"
	if when.Instant.After(s.o.Now()) {
		b.State = barListComing
	}
	if q.cycle != "" {
		b.Cycle = cmp.Or(snap.Organisation.Cycles[q.cycle].Title, q.cycle)
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
		byKind[v.Kind] = append(byKind[v.Kind], listItem{
			Title: v.Title, Href: newWalk(t.ID, q).framework(), Summary: about.Summary, Extent: about.Extent,
			Version: v.Number, Provisional: v.Info().Provisional, From: dayOf(v.EffectiveFrom, snap.Location), Broken: t.Broken != "",
		})
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
func waitingOnes(snap *history.Snapshot) []waiting {
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
		if len(t.Versions) == 0 && t.MovedTo == "" && !known[t.ID] {
			out = append(out, waiting{ID: t.ID, Title: t.ID, Href: problemsAt(t.ID)})
		}
	}
	slices.SortFunc(out, func(a, b waiting) int { return strings.Compare(a.ID, b.ID) })
	return out
}

func endedViews(snap *history.Snapshot) []endedView {
	var out []endedView
	for _, t := range snap.Timelines {
		if v := t.Latest(); v != nil && v.Removed && t.MovedTo == "" {
			out = append(out, endedView{v.Title, walk{id: t.ID}.versions(), dayOf(v.EffectiveFrom, snap.Location)})
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
