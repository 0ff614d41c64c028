package ladder

import "slices"

// Where a framework or a competency is cumulative, a level also asks what the
// levels below it on its track ask.

func (d *differ) cumulative(row int, inB bool) bool {
	c := d.rows[row].a
	if inB {
		c = d.rows[row].b
	}
	return d.text(inB).Cumulative || c != nil && c.Cumulative
}

// side is a level of one of the texts, nil if that has none.
func (s slot) side(inB bool) *Level {
	if inB {
		return s.b
	}
	return s.a
}

// below says whether, in one of the texts, x stands below y on one track.
func (d *differ) below(x, y int, inB bool) bool {
	l, m := d.slots[x].side(inB), d.slots[y].side(inB)
	return l != nil && m != nil && l.Track == m.Track && l.Rank < m.Rank
}

// inherit is some levels and, where the competency is cumulative, the levels
// above them to which it applies and at which people are.
func (d *differ) inherit(slots []int, row int, inB bool) []int {
	if !d.cumulative(row, inB) {
		return slots
	}
	c := d.rows[row].a
	if inB {
		c = d.rows[row].b
	}
	return union(slots, d.slotsAt(func(i int) bool {
		l := d.slots[i].side(inB)
		return d.slots[i].both() && c != nil && c.Applies(l.Track, l.ID) &&
			slices.ContainsFunc(slots, func(s int) bool { return d.below(s, i, inB) })
	}))
}

// inheritors are the levels that would inherit something of a competency.
func (d *differ) inheritors(row int) []int {
	asked := d.asked(row, true)
	return d.slotsAt(func(i int) bool {
		return d.slots[i].both() && slices.ContainsFunc(asked, func(s int) bool { return d.below(s, i, true) })
	})
}

// burdened are the levels that are newly asked an expectation gained at some
// of them: not those that inherited it before.
func (d *differ) burdened(u *unit, at []int) []int {
	return d.unless(u, at, true)
}

// relieved are the levels that are no longer asked an expectation lost at some
// of them: not those that inherit it now.
func (d *differ) relieved(u *unit, at []int) []int {
	return d.unless(u, at, false)
}

func (d *differ) unless(u *unit, at []int, inB bool) []int {
	if len(at) == 0 || !d.cumulative(u.row, true) && !d.cumulative(u.row, false) {
		return at
	}
	return slices.DeleteFunc(slices.Clone(d.inherit(at, u.row, inB)), func(s int) bool {
		return d.carries(u.row, s, u.text, !inB)
	})
}

// carries says whether a level asks a text in one of the framework's texts,
// itself or through what it inherits.
func (d *differ) carries(row, s int, text string, inB bool) bool {
	return slices.ContainsFunc(d.askedAt(row, inB)[text], func(o int) bool {
		return o == s || d.cumulative(row, inB) && d.below(o, s, inB)
	})
}

// rowSide is a competency in one of the texts.
type rowSide struct {
	row int
	inB bool
}

// askedAt are the levels whose own cells ask a text, by text.
func (d *differ) askedAt(row int, inB bool) map[string][]int {
	k := rowSide{row, inB}
	if m, ok := d.askedBy[k]; ok {
		return m
	}
	m := map[string][]int{}
	for s := range d.slots {
		if cell, state := d.cell(row, s, inB); state == asks {
			for _, it := range cell.Items {
				m[it.Text] = append(m[it.Text], s)
			}
		}
	}
	if d.askedBy == nil {
		d.askedBy = map[rowSide]map[string][]int{}
	}
	d.askedBy[k] = m
	return m
}
