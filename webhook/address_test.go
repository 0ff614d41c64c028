package webhook

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/milepost-dev/milepost/internal/fakehub"
	"github.com/milepost-dev/milepost/internal/gittest"
)

func TestAddresses(t *testing.T) {
	t.Parallel()
	const ghes, below = "https://ghe.example.com/", "https://example.com:8443/code/"
	for _, c := range []struct{ given, api, uploads, site string }{
		{"", "https://api.github.com/", "https://uploads.github.com/", "https://github.com/"},
		{"https://github.com", "https://api.github.com/", "https://uploads.github.com/", "https://github.com/"},
		{"https://www.github.com/", "https://api.github.com/", "https://uploads.github.com/", "https://github.com/"},
		{"https://api.github.com/", "https://api.github.com/", "https://uploads.github.com/", "https://github.com/"},
		{"https://acme.ghe.com", "https://api.acme.ghe.com/", "https://uploads.acme.ghe.com/", "https://acme.ghe.com/"},
		{"https://api.acme.ghe.com/", "https://api.acme.ghe.com/", "https://uploads.acme.ghe.com/", "https://acme.ghe.com/"},
		{"https://ghe.example.com", ghes + "api/v3/", ghes + "api/uploads/", ghes},
		{"https://GHE.example.com///", ghes + "api/v3/", ghes + "api/uploads/", ghes},
		{"https://ghe.example.com/api/v3", ghes + "api/v3/", ghes + "api/uploads/", ghes},
		{"https://ghe.example.com//api/v3//", ghes + "api/v3/", ghes + "api/uploads/", ghes},
		{"https://example.com:8443/code", below + "api/v3/", below + "api/uploads/", below},
		{"https://example.com:8443/code/api/v3/", below + "api/v3/", below + "api/uploads/", below},
		{"http://127.0.0.1:3000", "http://127.0.0.1:3000/api/v3/", "http://127.0.0.1:3000/api/uploads/", "http://127.0.0.1:3000/"},
	} {
		g, err := Connect(Account{Repository: "acme/careers", Token: NewSecret("x"), BaseURL: c.given})
		if err != nil {
			t.Fatalf("%s: %v", c.given, err)
		}
		got := []string{g.check.BaseURL.String(), g.make.BaseURL.String(), g.auth.api.String(), g.check.UploadURL.String(), g.CloneURL()}
		if diff := cmp.Diff([]string{c.api, c.api, c.api, c.uploads, c.site + "acme/careers.git"}, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.given, diff)
		}
	}
	for _, bad := range []string{"ghe.example.com", "http://ghe.example.com", "https:ghe", "ftp://ghe.example.com", "https://me:hunter2@[", "/api/v3"} {
		if _, err := Connect(Account{Repository: "acme/careers", Token: NewSecret("x"), BaseURL: bad}); err == nil || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: got %v", bad, err)
		}
	}
}

// TestEnterpriseServer: all that people do, with a GitHub below a path of its
// own that answers nothing but the API where it has it, and Git.
func TestEnterpriseServer(t *testing.T) {
	t.Parallel()
	const prefix = "/code"
	cache := t.TempDir()
	var mu sync.Mutex
	odd := map[string]bool{}
	below := func(w *world) {
		hub := http.StripPrefix(prefix, w.hub.Handler())
		front := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			if !strings.HasPrefix(r.URL.Path, prefix+"/api/v3/") && !strings.HasPrefix(r.URL.Path, prefix+"/acme/careers.git/") {
				mu.Lock()
				odd[r.URL.Path] = true
				mu.Unlock()
				http.Error(rw, "not here", http.StatusNotAcceptable)
				return
			}
			hub.ServeHTTP(rw, r)
		}))
		w.t.Cleanup(front.Close)
		w.hub.SetURL(front.URL + prefix)
		as := w.account
		w.account = func(a *Account) {
			if as != nil {
				as(a)
			}
			a.BaseURL = front.URL + prefix + "//api/v3/"
		}
	}
	for _, sc := range scenes() {
		want := perform(t, sc, variant{cache: cache})
		got := perform(t, sc, variant{cache: cache, site: below})
		if diff := cmp.Diff(want.state, got.state, cmpopts.EquateEmpty()); diff != "" || len(got.refused) > 0 {
			t.Errorf("%s: it refused %v, and (-at a root +below a path):\n%s", sc.name, got.refused, diff)
		}
	}
	if len(odd) > 0 {
		t.Errorf("asked for elsewhere: %v", odd)
	}
}

// TestRedelivery: a delivery that was lost is sent again by hand, with the name
// that it had, after as long as GitHub lets one; and again, which does nothing.
func TestRedelivery(t *testing.T) {
	t.Parallel()
	w := newWorld(t, worldOptions{})
	w.sweep()
	w.work()
	w.hub.Fault(fakehub.Fault{Kind: fakehub.DropDelivery})
	w.open(fakehub.PullOptions{Branch: "topic", Files: gittest.Ladder("a", "Two")})
	w.work()
	w.hub.ClearFaults()
	head := w.repo.Head("topic")
	w.want(head, "")
	w.clock.pass(72*time.Hour - time.Minute)
	again := func() {
		for _, d := range w.hub.Deliveries() {
			if d.Event == "pull_request" && !d.Redelivery {
				w.check(w.hub.Redeliver(d.ID))
			}
		}
		w.work()
	}
	again()
	w.want(head, "completed success")
	at := w.calls()
	again()
	if writes := w.writes(at); len(writes) > 0 {
		t.Errorf("said again: %v", writes)
	}
	w.clean()
}

// timed is a writer that notes until when a request may be read.
type timed struct {
	*httptest.ResponseRecorder
	until time.Time
}

// SetReadDeadline is what [http.ResponseController] looks for.
func (w *timed) SetReadDeadline(t time.Time) error {
	w.until = t
	return nil
}

// TestDeliveryTakesItsTime: a delivery may take as long to arrive as a GitHub
// Enterprise Server waits for an answer.
func TestDeliveryTakesItsTime(t *testing.T) {
	t.Parallel()
	w := &timed{ResponseRecorder: httptest.NewRecorder()}
	at := time.Now()
	newInbox(secret).ServeHTTP(w, delivery("ping", `{"repository":{"full_name":"acme/careers"}}`))
	if w.Code != http.StatusAccepted || w.until.Before(at.Add(30*time.Second)) {
		t.Errorf("got %d, readable for %s", w.Code, w.until.Sub(at))
	}
}
