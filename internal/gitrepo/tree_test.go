package gitrepo

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

func tree(t testing.TB, r *Repo, commit string) fs.FS {
	t.Helper()
	fsys, err := r.Tree(t.Context(), commit)
	if err != nil {
		t.Fatalf("Tree(%s): %v", commit, err)
	}
	return fsys
}

func TestTree(t *testing.T) {
	t.Parallel()
	g, _ := sample(t)
	g.write("run.sh", "#!/bin/sh\n").write("frameworks/a-b/f.cue", "x").write("frameworks/a.cue", "x").write("empty", "")
	if err := os.Chmod(filepath.Join(g.dir, "run.sh"), 0o755); err != nil {
		t.Fatal(err)
	}
	g.commit("More")
	for _, packed := range []bool{false, true} {
		if packed {
			g.git("repack", "-adq")
		}
		r := g.open()
		fsys := tree(t, r, "HEAD")
		if err := fstest.TestFS(fsys, "run.sh", "empty", "cue.mod/module.cue", "frameworks/a/framework.cue", "frameworks/a-b/f.cue", "frameworks/a.cue"); err != nil {
			t.Error(err)
		}
		for commit, want := range map[string]string{"HEAD": "two", "HEAD~1": "two", "HEAD~2": "one"} {
			b, err := fs.ReadFile(tree(t, r, commit), "frameworks/a/framework.cue")
			if err != nil || string(b) != want {
				t.Errorf("%s: got %q, %v; want %q", commit, b, err, want)
			}
		}
		fi, err := fs.Stat(fsys, "run.sh")
		if err != nil || fi.Mode() != 0o555 || fi.Size() != 10 || !fi.ModTime().IsZero() {
			t.Errorf("run.sh: got %v, %v", fi, err)
		}
	}
}

func TestTreeMissing(t *testing.T) {
	t.Parallel()
	g, hashes := sample(t)
	r := g.open()
	fsys := tree(t, r, "HEAD~2")
	for _, name := range []string{"nothing", "frameworks/b", "frameworks/a/framework.cue/x", "frameworks/a/x/y"} {
		if _, err := fs.ReadFile(fsys, name); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: got %v, want fs.ErrNotExist", name, err)
		}
	}
	for _, name := range []string{"/frameworks", "../careers", "frameworks/", "", "a//b"} {
		if _, err := fsys.Open(name); !errors.Is(err, fs.ErrInvalid) {
			t.Errorf("%q: got %v, want fs.ErrInvalid", name, err)
		}
	}
	if _, err := fs.ReadDir(fsys, "cue.mod/module.cue"); err == nil {
		t.Error("a file was listed as a directory")
	}
	if _, err := fs.ReadFile(fsys, "frameworks"); err == nil {
		t.Error("a directory was read as a file")
	}
	for _, rev := range []string{strings.Repeat("0", 40), "nowhere", hashes[0][:10] + "0"} {
		if _, err := r.Tree(t.Context(), rev); !errors.Is(err, ErrRevision) {
			t.Errorf("Tree(%s): got %v, want ErrRevision", rev, err)
		}
	}
}

func TestTreeNeverFollows(t *testing.T) {
	t.Parallel()
	g, hashes := sample(t)
	secret := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(secret, []byte("secret"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, target := range map[string]string{
		"frameworks/a/up.cue": "../b/framework.cue", "frameworks/a/out.cue": secret, "frameworks/link": "a", "frameworks/a/lost": "nowhere",
	} {
		if err := os.Symlink(target, filepath.Join(g.dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	g.git("add", "--all")
	g.git("update-index", "--add", "--cacheinfo", "160000,"+hashes[0]+",frameworks/sub")
	g.git("commit", "--quiet", "--message", "Links")
	fsys := tree(t, g.open(), "HEAD")
	for name, mode := range map[string]fs.FileMode{
		"frameworks/a/up.cue": fs.ModeSymlink, "frameworks/a/out.cue": fs.ModeSymlink, "frameworks/a/lost": fs.ModeSymlink,
		"frameworks/link": fs.ModeSymlink, "frameworks/sub": fs.ModeIrregular,
	} {
		fi, err := fs.Stat(fsys, name)
		if err != nil || fi.Mode().Type() != mode || fi.IsDir() {
			t.Errorf("Stat(%s): got %v, %v; want %v", name, fi, err, mode)
		}
		for _, n := range []string{name, name + "/framework.cue"} {
			if b, err := fs.ReadFile(fsys, n); !errors.Is(err, ErrNotFile) {
				t.Errorf("ReadFile(%s): got %q, %v; want ErrNotFile", n, b, err)
			}
			if _, err := fsys.Open(n); !errors.Is(err, ErrNotFile) {
				t.Errorf("Open(%s): got %v; want ErrNotFile", n, err)
			}
		}
		if _, err := fs.ReadDir(fsys, name); err == nil {
			t.Errorf("ReadDir(%s) went through", name)
		}
	}
	seen := map[string]fs.FileMode{}
	err := fs.WalkDir(fsys, "frameworks", func(p string, d fs.DirEntry, err error) error {
		seen[p] = d.Type()
		return err
	})
	if err != nil || seen["frameworks/link"] != fs.ModeSymlink || seen["frameworks/sub"] != fs.ModeIrregular || len(seen) != 11 {
		t.Errorf("WalkDir: got %v, %v", seen, err)
	}
}

func TestTreeFileSize(t *testing.T) {
	t.Parallel()
	g := newGit(t)
	g.write("most", strings.Repeat("x", MaxFileBytes)).write("over", strings.Repeat("y", MaxFileBytes+1))
	random := make([]byte, 5<<20)
	for i := range random {
		random[i] = byte(i * i >> 7)
	}
	g.write("far-over", string(random)).commit("Large files")
	for _, packed := range []bool{false, true} {
		if packed {
			g.git("repack", "-adq")
		}
		fsys := tree(t, g.open(), "HEAD")
		if b, err := fs.ReadFile(fsys, "most"); err != nil || len(b) != MaxFileBytes {
			t.Errorf("got %d bytes, %v; want %d", len(b), err, MaxFileBytes)
		}
		for name, size := range map[string]int64{"over": MaxFileBytes + 1, "far-over": 5 << 20} {
			if _, err := fs.ReadFile(fsys, name); !errors.Is(err, ErrFileTooLarge) {
				t.Errorf("%s: got %v, want ErrFileTooLarge", name, err)
			}
			if fi, err := fs.Stat(fsys, name); err != nil || fi.Size() != size {
				t.Errorf("%s: got %v, %v; want its size", name, fi, err)
			}
		}
		_, err := fsys.Open("far-over")
		if err == nil || !strings.Contains(err.Error(), "5.0 MiB") {
			t.Errorf("got %v, want the size in it", err)
		}
	}
}

// TestTreeHostileNames has names that Git itself would not put into a tree.
func TestTreeHostileNames(t *testing.T) {
	t.Parallel()
	g := newGit(t)
	blob := runGit(t, g.dir, []byte("x"), "hash-object", "-w", "--stdin")
	raw := func(entries ...string) string {
		var b strings.Builder
		for _, e := range entries {
			mode, rest, _ := strings.Cut(e, " ")
			name, hash, _ := strings.Cut(rest, "|")
			if hash == "" {
				hash = blob
			}
			h, _ := parseHash([]byte(hash))
			b.WriteString(mode + " " + name + "\x00" + string(h[:]))
		}
		return runGit(t, g.dir, []byte(b.String()), "hash-object", "-t", "tree", "-w", "--stdin", "--literally")
	}
	inner := raw("100644 f.cue")
	frameworks := raw("100644 ", "100644 .", "100644 ..", "100644 a/b", "40000 a|"+inner, "40000 z|"+inner, "100644 a", "100644 b\xff")
	commit := g.git("commit-tree", "-m", "hostile", raw("40000 ..|"+inner, "40000 frameworks|"+frameworks))
	r := openAt(t, g, commit)
	fsys := tree(t, r, commit)
	entries, err := fs.ReadDir(fsys, "frameworks")
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	if want := []string{"a", "b\xff", "z"}; err != nil || !slices.Equal(names, want) {
		t.Errorf("got %q, %v; want %q", names, err, want)
	}
	if fi, err := fs.Stat(fsys, "frameworks/a"); err != nil || !fi.IsDir() {
		t.Errorf("of two entries of one name: got %v, %v; want the first", fi, err)
	}
	commits, _, err := r.Walk(t.Context(), commit, "")
	if err != nil || changes(commits[0]) != "a/ b\xff z/" && changes(commits[0]) != "a b\xff z/" {
		t.Errorf("Walk: got %q, %v", changes(commits[0]), err)
	}
	broken := g.git("commit-tree", "-m", "broken", runGit(t, g.dir, []byte("100644 cut short\x00abc"), "hash-object", "-t", "tree", "-w", "--stdin", "--literally"))
	if _, err := r.Tree(t.Context(), broken); !errors.Is(err, ErrDamaged) {
		t.Errorf("a tree that is cut short: got %v, want ErrDamaged", err)
	}
}

// openAt opens a repository that has no branch yet, at a commit.
func openAt(t *testing.T, g *gitDir, commit string) *Repo {
	t.Helper()
	g.git("update-ref", "refs/heads/main", commit)
	return g.open()
}

func TestTreeOpenFile(t *testing.T) {
	t.Parallel()
	g, _ := sample(t)
	fsys := tree(t, g.open(), "HEAD")
	f, err := fsys.Open("frameworks/a/framework.cue")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if b, err := io.ReadAll(f); err != nil || string(b) != "two" {
		t.Errorf("got %q, %v", b, err)
	}
	// What was read is the reader's own.
	b, _ := fs.ReadFile(fsys, "frameworks/a/framework.cue")
	b[0] = 'X'
	if b, _ := fs.ReadFile(fsys, "frameworks/a/framework.cue"); string(b) != "two" {
		t.Errorf("got %q after the first answer was written to", b)
	}
}
