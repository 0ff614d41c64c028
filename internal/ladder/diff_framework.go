package ladder

import (
	"fmt"
	"slices"
	"strings"
)

// framework compares what belongs to the framework as a whole.
func (d *differ) framework() {
	a, b := d.a, d.b
	about := func(rule, path string) draft { return draft{rule: rule, path: path, thing: b.Title} }
	d.identity()
	if a.Kind != b.Kind {
		d.field(about("kind-changed", "kind"), "kind of framework", a.Kind.Name(), b.Kind.Name())
	}
	d.field(about("framework-title-changed", "title"), "title", a.Title, b.Title)
	d.prose(about("framework-summary-changed", "summary"), "summary", a.Summary, b.Summary)
	d.prose(about("framework-definition-changed", "definition"), "definition", a.Definition, b.Definition)
	d.field(about("discipline-changed", "discipline"), "discipline", readable(a.Discipline), readable(b.Discipline))
	d.owners()
	d.source()
	d.frameworkCumulative()
	d.lines(lineRules{noun: "question", added: "questions-changed", removed: "questions-changed", reworded: "questions-changed"},
		draft{path: "questions", thing: b.Title}, a.Questions, b.Questions)
	d.guidance()
}

// identity tells what became of the framework's own id.
func (d *differ) identity() {
	a, b := d.a, d.b
	before, after := thing{a.ID, a.Formerly}, thing{b.ID, b.Formerly}
	if a.ID != b.ID {
		c := draft{rule: "framework-renamed", path: "id", thing: b.Title, subject: true, one: "has a new address, and the old one leads to it"}
		switch {
		case slices.Contains(b.Formerly, a.ID):
		case slices.Contains(a.Formerly, b.ID):
			c.one = "has its earlier address again"
		default:
			c.rule, c.one = "framework-replaced", fmt.Sprintf("takes the place of %s, and does not say that it continues it", a.Title)
		}
		d.add(c)
	}
	d.formerly(draft{path: "formerly", thing: b.Title}, before, after, nil)
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
	about := draft{rule: "source-changed", path: "source", thing: d.b.Title}
	if a == b {
		if (d.a.Source == nil) != (d.b.Source == nil) {
			about.rule, about.one = "written-otherwise", "names no source, as before"
			d.add(about)
		}
		return
	}
	d.field(at(about, "title"), "source", a.Title, b.Title)
	d.field(at(about, "author"), "author of the source", a.Author, b.Author)
	d.field(at(about, "url"), "address of the source", a.URL, b.URL)
}

// at is the draft with a longer path.
func at(c draft, more string) draft {
	c.path += "." + more
	return c
}

// frameworkCumulative tells that levels now inherit from those below, or no
// longer do.
func (d *differ) frameworkCumulative() {
	if d.a.Cumulative == d.b.Cumulative {
		return
	}
	c := draft{path: "cumulative", thing: d.b.Title}
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
	used := make([]bool, len(a))
	for j := range b {
		path := fmt.Sprintf("guidance[%d]", j)
		if match[j] < 0 {
			d.add(draft{rule: "guidance-changed", path: path, thing: d.b.Title, one: "new guidance: " + quote(b[j].Title), after: b[j].text()})
			continue
		}
		was := a[match[j]]
		used[match[j]] = true
		about := draft{rule: "guidance-changed", path: path, thing: d.b.Title}
		d.field(at(about, "title"), "heading of a piece of guidance", was.Title, b[j].Title)
		about.thing += ", " + b[j].Title
		d.lines(lineRules{noun: "piece of guidance", nouns: "pieces of guidance", added: "guidance-changed", removed: "guidance-changed", reworded: "guidance-changed"},
			at(about, "items"), was.Items, b[j].Items)
	}
	for i := range a {
		if !used[i] {
			d.add(draft{rule: "guidance-changed", path: fmt.Sprintf("guidance[%d]", i), thing: d.b.Title, one: "guidance removed: " + quote(a[i].Title), before: a[i].text()})
		}
	}
	if !increasing(match) {
		d.add(draft{rule: "order-changed", path: "guidance", thing: d.b.Title, one: "the pieces of guidance are shown in another order"})
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
