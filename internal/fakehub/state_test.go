package fakehub

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-github/v60/github"
)

// story does the same in every hub, but for the order and what is undone.
func (f *fixture) story(detour bool) State {
	f.t.Helper()
	n, head := f.pull("topic")
	ctx := f.t.Context()
	comment := func(body string) int64 {
		m, _, err := f.gh.Issues.CreateComment(ctx, "acme", "careers", n, &github.IssueComment{Body: &body})
		f.check(err)
		return m.GetID()
	}
	if detour {
		f.clock.pass(0)
		_, err := f.gh.Issues.DeleteComment(ctx, "acme", "careers", comment("mistake"))
		f.check(err)
		f.conclude(head, "failure")
	}
	f.conclude(head, "success")
	comment("a")
	comment("b")
	_, err := f.repo.Review(n, "grace", "APPROVE", "fine")
	f.check(err)
	_, err = f.repo.MergePull(n, Squash)
	f.check(err)
	f.check(f.repo.SetRef("refs/tags/v1", "main"))
	_, _, err = f.gh.Repositories.CreateRelease(ctx, "acme", "careers", &github.RepositoryRelease{TagName: github.String("v1"), Body: github.String("notes")})
	f.check(err)
	s, err := f.hub.State()
	f.check(err)
	return s
}

func TestState(t *testing.T) {
	t.Parallel()
	a, b := start(t, Options{}), start(t, Options{Seed: 9})
	one, two := a.story(false), b.story(true)
	if d := cmp.Diff(one, two); d != "" {
		t.Errorf("two ways to one end differ: %s", d)
	}
	r := one.Repos[0]
	if len(r.Checks) != 1 || r.Checks[0].Conclusion != "success" || len(r.Comments) != 2 || len(r.Releases) != 1 || len(r.Reviews) != 1 ||
		r.Pulls[0].State != "merged" || r.Refs["refs/tags/v1"] != r.Refs["refs/heads/main"] || r.Pulls[0].MergeCommit != r.Refs["refs/heads/main"] {
		t.Errorf("got %+v", r)
	}
	_, err := b.repo.Comment(1, appLogin, "a")
	b.check(err)
	if again, err := b.hub.State(); err != nil || cmp.Equal(one, again) {
		t.Error("a comment that is there twice does not show")
	}
	a.clean()
	b.clean()
}

// TestDeterminism: the same calls make the same hub, events and SHAs included.
func TestDeterminism(t *testing.T) {
	t.Parallel()
	events := func() string {
		f := start(t, Options{URL: "https://github.example.com"})
		f.hub.SetURL("https://github.example.com")
		f.story(true)
		out := ""
		for _, d := range f.hub.Deliveries() {
			out += fmt.Sprintln(d.ID, d.GUID, string(d.Payload))
		}
		return out
	}
	if a, b := events(), events(); a != b {
		t.Error("two hubs differ")
	}
}

// TestConcurrent uses a hub from all sides at once.
func TestConcurrent(t *testing.T) {
	t.Parallel()
	f := start(t, Options{MergeAfter: 2})
	b := newInbox(t)
	f.hub.SetWebhook(b.URL, "s")
	f.hub.Fault(Fault{Kind: ErrorAfter, Path: "/comments", Chance: 0.3})
	done := make(chan error)
	for i := range 6 {
		go func() {
			n, err := f.repo.OpenPull(PullOptions{Branch: fmt.Sprint("b", i), Files: map[string]string{fmt.Sprint(i): "x"}})
			if err == nil {
				_, _, err = f.gh.PullRequests.Get(t.Context(), "acme", "careers", n)
			}
			for range 3 {
				// One in three of these is told that it went wrong.
				_, _, _ = f.gh.Issues.CreateComment(t.Context(), "acme", "careers", n, &github.IssueComment{Body: github.String("x")})
			}
			if err == nil {
				_, err = f.git(".", f.token, "ls-remote", "-q", f.repo.CloneURL())
			}
			if err == nil {
				_, err = f.repo.MergePull(n, MergeCommit)
			}
			if _, e := f.hub.Deliver(t.Context()); err == nil {
				err = e
			}
			done <- err
		}()
	}
	for range 6 {
		select {
		case err := <-done:
			if err != nil {
				t.Error(err)
			}
		case <-time.After(time.Minute):
			t.Fatal("it hangs")
		}
	}
	s, err := f.hub.State()
	f.check(err)
	if r := s.Repos[0]; len(r.Comments) != 18 || f.states() != "merged merged merged merged merged merged " {
		t.Errorf("got %d comments, %s", len(r.Comments), f.states())
	}
	f.clean()
}
