package history_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/milepost-dev/milepost/internal/compile"
	"github.com/milepost-dev/milepost/internal/gitrepo"
	"github.com/milepost-dev/milepost/internal/gittest"
	"github.com/milepost-dev/milepost/internal/history"
)

// now is the tests' clock, after all that their repositories hold.
var now = gittest.Start.AddDate(1, 0, 0)

func open(t *testing.T, dir, work string) *history.Store {
	t.Helper()
	repo, err := gitrepo.Open(context.Background(), gitrepo.Options{Location: dir})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { repo.Close() })
	return history.NewStore(history.Options{Repo: repo, Root: "frameworks", WorkDir: work, Compiler: compiler(t), Now: func() time.Time { return now }})
}

func compiler(t *testing.T) *compile.Compiler {
	t.Helper()
	c, err := compile.New(compile.Options{CacheDir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func refresh(t *testing.T, s *history.Store) *history.Snapshot {
	t.Helper()
	if err := s.Refresh(context.Background()); err != nil {
		t.Fatal(err)
	}
	return s.Snapshot()
}

// table prints a timeline: number, hours after the start, step, what it asks.
func table(t *testing.T, snap *history.Snapshot, id string) []string {
	t.Helper()
	tl, ok := snap.Timeline(id)
	if !ok {
		return nil
	}
	if tl.MovedTo != "" {
		return []string{"moved to " + tl.MovedTo}
	}
	var out []string
	for _, v := range tl.Versions {
		line := fmt.Sprintf("%s +%s %s", v.Number, v.RecordedAt.Sub(gittest.Start), v.Bump)
		if v.Removed {
			line += " removed"
		} else {
			f, err := v.Text()
			if err != nil {
				t.Fatal(err)
			}
			line += " " + strings.TrimPrefix(f.Levels[1].Expectations["craft"].Items[0].Text, gittest.Lead)
		}
		out = append(out, line)
	}
	if tl.Broken != "" {
		out = append(out, "broken")
	}
	return out
}

func expect(t *testing.T, snap *history.Snapshot, id string, want ...string) {
	t.Helper()
	if diff := cmp.Diff(want, table(t, snap, id)); diff != "" {
		t.Errorf("%s (-want +got):\n%s", id, diff)
	}
}

func TestVersionsFollowTheText(t *testing.T) {
	t.Parallel()
	r := gittest.New(t)
	r.Write(gittest.Ladder("a", "One")).Commit("start")
	r.Write(map[string]string{"README.md": "no framework"}).Commit("beside")
	r.Write(gittest.Ladder("a", "Two")).Commit("change (#7)")
	r.Replace("frameworks/a/framework.cue", "rank: 1,", "rank: 1, // lowest\n\t\t").Commit("a comment makes no version")
	r.Write(gittest.Ladder("a", "One")).Commit("back")
	snap := refresh(t, open(t, r.Dir, ""))
	expect(t, snap, "a", "1.0.0 +0s  One", "1.1.0 +2h0m0s minor Two", "2.0.0 +4h0m0s major One") // what came back with the text declares nothing
	tl, _ := snap.Timeline("a")
	if got := tl.Versions[1].PullRequest; got != 7 {
		t.Errorf("got pull request %d, want 7", got)
	}
}

func TestBrokenCommitLeavesTheLastGoodVersion(t *testing.T) {
	t.Parallel()
	r := gittest.New(t)
	r.Write(gittest.Ladder("a", "One")).Write(gittest.Ladder("b", "One")).Commit("start")
	r.Replace("frameworks/a/framework.cue", "rank: 2", `rank: "two"`).Write(gittest.Ladder("b", "Two")).Commit("breaks a, changes b")
	s := open(t, r.Dir, "")
	snap := refresh(t, s)
	expect(t, snap, "a", "1.0.0 +0s  One", "broken")
	expect(t, snap, "b", "1.0.0 +0s  One", "1.1.0 +1h0m0s minor Two")
	if len(snap.Problems) != 1 || snap.Problems[0].Framework != "a" || snap.Problems[0].Findings[0].Line != 13 {
		t.Errorf("got problems %+v, want one of a at line 13", snap.Problems)
	}
	r.Write(gittest.Ladder("a", "Three")).Commit("mends a")
	snap = refresh(t, s)
	expect(t, snap, "a", "1.0.0 +0s  One", "1.1.0 +2h0m0s minor Three")
	if len(snap.Problems) != 0 {
		t.Errorf("got problems %+v, want none", snap.Problems)
	}
}

func TestHundredBrokenCommits(t *testing.T) {
	t.Parallel()
	r := gittest.New(t)
	for i := range 100 {
		r.Write(map[string]string{"frameworks/a/framework.cue": fmt.Sprintf("package framework\nframework: {broken %d", i)}).Commit("broken")
	}
	snap := refresh(t, open(t, r.Dir, ""))
	expect(t, snap, "a", "broken")
	if len(snap.Problems) != 1 {
		t.Errorf("got %d problems, want 1", len(snap.Problems))
	}
}

func TestMergesCountByFirstParent(t *testing.T) {
	t.Parallel()
	r := gittest.New(t)
	r.Write(gittest.Ladder("a", "One")).Commit("start")
	r.Git("checkout", "-q", "-b", "side")
	r.Write(gittest.Ladder("a", "Draft")).Commit("draft")
	r.Write(gittest.Ladder("a", "Two")).Commit("final")
	r.Git("checkout", "-q", "main")
	r.Write(map[string]string{"README.md": "x"}).Commit("main moves")
	r.Git("merge", "-q", "--no-ff", "-m", "Merge pull request #12 from side", "side")
	snap := refresh(t, open(t, r.Dir, ""))
	expect(t, snap, "a", "1.0.0 +0s  One", "1.1.0 +4h0m0s minor Two")
	tl, _ := snap.Timeline("a")
	if got := tl.Latest().PullRequest; got != 12 {
		t.Errorf("got pull request %d, want 12", got)
	}
}

func TestSkewedDatesNeverRunBackwards(t *testing.T) {
	t.Parallel()
	r := gittest.New(t)
	r.Write(gittest.Ladder("a", "One")).Commit("start")
	r.At(gittest.Start.Add(-48 * time.Hour)).Write(gittest.Ladder("a", "Two")).Commit("two days earlier, it says")
	r.At(gittest.Start.Add(-48 * time.Hour)).Write(gittest.Ladder("a", "Three")).Commit("again")
	snap := refresh(t, open(t, r.Dir, ""))
	expect(t, snap, "a", "1.0.0 +0s  One", "1.1.0 +1ms minor Two", "1.2.0 +2ms minor Three")
}

func TestCommitsFromTheFutureWait(t *testing.T) {
	t.Parallel()
	r := gittest.New(t)
	r.Write(gittest.Ladder("a", "One")).Commit("start")
	r.At(now.Add(time.Hour)).Write(gittest.Ladder("a", "Two")).Commit("future")
	r.At(gittest.Start).Write(gittest.Ladder("a", "Three")).Commit("follows it")
	snap := refresh(t, open(t, r.Dir, ""))
	expect(t, snap, "a", "1.0.0 +0s  One")
	if len(snap.Pending) != 2 {
		t.Errorf("got %d commits pending, want 2", len(snap.Pending))
	}
}

func TestRemovalReturnAndRename(t *testing.T) {
	t.Parallel()
	r := gittest.New(t)
	r.Write(gittest.Ladder("a", "One")).Commit("start")
	r.Remove("frameworks/a").Write(map[string]string{"frameworks/organisation.cue": organisation}).Commit("gone")
	r.Write(gittest.Ladder("a", "One")).Commit("back")
	renamed := strings.Replace(gittest.Ladder("b", "One")["frameworks/b/framework.cue"], "title:", "formerly: [\"a\"]\n\ttitle:", 1)
	r.Remove("frameworks/a").Write(map[string]string{"frameworks/b/framework.cue": renamed}).Commit("renamed")
	s := open(t, r.Dir, "")
	snap := refresh(t, s)
	expect(t, snap, "a", "moved to b")
	expect(t, snap, "b", "1.0.0 +0s  One", "2.0.0 +1h0m0s major removed", "2.1.0 +2h0m0s minor One", "2.2.0 +3h0m0s minor One")
	r.Remove("frameworks/b").Write(gittest.Ladder("a", "One")).Commit("renamed back")
	snap = refresh(t, s)
	expect(t, snap, "b", "moved to a")
	expect(t, snap, "a", "1.0.0 +0s  One", "2.0.0 +1h0m0s major removed", "2.1.0 +2h0m0s minor One", "2.2.0 +3h0m0s minor One", "2.3.0 +4h0m0s minor One")
}

const organisation = `package organisation

import "github.com/milepost-dev/milepost/schema"

organisation: schema.#Organisation
organisation: {name: "Example", timeZone: "Europe/Berlin"}
`

func TestRewrittenHistoryIsBuiltAnew(t *testing.T) {
	t.Parallel()
	r := gittest.New(t)
	first := r.Write(gittest.Ladder("a", "One")).Commit("start")
	r.Write(gittest.Ladder("a", "Two")).Commit("second")
	s := open(t, r.Dir, "")
	expect(t, refresh(t, s), "a", "1.0.0 +0s  One", "1.1.0 +1h0m0s minor Two")
	r.Git("reset", "-q", "--hard", first)
	r.Write(gittest.Ladder("a", "Other")).Commit("another second")
	expect(t, refresh(t, s), "a", "1.0.0 +0s  One", "1.1.0 +2h0m0s minor Other")
}

func TestIncrementEqualsRebuild(t *testing.T) {
	t.Parallel()
	r := gittest.New(t)
	s := (*history.Store)(nil)
	texts := []string{"One", "Two", "Two", "", "Three", "One"}
	for i, text := range texts {
		if text == "" {
			r.Remove("frameworks/a").Commit("gone")
		} else {
			r.Write(gittest.Ladder("a", text)).Commit(fmt.Sprint("step ", i))
		}
		if s == nil {
			s = open(t, r.Dir, "")
		}
		got := table(t, refresh(t, s), "a")
		want := table(t, refresh(t, open(t, r.Dir, "")), "a")
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("after step %d (-rebuilt +grown):\n%s", i, diff)
		}
	}
}

func TestAWarmStartCompilesNothing(t *testing.T) {
	t.Parallel()
	r := gittest.New(t)
	for i := range 5 {
		r.Write(gittest.Ladder("a", fmt.Sprint("Text ", i))).Commit("step")
	}
	cache := t.TempDir()
	start := func() int {
		c, err := compile.New(compile.Options{CacheDir: cache})
		if err != nil {
			t.Fatal(err)
		}
		repo, err := gitrepo.Open(context.Background(), gitrepo.Options{Location: r.Dir})
		if err != nil {
			t.Fatal(err)
		}
		defer repo.Close()
		s := history.NewStore(history.Options{Repo: repo, Root: "frameworks", Compiler: c, Now: func() time.Time { return now }})
		expect(t, refresh(t, s), "a", table(t, s.Snapshot(), "a")...)
		return int(c.Compiled())
	}
	if got := start(); got != 5 {
		t.Errorf("a cold start compiled %d texts, want 5", got)
	}
	if got := start(); got != 0 {
		t.Errorf("a warm start compiled %d texts, want none", got)
	}
	if err := os.RemoveAll(cache); err != nil {
		t.Fatal(err)
	}
	if got := start(); got != 5 {
		t.Errorf("after the cache was deleted, a start compiled %d texts, want 5", got)
	}
}

func TestWorkingCopy(t *testing.T) {
	t.Parallel()
	r := gittest.New(t)
	r.Write(gittest.Ladder("a", "One")).Write(gittest.Ladder("b", "One")).Commit("start")
	s := open(t, r.Dir, r.Dir)
	if snap := refresh(t, s); snap.Working != nil {
		t.Errorf("got working copy %+v, want none", snap.Working)
	}
	r.Write(gittest.Ladder("a", "An edit")).Replace("frameworks/b/framework.cue", "rank: 2", "rank: 0")
	snap := refresh(t, s)
	if snap.Working == nil {
		t.Fatal("got no working copy")
	}
	if v := snap.Working.Frameworks["a"]; v == nil || !v.Working {
		t.Errorf("got working copy %+v, want one of a", v)
	}
	if f := snap.Working.Findings; len(f) != 1 || f[0].File != "frameworks/b/framework.cue" || f[0].Line != 13 {
		t.Errorf("got findings %+v, want one in line 13 of b", f)
	}
	expect(t, snap, "a", "1.0.0 +0s  One")
	r.Commit("committed")
	if snap = refresh(t, s); snap.Working == nil || len(snap.Working.Frameworks) != 0 {
		t.Errorf("got working copy %+v, want the findings of b alone", snap.Working)
	}
	expect(t, snap, "a", "1.0.0 +0s  One", "1.1.0 +1h0m0s minor An edit")
}

func TestDirectoryOutsideGit(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for name, text := range gittest.Ladder("a", "One") {
		p := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(p, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	s := history.NewStore(history.Options{Root: "frameworks", WorkDir: dir, Compiler: compiler(t), Now: func() time.Time { return now }})
	snap := refresh(t, s)
	if !snap.Unversioned || len(snap.Live()) != 1 || snap.Live()[0].Latest().Number != "unversioned" {
		t.Errorf("got %+v, want one unversioned framework", snap)
	}
}

// A foxtrot merge moves the branch forward and changes what its first-parent
// chain is: Git calls it a fast-forward, and the history is another one.
func TestFoxtrotMergeIsNoticed(t *testing.T) {
	t.Parallel()
	r := gittest.New(t)
	r.Write(gittest.Ladder("a", "One")).Commit("start")
	r.Git("branch", "side")
	r.Write(gittest.Ladder("a", "Two")).Commit("on main")
	s := open(t, r.Dir, "")
	expect(t, refresh(t, s), "a", "1.0.0 +0s  One", "1.1.0 +1h0m0s minor Two")
	r.Git("checkout", "-q", "side")
	r.Write(map[string]string{"README.md": "x"}).Commit("on the side")
	r.Git("merge", "-q", "--no-ff", "-m", "Merge main into side", "main")
	r.Git("branch", "-f", "main", "side")
	r.Git("checkout", "-q", "main")
	expect(t, refresh(t, s), "a", "1.0.0 +0s  One", "1.1.0 +3h0m0s minor Two")
}

func TestASharedPackageChangesThoseThatUseIt(t *testing.T) {
	t.Parallel()
	r := gittest.New(t)
	uses := strings.NewReplacer(
		"import \"github.com/milepost-dev/milepost/schema\"", "import (\n\t\"example.com/careers/frameworks/lib/words\"\n\t\"github.com/milepost-dev/milepost/schema\"\n)",
		fmt.Sprintf("items: [%q]", gittest.Lead+"One"), "items: [words.making]",
	).Replace(gittest.Ladder("a", "One")["frameworks/a/framework.cue"])
	r.Write(gittest.Ladder("b", "One")).Write(map[string]string{
		"frameworks/a/framework.cue":     uses,
		"frameworks/lib/words/words.cue": "package words\n\nmaking: \"Makes things well\"\n",
	}).Commit("start")
	r.Replace("frameworks/lib/words/words.cue", "well", "better").Commit("the shared words change")
	snap := refresh(t, open(t, r.Dir, ""))
	expect(t, snap, "a", "1.0.0 +0s  Makes things well", "2.0.0 +1h0m0s major Makes things better")
	expect(t, snap, "b", "1.0.0 +0s  One")
}

func TestTheOrganisationStaysAsItWasWhileItsFileIsWrong(t *testing.T) {
	t.Parallel()
	r := gittest.New(t)
	r.Write(gittest.Ladder("a", "One")).Write(map[string]string{"frameworks/organisation.cue": organisation}).Commit("start")
	s := open(t, r.Dir, "")
	if got := refresh(t, s).Location.String(); got != "Europe/Berlin" {
		t.Errorf("got zone %s", got)
	}
	r.Replace("frameworks/organisation.cue", "Europe/Berlin", "Europe/Berln").Commit("a slip")
	snap := refresh(t, s)
	if got := snap.Location.String(); got != "Europe/Berlin" {
		t.Errorf("got zone %s, want the one before", got)
	}
	if got := refresh(t, open(t, r.Dir, "")).Location.String(); got != "Europe/Berlin" {
		t.Errorf("after a start: got zone %s, want the one before", got)
	}
	if len(snap.Problems) != 1 || snap.Problems[0].Findings[0].Code != "unknown-time-zone" {
		t.Errorf("got problems %+v", snap.Problems)
	}
}
