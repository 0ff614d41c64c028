package history

import (
	"fmt"
	"time"
)

// view makes a timeline of the chain as it stands at now.
func (c *chain) view(now time.Time, onBranch func(string) bool) (*Timeline, error) {
	if t := c.timeline; t != nil && !c.arrives(t.takenAt, now) {
		return t, nil
	}
	at := c
	if c.arrives(time.Time{}, now) {
		at = c.fork()
		at.settle(now.Add(1))
		if err := at.judge(); err != nil {
			return nil, fmt.Errorf("comparing versions of %s: %w", c.id, err)
		}
		at.renumber()
	}
	t := &Timeline{
		ID: c.id, Versions: at.versions, Findings: c.base.findings, Broken: c.base.broken,
		NextFindings: c.next.findings, NextBroken: c.next.broken, errata: at.errata, drafts: c.drafts, accepted: at.accepted, takenAt: now,
	}
	t.Alarms = at.alarms(onBranch)
	if v := t.Latest(); v != nil {
		t.Alarms = append(t.Alarms, v.Findings...)
	}
	c.timeline = t
	return t, nil
}

// arrives says whether an edition comes into force after from, until to.
func (c *chain) arrives(from, to time.Time) bool {
	e := c.next.text
	return e != nil && c.inForce != e && e.due(to) && e.from.After(from)
}
