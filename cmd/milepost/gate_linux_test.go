package main

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync"
)

// effect is one of the calls that have an effect: those that write on GitHub,
// and those that fetch. It is the nth of its name within a chapter.
type effect struct {
	name string
	nth  int
}

// side is when of an effect.
type side string

const (
	before side = "before" // nothing has come of it
	midway side = "midway" // half of the answer has come, of a fetch
	after  side = "after"  // it has come about, and nobody was told
)

// instant is when a server is struck, and how: "" is as it was last.
type instant struct {
	effect
	side side
	how  blow
}

// gate stands between one server and the hub. It notes the calls that have an
// effect, and strikes at a moment.
type gate struct {
	hub    http.Handler
	strike func(instant) (dead bool) // a server that is dead gets no answer
	halted func()                    // waits until half of an answer has come
	hold   func(name string)         // may keep a call with an effect waiting; may be nil

	mu    sync.Mutex
	seen  []effect
	count map[string]int
	at    *instant
	left  int // calls of any kind until it strikes, 0 for never
}

// arm begins a chapter, with a moment to strike at; nil is none.
func (g *gate) arm(at *instant) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.seen, g.count, g.at = nil, map[string]int{}, at
}

// countdown has it strike at the nth call from now.
func (g *gate) countdown(n int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.left = n
}

// effects are those of the chapter, in order.
func (g *gate) effects() []effect {
	g.mu.Lock()
	defer g.mu.Unlock()
	return append([]effect(nil), g.seen...)
}

// met says whether the moment came.
func (g *gate) met() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.at == nil
}

// ServeHTTP implements http.Handler.
func (g *gate) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		panic(http.ErrAbortHandler) // who asks is gone
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	name := nameOf(r, body)
	if g.hold != nil && name != "" {
		g.hold(name)
	}
	here := g.note(name)
	if here == nil {
		g.hub.ServeHTTP(w, r)
		return
	}
	if here.side == before && g.strike(*here) {
		panic(http.ErrAbortHandler)
	}
	answer := httptest.NewRecorder()
	g.hub.ServeHTTP(answer, r)
	maps.Copy(w.Header(), answer.Header())
	w.WriteHeader(answer.Code)
	b := answer.Body.Bytes()
	if here.side == midway {
		_, _ = w.Write(b[:len(b)/2]) // who went away does not wait for it
		b = b[len(b)/2:]
		_ = http.NewResponseController(w).Flush()
		g.halted()
	}
	if here.side != before && g.strike(*here) {
		panic(http.ErrAbortHandler)
	}
	_, _ = w.Write(b)
}

// note counts a call, and returns the moment where this is it.
func (g *gate) note(name string) *instant {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.left > 0 {
		if g.left--; g.left == 0 {
			return &instant{effect: effect{name: "any call"}, side: []side{before, after}[len(g.seen)%2]}
		}
	}
	if name == "" {
		return nil
	}
	g.count[name]++
	is := effect{name, g.count[name]}
	g.seen = append(g.seen, is)
	if g.at == nil || g.at.effect != is {
		return nil
	}
	at := g.at
	g.at = nil
	return at
}

var (
	inRepo = regexp.MustCompile(`^(?:/api/v3)?/repos/acme/careers/`)
	anID   = regexp.MustCompile(`(check-runs|comments|releases)/\d+`)
)

// nameOf names a call that has an effect: "" is one that has none. Numbers that
// hang on what came first are left out.
func nameOf(r *http.Request, body []byte) string {
	switch {
	case strings.HasSuffix(r.URL.Path, "/git-upload-pack"):
		if bytes.Contains(body, []byte("want ")) {
			return "fetch"
		}
		return "" // it asks where the branches are
	case r.Method == http.MethodGet:
		return ""
	case strings.HasSuffix(r.URL.Path, "/access_tokens"):
		return "POST token"
	}
	return fmt.Sprint(r.Method, " ", anID.ReplaceAllString(inRepo.ReplaceAllString(r.URL.Path, ""), "$1/N"))
}
