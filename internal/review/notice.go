package review

import (
	"fmt"
	"slices"
	"strings"
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
		return
	}
	d := x.days(heavy)
	if rule := x.r.org.HouseRules.Notice; rule != nil && daysFrom(d.shown, d.effective) < rule.Days {
		x.ofTime("notice", d, x.noticeMessage(d, rule.Days))
	}
	if f, ok := x.freeze(d.effective); ok {
		x.ofTime("freeze", d, fmt.Sprintf("%s %s and takes effect on %s, in a freeze: %s to %s, %s", x.theEdition(), verb(x.set.Category()),
			compile.DayWords(d.effective), compile.DayWords(f.From), compile.DayWords(f.To), f.Reason))
	}
}

// days are those that a change is judged by.
type days struct {
	shown, effective string // from when people can read it, and are asked for it
	first            string // the first day that would do
	firstShown       string // if it is shown from this day on
	path             string // where it is said
	severity         diag.Severity
}

// days finds out from when people can read what they are asked for. What is
// put forward now shows from its merge on at the earliest, whatever day the
// edition says. An edition whose days and demands stay as they are is not held
// up by what is wrong with them already: it may be mended in its words.
func (x *comparison) days(heavy []*ladder.Change) days {
	d := days{shown: x.r.today, effective: x.r.today, path: heavy[0].Path, severity: diag.Error}
	if e := x.checked.Effect; e.When == AtDate {
		was := x.step.was.next.said
		moved := x.r.Base != nil && (was.Effective != x.after.said.Effective || was.Publish != x.after.said.Publish)
		raised := x.r.Base != nil && slices.ContainsFunc(heavy, x.fresh)
		d.shown, d.effective = e.Shown, e.Day
		if moved || raised {
			d.shown = max(d.shown, x.r.today)
		} else if x.r.Base != nil {
			d.severity = diag.Note
		}
	}
	if x.after.f == nil { // what is withdrawn has no place for a later day
		d.severity = diag.Warning
	}
	d.firstShown = d.shown
	if x.draft() {
		d.path = "effective"
	}
	if x.checked.Effect.When == AtMerge || x.after.said.Publish == "" {
		d.firstShown = x.r.today
	}
	d.first = x.firstDay(d.firstShown)
	return d
}

// firstDay is the first day on which a change may take effect that shows from
// a day on.
func (x *comparison) firstDay(shown string) string {
	day := shown
	if rule := x.r.org.HouseRules.Notice; rule != nil {
		day = addDays(shown, rule.Days)
	}
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
	does := x.theEdition() + " " + verb(x.set.Category())
	if x.checked.Effect.When == AtMerge {
		return fmt.Sprintf("%s with its merge, and the house rules give people %s of notice", does, count(want, "day"))
	}
	shows := "nobody can read it before that day"
	if d.shown < d.effective {
		shows = fmt.Sprintf("people can read it from %s on, %s before", compile.DayWords(d.shown), count(daysFrom(d.shown, d.effective), "day"))
	}
	return fmt.Sprintf("%s: %s, and the house rules give them %s of notice", does, shows, count(want, "day"))
}

// ofTime makes a finding about days, unless the author accepts it.
func (x *comparison) ofTime(code string, d days, message string) {
	f := diag.Finding{Code: code, Severity: d.severity, Framework: x.step.id, Path: d.path, Message: message, Help: x.timeHelp(d)}
	if reason := x.accepted(code); reason != "" {
		f.Severity, f.Help = diag.Note, fmt.Sprintf("It is accepted: %q.", reason)
	}
	x.place(f)
}

// timeHelp names the first day that would do.
func (x *comparison) timeHelp(d days) string {
	if x.after.f == nil {
		return "Tell the people concerned before it is merged."
	}
	if x.draft() {
		help := fmt.Sprintf("Write effective: %q or later", d.first)
		if x.after.said.Publish == "" {
			return help + fmt.Sprintf(", and publish: %q, from which day on everybody can read it.", d.firstShown)
		}
		return help + "."
	}
	var b strings.Builder
	if x.onlyUndeclared() {
		b.WriteString("If the rewording asks the same, declare it: the line to add stands with the expectation. Otherwise move")
	} else {
		b.WriteString("Move")
	}
	fmt.Fprintf(&b, " the change to the coming edition, %s/%s%s, and write there publish: %q and effective: %q or later.", x.r.Root, nextDir, x.step.id, d.firstShown, d.first)
	if x.checked.Coming {
		fmt.Fprintf(&b, " The edition in force is folded in before that: milepost promote %s.", x.step.id)
	}
	return b.String()
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
