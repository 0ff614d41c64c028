package server

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/milepost-dev/milepost/internal/compile"
	"github.com/milepost-dev/milepost/internal/diag"
	"github.com/milepost-dev/milepost/internal/gittest"
	"github.com/milepost-dev/milepost/internal/history"
	"github.com/milepost-dev/milepost/internal/ladder"
)

const hostileTitle = "<script>alert(1)</script> \u202ethgir @everybody\n" + `"><img src=x onerror=alert(2)>`

// proposal makes server options with proposed changes, by number: 1 is checked,
// with all that one can do to a ladder; the others are in each other state.
func proposal(t testing.TB, r *gittest.Repo, store *history.Store) func(context.Context, int) (*history.Proposed, error) {
	t.Helper()
	const ops, next = "frameworks/product-operations-ladder/", "frameworks/next/product-operations-ladder/"
	r.Copy(r.Dir+"/frameworks/product-operations-ladder", "frameworks/next/product-operations-ladder")
	r.Replace(next+"framework.cue", "\tkind:", "\teffective: \"2027-03-01\"\n\tkind:")
	r.Replace(next+"l3.cue", `"Draws on wide-ranging experience"`, `"Draws on wide-ranging experience", "Shares what was learnt"`)
	r.Replace(next+"l3.cue", `degree: "Moderate to high"`, `degree: "High"`)
	r.Replace(ops+"l4.cue", "without supervision", "with <b>minimal</b> supervision")
	r.Replace(ops+"l4.cue", `"Helps to drive peers towards the goals of the project"`, "")
	r.Write(gittest.Ladder("newcomer", "Helps others"))
	p := history.Proposal{"product-operations-roles": nil}
	for _, dir := range []string{"product-operations-ladder", "next/product-operations-ladder", "newcomer"} {
		p[dir] = compiled(t, r.Dir, dir)
	}
	r.Git("checkout", "-q", "--", ".")
	r.Git("clean", "-qfd")
	preview, err := store.Preview(t.Context(), p)
	if err != nil {
		t.Fatal(err)
	}
	texts, err := preview.Texts(time.UTC)
	if err != nil {
		t.Fatal(err)
	}
	for i := range texts {
		if texts[i].Coming != nil {
			texts[i].Notice = "kept: <b>99 days</b>."
			texts[i].Version.Said.Release = &ladder.Release{Why: "Work <changed>.", Contact: "people-team"}
		}
	}
	at := libraryToday().Add(-time.Hour)
	finding := func(sev diag.Severity, id string) diag.Finding {
		return diag.Finding{Severity: sev, Framework: id, Code: "notice", Message: `the text of <i>L4</i> changes at once`, Position: diag.Position{File: "frameworks/" + id + "/l4.cue", Line: 3}, Help: `give the change a day: effective: "2027-03-01"`}
	}
	known := map[int]*history.Proposed{
		1: {Number: 1, Title: hostileTitle, Author: "ada", URL: "https://github.example/acme/careers/pull/1", State: history.ProposedChecked, Head: strings.Repeat("a1", 20), Base: "main", At: at, Texts: texts, Findings: diag.List{finding(diag.Warning, "product-operations-ladder")}},
		2: {Number: 2, Title: "Waits", Author: "<b>eve</b> \u202e", URL: "javascript:alert(1)", State: history.ProposedWaiting, Head: "b2"},
		3: {Number: 3, Title: "Unread", State: history.ProposedUnread, Why: "its texts are <larger> than what is read"},
		4: {Number: 4, Title: "Declined", State: history.ProposedDeclined},
		5: {Number: 5, Title: "Merged", State: history.ProposedMerged, Texts: []history.ProposedText{{ID: "product-operations-ladder"}, {ID: "product-operations-ladder"}, {ID: "gone"}}},
		6: {Number: 6, Title: "Nothing", State: history.ProposedChecked, At: at, Draft: true},
		7: {Number: 7, Title: strings.Repeat("long ", 1000), State: history.ProposedChecked, At: at, Findings: diag.List{finding(diag.Error, "no-such"), finding(diag.Error, "")}},
	}
	return func(_ context.Context, n int) (*history.Proposed, error) {
		if n == 99 {
			return nil, errors.New("hush: a secret reason")
		}
		return known[n], nil
	}
}

func compiled(t testing.TB, dir, id string) *compile.Result {
	t.Helper()
	c, err := compile.New(compile.Options{})
	if err != nil {
		t.Fatal(err)
	}
	r, err := c.Framework(t.Context(), compile.Unit{FS: os.DirFS(dir), Root: "frameworks", Dir: id})
	if err != nil {
		t.Fatal(err)
	}
	if r.Findings.HasErrors() {
		t.Fatalf("%s: %v", id, r.Findings)
	}
	return r
}

// proposing is a server with proposed changes.
func proposing(t testing.TB) *Server {
	t.Helper()
	r := library(t)
	s := shelf(t, r.Dir, "")
	s.o.Pulls = proposal(t, r, s.o.Store)
	s.o.Local = true
	return s
}

func TestProposedStates(t *testing.T) {
	t.Parallel()
	s := proposing(t)
	for _, st := range []state{
		{at: "/pulls/1", status: 200, says: []string{
			"Proposed change 1 <script>alert(1)</script> thgir @everybody \"><img", "This is proposed and not decided. It is in force for nobody.", "checked on 22 November 2026",
			"proposed by ada", "the pull request on GitHub", "Nothing needs a change. 1 thing deserves a look.", "What happens next Say what you think of it to ada",
			"What deserves a look: Product operations ladder", "Notice Kept: <b>99 days</b>. Why Work <changed>. Promotions under way Nothing is said about them. Whom to ask people-team",
			"Read by everybody From the day on which it takes effect", "The text of <i>L4</i> changes at once.", "What to write",
			"It would be version 4.0.0, in force as soon as this is merged.", "This concerns the people at L4", "Marked against version 3.0.0 provisional, in force since 3 November 2025.", "Marked against version 4.0.0, which this change would make.", "<b>minimal</b>",
			"A coming edition: it would take effect on 1 March 2027, in 99 days. If nothing else changes before, it will then be version",
			"It would be version 1.0.0, the first, in force as soon as this is merged.", "A new framework.", "Helps others",
			"It would end as soon as this is merged.", "Release notes for staff", "Release notes for managers", "Release notes for the record",
			"as it was checked on", "localhost/pulls/1", "Product operations ladder, edition of March 2027",
		}, has: []string{`id="product-operations-ladder.l4.autonomy" class="altered"`, `id="next.product-operations-ladder.l3.`, "<ins>with &lt;b&gt;minimal&lt;/b&gt;</ins>", "<del>without</del>", `href="#next.product-operations-ladder"`, `<bdi>&lt;script&gt;`, `href="https://github.example/acme/careers/pull/1"`},
			lacks: []string{"<script>alert", "<img", "\u202e", "<b>minimal", "-next."}},
		{at: "/pulls/2", status: 200, says: []string{"It is being checked.", "proposed by <b>eve</b>"}, has: []string{`data-retry="10"`}, lacks: []string{"findings", "javascript", "on GitHub", "\u202e"}},
		{at: "/pulls/3", status: 200, says: []string{"It could not be checked, so that nothing can be shown of it. Its texts are <larger> than what is read."}, lacks: []string{"data-retry", "<larger>"}},
		{at: "/pulls/4", status: 200, says: []string{"closed and not taken over", "Proposed change 4, which was not taken over."}, lacks: []string{"in force"}},
		{at: "/pulls/5", status: 200, has: []string{`<li><a href="/frameworks/product-operations-ladder">`}, says: []string{"It was taken over (merged).", "Read what counts now: Product operations ladder Proposed change 5", "Proposed change 5, which was taken over."}, lacks: []string{"in force for nobody"}},
		{at: "/pulls/6", status: 200, says: []string{"its author still works on it", "Nothing needs a change. What happens next When it is ready, the author says so", "No text changes"}, has: []string{`class="tag">draft`}},
		{at: "/pulls/7", status: 200, says: []string{"2 things need a change before this can be merged. What happens next What needs a change is mended on GitHub by the author.", "What needs a change: no-such", "What it means for people shows once that is mended.", "…"}, lacks: []string{"No text changes"}},
		{at: "/pulls/8", status: 404, says: []string{`There is no proposed change "8" here.`}},
		{at: "/pulls/01", status: 404}, {at: "/pulls/0", status: 404}, {at: "/pulls/-1", status: 404}, {at: "/pulls/x", status: 404}, {at: "/pulls/99999999999999999999", status: 404},
		{at: "/pulls/1?as_of=2026-01-01", status: 400},
		{at: "/pulls/99", status: 500, lacks: []string{"hush"}},
	} {
		st.check(t, s)
	}
	if n := len(look(t, s, "/pulls/7").Body.String()); n > 20_000 {
		t.Errorf("a long title makes a page of %d bytes", n)
	}
}

// TestProposedAreForReadersOfDrafts: to all others there is nothing at these
// addresses, byte for byte, whatever is proposed.
func TestProposedAreForReadersOfDrafts(t *testing.T) {
	t.Parallel()
	r := published(t)
	with, without := closedShelf(t, r), closedShelf(t, r)
	asked := 0
	with.o.Pulls = func(context.Context, int) (*history.Proposed, error) {
		asked++
		return &history.Proposed{Number: 1, Title: "secret", State: history.ProposedWaiting}, nil
	}
	open := shelf(t, r.Dir, "")
	open.o.Pulls = with.o.Pulls
	for _, at := range []string{"/pulls/1", "/pulls/2", "/pulls/x", "/pulls/1?x=1", "/pulls/"} {
		a, b := look(t, with, at, "Authorization", "Bearer "+readerToken), look(t, without, at, "Authorization", "Bearer "+readerToken)
		if a.Code != http.StatusNotFound || a.Body.String() != b.Body.String() || !maps.EqualFunc(a.Header(), b.Header(), func(x, y []string) bool { return strings.Join(x, "\n") == strings.Join(y, "\n") }) {
			t.Errorf("%s: got %d %s", at, a.Code, text(a.Body.String()))
		}
		if nowhere := look(t, with, "/nowhere", "Authorization", "Bearer "+readerToken); text(nowhere.Body.String()) != text(a.Body.String()) {
			t.Errorf("%s says something else than an address that is none", at)
		}
		if w := look(t, open, at); w.Code != http.StatusNotFound {
			t.Errorf("%s without tokens, for everybody: got %d", at, w.Code)
		}
		if w := look(t, with, at); w.Code != http.StatusUnauthorized {
			t.Errorf("%s without a token: got %d", at, w.Code)
		}
	}
	if asked != 0 {
		t.Errorf("what is proposed was looked up %d times for who may not see it", asked)
	}
	w := look(t, with, "/pulls/1", "Authorization", "Bearer "+draftsToken)
	if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "secret") || w.Header().Get("Cache-Control") != "private, no-cache" {
		t.Errorf("whoever may: got %d %v", w.Code, w.Header())
	}
	if w := look(t, without, "/pulls/1", "Authorization", "Bearer "+draftsToken); w.Code != http.StatusNotFound {
		t.Errorf("a server that knows of no changes: got %d", w.Code)
	}
}
