package webhook

import (
	"net/http"
	"testing"

	"github.com/milepost-dev/milepost/internal/fakehub"
)

// byToken is a right set-up without an App. What GitHub does not tell of a
// token is not checked.
func byToken(t *testing.T, role string) (*clinic, fakehub.Hook, []says) {
	t.Helper()
	c := newClinic(t, fakehub.Options{})
	c.hub.Uninstall("acme")
	b := c.branchRules()
	b.From = 0
	c.repo.AddRuleset(b)
	c.repo.AddRuleset(tagRules())
	c.repo.SetPermission("robot", role)
	c.account.AppID, c.account.AppKey, c.account.Token = 0, Secret{}, NewSecret(c.hub.UserToken("robot"))
	return c, fakehub.Hook{URL: c.server.URL + hookPath, Secret: secret, Events: []string{"push", "create", "delete", "pull_request", "merge_group"}}, []says{
		{"permissions", Unchecked, "GitHub does not say what a token may do", "Commit statuses: Write, Pull requests: Write, Contents: Write"},
		{"missed deliveries", Unchecked, "without an App", "Recent Deliveries"},
	}
}

// TestDoctorByToken: without an App, the webhook is the repository's.
func TestDoctorByToken(t *testing.T) {
	t.Parallel()
	for name, k := range map[string]struct {
		role  string
		wrong func(*clinic, *fakehub.Hook)
		want  []says
	}{
		"right":      {role: "admin"},
		"all events": {role: "admin", wrong: func(_ *clinic, h *fakehub.Hook) { h.Events = nil }},
		"few rights": {role: "write", want: []says{{"events", Unchecked, "does not show that", "running.md"}, {"webhook", Unchecked, "does not show that", ""},
			{"webhook secret", Unchecked, "does not show that", ""}, {"deliveries", Unchecked, "does not show that", ""}}},
		"no rights": {role: "read", want: []says{{"token", Problem, "may not write to acme/careers", "the role Write"}, {"merging", Unchecked, "only those who may write", "Allow rebase"},
			{"events", Unchecked, "", ""}, {"webhook", Unchecked, "", ""}, {"webhook secret", Unchecked, "", ""}, {"deliveries", Unchecked, "", ""}}},
		"no webhook": {role: "admin", wrong: func(_ *clinic, h *fakehub.Hook) { h.URL = "https://ci.example.com/hook" },
			want: append([]says{{"webhook", Problem, "there is no webhook", "Webhooks ("}}, waitFor("see webhook", "events", "webhook secret", "deliveries")...)},
		"switched off": {role: "admin", wrong: func(_ *clinic, h *fakehub.Hook) { h.Inactive = true },
			want: []says{{"webhook", Problem, "switched off", "tick Active"}, {"deliveries", Unchecked, "nothing yet", ""}, {"webhook secret", Unchecked, "", ""}}},
		"few events": {role: "admin", wrong: func(_ *clinic, h *fakehub.Hook) { h.Events = []string{"push", "create", "delete"} },
			want: []says{{"events", Problem, "does not send Merge group, Pull request", "Let me select individual events"}}},
		"another secret": {role: "admin", wrong: func(_ *clinic, h *fakehub.Hook) { h.Secret = "hunter2 of GitHub" },
			want: []says{{"webhook secret", Problem, "GitHub signs by another secret", "as the Secret"}}},
		"no server": {role: "admin", wrong: func(c *clinic, _ *fakehub.Hook) { c.broken.Store(http.StatusBadGateway) },
			want: []says{{"deliveries", Problem, "the server behind it does not (502)", "systemctl"}, {"webhook from here", Problem, "502", ""}, {"webhook secret", Unchecked, "", ""}}},
		"of an App": {role: "admin", wrong: func(c *clinic, _ *fakehub.Hook) { c.repo.AddRuleset(c.branchRules()) },
			want: []says{{"required check", Warning, "the other one of another App (App ID 4242)", "take the other one out"}}},
		"no such token": {role: "admin", wrong: func(c *clinic, _ *fakehub.Hook) { c.account.Token = NewSecret("ghp_of_nobody") },
			want: append([]says{{"token", Problem, "does not know the token", "Make a new one"}}, waitFor("see token", append([]string{"events", "webhook", "webhook secret", "deliveries"}, ofTheRepository...)...)...)},
		"not seen": {role: "", want: append([]says{{"token", Problem, "does not see acme/careers", "choose the repository"}},
			waitFor("see token", append([]string{"events", "webhook", "webhook secret", "deliveries"}, ofTheRepository...)...)...)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, h, always := byToken(t, k.role)
			if k.wrong != nil {
				k.wrong(c, &h)
			}
			c.repo.SetHooks(fakehub.Hook{URL: "https://ci.example.com/", Secret: "x", Inactive: true}, h)
			if h.URL == c.server.URL+hookPath {
				c.event()
			}
			c.want(append(k.want, always...)...)
		})
	}
}
