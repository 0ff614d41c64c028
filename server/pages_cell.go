package server

import (
	"slices"

	"github.com/milepost-dev/milepost/internal/ladder"
)

// cellView is what a level asks of one competency, as pages show it.
type cellView struct {
	Absent bool   // the competency does not apply to the level
	None   string // why nothing is asked
	Degree *degree
	Items  []itemView

	// Of a cell that is shown with what changed in it: what is said of it, and
	// the degree and the reason in place of those above, where they changed.
	Altered        bool
	Tag            string
	Degrees, Nones []ladder.Span
}

// itemView is one expectation.
type itemView struct {
	Text     string
	Marked   []ladder.Span // Text with what changed in it, nil where nothing did
	Tag      string        // "new", "only here": in words, beside the text
	Examples []string
	Evidence []string
	NotThis  []string
}

// HasMore says whether there is more to an expectation than its line.
func (i itemView) HasMore() bool {
	return len(i.Examples)+len(i.Evidence)+len(i.NotThis) > 0
}

// degree is a cell's label, and where it stands among those there are.
type degree struct {
	Label  string
	At, Of int // 0 where the competency lists no degrees
}

// scale is a picture of a degree: so many dots of so many. A page draws each
// that it needs once, and refers to it.
type scale struct {
	At, Of int
	Dots   []dot
}

// Width is the picture's, in dots of ten units.
func (s scale) Width() int { return 10 * s.Of }

type dot struct {
	X    int
	Full bool
}

// scales are the pictures that a page needs, each once.
type scales []scale

// degree describes a label, and notes the picture that it needs.
func (s *scales) degree(c *ladder.Competency, label string) *degree {
	if label == "" {
		return nil
	}
	d := &degree{Label: label, At: slices.Index(c.Degrees, label) + 1, Of: len(c.Degrees)}
	if d.At == 0 {
		d.Of = 0
		return d
	}
	s.draw(d.At, d.Of)
	return d
}

// draw notes that a picture is needed.
func (s *scales) draw(at, of int) {
	if slices.ContainsFunc(*s, func(x scale) bool { return x.At == at && x.Of == of }) {
		return
	}
	pic := scale{At: at, Of: of}
	for i := range of {
		pic.Dots = append(pic.Dots, dot{X: 10*i + 5, Full: i < at})
	}
	*s = append(*s, pic)
}

// cell describes what a level asks of a competency.
func (s *scales) cell(c *ladder.Competency, l *ladder.Level) cellView {
	cell, ok := l.Expectations[c.ID]
	if !ok {
		return cellView{Absent: true}
	}
	return cellView{None: cell.None, Degree: s.degree(c, cell.Degree), Items: items(cell.Items)}
}

func items(list []ladder.Item) []itemView {
	var out []itemView
	for _, i := range list {
		out = append(out, newItem(i))
	}
	return out
}

func newItem(i ladder.Item) itemView {
	return itemView{Text: i.Text, Examples: i.Examples, Evidence: i.Evidence, NotThis: i.NotThis}
}

// sameCell says whether two levels ask the same of a competency, in the same words.
func sameCell(id string, a, b *ladder.Level) bool {
	x, okX := a.Expectations[id]
	y, okY := b.Expectations[id]
	return okX == okY && x.Equal(y)
}

// holds says whether an expectation is among others, in the same words.
func holds(items []ladder.Item, text string) bool {
	return slices.ContainsFunc(items, func(i ladder.Item) bool { return i.Text == text })
}

// areaGroup is competencies under the area that they belong to; those of no
// area come last, under no title.
type areaGroup struct {
	ladder.Area
	Competencies []*ladder.Competency
}

// byArea groups competencies by area, in the shown order of both.
func byArea(f *ladder.Framework) []areaGroup {
	var out []areaGroup
	add := func(area ladder.Area) {
		g := areaGroup{Area: area}
		for i := range f.Competencies {
			if f.Competencies[i].Area == area.ID {
				g.Competencies = append(g.Competencies, &f.Competencies[i])
			}
		}
		if len(g.Competencies) > 0 {
			out = append(out, g)
		}
	}
	for _, area := range f.Areas {
		add(area)
	}
	add(ladder.Area{})
	return out
}
