package server

import (
	"fmt"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/milepost-dev/milepost/internal/history"
	"github.com/milepost-dev/milepost/internal/ladder"
	"github.com/milepost-dev/milepost/internal/notes"
)

// diffPage is what lies between two texts of a framework.
type diffPage struct {
	page
	head
	From, To    phrase
	Known       phrase
	Level       string // the name of the level that the page is narrowed to
	Affected    string // who, in a sentence
	Headline    string
	Tally       []tally
	Groups      []diffGroup
	Levels      []part // the ways to narrow the page to a level
	History     string // the address of the level's history
	Notes       string // the address of the release notes, where they tell of the same
	Form        *rangeForm
	Unversioned bool
	Same        bool // both sides are the same version
}

// tally counts the changes of one category.
type tally struct {
	Mark  mark
	Count int
}

// diffGroup is what changed in texts of the same levels, or of none.
type diffGroup struct {
	ID, Name, Href string
	Parts          []diffPart
}

// diffPart is what changed in one competency or role of it.
type diffPart struct {
	Title   string
	Changes []diffChange
}

type diffChange struct {
	Mark mark
	notes.Entry
}

// diffGroups sorts changes by level, then by competency. f is the newer text;
// href is the address of a level.
func diffGroups(f *ladder.Framework, cs ladder.ChangeSet, href func(level string) string) []diffGroup {
	var out []diffGroup
	for _, g := range notes.New(notes.Input{Text: f, Changes: cs}).Groups {
		group := diffGroup{ID: strings.Join(g.Levels, "-"), Name: g.Name}
		if len(g.Levels) == 1 && href != nil {
			if _, ok := f.Level(g.Levels[0]); ok {
				group.Href = href(g.Levels[0])
			}
		}
		for _, p := range g.Parts {
			part := diffPart{Title: p.Title}
			for _, e := range p.Changes {
				m := markOf(e.Change.Category)
				m.Word = e.Means
				part.Changes = append(part.Changes, diffChange{m, e})
			}
			group.Parts = append(group.Parts, part)
		}
		out = append(out, group)
	}
	return out
}

// rangeForm chooses two texts to compare: versions, or days.
type rangeForm struct {
	Action           string
	Kept             []param
	From, To, Levels []option
	Level            string // the id of the level that the page is narrowed to
	Min, Max         string
	FromDay, ToDay   string
}

func (s *Server) comparePage(c echo.Context) error {
	q, err := readPage(c, "from", "to", "level", "as_of", "known_at", "cycle")
	if err != nil {
		return err
	}
	d, err := s.compare(c, q)
	if err != nil {
		return err
	}
	return s.diffPageOf(c, d, q)
}

// diffPage answers with a comparison as a page.
func (s *Server) diffPage(c echo.Context, d *comparison) error {
	return s.diffPageOf(c, d, query{knownAt: d.known.Asked})
}

// diffPageOf is a comparison as a page that keeps the dates of a query.
func (s *Server) diffPageOf(c echo.Context, d *comparison, q query) error {
	t, snap, w := d.to.timeline, d.to.snap, newWalk(d.to.timeline.ID, q)
	p := diffPage{
		page: s.newPage(c, snap, "diff", "Changes, "+d.b.Title),
		From: d.from.point(w), To: d.to.point(w), Level: d.levelName(d.level), Headline: headline(d.changes.Headline(d.b)),
		Affected: affected(d.changes, d.a, d.b), Tally: tallies(d.changes), Groups: diffGroups(d.b, d.changes, w.at(d.to.key()).level),
		Levels: d.levelLinks(w), Unversioned: snap.Unversioned, Same: d.from.version == d.to.version,
	}
	b, err := s.beside(c, snap, t, q, d.to.working())
	if err != nil {
		return err
	}
	if p.head, err = s.frame(c, &p.page, b, snap, t, q, d.b.Title, d.b.Kind, partChanges); err != nil {
		return err
	}
	if !snap.Unversioned {
		if p.Form, err = s.newRangeForm(d, w); err != nil {
			return err
		}
	}
	if d.level != "" && !snap.Unversioned {
		p.History = w.history(d.level)
	}
	if !d.to.working() && !snap.Unversioned && t.Before(d.to.standing()) == d.from.version {
		p.Notes = w.notes(d.to.version.Number, "")
	}
	if d.known.Asked != "" {
		p.Known = askedWords(history.When{}, d.known, snap.Location)
	}
	p.Colophon = d.colophon(c, w)
	return s.render(c, "diff", p)
}

// point is one side of a comparison, with the way to it.
func (sel *selection) point(w walk) phrase {
	v, href := sel.version, w.at(sel.key()).framework()
	switch {
	case sel.working():
		return say(link{"Working copy", href})
	case v.Coming && v.EffectiveFrom.IsZero():
		return say(link{"Coming edition", href}, ", without a date yet")
	case v.Coming:
		return say(link{"Coming edition", href}, " of ", dayOf(v.EffectiveFrom, sel.snap.Location))
	}
	return say(entryDate(sel.snap, sel.timeline, sel.standing(), sel.view), ", ", link{"version " + v.Number, href})
}

// key is how a side of a comparison is asked for.
func (sel *selection) key() string {
	if sel.working() {
		return workingCopy
	}
	return sel.version.Number
}

// levelName is what people call a level, by the newer text that has it.
func (d *comparison) levelName(id string) string {
	for _, f := range []*ladder.Framework{d.b, d.a} {
		if l, ok := f.Level(id); ok {
			return l.Name()
		}
	}
	return ""
}

func (d *comparison) short(id string) string {
	for _, f := range []*ladder.Framework{d.b, d.a} {
		if l, ok := f.Level(id); ok {
			return l.Short()
		}
	}
	return id
}

// headline is what changed in a sentence, without what affected says.
func headline(text string) string {
	text = strings.TrimSuffix(text, "; nobody else is affected")
	return sentence(strings.TrimSuffix(text, "; nobody is asked for more or less"))
}

func tallies(cs ladder.ChangeSet) []tally {
	var out []tally
	for _, category := range ladder.Categories() {
		n := 0
		for _, ch := range cs.Changes {
			if ch.Category == category {
				n++
			}
		}
		if n > 0 {
			out = append(out, tally{markOf(category), n})
		}
	}
	return out
}

// levelLinks narrow the page to a level, for each that a change concerns.
func (d *comparison) levelLinks(w walk) []part {
	from, to := d.from.key(), d.to.key()
	out := []part{{link{"All levels", w.diff(from, to, "")}, d.level == ""}}
	all := d.changes
	if d.level != "" {
		all = ladder.Diff(d.a, d.b)
	}
	for _, f := range []*ladder.Framework{d.b, d.a} {
		for i := range f.Levels {
			l := &f.Levels[i]
			known := slices.ContainsFunc(out, func(p part) bool { return p.Href == w.diff(from, to, l.ID) })
			if !known && (l.ID == d.level || !all.ForLevel(l.ID).Empty()) {
				out = append(out, part{link{d.short(l.ID), w.diff(from, to, l.ID)}, l.ID == d.level})
			}
		}
	}
	if len(out) < 3 && d.level == "" {
		return nil
	}
	return out
}

// newRangeForm lists the texts to choose from, newest first.
func (s *Server) newRangeForm(d *comparison, w walk) (*rangeForm, error) {
	t, snap := d.to.timeline, d.to.snap
	f := &rangeForm{Action: address([]string{"frameworks", t.ID, "diff"}, nil), Kept: w.params(), Level: d.level}
	add := func(v *history.Version, o option) {
		o.Chosen = v == d.from.version
		f.From = append(f.From, o)
		o.Chosen = v == d.to.version
		f.To = append(f.To, o)
	}
	if work := snap.Working; work != nil && work.Frameworks[t.ID] != nil {
		add(work.Frameworks[t.ID], option{Value: workingCopy, Text: "Working copy"})
	}
	list, err := t.List(d.to.view)
	if err != nil {
		return nil, err
	}
	for _, e := range slices.Backward(list) {
		if !e.Version.Removed {
			add(e.Version, option{Value: e.Version.Number, Text: versionName(snap, t, e, d.to.view)})
		}
	}
	f.Levels = d.levelOptions()
	day := func(sel *selection) string {
		if sel.version.EffectiveFrom.IsZero() {
			return dayOf(s.o.Now(), snap.Location).Machine
		}
		return dayOf(sel.version.EffectiveFrom, snap.Location).Machine
	}
	f.FromDay, f.ToDay = day(d.from), day(d.to)
	if len(list) > 0 {
		f.Min, f.Max = dayOf(list[0].From, snap.Location).Machine, dayOf(s.o.Now().AddDate(yearAhead, 0, 0), snap.Location).Machine
		f.Max = max(f.Max, f.FromDay, f.ToDay)
	}
	return f, nil
}

// levelOptions are the levels of both texts.
func (d *comparison) levelOptions() []option {
	out := []option{{"", "All levels", d.level == ""}}
	for _, f := range []*ladder.Framework{d.b, d.a} {
		for i := range f.Levels {
			l := &f.Levels[i]
			if !slices.ContainsFunc(out, func(o option) bool { return o.Value == l.ID }) {
				out = append(out, option{l.ID, codeFirst(l), l.ID == d.level})
			}
		}
	}
	return out
}

// colophon says which comparison a page shows, and where it stays.
func (d *comparison) colophon(c echo.Context, w walk) *colophon {
	out := &colophon{Framework: d.b.Title, What: fmt.Sprintf("what changed from %s to %s", versionWords(d.from), versionWords(d.to))}
	if !d.from.working() && !d.to.working() && !d.to.snap.Unversioned {
		out.Href = w.today().diff(d.from.key(), d.to.key(), d.level)
		out.Address = c.Request().Host + out.Href
	}
	return out
}

func versionWords(sel *selection) string {
	switch v := sel.version; {
	case sel.working():
		return "the working copy’s text"
	case v.Coming && v.EffectiveFrom.IsZero():
		return "the coming edition"
	case v.Coming:
		return "the coming edition of " + dayOf(v.EffectiveFrom, sel.snap.Location).Words
	}
	return "version " + sel.version.Number
}
