package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/milepost-dev/milepost/internal/diag"
)

func write(t *testing.T, name, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// list is what a directory holds, hidden files included.
func list(t *testing.T, dir string) string {
	t.Helper()
	var out []string
	err := filepath.WalkDir(dir, func(p string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			b, err := os.ReadFile(p)
			if err != nil {
				return err
			}
			out = append(out, strings.TrimPrefix(p, dir+"/")+"="+string(b))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(out, " ")
}

func TestFold(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	base, next := filepath.Join(dir, "a"), filepath.Join(dir, "next", "a")
	write(t, base+"/one.cue", "old")
	write(t, base+"/gone.cue", "old")
	if err := fold(base, next); err == nil {
		t.Error("folding what is not there worked")
	}
	if got, want := list(t, dir), "a/gone.cue=old a/one.cue=old"; got != want {
		t.Errorf("after a failure there is %q, want %q", got, want)
	}
	write(t, next+"/one.cue", "new")
	if err := fold(base, next); err != nil {
		t.Fatal(err)
	}
	if got, want := list(t, dir), "a/one.cue=new"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 2 { // a, and the empty next
		t.Errorf("got %v, want nothing left beside", entries)
	}
	write(t, filepath.Join(dir, "next", "b", "one.cue"), "new")
	if err := fold(filepath.Join(dir, "b"), filepath.Join(dir, "next", "b")); err != nil {
		t.Errorf("a framework that exists in next alone: %v", err)
	}
}

// TestFoldThatCannotMove: where the second rename fails, the first is undone.
func TestFoldThatCannotMove(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	base := filepath.Join(dir, "a")
	write(t, base+"/one.cue", "old")
	next := filepath.Join(base, "inside") // which moves away with base
	write(t, next+"/one.cue", "new")
	if err := fold(base, next); err == nil {
		t.Error("worked")
	}
	if got, want := list(t, dir), "a/inside/one.cue=new a/one.cue=old"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestCopyText(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	from := filepath.Join(dir, "from")
	write(t, from+"/a.cue", "0123456789")
	write(t, from+"/.hidden", "x")
	edits := []diag.Edit{{File: "f/a.cue", Start: 1, End: 3, New: "-"}, {File: "f/a.cue", Start: 10, End: 10, New: "!"}, {File: "g/a.cue", Start: 0, End: 1}}
	if n, err := copyText(from, filepath.Join(dir, "to"), "f", edits); err != nil || n != 1 {
		t.Fatalf("got %d files, %v", n, err)
	}
	if got, want := list(t, filepath.Join(dir, "to")), "a.cue=0-3456789!"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if _, err := copyText(from, filepath.Join(dir, "to"), "f", []diag.Edit{{File: "f/a.cue", Start: 5, End: 50}}); err == nil {
		t.Error("an edit behind the end of a file was applied")
	}
	if err := os.Symlink("a.cue", from+"/link.cue"); err != nil {
		t.Fatal(err)
	}
	if _, err := copyText(from, filepath.Join(dir, "to"), "f", nil); err == nil || !strings.Contains(err.Error(), "is a link") {
		t.Errorf("a link: got %v", err)
	}
}
