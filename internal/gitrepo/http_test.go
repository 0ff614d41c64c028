package gitrepo

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/cgi"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// gitServer serves a repository over smart HTTP, by git http-backend.
type gitServer struct {
	*httptest.Server
	mu       sync.Mutex
	requests []string // method, path and protocol of each
	token    string   // that is needed; "" for none
	oldOnly  bool     // it does not know protocol version 2
}

func serve(t *testing.T, g *gitDir) *gitServer {
	t.Helper()
	s := &gitServer{}
	backend := &cgi.Handler{
		Path: filepath.Join(runGit(t, "", nil, "--exec-path"), "git-http-backend"),
		Env:  []string{"GIT_PROJECT_ROOT=" + filepath.Dir(g.dir), "GIT_HTTP_EXPORT_ALL=1", "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=" + os.DevNull},
		// What it says of requests that it does not understand.
		Stderr: io.Discard,
	}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		s.requests = append(s.requests, strings.TrimSpace(r.Method+" "+strings.TrimPrefix(r.URL.Path, "/careers")+" "+r.Header.Get("Git-Protocol")))
		token, oldOnly := s.token, s.oldOnly
		s.mu.Unlock()
		if user, password, _ := r.BasicAuth(); token != "" && (user != "x-access-token" || password != token) {
			w.Header().Set("WWW-Authenticate", `Basic realm="Git"`)
			http.Error(w, "you said "+r.Header.Get("Authorization")+" "+password, http.StatusUnauthorized)
			return
		}
		if oldOnly {
			r.Header.Del("Git-Protocol")
		}
		backend.ServeHTTP(w, r)
	}))
	t.Cleanup(s.Close)
	return s
}

func (s *gitServer) options(t *testing.T) Options {
	return Options{Location: s.URL + "/careers/.git", CacheDir: filepath.Join(t.TempDir(), "cache")}
}

// since returns the requests since the last call.
func (s *gitServer) since() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := strings.Join(s.requests, ", ")
	s.requests = nil
	return strings.ReplaceAll(out, "/.git", "")
}

const (
	v2Poll  = "POST /git-upload-pack version=2"
	listing = "GET /info/refs"
	packing = "POST /git-upload-pack"
)

func TestHTTP(t *testing.T) {
	t.Parallel()
	g, hashes := sample(t)
	g.git("tag", "--annotate", "--message", "x", "v1")
	s := serve(t, g)
	r := open(t, s.options(t))
	if got, want := s.since(), listing+", "+packing; got != want {
		t.Errorf("cloning: got requests %s, want %s", got, want)
	}
	if got := subjects(walk(t, r)); got != "Add a, Add b, Reword a" {
		t.Errorf("got %q", got)
	}
	if got := s.since(); got != v2Poll {
		t.Errorf("polling: got requests %s, want %s", got, v2Poll)
	}
	if h, err := r.Resolve(t.Context(), "v1"); err != nil || h != hashes[2] {
		t.Errorf("the tag: got %s, %v", h, err)
	}
	hash := g.write("frameworks/c/f.cue", "x").commit("c")
	if got := refresh(t, r); got != hash {
		t.Errorf("got %s, want %s", got, hash)
	}
	if got, want := s.since(), v2Poll+", "+listing+", "+packing; got != want {
		t.Errorf("fetching: got requests %s, want %s", got, want)
	}
	g.git("branch", "--move", "main", "trunk")
	refresh(t, r)
	if got, want := s.since(), v2Poll+", "+listing; got != want || r.Branch() != "trunk" {
		t.Errorf("renaming: got requests %s, want %s", got, want)
	}
	g.git("checkout", "--quiet", "--detach", "HEAD~1") // a remote with a commit checked out
	g.git("branch", "main", hashes[0])
	if got := refresh(t, r); got != hashes[0] || r.Branch() != "main" {
		t.Errorf("got %s of %q", got, r.Branch())
	}
	s.since()
	refresh(t, r)
	if got := s.since(); got != v2Poll {
		t.Errorf("polling again: got requests %s, want %s", got, v2Poll)
	}
}

// TestHTTPOldProtocol has a server that only knows the older protocol.
func TestHTTPOldProtocol(t *testing.T) {
	t.Parallel()
	g, _ := sample(t)
	s := serve(t, g)
	s.oldOnly = true
	r := open(t, s.options(t))
	s.since()
	for i := range 3 {
		hash := g.write("frameworks/c/f.cue", strings.Repeat("x", i)).commit("c")
		if got := refresh(t, r); got != hash {
			t.Errorf("got %s, want %s", got, hash)
		}
	}
	s.since()
	refresh(t, r)
	if got := s.since(); got != listing {
		t.Errorf("polling: got requests %s, want %s", got, listing)
	}
}

// TestToken also looks for the token in all that is said.
func TestToken(t *testing.T) {
	t.Parallel()
	g, hashes := sample(t)
	s := serve(t, g)
	s.token = "hush-hush"
	opts := s.options(t)
	silent := func(s string) {
		t.Helper()
		if strings.Contains(s, "hush") {
			t.Errorf("the token is in %q", s)
		}
	}
	opts.Progress = silent
	if s := fails(t, opts, ErrDenied); !strings.Contains(s, "none was given") {
		t.Errorf("without a token: got %q", s)
	}
	opts.Token = "hush-wrong"
	s1 := fails(t, opts, ErrDenied)
	silent(s1)
	if !strings.Contains(s1, "does not accept the token") {
		t.Errorf("with a wrong token: got %q", s1)
	}
	opts.Token = "hush-hush"
	r := open(t, opts)
	if refresh(t, r) != hashes[2] {
		t.Error("not the newest commit")
	}
	s.since()
	refresh(t, r)
	if got := s.since(); got != v2Poll {
		t.Errorf("polling: got requests %s, want %s", got, v2Poll)
	}
	s.mu.Lock()
	s.token = "another" // it was replaced
	s.mu.Unlock()
	_, err := r.Refresh(t.Context())
	if !errors.Is(err, ErrDenied) {
		t.Errorf("with an old token: got %v, want ErrDenied", err)
	}
	for err != nil { // and in all causes
		silent(fmt.Sprintf("%v %+v %#v", err, err, err))
		var next error
		if list, ok := err.(interface{ Unwrap() []error }); ok {
			next = list.Unwrap()[len(list.Unwrap())-1]
		} else {
			next = errors.Unwrap(err)
		}
		err = next
	}
	if _, _, err := r.Walk(t.Context(), "main", ""); err != nil {
		t.Errorf("what was fetched before: %v", err)
	}
	err = filepath.WalkDir(opts.CacheDir, func(p string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(p)
		silent(p + string(b))
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

// TestRedirect follows a moved repository, and takes the token nowhere else.
func TestRedirect(t *testing.T) {
	t.Parallel()
	g, _ := sample(t)
	s := serve(t, g)
	elsewhere := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, s.URL+"/careers/.git"+strings.TrimPrefix(r.URL.RequestURI(), "/moved"), http.StatusMovedPermanently)
	}))
	defer elsewhere.Close()
	opts := s.options(t)
	opts.Location = elsewhere.URL + "/moved"
	walk(t, open(t, opts))

	// The other way round: the token's host sends elsewhere.
	var leaked bool
	thief := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		leaked = leaked || r.Header.Get("Authorization") != ""
		http.Error(w, "no", http.StatusUnauthorized)
	}))
	defer thief.Close()
	from := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, strings.Replace(thief.URL, "127.0.0.1", "localhost", 1)+r.URL.Path+"?"+r.URL.RawQuery, http.StatusFound)
	}))
	defer from.Close()
	opts = Options{Location: from.URL + "/x", CacheDir: t.TempDir(), Token: "hush"}
	fails(t, opts, ErrDenied)
	if leaked {
		t.Error("the token was sent to where a redirect led")
	}
}

func TestUnreachable(t *testing.T) {
	t.Parallel()
	closed := httptest.NewServer(http.NotFoundHandler())
	closed.Close()
	broken := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		http.Error(w, "<html>\n\x1b[31mmaintenance</html>", http.StatusServiceUnavailable)
	}))
	defer broken.Close()
	page := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte("<html>log in to the guest network</html>"))
	}))
	defer page.Close()
	missing := httptest.NewServer(http.NotFoundHandler())
	defer missing.Close()
	for name, tt := range map[string]struct {
		url  string
		kind error
	}{
		"closed": {closed.URL, ErrUnreachable}, "broken": {broken.URL, ErrUnreachable}, "page": {page.URL, ErrUnreachable}, "missing": {missing.URL, ErrRemoteNotFound},
	} {
		if s := fails(t, Options{Location: tt.url + "/x", CacheDir: t.TempDir()}, tt.kind); !strings.Contains(s, tt.url) || len(s) > 400 {
			t.Errorf("%s: got %q", name, s)
		}
	}
}

// TestSlowRemote has a remote that takes the request and does not answer.
func TestSlowRemote(t *testing.T) {
	t.Parallel()
	stop := make(chan struct{})
	slow := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-stop }))
	defer slow.Close()
	defer close(stop)
	opts := Options{Location: slow.URL + "/x", CacheDir: t.TempDir(), FetchTimeout: 100 * time.Millisecond}
	if s := fails(t, opts, ErrUnreachable); !strings.Contains(s, "in time") {
		t.Errorf("got %q", s)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	opts.FetchTimeout = 0
	if _, err := Open(ctx, opts); !errors.Is(err, ErrUnreachable) || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v", err)
	}
}

func TestParseLsRefs(t *testing.T) {
	t.Parallel()
	h := strings.Repeat("a", 40)
	body := packet(h+" HEAD symref-target:refs/heads/trunk\n") + packet(h+" refs/heads/trunk\n") + packet(h+" refs/tags/v1 peeled:"+h+"\n") +
		packet(h+" refs/heads/../../config\n") + packet(h+" refs/heads/a\nb\n") + packet(h+" refs/pull/1/head\n") + flush
	list, err := parseLsRefs([]byte(body), headsPrefix, tagsPrefix)
	if err != nil || list.head != "refs/heads/trunk" || len(list.refs) != 2 || list.refs["refs/tags/v1"].String() != h {
		t.Errorf("got %+v, %v", list, err)
	}
	for _, body := range []string{"", "000", "0003", "0004", "ffff" + h, packet("ERR no\n"), packet(h + " x"), packet("zz " + h), packet(h) + flush, "<html>"} {
		if list, err := parseLsRefs([]byte(body), headsPrefix, tagsPrefix); !errors.Is(err, errNotV2) {
			t.Errorf("%q: got %+v, %v; want errNotV2", body, list, err)
		}
	}
}
