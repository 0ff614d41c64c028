package gitrepo

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// fault is what a proxy does with a request; n counts those that ask for a tag.
type fault func(w http.ResponseWriter, r *http.Request, n int64, pass http.HandlerFunc)

// faulty serves a repository through a proxy.
func faulty(t *testing.T, g *gitDir, f fault) TagOptions {
	t.Helper()
	backend := serve(t, g).Config.Handler
	var n atomic.Int64
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, "/git-receive-pack") {
			f(w, r, n.Add(1), backend.ServeHTTP)
			return
		}
		f(w, r, -n.Load(), backend.ServeHTTP)
	}))
	t.Cleanup(s.Close)
	return TagOptions{Location: s.URL + "/" + filepath.Base(g.dir), Timeout: 12 * time.Second}
}

// cut ends the connection.
func cut(w http.ResponseWriter) {
	c, _, err := w.(http.Hijacker).Hijack()
	if err == nil {
		_ = c.Close()
	}
}

// carryOut has the repository carry out a request and returns the answer.
func carryOut(r *http.Request, pass http.HandlerFunc) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	pass(w, r)
	return w
}

// first applies a fault to the first request that asks for a tag.
func first(f func(w http.ResponseWriter, r *http.Request, pass http.HandlerFunc)) fault {
	return func(w http.ResponseWriter, r *http.Request, n int64, pass http.HandlerFunc) {
		if n != 1 {
			pass(w, r)
			return
		}
		f(w, r, pass)
	}
}

// lostAnswers are what can come between a request and its answer, each once.
func lostAnswers() map[string]fault {
	var tries atomic.Int64
	return map[string]fault{
		"cut before": first(func(w http.ResponseWriter, _ *http.Request, _ http.HandlerFunc) { cut(w) }),
		"cut after": first(func(w http.ResponseWriter, r *http.Request, pass http.HandlerFunc) {
			carryOut(r, pass)
			cut(w)
		}),
		"503 before": first(func(w http.ResponseWriter, _ *http.Request, _ http.HandlerFunc) {
			http.Error(w, "busy", http.StatusServiceUnavailable)
		}),
		"502 after": first(func(w http.ResponseWriter, r *http.Request, pass http.HandlerFunc) {
			carryOut(r, pass)
			http.Error(w, strings.Repeat("<html>bad gateway</html>", 100_000), http.StatusBadGateway)
		}),
		"401 after": first(func(w http.ResponseWriter, r *http.Request, pass http.HandlerFunc) {
			carryOut(r, pass)
			http.Error(w, "expired", http.StatusUnauthorized)
		}),
		"twice": first(func(w http.ResponseWriter, r *http.Request, pass http.HandlerFunc) {
			body, _ := io.ReadAll(r.Body)
			r.Body = io.NopCloser(bytes.NewReader(body))
			carryOut(r, pass)
			r.Body = io.NopCloser(bytes.NewReader(body))
			pass(w, r)
		}),
		"half an answer": first(func(w http.ResponseWriter, r *http.Request, pass http.HandlerFunc) {
			answer := carryOut(r, pass)
			_, _ = w.Write(answer.Body.Bytes()[:answer.Body.Len()/2])
		}),
		"no answer": first(func(w http.ResponseWriter, r *http.Request, pass http.HandlerFunc) { carryOut(r, pass) }),
		"a page": first(func(w http.ResponseWriter, r *http.Request, pass http.HandlerFunc) {
			carryOut(r, pass)
			_, _ = w.Write([]byte("<html>log in</html>"))
		}),
		"another's answer": first(func(w http.ResponseWriter, r *http.Request, _ http.HandlerFunc) {
			_, _ = w.Write([]byte(packet("\x01" + packet("unpack ok\n") + packet("ok refs/tags/other\n") + flush)))
			_, _ = w.Write([]byte(flush))
		}),
		"redirect": first(func(w http.ResponseWriter, r *http.Request, _ http.HandlerFunc) {
			http.Redirect(w, r, "http://localhost:1/x/git-receive-pack", http.StatusTemporaryRedirect)
		}),
		"slow": first(func(w http.ResponseWriter, r *http.Request, pass http.HandlerFunc) {
			carryOut(r, pass)
			select {
			case <-r.Context().Done():
			case <-time.After(10 * time.Second):
			}
		}),
		"unreadable for a while": func(w http.ResponseWriter, r *http.Request, n int64, pass http.HandlerFunc) {
			if n == 1 {
				carryOut(r, pass)
				cut(w)
				return
			}
			if n == -1 && r.Method == http.MethodGet && tries.Add(1)%3 != 0 {
				http.Error(w, "busy", http.StatusInternalServerError)
				return
			}
			pass(w, r)
		},
		"twice without an answer": func(w http.ResponseWriter, r *http.Request, n int64, pass http.HandlerFunc) {
			if n == 1 || n == 2 {
				cut(w)
				return
			}
			pass(w, r)
		},
	}
}

// TestLostAnswer wins in spite of all that can happen to a request.
func TestLostAnswer(t *testing.T) {
	t.Parallel()
	for name, f := range lostAnswers() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g, hashes := sample(t)
			b := g.bare()
			b.wins(faulty(t, b, f), newTag(hashes[2], "ada"))
		})
	}
}

// TestLostAnswerOfLoser has the same happen to a request whose tag somebody
// else makes just before it arrives.
func TestLostAnswerOfLoser(t *testing.T) {
	t.Parallel()
	for name, f := range lostAnswers() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g, hashes := sample(t)
			b := g.bare()
			theirs := ""
			opts := faulty(t, b, func(w http.ResponseWriter, r *http.Request, n int64, pass http.HandlerFunc) {
				if n == 1 {
					theirs = b.annotate(tagName, hashes[1], "theirs").holds(tagName)
				}
				f(w, r, n, pass)
			})
			out, err := PushTag(t.Context(), opts, newTag(hashes[2], "ada"))
			if err != nil || out.Won || out.Tag.Object != theirs || out.Tag.Message != "theirs" || b.holds(tagName) != theirs {
				t.Errorf("got %+v, %v", out, err)
			}
		})
	}
}

// TestUnknown loses the remote after the request.
func TestUnknown(t *testing.T) {
	t.Parallel()
	g, hashes := sample(t)
	b := g.bare()
	var gone atomic.Bool
	gone.Store(true)
	opts := faulty(t, b, func(w http.ResponseWriter, r *http.Request, n int64, pass http.HandlerFunc) {
		if n > 0 {
			carryOut(r, pass)
		}
		if n != 0 && gone.Load() {
			cut(w)
			return
		}
		pass(w, r)
	})
	opts.Timeout = time.Second
	tag := newTag(hashes[2], "ada")
	out, err := PushTag(t.Context(), opts, tag)
	if out.Won || !errors.Is(err, ErrUnknown) || !errors.Is(err, ErrUnreachable) || !strings.Contains(err.Error(), "not known") {
		t.Errorf("got %+v, %v", out, err)
	}
	gone.Store(false)
	b.wins(opts, tag) // trying again finds it
	gone.Store(true)
	other := tag
	other.Name += "1"
	ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
	defer cancel()
	if _, err := PushTag(ctx, opts, other); err == nil || !errors.Is(err, ErrUnreachable) {
		t.Errorf("got %v", err)
	}
}

// TestNeverAnswered has a remote that carries out nothing: that is an error,
// and it is not tried for ever.
func TestNeverAnswered(t *testing.T) {
	t.Parallel()
	g, hashes := sample(t)
	b := g.bare()
	var asked atomic.Int64
	opts := faulty(t, b, func(w http.ResponseWriter, r *http.Request, n int64, pass http.HandlerFunc) {
		if n > 0 {
			asked.Add(1)
			http.Error(w, "busy", http.StatusServiceUnavailable)
			return
		}
		pass(w, r)
	})
	b.refuses(opts, newTag(hashes[2], "ada"), ErrUnreachable)
	if asked.Load() != maxPushes {
		t.Errorf("asked %d times, want %d", asked.Load(), maxPushes)
	}
	asked.Store(0)
	start := time.Now()
	closed := httptest.NewServer(http.NotFoundHandler())
	closed.Close()
	b.refuses(TagOptions{Location: closed.URL + "/x"}, newTag(hashes[2], "ada"), ErrUnreachable)
	if took := time.Since(start); took > 5*time.Second {
		t.Errorf("where nobody is: took %v", took)
	}
}

// TestSilentRemote has remotes that never say what they hold: nothing was asked
// of them, so that nothing is in doubt.
func TestSilentRemote(t *testing.T) {
	t.Parallel()
	g, hashes := sample(t)
	addr := listen(t, func(c net.Conn) { _, _ = io.Copy(io.Discard, c) })
	for _, scheme := range []string{"git", "http"} {
		opts := TagOptions{Location: scheme + "://" + addr + "/careers", Timeout: 3 * time.Second}
		start := time.Now()
		s := g.refuses(opts, newTag(hashes[2], "ada"), ErrUnreachable)
		if took := time.Since(start); took > 2500*time.Millisecond || !strings.Contains(s, "in time") {
			t.Errorf("%s: got %q after %v", scheme, s, took)
		}
	}
}

func TestPushDenied(t *testing.T) {
	t.Parallel()
	g, hashes := sample(t)
	b := g.bare()
	s := serve(t, b)
	opts := TagOptions{Location: s.URL + "/" + filepath.Base(b.dir)}
	tag := newTag(hashes[2], "ada")
	b.git("config", "http.receivepack", "false")
	b.refuses(opts, tag, ErrDenied)
	opts.Token = "hush-hush"
	if s := b.refuses(opts, tag, ErrDenied); !strings.Contains(s, "allow to write") || strings.Contains(s, "hush") {
		t.Errorf("read-only: got %q", s)
	}
	b.git("config", "http.receivepack", "true")
	s.mu.Lock()
	s.token = "hush-right"
	s.mu.Unlock()
	if s := b.refuses(opts, tag, ErrDenied); strings.Contains(s, "hush") {
		t.Errorf("wrong token: got %q", s)
	}
	opts.Token = ""
	if s := b.refuses(opts, tag, ErrDenied); !strings.Contains(s, "none was given") {
		t.Errorf("no token: got %q", s)
	}
	opts.Token = "hush-right"
	b.hook("update", "echo hush-right >&2; exit 1\n")
	if s := b.refuses(opts, tag, ErrRefused); strings.Contains(s, "hush") {
		t.Errorf("a hook that tells the token: got %q", s)
	}
	b.hook("update", "exit 0\n")
	b.wins(opts, tag)
	if got := b.loses(opts, newTag(hashes[1], "ben")); got.Tagger != "ada" {
		t.Errorf("got %+v", got)
	}
	opts.Location = s.URL + "/nothing"
	b.refuses(opts, tag, ErrRemoteNotFound)
	opts.Location = strings.Replace(s.URL, "127.0.0.1", "10.0.0.1", 1) + "/x"
	b.refuses(opts, tag, ErrLocation)
}

// TestPushRedirect sends the token nowhere else, and the tag neither.
func TestPushRedirect(t *testing.T) {
	t.Parallel()
	g, hashes := sample(t)
	b := g.bare()
	var leaked, posted atomic.Bool
	thief := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		leaked.Store(leaked.Load() || r.Header.Get("Authorization") != "")
		posted.Store(posted.Load() || r.Method == http.MethodPost)
		http.Error(w, "no", http.StatusUnauthorized)
	}))
	defer thief.Close()
	elsewhere := strings.Replace(thief.URL, "127.0.0.1", "localhost", 1)
	for _, method := range []string{http.MethodGet, http.MethodPost} {
		opts := faulty(t, b, func(w http.ResponseWriter, r *http.Request, _ int64, pass http.HandlerFunc) {
			if r.Method == method {
				http.Redirect(w, r, elsewhere+r.URL.RequestURI(), http.StatusTemporaryRedirect)
				return
			}
			pass(w, r)
		})
		opts.Token = "hush"
		if _, err := PushTag(t.Context(), opts, newTag(hashes[2], "ada")); err == nil || strings.Contains(err.Error(), "hush") {
			t.Errorf("%s: got %v", method, err)
		}
	}
	if leaked.Load() || posted.Load() || b.holds(tagName) != "" {
		t.Errorf("token sent elsewhere: %v, tag: %v", leaked.Load(), posted.Load())
	}
}

// TestBoundedAnswers has remotes that send without end.
func TestBoundedAnswers(t *testing.T) {
	t.Parallel()
	g, hashes := sample(t)
	b := g.bare()
	endless := func(w http.ResponseWriter, line string) {
		block := []byte(strings.Repeat(line, 1000))
		for sent := 0; sent < 3*maxListBytes; sent += len(block) {
			if _, err := w.Write(block); err != nil {
				return
			}
		}
	}
	for name, f := range map[string]fault{
		"an error": func(w http.ResponseWriter, _ *http.Request, _ int64, _ http.HandlerFunc) {
			w.WriteHeader(http.StatusInternalServerError)
			endless(w, strings.Repeat("x", 1000))
		},
		"references": func(w http.ResponseWriter, _ *http.Request, _ int64, _ http.HandlerFunc) {
			_, _ = w.Write([]byte(packet("# service=git-receive-pack\n") + flush))
			endless(w, packet(hashes[0]+" refs/heads/"+strings.Repeat("x", 900)+"\n"))
		},
		"messages": func(w http.ResponseWriter, r *http.Request, n int64, pass http.HandlerFunc) {
			if n <= 0 {
				pass(w, r)
				return
			}
			endless(w, packet("\x02"+strings.Repeat("x", 900)))
		},
	} {
		t.Run(name, func(t *testing.T) {
			b.refuses(faulty(t, b, f), newTag(hashes[2], "ada"), ErrUnreachable)
		})
	}
}
