package server

import (
	"fmt"
	"net/http"
	"os/exec"
	"strings"
	"testing"

	"github.com/milepost-dev/milepost/internal/gittest"
)

// TestDiff compares versions, dates and levels.
func TestDiff(t *testing.T) {
	t.Parallel()
	s := worldServer(t)
	for query, want := range map[string]string{
		"":                                  "1.4.0 to 1.5.0: changes",
		"?from=1.0.0":                       "1.0.0 to 1.5.0: changes",
		"?from=v1.0.0&to=v1.1.0":            "1.0.0 to 1.1.0: changes",
		"?to=1.0.0":                         "1.0.0 to 1.0.0: none",
		"?from=1.2.0&to=1.2.0":              "1.2.0 to 1.2.0: none",
		"?from=1.5.0&to=1.0.0":              "1.5.0 to 1.0.0: changes",
		"?from=2024-03-31&to=2024-10-27":    "1.1.0 to 1.3.0: changes",
		"?from=2024-03-31T22:00:00Z":        "1.2.0 to 1.5.0: changes",
		"?from=2024-03-31T23:59:59.9Z":      "1.2.0 to 1.5.0: changes",
		"?to=2031-01-01":                    "1.4.0 to 1.5.0: changes",
		"?from=1.0.0&to=1.1.0&level=l2":     "1.0.0 to 1.1.0: changes",
		"?from=1.0.0&to=1.1.0&level=l1":     "1.0.0 to 1.1.0: none",
		"?from=2024-03-01&to=1.1.0":         "1.0.0 to 1.1.0: changes",
		"?from=2024-03-01T10:00:00%2B01:00": "1.0.0 to 1.5.0: changes",
	} {
		d := decoded[DiffAnswer](t, get(t, s, "/v1/frameworks/steady/diff"+query))
		if got := summary(d); got != want {
			t.Errorf("%s: got %s, want %s", query, got, want)
		}
		if (len(d.Changes) > 0) != (d.Bump != "") || (len(d.Changes) > 0) != (d.Category != "") {
			t.Errorf("%s: got bump %q and category %q with %d changes", query, d.Bump, d.Category, len(d.Changes))
		}
	}
	if d := decoded[DiffAnswer](t, get(t, s, "/v1/frameworks/back/diff")); d.From.Number != "1.0.0" || d.To.Number != "2.1.0" {
		t.Errorf("after an end: got %s to %s, want 1.0.0 to 2.1.0", d.From.Number, d.To.Number)
	}
	if d := decoded[DiffAnswer](t, get(t, s, "/v1/frameworks/gone/diff?to=1.0.0")); d.To.Number != "1.0.0" {
		t.Errorf("before an end: got %s, want 1.0.0", d.To.Number)
	}
}

// summary is what was compared, and whether anything changed; how much did is
// the business of package ladder.
func summary(d DiffAnswer) string {
	changes := "none"
	if len(d.Changes) > 0 {
		changes = "changes"
	}
	return fmt.Sprintf("%s to %s: %s", d.From.Number, d.To.Number, changes)
}

func TestDiffRefuses(t *testing.T) {
	t.Parallel()
	s := worldServer(t)
	for target, want := range map[string]string{
		"steady/diff?from=1":                        badRequest,
		"steady/diff?from=2024-02-30":               badRequest,
		"steady/diff?from=2024-02-29":               beforeFirst,
		"steady/diff?to=2024-02-29":                 beforeFirst,
		"steady/diff?to=9.9.9":                      notFound,
		"steady/diff?from=9.9.9":                    notFound,
		"steady/diff?level=l9":                      notFound,
		"steady/diff?from=":                         badRequest,
		"steady/diff?from=1.0.0&from=1.1.0":         badRequest,
		"steady/diff?as_of=2024-03-31":              badRequest,
		"steady/diff?to=working":                    notFound,
		"gone/diff":                                 ended,
		"gone/diff?to=2.0.0":                        ended,
		"gone/diff?from=2.0.0&to=1.0.0":             ended,
		"back/diff?to=2024-06-15":                   ended,
		"never/diff":                                needsChange,
		"none/diff":                                 notFound,
		"steady/levels/l2/history?from=1":           badRequest,
		"steady/levels/l2/history?from=working":     notFound,
		"steady/levels/l9/history":                  notFound,
		"steady/levels/l2/history?to=2024-02-29":    beforeFirst,
		"steady/levels/l2/history?level=l2":         badRequest,
		"steady/levels/l2/history?as_of=2024-05-01": badRequest,
		"never/levels/l2/history":                   notFound,
	} {
		a := get(t, s, "/v1/frameworks/"+target)
		if a.StatusCode == http.StatusOK {
			t.Errorf("%s: got 200, want %s", target, want)
		} else if got := outcome(t, a); got != want {
			t.Errorf("%s: got %d %s, want %s", target, a.StatusCode, got, want)
		}
	}
}

// TestDiffInTheFormThatIsWanted: JSON, Markdown and a page, by Accept.
func TestDiffInTheFormThatIsWanted(t *testing.T) {
	t.Parallel()
	s := worldServer(t)
	tags := map[string]string{}
	for accept, want := range map[string]string{
		"":                                      "application/json",
		"*/*":                                   "application/json",
		"application/*":                         "application/json",
		"APPLICATION/JSON":                      "application/json",
		"text/markdown":                         "text/markdown; charset=utf-8",
		"text/*":                                "text/markdown; charset=utf-8",
		"text/html;q=0.5, text/markdown;q=0.4":  "text/html; charset=utf-8",
		"text/markdown;q=0, text/*;q=0.1":       "text/html; charset=utf-8",
		"application/json;q=0.2, text/markdown": "text/markdown; charset=utf-8",
		"text/html,application/xml;q=0.9,*/*;q=0.8": "text/html; charset=utf-8",
		"image/png":            "application/problem+json",
		"application/json;q=0": "application/problem+json",
		"application/json;q=x": "application/problem+json",
	} {
		a := get(t, s, "/v1/frameworks/steady/diff", "Accept", accept)
		if got := a.Header.Get("Content-Type"); got != want || a.Header.Get("Vary") != "Accept" {
			t.Errorf("Accept: %s: got %s, Vary %q, want %s", accept, got, a.Header.Get("Vary"), want)
		}
		if a.StatusCode == http.StatusNotAcceptable {
			continue
		}
		tags[a.Header.Get("Etag")] = want
		if again := get(t, s, "/v1/frameworks/steady/diff", "Accept", accept, "If-None-Match", a.Header.Get("Etag")); again.StatusCode != http.StatusNotModified {
			t.Errorf("Accept: %s: asked again, got %d, want 304", accept, again.StatusCode)
		}
	}
	if len(tags) != 3 {
		t.Errorf("got %d entity tags for three forms", len(tags))
	}
	a := get(t, s, "/v1/frameworks/steady/diff?from=1.0.0&to=1.1.0", "Accept", "text/markdown")
	if want := "# A small ladder: 1.0.0 to 1.1.0\n\n"; !strings.HasPrefix(string(a.plain), want) || !strings.Contains(string(a.plain), "\n- **") {
		t.Errorf("got %q, want it to begin with %q and to have a list", a.plain, want)
	}
}

// TestMarkdownIsText: what an author writes is shown, and never interpreted.
func TestMarkdownIsText(t *testing.T) {
	t.Parallel()
	r := gittest.New(t)
	r.Write(gittest.Ladder("a", "Makes things")).Commit("start")
	r.Write(gittest.Ladder("a", "<script>alert(1)</script> [x](javascript:y) **b** @team `c` | # d")).Commit("odd")
	s := serverOf(t, storeOf(t, r.Dir, ""), Options{})
	text := string(get(t, s, "/v1/frameworks/a/diff", "Accept", "text/markdown").plain)
	for _, bad := range []string{"<script", "[x](", " **b**", "@team", "`c`"} {
		if strings.Contains(text, bad) {
			t.Errorf("the Markdown has %s in it:\n%s", bad, text)
		}
	}
}

func TestLevelHistory(t *testing.T) {
	t.Parallel()
	s := worldServer(t)
	for query, want := range map[string]string{
		"l2/history":                     "1.5.0 1.4.0 1.3.0 1.2.0 1.1.0",
		"l1/history":                     "",
		"l2/history?from=1.2.0":          "1.5.0 1.4.0 1.3.0",
		"l2/history?to=1.2.0":            "1.2.0 1.1.0",
		"l2/history?from=1.0.0&to=1.2.0": "1.2.0 1.1.0",
		"l2/history?from=2024-03-31":     "1.5.0 1.4.0 1.3.0 1.2.0",
		"l2/history?from=1.2.0&to=1.2.0": "",
		"l2/history?from=1.5.0&to=1.5.0": "",
	} {
		h := decoded[LevelHistory](t, get(t, s, "/v1/frameworks/steady/levels/"+query))
		var got []string
		for _, e := range h.Changes {
			got = append(got, e.Version.Number)
		}
		if strings.Join(got, " ") != want || h.Truncated {
			t.Errorf("%s: got %v, want %s", query, got, want)
		}
	}
	h := decoded[LevelHistory](t, get(t, s, "/v1/frameworks/gone/levels/l2/history"))
	if len(h.Changes) != 0 {
		t.Errorf("of what ended: got %+v, want no changes", h.Changes)
	}
}

// TestLongLevelHistory: an answer compares so many versions and no more, and
// says so.
func TestLongLevelHistory(t *testing.T) {
	t.Parallel()
	r := gittest.New(t)
	r.Write(gittest.Ladder("a", "Text 0")).Commit("start")
	manyTexts(t, r, maxHistory+4)
	s := serverOf(t, storeOf(t, r.Dir, ""), Options{})
	for query, want := range map[string]string{
		"":                       "201 changes, truncated",
		"?from=1.4.0":            "200 changes",
		"?from=1.3.0":            "201 changes",
		"?from=1.2.0":            "201 changes, truncated",
		"?to=1.4.0":              "4 changes",
		"?from=1.1.0&to=1.204.0": "201 changes, truncated",
	} {
		h := decoded[LevelHistory](t, get(t, s, "/v1/frameworks/a/levels/l2/history"+query))
		got := fmt.Sprintf("%d changes", len(h.Changes))
		if h.Truncated {
			got += ", truncated"
		}
		if got != want {
			t.Errorf("%s: got %s, want %s", query, got, want)
		}
	}
}

// manyTexts commits n more texts of the framework a, an hour apart.
func manyTexts(t *testing.T, r *gittest.Repo, n int) {
	t.Helper()
	var stream strings.Builder
	const file = "frameworks/a/framework.cue"
	for i := range n {
		text := gittest.Ladder("a", fmt.Sprint("Text ", i+1))[file]
		fmt.Fprintf(&stream, "commit refs/heads/main\ncommitter Ada <ada@example.com> %d +0000\ndata 4\nstep\n", gittest.Start.Unix()+int64(i+1)*3600)
		if i == 0 {
			stream.WriteString("from refs/heads/main^0\n")
		}
		fmt.Fprintf(&stream, "M 100644 inline %s\ndata %d\n%s\n", file, len(text), text)
	}
	cmd := exec.Command("git", "fast-import", "--quiet")
	cmd.Dir, cmd.Stdin = r.Dir, strings.NewReader(stream.String())
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("git fast-import: %v: %s", err, out)
	}
}
