package webhook

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/milepost-dev/milepost/internal/fakehub"
	"github.com/milepost-dev/milepost/internal/gittest"
)

// TestRevokedTokens: tokens that are taken away are asked for anew at once, be
// they for the API or for Git.
func TestRevokedTokens(t *testing.T) {
	t.Parallel()
	for _, path := range []string{"git-upload-pack", "info/refs", "/check-runs"} {
		w := newWorld(t, worldOptions{})
		w.sweep()
		w.open(fakehub.PullOptions{Branch: "topic", Files: gittest.Ladder("a", "Two")})
		w.hub.Fault(fakehub.Fault{Kind: fakehub.Revoked, Path: path, Times: 1})
		_, err := w.hub.Deliver(t.Context())
		w.check(err)
		failed := 0
		for len(w.queue.hints) > 0 && failed < 3 {
			h := w.queue.hints[0]
			w.queue.hints = w.queue.hints[1:]
			if w.s.Handle(t.Context(), h) != nil {
				failed++
				w.queue.Add(h)
			}
		}
		if failed > 1 {
			t.Errorf("%s: it failed %d times", path, failed)
		}
		w.want(w.repo.Head("topic"), "completed success")
		w.clean()
	}
}

// TestAnnotationsComeOnce: a verdict whose answer never came, and which comes
// about after it was told anew, adds nothing to what is shown.
func TestAnnotationsComeOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t, worldOptions{})
	w.sweep()
	w.open(fakehub.PullOptions{Branch: "topic", Files: bad("a")})
	w.hub.Fault(fakehub.Fault{Kind: fakehub.Late, Method: "PATCH", Path: "/check-runs/", Times: 1, Lag: 1000})
	w.work()
	want := w.checkOf(w.repo.Head("topic"))
	if want.Conclusion != Failure || len(want.Annotations) != 1 {
		t.Fatalf("got %+v", want)
	}
	w.hub.ClearFaults()
	if diff := cmp.Diff(want, w.checkOf(w.repo.Head("topic"))); diff != "" {
		t.Errorf("(-told +late):\n%s", diff)
	}
	at := w.calls()
	w.sweep()
	if writes := w.writes(at); len(writes) > 0 {
		t.Errorf("said again: %v", writes)
	}
	w.clean()
}

// TestLockedConversation: where nobody may comment, the check says it all and
// says why, once; when it is unlocked, the comment comes.
func TestLockedConversation(t *testing.T) {
	t.Parallel()
	for _, plain := range []bool{false, true} {
		w := newWorld(t, worldOptions{prepare: func(w *world) {
			if plain {
				w.repo.SetPermission("robot", "write")
				w.account = func(a *Account) { a.AppID, a.AppKey, a.Token = 0, Secret{}, NewSecret(w.hub.UserToken("robot")) }
				w.repo.AddHook("http://127.0.0.1:1/", secret)
			}
		}})
		w.sweep()
		n := w.open(fakehub.PullOptions{Branch: "topic", Files: bad("a")})
		head := w.repo.Head("topic")
		said := func() string {
			s := w.state()
			if plain {
				return s.Statuses[0].Description
			}
			return w.checkOf(head).Summary
		}
		w.check(w.repo.SetLocked(n, true))
		w.work()
		s := w.state()
		if !strings.Contains(said(), "locked") || len(s.Comments)+len(s.Notes)+len(s.Reviews) > 0 {
			t.Errorf("got %q, %+v, %+v", said(), s.Comments, s.Notes)
		}
		at := w.calls()
		w.sweep()
		if writes := w.writes(at); len(writes) > 0 {
			t.Errorf("tried again: %v", writes)
		}
		w.check(w.repo.SetLocked(n, false))
		w.work()
		w.sweep() // without an App no delivery tells of it here
		if s := w.state(); strings.Contains(said(), "locked") || len(s.Comments) != 1 || len(s.Notes) != 1 {
			t.Errorf("got %q, %+v, %+v", said(), s.Comments, s.Notes)
		}
		w.clean()
	}
}

// TestLockedMeanwhile: a conversation that is locked just before the comment
// comes is no error that is tried for ever.
func TestLockedMeanwhile(t *testing.T) {
	t.Parallel()
	var w *world
	w = newWorld(t, worldOptions{hub: fakehub.Options{Hook: func(at fakehub.Point, c fakehub.Call) {
		if at == fakehub.Before && c.Method == "POST" && strings.HasSuffix(c.Path, "/comments") {
			if err := w.repo.SetLocked(1, true); err != nil {
				t.Error(err)
			}
		}
	}}})
	w.sweep()
	w.open(fakehub.PullOptions{Branch: "topic", Files: gittest.Ladder("a", "Two")})
	w.work()
	k := w.checkOf(w.repo.Head("topic"))
	if k.Conclusion != Success || !strings.Contains(k.Summary, "locked") || len(w.state().Comments) > 0 {
		t.Errorf("got %+v", k)
	}
	w.clean()
}

// TestUninstalled: while the App is taken away nothing can be done, and when it
// is back everything is caught up.
func TestUninstalled(t *testing.T) {
	t.Parallel()
	w := newWorld(t, worldOptions{})
	w.sweep()
	w.open(fakehub.PullOptions{Branch: "topic", Files: gittest.Ladder("a", "Two")})
	w.hub.Uninstall("acme")
	w.whileAway("b")
	w.hub.Install("acme")
	w.caughtUp()
}

// TestSuspended: the same where the App is only suspended.
func TestSuspended(t *testing.T) {
	t.Parallel()
	w := newWorld(t, worldOptions{})
	w.sweep()
	w.open(fakehub.PullOptions{Branch: "topic", Files: gittest.Ladder("a", "Two")})
	w.hub.Suspend("acme", true)
	w.whileAway("b")
	w.hub.Suspend("acme", false)
	w.caughtUp()
}

// whileAway has something happen that the service is told of and may not see.
func (w *world) whileAway(id string) {
	w.t.Helper()
	at := len(w.state().Tags)
	w.work()
	w.clock.pass(2 * time.Hour)
	_, err := w.repo.Push("main", gittest.Ladder(id, "Begins"))
	w.check(err)
	w.check(w.repo.ComputeMerges())
	w.work()
	if s := w.state(); len(s.Checks)+len(s.Comments) > 0 || len(s.Tags) != at {
		w.t.Errorf("something was done: %+v, %+v, %+v", s.Checks, s.Comments, s.Tags)
	}
}

// caughtUp wants all of it done, by the delivery that tells that the App is back.
func (w *world) caughtUp() {
	w.t.Helper()
	w.work()
	w.want(w.repo.Head("topic"), "completed success")
	if s := w.state(); len(s.Comments) != 1 || len(s.Tags) != 2 || len(s.Releases) != 2 {
		w.t.Errorf("got %+v, %+v, %+v", s.Comments, s.Tags, s.Releases)
	}
	at := w.calls()
	w.sweep()
	w.work()
	if writes := w.writes(at); len(writes) > 0 {
		w.t.Errorf("not at once: %v", writes)
	}
	w.clean()
}

// TestOldListOfMerges: a list that is older than the merge does not keep the
// tag from saying who approved it.
func TestOldListOfMerges(t *testing.T) {
	t.Parallel()
	w := newWorld(t, worldOptions{})
	w.sweep()
	n := w.open(fakehub.PullOptions{Branch: "topic", Files: gittest.Ladder("a", "Two")})
	_, err := w.repo.Review(n, "bea", "APPROVE", "")
	w.check(err)
	w.work()
	w.hub.Fault(fakehub.Fault{Kind: fakehub.Stale, Lag: 200, Path: "/repos/{owner}/{repo}/commits/{commit_sha}/pulls"})
	_, err = w.repo.MergePull(n, fakehub.Squash)
	w.check(err)
	w.work()
	if s := w.state(); len(s.Tags) != 2 || !strings.Contains(s.Tags[1].Message, "Approved-By: bea\nMerged-By: ada") {
		t.Errorf("got %+v", s.Tags)
	}
	w.clean()
}
