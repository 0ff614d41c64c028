package webhook

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// worker notes what a queue has done, by the clock of the bubble.
type worker struct {
	mu     sync.Mutex
	start  time.Time
	did    []string
	at     []time.Time // of each
	gaveUp []string
	active map[string]int
	work   func(ctx context.Context, h Hint, n int) error
}

func newWorker(work func(ctx context.Context, h Hint, n int) error) *worker {
	return &worker{start: time.Now(), active: map[string]int{}, work: work}
}

func (w *worker) handle(ctx context.Context, h Hint) error {
	w.mu.Lock()
	w.did = append(w.did, fmt.Sprintf("%s %v", h.Key, h.Again))
	w.at = append(w.at, time.Now())
	n := len(w.did)
	if w.active[h.Key]++; w.active[h.Key] > 1 {
		panic("a key is worked on twice at a time")
	}
	w.mu.Unlock()
	defer func() {
		w.mu.Lock()
		w.active[h.Key]--
		w.mu.Unlock()
	}()
	return w.work(ctx, h, n)
}

func (w *worker) up(_ context.Context, h Hint, _ error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.gaveUp = append(w.gaveUp, h.Key)
}

// count is how much was done so far.
func (w *worker) count() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.did)
}

// run runs a queue until stop.
func (w *worker) run(q Queue) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = q.Run(ctx, Work{Handle: w.handle, GaveUp: w.up})
	}()
	return func() { cancel(); <-done }
}

func TestQueueCoalesces(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		q := newMemory(QueueOptions{})
		w := newWorker(func(ctx context.Context, _ Hint, _ int) error { return sleep(ctx, time.Minute) })
		for range 5 {
			q.Add(Hint{Key: "pr/1"})
		}
		q.Add(Hint{Key: "pr/1", Again: true})
		stop := w.run(q)
		time.Sleep(time.Second)
		for range 3 {
			q.Add(Hint{Key: "pr/1"}) // while it is worked on: once more
		}
		time.Sleep(time.Hour)
		stop()
		if !slices.Equal(w.did, []string{"pr/1 true", "pr/1 false"}) {
			t.Errorf("got %v", w.did)
		}
		if waiting, dead := q.Waiting(); waiting+dead > 0 {
			t.Errorf("left: %d, %d", waiting, dead)
		}
	})
}

// TestQueueBacksOff: the pauses double up to the longest, the key is given up
// and seen, and comes back when it is asked for.
func TestQueueBacksOff(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		q := newMemory(QueueOptions{Tries: 5, First: time.Minute, Longest: 4 * time.Minute})
		var at []time.Duration
		broken := true
		w := newWorker(nil)
		w.work = func(context.Context, Hint, int) error {
			at = append(at, time.Since(w.start))
			if broken {
				panic("something is broken")
			}
			return nil
		}
		q.Add(Hint{Key: "pr/1", Again: true})
		stop := w.run(q)
		defer func() { stop() }()
		time.Sleep(time.Hour)
		synctest.Wait()
		if len(at) != 5 || !slices.Equal(w.gaveUp, []string{"pr/1"}) {
			t.Fatalf("got %v, %v", at, w.gaveUp)
		}
		for i, most := range []time.Duration{time.Minute, 2 * time.Minute, 4 * time.Minute, 4 * time.Minute} {
			if pause := at[i+1] - at[i]; pause < most/2 || pause > most {
				t.Errorf("pause %d is %s", i, pause)
			}
		}
		if waiting, dead := q.Waiting(); waiting != 0 || dead != 1 {
			t.Errorf("got %d, %d", waiting, dead)
		}
		if w.did[4] != "pr/1 true" {
			t.Errorf("the wish for a new check is lost: %v", w.did)
		}
		broken = false
		q.Add(Hint{Key: "pr/1"})
		time.Sleep(time.Second)
		synctest.Wait()
		if waiting, dead := q.Waiting(); len(at) != 6 || waiting+dead != 0 {
			t.Errorf("got %v, %d, %d", at, waiting, dead)
		}
	})
}

// TestQueueWaitsAsAsked: what says when to come again is no try.
func TestQueueWaitsAsAsked(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		q := newMemory(QueueOptions{Tries: 2})
		w := newWorker(func(_ context.Context, _ Hint, n int) error {
			if n < 5 {
				return fmt.Errorf("calling: %w", &laterError{time.Hour, "GitHub asks to wait"})
			}
			return nil
		})
		q.Add(Hint{Key: "pr/1"})
		stop := w.run(q)
		time.Sleep(3*time.Hour + time.Minute)
		if n := w.count(); n != 4 {
			t.Errorf("worked %d times", n)
		}
		time.Sleep(time.Hour + time.Minute)
		stop()
		if len(w.did) != 5 || len(w.gaveUp) > 0 {
			t.Errorf("got %v, %v", w.did, w.gaveUp)
		}
	})
}

// TestQueueIsBounded: above its bound everything is looked at.
func TestQueueIsBounded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		q := newMemory(QueueOptions{Keys: 3, Workers: 1})
		for n := range 1000 {
			q.Add(pullHint(n + 1))
		}
		w := newWorker(func(context.Context, Hint, int) error { return nil })
		stop := w.run(q)
		synctest.Wait()
		stop()
		slices.Sort(w.did)
		if !slices.Equal(w.did, []string{"all false", "pr/1 false", "pr/2 false", "pr/3 false"}) {
			t.Errorf("got %v", w.did)
		}
	})
}

// TestQueueEnds: what is under way is finished, for so long; what waits is not
// begun.
func TestQueueEnds(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		takes, ends time.Duration
		err         error
	}{{5 * time.Second, 5 * time.Second, nil}, {time.Hour, 21 * time.Second, context.Canceled}} {
		synctest.Test(t, func(t *testing.T) {
			q := newMemory(QueueOptions{Workers: 1, Grace: 20 * time.Second})
			var got error
			w := newWorker(func(ctx context.Context, _ Hint, _ int) error { got = sleep(ctx, c.takes); return got })
			q.Add(Hint{Key: "pr/1"})
			q.Add(Hint{Key: "pr/2"})
			stop := w.run(q)
			time.Sleep(time.Second)
			stop()
			if d := time.Since(w.start); d != c.ends || !errors.Is(got, c.err) || len(w.did) != 1 {
				t.Errorf("ended after %s with %v, having done %v", d, got, w.did)
			}
		})
	}
}
