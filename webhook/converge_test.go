package webhook

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/milepost-dev/milepost/internal/fakehub"
	"github.com/milepost-dev/milepost/internal/gittest"
)

// story is what people do: step is called after each thing that they did.
func (w *world) story(step func()) {
	w.t.Helper()
	at := w.clock.now()
	// What people do has the same time, however long the service waits.
	later := func(d time.Duration) {
		if at = at.Add(d); w.clock.now().After(at) {
			w.t.Fatal("the service waits for too long")
		}
		w.clock.pass(at.Sub(w.clock.now()))
	}
	pass := func() {
		later(time.Hour)
		w.check(w.repo.ComputeMerges())
		step()
		later(time.Hour)
	}
	pass()
	one := w.open(fakehub.PullOptions{Branch: "one", Files: gittest.Ladder("a", "Two")})
	pass()
	two := w.open(fakehub.PullOptions{Branch: "two", Files: bad("b")})
	pass()
	w.open(fakehub.PullOptions{Branch: "three", Files: map[string]string{"README.md": "x"}, Fork: "stranger", Author: "stranger"})
	pass()
	_, err := w.repo.Review(one, "bea", "APPROVE", "")
	w.check(err)
	_, err = w.repo.MergePull(one, fakehub.MergeCommit)
	w.check(err)
	pass()
	_, err = w.repo.Push("two", gittest.Ladder("b", "Begins"))
	w.check(err)
	w.open(fakehub.PullOptions{Branch: "four", Files: gittest.Ladder("a", "Four")})
	pass()
	_, err = w.repo.MergePull(two, fakehub.Squash)
	w.check(err)
	pass()
	next := gittest.Ladder("a", "Next")
	edition := map[string]string{"frameworks/next/a/framework.cue": strings.Replace(next["frameworks/a/framework.cue"], "	title:", "	effective: \"2027-01-06\"\n	title:", 1)}
	_, err = w.repo.Push("main", edition)
	w.check(err)
	pass()
	later(24 * time.Hour)
	pass()
}

// counts is a state without what was said of commits that nothing is at any
// more: whether there was time to speak of those is chance.
func (w *world) counts() fakehub.RepoState {
	w.t.Helper()
	s := w.state()
	heads := map[string]bool{}
	open := map[int]bool{}
	for _, p := range s.Pulls {
		if p.State == "open" {
			heads[p.Head], open[p.Number] = true, true
		}
	}
	s.Checks = slices.DeleteFunc(s.Checks, func(k fakehub.CheckState) bool { return !heads[k.Head] })
	s.Comments = slices.DeleteFunc(s.Comments, func(c fakehub.CommentState) bool { return !open[c.Pull] })
	s.Notes = slices.DeleteFunc(s.Notes, func(n fakehub.NoteState) bool { return !heads[n.Commit] })
	s.Reviews = slices.DeleteFunc(s.Reviews, func(r fakehub.ReviewState) bool { return r.Body == "" && r.State == "COMMENTED" && !heads[r.Commit] })
	return s
}

// tell runs the story in a world, and sweeps at the end.
func tell(t *testing.T, change func(*world), step func(*world)) fakehub.RepoState {
	t.Helper()
	w := newWorld(t, worldOptions{files: files(gittest.Ladder("a", "One"))})
	change(w)
	w.story(func() { step(w) })
	w.hub.ClearFaults()
	for range 2 {
		w.sweep()
		w.work()
	}
	w.clean()
	return w.counts()
}

// TestConvergence: whatever becomes of deliveries, the end is the same.
func TestConvergence(t *testing.T) {
	t.Parallel()
	work := func(w *world) { w.work() }
	want := tell(t, func(*world) {}, work)
	var tags []string
	for _, tag := range want.Tags {
		tags = append(tags, tag.Name)
	}
	if got := fmt.Sprint(tags); got != "[frameworks/a/v1.0.0 frameworks/a/v1.1.0 frameworks/a/v1.2.0 frameworks/b/v1.0.0]" || len(want.Releases) != 4 || len(want.Checks) != 2 || len(want.Comments) != 1 {
		t.Fatalf("the story came to %s, %d releases, %d checks, %d comments", got, len(want.Releases), len(want.Checks), len(want.Comments))
	}
	fault := func(f fakehub.Fault) func(*world) { return func(w *world) { w.hub.Fault(f) } }
	for name, c := range map[string]struct {
		change func(*world)
		step   func(*world)
	}{
		"again":                        {func(*world) {}, work},
		"the queue drops everything":   {func(w *world) { w.queue.drop = true }, func(w *world) { w.work(); w.sweep() }},
		"only one look at the end":     {func(w *world) { w.queue.drop = true }, work},
		"deliveries are lost":          {fault(fakehub.Fault{Kind: fakehub.DropDelivery}), work},
		"deliveries come twice":        {fault(fakehub.Fault{Kind: fakehub.DoubleDelivery}), work},
		"deliveries come late":         {fault(fakehub.Fault{Kind: fakehub.HoldDelivery, Lag: 5}), work},
		"started anew after each":      {func(*world) {}, func(w *world) { w.start(); w.work() }},
		"answers are lost":             {fault(fakehub.Fault{Kind: fakehub.CutAfter, Chance: 0.1}), work},
		"GitHub fails":                 {fault(fakehub.Fault{Kind: fakehub.ErrorBefore, Chance: 0.1}), work},
		"GitHub fails when it is done": {fault(fakehub.Fault{Kind: fakehub.ErrorAfter, Status: 500, Chance: 0.1}), work},
		"answers are cut":              {fault(fakehub.Fault{Kind: fakehub.CutMidway, Chance: 0.1}), work},
		"it asks to wait":              {fault(fakehub.Fault{Kind: fakehub.SecondaryLimit, Delay: 3 * time.Second, Chance: 0.1}), work},
		"lists are stale":              {fault(fakehub.Fault{Kind: fakehub.Stale, Lag: 6}), work},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(want, tell(t, c.change, c.step), cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}
