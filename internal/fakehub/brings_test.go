package fakehub

import (
	"fmt"
	"testing"
)

// TestBrings: each commit of a rebase is of the pull request that brought it,
// and what was there before is of none.
func TestBrings(t *testing.T) {
	t.Parallel()
	f := start(t, Options{})
	first := f.repo.Head("main")
	for _, text := range []string{"one", "two"} {
		_, err := f.repo.Push("topic", map[string]string{"a.txt": text})
		f.check(err)
	}
	n, err := f.repo.OpenPull(PullOptions{Branch: "topic"})
	f.check(err)
	_, err = f.repo.Push("main", map[string]string{"b.txt": "b"})
	f.check(err)
	between := f.repo.Head("main")
	last, err := f.repo.MergePull(n, Rebase)
	f.check(err)
	middle, err := f.repo.Git("rev-parse", last+"^")
	f.check(err)
	for commit, want := range map[string]int{first: 0, between: 0, middle: 1, last: 1} {
		list, _, err := f.gh.PullRequests.ListPullRequestsWithCommit(t.Context(), "acme", "careers", commit, nil)
		if err != nil || len(list) != want {
			t.Errorf("%s: got %d, %v, want %d", commit, len(list), err, want)
		}
	}
	f.clean()
}

// TestDeletedTag: the release of a tag that is gone is a draft.
func TestDeletedTag(t *testing.T) {
	t.Parallel()
	f := start(t, Options{})
	f.check(f.repo.SetRef("refs/tags/v1", f.repo.Head("main")))
	r := release{id: 1, tag: "v1"}
	f.repo.releases.put(0, r.id, r)
	f.check(f.repo.SetRef("refs/tags/v1", ""))
	s, err := f.repo.State()
	f.check(err)
	if got := fmt.Sprint(s.Releases); got != "[{v1   true false}]" {
		t.Errorf("got %s", got)
	}
}
