package ladder

import (
	"cmp"
	"slices"
	"strings"
)

// draft is a change in the making. Levels are slots and competencies rows, so
// that drafts can be joined and put in order before names are given.
type draft struct {
	rule string
	path string
	// at are the levels whose text it is, affects those whose people it touches.
	at, affects []int
	from, to    []int
	// row is the competency, counted from 1; 0 is none. item is the place in the cell.
	row, fromRow int
	item         int
	role         *Role
	// thing is what the sentence is about, where it is neither level nor competency.
	thing string
	// one and more begin the sentence: "now asks" of one level, "now ask" of
	// several. rest ends it.
	one, more, rest string
	// subject says that the sentence runs on from the name, without a colon:
	// "Senior (L3) is retired".
	subject       bool
	before, after string
	// replaced says that after is not before in other words: a reason that
	// gave way to expectations has no words in common with them.
	replaced bool
	// texts are the expectations that it concerns.
	texts []string
	// place is what path is in the old text; edits carry the change out, and
	// carried says that those of another change do.
	place   []string
	edits   []Edit
	carried bool
	// speaksOf are the subjects whose silent edits go with the change.
	speaksOf []subject
}

func (d *differ) add(c draft) {
	for _, on := range c.speaksOf {
		if _, taken := d.speaksOf[on]; !taken {
			d.speaksOf[on] = len(d.drafts)
		}
	}
	d.drafts = append(d.drafts, c)
}

// changeSet joins the drafts that say the same of several levels, and writes
// them in the order in which they are shown.
func (d *differ) changeSet() ChangeSet {
	d.attribute()
	d.account()
	drafts := joined(d.drafts)
	slices.SortStableFunc(drafts, compareDrafts)
	out := ChangeSet{Changes: []Change{}, Levels: []LevelRef{}}
	spoken := map[int]bool{}
	for i := range drafts {
		out.Changes = append(out.Changes, d.change(&drafts[i]))
		for _, list := range [][]int{drafts[i].at, drafts[i].affects, drafts[i].from, drafts[i].to} {
			for _, s := range list {
				spoken[s] = true
			}
		}
	}
	for i, s := range d.slots {
		if spoken[i] {
			l := s.level()
			out.Levels = append(out.Levels, LevelRef{ID: l.ID, Name: l.Name(), Short: l.Short()})
		}
	}
	return out
}

// joined makes one draft of those about cells that say the same.
func joined(drafts []draft) []draft {
	type key struct {
		rule, one, rest, before, after string
		row, fromRow                   int
	}
	var out []draft
	at := map[key]int{}
	for _, c := range drafts {
		k := key{c.rule, c.one, c.rest, c.before, c.after, c.row, c.fromRow}
		i, ok := at[k]
		if !ok || c.row == 0 || len(c.at) == 0 {
			at[k] = len(out)
			out = append(out, c)
			continue
		}
		first := out[i]
		if c.at[0] < first.at[0] {
			first.path, first.item = c.path, c.item
		}
		first.at, first.affects = union(first.at, c.at), union(first.affects, c.affects)
		first.from, first.to = union(first.from, c.from), union(first.to, c.to)
		first.edits = joinEdits(first.edits, c.edits)
		out[i] = first
	}
	return out
}

// joinEdits are the edits of two changes in one, which follows from others
// only where both do.
func joinEdits(a, b []Edit) []Edit {
	follow := func(e Edit) bool { return e.Op == OpFollow }
	all := slices.Concat(a, b)
	if own := slices.DeleteFunc(slices.Clone(all), follow); len(own) > 0 {
		return own
	}
	return all[:1]
}

// compareDrafts orders drafts as they are shown: levels, then competencies,
// then the rest, the heavier first.
func compareDrafts(a, b draft) int {
	return cmp.Or(
		cmp.Compare(a.group(), b.group()),
		cmp.Compare(first(a.at), first(b.at)),
		cmp.Compare(a.row, b.row),
		cmp.Compare(a.item, b.item),
		cmp.Compare(ruleCategory(b.rule).Weight(), ruleCategory(a.rule).Weight()),
	)
}

func (c *draft) group() int {
	switch {
	case len(c.at) > 0:
		return 0
	case c.row > 0:
		return 1
	}
	return 2
}

func first(list []int) int {
	if len(list) == 0 {
		return -1
	}
	return list[0]
}

// change gives a draft its names and its sentence.
func (d *differ) change(c *draft) Change {
	out := Change{
		Rule: c.rule, Category: ruleCategory(c.rule), Path: c.path,
		Levels: d.ids(c.at), Affects: d.ids(c.affects), From: d.ids(c.from), To: d.ids(c.to),
		Before: c.before, After: c.after,
		Message: d.sentence(c), Texts: c.texts, Edits: c.edits,
	}
	if len(c.at) > 0 {
		l := d.slots[c.at[0]].level()
		out.Level, out.LevelName = l.ID, l.Name()
	}
	if c.row > 0 {
		r := d.rows[c.row-1]
		out.Competency, out.CompetencyTitle = r.id(), r.title()
	}
	if c.fromRow > 0 {
		out.FromCompetency = d.rows[c.fromRow-1].id()
	}
	if c.role != nil {
		out.Role, out.RoleTitle = c.role.ID, c.role.Title
	}
	if c.before != "" && c.after != "" && c.before != c.after && !c.replaced {
		out.Words = WordDiff(c.before, c.after)
	}
	return out
}

// sentence is "Senior (L3), Autonomy: now asks ...".
func (d *differ) sentence(c *draft) string {
	var who []string
	if len(c.at) > 0 {
		who = append(who, d.names(c.at))
	}
	if c.row > 0 {
		who = append(who, d.rows[c.row-1].title())
	}
	switch {
	case c.role != nil:
		who = append(who, c.role.Title)
	case c.thing != "":
		who = append(who, c.thing)
	}
	verb := c.one
	if len(c.at) > 1 && c.more != "" {
		verb = c.more
	}
	says := verb + c.rest
	if !strings.HasSuffix(says, ".") {
		says += "."
	}
	if len(who) == 0 {
		return says
	}
	if c.subject {
		return strings.Join(who, ", ") + " " + says
	}
	return strings.Join(who, ", ") + ": " + says
}

func (d *differ) ids(slots []int) []string {
	var out []string
	for _, s := range slots {
		out = append(out, d.slots[s].level().ID)
	}
	return out
}

// names are levels as people speak of them: in full up to two, by their codes
// where there are more.
func (d *differ) names(slots []int) string {
	if len(slots) > 2 && len(slots) == len(d.slots) {
		return "All levels"
	}
	var out []string
	for _, s := range slots {
		l := d.slots[s].level()
		if len(slots) > 2 {
			out = append(out, l.Short())
		} else {
			out = append(out, l.Name())
		}
	}
	return enumerate(out)
}

// The lists of slots are sorted and hold each slot once.

func union(a, b []int) []int {
	out := slices.Concat(a, b)
	slices.Sort(out)
	return slices.Compact(out)
}

func minus(a, b []int) []int {
	var out []int
	for _, s := range a {
		if !slices.Contains(b, s) {
			out = append(out, s)
		}
	}
	return out
}

func both(a, b []int) []int {
	var out []int
	for _, s := range a {
		if slices.Contains(b, s) {
			out = append(out, s)
		}
	}
	return out
}

// slotsAt lists the slots of which something holds, by their places.
func (d *differ) slotsAt(is func(int) bool) []int {
	var out []int
	for i := range d.slots {
		if is(i) {
			out = append(out, i)
		}
	}
	return out
}

func (d *differ) slotsWhere(is func(slot) bool) []int {
	return d.slotsAt(func(i int) bool { return is(d.slots[i]) })
}
