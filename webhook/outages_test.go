package webhook

import (
	"testing"

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
