package fakehub

import (
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-github/v60/github"
)

// TestAcceptance: what an App asks for anew counts once it is accepted, and
// what it gives up is gone at once.
func TestAcceptance(t *testing.T) {
	t.Parallel()
	f := start(t, Options{Permissions: map[string]string{"contents": "read", "issues": "write"}})
	granted := func() string {
		i, _, err := f.app().Apps.FindRepositoryInstallation(t.Context(), "acme", "careers")
		f.check(err)
		return i.GetPermissions().GetContents() + " " + i.GetPermissions().GetIssues()
	}
	f.hub.SetPermissions(map[string]string{"contents": "write"})
	if got := granted(); got != "read " {
		t.Errorf("before: got %q", got)
	}
	app, _, err := f.app().Apps.Get(t.Context(), "")
	f.check(err)
	if got := app.GetPermissions().GetContents(); got != "write" {
		t.Errorf("the App asks for %q", got)
	}
	f.hub.Accept("acme")
	if got := granted(); got != "write " {
		t.Errorf("after: got %q", got)
	}
	f.clean()
}

// TestSubscription: the App is sent what it asked for, and what becomes of its
// installations.
func TestSubscription(t *testing.T) {
	t.Parallel()
	f := start(t, Options{})
	b := newInbox(t)
	f.hub.SetWebhook(b.URL, "s3cret")
	f.hub.Subscribe("push")
	f.pull("topic")
	f.hub.Suspend("acme", true)
	f.deliver()
	if got := names(b.take()); got != "push installation.suspend" {
		t.Errorf("got %s", got)
	}
	f.clean()
}

func TestHookConfig(t *testing.T) {
	t.Parallel()
	f := start(t, Options{})
	b := newInbox(t)
	f.hub.SetWebhook(b.URL, "s3cret")
	f.hub.SetHookConfig(HookConfig{Form: true, Insecure: true, NoSecret: true})
	f.hub.Ping()
	f.deliver()
	got := b.take()
	if len(got) != 1 || !strings.HasPrefix(string(got[0].body), "payload=%7B") || got[0].header.Get("X-Hub-Signature-256") != "" ||
		got[0].header.Get("Content-Type") != "application/x-www-form-urlencoded" {
		t.Errorf("got %v", got)
	}
	hook, _, err := f.app().Apps.GetHookConfig(t.Context())
	f.check(err)
	if hook.GetContentType() != "form" || hook.GetInsecureSSL() != "1" || hook.Secret != nil {
		t.Errorf("got %v", hook)
	}
	f.clean()
}

// TestHooksOfARepository: each has its events and its last answer.
func TestHooksOfARepository(t *testing.T) {
	t.Parallel()
	f := start(t, Options{})
	b := newInbox(t)
	b.answer = http.StatusTeapot
	f.repo.SetHooks(Hook{URL: b.URL, Secret: "x", Events: []string{"push"}}, Hook{URL: b.URL, Secret: "x", Inactive: true})
	f.pull("topic")
	f.deliver()
	if got := names(b.take()); got != "push" {
		t.Errorf("got %s", got)
	}
	list, _, err := f.client(f.hub.UserToken("acme")).Repositories.ListHooks(t.Context(), "acme", "careers", nil)
	f.check(err)
	if len(list) != 2 || list[0].LastResponse["code"] != float64(http.StatusTeapot) || list[1].GetActive() || list[1].LastResponse["code"] != nil {
		t.Errorf("got %v", list)
	}
	f.clean()
}

// TestSetupIsSeen: what is told to whom of a repository's settings.
func TestSetupIsSeen(t *testing.T) {
	t.Parallel()
	f := start(t, Options{})
	id := f.repo.AddRuleset(Ruleset{Name: "versions", Target: "tag", Include: []string{"~ALL"}, Exclude: []string{"refs/tags/x/**/*"}, Rules: []string{"creation"}, BypassApp: true})
	f.repo.AllowRebase(false)
	reading, _ := f.installation(&github.InstallationTokenOptions{Permissions: &github.InstallationPermissions{Contents: github.String("read")}})
	for name, c := range map[string]struct {
		gh   *github.Client
		want bool
	}{"reading": {reading, false}, "writing": {f.gh, true}} {
		r, _, err := c.gh.Repositories.Get(t.Context(), "acme", "careers")
		f.check(err)
		if (r.AllowRebaseMerge != nil) != c.want || c.want && r.GetAllowRebaseMerge() {
			t.Errorf("%s: got %v", name, r.AllowRebaseMerge)
		}
		s, _, err := c.gh.Repositories.GetRuleset(t.Context(), "acme", "careers", int64(id), true)
		f.check(err)
		if len(s.BypassActors) != 0 {
			t.Errorf("%s: got %v", name, s.BypassActors)
		}
	}
	if _, body := f.raw("GET", "/repos/acme/careers/rulesets/"+strconv.Itoa(id), ""); !strings.Contains(body, `"current_user_can_bypass":"always"`) {
		t.Errorf("got %s", body)
	}
	n, _ := f.pull("topic")
	if _, err := f.repo.MergePull(n, Rebase); err == nil {
		t.Error("it is merged by a rebase")
	}
	f.clean()
}

func TestPatterns(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		pattern, ref string
		want         bool
	}{
		{"refs/tags/a/**/*", "refs/tags/a/b/v1", true},
		{"refs/tags/a/**/*", "refs/tags/a/v1", true},
		{"refs/tags/a/**", "refs/tags/a/b/v1", false},
		{"refs/tags/a/**", "refs/tags/a/v1", true},
		{"refs/tags/*", "refs/tags/a/v1", false},
		{"refs/tags/**/*", "refs/tags/a/v1", true},
		{"refs/tags/a?", "refs/tags/ab", true},
		{"refs/tags/a.b", "refs/tags/axb", false},
	} {
		if got := matches(c.pattern, c.ref); got != c.want {
			t.Errorf("%s %s: got %v", c.pattern, c.ref, got)
		}
	}
}
