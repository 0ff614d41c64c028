package gitrepo

import (
	"context"
	"errors"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/milepost-dev/milepost/internal/fakehub"
)

// TestTokenSource replaces the token while the repository is open.
func TestTokenSource(t *testing.T) {
	t.Parallel()
	g, _ := sample(t)
	s := serve(t, g)
	var current atomic.Value
	set := func(token string) {
		s.mu.Lock()
		s.token = token
		s.mu.Unlock()
		current.Store(token)
	}
	set("hush-one")
	opts := s.options(t)
	opts.Token = "hush-ignored"
	opts.TokenSource = func(context.Context) (string, error) { return current.Load().(string), nil }
	r := open(t, opts)
	g.propose(1, "one")
	for _, token := range []string{"hush-two", "hush-three"} {
		set(token)
		hash := g.write("frameworks/c/f.cue", token).commit("c")
		if got := refresh(t, r); got != hash {
			t.Errorf("got %s, want %s", got, hash)
		}
		fetchPull(t, r, 1)
	}
	current.Store("hush-old")
	if _, err := r.Refresh(t.Context()); !errors.Is(err, ErrDenied) || strings.Contains(err.Error(), "hush") {
		t.Errorf("with an old token: got %v, want ErrDenied", err)
	}
	set("hush-four")
	r.mirror.mark()
	refresh(t, r) // which clones
}

// TestNoToken has a source that gives none, and one that does not answer.
func TestNoToken(t *testing.T) {
	t.Parallel()
	g, hashes := sample(t)
	s := serve(t, g)
	opts := s.options(t)
	for name, source := range map[string]func(ctx context.Context) (string, error){
		"fails":  func(context.Context) (string, error) { return "hush", errors.New("the key\nhush is not one") },
		"empty":  func(context.Context) (string, error) { return "", nil },
		"hangs":  func(ctx context.Context) (string, error) { <-ctx.Done(); return "", ctx.Err() },
		"is mad": func(context.Context) (string, error) { select {} },
	} {
		opts := opts
		opts.TokenSource, opts.FetchTimeout = source, 50*time.Millisecond
		text := fails(t, opts, ErrToken)
		if strings.Contains(text, "hush") || strings.Contains(text, "\n") || !strings.Contains(text, s.URL) {
			t.Errorf("%s: got %q", name, text)
		}
	}
	// What was fetched before can be read.
	broken := false
	opts.TokenSource = func(context.Context) (string, error) {
		if broken {
			return "", errors.New("no")
		}
		return "hush", nil
	}
	r := open(t, opts)
	broken = true
	if _, err := r.Refresh(t.Context()); !errors.Is(err, ErrToken) {
		t.Errorf("got %v, want ErrToken", err)
	}
	if _, err := r.FetchPull(t.Context(), 1); !errors.Is(err, ErrToken) {
		t.Errorf("got %v, want ErrToken", err)
	}
	if h, err := r.Resolve(t.Context(), "main"); err != nil || h != hashes[2] {
		t.Errorf("got %s, %v", h, err)
	}
}

// TestTokenSourceGoesOnlyWhereItIsSafe: like a token that is given.
func TestTokenSourceGoesOnlyWhereItIsSafe(t *testing.T) {
	t.Parallel()
	g, _ := sample(t)
	asked := 0
	source := func(context.Context) (string, error) { asked++; return "hush", nil }
	fails(t, Options{Location: "http://example.com/x", CacheDir: t.TempDir(), TokenSource: source}, ErrLocation)
	opts, _ := remoteOf(g)
	opts.TokenSource = source
	refresh(t, open(t, opts))
	refresh(t, open(t, Options{Location: g.dir, TokenSource: source}))
	if asked != 0 {
		t.Errorf("asked %d times for a token that is sent nowhere", asked)
	}
}

// TestHub has pull requests as GitHub has them.
func TestHub(t *testing.T) {
	t.Parallel()
	now := day0
	hub, err := fakehub.New(fakehub.Options{Dir: t.TempDir(), Now: func() time.Time { return now }})
	must(t, err)
	srv := httptest.NewServer(hub.Handler())
	t.Cleanup(srv.Close)
	hub.SetURL(srv.URL)
	repo, err := hub.CreateRepo("acme", "careers", fakehub.RepoOptions{Files: map[string]string{"frameworks/a/framework.cue": "one"}})
	must(t, err)
	repo.SetPermission("ada", "read")
	r := open(t, Options{
		Location: repo.CloneURL(), CacheDir: filepath.Join(t.TempDir(), "cache"), Now: func() time.Time { return now },
		TokenSource: func(context.Context) (string, error) { return hub.UserToken("ada"), nil },
	})
	base := repo.Head("main")
	n, err := repo.OpenPull(fakehub.PullOptions{Branch: "topic", Fork: "eve", Author: "eve", Files: map[string]string{"frameworks/a/framework.cue": "two"}})
	must(t, err)
	fork := hub.Repo("eve", "careers")
	must(t, repo.ComputeMerges())
	got := fetchPull(t, r, n)
	if got.Head != fork.Head("topic") || len(got.Parents) != 2 || got.Parents[0] != base || got.Parents[1] != got.Head {
		t.Errorf("got %+v", got)
	}
	reads(t, r, got.Merge, "two")

	// The head is pushed again, and main moves: the old merge is told by its parents.
	_, err = fork.PushAs(fakehub.PushOptions{Branch: "topic", By: "eve", Onto: base, Files: map[string]string{"frameworks/a/framework.cue": "three"}})
	must(t, err)
	base, err = repo.Push("main", map[string]string{"frameworks/b/framework.cue": "one"})
	must(t, err)
	must(t, repo.ComputeMerges())
	got = fetchPull(t, r, n)
	if got.Head != fork.Head("topic") || got.Parents[0] != base || got.Parents[1] != got.Head {
		t.Errorf("moved: got %+v", got)
	}
	reads(t, r, got.Merge, "three")
	if at, err := r.MergeBase(t.Context(), got.Head, base); err != nil || at == base {
		t.Errorf("MergeBase: got %s, %v", at, err)
	}
	_, err = repo.Push("main", map[string]string{"frameworks/a/framework.cue": "four"}) // a conflict
	must(t, err)
	must(t, repo.ComputeMerges())
	if got = fetchPull(t, r, n); got.Merge != "" || got.Head != fork.Head("topic") {
		t.Errorf("in conflict: got %+v", got)
	}
	if _, err := r.FetchPull(t.Context(), n+1); !errors.Is(err, ErrPull) {
		t.Errorf("got %v, want ErrPull", err)
	}
	for _, v := range hub.Violations() {
		t.Errorf("violation: %s", v)
	}
}
