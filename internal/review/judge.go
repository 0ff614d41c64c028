package review

import (
	"slices"

	"github.com/milepost-dev/milepost/internal/ladder"
)

// judged is what the step from one text to another comes to.
type judged struct {
	plain ladder.ChangeSet // as the two differ
	set   ladder.ChangeSet // the same changes, by what the author declares of them
	bump  string           // the part of the number that it raises
	// tooLow are the rules of changes that call for more than release.bump
	// says, and are not accepted.
	tooLow []string
}

// judge compares two texts, of which either may be nil, by the directives that
// count for the step between them. The author may raise the bump, and lower it
// where each rule that calls for more is accepted.
func judge(a, b *ladder.Framework, said ladder.Directives) judged {
	j := judged{plain: ladder.Diff(a, b)}
	j.set, j.bump = j.plain, j.plain.Bump()
	if said.Release == nil {
		return j
	}
	j.set = j.plain.Declared(said.Release.Meaning)
	j.bump = j.set.Bump()
	if bumpWeight(said.Release.Bump) > bumpWeight(j.bump) {
		j.bump = said.Release.Bump
	}
	if said.Release.Bump == "" || said.Release.Bump == j.bump {
		return j
	}
	for _, c := range j.set.Changes {
		accepted := slices.ContainsFunc(said.Accept, func(a ladder.Accept) bool { return a.Rule == c.Rule })
		if !accepted && bumpWeight(c.Category.Bump()) > bumpWeight(said.Release.Bump) && !slices.Contains(j.tooLow, c.Rule) {
			j.tooLow = append(j.tooLow, c.Rule)
		}
	}
	if len(j.tooLow) == 0 {
		j.bump = said.Release.Bump
	}
	return j
}

// bumpWeight orders the parts of a number; it is 0 for none.
func bumpWeight(bump string) int {
	return 1 + slices.Index([]string{ladder.BumpPatch, ladder.BumpMinor, ladder.BumpMajor}, bump)
}

// counting are the directives of a text that count for a change: those that
// the text before it did not have. A leftover means nothing.
func counting(before, after ladder.Directives) ladder.Directives {
	said := after
	if equal(before.Correction, after.Correction) {
		said.Correction = nil
	}
	if equal(before.Release, after.Release) {
		said.Release = nil
	}
	said.Accept = slices.DeleteFunc(slices.Clone(after.Accept), func(a ladder.Accept) bool { return slices.Contains(before.Accept, a) })
	return said
}
