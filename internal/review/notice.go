package review

import (
	"fmt"
	"path"
	"slices"
	"time"

	"github.com/milepost-dev/milepost/internal/compile"
	"github.com/milepost-dev/milepost/internal/diag"
	"github.com/milepost-dev/milepost/internal/ladder"
)

// Notice and freezes follow what a change means for people and the day on
// which it takes effect: never its number, and never its merge. A day is
// judged anew each day, so that the same edition may come to be too late.

// notice holds a change that asks more, or moves people, to the notice that
// the organisation gives them, and keeps it out of its freezes.
func (x *comparison) notice() {
	heavy := x.heavy()
	if len(heavy) == 0 || x.checked.Effect.When == Undated {
		x.checked.Notice.Words = x.noNotice(len(heavy) == 0)
		return
	}
	d := x.days(heavy)
	frozen, inFreeze := x.freeze(d.effective)
	if want := x.r.noticeDays(); daysFrom(d.shown, d.effective) < want {
		x.ofTime("notice", d, x.noticeMessage(d, want), x.noticeHelp(d, inFreeze))
		x.checked.Notice.Words = x.shortNotice(d, want)
	} else if want > 0 {
		words := "kept: people can read it %s before, and the house rules give them %s."
		x.checked.Notice = Notice{fmt.Sprintf(words, count(daysFrom(d.shown, d.effective), "day"), count(want, "day")), true}
	}
	if inFreeze {
		at := "on " + compile.DayWords(d.effective)
		if x.checked.Effect.When == AtMerge {
			at = "as soon as it is merged"
		}
		x.ofTime("freeze", d, fmt.Sprintf("%s %s, and takes effect %s, in a freeze: %s to %s, %s", d.what, d.does, at, compile.DayWords(frozen.From), compile.DayWords(frozen.To), frozen.Reason), x.laterHelp(d))
	}
}

// noNotice says why no notice is counted.
func (x *comparison) noNotice(light bool) string {
	switch {
	case x.r.noticeDays() == 0 || x.checked.Category == "":
		return ""
	case light:
		return "not due: nobody is asked for more."
	}
	return "counted towards the day on which it takes effect, which is not set yet."
}

// shortNotice says that people hear too late of a change, or that it is accepted.
func (x *comparison) shortNotice(d days, want int) string {
	if reason := x.accepted("notice"); reason != "" {
		return fmt.Sprintf("shorter than the %s of the house rules, which is accepted: %q.", count(want, "day"), reason)
	}
	lead := "not kept"
	if d.undeclared {
		lead = "not kept, if it asks more"
	}
	given := "nobody can read it before that day"
	switch {
	case x.checked.Effect.When == AtMerge:
		given = "it takes effect as soon as it is merged"
	case d.shown < d.effective:
		given = "they can read it " + count(daysFrom(d.shown, d.effective), "day") + " before"
	}
	return fmt.Sprintf("%s: the house rules give people %s, and %s.", lead, count(want, "day"), given)
}

// noticeDays is how many days of notice people are given, 0 where no rule says so.
func (r *reviewer) noticeDays() int {
	if rule := r.org.HouseRules.Notice; rule != nil {
		return rule.Days
	}
	return 0
}

// days are those that a change is judged by.
type days struct {
	what, does       string // what is judged, and what it does to people
	undeclared       bool   // all of it is reworded, and nobody says what that means
	shown, effective string // from when people can read it, and are asked for it
	path             string // where it is said
	severity         diag.Severity
}

// days finds out from when people can read what they are asked for. What is
// put forward now shows from its merge on at the earliest, whatever day the
// edition says. An edition whose days and demands stay as they are is not held
// up by what is wrong with them already: it may be mended in its words.
func (x *comparison) days(heavy []*ladder.Change) days {
	d := days{what: "the change", shown: x.r.today, effective: x.r.today, path: heavy[0].Path, severity: diag.Error}
	if x.draft() {
		d.path = "effective"
	}
	judged := heavy
	if e := x.checked.Effect; e.When == AtDate {
		d.what, d.shown, d.effective = "the edition of "+compile.DayWords(e.Day), e.Shown, e.Day
		was, is := x.step.was.next, x.after.said
		raised := slices.DeleteFunc(slices.Clone(heavy), func(c *ladder.Change) bool { return !x.fresh(c) })
		switch {
		case x.r.Base == nil:
		case !was.there || was.said.Effective != is.Effective || was.said.Publish != is.Publish:
			d.shown = max(d.shown, x.r.today)
		case len(raised) == 0:
			d.severity = diag.Note
		case d.shown < x.r.today:
			d.what, d.shown, judged = "what this change adds to "+d.what, x.r.today, raised
		}
	}
	if x.after.f == nil { // what is withdrawn has no place for a later day
		d.severity = diag.Warning
	}
	d.does, d.undeclared = x.does(judged)
	if d.undeclared && d.severity == diag.Error { // wording alone holds nothing up
		d.severity = diag.Warning
	}
	return d
}

// does says what changes do to people, and whether it is only that nobody says
// what they mean.
func (x *comparison) does(changes []*ladder.Change) (does string, undeclared bool) {
	undeclared = true
	for _, c := range changes {
		undeclared = undeclared && x.undeclaredChange(c)
		if c.Category == ladder.AsksMore {
			does = verb(ladder.AsksMore)
		}
	}
	if undeclared {
		return "may ask more", true
	}
	if does == "" {
		does = verb(ladder.MovesPeople)
	}
	return does, false
}

// firstDay is the first day on which a change may take effect that shows from
// a day on, and is to take effect on another day or later.
func (x *comparison) firstDay(shown, wanted string) string {
	day := max(addDays(shown, x.r.noticeDays()), wanted)
	for f, ok := x.freeze(day); ok; f, ok = x.freeze(day) {
		day = addDays(f.To, 1)
	}
	return day
}

// freeze is the freeze that a day is in.
func (x *comparison) freeze(day string) (ladder.Freeze, bool) {
	for _, f := range x.r.org.HouseRules.Freezes {
		if f.From <= day && day <= f.To {
			return f, true
		}
	}
	return ladder.Freeze{}, false
}

func (x *comparison) noticeMessage(d days, want int) string {
	if x.checked.Effect.When == AtMerge {
		return fmt.Sprintf("%s %s as soon as it is merged, and the house rules give people %s of notice", d.what, d.does, count(want, "day"))
	}
	shows := "nobody can read it before that day"
	if d.shown < d.effective {
		shows = fmt.Sprintf("people can read it from %s on, %s before", compile.DayWords(d.shown), count(daysFrom(d.shown, d.effective), "day"))
	}
	return fmt.Sprintf("%s %s: %s, and the house rules give them %s of notice", d.what, d.does, shows, count(want, "day"))
}

// ofTime makes a finding about days, unless the author accepts it.
func (x *comparison) ofTime(code string, d days, message, help string) {
	f := diag.Finding{Code: code, Severity: d.severity, Framework: x.step.id, Path: d.path, Message: message, Help: help}
	if reason := x.accepted(code); reason != "" {
		f.Severity, f.Help = diag.Note, fmt.Sprintf("It is accepted: %q.", reason)
	}
	x.place(f)
}

// noticeHelp names the latest day of showing that would do, where there is one
// still to come, and else the first day of taking effect.
func (x *comparison) noticeHelp(d days, inFreeze bool) string {
	latest := addDays(d.effective, -x.r.noticeDays())
	if x.checked.Effect.When != AtDate || inFreeze || latest < x.r.today {
		return x.laterHelp(d)
	}
	help := fmt.Sprintf("Write publish: %q or an earlier day, from which on everybody can read it", latest)
	if x.after.said.Publish != "" {
		help += fmt.Sprintf(", or effective: %q or later", x.firstDay(d.shown, d.effective))
	}
	return help + "."
}

// laterHelp names the first day of taking effect that would do.
func (x *comparison) laterHelp(d days) string {
	if x.after.f == nil {
		return "Tell the people concerned before it is merged."
	}
	first := "If the rewording asks the same, declare it: the line to add stands with the expectation. Otherwise write"
	if !d.undeclared {
		first = "Write"
	}
	if x.draft() && x.after.said.Publish != "" && x.checked.Effect.When == AtDate {
		return fmt.Sprintf("%s effective: %q or later.", first, x.firstDay(d.shown, d.effective))
	}
	day := x.firstDay(x.r.today, d.effective)
	if x.draft() {
		return fmt.Sprintf("%s effective: %q or later, and publish: %q, from which day on everybody can read it.", first, day, x.r.today)
	}
	dir := path.Join(x.r.Root, nextDir+x.step.id)
	help := fmt.Sprintf("%s it in the coming edition instead, in the folder %s, with the lines publish: %q and effective: %q or later.", first, dir, x.r.today, day)
	switch {
	case x.checked.Coming:
		help += fmt.Sprintf(" The edition in force is folded in before that: the command milepost promote %s does it.", x.step.id)
	case !x.step.is.next.there:
		help += fmt.Sprintf(" There is none yet: the command milepost edition start %s makes that folder.", x.step.id)
	}
	return help
}

// draft says whether the text is a coming edition that is not in force yet, so
// that its day can be written otherwise.
func (x *comparison) draft() bool { return x.checked.Coming && !x.step.was.next.due(x.r.today) }

// addDays is the day n days later.
func addDays(day string, n int) string {
	t, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return day
	}
	return t.AddDate(0, 0, n).Format(time.DateOnly)
}

// daysFrom counts the days from one to a later one.
func daysFrom(from, to string) int {
	a, errA := time.Parse(time.DateOnly, from)
	b, errB := time.Parse(time.DateOnly, to)
	if errA != nil || errB != nil {
		return 0
	}
	return int(b.Sub(a).Hours() / 24)
}

func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
