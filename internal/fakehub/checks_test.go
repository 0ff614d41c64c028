package fakehub

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-github/v60/github"
)

func TestChecks(t *testing.T) {
	t.Parallel()
	f := start(t, Options{})
	_, head := f.pull("topic")
	annotate := func(line int) []*github.CheckRunAnnotation {
		return []*github.CheckRunAnnotation{{Path: github.String("a.txt"), StartLine: github.Int(line), EndLine: github.Int(line),
			AnnotationLevel: github.String("failure"), Message: github.String("no"), Title: github.String("t")}}
	}
	k, _, err := f.gh.Checks.CreateCheckRun(t.Context(), "acme", "careers", github.CreateCheckRunOptions{Name: "milepost", HeadSHA: head, Status: github.String("in_progress"),
		ExternalID: github.String("e1"), Output: &github.CheckRunOutput{Title: github.String("T"), Summary: github.String("S"), Annotations: annotate(1)}})
	f.check(err)
	if k.GetStatus() != "in_progress" || k.GetConclusion() != "" || len(k.PullRequests) != 1 || k.GetApp().GetID() != appID {
		t.Errorf("got %v", k)
	}
	_, _, err = f.gh.Checks.UpdateCheckRun(t.Context(), "acme", "careers", k.GetID(), github.UpdateCheckRunOptions{Name: "milepost", Conclusion: github.String("failure"),
		Output: &github.CheckRunOutput{Title: github.String("T2"), Summary: github.String("S2"), Annotations: annotate(2)}})
	f.check(err)
	got, _, err := f.gh.Checks.GetCheckRun(t.Context(), "acme", "careers", k.GetID())
	f.check(err)
	if got.GetStatus() != "completed" || got.GetConclusion() != "failure" || got.GetOutput().GetAnnotationsCount() != 2 || got.GetOutput().GetTitle() != "T2" {
		t.Errorf("got %v", got)
	}
	marks, res, err := f.gh.Checks.ListCheckRunAnnotations(t.Context(), "acme", "careers", k.GetID(), &github.ListOptions{PerPage: 1, Page: 2})
	f.check(err)
	if len(marks) != 1 || marks[0].GetStartLine() != 2 || res.PrevPage != 1 || res.NextPage != 0 {
		t.Errorf("got %v, %v", marks, res)
	}
	again, _, err := f.gh.Checks.CreateCheckRun(t.Context(), "acme", "careers", github.CreateCheckRunOptions{Name: "milepost", HeadSHA: head})
	f.check(err)
	for filter, want := range map[string]int{"latest": 1, "all": 2} {
		all, _, err := f.gh.Checks.ListCheckRunsForRef(t.Context(), "acme", "careers", "topic", &github.ListCheckRunsOptions{Filter: &filter, CheckName: github.String("milepost")})
		f.check(err)
		if all.GetTotal() != want || all.CheckRuns[0].GetID() != again.GetID() {
			t.Errorf("%s: got %v", filter, all)
		}
	}
	if ids := f.repo.Checks(head); fmt.Sprint(ids) != fmt.Sprint([]int64{k.GetID(), again.GetID()}) {
		t.Errorf("got %v", ids)
	}
	f.clean()
}

func TestStatuses(t *testing.T) {
	t.Parallel()
	f := start(t, Options{})
	head := f.repo.Head("main")
	for _, s := range []string{"pending", "failure", "success"} {
		_, _, err := f.gh.Repositories.CreateStatus(t.Context(), "acme", "careers", head, &github.RepoStatus{State: &s, Context: github.String("milepost"), Description: github.String("d")})
		f.check(err)
		all, _, err := f.gh.Repositories.GetCombinedStatus(t.Context(), "acme", "careers", "main", nil)
		f.check(err)
		if all.GetState() != s || all.GetTotalCount() != 1 {
			t.Errorf("got %v", all)
		}
	}
	f.clean()
}

// TestRefusals has what GitHub never accepts, and what must be noticed.
func TestRefusals(t *testing.T) {
	t.Parallel()
	f := start(t, Options{})
	n, head := f.pull("topic")
	long := func(n int) string { return strings.Repeat("x", n) }
	annotations := strings.Repeat(`{"path":"a.txt","start_line":1,"end_line":1,"annotation_level":"notice","message":"m"},`, 51)
	const repo = "/repos/acme/careers"
	review := fmt.Sprintf(repo+"/pulls/%d/comments", n)
	line := `{"body":%q,"commit_id":"` + head + `","path":"a.txt","line":%d,"side":%q}`
	for _, c := range []struct{ method, path, body, want string }{
		{"POST", repo + "/check-runs", `{"name":"x","head_sha":"` + head + `","status":"completed"}`, "needs one"},
		{"POST", repo + "/check-runs", `{"name":"x","head_sha":"` + head[:10] + `"}`, "not a whole SHA"},
		{"POST", repo + "/check-runs", `{"name":"x","head_sha":"` + head + `","colour":"red"}`, "no such field"},
		{"POST", repo + "/check-runs", `{"name":"x","head_sha":"` + head + `","output":{"title":"t","summary":"s","body":"b"}}`, "output.body"},
		{"POST", repo + "/check-runs", `{"name":"x","head_sha":"` + head + `","output":{"title":"t"}}`, "summary"},
		{"POST", repo + "/check-runs", `{"name":"x","head_sha":"` + head + `","output":{"title":"t","summary":"` + long(65536) + `"}}`, "maximum"},
		{"POST", repo + "/check-runs", `{"name":"x","head_sha":"` + head + `","output":{"title":"t","summary":"s","annotations":[` + strings.TrimSuffix(annotations, ",") + `]}}`, "maximum"},
		{"POST", repo + "/check-runs", `{"name":"x","head_sha":"` + head + `","output":{"title":"t","summary":"s","annotations":[{"path":"a","start_line":2,"end_line":1,"annotation_level":"notice","message":"m"}]}}`, "lines 2 to 1"},
		{"POST", repo + "/check-runs", `{"name":"x","head_sha":"` + head + `","output":{"title":"t","summary":"s","annotations":[{"path":"a","start_line":1,"end_line":2,"start_column":1,"annotation_level":"notice","message":"m"}]}}`, "columns"},
		{"POST", repo + "/check-runs", `{"name":"x","head_sha":"` + head + `","conclusion":"fine"}`, "conclusion"},
		{"POST", repo + "/check-runs", `{"name":"x","head_sha":"` + head + `","started_at":"yesterday"}`, "no date"},
		{"POST", repo + "/check-runs", `{"name":"x"}`, "head_sha"},
		{"POST", repo + "/check-runs", `null`, "null"},
		{"POST", repo + "/check-runs", `{`, "body"},
		{"POST", repo + "/check-runs", ``, "required"},
		{"GET", repo + "/pulls?per_page=101", ``, "per_page"},
		{"GET", repo + "/pulls?sort_by=x", ``, "no such parameter"},
		{"GET", repo + "/pulls?state=merged", ``, "state"},
		{"GET", repo + "/pulls/abc", ``, "not a number"},
		{"GET", repo + "/git/ref/refs/heads/main", ``, "refs/"},
		{"GET", repo + "/git/matching-refs/refs/tags", ``, "refs/"},
		{"POST", repo + "/git/refs", `{"ref":"tags/v1","sha":"` + head + `"}`, "refs/"},
		{"POST", repo + "/git/refs", `{"ref":"refs/tags/v1","sha":"` + head[:8] + `"}`, "not a whole SHA"},
		{"POST", repo + "/git/refs", `{"ref":"refs/tags/v..1","sha":"` + head + `"}`, "no name"},
		{"POST", repo + "/git/refs", `{"ref":"refs/pull/1/head","sha":"` + head + `"}`, "no name"},
		{"POST", repo + "/git/tags", `{"tag":"v1","message":"m","object":"` + head[:7] + `","type":"commit"}`, "not a whole SHA"},
		{"POST", repo + "/statuses/" + head[:7], `{"state":"success"}`, "not a whole SHA"},
		{"POST", repo + "/statuses/" + head, `{"state":"success","description":"` + long(141) + `"}`, "140"},
		{"POST", fmt.Sprintf(repo+"/issues/%d/comments", n), `{"body":"` + long(65537) + `"}`, "65536"},
		{"POST", fmt.Sprintf(repo+"/issues/%d/comments", n), `{"body":" "}`, "empty"},
		{"GET", fmt.Sprintf(repo+"/issues/%d/comments?sort=created&direction=asc", n), ``, "no such parameter"},
		{"POST", review, fmt.Sprintf(line, "x", 1, "RIGHT"), "part of the diff"},
		{"POST", review, fmt.Sprintf(line, "x", 9, "RIGHT"), "part of the diff"},
		{"POST", review, fmt.Sprintf(line, "```suggestion\nx\n```", 5, "LEFT"), "suggestion"},
		{"POST", review, strings.Replace(fmt.Sprintf(line, "x", 5, "RIGHT"), "a.txt", "b.txt", 1), "not part of the diff"},
		{"POST", review, strings.Replace(fmt.Sprintf(line, "x", 5, "RIGHT"), head, head[:9], 1), "not a whole SHA"},
		{"POST", fmt.Sprintf(repo+"/pulls/%d/reviews", n), `{"event":"COMMENT"}`, "body"},
		{"POST", repo + "/releases", `{"tag_name":"v 1"}`, "no name"},
		{"POST", repo + "/git/trees", `{"tree":[{"path":"../x","mode":"100644","type":"blob","content":"x"}]}`, "no path"},
		{"POST", repo + "/dispatches", `{}`, "no such operation"},
		{"DELETE", repo, ``, "no such operation"},
		{"GET", repo, `{}`, "takes none"},
	} {
		before := len(f.hub.Violations())
		code, body := f.raw(c.method, c.path, c.body)
		got := f.hub.Violations()[before:]
		want := 422
		if c.want == "no such operation" {
			want = 404
		}
		if code != want || len(got) == 0 || !strings.Contains(fmt.Sprint(got), c.want) {
			t.Errorf("%s %s %.150s: got %d %.300s, violations %v, want %q", c.method, c.path, c.body, code, body, got, c.want)
		}
	}
	before, _ := f.hub.State()
	if len(before.Repos[0].Checks)+len(before.Repos[0].Comments)+len(before.Repos[0].Notes)+len(before.Repos[0].Tags) != 0 {
		t.Errorf("what is refused has no effect: %+v", before)
	}
}

// TestNullToken: go-github sends null for options that are nil.
func TestNullToken(t *testing.T) {
	t.Parallel()
	f := start(t, Options{})
	_, _, err := f.app().Apps.CreateInstallationToken(t.Context(), int64(f.hub.Installation("acme")), nil)
	if status(err) != 422 || len(f.hub.Violations()) != 1 {
		t.Errorf("got %v, %v", err, f.hub.Violations())
	}
}

// TestRoutes: each operation of the description is served.
func TestRoutes(t *testing.T) {
	t.Parallel()
	d, err := describe()
	if err != nil {
		t.Fatal(err)
	}
	if len(d.operations) != len(routes) {
		t.Errorf("%d operations, %d routes", len(d.operations), len(routes))
	}
	for _, o := range d.operations {
		if _, is := routes[o.method+" "+o.path]; !is {
			t.Errorf("%s %s has no route", o.method, o.path)
		}
	}
}
