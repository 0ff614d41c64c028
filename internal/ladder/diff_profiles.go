package ladder

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
)

// profiles compares the proficiency that levels require of competency models.
func (d *differ) profiles() {
	if len(d.a.Profiles) == 0 && len(d.b.Profiles) == 0 {
		return
	}
	rising := d.proficiency()
	was := map[string]string{}
	for _, id := range sortedKeys(d.a.Profiles) {
		now := d.levels.now(id)
		was[now] = id
		if _, kept := d.b.Profiles[now]; kept && now != id {
			d.follows(rename([]string{"profiles", id}, now), thingIn("levels", now))
		}
	}
	for _, id := range sortedKeys(d.b.Profiles) {
		p := d.b.Profiles[id]
		if old, ok := was[id]; ok {
			c := d.profileDraft(id, true)
			c.place = []string{"profiles", old}
			d.profile(c, d.a.Profiles[old], p, rising)
			continue
		}
		e := set([]string{"profiles", id}, nil, p)
		if s := d.slotOf(id, true); s >= 0 && !d.slots[s].both() {
			d.follows(e, thingIn("levels", id))
			continue // told with the new level
		}
		c := d.profileDraft(id, true)
		c.edits = []Edit{e}
		c.rule, c.one = "profile-added", "now has a profile by the model "+quote(readable(p.Model))
		c.after = profileLines(p)
		d.add(c)
	}
	for _, id := range sortedKeys(d.a.Profiles) {
		if _, kept := d.b.Profiles[d.levels.now(id)]; kept {
			continue
		}
		p := d.a.Profiles[id]
		e := remove([]string{"profiles", id}, p)
		if s := d.slotOf(id, false); s >= 0 && !d.slots[s].both() {
			d.follows(e, goneFrom("levels", id))
			continue // told with the level that is gone
		}
		c := d.profileDraft(id, false)
		c.edits = []Edit{e}
		c.rule, c.one = "profile-removed", "no longer has a profile by the model "+quote(readable(p.Model))
		c.before = profileLines(p)
		d.add(c)
	}
}

func (d *differ) profileDraft(id string, inB bool) draft {
	c := draft{path: "profiles." + id}
	if s := d.slotOf(id, inB); s >= 0 {
		c.at, c.affects = []int{s}, []int{s}
	} else {
		c.thing = d.b.Title
	}
	return c
}

func profileLines(p Profile) string {
	var out []string
	for _, c := range sortedKeys(p.Requires) {
		out = append(out, readable(c)+": "+readable(p.Requires[c]))
	}
	return lineList(out)
}

func (d *differ) profile(c draft, a, b Profile, rising order) {
	if a.Model != b.Model {
		m := at(c, "model")
		m.rule, m.before, m.after = "profile-model-changed", readable(a.Model), readable(b.Model)
		m.edits = []Edit{set(m.place, a.Model, b.Model)}
		m.one = fmt.Sprintf("the profile now follows the model %s (it was %s)", quote(m.after), quote(m.before))
		d.add(m)
	}
	for _, id := range sortedKeys(b.Requires) {
		r := at(c, "requires", id)
		var was any
		if old, ok := a.Requires[id]; ok {
			was = old
		}
		r.edits = []Edit{set(r.place, was, b.Requires[id])}
		d.requirement(r, id, a.Requires[id], b.Requires[id], rising)
	}
	for _, id := range sortedKeys(a.Requires) {
		if _, kept := b.Requires[id]; !kept {
			r := at(c, "requires", id)
			r.edits = []Edit{remove(r.place, a.Requires[id])}
			r.rule, r.before = "profile-lowered", readable(a.Requires[id])
			r.one = fmt.Sprintf("no longer requires proficiency in %s (it was %s)", readable(id), quote(r.before))
			d.add(r)
		}
	}
	d.critical(at(c, "critical"), a.Critical, b.Critical)
}

func (d *differ) requirement(c draft, id, a, b string, rising order) {
	if a == b {
		return
	}
	c.before, c.after = readable(a), readable(b)
	c.one = fmt.Sprintf("the proficiency required in %s is now %s (it was %s)", readable(id), quote(c.after), quote(c.before))
	switch {
	case a == "":
		c.rule, c.one = "profile-raised", fmt.Sprintf("now also requires proficiency in %s (%s)", readable(id), quote(c.after))
	case rising.below(a, b) && !rising.below(b, a):
		c.rule = "profile-raised"
	case rising.below(b, a) && !rising.below(a, b):
		c.rule = "profile-lowered"
	default:
		c.rule, c.rest = "profile-changed", ", "+mayAskMore
	}
	d.add(c)
}

// critical compares the competencies that matter most at a level.
func (d *differ) critical(c draft, a, b []string) {
	match := matchExact(a, b)
	for j, id := range b {
		if match[j] >= 0 {
			continue
		}
		m := c
		m.edits = []Edit{insert(to(c.place, strconv.Itoa(j)), id)}
		m.rule, m.after, m.one, m.subject = "critical-added", readable(id), "now counts "+readable(id)+" among what matters most", true
		d.add(m)
	}
	for i, id := range a {
		if slices.Contains(match, i) {
			continue
		}
		m := c
		m.edits = []Edit{remove(to(c.place, strconv.Itoa(i)), id)}
		m.rule, m.before, m.one, m.subject = "critical-removed", readable(id), "no longer counts "+readable(id)+" among what matters most", true
		d.add(m)
	}
	if !increasing(match) {
		c.edits = []Edit{reorder(c.place, stayed(match))}
		c.rule, c.one, c.affects = "order-changed", "what matters most is listed in another order", nil
		d.add(c)
	}
}

// order says which level of proficiency is directly below which others.
type order map[string][]string

// proficiency reads the order of the levels of competency models from the
// profiles themselves, since the models are other documents: along a track a
// requirement does not fall, so that what stands at a lower rank is below what
// stands at a higher one. Where profiles contradict one another, both are below
// the other, and which is higher stays open.
func (d *differ) proficiency() order {
	out := order{}
	for _, f := range []*Framework{d.a, d.b} {
		levels := make([]*Level, 0, len(f.Levels))
		for i := range f.Levels {
			if _, ok := f.Profiles[f.Levels[i].ID]; ok {
				levels = append(levels, &f.Levels[i])
			}
		}
		slices.SortStableFunc(levels, func(x, y *Level) int {
			return cmp.Or(cmp.Compare(x.Track, y.Track), cmp.Compare(x.Rank, y.Rank))
		})
		for i := 1; i < len(levels); i++ {
			if levels[i-1].Track == levels[i].Track {
				out.rise(f.Profiles[levels[i-1].ID], f.Profiles[levels[i].ID])
			}
		}
	}
	return out
}

func (o order) rise(low, high Profile) {
	if low.Model != high.Model {
		return
	}
	for c, l := range low.Requires {
		if h, ok := high.Requires[c]; ok && h != l && !slices.Contains(o[l], h) {
			o[l] = append(o[l], h)
		}
	}
}

// below says whether one comes below another, directly or through others.
func (o order) below(a, b string) bool {
	seen := map[string]bool{a: true}
	for next := []string{a}; len(next) > 0; {
		at := next[len(next)-1]
		next = next[:len(next)-1]
		for _, up := range o[at] {
			if up == b {
				return true
			}
			if !seen[up] {
				seen[up] = true
				next = append(next, up)
			}
		}
	}
	return false
}
