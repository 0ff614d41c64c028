package internal_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/milepost-dev/milepost/"

// may lists what each package may import of this module. Imports point one
// way: the vocabulary in the middle, what it is adapted to around it.
var may = map[string][]string{
	"schema":               {},
	"internal/ladder":      {},
	"internal/diag":        {},
	"internal/gitrepo":     {},
	"internal/scaffold":    {},
	"internal/synth":       {},
	"internal/gittest":     {},
	"internal/leak":        {}, // looks for secrets in what the tests of three packages say
	"internal/story":       {"internal/gittest"},
	"internal/hostile":     {},
	"internal/browsertest": {}, // Chromium for the tests of several packages
	"internal/fakehub":     {}, // plays GitHub for tests and the demo, and knows nothing of Milepost
	"internal/compile":     {"schema", "internal/ladder", "internal/diag"},
	"internal/history":     {"internal/gitrepo", "internal/compile", "internal/notes", "internal/ladder", "internal/diag"},
	"internal/review":      {"internal/compile", "internal/ladder", "internal/diag"},
	"internal/notes":       {"internal/ladder"}, // one place says to people what a change means for them
	"server":               {"internal/history", "internal/notes", "internal/ladder", "internal/diag"},
	"webhook":              {"internal/review", "internal/history", "internal/gitrepo", "internal/compile", "internal/notes", "internal/ladder", "internal/diag"}, // GitHub's surprises stay in one place
	"cmd/milepost":         {"*"},
}

// only lists modules that one package alone may import, and why.
var only = []struct{ module, pkg, why string }{
	{"cuelang.org/go", "internal/compile", "authors' texts are evaluated in one place, where their limits are"},
	{"github.com/go-git/go-git", "internal/gitrepo", "Git's surprises stay in one place"},
	{"github.com/labstack/echo", "server", "the move to another version of Echo stays small"},
	{"github.com/google/go-github", "webhook", "GitHub's surprises stay in one place"},
	{"github.com/yuin/goldmark", "internal/fakehub", "Milepost writes Markdown and never reads it: only who plays GitHub renders it"},
	{"github.com/chromedp/chromedp", "internal/browsertest", "no program starts a browser: only tests do"},
	{"github.com/spf13/cobra", "cmd/milepost", "packages know nothing of flags"},
}

// stdlibOnly are packages that import the standard library alone: they are
// what everything else is built on.
var stdlibOnly = []string{"internal/ladder", "internal/diag", "internal/notes", "internal/scaffold", "schema"}

func TestImports(t *testing.T) {
	for dir, files := range packages(t) {
		allowed, known := may[dir]
		if !known {
			t.Errorf("%s is not listed in this test: say what it may import, and why it is a package of its own", dir)
			continue
		}
		for _, f := range files {
			for _, spec := range f.Imports {
				checkImport(t, dir, strings.Trim(spec.Path.Value, `"`), allowed)
			}
		}
	}
}

func checkImport(t *testing.T, dir, imported string, allowed []string) {
	if own, ok := strings.CutPrefix(imported, module); ok {
		if !slices.Contains(allowed, own) && !slices.Contains(allowed, "*") {
			t.Errorf("%s imports %s: imports point from adapters to the vocabulary, and %s may import %v", dir, own, dir, allowed)
		}
		return
	}
	if slices.Contains(stdlibOnly, dir) && strings.Contains(strings.Split(imported, "/")[0], ".") {
		t.Errorf("%s imports %s: it keeps to the standard library, since everything is built on it", dir, imported)
	}
	for _, o := range only {
		if (imported == o.module || strings.HasPrefix(imported, o.module+"/")) && dir != o.pkg {
			t.Errorf("%s imports %s, which only %s may: %s", dir, imported, o.pkg, o.why)
		}
	}
}

// TestPackageComments: one each, so that a newcomer finds out what is what.
func TestPackageComments(t *testing.T) {
	for dir, files := range packages(t) {
		n := 0
		for _, f := range files {
			if f.Doc != nil {
				n++
			}
		}
		if n != 1 {
			t.Errorf("%s has %d package comments, want one", dir, n)
		}
	}
}

// packages parses the non-test files of every package, by directory.
func packages(t *testing.T) map[string][]*ast.File {
	t.Helper()
	out := map[string][]*ast.File{}
	root := os.DirFS("..")
	err := fs.WalkDir(root, ".", func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == "testdata" || d.Name() == "node_modules" || strings.HasPrefix(d.Name(), ".") && p != ".") {
			return fs.SkipDir
		}
		if path.Ext(p) != ".go" || strings.HasSuffix(p, "_test.go") {
			return nil
		}
		f, err := parser.ParseFile(token.NewFileSet(), filepath.Join("..", p), nil, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		out[path.Dir(p)] = append(out[path.Dir(p)], f)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}
