package compile

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/milepost-dev/milepost/schema"
)

var update = flag.Bool("update", false, "write the golden files anew")

// mistake is a wrong edit of the base framework, as somebody might make it.
type mistake struct{ name, file, old, new string }

var mistakes = []mistake{
	{"a misspelt field", "l2.cue", "titles:", "titels:"},
	{"a field that belongs elsewhere", "l2.cue", "rank:  2", "rank:  2\n\tsalary: 50000"},
	{"a cell is missing", "l2.cue", "\t\twriting: same: \"l1\"\n", ""},
	{"a cell for a competency that is not there", "l2.cue", "writing: same:", "wriitng: same:"},
	{"an empty cell", "l2.cue", "writing: same: \"l1\"", "writing: {}"},
	{"a cell with items and same", "l2.cue", "writing: same: \"l1\"", "writing: {same: \"l1\", items: [\"Answers well\"]}"},
	{"the same as a level that is not there", "l2.cue", "same: \"l1\"", "same: \"l9\""},
	{"the same as itself", "l2.cue", "same: \"l1\"", "same: \"l2\""},
	{"the same as a level that has no text", "m1.cue", "writing: same: \"l1\"", "writing: same: \"l2\""},
	{"a degree that is not listed", "l2.cue", "\"Medium\"", "\"Meduim\""},
	{"a degree that falls", "l1.cue", "\"Low\"", "\"High\""},
	{"a track that is not there", "l2.cue", "\"ic\"", "\"icc\""},
	{"no track", "l2.cue", "\ttrack: \"ic\"\n", ""},
	{"two levels with one rank", "l2.cue", "rank:  2", "rank:  1"},
	{"a rank in words", "l2.cue", "rank:  2", "rank:  \"two\""},
	{"a rank of zero", "l2.cue", "rank:  2", "rank:  0"},
	{"no rank", "l2.cue", "\trank:  2\n", ""},
	{"no titles", "l2.cue", "\ttitles: [{text: \"Senior Support Agent\"}]\n", ""},
	{"a title as a text", "l2.cue", "titles: [{text: \"Senior Support Agent\"}]", "titles: \"Senior Support Agent\""},
	{"a kind that is not one", "framework.cue", "\"ladder\"", "\"lader\""},
	{"an id that is not the folder's", "framework.cue", "\"support-ladder\"", "\"help-ladder\""},
	{"an id with capitals", "l2.cue", "levels: l2:", "levels: L2:"},
	{"an area that is not there", "framework.cue", "writing: {area: \"people\"", "writing: {area: \"peple\""},
	{"the order lacks a competency", "framework.cue", "[\"solving\", \"writing\", \"coaching\"]", "[\"solving\", \"writing\"]"},
	{"a competency removed in one file only", "framework.cue", "\t\twriting: {area: \"people\", title: \"Writing\"}\n", ""},
	{"a date in another form", "framework.cue", "owners:", "effective: \"1.3.2027\"\n\towners:"},
	{"30 February", "framework.cue", "owners:", "effective: \"2027-02-30\"\n\towners:"},
	{"curly quotes", "l2.cue", "\"Senior Support Agent\"", "“Senior Support Agent”"},
	{"a text without quotes", "l2.cue", "code:  \"L2\"", "code:  L2"},
	{"a quote that is not closed", "l2.cue", "\"Solves unknown problems with advice\"", "\"Solves unknown problems with advice"},
	{"a quote inside a text", "l2.cue", "\"Writes down solutions for others\"", "\"Writes down \"solutions\" for others\""},
	{"an equals sign for a colon", "l2.cue", "code:  \"L2\"", "code = \"L2\""},
	{"a brace that is not closed", "l2.cue", "\t\twriting: same: \"l1\"\n\t}\n", "\t\twriting: same: \"l1\"\n"},
	{"two values for one field", "l2.cue", "code:  \"L2\"", "code:  \"L2\"\n\tcode: \"L3\""},
	{"marks of an unfinished merge", "l2.cue", "\trank:  2\n", "<<<<<<< HEAD\n\trank:  2\n=======\n\trank:  3\n>>>>>>> other\n"},
	{"the schema's line is gone", "framework.cue", "import \"github.com/milepost-dev/milepost/schema\"\n\nframework: schema.#Framework\n", ""},
	{"another package", "l2.cue", "package framework", "package ladder"},
	{"the level outside the framework", "l2.cue", "framework: levels: l2:", "levels: l2:"},
	{"a comma for a line's end in the middle of a list", "l2.cue", "\"Solves unknown problems with advice\"\n", "\"Solves unknown problems with advice\" "},
	{"an import from elsewhere", "l2.cue", "package framework\n", "package framework\n\nimport \"example.org/other\"\n"},
	{"an import that nothing uses", "l2.cue", "package framework\n", "package framework\n\nimport \"list\"\n"},
	{"a name that nothing uses", "l2.cue", "package framework\n", "package framework\n\nlet x = \"text\"\n"},
	{"a tab inside a text", "l2.cue", "\"Writes down solutions for others\"", "\"Writes\\tdown solutions\""},
	{"a pasted no-break space", "l2.cue", "rank:  2", "rank:\u00a0 2"},
	{"a value that refers to itself", "l2.cue", "code:  \"L2\"", "code:  framework.levels.l2.code"},
	{"a list that is not closed", "l2.cue", "\t\t\t\t\"Writes down solutions for others\"\n\t\t\t]", "\t\t\t\t\"Writes down solutions for others\"\n"},
	{"a table pasted from a spreadsheet", "l2.cue", "\"Writes down solutions for others\"", "Writes down\tsolutions\tfor others"},
	{"a number with a decimal comma", "l2.cue", "years: 3", "years: 3,5"},
	{"an id with a hyphen", "l2.cue", "levels: l2:", "levels: level-2:"},
	{"an empty file", "l2.cue", "*", ""},
	{"an empty item", "l2.cue", "\"Writes down solutions for others\"", "\"\""},
	{"a number for an item", "l2.cue", "\"Writes down solutions for others\"", "42"},
}

// TestMistakes shows what the stock command and Milepost say to each wrong
// edit: Milepost refuses all, in the author's file and line.
func TestMistakes(t *testing.T) {
	t.Parallel()
	c, err := New(Options{})
	if err != nil {
		t.Fatal(err)
	}
	said := make([]string, len(mistakes))
	t.Run("each", func(t *testing.T) {
		for i, m := range mistakes {
			t.Run(strings.ReplaceAll(m.name, " ", "_"), func(t *testing.T) {
				t.Parallel()
				said[i] = makeMistake(t, c, m)
			})
		}
	})
	golden(t, "testdata/mistakes/said.golden", strings.Join(said, "\n"))
}

func makeMistake(t *testing.T, c *Compiler, m mistake) string {
	dir := repository(t, "support-ladder", "testdata/mistakes/base")
	name := filepath.Join(dir, "frameworks/support-ladder", m.file)
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if m.old == "*" { // all of it
		m.old = string(data)
	}
	if !strings.Contains(string(data), m.old) {
		t.Fatalf("%s does not hold %q", m.file, m.old)
	}
	if err := os.WriteFile(name, []byte(strings.Replace(string(data), m.old, m.new, 1)), 0o644); err != nil {
		t.Fatal(err)
	}
	r, err := c.Framework(context.Background(), Unit{FS: os.DirFS(dir), Root: "frameworks", Dir: "support-ladder"})
	if err != nil {
		t.Fatal(err)
	}
	if r.OK() || !r.Findings.HasErrors() {
		t.Errorf("it was accepted: %v", r.Findings)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n", m.name)
	for _, f := range r.Findings {
		if f.Line == 0 || !strings.HasPrefix(f.File, "frameworks/support-ladder/") {
			t.Errorf("%s: a finding without the author's line: %s", f.Position, f.Message)
		}
		fmt.Fprintf(&b, "milepost %s: %s\n         %s [%s]\n", strings.TrimPrefix(f.Position.String(), "frameworks/support-ladder/"), f.Message, f.Help, f.Code)
	}
	fmt.Fprintf(&b, "stock    %s\n", stockVet(t, dir))
	return b.String()
}

// repository is a directory with one framework and the schema where the stock
// command finds it.
func repository(t *testing.T, id, from string) string {
	t.Helper()
	dir := t.TempDir()
	copyTo := func(from, to string) {
		if err := os.CopyFS(filepath.Join(dir, to), os.DirFS(from)); err != nil {
			t.Fatal(err)
		}
	}
	copyTo(from, "frameworks/"+id)
	pkg := filepath.Join(dir, "cue.mod/pkg", schema.ImportPath)
	if err := os.CopyFS(pkg, schema.FS); err != nil {
		t.Fatal(err)
	}
	module := "module: \"example.com/careers\"\nlanguage: version: \"v0.17.0\"\n"
	if err := os.WriteFile(filepath.Join(dir, "cue.mod/module.cue"), []byte(module), 0o644); err != nil {
		t.Fatal(err)
	}
	return dir
}

// stockCue is the stock command, of the version in go.mod.
var stockCue = sync.OnceValues(func() (string, error) {
	out, err := exec.Command("go", "tool", "-n", "cue").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("building the stock cue command: %w: %s", err, out)
	}
	return strings.TrimSpace(string(out)), nil
})

var spaces = regexp.MustCompile(`\s+`)

// stockVet is what the stock command says, in one line; "accepts it" where it does.
func stockVet(t *testing.T, dir string) string {
	t.Helper()
	cue, err := stockCue()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(cue, "vet", "-c", "./frameworks/...")
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "CUE_REGISTRY=none")
	out, err := cmd.CombinedOutput()
	if err == nil {
		return "accepts it"
	}
	return spaces.ReplaceAllString(strings.TrimSpace(strings.ReplaceAll(string(out), "./frameworks/support-ladder/", "")), " ")
}

// golden compares with a file, or writes it with -update.
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
	if string(want) != got {
		t.Errorf("%s differs; run the test with -update and read the difference. Got:\n%s", name, got)
	}
}
