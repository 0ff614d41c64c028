//go:build !race

// One evaluation is compared with another, and nothing runs side by side; the
// race detector would find nothing, and take minutes for it.

package compile

import (
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/milepost-dev/milepost/schema"
)

// stockCase is a repository that both Milepost and the stock command judge.
type stockCase struct {
	name string
	repo func(t *testing.T) fstest.MapFS
	run  func(fs.FS) (ok bool, err error)
}

// dialect are ways of writing CUE: what stands in a file of its own, beside
// the full framework.
var dialect = map[string]string{
	"nothing":              "",
	"hidden conflict":      "_x: 1 & 2\n",
	"definition conflict":  "#D: {a: 1 & 2}\n",
	"unknown reference":    "#D: {a: nope}\n",
	"let without a use":    "let y = 1\n",
	"let in conflict":      "let y = 1 & 2\n_z: y\n",
	"alias without a use":  "framework: X={title: \"Everything at once\"}\n",
	"alias of the field":   "X=framework: {title: \"Everything at once\"}\n_y: X.title\n",
	"hidden text":          "_h: string\nframework: _h: string\n",
	"definition inside":    "framework: #Def: {a: string}\n",
	"optional unknown":     "framework: nope?: 1\n",
	"required unknown":     "framework: nope!: 1\n",
	"hidden required":      "_x: {a!: 1}\n",
	"optional document":    "framework?: {title: \"Everything at once\"}\n",
	"optional, and wrong":  "framework?: {title: 1}\n",
	"required document":    "framework!: {title: \"Everything at once\"}\n",
	"division by zero":     "_x: 1/0\n",
	"error":                "#x: error(\"no\")\n",
	"pattern":              "framework: [string]: _\n",
	"pattern with more":    "framework: levels: [string]: cheese: 1\n",
	"ellipsis":             "framework: {...}\n",
	"ellipsis and more":    "framework: levels: l1: {cheese: 1, ...}\n",
	"optional of a type":   "framework: summary?: 1\n",
	"import twice":         "import \"list\"\nimport \"list\"\n_x: list.Max([1])\n",
	"import late":          "_x: 1\nimport \"list\"\n",
	"text for a document":  "framework: {\"x\"}\n",
	"shape and more":       "import \"github.com/milepost-dev/milepost/schema\"\nframework: {schema.#Shape, cheese: 1}\n",
	"open shape":           "import \"github.com/milepost-dev/milepost/schema\"\nframework: {schema.#Shape, ...}\n",
	"embedded definition":  "#E: {cheese: 1}\nframework: {#E}\n",
	"embedded struct":      "_E: {cheese: 1}\nframework: {_E}\n",
	"comprehension":        "framework: {if true {cheese: 1}}\n",
	"name worked out":      "framework: levels: l1: (\"chee\"+\"se\"): 1\n",
	"item opened":          "framework: levels: l1: expectations: research: items: [_, {cheese: 1, ...}]\n",
	"default":              "framework: cumulative: *false | bool\n",
	"disjunction":          "framework: kind: \"ladder\" | \"discipline\"\n",
	"null":                 "framework: summary: null\n",
	"bottom":               "framework: summary: _|_\n",
	"list of any length":   "framework: questions: [...]\n",
	"bytes":                "framework: stage: 'x'\n",
	"quoted hidden name":   "framework: \"_h\": 1\n",
	"quoted definition":    "framework: \"#h\": 1\n",
	"the schema's _check":  "framework: _check: tracks: 1\n",
	"the schema's names":   "framework: _names: 7\n",
	"reference to a level": "framework: levels: m2: summary: framework.levels.l1.summary\n",
	"level made of others": "framework: levels: l3: framework.levels.l2\n",
}

// libraries are packages below frameworks/lib that the framework's summary is taken from.
var libraries = map[string]map[string]string{
	"lib":                     {"words/w.cue": "package words\n\nsummary: \"A\"\n"},
	"lib: undefined":          {"words/w.cue": "package words\n\nother: \"A\"\n"},
	"lib: broken":             {"words/w.cue": "package words\n\nsummary: \"A\n"},
	"lib: unknown reference":  {"words/w.cue": "package words\n\nsummary: \"A\"\nx: nope\n"},
	"lib: import without use": {"words/w.cue": "package words\n\nimport \"list\"\n\nsummary: \"A\"\n"},
	"lib: import from nowhere": {
		"words/w.cue": "package words\n\nimport \"example.org/nope\"\n\nsummary: \"A\"\nx: nope.x\n"},
	"lib: imports itself": {"words/w.cue": "package words\n\nimport \"example.com/careers/frameworks/lib/words\"\n\nsummary: words.summary\n"},
	"lib: two import each other": {
		"words/w.cue": "package words\n\nimport \"example.com/careers/frameworks/lib/other\"\n\nsummary: other.summary\n",
		"other/o.cue": "package other\n\nimport \"example.com/careers/frameworks/lib/words\"\n\nsummary: words.summary\n"},
	"lib: a tool's import": {"words/w.cue": "package words\n\nimport \"tool/exec\"\n\nsummary: \"A\"\nx: exec.Run\n"},
	"lib: other package":   {"words/w.cue": "package other\n\nsummary: \"A\"\n"},
	"lib: no package":      {"words/w.cue": "summary: \"A\"\n"},
	"lib: a file without":  {"words/w.cue": "package words\n\nx: 1\n", "words/x.cue": "summary: \"A\"\n"},
	"lib: if never":        {"words/w.cue": "@if(never)\npackage words\n\nsummary: \"A\"\n", "words/x.cue": "package words\n\nx: 1\n"},
	"lib: ignore":          {"words/w.cue": "@ignore()\npackage words\n\nsummary: \"A\"\n", "words/x.cue": "package words\n\nx: 1\n"},
}

func libraryCase(name string, files map[string]string) stockCase {
	return stockCase{name: name, run: fullFramework.accepts, repo: func(t *testing.T) fstest.MapFS {
		repo := authored(t)
		replace("full/framework.cue", "\tsummary: \"A framework that uses every field of the schema.\"\n", "")(repo)
		add("full/x.cue", "package framework\n\nimport \"example.com/careers/frameworks/lib/words\"\n\nframework: summary: words.summary\n")(repo)
		for n, text := range files {
			add("lib/"+n, text)(repo)
		}
		return repo
	}}
}

// stockCases are all that this package's tests change by hand, and a sample of
// what they change by rule.
func stockCases() []stockCase {
	var out []stockCase
	changed := func(f *fixture, name string, edits ...edit) {
		out = append(out, stockCase{name: f.field + "/" + name, run: f.accepts, repo: func(*testing.T) fstest.MapFS {
			return f.write(edited(f.tree(), edits...), true).fs()
		}})
	}
	for f, n := range map[*fixture]int{fullFramework: 90, fullOrganisation: 30} {
		random, all := rand.New(rand.NewPCG(1, 1)), f.mutations()
		for _, i := range random.Perm(len(all))[:n] {
			changed(f, all[i].name, all[i].edit)
		}
	}
	for f, cases := range map[*fixture][]ruleCase{fullFramework: frameworkCases, fullOrganisation: organisationCases} {
		for _, c := range cases {
			changed(f, c.code+"/"+c.what, c.edits...)
		}
	}
	for _, c := range sourceCases {
		if c.run == nil {
			out = append(out, stockCase{name: "source/" + c.code + "/" + c.what, run: fullFramework.accepts, repo: func(t *testing.T) fstest.MapFS {
				repo := authored(t)
				c.edit(repo)
				return repo
			}})
		}
	}
	for name, text := range dialect {
		out = append(out, stockCase{name: "dialect/" + name, run: fullFramework.accepts, repo: func(t *testing.T) fstest.MapFS {
			repo := authored(t)
			add("full/x.cue", "package framework\n\n"+text)(repo)
			return repo
		}})
	}
	for name, files := range libraries {
		out = append(out, libraryCase(name, files))
	}
	return out
}

func (f *fixture) accepts(repo fs.FS) (bool, error) {
	_, ok, err := f.compile(repo)
	return ok, err
}

// TestNoLooserThanStock: whatever the stock command refuses, Milepost does.
func TestNoLooserThanStock(t *testing.T) {
	t.Parallel()
	cue, err := stockCue()
	if err != nil {
		t.Fatal(err)
	}
	cases := stockCases()
	said := make([]string, len(cases))
	t.Run("each", func(t *testing.T) {
		for i, c := range cases {
			t.Run(c.name, func(t *testing.T) {
				t.Parallel()
				said[i] = c.judge(t, cue)
			})
		}
	})
	refused := 0
	for _, s := range said {
		if s != "" {
			refused++
		}
	}
	if refused < 100 || len(said)-refused < 20 {
		t.Errorf("the stock command refuses %d of %d: the sample shows little", refused, len(said))
	}
}

// judge is what the stock command says against a case, "" if nothing.
func (c stockCase) judge(t *testing.T, cue string) string {
	repo := c.repo(t)
	repo["cue.mod/module.cue"] = &fstest.MapFile{Data: []byte("module: \"example.com/careers\"\nlanguage: version: \"v0.17.0\"\n")}
	dir := t.TempDir()
	pkg := filepath.Join(dir, "cue.mod/pkg", schema.ImportPath)
	if err := os.CopyFS(pkg, schema.FS); err != nil {
		t.Fatal(err)
	}
	if err := os.CopyFS(dir, repo); err != nil {
		t.Fatal(err)
	}
	at := "./frameworks/full"
	if _, ok := repo["frameworks/"+OrganisationFile]; ok {
		at = "./frameworks"
	}
	cmd := exec.Command(cue, "vet", "-c", at)
	cmd.Dir, cmd.Env = dir, append(os.Environ(), "CUE_REGISTRY=none")
	out, stock := cmd.CombinedOutput()
	ok, err := c.run(repo)
	if err != nil {
		t.Fatal(err)
	}
	if stock == nil {
		return ""
	}
	if ok {
		t.Errorf("Milepost accepts what the stock command refuses:\n%s", out)
	}
	return fmt.Sprint(strings.TrimSpace(string(out)), stock)
}

// TestStockAcceptsTheFixtures: they are right by the stock command too.
func TestStockAcceptsTheFixtures(t *testing.T) {
	t.Parallel()
	cue, err := stockCue()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(cue, "vet", "-c", "./testdata/full", "./testdata/organisation")
	cmd.Env = append(os.Environ(), "CUE_REGISTRY=none")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("cue vet: %v\n%s", err, out)
	}
}
