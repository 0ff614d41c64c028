//go:build !race

// Under the race detector a program takes several times the memory and time,
// and its limits strike elsewhere: these tests run without it.

package review_test

import (
	"context"
	"os"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/milepost-dev/milepost/internal/compile"
	"github.com/milepost-dev/milepost/internal/review"
)

func TestMain(m *testing.M) {
	compile.RunIfWorker()
	os.Exit(m.Run())
}

// TestALimitIsAFindingOfItsFramework: a framework that passes a limit has one
// finding with the limit's name and value; the others are judged as ever.
func TestALimitIsAFindingOfItsFramework(t *testing.T) {
	t.Parallel()
	const file = "frameworks/care/x.cue"
	for _, c := range []struct{ name, text, code, want string }{
		{"time", "import \"list\"\n\n_l: list.Range(0, 1000, 1)\n_x: [for a in _l for b in _l for c in _l if a + b + c < 0 {a}]", "limit-passed", "limit of time: 3 seconds"},
		{"memory", "import \"strings\"\n\n_x: strings.Replace(strings.Repeat(\"x\", 10000), \"x\", strings.Repeat(\"y\", 1000000), -1)", "limit-passed", "limit of memory: 800 MB"},
		{"depth", "_x: " + strings.Repeat("a: ", 50000) + "1", "limit-passed", "limit of depth: 64 MB"},
		{"nesting", "framework: " + strings.Repeat("a: ", 20) + "1", "too-deep", "more than 12 deep"},
		{"size of a file", strings.Repeat("// comment\n", 30000), "file-too-large", "larger than 256 KB"},
		{"parts", "_x: [" + strings.Repeat("1,", 30000) + "]", "too-complex", "more than 20000 parts"},
		{"count of levels", "framework: levels: {" + strings.Repeat("x%: {}\n", 61) + "}", "too-many", "61 levels, and may have 60 at most"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			compiler, err := compile.New(compile.Options{Isolated: true, Deadline: 3 * time.Second})
			if err != nil {
				t.Fatal(err)
			}
			defer compiler.Close()
			head := repo(replace(support, `"G2"`, `"G9"`))
			text := c.text
			for i := 0; strings.Contains(text, "%"); i++ {
				text = strings.Replace(text, "%", strings.Repeat("i", i), 1)
			}
			head[file] = &fstest.MapFile{Data: []byte("package framework\n\n" + text + "\n")}
			v, err := review.Review(context.Background(), compiler, review.Change{Now: now, Head: head, Base: repo(), Root: "frameworks"})
			if err != nil {
				t.Fatal(err)
			}
			var codes []string
			for _, f := range v.Findings {
				codes = append(codes, f.Framework+" "+f.Code)
				if f.Framework == "care" && f.Code == c.code && !strings.Contains(f.Message, c.want) {
					t.Errorf("the finding says %q, want it to name %q", f.Message, c.want)
				}
			}
			all := strings.Join(codes, ", ")
			if !strings.Contains(all, "care "+c.code) || !strings.Contains(all, "support unknown-job-grade") || len(v.Checked) != 2 {
				t.Errorf("of %v the findings are %s", v.Checked, all)
			}
		})
	}
}
