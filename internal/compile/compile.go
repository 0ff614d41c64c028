// Package compile turns an author's CUE into a ladder.Framework, or into
// findings that say what is wrong, at which line, and what to write instead.
// It is the only package that imports CUE.
//
// The order is: bytes (encoding, sizes) -> syntax -> profile and limits ->
// CUE against the binary's own schema -> what must hold between the parts.
// CUE has the last word on shape; where it refuses, the author's plain data
// is looked at again to say all that is wrong in one go, in words.
package compile

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"path"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"github.com/milepost-dev/milepost/internal/diag"
	"github.com/milepost-dev/milepost/internal/ladder"
)

// Result is what a framework's files came to.
type Result struct {
	ID         string            `json:"id"`
	Title      string            `json:"title,omitempty"`
	Kind       ladder.Kind       `json:"kind,omitempty"`
	Digest     string            `json:"digest,omitempty"` // "" where the text needs a change
	Directives ladder.Directives `json:"directives"`
	Formerly   []string          `json:"formerly,omitempty"`
	Findings   diag.List         `json:"findings,omitempty"`
	Size       int               `json:"size"` // bytes of the compressed canonical form
	gz         []byte
}

// OK says whether the files make a framework.
func (r *Result) OK() bool { return r.Digest != "" }

// Missing says whether there was no such framework at all.
func (r *Result) Missing() bool {
	return len(r.Findings) == 1 && r.Findings[0].Code == "missing-framework"
}

// Compressed is the canonical form, gzipped. It must not be changed.
func (r *Result) Compressed() []byte { return r.gz }

// Canonical is the canonical form, nil where the text needs a change.
func (r *Result) Canonical() ([]byte, error) {
	if !r.OK() {
		return nil, nil
	}
	return Decompress(r.gz)
}

// Framework decodes the canonical form, nil where the text needs a change.
func (r *Result) Framework() (*ladder.Framework, error) {
	b, err := r.Canonical()
	if b == nil || err != nil {
		return nil, err
	}
	var f ladder.Framework
	if err := json.Unmarshal(b, &f); err != nil {
		return nil, fmt.Errorf("decoding the canonical form of %s: %w", r.ID, err)
	}
	return &f, nil
}

// Compress is b, gzipped, in a slice of its own length.
func Compress(b []byte) ([]byte, error) {
	var buf bytes.Buffer
	zw := gzip.NewWriter(&buf)
	if _, err := zw.Write(b); err != nil {
		return nil, fmt.Errorf("compressing a text: %w", err)
	}
	if err := zw.Close(); err != nil {
		return nil, fmt.Errorf("compressing a text: %w", err)
	}
	return bytes.Clone(buf.Bytes()), nil
}

// Decompress is the text of a compressed canonical form.
func Decompress(gz []byte) ([]byte, error) {
	zr, err := gzip.NewReader(bytes.NewReader(gz))
	if err != nil {
		return nil, fmt.Errorf("reading a stored text: %w", err)
	}
	b, err := io.ReadAll(zr)
	if err != nil {
		return nil, fmt.Errorf("reading a stored text: %w", err)
	}
	return b, nil
}

// Options are what a Compiler is made with.
type Options struct {
	CacheDir   string // "" keeps no cache
	CacheBytes int64  // 0 means DefaultCacheBytes
	// Isolated evaluates in processes of their own, with limits: for content
	// that may be hostile. The program must call RunIfWorker first of all.
	Isolated bool
	// Deadline is how long one evaluation may take where it is isolated, by
	// the wall clock. 0 means DefaultDeadline.
	Deadline time.Duration
}

// DefaultDeadline is how long one isolated evaluation may take. A framework
// of the largest size allowed takes a fraction of a second.
const DefaultDeadline = 8 * time.Second

// Compiler compiles frameworks. It may be used by several goroutines at once.
type Compiler struct {
	cache    *cache
	pool     *pool        // nil evaluates in this process
	compiled atomic.Int64 // evaluated, and not found in the cache
}

// Compiled counts the frameworks that were evaluated and not found in the cache.
func (c *Compiler) Compiled() int64 { return c.compiled.Load() }

// New makes a compiler. The error says that the cache directory cannot be written.
func New(o Options) (*Compiler, error) {
	c, err := openCache(o.CacheDir, o.CacheBytes)
	if err != nil {
		return nil, err
	}
	compiler := &Compiler{cache: c}
	if o.Isolated {
		compiler.pool = newPool(cmp.Or(o.Deadline, DefaultDeadline))
	}
	return compiler, nil
}

// Close ends the processes that the compiler keeps. It may be used afterwards,
// and then keeps none.
func (c *Compiler) Close() {
	if c.pool != nil {
		c.pool.close()
	}
}

// Unit is one framework to compile.
type Unit struct {
	FS   fs.FS  // the repository
	Root string // the directory of frameworks, "frameworks"
	Dir  string // the framework's directory below Root: its id, or "next/" and its id
	// Untrusted says that the content is not on the branch that is served: its
	// results are kept apart in the cache, and go first.
	Untrusted bool
	// Key is the ContentName, where the caller knows it; "" means that the tree
	// is asked, and where that is not one of Git's the files are read.
	Key string
}

// Framework compiles a unit. The result has findings where the text needs a
// change; the error means that the files could not be read.
func (c *Compiler) Framework(ctx context.Context, u Unit) (*Result, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	key := ""
	if u.Key == "" {
		u.Key = Named(u.FS, u.Root, u.Dir)
	}
	if u.Key != "" {
		key = apart(cacheKey("tree", u.Root, u.Dir, u.Key), u.Untrusted)
		if r, ok := c.cache.get(key); ok {
			return r, nil
		}
	}
	id := path.Base(u.Dir)
	src, found, err := gather(u.FS, u.Root, path.Join(u.Root, u.Dir), id)
	if err != nil {
		return nil, err
	}
	if found.HasErrors() {
		return &Result{ID: id, Findings: bounded(found.Sort())}, nil
	}
	if key == "" {
		key = apart(cacheKey("files", src.key()), u.Untrusted)
		if r, ok := c.cache.get(key); ok {
			return r, nil
		}
	}
	c.compiled.Add(1)
	r, err := c.evaluate(ctx, src)
	if f, is := ended(err, src.files[0].name); is { // of this machine at this moment: not for the cache
		f.Framework = src.id
		return &Result{ID: src.id, Findings: diag.List{f}}, nil
	}
	if err != nil {
		return nil, err
	}
	c.cache.put(key, r)
	return r, nil
}

// evaluate compiles a source, in a process of its own where that is wanted.
func (c *Compiler) evaluate(ctx context.Context, src *source) (*Result, error) {
	if c.pool == nil {
		return compileSource(src)
	}
	m := &message{ID: src.id, Dir: src.dir, Files: wire(src.files), Lib: map[string][]wireFile{}}
	for p, f := range src.lib {
		m.Lib[p] = wire(f)
	}
	reply, err := c.pool.ask(ctx, m)
	if err != nil {
		return nil, err
	}
	reply.Result.gz = reply.Compressed
	return reply.Result, nil
}

// Lookup is the cached result of a unit with a key, without touching its files.
func (c *Compiler) Lookup(u Unit) (*Result, bool) {
	if u.Key == "" {
		return nil, false
	}
	return c.cache.get(apart(cacheKey("tree", u.Root, u.Dir, u.Key), u.Untrusted))
}

// cacheKey names a result by all that it was made of: the content, the
// schema, and the engine that evaluated it.
func cacheKey(parts ...string) string {
	h := sha256.New()
	fmt.Fprintf(h, "%s\x00", engine())
	for _, p := range parts {
		fmt.Fprintf(h, "%d\x00%s", len(p), p)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// format changes whenever the same files may come to another result.
const format = "milepost-compile-3"

// engine names this compiler: its format, its schema, its CUE and itself.
var engine = sync.OnceValue(func() string {
	h := sha256.New()
	io.WriteString(h, format)
	for _, f := range schemaFiles() {
		fmt.Fprintf(h, "\x00%s\x00%s", f.name, f.data)
	}
	if info, ok := debug.ReadBuildInfo(); ok {
		fmt.Fprintf(h, "\x00%s", info.Main.Version)
		for _, m := range info.Deps {
			if m.Path == "cuelang.org/go" {
				fmt.Fprintf(h, "\x00%s", m.Version)
			}
		}
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" || s.Key == "vcs.modified" {
				fmt.Fprintf(h, "\x00%s", s.Value)
			}
		}
	}
	return hex.EncodeToString(h.Sum(nil))
})

// compileSource is the pure part: files in memory to a result.
func compileSource(src *source) (*Result, error) {
	r := &Result{ID: src.id}
	p, found := parseAll(src.files, profile{pkg: rootField, root: rootField, lib: func(path string) bool {
		_, ok := src.lib[path]
		return ok
	}}, src.id)
	found = append(found, parseLibraries(p, src)...)
	if goesOn(found) {
		more, err := r.document(p, src, found.HasErrors())
		if err != nil {
			return nil, err
		}
		found = append(found, more...)
	}
	for i := range found {
		found[i].Framework = src.id
		if found[i].File == "" {
			found[i].File = src.files[0].name
		}
	}
	swapped(found, src.files)
	r.Findings = bounded(found.Sort())
	return r, nil
}

func (r *Result) set(doc *ladder.Document, canonical []byte) error {
	gz, err := Compress(canonical)
	if err != nil {
		return fmt.Errorf("compressing %s: %w", r.ID, err)
	}
	r.Title, r.Kind, r.Formerly = doc.Title, doc.Kind, doc.Formerly
	r.Directives, r.Digest = doc.Directives, ladder.Digest(canonical)
	r.gz, r.Size = gz, len(gz)
	return nil
}
