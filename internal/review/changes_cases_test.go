package review_test

import (
	"fmt"
	"maps"
	"strings"
	"testing/fstest"
	"time"
)

// The support ladder of the page of changes, its organisation and its files.
const (
	supportMain = "frameworks/support-ladder/framework.cue"
	supportL3   = "frameworks/support-ladder/l3.cue"
	supportL4   = "frameworks/support-ladder/l4.cue"
	nextMain    = "frameworks/next/support-ladder/framework.cue"
	nextL3      = "frameworks/next/support-ladder/l3.cue"
	nextL4      = "frameworks/next/support-ladder/l4.cue"
)

const supportLadder = `package framework

import "github.com/milepost-dev/milepost/schema"

framework: schema.#Framework
framework: {
	id:    "support-ladder"
	kind:  "ladder"
	title: "Support ladder"
	owners: ["people-team"]
	order: competencies: ["autonomy", "people"]
	competencies: {autonomy: title: "Autonomy", people: title: "People"}
	degrees: autonomy: ["Solid", "Strong"]
}
`

const supportSenior = `package framework

framework: levels: l3: {
	rank: 3
	code: "L3"
	titles: [{text: "Senior Support Specialist"}]
	summary: "Solves unknown problems."
	expectations: {
		autonomy: {
			degree: "Solid"
			items: [
				"Plans their own week"
				"Asks for help in time"
			]
		}
		people: items: ["Explains decisions to colleagues"]
	}
}
`

const supportStaff = `package framework

framework: levels: l4: {
	rank: 4
	code: "L4"
	titles: [{text: "Staff Support Specialist"}]
	summary: "Shapes how the team works."
	expectations: {
		autonomy: {
			degree: "Strong"
			items: [
				"Sets goals for the team"
				"Anwsers for the quality of the queue"
			]
		}
		people: items: [
			"Mentors junior colleagues"
			"Settles conflicts in the team"
		]
	}
}
`

const supportOrganisation = `package organisation

import "github.com/milepost-dev/milepost/schema"

organisation: schema.#Organisation
organisation: {
	name:     "Example Company"
	timeZone: "Europe/Berlin"
	houseRules: {
		notice: days: 30
		freezes: [{from: "2027-03-15", to: "2027-04-15", reason: "performance reviews"}]
	}
}
`

// supportRepo is the repository, with some edits.
func supportRepo(edits ...func(fstest.MapFS)) fstest.MapFS {
	m := fstest.MapFS{}
	for name, text := range map[string]string{supportMain: supportLadder, supportL3: supportSenior, supportL4: supportStaff, org: supportOrganisation} {
		m[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return changed(m, edits...)
}

// startEdition copies the text in force to the coming edition, with lines at
// the top of it.
func startEdition(lines string) func(fstest.MapFS) {
	return func(m fstest.MapFS) {
		for name, f := range maps.Clone(m) {
			if rest, ok := strings.CutPrefix(name, "frameworks/support-ladder/"); ok {
				m["frameworks/next/support-ladder/"+rest] = f
			}
		}
		write(nextMain, lines)(m)
	}
}

// write adds lines to the top of a framework.
func write(name, lines string) func(fstest.MapFS) {
	if lines == "" {
		return func(fstest.MapFS) {}
	}
	return replace(name, "\tid:    \"support-ladder\"\n", "\tid:    \"support-ladder\"\n\t"+strings.ReplaceAll(lines, "\n", "\n\t")+"\n")
}

// foldEdition moves the coming edition to the framework's own folder.
func foldEdition(m fstest.MapFS) {
	for name, f := range maps.Clone(m) {
		if rest, ok := strings.CutPrefix(name, "frameworks/next/support-ladder/"); ok {
			m["frameworks/support-ladder/"+rest] = f
			delete(m, name)
		}
	}
}

// rename gives the ladder another id.
func rename(m fstest.MapFS) {
	for name, f := range maps.Clone(m) {
		if strings.Contains(name, "/support-ladder/") {
			m[strings.Replace(name, "/support-ladder/", "/care-ladder/", 1)] = f
			delete(m, name)
		}
	}
	for _, dir := range []string{"frameworks/care-ladder/", "frameworks/next/care-ladder/"} {
		if m[dir+"framework.cue"] != nil {
			renameIn(dir)(m)
		}
	}
}

func renameIn(dir string) func(fstest.MapFS) {
	return replace(dir+"framework.cue", `id:    "support-ladder"`, "id:    \"care-ladder\"\n\tformerly: [\"support-ladder\"]")
}

// another is a framework beside the ladder.
func another(m fstest.MapFS) {
	m["frameworks/care/framework.cue"] = &fstest.MapFile{Data: []byte(care)}
}

const skills = `package framework

import "github.com/milepost-dev/milepost/schema"

framework: schema.#Framework
framework: {
	id:    "skills"
	kind:  "competency-model"
	title: "Skills"
	owners: ["people-team"]
	order: competencies: ["data", "talk"]
	competencies: {data: title: "Data", talk: title: "Talk"}
	levels: some: {rank: 1, titles: [{text: "Some"}], summary: "Some.", expectations: {data: items: ["Reads charts"], talk: items: ["Listens"]}}
	levels: much: {rank: 2, titles: [{text: "Much"}], summary: "Much.", expectations: {data: items: ["Makes charts"], talk: items: ["Explains"]}}
}
`

// withModel adds a competency model, which the profile of L4 names.
func withModel(m fstest.MapFS) {
	m["frameworks/skills/framework.cue"] = &fstest.MapFile{Data: []byte(skills)}
	write(supportMain, `profiles: l4: {model: "skills", requires: {data: "much", talk: "some"}, critical: ["data", "talk"]}`)(m)
}

// editionOfModel is a coming edition of the model without its higher level.
func editionOfModel(m fstest.MapFS) {
	const much = "\tlevels: much: {rank: 2, titles: [{text: \"Much\"}], summary: \"Much.\", expectations: {data: items: [\"Makes charts\"], talk: items: [\"Explains\"]}}\n"
	text := strings.Replace(skills, much, "\tretired: levels: much: {reason: \"One is enough\", into: [{level: \"some\"}]}\n", 1)
	m["frameworks/next/skills/framework.cue"] = &fstest.MapFile{Data: []byte(strings.Replace(text, "\tid:    \"skills\"\n", "\tid:    \"skills\"\n\t"+dated("2027-01-20", "2027-03-01")+told+"\n", 1))}
}

// onlyNow leaves out the coming edition.
func onlyNow(m fstest.MapFS) { remove(nextMain, nextL3, nextL4)(m) }

// says are the words of an edition that a test dates.
func dated(publish, effective string) string {
	return fmt.Sprintf("publish:   %q\neffective: %q", publish, effective)
}

const told = "\nrelease: {why: \"The team grew.\", contact: \"people-team\", promotionsUnderWay: \"They go on by the text before.\"}"

// example is a change as it happens, and when it is judged.
type example struct {
	title, about string
	base         fstest.MapFS // nil to judge what stands
	head         fstest.MapFS
	on           string // the day, 2027-01-05 if empty
	inForce      string // the number of the version in force
}

func (e example) now() time.Time {
	if e.on == "" {
		return now
	}
	d, err := time.Parse(time.DateOnly, e.on)
	if err != nil {
		panic(err)
	}
	return d.Add(10 * time.Hour)
}

type chapter struct {
	title string
	cases []example
}

// raise is a change that asks more of L4, in either folder.
func raise(name string) func(fstest.MapFS) {
	return replace(name, "\t\t\t\"Settles conflicts in the team\"", "\t\t\t\"Settles conflicts in the team\"\n\t\t\t\"Leads a working group\"")
}

func reword(name string) func(fstest.MapFS) {
	return replace(name, "Mentors junior colleagues", "Mentors junior and senior colleagues")
}

// share gives L4 the text of L3 on people.
func share(m fstest.MapFS) {
	replace(supportL4, "people: items: [\n\t\t\t\"Mentors junior colleagues\"\n\t\t\t\"Settles conflicts in the team\"\n\t\t]", `people: same: "l3"`)(m)
}

func changeChapters() []chapter {
	base := supportRepo()
	on := func(m fstest.MapFS, edits ...func(fstest.MapFS)) fstest.MapFS { return changed(m, edits...) }
	typo := replace(supportL4, "Anwsers", "Answers")
	draft := supportRepo(startEdition(""), raise(nextL4))
	coming := supportRepo(startEdition(dated("2027-01-20", "2027-03-01")+told), raise(nextL4))
	return []chapter{
		{"Words", []example{
			{title: "A slip of the pen", base: base, head: on(base, typo)},
			{title: "A summary in other words", base: base, head: on(base, replace(supportL4, "Shapes how the team works", "Shapes how the team works together"))},
			{title: "An expectation in other words, of which nothing is said", base: base, head: on(base, reword(supportL4))},
			{title: "The same, declared to ask the same", base: base, head: on(base, reword(supportL4), write(supportMain, `release: meaning: "l4.people": "same"`))},
			{title: "The same, declared to ask more", base: base, head: on(base, reword(supportL4), write(supportMain, `release: meaning: "l4.people": "more"`))},
			{title: "Two expectations of a cell in other words, one of them declared", base: base, head: on(base, reword(supportL4), replace(supportL4, "Settles conflicts in the team", "Settles conflicts in the team and beyond"), write(supportMain, `release: meaning: "l4.people.1": "same"`))},
			{title: "A meaning for something that was not reworded", base: base, head: on(base, typo, write(supportMain, `release: meaning: "l3.people": "same"`))},
			{title: "A meaning for an expectation by a wrong number", base: base, head: on(base, reword(supportL4), write(supportMain, `release: meaning: "l4.people.2": "same"`))},
			{title: "A meaning for what is new, and not reworded", base: base, head: on(base, raise(supportL4), write(supportMain, `release: meaning: "l4.people": "same"`))},
			{title: "Two meanings for a text that levels share", base: on(base, share), head: on(base, share, replace(supportL3, "Explains decisions", "Explains all decisions"), write(supportMain, `release: meaning: {"l3.people": "same", "l4.people": "more"}`))},
			{title: "A release from an earlier change", base: supportRepo(write(supportMain, `release: {why: "The team grew.", meaning: "l4.people": "same"}`)),
				head: supportRepo(write(supportMain, `release: {why: "The team grew.", meaning: "l4.people": "same"}`), reword(supportL4))},
		}},
		{"What is asked", []example{
			{title: "An expectation more, in force at once", about: "The organisation gives people 30 days of notice.", base: base, head: on(base, raise(supportL4))},
			{title: "The same, accepted with a reason", base: base, head: on(base, raise(supportL4), write(supportMain, `accept: [{rule: "notice", reason: "Agreed with the works council"}]`))},
			{title: "An expectation more, in a freeze", base: base, head: on(base, raise(supportL4)), on: "2027-03-20"},
			{title: "An expectation less", base: base, head: on(base, replace(supportL4, "\t\t\t\"Settles conflicts in the team\"\n", ""))},
			{title: "An expectation moves to a lower level", base: base, head: on(base, replace(supportL4, "\t\t\t\"Settles conflicts in the team\"\n", ""), replace(supportL3, `["Explains decisions to colleagues"]`, `["Explains decisions to colleagues", "Settles conflicts in the team"]`))},
			{title: "A degree rises", base: base, head: on(base, replace(supportL3, `"Solid"`, `"Strong"`))},
			{title: "A level gets another id", base: base, head: on(base, replace(supportL3, "levels: l3: {", "levels: senior: {\n\tformerly: [\"l3\"]"))},
			{title: "A level is retired", base: base, head: on(base, remove(supportL3), write(supportMain, `retired: levels: l3: {reason: "One level is enough", into: [{level: "l4"}]}`))},
			{title: "A level goes, and nobody says where its people go", base: base, head: on(base, remove(supportL3))},
			{title: "A level goes, and another one comes", base: base, head: on(base, replace(supportL3, "levels: l3: {", "levels: senior: {"))},
			{title: "A level goes, in a coming edition", base: draft, head: on(draft, remove(nextL3))},
			{title: "A competency goes, and nobody says why", base: base, head: on(base, replace(supportMain, `["autonomy", "people"]`, `["autonomy"]`), replace(supportMain, `, people: title: "People"`, ""),
				replace(supportL3, "\t\tpeople: items: [\"Explains decisions to colleagues\"]\n", ""), replace(supportL4, "\t\tpeople: items: [\n\t\t\t\"Mentors junior colleagues\"\n\t\t\t\"Settles conflicts in the team\"\n\t\t]\n", ""))},
			{title: "The framework is withdrawn", base: on(base, another), head: on(base, another, remove(supportMain, supportL3, supportL4))},
			{title: "The framework gets another name", base: base, head: on(base, rename)},
			{title: "The framework gets another name, and has a coming edition", base: coming, head: on(coming, rename)},
			{title: "A number that rises by too little", base: base, head: on(base, replace(supportL3, `"Solid"`, `"Strong"`), write(supportMain, "release: bump: \"patch\"\naccept: [{rule: \"notice\", reason: \"It was announced in June\"}, {rule: \"expectation-added\", reason: \"It was asked before\"}]"))},
		}},
		{"References", []example{
			{title: "A level goes, which the profile of another framework names", base: on(base, withModel), head: on(base, withModel, editionOfModel)},
		}},
		{"Corrections", []example{
			{title: "A correction", base: base, head: on(base, typo, write(supportMain, `correction: {of: "1.2.0", reason: "A slip of the pen"}`)), inForce: "1.2.0"},
			{title: "A correction of another version than the one in force", base: base, head: on(base, typo, write(supportMain, `correction: {of: "1.1.0", reason: "A slip of the pen"}`)), inForce: "1.2.0"},
			{title: "A correction that asks more", base: base, head: on(base, raise(supportL4), write(supportMain, `correction: {of: "1.2.0", reason: "It was left out"}`)), inForce: "1.2.0"},
		}},
		{"Coming editions", []example{
			{title: "A draft of a coming edition", base: base, head: draft},
			{title: "The draft gets a date, in good time", base: draft, head: coming},
			{title: "A date, and not a word to people", base: draft, head: on(draft, write(nextMain, `effective: "2027-03-01"`))},
			{title: "A date that is too near", base: draft, head: on(draft, write(nextMain, dated("2027-01-20", "2027-02-10")+told))},
			{title: "A date in a freeze", base: draft, head: on(draft, write(nextMain, dated("2027-01-20", "2027-03-20")+told))},
			{title: "A date that is past", base: draft, head: on(draft, write(nextMain, `effective: "2027-01-01"`+told))},
			{title: "Wording of an edition that is dated too near already", about: "What stands there is not held up by a change of words.", base: supportRepo(startEdition(dated("2027-01-01", "2027-01-20")+told), raise(nextL4)), head: supportRepo(startEdition(dated("2027-01-01", "2027-01-20")+told), raise(nextL4), replace(nextL4, "Anwsers", "Answers"))},
			{title: "A rewording late in an edition that was shown in time", base: coming, head: on(coming, reword(nextL4)), on: "2027-02-20"},
			{title: "A text for later in the folder of the text in force", base: base, head: on(base, raise(supportL4), write(supportMain, `effective: "2027-03-01"`))},
			{title: "A slip of the pen is put right, and the coming edition still has it", base: coming, head: on(coming, typo)},
			{title: "The same, in both", base: coming, head: on(coming, typo, replace(nextL4, "Anwsers", "Answers"))},
			{title: "The same, where the edition says something else in that place", base: on(coming, replace(nextL4, "Anwsers for the quality of the queue", "Keeps the queue short")), head: on(coming, replace(nextL4, "Anwsers for the quality of the queue", "Keeps the queue short"), typo)},
			{title: "An expectation less, and the coming edition still has it", base: coming, head: on(coming, replace(supportL3, "\t\t\t\t\"Asks for help in time\"\n", ""))},
			{title: "The edition is withdrawn before its day", base: coming, head: on(coming, onlyNow)},
		}},
		{"From the day of an edition on", []example{
			{title: "The edition stands in its place, as it may for a while", about: "Judged without a change, as it is every day.", head: coming, on: "2027-03-05"},
			{title: "The edition is folded in", base: coming, head: on(coming, foldEdition), on: "2027-03-05"},
			{title: "A change in the folder of the text before it", base: coming, head: on(coming, typo), on: "2027-03-05"},
			{title: "A change where it belongs", base: coming, head: on(coming, replace(nextL4, "Anwsers", "Answers")), on: "2027-03-05"},
			{title: "Another day for an edition in force", base: coming, head: on(coming, replace(nextMain, "2027-03-01", "2027-06-01")), on: "2027-03-05"},
			{title: "A second edition before the first is folded in", base: coming, head: on(coming, replace(nextMain, "2027-03-01", "2028-03-01"), reword(nextL4)), on: "2027-03-05"},
			{title: "The edition is removed", base: coming, head: on(coming, onlyNow), on: "2027-03-05"},
			{title: "The edition is folded in, with a change", base: coming, head: on(coming, foldEdition, typo), on: "2027-03-05"},
		}},
		{"Every day", []example{
			{title: "A freeze is announced after the edition was dated", about: "Judged without a change, as it is every day.", head: on(coming, replace(org, `{from: "2027-03-15"`, `{from: "2027-02-25", to: "2027-03-05", reason: "move to the new office"}, {from: "2027-03-15"`))},
		}},
	}
}
