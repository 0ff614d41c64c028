package webhook

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/milepost-dev/milepost/internal/fakehub"
	"github.com/milepost-dev/milepost/internal/gittest"
)

// openMany opens pull requests that change the same framework.
func (w *world) openMany(n int) (heads []string) {
	w.t.Helper()
	for i := range n {
		branch := fmt.Sprint("topic", i)
		w.open(fakehub.PullOptions{Branch: branch, Files: gittest.Ladder("a", fmt.Sprint("Text ", i))})
		heads = append(heads, w.repo.Head(branch))
	}
	return heads
}

// api are the calls of the API since the nth, by a word each: what was unchanged
// is not counted by GitHub.
func (w *world) api(since int) (counted, free int, by map[string]int) {
	w.t.Helper()
	by = map[string]int{}
	for _, c := range w.hub.Calls() {
		switch {
		case c.N <= since || strings.HasPrefix(c.Route, "git-") || c.Route == "info/refs":
			continue
		case c.Status == http.StatusNotModified:
			free++
		default:
			counted++
		}
		by[fmt.Sprint(c.Method, " ", c.Route, " ", c.Status)]++
	}
	return counted, free, by
}

// TestIdleIsFree: where nothing happens, looking at everything again and again
// costs nothing of GitHub's limit but the tokens, and few calls that are free.
func TestIdleIsFree(t *testing.T) {
	t.Parallel()
	pulls, looks := scaled(4, 50), scaled(2, 12) // of an hour
	w := newWorld(t, worldOptions{})
	w.sweep()
	w.openMany(pulls)
	w.work()
	w.sweep()
	at := w.calls()
	for range looks {
		w.clock.pass(time.Hour / 12)
		w.sweep()
	}
	counted, free, by := w.api(at)
	t.Logf("%d open pull requests, looked at %d times: %d calls that count, %d that do not: %v", pulls, looks, counted, free, by)
	tokens := by["POST /app/installations/{installation_id}/access_tokens 201"]
	if counted != tokens || tokens > 3 {
		t.Errorf("%d calls count, of which %d were for tokens", counted, tokens)
	}
	if most := looks * (4*pulls + 4); free > most {
		t.Errorf("%d calls were made, want at most %d", free, most)
	}
	w.clean()
}

// TestTheBranchMovesOften: merges come faster than anybody can check. What is
// checked again comes to few checks, not one for each merge; no more is written
// in a minute than GitHub takes, so that it never asks to wait; and in the end
// all is right.
func TestTheBranchMovesOften(t *testing.T) {
	t.Parallel()
	pulls, bursts, each := scaled(4, 50), scaled(2, 4), scaled(7, 25)
	w := newWorld(t, worldOptions{hub: fakehub.Options{ContentPerMinute: 80, RateLimit: 1_000_000}})
	w.sweep()
	heads := w.openMany(pulls)
	w.work()
	at, slept := w.calls(), w.slept
	for i := range bursts {
		for j := range each {
			w.clock.pass(time.Minute / time.Duration(bursts*each))
			_, err := w.repo.Push("main", gittest.Ladder("a", fmt.Sprintf("Main %d.%d", i, j)))
			w.check(err)
		}
		if i == bursts-1 {
			w.check(w.repo.ComputeMerges())
		}
		w.work()
	}
	runs, versions := 0, bursts*each
	for _, write := range w.writes(at) {
		if strings.HasPrefix(write, "POST") && strings.Contains(write, "/check-runs") {
			runs++
		}
	}
	all := len(w.writes(at))
	t.Logf("%d merges with %d open pull requests: %d checks, %d writes, over %s of waiting", versions, pulls, runs, all, w.slept-slept)
	if most := pulls * bursts; runs > most {
		t.Errorf("%d checks were made anew, want at most %d", runs, most)
	}
	// A check is made and ended and its comment edited; a version has a tag's
	// object, the tag, and a release.
	if most := 3*pulls*bursts + 3*versions; all > most {
		t.Errorf("%d writes, want at most %d", all, most)
	}
	if w.slept == slept {
		t.Error("nothing had to wait: it was not too much")
	}
	if n := w.s.gh.usage.limited.Load(); n > 0 {
		t.Errorf("GitHub asked to wait %d times", n)
	}
	for _, head := range heads {
		if w.verdict(head) == "completed success" || w.verdict(head) == "completed failure" {
			continue
		}
		t.Errorf("the check of %.10s is %q", head, w.verdict(head))
	}
	at = w.calls()
	w.sweep()
	if writes := w.writes(at); len(writes) > 0 {
		t.Errorf("it does not come to rest: %v", writes)
	}
	if n := len(w.state().Releases); n != versions+1 {
		t.Errorf("got %d releases, want %d", n, versions+1)
	}
	w.clean()
}

// answers is a GitHub that answers with so many bytes, and notes when it was
// written to.
type answers struct {
	clock   *clock
	bytes   int
	written []time.Time
	asked   int
}

// RoundTrip implements http.RoundTripper.
func (a *answers) RoundTrip(req *http.Request) (*http.Response, error) {
	if a.asked++; req.Method != http.MethodGet {
		a.written = append(a.written, a.clock.now())
	}
	res := &http.Response{StatusCode: http.StatusOK, Header: http.Header{"Etag": {req.URL.Path}}, Body: io.NopCloser(strings.NewReader(strings.Repeat("x", a.bytes)))}
	if req.Header.Get("If-None-Match") == req.URL.Path {
		res.StatusCode, res.Body = http.StatusNotModified, http.NoBody
	}
	return res, nil
}

func call(t *testing.T, ctx context.Context, via http.RoundTripper, method, url string) (int, error) {
	t.Helper()
	req, err := http.NewRequestWithContext(ctx, method, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	res, err := via.RoundTrip(req)
	if err != nil {
		return 0, err
	}
	b, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != http.StatusOK {
		t.Errorf("got %d, %v", res.StatusCode, err)
	}
	return len(b), res.Body.Close()
}

// TestWritesArePaced: in no minute more is written than GitHub takes; reading is
// not held up, and what has no time for it is told to come again.
func TestWritesArePaced(t *testing.T) {
	t.Parallel()
	c := &clock{at: time.Date(2027, 1, 5, 9, 0, 0, 0, time.UTC)}
	a := &answers{clock: c}
	p := &paced{next: a, now: c.now, sleep: func(_ context.Context, d time.Duration) error { c.pass(d); return nil }}
	for i := range 500 {
		c.pass(time.Duration(i%7) * 100 * time.Millisecond)
		if _, err := call(t, t.Context(), p, "POST", "https://example.com/"); err != nil {
			t.Fatal(err)
		}
	}
	for i := range a.written[:len(a.written)-maxWrites] {
		if d := a.written[i+maxWrites].Sub(a.written[i]); d < time.Minute {
			t.Fatalf("%d writes in %s", maxWrites+1, d)
		}
	}
	if took := a.written[499].Sub(a.written[0]); took > 8*time.Minute {
		t.Errorf("500 writes took %s", took)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	for range maxWrites {
		if _, err := call(t, ctx, p, "POST", "https://example.com/"); err != nil {
			var later *laterError
			if !asLater(err, &later) || later.after > time.Minute {
				t.Errorf("got %v", err)
			}
			break
		}
	}
	at := c.now()
	for range 2 * maxWrites {
		if _, err := call(t, ctx, p, "GET", "https://example.com/"); err != nil {
			t.Fatal(err)
		}
	}
	if !c.now().Equal(at) {
		t.Errorf("reading waited for %s", c.now().Sub(at))
	}
}

// TestRememberedIsBounded: as many answers are kept as may be, in number and in
// bytes, and what is kept is answered as it was.
func TestRememberedIsBounded(t *testing.T) {
	t.Parallel()
	for bytes, times := range map[int]int{10: maxKept + 100, 100_000: 400, maxKeptBytes + 1: 3} {
		a := &answers{clock: &clock{}, bytes: bytes}
		r := &remembering{next: a}
		for i := range times {
			for range 2 {
				if n, err := call(t, t.Context(), r, "GET", fmt.Sprintf("https://example.com/%d", i)); err != nil || n != bytes {
					t.Fatalf("got %d bytes, %v, want %d", n, err, bytes)
				}
			}
		}
		size := 0
		for _, kept := range r.kept {
			size += len(kept.body)
		}
		full := len(r.kept) == maxKept || size > maxKeptTotal-bytes && size <= maxKeptTotal
		if full == (bytes > maxKeptBytes) || size != r.size || bytes > maxKeptBytes && size > 0 {
			t.Errorf("%d answers of %d bytes are kept, %d in all, said to be %d", len(r.kept), bytes, size, r.size)
		}
	}
}

// TestTokensAreLimited: where GitHub asks to wait before it gives a token, the
// work comes again then; nobody waits who holds others up, and it is no failure
// that is counted.
func TestTokensAreLimited(t *testing.T) {
	t.Parallel()
	w := newWorld(t, worldOptions{})
	w.sweep()
	w.start()
	w.hub.Fault(fakehub.Fault{Kind: fakehub.SecondaryLimit, Delay: 90 * time.Second, Path: "/access_tokens", Times: 1})
	slept := w.slept
	var later *laterError
	if err := w.s.Handle(t.Context(), Hint{Key: keyAll}); !asLater(err, &later) || later.after != 90*time.Second || w.slept != slept {
		t.Errorf("got %v, having waited for %s", err, w.slept-slept)
	}
	w.sweep()
	w.clean()
}
