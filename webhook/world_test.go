package webhook

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/milepost-dev/milepost/internal/compile"
	"github.com/milepost-dev/milepost/internal/fakehub"
	"github.com/milepost-dev/milepost/internal/gitrepo"
	"github.com/milepost-dev/milepost/internal/gittest"
	"github.com/milepost-dev/milepost/internal/history"
)

// clock is one that moves when it is told to.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// list is a queue that a test works off itself.
type list struct {
	hints []Hint
	drop  bool       // deliveries are lost
	add   func(Hint) // instead of what follows, nil for that
}

func (l *list) Add(h Hint) {
	if l.add != nil {
		l.add(h)
		return
	}
	if i := slices.IndexFunc(l.hints, func(o Hint) bool { return o.Key == h.Key }); i >= 0 {
		l.hints[i].join(h)
		return
	}
	l.hints = append(l.hints, h)
}

func (l *list) Run(context.Context, Work) error { return nil }

// world is a GitHub with one repository, and the service beside it.
type world struct {
	t       *testing.T
	clock   *clock
	hub     *fakehub.Hub
	repo    *fakehub.Repo
	url     string
	queue   *list
	s       *Service
	account func(*Account)
	cache   string // of compiled texts, which is no state
	tries   int    // of the first fetch [1]
	slept   time.Duration
	log     heard // by the service
}

const secret = "a secret of the tests"

// org is the organisation's file.
const org = "frameworks/organisation.cue"

func files(texts ...map[string]string) map[string]string {
	out := map[string]string{org: "package organisation\n\nimport \"github.com/milepost-dev/milepost/schema\"\n\norganisation: schema.#Organisation\norganisation: {\n\tname: \"Acme\"\n\ttimeZone: \"UTC\"\n}\n"}
	for _, t := range texts {
		maps.Copy(out, t)
	}
	return out
}

type worldOptions struct {
	hub     fakehub.Options
	account func(*Account)
	files   map[string]string
	from    string       // a repository on this machine that takes the place of files
	cache   string       // of compiled texts, for several worlds that have the same
	prepare func(*world) // before the service starts, nil for nothing
}

func newWorld(t *testing.T, o worldOptions) *world {
	t.Helper()
	w := &world{t: t, clock: &clock{at: time.Date(2027, 1, 5, 9, 0, 0, 0, time.UTC)}, queue: &list{}, account: o.account, cache: cmp.Or(o.cache, t.TempDir())}
	o.hub.Dir, o.hub.Now, o.hub.WebhookSecret = t.TempDir(), w.clock.now, secret
	var err error
	w.hub, err = fakehub.New(o.hub)
	w.check(err)
	srv := httptest.NewServer(watch.Asked("what GitHub is asked", w.hub.Handler()))
	t.Cleanup(srv.Close)
	t.Cleanup(func() { watch.Secrets("a secret of GitHub's", w.hub.Secrets()...) })
	w.url = srv.URL
	w.hub.SetURL(srv.URL)
	if o.files == nil {
		o.files = files(gittest.Ladder("a", "One"))
	}
	w.repo, err = w.hub.CreateRepo("acme", "careers", fakehub.RepoOptions{Files: o.files, From: o.from})
	w.check(err)
	for _, who := range []string{"ada", "bea", "early", "stranger"} { // whose numbers are in their commits
		w.repo.SetPermission(who, "write")
	}
	if o.prepare != nil {
		o.prepare(w)
	}
	w.start()
	return w
}

// start starts the service anew, with nothing but what GitHub and Git keep.
func (w *world) start() {
	w.t.Helper()
	ctx := w.t.Context()
	a := Account{
		Repository: "acme/careers", BaseURL: w.url, AppID: int64(w.hub.App().ID), AppKey: NewSecret(string(w.hub.App().KeyPEM)),
		Now: w.clock.now, Sleep: w.sleep,
	}
	if w.account != nil {
		w.account(&a)
	}
	gh, err := Connect(a)
	w.check(err)
	var repo *gitrepo.Repo
	for try := 0; repo == nil; try++ {
		repo, err = gitrepo.Open(ctx, gitrepo.Options{Location: gh.CloneURL(), CacheDir: w.t.TempDir(), Branch: "main", TokenSource: gh.Token})
		if err != nil && try+1 >= w.tries {
			w.t.Fatal(err)
		}
		if err != nil {
			gh.renew() // as a process does that is started again
		}
	}
	w.t.Cleanup(func() { _ = repo.Close() })
	c, err := compile.New(compile.Options{CacheDir: w.cache})
	w.check(err)
	store := history.NewStore(history.Options{Repo: repo, Root: "frameworks", Compiler: c, Now: w.clock.now, Tags: history.TagsOf(repo)})
	o := Options{
		GitHub: gh, Secrets: []Secret{NewSecret(secret)}, ServerURL: "https://careers.example.com",
		Trees: repo, Store: store, Compiler: c, Root: "frameworks", Release: true, Queue: w.queue, Now: w.clock.now, Sleep: w.sleep,
		Log: watch.Logger("the log", &w.log),
	}
	w.s, err = newWatched(o)
	w.check(err)
	srv := httptest.NewServer(watch.Answers("deliveries are answered", w.s.Handler()))
	w.t.Cleanup(srv.Close)
	w.hub.SetWebhook(srv.URL, secret)
}

// sleep passes the time at once.
func (w *world) sleep(_ context.Context, d time.Duration) error {
	w.slept += d
	w.clock.pass(d)
	return nil
}

func (w *world) check(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// work delivers what is pending and works it off until nothing is left.
func (w *world) work() {
	w.t.Helper()
	for range 100 {
		n, err := w.hub.Deliver(w.t.Context())
		w.check(err)
		if w.queue.drop {
			w.queue.hints = nil
		}
		if n == 0 && len(w.queue.hints) == 0 {
			return
		}
		w.drain()
	}
	w.t.Fatal("it never comes to rest")
}

// drain works off hints. An error is tried again.
func (w *world) drain() {
	w.t.Helper()
	tries := map[string]int{}
	for len(w.queue.hints) > 0 {
		h := w.queue.hints[0]
		w.queue.hints = w.queue.hints[1:]
		if err := w.s.Handle(w.t.Context(), h); err != nil {
			w.t.Logf("%s: %v", h.Key, err)
			watch.Said("an error", fmt.Append(nil, err))
			if tries[h.Key]++; tries[h.Key] >= 8 {
				w.s.gaveUp(w.t.Context(), h, err)
				continue
			}
			w.queue.Add(h)
		}
	}
}

// sweep looks at everything.
func (w *world) sweep() {
	w.t.Helper()
	w.queue.Add(Hint{Key: keyAll})
	w.drain()
}

func (w *world) open(o fakehub.PullOptions) int {
	w.t.Helper()
	n, err := w.repo.OpenPull(o)
	w.check(err)
	w.check(w.repo.ComputeMerges())
	return n
}

func (w *world) state() fakehub.RepoState {
	w.t.Helper()
	s, err := w.repo.State()
	w.check(err)
	return s
}

// checkOf is the check that counts on a commit.
func (w *world) checkOf(head string) fakehub.CheckState {
	w.t.Helper()
	for _, k := range w.state().Checks {
		if k.Head == head {
			return k
		}
	}
	return fakehub.CheckState{}
}

// verdict is a check in a word.
func (w *world) verdict(head string) string {
	w.t.Helper()
	k := w.checkOf(head)
	return strings.TrimSpace(k.Status + " " + k.Conclusion)
}

func (w *world) want(head, verdict string) {
	w.t.Helper()
	if got := w.verdict(head); got != verdict {
		w.t.Errorf("the check is %q, want %q: %+v", got, verdict, w.checkOf(head))
	}
}

// clean fails where something was asked of GitHub that it refuses.
func (w *world) clean() {
	w.t.Helper()
	for _, v := range w.hub.Violations() {
		w.t.Errorf("violation: %s", v)
	}
}

// writes counts the calls that change something since the nth call.
func (w *world) writes(since int) (out []string) {
	for _, c := range w.hub.Calls() {
		if c.N > since && c.Method != "GET" && !strings.HasSuffix(c.Path, "access_tokens") && !strings.Contains(c.Path, "git-upload-pack") {
			out = append(out, fmt.Sprint(c.Method, " ", c.Path, " ", c.Status))
		}
	}
	return out
}

func (w *world) calls() int {
	all := w.hub.Calls()
	return all[len(all)-1].N
}

func asLater(err error, at **laterError) bool { return errors.As(err, at) }
