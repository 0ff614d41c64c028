package server

import (
	"errors"
	"math"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
)

// FuzzQuery: the short way of reading a query accepts nothing that the long
// way refuses, and reads it as the long way does.
func FuzzQuery(f *testing.F) {
	for _, seed := range []string{
		"", "as_of=2024-03-31", "as_of=2024-03-31T22:00:00Z", "as_of=2024-03-31T22:00:00+02:00", "as_of=2024-03-31T22:00:00%2B02:00", "as_of=",
		"as_of", "as_of=a=b", "as_of=a&as_of=b", "as_of=a;b", "as_of=%", "as_of=%zz", "as_of=\x00", "as_of=\xff", "as_of=é", "as_of= ", "as_of==", "&", "&&as_of=1", "=",
		"cycle=2024-h2", "version=v1.0.0", "as_of=1&version=2", "As_of=1", "%61s_of=1", "as%5Fof=1", "x=" + strings.Repeat("y", 100),
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		r := &http.Request{URL: &url.URL{RawQuery: raw}}
		long, err := readQuery(r, "as_of", "known_at", "cycle", "version")
		if p := (*Problem)(nil); err != nil && (!errors.As(err, &p) || p.Status != http.StatusBadRequest) {
			t.Fatalf("got %v, want a problem with 400", err)
		}
		short, ok := quickQuery(raw)
		if !ok {
			return
		}
		if err != nil {
			t.Fatalf("%q is read the short way and refused the long way: %v", raw, err)
		}
		if short.asOf != long.asOf || long.cycle+long.version+long.from+long.to+long.level != "" {
			t.Fatalf("%q is read as %+v the short way and as %+v the long way", raw, short, long)
		}
	})
}

// FuzzNotModified: a match has the entity tag in it, or is a star.
func FuzzNotModified(f *testing.F) {
	const tag = `"0123456789abcdef01234567-gzip"`
	for _, seed := range []string{"", "*", tag, "W/" + tag, `"x", ` + tag, `"a,*,b"`, ",", `"`, `W/"`, "W/W/" + tag, tag + tag, `"x` + tag + `y"`, "* , *"} {
		f.Add(seed, "")
		f.Add("", seed)
		f.Add(seed, seed)
	}
	f.Fuzz(func(t *testing.T, a, b string) {
		got := notModified([]string{a, b}, tag)
		if got != (notModified([]string{a}, tag) || notModified([]string{b}, tag)) {
			t.Fatalf("%q and %q match together as neither does alone", a, b)
		}
		star := strings.TrimSpace(a) == "*" || strings.TrimSpace(b) == "*"
		if got && !star && !strings.Contains(a, tag) && !strings.Contains(b, tag) {
			t.Fatalf("%q and %q match %s", a, b, tag)
		}
		if star && !got {
			t.Fatalf("%q and %q do not match", a, b)
		}
	})
}

// FuzzAcceptsGzip: only who names it, or everything, gets it.
func FuzzAcceptsGzip(f *testing.F) {
	for _, seed := range []string{"", "gzip", "GZIP;q=0", "x-gzip", "*", "*;q=0", "gzip;q=0,*", "br;q=1.0, gzip;q=0.8, *;q=0.1", ";q=1", "gzip;q=", "gzip;q=NaN", "gzip;q=+Inf", "gzip;q=1e400", ",,", "gzip;;q=0"} {
		f.Add(seed, "")
		f.Add("br", seed)
	}
	f.Fuzz(func(t *testing.T, a, b string) {
		if !acceptsGzip([]string{a, b}) {
			return
		}
		if both := strings.ToLower(a + "\n" + b); !strings.Contains(both, "gzip") && !strings.Contains(both, "*") {
			t.Fatalf("%q and %q take gzip", a, b)
		}
	})
}

// FuzzPreferred: what is chosen was offered, and wanted more than nothing.
func FuzzPreferred(f *testing.F) {
	offers := []string{"application/json", "text/markdown", "text/html"}
	for _, seed := range []string{"", "*/*", "text/*", "text/html;q=0.5,*/*;q=0.1", "application/json;q=0", "text/html;level=1;q=0.3", ";", "/", "*", "text/html;q=NaN", "text/html;q=-1", "TEXT/HTML", "a/b,", "text/html;q=0,text/*"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, accept string) {
		got := preferred(accept, offers...)
		if got != "" && !slices.Contains(offers, got) {
			t.Fatalf("%q prefers %q, which was not offered", accept, got)
		}
		for _, offer := range offers {
			q := accepts(accept, offer)
			if math.IsNaN(q) || q < 0 || q > 1 {
				t.Fatalf("%q wants %s by %v", accept, offer, q)
			}
			if strings.TrimSpace(accept) != "" && got != "" && q > accepts(accept, got) {
				t.Fatalf("%q prefers %s, and wants %s more", accept, got, offer)
			}
			if strings.TrimSpace(accept) != "" && got == "" && q > 0 {
				t.Fatalf("%q prefers nothing, and wants %s", accept, offer)
			}
		}
	})
}
