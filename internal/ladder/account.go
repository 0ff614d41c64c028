package ladder

import (
	"maps"
	"reflect"
)

// Every difference between two texts is an edit of exactly one change. Most
// edits are made with the change that tells them. What nobody is told on its
// own, such as a level's reference to a track that was renamed, goes with the
// change that it follows from.

// subject is what a change speaks of, for the edits that go with it.
type subject struct {
	of, id    string
	row, slot int
}

// thingIn is a thing of the new text.
func thingIn(plural, id string) subject { return subject{of: plural, id: id} }

// goneFrom is a thing of the old text that the new one does not have.
func goneFrom(plural, id string) subject { return subject{of: "gone " + plural, id: id} }

func cellAt(row, slot int) subject { return subject{of: "cell", row: row, slot: slot} }

// silent is an edit that is not told on its own. It goes with the first of the
// subjects that a change speaks of.
type silent struct {
	edit     Edit
	subjects []subject
}

func (d *differ) follows(e Edit, subjects ...subject) {
	d.silent = append(d.silent, silent{e, subjects})
}

// attribute gives the silent edits to the changes that they follow from, and
// says of changes that are left without any that they follow from others.
func (d *differ) attribute() {
	for _, s := range d.silent {
		for _, on := range s.subjects {
			if i, ok := d.speaksOf[on]; ok {
				d.drafts[i].edits = append(d.drafts[i].edits, s.edit)
				break
			}
		}
	}
	for i := range d.drafts {
		if c := &d.drafts[i]; len(c.edits) == 0 {
			c.edits = []Edit{{Op: OpFollow, Path: c.place}}
		}
	}
	if d.a.Retired != nil && d.b.Retired == nil {
		d.nothingLeft()
	}
}

// nothingLeft takes the list of retired ids away with the last of them.
func (d *differ) nothingLeft() {
	for i := range d.drafts {
		for _, e := range d.drafts[i].edits {
			if len(e.Path) > 0 && e.Path[0] == "retired" && e.Op != OpFollow {
				d.drafts[i].edits = append(d.drafts[i].edits, set([]string{"retired"}, d.a.Retired, nil))
				return
			}
		}
	}
}

// account carries the changes out and compares the outcome with the new text.
// Where it differs, something went untold: the same written in another way,
// texts so odd that no rule speaks of them, or a field that no rule knows.
func (d *differ) account() {
	var p plan
	var err error
	for i := range d.drafts {
		if err = p.addAll(d.drafts[i].edits); err != nil {
			break
		}
	}
	var out *Framework
	if err == nil {
		out, err = p.apply(d.a)
	}
	if err == nil && equal(out, d.b) {
		return
	}
	c := draft{rule: "other-changed", thing: d.b.Title, one: "something changed that cannot be told in words"}
	if err == nil {
		got, want := out.Canonical(), d.b.Canonical()
		if string(got) == string(want) {
			return
		}
		if string(pruned(got)) == string(pruned(want)) {
			c.rule, c.one = "written-otherwise", "says the same, written in another way"
		}
	}
	c.edits = []Edit{set(nil, d.a, d.b)}
	d.add(c)
}

// equal says whether two texts are the same, cheaply: it may say no of texts
// whose canonical forms are equal, where one has an empty list and the other none.
func equal(a, b *Framework) bool {
	if a == b || a == nil || b == nil {
		return a == b
	}
	x, y := *a, *b
	x.Levels, y.Levels = nil, nil
	if len(a.Levels) != len(b.Levels) || !reflect.DeepEqual(x, y) {
		return false
	}
	for i := range a.Levels {
		l, m := a.Levels[i], b.Levels[i]
		if (l.Expectations == nil) != (m.Expectations == nil) || !maps.EqualFunc(l.Expectations, m.Expectations, Cell.Equal) {
			return false
		}
		l.Expectations, m.Expectations = nil, nil
		if !reflect.DeepEqual(l, m) {
			return false
		}
	}
	return true
}
