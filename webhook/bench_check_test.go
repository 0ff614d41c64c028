package webhook

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/milepost-dev/milepost/internal/compile"
	"github.com/milepost-dev/milepost/internal/fakehub"
	"github.com/milepost-dev/milepost/internal/gitrepo"
	"github.com/milepost-dev/milepost/internal/review"
)

// BenchmarkCheck measures from a delivery to the completed check of a change to
// one framework of a hundred, over real HTTP and Git, against what the command
// validate does in this process on the same text.
func BenchmarkCheck(b *testing.B) {
	b.Run("warm", benchWarm)
	b.Run("cold", benchCold)
	b.Run("stages", benchStages)
	b.Run("calls-in-a-row", benchDistance)
}

// benchWarm has a server that ran before, and a command that ran before.
func benchWarm(b *testing.B) {
	g := newBigRig(b)
	cache, own := b.TempDir(), b.TempDir()
	g.open(cache)
	g.open(cache)
	g.run()
	g.deliver()
	g.until("it is calm", g.idle)
	g.validate(own, "main")
	g.checkOne(0)
	g.validateOne(own, 0)
	var ratios []float64
	for i := 1; i <= pairs; i++ {
		x, y := inTurn(i, func() time.Duration { return g.checkOne(i) }, func() time.Duration { return g.validateOne(own, i) })
		ratios = append(ratios, float64(x)/float64(y))
		b.Logf("check %s, validate --base %s", x, y)
	}
	reportMedian(b, ratios)
}

// benchCold has a server without a cache, which has to clone, and to compile a
// hundred frameworks for the history, before it can check; and a command without
// a cache, which checks all hundred.
func benchCold(b *testing.B) {
	g := newBigRig(b)
	n := g.openPull(1)
	g.check(g.repo.ComputeMerges())
	var ratios []float64
	for i := range 3 {
		x, y := inTurn(i, func() time.Duration {
			start := time.Now()
			g.open(b.TempDir())
			g.check(g.s.Handle(context.Background(), Hint{Key: pullHint(n).Key, Again: true}))
			return time.Since(start)
		}, func() time.Duration { return g.validate(b.TempDir(), "") })
		ratios = append(ratios, float64(x)/float64(y))
		b.Logf("clone, history and check %s, validate %s", x, y)
	}
	reportMedian(b, ratios)
}

func reportMedian(b *testing.B, ratios []float64) {
	slices.Sort(ratios)
	b.ReportMetric(ratios[len(ratios)/2], "ratio")
	b.ReportMetric(ratios[0], "ratio-min")
	b.ReportMetric(ratios[len(ratios)-1], "ratio-max")
	b.ReportMetric(0, "ns/op")
}

// checkOne opens the ith pull request, and says how long it takes from the
// sending of its deliveries to the completed check.
func (g *rig) checkOne(i int) time.Duration {
	g.tb.Helper()
	g.hub.SetWebhook("", secret) // deliveries wait
	n := g.openPull(i)
	g.check(g.repo.ComputeMerges())
	start := time.Now()
	g.hub.SetWebhook(g.hooks.URL, secret)
	took := (<-g.done).Sub(start)
	g.until("it is calm", g.idle)
	g.check(g.repo.ClosePull(n))
	g.until("it is calm", g.idle)
	return took
}

// validateOne is the command on the text of the ith pull request.
func (g *rig) validateOne(cache string, i int) time.Duration {
	g.tb.Helper()
	name, text := g.change(i)
	name = filepath.Join(g.dir, name)
	before, err := os.ReadFile(name)
	g.check(err)
	g.check(os.WriteFile(name, []byte(text), 0o600))
	defer func() { g.check(os.WriteFile(name, before, 0o600)) }()
	return g.validate(cache, "main")
}

// validate does what the command does in the working copy, and says how long
// it took.
func (g *rig) validate(cache, base string) time.Duration {
	g.tb.Helper()
	start := time.Now()
	ctx := context.Background()
	c, err := compile.New(compile.Options{CacheDir: cache})
	g.check(err)
	ch := review.Change{Head: os.DirFS(g.dir), Root: "frameworks", Now: time.Now()}
	if base != "" {
		repo, err := gitrepo.Open(ctx, gitrepo.Options{Location: g.dir})
		g.check(err)
		defer repo.Close()
		from, err := repo.MergeBase(ctx, base, "HEAD")
		g.check(err)
		ch.Base, err = repo.Tree(ctx, from)
		g.check(err)
	}
	v, err := review.Review(ctx, c, ch)
	g.check(err)
	if !v.OK() || base == "" && len(v.Checked) != 100 {
		g.tb.Fatalf("%d checked, %v", len(v.Checked), v.Findings)
	}
	return time.Since(start)
}

// benchStages does what a check does step by step, and says which part of the
// time each step takes.
func benchStages(b *testing.B) {
	g := newBigRig(b)
	cache := b.TempDir()
	g.open(cache)
	g.open(cache)
	const rounds = 9
	took := map[string][]time.Duration{}
	var order []string
	for i := range rounds {
		n := g.openPull(i)
		g.check(g.repo.ComputeMerges())
		g.steps(n, func(name string, d time.Duration) {
			if i == 0 {
				order = append(order, name)
			}
			took[name] = append(took[name], d)
		})
	}
	var all time.Duration
	for _, name := range order {
		all += quantile(took[name], 0.5)
	}
	for _, name := range order {
		b.ReportMetric(float64(quantile(took[name], 0.5))/float64(all), name)
		b.Logf("%-40s %7.1f ms", name, float64(quantile(took[name], 0.5).Microseconds())/1000)
	}
	b.ReportMetric(0, "ns/op")
}

// steps checks a pull request as handlePull does.
func (g *rig) steps(n int, took func(string, time.Duration)) {
	g.tb.Helper()
	ctx, start := context.Background(), time.Now()
	lap := func(name string, err error) {
		g.tb.Helper()
		g.check(err)
		took(name, time.Since(start))
		start = time.Now()
	}
	p, err := g.gh.pull(ctx, n)
	lap("asking-for-the-pull-request", err)
	j, err := g.s.locate(ctx, p)
	lap("fetching", err)
	w := &wanted{touches: true, id: "benchmark"}
	w.dirs, err = g.s.differing(j.baseTree, j.headTree)
	lap("finding-what-differs", err)
	lap("asking-what-stands", g.s.standing(ctx, j, w))
	lap("beginning-the-check", g.s.begin(ctx, j, w))
	snap := g.store.Snapshot()
	_, err = g.c.Framework(ctx, compile.Unit{FS: j.headTree, Root: "frameworks", Dir: w.dirs[0], Untrusted: true})
	lap("compiling", err)
	r := &Report{Number: n, Head: j.head, Base: j.base, Merged: j.merged, At: time.Now(), Location: snap.Location, Touches: true}
	r.Verdict, err = review.Review(ctx, g.c, review.Change{Head: j.headTree, Base: j.baseTree, Root: "frameworks", Now: r.At, InForce: inForce(snap)})
	lap("judging", err)
	j.preview, err = g.s.foretell(ctx, j, w.dirs)
	lap("foretelling-versions", err)
	r.Frameworks, err = Frameworks(r.Verdict, j.preview, snap.Location)
	lap("putting-into-words", err)
	_, err = g.gh.pull(ctx, n)
	lap("asking-whether-it-changed", err)
	lap("publishing-check-and-comment", g.s.publish(ctx, j, w, r))
}

// benchDistance has GitHub far away, where an answer takes 100 ms: how many
// answers are waited for one after the other, until the check is there.
func benchDistance(b *testing.B) {
	const away = 100 * time.Millisecond
	g := newBigRig(b)
	cache := b.TempDir()
	g.open(cache)
	g.open(cache)
	g.run()
	g.deliver()
	g.until("it is calm", g.idle)
	g.checkOne(0)
	near := g.checkOne(1)
	before := len(g.hub.Calls())
	g.hub.Fault(fakehub.Fault{Kind: fakehub.Slow, Delay: away})
	far := g.checkOne(2)
	b.ReportMetric(float64(far-near)/float64(away), "calls-in-a-row")
	api, git := 0, 0
	for _, c := range g.hub.Calls()[before:] {
		b.Log(c.Method, c.Path, c.Status)
		if strings.Contains(c.Path, ".git/") {
			git++
		} else {
			api++
		}
	}
	b.ReportMetric(float64(api), "calls-of-the-API")
	b.ReportMetric(float64(git), "calls-of-Git")
	b.ReportMetric(0, "ns/op")
}
