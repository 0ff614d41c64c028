package server

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/milepost-dev/milepost/internal/gittest"
	"github.com/milepost-dev/milepost/internal/history"
	"github.com/milepost-dev/milepost/internal/ladder"
)

// TestVersionsTouch: each interval ends where the next begins.
func TestVersionsTouch(t *testing.T) {
	t.Parallel()
	s := worldServer(t)
	for id, want := range map[string][]string{
		"steady": {"1.5.0 current", "1.4.0 historic", "1.3.0 historic", "1.2.0 historic", "1.1.0 historic", "1.0.0 historic"},
		"gone":   {"2.0.0 withdrawn", "1.0.0 historic"},
		"back":   {"2.1.0 current", "2.0.0 withdrawn", "1.0.0 historic"},
		"never":  nil,
	} {
		list := decoded[VersionList](t, get(t, s, "/v1/frameworks/"+id+"/versions"))
		var got []string
		for i, v := range list.Versions {
			got = append(got, fmt.Sprintf("%s %s", v.Number, v.Status))
			switch {
			case i == 0 && v.EffectiveUntil != nil:
				t.Errorf("%s %s ends on %s, want no end", id, v.Number, v.EffectiveUntil)
			case i > 0 && !v.EffectiveUntil.Equal(*list.Versions[i-1].EffectiveFrom):
				t.Errorf("%s %s ends on %s, and the next begins on %s", id, v.Number, v.EffectiveUntil, list.Versions[i-1].EffectiveFrom)
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", id, diff)
		}
	}
	list := decoded[VersionList](t, get(t, s, "/v1/frameworks/steady/versions"))
	if v := list.Versions[4]; v.PullRequest != 7 || v.Previous != "1.0.0" || v.Removed || !v.Provisional {
		t.Errorf("got %+v, want 1.1.0 of pull request 7", v)
	}
	if a := get(t, s, "/v1/frameworks/steady/versions?page=2"); a.StatusCode != http.StatusBadRequest {
		t.Errorf("a parameter: got %d, want 400", a.StatusCode)
	}
}

// TestShippedFrameworks asks for every part of the frameworks of this repository.
func TestShippedFrameworks(t *testing.T) {
	t.Parallel()
	r := gittest.New(t)
	r.Copy("../frameworks", "frameworks").Copy("../cue.mod", "cue.mod").Commit("start")
	s := serverOf(t, storeOf(t, r.Dir, ""), Options{})
	list := decoded[FrameworkList](t, get(t, s, "/v1/frameworks"))
	if len(list.Frameworks) != 5 {
		t.Fatalf("got %d frameworks, want five", len(list.Frameworks))
	}
	for _, info := range list.Frameworks {
		doc := decoded[history.Document](t, get(t, s, info.Href))
		if got := ladder.Digest(doc.Framework); got != doc.Version.Digest {
			t.Errorf("%s: the text digests to %s, the version says %s", info.ID, got, doc.Version.Digest)
		}
		f := decoded[struct{ Framework ladder.Framework }](t, get(t, s, info.Href)).Framework
		if f.ID != info.ID || f.Title != info.Title || f.Kind != info.Kind {
			t.Errorf("got %s %q %s, listed as %+v", f.ID, f.Title, f.Kind, info)
		}
		for i := range f.Levels {
			got := decoded[LevelAnswer](t, get(t, s, info.Href+"/levels/"+f.Levels[i].ID))
			if diff := cmp.Diff(&f.Levels[i], got.Level); diff != "" {
				t.Errorf("%s (-whole +part):\n%s", f.Levels[i].ID, diff)
			}
		}
		for i := range f.Competencies {
			shippedCompetency(t, s, info.Href, &f, &f.Competencies[i])
		}
	}
}

func shippedCompetency(t *testing.T, s *Server, href string, f *ladder.Framework, want *ladder.Competency) {
	t.Helper()
	got := decoded[CompetencyAnswer](t, get(t, s, href+"/competencies/"+want.ID))
	if diff := cmp.Diff(want, got.Competency); diff != "" {
		t.Errorf("%s (-whole +part):\n%s", want.ID, diff)
	}
	for i := range f.Levels {
		cell, ok := f.Levels[i].Expectations[want.ID]
		if part, has := got.Expectations[f.Levels[i].ID]; has != ok || !part.Equal(cell) {
			t.Errorf("%s at %s: got %+v, want %+v", want.ID, f.Levels[i].ID, part, cell)
		}
	}
}

func TestProblems(t *testing.T) {
	t.Parallel()
	s := worldServer(t)
	all := decoded[Problems](t, get(t, s, "/v1/problems"))
	var got []string
	for _, p := range all.Problems {
		got = append(got, fmt.Sprintf("%s %s:%d", p.Framework, p.Findings[0].File, p.Findings[0].Line))
	}
	if diff := cmp.Diff([]string{"never frameworks/never/framework.cue:13", "shaky frameworks/shaky/framework.cue:13"}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if len(all.Pending) != 1 || all.Pending[0].Committed.Format("2006-01-02") != "2025-03-02" {
		t.Errorf("got %+v pending, want tomorrow's commit", all.Pending)
	}
	for id, want := range map[string]int{"shaky": 1, "never": 1, "steady": 0, "gone": 0} {
		one := decoded[Problems](t, get(t, s, "/v1/frameworks/"+id+"/problems"))
		if len(one.Problems) != want || len(one.Pending) != 0 {
			t.Errorf("%s: got %+v, want %d problems and nothing pending", id, one, want)
		}
	}
	for _, target := range []string{"/v1/problems?framework=shaky", "/v1/frameworks/shaky/problems?x"} {
		if a := get(t, s, target); a.StatusCode != http.StatusBadRequest {
			t.Errorf("%s: got %d, want 400", target, a.StatusCode)
		}
	}
}

// TestWorkingCopy: the uncommitted edit is asked for by name, and never
// answered in place of a version.
func TestWorkingCopy(t *testing.T) {
	t.Parallel()
	r := gittest.New(t)
	r.Write(gittest.Ladder("a", "One")).Write(gittest.Ladder("b", "One")).Commit("start")
	r.Write(gittest.Ladder("a", "An edit")).Write(gittest.Ladder("new", "New"))
	r.Replace("frameworks/b/framework.cue", "rank: 2", "rank: 0")
	s := serverOf(t, storeOf(t, r.Dir, r.Dir), Options{})
	for _, c := range []struct {
		target string
		status int
		want   string
	}{
		{fw + "a", 200, "1.0.0"},
		{fw + "a?version=working", 200, "working copy"},
		{fw + "a/versions/working", 200, "working copy"},
		{fw + "a/levels/l2?version=working", 200, "working copy"},
		{fw + "a/competencies/craft?version=working", 200, "working copy"},
		{fw + "b?version=working", 404, notFound},
		{fw + "new", 404, needsChange},
		{fw + "new?as_of=2025-01-01", 404, needsChange},
		{fw + "new?version=working", 200, "working copy"},
		{fw + "new/levels/l1?version=working", 200, "working copy"},
		{fw + "a/levels/l2/history?to=working", 400, badRequest},
		{fw + "a/levels/l2/history?from=working", 400, badRequest},
		{fw + "none?version=working", 404, notFound},
	} {
		a := get(t, s, c.target)
		if got := outcome(t, a); a.StatusCode != c.status || got != c.want {
			t.Errorf("%s: got %d %s, want %d %s", c.target, a.StatusCode, got, c.status, c.want)
		}
	}
	workingHeaders(t, s)
	workingCompared(t, s)
	if p := decoded[Problems](t, get(t, s, "/v1/problems")); len(p.Problems) != 0 || len(p.WorkingCopy) != 1 || p.WorkingCopy[0].Framework != "b" {
		t.Errorf("got %+v, want one finding, on the working copy of b", p)
	}
	if p := decoded[Problems](t, get(t, s, fw+"a/problems")); len(p.WorkingCopy) != 0 {
		t.Errorf("of a: got %+v, want none", p)
	}
}

func workingHeaders(t *testing.T, s *Server) {
	t.Helper()
	a := get(t, s, fw+"a?version=working")
	if got := a.Header.Get("Cache-Control"); got != "public, no-cache" {
		t.Errorf("got Cache-Control %q, and an editor that saves would see the text of before", got)
	}
	if got := a.Header.Values("Milepost-Status"); got != nil {
		t.Errorf("got the status %q, want none", got)
	}
	if got := a.Header.Get("Content-Location"); got != fw+"a?version=working" {
		t.Errorf("got the location %q", got)
	}
	if v := decoded[history.Document](t, a).Version; !v.WorkingCopy || v.Previous != "1.0.0" || v.RecordedAt != nil {
		t.Errorf("got %+v, want the working copy after 1.0.0", v)
	}
}

func workingCompared(t *testing.T, s *Server) {
	t.Helper()
	for target, want := range map[string]string{
		"a/diff?to=working":            "1.0.0 to working copy: changes",
		"a/diff?from=working&to=1.0.0": "working copy to 1.0.0: changes",
		"a/diff?to=working&level=l1":   "1.0.0 to working copy: none",
		"new/diff?to=working":          "working copy to working copy: none",
		"a/diff?from=1.0.0&to=working": "1.0.0 to working copy: changes",
	} {
		d := decoded[DiffAnswer](t, get(t, s, fw+target))
		if got := summary(d); got != want {
			t.Errorf("%s: got %s, want %s", target, got, want)
		}
	}
}

// TestDirectoryOutsideGit: one text of each framework, and no history.
func TestDirectoryOutsideGit(t *testing.T) {
	t.Parallel()
	r := gittest.New(t).Write(gittest.Ladder("a", "One")).Write(gittest.Ladder("b", "One"))
	r.Replace("frameworks/b/framework.cue", "rank: 2", "rank: 0").Remove(".git")
	s := serverOf(t, directoryStore(t, r.Dir), Options{})
	list := decoded[FrameworkList](t, get(t, s, "/v1/frameworks"))
	if !list.Unversioned || len(list.Frameworks) != 1 || list.Frameworks[0].Version != "unversioned" {
		t.Errorf("got %+v, want a alone, unversioned", list)
	}
	for target, want := range map[string]int{
		"a": 200, "a/versions/unversioned": 200, "a?version=unversioned": 200, "a/levels/l1": 200, "a/versions": 200,
		"a/diff": 200, "a/levels/l1/history": 200, "a/problems": 200, "b": 404, "b/problems": 200, "a?as_of=2031-01-01": 200, "a?as_of=2020-01-01": 404,
	} {
		if a := get(t, s, "/v1/frameworks/"+target); a.StatusCode != want {
			t.Errorf("%s: got %d, want %d", target, a.StatusCode, want)
		}
	}
}
