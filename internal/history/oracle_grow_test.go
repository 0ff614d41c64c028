package history

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/milepost-dev/milepost/internal/gitrepo"
)

// grower reads a history bit by bit, as a server does that runs all the while.
type grower struct {
	t     testing.TB
	seed  uint64
	r     *rand.Rand
	g     *fakeGit
	b     *builder
	took  int // commits
	tags  func(took int) []Tag
	said  []said
	loose bool // tags come and go, and numbers with them
}

// said is an answer that was given, and is final.
type said struct {
	id     string
	at     time.Time
	view   View
	answer string
}

func newGrower(t testing.TB, seed uint64, g *fakeGit) *grower {
	b := newBuilder(g, "frameworks", nil)
	b.tags = newTagSet(nil)
	return &grower{t: t, seed: seed, r: rand.New(rand.NewPCG(seed, 2)), g: g, b: b, tags: func(int) []Tag { return nil }}
}

// grow takes in commits at chance moments until now, and looks at the
// timelines each time, at times with nothing new but the hour.
func (g *grower) grow(now time.Time) []*Timeline {
	clock := now
	if len(g.g.commits) > 0 {
		clock = g.g.commits[0].Committed
	}
	for clock.Before(now) {
		g.look(clock)
		clock = clock.Add(time.Duration(1+g.r.IntN(60*3600)) * time.Second)
	}
	return g.look(now)
}

// look is a refresh by the clock.
func (g *grower) look(clock time.Time) []*Timeline {
	ripe := ripened(g.g.commits, clock)
	if len(ripe) > g.took {
		if n := len(ripe) - g.took; g.r.IntN(2) == 0 && n > 1 {
			g.take(ripe[g.took : g.took+1+g.r.IntN(n-1)])
		}
		g.take(ripe[g.took:])
	}
	g.b.setTags(g.tags(g.took))
	out, err := g.b.timelines(clock)
	if err != nil {
		g.t.Fatal(err)
	}
	if g.keepsItsWord(out); !g.loose && !g.b.recorded.IsZero() {
		g.promise(out, first(clock, g.b.recorded))
	}
	return out
}

func (g *grower) take(commits []gitrepo.Commit) {
	if err := g.b.extend(context.Background(), g.g, commits); err != nil {
		g.t.Fatal(err)
	}
	g.took += len(commits)
}

// promise notes answers about what is known at a moment up to which they are final.
func (g *grower) promise(timelines []*Timeline, until time.Time) {
	for _, tl := range timelines {
		if tl.Known(until) == 0 {
			continue
		}
		for range 4 {
			s := said{id: tl.ID, at: until.Add(time.Duration(g.r.IntN(200)-100) * time.Hour), view: View{until.Add(-time.Duration(g.r.IntN(90)) * time.Hour), g.r.IntN(2) == 0}}
			if g.r.IntN(3) == 0 {
				s.view.KnownAt = until
			}
			if tl.Known(s.view.KnownAt) > 0 {
				s.answer = final(g.t, tl, s.at, s.view)
				g.said = append(g.said, s)
			}
		}
	}
}

func (g *grower) keepsItsWord(timelines []*Timeline) {
	for _, s := range g.said {
		tl := find(timelines, s.id)
		if tl == nil {
			g.t.Errorf("history %d: %s is gone", g.seed, s.id)
			return
		}
		if got := final(g.t, tl, s.at, s.view); got != s.answer {
			g.t.Errorf("history %d: %s at %s as known at %s: the answer was\n%s\nand is\n%s", g.seed, s.id, stamped(s.at), stamped(s.view.KnownAt), s.answer, got)
		}
	}
}

// find follows a framework to the id that it has.
func find(timelines []*Timeline, id string) *Timeline {
	i := slices.IndexFunc(timelines, func(t *Timeline) bool { return t.ID == id })
	if i < 0 {
		return nil
	}
	if to := timelines[i].MovedTo; to != "" {
		return find(timelines, to)
	}
	return timelines[i]
}

// answered is all that a timeline says of a moment.
func answered(t testing.TB, tl *Timeline, at time.Time, v View) string {
	var b strings.Builder
	s := tl.At(at, v)
	if s.Version != nil {
		fmt.Fprintf(&b, "%d %s %s\n", s.Index, s.Version.Number, tl.Status(s, v))
	}
	if a, ok := tl.AlsoAccepted(at, v); ok {
		fmt.Fprintf(&b, "also %s until %s for %s\n", a.Version.Number, stamped(a.Until), a.For)
	}
	list, err := tl.List(v)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range list {
		fmt.Fprintf(&b, "%d %s %s to %s\n%s", e.Index, e.Status, stamped(e.From), stamped(e.Until), whole(e.Version))
	}
	c, err := tl.Coming(v)
	if err != nil {
		t.Fatal(err)
	}
	if c != nil {
		fmt.Fprintf(&b, "coming %s %s %t %t\n%s", c.Effective, c.Publish, c.Public, c.Same, whole(c.Version))
	}
	return b.String()
}

// final is what is answered, but for whether tags say so.
func final(t testing.TB, tl *Timeline, at time.Time, v View) string {
	return strings.NewReplacer(`"provisional":true`, "", `"provisional":false`, "").Replace(answered(t, tl, at, v))
}

// whole is all that a version says.
func whole(v *Version) string {
	return encoded(v.Info()) + encoded(v.Said) + encoded(v.Findings) + encoded(v.judged) + v.Subject + stamped(v.InForceFrom) + "\n"
}

// everything is all that the timelines say at the edges of a history.
func everything(t testing.TB, timelines []*Timeline, edges []time.Time, now time.Time) string {
	var b strings.Builder
	for _, tl := range timelines {
		fmt.Fprintf(&b, "%s -> %s, broken %s %v, next %s %v, alarms %s, errata %s\n", tl.ID, tl.MovedTo, tl.Broken, tl.Findings, tl.NextBroken, tl.NextFindings, encoded(tl.Alarms), fmt.Sprint(tl.errata))
		for _, at := range edges {
			if at.After(now) {
				at = now
			}
			for _, drafts := range []bool{false, true} {
				b.WriteString(answered(t, tl, at, View{at, drafts}))
			}
		}
	}
	return b.String()
}

// TestGrowing: a history that is read bit by bit, with the hour moving on,
// comes to what a start with all of it comes to; what was answered about a time
// that is past stays; intervals follow on each other; numbers go up by steps.
func TestGrowing(t *testing.T) {
	t.Parallel()
	l := library1()
	var promises atomic.Int64
	shares(t, histories()/2, func(t *testing.T, seed uint64) {
		deeds, now := l.story(seed)
		g := newGrower(t, seed, l.git(deeds))
		grown := g.grow(now)
		promises.Add(int64(len(g.said)))
		at := l.snapshot(t, deeds, now)
		o := newOracle(deeds, now, l.digest, l.judge)
		edges := append(slices.Clone(o.recorded), now)
		if diff := cmp.Diff(everything(t, at, edges, now), everything(t, grown, edges, now)); diff != "" {
			t.Errorf("history %d (-at once +grown):\n%s\n%s", seed, diff, told(deeds))
		}
		for _, tl := range grown {
			follows(t, seed, tl)
			for _, known := range edges {
				tiles(t, seed, tl, View{first(known, now), true}, edges)
				tiles(t, seed, tl, View{first(known, now), false}, edges)
			}
		}
	})
	t.Logf("%d histories, %d answers given on the way", histories()/2, promises.Load())
}

// follows: each number is a step from the one before.
func follows(t testing.TB, seed uint64, tl *Timeline) {
	last := number{}
	for i, v := range tl.Versions {
		n, ok := parseNumber(v.Number)
		if !ok || last.bumpTo(n) == "" || i > 0 && v.Previous != tl.Versions[i-1].Number || i == 0 && v.Number != "1.0.0" {
			t.Errorf("history %d: %s follows %s", seed, v.Number, v.Previous)
		}
		last = n
		if i > 0 && !v.InForceFrom.After(tl.Versions[i-1].InForceFrom) {
			t.Errorf("history %d: %s came into force before the version that it follows", seed, v.Number)
		}
	}
}

// tiles: from the first version on, each moment is in exactly one interval,
// and that is the one answered.
func tiles(t testing.TB, seed uint64, tl *Timeline, v View, edges []time.Time) {
	list, err := tl.List(v)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range edges {
		for _, at := range []time.Time{e.Add(-1), e, e.Add(1)} {
			var in []*Version
			for _, entry := range list {
				if entry.Status != Draft && !at.Before(entry.From) && (entry.Until.IsZero() || at.Before(entry.Until)) {
					in = append(in, entry.Version)
				}
			}
			s := tl.At(at, v)
			if s.Version == nil && len(in) > 0 || s.Version != nil && (len(in) != 1 || in[0] != s.Version) {
				t.Errorf("history %d: %s at %s as known at %s is in %d intervals", seed, tl.ID, stamped(at), stamped(v.KnownAt), len(in))
			}
		}
	}
}
