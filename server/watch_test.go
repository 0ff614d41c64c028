package server

import (
	"crypto/sha256"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"testing"

	"github.com/milepost-dev/milepost/internal/leak"
)

// watch hears all that the tests log and answer.
var watch = leak.New()

func TestMain(m *testing.M) { os.Exit(watch.Run(m)) }

// Tokens of the tests: no word of a page could be mistaken for one.
const (
	readerToken = "token-of-a-reader"
	draftsToken = "token-of-hr-for-drafts"
)

// newWatched is New, with a log where none is given.
func newWatched(o Options) (*Server, error) {
	if o.Log == nil {
		o.Log = watch.Logger("the log")
	}
	return New(o)
}

// watched is the server's handler, and admin that of the admin listener.
func (s *Server) watched() http.Handler { return watch.Answers("an answer to", s.Handler()) }
func (s *Server) watchedAdmin() http.Handler {
	return watch.Answers("an answer to the admin's", s.AdminHandler())
}

// TestWatch: a token that an answer or the log says is found.
func TestWatch(t *testing.T) {
	t.Parallel()
	const token = "token-of-this-test-alone"
	w := leak.New()
	w.Secrets("a token", token)
	s := smallServer(t, Options{Log: slog.New(slog.DiscardHandler), Tokens: []Token{{Name: "ci", Hash: sha256.Sum256([]byte(token))}}})
	for _, c := range []struct {
		path string
		want int
	}{{"/v1/frameworks", 0}, {"/v1/frameworks/" + token, 1}} {
		r := httptest.NewRequest(http.MethodGet, c.path, nil)
		r.Header.Set("Authorization", "Bearer "+token)
		w.Answers("an answer", s.Handler()).ServeHTTP(httptest.NewRecorder(), r)
		if found, err := w.Found(); err != nil || len(found) != c.want {
			t.Errorf("%d are found, %v, want %d: %q", len(found), err, c.want, found)
		}
	}
}
