package review

import (
	"fmt"
	"slices"
	"strings"

	"github.com/milepost-dev/milepost/internal/diag"
	"github.com/milepost-dev/milepost/internal/ladder"
)

// directives judges what the author declares about a change, and asks for what
// is not declared.
func (x *comparison) directives() {
	if x.after.f == nil || x.set.Empty() {
		return
	}
	x.removals()
	x.rewordings()
	x.meanings()
	x.bumps()
	x.accepts()
	x.correction()
	x.leftovers()
	x.release()
}

// rewordings asks what a rewording means where the author does not say it.
func (x *comparison) rewordings() {
	for i := range x.set.Changes {
		c := &x.set.Changes[i]
		if !x.undeclared(i) || !x.fresh(c) {
			continue
		}
		x.add("may-ask-more", diag.Warning, c.Path, strings.TrimSuffix(c.Message, "."),
			"If it asks the same, add this line at the end of the file (with \"less\" or \"more\", if that is meant). Until then it counts as asking more:\n"+
				fmt.Sprintf("framework: release: meaning: %q: \"same\"", x.plain.MeaningKey(c)))
	}
}

// undeclared says whether a change is a rewording of which nothing is declared:
// what is declared stands in its sentence.
func (x *comparison) undeclared(i int) bool {
	return x.plain.Changes[i].Reworded() && x.set.Changes[i].Message == x.plain.Changes[i].Message
}

var bumpWords = map[string]string{ladder.BumpMajor: "a major", ladder.BumpMinor: "a minor", ladder.BumpPatch: "a patch"}

// bumps refuses a number that rises by less than the change calls for.
func (x *comparison) bumps() {
	if len(x.tooLow) == 0 {
		return
	}
	var accepts []string
	for _, rule := range x.tooLow {
		accepts = append(accepts, fmt.Sprintf("{rule: %q, reason: \"…\"}", rule))
	}
	x.add("bump-too-low", diag.Error, "release.bump",
		fmt.Sprintf("the release asks for %s step of the number, and the change %s, which calls for %s one", bumpWords[x.said.Release.Bump], verb(x.set.Category()), bumpWords[x.bump]),
		"Remove the line with bump. Or, if you know better, accept what calls for more, with the reason:\naccept: ["+strings.Join(accepts, ", ")+"]")
}

// verb is what a change of a category does, for a sentence.
func verb(c ladder.Category) string {
	switch c {
	case ladder.AsksMore, ladder.MovesPeople, ladder.BreaksReferences, ladder.AsksLess, ladder.Clarifies:
		return c.Name()
	case ladder.Adds:
		return "adds something"
	}
	return "only words something otherwise"
}

// acceptable are the house rules about a change that accept may name.
var acceptable = []string{"notice", "freeze", "port-missing"}

// accepts finds what is accepted and not there.
func (x *comparison) accepts() {
	for i, a := range x.after.said.Accept {
		if !slices.Contains(x.said.Accept, a) || slices.Contains(acceptable, a.Rule) ||
			slices.ContainsFunc(x.set.Changes, func(c ladder.Change) bool { return c.Rule == a.Rule }) {
			continue
		}
		var rules []string
		for _, c := range x.set.Changes {
			rules = append(rules, c.Rule)
		}
		slices.Sort(rules)
		x.add("accept-unused", diag.Warning, fmt.Sprintf("accept[%d]", i), fmt.Sprintf("%q is accepted, and nothing of the kind is in this change", a.Rule),
			"Remove the entry, or correct its rule. The rules of this change are: "+strings.Join(slices.Compact(rules), ", ")+".")
	}
}

// accepted is the reason with which a rule is accepted, "" where it is not.
func (x *comparison) accepted(rule string) string {
	for _, a := range x.said.Accept {
		if a.Rule == rule {
			return a.Reason
		}
	}
	return ""
}

// correction refuses one that asks more, and tells of one that names another
// version than the one in force.
func (x *comparison) correction() {
	said := x.said.Correction
	if said == nil {
		return
	}
	inForce := x.r.InForce[x.step.id]
	switch category := x.set.Category(); {
	case x.before.f == nil:
		x.add("correction-plain", diag.Warning, "correction", "the correction counts as a plain change: there is no version before it to correct", "Remove correction.")
	case category == ladder.AsksMore || category == ladder.MovesPeople:
		help := "Remove correction: the change then holds from its merge on. To put right only what was wrong, take out what " + verb(category) + "."
		if x.onlyUndeclared() {
			help = "If the rewording asks the same, declare it: the line to add stands with the expectation. Otherwise remove correction: the change then holds from its merge on."
		}
		x.add("correction-refused", diag.Error, "correction", fmt.Sprintf("a correction holds from the start of version %s, and this one %s: nobody can have met what nobody knew", said.Of, verb(category)), help)
	case inForce != "" && said.Of != inForce:
		x.add("correction-plain", diag.Warning, "correction.of", fmt.Sprintf("the correction counts as a plain change: version %s is in force, and not %s", inForce, said.Of),
			fmt.Sprintf("Write of: %q, if the text was wrong from the start of that version. Otherwise remove correction.", inForce))
	}
}

// undeclaredChange says so of one of the changes.
func (x *comparison) undeclaredChange(c *ladder.Change) bool {
	i := slices.IndexFunc(x.set.Changes, func(d ladder.Change) bool { return d.Message == c.Message && d.Path == c.Path })
	return i >= 0 && x.undeclared(i)
}

// onlyUndeclared says whether all that asks more are rewordings of which the
// author says nothing.
func (x *comparison) onlyUndeclared() bool {
	for i, c := range x.set.Changes {
		if (c.Category == ladder.AsksMore || c.Category == ladder.MovesPeople) && !x.undeclared(i) {
			return false
		}
	}
	return true
}

// leftovers tells which directives speak of an earlier change.
func (x *comparison) leftovers() {
	is := x.after.said
	left := func(at, what string) {
		x.add("directive-leftover", diag.Note, at, what+" was written for an earlier change, and does not count again for this one", "Remove it, or write what this change needs.")
	}
	if is.Release != nil && x.said.Release == nil {
		left("release", "what stands under release")
	}
	if is.Correction != nil && x.said.Correction == nil {
		left("correction", "what stands under correction")
	}
	for i, a := range is.Accept {
		if !slices.Contains(x.said.Accept, a) {
			left(fmt.Sprintf("accept[%d]", i), fmt.Sprintf("what is accepted here (%q)", a.Rule))
		}
	}
}

// release asks an edition that asks more for what people need to know.
func (x *comparison) release() {
	if c := x.set.Category(); !x.checked.Coming || c != ladder.AsksMore && c != ladder.MovesPeople {
		return
	}
	var said ladder.Release
	if x.said.Release != nil {
		said = *x.said.Release
	}
	var missing, lines []string
	for _, part := range []struct{ is, what, line string }{
		{said.Why, "why the text changes", "why: \"…\""},
		{said.Contact, "whom to ask", "contact: \"…\""},
		{said.PromotionsUnderWay, "what happens to promotions that have begun", "promotionsUnderWay: \"…\""},
	} {
		if part.is == "" {
			missing, lines = append(missing, part.what), append(lines, "\t"+part.line)
		}
	}
	if len(missing) == 0 {
		return
	}
	severity, when := diag.Warning, ""
	if x.checked.Effect.When == Undated {
		severity, when = diag.Note, " once it has a date"
	}
	at := "release"
	if !x.places.Wrote(at) {
		at = "effective"
	}
	x.add("release-incomplete", severity, at, fmt.Sprintf("the edition %s, and does not say %s", verb(x.set.Category()), enumerate(missing)),
		fmt.Sprintf("Add this at the end of the file%s, with your words:\nframework: release: {\n%s\n}", when, strings.Join(lines, "\n")))
}

func enumerate(list []string) string {
	if n := len(list); n > 1 {
		return strings.Join(list[:n-1], ", ") + " and " + list[n-1]
	}
	return strings.Join(list, "")
}
