package main

import (
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/milepost-dev/milepost/internal/compile"
	"github.com/milepost-dev/milepost/internal/gitrepo"
	"github.com/milepost-dev/milepost/internal/gittest"
	"github.com/milepost-dev/milepost/internal/history"
	"github.com/milepost-dev/milepost/server"
)

const peerToken = "0123456789abcdef0123"

// serving serves a repository as milepost serve does, to those with peerToken.
func serving(t *testing.T, dir string) http.Handler {
	t.Helper()
	repo, err := gitrepo.Open(context.Background(), gitrepo.Options{Location: dir})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { repo.Close() })
	c, err := compile.New(compile.Options{})
	if err != nil {
		t.Fatal(err)
	}
	store := history.NewStore(history.Options{Repo: repo, Root: "frameworks", Compiler: c, Tags: history.TagsOf(repo)})
	if err := store.Refresh(context.Background()); err != nil {
		t.Fatal(err)
	}
	s, err := newWatchedServer(server.Options{Store: store, Tokens: []server.Token{{Name: "ci", Hash: sha256.Sum256([]byte(peerToken))}}})
	if err != nil {
		t.Fatal(err)
	}
	return watch.Answers("an answer", s.Handler())
}

// tagged is a repository of two frameworks, one renamed and one ended, with tags.
func tagged(t *testing.T) *gittest.Repo {
	t.Helper()
	r := gittest.New(t)
	r.Write(gittest.Ladder("a", "One")).Commit("start")
	r.Write(gittest.Ladder("a", "Two")).Write(gittest.Ladder("b", "One")).Commit("second")
	r.Remove("frameworks/b").Commit("b ends")
	if code, out, errs := command(t, "release", "--repo", r.Dir, "--cache", t.TempDir()); code != 0 {
		t.Fatal(out, errs)
	}
	return r
}

func tokenFile(t *testing.T) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(name, []byte(peerToken+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// verifying runs verify against a handler.
func verifying(t *testing.T, r *gittest.Repo, h http.Handler) (code int, v Verification, stderr string) {
	t.Helper()
	s := httptest.NewServer(h)
	defer s.Close()
	code, out, stderr := command(t, "verify", "--repo", r.Dir, "--cache", t.TempDir(), "--server", s.URL, "--server-token-file", tokenFile(t), "--format", "json")
	if code == exitClean || code == exitFindings {
		if err := json.Unmarshal([]byte(out), &v); err != nil {
			t.Fatal(err, out)
		}
	}
	return code, v, stderr
}

func TestVerifyServer(t *testing.T) {
	t.Parallel()
	r := tagged(t)
	h := serving(t, r.Dir)
	code, v, errs := verifying(t, r, h)
	if code != exitClean || v.Versions != 4 || v.Tagged != 4 || v.Compared != 3 || len(v.Differences) != 0 {
		t.Errorf("the same repository: exit %d, %+v, %s", code, v, errs)
	}
	s := httptest.NewServer(h)
	defer s.Close()
	if code, _, errs := command(t, "verify", "--repo", r.Dir, "--cache", t.TempDir(), "--server", s.URL); code != exitFailure || !strings.Contains(errs, "wants a token") {
		t.Errorf("without a token: exit %d, %s", code, errs)
	}
	r.Write(gittest.Ladder("a", "Three")).Commit("third")
	code, v, _ = verifying(t, r, h)
	if code != exitFindings || !reports(v, "server-behind", "has the commit") || !reports(v, "server-lacks", "does not have version 1.2.0") || !reports(v, "server-differs", "has version 1.1.0 in force") {
		t.Errorf("a server that is behind: exit %d, %+v", code, v)
	}
}

// TestVerifyServerWithoutTags: one sentence says it of all, and one that lacks
// a single tag is told of the version.
func TestVerifyServerWithoutTags(t *testing.T) {
	t.Parallel()
	r := tagged(t)
	names := strings.Fields(r.Git("tag"))
	bare := t.TempDir()
	r.Git("clone", "-q", "--no-tags", r.Dir, bare)
	code, v, _ := verifying(t, r, serving(t, bare))
	if code != exitFindings || len(v.Differences) != 1 || !reports(v, "server-untagged", "none of the tags of the repository, which has them for 4 versions") {
		t.Errorf("without any: exit %d, %+v", code, v.Differences)
	}
	r.Git("push", "-q", bare, names[0])
	code, v, _ = verifying(t, r, serving(t, bare))
	if code != exitFindings || len(v.Differences) != 3 || !reports(v, "server-differs", "whether its number has a tag") {
		t.Errorf("with one: exit %d, %+v", code, v.Differences)
	}
}

func reports(v Verification, code, text string) bool {
	for _, d := range v.Differences {
		if d.Code == code && strings.Contains(d.Message, text) {
			return true
		}
	}
	return false
}

// tampering changes what a server answers.
func tampering(h http.Handler, path string, change func(string) string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		req.Header.Del("Accept-Encoding")
		rec := httptest.NewRecorder()
		h.ServeHTTP(rec, req)
		body := rec.Body.String()
		if strings.HasSuffix(req.URL.Path, path) {
			body = change(body)
		}
		w.WriteHeader(rec.Code)
		fmt.Fprint(w, body)
	})
}

func TestVerifySeesWhatAServerChanges(t *testing.T) {
	t.Parallel()
	r := tagged(t)
	h := serving(t, r.Dir)
	for name, c := range map[string]struct{ path, old, new, code, text string }{
		"a word of a text":     {"/a/versions/1.1.0", "Senior Maker", "Junior Maker", "server-text", "for version 1.1.0 is not that"},
		"a digest":             {"/a/versions", "sha256:", "sha256:0", "server-differs", "the digest of its text"},
		"a date":               {"/a/versions", "\"effective_from\":\"2024", "\"effective_from\":\"2023", "server-differs", "from when it is in force"},
		"a number":             {"/a/versions", "\"number\":\"1.1.0\"", "\"number\":\"1.7.0\"", "server-stranger", "does not have: 1.7.0"},
		"a framework too many": {"/v1/frameworks", "\"id\":\"a\"", "\"id\":\"\\u001b[31mx\\u202e\\ny\"", "server-stranger", "does not have: [31mxy"},
		"a framework too few":  {"/v1/frameworks", "\"id\":\"a\"", "\"id\":\"b2\"", "server-lacks", "does not list"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			code, v, errs := verifying(t, r, tampering(h, c.path, func(s string) string {
				if !strings.Contains(s, c.old) {
					t.Errorf("%s is not in %s", c.old, s)
				}
				return strings.Replace(s, c.old, c.new, 1)
			}))
			if code != exitFindings || !reports(v, c.code, c.text) {
				t.Errorf("exit %d, %+v, %s", code, v.Differences, errs)
			}
		})
	}
}

// TestVerifyHostileServers: whatever a server sends, verify ends soon, with
// words, and the token goes nowhere else.
func TestVerifyHostileServers(t *testing.T) {
	r := tagged(t)
	var stolen atomic.Int64
	thief := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) { stolen.Add(1) }))
	defer thief.Close()
	zeros := strings.Repeat("0", 1<<20)
	for name, c := range map[string]struct {
		answer http.HandlerFunc
		says   string
	}{
		"endless": {func(w http.ResponseWriter, req *http.Request) {
			for {
				if _, err := fmt.Fprint(w, zeros); err != nil {
					return
				}
			}
		}, "longer than 32 MB"},
		"gzip bomb": {func(w http.ResponseWriter, req *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			zw := gzip.NewWriter(w)
			for range 1 << 12 {
				if _, err := zw.Write([]byte(zeros)); err != nil {
					return
				}
			}
		}, "longer than 32 MB"},
		"sends elsewhere": {func(w http.ResponseWriter, req *http.Request) { http.Redirect(w, req, thief.URL, http.StatusFound) }, "sends elsewhere"},
		"in circles": {func(w http.ResponseWriter, req *http.Request) {
			http.Redirect(w, req, "/again"+req.URL.Path, http.StatusFound)
		}, "sends elsewhere"},
		"many frameworks": {func(w http.ResponseWriter, req *http.Request) {
			fmt.Fprintf(w, `{"frameworks":[%s{}]}`, strings.Repeat("{},", 8<<20))
		}, "not that of a Milepost server"},
		"deep":        {func(w http.ResponseWriter, req *http.Request) { fmt.Fprint(w, strings.Repeat("[", 1<<20)) }, "not that of a Milepost server"},
		"no JSON":     {func(w http.ResponseWriter, req *http.Request) { fmt.Fprint(w, "\x1b[2Jhello") }, "not that of a Milepost server"},
		"broken":      {func(w http.ResponseWriter, req *http.Request) { w.WriteHeader(503) }, "status 503"},
		"no Milepost": {http.NotFound, "there is no Milepost server at"},
		"cut off": {func(w http.ResponseWriter, req *http.Request) {
			w.Header().Set("Content-Length", "1000")
			fmt.Fprint(w, "{")
		}, "unexpected EOF"},
	} {
		t.Run(name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			begun := time.Now()
			code, _, errs := verifying(t, r, c.answer)
			runtime.ReadMemStats(&after)
			if code != exitFailure || !strings.Contains(errs, c.says) || strings.ContainsAny(errs, "\x1b") {
				t.Errorf("exit %d, %q, want 3 and %q", code, errs, c.says)
			}
			if took := time.Since(begun); took > 2*time.Minute {
				t.Errorf("it took %s", took)
			}
			if grown := int64(after.HeapSys) - int64(before.HeapSys); grown > 512<<20 {
				t.Errorf("the heap grew by %d MB", grown>>20)
			}
		})
	}
	if stolen.Load() > 0 {
		t.Error("the token went to another server")
	}
}

func TestPeerGivesUp(t *testing.T) {
	t.Parallel()
	hang := make(chan struct{})
	s := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-hang }))
	defer s.Close()
	defer close(hang)
	p, err := newPeer(s.URL, "")
	if err != nil || p.http.Timeout != peerTimeout {
		t.Fatal(err)
	}
	p.http.Timeout = 50 * time.Millisecond
	if _, err := p.get(context.Background(), 100, "v1"); err == nil || !strings.Contains(err.Error(), "Timeout") {
		t.Errorf("got %v, want a timeout", err)
	}
}

// TestLostTagIsReadAgain: where what the winner's tag says did not come along,
// it is read as all tags are.
func TestLostTagIsReadAgain(t *testing.T) {
	t.Parallel()
	r := tagged(t)
	a := newApp(strings.NewReader(""), os.Stdout, os.Stderr)
	a.repo, a.dir, a.cache = r.Dir, "frameworks", t.TempDir()
	c, err := a.compiler()
	if err != nil {
		t.Fatal(err)
	}
	store, repo, err := a.history(context.Background(), c)
	if err != nil {
		t.Fatal(err)
	}
	tl, _ := store.Snapshot().Timeline("a")
	rel := &releaser{app: a, repo: repo}
	unread := gitrepo.Tag{Name: tl.Versions[0].TagName(), Object: "0", Problem: "its content could not be read"}
	if outcome, reason, err := rel.lost(context.Background(), tl.Versions[0], unread); outcome != tagThere || err != nil {
		t.Errorf("got %s (%s), %v; want that the same tag is there", outcome, reason, err)
	}
	if outcome, reason, err := rel.lost(context.Background(), tl.Versions[1], unread); outcome != tagRefused || !strings.Contains(reason, "another number") || err != nil {
		t.Errorf("got %s (%s), %v; want a refusal", outcome, reason, err)
	}
	gone := gitrepo.Tag{Name: "frameworks/a/v9.0.0", Problem: "its content could not be read"}
	if outcome, reason, err := rel.lost(context.Background(), tl.Versions[1], gone); outcome != tagRefused || !strings.Contains(reason, "could not be read") || err != nil {
		t.Errorf("got %s (%s), %v; want a refusal", outcome, reason, err)
	}
}
