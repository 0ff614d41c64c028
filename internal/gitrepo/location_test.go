package gitrepo

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
)

func TestParseLocation(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ in, url, path string }{
		{"https://example.com/org/careers.git", "https://example.com/org/careers.git", ""},
		{"HTTPS://Example.COM/Org/Careers/", "https://example.com/Org/Careers", ""},
		{"http://localhost:3000/x", "http://localhost:3000/x", ""},
		{"ssh://git@example.com/x", "ssh://git@example.com/x", ""},
		{"ssh://example.com:2222/x", "ssh://example.com:2222/x", ""},
		{"git@github.com:org/careers.git", "git@github.com:org/careers.git", ""},
		{"git://example.com/x", "git://example.com/x", ""},
		{"file:///srv/careers.git", "file:///srv/careers.git", ""},
		{".", "", "."},
		{"../careers", "", "../careers"},
		{"/srv/careers", "", "/srv/careers"},
		{`C:\careers`, "", `C:\careers`},
	} {
		got, err := parseLocation(tt.in, "")
		if err != nil || got.url != tt.url || got.path != tt.path || got.token != "" || got.auth() != nil {
			t.Errorf("%s: got %+v, %v; want %q, %q", tt.in, got, err, tt.url, tt.path)
		}
	}
}

func TestParseLocationRefuses(t *testing.T) {
	t.Parallel()
	for _, in := range []string{
		"", "-c", "--upload-pack=touch x", "ext::sh -c x", "fd::17", "https://user@example.com/x", "https://user:hush@example.com/x",
		"https://hush:@example.com/x", "https://:hush@example.com/x", "ssh://git:hush@example.com/x", "file://hush@localhost/x", "git://hush@example.com/x",
		"ssh://-oProxyCommand=x/y", "ssh://-x@example.com/y", "ext://x/y", "ftp://example.com/x", "https:///x", "https://example.com/x?a=hush", "https://example.com/x#hush",
		"file://other/x", "https://exa mple.com/x", "https://example.com:hush/x", "user:hush@example.com/x", "user:hush@example.com:x", "a\nb", "https://example.com/\x7f",
	} {
		_, err := parseLocation(in, "")
		if !errors.Is(err, ErrLocation) {
			t.Errorf("%q: got %v, want ErrLocation", in, err)
		} else if strings.Contains(err.Error(), "hush") {
			t.Errorf("%q: %q repeats what may be a password", in, err)
		}
	}
}

func TestTokenGoesOnlyWhereItIsSafe(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"https://example.com/x": "hush", "http://127.0.0.1:1/x": "hush", "http://[::1]/x": "hush", "http://localhost/x": "hush",
		"ssh://git@example.com/x": "", "git://example.com/x": "", "file:///x": "", "git@example.com:x": "", "/x": "",
	} {
		if got, err := parseLocation(in, "hush"); err != nil || got.token != want {
			t.Errorf("%s: got token %q, %v; want %q", in, got.token, err, want)
		}
	}
	for _, in := range []string{"http://example.com/x", "http://localhost.example.com/x", "http://10.0.0.1/x"} {
		if _, err := parseLocation(in, "hush"); !errors.Is(err, ErrLocation) {
			t.Errorf("%s: got %v, want ErrLocation", in, err)
		}
	}
}

func TestRedact(t *testing.T) {
	t.Parallel()
	cause := fmt.Errorf("Get \"https://x:hush@example.com\":\n\x1b[31m%s %w", strings.Repeat("x", 1000), context.DeadlineExceeded)
	err := redact(cause, "hush")
	if text := err.Error(); strings.Contains(text, "hush") || len(text) > 300 || strings.ContainsAny(text, "\n\x1b") {
		t.Errorf("got %q", text)
	}
	if !errors.Is(err, context.DeadlineExceeded) || errors.Is(err, cause) {
		t.Errorf("got %v: it must keep that the time was over, and not the original", err)
	}
	if redact(nil, "hush") != nil {
		t.Error("nothing became an error")
	}
}
