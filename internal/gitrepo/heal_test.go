package gitrepo

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// packFiles returns the paths of a mirror's packs.
func packFiles(t *testing.T, r *Repo) []string {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(r.mirror.dirs().packDir(), "*.pack"))
	if err != nil || len(names) == 0 {
		t.Fatalf("got %v, %v: no packs", names, err)
	}
	return names
}

// damage overwrites the middle of a file, or cuts it to its half.
func damage(t *testing.T, path string, truncate bool) {
	t.Helper()
	if err := os.Chmod(path, 0o600); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if truncate {
		err = os.Truncate(path, int64(len(b)/2))
	} else {
		for i := 12; i < len(b)-20; i++ {
			b[i] ^= 0x55
		}
		err = os.WriteFile(path, b, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// TestBrokenMirror damages a mirror in all ways that were thought of, between
// opening it and under an open one; each time everything can be read.
func TestBrokenMirror(t *testing.T) {
	t.Parallel()
	for name, harm := range map[string]func(t *testing.T, r *Repo){
		"pack truncated":  func(t *testing.T, r *Repo) { damage(t, packFiles(t, r)[0], true) },
		"pack garbled":    func(t *testing.T, r *Repo) { damage(t, packFiles(t, r)[0], false) },
		"pack empty":      func(t *testing.T, r *Repo) { must(t, os.Truncate(writable(t, packFiles(t, r)[0]), 0)) },
		"pack gone":       func(t *testing.T, r *Repo) { must(t, os.Remove(packFiles(t, r)[0])) },
		"index truncated": func(t *testing.T, r *Repo) { damage(t, index(t, r), true) },
		"index garbled":   func(t *testing.T, r *Repo) { damage(t, index(t, r), false) },
		"index gone":      func(t *testing.T, r *Repo) { must(t, os.Remove(index(t, r))) },
		"no HEAD":         func(t *testing.T, r *Repo) { must(t, os.Remove(filepath.Join(r.mirror.dir, "HEAD"))) },
		"no refs":         func(t *testing.T, r *Repo) { must(t, os.RemoveAll(filepath.Join(r.mirror.dir, "refs"))) },
		"no packed-refs":  func(t *testing.T, r *Repo) { must(t, os.Remove(filepath.Join(r.mirror.dir, "packed-refs"))) },
		"bad packed-refs": func(t *testing.T, r *Repo) {
			must(t, os.WriteFile(filepath.Join(r.mirror.dir, "packed-refs"), []byte("x y z\n"), 0o600))
		},
		"reference to nothing": func(t *testing.T, r *Repo) {
			must(t, os.WriteFile(filepath.Join(r.mirror.dir, "refs/heads/main"), []byte(strings.Repeat("1", 40)+"\n"), 0o600))
		},
		"all gone":   func(t *testing.T, r *Repo) { must(t, os.RemoveAll(r.mirror.dir)) },
		"cache gone": func(t *testing.T, r *Repo) { must(t, os.RemoveAll(r.opts.CacheDir)) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g, hashes := sample(t)
			opts, _ := remoteOf(g)
			check := func(r *Repo) {
				t.Helper()
				if got := subjects(walk(t, r)); got != "Add a, Add b, Reword a" {
					t.Errorf("got %q", got)
				}
				if b, err := fs.ReadFile(tree(t, r, hashes[2]), "frameworks/a/framework.cue"); err != nil || string(b) != "two" {
					t.Errorf("got %q, %v", b, err)
				}
			}
			first, err := Open(t.Context(), opts)
			must(t, err)
			must(t, first.Close())
			harm(t, first)
			check(open(t, opts))

			r := open(t, opts)
			harm(t, r)
			check(r)
		})
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func index(t *testing.T, r *Repo) string {
	return writable(t, strings.TrimSuffix(packFiles(t, r)[0], ".pack")+".idx")
}

func writable(t *testing.T, path string) string {
	must(t, os.Chmod(path, 0o600))
	return path
}

// TestBrokenFile meets the damage in a file of a tree, where no context is at
// hand to clone with: it is an error, and the next to come clones.
func TestBrokenFile(t *testing.T) {
	t.Parallel()
	g, _ := sample(t)
	g.write("frameworks/a/large.cue", strings.Repeat("large file\n", 5000)).commit("large")
	for _, again := range []string{"refresh", "open"} {
		opts, _ := remoteOf(g)
		r := open(t, opts)
		fsys := tree(t, r, "main")
		if _, err := fs.ReadDir(fsys, "frameworks/a"); err != nil {
			t.Fatal(err)
		}
		for _, p := range packFiles(t, r) {
			damage(t, p, true)
		}
		r.store.reopen() // what was read before is not read from memory
		if _, err := fs.ReadFile(fsys, "frameworks/a/large.cue"); !errors.Is(err, ErrDamaged) {
			t.Fatalf("got %v, want ErrDamaged", err)
		}
		if again == "refresh" {
			refresh(t, r)
		} else {
			r = open(t, opts)
			fsys = tree(t, r, "main")
		}
		if b, err := fs.ReadFile(fsys, "frameworks/a/large.cue"); err != nil || len(b) != 55000 {
			t.Errorf("after %s: got %d bytes, %v", again, len(b), err)
		}
	}
}

// TestRemoteLacksHistory has a remote that is itself a shallow clone.
func TestRemoteLacksHistory(t *testing.T) {
	t.Parallel()
	g, _ := sample(t)
	clone := g.clone("--depth=1", "--bare")
	opts, _ := remoteOf(clone)
	if s := fails(t, opts, ErrShallow); !strings.Contains(s, opts.Location) {
		t.Errorf("got %q", s)
	}
	clone.git("fetch", "--quiet", "--unshallow")
	walk(t, open(t, opts))
}

// TestRebuildPause has a mirror that breaks as soon as it is made: it is not
// cloned over and over.
func TestRebuildPause(t *testing.T) {
	t.Parallel()
	g, _ := sample(t)
	opts, clock := remoteOf(g)
	clones := 0
	opts.Progress = func(msg string) {
		if strings.HasPrefix(msg, "cloning") {
			clones++
		}
	}
	r := open(t, opts)
	harm := func() {
		damage(t, packFiles(t, r)[0], true)
		r.store.reopen()
	}
	harm()
	walk(t, r)
	if clones != 2 {
		t.Fatalf("cloned %d times, want twice", clones)
	}
	harm()
	for range 5 {
		if _, _, err := r.Walk(t.Context(), "main", ""); !errors.Is(err, ErrDamaged) {
			t.Fatalf("got %v, want ErrDamaged", err)
		}
		if _, err := r.Refresh(t.Context()); err != nil && !errors.Is(err, ErrDamaged) {
			t.Fatalf("Refresh: %v", err)
		}
	}
	if clones != 2 {
		t.Errorf("cloned %d times within the pause", clones)
	}
	clock.forward(rebuildPause)
	walk(t, r)
	if clones != 3 {
		t.Errorf("later: cloned %d times, want three", clones)
	}
}

// TestSweep has what interrupted fetches and clones leave.
func TestSweep(t *testing.T) {
	t.Parallel()
	g, _ := sample(t)
	opts, _ := remoteOf(g)
	r := open(t, opts)
	must(t, r.Close())
	left := []string{
		filepath.Join(r.mirror.dir, "tmp_123"), filepath.Join(r.mirror.dirs().packDir(), "tmp_pack_123"), filepath.Join(r.mirror.dirs().packDir(), "tmp_obj_123"),
		r.mirror.dir + ".new-123/x",
	}
	for _, p := range left {
		must(t, os.MkdirAll(filepath.Dir(p), 0o700))
		must(t, os.WriteFile(p, []byte("x"), 0o600))
	}
	other := filepath.Join(filepath.Dir(r.mirror.dir), "another.new-1")
	must(t, os.Mkdir(other, 0o700))
	walk(t, open(t, opts))
	for _, p := range left {
		if _, err := os.Stat(p); !os.IsNotExist(err) {
			t.Errorf("%s is still there", p)
		}
	}
	if _, err := os.Stat(other); err != nil {
		t.Errorf("another mirror's clone was removed: %v", err)
	}
}

// TestMark has a mirror that another process found to be damaged.
func TestMark(t *testing.T) {
	t.Parallel()
	g, _ := sample(t)
	opts, _ := remoteOf(g)
	clones := 0
	opts.Progress = func(msg string) {
		if strings.HasPrefix(msg, "cloning") {
			clones++
		}
	}
	r := open(t, opts)
	r.mirror.mark()
	refresh(t, r)
	if clones != 2 || r.mirror.marked() {
		t.Errorf("refreshing: cloned %d times, want twice", clones)
	}
	r.mirror.mark()
	open(t, opts)
	if clones != 3 || r.mirror.marked() {
		t.Errorf("opening: cloned %d times, want three", clones)
	}
}

func TestCompaction(t *testing.T) {
	t.Parallel()
	g, _ := sample(t)
	opts, clock := remoteOf(g)
	r := open(t, opts)
	r.mirror.packs = 3
	fsys := tree(t, r, "main")
	for i := range 12 {
		clock.forward(time.Hour)
		g.write("frameworks/a/framework.cue", strings.Repeat("x", 20+i)).commit("n")
		refresh(t, r)
		if got := len(packFiles(t, r)); got > 3 {
			t.Errorf("round %d: %d packs", i, got)
		}
	}
	if got := len(walk(t, r)); got != 15 {
		t.Errorf("got %d commits, want 15", got)
	}
	if b, err := fs.ReadFile(fsys, "frameworks/a/framework.cue"); err != nil || string(b) != "two" {
		t.Errorf("a tree from before: got %q, %v", b, err)
	}
	if names := namesIn(filepath.Dir(r.mirror.dir)); len(names) != 2 {
		t.Errorf("left over: %q", names)
	}
}
