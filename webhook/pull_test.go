package webhook

import (
	"strings"
	"testing"

	"github.com/milepost-dev/milepost/internal/fakehub"
	"github.com/milepost-dev/milepost/internal/gittest"
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
	at := w.calls()
	w.sweep()
	w.work()
	if writes := w.writes(at); len(writes) > 0 {
		t.Errorf("said again: %v", writes)
	}
	w.clean()
}
