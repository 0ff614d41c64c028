package fakehub

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-github/v60/github"
)

func TestPull(t *testing.T) {
	t.Parallel()
	f := start(t, Options{MergeAfter: 1})
	n, head := f.pull("topic")
	p, _, err := f.gh.PullRequests.Get(t.Context(), "acme", "careers", n)
	f.check(err)
	if p.Mergeable != nil || p.GetHead().GetSHA() != head || p.GetChangedFiles() != 1 || p.GetAdditions() != 1 || p.GetCommits() != 1 || p.GetUser().GetLogin() != "ada" {
		t.Errorf("got %v", p)
	}
	p, _, err = f.gh.PullRequests.Get(t.Context(), "acme", "careers", n)
	f.check(err)
	if !p.GetMergeable() || p.GetMergeableState() != "clean" {
		t.Errorf("got %v", p)
	}
	merge, err := f.repo.Git("rev-parse", "refs/pull/1/merge^1", "refs/pull/1/merge^2", "refs/pull/1/head", "refs/pull/1/merge")
	f.check(err)
	if want := f.repo.Head("main") + "\n" + head + "\n" + head + "\n" + p.GetMergeCommitSHA(); merge != want {
		t.Errorf("got %s, want %s", merge, want)
	}
	files, _, err := f.gh.PullRequests.ListFiles(t.Context(), "acme", "careers", n, nil)
	f.check(err)
	if len(files) != 1 || files[0].GetFilename() != "a.txt" || files[0].GetStatus() != "modified" || files[0].GetPatch() == "" {
		t.Errorf("got %v", files)
	}
	commits, _, err := f.gh.PullRequests.ListCommits(t.Context(), "acme", "careers", n, nil)
	f.check(err)
	of, _, err := f.gh.PullRequests.ListPullRequestsWithCommit(t.Context(), "acme", "careers", head, nil)
	f.check(err)
	if len(commits) != 1 || commits[0].GetSHA() != head || len(of) != 1 {
		t.Errorf("got %v, %v", commits, of)
	}
	labels, _, err := f.gh.Issues.AddLabelsToIssue(t.Context(), "acme", "careers", n, []string{"ladder"})
	f.check(err)
	if len(labels) != 1 || labels[0].GetName() != "ladder" {
		t.Errorf("got %v", labels)
	}
	f.clean()
}

func TestMergeMethods(t *testing.T) {
	t.Parallel()
	for method, want := range map[string]string{
		MergeCommit: "Merge pull request #1 from acme/topic, meanwhile, Initial commit",
		Squash:      "Change topic (#1), meanwhile, Initial commit",
		Rebase:      "more, Change topic, meanwhile, Initial commit",
	} {
		f := start(t, Options{})
		n, _ := f.pull("topic")
		_, err := f.repo.PushAs(PushOptions{Branch: "topic", Files: map[string]string{"c.txt": "c"}, Message: "more"})
		f.check(err)
		_, err = f.repo.PushAs(PushOptions{Branch: "main", Files: map[string]string{"m.txt": "m"}, Message: "meanwhile"})
		f.check(err)
		sha, err := f.repo.MergePull(n, method)
		f.check(err)
		out, err := f.repo.Git("log", "--first-parent", "--format=%s", "main")
		f.check(err)
		if got := strings.ReplaceAll(out, "\n", ", "); got != want {
			t.Errorf("%s: got %s, want %s", method, got, want)
		}
		if files, err := f.repo.Git("ls-tree", "--name-only", "main"); err != nil || files != "a.txt\nc.txt\nm.txt" {
			t.Errorf("%s: got %s, %v", method, files, err)
		}
		p, _, err := f.gh.PullRequests.Get(t.Context(), "acme", "careers", n)
		f.check(err)
		if !p.GetMerged() || p.GetMergeCommitSHA() != sha || sha != f.repo.Head("main") || p.GetState() != "closed" {
			t.Errorf("%s: got %v", method, p)
		}
		if _, err := f.repo.MergePull(n, method); err == nil {
			t.Errorf("%s: merged twice", method)
		}
		f.clean()
	}
}

func TestConflict(t *testing.T) {
	t.Parallel()
	f := start(t, Options{})
	n, _ := f.pull("topic")
	f.check(f.repo.ComputeMerges())
	_, err := f.repo.Push("main", map[string]string{"a.txt": "other\n"})
	f.check(err)
	if _, err := f.repo.Git("rev-parse", "--verify", "refs/pull/1/merge"); err != nil {
		t.Error("the old test merge is there until somebody asks")
	}
	p, _, err := f.gh.PullRequests.Get(t.Context(), "acme", "careers", n)
	f.check(err)
	if p.Mergeable == nil || p.GetMergeable() || p.GetMergeableState() != "dirty" || p.MergeCommitSHA != nil {
		t.Errorf("got %v", p)
	}
	if _, err := f.repo.Git("rev-parse", "--verify", "refs/pull/1/merge"); err == nil {
		t.Error("there is a test merge")
	}
	for _, method := range []string{MergeCommit, Squash, Rebase} {
		if _, err := f.repo.MergePull(n, method); !errors.Is(err, errConflict) {
			t.Errorf("%s: got %v", method, err)
		}
	}
	if s, _ := f.repo.State(); s.Pulls[0].State != "open" {
		t.Errorf("got %+v", s.Pulls)
	}
	f.clean()
}

func TestPullLife(t *testing.T) {
	t.Parallel()
	f := start(t, Options{})
	_, err := f.repo.Push("dev", map[string]string{"d.txt": "d"})
	f.check(err)
	_, err = f.repo.Push("topic", map[string]string{"e.txt": "e"})
	f.check(err)
	pulls := f.gh.PullRequests
	p, _, err := pulls.Create(t.Context(), "acme", "careers", &github.NewPullRequest{Title: github.String("T"), Head: github.String("topic"), Base: github.String("main"), Draft: github.Bool(true)})
	f.check(err)
	if !p.GetDraft() || p.GetUser().GetLogin() != appLogin {
		t.Errorf("got %v", p)
	}
	if _, _, err = pulls.Create(t.Context(), "acme", "careers", &github.NewPullRequest{Title: github.String("T"), Head: github.String("topic"), Base: github.String("main")}); status(err) != 422 {
		t.Errorf("a second one: %v", err)
	}
	if _, err := f.repo.OpenPull(PullOptions{Branch: "main", Base: "dev"}); err == nil {
		t.Error("there is nothing between")
	}
	p, _, err = pulls.Edit(t.Context(), "acme", "careers", 1, &github.PullRequest{Title: github.String("U"), Base: &github.PullRequestBranch{Ref: github.String("dev")}})
	f.check(err)
	if p.GetTitle() != "U" || p.GetBase().GetRef() != "dev" || p.GetBase().GetSHA() != f.repo.Head("dev") {
		t.Errorf("got %v", p)
	}
	list := func(o *github.PullRequestListOptions) int {
		all, _, err := pulls.List(t.Context(), "acme", "careers", o)
		f.check(err)
		return len(all)
	}
	if list(nil) != 1 || list(&github.PullRequestListOptions{Base: "main"}) != 0 || list(&github.PullRequestListOptions{Head: "acme:topic"}) != 1 {
		t.Error("lists")
	}
	_, _, err = pulls.Edit(t.Context(), "acme", "careers", 1, &github.PullRequest{State: github.String("closed")})
	f.check(err)
	if list(nil) != 0 || list(&github.PullRequestListOptions{State: "closed"}) != 1 || list(&github.PullRequestListOptions{State: "all"}) != 1 {
		t.Error("lists")
	}
	f.check(f.repo.ReopenPull(1))
	f.check(f.repo.SetDraft(1, false))
	f.check(f.repo.SetRef("refs/heads/topic", ""))
	if s, _ := f.repo.State(); s.Pulls[0].State != "closed" || s.Pulls[0].Draft {
		t.Errorf("its branch is gone: got %+v", s.Pulls)
	}
	if err := f.repo.ReopenPull(1); err == nil {
		t.Error("reopened without a branch")
	}
	f.clean()
}
