package review_test

import (
	"context"
	"flag"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/milepost-dev/milepost/internal/compile"
	"github.com/milepost-dev/milepost/internal/review"
)

var update = flag.Bool("update", false, "write the golden files anew")

// now is the moment at which the tests judge.
var now = time.Date(2027, 1, 5, 10, 15, 0, 0, time.UTC)

const ladder = `package framework

import "github.com/milepost-dev/milepost/schema"

framework: schema.#Framework
framework: {
	id:         "support"
	kind:       "ladder"
	title:      "Support ladder"
	owners: ["people-team"]
	discipline: "care"
	competencies: craft: title: "Craft"
	levels: l1: {rank: 1, code: "L1", titles: [{text: "Agent"}], summary: "Begins.", jobGrades: ["G1"], expectations: craft: items: ["Answers customers"]}
	levels: l2: {rank: 2, code: "L2", titles: [{text: "Senior Agent"}], summary: "Goes on.", jobGrades: ["G2"], expectations: craft: items: [
		"Solves hard cases"
		"Helps others"
	]}
	profiles: l2: {model: "model", requires: {data: "high", people: "high"}, critical: ["data", "people"]}
}
`

const model = `package framework

import "github.com/milepost-dev/milepost/schema"

framework: schema.#Framework
framework: {
	id:    "model"
	kind:  "competency-model"
	title: "The model"
	owners: ["people-team"]
	order: competencies: ["data", "people"]
	competencies: {data: title: "Data", people: title: "People"}
	levels: high: {rank: 1, titles: [{text: "High"}], summary: "Much.", expectations: {data: items: ["Reads data"], people: items: ["Talks"]}}
}
`

const care = `package framework

import "github.com/milepost-dev/milepost/schema"

framework: schema.#Framework
framework: {id: "care", kind: "discipline", title: "Care", owners: ["people-team"], definition: "Care for customers."}
`

const organisation = `package organisation

import "github.com/milepost-dev/milepost/schema"

organisation: schema.#Organisation
organisation: {
	name:     "Example"
	timeZone: "UTC"
	jobGrades: ["G1", "G2"]
}
`

func repo(edits ...func(fstest.MapFS)) fstest.MapFS {
	m := fstest.MapFS{}
	for name, text := range map[string]string{
		"frameworks/support/framework.cue": ladder, "frameworks/model/framework.cue": model,
		"frameworks/care/framework.cue": care, "frameworks/organisation.cue": organisation,
	} {
		m[name] = &fstest.MapFile{Data: []byte(text)}
	}
	for _, e := range edits {
		e(m)
	}
	return m
}

func replace(name, old, new string) func(fstest.MapFS) {
	return func(m fstest.MapFS) {
		text := string(m[name].Data)
		if !strings.Contains(text, old) {
			panic(fmt.Sprintf("%s does not hold %q", name, old))
		}
		m[name] = &fstest.MapFile{Data: []byte(strings.Replace(text, old, new, 1))}
	}
}

func remove(names ...string) func(fstest.MapFS) {
	return func(m fstest.MapFS) {
		maps.DeleteFunc(m, func(name string, _ *fstest.MapFile) bool {
			for _, n := range names {
				if name == n {
					return true
				}
			}
			return false
		})
	}
}

func rules(rules string) func(fstest.MapFS) {
	return replace("frameworks/organisation.cue", `timeZone: "UTC"`, "timeZone: \"UTC\"\n\thouseRules: {"+rules+"}")
}

const support, org = "frameworks/support/framework.cue", "frameworks/organisation.cue"

// byShared moves what the ladder names into a package below lib.
func byShared(m fstest.MapFS) {
	const profiles = `profiles: l2: {model: "model", requires: {data: "high", people: "high"}, critical: ["data", "people"]}`
	replace(support, "\t"+profiles, "\tprofiles: shared.profiles")(m)
	replace(support, "\n\nframework:", "\nimport \"example.com/careers/frameworks/lib/shared\"\n\nframework:")(m)
	m["cue.mod/module.cue"] = &fstest.MapFile{Data: []byte("module: \"example.com/careers\"\nlanguage: version: \"v0.17.0\"\n")}
	m["frameworks/lib/shared/shared.cue"] = &fstest.MapFile{Data: []byte("package shared\n\n" + profiles + "\n")}
}

// reviewCase is a change; a nil base judges all of head.
type reviewCase struct {
	name       string
	base, head fs.FS
	all        bool
}

var cases = []reviewCase{
	{"all is well", nil, repo(), false},
	{"no organisation file", nil, repo(remove(org)), false},
	{"a job grade that is not there", nil, repo(replace(support, `"G2"`, `"G9"`)), false},
	{"a discipline that is not there", nil, repo(replace(support, `discipline: "care"`, `discipline: "cure"`)), false},
	{"a model that is not there", nil, repo(replace(support, `model: "model"`, `model: "modle"`)), false},
	{"a proficiency that is not there", nil, repo(replace(support, `people: "high"`, `people: "higher"`)), false},
	{"too few items", nil, repo(rules("itemsPerCell: min: 2")), false},
	{"too many items", nil, repo(rules("itemsPerCell: max: 1")), false},
	{"too many words", nil, repo(rules("prose: maxWords: 5"), replace(support, "Helps others", "Helps all of the others in the team")), false},
	{"a word that is not used", nil, repo(rules(`prose: forbid: ["hard cases", "help"]`)), false},
	{"a rule turned down", nil, repo(rules(`itemsPerCell: min: 2, severity: "items-per-cell": "warning"`)), false},
	{"a rule turned off", nil, repo(rules(`itemsPerCell: min: 2, severity: "items-per-cell": "off"`)), false},
	{"a rule of correctness cannot be turned off", nil, repo(rules(`severity: "rank-twice": "off"`), replace(support, "rank: 2", "rank: 1")), false},
	{"more than plain data", nil, repo(rules("plainData: true"), replace(support, `items: ["Answers customers"]`, `items: [for x in ["a"] {"Answers \(x)"}]`)), false},
	{"references are more than plain data", nil, repo(rules("plainData: true"), replace(support, `framework: {`, "let answer = \"Answers customers\"\nframework: {"), replace(support, `["Answers customers"]`, `[answer]`)), false},
	{"the organisation's file is wrong", nil, repo(replace(org, `timeZone: "UTC"`, `timeZone: "Europe/Berln"`)), false},
	{"nothing differs", repo(), repo(), false},
	{"one level changes", repo(), repo(replace(support, "Helps others", "Helps everybody in the team")), false},
	{"one framework is new", repo(remove("frameworks/care/framework.cue"), replace(support, "discipline: \"care\"\n", "\n")), repo(), false},
	{"a framework that others name goes", repo(), repo(remove("frameworks/care/framework.cue")), false},
	{"a level of the model that others name is renamed", repo(), repo(replace("frameworks/model/framework.cue", "levels: high:", "levels: highest:")), false},
	{"a level of the model that others name by a package that they share is renamed", repo(byShared), repo(byShared, replace("frameworks/model/framework.cue", "levels: high:", "levels: highest:")), false},
	{"the house rules are those of the base", repo(rules("itemsPerCell: max: 1")), repo(replace(support, "Helps others", "Helps everybody")), false},
	{"a broken change", repo(), repo(replace(support, "rank: 2", "rang: 2")), false},
	{"a broken base is mended", repo(replace(support, "rank: 2", "rang: 2")), repo(), false},
}

func TestReview(t *testing.T) {
	t.Parallel()
	c, err := compile.New(compile.Options{})
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, tc := range slices.Concat(cases, houseCases(), lineCases()) {
		v, err := review.Review(context.Background(), c, review.Change{Now: now, Base: tc.base, Head: tc.head, Root: "frameworks", All: tc.all})
		if err != nil {
			t.Fatalf("%s: %v", tc.name, err)
		}
		again, err := review.Review(context.Background(), c, review.Change{Now: now, Base: tc.base, Head: tc.head, Root: "frameworks", All: tc.all})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(v, again); diff != "" {
			t.Errorf("%s: two reviews differ:\n%s", tc.name, diff)
		}
		fmt.Fprintf(&b, "# %s: %s\n", tc.name, map[bool]string{true: "passes", false: "needs a change"}[v.OK()])
		for _, ch := range v.Checked {
			fmt.Fprintf(&b, "  %s %s\n", ch.Status, ch.ID)
			if ch.Changes != nil && ch.Status == "changed" {
				for _, x := range ch.Changes.Changes {
					fmt.Fprintf(&b, "    %s: %s\n", x.Category.Name(), x.Message)
				}
			}
		}
		for _, f := range v.Findings {
			fmt.Fprintf(&b, "  %s %s: %s\n      %s [%s]\n", f.Severity, f.Position, f.Message, f.Help, f.Code)
		}
	}
	golden(t, "testdata/review.golden", b.String())
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(name, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got); run with -update and read the difference:\n%s", name, diff)
	}
}
