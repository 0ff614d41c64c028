package webhook

import (
	"fmt"
	"math/rand/v2"
	"net"
	"net/http/httptest"
	"os"
	"reflect"
	"runtime"
	measured "runtime/metrics"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/milepost-dev/milepost/internal/fakehub"
	"github.com/milepost-dev/milepost/internal/gittest"
)

// What becomes of a hostile case.
const (
	turnedAway = "refused" // answered by 4xx or 5xx
	ignored    = "ignored" // answered by 202, and nothing comes of it
	handled    = "handled" // it leads to work
)

// attackOn is one hostile case. A delivery is sent; anything else is done, and
// says what must be so after it.
type attackOn struct {
	family, name string
	want         string           // turnedAway, ignored or handled
	send         func(*arena) int // the status that was answered
	do           func(*arena)     // instead of send
	changes      bool             // whether anything may be written to GitHub
	lines        int              // of the log beyond the one that each delivery has; -1 for none at all
	heavy        bool             // it is run with MILEPOST_PROOFS=full alone
}

// arena is where the cases of a family take place: the real service beside a
// stand-in for GitHub, with a pull request that is as it should be.
type arena struct {
	*world
	srv  *httptest.Server
	good int // the pull request
}

// effect is what came of a family.
type effect struct {
	cases, refused, ignored, handled, changed int
	longest                                   time.Duration
	memory                                    uint64 // bytes of the heap beyond those at the start, at most
}

// TestHostile: whatever is sent to the service, and whatever authors write, it
// changes nothing that it should not, and goes on. It is alone while it runs, so
// that goroutines and memory are its own.
func TestHostile(t *testing.T) {
	all := slices.Concat(hostileDeliveries(), hostilePulls(), hostileTextCases())
	var families []string
	tallies := map[string]*effect{}
	for _, a := range all {
		if !slices.Contains(families, a.family) {
			families = append(families, a.family)
			tallies[a.family] = &effect{}
		}
		tallies[a.family].cases++
	}
	for _, family := range families {
		t.Run(family, func(t *testing.T) {
			cases := slices.DeleteFunc(slices.Clone(all), func(a attackOn) bool { return a.family != family })
			a := newArena(t)
			for _, one := range chosen(cases) {
				a.run(t, one, tallies[family])
			}
			a.end(t)
		})
	}
	checkDocument(t, families, tallies)
	t.Log("hostile cases\n" + hostileTable(families, tallies))
}

// chosen are the cases that are run: of the light ones all, of the others none,
// a tenth by chance, always the same, or all.
func chosen(cases []attackOn) []attackOn {
	r := rand.New(rand.NewPCG(10, 4))
	return slices.DeleteFunc(cases, func(a attackOn) bool { return a.heavy && proven() != entire && (r.IntN(10) > 0 || proven() == aFew) })
}

func newArena(t *testing.T) *arena {
	t.Helper()
	w := newWorld(t, worldOptions{files: files(gittest.Ladder("a", "One"))})
	a := &arena{world: w, srv: httptest.NewServer(watch.Answers("deliveries are answered", w.s.Handler()))}
	t.Cleanup(a.srv.Close)
	w.sweep()
	a.good = w.open(fakehub.PullOptions{Branch: "good", Files: gittest.Ladder("a", "Two")})
	w.work()
	w.want(w.repo.Head("good"), "completed success")
	return a
}

// run runs one case, and looks at everything that it must not have done.
func (a *arena) run(t *testing.T, c attackOn, sum *effect) {
	t.Helper()
	a.t = t
	name := c.family + ", " + c.name
	before, calls, log, outside := a.state(), a.calls(), len(a.log.String()), listing(t, ".")
	heap, start := watchHeap(), time.Now()
	status := 202
	if c.send != nil {
		status = c.send(a)
	} else {
		c.do(a)
	}
	hints := len(a.queue.hints)
	a.work()
	sum.longest, sum.memory = max(sum.longest, time.Since(start)), max(sum.memory, heap())
	got := ignored
	switch {
	case status >= 400:
		got, sum.refused = turnedAway, sum.refused+1
	case hints > 0 || c.do != nil:
		got, sum.handled = handled, sum.handled+1
	default:
		sum.ignored++
	}
	if got != c.want {
		t.Errorf("%s: %s (%d, %d hints), want %s", name, got, status, hints, c.want)
	}
	fail := func(format string, args ...any) {
		sum.changed++
		t.Errorf("%s: "+format, append([]any{name}, args...)...)
	}
	after := a.state()
	if diff := cmp.Diff(before, after); diff != "" && !c.changes {
		fail("it changed (-before +after):\n%.2000s", diff)
	}
	if w := a.writes(calls); len(w) > 0 && !c.changes {
		fail("it wrote: %v", w)
	}
	if now := listing(t, "."); !reflect.DeepEqual(outside, now) {
		fail("files came outside of its directories: %v", now)
	}
	a.checkLog(name, a.log.String()[log:], c)
	if !reflect.DeepEqual(before, after) {
		checkPublished(t, after)
	}
	a.clean()
	a.sendGood(name)
}

// checkLog: a delivery has its line, and each line is one.
func (a *arena) checkLog(name, log string, c attackOn) {
	a.t.Helper()
	deliveries := 0
	if log == "" {
		log = "time=x level=x msg=\"the check is up to date\" repository=acme/careers key=pr/1 pull=1 head=" + sha + "\n" // nothing to look at
	}
	for _, l := range linesOf(a.t, log) {
		checkLogLine(a.t, l)
		if _, has := l["event"]; has {
			deliveries++
		}
	}
	if want := 1 + c.lines; c.send != nil && deliveries != want {
		a.t.Errorf("%s: %d lines tell of the delivery, want %d: %s", name, deliveries, want, log)
	}
}

// sendGood: right after whatever came, an ordinary delivery is taken in and
// worked off.
func (a *arena) sendGood(after string) {
	a.t.Helper()
	if status := a.post(signedBy(secret, "pull_request", fmt.Sprintf(`{"action":"synchronize","number":%d,"repository":{"full_name":"acme/careers"}}`, a.good))); status != 202 || len(a.queue.hints) != 1 {
		a.t.Errorf("after %s an ordinary delivery is answered %d, and leads to %v", after, status, a.queue.hints)
	}
	a.drain()
	a.want(a.repo.Head("good"), "completed success")
}

// end: what is pushed now is checked, and no goroutine is left.
func (a *arena) end(t *testing.T) {
	t.Helper()
	a.t = t
	_, err := a.repo.Push("good", gittest.Ladder("a", "At the end"))
	a.check(err)
	a.check(a.repo.ComputeMerges())
	a.work()
	a.want(a.repo.Head("good"), "completed success")
	a.srv.Close()
	end := time.Now().Add(20 * time.Second)
	for stacks := ours(); stacks != ""; stacks = ours() {
		if time.Now().After(end) {
			t.Fatalf("goroutines are left:\n%s", stacks)
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// ours are the goroutines that are in the receiver or in a job, but for the
// test's own.
func ours() string {
	buf := make([]byte, 4<<20)
	var out []string
	for stack := range strings.SplitSeq(string(buf[:runtime.Stack(buf, true)]), "\n\n") {
		if strings.Contains(stack, "webhook.(*") && !strings.Contains(stack, "webhook.ours(") && !strings.Contains(stack, "testing.(*T).Parallel") {
			out = append(out, stack)
		}
	}
	return strings.Join(out, "\n\n")
}

// watchHeap looks at the heap until it is asked how far it rose.
func watchHeap() func() uint64 {
	read := func() uint64 {
		s := []measured.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
		measured.Read(s)
		return s[0].Value.Uint64()
	}
	start := read()
	most, done := start, make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			most = max(most, read())
			select {
			case <-done:
				return
			case <-time.After(5 * time.Millisecond):
			}
		}
	})
	return func() uint64 {
		close(done)
		wg.Wait()
		return max(most, read()) - start
	}
}

// listing are the files of a directory: tests run in that of the package, where
// nothing is ever written.
func listing(t *testing.T, dir string) (out []string) {
	t.Helper()
	for _, d := range []string{dir, dir + "/..", os.TempDir()} {
		entries, err := os.ReadDir(d)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			if d != os.TempDir() || strings.Contains(e.Name(), "pwned") {
				out = append(out, d+"/"+e.Name())
			}
		}
	}
	return out
}

// hostileTable is what is printed, and what docs/hostile.md has.
func hostileTable(families []string, tallies map[string]*effect) string {
	var b strings.Builder
	var all effect
	row := func(name string, s *effect) {
		fmt.Fprintf(&b, "| %s | %d | %d | %d | %d | %d | %.1f s | %d MB |\n", name, s.cases, s.refused, s.ignored, s.handled, s.changed, s.longest.Seconds(), s.memory>>20)
	}
	b.WriteString("| family | cases | refused | ignored | handled | changed what they should not | longest | memory |\n|---|---|---|---|---|---|---|---|\n")
	for _, f := range families {
		s := tallies[f]
		row(f, s)
		all = effect{all.cases + s.cases, all.refused + s.refused, all.ignored + s.ignored, all.handled + s.handled, all.changed + s.changed, max(all.longest, s.longest), max(all.memory, s.memory)}
	}
	row("**all**", &all)
	return b.String()
}

// dial is a connection on which anything can be written.
func (a *arena) dial() net.Conn {
	a.t.Helper()
	conn, err := net.Dial("tcp", a.srv.Listener.Addr().String())
	a.check(err)
	a.check(conn.SetDeadline(time.Now().Add(time.Minute)))
	return conn
}
