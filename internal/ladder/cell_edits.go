package ladder

import (
	"slices"
	"strconv"
)

// The edits of cells and of the expectations in them.

// cellPlace is the place of a cell in the old text, or where it comes to stand.
func (d *differ) cellPlace(r, s int) []string {
	l := d.slots[s].a
	if l == nil {
		l = d.slots[s].b
	}
	key := d.rows[r].idA
	if _, there := l.Expectations[key]; !there {
		key = d.rows[r].idB
	}
	return []string{"levels", l.ID, "expectations", key}
}

func (d *differ) itemPlace(r, s, item int) []string {
	return to(d.cellPlace(r, s), "items", strconv.Itoa(item))
}

// wholeCell puts a cell as it is now, none if it is the same.
func (d *differ) wholeCell(r, s int) []Edit {
	a, was := d.cell(r, s, false)
	b, is := d.cell(r, s, true)
	switch {
	case was == absent && is == absent, was != absent && is != absent && a.Equal(b):
		return nil
	case was == absent:
		return []Edit{set(d.cellPlace(r, s), nil, b)}
	case is == absent:
		return []Edit{remove(d.cellPlace(r, s), a)}
	}
	return []Edit{set(d.cellPlace(r, s), a, b)}
}

// cellField puts the degree of a cell, or the reason why nothing is asked.
func (d *differ) cellField(r, s int, field string) []Edit {
	a, _ := d.cell(r, s, false)
	b, _ := d.cell(r, s, true)
	was, is := a.Degree, b.Degree
	if field == "none" {
		was, is = a.None, b.None
	}
	if was == is {
		return nil
	}
	return []Edit{set(to(d.cellPlace(r, s), field), was, is)}
}

func (d *differ) cellFields(r, s int) []Edit {
	return slices.Concat(d.cellField(r, s, "none"), d.cellField(r, s, "degree"))
}

// taken takes an expectation from the cells of levels. A level that is gone
// loses it with all it has; where the cell only ceased to apply, it stays.
func (d *differ) taken(u *unit, slots []int) []Edit {
	var out []Edit
	for _, s := range slots {
		if _, is := d.cell(u.row, s, true); d.slots[s].both() && is != idle {
			out = append(out, remove(d.itemPlace(u.row, s, u.lostAt[s]), d.item(u, s, false)))
		}
	}
	return out
}

// given puts an expectation into the cells of levels, unless it comes with a
// new level or stood there already in a cell that did not apply.
func (d *differ) given(v *unit, slots []int) []Edit {
	var out []Edit
	for _, s := range slots {
		if _, was := d.cell(v.row, s, false); d.slots[s].both() && was != idle {
			out = append(out, insert(d.itemPlace(v.row, s, v.gainedAt[s]), d.item(v, s, true)))
		}
	}
	return out
}

// cellsOf are the cells of a competency at some levels.
func cellsOf(row int, slots []int) []subject {
	var out []subject
	for _, s := range slots {
		out = append(out, cellAt(row, s))
	}
	return out
}

// followCell lets what is left of a passage go with what came and went there.
func (d *differ) followCell(p *passage) {
	for _, e := range d.wholeCell(p.row, p.slot) {
		d.follows(e, cellAt(p.row, p.slot), goneFrom("competencies", d.rows[p.row].idA))
	}
}

// renamedCells follows the competencies whose ids changed.
func (d *differ) renamedCells() {
	for r, row := range d.rows {
		if row.idA == row.idB {
			continue
		}
		for s, slot := range d.slots {
			if _, was := d.cell(r, s, false); !slot.both() || was == absent {
				continue
			}
			if _, is := d.cell(r, s, true); is != absent {
				d.follows(rename(d.cellPlace(r, s), row.idB), thingIn("competencies", row.idB))
			}
		}
	}
}
