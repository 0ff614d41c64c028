package webhook

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/milepost-dev/milepost/internal/fakehub"
)

// TestDoctorOfTheHealthy: of a set-up that is wholly right, nothing is said but
// that it is.
func TestDoctorOfTheHealthy(t *testing.T) {
	t.Parallel()
	c := newClinic(t, fakehub.Options{}).protect()
	c.event()
	c.want()
	if n := len(c.examine()); n != 16 {
		t.Errorf("%d things are looked at", n)
	}
	for _, call := range c.hub.Calls() {
		if call.Method != "GET" && call.Route != "/app/installations/{installation_id}/access_tokens" && call.Route != "git-upload-pack" && call.Actor != "acme" {
			t.Errorf("it changes something: %+v", call)
		}
	}
	c.o.Release = false
	c.hub.SetPermissions(with(rightPermissions(), "contents", "read"))
	c.want(says{"merging", Unchecked, "only those who may write", "Allow rebase merging"})
}

// broken sends the newest event into a server that answers with a status.
func answering(code int) func(*clinic) {
	return func(c *clinic) {
		c.broken.Store(int32(code))
		c.event()
	}
}

// ahead moves our clock.
func ahead(d time.Duration) func(*clinic) {
	return func(c *clinic) { c.account.Now = func() time.Time { return c.clock.now().Add(d) } }
}

func anotherKey(t *testing.T) Secret {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	return NewSecret(string(pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)})))
}

// waitForApp are the things that are not known while the App's key is not taken.
func waitFor(what string, checks ...string) (out []says) {
	for _, c := range checks {
		out = append(out, says{c, Unchecked, what, "Put that right first"})
	}
	return out
}

var (
	ofTheRepository = []string{"required check", "approvals", "tags", "merging", "rate limit", "repository"}
	ofTheApp        = append([]string{"permissions", "events", "webhook", "webhook secret", "deliveries", "missed deliveries", "installation"}, ofTheRepository...)
)

type refusing struct{ err error }

func (r refusing) RoundTrip(*http.Request) (*http.Response, error) { return nil, r.err }

// TestDoctor makes one thing wrong after the other, with the real stand-in for
// GitHub and the real receiver: that is said, with what to do, and nothing else.
func TestDoctor(t *testing.T) {
	t.Parallel()
	for name, k := range map[string]struct {
		wrong func(*clinic)
		want  []says
	}{
		"clock a little ahead": {ahead(12 * time.Second), []says{{"clock", Warning, "12 seconds ahead of GitHub's", "timedatectl set-ntp true"}}},
		"clock behind":         {ahead(-40 * time.Second), []says{{"clock", Problem, "behind GitHub's", "timedatectl set-ntp true"}}},
		"clock far ahead": {ahead(5 * time.Minute), append([]says{{"clock", Problem, "5 minutes ahead", "time server"}, {"app", Problem, "does not take the key", "Set the clock first"}},
			waitFor("see app", ofTheApp...)...)},
		"another key": {func(c *clinic) { c.account.AppKey = anotherKey(c.t) },
			append([]says{{"app", Problem, "could not be decoded", "generate a new private key"}}, waitFor("see app", ofTheApp...)...)},
		"another App": {func(c *clinic) { c.account.AppID = 7 },
			append([]says{{"app", Problem, "App ID 7", "Compare --github-app-id with the App ID"}}, waitFor("see app", ofTheApp...)...)},

		"not installed": {func(c *clinic) { c.hub.Uninstall("acme") },
			append([]says{{"installation", Problem, "not installed with acme/careers", "Install App, acme, and choose the repository careers"}},
				waitFor("see installation", append([]string{"permissions"}, ofTheRepository...)...)...)},
		"suspended": {func(c *clinic) { c.hub.Suspend("acme", true) },
			append([]says{{"installation", Problem, "suspended since 5 January 2027", "Unsuspend"}}, waitFor("see installation", ofTheRepository...)...)},

		"a permission is lacking": {func(c *clinic) { c.hub.SetPermissions(without(rightPermissions(), "checks")) },
			[]says{{"permissions", Problem, "lacks Checks: Write", "/permissions). An owner of acme then has to accept it"}}},
		"a permission is too low": {func(c *clinic) { c.hub.SetPermissions(with(rightPermissions(), "pull_requests", "read")) },
			[]says{{"permissions", Problem, "lacks Pull requests: Write", "Permissions & events"}}},
		"nothing can be read": {func(c *clinic) { c.hub.SetPermissions(without(rightPermissions(), "contents")) },
			[]says{{"permissions", Problem, "lacks Contents: Write", "accept it"}, {"required check", Unchecked, "see permissions", ""}, {"approvals", Unchecked, "see permissions", "Put that right first"},
				{"tags", Unchecked, "see permissions", "Put that right first"}, {"merging", Unchecked, "see permissions", "Put that right first"}, {"rate limit", Unchecked, "see permissions", "Put that right first"}, {"repository", Problem, "Git cannot read", "Contents: Read"}}},
		"merge queues": {func(c *clinic) { c.hub.SetPermissions(without(rightPermissions(), "merge_queues")) },
			[]says{{"permissions", Warning, "lacks Merge queues: Read", "accept it"}}},
		"more than is needed": {func(c *clinic) {
			c.hub.SetPermissions(with(rightPermissions(), "issues", "write"))
			c.hub.Accept("acme")
		}, []says{{"permissions", Warning, "more than it needs: Issues: Write", "No access"}}},

		"no push": {func(c *clinic) {
			c.hub.Subscribe("check_run", "check_suite", "create", "delete", "merge_group", "pull_request")
		},
			[]says{{"events", Problem, "does not send Push: merges get their tags only minutes later", "tick Push."}}},
		"no tags": {func(c *clinic) { c.hub.Subscribe("check_run", "check_suite", "merge_group", "pull_request", "push") },
			[]says{{"events", Warning, "does not send Create, Delete: tags", "tick Create, Delete."}}},
		"no merge queue": {func(c *clinic) {
			c.hub.Subscribe("check_run", "check_suite", "create", "delete", "pull_request", "push")
		},
			[]says{{"events", Warning, "does not send Merge group", "tick Merge group."}}},

		"no webhook":         {func(c *clinic) { c.hub.SetWebhook("", secret) }, []says{{"webhook", Problem, "there is no webhook", "tick Active"}, {"webhook secret", Unchecked, "see webhook", ""}}},
		"another path":       {func(c *clinic) { c.hub.SetWebhook(c.server.URL+"/hooks", secret) }, []says{{"webhook", Problem, "/hooks, and the server takes deliveries at /webhooks/github", "enter http://127.0.0.1"}}},
		"no address":         {func(c *clinic) { c.hub.SetWebhook("careers.example.com", secret) }, []says{{"webhook", Problem, "an address that is none", "as the Webhook URL"}}},
		"without https":      {func(c *clinic) { c.hub.SetWebhook("http://careers.example.com"+hookPath, secret) }, []says{{"webhook", Problem, "without https", "with https"}}},
		"another server":     {func(c *clinic) { c.hub.SetWebhook("https://careers.example.com"+hookPath, secret) }, []says{{"webhook", Warning, "one of them may be wrong", "if that is where the server is"}}},
		"no certificates":    {func(c *clinic) { c.hub.SetHookConfig(fakehub.HookConfig{Insecure: true}) }, []says{{"webhook", Problem, "does not verify", "SSL verification to Enable"}}},
		"a form":             {func(c *clinic) { c.hub.SetHookConfig(fakehub.HookConfig{Form: true}) }, []says{{"webhook", Problem, "content type form", "application/json"}}},
		"nothing is signed":  {func(c *clinic) { c.hub.SetHookConfig(fakehub.HookConfig{NoSecret: true}) }, []says{{"webhook secret", Problem, "signs nothing", "enter what stands in the file"}}},
		"a listener of ours": {func(c *clinic) { c.o.OwnListener = true }, nil},
		"listens elsewhere": {func(c *clinic) {
			c.o.OwnListener = true
			c.hub.SetWebhook("https://hooks.example.com"+hookPath, secret)
		}, []says{{"webhook from here", Unchecked, "nothing else is posted to", "--webhook-listen"}}},
		"address not known":   {func(c *clinic) { c.o.ServerURL = "" }, []says{{"webhook from here", Unchecked, "not known", "Add --url"}}},
		"this machine is cut": {func(c *clinic) { c.o.Transport = refusing{errors.New("connection refused")} }, []says{{"webhook from here", Warning, "from this machine", "GitHub gets through"}}},

		"GitHub's secret": {func(c *clinic) { c.hub.SetWebhook(c.server.URL+hookPath, "hunter2 of GitHub"); c.event() },
			[]says{{"webhook secret", Problem, "GitHub signs by another secret", "as the Secret"}, {"missed deliveries", Warning, "refused for its signature (401)", "--redeliver"}}},
		"the server's secret": {func(c *clinic) { c.secrets = []Secret{NewSecret("hunter2 of the server")}; c.event() },
			[]says{{"webhook secret", Problem, "they have different secrets", "start the server again"}, {"webhook from here", Problem, "refuses what the secret here signs", "Start the server again"},
				{"missed deliveries", Warning, "refused for its signature (401)", ""}}},
		"the file's secret": {func(c *clinic) { c.o.Secrets = []Secret{NewSecret("hunter2 of the file")} },
			[]says{{"webhook from here", Problem, "runs with another secret", "Start the server again"}}},
		"a secret is replaced": {func(c *clinic) { c.o.Secrets = append(c.o.Secrets, NewSecret("hunter2 that is new")) },
			[]says{{"webhook from here", Warning, "does not know the one in place 2", "it reads the file when it starts"}}},

		"no server": {answering(502), []says{{"deliveries", Problem, "the proxy answers, and the server behind it does not (502)", "systemctl status milepost"},
			{"webhook from here", Problem, "(502)", "systemctl"}, {"missed deliveries", Warning, "times the proxy answers", "--redeliver"}}},
		"no route": {answering(404), []says{{"deliveries", Problem, "nothing takes deliveries there (404)", "hands /webhooks/github to it"},
			{"webhook from here", Problem, "(404)", "--github-repo"}, {"missed deliveries", Warning, "404", ""}}},
		"a firewall": {answering(403), []says{{"deliveries", Problem, "something before the server refuses it (403)", "without a login"},
			{"webhook from here", Problem, "(403)", "without a login"}, {"missed deliveries", Warning, "403", ""}}},
		"too large": {answering(413), []says{{"deliveries", Problem, "too large", "25 MB"}, {"webhook from here", Problem, "413", ""}, {"missed deliveries", Warning, "413", ""}}},
		"elsewhere": {answering(301), []says{{"deliveries", Problem, "it sends elsewhere (301)", "the address where it ends"},
			{"webhook from here", Problem, "(301)", "https"}, {"missed deliveries", Warning, "301", ""}}},
		"teapot": {answering(418), []says{{"deliveries", Problem, "refused (418)", "journalctl"}, {"webhook from here", Problem, "(418)", ""}, {"missed deliveries", Warning, "418", ""}}},
		"nobody": {func(c *clinic) { c.server.Close(); c.event() }, []says{{"deliveries", Problem, "nobody answered (failed to connect to host)", "the firewall"},
			{"webhook from here", Problem, "connection refused", "the proxy"}, {"missed deliveries", Warning, "nobody answered", ""}}},
		"nothing for days": {func(c *clinic) { c.clock.pass(100 * time.Hour) },
			[]says{{"webhook secret", Unchecked, "takes what the secret here signs", "Open or close a pull request"}, {"deliveries", Unchecked, "nothing in the last 7 days", "Open or close"}}},

		"rebase": {func(c *clinic) { c.repo.AllowRebase(true) }, []says{{"merging", Warning, "each commit of a pull request then becomes a version", "Allow rebase merging"}}},
		"branch": {func(c *clinic) { c.o.Branch = "missing" }, []says{{"repository", Problem, `has no branch "missing"; there are main, topic`, ""},
			{"required check", Unchecked, "no such branch (see repository)", ""}, {"approvals", Unchecked, "see repository", ""}}},
		"folder": {func(c *clinic) { c.o.Root = "careers" }, []says{{"repository", Problem, "no folder careers on the branch main", "--dir"}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newClinic(t, fakehub.Options{}).protect()
			c.event()
			k.wrong(c)
			c.want(k.want...)
		})
	}
}
