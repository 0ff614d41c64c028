package fakehub

import (
	"bytes"
	"context"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-github/v60/github"
)

// clock is one that moves when it is told to.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// fixture is a hub with one repository, served, and a client of the App's
// installation.
type fixture struct {
	t     *testing.T
	hub   *Hub
	repo  *Repo
	srv   *httptest.Server
	clock *clock
	gh    *github.Client
	token string
}

func start(t *testing.T, o Options) *fixture {
	t.Helper()
	f := &fixture{t: t, clock: &clock{at: time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)}}
	o.Dir, o.Now = t.TempDir(), f.clock.now
	var err error
	f.hub, err = New(o)
	f.check(err)
	f.srv = httptest.NewServer(f.hub.Handler())
	t.Cleanup(f.srv.Close)
	f.hub.SetURL(f.srv.URL)
	f.repo, err = f.hub.CreateRepo("acme", "careers", RepoOptions{Files: map[string]string{"a.txt": "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n12\n"}})
	f.check(err)
	f.gh, f.token = f.installation(nil)
	return f
}

func (f *fixture) check(err error) {
	f.t.Helper()
	if err != nil {
		f.t.Fatal(err)
	}
}

// clean fails if there was anything that GitHub refuses.
func (f *fixture) clean() {
	f.t.Helper()
	for _, v := range f.hub.Violations() {
		f.t.Errorf("violation: %s", v)
	}
}

func (f *fixture) client(token string) *github.Client {
	f.t.Helper()
	c, err := github.NewClient(nil).WithAuthToken(token).WithEnterpriseURLs(f.srv.URL, f.srv.URL)
	f.check(err)
	return c
}

// jwt signs claims with the App's key.
func (f *fixture) jwt(claims map[string]any) string {
	f.t.Helper()
	part := func(v any) string {
		b, err := json.Marshal(v)
		f.check(err)
		return base64.RawURLEncoding.EncodeToString(b)
	}
	text := part(map[string]string{"alg": "RS256", "typ": "JWT"}) + "." + part(claims)
	sum := sha256.Sum256([]byte(text))
	sig, err := rsa.SignPKCS1v15(rand.Reader, f.hub.key, crypto.SHA256, sum[:])
	f.check(err)
	return text + "." + base64.RawURLEncoding.EncodeToString(sig)
}

func (f *fixture) app() *github.Client {
	at := f.clock.now().Unix()
	return f.client(f.jwt(map[string]any{"iat": at - 60, "exp": at + 500, "iss": appID}))
}

func (f *fixture) installation(o *github.InstallationTokenOptions) (*github.Client, string) {
	f.t.Helper()
	if o == nil {
		o = &github.InstallationTokenOptions{}
	}
	t, _, err := f.app().Apps.CreateInstallationToken(f.t.Context(), int64(f.hub.Installation("acme")), o)
	f.check(err)
	return f.client(t.GetToken()), t.GetToken()
}

// pull opens a pull request that changes the fifth line of a.txt.
func (f *fixture) pull(branch string) (int, string) {
	f.t.Helper()
	n, err := f.repo.OpenPull(PullOptions{Branch: branch, Files: map[string]string{"a.txt": "1\n2\n3\n4\nfive\n6\n7\n8\n9\n10\n11\n12\n"}})
	f.check(err)
	return n, f.repo.Head(branch)
}

// raw makes a request of the App's installation and returns the status and body.
func (f *fixture) raw(method, path, body string) (int, string) {
	f.t.Helper()
	req, err := http.NewRequestWithContext(f.t.Context(), method, f.srv.URL+path, strings.NewReader(body))
	f.check(err)
	req.Header.Set("Authorization", "Bearer "+f.token)
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	res, err := http.DefaultClient.Do(req)
	f.check(err)
	defer func() { _ = res.Body.Close() }()
	var b bytes.Buffer
	_, err = b.ReadFrom(res.Body)
	f.check(err)
	return res.StatusCode, b.String()
}

// git runs git in a directory, as somebody with the token.
func (f *fixture) git(dir, token string, args ...string) (string, error) {
	f.t.Helper()
	cmd := exec.Command("git", args...)
	cmd.Dir = dir
	basic := base64.StdEncoding.EncodeToString([]byte("x-access-token:" + token))
	cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_NOSYSTEM=1", "GIT_TERMINAL_PROMPT=0", "GIT_CONFIG_COUNT=1",
		"GIT_CONFIG_KEY_0=http.extraHeader", "GIT_CONFIG_VALUE_0=Authorization: Basic "+basic,
		"GIT_AUTHOR_NAME=Ada", "GIT_AUTHOR_EMAIL=ada@example.com", "GIT_COMMITTER_NAME=Ada", "GIT_COMMITTER_EMAIL=ada@example.com")
	out, err := cmd.CombinedOutput()
	if err != nil {
		err = fmt.Errorf("git %s: %w: %s", strings.Join(args, " "), err, out)
	}
	return strings.TrimSpace(string(out)), err
}

func status(err error) int {
	var e *github.ErrorResponse
	if errors.As(err, &e) && e.Response != nil {
		return e.Response.StatusCode
	}
	return 0
}

// inbox is a server that takes events.
type inbox struct {
	*httptest.Server
	mu     sync.Mutex
	got    []received
	answer int
}

type received struct {
	header http.Header
	body   []byte
}

func newInbox(t *testing.T) *inbox {
	b := &inbox{answer: http.StatusAccepted}
	b.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var buf bytes.Buffer
		if _, err := buf.ReadFrom(r.Body); err != nil {
			return
		}
		b.mu.Lock()
		defer b.mu.Unlock()
		b.got = append(b.got, received{r.Header.Clone(), buf.Bytes()})
		w.WriteHeader(b.answer)
	}))
	t.Cleanup(b.Close)
	return b
}

// take returns what came since the last time.
func (b *inbox) take() []received {
	b.mu.Lock()
	defer b.mu.Unlock()
	out := b.got
	b.got = nil
	return out
}

// names are the events with their actions.
func names(got []received) string {
	var out []string
	for _, g := range got {
		var p struct{ Action string }
		if json.Unmarshal(g.body, &p) != nil {
			p.Action = "?"
		}
		out = append(out, strings.TrimSuffix(g.header.Get("X-Github-Event")+"."+p.Action, "."))
	}
	return strings.Join(out, " ")
}

func (f *fixture) deliver() {
	f.t.Helper()
	_, err := f.hub.Deliver(context.Background())
	f.check(err)
}
