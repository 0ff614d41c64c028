package compile

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/milepost-dev/milepost/internal/diag"
	"github.com/milepost-dev/milepost/internal/hostile"
)

// sharing is a repository whose framework uses the first of several shared
// packages: "a: b c" is a package a that imports b and c.
func sharing(packages ...string) fstest.MapFS {
	const lib = "example.com/careers/frameworks/lib/"
	repo := fstest.MapFS{
		"cue.mod/module.cue":         {Data: []byte("module: \"example.com/careers\"\nlanguage: version: \"v0.17.0\"\n")},
		"frameworks/a/framework.cue": {Data: []byte(hostile.Good)},
	}
	for i, p := range packages {
		name, uses, _ := strings.Cut(p, ":")
		text := "package " + name + "\n\n"
		for _, u := range strings.Fields(uses) {
			text += fmt.Sprintf("import %q\n", lib+u)
		}
		text += "\nx: 1\n"
		for _, u := range strings.Fields(uses) {
			text += fmt.Sprintf("_%s: %s.x\n", u, u)
		}
		repo["frameworks/lib/"+name+"/"+name+".cue"] = &fstest.MapFile{Data: []byte(text)}
		if i == 0 {
			repo["frameworks/a/x.cue"] = &fstest.MapFile{Data: []byte(fmt.Sprintf("package framework\n\nimport %q\n\n_x: %s.x\n", lib+name, name))}
		}
	}
	return repo
}

// TestImportCycles: a ring of shared packages is named, with the place of each
// import in it.
func TestImportCycles(t *testing.T) {
	t.Parallel()
	at := func(name string, line int) diag.Position {
		return diag.Position{File: "frameworks/lib/" + name + "/" + name + ".cue", Line: line, Column: 8}
	}
	for _, c := range []struct {
		name     string
		packages []string
		want     string // "" for a framework
		places   []diag.Position
	}{
		{"no ring", []string{"one: two three", "two: three", "three:"}, "", nil},
		{"itself", []string{"one: one"}, "the shared package one imports itself", []diag.Position{at("one", 3)}},
		{"two", []string{"one: two", "two: one"}, "one -> two -> one", []diag.Position{at("one", 3), at("two", 3)}},
		{"three, not from the first on", []string{"use: red", "red: green", "green: use blue", "blue: red"}, "blue -> red -> green -> blue",
			[]diag.Position{at("blue", 3), at("red", 3), at("green", 4)}},
		{"a ring that nothing uses", []string{"one:", "two: three", "three: two"}, "", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r, err := testCompiler().Framework(context.Background(), Unit{FS: sharing(c.packages...), Root: "frameworks", Dir: "a"})
			if err != nil {
				t.Fatal(err)
			}
			if c.want == "" {
				if !r.OK() {
					t.Errorf("got %v", r.Findings)
				}
				return
			}
			for _, f := range r.Findings {
				if f.Code == "import-cycle" && strings.HasSuffix(f.Message, c.want) {
					if got := append([]diag.Position{f.Position}, f.Also...); fmt.Sprint(got) != fmt.Sprint(c.places) {
						t.Errorf("got the places %v, want %v", got, c.places)
					}
					return
				}
			}
			t.Errorf("got %v, want %q", r.Findings, c.want)
		})
	}
}
