package gitrepo

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-git/go-git/v5/plumbing"

	"github.com/milepost-dev/milepost/internal/synth"
)

func TestResolve(t *testing.T) {
	t.Parallel()
	g, hashes := sample(t)
	g.git("tag", "light", "HEAD~1")
	g.git("tag", "--annotate", "--message", "x", "frameworks/a/v1.0.0", "HEAD~2")
	g.git("tag", "--annotate", "--message", "x", "of-tag", "frameworks/a/v1.0.0")
	g.git("tag", "both", "HEAD~2")
	g.git("branch", "both", "HEAD~1")
	g.git("tag", "of-tree", "HEAD^{tree}")
	g.git("switch", "--quiet", "--create", "topic/x", "HEAD~1")
	g.write("frameworks/c/f.cue", "x").commit("c")
	g.git("switch", "--quiet", "main")
	g.merge("topic/x")
	g.git("update-ref", "refs/remotes/origin/elsewhere", hashes[1])
	r := g.open()
	same := []string{
		"HEAD", "@", "HEAD~1", "HEAD~3", "@~", "HEAD^", "HEAD^^", "HEAD^2", "HEAD^2~1", "HEAD~1^0", "HEAD^{commit}", "light^{commit}~1",
		"main", "main~2", "heads/main", "refs/heads/main", "topic/x", "light", "tags/light", "refs/tags/light", "frameworks/a/v1.0.0", "of-tag",
		"both", "refs/heads/both", "origin/elsewhere", "refs/remotes/origin/elsewhere",
		hashes[0], hashes[1][:12], hashes[1][:7], strings.ToUpper(hashes[1][:9]), hashes[2] + "~1",
	}
	for _, rev := range same {
		got, err := r.Resolve(t.Context(), rev)
		if want := runGit(t, g.dir, nil, "rev-parse", "--verify", "--quiet", "--end-of-options", rev+"^{commit}"); err != nil || got != want {
			t.Errorf("Resolve(%q): got %s, %v; want %s", rev, got, err, want)
		}
	}
	if got, err := r.Resolve(t.Context(), "elsewhere"); err != nil || got != hashes[1] {
		t.Errorf("a branch that is only at origin: got %s, %v", got, err)
	}
	for _, rev := range []string{
		"", "nowhere", "HEAD~9", "HEAD^3", "of-tree", "HEAD:frameworks", "main..light", "--all", "-q", "HEAD@{1}", "HEAD^{tree}", "HEAD~x", "^main",
		"config", "objects", "../HEAD", "refs/heads/../../HEAD", "refs/heads", "abc", "zzzzzz", hashes[0] + "0", strings.Repeat("1", 40),
		"HEAD\n", "a b", "HEAD~99999999999999999999", strings.Repeat("x", 2000), g.git("rev-parse", "HEAD^{tree}"), g.git("rev-parse", "HEAD:cue.mod/module.cue"),
	} {
		if got, err := r.Resolve(t.Context(), rev); !errors.Is(err, ErrRevision) {
			t.Errorf("Resolve(%q): got %s, %v; want ErrRevision", rev, got, err)
		}
	}
}

func TestResolveAmbiguous(t *testing.T) {
	t.Parallel()
	g, _ := sample(t)
	tree := g.git("rev-parse", "HEAD^{tree}")
	seen := map[string]string{}
	for i := 0; ; i++ {
		raw := fmt.Sprintf("tree %s\nauthor A <a@example.com> %d +0000\ncommitter B <b@example.com> 1 +0000\n\nx", tree, i)
		digits := plumbing.ComputeHash(plumbing.CommitObject, []byte(raw)).String()[:4]
		if seen[digits] == "" {
			seen[digits] = raw
			continue
		}
		for _, raw := range []string{raw, seen[digits]} {
			runGit(t, g.dir, []byte(raw), "hash-object", "-t", "commit", "-w", "--stdin")
		}
		if got, err := g.open().Resolve(t.Context(), digits); !errors.Is(err, ErrRevision) || !strings.Contains(err.Error(), "more than one") {
			t.Errorf("got %s, %v; want an error that says so", got, err)
		}
		return
	}
}

// TestResolveNew asks for what was committed after the repository was opened,
// and for what was packed since.
func TestResolveNew(t *testing.T) {
	t.Parallel()
	g, _ := sample(t)
	r := g.open()
	for i := range 6 {
		hash := g.write("frameworks/a/framework.cue", strings.Repeat("x", 10+i)).commit("n")
		if i%2 == 1 {
			g.git("gc", "--quiet", "--prune=now")
		}
		if got, err := r.Resolve(t.Context(), hash[:10]); err != nil || got != hash {
			t.Fatalf("by its first digits: got %s, %v; want %s", got, err, hash)
		}
		if got, err := r.Resolve(t.Context(), "main"); err != nil || got != hash {
			t.Fatalf("got %s, %v; want %s", got, err, hash)
		}
		commits, _, err := r.Walk(t.Context(), hash, "")
		if err != nil || len(commits) != 4+i {
			t.Fatalf("Walk: got %d commits, %v; want %d", len(commits), err, 4+i)
		}
		if refresh(t, r) != hash {
			t.Fatal("Refresh: not the newest commit")
		}
	}
}

func TestMergeBase(t *testing.T) {
	t.Parallel()
	g, hashes := sample(t)
	g.git("switch", "--quiet", "--create", "side", hashes[1])
	g.write("frameworks/c/f.cue", "x").commit("c")
	g.git("switch", "--quiet", "--orphan", "alone")
	g.write("x", "x").commit("alone")
	g.git("switch", "--quiet", "main")
	r := g.open()
	for _, tt := range []struct{ a, b, want string }{
		{"main", "side", hashes[1]}, {"side", "main", hashes[1]}, {"main", "main", hashes[2]}, {"main", "main~2", hashes[0]}, {"main~1", "main", hashes[1]},
	} {
		if got, err := r.MergeBase(t.Context(), tt.a, tt.b); err != nil || got != tt.want {
			t.Errorf("MergeBase(%s, %s): got %s, %v; want %s", tt.a, tt.b, got, err, tt.want)
		}
	}
	if _, err := r.MergeBase(t.Context(), "main", "alone"); !errors.Is(err, ErrUnrelated) {
		t.Errorf("without common history: got %v, want ErrUnrelated", err)
	}
	if _, err := r.MergeBase(t.Context(), "main", "nowhere"); !errors.Is(err, ErrRevision) {
		t.Errorf("got %v, want ErrRevision", err)
	}
}

// TestMergeBaseWrongClock has a base that seems newer than the better one below
// which it lies:
//
//	E---D---C---B---A
//	|\            \   \
//	| `------------G   \
//	 `---F-------------H
func TestMergeBaseWrongClock(t *testing.T) {
	t.Parallel()
	g, _ := sample(t)
	tree := g.git("rev-parse", "HEAD^{tree}")
	commit := func(hour int, parents ...string) string {
		args := []string{"commit-tree", "-m", "x"}
		for _, p := range parents {
			args = append(args, "-p", p)
		}
		return runGitAt(t, g.dir, nil, day0.Add(time.Duration(hour)*time.Hour), append(args, tree)...)
	}
	e := commit(5)
	b := commit(2, commit(3, commit(4, e)))
	h := commit(8, commit(1, b), commit(6, e))
	got, err := g.open().MergeBase(t.Context(), commit(7, b, e), h)
	if err != nil || got != b {
		t.Errorf("got %s, %v; want %s", got, err, b)
	}
}

// TestMergeBaseOracle holds MergeBase against git merge-base: on merges, side
// branches and wrong clocks, criss-cross merges among them.
func TestMergeBaseOracle(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "careers")
	if err := synth.Write(t.Context(), dir, synth.Options{Seed: 3, Commits: 120, Frameworks: 2, LevelsPerFramework: 2, ItemsPerCell: 1}); err != nil {
		t.Fatal(err)
	}
	r := open(t, Options{Location: dir})
	all := strings.Fields(runGit(t, dir, nil, "rev-list", "HEAD"))
	random := rand.New(rand.NewPCG(1, 1))
	// Criss-cross: two commits that each merge both ends of a fork.
	for range 10 {
		a, b := all[random.IntN(len(all))], all[random.IntN(len(all))]
		tree := runGit(t, dir, nil, "rev-parse", a+"^{tree}")
		for range 2 {
			all = append(all, runGitAt(t, dir, nil, day0.AddDate(0, 0, -random.IntN(3000)), "commit-tree", "-p", a, "-p", b, "-m", "x", tree))
			a, b = b, a
		}
	}
	for range 150 {
		a, b := all[random.IntN(len(all))], all[random.IntN(len(all))]
		if random.IntN(2) == 0 {
			a = all[len(all)-1-random.IntN(20)]
		}
		want := strings.Fields(runGit(t, dir, nil, "merge-base", "--all", a, b))
		got, err := r.MergeBase(t.Context(), a, b)
		if err != nil || !slices.Contains(want, got) {
			t.Errorf("MergeBase(%s, %s): got %s, %v; want one of %v", a, b, got, err, want)
		}
	}
}
