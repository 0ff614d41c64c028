package ladder

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// golden compares got with a file of testdata, or writes it with -update.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s differs (go test -update rewrites it):\n%s", path, firstDifference(string(want), got))
	}
}

func firstDifference(want, got string) string {
	w, g := strings.Split(want, "\n"), strings.Split(got, "\n")
	for i := range g {
		if i >= len(w) || w[i] != g[i] {
			line := "(nothing)"
			if i < len(w) {
				line = w[i]
			}
			return fmt.Sprintf("line %d\ngot  %s\nwant %s", i+1, g[i], line)
		}
	}
	return fmt.Sprintf("got %d lines, want %d", len(g), len(w))
}

// diffCase is one change that an author might make. before, where it is set,
// prepares the text that is changed.
type diffCase struct {
	name    string
	before  func(edit)
	change  func(edit)
	meaning map[string]string
}

func (c diffCase) run(t *testing.T) (ChangeSet, *Framework) {
	t.Helper()
	a := sample()
	if c.before != nil {
		c.before(edit{a})
	}
	b := clone(t, a)
	c.change(edit{b})
	s := Diff(a, b)
	if c.meaning != nil {
		s = s.Declared(c.meaning)
	}
	return s, b
}

func allCases() []diffCase {
	return slices.Concat(expectationCases(), cellCases(), cumulativeCases(), levelCases(), levelFieldCases(), partCases(), frameworkCases())
}

// TestDiffSentences holds every sentence that Diff can say against a golden
// file that is meant to be read, and every rule against a case that shows it.
func TestDiffSentences(t *testing.T) {
	var b strings.Builder
	shown := map[string]string{}
	for _, c := range allCases() {
		s, f := c.run(t)
		fmt.Fprintf(&b, "# %s\n%s\n", c.name, s.Headline(f))
		for _, ch := range s.Changes {
			writeChange(&b, ch)
			if _, ok := shown[ch.Rule]; !ok {
				shown[ch.Rule] = ch.Message
			}
		}
		b.WriteString("\n")
	}
	for _, s := range []ChangeSet{Diff(nil, sample()), Diff(sample(), nil)} {
		shown[s.Changes[0].Rule] = s.Changes[0].Message
		fmt.Fprintf(&b, "# the whole framework\n%s\n", s.Headline(sample()))
		writeChange(&b, s.Changes[0])
		b.WriteString("\n")
	}
	golden(t, "diff.golden", b.String())
	for _, r := range Rules() {
		if m, ok := shown[r.ID]; !ok && r.ID != "other-changed" {
			t.Errorf("no case shows the rule %s", r.ID)
		} else if ok && m != r.Example {
			t.Errorf("rule %s: got the example %q, want a sentence of its case: %q", r.ID, r.Example, m)
		}
	}
}

func writeChange(b *strings.Builder, c Change) {
	fmt.Fprintf(b, "- %s\n  %s (%s), %s at %s\n", c.Message, c.Category.Name(), c.Category.Bump(), c.Rule, c.Path)
	for _, part := range []struct {
		name string
		ids  []string
	}{{"stands at", c.Levels}, {"affects", c.Affects}, {"from", c.From}, {"to", c.To}} {
		if len(part.ids) > 0 {
			fmt.Fprintf(b, "  %s %s\n", part.name, strings.Join(part.ids, " "))
		}
	}
	if len(c.Words) > 0 {
		fmt.Fprintf(b, "  %s\n", strings.ReplaceAll(marked(c.Words), "\n", " / "))
	}
}

// marked is a word-level difference with [-removed-] and {+added+} words.
func marked(spans []Span) string {
	var b strings.Builder
	for _, s := range spans {
		switch s.Op {
		case SpanRemoved:
			b.WriteString("[-" + s.Text + "-]")
		case SpanAdded:
			b.WriteString("{+" + s.Text + "+}")
		default:
			b.WriteString(s.Text)
		}
	}
	return b.String()
}
