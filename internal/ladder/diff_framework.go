package ladder

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// framework compares what belongs to the framework as a whole.
func (d *differ) framework() {
	a, b := d.a, d.b
	about := func(rule, path string) draft {
		return draft{rule: rule, path: path, thing: b.Title, place: []string{path}}
	}
	d.identity()
	if a.Kind != b.Kind {
		c := about("kind-changed", "kind")
		c.edits = []Edit{set(c.place, a.Kind, b.Kind)}
		d.field(c, "kind of framework", a.Kind.Name(), b.Kind.Name())
	}
	d.field(about("framework-title-changed", "title"), "title", a.Title, b.Title)
	d.prose(about("framework-summary-changed", "summary"), "summary", a.Summary, b.Summary)
	d.prose(about("framework-definition-changed", "definition"), "definition", a.Definition, b.Definition)
	c := about("discipline-changed", "discipline")
	c.edits = []Edit{set(c.place, a.Discipline, b.Discipline)}
	d.field(c, "discipline", readable(a.Discipline), readable(b.Discipline))
	d.owners()
	d.source()
	d.frameworkCumulative()
	d.lines(lineRules{noun: "question", added: "questions-changed", removed: "questions-changed", reworded: "questions-changed"},
		about("", "questions"), a.Questions, b.Questions)
	d.guidance()
}

// identity tells what became of the framework's own id.
func (d *differ) identity() {
	a, b := d.a, d.b
	before, after := thing{a.ID, a.Formerly}, thing{b.ID, b.Formerly}
	if a.ID != b.ID {
		c := draft{rule: "framework-renamed", path: "id", thing: b.Title, subject: true, one: "has a new address, and the old one leads to it"}
		c.edits, c.speaksOf = []Edit{set([]string{"id"}, a.ID, b.ID)}, []subject{thingIn("framework", b.ID)}
		switch {
		case slices.Contains(b.Formerly, a.ID):
		case slices.Contains(a.Formerly, b.ID):
			c.one = "has its earlier address again"
		default:
			c.rule, c.one = "framework-replaced", fmt.Sprintf("takes the place of %s, and does not say that it continues it", a.Title)
		}
		d.add(c)
	}
	d.formerly("framework", draft{path: "formerly", thing: b.Title, place: []string{"formerly"}}, before, after, nil)
}

func (d *differ) owners() {
	a, b := d.a.Owners, d.b.Owners
	if slices.Equal(a, b) {
		return
	}
	d.add(draft{
		rule: "owners-changed", path: "owners", thing: d.b.Title,
		one:    fmt.Sprintf("is now owned by %s (it was %s)", enumerateOr(b, "nobody"), enumerateOr(a, "nobody")),
		before: lineList(a), after: lineList(b), subject: true,
		edits: []Edit{set([]string{"owners"}, a, b)},
	})
}

func enumerateOr(list []string, none string) string {
	if len(list) == 0 {
		return none
	}
	return enumerate(list)
}

func (d *differ) source() {
	a, b := Source{}, Source{}
	if d.a.Source != nil {
		a = *d.a.Source
	}
	if d.b.Source != nil {
		b = *d.b.Source
	}
	about := draft{rule: "source-changed", path: "source", thing: d.b.Title, place: []string{"source"}}
	defer d.endsWhole(len(d.drafts), about.place, pointed(d.a.Source), d.b.Source == nil)
	if a == b {
		if (d.a.Source == nil) != (d.b.Source == nil) {
			about.rule, about.one = "written-otherwise", "names no source, as before"
			if d.b.Source != nil {
				about.edits = []Edit{set(about.place, nil, d.b.Source)}
			}
			d.add(about)
		}
		return
	}
	d.field(at(about, "title"), "source", a.Title, b.Title)
	d.field(at(about, "author"), "author of the source", a.Author, b.Author)
	d.field(at(about, "url"), "address of the source", a.URL, b.URL)
}

// at is the draft with a longer path.
func at(c draft, more ...string) draft {
	c.path += "." + strings.Join(more, ".")
	c.place = to(c.place, more...)
	return c
}

// endsWhole takes a group of fields away as a whole, where it ended, with the
// first of the changes since, which told so field by field.
func (d *differ) endsWhole(since int, place []string, was any, ended bool) {
	if ended && since < len(d.drafts) {
		c := &d.drafts[since]
		c.edits = append(slices.Clip(c.edits), set(place, was, nil))
	}
}

// frameworkCumulative tells that levels now inherit from those below, or no
// longer do.
func (d *differ) frameworkCumulative() {
	if d.a.Cumulative == d.b.Cumulative {
		return
	}
	c := draft{path: "cumulative", thing: d.b.Title, edits: []Edit{set([]string{"cumulative"}, d.a.Cumulative, d.b.Cumulative)}}
	for r := range d.rows {
		c.affects = union(c.affects, d.inheritors(r))
	}
	d.add(inheritance(c, d.b.Cumulative))
}

func inheritance(c draft, on bool) draft {
	if on {
		c.rule, c.one = "cumulative-on", "each level now also asks what the levels below it on its track ask"
	} else {
		c.rule, c.one = "cumulative-off", "a level no longer asks what the levels below it on its track ask"
	}
	return c
}

// guidance compares advice: section by section, then line by line.
func (d *differ) guidance() {
	a, b := d.a.Guidance, d.b.Guidance
	match := matchGuidance(a, b)
	place, used := []string{"guidance"}, make([]bool, len(a))
	for j := range b {
		path := fmt.Sprintf("guidance[%d]", j)
		if match[j] < 0 {
			d.add(draft{rule: "guidance-changed", path: path, thing: d.b.Title, one: "new guidance: " + quote(b[j].Title), after: b[j].text(),
				edits: []Edit{insert(to(place, strconv.Itoa(j)), b[j])}})
			continue
		}
		was := a[match[j]]
		used[match[j]] = true
		about := draft{rule: "guidance-changed", path: path, thing: d.b.Title, place: to(place, strconv.Itoa(match[j]))}
		d.field(at(about, "title"), "heading of a piece of guidance", was.Title, b[j].Title)
		about.thing += ", " + b[j].Title
		d.lines(lineRules{noun: "piece of guidance", nouns: "pieces of guidance", added: "guidance-changed", removed: "guidance-changed", reworded: "guidance-changed"},
			at(about, "items"), was.Items, b[j].Items)
	}
	for i := range a {
		if !used[i] {
			d.add(draft{rule: "guidance-changed", path: fmt.Sprintf("guidance[%d]", i), thing: d.b.Title, one: "guidance removed: " + quote(a[i].Title), before: a[i].text(),
				edits: []Edit{remove(to(place, strconv.Itoa(i)), a[i])}})
		}
	}
	if !increasing(match) {
		d.add(draft{rule: "order-changed", path: "guidance", thing: d.b.Title, one: "the pieces of guidance are shown in another order",
			edits: []Edit{reorder(place, stayed(match))}})
	}
}

func (g Guidance) text() string { return strings.Join(append([]string{g.Title}, g.Items...), "\n") }

// matchGuidance says which section of a each one of b continues, -1 if none:
// by heading, else by a line that they share.
func matchGuidance(a, b []Guidance) []int {
	var titlesA, titlesB []string
	for _, g := range a {
		titlesA = append(titlesA, g.Title)
	}
	for _, g := range b {
		titlesB = append(titlesB, g.Title)
	}
	match := matchExact(titlesA, titlesB)
	for j := range b {
		for i := range a {
			if match[j] < 0 && !slices.Contains(match, i) && sharesLine(a[i].Items, b[j].Items) {
				match[j] = i
			}
		}
	}
	return match
}

func sharesLine(a, b []string) bool {
	return slices.ContainsFunc(a, func(s string) bool { return slices.Contains(b, s) })
}
