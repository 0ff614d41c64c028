package server

import (
	"context"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/milepost-dev/milepost/internal/gitrepo"
	"github.com/milepost-dev/milepost/internal/gittest"
	"github.com/milepost-dev/milepost/internal/history"
)

// published is a repository in which nothing is to come.
func published(t testing.TB) *gittest.Repo {
	t.Helper()
	r := gittest.New(t)
	r.Write(gittest.Ladder("plain", "one")).Write(gittest.Ladder("dated", "one")).Write(gittest.Ladder("undated", "one")).Write(gittest.Ladder("broken", "one")).Commit("Start")
	r.Write(gittest.Ladder("dated", "two")).Write(gittest.Ladder("plain", "two")).Commit("Another word (#2)")
	r.Remove("frameworks/plain").Commit("One goes")
	return r
}

// drafted is the same repository with editions of all sorts, none of which is
// published.
func drafted(t testing.TB, of *gittest.Repo) *gittest.Repo {
	t.Helper()
	r := gittest.New(t)
	r.Git("pull", "-q", of.Dir, "main")
	r.At(gittest.Start.Add(100 * time.Hour))
	next := func(id, text, dates string) {
		for name, content := range gittest.Ladder(id, text) {
			if strings.HasPrefix(name, "frameworks/") {
				content = strings.Replace(content, "\tkind:", dates+"\n\tkind:", 1)
				r.Write(map[string]string{strings.Replace(name, "frameworks/", "frameworks/next/", 1): content})
			}
		}
	}
	next("dated", "secretly more", `	effective: "2027-03-01"`)
	next("undated", "secretly more", "")
	next("broken", "secretly more", "\tkinds: 3")
	next("secret", "secretly new", `	effective: "2027-02-01"`)
	next("secret-broken", "secretly new", "\tkinds: 3")
	next("later", "secretly later", "	effective: \"2027-03-01\"\n\tpublish: \"2027-01-01\"")
	r.Commit("Drafts (#3)")
	next("dated", "secretly even more", `	effective: "2027-03-01"`)
	r.Commit("More drafts (#4)")
	return r
}

// closedShelf serves a repository to readers with a token, and to readers of
// drafts with another.
func closedShelf(t testing.TB, r *gittest.Repo) *Server {
	t.Helper()
	repo, err := gitrepo.Open(context.Background(), gitrepo.Options{Location: r.Dir})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { repo.Close() })
	drafts := tokenOf("hr", draftsToken)
	drafts.Drafts = true
	return shelfOf(t, history.Options{Repo: repo}, Options{Tokens: []Token{tokenOf("reader", readerToken), drafts}})
}

// TestDraftsDoNotExist holds each page of a repository with drafts against the
// same page of one that has no next/ at all, byte by byte, for a reader who may
// not see drafts. A reader who may sees others.
func TestDraftsDoNotExist(t *testing.T) {
	t.Parallel()
	r := published(t)
	without, with := closedShelf(t, r), closedShelf(t, drafted(t, r))
	queue := []string{
		"/", "/upcoming", "/problems", "/working", "/?as_of=2027-06-01", "/?as_of=2027-06-01&known_at=2026-01-01", "/upcoming?known_at=2026-01-01", "/nowhere",
		"/frameworks/secret", "/frameworks/secret/versions", "/frameworks/secret/diff", "/frameworks/secret-broken", "/frameworks/later?as_of=2027-06-01", "/frameworks/nowhere",
	}
	for _, id := range []string{"dated", "undated", "broken", "plain"} {
		at := "/frameworks/" + id
		queue = append(queue, at, at+"/versions", at+"?as_of=2027-06-01", at+"/levels/l2?as_of=2027-06-01", at+"/versions?as_of=2027-06-01", at+"/diff?to=2027-06-01", at+"/levels/l2/history", at+"/levels/l9", at+"?version=9.9.9")
		tl, ok := with.o.Store.Snapshot().Timeline(id)
		if e, err := tl.Coming(history.View{KnownAt: libraryToday(), Drafts: true}); err != nil || !ok {
			t.Fatal(err)
		} else if e != nil {
			n := e.Version.Number
			queue = append(queue, at+"?version="+n, at+"/versions/"+n+"/notes", at+"/diff?to="+n, at+"/levels/l2?version="+n)
		}
	}
	seen := map[string]bool{}
	others := 0
	for len(queue) > 0 {
		at := queue[0]
		if queue = queue[1:]; seen[at] {
			continue
		}
		seen[at] = true
		if len(seen) > 1500 {
			t.Fatalf("more than %d pages: do the links lead on for ever? The last is %s", len(seen), at)
		}
		a, b := look(t, without, at, "Authorization", "Bearer "+readerToken), look(t, with, at, "Authorization", "Bearer "+readerToken)
		if diff := cmp.Diff(a.Body.String(), b.Body.String()); a.Code != b.Code || diff != "" || !maps.EqualFunc(a.Header(), b.Header(), slices.Equal) {
			t.Errorf("%s tells of drafts (-without +with): %d %d\n%s", at, a.Code, b.Code, diff)
		}
		if strings.Contains(b.Body.String(), "secret") && !strings.Contains(at, "secret") {
			t.Errorf("%s names what is secret", at)
		}
		if hr := look(t, with, at, "Authorization", "Bearer "+draftsToken); hr.Body.String() != b.Body.String() {
			others++
		}
		if a.Code == http.StatusOK && strings.HasPrefix(a.Header().Get("Content-Type"), "text/html") {
			p, _ := inspect(a.Body.Bytes(), at)
			for _, href := range p.links {
				path, _, _ := strings.Cut(href, "#")
				if !strings.HasPrefix(path, "/assets/") {
					queue = append(queue, path)
				}
			}
		}
	}
	if others < len(seen)/2 {
		t.Errorf("whoever may read drafts sees %d of %d pages otherwise: are the drafts there?", others, len(seen))
	}
	t.Logf("%d pages", len(seen))
}
