package ladder

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
)

// roles compares the jobs that a role guide describes. Guides bind nobody:
// what changed in a role clarifies, and asks neither more nor less.
func (d *differ) roles() {
	k := d.roleKind()
	d.lifecycle(k)
	for _, id := range d.roleIDs.b {
		was, ok := d.roleIDs.prev[id]
		if !ok {
			continue
		}
		find := func(x *Role) string { return x.ID }
		d.role(k.about(id, true), byID(d.a.Roles, was, find), byID(d.b.Roles, id, find))
	}
}

func (d *differ) role(c draft, a, b *Role) {
	about := func(rule, field string) draft {
		c := at(c, field)
		c.rule = rule
		return c
	}
	d.field(about("role-title-changed", "title"), "title", a.Title, b.Title)
	d.field(about("role-entry-changed", "entry"), "entry point", a.Entry, b.Entry)
	d.prose(about("role-summary-changed", "summary"), "summary", a.Summary, b.Summary)
	d.field(about("role-seen-at-changed", "seenAt"), "source of the duties", a.SeenAt, b.SeenAt)
	d.lines(lineRules{noun: "skill", added: "skill-added", removed: "skill-removed", reworded: "skill-reworded"},
		about("", "skills"), a.Skills, b.Skills)
	d.lines(lineRules{noun: "duty", nouns: "duties", added: "duty-added", removed: "duty-removed", reworded: "duty-reworded"},
		about("", "responsibilities"), a.Responsibilities, b.Responsibilities)
	d.lines(lineRules{noun: "way on from here", nouns: "ways on from here", added: "role-next-changed", removed: "role-next-changed", reworded: "role-next-changed"},
		about("", "next"), a.Next, b.Next)
	d.formerly("roles", about("", "formerly"), thing{a.ID, a.Formerly}, thing{b.ID, b.Formerly}, d.roleIDs.mergedInto(b.ID))
}

// retirements compares what the texts say of ids that are retired.
func (d *differ) retirements() {
	var a, b RetiredIDs
	if d.a.Retired != nil {
		a = *d.a.Retired
	}
	if d.b.Retired != nil {
		b = *d.b.Retired
	}
	d.retirementsOf(d.levelKind(), a.Levels, b.Levels)
	d.retirementsOf(d.trackKind(), a.Tracks, b.Tracks)
	d.retirementsOf(d.areaKind(), a.Areas, b.Areas)
	d.retirementsOf(d.competencyKind(), a.Competencies, b.Competencies)
	d.retirementsOf(d.roleKind(), a.Roles, b.Roles)
}

func (d *differ) retirementsOf(k partKind, a, b map[string]Retired) {
	for _, id := range sortedKeys(a) {
		now, ok := b[id]
		_, there := k.pairing.prev[id]
		switch {
		case ok:
			d.retirement(k, id, a[id], now)
		case slices.Contains(k.pairing.a, id) && there:
			c := d.retiredDraft(k, id, a[id], "retired-id-noted", "is no longer called retired, and is in use")
			c.edits = []Edit{remove(c.place, a[id])}
			d.add(c)
		case !slices.Contains(k.pairing.b, id):
			c := d.retiredDraft(k, id, a[id], "retired-id-dropped", "is no longer kept, and what uses its address leads nowhere")
			c.edits = []Edit{remove(c.place, a[id])}
			d.add(c)
		default:
			d.follows(remove([]string{"retired", k.plural, id}, a[id]), thingIn(k.plural, id))
		}
	}
	for _, id := range sortedKeys(b) {
		_, old := a[id]
		_, continued := k.pairing.next[id]
		note := set([]string{"retired", k.plural, id}, nil, b[id])
		switch {
		case old:
		case continued || !slices.Contains(k.pairing.a, id):
			c := d.retiredDraft(k, id, b[id], "retired-id-noted", "is noted, which was not in use before")
			c.edits = []Edit{note}
			d.add(c)
		default:
			d.follows(note, goneFrom(k.plural, id))
		}
	}
}

// retiredDraft speaks of a retired thing by the reason: its title is not kept.
func (d *differ) retiredDraft(k partKind, id string, r Retired, rule, says string) draft {
	return draft{
		rule: rule, path: "retired." + k.plural + "." + id, thing: d.b.Title, place: []string{"retired", k.plural, id},
		one: fmt.Sprintf("a retired %s%s %s", k.name, reason(r.Reason), says),
	}
}

func (d *differ) retirement(k partKind, id string, a, b Retired) {
	if a.Reason != b.Reason {
		c := d.retiredDraft(k, id, Retired{}, "retirement-reworded", fmt.Sprintf("gives as its reason %s (it was %s)", quote(b.Reason), quote(a.Reason)))
		c = at(c, "reason")
		c.before, c.after = a.Reason, b.Reason
		c.edits = []Edit{set(c.place, a.Reason, b.Reason)}
		if typoLike(a.Reason, b.Reason) {
			c.rule = "text-corrected"
		}
		d.add(c)
	}
	into := []string{"retired", k.plural, id, "into"}
	if d.sameSuccessors(k, a.Into, b.Into) {
		for i := range a.Into {
			if was, is := a.Into[i].Target(), b.Into[i].Target(); was != is {
				d.follows(set(to(into, strconv.Itoa(i), k.name), was, is), thingIn(k.plural, is))
			}
		}
		return
	}
	was, is := d.successors(k, a.Into, false), d.successors(k, b.Into, true)
	c := d.retiredDraft(k, id, b, "retirement-redirected", "now has in its place: "+cmp.Or(is, "nothing"))
	if k.name == "level" {
		c.rule = "level-retirement-redirected"
	}
	c.path += ".into"
	c.before, c.after = was, is
	c.edits = []Edit{set(into, a.Into, b.Into)}
	d.add(c)
}

// sameSuccessors compares successors, renamed ones by what they are now.
func (d *differ) sameSuccessors(k partKind, a, b []Into) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i].When != b[i].When || k.pairing.now(a[i].Target()) != b[i].Target() {
			return false
		}
	}
	return true
}
