package gitrepo

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestRemote(t *testing.T) {
	t.Parallel()
	g, _ := sample(t)
	if _, err := g.open().Remote(); !errors.Is(err, ErrNoRemote) {
		t.Errorf("without a remote: got %v", err)
	}
	opts, _ := remoteOf(g)
	if got, err := open(t, opts).Remote(); err != nil || got != opts.Location {
		t.Errorf("of a mirror: got %q, %v", got, err)
	}
	clone := g.clone()
	r := clone.open()
	if got, err := r.Remote(); err != nil || got != "file://"+g.dir {
		t.Errorf("of a clone: got %q, %v", got, err)
	}
	parent := filepath.Dir(clone.dir)
	for url, want := range map[string]string{
		"https://example.com/org/careers.git": "https://example.com/org/careers.git",
		"git@example.com:org/careers.git":     "git@example.com:org/careers.git",
		"ssh://git@example.com/careers":       "ssh://git@example.com/careers",
		"../careers":                          filepath.Join(parent, "careers"),
		"/srv/careers":                        "/srv/careers",
		"ext::sh -c touch% /tmp/x":            "", "fd::17": "", "-oProxyCommand=touch": "", "--upload-pack=touch": "", "ssh://-oProxyCommand=x/y": "",
		"https://ada:hush@example.com/x": "", "https://hush@example.com/x": "", "ftp://example.com/x": "",
	} {
		clone.git("config", "remote.origin.url", url)
		got, err := r.Remote()
		if got != want || (err == nil) != (want != "") || want == "" && !errors.Is(err, ErrLocation) {
			t.Errorf("%s: got %q, %v; want %q", url, got, err, want)
		}
		if err != nil && strings.Contains(err.Error(), "hush") {
			t.Errorf("%s: %q repeats what may be a password", url, err)
		}
	}
	clone.git("config", "remote.origin.url", "https://example.com/read")
	clone.git("config", "--add", "remote.origin.url", "https://example.com/second")
	if got, err := r.Remote(); err != nil || got != "https://example.com/read" {
		t.Errorf("of two: got %q, %v", got, err)
	}
	clone.git("config", "remote.origin.pushurl", "https://example.com/write")
	if got, err := r.Remote(); err != nil || got != "https://example.com/write" {
		t.Errorf("with a pushurl: got %q, %v", got, err)
	}
	tree := filepath.Join(t.TempDir(), "tree")
	clone.git("worktree", "add", "--quiet", "--detach", tree)
	if got, err := open(t, Options{Location: tree}).Remote(); err != nil || got != "https://example.com/write" {
		t.Errorf("of an added working tree: got %q, %v", got, err)
	}
}

// TestRemoteConfig has configurations that Git reads otherwise, or not at all.
func TestRemoteConfig(t *testing.T) {
	t.Parallel()
	g, _ := sample(t)
	r := g.open()
	file := filepath.Join(g.dir, ".git", "config")
	other := filepath.Join(t.TempDir(), "included")
	must(t, os.WriteFile(other, []byte("[remote \"origin\"]\n\turl = https://example.com/included\n"), 0o600))
	const core = "[core]\n\trepositoryformatversion = 0\n"
	for conf, want := range map[string]string{
		core + "[include]\n\tpath = " + other + "\n":                                    "",
		core + "[remote \"Origin\"]\n\turl = https://example.com/x\n":                   "",
		core + "[remote \"origin\"]\n\turl =\n":                                         "",
		core + "[REMOTE \"origin\"]\n\tURL = \"https://example.com/x\" ; said\n":        "https://example.com/x",
		core + "# [remote \"origin\"]\n":                                                "",
		core + "[remote \"origin\"\n\turl = https://example.com/x\n":                    "",
		core + "\x00\xff[[[":                                                            "",
		core + strings.Repeat("[a]\n", 1<<19) + "[remote \"origin\"]\n\turl = /srv/x\n": "",
	} {
		must(t, os.WriteFile(file, []byte(conf), 0o600))
		got, err := r.Remote()
		if got != want || (err == nil) != (want != "") || want == "" && !errors.Is(err, ErrNoRemote) {
			t.Errorf("%.80q: got %q, %v; want %q", conf, got, err, want)
		}
	}
	must(t, os.Remove(file))
	if _, err := r.Remote(); !errors.Is(err, ErrNoRemote) {
		t.Errorf("without a configuration: got %v", err)
	}
}

func FuzzOriginURL(f *testing.F) {
	f.Add([]byte("[remote \"origin\"]\n\turl = \"https://example.com/x\" # y\n"))
	f.Add([]byte("[remote \"o\\\"rigin\"]\nurl=a\\\nb\n[x]"))
	f.Add([]byte("\xef\xbb\xbf[include]path=/etc/passwd"))
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, b []byte) {
		must(t, os.WriteFile(filepath.Join(dir, "config"), b, 0o600))
		url, err := gitDirs{common: dir}.originURL()
		if (url == "") == (err == nil) {
			t.Errorf("got %q, %v", url, err)
		}
	})
}
