package webhook

import (
	"context"
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/milepost-dev/milepost/internal/fakehub"
	"github.com/milepost-dev/milepost/internal/gittest"
)

// TestSuggestionsAreMadeOnce: what can be mended with a click is offered once.
func TestSuggestionsAreMadeOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t, worldOptions{})
	w.sweep()
	w.open(fakehub.PullOptions{Branch: "topic", Files: bad("a")})
	w.hub.Fault(fakehub.Fault{Kind: fakehub.CutAfter, Method: "POST", Path: "/reviews", Nth: 1})
	w.work()
	s := w.state()
	if len(s.Notes) != 1 || !strings.Contains(s.Notes[0].Body, "rank: 2") || len(s.Reviews) != 1 {
		t.Errorf("got %+v, %+v", s.Notes, s.Reviews)
	}
	w.repo.RerequestSuite(w.repo.Head("topic"))
	w.work()
	w.sweep()
	if s := w.state(); len(s.Notes) != 1 || len(s.Reviews) != 1 {
		t.Errorf("got %+v, %+v", s.Notes, s.Reviews)
	}
	w.clean()
}

// TestMergeQueue: a group is really judged: what is valid alone and invalid
// together is taken out.
func TestMergeQueue(t *testing.T) {
	t.Parallel()
	w := newWorld(t, worldOptions{})
	w.sweep()
	w.repo.Protect("main", fakehub.Protection{Required: []string{CheckName}})
	level := func(name string) map[string]string {
		return map[string]string{"frameworks/a/" + name + ".cue": fmt.Sprintf("package framework\n\nframework: levels: %s: {rank: 3, code: %q, titles: [{text: \"Lead\"}], expectations: craft: items: [\"Leads\"]}\n", name, name)}
	}
	one := w.open(fakehub.PullOptions{Branch: "l3", Files: level("l3")})
	two := w.open(fakehub.PullOptions{Branch: "x3", Files: level("x3")})
	w.work()
	w.want(w.repo.Head("l3"), "completed success")
	w.want(w.repo.Head("x3"), "completed success")
	w.check(w.repo.Enqueue(one))
	w.check(w.repo.Enqueue(two))
	w.clock.pass(time.Minute)
	w.work()
	states := map[int]string{}
	for _, p := range w.state().Pulls {
		states[p.Number] = p.State
	}
	if states[one] != "merged" || states[two] != "open" {
		t.Errorf("got %v", states)
	}
	w.want(w.repo.Head("x3"), "completed failure")
	w.clean()
}

// TestMergeIsWaitedFor: while GitHub tries whether a pull request merges, that
// is waited for; on a conflict the change is judged beside the base.
func TestMergeIsWaitedFor(t *testing.T) {
	t.Parallel()
	w := newWorld(t, worldOptions{hub: fakehub.Options{MergeAfter: 3}})
	w.sweep()
	_, err := w.repo.OpenPull(fakehub.PullOptions{Branch: "topic", Files: gittest.Ladder("a", "Two")})
	w.check(err)
	w.work()
	if w.slept == 0 {
		t.Error("it was not waited for")
	}
	if c := w.state().Comments; len(c) != 1 || strings.Contains(c[0].Body, "not as it would be merged") {
		t.Errorf("got %+v", c)
	}
	_, err = w.repo.Push("main", gittest.Ladder("a", "Other"))
	w.check(err)
	w.work()
	w.want(w.repo.Head("topic"), "completed success")
	w.sweep()
	w.clean()
}

// TestOwnFailure: while Milepost fails the check stays open; then it says so,
// and is put right as soon as that works.
func TestOwnFailure(t *testing.T) {
	t.Parallel()
	w := newWorld(t, worldOptions{})
	w.sweep()
	w.open(fakehub.PullOptions{Branch: "topic", Files: gittest.Ladder("a", "Two")})
	head := w.repo.Head("topic")
	w.hub.Fault(fakehub.Fault{Kind: fakehub.ErrorBefore, Method: "GET", Path: "/files", Status: 500})
	_, err := w.hub.Deliver(t.Context())
	w.check(err)
	if err := w.s.Handle(t.Context(), Hint{Key: "pr/1"}); err == nil {
		t.Fatal("it did not fail")
	}
	w.want(head, "in_progress")
	w.work()
	w.want(head, "completed failure")
	if k := w.checkOf(head); k.Title != "Milepost could not check this" || !strings.Contains(k.Summary, "GitHub answered with an error (500)") {
		t.Errorf("got %+v", k)
	}
	runs := len(w.repo.Checks(head))
	w.sweep() // it still fails, and that was said
	if n := len(w.repo.Checks(head)); n != runs {
		t.Errorf("it was said again: %d runs, were %d", n, runs)
	}
	w.hub.ClearFaults()
	w.sweep()
	w.want(head, "completed success")
	w.clean()
}

// TestPlainToken: without an App, commit statuses take the place of checks.
func TestPlainToken(t *testing.T) {
	t.Parallel()
	w := newWorld(t, worldOptions{})
	w.repo.SetPermission("robot", "write")
	w.account = func(a *Account) { a.AppID, a.AppKey, a.Token = 0, Secret{}, NewSecret(w.hub.UserToken("robot")) }
	w.repo.AddHook("http://127.0.0.1:1/", secret)
	w.start()
	w.sweep()
	w.open(fakehub.PullOptions{Branch: "topic", Files: bad("a")})
	w.open(fakehub.PullOptions{Branch: "readme", Files: map[string]string{"README.md": "x"}})
	w.work()
	s := w.state()
	got := map[string]string{}
	for _, is := range s.Statuses {
		got[is.SHA] = is.State + ": " + is.Description
	}
	want := map[string]string{w.repo.Head("topic"): "failure: 1 thing needs a change", w.repo.Head("readme"): "success: Touches no framework"}
	if diff := cmp.Diff(want, got); diff != "" || len(s.Checks) > 0 {
		t.Errorf("(-want +got):\n%s%v", diff, s.Checks)
	}
	if len(s.Comments) != 1 || s.Comments[0].Author != "robot" || len(s.Tags) != 1 || s.Tags[0].Tagger != "robot" {
		t.Errorf("got %+v, %+v", s.Comments, s.Tags)
	}
	at := w.calls()
	w.sweep()
	if writes := w.writes(at); len(writes) > 0 {
		t.Errorf("said again: %v", writes)
	}
	w.clean()
}

// TestLimits: limits are waited for, bounded by the time that there is.
func TestLimits(t *testing.T) {
	t.Parallel()
	w := newWorld(t, worldOptions{})
	w.sweep()
	w.open(fakehub.PullOptions{Branch: "topic", Files: gittest.Ladder("a", "Two")})
	w.hub.Fault(fakehub.Fault{Kind: fakehub.SecondaryLimit, Delay: 7 * time.Second, Method: "POST", Path: "/check-runs", Nth: 1})
	w.hub.Fault(fakehub.Fault{Kind: fakehub.PrimaryLimit, Delay: 40 * time.Second, Method: "GET", Path: "/files", Nth: 1})
	w.work()
	w.want(w.repo.Head("topic"), "completed success")
	if w.slept < 47*time.Second || w.slept > time.Minute {
		t.Errorf("waited for %s", w.slept)
	}
	w.hub.Fault(fakehub.Fault{Kind: fakehub.SecondaryLimit, Delay: 7 * time.Minute, Method: "GET", Path: "/pulls", Times: 1})
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	var later *laterError
	if err := w.s.Handle(ctx, Hint{Key: keyAll}); !asLater(err, &later) || later.after != 7*time.Minute {
		t.Errorf("got %v", err)
	}
	w.clean()
}

// TestRun: with the queue in memory, deliveries as they come, and metrics and
// a log.
func TestRun(t *testing.T) {
	t.Parallel()
	w := newWorld(t, worldOptions{})
	var log heard
	registry := prometheus.NewRegistry()
	o := w.s.o
	o.Queue, o.Metrics, o.Log, o.Every = nil, registry, watch.Logger("the log", &log), time.Hour
	s, err := newWatched(o)
	w.check(err)
	srv := httptest.NewServer(s.Handler())
	defer srv.Close()
	w.hub.SetWebhook(srv.URL, secret)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 2)
	go func() { done <- s.Run(ctx) }()
	go func() { done <- w.hub.Run(ctx) }()
	w.open(fakehub.PullOptions{Branch: "topic", Files: gittest.Ladder("a", "Two")})
	head := w.repo.Head("topic")
	for end := time.Now().Add(20 * time.Second); w.verdict(head) != "completed success" || len(w.state().Releases) == 0; time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("the check is %q", w.verdict(head))
		}
	}
	cancel()
	for range 2 {
		if err := <-done; err != nil && ctx.Err() == nil {
			t.Error(err)
		}
	}
	families, err := registry.Gather()
	w.check(err)
	if len(families) < 8 {
		t.Errorf("got %d metrics", len(families))
	}
	if !strings.Contains(log.String(), "msg=checked") {
		t.Errorf("it is not in the log: %s", log.String())
	}
	w.clean()
}
