package compile

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"time"
)

// DefaultCacheBytes bounds the cache on disk. At 20 KB an entry it holds some
// 25,000 versions.
const DefaultCacheBytes = 512 << 20

// cache keeps results on disk, one file each, named by what they were made
// of. Files appear whole, by renaming, and are never changed, so any number
// of processes may share a directory, and anybody may delete it at any time.
type cache struct {
	dir   string
	limit int64
	puts  atomic.Int64
}

// openCache makes the directory and sees that it can be written. The error
// says which directory it is.
func openCache(dir string, limit int64) (*cache, error) {
	if dir == "" {
		return nil, nil
	}
	dir = filepath.Join(dir, "compiled")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("the cache directory cannot be written: %w", err)
	}
	probe, err := os.CreateTemp(dir, "tmp-*")
	if err != nil {
		return nil, fmt.Errorf("the cache directory cannot be written: %w", err)
	}
	if err := errors.Join(probe.Close(), os.Remove(probe.Name())); err != nil {
		return nil, fmt.Errorf("the cache directory cannot be written: %w", err)
	}
	return &cache{dir: dir, limit: cmp.Or(limit, DefaultCacheBytes)}, nil
}

// path is where an entry stands: below two of its digits, so that no folder
// has too many.
func (c *cache) path(key string) string {
	dir, name := filepath.Split(key)
	return filepath.Join(c.dir, dir, name[:2], name)
}

func (c *cache) untrusted(name string) bool {
	return strings.HasPrefix(name, filepath.Join(c.dir, strangers)+string(filepath.Separator))
}

// strangers is the folder of results of untrusted content: apart from the
// others, and the first to go when room is needed, so that nobody can push out
// what the branch holds by putting forward a thousand changes.
const strangers = "untrusted"

// apart is the key of an entry, in a folder of its own where it is untrusted.
func apart(key string, untrusted bool) string {
	if untrusted {
		return filepath.Join(strangers, key)
	}
	return key
}

// get reads a result. Anything that is wrong with the entry makes it a miss.
func (c *cache) get(key string) (*Result, bool) {
	if c == nil {
		return nil, false
	}
	data, err := os.ReadFile(c.path(key))
	if err != nil {
		return nil, false
	}
	head, body, ok := bytes.Cut(data, []byte("\n"))
	var r Result
	if !ok || json.Unmarshal(head, &r) != nil || len(body) != r.Size || r.ID == "" {
		return nil, false
	}
	r.gz = body
	return &r, true
}

// put stores a result.
func (c *cache) put(key string, r *Result) {
	if c == nil {
		return
	}
	if head, err := json.Marshal(r); err == nil {
		c.write(key, head, []byte("\n"), r.gz)
	}
}

// write makes an entry. A cache that cannot be written costs time and nothing
// else, so it says nothing.
func (c *cache) write(key string, parts ...[]byte) {
	name := c.path(key)
	if os.MkdirAll(filepath.Dir(name), 0o755) != nil {
		return
	}
	tmp, err := os.CreateTemp(c.dir, "tmp-*")
	if err != nil {
		return
	}
	w := bufio.NewWriter(tmp)
	for _, p := range parts {
		w.Write(p)
	}
	if errors.Join(w.Flush(), tmp.Close(), os.Rename(tmp.Name(), name)) != nil {
		os.Remove(tmp.Name())
		return
	}
	if c.puts.Add(1)%256 == 0 {
		c.trim()
	}
}

// Remembered fills v with what was kept under a name, which says all that v
// follows from; or has it made, which fills v, and keeps it. It is for what
// follows from results and takes time to find. Anything that is wrong with what
// was kept has it made anew; the error is that of the making.
func (c *Compiler) Remembered(name string, v any, made func() error) error {
	key := cacheKey("remembered", name)
	if c.cache != nil {
		if data, err := os.ReadFile(c.cache.path(key)); err == nil && json.Unmarshal(data, v) == nil {
			return nil
		}
	}
	if err := made(); err != nil || c.cache == nil {
		return err
	}
	if data, err := json.Marshal(v); err == nil {
		c.cache.write(key, data)
	}
	return nil
}

// trim deletes the oldest entries beyond the limit, and what processes that
// died left half-written.
func (c *cache) trim() {
	type entry struct {
		name string
		size int64
		at   time.Time
	}
	var entries []entry
	var total int64
	filepath.WalkDir(c.dir, func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return nil
		}
		info, err := d.Info()
		if err != nil {
			return nil
		}
		if filepath.Dir(p) == c.dir && time.Since(info.ModTime()) > time.Hour {
			os.Remove(p)
			return nil
		}
		entries = append(entries, entry{p, info.Size(), info.ModTime()})
		total += info.Size()
		return nil
	})
	if total <= c.limit {
		return
	}
	slices.SortFunc(entries, func(a, b entry) int {
		if x, y := c.untrusted(a.name), c.untrusted(b.name); x != y {
			return map[bool]int{true: -1, false: 1}[x]
		}
		return a.at.Compare(b.at)
	})
	for _, e := range entries {
		if total <= c.limit*9/10 {
			break
		}
		if os.Remove(e.name) == nil {
			total -= e.size
		}
	}
}
