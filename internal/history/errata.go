package history

import (
	"maps"
	"sort"
	"time"
)

// errata are the notes on older texts that stood in the text in force from a
// moment on, by number.
type errata struct {
	at    time.Time
	notes map[string]string
}

// annotate keeps the errata of the text in force where they change. They are no
// part of a text, so that they may come without a version. When a framework
// ends, what was wrong with its texts stays known.
func (c *chain) annotate(at time.Time, t *text) {
	var last map[string]string
	if n := len(c.errata); n > 0 {
		last = c.errata[n-1].notes
	}
	if t != nil && !maps.Equal(t.directives.Errata, last) {
		c.errata = append(c.errata, errata{at, t.directives.Errata})
	}
}

// newErrata are the notes that a text has, and the version before it had not: a
// version tells of those that were added since.
func (c *chain) newErrata(t *text) map[string]string {
	var before map[string]string
	if n := len(c.becomes); n > 0 {
		before = c.becomes[n-1].text.directives.Errata
	}
	out := maps.Clone(t.directives.Errata)
	maps.DeleteFunc(out, func(number, note string) bool { return before[number] == note })
	return out
}

// Erratum is the note on the version with a number that the view knows of, ""
// for none.
func (t *Timeline) Erratum(number string, v View) string {
	i := sort.Search(len(t.errata), func(i int) bool { return t.errata[i].at.After(v.KnownAt) }) - 1
	if i < 0 {
		return ""
	}
	return t.errata[i].notes[number]
}
