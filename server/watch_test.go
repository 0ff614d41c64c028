package server

import (
	"bytes"
	"io"
	"log/slog"
	"net/http"
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

// watchedLog is a log of everything.
func watchedLog(out io.Writer) *slog.Logger {
	return slog.New(slog.NewTextHandler(watch.Writer("a log", out), &slog.HandlerOptions{Level: slog.LevelDebug}))
}

// newWatched is New, with a log where none is given.
func newWatched(o Options) (*Server, error) {
	if o.Log == nil {
		o.Log = watchedLog(nil)
	}
	return New(o)
}

// watched is the server's handler, and admin that of the admin listener.
func (s *Server) watched() http.Handler { return watch.Answers("an answer to", s.Handler()) }
func (s *Server) watchedAdmin() http.Handler {
	return watch.Answers("an answer to the admin's", s.AdminHandler())
}

// TestWatch: a token that a page says is found.
func TestWatch(t *testing.T) {
	t.Parallel()
	w := leak.New()
	w.Secrets("a token", readerToken)
	var log bytes.Buffer
	s := smallServer(t, Options{Log: slog.New(slog.NewTextHandler(w.Writer("a log", &log), &slog.HandlerOptions{Level: slog.LevelDebug})), Tokens: []Token{tokenOf("ci", readerToken)}})
	once(s, http.MethodGet, "/v1/frameworks", "Authorization", "Bearer "+readerToken)
	if found, err := w.Found(); err != nil || len(found) > 0 || log.Len() == 0 {
		t.Errorf("found %q, %v in %s", found, err, &log)
	}
	once(s, http.MethodGet, "/v1/frameworks/"+readerToken, "Authorization", "Bearer "+readerToken)
	if found, err := w.Found(); err != nil || len(found) != 1 {
		t.Errorf("what was said is not found: %q, %v", found, err)
	}
}
