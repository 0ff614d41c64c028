package webhook

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/milepost-dev/milepost/internal/fakehub"
	"github.com/milepost-dev/milepost/internal/gittest"
	"github.com/milepost-dev/milepost/internal/history"
)

// shows asks for a page.
func (w *world) shows(n int, state history.ProposedState) {
	w.t.Helper()
	p, err := w.s.Proposed(w.t.Context(), n)
	if err != nil || p == nil || p.State != state || p.Number != n {
		w.t.Errorf("pull request %d is shown as %+v, %v, want %s", n, p, err, state)
	}
}

// pullReads counts how often a pull request was asked for since the nth call.
func (w *world) pullReads(since int) (n int) {
	for _, c := range w.hub.Calls() {
		if c.N > since && c.Route == "/repos/{owner}/{repo}/pulls/{pull_number}" {
			n++
		}
	}
	return n
}

// TestProposedAfterANewStart: a page of a pull request that nothing is known of
// yet says how far it has come, and has it looked at.
func TestProposedAfterANewStart(t *testing.T) {
	t.Parallel()
	w := newWorld(t, worldOptions{})
	w.sweep()
	merged := w.open(fakehub.PullOptions{Branch: "merged", Files: gittest.Ladder("a", "Merged")})
	declined := w.open(fakehub.PullOptions{Branch: "declined", Files: gittest.Ladder("a", "Declined")})
	_, err := w.repo.MergePull(merged, fakehub.Squash)
	w.check(err)
	w.check(w.repo.ClosePull(declined))
	open := w.open(fakehub.PullOptions{Branch: "open", Files: gittest.Ladder("a", "Open"), Title: "Say more"})
	w.work()
	w.start()
	w.shows(merged, history.ProposedMerged)
	w.shows(declined, history.ProposedDeclined)
	w.shows(open, history.ProposedWaiting)
	if p, _ := w.s.Proposed(t.Context(), open); p == nil || p.Title != "Say more" {
		t.Errorf("got %+v", p)
	}
	if !slices.Contains(w.queue.hints, pullHint(open)) || len(w.queue.hints) != 1 {
		t.Errorf("it is to be looked at: %v", w.queue.hints)
	}
	at := w.calls()
	w.drain()
	w.shows(open, history.ProposedChecked)
	if writes := w.writes(at); len(writes) > 0 {
		t.Errorf("it was said again: %v", writes)
	}
	w.clean()
}

// TestProposedIsBounded: readers who ask for what is not there cost GitHub
// little, and are answered though GitHub is silent.
func TestProposedIsBounded(t *testing.T) {
	t.Parallel()
	w := newWorld(t, worldOptions{})
	w.sweep()
	at := w.calls()
	var wg sync.WaitGroup
	for i := range 40 {
		wg.Go(func() {
			if p, err := w.s.Proposed(t.Context(), 7+i%2); p != nil || err != nil {
				t.Errorf("got %+v, %v", p, err)
			}
		})
	}
	wg.Wait()
	if n := w.pullReads(at); n != 2 {
		t.Errorf("GitHub was asked %d times for two numbers", n)
	}
	w.hub.Fault(fakehub.Fault{Kind: fakehub.ErrorBefore, Path: "/pulls/77", Status: 500})
	w.shows(77, history.ProposedUnread)
	w.hub.Fault(fakehub.Fault{Kind: fakehub.PrimaryLimit, Path: "/pulls/78", Delay: time.Hour})
	w.shows(78, history.ProposedUnread)
	if w.slept > 0 {
		t.Errorf("a reader waited for %s", w.slept)
	}
	w.hub.ClearFaults()
	for n := range 2 * maxAsked {
		if _, err := w.s.Proposed(t.Context(), 100+n); err != nil {
			t.Fatal(err)
		}
	}
	if n := w.pullReads(at); n != maxAsked {
		t.Errorf("GitHub was asked %d times, want %d", n, maxAsked)
	}
	p, err := w.s.Proposed(t.Context(), 9999)
	if err != nil || p == nil || !strings.Contains(p.Why, "Too many") {
		t.Errorf("got %+v, %v", p, err)
	}
	w.clock.pass(askedAge)
	if p, err := w.s.Proposed(t.Context(), 9999); p != nil || err != nil {
		t.Errorf("later: got %+v, %v", p, err)
	}
	w.clean()
}

// TestProposedIsClosedInSilence: of a pull request that was closed while
// deliveries were lost, the page says so after the next look at everything.
func TestProposedIsClosedInSilence(t *testing.T) {
	t.Parallel()
	w := newWorld(t, worldOptions{})
	w.sweep()
	var numbers []int
	for i := range 2 {
		numbers = append(numbers, w.open(fakehub.PullOptions{Branch: fmt.Sprint("topic", i), Files: gittest.Ladder("a", fmt.Sprint("Text ", i))}))
	}
	w.work()
	w.shows(numbers[0], history.ProposedChecked)
	w.hub.Fault(fakehub.Fault{Kind: fakehub.DropDelivery})
	w.check(w.repo.ClosePull(numbers[0]))
	w.work()
	w.sweep()
	w.shows(numbers[0], history.ProposedDeclined)
	w.shows(numbers[1], history.ProposedChecked)
	w.clean()
}
