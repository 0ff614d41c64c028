package server

import (
	"slices"

	"github.com/milepost-dev/milepost/internal/ladder"
)

// redline draws the matrix of a new text with what is struck and added since
// an old one. Levels and competencies that are gone stand where they stood.
type redline struct {
	a, b    *ladder.Framework
	both    *ladder.Framework // what either has
	changes []ladder.Change
	prefix  string // of the addresses of cells
	scales  *scales
}

// What a tag says of a cell, a level or a competency.
const (
	tagNew     = "new"
	tagGone    = "removed"
	tagChanged = "changed"
)

// newRedline draws b against a. prefix begins every address on the page, which
// can have several matrices.
func newRedline(a, b *ladder.Framework, cs ladder.ChangeSet, prefix string, s *scales) *matrix {
	r := &redline{a: a, b: b, changes: cs.Changes, prefix: prefix, scales: s}
	r.both = &ladder.Framework{
		ID:           b.ID,
		Tracks:       merged(a.Tracks, b.Tracks, func(t ladder.Track) string { return t.ID }),
		Areas:        merged(a.Areas, b.Areas, func(x ladder.Area) string { return x.ID }),
		Levels:       merged(a.Levels, b.Levels, func(l ladder.Level) string { return l.ID }),
		Competencies: merged(a.Competencies, b.Competencies, func(c ladder.Competency) string { return c.ID }),
	}
	return r.matrix()
}

// merged is b with what a alone has, each behind what it stood behind in a.
func merged[T any](a, b []T, id func(T) string) []T {
	out := slices.Clone(b)
	at := func(list []T, want string) int {
		return slices.IndexFunc(list, func(x T) bool { return id(x) == want })
	}
	for i, x := range a {
		if at(b, id(x)) >= 0 {
			continue
		}
		to := 0
		if i > 0 {
			to = at(out, id(a[i-1])) + 1
		}
		out = slices.Insert(out, to, x)
	}
	return out
}

func (r *redline) matrix() *matrix {
	m := &matrix{Across: len(r.both.Levels) + 1, Label: "Levels and competencies"}
	var levels []*ladder.Level
	for i := range r.both.Levels {
		l := &r.both.Levels[i]
		levels = append(levels, l)
		m.Columns = append(m.Columns, r.column(l))
	}
	m.Tracks = trackHeads(r.both, levels)
	for _, g := range byArea(r.both) {
		rg := rowGroup{ID: g.ID, Title: g.Title, Definition: g.Definition}
		for _, c := range g.Competencies {
			rg.Rows = append(rg.Rows, r.row(c, levels))
		}
		m.Groups = append(m.Groups, rg)
	}
	return m
}

// tag says whether something is only in one of the texts.
func tag(inA, inB bool) string {
	switch {
	case inA && !inB:
		return tagGone
	case inB && !inA:
		return tagNew
	}
	return ""
}

func (r *redline) column(l *ladder.Level) column {
	c := newColumn(r.both, l, walk{})
	c.ID, c.Href = r.prefix+l.ID, ""
	x, inA := r.a.Level(l.ID)
	y, inB := r.b.Level(l.ID)
	c.Tag = tag(inA, inB)
	if inA && inB {
		c.Marked = between(firstTitle(x), firstTitle(y))
	}
	return c
}

func firstTitle(l *ladder.Level) string {
	if len(l.Titles) == 0 {
		return ""
	}
	return l.Titles[0].Text
}

func (r *redline) row(c *ladder.Competency, levels []*ladder.Level) row {
	out := row{ID: r.prefix + c.ID, Title: c.Title, Question: c.Question}
	x, inA := r.a.Competency(c.ID)
	y, inB := r.b.Competency(c.ID)
	out.Tag = tag(inA, inB)
	if inA && inB {
		out.Marked = between(x.Title, y.Title)
	}
	for i, l := range levels {
		if i > 0 && r.alike(c.ID, levels[i-1], l) {
			last := &out.Cells[len(out.Cells)-1]
			last.Others = append(last.Others, r.prefix+l.ID+"."+c.ID)
			last.Levels = append(last.Levels, l.Short())
			last.Span++
			continue
		}
		out.Cells = append(out.Cells, spanCell{cellView: r.cell(c, l.ID), ID: r.prefix + l.ID + "." + c.ID, Levels: []string{l.Short()}, Span: 1})
	}
	return out
}

// alike says whether two neighbours have the same text, and had the same.
func (r *redline) alike(competency string, l, m *ladder.Level) bool {
	if l.Track != m.Track {
		return false
	}
	for _, f := range []*ladder.Framework{r.a, r.b} {
		x, okX := f.Level(l.ID)
		y, okY := f.Level(m.ID)
		if okX != okY || okX && !sameCell(competency, x, y) {
			return false
		}
	}
	return true
}

// expected is what a level of a text asks of a competency.
func expected(f *ladder.Framework, level, competency string) (cell ladder.Cell, there, hasLevel bool) {
	l, ok := f.Level(level)
	if !ok {
		return cell, false, false
	}
	cell, there = l.Expectations[competency]
	return cell, there, true
}

// cell is a cell with what is struck and added.
func (r *redline) cell(c *ladder.Competency, level string) cellView {
	x, inA, levelA := expected(r.a, level, c.ID)
	y, inB, levelB := expected(r.b, level, c.ID)
	switch {
	case !inA && !inB:
		return cellView{Absent: true}
	case inA && inB && x.Equal(y):
		return cellView{None: y.None, Degree: r.scales.degree(c, y.Degree), Items: items(y.Items)}
	}
	out := cellView{Altered: true, Tag: tagChanged}
	if inA != inB {
		out.Tag = tag(inA, inB)
	}
	_, rowA := r.a.Competency(c.ID)
	_, rowB := r.b.Competency(c.ID)
	if levelA != levelB || rowA != rowB {
		out.Tag = "" // the head of the column or row says it
	}
	if x.Degree == y.Degree {
		out.Degree = r.scales.degree(c, y.Degree)
	} else {
		out.Degrees = between(x.Degree, y.Degree)
	}
	if x.None == y.None {
		out.None = y.None
	} else {
		out.Nones = between(x.None, y.None)
	}
	out.Items = r.items(c.ID, level, x.Items, y.Items)
	return out
}

// items are those of both texts: in the new order, those that are gone at the end.
func (r *redline) items(competency, level string, a, b []ladder.Item) []itemView {
	var out []itemView
	reworded := map[string]bool{}
	for _, i := range b {
		v := newItem(i)
		if at := slices.IndexFunc(a, func(j ladder.Item) bool { return j.Text == i.Text }); at >= 0 {
			if !a[at].Equal(i) {
				v.Tag = "details changed"
			}
		} else if c := r.rewording(competency, level, i.Text, a); c != nil {
			v.Marked, reworded[c.Before] = c.Words, true
		} else {
			v.Marked = between("", i.Text)
		}
		out = append(out, v)
	}
	for _, i := range a {
		if !holds(b, i.Text) && !reworded[i.Text] {
			out = append(out, itemView{Text: i.Text, Marked: between(i.Text, "")})
		}
	}
	return out
}

// rewording is the change that made an item of one that stood in the same
// cell, nil for none.
func (r *redline) rewording(competency, level, text string, before []ladder.Item) *ladder.Change {
	for i := range r.changes {
		c := &r.changes[i]
		if c.Competency == competency && c.After == text && c.Words != nil && slices.Contains(c.Levels, level) && holds(before, c.Before) {
			return c
		}
	}
	return nil
}

// between is one text with what was struck and added, nil where nothing was.
func between(a, b string) []ladder.Span {
	switch {
	case a == b:
		return nil
	case a == "":
		return []ladder.Span{{Op: ladder.SpanAdded, Text: b}}
	case b == "":
		return []ladder.Span{{Op: ladder.SpanRemoved, Text: a}}
	}
	return ladder.WordDiff(a, b)
}
