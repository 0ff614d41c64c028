package server

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/milepost-dev/milepost/internal/gittest"
	"github.com/milepost-dev/milepost/internal/history"
)

// TestDraftsAreNotThere holds a server whose repository has unpublished
// editions against one whose repository has none: whoever may not see drafts
// is answered byte for byte the same, whatever they ask.
func TestDraftsAreNotThere(t *testing.T) {
	t.Parallel()
	without := timeBase(t)
	addPublished(without)
	with := gittest.New(t).Remove(".git").Copy(without.Dir, ".") // the same commits
	addUnpublished(with)
	// The newest content of a published edition needs a change: the one before stands.
	with.Replace("frameworks/next/soon/framework.cue", "rank: 2", "rank: 0").Commit("breaks what is to come")
	last := time.Date(2025, 2, 20, 9, 0, 0, 0, time.UTC)
	without.At(last).Write(map[string]string{"README.md": "one"}).Commit("beside")
	without.Write(map[string]string{"README.md": "two"}).Commit("beside")

	plain, draft := taggedStore(t, without.Dir), taggedStore(t, with.Dir)
	for name, c := range map[string]struct {
		tokens []Token
		as     []string
	}{
		"a token": {scopedTokens(), reader}, "everybody": {nil, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a, b := serverOf(t, plain, Options{Tokens: c.tokens}), serverOf(t, draft, Options{Tokens: c.tokens})
			asked := 0
			for _, target := range everyQuestion(t) {
				for _, extra := range [][]string{nil, {"Accept-Encoding", "gzip"}, {"Accept", "text/markdown, application/linkset+json"}, {"Accept-Datetime", "Sat, 01 Feb 2025 10:00:00 GMT"}} {
					headers := slices.Concat(c.as, extra)
					want, got := quickly(a, target, headers...), quickly(b, target, headers...)
					asked++
					if want != got {
						t.Errorf("%s %v:\nwithout drafts %s\nwith drafts    %s", target, headers, want, got)
					}
				}
			}
			if asked < 5000 {
				t.Errorf("asked %d questions: that is not every one", asked)
			}
		})
	}
	t.Run("whoever may see drafts", func(t *testing.T) {
		t.Parallel()
		a, b := serverOf(t, plain, Options{Tokens: scopedTokens()}), serverOf(t, draft, Options{Tokens: scopedTokens()})
		differ := map[string]bool{}
		for _, target := range everyQuestion(t) {
			if quickly(a, target, drafter...) != quickly(b, target, drafter...) {
				route, _, _ := strings.Cut(target, "?")
				differ[route] = true
			}
		}
		for _, route := range []string{
			"/v1/upcoming", "/v1/upcoming.ics", "/v1/problems", fw + "ladder", fw + "ladder/versions", fw + "ladder/upcoming", fw + "ladder/diff", fw + "ladder/levels/l2",
			fw + "ladder/levels/l2/history", fw + "ladder/versions/2.0.0-next.20250220T090000Z", fw + "secret", fw + "ends", fw + "drafted/versions", fw + "hidden/problems",
		} {
			if !differ[route] {
				t.Errorf("%s is the same with and without drafts: the comparison cannot fail there", route)
			}
		}
	})
}

// everyQuestion is every route with whatever might show an edition.
func everyQuestion(t *testing.T) []string {
	t.Helper()
	const draft = "2.0.0-next.20250220T090000Z"
	ids := []string{"ladder", "ends", "soon", "fresh", "drafted", "secret", "hidden", "soon-broken", "none"}
	numbers := []string{"1.0.0", "1.3.0", "2.0.0", "9.9.9", draft, "1.0.0-next.20250220T090000Z", "1.1.0-next.20250220T090000Z", "2.1.0-next.20250220T090000Z", "2.0.0-next.20250201T090000Z"}
	queries := []string{
		"", "as_of=2024-06-15", "as_of=2025-03-20", "as_of=2025-04-01", "as_of=2025-06-01", "known_at=2025-02-25", "known_at=2025-02-25&as_of=2025-04-01",
		"known_at=2024-01-01", "cycle=2025-h1", "cycle=no", "version=" + draft, "version=9.9.9", "to=" + draft, "from=1.0.0&to=2025-04-01", "from=" + draft, "level=l2", "level=l9", "level=l2&to=2025-06-01", "odd=1",
	}
	var out []string
	for path := range openContract(t).doc.Paths.Map() {
		for _, id := range ids {
			for _, n := range numbers {
				target := strings.NewReplacer("{id}", id, "{number}", n, "{level}", "l2", "{competency}", "craft").Replace(path)
				for _, q := range queries {
					out = append(out, target+"?"+q)
				}
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// quickly is all of an answer in one text. The list of frameworks names the
// newest commit, which is another in another repository.
func quickly(s *Server, target string, headers ...string) string {
	var out strings.Builder
	for _, method := range []string{http.MethodGet, http.MethodHead} {
		status, h, body := once(s, method, target, headers...)
		if strings.HasPrefix(target, "/v1/frameworks?") && status == 200 {
			snap := s.o.Store.Snapshot()
			body = strings.ReplaceAll(body, snap.Head, "HEAD")
			h.Del("Etag")
		}
		fmt.Fprintln(&out, method, status)
		for _, name := range slices.Sorted(maps.Keys(h)) {
			fmt.Fprintln(&out, name, h[name])
		}
		fmt.Fprintln(&out, body)
	}
	return out.String()
}

// TestScopesAreNotMixed: with tokens, no shared cache may keep an answer.
func TestScopesAreNotMixed(t *testing.T) {
	t.Parallel()
	s := serverOf(t, taggedStore(t, timeWorld(t).Dir), Options{Tokens: scopedTokens()})
	for _, target := range everyQuestion(t) {
		for _, who := range [][]string{reader, drafter} {
			_, h, _ := once(s, http.MethodGet, target, who...)
			if got := h.Get("Cache-Control"); got != "no-store" && !strings.HasPrefix(got, "private, ") {
				t.Errorf("%s as %s: got Cache-Control %q", target, who[1], got)
			}
		}
	}
}

// TestVersionsForEver: what a tag has fixed is kept for good, and says nothing
// that may change; all else is asked for again.
func TestVersionsForEver(t *testing.T) {
	t.Parallel()
	s := serverOf(t, taggedStore(t, timeWorld(t).Dir), Options{Tokens: scopedTokens()})
	open := serverOf(t, s.o.Store, Options{})
	const forever = "max-age=31536000, immutable"
	for _, c := range []struct{ number, cache, status, link string }{
		{"1.0.0", forever, "", ""}, {"1.1.0", forever, "", "1.0.0"}, {"1.2.0", forever, "", "1.1.0"},
		{"1.3.0", "no-cache", "current", "1.2.0"}, {"2.0.0-next.20250220T090000Z", "no-cache", "scheduled", "1.3.0"},
	} {
		a := get(t, s, fw+"ladder/versions/"+c.number, drafter...)
		want := "private, " + c.cache + " | " + c.status
		if got := headersOf(a.Header, "Cache-Control", "Milepost-Status"); got != want {
			t.Errorf("%s: got %s, want %s", c.number, got, want)
		}
		if c.cache != forever {
			continue
		}
		if got := headersOf(get(t, open, fw+"ladder/versions/"+c.number).Header, "Cache-Control"); got != "public, "+forever {
			t.Errorf("%s for everybody: got %s", c.number, got)
		}
		for _, name := range []string{"Milepost-As-Of", "Milepost-Known-At", "Milepost-Also-Accepted"} {
			if a.Header.Values(name) != nil {
				t.Errorf("%s has %s", c.number, name)
			}
		}
		rels := relations(t, a.Header)
		if rels["successor-version"] != nil || len(rels["predecessor-version"]) == 1 != (c.link != "") || c.link != "" && rels["predecessor-version"][0] != fw+"ladder/versions/"+c.link {
			t.Errorf("%s: got %v, want %s before it and nothing after", c.number, rels, c.link)
		}
	}
	lasting := map[string]string{}
	for _, n := range []string{"1.0.0", "1.1.0"} {
		lasting[n] = quickly(s, fw+"ladder/versions/"+n, reader...)
	}
	// A year later, after more versions.
	r := timeWorld(t)
	r.At(time.Date(2025, 2, 25, 9, 0, 0, 0, time.UTC)).Write(written("ladder", "Five", "")).Remove("frameworks/next").Commit("more")
	later := serverOf(t, taggedStore(t, r.Dir), Options{Tokens: scopedTokens(), Now: func() time.Time { return today().AddDate(1, 0, 0) }})
	for n, want := range lasting {
		if got := quickly(later, fw+"ladder/versions/"+n, reader...); got != want {
			t.Errorf("%s is another later:\nwas %s\nis  %s", n, want, got)
		}
	}
}

// TestProblemsOfDrafts are for those who see these.
func TestProblemsOfDrafts(t *testing.T) {
	t.Parallel()
	s := serverOf(t, storeOf(t, timeWorld(t).Dir, ""), Options{Tokens: scopedTokens()})
	for target, want := range map[string][2]int{"/v1/problems": {0, 2}, fw + "hidden/problems": {-1, 1}, fw + "ladder/problems": {0, 0}} {
		for i, who := range [][]string{reader, drafter} {
			a := get(t, s, target, who...)
			if want[i] < 0 {
				if a.StatusCode != 404 {
					t.Errorf("%s as %s: got %d, want 404", target, who[1], a.StatusCode)
				}
				continue
			}
			if got := decoded[Problems](t, a).Problems; len(got) != want[i] || slices.ContainsFunc(got, func(p history.Problem) bool { return !p.Edition }) {
				t.Errorf("%s as %s: got %+v, want %d of editions", target, who[1], got, want[i])
			}
		}
	}
}
