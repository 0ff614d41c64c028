package gitrepo

import "testing"

// TestFetchPullBringsBranches: a pull request comes with the branches as they are
// at the same moment, by one fetch, and Refresh has nothing left to do.
func TestFetchPullBringsBranches(t *testing.T) {
	t.Parallel()
	g, _ := sample(t)
	s := serve(t, g)
	r := open(t, s.options(t))
	hash := g.write("frameworks/c/f.cue", "x").commit("c")
	g.git("tag", "v9")
	head, merge := g.propose(7, "proposed")
	s.since()
	got := fetchPull(t, r, 7)
	if asked := s.since(); asked != v2Poll+", "+listing+", "+packing {
		t.Errorf("got requests %s", asked)
	}
	if got.Head != head || got.Merge != merge || got.Parents[0] != hash {
		t.Errorf("got %+v", got)
	}
	for _, rev := range []string{"refs/heads/main", "refs/tags/v9"} {
		if h, err := r.Resolve(t.Context(), rev); err != nil || h != hash {
			t.Errorf("Resolve(%s): got %s, %v", rev, h, err)
		}
	}
	if refresh(t, r) != hash || pullRefsOf(t, r) != "7/head 7/merge" {
		t.Errorf("Refresh made it %q", pullRefsOf(t, r))
	}
	if asked := s.since(); asked != v2Poll {
		t.Errorf("Refresh had something left to do: %s", asked)
	}
	// A branch that goes, goes with the next pull request too.
	g.git("branch", "short")
	fetchPull(t, r, 7)
	if h, err := r.Resolve(t.Context(), "refs/heads/short"); err != nil || h != hash {
		t.Errorf("got %s, %v", h, err)
	}
	g.git("branch", "-D", "short")
	fetchPull(t, r, 7)
	if h, err := r.Resolve(t.Context(), "refs/heads/short"); err == nil {
		t.Errorf("a branch that is gone is still at %s", h)
	}
}
