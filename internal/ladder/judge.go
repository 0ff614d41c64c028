package ladder

import (
	"slices"
	"strconv"
)

// Judgement is what a change of a framework comes to, with what its author
// declared: the bump that its version takes.
type Judgement struct {
	// Category is the heaviest of all changes, accepted or not: notice periods
	// and freezes follow it. "" if nothing changed.
	Category Category
	// Bump is "major", "minor" or "patch", "" if nothing changed.
	Bump string
	// TooLow are the rules that call for more than release.bump says and are not
	// accepted, sorted: they keep it from counting.
	TooLow []string
	// Changes are the changes as declared.
	Changes ChangeSet
}

// Judge weighs the changes with what their author declared of them. r and
// accept are only what this very change adds to the framework's directives (r
// may be nil): a leftover of an earlier change means nothing.
func (s ChangeSet) Judge(r *Release, accept []Accept) Judgement {
	if r == nil {
		r = &Release{}
	}
	j := Judgement{Changes: s.Declared(r.Meaning)}
	j.Category, j.Bump = j.Changes.Category(), j.Changes.Bump()
	j.follow(r.Bump, accept)
	return j
}

// bumpWeight orders bumps; it is 0 for what is none.
func bumpWeight(bump string) int {
	return 1 + slices.Index([]string{BumpPatch, BumpMinor, BumpMajor}, bump)
}

// follow takes the author's bump: a heavier one as it is, and a lighter one
// where every rule that calls for more is accepted.
func (j *Judgement) follow(bump string, accept []Accept) {
	if bumpWeight(bump) == 0 || j.Bump == "" {
		return
	}
	for _, c := range j.Changes.Changes {
		accepted := slices.ContainsFunc(accept, func(a Accept) bool { return a.Rule == c.Rule })
		if bumpWeight(c.Category.Bump()) > bumpWeight(bump) && !accepted {
			j.TooLow = append(j.TooLow, c.Rule)
		}
	}
	slices.Sort(j.TooLow)
	if j.TooLow = slices.Compact(j.TooLow); len(j.TooLow) == 0 {
		j.Bump = bump
	}
}

// Reworded says whether what the change means is for the author to declare.
func (c *Change) Reworded() bool {
	return c.Rule == "expectation-reworded" || c.Rule == "expectation-moved-up-reworded"
}

// MeaningKey names a rewording as release.meaning does: by its cell, and by the
// number of the item where several of the cell are reworded.
func (s ChangeSet) MeaningKey(c *Change) string {
	key, same := c.Level+"."+c.Competency, 0
	for i := range s.Changes {
		if o := &s.Changes[i]; o.Reworded() && o.Competency == c.Competency && slices.Contains(o.Levels, c.Level) {
			same++
		}
	}
	if n, ok := c.ItemNumber(); ok && same > 1 {
		key += "." + strconv.Itoa(n)
	}
	return key
}

// DeclaredBy says whether a key of release.meaning speaks of the change.
func (c *Change) DeclaredBy(key string) bool {
	return c.meaning(map[string]string{key: "same"}) != ""
}
