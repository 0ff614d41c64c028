package server

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/milepost-dev/milepost/internal/ladder"
)

// diffPage is what lies between two texts of a framework.
type diffPage struct {
	page
	head
	From, To    pointView
	Level       string // the name of the level that the page is narrowed to
	Affected    string // who, in a sentence
	Headline    string
	Tally       []tally
	Groups      []diffGroup
	Levels      []part // the ways to narrow the page to a level
	Form        *rangeForm
	Unversioned bool
	Same        bool // both sides are the same version
}

// pointView is one side of a comparison.
type pointView struct {
	Number      string
	Provisional bool
	Working     bool
	Date        date
	Href        string
}

// tally counts the changes of one category.
type tally struct {
	Mark  mark
	Count int
}

// diffGroup is what changed for one level, or for none of them.
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
	Mark   mark
	Words  []ladder.Span // before and after in one text, where there are texts
	Says   string        // what happened to it
	Shared string        // the levels that share the text, where there are several
}

// rangeForm chooses two versions to compare.
type rangeForm struct {
	Action   string
	Level    string
	From, To []option
}

func (s *Server) comparePage(c echo.Context) error {
	q, err := readQuery(c.Request(), "from", "to", "level")
	if err != nil {
		return err
	}
	d, err := s.compare(c, q)
	if err != nil {
		return err
	}
	return s.diffPage(c, d)
}

// diffPage answers with a comparison as a page.
func (s *Server) diffPage(c echo.Context, d *comparison) error {
	t, snap, w := d.to.timeline, d.to.snap, walk{id: d.to.timeline.ID}
	p := diffPage{
		page: s.newPage(snap, "diff", "Changes, "+d.b.Title), head: newHead(d.b.Title, d.b.Kind, w, t, snap, partChanges),
		From: newPoint(d.from), To: newPoint(d.to), Level: d.levelName(d.level), Headline: d.headline(),
		Affected: d.affected(), Tally: tallies(d.changes), Groups: d.groups(w),
		Levels: d.levelLinks(w), Unversioned: snap.Unversioned, Same: d.from.version == d.to.version,
	}
	if !snap.Unversioned {
		p.Form = newRangeForm(d)
	}
	p.Crumbs = crumbs(snap, t)
	p.Colophon = d.colophon(c, w)
	p.Bar = s.barBeside(c, snap, t, d.to.index < 0)
	return s.render(c, "diff", p)
}

func newPoint(sel *selection) pointView {
	w := walk{id: sel.timeline.ID}
	if sel.index < 0 {
		return pointView{Working: true, Href: w.at(workingCopy).framework()}
	}
	return pointView{
		Number: sel.version.Number, Provisional: sel.version.Info().Provisional, Date: versionDate(sel.snap, sel.timeline, sel.index),
		Href: w.at(sel.version.Number).framework(),
	}
}

// key is how a side of a comparison is asked for.
func (sel *selection) key() string {
	if sel.index < 0 {
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
func (d *comparison) headline() string {
	text := strings.TrimSuffix(d.changes.Headline(d.b), "; nobody else is affected")
	return sentence(strings.TrimSuffix(text, "; nobody is asked for more or less"))
}

// affected says which levels' people are asked for more or less, or moved.
func (d *comparison) affected() string {
	if d.changes.Empty() {
		return ""
	}
	touched := map[string]bool{}
	for _, ch := range d.changes.Changes {
		switch ch.Category {
		case ladder.AsksMore, ladder.AsksLess, ladder.MovesPeople:
			for _, id := range ch.Affects {
				touched[id] = true
			}
		}
	}
	names := d.shortNames(touched)
	switch len(names) {
	case 0:
		return "Nobody is asked for more or for less."
	case 1:
		return "This concerns the people at " + names[0] + "."
	case len(d.b.Levels):
		return "This concerns the people at every level."
	}
	return "This concerns the people at " + list(names) + "."
}

// shortNames are the short names of levels, in shown order, those that are
// gone last.
func (d *comparison) shortNames(ids map[string]bool) []string {
	var out []string
	for _, f := range []*ladder.Framework{d.b, d.a} {
		for i := range f.Levels {
			if l := &f.Levels[i]; ids[l.ID] && !slices.Contains(out, d.short(l.ID)) {
				out = append(out, d.short(l.ID))
			}
		}
	}
	return out
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

// groups sorts the changes by level, then by competency.
func (d *comparison) groups(w walk) []diffGroup {
	var out []diffGroup
	for _, l := range d.changes.ByLevel() {
		g := diffGroup{ID: l.Level, Name: l.Name}
		if _, ok := d.b.Level(l.Level); ok {
			g.Href = w.at(d.to.key()).level(l.Level)
		}
		for _, ch := range l.Changes {
			title := cmp.Or(ch.CompetencyTitle, ch.RoleTitle)
			i := slices.IndexFunc(g.Parts, func(p diffPart) bool { return p.Title == title })
			if i < 0 {
				i = len(g.Parts)
				g.Parts = append(g.Parts, diffPart{Title: title})
			}
			g.Parts[i].Changes = append(g.Parts[i].Changes, d.change(ch))
		}
		out = append(out, g)
	}
	return out
}

func (d *comparison) change(ch ladder.Change) diffChange {
	out := diffChange{Mark: markOf(ch.Category), Words: spans(ch), Says: sentence(ch.Message)}
	if out.Words != nil {
		out.Says = sentence(remark(ch))
	}
	if len(ch.Levels) > 1 {
		ids := map[string]bool{}
		for _, id := range ch.Levels {
			ids[id] = true
		}
		out.Shared = list(d.shortNames(ids))
	}
	return out
}

// spans are a change's texts in one: also where there is but one of them.
func spans(ch ladder.Change) []ladder.Span {
	switch {
	case ch.Words != nil:
		return spaced(ch.Words)
	case ch.Before != "" && ch.After == "":
		return []ladder.Span{{Op: ladder.SpanRemoved, Text: ch.Before}}
	case ch.After != "" && ch.Before == "":
		return []ladder.Span{{Op: ladder.SpanAdded, Text: ch.After}}
	}
	return nil
}

// remark is a change's message without what stands beside it on the page: the
// names of the level and the competency, and the texts that it cites.
func remark(ch ladder.Change) string {
	text := ch.Message
	for _, name := range []string{ch.CompetencyTitle, ch.RoleTitle, ch.LevelName} {
		if before, after, ok := strings.Cut(text, name+": "); ok && name != "" && !strings.Contains(before, `"`) {
			text = after
		}
	}
	before, after := `"`+ch.Before+`"`, `"`+ch.After+`"`
	return strings.NewReplacer(
		" from "+before+" to "+after, "",
		" is now "+after+" (it was "+before+")", " is changed",
		" (it was "+before+")", "",
		": "+after, "", ": "+before, "",
		"no longer asks "+before, "no longer asked", "no longer ask "+before, "no longer asked",
		"now also asks "+after, "newly asked", "now also ask "+after, "newly asked",
		"now asks "+after, "now asked", "now ask "+after, "now asked",
		" "+after, " this", " "+before, " this",
	).Replace(text)
}

// spaced takes the space around what is struck or added out of it, and sees
// that the two never touch.
func spaced(words []ladder.Span) []ladder.Span {
	var out []ladder.Span
	same := func(text string) {
		if text != "" {
			out = append(out, ladder.Span{Op: ladder.SpanSame, Text: text})
		}
	}
	for _, w := range words {
		if w.Op == ladder.SpanSame {
			same(w.Text)
			continue
		}
		core := strings.TrimSpace(w.Text)
		i := strings.Index(w.Text, core)
		if n := len(out); n > 0 && i == 0 && out[n-1].Op != ladder.SpanSame {
			same(" ")
		}
		same(w.Text[:i])
		if core != "" {
			out = append(out, ladder.Span{Op: w.Op, Text: core})
		}
		same(w.Text[i+len(core):])
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

func newRangeForm(d *comparison) *rangeForm {
	t := d.to.timeline
	f := &rangeForm{Action: address([]string{"frameworks", t.ID, "diff"}, nil), Level: d.level}
	for i, v := range slices.Backward(t.Versions) {
		if v.Removed {
			continue
		}
		o := option{Value: v.Number, Text: versionName(d.to.snap, t, i)}
		o.Chosen = i == d.from.index
		f.From = append(f.From, o)
		o.Chosen = i == d.to.index
		f.To = append(f.To, o)
	}
	if w := d.to.snap.Working; w != nil && w.Frameworks[t.ID] != nil {
		o := option{Value: workingCopy, Text: "Working copy"}
		o.Chosen = d.from.index < 0
		f.From = slices.Insert(f.From, 0, o)
		o.Chosen = d.to.index < 0
		f.To = slices.Insert(f.To, 0, o)
	}
	return f
}

// colophon says which comparison a page shows, and where it stays.
func (d *comparison) colophon(c echo.Context, w walk) *colophon {
	out := &colophon{Framework: d.b.Title, What: fmt.Sprintf("what changed from %s to %s", versionWords(d.from), versionWords(d.to))}
	if d.from.index >= 0 && d.to.index >= 0 && !d.to.snap.Unversioned {
		out.Href = w.diff(d.from.key(), d.to.key(), d.level)
		out.Address = c.Request().Host + out.Href
	}
	return out
}

func versionWords(sel *selection) string {
	if sel.index < 0 {
		return "the working copy's text"
	}
	return "version " + sel.version.Number
}
