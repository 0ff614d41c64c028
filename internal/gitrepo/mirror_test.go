package gitrepo

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// clock is a clock that a test sets.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) forward(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// remoteOf returns options for a mirror of g through a file URL.
func remoteOf(g *gitDir) (Options, *clock) {
	c := &clock{now: day0}
	return Options{Location: "file://" + g.dir, CacheDir: filepath.Join(g.t.TempDir(), "cache"), Now: c.Now}, c
}

func TestMirror(t *testing.T) {
	t.Parallel()
	g, hashes := sample(t)
	opts, _ := remoteOf(g)
	var told []string
	opts.Progress = func(msg string) { told = append(told, msg) }
	r := open(t, opts)
	if r.Root() != "" || r.Branch() != "main" || refresh(t, r) != hashes[2] {
		t.Fatalf("got %q at %q", r.Branch(), r.Root())
	}
	if len(told) == 0 || told[0] != "cloning "+opts.Location {
		t.Errorf("progress: got %q", told)
	}
	if got := subjects(walk(t, r)); got != "Add a, Add b, Reword a" {
		t.Errorf("got %q", got)
	}
	old := tree(t, r, "HEAD")
	g.write("frameworks/a/framework.cue", "three").commit("Reword a again")
	g.git("tag", "--annotate", "--message", "x", "frameworks/a/v1.0.0")
	g.git("branch", "topic")
	head := refresh(t, r)
	commits, reached, err := r.Walk(t.Context(), head, hashes[2])
	if err != nil || !reached || subjects(commits) != "Reword a again" || changes(commits[0]) != "a/" {
		t.Errorf("got %q, %v, %v", subjects(commits), reached, err)
	}
	for _, rev := range []string{"topic", "origin/topic", "frameworks/a/v1.0.0", "HEAD", "main", "origin/main"} {
		if h, err := r.Resolve(t.Context(), rev); err != nil || h != head {
			t.Errorf("Resolve(%s): got %s, %v", rev, h, err)
		}
	}
	if b, err := fs.ReadFile(old, "frameworks/a/framework.cue"); err != nil || string(b) != "two" {
		t.Errorf("the tree from before: got %q, %v", b, err)
	}
	g.git("branch", "--delete", "--force", "topic")
	g.git("tag", "--delete", "frameworks/a/v1.0.0")
	refresh(t, r)
	for _, rev := range []string{"topic", "frameworks/a/v1.0.0"} {
		if _, err := r.Resolve(t.Context(), rev); !errors.Is(err, ErrRevision) {
			t.Errorf("Resolve(%s) after it was removed: got %v", rev, err)
		}
	}
	// A second process finds the mirror made, and asks nothing of the remote.
	if err := os.Rename(g.dir, g.dir+".away"); err != nil {
		t.Fatal(err)
	}
	again := open(t, opts)
	if h, err := again.Resolve(t.Context(), "main"); err != nil || h != head {
		t.Errorf("from the mirror alone: got %s, %v", h, err)
	}
	if _, err := again.Refresh(t.Context()); !errors.Is(err, ErrRemoteNotFound) && !errors.Is(err, ErrUnreachable) {
		t.Errorf("Refresh with the remote gone: got %v", err)
	}
	if _, _, err := again.Walk(t.Context(), "main", ""); err != nil {
		t.Errorf("Walk after that: %v", err)
	}
}

func TestForcePush(t *testing.T) {
	t.Parallel()
	g, hashes := sample(t)
	opts, _ := remoteOf(g)
	r := open(t, opts)
	g.git("reset", "--quiet", "--hard", hashes[0])
	rewritten := g.write("frameworks/b/framework.cue", "other").commit("Add another b")
	head := refresh(t, r)
	commits, reached, err := r.Walk(t.Context(), head, hashes[2])
	if err != nil || head != rewritten || reached || subjects(commits) != "Add a, Add another b" {
		t.Errorf("got %s, %q, %v, %v", head, subjects(commits), reached, err)
	}
	g.git("reset", "--quiet", "--hard", hashes[0]) // and back, without a new commit
	if got := refresh(t, r); got != hashes[0] {
		t.Errorf("set back: got %s, want %s", got, hashes[0])
	}
}

func TestRenamedDefaultBranch(t *testing.T) {
	t.Parallel()
	g, hashes := sample(t)
	opts, _ := remoteOf(g)
	r := open(t, opts)
	g.git("branch", "--move", "main", "trunk")
	if got := refresh(t, r); got != hashes[2] || r.Branch() != "trunk" {
		t.Errorf("renamed: got %s of %q", got, r.Branch())
	}
	hash := g.write("frameworks/c/f.cue", "x").commit("c")
	g.git("branch", "main", hashes[0])
	if got := refresh(t, r); got != hash || r.Branch() != "trunk" {
		t.Errorf("with the old name back: got %s of %q", got, r.Branch())
	}
	g.git("symbolic-ref", "HEAD", "refs/heads/main") // the same branches, another default
	if got := refresh(t, r); got != hashes[0] || r.Branch() != "main" {
		t.Errorf("only the default changed: got %s of %q", got, r.Branch())
	}
	// A branch under the name of what was one.
	g.git("symbolic-ref", "HEAD", "refs/heads/trunk")
	g.git("branch", "--delete", "--force", "main")
	g.git("branch", "main/line", hashes[1])
	refresh(t, r)
	if h, err := r.Resolve(t.Context(), "main/line"); err != nil || h != hashes[1] {
		t.Errorf("main/line after main: got %s, %v", h, err)
	}
	g.git("branch", "--delete", "--force", "main/line")
	g.git("branch", "main", hashes[1])
	refresh(t, r)
	if h, err := r.Resolve(t.Context(), "main"); err != nil || h != hashes[1] {
		t.Errorf("main after main/line: got %s, %v", h, err)
	}
}

func TestRemoteBranch(t *testing.T) {
	t.Parallel()
	g, hashes := sample(t)
	opts, _ := remoteOf(g)
	open(t, opts)
	opts.Branch = "later"
	if s := fails(t, opts, ErrBranch); !strings.Contains(s, "there is main") {
		t.Errorf("got %q", s)
	}
	// It is there by now, and Open asks before it says that it is not.
	g.git("branch", "later", hashes[1])
	if r := open(t, opts); r.Branch() != "later" || refresh(t, r) != hashes[1] {
		t.Errorf("got %q", r.Branch())
	}
	g.git("checkout", "--quiet", "--detach", hashes[0])
	opts.Branch = ""
	r := open(t, opts)
	if got := refresh(t, r); got == hashes[0] {
		t.Errorf("the remote's working tree has no branch checked out: got %s, which is on none's tip", got)
	}
}

func TestEmptyRemote(t *testing.T) {
	t.Parallel()
	g := newGit(t)
	opts, _ := remoteOf(g)
	fails(t, opts, ErrNoCommits)
	g.write("frameworks/a/f.cue", "x").commit("first")
	r := open(t, opts)
	g.git("checkout", "--quiet", "--detach")
	g.git("branch", "--delete", "--force", "main")
	if _, err := r.Refresh(t.Context()); !errors.Is(err, ErrNoCommits) {
		t.Errorf("after all branches were removed: got %v, want ErrNoCommits", err)
	}
}

func TestRemoteMissing(t *testing.T) {
	t.Parallel()
	_, err := Open(t.Context(), Options{Location: "file://" + t.TempDir() + "/nothing", CacheDir: t.TempDir()})
	if !errors.Is(err, ErrRemoteNotFound) && !errors.Is(err, ErrUnreachable) {
		t.Errorf("got %v", err)
	}
}

func TestCacheDir(t *testing.T) {
	t.Parallel()
	g, _ := sample(t)
	opts, _ := remoteOf(g)
	opts.CacheDir = ""
	fails(t, opts, ErrCache)
	opts.CacheDir = filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(opts.CacheDir, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if s := fails(t, opts, ErrCache); !strings.Contains(s, opts.CacheDir) {
		t.Errorf("got %q, want the directory in it", s)
	}
	// No part of the URL gets into a path, and odd characters do no harm.
	opts.CacheDir = filepath.Join(t.TempDir(), "ca[c]he *?")
	open(t, opts)
	names := namesIn(filepath.Join(opts.CacheDir, "mirrors"))
	if len(names) != 2 || len(names[0]) != 32 || names[1] != names[0]+".lock" {
		t.Errorf("got %q", names)
	}
	if fi, err := os.Stat(filepath.Join(opts.CacheDir, "mirrors")); err != nil || fi.Mode().Perm() != 0o700 {
		t.Errorf("got mode %v, %v: others can read it", fi.Mode(), err)
	}
}

func TestFetchLimits(t *testing.T) {
	t.Parallel()
	g, hashes := sample(t)
	opts, clock := remoteOf(g)
	small := opts
	small.MaxBytes = 100
	if s := fails(t, small, ErrTooMuch); !strings.Contains(s, opts.Location) {
		t.Errorf("got %q", s)
	}
	small.MaxBytes = 0
	small.FetchTimeout = time.Nanosecond
	fails(t, small, ErrUnreachable)
	if names := namesIn(filepath.Join(opts.CacheDir, "mirrors")); len(names) != 1 {
		t.Errorf("left over: %q", names)
	}

	opts.MaxBytes = 50_000
	r := open(t, opts)
	noise := make([]byte, 200_000)
	for i := range noise {
		noise[i] = byte(i * i * i >> 11)
	}
	g.write("noise", string(noise)).commit("noise")
	for range 2 {
		if _, err := r.Refresh(t.Context()); !errors.Is(err, ErrTooMuch) {
			t.Fatalf("got %v, want ErrTooMuch", err)
		}
	}
	if h, err := r.Resolve(t.Context(), "main"); err != nil || h != hashes[2] {
		t.Errorf("after that: got %s, %v", h, err)
	}
	if left := namesIn(r.mirror.dirs().packDir()); len(left) != 2 {
		t.Errorf("left over: %q", left)
	}
	// It is not fetched over and over, but when the remote changes or time passes.
	r.mirror.opts.MaxBytes = 1 << 20
	if _, err := r.Refresh(t.Context()); !errors.Is(err, ErrTooMuch) {
		t.Errorf("at once: got %v, want ErrTooMuch", err)
	}
	clock.forward(rebuildPause)
	refresh(t, r)
}

func TestContextEnds(t *testing.T) {
	t.Parallel()
	g, _ := sample(t)
	opts, _ := remoteOf(g)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Open(ctx, opts); !errors.Is(err, context.Canceled) {
		t.Errorf("Open: got %v", err)
	}
	r := open(t, opts)
	if _, err := r.Refresh(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("Refresh: got %v", err)
	}
}

// TestLock has another process at work on the same mirror.
func TestLock(t *testing.T) {
	t.Parallel()
	g, _ := sample(t)
	opts, _ := remoteOf(g)
	r := open(t, opts)
	hash := g.write("frameworks/c/f.cue", "x").commit("c")
	unlock, err := lockFile(t.Context(), r.mirror.dir+".lock", func() {})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	if _, err := r.Refresh(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Refresh while another process fetches: got %v", err)
	}
	done := make(chan error, 1)
	go func() {
		_, err := r.Refresh(t.Context())
		done <- err
	}()
	unlock()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if h, err := r.Resolve(t.Context(), "main"); err != nil || h != hash {
		t.Errorf("after it was done: got %s, %v", h, err)
	}
}

// TestTwoProcesses has two with one mirror: what one fetches and compacts, the
// other reads.
func TestTwoProcesses(t *testing.T) {
	t.Parallel()
	g, _ := sample(t)
	opts, clock := remoteOf(g)
	a, b := open(t, opts), open(t, opts)
	walk(t, b)
	b.mirror.packs = 2
	for i := range 8 {
		clock.forward(time.Hour)
		hash := g.write("frameworks/a/framework.cue", strings.Repeat("x", 20+i)).commit("n")
		first, second := a, b
		if i%2 == 0 {
			first, second = b, a
		}
		for _, r := range []*Repo{first, second} {
			if got := refresh(t, r); got != hash {
				t.Fatalf("round %d: got %s, want %s", i, got, hash)
			}
			if got := len(walk(t, r)); got != 4+i {
				t.Fatalf("round %d: got %d commits, want %d", i, got, 4+i)
			}
		}
	}
}
