package webhook

import "testing"

// TestProof holds the end of every play against the undisturbed one.
func TestProof(t *testing.T) {
	t.Parallel()
	q := newProof(t)
	t.Run("calls", q.calls)
	t.Run("pairs", q.pairs)
	q.tell(t)
}
