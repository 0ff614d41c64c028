package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/spf13/pflag"

	"github.com/milepost-dev/milepost/internal/fakehub"
	"github.com/milepost-dev/milepost/internal/gittest"
)

const hookSecret = "a secret of the tests"

// printed is what a command has printed so far.
type printed struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (p *printed) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.b.Write(b)
}

func (p *printed) String() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.b.String()
}

// hubWorld is a GitHub with one repository, and milepost serve beside it.
type hubWorld struct {
	t        *testing.T
	hub      *fakehub.Hub
	repo     *fakehub.Repo
	url, dir string
	admin    string

	stdout, stderr printed
	stop           context.CancelFunc
	code           chan int
}

func newHubWorld(t *testing.T) *hubWorld {
	t.Helper()
	hub, err := fakehub.New(fakehub.Options{Dir: t.TempDir(), WebhookSecret: hookSecret})
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(watch.Asked("what GitHub is asked", hub.Handler()))
	t.Cleanup(srv.Close)
	t.Cleanup(func() { watch.Secrets("a secret of GitHub's", hub.Secrets()...) })
	hub.SetURL(srv.URL)
	files := map[string]string{"frameworks/organisation.cue": "package organisation\n\nimport \"github.com/milepost-dev/milepost/schema\"\n\norganisation: schema.#Organisation\norganisation: {\n\tname: \"Acme\"\n\ttimeZone: \"UTC\"\n}\n"}
	maps.Copy(files, gittest.Ladder("a", "One"))
	repo, err := hub.CreateRepo("acme", "careers", fakehub.RepoOptions{Files: files})
	if err != nil {
		t.Fatal(err)
	}
	repo.SetPermission("ada", "write")
	return &hubWorld{t: t, hub: hub, repo: repo, url: srv.URL, dir: t.TempDir()}
}

// file writes a file that a flag names.
func (w *hubWorld) file(name, text string) string {
	w.t.Helper()
	name = filepath.Join(w.dir, name)
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		w.t.Fatal(err)
	}
	return name
}

var deliveriesAt = regexp.MustCompile(`deliveries are taken at (http://\S+)`)

// args are those of milepost serve, with flags.
func (w *hubWorld) args(flags ...string) []string {
	w.t.Helper()
	w.admin = w.free()
	return append([]string{"serve", "--listen", "127.0.0.1:0", "--admin", w.admin, "--cache", filepath.Join(w.dir, "cache"), "--verbose",
		"--github-repo", "acme/careers", "--github-url", w.url, "--github-webhook-secret-file", w.file("secrets", "# the old one, and the new\nanother secret of old\n\n"+hookSecret+"\n")}, flags...)
}

// free is an address where nobody listens.
func (w *hubWorld) free() string {
	w.t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		w.t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// serve starts milepost serve with flags, and waits until it takes deliveries.
func (w *hubWorld) serve(flags ...string) {
	w.t.Helper()
	ctx, stop := context.WithCancel(w.t.Context())
	w.stop, w.code = stop, make(chan int, 1)
	args := w.args(flags...)
	over := make(chan struct{})
	go func() {
		defer close(over)
		w.code <- runWatched(ctx, args, strings.NewReader(""), &w.stdout, &w.stderr)
	}()
	w.t.Cleanup(func() {
		stop()
		<-over // its files are in use until then
	})
	w.listen()
}

// listen waits until the server takes deliveries, and has them sent there.
func (w *hubWorld) listen() {
	w.t.Helper()
	w.wait("it takes deliveries", func() error {
		if deliveriesAt.FindString(w.stdout.String()) == "" {
			return errors.New(w.stdout.String() + w.stderr.String())
		}
		return nil
	})
	w.hub.SetWebhook(deliveriesAt.FindStringSubmatch(w.stdout.String())[1], hookSecret)
}

// wait delivers what GitHub sends until something is so.
func (w *hubWorld) wait(what string, so func() error) {
	w.t.Helper()
	for end := time.Now().Add(60 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		select {
		case code := <-w.code:
			w.t.Fatalf("%s: the server ended with %d: %s", what, code, w.stderr.String())
		default:
		}
		if _, err := w.hub.Deliver(w.t.Context()); err != nil {
			w.t.Fatal(err)
		}
		err := so()
		if err == nil {
			return
		}
		if time.Now().After(end) {
			w.t.Fatalf("%s: it never comes to that: %v\n%s", what, err, w.stderr.String())
		}
	}
}

func (w *hubWorld) state() fakehub.RepoState {
	w.t.Helper()
	s, err := w.repo.State()
	if err != nil {
		w.t.Fatal(err)
	}
	return s
}

// page is what an address answers.
func (w *hubWorld) page(address string) (int, string) {
	w.t.Helper()
	res, err := http.Get(address)
	if err != nil {
		w.t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	watch.Said("a page", b)
	return res.StatusCode, string(b)
}

var servedAt = regexp.MustCompile(`Serving .* at (http://\S+) `)

func (w *hubWorld) pages() string {
	return servedAt.FindStringSubmatch(w.stdout.String())[1]
}

// open opens a pull request, and returns its number and head.
func (w *hubWorld) open(text string) (int, string) {
	w.t.Helper()
	n, err := w.repo.OpenPull(fakehub.PullOptions{Branch: "topic", Files: gittest.Ladder("a", text), Title: "Say two"})
	if err != nil {
		w.t.Fatal(err)
	}
	if err := w.repo.ComputeMerges(); err != nil {
		w.t.Fatal(err)
	}
	return n, w.repo.Head("topic")
}

// end ends the server as an operator does, and looks at what is left.
func (w *hubWorld) end() {
	w.t.Helper()
	w.stop()
	select {
	case code := <-w.code:
		if code != exitClean {
			w.t.Errorf("it ends with %d: %s", code, w.stderr.String())
		}
	case <-time.After(30 * time.Second):
		w.t.Fatal("it does not end")
	}
	for _, v := range w.hub.Violations() {
		w.t.Errorf("violation: %s", v)
	}
	said := w.stdout.String() + w.stderr.String()
	if !strings.Contains(said, "pull=1") {
		w.t.Errorf("deliveries are not logged: %s", said)
	}
}

// TestServeGitHub is the life of a change as an App sees it: a pull request is
// opened, checked and shown, and merged, tagged and released.
func TestServeGitHub(t *testing.T) {
	t.Parallel()
	for name, flags := range map[string][]string{"beside the pages": nil, "on a listener of its own": {"--webhook-listen", "127.0.0.1:0"}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newHubWorld(t)
			key := string(w.hub.App().KeyPEM)
			w.serve(append(flags, "--github-app-id", fmt.Sprint(w.hub.App().ID), "--github-app-key-file", w.file("app.pem", key), "--url", "https://careers.example.com/")...)
			n, head := w.open("Two")
			w.wait("the check", func() error {
				for _, k := range w.state().Checks {
					if k.Head == head && k.Conclusion == "success" {
						return nil
					}
				}
				return fmt.Errorf("got %+v", w.state().Checks)
			})
			w.wait("the comment", func() error {
				if c := w.state().Comments; len(c) == 1 && strings.Contains(c[0].Body, fmt.Sprintf("https://careers.example.com/pulls/%d", n)) {
					return nil
				}
				return fmt.Errorf("got %+v", w.state().Comments)
			})
			w.wait("the page", func() error {
				status, text := w.page(fmt.Sprintf("%s/pulls/%d", w.pages(), n))
				if status == http.StatusOK && strings.Contains(text, "This is proposed and not decided") && strings.Contains(text, "Say two") {
					return nil
				}
				return fmt.Errorf("got %d %s", status, text)
			})
			if _, err := w.repo.MergePull(n, fakehub.Squash); err != nil {
				t.Fatal(err)
			}
			w.wait("the release", func() error {
				for _, r := range w.state().Releases {
					if r.Tag == "frameworks/a/v1.1.0" && w.state().Refs["refs/tags/"+r.Tag] == w.repo.Head("main") {
						return nil
					}
				}
				return fmt.Errorf("got %+v", w.state().Releases)
			})
			w.metrics()
			if flags != nil {
				w.separate()
			}
			w.end()
		})
	}
}

// separate: with a listener of its own, nothing else is answered there, and no
// delivery beside the pages.
func (w *hubWorld) separate() {
	w.t.Helper()
	res, err := http.Post(w.pages()+"/webhooks/github", "application/json", strings.NewReader("{}"))
	if err != nil {
		w.t.Fatal(err)
	}
	res.Body.Close()
	if res.StatusCode != http.StatusNotFound && res.StatusCode != http.StatusMethodNotAllowed {
		w.t.Errorf("deliveries are answered beside the pages: %d", res.StatusCode)
	}
	at := strings.TrimSuffix(deliveriesAt.FindStringSubmatch(w.stdout.String())[1], "/webhooks/github")
	if status, _ := w.page(at + "/v1/frameworks"); status != http.StatusNotFound {
		w.t.Errorf("the API is answered to GitHub: %d", status)
	}
}

// TestServeGitHubByToken: without an App there are statuses, and no releases
// unless they are asked for.
func TestServeGitHubByToken(t *testing.T) {
	t.Parallel()
	w := newHubWorld(t)
	token := w.hub.UserToken("ada")
	w.serve("--github-token-file", w.file("token", token+"\n"))
	_, head := w.open("Two")
	w.wait("the status", func() error {
		for _, s := range w.state().Statuses {
			if s.SHA == head && s.State == "success" {
				return nil
			}
		}
		return fmt.Errorf("got %+v", w.state().Statuses)
	})
	if s := w.state(); len(s.Releases)+len(s.Checks) > 0 {
		t.Errorf("got releases %+v and checks %+v", s.Releases, s.Checks)
	}
	w.end()
}

// TestExampleConfig holds the example to the flags: each is there, and what is
// commented out as a default is the default.
func TestExampleConfig(t *testing.T) {
	t.Parallel()
	code, out, _ := command(t, "serve", "--example-config")
	if code != exitClean {
		t.Fatal(code)
	}
	cmd, _, err := newApp(nil, io.Discard, io.Discard).command().Find([]string{"serve"})
	if err != nil {
		t.Fatal(err)
	}
	line := regexp.MustCompile(`(?m)^(#?)(MILEPOST_[A-Z_]+)=(.*)$`)
	var named []string
	values := map[string]string{}
	for _, m := range line.FindAllStringSubmatch(out, -1) {
		named = append(named, m[2])
		values[m[2]] = m[3]
	}
	var flags []string
	_ = cmd.InheritedFlags() // which makes Flags hold them too
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		if f.Name == "help" || f.Name == "example-config" {
			return
		}
		name := envName(f.Name)
		flags = append(flags, name)
		if err := f.Value.Set(values[name]); err != nil {
			t.Errorf("%s=%s is not understood: %v", name, values[name], err)
		}
		if f.DefValue != "" && f.DefValue != "0" && values[name] != f.DefValue {
			t.Errorf("%s: the example says %q, and the default is %q", name, values[name], f.DefValue)
		}
	})
	slices.Sort(named)
	slices.Sort(flags)
	if !slices.Equal(named, flags) {
		t.Errorf("the example has %q, and the flags are %q", named, flags)
	}
}
