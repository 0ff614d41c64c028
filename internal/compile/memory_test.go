//go:build !race

// The race detector's own memory is no concern of ours: this runs without it.

package compile

import (
	"context"
	"math/rand/v2"
	"os"
	"runtime"
	"runtime/debug"
	"sync"
	"testing"
	"testing/fstest"
	"time"
)

// TestMemoryStaysFlat: thousands of evaluations leave nothing in this process,
// and no worker grows without end.
func TestMemoryStaysFlat(t *testing.T) {
	n := 1000
	if proofs() {
		n = 10_000
	}
	c := isolated(t, time.Minute)
	r := rand.New(rand.NewPCG(7, 7))
	evaluate := func(n int) {
		units := make(chan fstest.MapFS)
		var wg sync.WaitGroup
		for range 2 {
			wg.Go(func() {
				for u := range units {
					if _, err := c.Framework(context.Background(), Unit{FS: u, Root: "frameworks", Dir: "a"}); err != nil {
						t.Error(err)
					}
				}
			})
		}
		for range n {
			units <- varied(r)
		}
		close(units)
		wg.Wait()
	}
	evaluate(100)
	heap, rss, workers := used(c)
	evaluate(n)
	heapAfter, rssAfter, workersAfter := used(c)
	const mb = 1 << 20
	t.Logf("%d evaluations: heap %.1f to %.1f MB, this process %d to %d MB, its workers at most %d to %d MB each",
		n, float64(heap)/mb, float64(heapAfter)/mb, rss/mb, rssAfter/mb, workers/mb, workersAfter/mb)
	if heapAfter > heap+8*mb {
		t.Errorf("the heap grew from %d to %d bytes", heap, heapAfter)
	}
	if workersAfter > workerKeep {
		t.Errorf("a worker is kept with %d MB", workersAfter/mb)
	}
}

// used is the bytes of this process's heap, of the process, and of the largest
// idle worker.
func used(c *Compiler) (heap, rss, worker uint64) {
	for range 3 { // what was finalised in one round goes in the next
		runtime.GC()
	}
	debug.FreeOSMemory()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	c.pool.mu.Lock()
	defer c.pool.mu.Unlock()
	for _, w := range c.pool.idle {
		worker = max(worker, resident(w.cmd.Process.Pid))
	}
	return m.HeapAlloc, resident(os.Getpid()), worker
}
