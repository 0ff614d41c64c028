package review

import (
	"encoding/json"
	"fmt"
	"path"

	"github.com/milepost-dev/milepost/internal/compile"
	"github.com/milepost-dev/milepost/internal/diag"
	"github.com/milepost-dev/milepost/internal/ladder"
)

// comparison is a text beside the one that is in force before it, and what is
// to be said of the step from one to the other.
type comparison struct {
	judged
	r             *reviewer
	step          *step
	before, after *text
	checked       *Checked
	said          ladder.Directives // that count for this step
	known         map[string]bool   // changes that the edition of the base made already
	places        compile.Places
}

// compare finds what changed.
func (x *comparison) compare() error {
	var err error
	if x.after.there {
		if x.places, err = x.r.places(x.after); err != nil {
			return err
		}
	} else if x.places, err = x.r.places(x.step.is.next); err != nil { // nothing is there to find places in
		return err
	}
	x.said = counting(x.before.said, x.after.said)
	x.judged = judge(x.before.f, x.after.f, x.said)
	if was := x.step.was.next; x.checked.Coming && was.f != nil && x.after.f != nil {
		edits := ladder.Diff(was.f, x.after.f)
		x.checked.Edits = &edits
		x.known = map[string]bool{}
		before := x.step.was.inForce(x.r.today)
		for _, c := range judge(before.f, was.f, counting(before.said, was.said)).set.Changes {
			x.known[c.Message] = true
		}
	}
	x.checked.Changes, x.checked.Category, x.checked.Bump = &x.set, x.set.Category(), x.bump
	x.checked.Undeclared = x.checked.Category == ladder.AsksMore && x.onlyUndeclared()
	x.checked.Text = x.headlineText()
	x.checked.Headline = x.set.Headline(x.checked.Text)
	return nil
}

func (x *comparison) headlineText() *ladder.Framework {
	if x.after.f == nil {
		return x.before.f
	}
	return x.after.f
}

// finish says what there is to say of a step that means something.
func (x *comparison) finish() error {
	if x.checked.Effect.When != Never {
		x.directives()
		x.notice()
	}
	x.r.verdict.Checked = append(x.r.verdict.Checked, *x.checked)
	if x.checked.Coming || x.checked.Effect.When == Never {
		return nil
	}
	return x.port()
}

// fresh says whether a change came with what is put forward, and was not in
// the edition before. Where nothing is put forward, all is.
func (x *comparison) fresh(c *ladder.Change) bool { return !x.known[c.Message] }

// heavy are the changes that ask more of people, or move them.
func (x *comparison) heavy() []*ladder.Change {
	var out []*ladder.Change
	for i := range x.set.Changes {
		if c := &x.set.Changes[i]; c.Category == ladder.AsksMore || c.Category == ladder.MovesPeople {
			out = append(out, c)
		}
	}
	return out
}

// add makes a finding at a path of the text.
func (x *comparison) add(code string, severity diag.Severity, at, message, help string) {
	x.place(diag.Finding{Code: code, Severity: severity, Framework: x.step.id, Path: at, Message: message, Help: help})
}

// place puts a finding where its path stands in the author's files.
func (x *comparison) place(f diag.Finding) {
	at := x.places.At(f.Path)
	if gone := "retired." + f.Path; x.places.Wrote(gone) && !x.places.Wrote(f.Path) {
		at = x.places.At(gone)
	}
	if at.File != "" {
		f.Position = at
	} else if f.File == "" {
		f.Position = diag.Position{File: path.Join(x.r.Root, x.checked.Dir, "framework.cue")}
	}
	x.r.said = append(x.r.said, f)
}

// firstPath is the place of the first change, the heaviest kind first.
func (x *comparison) firstPath() string {
	if heavy := x.heavy(); len(heavy) > 0 {
		return heavy[0].Path
	}
	if len(x.set.Changes) > 0 {
		return x.set.Changes[0].Path
	}
	return ""
}

// redated refuses a later day, or none, for an edition that is in force. With
// other words, it was meant to be the next edition.
func (x *comparison) redated() {
	s := x.step
	was := s.was.next.said.Effective
	f := compile.EditionRedated(x.r.Root, s.id, was, x.after.said.Effective)
	if !x.after.same(s.was.next) {
		dir := path.Join(x.r.Root, nextDir+s.id)
		f.Code, f.Message = "second-edition", fmt.Sprintf("the edition of %s is in force and stands in %s until it is folded in: there is no place for a second one yet", compile.DayWords(was), dir)
		f.Help = fmt.Sprintf("Fold it in first, as a change of its own: milepost promote %s. Once that is merged, put the next edition into %s.", s.id, dir)
	}
	x.place(f)
}

// past says that an edition is dated to a day that has come: it counts from
// its merge.
func (x *comparison) past() {
	day := compile.DayWords(x.after.said.Effective)
	x.add("effective-past", diag.Warning, "effective", fmt.Sprintf("%s has come already: this takes effect with its merge, and not before", day),
		"Write a day that is still to come, if people are to know of it before it takes effect.")
}

// toFold reminds of an edition in force that still stands among the coming ones.
func (x *comparison) toFold() {
	x.add("edition-to-fold", diag.Note, "effective", fmt.Sprintf("the edition is in force since %s, and can be folded into %s", compile.DayWords(x.after.said.Effective), path.Join(x.r.Root, x.step.id)),
		"Run milepost promote "+x.step.id+". Until then, changes belong here.")
}

// lost says that an edition in force is removed, and that the framework's own
// directory says something else.
func (x *comparison) lost() {
	s := x.step
	day := compile.DayWords(s.was.next.said.Effective)
	if s.is.now.same(s.was.now) {
		x.add("edition-lost", diag.Error, "", fmt.Sprintf("the edition in force since %s is removed, and the text from before it would be in force again", day),
			fmt.Sprintf("Fold the edition in instead of removing it: milepost promote %s. To go back to the earlier text, make that a change of its own afterwards.", s.id))
		return
	}
	x.add("edition-lost", diag.Warning, x.firstPath(), fmt.Sprintf("the edition in force since %s is folded in with changes, which count from the merge", day),
		fmt.Sprintf("Fold it in by itself (milepost promote %s), and change the text in a change of its own: readers can then tell the two apart.", s.id))
}

// equal says whether two values say the same.
func equal(a, b any) bool {
	x, errX := json.Marshal(a)
	y, errY := json.Marshal(b)
	return errX == nil && errY == nil && string(x) == string(y)
}
