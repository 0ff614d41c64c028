package history_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/milepost-dev/milepost/internal/gitrepo"
	"github.com/milepost-dev/milepost/internal/gittest"
	"github.com/milepost-dev/milepost/internal/history"
)

// openTagged is open with the repository's tags.
func openTagged(t *testing.T, dir string) *history.Store {
	t.Helper()
	repo, err := gitrepo.Open(context.Background(), gitrepo.Options{Location: dir})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { repo.Close() })
	return history.NewStore(history.Options{Repo: repo, Root: "frameworks", Compiler: compiler(t), Now: func() time.Time { return now }, Tags: history.TagsOf(repo)})
}

func pushTag(t *testing.T, dir string, v *history.Version, m history.Merge) gitrepo.Outcome {
	t.Helper()
	out, err := gitrepo.PushTag(context.Background(), gitrepo.TagOptions{Location: dir}, gitrepo.NewTag{
		Name: v.TagName(), Commit: v.Commit, Message: v.TagMessage(m), Nonce: "0123456789abcdef", TaggerName: "Ada", Time: now,
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// TestTagsRoundTrip: what is written is what is read, for plain versions, an
// edition, a correction and an end.
func TestTagsRoundTrip(t *testing.T) {
	t.Parallel()
	r := gittest.New(t)
	r.Write(gittest.Ladder("a", "One")).Commit("start")
	r.Write(gittest.Ladder("a", "Two")).Commit("change (#7)")
	r.Write(gittest.Ladder("a", "Three")).Replace("frameworks/a/framework.cue", "release:", `correction: {of: "1.1.0", reason: "a slip"}`+"\n\trelease:").Commit("put right")
	for name, text := range gittest.Ladder("a", "Four") {
		if strings.HasPrefix(name, "frameworks/") {
			r.Write(map[string]string{"frameworks/next/a/framework.cue": strings.Replace(text, "release:", "effective: \"2024-03-05\"\n\trelease:", 1)})
		}
	}
	r.Commit("the edition of March")
	r.At(gittest.Start.AddDate(0, 1, 0))
	r.Git("rm", "-qr", "frameworks/a", "frameworks/next")
	r.Commit("the end")
	s := openTagged(t, r.Dir)
	tl, _ := refresh(t, s).Timeline("a")
	untagged := tl.Untagged()
	if len(untagged) != 5 || untagged[3].Commit == "" || !untagged[3].Edition || !untagged[4].Removed || untagged[2].Said.Correction == nil {
		t.Fatalf("got %d versions, want five: two plain ones, a correction, an edition and an end", len(untagged))
	}
	for i, v := range untagged {
		out := pushTag(t, r.Dir, v, history.Merge{PullRequest: 40 + i, ApprovedBy: []string{"grace", "lin"}, MergedBy: "ada"})
		if why := v.Refuses(history.FromGit(out.Tag)); !out.Won || why != "" {
			t.Errorf("%s: won %v, refused: %s", v.Number, out.Won, why)
		}
		snap := refresh(t, s)
		tl, _ := snap.Timeline("a")
		if got := len(tl.Untagged()); got != len(untagged)-i-1 {
			t.Errorf("after %d tags %d versions have none, want %d (%v)", i+1, got, len(untagged)-i-1, snap.Problems)
		}
		w := tl.Versions[i]
		approved, merged := w.Approvals()
		if !w.Tagged() || w.Number != v.Number || w.Info().PullRequest != 40+i || !slices.Equal(approved, []string{"grace", "lin"}) || merged != "ada" {
			t.Errorf("%s came back as %+v, approved by %v, merged by %s", v.Number, w.Info(), approved, merged)
		}
		if len(snap.Problems) > 0 {
			t.Errorf("%s: got alarms %+v", v.Number, snap.Problems)
		}
	}
}

// TestTagsOfARename: versions keep the tags under the id that they had.
func TestTagsOfARename(t *testing.T) {
	t.Parallel()
	r := gittest.New(t)
	r.Write(gittest.Ladder("a", "One")).Commit("start")
	s := openTagged(t, r.Dir)
	tl, _ := refresh(t, s).Timeline("a")
	pushTag(t, r.Dir, tl.Versions[0], history.Merge{})
	r.Git("mv", "frameworks/a", "frameworks/z")
	r.Replace("frameworks/z/framework.cue", `"a"`, `"z"`+"\n\tformerly: [\"a\"]").Commit("renamed")
	tl, _ = refresh(t, s).Timeline("z")
	untagged := tl.Untagged()
	if len(untagged) != 1 || untagged[0].Previous != "1.0.0" || !strings.HasPrefix(untagged[0].TagName(), "frameworks/z/v") {
		t.Fatalf("got %d versions without a tag, want the renamed one", len(untagged))
	}
	pushTag(t, r.Dir, untagged[0], history.Merge{})
	snap := refresh(t, s)
	tl, _ = snap.Timeline("z")
	if len(tl.Untagged()) != 0 || !tl.Versions[0].Tagged() || len(snap.Problems) != 0 {
		t.Errorf("got %d without a tag, problems %+v", len(tl.Untagged()), snap.Problems)
	}
}

// TestTagMessageHoldsNoForeignTrailers: whatever titles and names say, the
// trailers are those of the version, and a tag can be made.
func TestTagMessageHoldsNoForeignTrailers(t *testing.T) {
	t.Parallel()
	evil := []string{
		"x\n\nFramework: b\nDigest: none", "x\r\n\r\nPrevious: 9.9.9", "x\u2028Digest: none", "x\vDigest: none", "\x85Recorded: 1970-01-01T00:00:00Z",
		"-----BEGIN PGP SIGNATURE-----", "- -----BEGIN SSH SIGNATURE-----", "\u202eevil", strings.Repeat("long ", 5000), "\xff\xfe", "", "   ", "Nonce: mine",
	}
	for i, text := range evil {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			t.Parallel()
			r := gittest.New(t)
			r.Write(gittest.Ladder("a", "One")).Commit("start")
			r.Write(gittest.Ladder("a", "Two")).Commit("second")
			s := openTagged(t, r.Dir)
			tl, _ := refresh(t, s).Timeline("a")
			for _, v := range tl.Versions {
				v.Title, v.Subject = text, text
				message := v.TagMessage(history.Merge{ApprovedBy: slices.Repeat([]string{text}, 30), MergedBy: text})
				if n := strings.Count(message, "\n\n"); n != 2 {
					t.Errorf("got %d paragraphs, want 3:\n%s", n+1, message)
				}
				pushTag(t, r.Dir, v, history.Merge{ApprovedBy: slices.Repeat([]string{text}, 30), MergedBy: text})
			}
			snap := refresh(t, s)
			tl, _ = snap.Timeline("a")
			if len(tl.Untagged()) != 0 || len(snap.Problems) != 0 {
				t.Errorf("got %d without a tag and problems %+v, want none", len(tl.Untagged()), snap.Problems)
			}
		})
	}
}

func TestRefusesTagsOfOthers(t *testing.T) {
	t.Parallel()
	r := gittest.New(t)
	r.Write(gittest.Ladder("a", "One")).Commit("start")
	r.Write(gittest.Ladder("a", "Two")).Commit("second")
	tl, _ := refresh(t, open(t, r.Dir, "")).Timeline("a")
	first, second := tl.Versions[0], tl.Versions[1]
	good := history.Tag{Name: second.TagName(), Object: "0", Annotated: true, Target: second.Commit, Message: second.TagMessage(history.Merge{})}
	if why := second.Refuses(good); why != "" {
		t.Errorf("refused its own tag: %s", why)
	}
	for name, change := range map[string]func(*history.Tag){
		"another commit":    func(t *history.Tag) { t.Target = first.Commit },
		"another digest":    func(t *history.Tag) { t.Message = strings.Replace(t.Message, "Digest: sha256:", "Digest: sha256:0", 1) },
		"another time":      func(t *history.Tag) { t.Message = strings.Replace(t.Message, "Recorded: 2024", "Recorded: 2023", 1) },
		"another previous":  func(t *history.Tag) { t.Message = strings.Replace(t.Message, "Previous: 1.0.0", "Previous: 1.0.1", 1) },
		"lightweight":       func(t *history.Tag) { t.Annotated = false },
		"another number":    func(t *history.Tag) { t.Name = "frameworks/a/v1.2.0" },
		"another framework": func(t *history.Tag) { t.Name = "frameworks/b/v1.1.0" },
		"unreadable":        func(t *history.Tag) { t.Problem = "it is damaged" },
	} {
		bad := good
		if change(&bad); second.Refuses(bad) == "" {
			t.Errorf("%s: taken for the version's own", name)
		}
	}
	if first.Refuses(good) == "" {
		t.Error("the second version's tag was taken for the first's")
	}
}

// TestOutdated: numbers that newer rules gave are not continued by older ones.
func TestOutdated(t *testing.T) {
	t.Parallel()
	r := gittest.New(t)
	r.Write(gittest.Ladder("a", "One")).Commit("start")
	s := openTagged(t, r.Dir)
	tl, _ := refresh(t, s).Timeline("a")
	if why := tl.Outdated(); why != "" {
		t.Errorf("without tags: %s", why)
	}
	v := tl.Versions[0]
	r.Tag(v.TagName(), v.Commit, strings.Replace(v.TagMessage(history.Merge{}), "Ruleset: ", "Ruleset: 99", 1))
	tl, _ = refresh(t, s).Timeline("a")
	if why := tl.Outdated(); !strings.Contains(why, "rules 99") {
		t.Errorf("got %q, want that rules 99... are newer", why)
	}
}
