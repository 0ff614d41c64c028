package gitrepo

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// fails opens what cannot be opened and returns the sentence.
func fails(t *testing.T, opts Options, kind error) string {
	t.Helper()
	r, err := Open(t.Context(), opts)
	if err == nil {
		_ = r.Close()
		t.Fatalf("Open(%q): got no error, want %v", opts.Location, kind)
	}
	var e *Error
	if !errors.Is(err, kind) || !errors.As(err, &e) {
		t.Fatalf("Open(%q): got %v, want %v", opts.Location, err, kind)
	}
	if strings.Contains(err.Error(), "\n") || strings.HasSuffix(err.Error(), ".") {
		t.Errorf("Open(%q): %q is not a sentence without its full stop", opts.Location, err)
	}
	return err.Error()
}

func TestOpenLocal(t *testing.T) {
	t.Parallel()
	g, hashes := sample(t)
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(filepath.Join(g.dir, "frameworks"), link); err != nil {
		t.Fatal(err)
	}
	for _, location := range []string{
		g.dir, g.dir + "/", filepath.Join(g.dir, "frameworks", "a"), filepath.Join(g.dir, "frameworks", "a", "framework.cue"),
		filepath.Join(g.dir, ".git"), filepath.Join(g.dir, ".git", "refs"), link,
	} {
		r := open(t, Options{Location: location})
		root, err := filepath.EvalSymlinks(r.Root())
		if want, _ := filepath.EvalSymlinks(g.dir); err != nil || root != want {
			t.Errorf("%s: got root %q, want %q", location, r.Root(), want)
		}
		if r.Branch() != "main" || refresh(t, r) != hashes[2] {
			t.Errorf("%s: got branch %q", location, r.Branch())
		}
	}
}

func TestOpenNothing(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if s := fails(t, Options{Location: dir}, ErrNotRepository); !strings.Contains(s, dir) {
		t.Errorf("got %q, want the path in it", s)
	}
	if s := fails(t, Options{Location: filepath.Join(dir, "missing")}, ErrNotRepository); !strings.Contains(s, "there is no directory") {
		t.Errorf("got %q", s)
	}
	if err := os.WriteFile(filepath.Join(dir, ".git"), []byte("gitdir: nowhere\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	fails(t, Options{Location: dir}, ErrNotRepository)
}

func TestOpenEmpty(t *testing.T) {
	t.Parallel()
	g := newGit(t)
	if s := fails(t, Options{Location: g.dir}, ErrNoCommits); !strings.Contains(s, "no commits yet") {
		t.Errorf("got %q", s)
	}
	g.write("x", "x").commit("first")
	if got := subjects(walk(t, g.open())); got != "first" {
		t.Errorf("got %q", got)
	}
}

func TestOpenBranch(t *testing.T) {
	t.Parallel()
	g, hashes := sample(t)
	g.git("branch", "release", "HEAD~1")
	g.git("branch", "topic/x", "HEAD~2")
	for branch, want := range map[string]string{"release": hashes[1], "topic/x": hashes[0], "refs/heads/release": hashes[1], "main": hashes[2]} {
		r := open(t, Options{Location: g.dir, Branch: branch})
		if got := refresh(t, r); got != want || r.Branch() != strings.TrimPrefix(branch, "refs/heads/") {
			t.Errorf("%s: got %s of %q, want %s", branch, got, r.Branch(), want)
		}
	}
	for _, branch := range []string{"mian", "topic", "../HEAD", "-x", hashes[0]} {
		if s := fails(t, Options{Location: g.dir, Branch: branch}, ErrBranch); !strings.Contains(s, "there are main, release, topic/x") {
			t.Errorf("%s: got %q, want the branches that are there", branch, s)
		}
	}
	// What is checked out has no commit yet, but others have.
	g.git("switch", "--quiet", "--orphan", "fresh")
	fails(t, Options{Location: g.dir}, ErrBranch)
}

// TestDefaultBranch has clones whose origin says which branch counts.
func TestDefaultBranch(t *testing.T) {
	t.Parallel()
	g, hashes := sample(t)
	clone := g.clone()
	clone.git("switch", "--quiet", "--create", "work", "HEAD~2")
	r := clone.open()
	if r.Branch() != "main" || refresh(t, r) != hashes[2] {
		t.Errorf("with other work checked out: got %q", r.Branch())
	}
	clone.git("branch", "--force", "main", "HEAD~0") // behind origin
	if refresh(t, r) != hashes[0] {
		t.Error("the local branch does not come first")
	}
	clone.git("branch", "--quiet", "--delete", "--force", "main")
	if r.Branch() != "main" || refresh(t, r) != hashes[2] {
		t.Error("without the local branch, the remote-tracking one is not taken")
	}
	if got := refresh(t, open(t, Options{Location: clone.dir, Branch: "main"})); got != hashes[2] {
		t.Errorf("asked for by name: got %s", got)
	}
	clone.git("remote", "set-head", "origin", "--delete")
	if refresh(t, r) != hashes[0] || r.Branch() != "work" {
		t.Errorf("without origin/HEAD: got %q, want what is checked out", r.Branch())
	}
}

func TestDetachedHead(t *testing.T) {
	t.Parallel()
	g, hashes := sample(t)
	g.git("checkout", "--quiet", "--detach", "HEAD~1")
	r := g.open()
	if got := refresh(t, r); got != hashes[1] || r.Branch() != "" {
		t.Errorf("got %s of %q, want %s of no branch", got, r.Branch(), hashes[1])
	}
}

func TestBareRepository(t *testing.T) {
	t.Parallel()
	g, hashes := sample(t)
	bare := g.clone("--bare")
	r := bare.open()
	if got := refresh(t, r); got != hashes[2] || r.Root() != "" {
		t.Errorf("got %s at %q", got, r.Root())
	}
}

func TestWorktree(t *testing.T) {
	t.Parallel()
	g, hashes := sample(t)
	dir := filepath.Join(t.TempDir(), "tree")
	g.git("worktree", "add", "--quiet", "-b", "topic", dir, "HEAD~1")
	r := open(t, Options{Location: filepath.Join(dir, "frameworks")})
	if got := refresh(t, r); got != hashes[1] || r.Branch() != "topic" || r.Root() != dir {
		t.Errorf("got %s of %q at %q", got, r.Branch(), r.Root())
	}
	if h, err := r.Resolve(t.Context(), "main"); err != nil || h != hashes[2] {
		t.Errorf("the other branch: got %s, %v", h, err)
	}
	tree := &gitDir{t: t, dir: dir, tick: 9}
	hash := tree.write("frameworks/c/f.cue", "x").commit("c")
	if refresh(t, r) != hash {
		t.Error("a commit in the worktree is not seen")
	}
	if got := subjects(walk(t, r)); got != "Add a, Add b, c" {
		t.Errorf("got %q", got)
	}
}

func TestShallowRefused(t *testing.T) {
	t.Parallel()
	g, _ := sample(t)
	clone := g.clone("--depth=1")
	if s := fails(t, Options{Location: clone.dir}, ErrShallow); !strings.Contains(s, "fetch-depth: 0") || !strings.Contains(s, "whole history") {
		t.Errorf("got %q", s)
	}
	clone.git("worktree", "add", "--quiet", "--detach", filepath.Join(clone.dir, "wt"))
	fails(t, Options{Location: filepath.Join(clone.dir, "wt")}, ErrShallow)
	clone.git("fetch", "--quiet", "--unshallow")
	if got := subjects(walk(t, clone.open())); got != "Add a, Add b, Reword a" {
		t.Errorf("got %q", got)
	}
	r := clone.open()
	clone.git("fetch", "--quiet", "--depth=1")
	if _, err := r.Refresh(t.Context()); !errors.Is(err, ErrShallow) {
		t.Errorf("made shallow while open: got %v", err)
	}
}

func TestOtherFormatsRefused(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "r")
	runGit(t, "", nil, "init", "--quiet", "--object-format=sha256", dir)
	if s := fails(t, Options{Location: dir}, ErrUnsupported); !strings.Contains(s, "SHA-256") {
		t.Errorf("got %q", s)
	}
	g, _ := sample(t)
	config := filepath.Join(g.dir, ".git", "config")
	old, err := os.ReadFile(config)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(config, append(old, "[extensions]\n\trefStorage = reftable\n"...), 0o600); err != nil {
		t.Fatal(err)
	}
	fails(t, Options{Location: g.dir}, ErrUnsupported)
	// What go-git refuses although it changes nothing for reading.
	if err := os.WriteFile(config, append(old, "[core]\n\trepositoryformatversion = 1\n[extensions]\n\tworktreeConfig = true\n"...), 0o600); err != nil {
		t.Fatal(err)
	}
	g.open()
}

// TestPartialClone lacks files, and says so.
func TestPartialClone(t *testing.T) {
	t.Parallel()
	g, _ := sample(t)
	g.git("config", "uploadpack.allowFilter", "true")
	clone := g.clone("--filter=blob:none", "--no-checkout")
	r := clone.open()
	if got := subjects(walk(t, r)); got != "Add a, Add b, Reword a" {
		t.Errorf("got %q", got)
	}
	_, err := fs.ReadFile(tree(t, r, "HEAD"), "frameworks/a/framework.cue")
	if !errors.Is(err, ErrDamaged) || !strings.Contains(err.Error(), "not a whole clone") {
		t.Errorf("got %v, want ErrDamaged", err)
	}
}

// TestNothingWritten reads all there is to read and compares the repository's
// files.
func TestNothingWritten(t *testing.T) {
	t.Parallel()
	g, _ := sample(t)
	list := func() string {
		var b strings.Builder
		err := filepath.WalkDir(g.dir, func(p string, d fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			fi, err := d.Info()
			b.WriteString(p + fi.ModTime().String() + fi.Mode().String() + "\n")
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return b.String()
	}
	before := list()
	r := g.open()
	walk(t, r)
	if _, err := r.MergeBase(t.Context(), "HEAD", "HEAD~1"); err != nil {
		t.Fatal(err)
	}
	if _, err := fs.ReadFile(tree(t, r, "HEAD"), "frameworks/a/framework.cue"); err != nil {
		t.Fatal(err)
	}
	if after := list(); after != before {
		t.Errorf("got\n%s\nwant\n%s", after, before)
	}
}
