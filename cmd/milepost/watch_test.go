package main

import (
	"context"
	"io"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/milepost-dev/milepost/internal/compile"
	"github.com/milepost-dev/milepost/internal/leak"
	"github.com/milepost-dev/milepost/server"
)

// watch hears all that the tests print, log, ask of GitHub and answer.
var watch = leak.New()

func TestMain(m *testing.M) {
	compile.RunIfWorker()
	watch.Secrets("a secret of the tests", hookSecret, "another secret of old", peerToken, "ghp_nobody_may_see_this", "hunter2-hunter2")
	testscript.Main(watchedRun{m}, map[string]func(){"milepost": main})
}

type watchedRun struct{ m *testing.M }

func (w watchedRun) Run() int { return watch.Run(w.m) }

// runWatched is run.
func runWatched(ctx context.Context, args []string, in io.Reader, out, errs io.Writer) int {
	what := "milepost " + strings.Join(args[:min(len(args), 1)], "")
	return run(ctx, args, in, watch.Writer(what, out), watch.Writer(what+" (stderr)", errs))
}

// newWatchedServer is server.New, with a log.
func newWatchedServer(o server.Options) (*server.Server, error) {
	o.Log = watch.Logger("the server's log")
	return server.New(o)
}

// watchedT is a test whose scripts' output the watch hears: all that commands
// print in processes of their own, but not the lines that say what is done next.
type watchedT struct{ *testing.T }

// Run implements testscript.T.
func (t watchedT) Run(name string, f func(testscript.T)) {
	t.T.Run(name, func(t *testing.T) { f(watchedT{t}) })
}

// Verbose implements testscript.T: what is left out of the log is not heard.
func (t watchedT) Verbose() bool { return true }

// Log implements testscript.T.
func (t watchedT) Log(args ...any) {
	t.Helper()
	t.hear(args)
	t.T.Log(args...)
}

// Fatal implements testscript.T.
func (t watchedT) Fatal(args ...any) {
	t.Helper()
	t.hear(args)
	t.T.Fatal(args...)
}

func (t watchedT) hear(args []any) {
	for _, a := range args {
		text, _ := a.(string)
		for line := range strings.Lines(text) {
			if !strings.HasPrefix(line, "> ") {
				watch.Said("a script", []byte(line))
			}
		}
	}
}

// TestWatch: a secret that a command prints is found.
func TestWatch(t *testing.T) {
	t.Parallel()
	const token = "token-of-this-test-alone"
	w := leak.New()
	w.Secrets("a token", token)
	for i, args := range [][]string{{"show", "--repo", t.TempDir(), "x"}, {"show", "--repo", t.TempDir(), "--dir", "../" + token, "x"}} {
		run(t.Context(), args, nil, w.Writer("what is printed", nil), w.Writer("what goes wrong", nil))
		if found, err := w.Found(); err != nil || len(found) != i {
			t.Errorf("found %q, %v, want %d", found, err, i)
		}
	}
}
