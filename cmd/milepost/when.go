package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/milepost-dev/milepost/internal/history"
)

// axes are the two axes of time as a command was asked for them.
type axes struct{ asOf, cycle, knownAt string }

// moment is what they come to.
type moment struct {
	axes
	now  time.Time
	asOf time.Time // the instant that is asked about
	view history.View
	zone *time.Location
}

// read finds out what is meant. Working copies are their owners' own: coming
// editions are shown before they are published.
func (x axes) read(snap *history.Snapshot, now time.Time) (moment, error) {
	m := moment{axes: x, now: now, asOf: now, view: history.View{KnownAt: now, Drafts: true}, zone: snap.Location}
	if m.zone == nil {
		m.zone = time.UTC
	}
	if x.knownAt != "" {
		w, err := history.ParseWhen(x.knownAt, m.zone)
		if err != nil {
			return m, usage("--known-at: %w", err)
		}
		if w.Day && w.Date(m.zone) == now.In(m.zone).Format(time.DateOnly) {
			w.Instant = now // today, as far as it has come
		}
		if w.Instant.After(now) {
			return m, usage("--known-at: %s is still to come, and nobody knows what will be known then; --as-of asks for what is scheduled", x.knownAt)
		}
		m.view.KnownAt, m.asOf = w.Instant, w.Instant
	}
	asOf := x.asOf
	if x.cycle != "" {
		c, ok := snap.Organisation.Cycles[x.cycle]
		if !ok {
			return m, usage("there is no review cycle %q; the cycles are: %s", x.cycle, orNone(slices.Sorted(maps.Keys(snap.Organisation.Cycles))))
		}
		asOf = c.Opens
	}
	if asOf != "" {
		w, err := history.ParseWhen(asOf, m.zone)
		if err != nil {
			return m, usage("--as-of: %w", err)
		}
		m.asOf = w.Instant
	}
	return m, nil
}

func orNone(names []string) string {
	if len(names) == 0 {
		return "none"
	}
	return strings.Join(names, ", ")
}

// said repeats both axes, as they were asked for; "" where that is now.
func (m moment) said() string {
	var parts []string
	switch {
	case m.cycle != "":
		parts = append(parts, fmt.Sprintf("as of the opening of the review cycle %s (%s)", m.cycle, date(m.asOf, m.zone)))
	case m.axes.asOf != "":
		parts = append(parts, "as of "+m.axes.asOf)
	case m.knownAt != "":
		parts = append(parts, "as of "+m.knownAt)
	}
	switch {
	case m.knownAt != "":
		parts = append(parts, "as known at "+m.knownAt)
	case len(parts) > 0:
		parts = append(parts, "as known now")
	}
	if len(parts) == 0 {
		return ""
	}
	s := strings.Join(parts, ", ") + "."
	return strings.ToUpper(s[:1]) + s[1:]
}

// point is the version that a number or a date names.
func (m moment) point(t *history.Timeline, flag, at string) (history.Standing, error) {
	if strings.Count(at, ".") == 2 && !strings.Contains(at, ":") {
		s, ok := t.Find(strings.TrimPrefix(at, "v"), m.view)
		if !ok {
			return s, usage("there is no version %q of %s%s", at, t.ID, newest(t, m.view))
		}
		return s, nil
	}
	w, err := history.ParseWhen(at, m.zone)
	if err != nil {
		return history.Standing{}, usage("--%s: %q is neither a version nor a date; write 1.4.0 or 2027-03-01", flag, at)
	}
	m.asOf = w.Instant
	return m.find(t)
}

// find is the version in force at the moment.
func (m moment) find(t *history.Timeline) (history.Standing, error) {
	s := t.At(m.asOf, m.view)
	if s.Version != nil {
		return s, nil
	}
	if t.Known(m.view.KnownAt) == 0 {
		if t.First() != nil {
			return s, usage("on %s nothing was known of %s yet: its first version, %s, was recorded on %s", date(m.view.KnownAt, m.zone), t.ID, t.First().Number, date(t.First().RecordedAt, m.zone))
		}
		return s, usage("%s has no version yet", t.ID)
	}
	first := t.First()
	return s, usage("on %s there was no %s yet: its first version, %s, is of %s", date(m.asOf, m.zone), t.ID, first.Number, date(first.EffectiveFrom, m.zone))
}

func newest(t *history.Timeline, v history.View) string {
	if n := t.Known(v.KnownAt); n > 0 {
		return "; the newest is " + t.Versions[n-1].Number
	}
	return ""
}
