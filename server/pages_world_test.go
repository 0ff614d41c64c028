package server

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/milepost-dev/milepost/internal/compile"
	"github.com/milepost-dev/milepost/internal/gitrepo"
	"github.com/milepost-dev/milepost/internal/gittest"
	"github.com/milepost-dev/milepost/internal/history"
)

// libraryToday is when the pages of the tests are looked at.
func libraryToday() time.Time { return time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC) }

const (
	opsLadder = "frameworks/product-operations-ladder"
	hostile   = `<script>alert("1")</script> & "><img src=x onerror='alert(2)'> {{.}} javascript:alert(3)`
)

// hostileLadder is a framework whose author tries to break the pages, and
// that has what the frameworks of this repository do without.
var hostileLadder = fmt.Sprintf(`package framework

import "github.com/milepost-dev/milepost/schema"

framework: schema.#Framework
framework: {
	id:         "support-ladder"
	kind:       "ladder"
	title:      %[1]q
	summary:    %[1]q
	owners: [%[1]q]
	source: {title: %[1]q, author: %[1]q}
	cumulative: true
	order: {tracks: ["craft"], areas: ["work"], competencies: ["craft", "care", "sales"]}
	tracks: craft: title: %[1]q
	areas: work: {title: %[1]q, definition: %[1]q}
	competencies: craft: {area: "work", title: %[1]q, question: %[1]q, summary: %[1]q, definition: %[1]q, prompts: [%[1]q]}
	competencies: care: {area: "work", title: "Care", appliesTo: levels: ["l2"]}
	competencies: sales: {area: "work", title: "Sales"}
	degrees: craft: [%[1]q, "High"]
	levels: l1: {
		rank: 1, code: "<b>S1", track: "craft", stage: %[1]q
		titles: [{text: %[1]q}, {text: "Helper", note: %[1]q}, {text: "Hand"}]
		summary: %[1]q
		experience: {years: 1, in: %[1]q, text: %[1]q}
		expectations: {
			craft: {degree: %[1]q, items: [{text: %[1]q, examples: [%[1]q], evidence: [%[1]q], notThis: [%[1]q]}]}
			sales: none: %[1]q
		}
	}
	levels: l2: {
		rank: 2, track: "craft", titles: [{text: "Senior"}]
		expectations: {
			craft: {degree: "High", items: ["Answers well", %[1]q]}
			care: items: ["Cares"]
			sales: none: %[1]q
		}
	}
	levels: l3: {
		rank: 3, track: "craft", titles: [{text: "Lead"}]
		expectations: {craft: {degree: "High", items: ["Leads others to answer well"]}, sales: none: "Sells nothing"}
	}
	guidance: [{title: %[1]q, items: [%[1]q]}]
	questions: [%[1]q]
}
`, hostile)

// library is a repository with the frameworks of this one, some changes, a
// framework that ended, one that was renamed, one that needs a change, and one
// whose author means harm.
func library(t testing.TB) *gittest.Repo {
	t.Helper()
	r := gittest.New(t)
	on := func(day string) *gittest.Repo {
		at, err := time.Parse(time.DateTime, day)
		if err != nil {
			t.Fatal(err)
		}
		return r.At(at)
	}
	r.Copy("../cue.mod", "cue.mod").Copy("../frameworks", "frameworks").Remove("frameworks/product-operations-roles")
	r.Write(gittest.Ladder("passing", "Stays a while"))
	r.Write(gittest.Ladder("formerly-so", "Is renamed"))
	on("2025-01-15 09:00:00").Commit("Start")
	r.Copy("../frameworks/product-operations-roles", "frameworks/product-operations-roles")
	on("2025-02-10 09:00:00").Commit("Add the role guide (#3)")
	r.Replace(opsLadder+"/l4.cue", "with minimal supervision", "without supervision, across several product lines")
	on("2025-06-12 10:00:00").Commit("Merge pull request #12 from people/l4")
	r.Replace(opsLadder+"/l1.cue", `"Accepts constructive feedback and turns it into action"`, "")
	on("2025-11-03 10:00:00").Commit("Ask less")
	r.Replace(opsLadder+"/l1.cue", "Understands the need and", "Understands the needs and")
	on("2025-11-03 15:00:00").Commit("A typo")
	renamed := strings.Replace(gittest.Ladder("renamed", "Is renamed")["frameworks/renamed/framework.cue"], "title:", "formerly: [\"formerly-so\"]\n\ttitle:", 1)
	r.Remove("frameworks/formerly-so").Write(map[string]string{"frameworks/renamed/framework.cue": renamed})
	r.Remove("frameworks/passing").Write(map[string]string{"frameworks/support-ladder/framework.cue": hostileLadder})
	on("2025-12-01 09:00:00").Commit("End, rename, begin")
	r.Replace("frameworks/product-management-ladder/l3.cue", "rank:  3", `rank: "three"`)
	r.Write(map[string]string{"frameworks/never-right/framework.cue": "package framework\n\nframework: {id: \"never-right\"}\n"})
	on("2026-05-01 09:00:00").Commit("Needs a change")
	return r
}

// edit leaves the repository's working copy with a framework that changed, a
// new one, one that is gone, and one that needs a change.
func edit(r *gittest.Repo) {
	r.Replace("frameworks/product-operations-roles/data_analyst.cue", `"Knows the tools that are used for data"`, `"Knows the tools that are used for <data>"`)
	r.Write(gittest.Ladder("brand-new", "Is not committed"))
	r.Remove("frameworks/renamed")
	r.Replace(opsLadder+"/l2.cue", "autonomy: {", "autonomie: {")
}

// pamphlet is a server of a repository with one small framework.
func pamphlet(t testing.TB) *Server {
	t.Helper()
	r := gittest.New(t)
	r.Write(gittest.Ladder("small", "Makes hard things")).Commit("start")
	return shelf(t, r.Dir, "")
}

// shelf reads a repository; work is the directory of a working copy, or "".
func shelf(t testing.TB, dir, work string) *Server {
	t.Helper()
	repo, err := gitrepo.Open(context.Background(), gitrepo.Options{Location: dir})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { repo.Close() })
	return shelfOf(t, history.Options{Repo: repo, WorkDir: work}, Options{})
}

// shelfOf makes a server over a store that was refreshed once.
func shelfOf(t testing.TB, store history.Options, o Options) *Server {
	t.Helper()
	c, err := compile.New(compile.Options{})
	if err != nil {
		t.Fatal(err)
	}
	store.Root, store.Compiler, store.Now = "frameworks", c, libraryToday
	o.Store, o.Now, o.Version = history.NewStore(store), libraryToday, "1.0.0-test"
	if err := o.Store.Refresh(context.Background()); err != nil {
		t.Fatal(err)
	}
	s, err := newWatched(o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// look asks for a page as a browser does.
func look(t testing.TB, s *Server, target string, headers ...string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequest(http.MethodGet, target, nil)
	r.Header.Set("Accept", "text/html,application/xhtml+xml,*/*;q=0.8")
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	if s.o.Local {
		r.Host = "localhost"
	}
	w := httptest.NewRecorder()
	s.watched().ServeHTTP(w, r)
	return w
}
