package ladder

import (
	"fmt"
	"slices"
)

// cellState is what a cell is to the people of its level.
type cellState int

const (
	noLevel cellState = iota // the text has no such level
	absent                   // the level has no cell for the competency
	nothing                  // the cell says that nothing is asked
	idle                     // the cell has items, but its competency does not apply to the level
	asks                     // the cell asks its items of the level's people
)

// cell is the cell of a level and a competency in one of the texts.
func (d *differ) cell(row, s int, inB bool) (Cell, cellState) {
	l, c, id := d.slots[s].a, d.rows[row].a, d.rows[row].idA
	if inB {
		l, c, id = d.slots[s].b, d.rows[row].b, d.rows[row].idB
	}
	if l == nil {
		return Cell{}, noLevel
	}
	cell, ok := l.Expectations[id]
	switch {
	case !ok:
		return Cell{}, absent
	case len(cell.Items) == 0:
		return cell, nothing
	case c == nil || !c.Applies(l.Track, l.ID):
		return cell, idle
	}
	return cell, asks
}

// asked are the levels of which a competency asks something, in one of the texts.
func (d *differ) asked(row int, inB bool) []int {
	var out []int
	for s := range d.slots {
		if _, state := d.cell(row, s, inB); state == asks {
			out = append(out, s)
		}
	}
	return out
}

// cellPair is a cell that differs, before and after, and which item of a each
// item of b continues (-1: none).
type cellPair struct {
	row, slot int
	a, b      Cell
	match     []int
}

// passage is a cell that began or ended to ask something: its items are told
// as one change, but for those that moved here or away.
type passage struct {
	row, slot int
	cell      Cell // the side that asks
	from, to  cellState
	none      string // the reason on the side that does not
	rest      []int  // items that neither moved nor are told elsewhere
}

// movedCells are the cells that differ, by place.
type movedCells struct {
	pairs    map[[2]int]*cellPair
	opened   map[[2]int]*passage
	closed   map[[2]int]*passage
	sequence [][2]int // places, in order
}

// cells compares what levels expect.
func (d *differ) cells() {
	d.moved = movedCells{pairs: map[[2]int]*cellPair{}, opened: map[[2]int]*passage{}, closed: map[[2]int]*passage{}}
	for r := range d.rows {
		for s := range d.slots {
			d.compareCell(r, s)
		}
	}
	d.matchExpectations()
	d.renamedCells()
	for _, at := range d.moved.sequence {
		d.cellOrder(d.moved.pairs[at])
		d.opening(d.moved.opened[at])
		d.closing(d.moved.closed[at])
	}
}

// compareCell sorts out what happened to a cell. Items are collected and told
// when those of all cells are known, because they may have moved.
func (d *differ) compareCell(r, s int) {
	a, was := d.cell(r, s, false)
	b, is := d.cell(r, s, true)
	at := [2]int{r, s}
	switch {
	case was == asks && is == asks:
		if a.Equal(b) {
			return
		}
		d.moved.pairs[at] = d.pairCell(r, s, a, b)
		d.degree(r, s, a.Degree, b.Degree)
		d.noneText(r, s, a.None, b.None)
	case is == asks:
		d.collect(r, s, b.Items, d.gain)
		if was != noLevel {
			d.moved.opened[at] = &passage{row: r, slot: s, cell: b, from: was, to: is, none: a.None}
		}
	case was == asks:
		d.collect(r, s, a.Items, d.lose)
		if is != noLevel {
			d.moved.closed[at] = &passage{row: r, slot: s, cell: a, from: was, to: is, none: b.None}
		}
	case was != noLevel && is != noLevel:
		d.unasked(r, s, a, b, was, is)
		return
	}
	d.moved.sequence = append(d.moved.sequence, at)
}

// unasked tells how a cell changed that asks nobody anything, before and after.
func (d *differ) unasked(r, s int, a, b Cell, was, is cellState) {
	c := d.cellDraft(r, s, "none")
	c.edits = d.wholeCell(r, s)
	switch {
	case was == nothing && is == nothing:
		d.noneText(r, s, a.None, b.None)
		if a.Degree == b.Degree {
			return
		}
		c.rule, c.edits = "unasked-cell-changed", d.cellField(r, s, "degree")
	case was == absent && is == nothing:
		c.rule, c.after, c.one, c.more = "none-noted", b.None, "says that nothing is asked", "say that nothing is asked"
		c.rest = reason(b.None)
	case was == nothing && is == absent:
		c.rule, c.before, c.one, c.more = "none-dropped", a.None, "no longer says that nothing is asked", "no longer say that nothing is asked"
		c.rest = reason(a.None)
	case was == absent && is == absent, was == is && a.Equal(b):
		return
	default:
		c.rule = "unasked-cell-changed"
	}
	if c.rule == "unasked-cell-changed" {
		c.path = d.cellPath(r, s)
		c.affects = nil
		c.one = "a text that applies to nobody here changed"
	}
	d.add(c)
}

func reason(none string) string {
	if none == "" {
		return ""
	}
	return " (" + quote(none) + ")"
}

func (d *differ) noneText(r, s int, a, b string) {
	if a == b {
		return
	}
	c := d.cellDraft(r, s, "none")
	c.rule, c.before, c.after, c.edits = "none-reworded", a, b, d.cellField(r, s, "none")
	if typoLike(a, b) {
		c.rule = "text-corrected"
	}
	c.one = fmt.Sprintf("the reason why nothing is asked is now %s (it was %s)", quote(b), quote(a))
	d.add(c)
}

// cellDraft begins a change of a cell, or of a part of it.
func (d *differ) cellDraft(r, s int, part string) draft {
	path := d.cellPath(r, s)
	if part != "" {
		path += "." + part
	}
	return draft{path: path, row: r + 1, at: []int{s}, affects: []int{s}, item: -1, place: d.cellPlace(r, s)}
}

// cellPath is the place of a cell in the new text, or in the old one if it is gone.
func (d *differ) cellPath(r, s int) string {
	if l := d.slots[s].b; l != nil {
		if _, there := l.Expectations[d.rows[r].idB]; there || d.slots[s].a == nil {
			return "levels." + l.ID + ".expectations." + d.rows[r].idB
		}
	}
	return "levels." + d.slots[s].a.ID + ".expectations." + d.rows[r].idA
}

// degree compares the degrees of a cell by the competency's list: the new one
// where it has both, else the old.
func (d *differ) degree(r, s int, a, b string) {
	if a == b {
		return
	}
	edits := d.cellField(r, s, "degree")
	if d.relabelled(r, a, b) {
		for _, e := range edits {
			d.follows(e, subject{of: "degrees", row: r})
		}
		return
	}
	c := d.cellDraft(r, s, "degree")
	c.edits = edits
	c.before, c.after = a, b
	switch {
	case a == "":
		c.rule, c.one, c.more = "degree-given", "now has", "now have"
		c.rest = " the degree " + quote(b) + " (none was given)"
	case b == "":
		c.rule, c.one, c.more = "degree-removed", "no longer has", "no longer have"
		c.rest = " a degree (it was " + quote(a) + ")"
	default:
		var verb string
		c.rule, verb = d.degreeRule(r, a, b)
		c.one = fmt.Sprintf("the degree %s from %s to %s", verb, quote(a), quote(b))
	}
	d.add(c)
}

func (d *differ) degreeRule(r int, a, b string) (rule, verb string) {
	old, now := d.degrees(r)
	for _, list := range [][]string{now, old} {
		i, j := slices.Index(list, a), slices.Index(list, b)
		switch {
		case i < 0 || j < 0:
		case i < j:
			return "degree-raised", "rises"
		default:
			return "degree-lowered", "falls"
		}
	}
	return "degree-changed", "changes"
}

// opening tells that a cell began to ask something.
func (d *differ) opening(p *passage) {
	if p == nil {
		return
	}
	if len(p.rest) == 0 {
		d.openedByMoves(p)
		return
	}
	c := d.cellDraft(p.row, p.slot, "")
	c.edits = d.wholeCell(p.row, p.slot)
	if p.from != idle {
		c.edits = d.cellFields(p.row, p.slot)
		for _, i := range p.rest {
			c.edits = append(c.edits, insert(d.itemPlace(p.row, p.slot, i), p.cell.Items[i]))
		}
	}
	c.texts, c.after = p.texts(), lineList(p.texts())
	c.affects = d.inherit([]int{p.slot}, p.row, true)
	c.rule, c.one, c.more = "competency-applied", "now asks", "now ask"
	c.rest = " " + p.what() + ", where nothing was asked"
	if p.from == nothing {
		c.rule, c.before, c.replaced = "none-lifted", p.none, true
		c.rest += reason(p.none)
	}
	if p.cell.Degree != "" {
		c.rest += ", with the degree " + quote(p.cell.Degree)
	}
	d.add(c)
}

// openedByMoves tells what is left to say of a cell all of whose items came
// from elsewhere, and are told so.
func (d *differ) openedByMoves(p *passage) {
	if p.from == nothing {
		c := d.cellDraft(p.row, p.slot, "none")
		c.rule, c.before, c.one, c.more = "none-dropped", p.none, "no longer says that nothing is asked", "no longer say that nothing is asked"
		c.rest, c.edits = reason(p.none), d.cellField(p.row, p.slot, "none")
		d.add(c)
	}
	if p.from == idle {
		d.followCell(p)
	}
	d.degree(p.row, p.slot, "", p.cell.Degree)
}

// closing tells that a cell ended to ask something.
func (d *differ) closing(p *passage) {
	if p == nil {
		return
	}
	if len(p.rest) == 0 {
		if p.to == nothing {
			c := d.cellDraft(p.row, p.slot, "none")
			c.rule, c.after, c.one, c.more = "none-noted", p.none, "says that nothing is asked", "say that nothing is asked"
			c.rest, c.edits = reason(p.none), d.cellFields(p.row, p.slot)
			d.add(c)
			return
		}
		d.followCell(p)
		return
	}
	c := d.cellDraft(p.row, p.slot, "")
	c.edits = d.wholeCell(p.row, p.slot)
	if p.to == nothing {
		c.edits = d.cellFields(p.row, p.slot)
		for _, i := range p.rest {
			c.edits = append(c.edits, remove(d.itemPlace(p.row, p.slot, i), p.cell.Items[i]))
		}
	}
	c.texts, c.before = p.texts(), lineList(p.texts())
	c.affects = d.inherit([]int{p.slot}, p.row, false)
	c.rule, c.one, c.more = "competency-withdrawn", "no longer asks", "no longer ask"
	c.rest = " " + p.what()
	if p.to == nothing {
		c.rule, c.after, c.replaced = "none-given", p.none, true
		c.rest += reasonNow(p.none)
	}
	d.add(c)
}

func reasonNow(none string) string {
	if none == "" {
		return ""
	}
	return "; the reason given is " + quote(none)
}

// what cites the items of a passage, or counts them where there are many.
func (p *passage) what() string {
	if len(p.rest) > 2 {
		return fmt.Sprintf("%d expectations", len(p.rest))
	}
	return quoteAll(p.texts())
}

// texts are the items of a passage.
func (p *passage) texts() []string {
	var out []string
	for _, i := range p.rest {
		out = append(out, p.cell.Items[i].Text)
	}
	return out
}
