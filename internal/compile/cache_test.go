package compile

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"
)

func unit(text string) Unit {
	return Unit{Root: "frameworks", Dir: "a", FS: fstest.MapFS{"frameworks/a/framework.cue": {Data: []byte(fmt.Sprintf(`package framework

import "github.com/milepost-dev/milepost/schema"

framework: schema.#Framework
framework: {
	id: "a", kind: "discipline", title: "A", owners: ["people-team"]
	definition: %q
}
`, text))}}}
}

func TestCacheIsSharedAndCanBeDeleted(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	var wg sync.WaitGroup
	for i := range 8 { // eight processes, as far as the cache can tell
		wg.Go(func() {
			c, err := New(Options{CacheDir: dir})
			if err != nil {
				t.Error(err)
				return
			}
			for j := range 20 {
				u := unit(fmt.Sprint("Text ", j))
				if j%2 == 0 {
					u.Key = fmt.Sprint("tree ", j)
				}
				r, err := c.Framework(context.Background(), u)
				if err != nil || !r.OK() {
					t.Errorf("text %d: %v, %v", j, r, err)
					return
				}
				if b, err := r.Canonical(); err != nil || !strings.Contains(string(b), fmt.Sprintf("Text %d\"", j)) {
					t.Errorf("text %d came back as %s (%v)", j, b, err)
				}
				if i == 0 && j == 10 {
					_ = os.RemoveAll(filepath.Join(dir, "compiled"))
				}
			}
		})
	}
	wg.Wait()
}

func TestACacheEntryThatIsDamagedIsAMiss(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	c, err := New(Options{CacheDir: dir})
	if err != nil {
		t.Fatal(err)
	}
	u := unit("Text")
	want, err := c.Framework(context.Background(), u)
	if err != nil {
		t.Fatal(err)
	}
	entries, err := filepath.Glob(filepath.Join(dir, "compiled/*/*"))
	if err != nil || len(entries) != 1 {
		t.Fatalf("got entries %v, %v; want one", entries, err)
	}
	data, err := os.ReadFile(entries[0])
	if err != nil {
		t.Fatal(err)
	}
	for _, damage := range [][]byte{nil, []byte("{}"), data[:len(data)-1], []byte("{\"size\":0,\"digest\":\"x\"}\n"), append([]byte("x"), data...)} {
		if err := os.WriteFile(entries[0], damage, 0o644); err != nil {
			t.Fatal(err)
		}
		got, err := c.Framework(context.Background(), u)
		if err != nil || got.Digest != want.Digest {
			t.Errorf("with an entry of %d bytes: got %v, %v", len(damage), got, err)
		}
	}
}

func TestCacheIsBounded(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	c, err := New(Options{CacheDir: dir, CacheBytes: 4000})
	if err != nil {
		t.Fatal(err)
	}
	for i := range 50 {
		r := &Result{ID: "a", Digest: "x", gz: make([]byte, 500), Size: 500}
		c.cache.put(cacheKey("test", fmt.Sprint(i)), r)
		old := time.Now().Add(time.Duration(i-50) * time.Minute)
		if err := os.Chtimes(c.cache.path(cacheKey("test", fmt.Sprint(i))), old, old); err != nil {
			t.Fatal(err)
		}
	}
	c.cache.trim()
	var total int64
	entries, _ := filepath.Glob(filepath.Join(dir, "compiled/*/*"))
	for _, e := range entries {
		info, err := os.Stat(e)
		if err != nil {
			t.Fatal(err)
		}
		total += info.Size()
	}
	if total > 4000 || total < 2000 {
		t.Errorf("after trimming the cache holds %d bytes, want at most 4000 and not nothing", total)
	}
	if _, ok := c.cache.get(cacheKey("test", "49")); !ok {
		t.Error("the newest entry was trimmed")
	}
}

// Whoever puts forward a thousand changes pushes out none of what is served.
func TestUntrustedResultsGoFirst(t *testing.T) {
	t.Parallel()
	c, err := New(Options{CacheDir: t.TempDir(), CacheBytes: 4000})
	if err != nil {
		t.Fatal(err)
	}
	put := func(name string, untrusted bool, age time.Duration) string {
		key := apart(cacheKey("test", name), untrusted)
		c.cache.put(key, &Result{ID: "a", Digest: "x", gz: make([]byte, 500), Size: 500})
		at := time.Now().Add(-age)
		if err := os.Chtimes(c.cache.path(key), at, at); err != nil {
			t.Fatal(err)
		}
		return key
	}
	ours := put("ours", false, time.Hour)
	for i := range 20 {
		put(fmt.Sprint("theirs ", i), true, time.Minute)
	}
	c.cache.trim()
	if _, ok := c.cache.get(ours); !ok {
		t.Error("an older result of the branch went before those of strangers")
	}
	if _, ok := c.cache.get(apart(cacheKey("test", "ours"), true)); ok {
		t.Error("what is trusted and what is not share an entry")
	}
}

func TestACacheThatCannotBeWrittenIsSaid(t *testing.T) {
	t.Parallel()
	occupied := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(occupied, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := New(Options{CacheDir: occupied}); err == nil || !strings.Contains(err.Error(), "the cache directory cannot be written") {
		t.Errorf("got %v", err)
	}
}

// TestRemembered: what follows from results is made once, by its name, and
// again where the cache is gone or the entry is damaged.
func TestRemembered(t *testing.T) {
	t.Parallel()
	type finding struct{ Words []string }
	dir := t.TempDir()
	c, err := New(Options{CacheDir: dir})
	if err != nil {
		t.Fatal(err)
	}
	made := 0
	ask := func(c *Compiler, name string) string {
		var f finding
		if err := c.Remembered(name, &f, func() error {
			made++
			f = finding{Words: []string{"of", name}}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		return strings.Join(f.Words, " ")
	}
	for range 2 {
		for _, name := range []string{"one", "other"} {
			if got := ask(c, name); got != "of "+name {
				t.Errorf("got %q of %s", got, name)
			}
		}
	}
	if made != 2 {
		t.Errorf("made %d times, want 2", made)
	}
	filepath.WalkDir(filepath.Join(dir, "compiled"), func(p string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			err = os.Truncate(p, 5)
		}
		return err
	})
	if got := ask(c, "one"); got != "of one" || made != 3 {
		t.Errorf("of a damaged entry: got %q, made %d times", got, made)
	}
	none, err := New(Options{})
	if err != nil {
		t.Fatal(err)
	}
	if got := ask(none, "one") + ask(none, "one"); got != "of oneof one" || made != 5 {
		t.Errorf("without a cache: got %q, made %d times", got, made)
	}
	failure := errors.New("no")
	var f finding
	for range 2 {
		if err := c.Remembered("bad", &f, func() error { return failure }); err != failure {
			t.Errorf("got %v, want the error of the making", err)
		}
	}
}
