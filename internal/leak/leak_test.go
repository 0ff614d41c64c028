package leak

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

const (
	token = "ghs_fake0123456789abcdef0123456789abcdef"
	words = `a "secret" of <some> words & more`
)

// key has the form of a private key, and nothing of one.
var key = "-----BEGIN RSA PRIVATE KEY-----\n" + strings.Repeat("MIIEpAIBAAKCAQEA7bq3zcRxNQWERTYUIOPasdfghjklzxcvbnmQ1w2e3r4t5y6u\n", 3) + "-----END RSA PRIVATE KEY-----\n"

// said is what a watch finds in one text.
func said(t *testing.T, text string) []string {
	t.Helper()
	w := New()
	w.Said("a page", []byte(text))
	for name, s := range map[string]string{"token": token, "words": words, "key": key} {
		w.Secrets(name, s)
	}
	found, err := w.Found()
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// TestFound: a secret is found in whatever form, wherever it stands.
func TestFound(t *testing.T) {
	t.Parallel()
	for name, secret := range map[string]string{"token": token, "words": words, "key": key} {
		quoted, err := json.Marshal(map[string]string{"x": secret})
		if err != nil {
			t.Fatal(err)
		}
		for how, text := range map[string]string{
			"as it is": "x" + secret + "y", "quoted": fmt.Sprintf("%q", secret), "as JSON": string(quoted), "as hex": hex.EncodeToString([]byte("ab" + secret)),
			"as upper hex": fmt.Sprintf("%X", secret), "as bytes": fmt.Sprint([]byte("x" + secret)), "as Go's bytes": fmt.Sprintf("%#v", []byte("x"+secret)),
			"escaped": url.QueryEscape(secret), "in a path": url.PathEscape("x/" + secret), "as a password": (&url.URL{Scheme: "https", User: url.UserPassword("x", secret), Host: "a"}).String(),
			"cut at its end": secret[:len(secret)*4/5] + "...", "cut at its start": "..." + secret[len(secret)/5:],
			"base64": base64.StdEncoding.EncodeToString([]byte(secret)), "base64 of a header": base64.StdEncoding.EncodeToString([]byte("x-access-token:" + secret)),
			"base64, shifted": base64.RawURLEncoding.EncodeToString([]byte("ab" + secret + "c")), "base64, shifted twice": base64.URLEncoding.EncodeToString([]byte("a" + secret)),
		} {
			if found := said(t, text); len(found) == 0 || !strings.HasPrefix(found[0], name) || !strings.HasSuffix(found[0], "in a page") || strings.Contains(fmt.Sprint(found), secret) {
				t.Errorf("%s %s: found %q", name, how, found)
			}
		}
	}
	for _, text := range []string{"", "nothing secret", "ghs_", "-----BEGIN RSA PRIVATE KEY-----", strings.Repeat("secret words ", 1000)} {
		if found := said(t, text); len(found) > 0 {
			t.Errorf("%.40q: found %q", text, found)
		}
	}
}

// TestPlaces: it is found across writes and across what is read at a time, and
// not across what was said by two.
func TestPlaces(t *testing.T) {
	t.Parallel()
	w := New()
	w.Secrets("token", token)
	var passed bytes.Buffer
	out := w.Writer("a log", &passed)
	for _, c := range token {
		fmt.Fprintf(out, "%c", c)
	}
	w.Said("the start of it", []byte(token[:12]))
	w.Said("its end", []byte(token[12:14]))
	w.Said("much", bytes.Repeat([]byte("."), 5<<20))
	w.Said("far away", []byte(token))
	found, err := w.Found()
	if err != nil || len(found) != 2 || passed.String() != token {
		t.Errorf("found %q, %v; passed %q", found, err, passed.String())
	}
	slog.New(slog.NewJSONHandler(w.Writer("JSON", nil), nil)).Info("x", "a", "Basic "+base64.StdEncoding.EncodeToString([]byte("x:"+token)))
	if found, _ := w.Found(); !strings.Contains(fmt.Sprint(found), "as base64, is said in JSON") {
		t.Errorf("found %q", found)
	}
}

// TestHandlers: what is asked and what is answered is kept, but for headers of
// what is asked.
func TestHandlers(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		do   func(*http.Request)
		want int
	}{
		{func(r *http.Request) { r.Header.Set("Authorization", "Bearer "+token) }, 0},
		{func(r *http.Request) { r.URL.RawQuery = "t=" + token }, 1},
		{func(r *http.Request) { r.Body = io.NopCloser(strings.NewReader(token)) }, 1},
		{func(r *http.Request) { r.Header.Set("Echo-Body", token) }, 1},
		{func(r *http.Request) { r.Header.Set("Echo-Header", token) }, 1},
	} {
		w := New()
		w.Secrets("token", token[:20])
		h := w.Answers("answered", w.Asked("asked", http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			if b, err := io.ReadAll(r.Body); err != nil || string(b) != "" && string(b) != token {
				t.Errorf("the body is %q, %v", b, err)
			}
			rw.Header().Set("X-Echo", r.Header.Get("Echo-Header"))
			_, _ = io.WriteString(rw, r.Header.Get("Echo-Body"))
		})))
		srv := httptest.NewServer(h)
		req, err := http.NewRequest(http.MethodPost, srv.URL, nil)
		if err != nil {
			t.Fatal(err)
		}
		c.do(req)
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = res.Body.Close()
		srv.Close()
		if found, err := w.Found(); err != nil || len(found) != c.want {
			t.Errorf("found %q, %v, want %d", found, err, c.want)
		}
	}
}

// TestEnd: a secret that was said fails the run; without one, it ends as it ends.
func TestEnd(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text       string
		code, want int
	}{{"nothing", 0, 0}, {"nothing", 1, 1}, {token, 0, 1}, {token, 2, 2}} {
		w := New()
		w.Secrets("token", token)
		w.Said("a page", []byte(c.text))
		var out bytes.Buffer
		if got := w.end(c.code, &out); got != c.want || strings.Contains(out.String(), "a page") != (c.text == token) {
			t.Errorf("%.9s after %d: got %d, want %d: %s", c.text, c.code, got, c.want, &out)
		}
	}
}

// TestShort: what could be said by chance is no secret to watch for.
func TestShort(t *testing.T) {
	t.Parallel()
	defer func() {
		if recover() == nil {
			t.Error("it is taken")
		}
	}()
	New().Secrets("token", "short")
}

// unwatched are ways of tests to log, to run a command or to make a server whose
// words nobody would look through: newWatched, watch.Logger and runWatched take
// their place.
var unwatched = regexp.MustCompile(`slog\.New(Text|JSON)Handler\(|(^|[^.\w])run\((t\.Context|ctx|context)|[ (]New\((o|Options)\b|server\.New\(|\.Handler\(\)\.ServeHTTP`)

// TestAllIsWatched: the tests of the packages that hold secrets say nothing beside
// the watch. The files that have it from it are named by what they do.
func TestAllIsWatched(t *testing.T) {
	t.Parallel()
	seen := 0
	for _, dir := range []string{"webhook", "server", "cmd/milepost"} {
		names, err := filepath.Glob(filepath.Join("../..", filepath.FromSlash(dir), "*_test.go"))
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			if base := filepath.Base(name); base == "watch_test.go" || base == "bench_test.go" {
				continue
			}
			b, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			seen++
			for line := range strings.Lines(string(b)) {
				if unwatched.MatchString(line) {
					t.Errorf("%s: %s", name, strings.TrimSpace(line))
				}
			}
		}
	}
	if seen < 30 {
		t.Errorf("only %d files were looked at", seen)
	}
}
