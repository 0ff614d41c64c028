package gitrepo

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// propose makes a pull request, or moves one by force: a commit on a branch of
// its own, and its merge with main. It returns the two.
func (g *gitDir) propose(n int, text string) (head, merge string) {
	g.t.Helper()
	g.git("checkout", "--quiet", "--detach", "main")
	head = g.write("frameworks/a/framework.cue", text).commit("Propose")
	g.git("checkout", "--quiet", "--detach", "main")
	merge = g.merge(head)
	g.git("update-ref", pullHead(n), head)
	g.git("update-ref", pullMerge(n), merge)
	g.git("checkout", "--quiet", "main")
	return head, merge
}

func fetchPull(t *testing.T, r *Repo, n int) Pull {
	t.Helper()
	p, err := r.FetchPull(t.Context(), n)
	if err != nil {
		t.Fatalf("FetchPull(%d): %v", n, err)
	}
	return p
}

// reads checks that a commit and all in it can be read.
func reads(t *testing.T, r *Repo, commit, want string) {
	t.Helper()
	if b, err := fs.ReadFile(tree(t, r, commit), "frameworks/a/framework.cue"); err != nil || string(b) != want {
		t.Errorf("%s: got %.20q, %v; want %.20q", commit, b, err, want)
	}
}

// pullRefsOf are the pull requests that a mirror has references of, as the git
// command sees them, which also checks that all they lead to is there.
func pullRefsOf(t *testing.T, r *Repo) string {
	t.Helper()
	runGit(t, "", nil, "--git-dir", r.mirror.dir, "fsck", "--connectivity-only", "--no-progress", "--no-dangling")
	out := runGit(t, "", nil, "--git-dir", r.mirror.dir, "for-each-ref", "--format=%(refname:lstrip=2)", pullsPrefix)
	return strings.Join(strings.Fields(out), " ")
}

func TestFetchPull(t *testing.T) {
	t.Parallel()
	for _, old := range []bool{false, true} {
		t.Run(fmt.Sprintf("old protocol %v", old), func(t *testing.T) {
			t.Parallel()
			g, hashes := sample(t)
			s := serve(t, g)
			s.oldOnly = old
			r := open(t, s.options(t))
			head, merge := g.propose(7, "proposed")
			g.propose(70, "another") // whose name begins alike
			refresh(t, r)
			if _, err := r.Resolve(t.Context(), head); !errors.Is(err, ErrRevision) {
				t.Errorf("Refresh brought the pull request: %v", err)
			}
			got := fetchPull(t, r, 7)
			want := Pull{Number: 7, Head: head, Merge: merge, Parents: []string{hashes[2], head}}
			if fmt.Sprint(got) != fmt.Sprint(want) {
				t.Errorf("got %+v, want %+v", got, want)
			}
			reads(t, r, head, "proposed")
			reads(t, r, merge, "proposed")
			for _, rev := range []string{head[:12], "refs/pull/7/head", merge + "^2"} {
				if h, err := r.Resolve(t.Context(), rev); err != nil || h != head {
					t.Errorf("Resolve(%s): got %s, %v", rev, h, err)
				}
			}
			if base, err := r.MergeBase(t.Context(), "main", head); err != nil || base != hashes[2] {
				t.Errorf("MergeBase: got %s, %v", base, err)
			}
			if got := pullRefsOf(t, r); got != "7/head 7/merge" {
				t.Errorf("the mirror has %q", got)
			}
			s.since()
			fetchPull(t, r, 7)
			if got := s.since(); !old && got != v2Poll || strings.Contains(got, packing+",") {
				t.Errorf("again: got requests %s", got)
			}
			// What main does leaves it alone.
			hash := g.write("frameworks/c/f.cue", "x").commit("c")
			if got := refresh(t, r); got != hash || pullRefsOf(t, r) != "7/head 7/merge" {
				t.Errorf("after main: %q", pullRefsOf(t, r))
			}
			s.since()
			refresh(t, r)
			if got := s.since(); !old && got != v2Poll {
				t.Errorf("a pull request makes Refresh fetch: %s", got)
			}
		})
	}
}

// TestFetchPullMoves has a head that is pushed by force, a merge that goes
// away, and pull requests that are none.
func TestFetchPullMoves(t *testing.T) {
	t.Parallel()
	g, _ := sample(t)
	opts, _ := remoteOf(g)
	r := open(t, opts)
	first, _ := g.propose(1, "first")
	fetchPull(t, r, 1)
	second, merge := g.propose(1, "second")
	if got := fetchPull(t, r, 1); got.Head != second || got.Merge != merge || got.Parents[1] != second {
		t.Errorf("pushed by force: got %+v", got)
	}
	reads(t, r, second, "second")
	reads(t, r, first, "first") // for who is still reading it
	g.git("update-ref", "-d", pullMerge(1))
	if got := fetchPull(t, r, 1); got.Head != second || got.Merge != "" || got.Parents != nil || pullRefsOf(t, r) != "1/head" {
		t.Errorf("in conflict: got %+v", got)
	}
	g.git("update-ref", "refs/pull/5/merge", merge) // without a head
	g.git("update-ref", "refs/pull/06/head", merge)
	g.git("update-ref", "refs/pull/8/head/more", merge)
	for _, n := range []int{0, -1, 2, 5, 6, 8, 1 << 40} {
		if got, err := r.FetchPull(t.Context(), n); !errors.Is(err, ErrPull) || !strings.Contains(err.Error(), strconv.Itoa(n)) || got.Head != "" {
			t.Errorf("%d: got %+v, %v; want ErrPull", n, got, err)
		}
	}
	if got := pullRefsOf(t, r); got != "1/head" {
		t.Errorf("the mirror has %q", got)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := r.FetchPull(ctx, 1); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want Canceled", err)
	}
}

// TestFetchPullLocal has a local repository with such references, as a copy of
// all that a remote has is.
func TestFetchPullLocal(t *testing.T) {
	t.Parallel()
	g, hashes := sample(t)
	head, merge := g.propose(3, "three")
	r := g.open()
	if got := fetchPull(t, r, 3); got.Head != head || got.Merge != merge || got.Parents[0] != hashes[2] {
		t.Errorf("got %+v", got)
	}
	if _, err := r.FetchPull(t.Context(), 4); !errors.Is(err, ErrPull) {
		t.Errorf("got %v, want ErrPull", err)
	}
	if err := r.DropPulls(t.Context(), nil); err != nil || g.git("rev-parse", pullHead(3)) != head {
		t.Errorf("something was removed from a repository that is only read: %v", err)
	}
}

func TestDropPulls(t *testing.T) {
	t.Parallel()
	g, hashes := sample(t)
	opts, clock := remoteOf(g)
	r := open(t, opts)
	for n := 1; n <= 4; n++ {
		g.propose(n, strconv.Itoa(n))
		fetchPull(t, r, n)
	}
	must(t, r.DropPulls(t.Context(), []int{2, 3, 9}))
	if got := pullRefsOf(t, r); got != "2/head 2/merge 3/head 3/merge" {
		t.Errorf("the mirror has %q", got)
	}
	if h, err := r.Resolve(t.Context(), "main"); err != nil || h != hashes[2] || refresh(t, r) != hashes[2] {
		t.Errorf("main: got %s, %v", h, err)
	}
	if got := fetchPull(t, r, 4); got.Number != 4 {
		t.Errorf("one that was dropped: got %+v", got)
	}
	// Those that nobody asks for go by themselves.
	clock.forward(pullAge - time.Hour)
	fetchPull(t, r, 3)
	clock.forward(2 * time.Hour)
	g.write("frameworks/c/f.cue", "x").commit("c")
	refresh(t, r)
	if got := pullRefsOf(t, r); got != "3/head 3/merge" {
		t.Errorf("a day later the mirror has %q", got)
	}
	// After a start they count from then.
	again := open(t, opts)
	clock.forward(30 * 24 * time.Hour)
	g.write("frameworks/c/f.cue", "y").commit("c")
	refresh(t, again)
	if got := pullRefsOf(t, again); got != "3/head 3/merge" {
		t.Errorf("seen for the first time: the mirror has %q", got)
	}
	clock.forward(pullAge + time.Hour)
	g.write("frameworks/c/f.cue", "z").commit("c")
	refresh(t, again)
	if got := pullRefsOf(t, again); got != "" {
		t.Errorf("a day after that the mirror has %q", got)
	}
}

// TestPullsAndCompaction has a mirror with many packs, and then one that is too
// large: it becomes small again.
func TestPullsAndCompaction(t *testing.T) {
	t.Parallel()
	g, _ := sample(t)
	opts, clock := remoteOf(g)
	r := open(t, opts)
	r.mirror.packs = 3
	heads := map[int]string{}
	for n := 1; n <= 9; n++ {
		clock.forward(time.Hour)
		heads[n], _ = g.propose(n, "text "+strconv.Itoa(n))
		fetchPull(t, r, n)
		if got := len(packFiles(t, r)); got > 4 {
			t.Errorf("round %d: %d packs", n, got)
		}
	}
	for n, h := range heads { // through all compactions
		reads(t, r, h, "text "+strconv.Itoa(n))
	}
	must(t, r.DropPulls(t.Context(), []int{9}))
	for range 4 { // of which one makes a pack too many
		clock.forward(time.Hour)
		g.write("frameworks/c/f.cue", clock.Now().String()).commit("c")
		refresh(t, r)
	}
	reads(t, r, heads[9], "text 9")
	for n := 1; n <= 8; n++ {
		if _, err := r.Resolve(t.Context(), heads[n]); !errors.Is(err, ErrRevision) {
			t.Errorf("%d is still there: %v", n, err)
		}
	}

	r.mirror.packs, r.mirror.opts.MaxBytes = 100, 1<<15 // of which one text takes 12,500 bytes
	for n := 10; n <= 13; n++ {
		clock.forward(time.Hour)
		heads[n], _ = g.propose(n, noise(int64(n), 20_000))
		fetchPull(t, r, n)
		reads(t, r, heads[n], noise(int64(n), 20_000))
	}
	if got := r.mirror.dirs().packBytes(); got > 2<<15 {
		t.Errorf("the mirror takes %d bytes", got)
	}
	if _, err := r.Resolve(t.Context(), heads[10]); !errors.Is(err, ErrRevision) {
		t.Errorf("the oldest is still there: %v", err)
	}
	g.propose(14, noise(14, 80_000))
	if _, err := r.FetchPull(t.Context(), 14); !errors.Is(err, ErrTooMuch) {
		t.Errorf("a large one: got %v, want ErrTooMuch", err)
	}
	clock.forward(time.Hour)
	walk(t, r)
	if got := pullRefsOf(t, r); got != "13/head 13/merge" {
		t.Errorf("the mirror has %q", got)
	}
}

// noise is text that packs badly.
func noise(seed int64, size int) string {
	b := make([]byte, size)
	x := uint64(seed)*0x9e3779b97f4a7c15 + 1
	for i := range b {
		x ^= x << 13
		x ^= x >> 7
		x ^= x << 17
		b[i] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdef"[x%32]
	}
	return string(b)
}

// TestPullHeals damages a mirror under a pull request: it is cloned again with
// what is read.
func TestPullHeals(t *testing.T) {
	t.Parallel()
	for name, harm := range map[string]func(r *Repo){
		"packs garbled":   func(r *Repo) { eachPack(t, r, false) },
		"packs truncated": func(r *Repo) { eachPack(t, r, true) },
		"marked":          func(r *Repo) { r.mirror.mark() },
		"gone":            func(r *Repo) { must(t, r.store.close()); must(t, os.RemoveAll(r.mirror.dir)) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g, hashes := sample(t)
			opts, _ := remoteOf(g)
			r := open(t, opts)
			head, _ := g.propose(1, "one")
			fetchPull(t, r, 1)
			harm(r)
			r.store.reopen()
			if got := fetchPull(t, r, 1); got.Head != head {
				t.Errorf("got %+v", got)
			}
			reads(t, r, head, "one")
			if base, err := r.MergeBase(t.Context(), "main", head); err != nil || base != hashes[2] {
				t.Errorf("MergeBase: got %s, %v", base, err)
			}
		})
	}
}

func eachPack(t *testing.T, r *Repo, truncate bool) {
	for _, p := range packFiles(t, r) {
		damage(t, p, truncate)
	}
}

// TestPullsConcurrently fetches pull requests, and drops them, while main goes
// on and others read. It is meant for the race detector.
func TestPullsConcurrently(t *testing.T) {
	t.Parallel()
	g, _ := sample(t)
	opts, clock := remoteOf(g)
	heads := map[int]string{}
	for n := 1; n <= 4; n++ {
		heads[n], _ = g.propose(n, strconv.Itoa(n))
	}
	opts.TokenSource = func(context.Context) (string, error) { return "hush", nil }
	r := open(t, opts)
	r.mirror.packs = 3
	var work sync.WaitGroup
	for n := 1; n <= 4; n++ {
		work.Go(func() {
			for range 6 {
				clock.forward(time.Hour / 4)
				p, err := r.FetchPull(t.Context(), n)
				if err != nil || p.Head != heads[n] {
					t.Errorf("%d: got %+v, %v", n, p, err)
					return
				}
				if base, err := r.MergeBase(t.Context(), "main", p.Head); err != nil || base == "" {
					t.Errorf("%d: MergeBase: %v", n, err)
				}
				if err := readAll(t, r); err != nil {
					t.Error(err)
				}
			}
		})
	}
	for i := range 8 {
		hash := g.write("frameworks/c/f.cue", strconv.Itoa(i)).commit("n")
		if got := refresh(t, r); got != hash {
			t.Errorf("got %s, want %s", got, hash)
		}
		if i == 4 {
			must(t, r.DropPulls(t.Context(), []int{1, 2, 3, 4}))
		}
	}
	work.Wait()
}
