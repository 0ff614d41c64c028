package notes

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// golden compares got with a file of testdata, or writes it with -update.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name+".golden")
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	w, g := strings.Split(string(want), "\n"), strings.Split(got, "\n")
	for i := range max(len(w), len(g)) {
		if i >= len(w) || i >= len(g) || w[i] != g[i] {
			t.Fatalf("%s differs from line %d on (go test -update rewrites it); got\n%s", path, i+1, strings.Join(g[min(i, len(g)):min(i+3, len(g))], "\n"))
		}
	}
}

func text(t testing.TB, n *Notes, r Reader) string {
	t.Helper()
	var b bytes.Buffer
	if err := n.Text(&b, r); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestNotes holds the notes of every case against a golden file that is meant
// to be read: as text for all readers, in the other forms for one case each.
func TestNotes(t *testing.T) {
	for _, c := range noteCases() {
		t.Run(c.name, func(t *testing.T) {
			n := New(c.in(t))
			var b strings.Builder
			for _, r := range Readers() {
				if c.name == "very-large" && r != Managers {
					continue // too long to read; TestMarkdownLimit has its beginning
				}
				fmt.Fprintf(&b, "######## for %s\n\n%s\n", r, text(t, n, r))
			}
			golden(t, c.name, b.String())
		})
	}
}
