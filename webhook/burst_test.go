package webhook

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/milepost-dev/milepost/internal/fakehub"
	"github.com/milepost-dev/milepost/internal/gittest"
)

// burst is many deliveries of few pull requests at once.
type burst struct {
	pulls      int
	moves      int // how often each pull request's head moves meanwhile
	deliveries int // at least: hints that say nothing new make up for what is lacking
	mergeAfter int // how often GitHub is asked for a pull request before it knows whether it merges
}

// burstCounts is what a burst led to.
type burstCounts struct {
	pulls, deliveries             int
	judged, compiled              int64
	started, finished, said, read int           // calls of GitHub: runs begun and completed, comments, and all reads
	took                          time.Duration // until each newest head had its check and its comment
	calm                          time.Duration // until nothing was left to do
}

func (c burstCounts) String() string {
	return fmt.Sprintf("%d deliveries of %d pull requests: %d judged, %d compiled, %d runs begun, %d completed, %d comments written, %d reads; all checked after %s, calm after %s",
		c.deliveries, c.pulls, c.judged, c.compiled, c.started, c.finished, c.said, c.read, c.took.Round(time.Millisecond), c.calm.Round(time.Millisecond))
}

// play makes the pull requests, lets the burst come, and waits for its end.
func (b burst) play(tb testing.TB) burstCounts {
	tb.Helper()
	texts := map[string]string{}
	for i := range b.pulls {
		for name, text := range gittest.Ladder(b.id(i), "One") {
			texts[name] = text
		}
	}
	g := newRig(tb, fakehub.Options{MergeAfter: b.mergeAfter}, fakehub.RepoOptions{Files: files(texts)})
	b.prepare(g)
	g.open(tb.TempDir())
	g.run()
	g.until("it has looked at everything once", func() bool { return g.idle() && g.value("reconciled_timestamp_seconds") > 0 })
	b.move(g, 0)
	for i := range b.pulls {
		n, err := g.repo.OpenPull(fakehub.PullOptions{Branch: topic(i)})
		g.check(err)
		if n != i+1 {
			tb.Fatalf("pull request %d has the number %d", i+1, n)
		}
	}
	calls, compiled, start := len(g.hub.Calls()), g.c.Compiled(), time.Now()
	g.deliver() // what was kept back until now, and what comes of the rest
	for round := 1; round <= b.moves; round++ {
		b.move(g, round)
	}
	c := burstCounts{pulls: b.pulls}
	b.fill(g)
	g.until("every pull request is checked", g.checked)
	c.took = time.Since(start)
	g.until("it is calm", g.idle)
	c.calm = time.Since(start)
	c.deliveries = len(g.hub.Deliveries())
	c.judged, c.compiled = int64(g.value("judged_total")), g.c.Compiled()-compiled
	for _, call := range g.hub.Calls()[calls:] {
		c.count(call)
	}
	b.right(g)
	return c
}

func (c *burstCounts) count(call fakehub.Call) {
	switch {
	case strings.Contains(call.Path, ".git/"), strings.HasPrefix(call.Path, "/app"):
	case call.Method == http.MethodGet:
		c.read++
	case strings.Contains(call.Path, "/comments"):
		c.said++
	case call.Method == http.MethodPost:
		c.started++
	default:
		c.finished++
	}
}

func (b burst) id(i int) string { return fmt.Sprint("ladder-", i) }

// prepare makes the commits of all rounds, on refs that nobody looks at.
func (b burst) prepare(g *rig) {
	var in bytes.Buffer
	for i := range b.pulls {
		for round := range b.moves + 1 {
			ref := fmt.Sprintf("refs/rounds/%d/%d", round, i)
			from := g.repo.Head("main")
			if round > 0 {
				from = fmt.Sprintf("refs/rounds/%d/%d", round-1, i)
			}
			fmt.Fprintf(&in, "commit %s\ncommitter Ada <ada@example.com> %d +0000\ndata 1\nx\nfrom %s\n", ref, time.Now().Unix(), from)
			name := "frameworks/" + b.id(i) + "/framework.cue"
			text := gittest.Ladder(b.id(i), b.text(i, round))[name]
			fmt.Fprintf(&in, "M 100644 inline %s\ndata %d\n%s\n\n", name, len(text), text)
		}
	}
	g.git(g.repo.Dir(), in.Bytes(), "fast-import", "--quiet")
}

func (b burst) text(i, round int) string { return fmt.Sprintf("Text %d of pull request %d", round, i) }

// move puts the head of each pull request on the commit of a round.
func (b burst) move(g *rig, round int) {
	g.tb.Helper()
	args := []string{"fetch", "-q", "."}
	for i := range b.pulls {
		args = append(args, fmt.Sprintf("refs/rounds/%d/%d:refs/heads/%s", round, i, topic(i)))
	}
	_, err := g.repo.Git(args...)
	g.check(err)
}

// fill has deliveries sent again, in any order, until there were enough.
func (b burst) fill(g *rig) {
	g.tb.Helper()
	r := rand.New(rand.NewPCG(1, 2))
	g.until("all is sent", g.sent)
	sent := g.hub.Deliveries()
	for n := len(sent); n < b.deliveries; n++ {
		g.check(g.hub.Redeliver(sent[r.IntN(len(sent))].ID))
	}
}

// right fails where anything is not as it should be in the end.
func (b burst) right(g *rig) {
	g.tb.Helper()
	is, err := g.repo.State()
	g.check(err)
	checks, comments := map[string]fakehub.CheckState{}, map[int][]string{}
	for _, k := range is.Checks {
		checks[k.Head] = k
	}
	for _, c := range is.Comments {
		comments[c.Pull] = append(comments[c.Pull], c.Body)
	}
	for i, p := range is.Pulls {
		if k := checks[p.Head]; k.Conclusion != Success || p.Head != g.repo.Head(topic(i)) {
			g.tb.Errorf("pull request %d has the check %+v", p.Number, k)
		}
		said, last := comments[p.Number], b.text(i, b.moves)
		if len(said) != 1 || !strings.Contains(said[0], last) || !strings.Contains(said[0], "1.1.0") {
			g.tb.Errorf("pull request %d has the comments %q, want one of %q", p.Number, said, last)
		}
	}
	for _, v := range g.hub.Violations() {
		g.tb.Errorf("violation: %s", v)
	}
}

// value is that of a counter or gauge.
func (g *rig) value(name string) float64 {
	g.tb.Helper()
	all, err := g.metrics.Gather()
	g.check(err)
	for _, family := range all {
		if family.GetName() == "milepost_webhook_"+name {
			m := family.GetMetric()[0]
			return m.GetCounter().GetValue() + m.GetGauge().GetValue()
		}
	}
	g.tb.Fatalf("there is no metric %s", name)
	return 0
}

// evaluations is how often a pull request was judged, on average.
func (c burstCounts) evaluations() float64 { return float64(c.judged) / float64(c.pulls) }

// TestBurst: however many deliveries come at once, a pull request is judged for
// what it is, and not for what is told of it. Of heads that move meanwhile, how
// many are looked at is a matter of time, which TestQueueSettles has in hand.
func TestBurst(t *testing.T) {
	t.Parallel()
	for name, b := range map[string]burst{
		"heads that stay": {pulls: 6, deliveries: 200},
		"heads that move": {pulls: 6, deliveries: 200, moves: 4, mergeAfter: 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := b.play(t)
			t.Log(c)
			if most := int64(b.pulls * (1 + b.moves)); c.judged > most || c.judged < int64(b.pulls) {
				t.Errorf("%d changes were judged of %d that there were", c.judged, most)
			}
			if c.started > int(c.judged) || c.finished > int(c.judged) || c.said > int(c.judged) || c.compiled > c.judged {
				t.Errorf("more was said than judged: %s", c)
			}
		})
	}
}

// BenchmarkBurst has a thousand deliveries of fifty pull requests come at once,
// and prints how often a pull request is judged: at most twice is the bar, once
// is the best. Where heads move meanwhile, GitHub takes its time to say whether
// they merge.
func BenchmarkBurst(b *testing.B) {
	for _, c := range []struct {
		name string
		burst
	}{
		{"heads-that-stay", burst{pulls: 50, deliveries: 1000}},
		{"heads-that-move", burst{pulls: 50, deliveries: 1000, moves: 5}},
		{"heads-that-move-and-merge-late", burst{pulls: 50, deliveries: 1000, moves: 5, mergeAfter: 1}},
	} {
		b.Run(c.name, func(b *testing.B) {
			got := c.play(b)
			b.Log(got)
			b.ReportMetric(got.evaluations(), "evaluations/pull")
			b.ReportMetric(float64(got.started+got.finished+got.said)/float64(got.pulls), "writes/pull")
			b.ReportMetric(float64(got.read)/float64(got.pulls), "reads/pull")
			b.ReportMetric(got.took.Seconds(), "s-until-all-are-checked")
			b.ReportMetric(0, "ns/op")
		})
	}
}
