package compile

import (
	"bytes"
	"os"
	"strings"
	"testing"
)

// FuzzMend: whatever stands in a file, reading it ends, with a tree or with a
// finding that stands in the file, and a mend keeps every line's number.
func FuzzMend(f *testing.F) {
	for _, part := range mistakes {
		for _, m := range part.all {
			for _, e := range m.edits {
				data, err := os.ReadFile("testdata/mistakes/base/" + e.file)
				if err == nil && e.old != all && e.old != ends {
					f.Add(strings.Replace(string(data), e.old, e.new, 1))
				}
			}
		}
	}
	f.Add("package framework\nframework: {\n\ta: \"\"\"\n\t\tx\n\tb: [\n}")
	f.Fuzz(func(t *testing.T, text string) {
		m := &mended{file: file{"f.cue", []byte(text)}, before: []byte(text)}
		r := reader{budget: 1 << 20}
		tree, found := r.read(m)
		if tree == nil && len(found) == 0 {
			t.Fatal("neither a tree nor a finding")
		}
		if got, want := bytes.Count(m.data, []byte("\n")), strings.Count(text, "\n"); got != want {
			t.Fatalf("mended to %d lines, want %d:\n%s", got, want, m.data)
		}
		lines := strings.Split(text, "\n")
		for _, d := range found {
			if d.Line < 1 || d.Line > len(lines) || d.Column < 1 || d.Column > len(lines[d.Line-1])+1 {
				t.Fatalf("a finding outside the file: %s: %s", d.Position, d.Message)
			}
			if d.Message == "" || d.Help == "" {
				t.Fatalf("a finding that says nothing: %+v", d)
			}
		}
	})
}
