package ladder

import (
	"cmp"
	"fmt"
	"slices"
)

// unit is one expectation's text in one competency: at which levels it was
// lost and gained. What levels share is one unit, so that it is matched, and
// told, once. n tells apart equal texts within a cell.
type unit struct {
	row          int
	text         string
	n            int
	lost, gained []int       // slots where nothing continues it yet, in order
	lostAt       map[int]int // by slot: which item of the cell it was
	gainedAt     map[int]int // by slot: which item it is
}

type unitKey struct {
	row  int
	text string
	n    int
}

// unitTable holds the units in the order in which they are met.
type unitTable struct {
	byKey map[unitKey]*unit
	list  []*unit
}

func (t *unitTable) unit(row int, text string, n int) *unit {
	k := unitKey{row, text, n}
	u := t.byKey[k]
	if u == nil {
		u = &unit{row: row, text: text, n: n, lostAt: map[int]int{}, gainedAt: map[int]int{}}
		if t.byKey == nil {
			t.byKey = map[unitKey]*unit{}
		}
		t.byKey[k] = u
		t.list = append(t.list, u)
	}
	return u
}

func (d *differ) lose(row, slot int, text string, n, item int) {
	u := d.units.unit(row, text, n)
	u.lost = append(u.lost, slot)
	u.lostAt[slot] = item
}

func (d *differ) gain(row, slot int, text string, n, item int) {
	u := d.units.unit(row, text, n)
	u.gained = append(u.gained, slot)
	u.gainedAt[slot] = item
}

// collect notes all items of a cell as lost or gained.
func (d *differ) collect(row, slot int, items []Item, note func(row, slot int, text string, n, item int)) {
	seen := map[string]int{}
	for i, it := range items {
		note(row, slot, it.Text, seen[it.Text], i)
		seen[it.Text]++
	}
}

// pairCell matches the items of a cell that have equal texts, and notes the
// others as lost and gained.
func (d *differ) pairCell(row, slot int, a, b Cell) *cellPair {
	p := &cellPair{row: row, slot: slot, a: a, b: b, match: matchExact(itemTexts(a), itemTexts(b))}
	seen := map[string]int{}
	for i, it := range a.Items {
		if !slices.Contains(p.match, i) {
			d.lose(row, slot, it.Text, seen[it.Text], i)
			seen[it.Text]++
		}
	}
	clear(seen)
	for j, it := range b.Items {
		if i := p.match[j]; i >= 0 {
			d.details(row, slot, a.Items[i], it, j, d.itemPlace(row, slot, i))
			continue
		}
		d.gain(row, slot, it.Text, seen[it.Text], j)
		seen[it.Text]++
	}
	return p
}

func itemTexts(c Cell) []string {
	out := make([]string, len(c.Items))
	for i, it := range c.Items {
		out[i] = it.Text
	}
	return out
}

// matchExpectations finds what became of the expectations that are not where
// they were, in the order that Diff describes, and tells it.
func (d *differ) matchExpectations() {
	for _, u := range d.units.list {
		d.move(u, u, false)
	}
	d.regroup()
	d.reword()
	d.rewordElsewhere()
	for _, u := range d.units.list {
		d.gone(u)
		d.come(u)
	}
}

// existing are those of the slots that are in both texts, with people at them.
func (d *differ) existing(slots []int) []int {
	return slices.DeleteFunc(slices.Clone(slots), func(s int) bool { return !d.slots[s].both() })
}

// gone tells that an expectation is no longer asked. What a level that is gone
// asked is told with the level.
func (d *differ) gone(u *unit) {
	var at []int
	for _, s := range d.existing(u.lost) {
		if p := d.moved.closed[[2]int{u.row, s}]; p != nil {
			p.rest = append(p.rest, u.lostAt[s])
			slices.Sort(p.rest)
			continue
		}
		at = append(at, s)
	}
	if len(at) == 0 {
		return
	}
	c := d.itemDraft(u, at, false)
	c.edits = d.taken(u, at)
	c.rule, c.before = "expectation-removed", u.text
	c.one, c.more, c.rest = "no longer asks ", "no longer ask ", quote(u.text)
	c.affects = d.relieved(u, at)
	if len(c.affects) == 0 {
		c.rule, c.affects = "expectation-unrepeated", at
		c.one, c.more, c.rest = "no longer repeats ", "no longer repeat ", quote(u.text)+", which is still asked from a lower level on"
	}
	d.add(c)
}

// come tells that an expectation is asked that was not. What a new level asks
// is told with the level.
func (d *differ) come(u *unit) {
	var at []int
	for _, s := range d.existing(u.gained) {
		if p := d.moved.opened[[2]int{u.row, s}]; p != nil {
			p.rest = append(p.rest, u.gainedAt[s])
			slices.Sort(p.rest)
			continue
		}
		at = append(at, s)
	}
	if len(at) == 0 {
		return
	}
	c := d.itemDraft(u, at, true)
	c.edits = d.given(u, at)
	c.rule, c.after = "expectation-added", u.text
	c.one, c.more, c.rest = "now also asks ", "now also ask ", quote(u.text)
	c.affects = d.burdened(u, at)
	if len(c.affects) == 0 {
		c.rule, c.affects = "expectation-repeated", at
		c.one, c.more, c.rest = "now repeats ", "now repeat ", quote(u.text)+", which was asked already from a lower level on"
	}
	c.rest += d.inheritedBy(c)
	d.add(c)
}

// inheritedBy names the levels that a change touches without being theirs.
func (d *differ) inheritedBy(c draft) string {
	others := minus(c.affects, c.at)
	switch len(others) {
	case 0:
		return ""
	case 1:
		return "; " + d.names(others) + " inherits it"
	}
	return "; " + d.order(others) + " inherit it"
}

// itemDraft begins a change of an expectation at some levels.
func (d *differ) itemDraft(u *unit, at []int, inB bool) draft {
	item := u.lostAt[at[0]]
	if inB {
		item = u.gainedAt[at[0]]
	}
	c := d.cellDraft(u.row, at[0], "")
	c.path = d.itemPath(u, at[0], inB)
	c.at, c.affects, c.item = at, at, item
	c.texts = []string{u.text}
	return c
}

func (d *differ) itemPath(u *unit, s int, inB bool) string {
	l, id, item := d.slots[s].a, d.rows[u.row].idA, u.lostAt[s]
	if inB {
		l, id, item = d.slots[s].b, d.rows[u.row].idB, u.gainedAt[s]
	}
	return fmt.Sprintf("levels.%s.expectations.%s.items[%d]", l.ID, id, item)
}

// item is an expectation with its examples, at a level that has it.
func (d *differ) item(u *unit, s int, inB bool) Item {
	cell, _ := d.cell(u.row, s, inB)
	if inB {
		return cell.Items[u.gainedAt[s]]
	}
	return cell.Items[u.lostAt[s]]
}

// details compares what helps to judge an expectation of a level. place is
// where it stood in the old text, nil where it is taken there as it reads now.
func (d *differ) details(row, slot int, a, b Item, item int, place []string) {
	if a.Text = b.Text; a.Equal(b) {
		return
	}
	about := d.cellDraft(row, slot, fmt.Sprintf("items[%d]", item))
	about.item, about.texts = item, []string{b.Text}
	if about.carried = place == nil; !about.carried {
		about.place = place
	}
	for _, part := range []struct {
		field, rule, noun, nouns string
		a, b                     []string
	}{
		{"examples", "example", "example", "examples", a.Examples, b.Examples},
		{"evidence", "evidence", "evidence", "pieces of evidence", a.Evidence, b.Evidence},
		{"notThis", "not-this", "note on what is not meant", "notes on what is not meant", a.NotThis, b.NotThis},
	} {
		c := about
		c.path += "." + part.field
		if !c.carried {
			c.place = to(c.place, part.field)
		}
		of := " for " + quote(b.Text)
		d.lines(lineRules{
			noun: part.noun + of, nouns: part.nouns + of,
			added: part.rule + "-added", removed: part.rule + "-removed", reworded: part.rule + "-reworded",
		}, c, part.a, part.b)
	}
}

// cellOrder tells that the items that stayed in a cell stand in another order.
func (d *differ) cellOrder(p *cellPair) {
	if p == nil || increasing(p.match) {
		return
	}
	c := d.cellDraft(p.row, p.slot, "items")
	c.rule, c.one = "order-changed", "the expectations are listed in another order"
	c.edits = []Edit{reorder(to(c.place, "items"), stayed(p.match))}
	d.add(c)
}

// byLikeness orders pairs of units: the most alike first, then by text.
func byLikeness(x, y likeness) int {
	return cmp.Or(
		cmp.Compare(y.like, x.like),
		cmp.Compare(x.apart, y.apart),
		cmp.Compare(x.lost.text, y.lost.text), cmp.Compare(x.gained.text, y.gained.text),
		cmp.Compare(x.lost.row, y.lost.row), cmp.Compare(x.gained.row, y.gained.row),
		cmp.Compare(x.lost.n, y.lost.n), cmp.Compare(x.gained.n, y.gained.n),
	)
}

// likeness is a pair of texts of which one may be the other reworded.
type likeness struct {
	lost, gained *unit
	like         float64
	apart        int // how far they are from one another in the cell
}
