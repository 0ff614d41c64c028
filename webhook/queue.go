package webhook

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"runtime/debug"
	"sync"
	"time"
)

// Queue keeps what is to be looked at. This is all that the service asks of one,
// so that another, over several machines, can take its place:
//   - A key that is added is worked on at least once after it was added, or
//     everything is. Hints of one key may become one; Again is then set if it was
//     in any, and Swept if it was in all.
//   - A key is worked on by one at a time. Keys have no order among each other.
//   - It may lose what it holds, as this one does when the process ends, and may
//     give what it was given twice: the reconciler finds what was lost, and what
//     is done already is not done again.
type Queue interface {
	// Add takes in a hint. It neither waits nor fails.
	Add(Hint)
	// Run works off hints until ctx ends, and returns when the work that had
	// begun is done.
	Run(ctx context.Context, work Work) error
}

// Work is what is done with a hint. Handle is called again after an error,
// later and later; GaveUp when that is over.
type Work struct {
	Handle func(context.Context, Hint) error
	GaveUp func(context.Context, Hint, error)
}

// QueueOptions are what a queue in memory is made with. The zero value of each
// has a meaning.
type QueueOptions struct {
	Workers int           // how many keys are worked on at a time [2]
	Keys    int           // how many wait at most; above that, all is looked at [10,000]
	Tries   int           // of a key before it is given up [8]
	First   time.Duration // the pause after the first error, doubled after each [1 s]
	Longest time.Duration // of all pauses [5 min]
	Grace   time.Duration // for what is under way when the queue ends [20 s]
	Settle  time.Duration // a key that was just worked on waits for so long for its hints to cease [1 s]
	Log     *slog.Logger
	Retried func(Hint, error) // told of every error, may be nil
}

// memory is a queue in memory. Hints of a key that waits become one, a key is
// worked on by one at a time, and a hint that comes meanwhile has it worked on
// once more. The first hint of a key is never kept waiting for others.
type memory struct {
	o    QueueOptions
	mu   sync.Mutex
	keys map[string]*item
	wake chan struct{}        // closed and made anew whenever something may be ready
	busy int                  // works under way, without those that rest
	rest int                  // works that rest
	last map[string]time.Time // when a key was worked on, of those not long ago
}

// item is a key that waits, is worked on, or was given up.
type item struct {
	hint    Hint
	ready   time.Time // not before
	order   int64     // of those that are ready, the lowest is first
	running bool
	more    bool      // a hint came meanwhile
	first   time.Time // of the hints since it was last worked on; zero for none
	newest  time.Time // of these
	tries   int
	dead    bool // given up: it stays until it is asked for again
	lost    bool // was given up, and has not come to anything since: for the metrics
}

// NewQueue makes a queue in memory.
func NewQueue(o QueueOptions) Queue { return newMemory(o) }

func newMemory(o QueueOptions) *memory {
	set := func(at *int, n int) {
		if *at <= 0 {
			*at = n
		}
	}
	last := func(at *time.Duration, d time.Duration) {
		if *at <= 0 {
			*at = d
		}
	}
	set(&o.Workers, 2)
	set(&o.Keys, 10_000)
	set(&o.Tries, 8)
	last(&o.First, time.Second)
	last(&o.Longest, 5*time.Minute)
	last(&o.Grace, 20*time.Second)
	last(&o.Settle, time.Second)
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Retried == nil {
		o.Retried = func(Hint, error) {}
	}
	return &memory{o: o, keys: map[string]*item{}, wake: make(chan struct{}), last: map[string]time.Time{}}
}

// Add implements Queue.
func (q *memory) Add(h Hint) {
	q.mu.Lock()
	defer q.mu.Unlock()
	it := q.keys[h.Key]
	fresh := it == nil
	if fresh {
		if len(q.keys) >= q.o.Keys && h.Key != keyAll {
			about(q.o.Log, h).Warn("too much waits: everything will be looked at")
			q.forget()
			h = Hint{Key: keyAll}
		}
		if it = q.keys[h.Key]; it == nil {
			it = &item{hint: h, order: time.Now().UnixNano()}
			q.keys[h.Key] = it
		}
	}
	if !fresh {
		it.hint.join(h)
	}
	if it.running {
		it.more = true
	} else {
		it.ready = time.Time{}
	}
	it.dead = false
	it.hinted(time.Now())
	q.changed()
}

func (it *item) hinted(now time.Time) {
	if it.newest = now; it.first.IsZero() {
		it.first = now
	}
}

// Bounds of settling, in Options.Settle: a key counts as just worked on for so
// long, and waits for so long at most.
const settling = 10

// settled is when the hints of a key that was just worked on have ceased: who
// pushes again and again is told of the last push, and not of each. The zero
// time stands for at once.
func (q *memory) settled(it *item) time.Time {
	at, worked := q.last[it.hint.Key]
	if !worked || it.first.IsZero() || it.first.Sub(at) > settling*q.o.Settle {
		return time.Time{}
	}
	quiet, latest := it.newest.Add(q.o.Settle), it.first.Add(settling*q.o.Settle)
	if quiet.After(latest) {
		return latest
	}
	return quiet
}

// maxLast bounds how many keys it is known of when they were worked on. Those
// that are forgotten do not wait.
const maxLast = 1000

// worked notes that a key was worked on.
func (q *memory) worked(key string) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.last) >= maxLast {
		clear(q.last)
	}
	q.last[key] = time.Now()
}

// free lets others be worked on, after a work.
func (q *memory) free() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.busy--
	q.changed()
}

// forget drops the keys that were given up, which make room first.
func (q *memory) forget() {
	for key, it := range q.keys {
		if it.dead {
			delete(q.keys, key)
		}
	}
}

func (q *memory) changed() {
	close(q.wake)
	q.wake = make(chan struct{})
}

// Run implements Queue.
func (q *memory) Run(ctx context.Context, work Work) error {
	// What is under way goes on for a while after ctx has ended.
	doing, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	stop := context.AfterFunc(ctx, func() { time.AfterFunc(q.o.Grace, cancel) })
	defer stop()
	var wg sync.WaitGroup
	for it := q.next(ctx); it != nil; it = q.next(ctx) {
		wg.Go(func() { q.work(doing, it, work) })
	}
	wg.Wait()
	return nil
}

// Rest sleeps within a work, while another key is worked on in its place.
func (q *memory) Rest(ctx context.Context, d time.Duration) error {
	lend := func(n int) {
		q.mu.Lock()
		defer q.mu.Unlock()
		q.busy, q.rest = q.busy-n, q.rest+n
		q.changed()
	}
	lend(1)
	defer lend(-1)
	return sleep(ctx, d)
}

// maxRest bounds how many works rest. Above it, a work that rests keeps its place.
const maxRest = 50

// next waits for a key that is ready, and takes it. It is nil when ctx ends.
func (q *memory) next(ctx context.Context) *item {
	for {
		it, wait, wake := q.take()
		if ctx.Err() != nil {
			q.putBack(it)
			return nil
		}
		if it != nil {
			return it
		}
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
		case <-wake:
		case <-timer.C:
		}
		timer.Stop()
	}
}

// idle is how long a worker sleeps where nothing waits.
const idle = time.Hour

// take is the first key that is ready; else how long to wait for one.
func (q *memory) take() (*item, time.Duration, chan struct{}) {
	q.mu.Lock()
	defer q.mu.Unlock()
	now, wait := time.Now(), idle
	if q.busy+max(q.rest-maxRest, 0) >= q.o.Workers {
		return nil, wait, q.wake
	}
	var first *item
	for _, it := range q.keys {
		if it.running || it.dead {
			continue
		}
		if d := max(it.ready.Sub(now), q.settled(it).Sub(now)); d > 0 {
			wait = min(wait, d)
		} else if first == nil || it.order < first.order || it.order == first.order && it.hint.Key < first.hint.Key {
			first = it
		}
	}
	if first != nil {
		first.running = true
		q.busy++
	}
	return first, wait, q.wake
}

func (q *memory) putBack(it *item) {
	if it == nil {
		return
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	it.running = false
	q.busy--
}

// work handles one key, and says when it is next due.
func (q *memory) work(ctx context.Context, it *item, work Work) {
	q.mu.Lock()
	hint := it.hint
	it.more, it.hint, it.first = false, Hint{Key: hint.Key, Swept: hint.Swept}, time.Time{}
	q.mu.Unlock()
	defer q.free()
	err := safely(func() error { return work.Handle(ctx, hint) })
	q.worked(hint.Key)
	if err == nil {
		q.done(it)
		return
	}
	q.o.Retried(hint, err)
	if q.again(it, hint, err) {
		return
	}
	about(q.o.Log, hint).Error("work given up: it is looked at again with everything else", "error", err)
	_ = safely(func() error { work.GaveUp(ctx, hint, err); return nil })
	q.bury(it)
}

// done ends a key, unless a hint came meanwhile.
func (q *memory) done(it *item) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if !it.more {
		delete(q.keys, it.hint.Key)
	}
	it.running, it.lost, it.tries, it.ready, it.order = false, false, 0, time.Time{}, time.Now().UnixNano()
	q.changed()
}

// again says whether a key is tried again after an error, and when.
func (q *memory) again(it *item, hint Hint, err error) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	last := it.hint.Delivery
	it.hint.join(hint)
	it.hint.Delivery = cmp.Or(last, hint.Delivery)
	var later *laterError
	if !errors.As(err, &later) {
		it.tries++
	}
	about(q.o.Log, hint).Warn("work failed", "try", it.tries, "error", err)
	if it.tries >= q.o.Tries && !it.more {
		return false
	}
	it.running = false
	it.ready, it.order = time.Now().Add(max(q.pause(it.tries), later.wait())), time.Now().UnixNano()
	q.changed()
	return true
}

// bury keeps a key that was given up, unless a hint came meanwhile.
func (q *memory) bury(it *item) {
	q.mu.Lock()
	defer q.mu.Unlock()
	it.running, it.dead, it.lost, it.tries, it.ready = false, !it.more, true, 0, time.Time{}
	q.changed()
}

// pause is how long to wait after so many errors: twice as long each time,
// less up to half of it by chance.
func (q *memory) pause(tries int) time.Duration {
	d := q.o.First
	for range max(tries-1, 0) {
		d = min(2*d, q.o.Longest)
	}
	return d/2 + rand.N(d/2+1)
}

// Waiting counts the keys that wait or are worked on, and those that were given
// up: until they come to something, though they are tried again meanwhile.
func (q *memory) Waiting() (waiting, dead int) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, it := range q.keys {
		if it.lost {
			dead++
		}
		if !it.dead {
			waiting++
		}
	}
	return waiting, dead
}

// safely turns a panic into an error, which has the stack for the log alone.
func safely(f func() error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic: %v\n%s", r, debug.Stack())
		}
	}()
	return f()
}
