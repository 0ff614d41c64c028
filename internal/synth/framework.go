package synth

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

const moduleFile = `module: "example.com/careers"
language: version: "v0.17.0"
`

const organisationFile = `package organisation

import "github.com/milepost-dev/milepost/schema"

organisation: schema.#Organisation
organisation: {
	name:     "Example Careers"
	timeZone: "Europe/Berlin"
	language: "en"
}
`

// framework is the text that is to be written: what a commit changes, and
// what the next commit starts from.
type framework struct {
	id, title    string
	competencies int
	levels       []level
}

type level struct {
	rank  int
	track string
	cells []cell
}

// cell has items, or the id of the level that it is the same as.
type cell struct {
	items  []string
	same   string
	degree string
}

func newFramework(r *rand.Rand, n int, o Options) *framework {
	field := fields[n%len(fields)]
	f := &framework{
		id:           fmt.Sprintf("%s-ladder-%d", slug(field), n+1),
		title:        fmt.Sprintf("%s ladder %d", field, n+1),
		competencies: o.CompetenciesPerFramework,
	}
	managers := o.LevelsPerFramework * 6 / 10 // the first rank of the manager track
	for i := range o.LevelsPerFramework {
		l := level{rank: i + 1, track: "ic"}
		if i >= managers && o.LevelsPerFramework > 1 {
			l.track = "manager"
		}
		for c := range o.CompetenciesPerFramework {
			l.cells = append(l.cells, newCell(r, f, l, c, o))
		}
		f.levels = append(f.levels, l)
	}
	return f
}

// newCell makes the cell of l and competency c: now and then the same as the
// level below on the track, if that has items.
func newCell(r *rand.Rand, f *framework, l level, c int, o Options) cell {
	if n := len(f.levels); n > 0 && r.IntN(25) == 0 {
		below := f.levels[n-1]
		if below.track == l.track && below.cells[c].items != nil {
			return cell{same: below.id()}
		}
	}
	var out cell
	for range o.ItemsPerCell {
		out.items = append(out.items, sentence(r))
	}
	if degreesListed[competencyNames[c].id] {
		// From rank alone, so that it never falls along a track.
		out.degree = degrees[(l.rank-1)*len(degrees)/o.LevelsPerFramework]
	}
	return out
}

func (l level) id() string { return fmt.Sprintf("l%d", l.rank) }

// reword gives one line of a level another text, and returns the level's place.
func (f *framework) reword(r *rand.Rand) int {
	i := r.IntN(len(f.levels))
	f.rewordLevel(r, i)
	return i
}

func (f *framework) rewordLevel(r *rand.Rand, i int) {
	for {
		c := f.levels[i].cells[r.IntN(f.competencies)]
		if len(c.items) > 0 {
			c.items[r.IntN(len(c.items))] = sentence(r)
			return
		}
		// All cells of a level can be the same as another's: then one is written out.
		f.levels[i].cells[0] = cell{items: []string{sentence(r)}}
	}
}

func (f *framework) dir() string { return "frameworks/" + f.id }

func (f *framework) levelPath(i int) string {
	return fmt.Sprintf("%s/%s.cue", f.dir(), f.levels[i].id())
}

// sharedFile is framework.cue: all but the levels.
func (f *framework) sharedFile() string {
	var b strings.Builder
	fmt.Fprintf(&b, "package framework\n\nimport \"github.com/milepost-dev/milepost/schema\"\n\n")
	fmt.Fprintf(&b, "framework: schema.#Framework\nframework: {\n")
	fmt.Fprintf(&b, "\tid:      %q\n\tkind:    \"ladder\"\n\ttitle:   %q\n", f.id, f.title)
	fmt.Fprintf(&b, "\tsummary: \"What each level is expected to do, from the first to the last.\"\n\towners: [\"people-team\"]\n")
	fmt.Fprintf(&b, "\ttracks: {\n\t\tic: title: \"Individual contributor\"\n\t\tmanager: {title: \"Leadership\", family: \"Leadership\"}\n\t}\n")
	b.WriteString("\tareas: {\n")
	for _, a := range areaTitles {
		fmt.Fprintf(&b, "\t\t%s: title: %q\n", a.id, a.title)
	}
	b.WriteString("\t}\n\tcompetencies: {\n")
	var order []string
	for _, c := range competencyNames[:f.competencies] {
		fmt.Fprintf(&b, "\t\t%s: {area: %q, title: %q}\n", c.id, c.area, c.title)
		order = append(order, c.id)
	}
	b.WriteString("\t}\n\tdegrees: {\n")
	for _, id := range order {
		if degreesListed[id] {
			fmt.Fprintf(&b, "\t\t%s: [%s]\n", id, quoted(degrees[:]))
		}
	}
	fmt.Fprintf(&b, "\t}\n\torder: {\n\t\ttracks: [\"ic\", \"manager\"]\n\t\tareas: [\"work\", \"people\", \"craft\"]\n\t\tcompetencies: [%s]\n\t}\n}\n", quoted(order))
	return b.String()
}

// levelFile is the file of level i.
func (f *framework) levelFile(i int) string {
	l := f.levels[i]
	var b strings.Builder
	fmt.Fprintf(&b, "package framework\n\nframework: levels: %s: {\n", l.id())
	fmt.Fprintf(&b, "\trank:  %d\n\tcode:  \"L%d\"\n\ttrack: %q\n", l.rank, l.rank, l.track)
	fmt.Fprintf(&b, "\ttitles: [{text: %q}]\n\texpectations: {\n", fmt.Sprintf("%s, level %d", f.title, l.rank))
	for n, c := range l.cells {
		writeCell(&b, competencyNames[n].id, c)
	}
	b.WriteString("\t}\n}\n")
	return b.String()
}

func writeCell(b *strings.Builder, competency string, c cell) {
	if c.same != "" {
		fmt.Fprintf(b, "\t\t%s: same: %q\n", competency, c.same)
		return
	}
	fmt.Fprintf(b, "\t\t%s: {\n", competency)
	if c.degree != "" {
		fmt.Fprintf(b, "\t\t\tdegree: %q\n", c.degree)
	}
	b.WriteString("\t\t\titems: [\n")
	for _, item := range c.items {
		fmt.Fprintf(b, "\t\t\t\t%q\n", item)
	}
	b.WriteString("\t\t\t]\n\t\t}\n")
}

func quoted(list []string) string {
	var out []string
	for _, s := range list {
		out = append(out, fmt.Sprintf("%q", s))
	}
	return strings.Join(out, ", ")
}

func slug(s string) string {
	return strings.ReplaceAll(strings.ToLower(s), " ", "-")
}
