package review_test

import (
	"fmt"
	"strings"
	"testing/fstest"
)

// step is a level of a small ladder, and what its two cells say, as CUE.
type step struct{ summary, craft, people string }

// team is a repository with a ladder of such levels, a file each, and the
// given lines of house rules.
func team(rules string, steps ...step) fstest.MapFS {
	m := fstest.MapFS{
		"frameworks/organisation.cue": {Data: []byte(strings.Replace(organisation, `timeZone: "UTC"`, "timeZone: \"UTC\"\n\thouseRules: {"+rules+"}", 1))},
		"frameworks/team/framework.cue": {Data: []byte(`package framework

import "github.com/milepost-dev/milepost/schema"

framework: schema.#Framework
framework: {
	id:    "team"
	kind:  "ladder"
	title: "The team's ladder"
	owners: ["people-team"]
	order: competencies: ["craft", "people"]
	competencies: {craft: title: "Craft", people: title: "People"}
	degrees: craft: ["Low", "High"]
}
`)},
	}
	for i, s := range steps {
		m[fmt.Sprintf("frameworks/team/l%d.cue", i+1)] = &fstest.MapFile{Data: []byte(s.file(i + 1))}
	}
	return m
}

func (s step) file(n int) string {
	return fmt.Sprintf(`package framework

framework: levels: l%[1]d: {
	rank: %[1]d
	code: "L%[1]d"
	titles: [{text: "Agent"}]
	%[2]s
	expectations: {
		craft: %[3]s
		people: %[4]s
	}
}
`, n, s.summary, s.craft, s.people)
}

// items is a cell with some expectations, a line each.
func items(list ...string) string {
	var b strings.Builder
	b.WriteString("items: [\n")
	for _, text := range list {
		fmt.Fprintf(&b, "\t\t\t%q\n", text)
	}
	b.WriteString("\t\t]")
	return b.String()
}

const (
	sums = `summary: "What it is about."`
	no   = `none: "Not asked here."`
)

// houseCases are the rules of the house: what they say, what they let pass at
// the edge, and what they are when turned off and up.
func houseCases() []reviewCase {
	one := func(rules string, list ...string) fstest.MapFS { return team(rules, step{sums, items(list...), no}) }
	two := func(rules, first, second string) fstest.MapFS {
		return team(rules, step{sums, items(first), no}, step{sums, items(second), no})
	}
	turned := func(code, to string) string { return fmt.Sprintf("severity: %q: %q", code, to) }
	alike := []string{"Plans the work of the team", "Plans the work of the guild"}
	same := []string{"Helps to drive peers towards the goals", "Helps drive peers toward goals"}
	stops := []string{"Plans the work.", "Writes it down", "Asks when it is unclear."}
	capitals := []string{"Plans the work", "writes it down", "Asks when it is unclear"}
	bare := team("", step{"", items("Plans the work"), no})
	repeated := func(rules string) fstest.MapFS {
		return team(rules, step{sums, items("Plans the work"), no}, step{sums, `same: "l1"`, no})
	}
	vague := []string{"Helps with the plan", "help the others", "Works on tools", "Plans and helps", "Is responsible for the plan"}

	return []reviewCase{
		{"near-duplicate: six words of which one differs", nil, one("", alike...), false},
		{"near-duplicate: five words of which one differs", nil, one("", "Plans work of the team", "Plans work of the guild"), false},
		{"near-duplicate: the same in another competency, and at another level", nil, team("", step{sums, items("Plans the work"), items("Plans the work.")}, step{sums, items("Plans the work"), items("Plans the work.")}), false},
		{"near-duplicate: with the text of another level", nil, team("", step{sums, items("Plans the work of the team"), no}, step{sums, `same: "l1"`, items("Plans the work of the guild")}), false},
		{"near-duplicate: an expectation with examples", nil, team("", step{sums, "items: [\n\t\t\t\"Plans the work\"\n\t\t\t{\n\t\t\t\texamples: [\"A plan\"]\n\t\t\t\ttext: \"Plans the work\"\n\t\t\t}\n\t\t]", no}), false},
		{"near-duplicate: turned off", nil, one(turned("near-duplicate", "off"), alike...), false},
		{"near-duplicate: turned to error", nil, one(turned("near-duplicate", "error"), alike...), false},

		{"near-duplicate-levels: small words and endings", nil, two("", same[0], same[1]), false},
		{"near-duplicate-levels: a word that raises what is asked", nil, two("", "Solves complex problems with the help of others", "Solves very complex problems with the help of others"), false},
		{"near-duplicate-levels: equal texts", nil, two("", "Plans the work", "Plans the work"), false},
		{"near-duplicate-levels: turned off", nil, two(turned("near-duplicate-levels", "off"), same[0], same[1]), false},
		{"near-duplicate-levels: turned to error", nil, two(turned("near-duplicate-levels", "error"), same[0], same[1]), false},

		{"mixed-punctuation: one of three without a full stop", nil, one("", stops...), false},
		{"mixed-punctuation: one of two with a full stop", nil, one("", "Plans the work.", "Writes it down"), false},
		{"mixed-punctuation: marks and shortened words count for neither", nil, one("", "Plans the work", "Writes plans, minutes etc.", "Asks: why?", "Uses tools (Jira, e.g.)"), false},
		{"mixed-punctuation: each cell by itself", nil, team("", step{sums, items("Plans the work."), items("Talks")}), false},
		{"mixed-punctuation: turned off", nil, one(turned("mixed-punctuation", "off"), stops...), false},
		{"mixed-punctuation: turned to error", nil, one(turned("mixed-punctuation", "error"), stops...), false},

		{"mixed-capitals: one of three with a small letter", nil, one("", capitals...), false},
		{"mixed-capitals: names, figures and quotation marks", nil, one("", "Plans the work", "iOS is familiar to them", "2 plans a year", "“Why?” is what they ask"), false},
		{"mixed-capitals: turned off", nil, one(turned("mixed-capitals", "off"), capitals...), false},
		{"mixed-capitals: turned to error", nil, one(turned("mixed-capitals", "error"), capitals...), false},

		{"no-summary: a level without one", nil, bare, false},
		{"no-summary: turned off", nil, team(turned("no-summary", "off"), step{"", items("Plans the work"), no}), false},
		{"no-summary: turned to error", nil, team(turned("no-summary", "error"), step{"", items("Plans the work"), no}), false},

		{"adds-nothing: all cells shared or equal", nil, repeated(""), false},
		{"adds-nothing: one expectation more", nil, team("", step{sums, items("Plans the work"), no}, step{sums, items("Plans the work", "Writes it down"), no}), false},
		{"adds-nothing: a higher degree", nil, team("", step{sums, "{degree: \"Low\", items: [\"Plans the work\"]}", no}, step{sums, "{degree: \"High\", items: [\"Plans the work\"]}", no}), false},
		{"adds-nothing: cumulative, and only what is asked lower down", nil, cumulative(step{sums, items("Plans the work"), items("Talks")}, step{sums, items("Plans the work"), items("Listens")}, step{sums, no, items("Talks")}), false},
		{"adds-nothing: turned off", nil, repeated(turned("adds-nothing", "off")), false},
		{"adds-nothing: turned to error", nil, repeated(turned("adds-nothing", "error")), false},

		{"vague-start: off by default", nil, one("", vague[0], vague[2]), false},
		{"vague-start: turned on", nil, one(turned("vague-start", "warning")+", "+turned("mixed-capitals", "off"), vague...), false},
		{"vague-start: the organisation's own list", nil, one(`prose: vague: ["plans and"], `+turned("mixed-capitals", "off"), vague...), false},
		{"vague-start: an empty list", nil, one("prose: vague: []", vague[0], vague[2]), false},
		{"vague-start: a list, turned off", nil, one(`prose: vague: ["helps"], `+turned("vague-start", "off"), vague[0]), false},
		{"vague-start: a list, turned to error", nil, one(`prose: vague: ["helps"], `+turned("vague-start", "error"), vague[0]), false},

		{"item-too-long: as many words as are allowed", nil, one("prose: maxWords: 5", "Plans work of the team"), false},
		{"item-too-long: one more", nil, one("prose: maxWords: 5", "Plans the work of the team"), false},
	}
}

func cumulative(steps ...step) fstest.MapFS {
	m := team("", steps...)
	replace("frameworks/team/framework.cue", "\tkind:", "\tcumulative: true\n\tkind:")(m)
	return m
}
