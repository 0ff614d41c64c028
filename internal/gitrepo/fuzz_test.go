package gitrepo

import (
	"bytes"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/go-git/go-git/v5/plumbing"
)

func FuzzParseCommit(f *testing.F) {
	h := strings.Repeat("a", 40)
	f.Add([]byte("tree " + h + "\nparent " + h + "\nparent " + h + "\nauthor A <a@example.com> 1 +0000\ncommitter B <b@example.com> 1767614400 +0100\n" +
		"gpgsig -----BEGIN\n parent not\n\nsubject\n\nbody"))
	f.Add([]byte("tree " + h + "\ncommitter no date\n\n"))
	f.Add([]byte("tree " + h + "\ncommitter B <b@example.com> 99999999999999 +0000"))
	f.Add([]byte("tree short\n\n"))
	f.Add([]byte("\n\ntree " + h))
	f.Fuzz(func(t *testing.T, b []byte) {
		c, err := parseCommit(b, nil)
		if err != nil {
			return
		}
		if c.tree.IsZero() || c.committed.Year() > 9999 || c.committed.Unix() < 0 && !c.committed.IsZero() {
			t.Errorf("got %+v", c)
		}
		if s := subject(c.message); !utf8.ValidString(s) || utf8.RuneCountInString(s) > 200 || strings.ContainsAny(s, "\n\x00\x1b") {
			t.Errorf("got subject %q", s)
		}
	})
}

func FuzzDiff(f *testing.F) {
	h := strings.Repeat("\x01", 20)
	f.Add([]byte("100644 a\x00"+h+"40000 b\x00"+h), []byte("100644 a\x00"+h+"40000 c\x00"+h))
	f.Add([]byte("100644 a\x00"+h), []byte("100644 a\x00short"))
	f.Add([]byte("100644 next\x00"+h), []byte("40000 next\x00"+h))
	f.Add([]byte("0 a\x00"+h), []byte("777777777 a\x00"+h))
	f.Add([]byte("100644 \x00"+h), []byte(" \x00"+h))
	f.Fuzz(func(t *testing.T, a, b []byte) {
		for _, prefix := range []string{"", "next/"} {
			d := differ{w: &walker{paths: map[string]string{}}}
			if err := d.diff(prefix, a, b); err != nil {
				continue
			}
			changes := d.sorted()
			if bytes.Equal(a, b) && len(changes) != 0 {
				t.Errorf("equal trees: got %+v", changes)
			}
			for i, c := range changes {
				if i > 0 && changes[i-1].Path >= c.Path || c.Dir && c.Hash == "" || c.Path == "" {
					t.Errorf("got %+v", changes)
				}
			}
		}
		_, _ = findEntry(a, nextDir)
	})
}

func FuzzParseLsRefs(f *testing.F) {
	h := strings.Repeat("a", 40)
	f.Add([]byte(packet(h+" HEAD symref-target:refs/heads/main\n") + packet(h+" refs/heads/main\n") + flush))
	f.Add([]byte("0004"))
	f.Add([]byte("fff0" + h))
	f.Fuzz(func(t *testing.T, b []byte) {
		list, err := parseLsRefs(b, headsPrefix, tagsPrefix)
		if err != nil {
			return
		}
		for name := range list.refs {
			if strings.ContainsAny(name, " \n\x00") || strings.Contains(name, "..") || plumbing.ReferenceName(name).Validate() != nil {
				t.Errorf("got reference %q", name)
			}
		}
	})
}

func FuzzParseRevision(f *testing.F) {
	for _, s := range []string{"HEAD~1^2^{commit}", "@", "main~", "a..b", "^", "x^{tree}", "x~9999999999999999999", "-x"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		base, steps, ok := parseRevision(s)
		if ok && (base == "" || base[0] == '-' || strings.ContainsAny(base, " ~^:\n") || len(steps) > len(s)) {
			t.Errorf("%q: got %q, %v", s, base, steps)
		}
	})
}

func FuzzParseLocation(f *testing.F) {
	for _, s := range []string{"https://u:p@example.com/x", "git@example.com:x", "ext::sh -c x", "-x", "file:///x", "C:\\x", "https://[::1]:1/x"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		loc, err := parseLocation(s, "")
		if err != nil {
			return
		}
		if (loc.path == "") == (loc.url == "") || strings.HasPrefix(s, "-") || strings.Contains(loc.url, "::") && strings.HasPrefix(loc.url, "ext") {
			t.Errorf("%q: got %+v", s, loc)
		}
	})
}
