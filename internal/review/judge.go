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
// count for the step between them.
func judge(a, b *ladder.Framework, said ladder.Directives) judged {
	plain := ladder.Diff(a, b)
	j := plain.Judge(said.Release, said.Accept)
	return judged{plain: plain, set: j.Changes, bump: j.Bump, tooLow: j.TooLow}
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
