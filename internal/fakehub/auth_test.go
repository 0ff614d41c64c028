package fakehub

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-github/v60/github"
)

func TestAppAuthorization(t *testing.T) {
	t.Parallel()
	f := start(t, Options{})
	at := f.clock.now().Unix()
	for name, c := range map[string]struct {
		claims map[string]any
		want   int
	}{
		"good":         {map[string]any{"iat": at, "exp": at + 600, "iss": appID}, 200},
		"text issuer":  {map[string]any{"iat": at, "exp": at + 600, "iss": "4242"}, 200},
		"expired":      {map[string]any{"iat": at - 700, "exp": at, "iss": appID}, 401},
		"too far":      {map[string]any{"iat": at, "exp": at + 601, "iss": appID}, 401},
		"from future":  {map[string]any{"iat": at + 61, "exp": at + 500, "iss": appID}, 401},
		"another app":  {map[string]any{"iat": at, "exp": at + 500, "iss": 1}, 401},
		"without time": {map[string]any{"iss": appID}, 401},
	} {
		app, res, err := f.client(f.jwt(c.claims)).Apps.Get(t.Context(), "")
		if res.StatusCode != c.want || (err == nil) != (c.want == 200) || err == nil && app.GetSlug() != appSlug {
			t.Errorf("%s: got %d, %v", name, res.StatusCode, err)
		}
	}
	forged := f.jwt(map[string]any{"iat": at, "exp": at + 600, "iss": appID})
	forged = forged[:strings.LastIndex(forged, ".")+1] + "AAAA"
	for _, bad := range []string{forged, "a.b.c", "ghs_unknown"} {
		if _, res, err := f.client(bad).Apps.Get(t.Context(), ""); err == nil || res.StatusCode != 401 {
			t.Errorf("%s: got %d", bad, res.StatusCode)
		}
	}
	i, _, err := f.app().Apps.FindRepositoryInstallation(t.Context(), "acme", "careers")
	f.check(err)
	all, _, err := f.app().Apps.ListInstallations(t.Context(), nil)
	f.check(err)
	one, _, err := f.app().Apps.GetInstallation(t.Context(), i.GetID())
	f.check(err)
	if len(all) != 1 || one.GetAccount().GetLogin() != "acme" || one.GetPermissions().GetChecks() != "write" {
		t.Errorf("got %v, %v", all, one)
	}
	hook, _, err := f.app().Apps.GetHookConfig(t.Context())
	f.check(err)
	if hook.GetContentType() != "json" {
		t.Errorf("got %v", hook)
	}
	f.clean()
}

func TestTokens(t *testing.T) {
	t.Parallel()
	f := start(t, Options{})
	_, err := f.hub.CreateRepo("acme", "other", RepoOptions{})
	f.check(err)
	_, err = f.hub.CreateRepo("stranger", "careers", RepoOptions{})
	f.check(err)
	reading, _ := f.installation(&github.InstallationTokenOptions{Repositories: []string{"careers"},
		Permissions: &github.InstallationPermissions{Contents: github.String("read"), Checks: github.String("read")}})
	repos, _, err := reading.Apps.ListRepos(t.Context(), nil)
	f.check(err)
	if repos.GetTotalCount() != 1 || repos.Repositories[0].GetFullName() != "acme/careers" {
		t.Errorf("got %v", repos)
	}
	get := func(c *github.Client, owner, name string) int {
		_, res, _ := c.Repositories.Get(t.Context(), owner, name)
		return res.StatusCode
	}
	for what, got := range map[string]int{
		"own": get(reading, "acme", "careers"), "not chosen": get(reading, "acme", "other") + 200 - 404, "stranger's": get(f.gh, "stranger", "careers") + 200 - 404,
		"all": get(f.gh, "acme", "other"), "in another case": get(f.gh, "ACME", "Careers"),
	} {
		if got != 200 {
			t.Errorf("%s: got %d", what, got)
		}
	}
	_, _, err = reading.Checks.CreateCheckRun(t.Context(), "acme", "careers", github.CreateCheckRunOptions{Name: "x", HeadSHA: f.repo.Head("main")})
	if status(err) != http.StatusForbidden {
		t.Errorf("writing without the permission: %v", err)
	}
	if _, _, err := reading.PullRequests.List(t.Context(), "acme", "careers", nil); status(err) != http.StatusForbidden {
		t.Errorf("reading without the permission: %v", err)
	}
	for what, o := range map[string]*github.InstallationTokenOptions{
		"too much":   {Permissions: &github.InstallationPermissions{Administration: github.String("write")}},
		"no such":    {Repositories: []string{"missing"}},
		"another's ": {RepositoryIDs: []int64{int64(f.hub.Repo("stranger", "careers").id)}},
	} {
		if _, _, err := f.app().Apps.CreateInstallationToken(t.Context(), int64(f.hub.Installation("acme")), o); status(err) != 422 {
			t.Errorf("%s: %v", what, err)
		}
	}
	f.clock.pass(time.Hour)
	if got := get(f.gh, "acme", "careers"); got != http.StatusUnauthorized {
		t.Errorf("expired: got %d", got)
	}
	f.clean()
}

func TestInstallationLife(t *testing.T) {
	t.Parallel()
	f := start(t, Options{})
	id := int64(f.hub.Installation("acme"))
	f.hub.Suspend("acme", true)
	if _, _, err := f.gh.Repositories.Get(t.Context(), "acme", "careers"); status(err) != 403 {
		t.Errorf("suspended: %v", err)
	}
	if _, _, err := f.app().Apps.CreateInstallationToken(t.Context(), id, &github.InstallationTokenOptions{}); status(err) != 403 {
		t.Errorf("suspended: %v", err)
	}
	f.hub.Suspend("acme", false)
	if _, _, err := f.gh.Repositories.Get(t.Context(), "acme", "careers"); err != nil {
		t.Error(err)
	}
	f.hub.Uninstall("acme")
	if _, _, err := f.gh.Repositories.Get(t.Context(), "acme", "careers"); status(err) != 401 {
		t.Errorf("uninstalled: %v", err)
	}
	if _, _, err := f.app().Apps.CreateInstallationToken(t.Context(), id, &github.InstallationTokenOptions{}); status(err) != 404 {
		t.Errorf("uninstalled: %v", err)
	}
	if _, _, err := f.app().Apps.FindRepositoryInstallation(t.Context(), "acme", "careers"); status(err) != 404 {
		t.Errorf("uninstalled: %v", err)
	}
	f.hub.Install("acme")
	if again := int64(f.hub.Installation("acme")); again == id || again == 0 {
		t.Errorf("installed anew as %d", again)
	}
	f.clean()
}

func TestUsers(t *testing.T) {
	t.Parallel()
	f := start(t, Options{})
	f.repo.SetPermission("grace", "write")
	f.repo.SetPermission("tim", "triage")
	grace := f.client(f.hub.UserToken("grace"))
	u, _, err := grace.Users.Get(t.Context(), "")
	f.check(err)
	if u.GetLogin() != "grace" {
		t.Errorf("got %v", u)
	}
	head := f.repo.Head("main")
	if _, _, err := grace.Checks.CreateCheckRun(t.Context(), "acme", "careers", github.CreateCheckRunOptions{Name: "x", HeadSHA: head}); status(err) != 403 {
		t.Errorf("a check by a person: %v", err)
	}
	_, _, err = grace.Repositories.CreateStatus(t.Context(), "acme", "careers", head, &github.RepoStatus{State: github.String("success"), Context: github.String("milepost")})
	f.check(err)
	if _, _, err := f.client(f.hub.UserToken("eve")).Repositories.Get(t.Context(), "acme", "careers"); status(err) != 404 {
		t.Errorf("a stranger: %v", err)
	}
	if _, _, err := f.gh.Users.Get(t.Context(), ""); status(err) != 403 {
		t.Errorf("an installation has no user: %v", err)
	}
	for login, want := range map[string]string{"grace": "write write", "tim": "read triage", "acme": "admin admin", "eve": "none none"} {
		p, _, err := f.gh.Repositories.GetPermissionLevel(t.Context(), "acme", "careers", login)
		f.check(err)
		if got := p.GetPermission() + " " + p.GetUser().GetRoleName(); got != want {
			t.Errorf("%s: got %s, want %s", login, got, want)
		}
	}
	f.clean()
	res, err := http.Get(f.srv.URL + "/repos/acme/careers")
	f.check(err)
	f.check(res.Body.Close())
	if res.StatusCode != 401 || len(f.hub.Violations()) != 1 {
		t.Errorf("nobody: got %d, %v", res.StatusCode, f.hub.Violations())
	}
}

func TestRateLimits(t *testing.T) {
	t.Parallel()
	f := start(t, Options{RateLimit: 6, ContentPerMinute: 2})
	n, _ := f.pull("topic")
	// Three calls by the App's own token do not count for the installation.
	_, res, err := f.gh.Repositories.Get(t.Context(), "acme", "careers")
	f.check(err)
	if res.Rate.Remaining != 5 || res.Rate.Limit != 6 || !res.Rate.Reset.Time.Equal(f.clock.now().Add(time.Hour)) {
		t.Errorf("got %v", res.Rate)
	}
	for range 2 {
		_, _, err = f.gh.Issues.CreateComment(t.Context(), "acme", "careers", n, &github.IssueComment{Body: github.String("x")})
		f.check(err)
	}
	_, _, err = f.gh.Issues.CreateComment(t.Context(), "acme", "careers", n, &github.IssueComment{Body: github.String("x")})
	abuse, is := err.(*github.AbuseRateLimitError)
	if !is || abuse.GetRetryAfter() != time.Minute {
		t.Errorf("got %v", err)
	}
	rate, _, err := f.client(f.token).RateLimit.Get(t.Context())
	f.check(err)
	if rate.Core.Remaining != 2 {
		t.Errorf("got %v", rate.Core)
	}
	for range 2 {
		_, _, err = f.client(f.token).Repositories.Get(t.Context(), "acme", "careers")
		f.check(err)
	}
	_, _, err = f.client(f.token).Repositories.Get(t.Context(), "acme", "careers")
	if _, is := err.(*github.RateLimitError); !is {
		t.Errorf("got %v", err)
	}
	f.clock.pass(30 * time.Minute)
	f.clock.pass(30 * time.Minute)
	_, token := f.installation(nil)
	if _, _, err = f.client(token).Repositories.Get(t.Context(), "acme", "careers"); err != nil {
		t.Error(err)
	}
	f.clean()
}
