package webhook

import (
	"context"
	"errors"
	"time"

	"github.com/milepost-dev/milepost/internal/history"
)

// asked bounds what readers of pages can have asked of GitHub: one thing at a
// time, none again that was not there a while ago, and so many in a while.
type asked struct {
	turn  chan struct{} // holds one while somebody asks, to whom all below belongs
	since time.Time
	times int
	none  map[int]bool // that were not there
}

func newAsked() *asked { return &asked{turn: make(chan struct{}, 1)} }

const (
	maxAsked  = 200              // in an askedAge: the rest of the hour's 5,000 calls is for checking
	askedAge  = 15 * time.Minute // after which all of it is forgotten
	askedTime = 5 * time.Second  // that a reader waits for GitHub
)

// Why nothing is known of a pull request that a page is asked for.
const (
	whySilent = "GitHub did not say whether there is such a change; look again in a few minutes"
	whyMany   = "Too many changes were asked for that are not known here; look again in a quarter of an hour"
)

// about asks GitHub about a pull request that is not known, and has it looked
// at where it is open.
func (a *asked) about(ctx context.Context, s *Service, n int) (*history.Proposed, error) {
	ctx, cancel := context.WithTimeout(ctx, askedTime)
	defer cancel()
	unread := &history.Proposed{Number: n, State: history.ProposedUnread, Why: whySilent}
	select {
	case a.turn <- struct{}{}:
		defer func() { <-a.turn }()
	case <-ctx.Done():
		return unread, nil
	}
	if is := s.proposals.get(n).is; is != nil { // it came while this waited
		return is, nil
	}
	none, many := a.count(n, s.o.Now())
	switch {
	case none:
		return nil, nil
	case many:
		unread.Why = whyMany
		return unread, nil
	}
	p, err := s.gh.pull(ctx, n)
	switch {
	case errors.Is(err, errGone):
		a.none[n] = true
		return nil, nil
	case err != nil:
		s.log.Warn("GitHub was asked for a page", "pull", n, "error", err)
		return unread, nil
	case !p.open:
		s.propose(p, decided(p), "")
	default:
		s.propose(p, history.ProposedWaiting, "")
		s.queue.Add(pullHint(n))
	}
	return s.proposals.get(n).is, nil
}

// count counts one more, and says whether it is known not to be there, or is
// one too many.
func (a *asked) count(n int, now time.Time) (none, many bool) {
	if now.Sub(a.since) >= askedAge {
		a.since, a.times, a.none = now, 0, map[int]bool{}
	}
	if a.none[n] || a.times >= maxAsked {
		return a.none[n], true
	}
	a.times++
	return false, false
}
