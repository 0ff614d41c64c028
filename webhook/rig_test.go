package webhook

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
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/milepost-dev/milepost/internal/compile"
	"github.com/milepost-dev/milepost/internal/fakehub"
	"github.com/milepost-dev/milepost/internal/gitrepo"
	"github.com/milepost-dev/milepost/internal/history"
	"github.com/milepost-dev/milepost/internal/synth"
)

// rig is a GitHub with one repository, over real HTTP and by the real clock,
// and the service beside it with its real queue: for benchmarks, and for tests
// that count.
type rig struct {
	tb      testing.TB
	hub     *fakehub.Hub
	repo    *fakehub.Repo
	url     string
	dir     string         // of the frameworks, in a big one
	done    chan time.Time // when checks are completed, where somebody waits for that
	c       *compile.Compiler
	store   *history.Store
	gh      *GitHub
	metrics *prometheus.Registry
	s       *Service
	hooks   *httptest.Server
	stop    func() // ends the service, once it runs
}

func newRig(tb testing.TB, hub fakehub.Options, repo fakehub.RepoOptions) *rig {
	tb.Helper()
	g := &rig{tb: tb, stop: func() {}, done: make(chan time.Time)}
	hub.Dir, hub.WebhookSecret, hub.Hook = tb.TempDir(), secret, g.tell
	hub.RateLimit = 1_000_000 // what an hour brings is not of interest here
	var err error
	g.hub, err = fakehub.New(hub)
	g.check(err)
	srv := httptest.NewServer(g.hub.Handler())
	tb.Cleanup(srv.Close)
	g.url = srv.URL
	g.hub.SetURL(srv.URL)
	g.repo, err = g.hub.CreateRepo("acme", "careers", repo)
	g.check(err)
	g.repo.SetPermission("ada", "write")
	return g
}

// newBigRig has a hundred frameworks of some 60 KB.
func newBigRig(tb testing.TB) *rig {
	tb.Helper()
	dir := tb.TempDir()
	if err := synth.Write(context.Background(), dir, synth.Options{Seed: 1, Commits: 1, Frameworks: 100}); err != nil {
		tb.Fatal(err)
	}
	g := newRig(tb, fakehub.Options{}, fakehub.RepoOptions{From: dir})
	g.dir = dir
	return g
}

func topic(i int) string { return fmt.Sprint("topic-", i) }

// change is what the ith pull request changes: a level of one framework gets a
// summary.
func (g *rig) change(i int) (name, text string) {
	g.tb.Helper()
	levels, err := filepath.Glob(filepath.Join(g.dir, "frameworks/*/l3.cue"))
	g.check(err)
	before, err := os.ReadFile(levels[i%len(levels)])
	g.check(err)
	name, err = filepath.Rel(g.dir, levels[i%len(levels)])
	g.check(err)
	return filepath.ToSlash(name), string(before) + fmt.Sprintf("framework: levels: l3: summary: \"What is told of it for the time number %d.\"\n", i)
}

// openPull opens the ith pull request.
func (g *rig) openPull(i int) int {
	g.tb.Helper()
	name, text := g.change(i)
	n, err := g.repo.OpenPull(fakehub.PullOptions{Branch: topic(i), Files: map[string]string{name: text}, Body: strings.Repeat("Why this is proposed, at some length. ", 250)})
	g.check(err)
	return n
}

// tell tells of completed checks.
func (g *rig) tell(at fakehub.Point, c fakehub.Call) {
	if at != fakehub.After || c.Method != http.MethodPatch || !strings.Contains(c.Path, "/check-runs/") {
		return
	}
	select {
	case g.done <- time.Now():
	default:
	}
}

func (g *rig) check(err error) {
	g.tb.Helper()
	if err != nil {
		g.tb.Fatal(err)
	}
}

// open makes the service with a cache directory, and reads the history.
func (g *rig) open(cache string) {
	g.tb.Helper()
	g.stop()
	ctx := context.Background()
	gh, err := Connect(Account{Repository: "acme/careers", BaseURL: g.url, AppID: int64(g.hub.App().ID), AppKey: NewSecret(string(g.hub.App().KeyPEM))})
	g.check(err)
	g.gh = gh
	repo, err := gitrepo.Open(ctx, gitrepo.Options{Location: gh.CloneURL(), CacheDir: cache, Branch: "main", TokenSource: gh.Token})
	g.check(err)
	g.tb.Cleanup(func() { _ = repo.Close() })
	g.c, err = compile.New(compile.Options{CacheDir: cache})
	g.check(err)
	g.store = history.NewStore(history.Options{Repo: repo, Root: "frameworks", Compiler: g.c, Tags: history.TagsOf(repo)})
	g.check(g.store.Refresh(ctx))
	g.metrics = prometheus.NewRegistry()
	g.s, err = newWatched(Options{GitHub: gh, Secrets: []Secret{NewSecret(secret)}, ServerURL: "https://careers.example.com",
		Trees: repo, Store: g.store, Compiler: g.c, Root: "frameworks", Metrics: g.metrics})
	g.check(err)
	g.hooks = httptest.NewServer(g.s.Handler())
	g.tb.Cleanup(g.hooks.Close)
}

// run has hints worked off, until the test ends or the service is opened anew.
func (g *rig) run() {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- g.s.Run(ctx) }()
	g.stop = sync.OnceFunc(func() {
		cancel()
		if err := <-done; err != nil {
			g.tb.Error(err)
		}
	})
	g.tb.Cleanup(g.stop)
}

// deliver has the hub's deliveries sent as they come, until the test ends.
func (g *rig) deliver() {
	g.hub.SetWebhook(g.hooks.URL, secret)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { defer close(done); _ = g.hub.Run(ctx) }()
	g.tb.Cleanup(func() { cancel(); <-done })
}

// until waits for something to be so.
func (g *rig) until(what string, so func() bool) {
	g.tb.Helper()
	for end := time.Now().Add(5 * time.Minute); !so(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			g.tb.Fatalf("it takes too long until %s", what)
		}
	}
}

// sent says whether no delivery waits to be sent.
func (g *rig) sent() bool {
	return !slices.ContainsFunc(g.hub.Deliveries(), func(d fakehub.Delivery) bool { return !d.Sent && d.Error == "" })
}

// idle says whether nothing waits to be sent or worked off.
func (g *rig) idle() bool {
	if !g.sent() {
		return false
	}
	n, _ := g.s.queue.(*memory).Waiting()
	return n == 0
}

// checked says whether each open pull request has a completed check on its
// newest commit, and its comment.
func (g *rig) checked() bool {
	g.tb.Helper()
	is, err := g.repo.State()
	g.check(err)
	done, said := map[string]bool{}, map[int]bool{}
	for _, k := range is.Checks {
		done[k.Head] = k.Status == "completed"
	}
	for _, c := range is.Comments {
		said[c.Pull] = true
	}
	for _, p := range is.Pulls {
		if p.State == "open" && (!done[p.Head] || !said[p.Number]) {
			return false
		}
	}
	return true
}

// git runs the git command in a directory.
func (g *rig) git(dir string, in []byte, args ...string) {
	g.tb.Helper()
	cmd := exec.Command("git", args...)
	cmd.Dir, cmd.Stdin = dir, bytes.NewReader(in)
	cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL="+os.DevNull, "GIT_CONFIG_NOSYSTEM=1")
	if out, err := cmd.CombinedOutput(); err != nil {
		g.tb.Fatalf("git %v: %v: %s", args, err, out)
	}
}
