package webhook

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the golden files anew")

func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", "words", name+".md")
	if *update {
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got); run with -update and read the difference:\n%s", file, diff)
	}
}

// TestWords holds all that is said of real pull requests against files that are
// meant to be read.
func TestWords(t *testing.T) {
	t.Parallel()
	c := compiler(t)
	for _, p := range pulls() {
		t.Run(p.name, func(t *testing.T) {
			t.Parallel()
			r := p.report(t, c)
			golden(t, p.name, told(r))
			checkSaid(t, r)
		})
	}
}

// commits are abbreviated names: those of the sample differ with its words.
var commits = regexp.MustCompile("`[0-9a-f]{10}`")

// told is all that is said of a pull request.
func told(r *Report) string {
	var b strings.Builder
	check := r.Check()
	state, description := r.Status()
	fmt.Fprintf(&b, "%s\n", r.Comment(0))
	fmt.Fprintf(&b, "======== check: %s: %s\n======== status: %s: %s\n", check.Conclusion, check.Title, state, description)
	if summary, body := check.Summary, strings.TrimPrefix(r.Comment(0), Marker+"\n\n"); summary != body {
		fmt.Fprintf(&b, "======== the summary of the check has more:\n%s", strings.TrimPrefix(summary, body))
	}
	for i, a := range check.Annotations {
		if i == 8 {
			fmt.Fprintf(&b, "======== and %d more\n", len(check.Annotations)-i)
			break
		}
		fmt.Fprintf(&b, "======== %s at %s:%d:%d: %s\n%s\n", a.Level, a.Path, a.StartLine, a.StartColumn, a.Title, a.Message)
		if a.Raw != "" {
			fmt.Fprintf(&b, "-------- to paste:\n%s\n", a.Raw)
		}
	}
	for _, s := range r.Suggestions() {
		fmt.Fprintf(&b, "======== suggestion for %s, lines %d to %d\n%s\n", s.Path, s.StartLine, s.Line, s.Body)
	}
	if check.Text != "" {
		fmt.Fprintf(&b, "======== the text of the check:\n%s", check.Text)
	}
	return commits.ReplaceAllString(b.String(), "`a commit`")
}
