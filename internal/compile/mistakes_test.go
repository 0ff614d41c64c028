package compile

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"github.com/milepost-dev/milepost/internal/diag"
	"github.com/milepost-dev/milepost/schema"
)

var update = flag.Bool("update", false, "write the golden files anew")

// TestMistakes shows what the stock command and Milepost say to each wrong
// edit: Milepost refuses all, in the author's file and line, with one finding
// for each mistake.
func TestMistakes(t *testing.T) {
	t.Parallel()
	c, err := New(Options{})
	if err != nil {
		t.Fatal(err)
	}
	said := make([][]made, len(mistakes))
	t.Run("each", func(t *testing.T) {
		for i, part := range mistakes {
			said[i] = make([]made, len(part.all))
			for j, m := range part.all {
				t.Run(strings.ReplaceAll(m.name, " ", "_"), func(t *testing.T) {
					t.Parallel()
					said[i][j] = m.make(t, c)
				})
			}
		}
	})
	golden(t, "testdata/mistakes/said.golden", transcript(said))
	golden(t, "../../docs/mistakes.md", mistakesPage(said))
}

// made is a mistake as it was made: the files, and what was said to them.
type made struct {
	mistake
	files map[string]string // by name below the framework's folder
	found diag.List
	stock string
}

func (m mistake) make(t *testing.T, c *Compiler) made {
	dir := repository(t, "support-ladder", "testdata/mistakes/base")
	out := made{mistake: m, files: map[string]string{}}
	for _, e := range m.edits {
		name := filepath.Join(dir, "frameworks/support-ladder", e.file)
		data, err := os.ReadFile(name)
		if err != nil && e.old != new {
			t.Fatal(err)
		}
		text := string(data)
		switch {
		case e.old == all || e.old == new:
			text = e.new
		case e.old == ends:
			text = strings.ReplaceAll(text, "\n", "\r\n")
		case !strings.Contains(text, e.old):
			t.Fatalf("%s does not hold %q", e.file, e.old)
		default:
			text = strings.Replace(text, e.old, e.new, 1)
		}
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	r, err := c.Framework(context.Background(), Unit{FS: os.DirFS(dir), Root: "frameworks", Dir: "support-ladder"})
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(dir, "frameworks/support-ladder/*.cue"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		out.files[filepath.Base(name)] = string(data)
	}
	out.found, out.stock = r.Findings, stockVet(t, dir)
	out.check(t, r.OK())
	out.fixes(t, c)
	return out
}

// fixes applies the fix of each finding by itself: the finding is gone, no
// other comes, and a line stays a line.
func (m made) fixes(t *testing.T, c *Compiler) {
	for _, f := range m.found {
		if f.Fix == nil || !f.Fix.Safe && f.Code != "syntax" {
			continue
		}
		repo := fstest.MapFS{}
		for name, text := range m.files {
			repo["frameworks/support-ladder/"+name] = &fstest.MapFile{Data: []byte(text)}
		}
		for _, e := range slices.Backward(f.Fix.Edits) {
			data := repo[e.File].Data
			mended := slices.Concat(data[:e.Start:e.Start], []byte(e.New), data[e.End:])
			if bytes.Count(mended, []byte("\n")) != bytes.Count(data, []byte("\n")) {
				t.Errorf("%s: the fix adds or removes a line", f.Position)
			}
			repo[e.File] = &fstest.MapFile{Data: mended}
		}
		r, err := c.Framework(context.Background(), Unit{FS: repo, Root: "frameworks", Dir: "support-ladder"})
		if err != nil {
			t.Fatal(err)
		}
		if len(r.Findings) >= len(m.found) {
			t.Errorf("%s: %s: after the fix (safe: %v, %+v) there are %d findings, and there were %d:\n%s", f.Position, f.Message, f.Fix.Safe, f.Fix.Edits, len(r.Findings), len(m.found), listed(r.Findings))
		}
	}
}

// check wants as many findings as there are mistakes, each with a line of the
// author's, a sentence, and what to write instead.
func (m made) check(t *testing.T, ok bool) {
	if ok == (m.findings > 0) || len(m.found) != m.findings {
		t.Errorf("accepted: %v, with %d findings, want %d:\n%s", ok, len(m.found), m.findings, listed(m.found))
	}
	for _, f := range m.found {
		if f.Line == 0 || f.Column == 0 || !strings.HasPrefix(f.File, "frameworks/support-ladder/") {
			t.Errorf("%s: a finding without the author's line: %s", f.Position, f.Message)
		}
		if f.Help == "" {
			t.Errorf("%s: %s: there is no help", f.Position, f.Message)
		}
		for _, word := range []string{"literal", "operand", "token", "struct", "label", "parse", "syntax", "\u2014"} {
			if strings.Contains(f.Message+" "+f.Help, word) {
				t.Errorf("%s: %s %s: no word for people: %q", f.Position, f.Message, f.Help, word)
			}
		}
	}
	if strings.HasPrefix(m.stock, "accepts") != (m.findings == 0) && m.findings == 0 {
		t.Errorf("the stock command says %s", m.stock)
	}
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
