package ladder

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
)

// partKind is a sort of thing that has an id: how its rules begin, and what
// people call one.
type partKind struct {
	name, plural string
	pairing      *pairing
	retired      map[string]Retired // of the new text
	// about begins the draft for a thing: by its id in the text that has it.
	about func(id string, inB bool) draft
	// title is what people call the thing with this id.
	title func(id string, inB bool) string
	// fresh, where it is set, gives another rule and other words for a thing that came.
	fresh func(id string) (rule, says string)
	// gone, where it is set, says that a thing went without a successor.
	gone string
	// value is the thing itself.
	value func(f *Framework, id string) any
}

// lifecycle tells which things came, went and have another id.
func (d *differ) lifecycle(k partKind) {
	for _, id := range k.pairing.fresh() {
		c := k.about(id, true)
		c.rule, c.one, c.subject = k.name+"-added", "is a new "+k.name, true
		if c.thing != "" {
			c.one = "is new" // it is called "the track ..." already
		}
		if k.fresh != nil {
			rule, says := k.fresh(id)
			c.rule, c.one = rule, says
		}
		at := strconv.Itoa(slices.Index(k.pairing.b, id))
		c.edits = []Edit{insert([]string{k.plural, at}, k.value(d.b, id))}
		c.speaksOf = []subject{thingIn(k.plural, id)}
		d.add(c)
	}
	for _, id := range k.pairing.a {
		if now, ok := k.pairing.next[id]; ok {
			d.renamed(k, id, now)
		} else {
			d.ended(k, id)
		}
	}
	if k.plural != "levels" && k.pairing.reordered() {
		d.add(draft{rule: "order-changed", path: "order." + k.plural, thing: d.b.Title, one: "the " + k.plural + " are shown in another order",
			edits: []Edit{k.pairing.reordering(k.plural)}, speaksOf: []subject{{of: "order of " + k.plural}}})
	}
}

func (d *differ) renamed(k partKind, was, is string) {
	if was == is {
		return
	}
	c := k.about(is, true)
	c.rule, c.one, c.subject = k.name+"-renamed", "has a new address, and the old one leads to it", true
	c.edits = []Edit{set([]string{k.plural, was, "id"}, was, is)}
	c.speaksOf = []subject{thingIn(k.plural, is)}
	if k.pairing.undone[was] {
		c.rule, c.one = k.name+"-renamed-back", "has its earlier address again, and what uses the later one leads nowhere"
	}
	d.add(c)
}

func (d *differ) ended(k partKind, id string) {
	c := k.about(id, false)
	c.subject = true
	c.edits = []Edit{remove([]string{k.plural, id}, k.value(d.a, id))}
	c.speaksOf = []subject{goneFrom(k.plural, id)}
	into, merged := k.pairing.merged[id]
	if r, ok := k.retired[id]; ok {
		c.rule, c.one, c.after = k.name+"-retired", "is retired", r.Reason
		if r.Reason != "" {
			c.one += " (" + quote(r.Reason) + ")"
		}
		if len(r.Into) > 0 {
			c.one += "; in its place: " + d.successors(k, r.Into, true)
		}
	} else if merged {
		c.rule, c.one = k.name+"-merged", "is merged into "+k.title(into, true)
	} else {
		c.rule, c.one = k.name+"-removed", cmp.Or(k.gone, "is gone, and nothing says what took its place")
	}
	d.add(c)
}

// successors are the things that took a retired one's place: "Staff (L4)
// (for those who lead) and Senior (L3)".
func (d *differ) successors(k partKind, into []Into, inB bool) string {
	var out []string
	for _, i := range into {
		name := k.title(i.Target(), inB)
		if i.When != "" {
			name += " (" + i.When + ")"
		}
		out = append(out, name)
	}
	return enumerate(out)
}

// formerly compares the ids that a thing had before. merged are the ids of
// things that went into it.
func (d *differ) formerly(plural string, about draft, a, b thing, merged []string) {
	if slices.Equal(a.formerly, b.formerly) {
		return
	}
	about.edits = []Edit{set(about.place, a.formerly, b.formerly)}
	expected := slices.Clone(a.formerly)
	if a.id != b.id && slices.Contains(b.formerly, a.id) && !slices.Contains(expected, a.id) {
		expected = append(expected, a.id)
	}
	for _, id := range merged {
		if !slices.Contains(expected, id) {
			expected = append(expected, id)
		}
	}
	dropped := without(without(expected, b.formerly), []string{b.id})
	noted := without(b.formerly, expected)
	switch {
	case len(dropped) > 0:
		about.rule, about.one = "former-id-dropped", "no longer keeps an address that it had before, and what uses it leads nowhere"
	case len(noted) > 0:
		about.rule, about.one = "former-ids-changed", "keeps another address that it had before"
	case !slices.Equal(inBoth(a.formerly, b.formerly), inBoth(b.formerly, a.formerly)):
		about.rule, about.one = "former-ids-changed", "lists the addresses that it had before in another order"
	default:
		on := []subject{thingIn(plural, b.id)}
		for _, id := range merged {
			on = append(on, goneFrom(plural, id))
		}
		d.follows(about.edits[0], on...)
		return
	}
	about.subject = true
	d.add(about)
}

// without is a less one element for each element of b that equals it.
func without(a, b []string) []string {
	out := slices.Clone(a)
	for _, s := range b {
		if i := slices.Index(out, s); i >= 0 {
			out = slices.Delete(out, i, i+1)
		}
	}
	return out
}

// inBoth is a with only what b has too.
func inBoth(a, b []string) []string {
	return slices.DeleteFunc(slices.Clone(a), func(s string) bool { return !slices.Contains(b, s) })
}

// mergedInto lists the ids of a that went into a thing of b besides its own.
func (p *pairing) mergedInto(b string) []string {
	var out []string
	for _, id := range p.a {
		if p.merged[id] == b && b != "" {
			out = append(out, id)
		}
	}
	return out
}

// parts compares tracks, areas, competencies and aims.
func (d *differ) parts() {
	d.trackParts()
	d.areaParts()
	d.competencyParts()
	d.aimParts()
}

func (d *differ) trackParts() {
	d.lifecycle(d.trackKind())
	for _, id := range d.tracks.b {
		was, ok := d.tracks.prev[id]
		if !ok {
			continue
		}
		a, _ := d.a.Track(was)
		b, _ := d.b.Track(id)
		about := func(rule, field string) draft {
			return draft{rule: rule, path: "tracks." + id + "." + field, thing: "The track " + b.Title, place: []string{"tracks", was, field}}
		}
		d.field(about("track-title-changed", "title"), "title", a.Title, b.Title)
		d.field(about("track-family-changed", "family"), "job family", a.Family, b.Family)
		d.formerly("tracks", about("", "formerly"), thing{was, a.Formerly}, thing{id, b.Formerly}, d.tracks.mergedInto(id))
	}
}

func (d *differ) areaParts() {
	d.lifecycle(d.areaKind())
	for _, id := range d.areas.b {
		was, ok := d.areas.prev[id]
		if !ok {
			continue
		}
		a := byID(d.a.Areas, was, func(x *Area) string { return x.ID })
		b := byID(d.b.Areas, id, func(x *Area) string { return x.ID })
		about := func(rule, field string) draft {
			return draft{rule: rule, path: "areas." + id + "." + field, thing: "The area " + b.Title, place: []string{"areas", was, field}}
		}
		d.field(about("area-title-changed", "title"), "title", a.Title, b.Title)
		d.prose(about("area-definition-changed", "definition"), "definition", a.Definition, b.Definition)
		d.formerly("areas", about("", "formerly"), thing{was, a.Formerly}, thing{id, b.Formerly}, d.areas.mergedInto(id))
	}
}

func (d *differ) aimParts() {
	title := d.titleIn("an aim", func(f *Framework, id string) (string, bool) {
		x := byID(f.Aims, id, func(x *Aim) string { return x.ID })
		if x == nil {
			return "", false
		}
		return x.Title, true
	})
	about := func(id string, inB bool) draft {
		return draft{path: "aims." + id, place: []string{"aims", id}, thing: fmt.Sprintf("The aim %s", quote(title(id, inB)))}
	}
	d.lifecycle(partKind{name: "aim", plural: "aims", pairing: &d.aims, about: about, title: title,
		gone: "is gone", value: valueIn(func(f *Framework) []Aim { return f.Aims }, func(x *Aim) string { return x.ID })})
	for _, id := range d.aims.b {
		was, ok := d.aims.prev[id]
		if !ok {
			continue
		}
		a := byID(d.a.Aims, was, func(x *Aim) string { return x.ID })
		b := byID(d.b.Aims, id, func(x *Aim) string { return x.ID })
		c := about(id, true)
		c.rule = "aim-title-changed"
		d.field(at(c, "title"), "title", a.Title, b.Title)
		c.rule = "aim-text-changed"
		d.prose(at(c, "text"), "text", a.Text, b.Text)
	}
}
