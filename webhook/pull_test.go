package webhook

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/milepost-dev/milepost/internal/fakehub"
	"github.com/milepost-dev/milepost/internal/gittest"
	"github.com/milepost-dev/milepost/internal/history"
)

// TestDeliveryLeadsToCheck: from a pull request that is opened to its check
// and its comment, and nothing is said twice.
func TestDeliveryLeadsToCheck(t *testing.T) {
	t.Parallel()
	w := newWorld(t, worldOptions{})
	w.sweep()
	n := w.open(fakehub.PullOptions{Branch: "topic", Files: gittest.Ladder("a", "Two")})
	w.work()
	head := w.repo.Head("topic")
	w.want(head, "completed success")
	comments := w.state().Comments
	if len(comments) != 1 || comments[0].Pull != n || !strings.HasPrefix(comments[0].Body, Marker) || !strings.Contains(comments[0].Body, "1.1.0") {
		t.Errorf("got %+v", comments)
	}
	if p, err := w.s.Proposed(t.Context(), n); err != nil || p == nil || p.State != history.ProposedChecked || len(p.Texts) != 1 || p.Texts[0].Version.Number != "1.1.0" {
		t.Errorf("the pages see %+v, %v", p, err)
	}
	at := w.calls()
	w.start()
	w.sweep()
	w.work()
	if p, _ := w.s.Proposed(t.Context(), n); p == nil || p.State != history.ProposedChecked {
		t.Errorf("after a new start the pages see %+v", p)
	}
	if writes := w.writes(at); len(writes) > 0 {
		t.Errorf("said again: %v", writes)
	}
	w.clean()
}

// bad is a framework with a mistake.
func bad(id string) map[string]string {
	out := gittest.Ladder(id, "Two")
	name := "frameworks/" + id + "/framework.cue"
	out[name] = strings.Replace(out[name], "rank: 2", "rang: 2", 1)
	return out
}

// TestLifeOfAPullRequest: whatever happens to it, the last word is right, and
// there is one comment.
func TestLifeOfAPullRequest(t *testing.T) {
	t.Parallel()
	w := newWorld(t, worldOptions{})
	w.sweep()
	n := w.open(fakehub.PullOptions{Branch: "topic", Files: bad("a"), Draft: true})
	w.work()
	first := w.repo.Head("topic")
	w.want(first, "completed failure")
	if k := w.checkOf(first); len(k.Annotations) == 0 || !strings.Contains(k.Annotations[0], "frameworks/a/framework.cue") {
		t.Errorf("got %+v", k)
	}
	w.check(w.repo.SetDraft(n, false))
	w.work()

	mended, err := w.repo.PushAs(fakehub.PushOptions{Branch: "topic", Files: gittest.Ladder("a", "Two"), Onto: w.repo.Head("main")})
	w.check(err)
	w.check(w.repo.ComputeMerges())
	w.work()
	w.want(mended, "completed success")

	w.check(w.repo.ClosePull(n))
	w.work()
	w.check(w.repo.ReopenPull(n))
	w.work()
	w.want(mended, "completed success")

	// On another branch it is judged by the rules there.
	strict := files()
	strict[org] = strings.Replace(strict[org], "timeZone:", "houseRules: prose: forbid: [\"Two\"]\n\ttimeZone:", 1)
	_, err = w.repo.Push("strict", strict)
	w.check(err)
	w.check(w.repo.Retarget(n, "strict"))
	w.check(w.repo.ComputeMerges())
	w.work()
	w.want(mended, "completed failure")
	w.check(w.repo.Retarget(n, "main"))
	w.check(w.repo.ComputeMerges())
	w.work()
	w.want(mended, "completed success")

	before := len(w.repo.Checks(mended))
	w.check(w.repo.Rerequest(w.repo.Checks(mended)[before-1]))
	w.work()
	w.repo.RerequestSuite(mended)
	w.work()
	if got := len(w.repo.Checks(mended)) - before; got != 2 {
		t.Errorf("%d new runs were made for two wishes", got)
	}
	w.want(mended, "completed success")
	if c := w.state().Comments; len(c) != 1 || !strings.Contains(c[0].Body, "1.1.0") {
		t.Errorf("got %+v", c)
	}
	w.clean()
}

// TestTheBranchMoves: a pull request that touches the same framework is judged
// anew, one that touches another is not.
func TestTheBranchMoves(t *testing.T) {
	t.Parallel()
	w := newWorld(t, worldOptions{files: files(gittest.Ladder("a", "One"), gittest.Ladder("b", "One"))})
	w.sweep()
	w.open(fakehub.PullOptions{Branch: "a2", Files: gittest.Ladder("a", "Two")})
	w.open(fakehub.PullOptions{Branch: "b2", Files: gittest.Ladder("b", "Two")})
	w.work()
	b := w.checkOf(w.repo.Head("b2"))
	w.clock.pass(time.Minute)
	more := gittest.Ladder("a", "One")
	more["frameworks/a/more.cue"] = "package framework\n\nframework: summary: \"All of it.\"\n"
	_, err := w.repo.Push("main", more)
	w.check(err)
	w.check(w.repo.ComputeMerges())
	w.work()
	bodies := fmt.Sprint(w.state().Comments)
	if strings.Count(bodies, "1.2.0") == 0 {
		t.Errorf("the number is not foretold anew: %s", bodies)
	}
	if diff := cmp.Diff(b, w.checkOf(w.repo.Head("b2"))); diff != "" {
		t.Errorf("the other was checked again:\n%s", diff)
	}
	w.clean()
}

// TestForkAndUntouched: a fork's head is read, and what touches no framework
// passes without a comment.
func TestForkAndUntouched(t *testing.T) {
	t.Parallel()
	w := newWorld(t, worldOptions{})
	w.sweep()
	w.open(fakehub.PullOptions{Branch: "topic", Fork: "stranger", Author: "stranger", Files: bad("a")})
	w.open(fakehub.PullOptions{Branch: "readme", Files: map[string]string{"README.md": "x"}})
	w.work()
	w.want(w.repo.Head("readme"), "completed success")
	for _, p := range w.state().Pulls {
		if p.Number == 1 {
			w.want(p.Head, "completed failure")
		}
	}
	if c := w.state().Comments; len(c) != 1 || c[0].Pull != 1 {
		t.Errorf("got %+v", c)
	}
	w.clean()
}

// TestSameHead: of two pull requests with one head the check tells of the one
// into the branch that is served, and does not swing between them.
func TestSameHead(t *testing.T) {
	t.Parallel()
	w := newWorld(t, worldOptions{})
	w.sweep()
	strict := files()
	strict[org] = strings.Replace(strict[org], "timeZone:", "houseRules: prose: forbid: [\"Two\"]\n\ttimeZone:", 1)
	_, err := w.repo.Push("strict", strict)
	w.check(err)
	w.open(fakehub.PullOptions{Branch: "topic", Base: "strict", Files: gittest.Ladder("a", "Two")})
	w.work()
	head := w.repo.Head("topic")
	w.want(head, "completed failure")
	w.open(fakehub.PullOptions{Branch: "topic", Base: "main"})
	w.work()
	w.want(head, "completed success")
	at := w.calls()
	w.sweep()
	if writes := w.writes(at); len(writes) > 0 {
		t.Errorf("it swings: %v", writes)
	}
	w.clean()
}

// TestMovedMeanwhile: what comes of an old head is marked as such.
func TestMovedMeanwhile(t *testing.T) {
	t.Parallel()
	var w *world
	moved := false
	w = newWorld(t, worldOptions{hub: fakehub.Options{Hook: func(at fakehub.Point, c fakehub.Call) {
		if at == fakehub.After && c.Method == "POST" && strings.HasSuffix(c.Path, "/check-runs") && !moved {
			moved = true
			if _, err := w.repo.Push("topic", gittest.Ladder("a", "Three")); err != nil {
				t.Error(err)
			}
		}
	}}})
	w.sweep()
	w.open(fakehub.PullOptions{Branch: "topic", Files: gittest.Ladder("a", "Two")})
	old := w.repo.Head("topic")
	w.work()
	w.want(old, "completed cancelled")
	if old == w.repo.Head("topic") {
		t.Fatal("it did not move")
	}
	w.want(w.repo.Head("topic"), "completed success")
	w.clean()
}

// TestManyAnnotations: as many as GitHub takes, and none twice where an answer
// is lost.
func TestManyAnnotations(t *testing.T) {
	t.Parallel()
	w := newWorld(t, worldOptions{})
	w.sweep()
	text := gittest.Ladder("a", "Two")
	var more strings.Builder
	more.WriteString("package framework\n\n")
	for i := range 120 {
		fmt.Fprintf(&more, "framework: levels: l2: wrong%d: 1\n", i)
	}
	text["frameworks/a/more.cue"] = more.String()
	w.open(fakehub.PullOptions{Branch: "topic", Files: text})
	w.hub.Fault(fakehub.Fault{Kind: fakehub.CutAfter, Method: "PATCH", Path: "/check-runs/", Nth: 1})
	w.work()
	k := w.checkOf(w.repo.Head("topic"))
	if k.Conclusion != Failure || len(k.Annotations) != maxAnnotations {
		t.Errorf("got %s with %d annotations", k.Conclusion, len(k.Annotations))
	}
	seen := map[string]bool{}
	for _, a := range k.Annotations {
		if seen[a] {
			t.Errorf("twice: %s", a)
		}
		seen[a] = true
	}
	w.clean()
}
