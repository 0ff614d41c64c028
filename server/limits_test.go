package server

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/milepost-dev/milepost/internal/gittest"
	"github.com/milepost-dev/milepost/internal/history"
)

func tokenOf(name, secret string) Token {
	if secret != "" {
		watch.Secrets("the token of "+name, secret)
	}
	return Token{Name: name, Hash: sha256.Sum256([]byte(secret))}
}

// TestNotReady: before the first snapshot there is no answer, and none that
// looks like one.
func TestNotReady(t *testing.T) {
	t.Parallel()
	s := serverOf(t, history.NewStore(history.Options{}), Options{})
	for _, target := range []string{
		"/readyz", "/v1/frameworks", "/v1/frameworks/a", "/v1/frameworks/a?as_of=2024-03-01", "/v1/frameworks/a/versions", "/v1/frameworks/a/versions/1.0.0", "/v1/frameworks/a/versions/1.0.0/notes",
		"/v1/frameworks/a/levels/l1", "/v1/frameworks/a/levels/l1/history", "/v1/frameworks/a/competencies/craft",
		"/v1/frameworks/a/diff", "/v1/frameworks/a/problems", "/v1/problems", "/v1/frameworks/a/timemap",
		"/v1/upcoming", "/v1/upcoming.ics", "/v1/frameworks/a/upcoming", "/v1/frameworks/a/upcoming.ics",
	} {
		a := get(t, s, target)
		if got := outcome(t, a); got != notReady || a.Header.Get("Retry-After") != "2" {
			t.Errorf("%s: got %s, Retry-After %q, want %s and 2", target, got, a.Header.Get("Retry-After"), notReady)
		}
	}
	for target, want := range map[string]int{"/livez": 200, "/openapi.yaml": 200, "/v1/frameworks?asof=x": 400} {
		if a := get(t, s, target); a.StatusCode != want {
			t.Errorf("%s: got %d, want %d", target, a.StatusCode, want)
		}
	}
}

func TestReady(t *testing.T) {
	t.Parallel()
	s := smallServer(t, Options{})
	for _, target := range []string{"/livez", "/readyz"} {
		if a := get(t, s, target); string(a.plain) != "ok\n" || a.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s: got %q, Cache-Control %q", target, a.plain, a.Header.Get("Cache-Control"))
		}
	}
}

func TestTokens(t *testing.T) {
	t.Parallel()
	s := smallServer(t, Options{Tokens: []Token{tokenOf("ci", "token-secret"), tokenOf("hr", "other token-secret"), tokenOf("empty", "")}})
	basic := func(password string) string {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.SetBasicAuth("anybody", password)
		return r.Header.Get("Authorization")
	}
	for authorization, want := range map[string]int{
		"Bearer token-secret": 200, "bearer token-secret": 200, "BEARER  token-secret ": 200, "Bearer other token-secret": 200,
		basic("token-secret"): 200, basic("other token-secret"): 200,
		"": 401, "Bearer": 401, "Bearer ": 401, "Bearer wrong": 401, "Bearer token-secrettoken-secret": 401, "token-secret": 401,
		"Token token-secret": 401, basic("wrong"): 401, basic(""): 401, "Basic !!!": 401, "Basic token-secret": 401,
	} {
		for _, target := range []string{"/v1/frameworks/a", "/v1/frameworks", "/openapi.yaml", "/v1/problems", "/v1/frameworks/none?x=1"} {
			status := want
			if status == 200 && strings.HasSuffix(target, "x=1") {
				status = 400
			}
			a := get(t, s, target, "Authorization", authorization)
			if a.StatusCode != status {
				t.Errorf("%s with %q: got %d, want %d", target, authorization, a.StatusCode, status)
			}
			if fields := a.Header.Values("Www-Authenticate"); (a.StatusCode == 401) != (len(fields) == 2) {
				t.Errorf("%s with %q: got %d with WWW-Authenticate %q", target, authorization, a.StatusCode, fields)
			}
		}
	}
	for _, target := range []string{"/livez", "/readyz"} {
		if a := get(t, s, target); a.StatusCode != 200 {
			t.Errorf("%s without a token: got %d, want 200", target, a.StatusCode)
		}
	}
	// What does not exist is as unknown to strangers as what does.
	for _, target := range []string{"/nothing", "/livez/", "/livez/../v1/frameworks", "/readyz%2f"} {
		if a := get(t, s, target); a.StatusCode != 401 {
			t.Errorf("%s without a token: got %d, want 401", target, a.StatusCode)
		}
	}
}

// TestLocalServerKnowsItsName: a page of somebody else's cannot reach a
// server on this machine by giving its address a name of its own.
func TestLocalServerKnowsItsName(t *testing.T) {
	t.Parallel()
	local, open := smallServer(t, Options{Local: true}), smallServer(t, Options{})
	for host, want := range map[string]int{
		"localhost": 200, "localhost:8080": 200, "LocalHost:8080": 200, "127.0.0.1": 200, "127.0.0.1:8080": 200, "127.8.9.1": 200,
		"[::1]": 200, "[::1]:8080": 200, "::1": 200,
		"evil.example": 421, "evil.example:8080": 421, "localhost.evil.example": 421, "127.0.0.1.evil.example": 421,
		"10.0.0.1": 421, "0.0.0.0": 421, "[::]:8080": 421, "": 421, "127.0.0.1@evil.example": 421, "\u202eevil": 421,
	} {
		for _, target := range []string{"/v1/frameworks/a", "/livez", "/openapi.yaml"} {
			r := httptest.NewRequest(http.MethodGet, target, nil)
			r.Host = host
			if a := exchange(t, local, r); a.StatusCode != want {
				t.Errorf("%s of %q: got %d, want %d", target, host, a.StatusCode, want)
			}
			if a := exchange(t, open, r); a.StatusCode != 200 {
				t.Errorf("%s of %q where others are served: got %d, want 200", target, host, a.StatusCode)
			}
		}
	}
}

func TestLimits(t *testing.T) {
	t.Parallel()
	s := smallServer(t, Options{})
	long := func(n int) string { return "/v1/frameworks/a?as_of=" + strings.Repeat("1", n-len("as_of=")) }
	if a := get(t, s, long(maxQueryBytes)); a.StatusCode != 400 {
		t.Errorf("a query at the limit: got %d, want 400 for what it says", a.StatusCode)
	}
	if a := get(t, s, long(maxQueryBytes+1)); a.StatusCode != 414 {
		t.Errorf("a query over the limit: got %d, want 414", a.StatusCode)
	} else if got := decoded[Problem](t, a); got.Type != "/problems/address-too-long" || got.Title != "Address too long" {
		t.Errorf("a query over the limit: got %+v", got)
	}
	kinds := map[int]string{405: "method-not-allowed", 413: "body-too-large"}
	for _, c := range []struct {
		method string
		size   int
		status int
	}{
		{"GET", 1, 200}, {"GET", maxBodyBytes, 200}, {"GET", maxBodyBytes + 1, 413}, {"GET", 1 << 20, 413},
		{"POST", 1, 405}, {"POST", 1 << 20, 413}, {"PUT", 1, 405}, {"PATCH", 1, 405}, {"DELETE", 0, 405}, {"TRACE", 0, 405}, {"BREW", 0, 405},
	} {
		r := httptest.NewRequest(c.method, "/v1/frameworks/a", bytes.NewReader(make([]byte, c.size)))
		a := exchangeOnce(t, s, r)
		if a.StatusCode != c.status {
			t.Errorf("%s with %d bytes: got %d, want %d", c.method, c.size, a.StatusCode, c.status)
		}
		if kind := kinds[c.status]; kind != "" && outcome(t, a) != kind {
			t.Errorf("%s with %d bytes: got the problem %s, want %s", c.method, c.size, outcome(t, a), kind)
		}
		if allow := a.Header.Get("Allow"); (a.StatusCode == 405) != (strings.Contains(allow, "GET") && strings.Contains(allow, "HEAD")) {
			t.Errorf("%s: got %d with Allow %q", c.method, a.StatusCode, allow)
		}
	}
}

// TestKindsAreExplained: the type of every problem is an address that says what
// it means.
func TestKindsAreExplained(t *testing.T) {
	t.Parallel()
	s := smallServer(t, Options{})
	for kind, title := range titles {
		if explanations[kind] == "" {
			t.Errorf("%s: there is no explanation", kind)
		}
		state{at: "/problems/" + kind, status: 200, says: []string{title, explanations[kind]}}.check(t, s)
	}
}

func TestOptions(t *testing.T) {
	t.Parallel()
	s := smallServer(t, Options{})
	rec := httptest.NewRecorder()
	s.watched().ServeHTTP(rec, httptest.NewRequest(http.MethodOptions, "/v1/frameworks/a", nil))
	if allow := rec.Header().Get("Allow"); rec.Code != http.StatusNoContent || allow != "OPTIONS, GET, HEAD" || rec.Body.Len() > 0 {
		t.Errorf("got %d, Allow %q and %d bytes", rec.Code, allow, rec.Body.Len())
	}
}

// TestProblemsAreNoPagesHere: what openapi.yaml describes answers with
// problems, also to a browser.
func TestProblemsAreNoPagesHere(t *testing.T) {
	t.Parallel()
	s := smallServer(t, Options{})
	for path := range openContract(t).doc.Paths.Map() {
		target := strings.NewReplacer("{id}", "a", "{number}", "1.0.0", "{level}", "l1", "{competency}", "craft").Replace(path)
		a := get(t, s, target+"?"+strings.Repeat("x", maxQueryBytes+1), "Accept", "text/html")
		if got := a.Header.Get("Content-Type"); a.StatusCode != 414 || got != "application/problem+json" {
			t.Errorf("%s: got %d of type %q", target, a.StatusCode, got)
		}
	}
}

// TestHostileNames: a name from an address is looked up and shown, and never
// becomes a path. Whatever it is, the answer is a problem that can be read.
func TestHostileNames(t *testing.T) {
	t.Parallel()
	s := smallServer(t, Options{})
	names := []string{
		"..", ".", "../a", "..%2fa", "%2e%2e%2fa", "%2e%2e%5ca", "..%2f..%2f..%2fetc%2fpasswd", "%00", "a%00", "a%00.cue", "a%0d%0aSet-Cookie:%20x=1",
		"a%0a", "%20a", "a%20", "A", "a;b", "a%2fversions%2f1.0.0", "%ff%fe", "%e2%80%aeevil", "%F0%9F%98%80", "%c3%28", "con", "C:%5cWindows", "~root",
		"%3Cscript%3Ealert(1)%3C%2Fscript%3E", "%22%7d", "$%7bjndi:ldap:%2f%2fx%7d", "%25%32%65", "*", "a*", "organisation.cue", "lib", "next",
		strings.Repeat("a", 10<<10), strings.Repeat("%00", 3<<10), strings.Repeat("%F0%9F%98%80", 2<<10), "-", "a--b", "_", "",
	}
	for _, name := range names {
		for _, target := range []string{
			"/v1/frameworks/" + name, "/v1/frameworks/" + name + "/versions", "/v1/frameworks/" + name + "/levels/l1", "/v1/frameworks/" + name + "/diff",
			"/v1/frameworks/a/versions/" + name, "/v1/frameworks/a/levels/" + name, "/v1/frameworks/a/competencies/" + name,
			"/v1/frameworks/a/levels/" + name + "/history", "/v1/" + name, "/schema/" + name, "/" + name + "/v1/frameworks",
		} {
			if name == "" && strings.HasPrefix(target, "//") {
				continue // another host, to whoever parses it
			}
			a := get(t, s, target)
			if a.StatusCode != 404 || len(a.plain) > 2000 || bytes.Contains(a.plain, []byte("/tmp")) {
				t.Errorf("%.80s: got %d and %.300s, want a short problem with 404", target, a.StatusCode, a.plain)
			}
		}
	}
	for _, query := range []string{"version=..%2f1.0.0", "as_of=%0d%0aX:%20y", "cycle=..%2f..", "version=%00", "%00=1", "version=1.0.0%00", "cycle=constructor"} {
		if a := get(t, s, "/v1/frameworks/a?"+query); a.StatusCode != 400 && a.StatusCode != 404 {
			t.Errorf("%s: got %d, want 400 or 404", query, a.StatusCode)
		}
	}
}

// TestRedirectStaysHere: whatever is in an address, the place that a renamed
// framework is sent to is on this server.
func TestRedirectStaysHere(t *testing.T) {
	t.Parallel()
	s := worldServer(t)
	for _, target := range []string{
		"http://evil.example/v1/frameworks/former", "http://user@evil.example/v1/frameworks/former/levels/l1",
		"/v1/frameworks/former/levels/%2f%2fevil.example", "/v1/frameworks/former/levels/http:%2f%2fevil.example", "/v1/frameworks/former?as_of=//evil.example",
	} {
		got := get(t, s, target).Header.Get("Location")
		if !strings.HasPrefix(got, "/v1/frameworks/renamed") {
			t.Errorf("%s: sent to %q", target, got)
		}
	}
}

// ofTheText are headers that a handler sets before something goes wrong.
var ofTheText = []string{"Etag", "Content-Encoding", "Content-Location", "Link", "Memento-Datetime", "Milepost-Status", "Milepost-As-Of", "Milepost-Known-At", "Milepost-Also-Accepted"}

// TestPanic: it is answered and logged, and the details stay in the log.
func TestPanic(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	s := smallServer(t, Options{Log: watch.Logger("the log", &log)})
	for _, method := range []string{http.MethodGet, http.MethodHead} {
		s.echo.Add(method, "/v1/panic", func(c echo.Context) error {
			for _, name := range ofTheText {
				c.Response().Header().Set(name, "half an answer")
			}
			panic("the secret of the handler")
		})
		s.echo.Add(method, "/v1/error", func(echo.Context) error { return fmt.Errorf("the secret of the error") })
	}
	for _, target := range []string{"/v1/panic", "/v1/error"} {
		a := get(t, s, target)
		if got := outcome(t, a); a.StatusCode != 500 || got != internal || bytes.Contains(a.plain, []byte("secret")) {
			t.Errorf("%s: got %d %s", target, a.StatusCode, a.plain)
		}
		for _, name := range ofTheText {
			if got := a.Header.Get(name); got != "" {
				t.Errorf("%s: %s is still %q", target, name, got)
			}
		}
	}
	for _, want := range []string{"the secret of the handler", "the secret of the error", "limits_test.go"} {
		if !strings.Contains(log.String(), want) {
			t.Errorf("the log lacks %q", want)
		}
	}
	if a := get(t, s, "/v1/frameworks/a"); a.StatusCode != 200 {
		t.Errorf("afterwards: got %d, want 200", a.StatusCode)
	}
}

func TestMetrics(t *testing.T) {
	t.Parallel()
	s := worldServer(t)
	get(t, s, "/v1/frameworks/steady")
	get(t, s, "/v1/frameworks/none")
	get(t, s, "/no/such/address")
	exchangeOnce(t, s, httptest.NewRequest("BREW", "/v1/frameworks", nil))
	rec := httptest.NewRecorder()
	s.watchedAdmin().ServeHTTP(rec, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	text := rec.Body.String()
	for _, want := range []string{
		`milepost_http_request_duration_seconds_count{method="GET",route="/v1/frameworks/:id",status="200"} 1`,
		`milepost_http_request_duration_seconds_count{method="HEAD",route="/v1/frameworks/:id",status="404"} 1`,
		`milepost_http_request_duration_seconds_count{method="GET",route="none",status="404"} 1`,
		`milepost_http_request_duration_seconds_count{method="other",route="/v1/frameworks",status="405"} 1`,
		"milepost_frameworks 4\n", "milepost_versions 14\n", "milepost_problems 2\n", "milepost_pending_commits 1\n", "milepost_snapshot_age_seconds 0\n",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the metrics lack %s", want)
		}
	}
	if strings.Contains(text, "/no/such/address") {
		t.Error("an address that does not exist makes a metric of its own")
	}
	if a := get(t, s, "/metrics"); a.StatusCode != 404 {
		t.Errorf("/metrics on the public listener: got %d, want 404", a.StatusCode)
	}
	for _, target := range []string{"/livez", "/readyz"} {
		rec := httptest.NewRecorder()
		s.watchedAdmin().ServeHTTP(rec, httptest.NewRequest(http.MethodGet, target, nil))
		if rec.Code != 200 {
			t.Errorf("%s on the admin listener: got %d, want 200", target, rec.Code)
		}
	}
}

// TestTwoServersListen in one process, each with its own store and metrics,
// and end when they are told to.
func TestTwoServersListen(t *testing.T) {
	t.Parallel()
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	ended := make(chan error, 2)
	for i := range 2 {
		r := gittest.New(t)
		r.Write(gittest.Ladder(fmt.Sprint("only-", i), "One")).Commit("start")
		s := serverOf(t, storeOf(t, r.Dir, ""), Options{Local: true, Registry: prometheus.NewRegistry()})
		public, admin := listen(t), listen(t)
		go func() { ended <- s.Serve(ctx, public, admin) }()
		for address, want := range map[string]int{
			fmt.Sprintf("%s/v1/frameworks/only-%d", public.Addr(), i): 200, fmt.Sprintf("%s/v1/frameworks/only-%d", public.Addr(), 1-i): 404,
			admin.Addr().String() + "/metrics": 200, admin.Addr().String() + "/v1/frameworks": 404,
		} {
			if got := fetch(t, "http://"+address); got != want {
				t.Errorf("%s: got %d, want %d", address, got, want)
			}
		}
	}
	stop()
	for range 2 {
		select {
		case err := <-ended:
			if err != nil {
				t.Errorf("a server ended with %v", err)
			}
		case <-time.After(10 * time.Second):
			t.Fatal("a server does not end")
		}
	}
}

// TestServeFailsWithItsListener: a server that cannot listen does not linger.
func TestServeFailsWithItsListener(t *testing.T) {
	t.Parallel()
	s := serverOf(t, history.NewStore(history.Options{}), Options{})
	public, admin := listen(t), listen(t)
	admin.Close()
	if err := s.Serve(context.Background(), public, admin); err == nil || !strings.Contains(err.Error(), admin.Addr().String()) {
		t.Errorf("got %v, want an error that names %s", err, admin.Addr())
	}
}

func listen(t *testing.T) net.Listener {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func fetch(t *testing.T, url string) int {
	t.Helper()
	resp, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if _, err := io.Copy(io.Discard, resp.Body); err != nil {
		t.Error(err)
	}
	return resp.StatusCode
}
