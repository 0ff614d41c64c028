package server

import (
	"html"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/milepost-dev/milepost/internal/gittest"
	"github.com/milepost-dev/milepost/internal/history"
)

var tags = regexp.MustCompile(`<[^>]*>`)

// text is what a page says, without its markup.
func text(page string) string {
	_, page, _ = strings.Cut(page, "<body")
	_, page, _ = strings.Cut(page, ">")
	page = strings.NewReplacer("</p>", " ", "</li>", " ", "</h1>", " ", "</h2>", " ", "</h3>", " ", "</dt>", " ", "</dd>", " ", "</td>", " ", "</th>", " ").Replace(page)
	return strings.Join(strings.Fields(html.UnescapeString(tags.ReplaceAllString(page, ""))), " ")
}

// state is an address, what it answers, and what the page has to say.
type state struct {
	at     string
	status int
	says   []string // in its text
	has    []string // in its markup
	lacks  []string // in its markup
}

func (st state) check(t *testing.T, s *Server) {
	t.Helper()
	w := look(t, s, st.at)
	page := w.Body.String()
	if w.Code != st.status {
		t.Errorf("%s answers %d, want %d: %.200s", st.at, w.Code, st.status, text(page))
		return
	}
	for _, err := range wellFormed(w.Body.Bytes()) {
		t.Errorf("%s: %v", st.at, err)
	}
	said := text(page)
	for _, want := range st.says {
		if !strings.Contains(said, want) {
			t.Errorf("%s does not say %q; it says %s", st.at, want, said)
		}
	}
	for _, want := range st.has {
		if !strings.Contains(page, want) {
			t.Errorf("%s does not have %s", st.at, want)
		}
	}
	for _, not := range st.lacks {
		if strings.Contains(page, not) {
			t.Errorf("%s has %s", st.at, not)
		}
	}
}

func TestPageStates(t *testing.T) {
	t.Parallel()
	r := library(t)
	edit(r)
	s := shelf(t, r.Dir, r.Dir)
	const ops, pm, roles = "/frameworks/product-operations-ladder", "/frameworks/product-management-ladder", "/frameworks/product-operations-roles"
	for _, st := range []state{
		{at: "/", status: 200, says: []string{"Example Company", "In force today", "Product operations ladder", "10 levels on 2 tracks, 9 competencies", "a newer text needs a change", "in the working copy alone", "See what never-right needs", "No longer in force", "ended on 1 December 2025", "Second half of 2026 opens on 1 July 2026", "Milepost 1.0.0-test"}, has: []string{`href="/frameworks/brand-new?version=working"`, `href="/problems#never-right"`, `href="/frameworks/passing/versions"`, `href="/?cycle=2026-h2"`, `<time datetime="2025-12-01">1 December 2025</time>`, "Milepost 1.0.0-test"}},
		{at: "/?as_of=2025-01-20", status: 200, says: []string{"As of 20 January 2025: what was in force that day", "Back to today", "version 1.0.0 provisional"}, has: []string{`href="/frameworks/product-operations-ladder?as_of=2025-01-20"`}, lacks: []string{"/frameworks/product-operations-roles"}},
		{at: "/?as_of=2020-01-01", status: 200, says: []string{"As of 1 January 2020", "There was no framework yet", "The first one is of 15 January 2025"}, has: []string{`href="/?as_of=2025-01-15"`}},
		{at: "/?as_of=2027-03-01", status: 200, says: []string{"As of 1 March 2027, a day to come"}},
		{at: "/?cycle=2026-h2", status: 200, says: []string{"As of 1 July 2026 (opening of Second half of 2026)"}},
		{at: "/?as-of=2025-01-01", status: 400, says: []string{"400 Not understood", `"as-of" is not something that can be asked here`}},
		{at: "/?as_of=2025-01-01&cycle=2026-h2", status: 400, says: []string{"one of them at a time"}},
		{at: "/?as_of=yesterday", status: 400, says: []string{`"yesterday" is not a date`}},

		{at: ops, status: 200, says: []string{"In force today: version 3.0.0 provisional, since 3 November 2025.", "belongs to Product operations", "restates “Product Operations Career Path”", "Individual contributor", "High, 4 of 5", "How much do I know of my field?"},
			has:   []string{`id="l4.autonomy"`, `href="#l4.autonomy"`, `colspan="2" class="shared"`, `<span id="l4.complexity"></span>`, `min="2025-01-15"`, `max="2027-11-22"`, `value="2026-11-22"`, `/levels/l4"`, `aria-current="page">Ladder`},
			lacks: []string{`class="asof elsewhere"`, "with minimal supervision, across"}},
		{at: ops + "?as_of=2025-03-01", status: 200, says: []string{"As of 1 March 2025: version 1.0.0 provisional, replaced on 12 June 2025.", "See what changed since", "Back to today"},
			has: []string{`class="asof elsewhere"`, `href="/frameworks/product-operations-ladder/diff?as_of=2025-03-01&amp;from=1.0.0"`, `/levels/l4?as_of=2025-03-01"`, `value="2025-03-01"`, `href="/?as_of=2025-03-01"`, `<time datetime="2025-03-01">`}},
		{at: ops + "?as_of=2026-01-01", status: 200, says: []string{"As of 1 January 2026: version 3.0.0 provisional, which is still in force."}},
		{at: ops + "?as_of=2026-11-22", status: 200, says: []string{"In force today"}, lacks: []string{`class="asof elsewhere"`}},
		{at: ops + "?as_of=2027-03-01", status: 200, says: []string{"As of 1 March 2027, a day to come", "the text in force today. As things stand, it still holds then."}},
		{at: ops + "?as_of=2025-06-12T09:59:00Z", status: 200, says: []string{"As of 12 June 2025, 11:59: version 1.0.0"}},
		{at: ops + "?cycle=2026-h2", status: 200, says: []string{"As of 1 July 2026 (opening of Second half of 2026)"}, has: []string{"/levels/l4?cycle=2026-h2"}},
		{at: ops + "?version=1.0.0", status: 200, says: []string{"Version 1.0.0 provisional, in force from 15 January 2025 until it was replaced on 12 June 2025."}, has: []string{"/levels/l4?version=1.0.0"}},
		{at: ops + "?version=3.0.0", status: 200, says: []string{"Version 3.0.0 provisional, in force since 3 November 2025 and today."}},
		{at: ops + "?version=working", status: 404, says: []string{"the newest version"}, has: []string{`href="/frameworks/product-operations-ladder"`}},
		{at: ops + "?version=9.9.9", status: 404, says: []string{"There is no version", "See all versions"}},
		{at: ops + "?as_of=2024-01-01", status: 404, says: []string{"404 Before the first version There was no Product operations ladder yet on 1 January 2024. Its first version is of 15 January 2025.", "Read the first version"}, has: []string{`href="/frameworks/product-operations-ladder?version=1.0.0"`}},
		{at: ops + "?track=ic", status: 200, has: []string{`id="l6.data"`, `aria-current="true">Individual contributor`}, lacks: []string{`id="m4.data"`}},
		{at: ops + "?area=job_scope&track=manager", status: 200, has: []string{`id="m4.breadth"`, `name="area" value="job_scope"`}, lacks: []string{`id="l4.breadth"`, `id="m4.data"`}},
		{at: ops + "?compare=l3,l4&as_of=2025-03-01", status: 200, says: []string{"The same at both", "only here"}, has: []string{`id="l3.autonomy"`, `id="l4.autonomy"`, `name="compare" value="l3,l4"`}, lacks: []string{`id="l5.autonomy"`}},
		{at: ops + "?compare=l3&with=m4", status: 200, has: []string{`id="l3.autonomy"`, `id="m4.autonomy"`}},
		{at: ops + "?compare=l3", status: 400, says: []string{"compare takes two levels"}},
		{at: ops + "?compare=l3,l3", status: 400, says: []string{"two different levels"}},
		{at: ops + "?compare=l3,x9", status: 404, says: []string{`There is no level "x9"`, "What there is", "Staff Product Operations Manager (L4)"}, has: []string{ops + "/levels/l4"}},
		{at: ops + "?track=x", status: 404, says: []string{`There is no track "x"`, "What can be written ic"}},
		{at: ops + "?area=x", status: 404, says: []string{`There is no area "x"`}},

		{at: ops + "/levels/l4", status: 200, says: []string{"L4 Staff Product Operations Manager", "Track Individual contributor", "Stage Proficient", "Job grade L4", "6 years or more", "Moves from Senior Product Operations Manager (L3)", "Moves to Principal Product Operations Manager (L5)", "new marks what L3 does not ask", "at L3: Moderate to high", "As at L3", "critical", "Advanced (3)", "12 June 2025", "The first version of the framework has this level"},
			has: []string{`/competencies/operational_excellence#advanced"`, `href="/frameworks/product-operations-ladder/diff?from=1.0.0&amp;level=l4&amp;to=2.0.0"`, `/levels/l4/history"`, `rel="prev"`, `rel="next"`, "version=3.0.0", `<details class="same" open>`}},
		{at: ops + "/levels/l1", status: 200, says: []string{"3 years or more in adjacent roles"}, lacks: []string{`class="tag">new`, `rel="prev"`}},
		{at: ops + "/levels/m6", status: 200, says: []string{"Job grades L6, L7", "At the same job grade"}},
		{at: ops + "/levels/l4?as_of=2025-03-01", status: 200, says: []string{"As of 1 March 2025", "with minimal supervision"}, has: []string{`diff?as_of=2025-03-01&amp;from=1.0.0&amp;level=l4"`, `href="/frameworks/product-operations-ladder/levels/l4">Back to today`, "product-operations-competencies/competencies/data_insights?as_of=2025-03-01#proficient"}},
		{at: ops + "/levels/l4?as_of=2025-12-24&known_at=2026-01-01", status: 200, says: []string{"As of 24 December 2025, as it was known on 1 January 2026: version 3.0.0"}, has: []string{"product-operations-competencies/competencies/data_insights?as_of=2025-12-24&amp;known_at=2026-01-01#proficient"}},
		{at: ops + "/levels/l9", status: 404, says: []string{`There is no level "l9"`, "Staff Product Operations Manager (L4)"}},
		{at: ops + "/competencies/autonomy", status: 200, says: []string{"Autonomy and execution", "Ways of working", "How independently do I work", "Leadership", "Very high, 5 of 5"}, has: []string{`<p id="l1">`}},
		{at: ops + "/competencies/nope", status: 404, says: []string{`There is no competency "nope"`, "Autonomy and execution"}, has: []string{ops + "/competencies/autonomy"}},
		{at: ops + "/versions", status: 200, says: []string{"3 November 2025, 16:00 in force", "pull request 12", "until 3 November 2025", "First version", "A tagged number is final. A provisional one may still change", "Review cycles"}, has: []string{"diff?from=1.0.0&amp;to=2.0.0"}},
		{at: ops + "/levels/l4/history", status: 200, says: []string{"What changed for Staff Product Operations Manager (L4)", "12 June 2025", "may ask more"}, has: []string{"<ins>"}, lacks: []string{"2.1.0"}},
		{at: ops + "/levels/l4/history?from=2025-07-01&to=", status: 200, says: []string{"Nothing changed for Staff Product Operations Manager (L4) since 1 July 2025."}},
		{at: ops + "/levels/m7/history", status: 200, says: []string{"Nothing changed for Senior Director Product Operations (M7)."}},
		{at: ops + "/levels/zz/history", status: 404, says: []string{`There is no level "zz"`}},
		{at: ops + "/diff", status: 200, says: []string{"What changed", "From 3 November 2025, 11:00, version 2.1.0", "To 3 November 2025, 16:00, version 3.0.0"}},
		{at: ops + "/diff?from=1.0.0", status: 200, says: []string{"This concerns the people at L1", "asks more", "asks less", "Staff Product Operations Manager (L4)", "Autonomy and execution", "may ask more", "Reworded."}, has: []string{"<del>", "<ins>without supervision, across several product lines</ins>", "<del>Accepts constructive feedback and turns it into action</del>"}},
		{at: ops + "/diff?from=1.0.0&level=l4", status: 200, says: []string{"What changed for Staff Product Operations Manager (L4)"}, lacks: []string{"Accepts constructive"}},
		{at: ops + "/diff?from=2025-03-01&to=2025-07-01&level=m7", status: 200, says: []string{"Nothing changed for Senior Director Product Operations (M7)"}},
		{at: ops + "/diff?from=3.0.0&to=3.0.0", status: 200, says: []string{"Both sides are the same text: nothing changed."}},
		{at: ops + "/diff?from=soon", status: 400, says: []string{"neither a version nor a date"}},

		{at: roles, status: 200, says: []string{"Product operations specialist", "Responsibilities", "Skills", "Where it leads", "seen at Muck Rack", "Questions", "Guidance"}, has: []string{`id="role.director"`}},
		{at: roles + "?version=working", status: 200, says: []string{"Working copy: not committed, and in force for nobody. It differs from version 1.0.0. No findings.", "See what changes", "Back to today", "Knows the tools that are used for <data>"}},
		{at: roles + "/diff?to=working", status: 200, says: []string{"To Working copy", "Nobody is asked for more or for less.", "Working copy: not committed"}, has: []string{"<ins>&lt;</ins>data<ins>&gt;</ins>"}},
		{at: "/frameworks/product-operations", status: 200, says: []string{"Definition", "Aims", "Align", "Frameworks of this discipline", "Product operations ladder"}},
		{at: "/frameworks/product-operations-competencies", status: 200, says: []string{"1 Foundational", "4 Expert", "Guidance"}, lacks: []string{`class="tracks"`}},
		{at: "/frameworks/product-operations-competencies/competencies/data_insights", status: 200, says: []string{"Definition", "To think about", "Turning signals into clarity"}},
		{at: pm, status: 200, says: []string{"A newer text of this framework needs a change before it can become a version."}, has: []string{`href="/problems#product-management-ladder"`}},
		{at: "/frameworks/brand-new?version=working", status: 200, says: []string{"The framework has no version yet."}, lacks: []string{"Back to today"}},
		{at: "/frameworks/brand-new", status: 404, says: []string{"404 No version yet A small ladder has no version yet: its text is in the working copy alone.", "Read the text in the working copy"}, has: []string{"/frameworks/brand-new?version=working"}},
		{at: "/frameworks/brand-new/versions", status: 200, says: []string{"There is no version yet"}},
		{at: "/frameworks/never-right", status: 404, says: []string{"404 No version yet", "See what needs a change"}, has: []string{`href="/problems#never-right"`}},
		{at: "/frameworks/passing", status: 410, says: []string{"410 No longer in force A small ladder ended on 1 December 2025.", "Read the last version, 1.0.0", "See all versions"}},
		{at: "/frameworks/passing/versions", status: 200, says: []string{"The framework ended", "ended"}, lacks: []string{"Back to today"}},
		{at: "/frameworks/passing?version=1.0.0", status: 200, says: []string{"in force from 15 January 2025 until the framework ended on 1 December 2025"}, lacks: []string{"Back to today", "See what changed since"}},
		{at: "/frameworks/passing/diff", status: 410},
		{at: "/frameworks/formerly-so", status: 308, says: []string{"308 Renamed"}},
		{at: "/frameworks/nope", status: 404, says: []string{"404 Not found", `There is no framework "nope" here.`, "What there is", "Product operations ladder"}},
		{at: "/nowhere", status: 404, says: []string{"There is nothing at this address."}},
		{at: "/assets/nothing.css", status: 404},
		{at: "/problems/before-the-first-version", status: 200, says: []string{"Before the first version"}},
		{at: "/problems/none-such", status: 404},

		{at: "/working", status: 200, says: []string{"findings need a change before this can become a version.", "changed Product operations roles", "new A small ladder", "removed", "needs a change", "autonomie", "See what changes", opsLadder + "/l2.cue:"}, has: []string{`id="product-operations-ladder"`, `href="#product-operations-ladder"`}},
		{at: "/problems", status: 200, says: []string{"Needs a change", "Product management ladder", "never-right", "What to write"}, has: []string{`id="never-right"`}},
	} {
		st.check(t, s)
	}
	w := look(t, s, "/frameworks/formerly-so/levels/l2?as_of=2025-03-01")
	if got := w.Header().Get("Location"); got != "/frameworks/renamed/levels/l2?as_of=2025-03-01" {
		t.Errorf("a renamed framework leads to %q", got)
	}
}

func TestEmptyStates(t *testing.T) {
	t.Parallel()
	t.Run("nothing yet", func(t *testing.T) {
		r := gittest.New(t)
		r.Write(map[string]string{"README.md": "nothing"}).Commit("start")
		s := shelf(t, r.Dir, r.Dir)
		state{at: "/", status: 200, says: []string{"There are no frameworks yet", "milepost init"}, lacks: []string{"dateform"}}.check(t, s)
		state{at: "/working", status: 200, says: []string{"Nothing differs"}}.check(t, s)
		state{at: "/problems", status: 200, says: []string{"Nothing needs a change"}}.check(t, s)
	})
	t.Run("not read yet", func(t *testing.T) {
		s, err := newWatched(Options{Store: history.NewStore(history.Options{})})
		if err != nil {
			t.Fatal(err)
		}
		for _, at := range []string{"/", "/working", "/problems", "/frameworks/x", "/frameworks/x/versions"} {
			state{at: at, status: 503, says: []string{"503 Not ready yet"}, has: []string{`data-retry="2"`}}.check(t, s)
		}
	})
	t.Run("outside Git", func(t *testing.T) {
		dir := t.TempDir()
		if err := os.CopyFS(filepath.Join(dir, "frameworks"), os.DirFS("../frameworks")); err != nil {
			t.Fatal(err)
		}
		s := shelfOf(t, history.Options{WorkDir: dir}, Options{})
		const ops = "/frameworks/product-operations-ladder"
		state{at: "/", status: 200, says: []string{"Not versioned"}, lacks: []string{"dateform", "1.0.0<"}}.check(t, s)
		state{at: ops, status: 200, says: []string{"Not versioned: this directory is not in Git", "a text that has no version"}, lacks: []string{"dateform", `aria-label="Parts of the framework"`}}.check(t, s)
		state{at: ops + "/levels/l4", status: 200, lacks: []string{"History of this level"}}.check(t, s)
		state{at: ops + "/versions", status: 200, says: []string{"so there is no history to look back on"}}.check(t, s)
		state{at: ops + "/diff", status: 200, says: []string{"there is nothing to compare with"}, lacks: []string{"Compare other versions"}}.check(t, s)
	})
}

// TestClosedPagesSayNothing sees that whoever may not read learns no name.
func TestClosedPagesSayNothing(t *testing.T) {
	t.Parallel()
	open := pamphlet(t)
	token := tokenOf("reader", readerToken)
	s, err := newWatched(Options{Store: open.o.Store, Now: libraryToday, Tokens: []Token{token}})
	if err != nil {
		t.Fatal(err)
	}
	state{at: "/", status: 401, says: []string{"401 A token is needed"}, lacks: []string{"A small ladder", "/frameworks/"}}.check(t, s)
	if w := look(t, s, "/", "Authorization", "Bearer "+readerToken); w.Code != 200 || w.Header().Get("Cache-Control") != "private, no-cache" {
		t.Errorf("with the token got %d %q", w.Code, w.Header().Get("Cache-Control"))
	}
}

func TestConditionalPages(t *testing.T) {
	t.Parallel()
	s := pamphlet(t)
	first := look(t, s, "/frameworks/small")
	tag := first.Header().Get("Etag")
	if again := look(t, s, "/frameworks/small", "If-None-Match", tag); tag == "" || again.Code != http.StatusNotModified || again.Body.Len() != 0 {
		t.Errorf("asked again with %q got %d and %d bytes", tag, again.Code, again.Body.Len())
	}
	r := httptest.NewRequest(http.MethodHead, "/frameworks/small", nil)
	w := httptest.NewRecorder()
	s.watched().ServeHTTP(w, r)
	if w.Code != 200 || w.Body.Len() != 0 || w.Header().Get("Etag") != tag {
		t.Errorf("HEAD got %d, %d bytes, tag %q, want %q", w.Code, w.Body.Len(), w.Header().Get("Etag"), tag)
	}
	style := look(t, s, s.pages.assets.Style)
	if got := style.Header().Get("Cache-Control"); style.Code != 200 || got != "public, max-age=31536000, immutable" || !strings.HasPrefix(style.Header().Get("Content-Type"), "text/css") {
		t.Errorf("the style got %d, %q, %q", style.Code, got, style.Header().Get("Content-Type"))
	}
}

// TestDatesAreTheOrganisations sees that a day is one of the organisation's.
func TestDatesAreTheOrganisations(t *testing.T) {
	t.Parallel()
	loc, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2025, 6, 30, 22, 30, 0, 0, time.UTC)
	if got := dayOf(at, loc); got != (date{"2025-07-01", "1 July 2025"}) {
		t.Errorf("got %v", got)
	}
	if got := momentOf(at, loc); got != (date{"2025-07-01T00:30:00+02:00", "1 July 2025, 00:30"}) {
		t.Errorf("got %v", got)
	}
}
