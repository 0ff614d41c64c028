package webhook

import (
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// nasty is a text that would retitle a terminal, colour it, run over lines, and
// turn the direction of writing.
const nasty = "\x1b]0;owned\x07\x1b[31mred\r\nok  all: is well\u202e\u200b\x00\u009b2J"

// hostile is a GitHub whose every text is nasty, whose lists do not end, and
// which answers with anything.
func hostile(t *testing.T, calls *atomic.Int32) *httptest.Server {
	t.Helper()
	one := map[string]any{
		"id": 7, "slug": nasty, "login": nasty, "owner": map[string]any{"login": nasty, "type": nasty}, "account": map[string]any{"login": nasty},
		"permissions": map[string]any{nasty: nasty, "contents": "write"}, "events": []string{nasty}, "url": "https://x/" + nasty, "content_type": nasty, "insecure_ssl": 1,
		"secret": nasty, "default_branch": nasty, "token": "ghs_of_nobody", "expires_at": "2999-01-01T00:00:00Z", "message": nasty,
	}
	item := map[string]any{"id": 1, "guid": nasty, "delivered_at": "2999-01-01T00:00:00Z", "status": nasty, "status_code": 599, "event": nasty, "name": nasty, "type": "required_status_checks",
		"target": "tag", "enforcement": "active",
		"parameters": map[string]any{"required_status_checks": []any{map[string]any{"context": "Milepost" + nasty}}}}
	var all []any
	for range 100 {
		all = append(all, item)
	}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n := calls.Add(1)
		w.Header().Set("Date", "Tue, 05 Jan 2027 09:00:00 GMT")
		path := strings.TrimPrefix(r.URL.Path, "/api/v3")
		var out any = one
		for _, many := range []string{"/deliveries", "/rules/", "/rulesets", "/contents/", "/hooks"} {
			if strings.Contains(path, many) && !strings.Contains(path, "/rulesets/") {
				out = all
				w.Header().Set("Link", fmt.Sprintf(`<https://elsewhere.example.com/app/hook/deliveries?cursor=c%d>; rel="next"`, n))
			}
		}
		if strings.Contains(path, "/rulesets/") {
			covers := map[string]any{"ref_name": map[string]any{"include": []string{nasty, strings.Repeat("**/", 5000) + "x"}}}
			out = map[string]any{"target": "tag", "enforcement": "active", "conditions": covers, "rules": []any{map[string]any{"type": "update"}}}
		}
		_ = json.NewEncoder(w).Encode(out)
	}))
	t.Cleanup(s.Close)
	return s
}

// TestDoctorOfTheHostile: nothing that GitHub writes reaches a terminal raw,
// and lists without an end have one.
func TestDoctorOfTheHostile(t *testing.T) {
	t.Parallel()
	for name, account := range map[string]Account{"app": {AppID: 7, AppKey: anotherKey(t)}, "token": {Token: NewSecret("ghp_of_nobody")}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var calls atomic.Int32
			s := hostile(t, &calls)
			account.Repository, account.BaseURL = "acme/careers", s.URL
			account.Now = func() time.Time { return time.Date(2027, 1, 5, 9, 0, 0, 0, time.UTC) }
			gh, err := Connect(account)
			if err != nil {
				t.Fatal(err)
			}
			got, err := gh.Examine(t.Context(), Examination{Secrets: []Secret{NewSecret(secret)}, ServerURL: s.URL, WebhookPath: hookPath, Root: "frameworks", Release: true, Redeliver: true})
			if err != nil {
				t.Fatal(err)
			}
			for _, d := range got {
				harmless(t, d)
				if n := len(d.Text + d.Do); n > 3000 {
					t.Errorf("%s says %d bytes", d.Check, n)
				}
			}
			if n := calls.Load(); n > 200 {
				t.Errorf("%d calls", n)
			}
		})
	}
}

// TestDoctorReadsNoMoreThanItNeeds: an answer without an end has one, and what
// is no JSON is not read.
func TestDoctorReadsNoMoreThanItNeeds(t *testing.T) {
	t.Parallel()
	for name, answer := range map[string]func(http.ResponseWriter){
		"endless": func(w http.ResponseWriter) {
			for range 80 {
				if _, err := fmt.Fprint(w, strings.Repeat("[", 64<<10)); err != nil {
					return
				}
			}
		},
		"a page": func(w http.ResponseWriter) { fmt.Fprint(w, "<html>Log in to the network</html>") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { answer(w) }))
			defer s.Close()
			gh, err := Connect(Account{Repository: "acme/careers", BaseURL: s.URL, Token: NewSecret("ghp_of_nobody")})
			if err != nil {
				t.Fatal(err)
			}
			if got, err := gh.Examine(t.Context(), Examination{Secrets: []Secret{NewSecret(secret)}, WebhookPath: hookPath, Root: "frameworks"}); err == nil {
				t.Errorf("got %+v", got)
			}
		})
	}
}

// TestPing: a server that is there in part, and a redirect that is not followed.
func TestPing(t *testing.T) {
	t.Parallel()
	var followed atomic.Bool
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { followed.Store(true) }))
	defer elsewhere.Close()
	redirect := httptest.NewServer(http.RedirectHandler(elsewhere.URL, http.StatusTemporaryRedirect))
	defer redirect.Close()
	untrusted := httptest.NewUnstartedServer(http.NotFoundHandler())
	untrusted.Config.ErrorLog = log.New(io.Discard, "", 0)
	untrusted.StartTLS()
	defer untrusted.Close()
	for at, want := range map[string]string{
		redirect.URL:                     "it sends elsewhere (307)",
		untrusted.URL:                    "certificate is not trusted here",
		"http://127.0.0.1:1":             "connection refused",
		"http://127.0.0.1:1/\x7f broken": "the address is none",
	} {
		f := &facts{Examination: Examination{Secrets: []Secret{NewSecret(secret), NewSecret(secret)}, ServerURL: at, WebhookPath: hookPath, Transport: http.DefaultTransport}, app: true, owner: "acme", name: "careers"}
		f.pings = f.ping(t.Context())
		got := f.judgePings()
		if len(got) != 1 || got[0].State != Problem || !strings.Contains(got[0].Text, want) {
			t.Errorf("%s: got %+v, want %q", at, got, want)
		}
	}
	if got := whyUnanswered(&net.DNSError{Name: "careers.example.com"}); got != "the name careers.example.com is not known here" {
		t.Errorf("got %q", got)
	}
	if followed.Load() {
		t.Error("a redirect is followed")
	}
}

func TestSkew(t *testing.T) {
	t.Parallel()
	at := time.Date(2027, 1, 5, 9, 0, 0, 0, time.UTC)
	for _, c := range []struct{ from, to, want time.Duration }{
		{0, 0, 0}, {999 * time.Millisecond, time.Second, 0}, {-3 * time.Second, 2 * time.Second, 0}, {7 * time.Second, 8 * time.Second, 7 * time.Second},
		{-9 * time.Second, -7 * time.Second, -7 * time.Second},
	} {
		if got := skew(at.Add(c.from), at.Add(c.to), at); got != c.want {
			t.Errorf("%s to %s: got %s, want %s", c.from, c.to, got, c.want)
		}
	}
}

func TestRefPatterns(t *testing.T) {
	t.Parallel()
	const tag = "refs/tags/frameworks/a/v1.0.0"
	for pattern, want := range map[string]bool{
		"refs/tags/frameworks/**/*": true, "refs/tags/**/*": true, "refs/tags/frameworks/*/*": true, "refs/tags/frameworks/a/v*": true, "refs/tags/frameworks/**/**/**/*": true,
		"refs/tags/frameworks/[!b]/*": true, "**/v1.0.0": true, tag: true,
		"refs/tags/frameworks/**": false, "refs/tags/frameworks/*": false, "refs/tags/*": false, "refs/heads/**/*": false, "frameworks/**/*": false, "": false,
		"refs/tags/frameworks/[": false, "refs/tags/frameworks/a/v1.0.0/*": false, strings.Repeat("**/x/", 30) + "*": false, strings.Repeat("a", 1001): false,
	} {
		if got := refMatches(pattern, tag); got != want {
			t.Errorf("%.80s: got %v", pattern, got)
		}
	}
}

// TestDoctorKnowsTheEvents: of each that it weighs, the receiver knows too.
func TestDoctorKnowsTheEvents(t *testing.T) {
	t.Parallel()
	for event := range unsent {
		if events[event] == nil {
			t.Errorf("%s is weighed, and is not acted on", event)
		}
	}
	for event := range automatic {
		if events[event] == nil {
			t.Errorf("%s comes by itself, and is not acted on", event)
		}
	}
}
