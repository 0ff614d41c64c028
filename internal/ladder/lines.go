package ladder

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
)

// lineRules are the rules and words for a list of lines: prompts, examples,
// duties. nouns is noun with an s where it is empty.
type lineRules struct {
	noun, nouns              string
	added, removed, reworded string
	// corrected is the rule for typo-like changes, "text-corrected" if empty.
	corrected string
}

// lines tells how a list of lines changed: line by line, and one change for
// another order. about says whose lines they are, and its path and place are
// the list's.
func (d *differ) lines(r lineRules, about draft, a, b []string) {
	if slices.Equal(a, b) {
		return
	}
	match := d.matchLines(a, b)
	for j, i := range match {
		c := about
		c.path = fmt.Sprintf("%s[%d]", about.path, j)
		switch {
		case i < 0:
			c.rule, c.after, c.one = r.added, b[j], fmt.Sprintf("new %s: %s", r.noun, quote(b[j]))
			c.edits = []Edit{insert(to(about.place, strconv.Itoa(j)), b[j])}
		case a[i] == b[j]:
			continue
		case typoLike(a[i], b[j]):
			c.rule, c.before, c.after = cmp.Or(r.corrected, "text-corrected"), a[i], b[j]
			c.one = fmt.Sprintf("%s corrected: %s", r.noun, quote(b[j]))
		default:
			c.rule, c.before, c.after = r.reworded, a[i], b[j]
			c.one = fmt.Sprintf("%s reworded from %s to %s", r.noun, quote(a[i]), quote(b[j]))
		}
		if i >= 0 {
			c.edits = []Edit{set(to(about.place, strconv.Itoa(i)), a[i], b[j])}
		}
		d.addLine(c)
	}
	for i := range a {
		if !slices.Contains(match, i) {
			c := about
			c.path = fmt.Sprintf("%s[%d]", about.path, i)
			c.rule, c.before, c.one = r.removed, a[i], fmt.Sprintf("%s removed: %s", r.noun, quote(a[i]))
			c.edits = []Edit{remove(to(about.place, strconv.Itoa(i)), a[i])}
			d.addLine(c)
		}
	}
	if !increasing(match) {
		c := about
		c.edits = []Edit{reorder(about.place, stayed(match))}
		c.rule, c.one = "order-changed", fmt.Sprintf("the %s are shown in another order", cmp.Or(r.nouns, r.noun+"s"))
		d.addLine(c)
	}
}

// addLine adds a change of a list, which may be carried out with another one.
func (d *differ) addLine(c draft) {
	if c.carried {
		c.edits = nil
	}
	d.add(c)
}

// stayed are the places of the lines that others continue, in their new order.
func stayed(match []int) []string {
	var out []string
	for _, i := range match {
		if i >= 0 {
			out = append(out, strconv.Itoa(i))
		}
	}
	return out
}

// maxPairs bounds how many pairs of texts of one list are compared for
// similarity; lists of the schema have at most 50 lines. Beyond, texts that
// are not equal count as added and removed.
const maxPairs = 10_000

// matchLines says which line of a each line of b continues, -1 if none: equal
// lines first, then the most alike.
func (d *differ) matchLines(a, b []string) []int {
	match := matchExact(a, b)
	type candidate struct {
		i, j int
		like float64
	}
	var found []candidate
	if len(a)*len(b) > maxPairs {
		return match
	}
	for j := range b {
		for i := range a {
			if match[j] >= 0 || slices.Contains(match, i) {
				continue
			}
			if s := similarity(d.lexicon.phrase(a[i]), d.lexicon.phrase(b[j]), similarHere); s > 0 {
				found = append(found, candidate{i, j, s})
			}
		}
	}
	slices.SortStableFunc(found, func(x, y candidate) int {
		return cmp.Or(cmp.Compare(y.like, x.like), cmp.Compare(apart(x.i, x.j), apart(y.i, y.j)))
	})
	for _, c := range found {
		if match[c.j] < 0 && !slices.Contains(match, c.i) {
			match[c.j] = c.i
		}
	}
	return match
}

func apart(i, j int) int { return max(i-j, j-i) }

// matchExact says which line of a equals each line of b, -1 if none. Of equal
// lines the first continues the first.
func matchExact(a, b []string) []int {
	places := map[string][]int{}
	for i, s := range a {
		places[s] = append(places[s], i)
	}
	match := make([]int, len(b))
	for j, s := range b {
		match[j] = -1
		if p := places[s]; len(p) > 0 {
			match[j], places[s] = p[0], p[1:]
		}
	}
	return match
}

// increasing says whether the lines that continue others are in their order.
func increasing(match []int) bool {
	last := -1
	for _, i := range match {
		if i >= 0 && i < last {
			return false
		}
		last = max(last, i)
	}
	return true
}
