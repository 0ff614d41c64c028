// Package leak is the only package that looks for secrets in what is said: it
// keeps all that the tests of a package log, print, answer and publish, and the
// secrets that were in play, and fails the run if one of them was said. It is
// used by tests alone.
//
//	var watch = leak.New()
//
//	func TestMain(m *testing.M) { os.Exit(watch.Run(m)) }
package leak

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"log"
	"log/slog"
	"net/http"
	"os"
	"slices"
	"sort"
	"sync"
)

// Watch keeps what was said, and what must not be. It is safe for concurrent
// use. What is said before a secret is known is held against it too.
type Watch struct {
	mu    sync.Mutex
	names map[string]string // of the secrets' forms
	spool *os.File          // all that was said; no directory has it
	size  int64
	parts []part // in order of place
	err   error
}

// part is where something that was said begins in the spool.
type part struct {
	at   int64
	what string
}

// New makes a watch that has heard nothing yet. It panics where there is no
// temporary directory: without one nothing can be promised.
func New() *Watch {
	f, err := os.CreateTemp("", "leak")
	if err == nil {
		err = os.Remove(f.Name())
	}
	if err != nil {
		panic(fmt.Sprintf("making a place for what is said: %v", err))
	}
	return &Watch{names: map[string]string{}, spool: f}
}

// least is the length of the shortest secret that can be told from chance, in
// bytes.
const least = 10

// Secrets makes texts known that must not be said, in whatever form. It panics
// at one that is too short to be told from ordinary words.
func (w *Watch) Secrets(what string, list ...string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, s := range list {
		if len(s) < least {
			panic(fmt.Sprintf("%s: a secret of fewer than %d bytes cannot be told from other words", what, least))
		}
		for _, f := range forms(s) {
			w.names[f.text] = what + ", " + f.how
		}
	}
}

// Said keeps something that was said.
func (w *Watch) Said(what string, text []byte) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.parts = append(w.parts, part{w.size, what})
	// The end of a part stands between it and the next.
	n, err := w.spool.Write(append(slices.Clip(text), 0))
	if w.size += int64(n); err != nil && w.err == nil {
		w.err = err
	}
}

// Writer keeps what is written, line by line, and passes it on to next, which
// may be nil.
func (w *Watch) Writer(what string, next io.Writer) io.Writer {
	return &writer{watch: w, what: what, next: next}
}

// Logger is a log of everything, whose lines are passed on to each of out: as text
// and, to the watch alone, as JSON.
func (w *Watch) Logger(what string, out ...io.Writer) *slog.Logger {
	all := &slog.HandlerOptions{Level: slog.LevelDebug}
	return slog.New(slog.NewMultiHandler(
		slog.NewTextHandler(w.Writer(what, io.MultiWriter(out...)), all), slog.NewJSONHandler(w.Writer(what+" as JSON", nil), all)))
}

type writer struct {
	watch *Watch
	what  string
	next  io.Writer
	mu    sync.Mutex
	line  []byte // that has not ended yet; what it has is in the spool as well
}

// Write implements io.Writer.
func (w *writer) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.line = append(w.line, p...)
	w.watch.Said(w.what, w.line)
	if i := bytes.LastIndexByte(w.line, '\n'); i >= 0 {
		w.line = bytes.Clone(w.line[i+1:])
	}
	if w.next == nil {
		return len(p), nil
	}
	return w.next.Write(p)
}

// Answers keeps what a handler answers: status, header and body.
func (w *Watch) Answers(what string, h http.Handler) http.Handler {
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		kept := &answer{ResponseWriter: rw}
		defer func() {
			var b bytes.Buffer
			_ = rw.Header().Write(&b) // a buffer takes all
			w.Said(what+" "+r.Method+" "+r.URL.Path, append(b.Bytes(), kept.body.Bytes()...))
		}()
		h.ServeHTTP(kept, r)
	})
}

type answer struct {
	http.ResponseWriter
	body bytes.Buffer
}

func (a *answer) Write(p []byte) (int, error) {
	a.body.Write(p)
	return a.ResponseWriter.Write(p)
}

// Unwrap is for http.ResponseController.
func (a *answer) Unwrap() http.ResponseWriter { return a.ResponseWriter }

// Asked keeps what a handler is asked: method, address and body. Of the header
// it keeps nothing: that is where credentials belong.
func (w *Watch) Asked(what string, h http.Handler) http.Handler {
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		r.Body = io.NopCloser(io.MultiReader(bytes.NewReader(body), failing{err}))
		w.Said(what+" "+r.Method+" "+r.URL.Path, slices.Concat([]byte(r.Method+" "+r.RequestURI+"\n"), body))
		h.ServeHTTP(rw, r)
	})
}

// failing is the end of a body: with the error that reading it had.
type failing struct{ err error }

func (f failing) Read([]byte) (int, error) {
	if f.err == nil {
		return 0, io.EOF
	}
	return 0, f.err
}

// Found are the secrets that were said, each once: which, in what form, and where.
// It never repeats them.
func (w *Watch) Found() ([]string, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.err != nil {
		return nil, fmt.Errorf("keeping what was said: %w", w.err)
	}
	find := newFinder(w.names)
	seen := map[string]bool{}
	overlap := int64(find.longest)
	buf := make([]byte, 4<<20)
	for at := int64(0); at < w.size; at += int64(len(buf)) - overlap {
		n, err := w.spool.ReadAt(buf, at)
		if err != nil && err != io.EOF {
			return nil, fmt.Errorf("reading what was said: %w", err)
		}
		find.in(buf[:n], func(i int, form string) {
			seen[fmt.Sprintf("%s, is said in %s", w.names[form], w.place(at+int64(i)))] = true
		})
	}
	out := make([]string, 0, len(seen))
	for s := range seen {
		out = append(out, s)
	}
	sort.Strings(out)
	return out, nil
}

// place says where an offset of the spool was said.
func (w *Watch) place(at int64) string {
	i := sort.Search(len(w.parts), func(i int) bool { return w.parts[i].at > at }) - 1
	return w.parts[max(i, 0)].what
}

// Run runs the tests of a package, and fails the run if a secret was said. What
// goes to the standard log is kept as well: servers write there when a handler
// panics.
func (w *Watch) Run(m interface{ Run() int }) int {
	log.SetOutput(w.Writer("the standard log", os.Stderr))
	return w.end(m.Run(), os.Stderr)
}

// end is the exit code of a run that would end with code. What was found is
// written to out.
func (w *Watch) end(code int, out io.Writer) int {
	found, err := w.Found()
	if err != nil {
		fmt.Fprintln(out, "FAIL: looking for secrets:", err)
		return max(code, 1)
	}
	for i, f := range found {
		if code = max(code, 1); i == 20 {
			fmt.Fprintf(out, "FAIL: and %d more\n", len(found)-i)
			break
		}
		fmt.Fprintln(out, "FAIL: a secret was said:", f)
	}
	return code
}

// finder looks for many texts at once.
type finder struct {
	byStart map[uint64][]string // the texts, by their first eight bytes
	maybe   []uint64            // a bit for each hash of a start: most places have none
	longest int
}

const hashBits = 22

func newFinder(texts map[string]string) finder {
	f := finder{byStart: map[uint64][]string{}, maybe: make([]uint64, 1<<hashBits/64)}
	for text := range texts {
		start := binary.LittleEndian.Uint64([]byte(text))
		f.byStart[start] = append(f.byStart[start], text)
		f.maybe[hash(start)/64] |= 1 << (hash(start) % 64)
		f.longest = max(f.longest, len(text))
	}
	return f
}

func hash(start uint64) uint64 { return start * 0x9e3779b97f4a7c15 >> (64 - hashBits) }

// in calls found for each text that stands in b, and where.
func (f finder) in(b []byte, found func(at int, text string)) {
	for i := 0; i+8 <= len(b); i++ {
		start := binary.LittleEndian.Uint64(b[i:])
		if h := hash(start); f.maybe[h/64]&(1<<(h%64)) == 0 {
			continue
		}
		for _, text := range f.byStart[start] {
			if len(b)-i >= len(text) && string(b[i:i+len(text)]) == text {
				found(i, text)
			}
		}
	}
}
