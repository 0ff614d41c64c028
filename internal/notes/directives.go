package notes

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/milepost-dev/milepost/internal/ladder"
)

// Release is what the author says to people about the change.
type Release struct {
	Why                string            `json:"why,omitempty"`
	Contact            string            `json:"contact,omitempty"`
	PromotionsUnderWay string            `json:"promotions_under_way,omitempty"`
	Bump               string            `json:"bump,omitempty"`
	Meaning            map[string]string `json:"meaning,omitempty"`
}

// Transition lets the text before be used until the end of the day AcceptOld.
type Transition struct {
	AcceptOld string `json:"accept_old"`
	For       string `json:"for"`
}

// Correction puts right the version whose number is Of.
type Correction struct {
	Of     string `json:"of"`
	Reason string `json:"reason"`
}

// Erratum is a note on an earlier version.
type Erratum struct {
	Number string `json:"number"`
	Text   string `json:"text"`
}

// Accepted is a rule that would have held the change up, and why it did not.
type Accepted struct {
	Rule   string `json:"rule"`
	Reason string `json:"reason"`
}

// Rule is a rule that recognised changes, and how many.
type Rule struct {
	ID       string          `json:"id"`
	Category ladder.Category `json:"category"`
	Bump     string          `json:"bump"`
	Purpose  string          `json:"purpose"`
	Count    int             `json:"count"`
}

func (n *Notes) directives() {
	d := n.in.Directives
	if d.Release != nil {
		r := Release(*d.Release)
		n.Release = &r
	}
	if d.Transition != nil {
		t := Transition(*d.Transition)
		n.Transition = &t
	}
	if d.Correction != nil {
		c := Correction(*d.Correction)
		n.Correction = &c
	}
	for number, text := range d.Errata {
		n.Errata = append(n.Errata, Erratum{number, text})
	}
	slices.SortFunc(n.Errata, func(a, b Erratum) int { return compareNumbers(a.Number, b.Number) })
	for _, a := range d.Accept {
		n.Accepted = append(n.Accepted, Accepted(a))
	}
}

// compareNumbers orders versions: 1.9.0 before 1.10.0.
func compareNumbers(a, b string) int {
	x, y := strings.Split(a, "."), strings.Split(b, ".")
	for i := range min(len(x), len(y)) {
		p, _ := strconv.Atoi(x[i])
		q, _ := strconv.Atoi(y[i])
		if c := cmp.Compare(p, q); c != 0 {
			return c
		}
	}
	return strings.Compare(a, b)
}

// rulesOf are the rules that recognised the changes, heaviest first. A rule
// that this binary does not know is listed without a purpose.
func rulesOf(s ladder.ChangeSet) []Rule {
	out := []Rule{}
	for _, c := range s.Changes {
		i := slices.IndexFunc(out, func(r Rule) bool { return r.ID == c.Rule })
		if i < 0 {
			known, _ := ladder.RuleByID(c.Rule)
			i, out = len(out), append(out, Rule{ID: c.Rule, Category: c.Category, Bump: c.Category.Bump(), Purpose: known.Purpose})
		}
		out[i].Count++
	}
	slices.SortFunc(out, func(a, b Rule) int {
		return cmp.Or(cmp.Compare(b.Category.Weight(), a.Category.Weight()), cmp.Compare(a.ID, b.ID))
	})
	return out
}

// contact is whom to ask: "people-team", "people-team or support-leads".
func (n *Notes) contact() string {
	if n.Release != nil && n.Release.Contact != "" {
		return n.Release.Contact
	}
	if len(n.Owners) == 0 {
		return "whoever answers for the framework"
	}
	return listed(n.Owners, "or")
}

// undeclared counts the rewordings of which nobody said whether they ask more.
func (n *Notes) undeclared() int {
	count := 0
	for _, c := range n.in.Changes.Changes {
		if mayAskMore(c) {
			count++
		}
	}
	return count
}

// mayAskMore says whether the change counts as asking more for want of a
// declaration: its sentence says so, after what it cites.
func mayAskMore(c ladder.Change) bool {
	switch c.Rule {
	case "expectation-reworded":
		return strings.Contains(c.Message, quote(c.After)+undeclared)
	case "expectation-moved-up-reworded":
		return strings.Contains(c.Message, "(it was "+quote(c.Before)+")"+undeclared)
	}
	return false
}

// undeclared is how the sentence of a rewording goes on that nobody judged.
const undeclared = ", which may ask more"

// undeclaredSentence says so, "" if all is declared.
func (n *Notes) undeclaredSentence() string {
	switch count := n.undeclared(); {
	case count == 0:
		return ""
	case count == 1:
		return "Nobody has said whether 1 rewording asks more: it counts as if it did."
	default:
		return fmt.Sprintf("Nobody has said whether %d rewordings ask more: they count as if they did.", count)
	}
}
