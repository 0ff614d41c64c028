package ladder

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Identities name the expectations of one text of a timeline, so that what is
// said of an expectation (in a review, in a history) stays with it: through
// rewording, from level to level and from competency to competency, through
// new ids of levels and competencies. They are derived from the sequence of
// texts, and nobody writes them.
//
// An expectation keeps its identity where Diff says that it was reworded,
// corrected, moved or regrouped. The same text at several levels of a
// competency is one expectation, also where it came to be the same later. A
// text that is gone has its identity again when it returns.
type Identities struct {
	seed string
	text *Framework
	// now are the identities, by level and competency, in the order of items.
	now map[string]map[string][]string
	// here is the identity of each text that stands in a competency, and past
	// the one that each text had last which stands there no longer.
	here, past map[worded]string
}

// worded is a text in a competency, at whichever level.
type worded struct{ competency, text string }

// Identify names the expectations of the first text of a timeline. The seed
// makes them differ from those of other timelines: the timeline's own name.
func Identify(f *Framework, seed string) Identities {
	return Identities{seed: seed}.Follow(f, ChangeSet{})
}

// Of is the identity of an expectation, by its place in the cell, counted from
// 0; "" if there is no such expectation.
func (ids Identities) Of(level, competency string, item int) string {
	cell := ids.now[level][competency]
	if item < 0 || item >= len(cell) {
		return ""
	}
	return cell[item]
}

// Follow names the expectations of the next text. s is what Diff says of the
// two; b is nil where the framework ended. ids themselves stay as they are.
func (ids Identities) Follow(b *Framework, s ChangeSet) Identities {
	n := newNaming(ids, b, s)
	n.each(n.stayed)
	n.each(n.continued)
	n.each(n.returned)
	n.each(n.named)
	return n.finish()
}

// Name lists, for each change in turn, the identities of the expectations that
// it concerns: those of the new text, which ids are of, and for what is gone
// those that it had. Changes of other things have none.
func (ids Identities) Name(s ChangeSet) [][]string {
	out := make([][]string, len(s.Changes))
	for i := range s.Changes {
		c := &s.Changes[i]
		for _, text := range c.Texts {
			if id := ids.find(c, text); id != "" && !slices.Contains(out[i], id) {
				out[i] = append(out[i], id)
			}
		}
	}
	return out
}

func (ids Identities) find(c *Change, text string) string {
	for _, level := range slices.Concat(c.Levels, c.To) {
		for i, id := range ids.now[level][c.Competency] {
			if l, ok := ids.text.Level(level); ok && l.Expectations[c.Competency].Items[i].Text == text {
				return id
			}
		}
	}
	w := worded{c.Competency, text}
	if id := ids.here[w]; id != "" {
		return id
	}
	return ids.past[w]
}

// naming finds the identities of a text that follows another one.
type naming struct {
	was, is Identities
	levels  pairing
	comps   pairing
	// from are the texts that each text of the new one continues, by what the
	// changes say: the most certain first.
	from  map[worded][]worded
	alive map[string]bool // identities given in the new text
	used  map[string]bool // identities that mean something already
}

func newNaming(was Identities, b *Framework, s ChangeSet) *naming {
	n := &naming{was: was, from: map[worded][]worded{}, alive: map[string]bool{}, used: map[string]bool{}}
	n.is = Identities{seed: was.seed, text: b, now: map[string]map[string][]string{}, here: map[worded]string{}, past: map[worded]string{}}
	a := was.text
	if a == nil {
		a = &Framework{}
	}
	if b == nil {
		b = &Framework{}
	}
	n.levels, n.comps = pair(levelThings(a), levelThings(b)), pair(competencyThings(a), competencyThings(b))
	for i := range b.Levels {
		l := &b.Levels[i]
		if n.is.now[l.ID] != nil {
			continue // an id that two levels have is the first one's
		}
		n.is.now[l.ID] = map[string][]string{}
		for c, cell := range l.Expectations {
			n.is.now[l.ID][c] = make([]string, len(cell.Items))
		}
	}
	for _, id := range was.past {
		n.used[id] = true
	}
	for _, id := range was.All() {
		n.used[id] = true
	}
	n.links(s)
	n.merged(b)
	return n
}

// links notes what each text continues, as the changes say.
func (n *naming) links(s ChangeSet) {
	for i := range s.Changes {
		c := &s.Changes[i]
		switch {
		case strings.HasPrefix(c.Rule, "expectation-moved-"), strings.HasPrefix(c.Rule, "expectation-reworded"),
			c.Rule == "expectation-corrected", c.Rule == "expectation-regrouped":
		default:
			continue
		}
		before, competency := c.Before, c.FromCompetency
		if before == "" {
			before = c.After // regrouped, in the same words
		}
		if competency == "" {
			competency = c.Competency
		}
		w := worded{c.Competency, c.After}
		n.from[w] = append(n.from[w], worded{n.oldCompetency(competency), before})
	}
}

// merged notes the competencies whose texts went into another one unchanged.
func (n *naming) merged(b *Framework) {
	into := map[string][]string{}
	for _, old := range n.comps.a {
		if c, ok := n.comps.merged[old]; ok {
			into[c] = append(into[c], old)
		}
		if b.Retired != nil {
			for _, i := range b.Retired.Competencies[old].Into {
				into[i.Target()] = append(into[i.Target()], old)
			}
		}
	}
	if len(into) == 0 {
		return
	}
	for i := range b.Levels {
		for c, cell := range b.Levels[i].Expectations {
			for _, old := range into[c] {
				for _, it := range cell.Items {
					w := worded{c, it.Text}
					if old := (worded{old, it.Text}); !slices.Contains(n.from[w], old) {
						n.from[w] = append(n.from[w], old)
					}
				}
			}
		}
	}
}

// oldCompetency is the id that a competency had in the text before.
func (n *naming) oldCompetency(id string) string {
	if old, ok := n.comps.prev[id]; ok {
		return old
	}
	return id
}

// each offers every expectation that has no identity yet to a way of finding
// one, in the order of levels. An identity stands in a cell once.
func (n *naming) each(find func(level, competency string, item int, text string) string) {
	if n.is.text == nil {
		return
	}
	for i := range n.is.text.Levels {
		l := &n.is.text.Levels[i]
		for _, c := range sortedKeys(l.Expectations) {
			cell := n.is.now[l.ID][c]
			for k, it := range l.Expectations[c].Items {
				if k >= len(cell) || cell[k] != "" {
					continue
				}
				if id := find(l.ID, c, k, it.Text); id != "" && !slices.Contains(cell, id) {
					n.give(cell, k, worded{c, it.Text}, id)
				}
			}
		}
	}
}

func (n *naming) give(cell []string, item int, w worded, id string) {
	cell[item], n.alive[id], n.used[id] = id, true, true
	if n.is.here[w] == "" {
		n.is.here[w] = id
	}
}

// stayed is the identity of the same text in the same cell.
func (n *naming) stayed(level, competency string, item int, text string) string {
	return n.inCell(level, worded{n.oldCompetency(competency), text}, n.is.now[level][competency])
}

// inCell is the identity that a text had in a level's cell before, if it is
// not given there already.
func (n *naming) inCell(level string, w worded, taken []string) string {
	old, ok := n.levels.prev[level]
	if !ok || n.was.text == nil {
		return ""
	}
	l, ok := n.was.text.Level(old)
	if !ok {
		return ""
	}
	for i, it := range l.Expectations[w.competency].Items {
		if id := n.was.Of(old, w.competency, i); it.Text == w.text && id != "" && !slices.Contains(taken, id) {
			return id
		}
	}
	return ""
}

// continued is the identity of the same text at another level, else of the
// text that this one continues: at the same level first.
func (n *naming) continued(level, competency string, item int, text string) string {
	w, cell := worded{competency, text}, n.is.now[level][competency]
	free := func(id string) bool { return id != "" && !slices.Contains(cell, id) }
	if id := n.is.here[w]; free(id) {
		return id
	}
	if id := n.was.here[worded{n.oldCompetency(competency), text}]; free(id) {
		return id
	}
	for _, from := range n.from[w] {
		if id := n.inCell(level, from, cell); id != "" {
			return id
		}
	}
	for _, from := range n.from[w] {
		if id := n.was.here[from]; free(id) {
			return id
		}
	}
	return ""
}

// returned is the identity of a text that was there before, and was gone.
func (n *naming) returned(_, competency string, _ int, text string) string {
	w := worded{competency, text}
	if id := n.is.here[w]; id != "" {
		return id
	}
	if id := n.was.past[worded{n.oldCompetency(competency), text}]; !n.alive[id] {
		return id
	}
	return ""
}

// named is a new identity, or that which the text was given at another level.
func (n *naming) named(level, competency string, item int, text string) string {
	if id := n.is.here[worded{competency, text}]; id != "" && !slices.Contains(n.is.now[level][competency], id) {
		return id
	}
	for again := 0; ; again++ {
		sum := sha256.Sum256(fmt.Appendf(nil, "%q %q %q %q %d", n.was.seed, level, competency, text, again))
		if id := "x" + hex.EncodeToString(sum[:5]); !n.used[id] {
			return id
		}
	}
}

// finish keeps the identities of the texts that are gone, under the ids that
// their competencies have now.
func (n *naming) finish() Identities {
	for _, ids := range []map[worded]string{n.was.past, n.was.here} {
		for _, w := range slices.SortedFunc(maps.Keys(ids), compareWorded) {
			now := worded{n.comps.now(w.competency), w.text}
			if n.is.here[now] == "" {
				n.is.past[now] = ids[w]
			}
		}
	}
	return n.is
}

func compareWorded(a, b worded) int {
	return cmp.Or(cmp.Compare(a.competency, b.competency), cmp.Compare(a.text, b.text))
}

// All are the identities of the text, sorted.
func (ids Identities) All() []string {
	seen := map[string]bool{}
	for _, cells := range ids.now {
		for _, cell := range cells {
			for _, id := range cell {
				seen[id] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(seen))
}
