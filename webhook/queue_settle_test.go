package webhook

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

// TestQueueSettles: a thousand hints of fifty keys within five seconds have each
// key worked on twice at most, however fast the work is: the first at once, and
// the last when the hints have ceased.
func TestQueueSettles(t *testing.T) {
	t.Parallel()
	for _, takes := range []time.Duration{0, 10 * time.Millisecond, 100 * time.Millisecond, time.Second} {
		synctest.Test(t, func(t *testing.T) {
			q := newMemory(QueueOptions{})
			last := map[string]time.Time{} // when the newest work on a key began
			w := newWorker(nil)
			w.work = func(ctx context.Context, h Hint, _ int) error { return sleep(ctx, takes) }
			stop := w.run(q)
			hinted := map[string]time.Time{}
			for range 20 {
				for n := range 50 {
					q.Add(pullHint(n + 1))
					hinted[pullHint(n+1).Key] = time.Now()
				}
				time.Sleep(250 * time.Millisecond)
			}
			time.Sleep(time.Hour)
			stop()
			count := map[string]int{}
			for i, did := range w.did {
				var key string
				var again bool
				if _, err := fmt.Sscan(did, &key, &again); err != nil {
					t.Fatal(err)
				}
				count[key]++
				last[key] = w.at[i]
			}
			for key, n := range count {
				if n > 2 || last[key].Before(hinted[key]) {
					t.Errorf("works of %s: %s was worked on %d times, at last %s after its last hint", takes, key, n, last[key].Sub(hinted[key]))
				}
			}
			if len(count) != 50 {
				t.Errorf("%d keys were worked on", len(count))
			}
		})
	}
}

// TestQueueKeepsNobodyWaiting: the first hint of a key is worked on at once, and
// so is one that comes a while after the last; who never ceases is not put off
// for ever.
func TestQueueKeepsNobodyWaiting(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		q := newMemory(QueueOptions{})
		w := newWorker(func(context.Context, Hint, int) error { return nil })
		stop := w.run(q)
		var waited []time.Duration
		hint := func(after time.Duration) {
			time.Sleep(after)
			before := len(w.did)
			from := time.Now()
			q.Add(pullHint(1))
			for synctest.Wait(); w.count() == before; synctest.Wait() {
				time.Sleep(100 * time.Millisecond)
			}
			waited = append(waited, time.Since(from))
		}
		hint(0)
		hint(time.Minute)
		hint(3 * time.Second) // somebody pushes again
		before := w.count()
		for range 100 { // and again, for 50 seconds
			q.Add(pullHint(1))
			time.Sleep(500 * time.Millisecond)
		}
		if n := w.count() - before; n < 4 || n > 6 {
			t.Errorf("worked %d times in 50 seconds of hints", n)
		}
		stop()
		if want := []time.Duration{0, 0, time.Second}; !slices.Equal(waited, want) {
			t.Errorf("waited %v, want %v", waited, want)
		}
	})
}

// TestQueueWorksWhileOthersRest: a work that rests takes nobody's place.
func TestQueueWorksWhileOthersRest(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		q := newMemory(QueueOptions{})
		w := newWorker(func(ctx context.Context, _ Hint, _ int) error { return q.Rest(ctx, 7*time.Second) })
		for n := range 40 {
			q.Add(pullHint(n + 1))
		}
		start := time.Now()
		stop := w.run(q)
		time.Sleep(8 * time.Second)
		synctest.Wait()
		if waiting, _ := q.Waiting(); waiting > 0 {
			t.Errorf("%d wait after %s", waiting, time.Since(start))
		}
		stop()
		if q.busy != 0 || q.rest != 0 {
			t.Errorf("left: %d, %d", q.busy, q.rest)
		}
	})
}
