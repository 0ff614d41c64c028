package fakehub

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-github/v60/github"

	"github.com/milepost-dev/milepost/internal/gitrepo"
)

// write writes a file into a clone and commits it.
func (f *fixture) write(dir, name, text string) {
	f.t.Helper()
	f.check(os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644))
	for _, args := range [][]string{{"add", "-A"}, {"commit", "-q", "-m", "write " + name}} {
		_, err := f.git(dir, f.token, args...)
		f.check(err)
	}
}

func TestGit(t *testing.T) {
	t.Parallel()
	f := start(t, Options{})
	dir := filepath.Join(t.TempDir(), "clone")
	if _, err := f.git(".", "ghs_wrong", "clone", "-q", f.repo.CloneURL(), dir); err == nil {
		t.Fatal("cloned with a token that is none")
	}
	_, readToken := f.installation(&github.InstallationTokenOptions{Permissions: &github.InstallationPermissions{Contents: github.String("read")}})
	_, err := f.git(".", readToken, "clone", "-q", f.repo.CloneURL(), dir)
	f.check(err)
	f.write(dir, "b.txt", "b")
	if _, err := f.git(dir, readToken, "push", "-q", "origin", "HEAD:topic"); err == nil || f.repo.Head("topic") != "" {
		t.Error("pushed with a token that reads")
	}
	_, err = f.git(dir, f.token, "push", "-q", "origin", "HEAD:topic")
	f.check(err)
	if got, _ := f.git(dir, f.token, "rev-parse", "HEAD"); got != f.repo.Head("topic") {
		t.Errorf("topic is at %s", f.repo.Head("topic"))
	}
	n, err := f.repo.OpenPull(PullOptions{Branch: "topic"})
	f.check(err)
	f.check(f.repo.ComputeMerges())
	_, err = f.git(dir, f.token, "fetch", "-q", "origin", "+refs/pull/*:refs/remotes/pull/*")
	f.check(err)
	if got, err := f.git(dir, f.token, "rev-parse", "refs/remotes/pull/1/merge^2"); err != nil || got != f.repo.Head("topic") {
		t.Errorf("got %s, %v", got, err)
	}
	if _, err := f.git(dir, f.token, "push", "-q", "origin", "HEAD:refs/pull/1/head"); err == nil {
		t.Error("pushed to what GitHub keeps")
	}
	f.write(dir, "c.txt", "c")
	_, err = f.git(dir, f.token, "push", "-q", "origin", "HEAD:topic")
	f.check(err)
	p, _, err := f.gh.PullRequests.Get(t.Context(), "acme", "careers", n)
	f.check(err)
	if p.GetHead().GetSHA() != f.repo.Head("topic") || p.GetCommits() != 2 {
		t.Errorf("got %v", p)
	}
	_, err = f.git(dir, f.token, "push", "-q", "origin", "HEAD:main")
	f.check(err)
	if s, _ := f.repo.State(); s.Pulls[0].State != "merged" {
		t.Errorf("a head that reached the base: got %+v", s.Pulls)
	}
	if _, err := f.git(dir, f.token, "ls-remote", f.srv.URL+"/acme/none.git"); err == nil {
		t.Error("there is no such repository")
	}
	f.clean()
}

func TestGitRules(t *testing.T) {
	t.Parallel()
	f := start(t, Options{})
	f.repo.Protect("main", Protection{Required: []string{"milepost"}})
	f.repo.AddRuleset(Ruleset{Name: "versions stay", Target: "tag", Include: []string{"refs/tags/frameworks/**/*"}, Rules: []string{"update", "deletion"}})
	dir := filepath.Join(t.TempDir(), "clone")
	_, err := f.git(".", f.token, "clone", "-q", f.repo.CloneURL(), dir)
	f.check(err)
	f.write(dir, "b.txt", "b")
	for _, args := range [][]string{{"tag", "frameworks/x/v1"}, {"push", "-q", "origin", "frameworks/x/v1"}, {"tag", "-f", "frameworks/x/v1", "HEAD~1"}} {
		_, err := f.git(dir, f.token, args...)
		f.check(err)
	}
	for _, refused := range []string{"HEAD:main", "+frameworks/x/v1", ":refs/tags/frameworks/x/v1"} {
		if out, err := f.git(dir, f.token, "push", "-q", "origin", refused); err == nil || !strings.Contains(out, "GH013") {
			t.Errorf("%s: got %s, %v", refused, out, err)
		}
	}
	if out, err := f.git(dir, f.token, "push", "origin", "HEAD:fine", "HEAD:main"); err == nil || f.repo.Head("fine") == "" {
		t.Errorf("one of two: got %s", out)
	}
	if _, err := f.git(dir, f.token, "push", "-q", "origin", ":main"); err == nil {
		t.Error("the default branch is deleted")
	}
	for _, ref := range []string{"tags/frameworks/x/v1", "heads/main"} {
		if res, _ := f.gh.Git.DeleteRef(t.Context(), "acme", "careers", ref); res.StatusCode != 422 {
			t.Errorf("%s: got %d", ref, res.StatusCode)
		}
	}
	owner := f.hub.UserToken("acme")
	_, err = f.git(dir, owner, "push", "-q", "origin", "HEAD:main")
	f.check(err)
	all, _, err := f.gh.Repositories.GetAllRulesets(t.Context(), "acme", "careers", false)
	f.check(err)
	one, _, err := f.gh.Repositories.GetRuleset(t.Context(), "acme", "careers", all[0].GetID(), false)
	f.check(err)
	if one.Name != "versions stay" || len(one.Rules) != 2 {
		t.Errorf("got %v", one)
	}
	p, _, err := f.gh.Repositories.GetBranchProtection(t.Context(), "acme", "careers", "main")
	f.check(err)
	if (*p.GetRequiredStatusChecks().Contexts)[0] != "milepost" {
		t.Errorf("got %v", p)
	}
	f.repo.AddRuleset(Ruleset{Name: "main", Include: []string{"~DEFAULT_BRANCH"}, Rules: []string{"pull_request", "required_status_checks", "merge_queue", "non_fast_forward"},
		Protection: Protection{Required: []string{"milepost"}, Approvals: 1}})
	code, body := f.raw("GET", "/repos/acme/careers/rules/branches/main", "")
	if code != 200 || !strings.Contains(body, `"merge_queue"`) || !strings.Contains(body, `"context":"milepost"`) {
		t.Errorf("got %d %s", code, body)
	}
	if code, body := f.raw("GET", "/repos/acme/careers/rules/branches/other", ""); code != 200 || body != "[]" {
		t.Errorf("got %d %s", code, body)
	}
	f.clean()
}

func TestForks(t *testing.T) {
	t.Parallel()
	f := start(t, Options{})
	n, err := f.repo.OpenPull(PullOptions{Branch: "topic", Fork: "eve", Author: "eve", Files: map[string]string{"e.txt": "e"}})
	f.check(err)
	fork := f.hub.Repo("eve", "careers")
	p, _, err := f.gh.PullRequests.Get(t.Context(), "acme", "careers", n)
	f.check(err)
	if p.GetHead().GetRepo().GetFullName() != "eve/careers" || !p.GetHead().GetRepo().GetFork() || p.GetHead().GetLabel() != "eve:topic" || !p.GetMergeable() {
		t.Errorf("got %v", p.GetHead())
	}
	_, err = fork.Push("topic", map[string]string{"e.txt": "f"})
	f.check(err)
	if out, err := f.repo.Git("rev-parse", "refs/pull/1/head"); err != nil || out != fork.Head("topic") {
		t.Errorf("got %s, %v", out, err)
	}
	k, _, err := f.gh.Checks.CreateCheckRun(t.Context(), "acme", "careers", github.CreateCheckRunOptions{Name: "x", HeadSHA: fork.Head("topic")})
	f.check(err)
	if len(k.PullRequests) != 0 {
		t.Errorf("got %v", k.PullRequests)
	}
	if _, res, _ := f.gh.Apps.FindRepositoryInstallation(t.Context(), "eve", "careers"); res.StatusCode != 401 {
		t.Errorf("got %d", res.StatusCode)
	}
	if _, res, _ := f.app().Apps.FindRepositoryInstallation(t.Context(), "eve", "careers"); res.StatusCode != 404 {
		t.Errorf("got %d", res.StatusCode)
	}
	_, err = f.repo.MergePull(n, MergeCommit)
	f.check(err)
	f.clean()
}

// TestFrom has a repository that is copied from one on this machine.
func TestFrom(t *testing.T) {
	t.Parallel()
	f := start(t, Options{})
	_, err := f.repo.Push("side", map[string]string{"s": "s"})
	f.check(err)
	f.check(f.repo.SetRef("refs/tags/v1", "main"))
	r, err := f.hub.CreateRepo("copy", "careers", RepoOptions{From: f.repo.Dir()})
	f.check(err)
	if r.Head("main") != f.repo.Head("main") || r.Head("side") != f.repo.Head("side") || r.Head("gone") != "" {
		t.Errorf("got %s", r.Head("main"))
	}
	if s, err := r.State(); err != nil || len(s.Tags) != 1 {
		t.Errorf("got %+v, %v", s, err)
	}
	for name, o := range map[string]RepoOptions{"a": {From: t.TempDir()}, "b": {From: f.repo.Dir(), Branch: "none"}, "../c": {}, "d.git": {}} {
		if _, err := f.hub.CreateRepo("copy", name, o); err == nil {
			t.Errorf("%s: it is made", name)
		}
	}
}

// TestMirror has what reads and tags repositories here work with a hub.
func TestMirror(t *testing.T) {
	t.Parallel()
	f := start(t, Options{})
	r, err := gitrepo.Open(t.Context(), gitrepo.Options{Location: f.repo.CloneURL(), CacheDir: t.TempDir(), Token: f.token})
	f.check(err)
	defer func() { f.check(r.Close()) }()
	want, err := f.repo.Push("main", map[string]string{"frameworks/x/f.cue": "x"})
	f.check(err)
	if got, err := r.Refresh(t.Context()); err != nil || got != want {
		t.Errorf("got %s, %v", got, err)
	}
	tag := gitrepo.NewTag{Name: "frameworks/x/v1.0.0", Commit: want, Message: "One", Nonce: "nonce-0001", TaggerName: "Milepost", Time: f.clock.now()}
	out, err := gitrepo.PushTag(t.Context(), gitrepo.TagOptions{Location: f.repo.CloneURL(), Token: f.token}, tag)
	if err != nil || !out.Won {
		t.Errorf("got %+v, %v", out, err)
	}
	tag.Nonce = "nonce-0002"
	if out, err = gitrepo.PushTag(t.Context(), gitrepo.TagOptions{Location: f.repo.CloneURL(), Token: f.token}, tag); err != nil || out.Won {
		t.Errorf("a second time: got %+v, %v", out, err)
	}
	s, err := f.repo.State()
	f.check(err)
	if len(s.Tags) != 1 || s.Tags[0].Commit != want || !s.Tags[0].Annotated {
		t.Errorf("got %+v", s.Tags)
	}
	all := f.hub.Deliveries()
	if last := all[len(all)-1]; last.Event != "create" || !strings.Contains(string(last.Payload), `"ref":"frameworks/x/v1.0.0"`) {
		t.Errorf("got %s %s", last.Event, last.Payload)
	}
	f.clean()
}
