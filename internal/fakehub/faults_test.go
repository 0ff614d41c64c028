package fakehub

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-github/v60/github"
)

const commentsPath = "/repos/{owner}/{repo}/issues/{issue_number}/comments"

// commentOnce tries to comment, and returns the status (0 if the connection was
// cut) and how many comments there are then.
func (f *fixture) commentOnce(n int) (int, int) {
	f.t.Helper()
	_, res, err := f.gh.Issues.CreateComment(f.t.Context(), "acme", "careers", n, &github.IssueComment{Body: github.String("x")})
	code := 0
	if res != nil {
		code = res.StatusCode
	}
	if err == nil && code != 201 {
		f.t.Errorf("no error with %d", code)
	}
	s, err := f.repo.State()
	f.check(err)
	return code, len(s.Comments)
}

func TestFaults(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		fault    Fault
		status   int
		comments int
	}{
		{Fault{Kind: ErrorBefore}, 502, 0},
		{Fault{Kind: ErrorBefore, Status: 503}, 503, 0},
		{Fault{Kind: ErrorAfter, Status: 500}, 500, 1},
		{Fault{Kind: CutBefore}, 0, 0},
		{Fault{Kind: CutAfter}, 0, 1},
		{Fault{Kind: CutMidway}, 201, 1},
		{Fault{Kind: SecondaryLimit, Delay: 2 * time.Second}, 403, 0},
		{Fault{Kind: SecondaryLimit, Status: 429}, 429, 0},
		{Fault{Kind: PrimaryLimit, Delay: time.Minute}, 403, 0},
		{Fault{Kind: Slow, Delay: 20 * time.Millisecond}, 201, 1},
	} {
		t.Run(fmt.Sprintf("%s %d", c.fault.Kind, c.status), func(t *testing.T) {
			t.Parallel()
			f := start(t, Options{})
			n, _ := f.pull("topic")
			c.fault.Method, c.fault.Path, c.fault.Times = "POST", commentsPath, 1
			f.hub.Fault(c.fault)
			begun := time.Now()
			if c.fault.Kind == CutMidway {
				_, _, err := f.gh.Issues.CreateComment(t.Context(), "acme", "careers", n, &github.IssueComment{Body: github.String("x")})
				if s, _ := f.repo.State(); err == nil || len(s.Comments) != 1 {
					t.Errorf("got %v, %v", err, s.Comments)
				}
			} else if code, comments := f.commentOnce(n); code != c.status || comments != c.comments {
				t.Errorf("got %d, %d comments", code, comments)
			}
			if time.Since(begun) < c.fault.Delay && c.fault.Kind == Slow {
				t.Error("it was not slow")
			}
			calls := f.hub.Calls()
			if last := calls[len(calls)-1]; last.Fault != c.fault.Kind.String() || last.Route != commentsPath || last.Actor != appLogin || (c.status == 0) != (last.Status == 499) && c.fault.Kind != CutMidway {
				t.Errorf("logged as %+v", last)
			}
			fresh := f.client(f.token)
			f.gh = fresh
			if code, comments := f.commentOnce(n); code != 201 || comments != c.comments+1 {
				t.Errorf("the second time: got %d, %d comments", code, comments)
			}
			f.clean()
		})
	}
}

func TestFaultRules(t *testing.T) {
	t.Parallel()
	f := start(t, Options{})
	get := func() int {
		res, err := http.Get(f.srv.URL + "/meta")
		f.check(err)
		f.check(res.Body.Close())
		return res.StatusCode
	}
	f.hub.Fault(Fault{Kind: ErrorBefore, Path: "/meta", Nth: 2})
	if got := fmt.Sprint(get(), get(), get(), f.hub.FaultsHit()); got != "200 502 200 1" {
		t.Errorf("nth: got %s", got)
	}
	f.hub.ClearFaults()
	f.hub.Fault(Fault{Kind: ErrorBefore, Method: "POST"})
	if got := get(); got != 200 {
		t.Errorf("another method: got %d", got)
	}
	f.hub.ClearFaults()
	f.hub.Fault(Fault{Kind: ErrorBefore, Chance: 0.5})
	n := map[int]int{}
	for range 60 {
		n[get()]++
	}
	if n[502] < 15 || n[200] < 15 {
		t.Errorf("one in two: got %v", n)
	}
	f.hub.ClearFaults()
	f.hub.Fault(Fault{Kind: Skew, Delay: -time.Hour})
	res, err := http.Get(f.srv.URL + "/meta")
	f.check(err)
	f.check(res.Body.Close())
	if got, want := res.Header.Get("Date"), f.clock.now().Add(-time.Hour).Format(http.TimeFormat); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestGitFaults(t *testing.T) {
	t.Parallel()
	f := start(t, Options{})
	for _, k := range []Kind{ErrorBefore, CutBefore, CutAfter, CutMidway} {
		f.hub.ClearFaults()
		f.hub.Fault(Fault{Kind: k, Path: "git-upload-pack"})
		if _, err := f.git(".", f.token, "clone", "-q", f.repo.CloneURL(), t.TempDir()); err == nil {
			t.Errorf("%s: cloned", k)
		}
	}
	f.hub.ClearFaults()
	dir := t.TempDir()
	_, err := f.git(".", f.token, "clone", "-q", f.repo.CloneURL(), dir)
	f.check(err)
	f.write(dir, "b.txt", "b")
	f.hub.Fault(Fault{Kind: CutAfter, Path: "/git-receive-pack"})
	if _, err := f.git(dir, f.token, "push", "-q", "origin", "HEAD:topic"); err == nil {
		t.Error("pushed, and heard of it")
	}
	if f.repo.Head("topic") == "" {
		t.Error("nothing was pushed")
	}
	// Now there is nothing left to push.
	_, err = f.git(dir, f.token, "push", "-q", "origin", "HEAD:topic")
	f.check(err)
	f.clean()
}

// TestStale: what was just made is not in a list, and is there by its number.
func TestStale(t *testing.T) {
	t.Parallel()
	f := start(t, Options{})
	n, head := f.pull("topic")
	f.hub.Fault(Fault{Kind: Stale, Method: "GET", Lag: 2})
	m, _, err := f.gh.Issues.CreateComment(t.Context(), "acme", "careers", n, &github.IssueComment{Body: github.String("one")})
	f.check(err)
	seen := ""
	for range 4 {
		all, _, err := f.gh.Issues.ListComments(t.Context(), "acme", "careers", n, nil)
		f.check(err)
		seen += fmt.Sprint(len(all))
	}
	if seen != "0011" {
		t.Errorf("got %s", seen)
	}
	if _, _, err := f.gh.Issues.GetComment(t.Context(), "acme", "careers", m.GetID()); err != nil {
		t.Error(err)
	}
	_, err = f.gh.Issues.DeleteComment(t.Context(), "acme", "careers", m.GetID())
	f.check(err)
	if all, _, err := f.gh.Issues.ListComments(t.Context(), "acme", "careers", n, nil); err != nil || len(all) != 1 {
		t.Errorf("what is deleted is listed: got %v, %v", all, err)
	}
	f.conclude(head, "success")
	if all, _, err := f.gh.Checks.ListCheckRunsForRef(t.Context(), "acme", "careers", head, nil); err != nil || all.GetTotal() != 0 {
		t.Errorf("got %v, %v", all, err)
	}
	_, _, err = f.gh.Git.CreateRef(t.Context(), "acme", "careers", &github.Reference{Ref: github.String("refs/tags/v1"), Object: &github.GitObject{SHA: &head}})
	f.check(err)
	if all, _, err := f.gh.Git.ListMatchingRefs(t.Context(), "acme", "careers", &github.ReferenceListOptions{Ref: "tags"}); err != nil || len(all) != 0 {
		t.Errorf("got %v, %v", all, err)
	}
	f.clean()
}

// TestHook: it sees each call before and after its effect, and may use the hub.
func TestHook(t *testing.T) {
	t.Parallel()
	var f *fixture
	var mu sync.Mutex
	var got []string
	f = start(t, Options{Hook: func(at Point, c Call) {
		if c.Route != commentsPath || c.Method != "POST" {
			return
		}
		s, err := f.repo.State()
		mu.Lock()
		defer mu.Unlock()
		got = append(got, fmt.Sprint(at, c.Status, len(s.Comments), err))
	}})
	n, _ := f.pull("topic")
	f.commentOnce(n)
	if want := "[0 0 0 <nil> 1 201 1 <nil>]"; fmt.Sprint(got) != want {
		t.Errorf("got %v, want %s", got, want)
	}
}

func TestETags(t *testing.T) {
	t.Parallel()
	f := start(t, Options{})
	n, _ := f.pull("topic")
	ask := func(etag string) *http.Response {
		req, err := http.NewRequest("GET", fmt.Sprintf("%s/api/v3/repos/acme/careers/issues/%d/comments", f.srv.URL, n), nil)
		f.check(err)
		req.Header.Set("Authorization", "token "+f.token)
		req.Header.Set("If-None-Match", etag)
		res, err := http.DefaultClient.Do(req)
		f.check(err)
		f.check(res.Body.Close())
		return res
	}
	first := ask("")
	again := ask(`"x", ` + first.Header.Get("Etag"))
	if again.StatusCode != 304 || again.Header.Get("X-Ratelimit-Used") != first.Header.Get("X-Ratelimit-Used") {
		t.Errorf("got %d, %v", again.StatusCode, again.Header)
	}
	_, err := f.repo.Comment(n, "ada", "new")
	f.check(err)
	if res := ask(first.Header.Get("Etag")); res.StatusCode != 200 {
		t.Errorf("got %d", res.StatusCode)
	}
	for i := range 6 {
		_, err := f.repo.Comment(n, "ada", fmt.Sprint(i))
		f.check(err)
	}
	_, res, err := f.gh.Issues.ListComments(t.Context(), "acme", "careers", n, &github.IssueListCommentsOptions{ListOptions: github.ListOptions{PerPage: 2, Page: 2}})
	f.check(err)
	if res.FirstPage != 1 || res.PrevPage != 1 || res.NextPage != 3 || res.LastPage != 4 || !strings.Contains(res.Header.Get("Link"), f.srv.URL+"/api/v3/repos/") {
		t.Errorf("got %+v, %s", res, res.Header.Get("Link"))
	}
	f.clean()
}
