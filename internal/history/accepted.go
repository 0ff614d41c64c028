package history

import (
	"sort"
	"time"

	"github.com/milepost-dev/milepost/internal/ladder"
)

// acceptance is an older text that is accepted beside the one in force.
type acceptance struct {
	since, until time.Time
	old          int    // index of the become that is accepted too, -1 for none
	reason       string //
	said         string // the directive that says so
}

// acceptance is what a step from one text in force to another changes about
// older texts that are accepted beside it, nil for nothing. n is how many texts
// came into force with it. A transition that stays, or that comes back, goes on
// meaning the text that it meant.
func (c *chain) acceptance(at time.Time, before, t *text, n int, changed bool) *acceptance {
	var was, is *ladder.Transition
	if before != nil {
		was = before.directives.Transition
	}
	if t != nil {
		is = t.directives.Transition
	}
	a := acceptance{since: at, old: -1, said: key("", is)}
	switch last := len(c.accepted) - 1; {
	case key("", was) == a.said:
		return nil
	case is == nil:
		return &a
	case !changed && was != nil && last >= 0:
		a.old = c.accepted[last].old
	default:
		a.old = n - 2
	}
	a.until, a.reason = t.acceptOld, is.For
	for _, b := range c.accepted {
		if b.said == a.said {
			a.until, a.old = b.until, b.old
		}
	}
	return &a
}

// Accepted is an older text that is accepted beside the one in force.
type Accepted struct {
	Version *Version
	Until   time.Time
	For     string
}

// AlsoAccepted is the version accepted beside the one in force at asOf, as
// far as the view knows; ok is false where there is none.
func (t *Timeline) AlsoAccepted(asOf time.Time, v View) (Accepted, bool) {
	until := earlier(asOf, v.KnownAt)
	i := sort.Search(len(t.accepted), func(i int) bool { return t.accepted[i].since.After(until) }) - 1
	a := acceptance{old: -1}
	if i >= 0 {
		a = t.accepted[i]
	}
	if d := t.draftAt(v); d != nil && d.accepts != nil && d.text.due(asOf) {
		a = *d.accepts
	}
	if a.old < 0 || asOf.After(a.until) || t.Versions[a.old].Removed {
		return Accepted{}, false
	}
	return Accepted{t.Versions[a.old], a.until, a.reason}, true
}
