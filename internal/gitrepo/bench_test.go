package gitrepo

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/milepost-dev/milepost/internal/synth"
)

// benchRepo returns a bare synthetic repository, as a full repack leaves it. It
// is made once per run, or once for all runs with the same MILEPOST_BENCH_DIR.
func benchRepo(b *testing.B, commits, frameworks int) string {
	b.Helper()
	parent := os.Getenv("MILEPOST_BENCH_DIR")
	if parent == "" {
		parent = benchDir
	}
	dir := filepath.Join(parent, fmt.Sprintf("synth-%d-%d", commits, frameworks))
	if _, err := os.Stat(dir); err == nil {
		return dir
	}
	making := dir + ".new"
	if err := os.RemoveAll(making); err != nil {
		b.Fatal(err)
	}
	if err := synth.Write(b.Context(), making, synth.Options{Seed: 1, Commits: commits, Frameworks: frameworks, Bare: true}); err != nil {
		b.Fatal(err)
	}
	runGit(b, making, nil, "repack", "-adfq")
	if err := os.Rename(making, dir); err != nil {
		b.Fatal(err)
	}
	return dir
}

var benchDir string

func TestMain(m *testing.M) {
	var err error
	if benchDir, err = os.MkdirTemp("", "milepost-bench-"); err != nil {
		panic(err)
	}
	code := m.Run()
	_ = os.RemoveAll(benchDir)
	os.Exit(code)
}

// BenchmarkWalk indexes 10,000 commits of 100 frameworks from nothing. The
// metric log-ratio is the median over nine interleaved pairs of the time that
// takes, by that of git log, opening and starting included on both sides. It
// must not be over 1.1.
func BenchmarkWalk(b *testing.B) {
	dir := benchRepo(b, 10_000, 100)
	var ratios []float64
	for range 9 {
		start := time.Now()
		cmd := exec.Command("git", "-C", dir, "log", "--first-parent", "--raw", "--", "frameworks")
		if out, err := cmd.Output(); err != nil || len(out) < 1_000_000 {
			b.Fatalf("git log: %d bytes, %v", len(out), err)
		}
		git := time.Since(start)
		start = time.Now()
		walkOnce(b, dir)
		ratios = append(ratios, float64(time.Since(start))/float64(git))
	}
	slices.Sort(ratios)
	b.ReportAllocs()
	for b.Loop() {
		walkOnce(b, dir)
	}
	b.ReportMetric(ratios[len(ratios)/2], "log-ratio")
}

func walkOnce(b *testing.B, dir string) {
	r, err := Open(b.Context(), Options{Location: dir})
	if err != nil {
		b.Fatal(err)
	}
	head, err := r.Refresh(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	commits, _, err := r.Walk(b.Context(), head, "")
	if err != nil || len(commits) != 10_000 {
		b.Fatalf("got %d commits, %v", len(commits), err)
	}
	if err := r.Close(); err != nil {
		b.Fatal(err)
	}
}

// BenchmarkNewCommit is what one commit more costs, from Refresh to what it
// changed. It must not depend on how many there were.
func BenchmarkNewCommit(b *testing.B) {
	for _, commits := range []int{100, 10_000} {
		for _, remote := range []bool{false, true} {
			kind := map[bool]string{false: "local", true: "mirror"}[remote]
			b.Run(fmt.Sprintf("%s-%d", kind, commits), func(b *testing.B) {
				source := filepath.Join(b.TempDir(), "careers")
				runGit(b, "", nil, "clone", "--quiet", "--bare", benchRepo(b, commits, 100), source)
				opts := Options{Location: source}
				if remote {
					opts = Options{Location: "file://" + source, CacheDir: filepath.Join(b.TempDir(), "cache")}
				}
				benchNewCommit(b, open(b, opts), source)
			})
		}
	}
}

func benchNewCommit(b *testing.B, r *Repo, source string) {
	head, err := r.Refresh(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	if r.mirror != nil {
		r.mirror.packs = 1 << 20 // compacting is not what is measured
	}
	for i := 0; b.Loop(); i++ {
		b.StopTimer()
		runGit(b, source, fmt.Appendf(nil, "commit refs/heads/main\ncommitter B <b@example.com> %d +0000\ndata 1\nx\nfrom refs/heads/main^0\n"+
			"M 100644 inline frameworks/platform-engineering-ladder-1/l1.cue\ndata <<end\nvalue: %d\nend\n\n", 1_900_000_000+i, i), "fast-import", "--quiet")
		b.StartTimer()
		next, err := r.Refresh(b.Context())
		if err != nil {
			b.Fatal(err)
		}
		commits, reached, err := r.Walk(b.Context(), next, head)
		if err != nil || !reached || len(commits) != 1 || len(commits[0].Changes) != 1 {
			b.Fatalf("got %+v, %v, %v", commits, reached, err)
		}
		head = next
	}
}
