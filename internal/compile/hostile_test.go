//go:build !race

// Under the race detector a program takes several times the memory and time,
// and its limits strike elsewhere: these tests run without it.

package compile

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/milepost-dev/milepost/internal/diag"
	"github.com/milepost-dev/milepost/internal/hostile"
)

const (
	hostileDeadline = 3 * time.Second
	// A case is a wait for a place, the evaluation with its deadline, and its
	// repetition where the worker was worn; a busy machine takes longer.
	hostileBound = 20 * hostileDeadline
)

// outcome is what came of a hostile repository.
type outcome struct {
	found     diag.List
	ok        bool
	evaluated bool
	wall      time.Duration
	peak      int // KB of the worker's memory at its highest
}

// kind is what happened, in the words of a case's header.
func (o outcome) kind() string {
	switch {
	case slices.ContainsFunc(o.found, func(f diag.Finding) bool { return f.Code == "limit-passed" }):
		return "limit"
	case o.ok:
		return "harmless"
	case o.evaluated:
		return "wrong"
	}
	return "refused"
}

// TestHostile: whatever a repository holds, there is a framework or there are
// findings, in bounded time, of bounded size; and the next is served.
func TestHostile(t *testing.T) {
	cases, err := hostile.Load("testdata/hostile")
	if err != nil {
		t.Fatal(err)
	}
	if len(cases) < 100 {
		t.Errorf("the corpus has %d cases, want 100 at least", len(cases))
	}
	outcomes := make([]outcome, len(cases))
	compilers := make(chan *Compiler, 2) // two at a time, so that a deadline means something
	for range cap(compilers) {
		compilers <- isolated(t, hostileDeadline)
	}
	t.Run("each", func(t *testing.T) {
		for i, h := range cases {
			t.Run(h.Name, func(t *testing.T) {
				t.Parallel()
				c := <-compilers
				defer func() { compilers <- c }()
				outcomes[i] = suffer(t, c, h)
			})
		}
	})
	t.Log(hostileTable(cases, outcomes))
}

// early are the codes of what is refused before anything is evaluated.
var early = []string{
	"attribute-not-allowed", "bad-id", "empty-framework", "file-too-large", "framework-too-large", "hidden-direction", "ignored-file", "import-cycle",
	"import-not-allowed", "missing-framework", "nested-folder", "no-framework", "not-a-file", "not-utf8", "outside-document",
	"stray-file", "syntax", "too-complex", "too-deep", "too-many", "too-many-files", "wrong-package",
}

// suffer lets a case loose on a compiler, and asks for something good after it.
func suffer(t *testing.T, c *Compiler, h hostile.Case) outcome {
	dir := t.TempDir()
	if err := h.Write(dir); err != nil {
		t.Fatal(err)
	}
	o := attacked(t, c, h, dir)
	serves(t, c)
	if o.wall > hostileBound {
		t.Errorf("it took %s, want at most %s", o.wall, hostileBound)
	}
	checkBounds(t, o.found)
	switch got := o.kind(); {
	case got == "limit" && o.wall >= hostileDeadline && h.Expect != "refused": // a busy machine, and contained all the same
		return o
	case got != h.Expect:
		t.Errorf("it was %s, want %s: %v", got, h.Expect, o.found)
	}
	if h.Code != "" && !slices.ContainsFunc(o.found, func(f diag.Finding) bool { return f.Code == h.Code }) {
		t.Errorf("no finding is %s: %v", h.Code, o.found)
	}
	return o
}

// serves asks for something good. A busy machine may pass its deadline too: it
// is then asked for again.
func serves(t *testing.T, c *Compiler) {
	t.Helper()
	var r *Result
	var err error
	for range 10 {
		if r, err = c.Framework(context.Background(), hostileText("")); err != nil || r.OK() || !slices.ContainsFunc(r.Findings, isLimit) {
			break
		}
	}
	if err != nil || !r.OK() {
		t.Errorf("a good framework after it gives %+v, %v", r, err)
	}
}

func isLimit(f diag.Finding) bool { return f.Code == "limit-passed" }

// attacked is what a compiler makes of the repository of a case.
func attacked(t *testing.T, c *Compiler, h hostile.Case, dir string) outcome {
	var o outcome
	var mu sync.Mutex
	c.pool.observe = func(w *worker) {
		mu.Lock()
		defer mu.Unlock()
		o.peak = max(o.peak, peakMemory(w))
	}
	defer func() { c.pool.observe = nil }()
	start := time.Now()
	if h.Organisation() {
		_, found, err := c.Organisation(context.Background(), os.DirFS(dir), "frameworks")
		if err != nil {
			t.Errorf("an error of ours: %v", err)
		}
		o.found, o.ok = found, !found.HasErrors()
	} else {
		r, err := c.Framework(context.Background(), Unit{FS: os.DirFS(dir), Root: "frameworks", Dir: "a"})
		if err != nil {
			t.Fatalf("an error of ours: %v", err)
		}
		o.found, o.ok = r.Findings, r.OK()
		if !r.OK() && !r.Findings.HasErrors() {
			t.Errorf("neither a framework nor an error: %v", r.Findings)
		}
	}
	copied, err := SchemaCopy(os.DirFS(dir))
	if err != nil {
		t.Errorf("an error of ours: %v", err)
	}
	checkBounds(t, copied)
	o.wall = time.Since(start)
	o.evaluated = !slices.ContainsFunc(o.found, func(f diag.Finding) bool { return slices.Contains(early, f.Code) })
	return o
}

// peakMemory is how many KB a worker took at its highest. Of one that ended by
// itself only what the system keeps of it is known, which may be more: it
// counts from before the program was started.
func peakMemory(w *worker) int {
	if status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", w.cmd.Process.Pid)); err == nil {
		for line := range strings.Lines(string(status)) {
			var kb int
			if _, err := fmt.Sscanf(line, "VmHWM: %d kB", &kb); err == nil {
				return kb
			}
		}
	}
	if w.cmd.ProcessState == nil {
		return 0
	}
	if usage, ok := w.cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
		return int(usage.Maxrss)
	}
	return 0
}

// hostileTable is the corpus by family: how many, and what they took at most.
func hostileTable(cases []hostile.Case, outcomes []outcome) string {
	type row struct {
		n, peak int
		wall    time.Duration
		kinds   map[string]int
	}
	rows := map[string]*row{}
	for i, h := range cases {
		for _, name := range []string{h.Family, "~ all"} {
			r := rows[name]
			if r == nil {
				r = &row{kinds: map[string]int{}}
				rows[name] = r
			}
			r.n++
			r.peak, r.wall = max(r.peak, outcomes[i].peak), max(r.wall, outcomes[i].wall)
			r.kinds[outcomes[i].kind()]++
		}
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%-14s %5s %8s %6s %5s %8s %9s %8s\n", "family", "cases", "refused", "wrong", "limit", "harmless", "longest", "memory")
	for _, name := range sortedKeys(rows) {
		r := rows[name]
		fmt.Fprintf(&b, "%-14s %5d %8d %6d %5d %8d %8.2fs %5d MB\n", name, r.n, r.kinds["refused"], r.kinds["wrong"], r.kinds["limit"], r.kinds["harmless"],
			r.wall.Seconds(), r.peak>>10)
	}
	return "the corpus of hostile repositories\n" + b.String()
}
