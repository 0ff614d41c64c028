package main

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/milepost-dev/milepost/internal/fakehub"
	"github.com/milepost-dev/milepost/internal/synth"
)

// BenchmarkServeCheck runs the real program as an operator does, beside a
// repository of a hundred frameworks on GitHub, and measures from a delivery to
// the completed check of a change to one of them, in turn with the command
// milepost validate --base in a clone with the same change. Both have run before.
func BenchmarkServeCheck(b *testing.B) {
	w := newProgram(b)
	w.serve()
	w.check(0)
	w.validate(0)
	var ratios []float64
	for i := 1; i <= 9; i++ {
		var x, y time.Duration
		if i%2 == 0 {
			x, y = w.check(i), w.validate(i)
		} else {
			y, x = w.validate(i), w.check(i)
		}
		ratios = append(ratios, float64(x)/float64(y))
		b.Logf("check %s, validate --base %s", x, y)
	}
	slices.Sort(ratios)
	b.ReportMetric(ratios[len(ratios)/2], "ratio")
	b.ReportMetric(ratios[0], "ratio-min")
	b.ReportMetric(ratios[len(ratios)-1], "ratio-max")
	b.ReportMetric(0, "ns/op")
}

// program is the real program, a GitHub, and a clone to work in.
type program struct {
	b         *testing.B
	hub       *fakehub.Hub
	repo      *fakehub.Repo
	url, dir  string
	bin, work string
	hooks     string
	done      chan time.Time // when checks are completed
	printed   printed
}

func newProgram(b *testing.B) *program {
	w := &program{b: b, dir: b.TempDir(), done: make(chan time.Time)}
	w.work, w.bin = filepath.Join(w.dir, "work"), filepath.Join(w.dir, "milepost")
	self, err := os.Executable()
	w.must(err)
	w.must(os.Symlink(self, w.bin)) // by that name, this program is the command
	w.must(synth.Write(context.Background(), w.work, synth.Options{Seed: 1, Commits: 1, Frameworks: 100}))
	w.hub, err = fakehub.New(fakehub.Options{Dir: b.TempDir(), WebhookSecret: hookSecret, RateLimit: 1_000_000, Hook: w.tell})
	w.must(err)
	srv := httptest.NewServer(w.hub.Handler())
	b.Cleanup(srv.Close)
	w.url = srv.URL
	w.hub.SetURL(w.url)
	w.repo, err = w.hub.CreateRepo("acme", "careers", fakehub.RepoOptions{From: w.work})
	w.must(err)
	return w
}

func (w *program) must(err error) {
	w.b.Helper()
	if err != nil {
		w.b.Fatalf("%v\n%s", err, w.printed.String())
	}
}

// tell tells of completed checks.
func (w *program) tell(at fakehub.Point, c fakehub.Call) {
	if at == fakehub.After && c.Method == http.MethodPatch && strings.Contains(c.Path, "/check-runs/") {
		select {
		case w.done <- time.Now():
		default:
		}
	}
}

func (w *program) file(name, text string) string {
	name = filepath.Join(w.dir, name)
	w.must(os.WriteFile(name, []byte(text), 0o600))
	return name
}

// serve starts the server, and again once it has read everything.
func (w *program) serve() {
	w.b.Helper()
	for range 2 {
		stop := w.start()
		w.b.Cleanup(stop)
		if w.hooks == "" {
			stop()
		}
		w.hooks = deliveriesAt.FindStringSubmatch(w.printed.String())[1]
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { defer close(done); _ = w.hub.Run(ctx) }()
	w.b.Cleanup(func() { cancel(); <-done })
}

func (w *program) start() (stop func()) {
	w.b.Helper()
	w.printed = printed{}
	cmd := exec.Command(w.bin, "serve", "--listen", "127.0.0.1:0", "--admin", "", "--cache", filepath.Join(w.dir, "cache"), "--github-repo", "acme/careers", "--github-url", w.url,
		"--github-webhook-secret-file", w.file("secrets", hookSecret), "--github-release=false",
		"--github-app-id", fmt.Sprint(w.hub.App().ID), "--github-app-key-file", w.file("app.pem", string(w.hub.App().KeyPEM)))
	cmd.Stdout, cmd.Stderr = &w.printed, &w.printed
	w.must(cmd.Start())
	for end := time.Now().Add(5 * time.Minute); deliveriesAt.FindString(w.printed.String()) == ""; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			w.b.Fatalf("the server does not start: %s", w.printed.String())
		}
	}
	return func() {
		if cmd.Process.Signal(syscall.SIGTERM) == nil {
			_ = cmd.Wait() // how it ends is not of interest here
		}
	}
}

// change is what the ith pull request changes.
func (w *program) change(i int) (name, text string) {
	levels, err := filepath.Glob(filepath.Join(w.work, "frameworks/*/l3.cue"))
	w.must(err)
	before, err := os.ReadFile(levels[i])
	w.must(err)
	name, err = filepath.Rel(w.work, levels[i])
	w.must(err)
	return filepath.ToSlash(name), string(before) + fmt.Sprintf("framework: levels: l3: summary: \"What is told of it for the time number %d.\"\n", i)
}

// check opens the ith pull request, and says how long its check takes.
func (w *program) check(i int) time.Duration {
	w.b.Helper()
	w.hub.SetWebhook("", hookSecret) // deliveries wait
	name, text := w.change(i)
	n, err := w.repo.OpenPull(fakehub.PullOptions{Branch: fmt.Sprint("topic-", i), Files: map[string]string{name: text}})
	w.must(err)
	w.must(w.repo.ComputeMerges())
	start := time.Now()
	w.hub.SetWebhook(w.hooks, hookSecret)
	var took time.Duration
	select {
	case at := <-w.done:
		took = at.Sub(start)
	case <-time.After(5 * time.Minute):
		w.b.Fatalf("no check is completed: %s", w.printed.String())
	}
	w.settle(n)
	return took
}

// settle waits until nothing of a pull request is under way: its comment is the
// last thing that is said.
func (w *program) settle(n int) {
	w.b.Helper()
	for end := time.Now().Add(5 * time.Minute); ; time.Sleep(10 * time.Millisecond) {
		is, err := w.repo.State()
		w.must(err)
		if slices.ContainsFunc(is.Comments, func(c fakehub.CommentState) bool { return c.Pull == n }) {
			break
		}
		if time.Now().After(end) {
			w.b.Fatalf("no comment is written: %s", w.printed.String())
		}
	}
	time.Sleep(time.Second) // and what was delivered late is looked at
}

// validate runs the command on the ith change, and says how long that takes.
func (w *program) validate(i int) time.Duration {
	w.b.Helper()
	name, text := w.change(i)
	name = filepath.Join(w.work, name)
	before, err := os.ReadFile(name)
	w.must(err)
	w.must(os.WriteFile(name, []byte(text), 0o600))
	defer func() { w.must(os.WriteFile(name, before, 0o600)) }()
	cmd := exec.Command(w.bin, "validate", "--base", "main", "--cache", filepath.Join(w.dir, "own"))
	cmd.Dir = w.work
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	start := time.Now()
	if err := cmd.Run(); err != nil {
		w.b.Fatalf("validate: %v: %s", err, out.String())
	}
	return time.Since(start)
}
