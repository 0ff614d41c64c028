package webhook

import (
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
)

// inbox is a receiver that notes its hints.
type inbox struct {
	*receiver
	hints []string
	log   heard
}

func newInbox(secrets ...string) *inbox {
	b := &inbox{}
	b.receiver = &receiver{repository: "acme/careers", branch: func() string { return "main" }, counted: func(string, string) {},
		add: func(h Hint) { b.hints = append(b.hints, fmt.Sprintf("%s %v", h.Key, h.Again)) }, log: watch.Logger("the log", &b.log)}
	for _, s := range secrets {
		b.secrets = append(b.secrets, NewSecret(s))
	}
	return b
}

func sign(secret string, body []byte) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write(body)
	return "sha256=" + hex.EncodeToString(mac.Sum(nil))
}

func delivery(event, body string) *http.Request {
	req := httptest.NewRequest(http.MethodPost, "/webhook", strings.NewReader(body))
	req.Header.Set("X-GitHub-Event", event)
	req.Header.Set("X-GitHub-Delivery", "guid")
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("X-Hub-Signature-256", sign(secret, []byte(body)))
	return req
}

func (b *inbox) send(req *http.Request) int {
	w := httptest.NewRecorder()
	b.ServeHTTP(w, req)
	return w.Code
}

const sha = "0123456789012345678901234567890123456789"

func TestHints(t *testing.T) {
	t.Parallel()
	const here = `"repository":{"full_name":"Acme/Careers"}`
	for _, c := range []struct{ event, body, want string }{
		{"ping", `{"zen":"x",` + here + `}`, ""},
		{"push", `{"ref":"refs/heads/main",` + here + `}`, "ref/main false"},
		{"push", `{"ref":"refs/heads/a/b","deleted":true,"head_commit":null,` + here + `}`, "ref/a/b false"},
		{"push", `{"ref":"refs/tags/frameworks/a/v1.0.0",` + here + `}`, "ref/main false"},
		{"push", `{"ref":"refs/tags/v1",` + here + `}`, ""},
		{"push", `{"ref":"refs/heads/../../etc",` + here + `}`, ""},
		{"create", `{"ref":"frameworks/a/v1.0.0","ref_type":"tag",` + here + `}`, "ref/main false"},
		{"delete", `{"ref":"frameworks/a/v1.0.0","ref_type":"tag",` + here + `}`, "ref/main false"},
		{"delete", `{"ref":"topic","ref_type":"branch",` + here + `}`, ""},
		{"pull_request", `{"action":"opened","number":7,` + here + `}`, "pr/7 false"},
		{"pull_request", `{"action":"edited","number":7,"changes":{"base":{"ref":{"from":"x"}}},` + here + `}`, "pr/7 false"},
		{"pull_request", `{"action":"edited","number":7,"changes":{"title":{}},` + here + `}`, ""},
		{"pull_request", `{"action":"labeled","number":7,` + here + `}`, ""},
		{"pull_request", `{"action":"opened","number":-7,` + here + `}`, ""},
		{"check_suite", `{"action":"requested","check_suite":{"head_sha":"` + sha + `"},` + here + `}`, "head/" + sha + " false"},
		{"check_suite", `{"action":"rerequested","check_suite":{"head_sha":"` + sha + `"},` + here + `}`, "head/" + sha + " true"},
		{"check_run", `{"action":"rerequested","check_run":{"head_sha":"` + sha + `","started_at":"yesterday"},` + here + `}`, "head/" + sha + " true"},
		{"check_run", `{"action":"rerequested","check_run":{"head_sha":"../../x"},` + here + `}`, ""},
		{"check_run", `{"action":"completed","check_run":{"head_sha":"` + sha + `"},` + here + `}`, ""},
		{"merge_group", `{"action":"checks_requested","merge_group":{"head_ref":"refs/heads/gh-readonly-queue/main/pr-1-x"},` + here + `}`, "ref/gh-readonly-queue/main/pr-1-x false"},
		{"installation", `{"action":"created","installation":{"account":{"login":"acme"}}}`, "all false"},
		{"installation", `{"action":"created","installation":{"account":{"login":"strangers"}}}`, ""},
		{"installation_repositories", `{"action":"added","installation":{"account":{"login":"acme"}}}`, "all false"},
		{"pull_request", `{"action":"opened","number":7,"repository":{"full_name":"acme/other"}}`, ""},
		{"pull_request", `{"action":"opened","number":7}`, ""},
		{"star", `{"action":"created",` + here + `}`, ""},
	} {
		b := newInbox(secret)
		if code := b.send(delivery(c.event, c.body)); code != http.StatusAccepted || strings.Join(b.hints, ", ") != c.want {
			t.Errorf("%s %s: got %d, %v, want %q", c.event, c.body, code, b.hints, c.want)
		}
	}
}

// TestForgeries: what GitHub did not sign leads to nothing.
func TestForgeries(t *testing.T) {
	t.Parallel()
	body := `{"action":"opened","number":7,"repository":{"full_name":"acme/careers"}}`
	old := hmac.New(sha1.New, []byte(secret))
	old.Write([]byte(body))
	for name, change := range map[string]func(*http.Request){
		"no signature": func(r *http.Request) { r.Header.Del("X-Hub-Signature-256") },
		"empty":        func(r *http.Request) { r.Header.Set("X-Hub-Signature-256", "") },
		"SHA-1":        func(r *http.Request) { r.Header.Set("X-Hub-Signature-256", "sha1="+hex.EncodeToString(old.Sum(nil))) },
		"SHA-1 as of old": func(r *http.Request) {
			r.Header.Del("X-Hub-Signature-256")
			r.Header.Set("X-Hub-Signature", "sha1="+hex.EncodeToString(old.Sum(nil)))
		},
		"another secret":   func(r *http.Request) { r.Header.Set("X-Hub-Signature-256", sign("another secret!", []byte(body))) },
		"the empty secret": func(r *http.Request) { r.Header.Set("X-Hub-Signature-256", sign("", []byte(body))) },
		"of another body":  func(r *http.Request) { r.Header.Set("X-Hub-Signature-256", sign(secret, []byte(body+" "))) },
		"short":            func(r *http.Request) { r.Header.Set("X-Hub-Signature-256", sign(secret, []byte(body))[:40]) },
		"upper case": func(r *http.Request) {
			r.Header.Set("X-Hub-Signature-256", strings.ToUpper(sign(secret, []byte(body))))
		},
	} {
		b := newInbox(secret, "a second secret")
		req := delivery("pull_request", body)
		change(req)
		if code := b.send(req); code != http.StatusUnauthorized || len(b.hints) > 0 {
			t.Errorf("%s: got %d, %v", name, code, b.hints)
		}
	}
	b := newInbox("an older secret", secret)
	if code := b.send(delivery("pull_request", body)); code != http.StatusAccepted || !slices.Equal(b.hints, []string{"pr/7 false"}) {
		t.Errorf("the second of two secrets: got %d, %v", code, b.hints)
	}
	if strings.Contains(b.log.String(), secret) || !strings.Contains(b.log.String(), "delivery=guid") || !strings.Contains(b.log.String(), "pull=7") {
		t.Errorf("log: %s", b.log.String())
	}
}

// unread fails a test that reads it.
type unread struct{ t *testing.T }

func (u unread) Read([]byte) (int, error) {
	u.t.Error("the body was read")
	return 0, io.EOF
}

// TestHostileBodies: nothing is read of what cannot be right, and of nothing
// too much.
func TestHostileBodies(t *testing.T) {
	t.Parallel()
	b := newInbox(secret)
	req := httptest.NewRequest(http.MethodPost, "/", unread{t})
	req.Header.Set("X-Hub-Signature-256", "sha256=no")
	if code := b.send(req); code != http.StatusUnauthorized {
		t.Errorf("malformed signature: %d", code)
	}
	req = httptest.NewRequest(http.MethodPost, "/", unread{t})
	req.Header.Set("X-Hub-Signature-256", sign(secret, nil))
	req.ContentLength = maxBody + 1
	if code := b.send(req); code != http.StatusRequestEntityTooLarge {
		t.Errorf("too long by its header: %d", code)
	}
	req = httptest.NewRequest(http.MethodPost, "/", io.LimitReader(endless{}, maxBody+10))
	req.Header.Set("X-Hub-Signature-256", sign(secret, nil))
	req.ContentLength = -1
	if code := b.send(req); code != http.StatusRequestEntityTooLarge {
		t.Errorf("too long without one: %d", code)
	}
	for name, body := range map[string]string{
		"deep": `{"a":` + strings.Repeat("[", 100_000), "deep in objects": strings.Repeat(`{"a":`, 1000), "no JSON": "x", "empty": "", "a list": "[]",
		"another type": `{"number":"7"}`, "cut": `{"action":"opened`, "number too large": `{"number":1e99}`,
	} {
		if code := b.send(delivery("pull_request", body)); code != http.StatusBadRequest {
			t.Errorf("%s: %d", name, code)
		}
	}
	if code := b.send(delivery("pull_request", "null")); code != http.StatusAccepted {
		t.Errorf("null: %d", code)
	}
	if len(b.hints) > 0 || b.inFlight != 0 {
		t.Errorf("got %v, %d in flight", b.hints, b.inFlight)
	}
	if code := b.send(httptest.NewRequest(http.MethodGet, "/", nil)); code != http.StatusMethodNotAllowed {
		t.Errorf("GET: %d", code)
	}
}

type endless struct{}

func (endless) Read(p []byte) (int, error) { return len(p), nil }

// TestInFlight: all bodies together are bounded, and the rest is asked to come
// again.
func TestInFlight(t *testing.T) {
	t.Parallel()
	b := newInbox(secret)
	if !b.hold(maxInFlight - 10) {
		t.Fatal("there is no room at the start")
	}
	body := `{"action":"opened","number":7,"repository":{"full_name":"acme/careers"}}`
	w := httptest.NewRecorder()
	b.ServeHTTP(w, delivery("pull_request", body))
	if w.Code != http.StatusServiceUnavailable || w.Header().Get("Retry-After") == "" || len(b.hints) > 0 {
		t.Errorf("got %d, %v, %v", w.Code, w.Header(), b.hints)
	}
	b.hold(-(maxInFlight - 10))
	if code := b.send(delivery("pull_request", body)); code != http.StatusAccepted || b.inFlight != 0 {
		t.Errorf("got %d, %d in flight", code, b.inFlight)
	}
}

func TestSecretsAreNeeded(t *testing.T) {
	t.Parallel()
	for _, list := range [][]Secret{nil, {{}}, {NewSecret("")}, {NewSecret("short")}, {NewSecret(secret), NewSecret(" ")}} {
		if err := checkSecrets(list); err == nil {
			t.Errorf("%d secrets are taken", len(list))
		}
	}
}
