package main

import (
	"bytes"
	"cmp"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/milepost-dev/milepost/internal/fakehub"
	"github.com/milepost-dev/milepost/internal/gittest"
)

// calendar is when a story plays. What people do in it has fixed dates, so that
// the same commits come of it each time; the servers go by the real clock.
type calendar struct {
	begin time.Time // two weeks ago
	zone  string    // of the organisation: where it is about noon, so that no test sees a day end
}

func newCalendar() calendar {
	now := time.Now().UTC()
	east := 12 - now.Hour() // hours, from -11 to 12
	zone := fmt.Sprintf("Etc/GMT%+d", -east)
	return calendar{now.Truncate(24*time.Hour).AddDate(0, 0, -14), zone}
}

// crashWorld is a GitHub with one repository, and beside it servers in
// processes of their own that are struck and started again.
type crashWorld struct {
	t        testing.TB
	calendar calendar
	people   atomic.Int64 // the time of what people do, in nanoseconds; 0 while they do nothing
	days     int          // since the story began

	hub   *fakehub.Hub
	repo  *fakehub.Repo
	dir   string // files, and what the servers print
	seats []*seat
	share bool // whether a delivery goes to one server only, by turns
	turn  int
}

// seat is one server's place: it has a cache and a way to the hub of its own.
type seat struct {
	w      *crashWorld
	gate   *gate
	cache  string
	flags  []string
	mu     sync.Mutex // held while one starts
	server *child
	at     atomic.Pointer[string] // where it takes deliveries, "" for nowhere

	struck atomic.Bool // it was meant to end
	blows  int         // how often
	kind   blow        // how it is struck
	began  func()      // told of each start; may be nil
	torn   []int64     // the sizes of packs that were half there when it was struck
}

// blow is how servers end.
type blow string

const (
	killed     blow = "kill -9"
	killedBare blow = "kill -9, and its cache is gone"
	terminated blow = "SIGTERM"
)

// newCrashWorld makes a world of so many servers that are not started yet.
func newCrashWorld(t testing.TB, at calendar, servers int) *crashWorld {
	t.Helper()
	w := &crashWorld{t: t, calendar: at, dir: t.TempDir()}
	var err error
	w.hub, err = fakehub.New(fakehub.Options{Dir: t.TempDir(), Now: w.now, WebhookSecret: hookSecret, RateLimit: 1_000_000})
	w.check(err)
	files := map[string]string{"frameworks/organisation.cue": "package organisation\n\nimport \"github.com/milepost-dev/milepost/schema\"\n\norganisation: schema.#Organisation\norganisation: {\n\tname: \"Acme\"\n\ttimeZone: \"" + at.zone + "\"\n}\n"}
	files["logo.bin"] = noise(300_000)
	maps.Copy(files, gittest.Ladder("a", "One"))
	t.Cleanup(func() { watch.Secrets("a secret of GitHub's", w.hub.Secrets()...) })
	w.do(func() {
		w.repo, err = w.hub.CreateRepo("acme", "careers", fakehub.RepoOptions{Files: files})
		w.check(err)
		for _, who := range []string{"ada", "bea", "stranger"} { // whose numbers are in their commits
			w.repo.SetPermission(who, "write")
		}
	})
	for range servers {
		w.seats = append(w.seats, w.newSeat())
	}
	post := httptest.NewServer(http.HandlerFunc(w.post))
	t.Cleanup(post.Close)
	w.hub.SetWebhook(post.URL, hookSecret)
	return w
}

// noise is a text that no compression makes shorter, so that it comes in
// several pieces.
func noise(n int) string {
	b := make([]byte, n)
	_, _ = rand.NewChaCha8([32]byte{1}).Read(b) // it never fails
	return base64.StdEncoding.EncodeToString(b)
}

func (w *crashWorld) newSeat() *seat {
	w.t.Helper()
	s := &seat{w: w, kind: killed, cache: filepath.Join(w.dir, fmt.Sprint("cache", len(w.seats)))}
	s.gate = &gate{hub: watch.Asked("what GitHub is asked", w.hub.Handler()), count: map[string]int{}, strike: s.strike, halted: s.halted}
	srv := httptest.NewServer(s.gate)
	w.t.Cleanup(srv.Close)
	w.hub.SetURL(srv.URL)
	s.flags = []string{"--cache", s.cache, "--refresh", "1h", "--url", "https://careers.example.com",
		"--github-repo", "acme/careers", "--github-url", srv.URL, "--github-webhook-secret-file", w.file("secret", hookSecret),
		"--github-app-id", fmt.Sprint(w.hub.App().ID), "--github-app-key-file", w.file("app.pem", string(w.hub.App().KeyPEM))}
	return s
}

// post hands a delivery on to the servers. One that no server takes is lost.
func (w *crashWorld) post(rw http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		rw.WriteHeader(http.StatusBadGateway)
		return
	}
	to := w.seats
	if w.share {
		w.turn++
		to = w.seats[w.turn%len(w.seats):][:1]
	}
	status := http.StatusBadGateway
	for _, s := range to {
		at := s.at.Load()
		if at == nil || *at == "" {
			continue
		}
		req, err := http.NewRequestWithContext(r.Context(), http.MethodPost, *at, bytes.NewReader(body))
		w.check(err)
		req.Header, req.Close = r.Header.Clone(), true
		if res, err := http.DefaultClient.Do(req); err == nil {
			status = res.StatusCode
			_ = res.Body.Close()
		}
	}
	rw.WriteHeader(status)
}

func (w *crashWorld) check(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *crashWorld) file(name, text string) string {
	w.t.Helper()
	name = filepath.Join(w.dir, name)
	w.check(os.WriteFile(name, []byte(text), 0o600))
	return name
}

func (w *crashWorld) now() time.Time {
	if at := w.people.Load(); at != 0 {
		return time.Unix(0, at)
	}
	return time.Now()
}

// do has people do something, a day after what they did before. GitHub has
// tried then what can be merged.
func (w *crashWorld) do(what func()) {
	w.t.Helper()
	w.days++
	w.people.Store(w.calendar.begin.AddDate(0, 0, w.days).UnixNano())
	defer w.people.Store(0)
	what()
	w.check(w.repo.ComputeMerges())
}

// start starts a server. It may be struck before it takes deliveries.
func (s *seat) start() {
	s.w.t.Helper()
	if s.began != nil {
		s.began()
	}
	s.mu.Lock()
	s.server = startChild(s.w.t, s.w.dir, s.flags...)
	s.mu.Unlock()
	at := s.server.deliveries()
	s.at.Store(&at)
}

// strike ends the server. One that is killed is dead then.
func (s *seat) strike(at instant) (dead bool) {
	s.mu.Lock() // the first call can come before who started it knows
	defer s.mu.Unlock()
	s.struck.Store(true)
	s.blows++
	s.kind = cmp.Or(at.how, s.kind)
	if s.kind == terminated {
		s.server.terminate()
		return false
	}
	for _, name := range leftBehind(s.w.t, s.cache, "tmp_pack_") {
		if is, err := os.Stat(name); err == nil {
			s.torn = append(s.torn, is.Size())
		}
	}
	s.server.kill()
	return true
}

// halted waits until a pack is half there.
func (s *seat) halted() {
	for end := time.Now().Add(longEnough); len(leftBehind(s.w.t, s.cache, "tmp_pack_")) == 0 && time.Now().Before(end); {
		time.Sleep(time.Millisecond)
	}
}

// again starts the server anew after its end. What GitHub sent meanwhile is
// lost, as is what it has yet to send of before.
func (s *seat) again() {
	s.w.t.Helper()
	nowhere := ""
	s.at.Store(&nowhere)
	if code := s.server.cmd.ProcessState.ExitCode(); s.kind == terminated && code != exitClean {
		s.w.t.Errorf("asked to end, it ends with %d: %s", code, s.server.printed())
	}
	_, err := s.w.hub.Deliver(s.w.t.Context())
	s.w.check(err)
	if s.kind == killedBare {
		s.w.check(os.RemoveAll(s.cache))
	}
	s.struck.Store(false)
	s.start()
}

// settle delivers what GitHub sends until the servers have nothing left to do.
// One that was struck is started again.
func (w *crashWorld) settle() {
	w.t.Helper()
	for end := time.Now().Add(longEnough); !w.rests(); time.Sleep(5 * time.Millisecond) {
		for _, s := range w.seats {
			if time.Now().After(end) {
				w.t.Fatalf("it never comes to rest: %s", s.server.printed())
			}
			if !s.server.over() {
				continue
			}
			if !s.struck.Load() {
				w.t.Fatalf("it ended by itself, with %s: %s", s.server.cmd.ProcessState, s.server.printed())
			}
			s.again()
		}
	}
}

// rests says whether nothing is left to deliver, nothing waits, and nothing
// came of it meanwhile.
func (w *crashWorld) rests() bool {
	w.t.Helper()
	for range 2 {
		n, err := w.hub.Deliver(w.t.Context())
		w.check(err)
		if n > 0 {
			return false
		}
		for _, s := range w.seats {
			idle, err := s.server.idle()
			if err != nil {
				w.t.Fatalf("%v: %s", err, s.server.printed())
			}
			if !idle || s.struck.Load() {
				return false
			}
		}
	}
	return true
}

// seen is what people see on GitHub at a rest.
type seen struct {
	State fakehub.RepoState
	Open  []string // commits with a check run that nobody finished
}

func (w *crashWorld) look() seen {
	w.t.Helper()
	state, err := w.repo.State()
	w.check(err)
	// Of a review whose only comment was taken back, GitHub shows nothing.
	state.Reviews = slices.DeleteFunc(state.Reviews, func(r fakehub.ReviewState) bool { return r.State == "COMMENTED" && r.Body == "" })
	s := seen{State: state}
	token := w.hub.UserToken("ada")
	for _, k := range state.Checks {
		r := httptest.NewRequest(http.MethodGet, "/repos/acme/careers/commits/"+k.Head+"/check-runs?filter=all&per_page=100", nil)
		r.Header.Set("Authorization", "token "+token)
		answer := httptest.NewRecorder()
		watch.Asked("what GitHub is asked", w.hub.Handler()).ServeHTTP(answer, r)
		var list struct {
			Runs []struct{ Status string } `json:"check_runs"`
		}
		w.check(json.Unmarshal(answer.Body.Bytes(), &list))
		if len(list.Runs) == 0 {
			w.t.Fatalf("the check runs of %s are not listed: %s", k.Head, answer.Body)
		}
		for _, run := range list.Runs {
			if run.Status != "completed" {
				s.Open = append(s.Open, k.Head)
			}
		}
	}
	return s
}

// clean fails where something was asked of GitHub that it refuses.
func (w *crashWorld) clean() {
	w.t.Helper()
	for _, v := range w.hub.Violations() {
		w.t.Errorf("violation: %s", v)
	}
}
