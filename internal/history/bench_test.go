package history_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/milepost-dev/milepost/internal/compile"
	"github.com/milepost-dev/milepost/internal/gitrepo"
	"github.com/milepost-dev/milepost/internal/history"
	"github.com/milepost-dev/milepost/internal/synth"
)

// BenchmarkHistory builds the history of 1,000 commits over 20 frameworks of
// some 60 KB, and of 10,000 commits over 100 small ones: cold, warm, and after
// one more commit. It prints how many texts were compiled, and times as ratios
// within the same run. A warm start judges nothing again: most of it is reading
// what is kept.
func BenchmarkHistory(b *testing.B) {
	b.Run("1000", func(b *testing.B) { benchHistory(b, synth.Options{Seed: 7, Commits: 1000, Frameworks: 20}) })
	b.Run("10000", func(b *testing.B) {
		benchHistory(b, synth.Options{Seed: 7, Commits: 10000, Frameworks: 100, LevelsPerFramework: 3, CompetenciesPerFramework: 4, ItemsPerCell: 2})
	})
}

func benchHistory(b *testing.B, o synth.Options) {
	dir := filepath.Join(b.TempDir(), "repo")
	if err := synth.Write(context.Background(), dir, o); err != nil {
		b.Fatal(err)
	}
	cache := b.TempDir()
	busy := cpuSeconds(b)
	cold, n := start(b, dir, cache)
	b.ReportMetric((cpuSeconds(b)-busy)/cold, "cores-busy-cold")
	b.ReportMetric(float64(n), "compiled-cold")
	b.ReportMetric(float64(distinct(b, dir)), "distinct-texts")
	warm, n := start(b, dir, cache)
	b.ReportMetric(float64(n), "compiled-warm")
	b.ReportMetric(warm/cold, "warm/cold")
	one, all := oneMore(b, dir, cache)
	b.ReportMetric(one, "compiled-for-one-commit")
	b.ReportMetric(all/cold, "one-commit/cold")
	b.ReportMetric(all/warm, "one-commit/warm")
	b.ReportMetric(0, "ns/op")
}

// start builds a history and says how long it took and how many texts were compiled.
func start(b *testing.B, dir, cache string) (seconds float64, compiled int64) {
	b.Helper()
	s, c := newStore(b, dir, cache)
	from := time.Now()
	if err := s.Refresh(context.Background()); err != nil {
		b.Fatal(err)
	}
	return time.Since(from).Seconds(), c.Compiled()
}

func newStore(b *testing.B, dir, cache string) (*history.Store, *compile.Compiler) {
	b.Helper()
	c, err := compile.New(compile.Options{CacheDir: cache})
	if err != nil {
		b.Fatal(err)
	}
	repo, err := gitrepo.Open(context.Background(), gitrepo.Options{Location: dir})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { repo.Close() })
	return history.NewStore(history.Options{Repo: repo, Root: "frameworks", Compiler: c}), c
}

// distinct counts the texts that the history holds, by their digests' trees.
func distinct(b *testing.B, dir string) int {
	b.Helper()
	repo, err := gitrepo.Open(context.Background(), gitrepo.Options{Location: dir})
	if err != nil {
		b.Fatal(err)
	}
	defer repo.Close()
	head, err := repo.Refresh(context.Background())
	if err != nil {
		b.Fatal(err)
	}
	commits, _, err := repo.Walk(context.Background(), head, "")
	if err != nil {
		b.Fatal(err)
	}
	trees := map[string]bool{}
	for _, c := range commits {
		for _, ch := range c.Changes {
			if ch.Dir && ch.Hash != "" {
				trees[ch.Hash] = true
			}
		}
	}
	return len(trees)
}

// oneMore adds a commit and refreshes: how many texts were compiled, how long it took.
func oneMore(b *testing.B, dir, cache string) (compiled, seconds float64) {
	b.Helper()
	s, c := newStore(b, dir, cache)
	if err := s.Refresh(context.Background()); err != nil {
		b.Fatal(err)
	}
	before := c.Compiled()
	names, err := filepath.Glob(filepath.Join(dir, "frameworks/*/*.cue"))
	if err != nil || len(names) == 0 {
		b.Fatalf("no files: %v", err)
	}
	f, err := os.OpenFile(names[0], os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		b.Fatal(err)
	}
	if _, err := f.WriteString("// one more\n"); err != nil {
		b.Fatal(err)
	}
	if err := f.Close(); err != nil {
		b.Fatal(err)
	}
	for _, args := range [][]string{{"add", "-A"}, {"-c", "user.name=a", "-c", "user.email=a@b.c", "commit", "-q", "-m", "One more"}} {
		cmd := exec.Command("git", args...)
		cmd.Dir = dir
		if out, err := cmd.CombinedOutput(); err != nil {
			b.Fatalf("%v: %s", err, out)
		}
	}
	from := time.Now()
	if err := s.Refresh(context.Background()); err != nil {
		b.Fatal(err)
	}
	return float64(c.Compiled() - before), time.Since(from).Seconds()
}

// cpuSeconds is the processor time that this process has used.
func cpuSeconds(b *testing.B) float64 {
	b.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano()).Seconds()
}
