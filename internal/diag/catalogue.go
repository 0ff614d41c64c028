package diag

import "slices"

// Rule is what a finding's code stands for.
type Rule struct {
	// Code is the finding's code. It never changes its meaning.
	Code string
	// Title says in a few words what is wrong.
	Title string
	// Means says what the rule asks, and why.
	Means string
	// Mend says what to do.
	Mend string
	// Before and After are an example: as it was, and as it is right.
	Before, After string
	// Severity is the finding's, unless the organisation says otherwise.
	Severity Severity
	// Switchable says whether an organisation may turn the rule down or off in
	// its house rules: those of its own house, and not what makes a framework one.
	Switchable bool
}

// Chapter is a part of the catalogue: rules about one sort of thing.
type Chapter struct {
	Title string
	Rules []Rule
}

// Catalogue is every rule that findings name, in the order of the
// documentation. docs/findings.md is made from it.
func Catalogue() []Chapter {
	return []Chapter{
		{"How a file is written", writingRules()},
		{"Fields and their values", valueRules()},
		{"Levels, competencies and cells", partRules()},
		{"Ids, references and order", referenceRules()},
		{"Dates and changes", slices.Concat(changeRules(), stepRules())},
		{"House rules", slices.Concat(houseRules(), timeRules())},
		{"Files and folders", fileRules()},
		{"Limits", limitRules()},
	}
}

// FindRule is the rule of a code, false where there is none.
func FindRule(code string) (Rule, bool) {
	for _, c := range Catalogue() {
		if i := slices.IndexFunc(c.Rules, func(r Rule) bool { return r.Code == code }); i >= 0 {
			return c.Rules[i], true
		}
	}
	return Rule{}, false
}

// Switchable says whether an organisation may turn a rule down or off.
func Switchable(code string) bool {
	r, _ := FindRule(code)
	return r.Switchable
}
