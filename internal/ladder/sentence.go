package ladder

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"
)

// quote puts a text between quotes, as a sentence cites it.
func quote(s string) string { return `"` + s + `"` }

// enumerate is "A", "A and B", "A, B and C".
func enumerate(list []string) string {
	switch n := len(list); n {
	case 0:
		return ""
	case 1:
		return list[0]
	default:
		return strings.Join(list[:n-1], ", ") + " and " + list[n-1]
	}
}

// quoteAll cites texts one after the other.
func quoteAll(list []string) string { return enumerate(quotedEach(list)) }

// brief says whether a text is short enough to be cited in a sentence.
func brief(s string) bool { return utf8.RuneCountInString(s) <= 120 && !strings.Contains(s, "\n") }

// count is "1 year", "2 years".
func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// readable is an id as words, for what has no title here: another framework's
// competencies and levels.
func readable(id string) string { return strings.NewReplacer("_", " ", "-", " ").Replace(id) }

func sortedKeys[T any](m map[string]T) []string { return slices.Sorted(maps.Keys(m)) }

// field tells that a text of one field changed: given, taken away, corrected
// or reworded. c names the rule and whose field it is.
func (d *differ) field(c draft, name, before, after string) {
	if before == after {
		return
	}
	c.before, c.after = before, after
	if c.edits == nil {
		c.edits = []Edit{set(c.place, before, after)}
	}
	switch {
	case before == "":
		c.one = "now has " + article(name)
		if brief(after) {
			c.rest = ": " + quote(after)
		}
	case after == "":
		c.one = "no longer has " + article(name)
	case brief(before) && brief(after):
		c.one, c.rest = "the "+name+" is now ", fmt.Sprintf("%s (it was %s)", quote(after), quote(before))
	default:
		c.one = "the " + name + " is reworded"
	}
	d.add(c)
}

// prose is field for texts in which typos are corrected without more ado:
// summaries and definitions, but not titles and names.
func (d *differ) prose(c draft, name, before, after string) {
	if before == after || !typoLike(before, after) {
		d.field(c, name, before, after)
		return
	}
	c.rule, c.before, c.after, c.edits = "text-corrected", before, after, []Edit{set(c.place, before, after)}
	c.one = "the " + name + " is corrected, in spelling or punctuation alone"
	d.add(c)
}

func article(noun string) string {
	if strings.ContainsRune("aeiou", rune(noun[0])) {
		return "an " + noun
	}
	return "a " + noun
}

// lineList is a list as one text, a line each.
func lineList(list []string) string { return strings.Join(list, "\n") }

func quotedEach(list []string) []string {
	out := make([]string, len(list))
	for i, s := range list {
		out[i] = quote(s)
	}
	return out
}
