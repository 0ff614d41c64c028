package webhook

import (
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"
	"unicode"

	"github.com/milepost-dev/milepost/internal/fakehub"
	"github.com/milepost-dev/milepost/internal/gittest"
)

const hookPath = "/webhooks/github"

// clinic is a set-up that is wholly right, until a test makes something wrong.
type clinic struct {
	t       *testing.T
	clock   *clock
	hub     *fakehub.Hub
	repo    *fakehub.Repo
	server  *httptest.Server // that takes deliveries
	broken  atomic.Int32     // what it answers instead, 0 for nothing
	secrets []Secret         // that it knows
	account Account
	o       Examination
}

// rightPermissions are what docs/running.md names.
func rightPermissions() map[string]string {
	return map[string]string{"checks": "write", "contents": "write", "merge_queues": "read", "pull_requests": "write"}
}

func without(m map[string]string, name string) map[string]string {
	out := maps.Clone(m)
	delete(out, name)
	return out
}

func with(m map[string]string, name, value string) map[string]string {
	out := maps.Clone(m)
	out[name] = value
	return out
}

func newClinic(t *testing.T, o fakehub.Options) *clinic {
	t.Helper()
	c := &clinic{t: t, clock: &clock{at: time.Date(2027, 1, 5, 9, 0, 0, 0, time.UTC)}, secrets: []Secret{NewSecret(secret)}}
	if o.Permissions == nil {
		o.Permissions = rightPermissions()
	}
	o.Dir, o.Now, o.WebhookSecret = t.TempDir(), c.clock.now, secret
	var err error
	c.hub, err = fakehub.New(o)
	c.check(err)
	srv := httptest.NewServer(c.hub.Handler())
	t.Cleanup(srv.Close)
	c.hub.SetURL(srv.URL)
	c.repo, err = c.hub.CreateRepo("acme", "careers", fakehub.RepoOptions{Files: files(gittest.Ladder("a", "One"))})
	c.check(err)
	c.repo.AllowRebase(false)
	c.server = httptest.NewServer(http.HandlerFunc(c.receive))
	t.Cleanup(c.server.Close)
	c.hub.SetWebhook(c.server.URL+hookPath, secret)
	c.account = Account{Repository: "acme/careers", BaseURL: srv.URL, AppID: int64(c.hub.App().ID), AppKey: NewSecret(string(c.hub.App().KeyPEM)), Now: c.clock.now}
	c.o = Examination{Secrets: c.secrets, ServerURL: c.server.URL, WebhookPath: hookPath, Root: "frameworks", Release: true}
	return c
}

// protect adds the rulesets as they should be.
func (c *clinic) protect() *clinic {
	c.repo.AddRuleset(c.branchRules())
	c.repo.AddRuleset(tagRules())
	return c
}

func (c *clinic) branchRules() fakehub.Ruleset {
	return fakehub.Ruleset{Name: "main", Include: []string{"~DEFAULT_BRANCH"}, Rules: []string{"pull_request", "required_status_checks"},
		Protection: fakehub.Protection{Required: []string{CheckName}, From: c.hub.App().ID, Approvals: 1, DismissStale: true}}
}

func tagRules() fakehub.Ruleset {
	return fakehub.Ruleset{Name: "versions", Target: "tag", Include: []string{"refs/tags/frameworks/**/*"}, Rules: []string{"update", "deletion"}}
}

// receive is the server: the real receiver, where it takes deliveries.
func (c *clinic) receive(w http.ResponseWriter, req *http.Request) {
	if code := int(c.broken.Load()); code != 0 {
		w.Header().Set("Location", "https://elsewhere.example.com/")
		w.WriteHeader(code)
		return
	}
	if req.URL.Path != hookPath {
		http.NotFound(w, req)
		return
	}
	r := &receiver{secrets: c.secrets, repository: "acme/careers", branch: func() string { return "main" }, add: func(Hint) {},
		log: slog.New(slog.DiscardHandler), counted: func(string, string) {}}
	r.ServeHTTP(w, req)
}

func (c *clinic) check(err error) {
	c.t.Helper()
	if err != nil {
		c.t.Fatal(err)
	}
}

// event has something happen that is delivered.
func (c *clinic) event() {
	c.t.Helper()
	_, err := c.repo.Push("topic", map[string]string{"README.md": c.clock.now().String()})
	c.check(err)
	c.deliver()
	c.clock.pass(time.Minute)
}

func (c *clinic) deliver() {
	c.t.Helper()
	_, err := c.hub.Deliver(c.t.Context())
	c.check(err)
}

// examine is the diagnosis, of which nothing is secret or steers a terminal.
func (c *clinic) examine() []Diagnosis {
	c.t.Helper()
	gh, err := Connect(c.account)
	c.check(err)
	out, err := gh.Examine(c.t.Context(), c.o)
	c.check(err)
	for _, d := range out {
		harmless(c.t, d)
	}
	return out
}

// harmless: no secret, nothing that steers a terminal, and advice wherever
// something is not right.
func harmless(t *testing.T, d Diagnosis) {
	t.Helper()
	text := d.Check + d.Text + d.Do
	for _, word := range []string{secret, "hunter2", "PRIVATE KEY", "ghs_", "ghp_", "Bearer"} {
		if strings.Contains(text, word) {
			t.Errorf("%s: %q is said: %+v", d.Check, word, d)
		}
	}
	if strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsPrint(r) }) {
		t.Errorf("%s: it holds what cannot be seen: %+q", d.Check, d)
	}
	if d.Text == "" || (d.Do == "") != (d.State == OK) {
		t.Errorf("%s: words or advice are lacking: %+v", d.Check, d)
	}
}

// says is what a diagnosis must be.
type says struct {
	check    string
	state    State
	text, do string // parts of them
}

// want compares: what is named is so, and all else is right.
func (c *clinic) want(want ...says) {
	c.t.Helper()
	compared(c.t, c.examine(), want)
	for _, v := range c.hub.Violations() {
		c.t.Errorf("violation: %s", v)
	}
}

func compared(t *testing.T, got []Diagnosis, want []says) {
	t.Helper()
	for _, d := range got {
		ok := d.State == OK
		for i, w := range want {
			if w.check != d.Check {
				continue
			}
			if ok = d.State == w.state && strings.Contains(d.Text, w.text) && strings.Contains(d.Do, w.do); ok {
				want = append(want[:i:i], want[i+1:]...)
				break
			}
		}
		if !ok {
			t.Errorf("got %+v", d)
		}
	}
	for _, w := range want {
		t.Errorf("it does not say %+v", w)
	}
}
