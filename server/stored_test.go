package server

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/milepost-dev/milepost/internal/gittest"
	"github.com/milepost-dev/milepost/internal/history"
	"github.com/milepost-dev/milepost/internal/ladder"
)

// smallServer has one framework, a, with two versions.
func smallServer(t testing.TB, o Options) *Server {
	t.Helper()
	r := gittest.New(t)
	r.Write(gittest.Ladder("a", "One")).Commit("start")
	r.Write(gittest.Ladder("a", "Two")).Commit("change")
	return serverOf(t, storeOf(t, r.Dir, ""), o)
}

// TestAcceptEncoding: RFC 9110, 12.5.3.
func TestAcceptEncoding(t *testing.T) {
	t.Parallel()
	s := smallServer(t, Options{})
	for _, c := range []struct {
		accept []string
		gzip   bool
	}{
		{nil, false},
		{[]string{""}, false},
		{[]string{"identity"}, false},
		{[]string{"gzip"}, true},
		{[]string{"GZip"}, true},
		{[]string{"x-gzip"}, true},
		{[]string{"*"}, true},
		{[]string{"br, gzip, deflate"}, true},
		{[]string{"br", "gzip"}, true},
		{[]string{"br,deflate"}, false},
		{[]string{"gzip;q=0"}, false},
		{[]string{"gzip;q=0.000"}, false},
		{[]string{"gzip; q=0"}, false},
		{[]string{"gzip;Q=0"}, false},
		{[]string{"gzip;q=0.001"}, true},
		{[]string{"gzip;q=1.0"}, true},
		{[]string{"gzip;q=0, *"}, false},
		{[]string{"*, gzip;q=0"}, false},
		{[]string{"*;q=0"}, false},
		{[]string{"*;q=0, gzip"}, true},
		{[]string{"gzip;q=x"}, false},
		{[]string{"gzip;q=-1"}, false},
		{[]string{"gzip;q=NaN"}, false},
		{[]string{"gzipped"}, false},
		{[]string{",,;;=,"}, false},
	} {
		var headers []string
		for _, v := range c.accept {
			headers = append(headers, "Accept-Encoding", v)
		}
		for _, target := range []string{"/v1/frameworks/a", "/v1/frameworks/a/versions/1.0.0"} {
			a := get(t, s, target, headers...)
			if got := a.Header.Get("Content-Encoding") == "gzip"; got != c.gzip {
				t.Errorf("Accept-Encoding %q: got %q, want gzip to be %v", c.accept, a.Header.Get("Content-Encoding"), c.gzip)
			}
			if want := map[bool]string{true: "Accept-Encoding, Accept-Datetime", false: "Accept-Encoding"}[target == "/v1/frameworks/a"]; a.Header.Get("Vary") != want {
				t.Errorf("%s: got Vary %q, want %q", target, a.Header.Get("Vary"), want)
			}
		}
	}
}

// TestBothCodingsAreTheSameText, and the text is what the digest is of.
func TestBothCodingsAreTheSameText(t *testing.T) {
	t.Parallel()
	s := smallServer(t, Options{})
	for _, query := range []string{"", "?as_of=2024-03-01T09:00:00Z", "?version=1.1.0"} {
		plain := get(t, s, "/v1/frameworks/a"+query)
		packed := get(t, s, "/v1/frameworks/a"+query, "Accept-Encoding", "gzip")
		if !bytes.Equal(plain.plain, packed.plain) || bytes.Equal(plain.raw, packed.raw) {
			t.Errorf("%s: the codings hold different texts, or are the same", query)
		}
		if plain.Header.Get("Etag") == packed.Header.Get("Etag") {
			t.Errorf("%s: both codings have the entity tag %s", query, plain.Header.Get("Etag"))
		}
		doc := decoded[history.Document](t, packed)
		if got := ladder.Digest(doc.Framework); got != doc.Version.Digest {
			t.Errorf("%s: the text digests to %s, the version says %s", query, got, doc.Version.Digest)
		}
	}
}

// TestConditionalRequests: RFC 9110, 13.1.2.
func TestConditionalRequests(t *testing.T) {
	t.Parallel()
	s := smallServer(t, Options{})
	for _, target := range []string{
		"/v1/frameworks", "/v1/frameworks/a", "/v1/frameworks/a?as_of=2024-03-01", "/v1/frameworks/a/versions", "/v1/frameworks/a/versions/1.0.0",
		"/v1/frameworks/a/levels/l1", "/v1/frameworks/a/levels/l1/history", "/v1/frameworks/a/competencies/craft",
		"/v1/frameworks/a/diff", "/v1/frameworks/a/problems", "/v1/problems", "/openapi.yaml",
		"/v1/upcoming", "/v1/upcoming.ics", "/v1/frameworks/a/upcoming", "/v1/frameworks/a/upcoming.ics", "/v1/frameworks/a/timemap",
	} {
		full := get(t, s, target)
		tag := full.Header.Get("Etag")
		gzipTag := strings.TrimSuffix(tag, `"`) + `-gzip"`
		for _, c := range []struct {
			fields []string
			status int
		}{
			{[]string{tag}, 304},
			{[]string{"W/" + tag}, 304},
			{[]string{"*"}, 304},
			{[]string{" * "}, 304},
			{[]string{`"x", ` + tag + `, "y"`}, 304},
			{[]string{`"x",W/` + tag}, 304},
			{[]string{`"x"`, tag}, 304},
			{[]string{`"x"`}, 200},
			{[]string{""}, 200},
			{[]string{",,"}, 200},
			{[]string{strings.Trim(tag, `"`)}, 200},
			{[]string{gzipTag}, 200}, // the same text in another coding is another representation
			{[]string{`"a,*,b"`}, 200},
			{[]string{`"x", *`}, 200},
			{[]string{strings.ToUpper(tag)}, 200},
		} {
			var headers []string
			for _, f := range c.fields {
				headers = append(headers, "If-None-Match", f)
			}
			a := get(t, s, target, headers...)
			if a.StatusCode != c.status {
				t.Errorf("%s, If-None-Match %q: got %d, want %d", target, c.fields, a.StatusCode, c.status)
			}
			if a.StatusCode == http.StatusNotModified {
				sameHeaders(t, target, full.Header, a)
			}
		}
	}
}

// sameHeaders wants of a 304 whatever the 200 said that a cache keeps.
func sameHeaders(t *testing.T, target string, full http.Header, a answer) {
	t.Helper()
	for _, name := range []string{"Etag", "Vary", "Cache-Control", "Content-Location", "Link", "Memento-Datetime", "Milepost-As-Of", "Milepost-Known-At", "Milepost-Also-Accepted", "Milepost-Status"} {
		if got, want := a.Header.Get(name), full.Get(name); got != want {
			t.Errorf("%s: 304 has %s %q, 200 has %q", target, name, got, want)
		}
	}
	if len(a.raw) > 0 || a.Header.Get("Content-Type") != "" {
		t.Errorf("%s: 304 has %d bytes of %q", target, len(a.raw), a.Header.Get("Content-Type"))
	}
}

// TestTagOfOtherCodingDoesNotMatch: a cache would otherwise decode what is
// not encoded.
func TestTagOfOtherCodingDoesNotMatch(t *testing.T) {
	t.Parallel()
	s := smallServer(t, Options{})
	plain := get(t, s, "/v1/frameworks/a").Header.Get("Etag")
	packed := get(t, s, "/v1/frameworks/a", "Accept-Encoding", "gzip").Header.Get("Etag")
	for _, c := range []struct {
		encoding, tag string
		status        int
	}{
		{"identity", plain, 304}, {"identity", packed, 200}, {"gzip", plain, 200}, {"gzip", packed, 304}, {"gzip", plain + ", W/" + packed, 304},
	} {
		if a := get(t, s, "/v1/frameworks/a", "Accept-Encoding", c.encoding, "If-None-Match", c.tag); a.StatusCode != c.status {
			t.Errorf("%s, %s: got %d, want %d", c.encoding, c.tag, a.StatusCode, c.status)
		}
	}
}

// TestCacheControl: what may change is kept for a minute at most, and by
// nobody but who asked where tokens are needed.
func TestCacheControl(t *testing.T) {
	t.Parallel()
	for scope, o := range map[string]Options{"public": {}, "private": {Tokens: []Token{tokenOf("ci", readerToken)}}} {
		s := smallServer(t, o)
		for target, want := range map[string]string{
			"/v1/frameworks/a": ", max-age=60", "/v1/frameworks/a?version=1.0.0": ", max-age=60",
			"/v1/frameworks/a/versions/1.0.0": ", no-cache", "/v1/frameworks": ", no-cache", "/v1/frameworks/a/levels/l1": ", no-cache",
		} {
			if got := get(t, s, target, "Authorization", "Bearer "+readerToken).Header.Get("Cache-Control"); got != scope+want {
				t.Errorf("%s: got %q, want %q", target, got, scope+want)
			}
		}
	}
}

// TestLinks: the neighbours of a version, by RFC 5829.
func TestLinks(t *testing.T) {
	t.Parallel()
	s := worldServer(t)
	link := func(rel, href, more string) string { return fmt.Sprintf(`<%s>; rel="%s"%s`, fw+href, rel, more) }
	own := func(id string) []string {
		return []string{
			link("original timegate latest-version", id, ""), link("timemap", id+"/timemap", `; type="application/link-format"`),
			link("version-history", id+"/versions", ""),
		}
	}
	before := func(n string) string { return link("predecessor-version", "steady/versions/"+n, "") }
	after := func(n string) string { return link("successor-version", "steady/versions/"+n, "") }
	for target, want := range map[string][]string{
		"steady?version=1.0.0":    append(own("steady"), after("1.1.0")),
		"steady/versions/1.2.0":   append(own("steady"), before("1.1.0"), after("1.3.0")),
		"steady":                  append(own("steady"), before("1.4.0")),
		"steady/levels/l1":        {link("latest-version", "steady", ""), link("version-history", "steady/versions", ""), before("1.4.0")},
		"gone?as_of=2024-05-01":   append(own("gone"), link("successor-version", "gone/versions/2.0.0", "")),
		"gone":                    {link("original timegate", "gone", ""), link("timemap", "gone/timemap", `; type="application/link-format"`)},
		"former?as_of=2024-05-01": {""},
	} {
		if got := get(t, s, "/v1/frameworks/"+target).Header.Get("Link"); got != strings.Join(want, ", ") {
			t.Errorf("%s: got %s, want %s", target, got, want)
		}
	}
}

// reusedWriter is a ResponseWriter that allocates nothing.
type reusedWriter struct {
	header http.Header
	status int
	bytes  int
}

func (w *reusedWriter) Header() http.Header { return w.header }

func (w *reusedWriter) WriteHeader(status int) { w.status = status }

func (w *reusedWriter) Write(b []byte) (int, error) {
	w.bytes += len(b)
	return len(b), nil
}

// TestHandlerAllocatesNothing: for the text in force, and for a date that was
// asked for before, also where a transition runs and where it is to come.
func TestHandlerAllocatesNothing(t *testing.T) {
	small := smallServer(t, Options{})
	times := serverOf(t, storeOf(t, timeWorld(t).Dir, ""), Options{})
	for _, c := range []struct {
		s                        *Server
		id, query, encoding, tag string
		status                   int
	}{
		{small, "a", "", "gzip", "", 200}, {small, "a", "", "", "", 200}, {small, "a", "", "gzip", "*", 304},
		{small, "a", "as_of=2024-03-01", "gzip", "", 200}, {small, "a", "as_of=2031-01-01", "gzip", "", 200},
		{small, "a", "as_of=2024-03-01", "gzip", "*", 304}, {small, "a", "as_of=2024-03-01", "gzip", `"x", "y"`, 200},
		{times, "ladder", "", "gzip", "", 200}, {times, "ladder", "as_of=2024-09-15", "gzip", "", 200}, {times, "soon", "as_of=2025-07-01", "gzip", "", 200},
	} {
		r := httptest.NewRequest(http.MethodGet, "/v1/frameworks/"+c.id+"?"+c.query, nil)
		if c.encoding != "" {
			r.Header.Set("Accept-Encoding", c.encoding)
		}
		if c.tag != "" {
			r.Header.Set("If-None-Match", c.tag)
		}
		w := &reusedWriter{header: http.Header{}}
		ctx := c.s.echo.NewContext(r, w)
		ctx.SetParamNames("id")
		ctx.SetParamValues(c.id)
		if got := allocations(t, c.s, ctx); got != 0 || w.status != c.status {
			t.Errorf("%s?%s as %q with %q: got %d with %v allocations, want %d with none", c.id, c.query, c.encoding, c.tag, w.status, got, c.status)
		}
	}
}

func allocations(t *testing.T, s *Server, ctx echo.Context) float64 {
	t.Helper()
	return testing.AllocsPerRun(200, func() {
		ctx.Response().Committed = false
		if err := s.framework(ctx); err != nil {
			t.Fatal(err)
		}
	})
}

// TestMomentsAreKeptApart: days that share a place never share a value.
func TestMomentsAreKeptApart(t *testing.T) {
	t.Parallel()
	var m moments
	day := time.Date(1960, 1, 1, 22, 59, 59, 999999999, time.UTC)
	for range 3 {
		for i := range 5000 {
			at := day.AddDate(0, 0, i*7)
			if got, want := m.of(at)[0], at.Format(time.RFC3339); got != want {
				t.Fatalf("got %s, want %s", got, want)
			}
		}
	}
}

// TestSnapshotsSwapUnderRequests: every answer is of one snapshot, whole.
func TestSnapshotsSwapUnderRequests(t *testing.T) {
	t.Parallel()
	r := gittest.New(t)
	r.Write(gittest.Ladder("a", "Text 0")).Commit("start")
	store := storeOf(t, r.Dir, "")
	s := serverOf(t, store, Options{})
	done := make(chan struct{})
	var readers sync.WaitGroup
	for i := range 4 {
		readers.Go(func() { readUntil(t, s, done, i) })
	}
	for i := range 8 {
		r.Write(gittest.Ladder("a", fmt.Sprintf("Text %d", i+1))).Commit("change")
		if err := store.Refresh(context.Background()); err != nil {
			t.Error(err)
		}
	}
	close(done)
	readers.Wait()
	if got := outcome(t, get(t, s, "/v1/frameworks/a")); got != "1.8.0" {
		t.Errorf("in the end got %s, want 1.8.0", got)
	}
}

func readUntil(t *testing.T, s *Server, done <-chan struct{}, reader int) {
	queries := []string{"", "?as_of=2024-03-01", "?as_of=2031-01-01", "?version=1.0.0"}
	for i := reader; ; i++ {
		select {
		case <-done:
			return
		default:
		}
		r := httptest.NewRequest(http.MethodGet, "/v1/frameworks/a"+queries[i%len(queries)], nil)
		if i%2 == 0 {
			r.Header.Set("Accept-Encoding", "gzip")
		}
		a := exchangeOnce(t, s, r)
		doc := decoded[history.Document](t, a)
		if ladder.Digest(doc.Framework) != doc.Version.Digest {
			t.Errorf("the text of %s is not that of the version", doc.Version.Number)
		}
	}
}
