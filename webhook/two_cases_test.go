package webhook

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/milepost-dev/milepost/internal/fakehub"
	"github.com/milepost-dev/milepost/internal/gittest"
)

// third is a framework's third level under a name of its own. Two of them are
// good alone, and wrong together.
func third(name string) map[string]string {
	return map[string]string{"frameworks/a/" + name + ".cue": fmt.Sprintf("package framework\n\nframework: levels: %s: {rank: 3, code: %q, titles: [{text: \"Lead\"}], expectations: craft: items: [\"Leads\"]}\n", name, name)}
}

func opening(branch string, files map[string]string) func(*pair) {
	return func(p *pair) { p.open(fakehub.PullOptions{Branch: branch, Files: files}) }
}

func pushing(branch string, files map[string]string) func(*pair) {
	return func(p *pair) {
		p.t.Helper()
		p.clock.pass(time.Hour)
		_, err := p.repo.Push(branch, files)
		p.check(err)
	}
}

func nothing(*pair) {}

var encounters = []encounter{
	{name: "both start", happens: func(p *pair) {
		opening("topic", gittest.Ladder("a", "Two"))(p)
		p.lookAtAll()
	}, hard: &schedule{halt{1, true}, halt{}}},
	{
		// Both comment: the first has just suggested, and the second not yet.
		name: "a wrong pull request", before: []func(*pair){nothing}, happens: opening("topic", bad("b")),
		hard: &schedule{halt{3, true}, halt{2, false}},
	},
	{
		// Both have something to say in a check that one of them began.
		name: "it is mended", before: []func(*pair){opening("topic", bad("b"))}, happens: pushing("topic", gittest.Ladder("b", "Begins")),
		hard: &schedule{halt{2, false}, halt{1, true}},
	},
	{
		name: "the base moves", before: []func(*pair){opening("topic", third("x3"))}, happens: pushing("main", third("l3")),
		hard: &schedule{halt{3, false}, halt{2, true}},
	},
	{
		// The first tells a verdict that was right when it began.
		name: "the base moves, and one hears of it", before: []func(*pair){nothing}, happens: opening("topic", third("x3")), meanwhile: pushing("main", third("l3")),
		hard: &schedule{halt{2, false}, halt{1, false}},
	},
	{name: "a merge", before: []func(*pair){opening("topic", gittest.Ladder("a", "Two"))}, happens: func(p *pair) {
		p.clock.pass(time.Hour)
		_, err := p.repo.MergePull(1, fakehub.Squash)
		p.check(err)
	}},
	{name: "an edition's day comes", before: []func(*pair){func(p *pair) {
		next := gittest.Ladder("a", "Next")["frameworks/a/framework.cue"]
		pushing("main", map[string]string{"frameworks/next/a/framework.cue": strings.Replace(next, "\ttitle:", "\teffective: \"2027-01-06\"\n\ttitle:", 1)})(p)
	}}, happens: func(p *pair) {
		p.clock.pass(24 * time.Hour)
		p.lookAtAll()
	}},
}

// TestTwoServers: two servers beside one repository, each held at each of its
// calls that write until the other has passed it, come to what one alone comes
// to, and have then nothing left to write. By default one schedule of each
// encounter, or a tenth of them, or all: see amount.
func TestTwoServers(t *testing.T) {
	t.Parallel()
	rows, cache := make([]string, len(encounters)), t.TempDir()
	t.Run("encounters", func(t *testing.T) {
		for i, c := range encounters {
			t.Run(c.name, func(t *testing.T) {
				t.Parallel()
				rows[i] = c.prove(t, cache, rand.New(rand.NewPCG(7, uint64(i))))
			})
		}
	})
	t.Logf("\n%-36s %9s %6s %6s %7s %10s %6s\n%s", "encounter", "schedules", "missed", "lost", "doubled", "differing", "again", strings.Join(rows, "\n"))
}

// schedules are all of an encounter in which the servers have so many writes: the
// first is held somewhere, the second too or not at all.
func schedules(first, second int) (out []schedule) {
	places := func(writes int) (out []halt) {
		for n := range writes {
			out = append(out, halt{n + 1, false}, halt{n + 1, true})
		}
		return out
	}
	for _, f := range places(first) {
		for _, s := range append(places(second), halt{}) {
			out = append(out, schedule{f, s})
		}
	}
	return out
}

// prove plays an encounter by its schedules, and returns a row of the table.
func (c encounter) prove(t *testing.T, cache string, r *rand.Rand) string {
	want, first, second := c.alone(t, cache)
	if first == 0 {
		t.Fatal("nothing is written: the encounter shows nothing")
	}
	all := schedules(first, second)
	if how := proven(); how != entire {
		r.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
		all = all[:map[amount]int{aFew: 1, tenth: (len(all) + 9) / 10}[how]]
		if c.hard != nil {
			all[0] = *c.hard
		}
	}
	var missed, lost, doubled, differing, again int
	for _, s := range all {
		got := c.play(t, cache, s)
		if !got.met {
			missed++
		}
		l, d := lostAndDoubled(want, got.atOnce)
		lost, doubled = lost+l, doubled+d
		if diff := cmp.Diff(want, got.atOnce, cmpopts.EquateEmpty()); diff != "" {
			differing++
			t.Errorf("the first is held %s, the second %s (-alone +both):\n%s", s.first, s.second, diff)
		}
		if len(got.again) > 0 {
			again++
			t.Errorf("the first is held %s, the second %s: they go on writing %v", s.first, s.second, got.again)
		}
	}
	return fmt.Sprintf("%-36s %9d %6d %6d %7d %10d %6d", c.name, len(all), missed, lost, doubled, differing, again)
}

// lostAndDoubled counts what is there too seldom and too often.
func lostAndDoubled(want, got fakehub.RepoState) (lost, doubled int) {
	n := map[string]int{}
	count := func(s fakehub.RepoState, by int) {
		for _, c := range s.Comments {
			n[fmt.Sprint("comment ", c.Pull)] += by
		}
		for _, m := range s.Notes {
			n[fmt.Sprint("suggestion ", m.Pull, m.Path, m.Line)] += by
		}
		for _, k := range s.Checks {
			n["check "+k.Head] += by
		}
		for _, tag := range s.Tags {
			n["tag "+tag.Name] += by
		}
		for _, r := range s.Releases {
			n["release "+r.Tag] += by
		}
	}
	count(got, 1)
	count(want, -1)
	for _, k := range n {
		lost, doubled = lost+max(-k, 0), doubled+max(k, 0)
	}
	return lost, doubled
}
