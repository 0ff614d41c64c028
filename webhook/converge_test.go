package webhook

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/milepost-dev/milepost/internal/fakehub"
)

// TestConvergence plays what people do over and over, and each time something
// else goes wrong: with the queue, with deliveries, with the process, with one
// call or two, or by what people do at the very moment of a call. Each play has
// to come to the end of the undisturbed one, and then there is nothing left to
// write. How much of it is played stands with amount; -v prints the
// table.
func TestConvergence(t *testing.T) {
	t.Parallel()
	q := newProof(t)
	t.Run("routes", q.routes)
	t.Run("queue", q.queues)
	t.Run("calls", q.calls)
	t.Run("pairs", q.pairs)
	t.Run("meanwhile", q.meanwhile)
	q.tell(t)
}

// counts is a state without what was said of commits that nothing is at any
// more: whether there was time to speak of those is chance.
func (w *world) counts() fakehub.RepoState {
	w.t.Helper()
	s := w.state()
	heads := map[string]bool{}
	open := map[int]bool{}
	for _, p := range s.Pulls {
		if p.State == "open" {
			heads[p.Head], open[p.Number] = true, true
		}
	}
	s.Checks = slices.DeleteFunc(s.Checks, func(k fakehub.CheckState) bool { return !heads[k.Head] })
	s.Statuses = slices.DeleteFunc(s.Statuses, func(m fakehub.StatusState) bool { return !heads[m.SHA] })
	s.Comments = slices.DeleteFunc(s.Comments, func(c fakehub.CommentState) bool { return !open[c.Pull] })
	s.Notes = slices.DeleteFunc(s.Notes, func(n fakehub.NoteState) bool { return !heads[n.Commit] })
	// Of a review whose only comment was taken back, GitHub shows nothing.
	s.Reviews = slices.DeleteFunc(s.Reviews, func(r fakehub.ReviewState) bool { return r.Body == "" && r.State == "COMMENTED" })
	return s
}

// unruly is what a queue does to hints.
type unruly struct {
	double  bool // each comes twice
	reorder bool // each comes at any place
	stale   bool // each comes once more, long after
}

// befall makes a queue unruly.
func (u unruly) befall(p *play) {
	r := rand.New(rand.NewPCG(p.v.seed, 3))
	p.queue.add = func(h Hint) {
		p.hits++
		if u.stale {
			p.old = append(p.old, h)
		}
		for range map[bool]int{false: 1, true: 2}[u.double] {
			at := len(p.queue.hints)
			if u.reorder {
				at = r.IntN(at + 1)
			}
			p.queue.hints = slices.Insert(p.queue.hints, at, h)
		}
	}
}

// recall has all hints of before come once more.
func recall(p *play) {
	old := p.old
	p.work()
	p.queue.hints = append(p.queue.hints, old...)
	p.work()
}

// trouble is a class of plays in which something goes wrong all the time.
type trouble struct {
	name   string
	v      variant
	chance bool // it goes by the seed: there are several
}

func troubles() []trouble {
	unrulily := func(u unruly) func(*play) { return u.befall }
	fault := func(list ...fakehub.Fault) func(*play) {
		return func(p *play) {
			for _, f := range list {
				p.hub.Fault(f)
			}
		}
	}
	loses := func(p *play) { p.queue.drop = true }
	sweeps := func(p *play) { p.work(); p.hits++; p.sweep() }
	anew := func(p *play) { p.hits++; p.again(); p.work() }
	now := func(f fakehub.Fault) variant { return variant{begin: fault(f), gives: true} }
	late := fakehub.Fault{Kind: fakehub.HoldDelivery, Lag: 5}
	mixed := fakehub.Fault{Kind: fakehub.HoldDelivery, Lag: 3, Chance: 0.5}
	twice := fakehub.Fault{Kind: fakehub.DoubleDelivery}
	some := fakehub.Fault{Kind: fakehub.DropDelivery, Chance: 0.5}
	return []trouble{
		{"queue: drops everything", variant{begin: loses, step: sweeps}, false},
		{"queue: drops everything, and one look at the end", variant{begin: loses}, false},
		{"queue: doubles every hint", variant{begin: unrulily(unruly{double: true})}, false},
		{"queue: reorders", variant{begin: unrulily(unruly{reorder: true})}, true},
		{"queue: hints once more, long after", variant{begin: unrulily(unruly{stale: true}), step: recall}, false},
		{"queue: doubles, reorders, and long after", variant{begin: unrulily(unruly{true, true, true}), step: recall}, true},
		{"deliveries: lost", variant{begin: fault(fakehub.Fault{Kind: fakehub.DropDelivery})}, false},
		{"deliveries: half of them lost", variant{begin: fault(some)}, true},
		{"deliveries: twice", variant{begin: fault(twice)}, false},
		{"deliveries: late", variant{begin: fault(late)}, false},
		{"deliveries: reordered", variant{begin: fault(mixed)}, true},
		{"deliveries: twice, half lost, reordered", variant{begin: fault(twice, some, mixed)}, true},
		{"restarts: after each step", variant{step: anew}, false},
		{"restarts, and deliveries twice, half lost, reordered", variant{begin: fault(twice, some, mixed), step: anew}, true},
		{"restarts, and a queue that doubles and reorders", variant{begin: unrulily(unruly{double: true, reorder: true}), step: anew}, true},
		{"one call in ten: 502, nothing done", now(fakehub.Fault{Kind: fakehub.ErrorBefore, Chance: 0.1}), true},
		{"one call in ten: 500, and done", now(fakehub.Fault{Kind: fakehub.ErrorAfter, Status: 500, Chance: 0.1}), true},
		{"one call in ten: done, the answer lost", now(fakehub.Fault{Kind: fakehub.CutAfter, Chance: 0.1}), true},
		{"one call in ten: the answer cut midway", now(fakehub.Fault{Kind: fakehub.CutMidway, Chance: 0.1}), true},
		{"one call in ten: given up, and done later", now(fakehub.Fault{Kind: fakehub.Late, Lag: 9, Chance: 0.1}), true},
		{"one call in ten: 403, too fast", now(fakehub.Fault{Kind: fakehub.SecondaryLimit, Delay: 3 * time.Second, Chance: 0.1}), true},
		{"one call in ten: 401, the token revoked", now(fakehub.Fault{Kind: fakehub.Revoked, Chance: 0.1}), true},
		{"all lists are old", now(fakehub.Fault{Kind: fakehub.Stale, Lag: 6}), false},
	}
}

// queues have each trouble in each scene, those that go by chance with several
// seeds. By default it is a sixth of them, each in one scene.
func (q *proof) queues(t *testing.T) {
	seeds, all := uint64(3), scenes()
	r := rand.New(rand.NewPCG(8, 8))
	for i, c := range troubles() {
		mine := all
		if proven() == aFew {
			if seeds, mine = 1, all[i%len(all):i%len(all)+1]; i%6 != 0 {
				continue
			}
		}
		for _, sc := range mine {
			for seed := range seeds {
				if seed > 0 && !c.chance {
					break
				}
				if proven() == tenth && r.IntN(10) > 0 {
					continue
				}
				v := c.v
				v.seed = seed + 1
				t.Run(fmt.Sprintf("%s, %s, seed %d", c.name, sc.name, v.seed), func(t *testing.T) {
					t.Parallel()
					q.try(t, c.name, sc, v, q.wants[sc.name])
				})
			}
		}
	}
}
