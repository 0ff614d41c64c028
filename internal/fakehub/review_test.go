package fakehub

import (
	"strings"
	"testing"

	"github.com/google/go-github/v60/github"
)

func TestComments(t *testing.T) {
	t.Parallel()
	f := start(t, Options{})
	n, _ := f.pull("topic")
	m, _, err := f.gh.Issues.CreateComment(t.Context(), "acme", "careers", n, &github.IssueComment{Body: github.String("<!-- milepost -->\none")})
	f.check(err)
	for range 34 {
		_, err := f.repo.Comment(n, "eve", "noise")
		f.check(err)
	}
	var all []*github.IssueComment
	o := &github.IssueListCommentsOptions{}
	pages := 0
	for {
		part, res, err := f.gh.Issues.ListComments(t.Context(), "acme", "careers", n, o)
		f.check(err)
		all, pages = append(all, part...), pages+1
		if res.NextPage == 0 {
			break
		}
		o.Page = res.NextPage
	}
	if len(all) != 35 || pages != 2 || all[0].GetID() != m.GetID() || all[0].GetUser().GetLogin() != appLogin || all[0].GetUser().GetType() != "Bot" {
		t.Errorf("got %d in %d pages, first %v", len(all), pages, all[0])
	}
	_, _, err = f.gh.Issues.EditComment(t.Context(), "acme", "careers", m.GetID(), &github.IssueComment{Body: github.String("two")})
	f.check(err)
	got, _, err := f.gh.Issues.GetComment(t.Context(), "acme", "careers", m.GetID())
	f.check(err)
	if got.GetBody() != "two" {
		t.Errorf("got %v", got)
	}
	_, err = f.gh.Issues.DeleteComment(t.Context(), "acme", "careers", m.GetID())
	f.check(err)
	if _, _, err := f.gh.Issues.EditComment(t.Context(), "acme", "careers", m.GetID(), &github.IssueComment{Body: github.String("3")}); status(err) != 404 {
		t.Errorf("got %v", err)
	}
	f.check(f.repo.DeleteComment(int(all[1].GetID())))
	if left, _, _ := f.gh.Issues.ListComments(t.Context(), "acme", "careers", n, &github.IssueListCommentsOptions{ListOptions: github.ListOptions{PerPage: 100}}); len(left) != 33 {
		t.Errorf("%d are left", len(left))
	}
	f.clean()
}

func TestReviews(t *testing.T) {
	t.Parallel()
	f := start(t, Options{})
	n, head := f.pull("topic")
	v, _, err := f.gh.PullRequests.CreateReview(t.Context(), "acme", "careers", n, &github.PullRequestReviewRequest{Event: github.String("COMMENT"), Body: github.String("b"),
		CommitID: &head, Comments: []*github.DraftReviewComment{
			{Path: github.String("a.txt"), Line: github.Int(5), Side: github.String("RIGHT"), Body: github.String("```suggestion\nfive!\n```")},
			{Path: github.String("a.txt"), Line: github.Int(6), StartLine: github.Int(4), Side: github.String("RIGHT"), Body: github.String("all of it")}}})
	f.check(err)
	_, _, err = f.gh.PullRequests.CreateReview(t.Context(), "acme", "careers", n, &github.PullRequestReviewRequest{Event: github.String("COMMENT"),
		Comments: []*github.DraftReviewComment{{Path: github.String("a.txt"), Position: github.Int(4), Body: github.String("gone")}}})
	f.check(err)
	if v.GetState() != "COMMENTED" || v.GetCommitID() != head {
		t.Errorf("got %v", v)
	}
	notes, _, err := f.gh.PullRequests.ListComments(t.Context(), "acme", "careers", n, nil)
	f.check(err)
	if len(notes) != 3 || notes[0].GetLine() != 5 || notes[1].GetStartLine() != 4 || notes[2].GetSide() != "LEFT" || notes[2].GetLine() != 5 || !strings.HasSuffix(notes[0].GetDiffHunk(), "+five") {
		t.Errorf("got %v", notes)
	}
	one, _, err := f.gh.PullRequests.CreateComment(t.Context(), "acme", "careers", n, &github.PullRequestComment{Path: github.String("a.txt"), Line: github.Int(2),
		Side: github.String("RIGHT"), CommitID: &head, Body: github.String("context")})
	f.check(err)
	_, _, err = f.gh.PullRequests.EditComment(t.Context(), "acme", "careers", one.GetID(), &github.PullRequestComment{Body: github.String("other")})
	f.check(err)
	got, _, err := f.gh.PullRequests.GetComment(t.Context(), "acme", "careers", one.GetID())
	f.check(err)
	if got.GetBody() != "other" || got.GetLine() != 2 {
		t.Errorf("got %v", got)
	}
	_, err = f.repo.Push("topic", map[string]string{"a.txt": "else\n"})
	f.check(err)
	got, _, err = f.gh.PullRequests.GetComment(t.Context(), "acme", "careers", one.GetID())
	f.check(err)
	if got.Line != nil || got.GetOriginalLine() != 2 || got.GetCommitID() != head {
		t.Errorf("outdated: got %v", got)
	}
	_, err = f.gh.PullRequests.DeleteComment(t.Context(), "acme", "careers", one.GetID())
	f.check(err)
	f.clean()
}

// TestApprovals: they are of a head, and each person has one.
func TestApprovals(t *testing.T) {
	t.Parallel()
	f := start(t, Options{})
	f.repo.Protect("main", Protection{Approvals: 1, DismissStale: true})
	f.repo.SetPermission("grace", "write")
	f.repo.SetPermission("tim", "read")
	n, head := f.pull("topic")
	if _, err := f.repo.Review(n, "ada", "APPROVE", ""); err == nil {
		t.Error("the author approved")
	}
	_, err := f.repo.Review(n, "tim", "APPROVE", "")
	f.check(err)
	if _, err := f.repo.MergePull(n, Squash); err == nil {
		t.Error("merged by the approval of one who may not write")
	}
	grace := f.client(f.hub.UserToken("grace"))
	_, _, err = grace.PullRequests.CreateReview(t.Context(), "acme", "careers", n, &github.PullRequestReviewRequest{Event: github.String("APPROVE"), CommitID: &head})
	f.check(err)
	p, _, err := f.gh.PullRequests.Get(t.Context(), "acme", "careers", n)
	f.check(err)
	if p.GetMergeableState() != "clean" {
		t.Errorf("got %v", p.GetMergeableState())
	}
	_, err = f.repo.Push("topic", map[string]string{"b.txt": "b"})
	f.check(err)
	all, _, err := f.gh.PullRequests.ListReviews(t.Context(), "acme", "careers", n, nil)
	f.check(err)
	for _, v := range all {
		if v.GetState() != "DISMISSED" || v.GetCommitID() != head || v.GetSubmittedAt().IsZero() {
			t.Errorf("got %v", v)
		}
	}
	if _, err := f.repo.MergePull(n, Squash); err == nil || !strings.Contains(err.Error(), "0 of 1") {
		t.Errorf("got %v", err)
	}
	_, err = f.repo.Review(n, "grace", "REQUEST_CHANGES", "no")
	f.check(err)
	id, err := f.repo.Review(n, "grace", "APPROVE", "")
	f.check(err)
	f.check(f.repo.DismissReview(id))
	if _, err := f.repo.MergePull(n, Squash); err == nil {
		t.Error("merged by a dismissed approval")
	}
	_, err = f.repo.Review(n, "grace", "APPROVE", "")
	f.check(err)
	_, err = f.repo.MergePull(n, Squash)
	f.check(err)
	f.clean()
}
