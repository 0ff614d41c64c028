package webhook

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/milepost-dev/milepost/internal/fakehub"
	"github.com/milepost-dev/milepost/internal/gittest"
)

// callsSince are the calls since the nth, by what was asked for, without those
// for tokens, which are asked for once an hour.
func (w *world) callsSince(n int) map[string]int {
	out := map[string]int{}
	for _, c := range w.hub.Calls() {
		if c.N > n && !strings.HasSuffix(c.Path, "/installation") && !strings.HasSuffix(c.Path, "access_tokens") {
			out[c.Method+" "+strings.TrimPrefix(c.Route, "/repos/{owner}/{repo}/")]++
		}
	}
	return out
}

func sum(calls map[string]int) (n int) {
	for _, k := range calls {
		n += k
	}
	return n
}

func table(calls map[string]int) string {
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(calls)) {
		fmt.Fprintf(&b, "%4d %s\n", calls[name], name)
	}
	return b.String()
}

// TestCallsOfACheck counts what is asked of GitHub, and of its Git, for all that
// is delivered about one push: of that, there should never be more.
func TestCallsOfACheck(t *testing.T) {
	t.Parallel()
	w := newWorld(t, worldOptions{files: files(gittest.Ladder("a", "One"), gittest.Ladder("b", "One"))})
	w.sweep()
	w.open(fakehub.PullOptions{Branch: "first", Files: gittest.Ladder("b", "Two")})
	w.work() // who the App is has been asked for once
	// Of Git: the list of references, one fetch, and the list once more, when the
	// verdict was told: whether what it follows from is still the same.
	const opened = "topic"
	head := map[string]int{"GET info/refs": 1, "POST git-upload-pack": 3,
		"GET pulls/{pull_number}":       2, // before and after
		"GET pulls":                     3, // into this branch, of this commit, and others of the same
		"GET git/matching-refs/{ref}":   1, // the merge queue's, which can be at this commit
		"GET pulls/{pull_number}/files": 1, // where there is something to say of lines
		"GET commits/{ref}/check-runs":  1,
		"POST check-runs":               1, "PATCH check-runs/{check_run_id}": 1}
	with := func(name string, reads int) map[string]int {
		out := maps.Clone(head)
		out[name], out["GET issues/{issue_number}/comments"] = 1, reads
		return out
	}
	for _, c := range []struct {
		name   string
		do     func()
		judged int // texts that are compiled
		want   map[string]int
	}{
		{"a pull request is opened", func() { w.open(fakehub.PullOptions{Branch: opened, Files: gittest.Ladder("a", "Two")}) }, 1, with("POST issues/{issue_number}/comments", 2)}, // of the comments: whether another server commented too
		{"its head moves", func() {
			_, err := w.repo.Push(opened, gittest.Ladder("a", "Three"))
			w.check(err)
			w.check(w.repo.ComputeMerges())
		}, 1, with("PATCH issues/comments/{comment_id}", 1)},
		{"the same is delivered again", func() {
			for _, d := range w.hub.Deliveries() {
				w.check(w.hub.Redeliver(d.ID))
			}
		}, 0, map[string]int{"POST git-upload-pack": 3, // the branch that is served, and two pull requests
			"GET pulls": 5, "GET pulls/{pull_number}": 2, "GET releases": 1,
			"GET issues/{issue_number}/comments": 2, "GET commits/{ref}/check-runs": 2}},
	} {
		at, compiled := w.calls(), w.s.o.Compiler.Compiled()
		c.do()
		w.work()
		got := w.callsSince(at)
		t.Logf("%s: %d calls\n%s", c.name, sum(got), table(got))
		for name, n := range got {
			if n > c.want[name] {
				t.Errorf("%s: %d calls of %s, want at most %d", c.name, n, name, c.want[name])
			}
		}
		if n := int(w.s.o.Compiler.Compiled() - compiled); n != c.judged {
			t.Errorf("%s: %d texts were compiled, want %d", c.name, n, c.judged)
		}
	}
	w.clean()
}
