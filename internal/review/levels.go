package review

import (
	"fmt"
	"slices"

	"github.com/milepost-dev/milepost/internal/ladder"
)

// level holds a level to the rules about whole ones.
func (h *house) level(l *ladder.Level) {
	at := "levels." + l.ID
	if !h.levelTouched(l) {
		return
	}
	if l.Summary == "" {
		h.add("no-summary", at, fmt.Sprintf("%s has no summary, so that a reader has to work out from its expectations what it is about", l.Name()),
			"Add summary: \"…\" to the level: a sentence on what sets it apart.")
	}
	if below, ok := h.f.Below(l); ok && h.addsNothing(l, below) {
		h.add("adds-nothing", at, fmt.Sprintf("%s asks in every competency what %s asks, and nothing more", l.Name(), below.Name()),
			fmt.Sprintf("Say what is expected beyond %s, or make one level of the two.", below.Short()))
	}
}

// addsNothing says whether a level asks nothing that the one below it on its
// track does not ask.
func (h *house) addsNothing(l, below *ladder.Level) bool {
	judged := false
	for i := range h.f.Competencies {
		c := &h.f.Competencies[i]
		cell, there := l.Expectations[c.ID]
		judged = judged || there
		if (h.f.Cumulative || c.Cumulative) && h.repeats(l, c) {
			continue
		}
		if !cell.Equal(below.Expectations[c.ID]) {
			return false
		}
	}
	return judged
}

// repeats says whether all that a level asks of a cumulative competency is
// asked from a lower level on already.
func (h *house) repeats(l *ladder.Level, c *ladder.Competency) bool {
	cell := l.Expectations[c.ID]
	if below, ok := h.f.Below(l); ok && cell.Degree != "" && cell.Degree != below.Expectations[c.ID].Degree {
		return false
	}
	asked := map[string]bool{}
	for m, ok := h.f.Below(l); ok; m, ok = h.f.Below(m) {
		for _, item := range m.Expectations[c.ID].Items {
			asked[item.Text] = true
		}
	}
	return !slices.ContainsFunc(cell.Items, func(i ladder.Item) bool { return !asked[i.Text] })
}
