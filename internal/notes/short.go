package notes

import (
	"slices"

	"github.com/milepost-dev/milepost/internal/ladder"
)

// maxShort is how many levels, of which different things are to be said, are
// told one by one for each category.
const maxShort = 6

// inShort says of each category, the heaviest first, what it means at which
// levels, and last where nothing changes.
func (n *Notes) inShort() []string {
	out := n.Short()
	if s := n.undeclaredSentence(); s != "" {
		out = append(out, s)
	}
	touched, from := n.touched()
	if len(from) > 0 {
		out = append(out, "Nobody at "+n.refs(from)+" is asked for more or for less: what moved stood there before.")
	}
	untouched := slices.DeleteFunc(n.levels(), func(id string) bool { return touched[id] || slices.Contains(from, id) })
	if len(untouched) > 0 {
		out = append(out, n.noChange(untouched))
	}
	return out
}

// Short says of each category, the heaviest first, what it means at which
// levels, a sentence each.
func (n *Notes) Short() []string {
	var out []string
	for _, category := range ladder.Categories() {
		var changes []ladder.Change
		for _, c := range n.in.Changes.Changes {
			if c.Category == category {
				changes = append(changes, c)
			}
		}
		if len(changes) > 0 {
			out = append(out, n.shortOf(category, changes)...)
		}
	}
	return out
}

// shortOf are the lines of one category: levels of which the same is to be
// said stand together.
func (n *Notes) shortOf(category ladder.Category, changes []ladder.Change) []string {
	var said []string
	who := map[string][]string{}
	told := 0
	for _, l := range n.in.Changes.Levels {
		its := touching(changes, l.ID)
		if len(its) == 0 {
			continue
		}
		told++
		t := n.tally(its)
		if who[t] == nil {
			said = append(said, t)
		}
		who[t] = append(who[t], l.ID)
	}
	if len(said) > maxShort {
		return []string{meaning(category, counted(told, "level", "levels")) + n.tally(changes) + "."}
	}
	var out []string
	for _, t := range said {
		out = append(out, meaning(category, n.refs(who[t]))+t+".")
	}
	loose := slices.DeleteFunc(slices.Clone(changes), func(c ladder.Change) bool { return len(c.Affects)+len(c.Levels) > 0 })
	if len(loose) > 0 {
		out = append(out, meaning(category, "")+n.tally(loose)+".")
	}
	return out
}

func (n *Notes) tally(changes []ladder.Change) string {
	return ladder.ChangeSet{Changes: changes, Levels: n.in.Changes.Levels}.Tally()
}

// touching are the changes for the people of a level; where nobody is touched,
// those of its text.
func touching(changes []ladder.Change, level string) []ladder.Change {
	var out []ladder.Change
	for _, c := range changes {
		if slices.Contains(c.Affects, level) || len(c.Affects) == 0 && slices.Contains(c.Levels, level) {
			out = append(out, c)
		}
	}
	return out
}

// meaning begins a line: "Asks more of Senior (L3): ".
func meaning(c ladder.Category, levels string) string {
	of, without := "", ""
	switch c {
	case ladder.AsksMore:
		of, without = "Asks more of ", "Asks more"
	case ladder.MovesPeople:
		of, without = "Moves the people at ", "Moves people"
	case ladder.BreaksReferences:
		of, without = "Changes what others refer to, at ", "Changes what others refer to"
	case ladder.Adds:
		of, without = "Adds, at ", "Adds"
	case ladder.AsksLess:
		of, without = "Asks less of ", "Asks less"
	case ladder.Clarifies:
		of, without = "Clarifies, at ", "Clarifies"
	case ladder.WordingOnly:
		of, without = "Wording only, at ", "Wording only"
	}
	if levels == "" {
		return without + ": "
	}
	return of + levels + ": "
}

// levels are the ids of the new text's levels, as shown.
func (n *Notes) levels() []string {
	var out []string
	for i := range n.in.Text.Levels {
		out = append(out, n.in.Text.Levels[i].ID)
	}
	return out
}

// touched are the levels that a change is told of, and from those from which
// something only moved away.
func (n *Notes) touched() (told map[string]bool, from []string) {
	told = map[string]bool{}
	left := map[string]bool{}
	for _, c := range n.in.Changes.Changes {
		for _, id := range slices.Concat(c.Affects, c.Levels, c.To) {
			told[id] = true
		}
		for _, id := range c.From {
			left[id] = true
		}
	}
	return told, slices.DeleteFunc(n.levels(), func(id string) bool { return told[id] || !left[id] })
}

func (n *Notes) noChange(ids []string) string {
	switch all := len(n.in.Text.Levels); {
	case len(ids) == all && len(n.in.Changes.Levels) == 0:
		return "Nothing changes at any level."
	case len(ids) == all: // levels that are gone were told of
		return "Nothing changes at any other level."
	case len(ids) > 12:
		return "Nothing changes at " + counted(len(ids), "other level", "other levels") + "."
	}
	return "Nothing changes at " + n.refs(ids) + "."
}
