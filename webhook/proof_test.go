package webhook

import (
	"context"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/milepost-dev/milepost/internal/fakehub"
)

// scene is a short story of what people do. All that the service does of
// itself stands in one of them, and each is short, so that it can be played
// thousands of times.
type scene struct {
	name  string
	plain bool // with a plain token, and no App
	files map[string]string
	// acts are what people do: after each the service does its work. The
	// first begins with nothing but the repository.
	acts []func(*play)
	// from is the first act that something goes wrong in: what comes before
	// goes wrong in another scene.
	from int
}

// play is a scene as it is played.
type play struct {
	*world
	scene *scene
	v     variant
	at    time.Time         // by the clock of people, who do not wait for the service
	pulls map[string]int    // by the names of their branches
	was   map[string]string // commits that are gone back to
	since int               // the last call before things go wrong

	armed bool   // things go wrong
	old   []Hint // that come once more
	text  string // of a tag that is made by somebody else
	dead  atomic.Bool
	kill  context.CancelFunc
	given int // keys that were given up
	hits  int // how often something went wrong by a hook, a queue or a new start
}

// variant is how a play differs from the undisturbed one. The zero value is
// that one.
type variant struct {
	cache string
	seed  uint64
	site  func(*world)                              // where GitHub stands [at the root of a server of its own]
	begin func(*play)                               // when things begin to go wrong
	hook  func(*play, fakehub.Point, fakehub.Call)  // at each call from then on
	after func(*play, int)                          // people do one thing more after an act and its work
	step  func(*play)                               // the service's work [work]
	like  func(fakehub.RepoState) fakehub.RepoState // what of the end is compared [all]
	gives bool                                      // so much goes wrong that something may be given up, until all is looked at
}

// ending is how a play ended.
type ending struct {
	state    fakehub.RepoState
	calls    []fakehub.Call // since things could go wrong
	refused  []fakehub.Violation
	needless []string // what was written though all was there
	given    int
	hits     int // how often something went wrong
}

// perform plays a scene to its end, and looks at everything twice then.
func perform(t *testing.T, sc *scene, v variant) ending {
	t.Helper()
	p := &play{scene: sc, v: v, pulls: map[string]int{}, was: map[string]string{}}
	newWorld(t, worldOptions{
		files: sc.files, cache: v.cache,
		hub: fakehub.Options{Seed: v.seed, Hook: p.hook},
		prepare: func(w *world) {
			p.world, w.tries = w, 3
			w.repo.SetPermission("github-merge-queue[bot]", "write") // whose number is in its commits
			if sc.plain {
				w.repo.SetPermission("robot", "write")
				w.account = func(a *Account) { a.AppID, a.AppKey, a.Token = 0, Secret{}, NewSecret(w.hub.UserToken("robot")) }
			}
			if v.site != nil {
				v.site(w)
			}
			if sc.from == 0 {
				p.arm()
			}
		},
	})
	p.revive()
	p.at = p.clock.now()
	for i, act := range sc.acts {
		if i == sc.from && i > 0 {
			p.arm()
		}
		p.later(time.Hour)
		act(p)
		p.step()
		if v.after != nil && i >= sc.from {
			v.after(p, i)
		}
		p.later(time.Hour)
	}
	return p.end()
}

func (p *play) end() ending {
	p.t.Helper()
	e := ending{calls: slices.DeleteFunc(p.hub.Calls(), func(c fakehub.Call) bool { return c.N <= p.since })}
	p.armed = false
	p.queue.add, p.queue.drop = nil, false
	p.hub.ClearFaults()
	p.sweep()
	p.work()
	at := p.calls()
	p.sweep()
	p.work()
	e.needless, e.state, e.refused, e.given, e.hits = p.writes(at), p.counts(), p.hub.Violations(), p.given, p.hits+p.hub.FaultsHit()
	return e
}

// arm lets things go wrong from here on.
func (p *play) arm() {
	p.armed = true
	if all := p.hub.Calls(); len(all) > 0 {
		p.since = all[len(all)-1].N
	}
	if p.v.begin != nil {
		p.v.begin(p)
	}
}

func (p *play) hook(at fakehub.Point, c fakehub.Call) {
	if p.armed && p.v.hook != nil {
		p.v.hook(p, at, c)
	}
}

// later lets time pass for people. What they do has the same time, however
// long the service waits.
func (p *play) later(d time.Duration) {
	p.t.Helper()
	if p.at = p.at.Add(d); p.clock.now().After(p.at) {
		p.t.Fatal("the service waits for too long")
	}
	p.clock.pass(p.at.Sub(p.clock.now()))
}

// step is the service's work after what people did.
func (p *play) step() {
	p.t.Helper()
	p.check(p.repo.ComputeMerges())
	if p.v.step != nil {
		p.v.step(p)
	} else {
		p.work()
	}
}

// work delivers what is pending and works it off until nothing is left.
func (p *play) work() {
	p.t.Helper()
	for range 200 {
		n, err := p.hub.Deliver(p.t.Context())
		p.check(err)
		if p.queue.drop {
			p.hits += len(p.queue.hints)
			p.queue.hints = nil
		}
		if n == 0 && len(p.queue.hints) == 0 {
			return
		}
		p.drain()
	}
	p.t.Fatal("it never comes to rest")
}

// drain works off hints, as world.drain does, by a service that may end.
func (p *play) drain() {
	p.t.Helper()
	tries := map[string]int{}
	for len(p.queue.hints) > 0 {
		h := p.queue.hints[0]
		p.queue.hints = p.queue.hints[1:]
		ctx, cancel := context.WithCancel(p.t.Context())
		p.kill = cancel
		err := p.s.Handle(ctx, h)
		cancel()
		if p.dead.Load() {
			p.again()
			continue
		}
		if err == nil {
			continue
		}
		p.t.Logf("%s: %v", h.Key, err)
		if tries[h.Key]++; tries[h.Key] >= 8 {
			p.given++
			p.s.gaveUp(p.t.Context(), h, err)
			continue
		}
		p.queue.Add(h)
	}
}

// sweep looks at everything.
func (p *play) sweep() {
	p.t.Helper()
	p.queue.Add(Hint{Key: keyAll})
	p.drain()
}

// again starts the service anew, with nothing but what GitHub and Git keep,
// and it begins by looking at everything.
func (p *play) again() {
	p.t.Helper()
	p.dead.Store(false)
	p.start()
	p.revive()
}

// revive has a service that was just started look at everything. Where it
// ended while it started, it is started again.
func (p *play) revive() {
	p.t.Helper()
	for p.dead.Swap(false) {
		p.start()
	}
	p.queue.hints = nil
	p.queue.Add(Hint{Key: keyAll})
}

// die ends the service in the midst of a call.
func (p *play) die() {
	p.dead.Store(true)
	if p.kill != nil {
		p.kill()
	}
}

// must does what people can only do once the service has said its word: where
// that was lost, they wait until everything is looked at.
func (p *play) must(do func() error) {
	p.t.Helper()
	if do() == nil {
		return
	}
	p.sweep()
	p.work()
	p.check(do())
}
