//go:build !race

// One evaluation is compared with another, and nothing runs side by side; the
// race detector would find nothing, and take minutes for it.

package compile

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/milepost-dev/milepost/internal/diag"
)

// stricterByDesign are the codes with which Milepost refuses what the stock command
// accepts, with the reason of each.
var stricterByDesign = map[string]string{
	"id-differs":            "the stock command does not know the folder's name",
	"wrong-package":         "the stock command passes over files of other packages and of none in silence",
	"outside-document":      "what stands beside the document is no part of it, and lost without a word",
	"attribute-not-allowed": "attributes are instructions to tools, and some make CUE pass over a file in silence",
	"import-not-allowed":    "packages outside the repository, and those that can grow without end, are not evaluated",
	"schema-missing":        "without the schema's line the stock command checks nothing",
	"not-utf8":              "an editor would show other words than CUE reads",
	"hidden-direction":      "a person would read other words than CUE does",
	"too-deep":              "a limit of size", "too-complex": "a limit of size", "too-many": "a limit of size", "limit-passed": "a limit of evaluation",

	// What holds between parts is checked in Go, where it costs a hundredth.
	"unknown-level": "a name of another part", "unknown-role": "a name of another part", "unknown-track": "a name of another part",
	"unknown-area": "a name of another part", "unknown-competency": "a name of another part", "unknown-degree": "a name of another part",
	"critical-not-required": "a name of another part", "retired-in-use": "a name of another part", "next-itself": "a name of another part",
	"formerly-in-use": "a name of another part", "formerly-itself": "a name of another part", "applies-to-nobody": "a name of another part",
	"same-itself": "a reference between cells", "same-without-text": "a reference between cells", "missing-cell": "a cell for each level and competency",
	"cell-twice": "a cell is one thing", "empty-cell": "a cell is one thing", "degree-without-items": "a cell is one thing",
	"degree-falls": "an order between levels", "degree-twice": "an order between degrees", "rank-twice": "an order between levels",
	"order-missing": "an order names all, and each once", "order-differs": "an order names all, and each once",
	"part-missing": "what a kind of framework needs", "track-missing": "what a kind of framework needs",
	"publish-without-date": "two dates that go together", "transition-too-early": "two dates that go together",
}

// subject is a framework that is changed: its files by name.
type subject struct {
	id    string
	files map[string]string
}

// subjects are the shipped frameworks and the fixtures.
func subjects(t *testing.T) []subject {
	t.Helper()
	dirs := map[string]string{"full": "testdata/full", "support-ladder": "testdata/mistakes/base"}
	shipped, _, err := Layout(os.DirFS("../.."), "frameworks")
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range shipped {
		dirs[id] = "../../frameworks/" + id
	}
	var out []subject
	for _, id := range sortedKeys(dirs) {
		names, err := filepath.Glob(dirs[id] + "/*.cue")
		if err != nil {
			t.Fatal(err)
		}
		s := subject{id, map[string]string{}}
		for _, name := range names {
			data, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			s.files[filepath.Base(name)] = string(data)
		}
		out = append(out, s)
	}
	return out
}

var tokens = regexp.MustCompile(`"[^"\n]*"|[A-Za-z_][A-Za-z0-9_]*|[0-9]+|[^\sA-Za-z0-9_"]`)

// spare are tokens that a change puts in the place of others.
var spare = []string{"{", "}", "[", "]", ":", ",", "1", "0", "-1", "1.5", "null", "true", "\"\"", "\"l1\"", "\"2027-01-01\"", "_", "string", "...", "*", "|", "&",
	"_|_", "{}", "[]", "{x: 1}", "?", "!", "#x", "_x", "l1", "title", "framework", "schema", "len(\"a\")", "\"\\(1)\"", "if true {", "for x in [1] {", "let y = 1", "@a(b)"}

// changed is a subject after one or two changes of tokens, lines or values.
func (s subject) changed(r *rand.Rand) (subject, string) {
	out := subject{s.id, map[string]string{}}
	for name, text := range s.files {
		out.files[name] = text
	}
	names := sortedKeys(out.files)
	var what []string
	for range 1 + r.IntN(4)/3 {
		name := names[r.IntN(len(names))]
		text, did := change(r, out.files[name])
		out.files[name] = text
		what = append(what, name+": "+did)
	}
	return out, strings.Join(what, "; ")
}

// change makes one change to a text, and says which.
func change(r *rand.Rand, text string) (string, string) {
	switch r.IntN(5) {
	case 0:
		return changeLine(r, text)
	case 1, 2, 3:
		return changeValue(r, text)
	}
	all := tokens.FindAllStringIndex(text, -1)
	if len(all) == 0 {
		return text + spare[r.IntN(len(spare))], "added to nothing"
	}
	at, other := all[r.IntN(len(all))], all[r.IntN(len(all))]
	old, put := text[at[0]:at[1]], ""
	switch r.IntN(6) {
	case 0: // taken away
	case 1:
		put = old + " " + old
	case 2:
		put = spare[r.IntN(len(spare))]
	case 3:
		put = old + " " + spare[r.IntN(len(spare))]
	case 4:
		put = text[other[0]:other[1]]
	case 5: // another letter within
		i := r.IntN(len(old))
		put = old[:i] + string("abz019_- \"é"[r.IntN(10)]) + old[i+1:]
	}
	line := 1 + strings.Count(text[:at[0]], "\n")
	return text[:at[0]] + put + text[at[1]:], fmt.Sprintf("line %d: %q becomes %q", line, clip(old), put)
}

var values = regexp.MustCompile(`"[^"\n]*"|\b[0-9]+\b|\b(true|false)\b`)

// changeValue puts one value of a text in the place of another, or a value
// that is near: what CUE can read, and often has nothing against.
func changeValue(r *rand.Rand, text string) (string, string) {
	all := values.FindAllStringIndex(text, -1)
	if len(all) == 0 {
		return changeLine(r, text)
	}
	at, other := all[r.IntN(len(all))], all[r.IntN(len(all))]
	old, put := text[at[0]:at[1]], text[other[0]:other[1]]
	switch r.IntN(4) {
	case 0:
		put = strings.TrimSuffix(old, `"`) + "x" + old[len(strings.TrimSuffix(old, `"`)):]
	case 1:
		put = []string{`""`, "1", "2", "true", `"l1"`, `"l2"`, `"2027-01-01"`, `"ladder"`, "[]", "null", `"A text of some words"`}[r.IntN(11)]
	}
	line := 1 + strings.Count(text[:at[0]], "\n")
	return text[:at[0]] + put + text[at[1]:], fmt.Sprintf("line %d: %s becomes %s", line, clip(old), clip(put))
}

func changeLine(r *rand.Rand, text string) (string, string) {
	lines := strings.Split(text, "\n")
	i, j := r.IntN(len(lines)), r.IntN(len(lines))
	switch r.IntN(4) {
	case 0:
		return strings.Join(slices.Delete(slices.Clone(lines), i, i+1), "\n"), fmt.Sprintf("line %d goes", i+1)
	case 1:
		return strings.Join(slices.Insert(slices.Clone(lines), i, lines[i]), "\n"), fmt.Sprintf("line %d twice", i+1)
	case 2:
		return strings.Join(slices.Insert(slices.Clone(lines), i, lines[j]), "\n"), fmt.Sprintf("line %d before line %d", j+1, i+1)
	}
	lines[i], lines[j] = lines[j], lines[i]
	return strings.Join(lines, "\n"), fmt.Sprintf("lines %d and %d change places", i+1, j+1)
}

// generated is the full fixture with one or two values taken away or changed
// by the rules of the schema.
func generated(r *rand.Rand, all []mutation) (subject, string) {
	tree, what := fullFramework.tree(), []string(nil)
	m := all[r.IntN(len(all))]
	tree, what = edited(tree, m.edit), append(what, m.name)
	out := subject{"full", map[string]string{}}
	for name, data := range fullFramework.write(tree, true).files {
		out.files[filepath.Base(name)] = string(data)
	}
	if r.IntN(3) == 0 {
		next, did := out.changed(r)
		return next, m.name + "; " + did
	}
	return out, strings.Join(what, "; ")
}

// agreement is how two judges stand to each other on one text.
type agreement struct {
	what         string
	stock, ours  bool
	found        diag.List
	stockSays    string
	unknownCodes []string
}

// TestDifferential: on a thousand frameworks, generated and changed by chance,
// Milepost refuses what the stock command refuses, and what it refuses beyond
// that has a code with a reason.
func TestDifferential(t *testing.T) {
	t.Parallel()
	n := 100
	if proofs() {
		n = 1500
	}
	cue, err := stockCue()
	if err != nil {
		t.Fatal(err)
	}
	c, from, mutations := isolated(t, 30*time.Second), subjects(t), fullFramework.mutations()
	said := make([]agreement, n)
	t.Run("each", func(t *testing.T) {
		for i := range n {
			t.Run(fmt.Sprint(i), func(t *testing.T) {
				t.Parallel()
				r := rand.New(rand.NewPCG(11, uint64(i)))
				s, what := from[r.IntN(len(from))].changed(r)
				if r.IntN(3) == 0 {
					s, what = generated(r, mutations)
				}
				said[i] = s.judged(t, c, cue)
				said[i].what = s.id + ": " + what
			})
		}
	})
	differentialTable(t, said)
}

// judged is what both say of a subject.
func (s subject) judged(t *testing.T, c *Compiler, cue string) agreement {
	from := t.TempDir()
	for name, text := range s.files {
		if err := os.WriteFile(filepath.Join(from, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	dir := repository(t, s.id, from)
	cmd := exec.Command(cue, "vet", "-c", "./frameworks/"+s.id)
	cmd.Dir, cmd.Env = dir, append(os.Environ(), "CUE_REGISTRY=none")
	out, failed := cmd.CombinedOutput()
	r, err := c.Framework(context.Background(), Unit{FS: os.DirFS(dir), Root: "frameworks", Dir: s.id})
	if err != nil {
		t.Fatal(err)
	}
	a := agreement{stock: failed == nil, ours: r.OK(), found: r.Findings, stockSays: string(out)}
	for _, f := range r.Findings {
		if f.Severity == diag.Error && stricterByDesign[f.Code] == "" {
			a.unknownCodes = append(a.unknownCodes, f.Code)
		}
	}
	return a
}

func differentialTable(t *testing.T, said []agreement) {
	t.Helper()
	var both, neither, strict, loose int
	codes := map[string]int{}
	for _, a := range said {
		switch {
		case a.stock && a.ours:
			both++
		case !a.stock && !a.ours:
			neither++
		case a.ours:
			loose++
			t.Errorf("looser: %s\n%s", a.what, a.stockSays)
		default:
			strict++
			for _, f := range a.found {
				if f.Severity == diag.Error {
					codes[f.Code]++
				}
			}
			if len(a.unknownCodes) > 0 {
				t.Errorf("stricter by %v, without a reason in this test: %s\n%s", a.unknownCodes, a.what, listed(a.found))
			}
		}
	}
	t.Logf("of %d frameworks: both accept %d, both refuse %d, stricter by design %d %v, looser %d", len(said), both, neither, strict, codes, loose)
}
