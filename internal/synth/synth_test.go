package synth

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

func write(t *testing.T, o Options) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "careers")
	if err := Write(t.Context(), dir, o); err != nil {
		t.Fatal(err)
	}
	return dir
}

func output(t *testing.T, dir, name string, args ...string) string {
	t.Helper()
	cmd := exec.Command(name, args...)
	cmd.Dir = dir
	cmd.Env = append(environ(), "CUE_REGISTRY=none")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s %v: %v\n%s", name, args, err, out)
	}
	return strings.TrimSpace(string(out))
}

func TestWriteShape(t *testing.T) {
	t.Parallel()
	dir := write(t, Options{Commits: 200, Frameworks: 4})
	if got := output(t, dir, "git", "rev-list", "--count", "--first-parent", "HEAD"); got != "200" {
		t.Errorf("got %s commits along first parents, want 200", got)
	}
	if got, _ := strconv.Atoi(output(t, dir, "git", "rev-list", "--count", "HEAD")); got < 280 || got > 360 {
		t.Errorf("got %d commits, want about 320", got)
	}
	if got := output(t, dir, "git", "for-each-ref", "--format=%(refname)"); got != "refs/heads/main" {
		t.Errorf("got references %s", got)
	}
	if got := output(t, dir, "git", "status", "--porcelain"); got != "" {
		t.Errorf("the working tree is not the commit's: %s", got)
	}
	output(t, dir, "git", "fsck", "--strict")

	earlier, last := 0, 0
	for line := range strings.SplitSeq(output(t, dir, "git", "log", "--first-parent", "--reverse", "--format=%ct"), "\n") {
		date, err := strconv.Atoi(line)
		if err != nil {
			t.Fatal(err)
		}
		if date < last {
			earlier++
		}
		last = date
	}
	if earlier == 0 {
		t.Error("all clocks are right")
	}
	for line := range strings.SplitSeq(output(t, dir, "git", "log", "--first-parent", "--format=%h", "--name-only", "HEAD~198..HEAD"), "\n\n") {
		if files := strings.Split(line, "\n"); strings.Count(line, "frameworks/") > 1 {
			t.Errorf("one commit changes %q", files)
		}
	}
}

// TestWriteSize has a framework of the size that the benchmarks speak of.
func TestWriteSize(t *testing.T) {
	t.Parallel()
	dir := write(t, Options{Commits: 1, Frameworks: 1})
	paths, err := filepath.Glob(filepath.Join(dir, "frameworks", "*-1", "*.cue"))
	if err != nil || len(paths) != 11 {
		t.Fatalf("got %q, %v; want a file for what is shared and one for each of 10 levels", paths, err)
	}
	size := int64(0)
	for _, p := range paths {
		fi, err := os.Stat(p)
		if err != nil {
			t.Fatal(err)
		}
		size += fi.Size()
	}
	if size < 58_000 || size > 66_000 {
		t.Errorf("got %d bytes, want about 62,000", size)
	}
}

func TestWriteIsDeterministic(t *testing.T) {
	t.Parallel()
	head := func(o Options) string { return output(t, write(t, o), "git", "rev-parse", "HEAD") }
	small := Options{Seed: 5, Commits: 50, Frameworks: 2, LevelsPerFramework: 3}
	bare := small
	bare.Bare = true
	if a, b := head(small), head(bare); a != b {
		t.Errorf("one seed, two repositories: %s and %s", a, b)
	}
	other := small
	other.Seed = 6
	if a, b := head(small), head(other); a == b {
		t.Errorf("two seeds, one repository: %s", a)
	}
}

func TestWriteRefuses(t *testing.T) {
	t.Parallel()
	for _, o := range []Options{{Commits: -1}, {Frameworks: 20_000}, {LevelsPerFramework: 61}, {CompetenciesPerFramework: 14}, {ItemsPerCell: 31}} {
		if err := Write(t.Context(), t.TempDir(), o); err == nil {
			t.Errorf("%+v: got no error", o)
		}
	}
	err := Write(t.Context(), t.TempDir(), Options{Commits: -1, ItemsPerCell: -2})
	if err == nil || !strings.Contains(err.Error(), "Commits:") || !strings.Contains(err.Error(), "ItemsPerCell:") {
		t.Errorf("got %v, want both fields in it", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := Write(ctx, filepath.Join(t.TempDir(), "x"), Options{}); err == nil || !errors.Is(ctx.Err(), context.Canceled) {
		t.Errorf("after the context ended: got %v", err)
	}
}

// TestStockCUEAccepts checks the newest and an older commit as authors do, with
// the cue command and the schema in its place.
func TestStockCUEAccepts(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the cue command")
	}
	t.Parallel()
	cue := output(t, ".", "go", "tool", "-n", "cue")
	for name, o := range map[string]Options{
		"usual": {Commits: 60, Frameworks: 2},
		"small": {Commits: 40, Frameworks: 3, LevelsPerFramework: 1, CompetenciesPerFramework: 2, ItemsPerCell: 1},
		"wide":  {Commits: 20, Frameworks: 1, LevelsPerFramework: 24, ItemsPerCell: 1},
	} {
		dir := write(t, o)
		schema := filepath.Join(dir, "cue.mod", "pkg", "github.com", "milepost-dev", "milepost", "schema")
		if err := os.CopyFS(schema, os.DirFS(filepath.Join("..", "..", "schema"))); err != nil {
			t.Fatal(err)
		}
		for _, rev := range []string{"HEAD", "HEAD~15"} {
			output(t, dir, "git", "checkout", "--quiet", rev)
			output(t, dir, cue, "vet", "-c", "./frameworks", "./frameworks/...")
		}
		// The check itself: what is wrong is refused.
		paths, err := filepath.Glob(filepath.Join(dir, "frameworks", "*-1", "l1.cue"))
		if err != nil || len(paths) != 1 {
			t.Fatalf("%s: got %q, %v", name, paths, err)
		}
		b, err := os.ReadFile(paths[0])
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(paths[0], bytes.Replace(b, []byte("titles:"), []byte("titels:"), 1), 0o600); err != nil {
			t.Fatal(err)
		}
		cmd := exec.Command(cue, "vet", "-c", "./frameworks/...")
		cmd.Dir, cmd.Env = dir, append(environ(), "CUE_REGISTRY=none")
		if out, err := cmd.CombinedOutput(); err == nil || !strings.Contains(string(out), "titels") {
			t.Errorf("%s: a wrong field passes: %s", name, out)
		}
	}
}

func TestDegreesNeverFall(t *testing.T) {
	t.Parallel()
	for levels := 1; levels <= 60; levels++ {
		h := newHistory(Options{LevelsPerFramework: levels}.withDefaults(), nil)
		f := newFramework(h.r, 0, h.o)
		last := map[string]int{}
		for _, l := range f.levels {
			for i, c := range l.cells {
				if c.degree == "" {
					continue
				}
				key := l.track + competencyNames[i].id
				n := slices.Index(degrees[:], c.degree)
				if n < last[key] {
					t.Fatalf("%d levels: %s of level %d falls", levels, competencyNames[i].id, l.rank)
				}
				last[key] = n
			}
		}
	}
}
