package notes

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// lead is the edition or the date, first of all: "March 2027".
func (n *Notes) lead() string {
	out := "Proposed"
	switch {
	case n.Status == Drafted:
		return "Coming edition"
	case n.Status == Superseded:
		return "Earlier draft"
	case !n.in.Effective.IsZero():
		out = n.month(n.in.Effective)
		if n.Status == Proposed {
			out += ", proposed"
		}
	}
	switch {
	case n.Event == Corrected && n.Status == Proposed:
		out += " correction"
	case n.Event == Corrected:
		out += ", corrected"
	}
	return out
}

// summary is the headline without its lead, and without a full stop.
func (n *Notes) summary() string {
	switch n.Event {
	case Began:
		return "New " + n.Kind.Name() + ": " + n.Title + n.size(", with ")
	case Returned:
		return n.Title + " is back" + n.size(", with ")
	}
	return n.in.Changes.Headline(n.in.Text)
}

// size counts what the framework has: "6 levels on 2 tracks and 3 competencies".
func (n *Notes) size(before string) string {
	f := n.in.Text
	var parts []string
	add := func(count int, one, more string) {
		if count > 0 {
			parts = append(parts, counted(count, one, more))
		}
	}
	add(len(f.Levels), "level", "levels")
	if len(f.Levels) > 0 && len(f.Tracks) > 1 {
		parts[0] += fmt.Sprintf(" on %d tracks", len(f.Tracks))
	}
	add(len(f.Competencies), "competency", "competencies")
	add(len(f.Roles), "role", "roles")
	add(len(f.Aims), "aim", "aims")
	if len(parts) == 0 {
		return ""
	}
	return before + listed(parts, "and")
}

// opening are what every reader is told first: the headline, how the
// text stands to now, and what it is compared with.
func (n *Notes) opening() []string {
	out := []string{sentence(n.Headline)}
	for _, s := range []string{n.corrects(), n.standing() + n.compared(), n.transitionSentence()} {
		if s != "" {
			out = append(out, s)
		}
	}
	return out
}

// standing says from when the text holds.
func (n *Notes) standing() string {
	what, does, did := "This text", "takes effect", "has been in force since"
	if n.Event == Ended {
		what, does, did = "The framework", "ends", "ended on"
	}
	from := n.day(n.in.Effective)
	switch {
	case n.Status == Superseded:
		return "This is an earlier draft of an edition, and was never in force."
	case n.Event == Corrected && from != "":
		return n.correctedStanding(from)
	case n.Status == Drafted:
		return "This edition is being written, and has no date yet."
	case n.Status == Proposed && from == "":
		return what + " " + does + " when the proposal is approved and merged."
	case n.Status == Proposed:
		return what + " " + does + " on " + from + ", once the proposal is approved and merged."
	case n.Status == Scheduled:
		return what + " " + does + " on " + from + "."
	case n.Status == InForce:
		return what + " " + did + " " + from + "."
	case n.Status == Historic && n.Event == Ended:
		return what + " ended on " + from + ", and came back on " + n.day(n.in.Until) + "."
	case n.Status == Historic:
		return what + " was in force from " + from + " to " + n.lastDay(n.in.Until) + "."
	case n.Event == Ended:
		return what + " ends on " + from + "."
	}
	return what + " is in force from " + from + " on."
}

// correctedStanding: a correction holds from the start of what it corrects.
func (n *Notes) correctedStanding(from string) string {
	out := "It counts from " + from + " on"
	if n.Status == Historic {
		out = "It counts from " + from + " to " + n.lastDay(n.in.Until)
	}
	if n.Status == Proposed {
		return out + ", once the proposal is approved and merged."
	}
	return out + ", and was recorded on " + n.day(n.in.Recorded) + "."
}

func (n *Notes) corrects() string {
	if n.Correction == nil || n.Event != Corrected {
		return ""
	}
	return sentence("This text corrects " + n.oldText(n.Correction.Of, false) + " from its start: " + n.Correction.Reason)
}

// compared says with what. The text before is called by its month, or, where
// that would be this text's too, by its day.
func (n *Notes) compared() string {
	switch {
	case n.Event == Began:
		return " It is the first version."
	case n.Previous == "":
		return ""
	}
	switch n.Event {
	case Ended:
		return " Its last text is " + n.oldText(n.Previous, true) + "."
	case Returned:
		if t, ok := n.in.Since[n.Previous]; ok {
			return " It had ended in " + n.month(t) + "."
		}
		return " It had ended."
	case Corrected:
		return "" // said already: with the text that it corrects
	}
	return " It is compared with " + n.oldText(n.Previous, true) + ", in force until then."
}

// oldText is what a version is called. apart says that it must not be taken
// for this one.
func (n *Notes) oldText(number string, apart bool) string {
	since, ok := n.in.Since[number]
	now := n.in.Effective
	switch {
	case !ok:
		return "version " + number
	case !apart || now.IsZero() || n.month(since) != n.month(now):
		return "the text of " + n.month(since)
	case n.day(since) != n.day(now):
		return "the text of " + n.day(since)
	}
	return "version " + number + " of the same day"
}

// transitionSentence says until when the old text is accepted too.
func (n *Notes) transitionSentence() string {
	if n.Transition == nil {
		return ""
	}
	until, err := time.ParseInLocation(time.DateOnly, n.Transition.AcceptOld, n.loc)
	last, is := n.Transition.AcceptOld, "is"
	if err == nil {
		last = n.day(until)
		if !n.in.Now.Before(until.AddDate(0, 0, 1)) {
			is = "was"
		}
	}
	return fmt.Sprintf("Until %s the old text %s also accepted for %s.", last, is, n.Transition.For)
}

func (n *Notes) month(t time.Time) string { return t.In(n.loc).Format("January 2006") }

// day is "" for no moment.
func (n *Notes) day(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.In(n.loc).Format("2 January 2006")
}

// lastDay is the last day of an interval that ends before t.
func (n *Notes) lastDay(t time.Time) string { return n.day(t.Add(-time.Nanosecond)) }

// refs are the names of levels by their ids: in full up to two, by their codes
// where there are more, as headlines have it.
func (n *Notes) refs(ids []string) string {
	var out []string
	for _, id := range ids {
		l, ok := n.names[id]
		switch {
		case !ok:
		case len(ids) > 2:
			out = append(out, l.Short)
		default:
			out = append(out, l.Name)
		}
	}
	if len(ids) > 2 && len(ids) == len(n.in.Text.Levels) && !slices.ContainsFunc(ids, n.gone) {
		return "all levels"
	}
	return listed(out, "and")
}

// gone says whether the new text lacks a level.
func (n *Notes) gone(id string) bool {
	_, ok := n.in.Text.Level(id)
	return !ok
}

// listed is "A, B and C".
func listed(list []string, and string) string {
	if len(list) < 2 {
		return strings.Join(list, "")
	}
	last := len(list) - 1
	return strings.Join(list[:last], ", ") + " " + and + " " + list[last]
}

func counted(n int, one, more string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, more)
}

// sentence begins with a capital letter and ends with a full stop.
func sentence(s string) string {
	s = strings.TrimSpace(s)
	if s == "" {
		return ""
	}
	_, size := utf8.DecodeRuneInString(s)
	s = strings.ToUpper(s[:size]) + s[size:]
	if end := strings.TrimRight(s, `"')`); !strings.HasSuffix(end, ".") && !strings.HasSuffix(end, "!") && !strings.HasSuffix(end, "?") {
		s += "."
	}
	return s
}
