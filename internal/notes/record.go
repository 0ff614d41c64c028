package notes

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// forRecord is all that is known, ids and digests included.
func (n *Notes) forRecord() []Section {
	out := []Section{{Heading: "Version", Facts: n.versionFacts()}}
	out = add(out, Section{Heading: "When", Facts: n.whenFacts()})
	out = append(out, Section{Heading: "Who may read it", Paragraphs: []string{n.mayRead()}})
	out = add(out, Section{Heading: "Where it comes from", Facts: n.sourceFacts()})
	out = add(out, Section{Heading: "What its authors say", Facts: n.saidFacts()})
	out = add(out, Section{Heading: "Rules that recognised the changes", Points: n.rulePoints()})
	if len(n.Groups) > 0 {
		out = append(out, Section{Heading: "Changes", Changes: true})
	}
	return out
}

// facts leaves out those without a value.
func facts(list ...Fact) []Fact {
	return slices.DeleteFunc(list, func(f Fact) bool { return f.Value == "" })
}

func (n *Notes) versionFacts() []Fact {
	number := n.Number
	if number != "" && n.Provisional {
		number += " (provisional)"
	}
	bump := n.Bump
	if own := n.in.Changes.Bump(); bump != own && own != "" {
		bump += " (the changes by themselves: " + own + ")"
	}
	if n.Previous == "" {
		bump = ""
	}
	return facts(
		Fact{Name: "Framework", Value: n.Framework, code: true},
		Fact{Name: "Kind", Value: n.Kind.Name()},
		Fact{Name: "Number", Value: number},
		Fact{Name: "Previous number", Value: n.Previous},
		Fact{Name: "Category", Value: n.Category.Name()},
		Fact{Name: "Part of the number that rises", Value: bump},
		Fact{Name: "Set of rules", Value: number0(n.Ruleset)},
		Fact{Name: "Owners", Value: listed(n.Owners, "and")},
	)
}

// number0 is "" for 0, which stands for what is not known.
func number0(i int) string {
	if i == 0 {
		return ""
	}
	return strconv.Itoa(i)
}

func (n *Notes) whenFacts() []Fact {
	old := ""
	if n.Transition != nil {
		old = n.Transition.AcceptOld + ", for " + n.Transition.For
	}
	return facts(
		Fact{Name: "Recorded", Value: n.exact(n.in.Recorded), code: true},
		Fact{Name: "Effective from", Value: n.exact(n.in.Effective), code: true},
		Fact{Name: "Effective until", Value: n.exact(n.in.Until), code: true},
		Fact{Name: "Old text accepted until", Value: old},
		Fact{Name: "Time zone", Value: n.loc.String()},
	)
}

// exact is a moment in the organisation's zone and in UTC, to the millisecond
// where there is one, since moments may lie that close together.
func (n *Notes) exact(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	const form = "2006-01-02T15:04:05.999Z07:00"
	local, utc := t.In(n.loc).Format(form), t.UTC().Format(form)
	if local == utc {
		return utc
	}
	return local + " (" + utc + ")"
}

// mayRead says who sees the text, as the date of publishing has it.
func (n *Notes) mayRead() string {
	const all = "everybody who may read the organisation's frameworks"
	switch {
	case n.Status == Superseded:
		return "Those who could read it while it was to come."
	case n.Status == Drafted && n.Publish == "":
		return "Those who may read drafts, until it takes effect."
	case n.Publish != "" && (n.Status == Drafted || n.Status == Proposed || n.Status == Scheduled || n.Status == ""):
		return sentence("Those who may read drafts; from " + n.dateWords(n.Publish) + " on " + all)
	case n.Status == Scheduled:
		return sentence("Those who may read drafts; from " + n.day(n.in.Effective) + " on " + all)
	case n.Status == Proposed:
		return "Those who may read the proposal."
	}
	return sentence(all)
}

func (n *Notes) dateWords(date string) string {
	t, err := time.ParseInLocation(time.DateOnly, date, n.loc)
	if err != nil {
		return date
	}
	return n.day(t)
}

func (n *Notes) sourceFacts() []Fact {
	return facts(
		Fact{Name: "Digest", Value: n.Digest, code: true},
		Fact{Name: "Previous digest", Value: n.PreviousDigest, code: true},
		Fact{Name: "Commit", Value: n.Commit, code: true},
		Fact{Name: "Tree", Value: n.Tree, code: true},
		Fact{Name: "Pull request", Value: number0(n.PullRequest)},
		Fact{Name: "Approved by", Value: listed(n.ApprovedBy, "and")},
		Fact{Name: "Merged by", Value: n.MergedBy},
	)
}

// saidFacts are the directives, each as it was written.
func (n *Notes) saidFacts() []Fact {
	var out []Fact
	if r := n.Release; r != nil {
		out = append(out, Fact{Name: "Why", Value: r.Why}, Fact{Name: "Contact", Value: r.Contact},
			Fact{Name: "Promotions under way", Value: r.PromotionsUnderWay}, Fact{Name: "Raises the number by", Value: r.Bump})
		for _, cell := range slices.Sorted(maps.Keys(r.Meaning)) {
			out = append(out, Fact{Name: "Declares of " + cell, Value: "asks " + r.Meaning[cell]})
		}
	}
	if c := n.Correction; c != nil {
		out = append(out, Fact{Name: "Corrects version " + c.Of, Value: c.Reason})
	}
	for _, a := range n.Accepted {
		out = append(out, Fact{Name: "Accepts " + a.Rule, Value: a.Reason})
	}
	for _, e := range n.Errata {
		out = append(out, Fact{Name: "Note on version " + e.Number, Value: e.Text})
	}
	return facts(out...)
}

func (n *Notes) rulePoints() []string {
	var out []string
	for _, r := range n.Rules {
		out = append(out, strings.TrimSpace(fmt.Sprintf("%s (%s, %s), %s: %s",
			r.ID, r.Category.Name(), r.Bump, counted(r.Count, "change", "changes"), r.Purpose)))
	}
	return out
}

// Details names the rule and the place of a change.
func (e Entry) Details() string {
	c := e.Change
	out := fmt.Sprintf("Rule %s (%s, %s)", c.Rule, c.Category.Name(), c.Category.Bump())
	if c.Path != "" {
		out += ", at " + c.Path
	}
	return out + "."
}
