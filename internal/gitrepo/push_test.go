package gitrepo

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

const tagName = "frameworks/a/v1.0.0"

// newTag is a tag that one creator makes.
func newTag(commit, creator string) NewTag {
	return NewTag{
		Name: tagName, Commit: commit, Message: "a 1.0.0\n\nFramework: a\nBump: minor", Nonce: "nonce-" + creator,
		TaggerName: creator, TaggerEmail: creator + "@example.com", Time: day0,
	}
}

// bare is a bare clone, in which tags can be made over HTTP.
func (g *gitDir) bare() *gitDir {
	g.t.Helper()
	b := g.clone("--bare")
	b.git("config", "http.receivepack", "true")
	return b
}

// holds returns what a tag holds, "" if it is not there.
func (g *gitDir) holds(name string) string {
	g.t.Helper()
	return g.git("for-each-ref", "--format=%(objectname)", "refs/tags/"+name)
}

// sound checks a repository with Git.
func (g *gitDir) sound() {
	g.t.Helper()
	if out := g.git("fsck", "--strict", "--no-dangling", "--no-progress"); strings.Contains(out, "error") || strings.Contains(out, "warning") {
		g.t.Errorf("git fsck: %s", out)
	}
}

// wins makes a tag that must be made, and checks with Git that it is.
func (g *gitDir) wins(opts TagOptions, tag NewTag) {
	g.t.Helper()
	out, err := PushTag(g.t.Context(), opts, tag)
	if err != nil || !out.Won {
		g.t.Fatalf("got %+v, %v; want won", out, err)
	}
	want := fmt.Sprintf("object %s\ntype commit\ntag %s\ntagger %s <%s> %d +0000\n\n%s\nNonce: %s",
		tag.Commit, tag.Name, tag.TaggerName, tag.TaggerEmail, tag.Time.Unix(), tag.Message, tag.Nonce)
	if got := g.git("cat-file", "-p", "refs/tags/"+tag.Name); got != want {
		g.t.Errorf("git cat-file: got\n%s\nwant\n%s", got, want)
	}
	if out.Tag.Object != g.holds(tag.Name) || out.Tag.Target != tag.Commit || !strings.HasSuffix(out.Tag.Message, "Nonce: "+tag.Nonce) || out.Tag.Tagger != tag.TaggerName {
		g.t.Errorf("got %+v", out.Tag)
	}
	g.sound()
}

// loses makes a tag of a name that is there, and checks that it stays as it is.
func (g *gitDir) loses(opts TagOptions, tag NewTag) Tag {
	g.t.Helper()
	before := g.holds(tag.Name)
	out, err := PushTag(g.t.Context(), opts, tag)
	if err != nil || out.Won || out.Tag.Object != before || g.holds(tag.Name) != before || before == "" {
		g.t.Errorf("got %+v, %v; it was %q and is %q", out, err, before, g.holds(tag.Name))
	}
	g.sound()
	return out.Tag
}

// refuses makes a tag that cannot be made and returns the sentence.
func (g *gitDir) refuses(opts TagOptions, tag NewTag, kind error) string {
	g.t.Helper()
	before := g.git("for-each-ref")
	out, err := PushTag(g.t.Context(), opts, tag)
	var e *Error
	if out.Won || out.Tag != (Tag{}) || !errors.Is(err, kind) || !errors.As(err, &e) {
		g.t.Fatalf("got %+v, %v; want %v", out, err, kind)
	}
	if s := err.Error(); strings.ContainsAny(s, "\n\x1b") || strings.HasSuffix(s, ".") || len(s) > 900 {
		g.t.Errorf("%q is not a sentence without its full stop", s)
	}
	if after := g.git("for-each-ref"); after != before {
		g.t.Errorf("the references changed: got\n%s\nwant\n%s", after, before)
	}
	return err.Error()
}

// everywhere runs a test against a bare repository by each way to it.
func everywhere(t *testing.T, test func(t *testing.T, g *gitDir, opts TagOptions, hashes []string)) {
	t.Parallel()
	for _, way := range []string{"path", "file", "http", "git"} {
		t.Run(way, func(t *testing.T) {
			t.Parallel()
			g, hashes := sample(t)
			b := g.bare()
			opts := TagOptions{Location: b.dir, Timeout: time.Minute}
			switch way {
			case "file":
				opts.Location = "file://" + b.dir
			case "http":
				opts.Location = serve(t, b).URL + "/" + filepath.Base(b.dir)
			case "git":
				opts.Location = "git://" + daemon(t, b) + "/careers"
			}
			test(t, b, opts, hashes)
		})
	}
}

// daemon serves a repository to read and to write as git daemon does, which
// go-git speaks to much as it does by ssh.
func daemon(t *testing.T, g *gitDir) (addr string) {
	return listen(t, func(c net.Conn) {
		defer c.Close()
		line := make([]byte, 4)
		var n int
		if _, err := io.ReadFull(c, line); err != nil {
			return
		}
		if _, err := fmt.Sscanf(string(line), "%04x", &n); err != nil || n < 5 {
			return
		}
		request := make([]byte, n-4)
		if _, err := io.ReadFull(c, request); err != nil {
			return
		}
		f, err := c.(*net.TCPConn).File()
		if err != nil {
			return
		}
		defer f.Close()
		service, _, _ := strings.Cut(strings.TrimPrefix(string(request), "git-"), " ")
		cmd := exec.Command("git", service, g.dir)
		cmd.Stdin, cmd.Stdout = f, f
		_ = cmd.Run()
	})
}

func TestPushTag(t *testing.T) {
	everywhere(t, func(t *testing.T, g *gitDir, opts TagOptions, hashes []string) {
		ada, ben := newTag(hashes[2], "ada"), newTag(hashes[1], "ben")
		g.wins(opts, ada)
		g.wins(opts, ada) // as after an answer that was lost
		first := g.loses(opts, ben)
		if first.Tagger != "ada" || first.Target != hashes[2] || !strings.Contains(first.Message, "Nonce: nonce-ada") || !first.Annotated || first.Problem != "" {
			t.Errorf("got %+v, want what ada made", first)
		}
		next := newTag(hashes[1], "ben")
		next.Name = "frameworks/a/v1.0.1"
		g.wins(opts, next)
		if got := g.git("tag", "--list"); got != tagName+"\n"+next.Name {
			t.Errorf("got tags %q", got)
		}
	})
}

// TestTagNeverMoves has tags that a push would move, or stumble over.
func TestTagNeverMoves(t *testing.T) {
	everywhere(t, func(t *testing.T, g *gitDir, opts TagOptions, hashes []string) {
		for _, made := range []string{hashes[0], hashes[1], hashes[2]} {
			g.git("tag", "--force", tagName, made)
			for _, asked := range hashes {
				if got := g.loses(opts, newTag(asked, "ada")); got.Annotated {
					t.Errorf("got %+v", got)
				}
			}
		}
		g.annotate(tagName, hashes[1], "theirs")
		if got := g.loses(opts, newTag(hashes[2], "ada")); got.Message != "theirs" || got.Tagger != "Ben" || got.Target != hashes[1] {
			t.Errorf("got %+v", got)
		}
		g.git("pack-refs", "--all")
		if got := g.loses(opts, newTag(hashes[1], "ada")); got.Message != "theirs" {
			t.Errorf("packed: got %+v", got)
		}
		g.annotate("inner", hashes[1], "inner")
		g.annotate(tagName, "refs/tags/inner", "outer")
		if got := g.loses(opts, newTag(hashes[1], "ada")); got.Message != "outer" || got.Target != "" || got.Problem == "" {
			t.Errorf("nested: got %+v", got)
		}
		g.git("update-ref", "refs/tags/"+tagName, g.object("tag", "object "+hashes[1]+"\ntype commit\ntag x\ntagger Ben <> 1 +0000\n\n"+strings.Repeat("long ", maxTagBytes)))
		if got := g.loses(opts, newTag(hashes[1], "ada")); got.Message != "" || got.Problem == "" {
			t.Errorf("large: got %.200v", got)
		}
	})
}

func TestNameInTheWay(t *testing.T) {
	everywhere(t, func(t *testing.T, g *gitDir, opts TagOptions, hashes []string) {
		for _, other := range []string{"frameworks/a", "frameworks", tagName + "/x"} {
			g.annotate(other, hashes[0], "in the way")
			if s := g.refuses(opts, newTag(hashes[2], "ada"), ErrTag); !strings.Contains(s, fmt.Sprintf("%q", other)) || !strings.Contains(s, tagName) {
				t.Errorf("%s: got %q", other, s)
			}
			g.git("tag", "--delete", other)
		}
		g.annotate("frameworks/ab", hashes[0], "not in the way").annotate("frameworks/a/v1.0.0-rc", hashes[0], "nor this")
		g.wins(opts, newTag(hashes[2], "ada"))
	})
}

// hook puts a hook into a repository.
func (g *gitDir) hook(name, script string) {
	g.t.Helper()
	file := filepath.Join(g.git("rev-parse", "--absolute-git-dir"), "hooks", name)
	must(g.t, os.MkdirAll(filepath.Dir(file), 0o755))
	must(g.t, os.WriteFile(file, []byte("#!/bin/sh\n"+script), 0o755))
}

func TestRefused(t *testing.T) {
	everywhere(t, func(t *testing.T, g *gitDir, opts TagOptions, hashes []string) {
		tag := newTag(hashes[2], "ada")
		for _, name := range []string{"pre-receive", "update"} {
			g.hook(name, "printf '\\033[31mOnly the release team\\r\\nmay tag.\\n' >&2\nexit 1\n")
			s := g.refuses(opts, tag, ErrRefused)
			if !strings.Contains(s, "hook declined") || !strings.Contains(s, "Only the release team may tag") || !strings.Contains(s, opts.Location) {
				t.Errorf("%s: got %q", name, s)
			}
			g.hook(name, "head -c 10000000 /dev/zero | tr '\\0' x >&2\nexit 1\n")
			g.refuses(opts, tag, ErrRefused)
			g.hook(name, "exit 0\n")
		}
		if s := g.refuses(opts, newTag(strings.Repeat("12", 20), "ada"), ErrRefused); !strings.Contains(s, "push its branch first") {
			t.Errorf("without the commit: got %q", s)
		}
		lock := filepath.Join(g.dir, "refs", "tags", filepath.FromSlash(tagName)+".lock")
		must(t, os.MkdirAll(filepath.Dir(lock), 0o755))
		must(t, os.WriteFile(lock, nil, 0o644))
		g.refuses(opts, tag, ErrRefused)
		must(t, os.Remove(lock))
		g.wins(opts, tag)
	})
}

// TestSlowHook has one that goes on after the tag was made: the answer does not
// come in time, and the tag is found.
func TestSlowHook(t *testing.T) {
	everywhere(t, func(t *testing.T, g *gitDir, opts TagOptions, hashes []string) {
		g.hook("post-receive", "sleep 4 >/dev/null 2>&1\n")
		opts.Timeout = 6 * time.Second
		g.wins(opts, newTag(hashes[2], "ada"))
		g.hook("post-receive", "exit 1\n")
		next := newTag(hashes[2], "ada")
		next.Name = "frameworks/a/v1.0.1"
		g.wins(opts, next)
	})
}

// TestPushTagLocal makes tags in the repository that is read.
func TestPushTagLocal(t *testing.T) {
	t.Parallel()
	g, hashes := sample(t)
	dir := filepath.Join(t.TempDir(), "tree")
	g.git("worktree", "add", "--quiet", "-b", "topic", dir, "HEAD~1")
	r := g.open()
	must(t, os.MkdirAll(filepath.Join(g.dir, "frameworks", "a"), 0o755))
	for i, location := range []string{g.dir, filepath.Join(g.dir, "frameworks", "a"), filepath.Join(g.dir, ".git"), dir} {
		tag := newTag(hashes[2], "ada")
		tag.Name = fmt.Sprintf("frameworks/a/v1.%d.0", i)
		g.wins(TagOptions{Location: location}, tag)
		if tags := tagsOf(t, r, "frameworks/"); len(tags) != i+1 || tags[i].Target != hashes[2] || tags[i].Tagger != "ada" {
			t.Errorf("%s: got %+v", location, tags)
		}
	}
	if status := g.git("status", "--porcelain"); status != "" {
		t.Errorf("the working tree changed: %s", status)
	}
	if _, err := PushTag(t.Context(), TagOptions{Location: t.TempDir()}, newTag(hashes[2], "ada")); !errors.Is(err, ErrNotRepository) {
		t.Errorf("got %v", err)
	}
}

// TestNoGit has no git command; it is not parallel, for the path is everybody's.
func TestNoGit(t *testing.T) {
	g, hashes := sample(t)
	t.Setenv("PATH", t.TempDir())
	_, err := PushTag(t.Context(), TagOptions{Location: g.dir}, newTag(hashes[2], "ada"))
	if !errors.Is(err, ErrNoGit) || !strings.Contains(err.Error(), "not installed") {
		t.Errorf("got %v", err)
	}
}

func TestBadNewTag(t *testing.T) {
	t.Parallel()
	g, hashes := sample(t)
	opts := TagOptions{Location: g.dir}
	for name, change := range map[string]func(*NewTag){
		"no name":       func(n *NewTag) { n.Name = "" },
		"dots":          func(n *NewTag) { n.Name = "a/../b" },
		"lock":          func(n *NewTag) { n.Name = "a.lock" },
		"space":         func(n *NewTag) { n.Name = "a b" },
		"line":          func(n *NewTag) { n.Name = "a\n0000" },
		"hyphen":        func(n *NewTag) { n.Name = "-a" },
		"bidi":          func(n *NewTag) { n.Name = "a\u202eb" },
		"long name":     func(n *NewTag) { n.Name = strings.Repeat("a", 300) },
		"no commit":     func(n *NewTag) { n.Commit = "" },
		"a branch":      func(n *NewTag) { n.Commit = "main" },
		"short commit":  func(n *NewTag) { n.Commit = n.Commit[:10] },
		"no message":    func(n *NewTag) { n.Message = " \n\x00" },
		"long message":  func(n *NewTag) { n.Message = strings.Repeat("x", maxTagBytes) },
		"signature":     func(n *NewTag) { n.Message += "\n-----BEGIN SSH SIGNATURE-----\n" },
		"no nonce":      func(n *NewTag) { n.Nonce = "" },
		"nonce of two":  func(n *NewTag) { n.Nonce = "nonce nonce" },
		"short nonce":   func(n *NewTag) { n.Nonce = "x" },
		"nobody":        func(n *NewTag) { n.TaggerName = " <>\n" },
		"no time":       func(n *NewTag) { n.Time = time.Time{} },
		"the year 1e4":  func(n *NewTag) { n.Time = time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC) },
		"long as a pkt": func(n *NewTag) { n.Name = strings.Repeat("a/", 40000) + "a" },
	} {
		tag := newTag(hashes[2], "ada")
		change(&tag)
		if s := g.refuses(opts, tag, ErrTag); s == "" {
			t.Errorf("%s: got nothing", name)
		}
	}
	// What is mended and not refused, and that it is the same each time.
	tag := newTag(strings.ToUpper(hashes[2]), "ada")
	tag.TaggerName, tag.TaggerEmail, tag.Message = "A\n<da> \x1b", "a b>\n", "one: line\x00\r\n"
	tag.Time = day0.Add(time.Millisecond).In(time.FixedZone("", 3600))
	want := "object " + hashes[2] + "\ntype commit\ntag " + tagName + "\ntagger A da <ab> 1767614400 +0000\n\none: line\n\nNonce: nonce-ada"
	for range 2 {
		if out, err := PushTag(t.Context(), opts, tag); err != nil || !out.Won || g.git("cat-file", "-p", tagName) != want {
			t.Errorf("got %+v, %v:\n%s", out, err, g.git("cat-file", "-p", tagName))
		}
	}
	g.sound()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := PushTag(ctx, opts, tag); !errors.Is(err, context.Canceled) || errors.Is(err, ErrUnknown) {
		t.Errorf("got %v", err)
	}
}
