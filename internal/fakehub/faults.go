package fakehub

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Kind is what a fault does.
type Kind int

// Faults of calls, then faults of deliveries.
const (
	// ErrorBefore answers Status (0 is 502) and does nothing.
	ErrorBefore Kind = iota + 1
	// ErrorAfter does what was asked and then answers Status (0 is 502).
	ErrorAfter
	// CutBefore ends the connection and does nothing.
	CutBefore
	// CutAfter does what was asked and ends the connection without an answer.
	CutAfter
	// CutMidway does what was asked and ends the connection in the middle of
	// the answer's body.
	CutMidway
	// SecondaryLimit answers 403 (or Status 429) with Retry-After of Delay, in
	// whole seconds, and does nothing.
	SecondaryLimit
	// PrimaryLimit answers 403 with no calls remaining until Delay from now.
	PrimaryLimit
	// Slow waits for Delay first.
	Slow
	// Stale answers lists as they were Lag calls before.
	Stale
	// Skew moves the Date header by Delay.
	Skew
	// Revoked answers 401, and makes all tokens of installations void.
	Revoked
	// Late ends the connection without an answer, and does what was asked
	// when Lag (0 is 1) more calls have come, or when the faults are cleared:
	// a call that its caller has given up.
	Late

	// DropDelivery loses a delivery: it is recorded as failed and never sent.
	DropDelivery
	// DoubleDelivery sends a delivery twice, with one GUID.
	DoubleDelivery
	// HoldDelivery sends a delivery after the Lag (0 is 1) that come after it.
	HoldDelivery
)

var kindNames = [...]string{"no fault", "error before", "error after", "cut before", "cut after", "cut midway", "secondary limit", "primary limit", "slow",
	"stale", "skew", "revoked", "late", "drop delivery", "double delivery", "hold delivery"}

func (k Kind) String() string {
	if k < 0 || int(k) >= len(kindNames) {
		return "unknown fault"
	}
	return kindNames[k]
}

// Fault is a rule of what goes wrong. A call or delivery that several rules are
// about gets each of them; what is answered is by the one that was set first.
type Fault struct {
	Kind   Kind
	Method string // of the calls it is about; "" is each
	// Path is the operation's path in GitHub's description, as
	// /repos/{owner}/{repo}/check-runs, or a part of the path asked for,
	// without the query; "" is each. Git's are /{owner}/{repo}.git/git-upload-pack, git-receive-pack
	// and info/refs.
	Path string
	// Event is the event of the deliveries it is about, as push or
	// pull_request.opened; "" is each.
	Event string
	// Nth makes it about the nth match alone, counted from 1 since it was set;
	// 0 is each.
	Nth int
	// Times ends it after so many; 0 is never.
	Times int
	// Chance makes it one in so many by the hub's seed: 0.1 is a tenth; 0 is
	// always.
	Chance float64

	Status int
	Delay  time.Duration
	Lag    int
}

// rule is a fault with how often it matched and came.
type rule struct {
	Fault
	matches, came int
}

// Fault adds a rule.
func (h *Hub) Fault(f Fault) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.faults = append(h.faults, &rule{Fault: f})
}

// ClearFaults ends all rules. What is late happens now.
func (h *Hub) ClearFaults() {
	h.mu.Lock()
	h.faults = nil
	for _, c := range h.late {
		c.due = 0
	}
	h.mu.Unlock()
	h.catchUp()
}

// postpone keeps a call until some more have come.
func (h *Hub) postpone(c *call, lag int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	kept := *c // what is answered meanwhile is another matter
	kept.r = c.r.WithContext(context.WithoutCancel(c.r.Context()))
	kept.due = c.N + max(lag, 1)
	h.late = append(h.late, &kept)
}

// catchUp does what is late and due.
func (h *Hub) catchUp() {
	h.mu.Lock()
	var due []*call
	h.late = slices.DeleteFunc(h.late, func(c *call) bool {
		if h.calls < c.due {
			return false
		}
		due = append(due, c)
		return true
	})
	for _, c := range due {
		c.N = h.calls // it shows in lists from now on
		h.inFlight++
	}
	h.mu.Unlock()
	for _, c := range due {
		h.effect(c)
		h.mu.Lock()
		h.inFlight--
		h.mu.Unlock()
	}
}

// comes counts a match and reports whether the fault comes this time.
func (r *rule) comes(h *Hub) bool {
	r.matches++
	if r.Nth > 0 && r.matches != r.Nth || r.Times > 0 && r.came >= r.Times || r.Chance > 0 && h.random.Float64() >= r.Chance {
		return false
	}
	r.came++
	h.came++
	return true
}

// FaultsHit is how often something went wrong by a rule, cleared or not.
func (h *Hub) FaultsHit() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.came
}

// plan is what goes wrong with one call.
type plan struct {
	delay, skew   time.Duration
	lag           int
	before, after *response
	cut           Kind // CutBefore, CutAfter, CutMidway or Late
	late          int
	names         []string
}

// planFor decides what goes wrong with a call.
func (h *Hub) planFor(c *call) plan {
	var p plan
	for _, r := range h.faults {
		if r.Kind >= DropDelivery || r.Method != "" && r.Method != c.Method || !strings.Contains(c.Path, r.Path) && c.Route != r.Path || !r.comes(h) {
			continue
		}
		p.names = append(p.names, r.Kind.String())
		p.take(r.Fault, h)
	}
	return p
}

func (p *plan) take(f Fault, h *Hub) {
	status := f.Status
	if status == 0 {
		status = http.StatusBadGateway
	}
	switch f.Kind {
	case Slow:
		p.delay += f.Delay
	case Skew:
		p.skew += f.Delay
	case Stale:
		p.lag = max(p.lag, f.Lag)
	case ErrorBefore:
		p.refuse(&refusal{status: status, message: "Server Error"})
	case ErrorAfter:
		if p.after == nil {
			p.after = (&refusal{status: status, message: "Server Error"}).response()
		}
	case SecondaryLimit:
		p.refuse(secondary(f.Status, f.Delay))
	case PrimaryLimit:
		p.refuse(primary(h.now().Add(f.Delay), h.opts.RateLimit))
	case Revoked:
		for secret, t := range h.tokens {
			if t.install != nil {
				delete(h.tokens, secret)
			}
		}
		p.refuse(&refusal{status: http.StatusUnauthorized, message: "Bad credentials"})
	case CutBefore, CutAfter, CutMidway, Late:
		if p.cut == 0 {
			p.cut, p.late = f.Kind, f.Lag
		}
	}
}

func (p *plan) refuse(r *refusal) {
	if p.before == nil {
		p.before = r.response()
	}
}

// secondary is the answer to too much at once:
// https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api
func secondary(status int, wait time.Duration) *refusal {
	if status == 0 {
		status = http.StatusForbidden
	}
	return &refusal{status: status, message: "You have exceeded a secondary rate limit. Please wait a few minutes before you try again.",
		docs:   "https://docs.github.com/rest/overview/rate-limits-for-the-rest-api#about-secondary-rate-limits",
		header: map[string]string{"Retry-After": strconv.Itoa(int(wait / time.Second))}}
}

func primary(reset time.Time, size int) *refusal {
	return &refusal{status: http.StatusForbidden, message: "API rate limit exceeded", header: map[string]string{
		"X-Ratelimit-Limit": strconv.Itoa(size), "X-Ratelimit-Remaining": "0", "X-Ratelimit-Used": strconv.Itoa(size),
		"X-Ratelimit-Reset": strconv.FormatInt(reset.Unix(), 10), "X-Ratelimit-Resource": "core"}}
}
