//go:build !race

// Under the race detector a program takes several times the memory and time,
// and its limits strike elsewhere: these tests run without it.

package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/milepost-dev/milepost/internal/hostile"
)

const good = `package framework

import "github.com/milepost-dev/milepost/schema"

framework: schema.#Framework
framework: {id: "good", kind: "discipline", title: "Good", owners: ["people-team"], definition: "Good.", stewards: 1}
`

// goodMistake is what is said of it.
const goodMistake = `good/framework.cue:6:106: there is no field "stewards" in the framework`

// standing are cases that stand for their families.
var standing = []string{"comprehension-product", "deep-fields", "file-link-device", "import-tool-exec", "laughs-string", "message-error-terminal", "range-numbers", "text-replace-product"}

// writeGood puts the good framework with its mistake into a repository.
func writeGood(t *testing.T, dir string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Join(dir, "frameworks/good"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "frameworks/good/framework.cue"), []byte(good), 0o644); err != nil {
		t.Fatal(err)
	}
}

// TestValidateHostile: several hostile frameworks beside one with an ordinary
// mistake. That one is judged as it would be by itself, every other one has
// findings of its own, and the command ends with what it ends with for a mistake.
func TestValidateHostile(t *testing.T) {
	t.Parallel()
	names := slices.Clone(standing)
	dir := t.TempDir()
	cases, err := hostile.Load("../../internal/compile/testdata/hostile")
	if err != nil {
		t.Fatal(err)
	}
	written := 0
	for _, h := range cases {
		for _, name := range names {
			if h.Name != name {
				continue
			}
			one := t.TempDir()
			if err := h.Write(one); err != nil {
				t.Fatal(err)
			}
			if err := os.MkdirAll(filepath.Join(dir, "frameworks"), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.Rename(filepath.Join(one, "frameworks/a"), filepath.Join(dir, "frameworks", name)); err != nil {
				t.Fatal(err)
			}
			written++
		}
	}
	if written != len(names) {
		t.Fatalf("the corpus holds %d of %v", written, names)
	}
	writeGood(t, dir)
	var out, errs bytes.Buffer
	start := time.Now()
	exit := runWatched(context.Background(), []string{"validate", "--cache", t.TempDir(), dir}, strings.NewReader(""), &out, &errs)
	if took, most := time.Since(start), time.Duration(len(names))*20*time.Second; took > most {
		t.Errorf("it took %s, want at most %s", took, most)
	}
	if exit != 1 {
		t.Errorf("it ended with %d: %s", exit, errs.String())
	}
	for _, name := range append(names, "good") {
		if !strings.Contains(out.String(), fmt.Sprintf("frameworks/%s/", name)) {
			t.Errorf("nothing is said of %s", name)
		}
	}
	if !strings.Contains(out.String(), goodMistake) {
		t.Errorf("the ordinary mistake is not named as ever")
	}
	if strings.ContainsAny(out.String(), "\x1b\x07") {
		t.Errorf("a terminal's escapes are printed")
	}
	if t.Failed() || testing.Verbose() {
		t.Logf("%s", out.String())
	}
}
