package compile

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/milepost-dev/milepost/internal/hostile"
)

// FuzzFramework: any bytes as a framework's file, and any bytes beside a good
// one, come to a framework or to findings. The worker may reach its limits; it
// never ends for another reason.
func FuzzFramework(f *testing.F) {
	seeds, err := fuzzSeeds(f)
	if err != nil {
		f.Fatal(err)
	}
	for _, s := range seeds {
		f.Add(s)
	}
	c := isolated(f, 2*time.Second)
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) < 16<<10 { // here too: the fuzzer sees the ways taken in this process alone
			parseAll([]file{{"x.cue", data}}, profile{pkg: rootField, root: rootField, lib: func(string) bool { return false }}, "a")
		}
		for _, repo := range []fstest.MapFS{
			{"frameworks/a/framework.cue": {Data: data}},
			{"frameworks/a/framework.cue": {Data: []byte(hostile.Good)}, "frameworks/a/x.cue": {Data: data}},
		} {
			r, err := c.Framework(context.Background(), Unit{FS: repo, Root: "frameworks", Dir: "a"})
			if err != nil {
				t.Fatalf("an error of ours: %v", err)
			}
			if r.OK() == r.Findings.HasErrors() {
				t.Errorf("a framework: %v, and its findings: %v", r.OK(), r.Findings)
			}
			checkBounds(t, r.Findings)
		}
	})
}

// fuzzSeeds are the files of the shipped frameworks, of the fixtures, and of
// the corpus where they are small and quickly judged.
func fuzzSeeds(f *testing.F) ([][]byte, error) {
	var seeds [][]byte
	for _, pattern := range []string{"../../frameworks/*/*.cue", "testdata/full/*.cue", "testdata/mistakes/base/*.cue"} {
		names, err := filepath.Glob(pattern)
		if err != nil {
			return nil, err
		}
		for _, name := range names {
			data, err := os.ReadFile(name)
			if err != nil {
				return nil, err
			}
			seeds = append(seeds, data)
		}
	}
	cases, err := hostile.Load("testdata/hostile")
	if err != nil {
		return nil, err
	}
	for _, h := range cases {
		if h.Expect == "limit" || strings.HasPrefix(h.Name, "file-") {
			continue
		}
		dir := f.TempDir()
		if err := h.Write(dir); err != nil {
			return nil, err
		}
		if data, err := os.ReadFile(filepath.Join(dir, "frameworks/a/x.cue")); err == nil && len(data) < 4<<10 {
			seeds = append(seeds, data)
		}
	}
	return seeds, nil
}
