package webhook

import (
	"testing"

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
