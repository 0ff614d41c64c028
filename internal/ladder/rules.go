package ladder

import (
	"slices"
	"strings"
)

// Rule is one kind of difference between two texts of a framework.
type Rule struct {
	// ID names the rule. It never changes its meaning.
	ID string `json:"id"`
	// Category is what such a change means for people.
	Category Category `json:"category"`
	// Purpose says what the rule recognises, and why it counts as it does.
	Purpose string `json:"purpose"`
	// Example is the message of a change that the rule recognised.
	Example string `json:"example"`

	// noun and verb count such changes in a headline: "2 expectations added".
	noun, verb string
}

// Ruleset is the version of the rules. It is written into tags, so that numbers
// that newer rules gave are known for what they are. It rises whenever a rule
// comes, goes or changes its category, and whenever the same two texts are
// judged otherwise than before.
const Ruleset = 1

// Rules are all rules, heaviest category first. Ruleset changes with them.
func Rules() []Rule {
	out := slices.Concat(expectationRules(), levelRules(), partRules(), wordingRules())
	slices.SortStableFunc(out, func(a, b Rule) int { return b.Category.Weight() - a.Category.Weight() })
	return out
}

// RuleByID finds a rule.
func RuleByID(id string) (Rule, bool) {
	i, ok := ruleIndex[id]
	if !ok {
		return Rule{}, false
	}
	return ruleList[i], true
}

// ruleList and ruleIndex are Rules, made once; nothing writes to them.
var (
	ruleList  = Rules()
	ruleIndex = indexRules(ruleList)
)

func indexRules(rules []Rule) map[string]int {
	out := make(map[string]int, len(rules))
	for i, r := range rules {
		out[r.ID] = i
	}
	return out
}

// ruleCategory is the category of a rule, "" for an id that is none: a test
// holds that no change ever has it.
func ruleCategory(id string) Category {
	r, _ := RuleByID(id)
	return r.Category
}

// counted is the rule's noun for n of them: the word before "of", "for",
// "on" or "that" takes the plural.
func (r Rule) counted(n int) string {
	head, rest := r.noun, ""
	for _, w := range []string{" of ", " for ", " on ", " that "} {
		if i := strings.Index(head, w); i >= 0 {
			head, rest = head[:i], head[i:]+rest
		}
	}
	if n == 1 {
		return r.noun
	}
	if stem, ok := strings.CutSuffix(head, "y"); ok && !strings.HasSuffix(head, "ay") {
		return stem + "ies" + rest
	}
	return head + "s" + rest
}
