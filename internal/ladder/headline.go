package ladder

import (
	"fmt"
	"slices"
	"strings"
)

// maxHeadlineLevels is how many levels a headline tells of one by one.
const maxHeadlineLevels = 3

// Headline says in a line what changed for whom, without a full stop:
// "Senior (L3): 2 expectations added, 1 moved down from L4; nobody else is
// affected". f is the new text, or the old one if the framework ended; it is
// asked only which levels there are, and may be nil.
func (s ChangeSet) Headline(f *Framework) string {
	if s.Empty() {
		return "Nothing changed"
	}
	if len(s.Changes) == 1 && len(s.Changes[0].Levels) == 0 && s.Changes[0].Path == "" {
		return strings.TrimSuffix(s.Changes[0].Message, ".") // the framework as a whole
	}
	people, others := s.split()
	parts := s.peopleParts(people, f)
	if also := s.tally(others); len(parts) > 0 && also != "" {
		parts = append(parts, "also "+also)
	} else if also != "" {
		parts = append(parts, also)
	}
	switch {
	case !slices.ContainsFunc(s.Changes, touchesPeople):
		parts = append(parts, "nobody is asked for more or less")
	case s.leavesOut(people, f):
		parts = append(parts, "nobody else is affected")
	}
	return strings.Join(parts, "; ")
}

// touchesPeople says whether people are asked for more or less, move, or are
// at a level that is gone.
func touchesPeople(c Change) bool {
	return c.Category == AsksMore || c.Category == AsksLess || c.Category == MovesPeople || c.Rule == "level-removed"
}

// split parts the changes that are told level by level from those that a
// headline adds. What clarifies or only words otherwise is told where there is
// nothing else.
func (s ChangeSet) split() (people, others []Change) {
	var light []Change
	for _, c := range s.Changes {
		switch {
		case c.Category.Weight() < AsksLess.Weight():
			light = append(light, c)
		case len(c.Affects) > 0:
			people = append(people, c)
		default:
			others = append(others, c)
		}
	}
	if len(people)+len(others) == 0 {
		return nil, light
	}
	return people, others
}

// peopleParts tells level by level, or, of many, in one sum. Levels of which
// the same is to be said stand together.
func (s ChangeSet) peopleParts(people []Change, f *Framework) []string {
	var said []string
	who := map[string][]LevelRef{}
	affected := 0
	for _, l := range s.Levels {
		var its []Change
		for _, c := range people {
			if slices.Contains(c.Affects, l.ID) {
				its = append(its, c)
			}
		}
		if len(its) == 0 {
			continue
		}
		affected++
		t := s.tally(its)
		if who[t] == nil {
			said = append(said, t)
		}
		who[t] = append(who[t], l)
	}
	if len(said) > maxHeadlineLevels {
		who := count(affected, "level")
		if f != nil && affected <= len(f.Levels) {
			who = fmt.Sprintf("%d of %d levels", affected, len(f.Levels))
		}
		return []string{who + ": " + s.tally(people)}
	}
	for i, t := range said {
		said[i] = refNames(who[t]) + ": " + t
	}
	return said
}

func refNames(refs []LevelRef) string {
	var out []string
	for _, l := range refs {
		if len(refs) > 2 {
			out = append(out, l.Short)
		} else {
			out = append(out, l.Name)
		}
	}
	return enumerate(out)
}

// leavesOut says whether there is a level that no change touches.
func (s ChangeSet) leavesOut(people []Change, f *Framework) bool {
	if f == nil {
		return false
	}
	return slices.ContainsFunc(f.Levels, func(l Level) bool {
		return !slices.ContainsFunc(people, func(c Change) bool { return slices.Contains(c.Affects, l.ID) })
	})
}

// Tally counts all the changes as a headline does: "2 expectations added, 1
// moved down from L4". It is "" if nothing changed.
func (s ChangeSet) Tally() string { return s.tally(s.Changes) }

// tally counts changes by rule, the heaviest first: "2 expectations added, 1
// moved down from L4". A noun that was just said is not said again.
func (s ChangeSet) tally(changes []Change) string {
	counts := map[string]int{} // by rule and what is added to it
	for _, c := range changes {
		counts[c.Rule+"\x00"+s.aside(c)]++
	}
	var out []string
	noun, keys := "", sortedKeys(counts)
	for _, r := range ruleList {
		for _, k := range keys {
			id, aside, _ := strings.Cut(k, "\x00")
			if id != r.ID {
				continue
			}
			n := counts[k]
			if r.noun == noun {
				out = append(out, fmt.Sprintf("%d %s%s", n, r.verb, aside))
			} else {
				out = append(out, fmt.Sprintf("%d %s %s%s", n, r.counted(n), r.verb, aside))
			}
			noun = r.noun
		}
	}
	return strings.Join(out, ", ")
}

// aside says where an expectation came from or went: " from L4", " to L5".
func (s ChangeSet) aside(c Change) string {
	switch c.Rule {
	case "expectation-moved-down", "expectation-moved-across", "expectation-moved-up-reworded":
		return " from " + s.shorts(c.From)
	case "expectation-moved-up":
		return " to " + s.shorts(c.To)
	case "expectation-moved-to-new-level":
		return " to the new level " + s.shorts(c.To)
	}
	return ""
}

func (s ChangeSet) shorts(ids []string) string {
	var out []string
	for _, l := range s.Levels {
		if slices.Contains(ids, l.ID) {
			out = append(out, l.Short)
		}
	}
	return enumerate(out)
}
