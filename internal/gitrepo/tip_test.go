package gitrepo

import (
	"context"
	"errors"
	"strings"
	"testing"
)

// TestTip: a remote is asked once, and nothing is kept.
func TestTip(t *testing.T) {
	t.Parallel()
	g, hashes := sample(t)
	g.git("branch", "older", hashes[0])
	s := serve(t, g)
	s.token = "abc"
	with := func(token, branch string) Options {
		return Options{Location: s.URL + "/careers/.git", Branch: branch, TokenSource: func(context.Context) (string, error) { return token, nil }}
	}
	for branch, want := range map[string]string{"": "main " + hashes[2], "older": "older " + hashes[0]} {
		name, commit, err := Tip(t.Context(), with("abc", branch))
		if got := name + " " + commit; err != nil || got != want {
			t.Errorf("%q: got %s, %v, want %s", branch, got, err, want)
		}
		if got := s.since(); got != v2Poll {
			t.Errorf("got requests %s, want %s", got, v2Poll)
		}
	}
	if _, _, err := Tip(t.Context(), with("abc", "missing")); !errors.Is(err, ErrBranch) || !strings.Contains(err.Error(), "there are main, older") {
		t.Errorf("no such branch: got %v", err)
	}
	if _, _, err := Tip(t.Context(), with("wrong", "")); !errors.Is(err, ErrDenied) || strings.Contains(err.Error(), "wrong") {
		t.Errorf("another token: got %v", err)
	}
	if _, _, err := Tip(t.Context(), Options{Location: "http://127.0.0.1:1/a"}); !errors.Is(err, ErrUnreachable) {
		t.Errorf("nobody there: got %v", err)
	}
	if _, _, err := Tip(t.Context(), Options{Location: g.dir}); !errors.Is(err, ErrLocation) {
		t.Errorf("a directory: got %v", err)
	}
	empty := serve(t, newGit(t))
	if _, _, err := Tip(t.Context(), empty.options(t)); !errors.Is(err, ErrNoCommits) {
		t.Errorf("without commits: got %v", err)
	}
}
