package webhook

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/milepost-dev/milepost/internal/compile"
	"github.com/milepost-dev/milepost/internal/fakehub"
	"github.com/milepost-dev/milepost/internal/history"
	"github.com/milepost-dev/milepost/internal/leak"
)

// watch hears all that the tests log, ask, publish and answer.
var watch = leak.New()

func TestMain(m *testing.M) {
	watch.Secrets("the webhook's secret", secret)
	os.Exit(watch.Run(m))
}

// heard is a buffer for several goroutines.
type heard struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *heard) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *heard) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

// newWatched is New. Its error is said as well.
func newWatched(o Options) (*Service, error) {
	s, err := New(o)
	watch.Said("an error", fmt.Append(nil, err))
	return s, err
}

// verbs are those that fmt prints values by.
var verbs = []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%t", "%p", "%w"}

// sayAll says values in every way that there is to print them.
func sayAll(what string, values ...any) string {
	var b bytes.Buffer
	for _, v := range values {
		for _, verb := range verbs {
			fmt.Fprintf(&b, verb+"\n", v)
		}
		j, err := json.Marshal(v)
		fmt.Fprintf(&b, "%s %v\n", j, err)
		for _, h := range []slog.Handler{slog.NewJSONHandler(&b, nil), slog.NewTextHandler(&b, nil)} {
			slog.New(h).Info("x", "value", v, slog.Group("in", "a", v), "list", []any{v})
		}
	}
	watch.Said(what, b.Bytes())
	return b.String()
}

// TestSecretIsNeverPrinted: whatever prints it.
func TestSecretIsNeverPrinted(t *testing.T) {
	t.Parallel()
	type holder struct{ Open, hidden Secret }
	s := NewSecret("hunter2hunter2")
	h := holder{s, s}
	w := leak.New()
	w.Secrets("a secret", s.Reveal())
	out := sayAll("a secret", s, &s, h, &h, []Secret{s}, map[string]Secret{"x": s}, error(&holderError{s}))
	w.Said("everything", []byte(out))
	if found, err := w.Found(); err != nil || len(found) > 0 || !strings.Contains(out, redacted) || strings.Contains(out, "hunter2") {
		t.Errorf("found %q, %v in %s", found, err, out)
	}
	w.Said("the secret itself", fmt.Append(nil, s.Reveal()))
	if found, err := w.Found(); err != nil || len(found) != 1 {
		t.Errorf("what is said is not found: %q, %v", found, err)
	}
}

type holderError struct{ secret Secret }

func (e *holderError) Error() string { return fmt.Sprintf("with %v and %+v", e.secret, *e) }

// TestNothingPrintsASecret: values that hold secrets, and errors that come of
// them, are said in every way that there is; the watch looks at all of it.
func TestNothingPrintsASecret(t *testing.T) {
	t.Parallel()
	const password = "a-password-in-an-address"
	w := newWorld(t, worldOptions{})
	watch.Secrets("a password", password)
	a := Account{Repository: "acme/careers", BaseURL: w.url, AppID: int64(w.hub.App().ID), AppKey: NewSecret(string(w.hub.App().KeyPEM)), Token: NewSecret(w.hub.UserToken("ada"))}
	_, err := Connect(a)
	sayAll("an account of two", a, &a, err)
	a.Token = Secret{}
	gh, err := Connect(a) // one that is in use changes while it is printed
	w.check(err)
	o := w.s.o
	o.GitHub, o.Trees, o.Store, o.Compiler, o.Queue, o.Log = gh, struct{ Trees }{}, new(history.Store), new(compile.Compiler), &list{}, slog.New(slog.DiscardHandler)
	s, err := New(o)
	w.check(err)
	sayAll("options", a, &a, gh, gh.auth, o, &o, s)
	for _, address := range []string{"https://x:" + password + "@github.example.com", "https://x:" + password + "@github.example.com:port", "http://" + password + "@github.example.com", "https://github.example.com/?token=" + password, "://x:" + password + "@"} {
		a := Account{Repository: "acme/careers", BaseURL: address, Token: NewSecret("a-token-of-somebody")}
		gh, err := Connect(a)
		if err == nil {
			t.Errorf("%s is taken", strings.ReplaceAll(address, password, "PASSWORD"))
			sayAll("what an address came to", gh.CloneURL())
		}
		sayAll("an address", err)
	}
	for _, key := range []string{"not a key", string(w.hub.App().KeyPEM[:200]), strings.ToLower(string(w.hub.App().KeyPEM)), "-----BEGIN RSA PRIVATE KEY-----\nZm9vYmFyZm9vYmFyZm9vYmFy\n-----END RSA PRIVATE KEY-----\n"} {
		_, err := Connect(Account{Repository: "acme/careers", AppID: 1, AppKey: NewSecret(key)})
		if err == nil {
			t.Error("a key that is none is taken")
		}
		sayAll("a bad key", err)
	}
}

// TestTokensStayHere: a redirect to somewhere else gets no token, and the error
// says none.
func TestTokensStayHere(t *testing.T) {
	t.Parallel()
	w := newWorld(t, worldOptions{})
	w.open(fakehub.PullOptions{Branch: "topic", Files: map[string]string{"README.md": "x"}})
	asked := 0
	elsewhere := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		asked++
		if r.Header.Get("Authorization") != "" {
			t.Error("a token is sent elsewhere")
		}
	}))
	defer elsewhere.Close()
	for _, status := range []int{301, 302, 307, 308} {
		moved := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			if strings.Contains(r.URL.Path, "/pulls") {
				http.Redirect(rw, r, elsewhere.URL+r.URL.Path, status)
				return
			}
			w.hub.Handler().ServeHTTP(rw, r)
		}))
		defer moved.Close()
		w.account = func(a *Account) { a.BaseURL = moved.URL }
		w.start()
		for _, key := range []string{"pr/1", keyAll, "head/" + w.repo.Head("topic"), "ref/main"} {
			err := w.s.Handle(t.Context(), Hint{Key: key})
			if err == nil {
				t.Errorf("%s after %d: no error", key, status)
			}
			sayAll("an error of a redirect", err)
		}
	}
	if asked > 0 {
		t.Errorf("asked %d times elsewhere", asked)
	}
}
