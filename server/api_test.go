package server

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/milepost-dev/milepost/internal/compile"
	"github.com/milepost-dev/milepost/internal/gitrepo"
	"github.com/milepost-dev/milepost/internal/gittest"
	"github.com/milepost-dev/milepost/internal/history"
)

// today is when the tests' servers are asked.
func today() time.Time { return time.Date(2025, 3, 1, 9, 0, 0, 0, time.UTC) }

const organisationFile = `package organisation

import "github.com/milepost-dev/milepost/schema"

organisation: schema.#Organisation
organisation: {
	name:     "Example"
	timeZone: "Europe/Berlin"
	cycles: {
		"2023-h2": {opens: "2023-07-01"}
		"2024-h2": {opens: "2024-07-01"}
		"2025-h1": {opens: "2025-01-01"}
	}
}
`

// world is a repository in which all happens that the API tells apart. The
// organisation's days begin in Berlin: at 23:00 UTC in winter, at 22:00 in
// summer. The framework steady changes at the edges of days on which the
// clocks are changed.
func world(t testing.TB) *gittest.Repo {
	r := gittest.New(t)
	for _, id := range []string{"steady", "gone", "back", "former", "shaky", "never"} {
		r.Write(gittest.Ladder(id, "One"))
	}
	r.Write(map[string]string{"frameworks/organisation.cue": organisationFile})
	r.Replace("frameworks/never/framework.cue", "rank: 2", "rank: 0").Commit("start") // 1 March, 09:00
	on := func(at string) *gittest.Repo {
		moment, err := time.Parse(time.RFC3339, at)
		if err != nil {
			t.Fatal(err)
		}
		return r.At(moment)
	}
	on("2024-03-31T21:30:00Z").Write(gittest.Ladder("steady", "Two")).Commit("half past eleven (#7)")
	on("2024-03-31T22:00:00Z").Write(gittest.Ladder("steady", "Three")).Commit("midnight")
	on("2024-06-01T08:00:00Z").Remove("frameworks/gone").Remove("frameworks/back").Commit("two end")
	on("2024-07-01T08:00:00Z").Write(gittest.Ladder("back", "Two")).Commit("one comes back")
	renamed := strings.Replace(gittest.Ladder("renamed", "One")["frameworks/renamed/framework.cue"], "title:", "formerly: [\"former\"]\n\ttitle:", 1)
	on("2024-08-01T08:00:00Z").Remove("frameworks/former").Write(map[string]string{"frameworks/renamed/framework.cue": renamed}).Commit("rename")
	on("2024-09-01T08:00:00Z").Replace("frameworks/shaky/framework.cue", "rank: 2", "rank: 0").Commit("breaks shaky")
	on("2024-10-27T22:30:00Z").Write(gittest.Ladder("steady", "Four")).Commit("half past eleven")
	on("2024-10-27T23:00:00Z").Write(gittest.Ladder("steady", "Five")).Commit("midnight")
	on("2024-12-31T23:00:00Z").Write(gittest.Ladder("steady", "Six")).Commit("new year")
	on("2025-03-02T00:00:00Z").Write(gittest.Ladder("steady", "Seven")).Commit("tomorrow")
	return r
}

// storeOf reads a repository; work is a directory with a working copy, or "".
func storeOf(t testing.TB, dir, work string) *history.Store {
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
	store := history.NewStore(history.Options{Repo: repo, Root: "frameworks", WorkDir: work, Compiler: c, Now: today})
	if err := store.Refresh(context.Background()); err != nil {
		t.Fatal(err)
	}
	return store
}

// directoryStore reads a directory that is in no repository.
func directoryStore(t testing.TB, dir string) *history.Store {
	t.Helper()
	c, err := compile.New(compile.Options{})
	if err != nil {
		t.Fatal(err)
	}
	store := history.NewStore(history.Options{Root: "frameworks", WorkDir: dir, Compiler: c, Now: today})
	if err := store.Refresh(context.Background()); err != nil {
		t.Fatal(err)
	}
	return store
}

// serverOf makes a server of a store.
func serverOf(t testing.TB, store *history.Store, o Options) *Server {
	t.Helper()
	o.Store = store
	if o.Now == nil {
		o.Now = today
	}
	s, err := newWatched(o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func worldServer(t testing.TB) *Server {
	t.Helper()
	return serverOf(t, storeOf(t, world(t).Dir, ""), Options{})
}

// outcome is what an answer comes to: the number of a version, the kind of a
// problem, or a place to go to.
func outcome(t testing.TB, a answer) string {
	t.Helper()
	switch {
	case a.StatusCode == http.StatusPermanentRedirect:
		return a.Header.Get("Location")
	case a.StatusCode != http.StatusOK:
		return strings.TrimPrefix(decoded[Problem](t, a).Type, "/problems/")
	}
	return decoded[history.Document](t, a).Version.Number
}

// fw is where frameworks stand.
const fw = "/v1/frameworks/"

// answers are what is asked of the world, and what it comes to: for every kind
// of thing that has a version, in every way of asking.
var answers = []struct {
	target string
	status int
	want   string
}{
	// The day's edge is midnight in Berlin, also on the days with 23 and 25 hours.
	{fw + "steady", 200, "1.5.0"},
	{fw + "steady?as_of=2024-02-29", 404, beforeFirst},
	{fw + "steady?as_of=2024-03-01", 200, "1.0.0"},
	{fw + "steady?as_of=2024-03-30", 200, "1.0.0"},
	{fw + "steady?as_of=2024-03-31", 200, "1.1.0"},
	{fw + "steady?as_of=2024-04-01", 200, "1.2.0"},
	{fw + "steady?as_of=2024-10-26", 200, "1.2.0"},
	{fw + "steady?as_of=2024-10-27", 200, "1.3.0"},
	{fw + "steady?as_of=2024-10-28", 200, "1.4.0"},
	{fw + "steady?as_of=2024-12-31", 200, "1.4.0"},
	{fw + "steady?as_of=2025-01-01", 200, "1.5.0"},
	{fw + "steady?as_of=2025-03-01", 200, "1.5.0"},
	{fw + "steady?as_of=2031-01-01", 200, "1.5.0"},
	{fw + "steady?as_of=9999-12-31", 200, "1.5.0"},
	{fw + "steady?as_of=0001-01-01", 404, beforeFirst},
	// A version counts from its own moment on, and not a nanosecond earlier.
	{fw + "steady?as_of=2024-03-01T09:00:00Z", 200, "1.0.0"},
	{fw + "steady?as_of=2024-03-01T08:59:59.999999999Z", 404, beforeFirst},
	{fw + "steady?as_of=2024-03-01T10:00:00%2B01:00", 200, "1.0.0"},
	{fw + "steady?as_of=2024-03-01T10:00:00+01:00", 200, "1.0.0"},
	{fw + "steady?as_of=2024-03-01T09:59:59+01:00", 404, beforeFirst},
	{fw + "steady?as_of=2024-03-31T21:59:59.999999999Z", 200, "1.1.0"},
	{fw + "steady?as_of=2024-03-31T22:00:00Z", 200, "1.2.0"},
	// What is no date is never taken for one.
	{fw + "steady?as_of=2024-13-01", 400, badRequest},
	{fw + "steady?as_of=2024-02-30", 400, badRequest},
	{fw + "steady?as_of=2024-2-1", 400, badRequest},
	{fw + "steady?as_of=20240301", 400, badRequest},
	{fw + "steady?as_of=2024-03-01T09:00", 400, badRequest},
	{fw + "steady?as_of=2024-03-01%00", 400, badRequest},
	{fw + "steady?as_of=10000-01-01", 400, badRequest},
	{fw + "steady?as_of=0000-01-01", 400, badRequest},
	{fw + "steady?as_of=tomorrow", 400, badRequest},
	{fw + "steady?as_of=" + strings.Repeat("9", 1000), 400, badRequest},
	{fw + "steady?as_of=%FF%FE", 400, badRequest},
	// Cycles, by the day on which they open.
	{fw + "steady?cycle=2024-h2", 200, "1.2.0"},
	{fw + "steady?cycle=2025-h1", 200, "1.5.0"},
	{fw + "steady?cycle=2023-h2", 404, beforeFirst},
	{fw + "steady?cycle=2099", 400, badRequest},
	// Numbers.
	{fw + "steady?version=1.1.0", 200, "1.1.0"},
	{fw + "steady?version=v1.1.0", 200, "1.1.0"},
	{fw + "steady?version=9.9.9", 404, notFound},
	{fw + "steady?version=working", 404, notFound},
	{fw + "steady/versions/1.3.0", 200, "1.3.0"},
	{fw + "steady/versions/v1.3.0", 200, "1.3.0"},
	{fw + "steady/versions/1.3", 404, notFound},
	{fw + "steady/versions/vv1.3.0", 404, notFound},
	{fw + "steady/versions/latest", 404, notFound},
	{fw + "steady/versions/1.3.0?as_of=2024-03-31", 400, badRequest},
	// Parameters that are wrong, double, empty, or too many.
	{fw + "steady?asof=2024-03-31", 400, badRequest},
	{fw + "steady?as_of=2024-03-31&as_of=2024-03-31", 400, badRequest},
	{fw + "steady?as_of=", 400, badRequest},
	{fw + "steady?cycle=", 400, badRequest},
	{fw + "steady?version", 400, badRequest},
	{fw + "steady?as_of=2024-03-31&version=1.0.0", 400, badRequest},
	{fw + "steady?as_of=2024-03-31&cycle=2024-h2", 400, badRequest},
	{fw + "steady?as_of=%zz", 400, badRequest},
	{fw + "steady?as_of=2024-03-31;version=1.0.0", 400, badRequest},
	{fw + "steady?", 200, "1.5.0"},
	// Frameworks that ended, came back, were renamed, need a change, or never were.
	{fw + "gone", 410, ended},
	{fw + "gone?as_of=2024-05-31", 200, "1.0.0"},
	{fw + "gone?as_of=2024-06-01T07:59:59.999Z", 200, "1.0.0"},
	{fw + "gone?as_of=2024-06-01T08:00:00Z", 410, ended},
	{fw + "gone?version=1.0.0", 200, "1.0.0"},
	{fw + "gone/versions/2.0.0", 410, ended},
	{fw + "back?as_of=2024-06-15", 410, ended},
	{fw + "back", 200, "2.1.0"},
	{fw + "former", 308, fw + "renamed"},
	{fw + "former?as_of=2024-05-01T00:00:00%2B02:00", 308, fw + "renamed?as_of=2024-05-01T00:00:00%2B02:00"},
	{fw + "former/versions/1.0.0", 308, fw + "renamed/versions/1.0.0"},
	{fw + "former/levels/l1?version=1.0.0", 308, fw + "renamed/levels/l1?version=1.0.0"},
	{fw + "former/competencies/%2e%2e%2fcraft", 308, fw + "renamed/competencies/%2e%2e%2fcraft"},
	{fw + "former/diff", 308, fw + "renamed/diff"},
	{fw + "former/problems", 308, fw + "renamed/problems"},
	{fw + "former/versions", 308, fw + "renamed/versions"},
	{fw + "former/levels/l1/history", 308, fw + "renamed/levels/l1/history"},
	{fw + "renamed?as_of=2024-05-01", 200, "1.0.0"},
	{fw + "shaky", 200, "1.0.0"},
	{fw + "never", 404, needsChange},
	{fw + "never/levels/l1", 404, needsChange},
	{fw + "none", 404, notFound},
	// Parts.
	{fw + "steady/levels/l2", 200, "1.5.0"},
	{fw + "steady/levels/l2?as_of=2024-03-31", 200, "1.1.0"},
	{fw + "steady/levels/l2?cycle=2024-h2", 200, "1.2.0"},
	{fw + "steady/levels/l9", 404, notFound},
	{fw + "steady/levels/l2?version=9.9.9", 404, notFound},
	{fw + "gone/levels/l2", 410, ended},
	{fw + "steady/competencies/craft?version=1.1.0", 200, "1.1.0"},
	{fw + "steady/competencies/craft?level=l1", 400, badRequest},
	{fw + "steady/competencies/charm", 404, notFound},
}

func TestAnswers(t *testing.T) {
	t.Parallel()
	s := worldServer(t)
	for _, c := range answers {
		a := get(t, s, c.target)
		if got := outcome(t, a); a.StatusCode != c.status || got != c.want {
			t.Errorf("%s: got %d %s, want %d %s", c.target, a.StatusCode, got, c.status, c.want)
		}
	}
}

// TestAnswersSayWhen: the headers say how the text stands to the moment.
func TestAnswersSayWhen(t *testing.T) {
	t.Parallel()
	s := worldServer(t)
	for _, part := range []string{"", "/levels/l2", "/competencies/craft"} {
		for _, c := range []struct{ query, status, asOf, version string }{
			{"?as_of=2031-01-01", "scheduled", "2031-01-01T22:59:59Z", "1.5.0"}, // first: nothing of it may stay
			{"", "current", "", "1.5.0"},
			{"?as_of=2025-03-01", "current", "2025-03-01T22:59:59Z", "1.5.0"},
			{"?as_of=2025-03-02", "scheduled", "2025-03-02T22:59:59Z", "1.5.0"},
			{"?as_of=2025-03-01T09:00:01Z", "scheduled", "2025-03-01T09:00:01Z", "1.5.0"},
			{"?as_of=2025-03-01T09:00:00Z", "current", "2025-03-01T09:00:00Z", "1.5.0"},
			{"?as_of=2024-10-27", "historic", "2024-10-27T22:59:59Z", "1.3.0"},
			{"?as_of=9999-12-31", "scheduled", "9999-12-31T22:59:59Z", "1.5.0"},
			{"?cycle=2024-h2", "historic", "2024-07-01T21:59:59Z", "1.2.0"},
			{"?version=1.5.0", "current", "", "1.5.0"},
			{"?version=1.0.0", "historic", "", "1.0.0"},
		} {
			h := get(t, s, "/v1/frameworks/steady"+part+c.query).Header
			location := "/v1/frameworks/steady/versions/" + c.version
			if part != "" {
				location = "/v1/frameworks/steady" + part + "?version=" + c.version
			}
			got := []string{h.Get("Milepost-Status"), h.Get("Milepost-As-Of"), h.Get("Content-Location")}
			if diff := cmp.Diff([]string{c.status, c.asOf, location}, got); diff != "" {
				t.Errorf("%s%s (-want +got):\n%s", part, c.query, diff)
			}
		}
	}
}

func TestProblemsNameWhatThereIs(t *testing.T) {
	t.Parallel()
	s := worldServer(t)
	ask := func(target string) Problem { return decoded[Problem](t, get(t, s, "/v1/frameworks/"+target)) }
	first := &Reference{Number: "1.0.0", EffectiveFrom: "2024-03-01T09:00:00Z", Href: "/v1/frameworks/steady/versions/1.0.0"}
	if p := ask("steady?as_of=2024-02-29"); !cmp.Equal(p.First, first) || !strings.Contains(p.Detail, "On 2024-02-29 ") || !strings.Contains(p.Detail, "is of 2024-03-01.") {
		t.Errorf("before the first: got %+v %+v", p, p.First)
	}
	last := &Reference{Number: "1.0.0", EffectiveFrom: "2024-03-01T09:00:00Z", Href: "/v1/frameworks/gone/versions/1.0.0"}
	for _, target := range []string{"gone", "gone/versions/2.0.0", "gone/diff"} {
		if p := ask(target); !cmp.Equal(p.Last, last) || !strings.Contains(p.Detail, "ended on 2024-06-01") {
			t.Errorf("%s: got %+v %+v", target, p, p.Last)
		}
	}
	newest := &Reference{Number: "1.5.0", EffectiveFrom: "2024-12-31T23:00:00Z", Href: "/v1/frameworks/steady/versions/1.5.0"}
	if p := ask("steady/versions/7.0.0"); !cmp.Equal(p.Last, newest) {
		t.Errorf("an unknown number: got %+v %+v", p, p.Last)
	}
	for target, want := range map[string][]string{
		"none":                      {"back", "renamed", "shaky", "steady"},
		"steady?cycle=2099":         {"2023-h2", "2024-h2", "2025-h1"},
		"steady/levels/l9":          {"l1", "l2"},
		"steady/competencies/charm": {"craft"},
		"steady?asof=2024-03-31":    {"as_of", "known_at", "cycle", "version"},
		"steady/diff?since=1.0.0":   {"from", "to", "level", "known_at"},
	} {
		if p := ask(target); !slices.Equal(p.Allowed, want) {
			t.Errorf("%s: got %v allowed, want %v", target, p.Allowed, want)
		}
	}
}

func TestList(t *testing.T) {
	t.Parallel()
	s := worldServer(t)
	for query, want := range map[string][]string{
		"":                              {"back 2.1.0 of 3", "renamed 1.1.0 of 2", "shaky 1.0.0 of 1 needs a change", "steady 1.5.0 of 6"},
		"?as_of=2031-01-01":             {"back 2.1.0 of 3", "renamed 1.1.0 of 2", "shaky 1.0.0 of 1 needs a change", "steady 1.5.0 of 6"},
		"?as_of=2024-06-15":             {"renamed 1.0.0 of 2", "shaky 1.0.0 of 1 needs a change", "steady 1.2.0 of 6"},
		"?cycle=2024-h2":                {"back 2.1.0 of 3", "renamed 1.0.0 of 2", "shaky 1.0.0 of 1 needs a change", "steady 1.2.0 of 6"},
		"?as_of=2024-03-01T08:59:59Z":   nil,
		"?as_of=2024-06-01T08:00:00Z":   {"renamed 1.0.0 of 2", "shaky 1.0.0 of 1 needs a change", "steady 1.2.0 of 6"},
		"?as_of=2024-03-01T09:00:00Z":   {"back 1.0.0 of 3", "gone 1.0.0 of 2", "renamed 1.0.0 of 2", "shaky 1.0.0 of 1 needs a change", "steady 1.0.0 of 6"},
		"?as_of=2024-03-01T09:00:00.0Z": {"back 1.0.0 of 3", "gone 1.0.0 of 2", "renamed 1.0.0 of 2", "shaky 1.0.0 of 1 needs a change", "steady 1.0.0 of 6"},
	} {
		list := decoded[FrameworkList](t, get(t, s, "/v1/frameworks"+query))
		var got []string
		for _, f := range list.Frameworks {
			line := fmt.Sprintf("%s %s of %d", f.ID, f.Version, f.Versions)
			if f.NeedsChange {
				line += " needs a change"
			}
			got = append(got, line)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", query, diff)
		}
		if list.Branch != "main" || len(list.Head) != 40 {
			t.Errorf("got branch %q and head %q", list.Branch, list.Head)
		}
	}
	for _, query := range []string{"?as_of=never", "?cycle=never", "?version=1.0.0", "?as_of="} {
		if a := get(t, s, "/v1/frameworks"+query); a.StatusCode != http.StatusBadRequest {
			t.Errorf("%s: got %d, want 400", query, a.StatusCode)
		}
	}
}
