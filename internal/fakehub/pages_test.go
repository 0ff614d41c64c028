package fakehub

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-github/v60/github"
	"github.com/jba/templatecheck"
	"golang.org/x/net/html"
)

// shown opens a page, holds what must be so of each, and returns its text and
// its source.
func (f *fixture) shown(path string) (text, source string) {
	f.t.Helper()
	res, err := http.Get(f.srv.URL + path)
	if err != nil {
		f.t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != http.StatusOK || !strings.HasPrefix(res.Header.Get("Content-Type"), "text/html") {
		f.t.Fatalf("%s: %s, %v: %.300s", path, res.Status, err, b)
	}
	if rules := res.Header.Get("Content-Security-Policy"); !strings.Contains(rules, "default-src 'none'") {
		f.t.Errorf("%s: it may load what it likes: %q", path, rules)
	}
	return textOf(f.t, string(b)), string(b)
}

// textOf are the words of a page, without its style and scripts.
func textOf(t *testing.T, source string) string {
	t.Helper()
	doc, err := html.Parse(strings.NewReader(source))
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for n := range doc.Descendants() {
		if n.Type == html.TextNode && n.Parent.Data != "script" && n.Parent.Data != "style" {
			b.WriteString(n.Data + " ")
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

// TestPullPage plays a pull request with all that can be on one, and reads it.
func TestPullPage(t *testing.T) {
	t.Parallel()
	f := start(t, Options{})
	f.repo.Protect("main", Protection{Required: []string{"milepost"}})
	n, head := f.pull("topic")
	k, _, err := f.gh.Checks.CreateCheckRun(t.Context(), "acme", "careers", github.CreateCheckRunOptions{Name: "milepost", HeadSHA: head,
		Conclusion: github.String("failure"), Output: &github.CheckRunOutput{Title: github.String("1 thing needs a change"),
			Summary: github.String("**Bold** summary\n\n| a | b |\n|---|---|\n| c | ~~d~~ |"), Text: github.String("## As read\n\n- [x] done"),
			Annotations: []*github.CheckRunAnnotation{
				{Path: github.String("a.txt"), StartLine: github.Int(5), EndLine: github.Int(5), AnnotationLevel: github.String("failure"), Message: github.String("No five"), Title: github.String("Numbers"), RawDetails: github.String("write 5")},
				{Path: github.String("b.txt"), StartLine: github.Int(1), EndLine: github.Int(1), AnnotationLevel: github.String("notice"), Message: github.String("Not in the diff")},
			}}})
	f.check(err)
	m, _, err := f.gh.Issues.CreateComment(t.Context(), "acme", "careers", n, &github.IssueComment{Body: github.String("first words")})
	f.check(err)
	f.clock.pass(time.Minute)
	_, _, err = f.gh.Issues.EditComment(t.Context(), "acme", "careers", m.GetID(), &github.IssueComment{Body: github.String("<!-- mark -->\n### Said\n\n<details><summary>More</summary>\n\n*folded*\n\n</details>")})
	f.check(err)
	_, _, err = f.gh.PullRequests.CreateReview(t.Context(), "acme", "careers", n, &github.PullRequestReviewRequest{Event: github.String("COMMENT"), CommitID: &head,
		Comments: []*github.DraftReviewComment{{Path: github.String("a.txt"), Line: github.Int(5), Side: github.String("RIGHT"), Body: github.String("Perhaps:\n\n```suggestion\n5 <b>\n```")}}})
	f.check(err)
	f.check(f.repo.ComputeMerges())
	calls := len(f.hub.Calls())
	at := fmt.Sprintf("/acme/careers/pull/%d", n)
	text, source := f.shown(at)
	for _, want := range []string{
		"stand-in for GitHub", "open ada asks to bring topic into main", "failure milepost : 1 thing needs a change", `Merging is held up: the required check "milepost" is failure.`,
		"milepost-app[bot] commented, 1 March 2026, 09:00:00 UTC , edited 1 March 2026, 09:01:00 UTC Said More folded", "reviewed it, with 1 comment on a line",
		"Bold summary a b c d", "As read ☑ done", "failure, a.txt, line 5 No five Raw output write 5", "notice, b.txt, line 1 Not in the diff",
		"suggests a change Perhaps: Suggested change instead of five write 5 <b>",
		"ada opened the pull request 1 March 2026, 09:00:00 UTC milepost-app[bot] completed the check milepost of " + head[:10] + ": failure 1 March 2026, 09:00:00 UTC milepost-app[bot] commented 1 March 2026, 09:01:00 UTC milepost-app[bot] edited the comment of milepost-app[bot]",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("it does not say %q: %s", want, text)
		}
	}
	for _, want := range []string{"<del>d</del>", "<em>folded</em>", "5 &lt;b&gt;", "<details><summary>More</summary>"} {
		if !strings.Contains(source, want) {
			t.Errorf("it does not have %q", want)
		}
	}
	if strings.Contains(source, "mark -->") {
		t.Error("it shows a comment that is hidden")
	}
	if again, _ := f.shown(fmt.Sprintf("/acme/careers/runs/%d", k.GetID())); again != text {
		t.Errorf("the check's address shows something else: %s", again)
	}
	if f.shown(at); len(f.hub.Calls()) != calls {
		t.Errorf("looking made %d calls", len(f.hub.Calls())-calls)
	}
	_, err = f.repo.PushAs(PushOptions{Branch: "topic", Files: map[string]string{"a.txt": "1\n2\n3\n4\n5\n6\n"}, Message: "Better", By: "ada"})
	f.check(err)
	if text, _ := f.shown(at); !strings.Contains(text, "about an earlier state of this file") || !strings.Contains(text, "is not known yet") || !strings.Contains(text, "Checks None yet.") {
		t.Errorf("after a push: %s", text)
	}
	f.clean()
}

// TestRepositoryPages: the lists, and what a merge leaves.
func TestRepositoryPages(t *testing.T) {
	t.Parallel()
	f := start(t, Options{})
	if text, _ := f.shown("/acme/careers"); !strings.Contains(text, "Pull requests None yet. Tags None yet. Releases None yet.") {
		t.Errorf("an empty repository: %s", text)
	}
	n, _ := f.pull("topic")
	sha, err := f.repo.MergePull(n, Squash)
	f.check(err)
	_, _, err = f.gh.Repositories.CreateRelease(t.Context(), "acme", "careers", &github.RepositoryRelease{TagName: github.String("v1"), TargetCommitish: &sha, Name: github.String("One"), Body: github.String("*What* is new")})
	f.check(err)
	f.check(f.repo.SetRef("refs/tags/v1", f.repo.Head("topic")))
	fork, err := f.repo.OpenPull(PullOptions{Branch: "theirs", Files: map[string]string{"b.txt": "b"}, Title: "From <afar>", Author: "eve", Fork: "eve", Draft: true})
	f.check(err)
	text, _ := f.shown("/acme/careers")
	for _, want := range []string{"draft From <afar> #2 by eve", "merged Change topic #1 by ada", "v1 at " + brief(f.repo.Head("topic")), "One of v1,", "made the tag v1", "released v1", "ada moved the tag v1",
		"ada merged it as " + brief(sha), f.srv.URL + "/acme/careers.git", "pull_request opened: on its way"} {
		if !strings.Contains(text, want) {
			t.Errorf("it does not say %q: %s", want, text)
		}
	}
	for _, path := range []string{"/acme/careers/releases", "/acme/careers/releases/tag/v1"} {
		if text, source := f.shown(path); !strings.Contains(text, "What is new") || !strings.Contains(source, `id="v1"`) {
			t.Errorf("%s: %s", path, text)
		}
	}
	if text, _ := f.shown(fmt.Sprintf("/acme/careers/pull/%d", fork)); !strings.Contains(text, "eve:theirs") {
		t.Errorf("the fork: %s", text)
	}
	if text, _ := f.shown("/acme/careers/pull/1"); !strings.Contains(text, "ada merged it as "+brief(sha)) {
		t.Errorf("the merged one: %s", text)
	}
	if text, _ := f.shown("/"); !strings.Contains(text, "acme/careers") {
		t.Errorf("the list: %s", text)
	}
	for _, path := range []string{"/acme/careers/pull/99", "/acme/careers/pull/0", "/acme/nothing", "/acme/careers/runs/1", "/acme/careers/issues"} {
		res, err := http.Get(f.srv.URL + path)
		f.check(err)
		_ = res.Body.Close()
		if res.StatusCode != http.StatusNotFound {
			t.Errorf("%s: %s", path, res.Status)
		}
	}
}

// TestProse: what strangers write shows as text, whole and within its place.
func TestProse(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ written, want string }{
		{"a <ins>b</ins> <del>c</del> <sub>d</sub>", "<p>a <ins>b</ins> <del>c</del> <sub>d</sub></p>\n"},
		{"<details open onclick=x()><summary>S</summary>\n\n**b**\n\n</details>", "<details open=\"\"><summary>S</summary>\n<p><strong>b</strong></p>\n</details>"},
		{"<script>alert(1)</script>x<style>*{}</style><iframe src=//evil></iframe><svg><script>1</script></svg>", "x"},
		{"<img src=x onerror=alert(1)>a<b onclick=x class=c style=d id=main>b</b><form><button>Go</button></form>", "<p>a<b>b</b></p>Go<p></p>\n"},
		{"[x](javascript:alert(1)) <a href=\"vbscript:1\">y</a> <a href=\"https://ok.example\">z</a>", "<p><a>x</a> <a>y</a> <a href=\"https://ok.example\">z</a></p>\n"},
		{"</div></main></article> after", "after"},
		{"<div><details>never closed", "<div><details>never closed</details></div>"},
		{"<!-- hidden --> <title>t</title><noscript><p title=\"</noscript><script>x</script>\">", " &#34;&gt;"},
		{"https://linked.example\n\n- [ ] todo", "<p><a href=\"https://linked.example\">https://linked.example</a></p>\n<ul>\n<li>☐ todo</li>\n</ul>\n"},
	} {
		got := newProse(c.written)
		if strings.TrimSpace(string(got.HTML)) != strings.TrimSpace(c.want) {
			t.Errorf("%q:\ngot  %q\nwant %q", c.written, got.HTML, c.want)
		}
	}
	deep := newProse(strings.Repeat("<div>", 5000))
	if len(deep.HTML) > 100_000 {
		t.Errorf("a deep text makes %d bytes", len(deep.HTML))
	}
	if got := newProse("a\n\n```suggestion\nx\n\ny\n```\n\nb").Suggestions; len(got) != 1 || len(got[0]) != 3 {
		t.Errorf("got %q", got)
	}
}

// TestPageTemplates holds the templates against what they are given.
func TestPageTemplates(t *testing.T) {
	t.Parallel()
	for name, data := range map[string]any{"pull": pullPage{}, "repository": repoPage{}, "releases": releasesPage{}, "repositories": repositoriesPage{}} {
		if err := templatecheck.CheckHTML(pageTree.Lookup(name), data); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
