package fakehub

import (
	"encoding/json"
	"testing"

	"github.com/google/go-github/v60/github"
)

// conclude completes a check run of a commit.
func (f *fixture) conclude(head, conclusion string) {
	f.t.Helper()
	_, _, err := f.gh.Checks.CreateCheckRun(f.t.Context(), "acme", "careers", github.CreateCheckRunOptions{Name: "milepost", HeadSHA: head, Conclusion: &conclusion})
	f.check(err)
}

// states are the pull requests' states, in order.
func (f *fixture) states() string {
	f.t.Helper()
	s, err := f.repo.State()
	f.check(err)
	out := ""
	for _, p := range s.Pulls {
		out += p.State + " "
	}
	return out
}

func (f *fixture) queued(names ...string) {
	f.t.Helper()
	f.repo.Protect("main", Protection{Required: []string{"milepost"}})
	for _, name := range names {
		_, err := f.repo.OpenPull(PullOptions{Branch: name, Files: map[string]string{name + ".txt": name}})
		f.check(err)
		f.conclude(f.repo.Head(name), "success")
	}
}

func TestQueue(t *testing.T) {
	t.Parallel()
	f := start(t, Options{})
	f.queued("a", "b", "c")
	b := f.listen()
	f.check(f.repo.Enqueue(1))
	f.check(f.repo.Enqueue(2, 3))
	got := f.expect(b, "queue", "push create check_suite.requested merge_group.checks_requested push create check_suite.requested merge_group.checks_requested")
	var e github.MergeGroupEvent
	f.check(json.Unmarshal(got[3].body, &e))
	q := f.repo.Queue()
	if e.GetMergeGroup().GetHeadSHA() != q[0] || e.GetMergeGroup().GetBaseSHA() != f.repo.Head("main") || e.GetMergeGroup().GetBaseRef() != "refs/heads/main" {
		t.Errorf("got %v", e.MergeGroup)
	}
	if out, err := f.repo.Git("log", "-1", "--format=%P", q[0]); err != nil || out != f.repo.Head("main")+" "+f.repo.Head("a") {
		t.Errorf("got %s, %v", out, err)
	}
	f.conclude(q[1], "success")
	if f.states() != "open open open " {
		t.Errorf("the second waits for the first: %s", f.states())
	}
	f.conclude(q[0], "success")
	if f.states() != "merged merged merged " || f.repo.Head("main") != q[1] || len(f.repo.Queue()) != 0 {
		t.Errorf("got %s", f.states())
	}
	s, err := f.repo.State()
	f.check(err)
	if len(s.Refs) != 4 {
		t.Errorf("the groups' branches are left: %v", s.Refs)
	}
	f.clean()
}

func TestQueueFailure(t *testing.T) {
	t.Parallel()
	f := start(t, Options{})
	f.queued("a", "b")
	f.check(f.repo.Enqueue(1))
	f.check(f.repo.Enqueue(2))
	before := f.repo.Queue()
	b := f.listen()
	f.conclude(before[0], "failure")
	f.deliver()
	var destroyed, requested int
	for _, g := range b.take() {
		var e struct{ Action, Reason string }
		f.check(json.Unmarshal(g.body, &e))
		if e.Action == "destroyed" && e.Reason == "invalidated" {
			destroyed++
		}
		if e.Action == "checks_requested" {
			requested++
		}
	}
	after := f.repo.Queue()
	if destroyed != 2 || requested != 1 || len(after) != 1 || after[0] == before[1] || f.states() != "open open " {
		t.Errorf("%d destroyed, %d requested, %v, %s", destroyed, requested, after, f.states())
	}
	_, err := f.repo.Push("main", map[string]string{"m.txt": "m"})
	f.check(err)
	moved := f.repo.Queue()
	if len(moved) != 1 || moved[0] == after[0] {
		t.Errorf("the base moved: got %v", moved)
	}
	f.conclude(after[0], "success")
	if f.states() != "open open " {
		t.Error("an old group was merged")
	}
	f.conclude(moved[0], "neutral")
	if f.states() != "open merged " || f.repo.Head("main") != moved[0] {
		t.Errorf("got %s", f.states())
	}
	f.check(f.repo.Enqueue(1))
	f.check(f.repo.Dequeue(1))
	if len(f.repo.Queue()) != 0 {
		t.Error("it is still queued")
	}
	f.clean()
}

func TestQueueNeedsChecks(t *testing.T) {
	t.Parallel()
	f := start(t, Options{})
	f.repo.Protect("main", Protection{Required: []string{"milepost"}})
	n, head := f.pull("topic")
	if err := f.repo.Enqueue(n); err == nil {
		t.Error("queued without its check")
	}
	f.conclude(head, "failure")
	if _, err := f.repo.MergePull(n, Squash); err == nil {
		t.Error("merged against its check")
	}
	f.conclude(head, "success")
	_, err := f.repo.MergePull(n, Squash)
	f.check(err)
	f.clean()
}
