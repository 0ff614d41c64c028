package webhook

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/milepost-dev/milepost/internal/fakehub"
)

// spot is a call as it can be found again: the nth of its method and route
// since things could go wrong. Its number would not do, for what is tried again
// moves the numbers of all that follow, and a second fault would miss.
type spot struct {
	method, route string
	nth           int
}

func (c spot) String() string {
	route := strings.TrimPrefix(c.route, "/repos/{owner}/{repo}/")
	return fmt.Sprintf("%s %s no. %d", c.method, strings.ReplaceAll(route, "/", " "), c.nth)
}

// route is a method and a route.
func (c spot) kind() string { return c.method + " " + c.route }

// reads says whether a call changes nothing on GitHub.
func (c spot) reads() bool { return c.method == "GET" || c.route == "git-upload-pack" }

// spots are the calls of a play, in order.
func spots(calls []fakehub.Call) []spot {
	n := map[string]int{}
	var out []spot
	for _, c := range calls {
		p := spot{method: c.Method, route: c.Route}
		n[p.kind()]++
		p.nth = n[p.kind()]
		out = append(out, p)
	}
	return out
}

// mishap is something that goes wrong with one call.
type mishap struct {
	name   string
	fault  fakehub.Fault
	writes bool         // only where something is written: a read has no effect that could come before or after
	lists  bool         // only of lists
	dies   fakehub.Kind // when the service ends at it: CutBefore is before its effect, CutAfter after it
}

var mishaps = []mishap{
	{name: "502, nothing done", fault: fakehub.Fault{Kind: fakehub.ErrorBefore}},
	{name: "500, and done", fault: fakehub.Fault{Kind: fakehub.ErrorAfter, Status: 500}, writes: true},
	{name: "done, the answer lost", fault: fakehub.Fault{Kind: fakehub.CutAfter}, writes: true},
	{name: "the answer cut midway", fault: fakehub.Fault{Kind: fakehub.CutMidway}},
	{name: "given up, and done later", fault: fakehub.Fault{Kind: fakehub.Late, Lag: 9}, writes: true},
	{name: "403, too fast", fault: fakehub.Fault{Kind: fakehub.SecondaryLimit, Delay: 3 * time.Second}},
	{name: "403, the hour used up", fault: fakehub.Fault{Kind: fakehub.PrimaryLimit, Delay: 40 * time.Second}},
	{name: "401, the token revoked", fault: fakehub.Fault{Kind: fakehub.Revoked}},
	{name: "an old list", fault: fakehub.Fault{Kind: fakehub.Stale, Lag: 7}, lists: true},
	{name: "the process ends before it", dies: fakehub.CutBefore, writes: true},
	{name: "the process ends after it", dies: fakehub.CutAfter, writes: true},
}

// listed are the ends of routes that answer lists, which GitHub's replicas can
// answer as they were.
var listed = []string{"/pulls", "/comments", "/reviews", "/files", "/check-runs", "/status", "/releases", "/releases/tags/{tag}", "/git/matching-refs/{ref}"}

func (m mishap) befalls(c spot) bool {
	if m.lists {
		return c.method == "GET" && slices.ContainsFunc(listed, func(end string) bool { return strings.HasSuffix(c.route, end) })
	}
	return !m.writes || !c.reads()
}

// at has a mishap happen at a call.
func (m mishap) at(c spot, v variant) variant {
	f := m.fault
	if m.dies == fakehub.CutBefore {
		f.Kind = fakehub.CutBefore
	}
	f.Method, f.Path, f.Nth = c.method, c.route, c.nth
	before := v.begin
	v.begin = func(p *play) {
		if before != nil {
			before(p)
		}
		if f.Kind != 0 {
			p.hub.Fault(f)
		}
	}
	if m.dies != 0 {
		point := map[fakehub.Kind]fakehub.Point{fakehub.CutBefore: fakehub.Before, fakehub.CutAfter: fakehub.After}[m.dies]
		v.hook = once(c, point, (*play).die)
	}
	return v
}

// once does something at a call.
func once(c spot, at fakehub.Point, do func(*play)) func(*play, fakehub.Point, fakehub.Call) {
	n := 0
	return func(p *play, point fakehub.Point, is fakehub.Call) {
		if point != at || is.Method != c.method || is.Route != c.route {
			return
		}
		if n++; n == c.nth {
			p.hits++
			do(p)
		}
	}
}

// blow is a mishap at a call of a scene.
type blow struct {
	scene  *scene
	spot   spot
	mishap mishap
}

func (b blow) String() string { return fmt.Sprintf("%s, %s, %s", b.scene.name, b.spot, b.mishap.name) }

// blows are all of them.
func (q *proof) blows() []blow {
	var out []blow
	for _, sc := range scenes() {
		for _, c := range spots(q.wants[sc.name].calls) {
			for _, m := range mishaps {
				if m.befalls(c) {
					out = append(out, blow{sc, c, m})
				}
			}
		}
	}
	// In an order by a seed: what is run of a part says something of the whole.
	r := rand.New(rand.NewPCG(5, 1))
	r.Shuffle(len(out), func(i, j int) { out[i], out[j] = out[j], out[i] })
	return out
}

// oneOfEach is one blow for each route.
func oneOfEach(all []blow) []blow {
	seen := map[string]bool{}
	return slices.DeleteFunc(all, func(b blow) bool {
		again := seen[b.spot.kind()]
		seen[b.spot.kind()] = true
		return again
	})
}

// calls have each single call go wrong, in each way. By default it is one call
// of some routes; with a tenth, at least one of each.
func (q *proof) calls(t *testing.T) {
	all := q.blows()
	switch proven() {
	case aFew:
		all = oneOfEach(all)[:6]
	case tenth:
		all = slices.Concat(all[:len(all)/10], oneOfEach(slices.Clone(all[len(all)/10:])))
	}
	for _, b := range all {
		t.Run(b.String(), func(t *testing.T) {
			t.Parallel()
			q.try(t, "one call: "+b.mishap.name, b.scene, b.mishap.at(b.spot, variant{}), q.wants[b.scene.name])
		})
	}
}

// pairs have two calls of a scene go wrong.
func (q *proof) pairs(t *testing.T) {
	n := map[amount]int{aFew: 1, tenth: 40, entire: 400}[proven()]
	all := q.blows()
	r := rand.New(rand.NewPCG(6, 6))
	for range n {
		a := all[r.IntN(len(all))]
		mine := slices.DeleteFunc(slices.Clone(all), func(b blow) bool { return b.scene.name != a.scene.name || b.mishap.dies != 0 })
		b := mine[r.IntN(len(mine))]
		t.Run(fmt.Sprintf("%s; %s, %s", a, b.spot, b.mishap.name), func(t *testing.T) {
			t.Parallel()
			q.try(t, "two calls", a.scene, b.mishap.at(b.spot, a.mishap.at(a.spot, variant{})), q.wants[a.scene.name])
		})
	}
}
