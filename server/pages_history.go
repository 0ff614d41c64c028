package server

import (
	"slices"

	"github.com/milepost-dev/milepost/internal/history"
	"github.com/milepost-dev/milepost/internal/ladder"
)

// step is what one version changed against the version before it.
type step struct {
	Headline string
	Affected string // who, in a sentence
	Category ladder.Category
	compared bool                 // there was a text before it, and it has one
	levels   map[string]levelStep // by id, those that the change concerns
	has      []string             // where the version's levels and competencies stand: "levels/l4"
}

// levelStep is what one version changed for one level.
type levelStep struct {
	Headline string
	Category ladder.Category
}

// step compares a version with the one before it, once.
func (s *Server) step(snap *history.Snapshot, t *history.Timeline, at history.Standing) (step, error) {
	return s.pages.steps.get(snap, at.Version, func() (step, error) {
		out := step{levels: map[string]levelStep{}}
		f, err := at.Version.Text()
		if err != nil || f == nil {
			return out, err
		}
		for _, l := range f.Levels {
			out.has = append(out.has, "levels/"+l.ID)
		}
		for _, c := range f.Competencies {
			out.has = append(out.has, "competencies/"+c.ID)
		}
		all, a, b, err := t.Changes(at)
		if err != nil || a == nil || b == nil {
			return out, err
		}
		out.compared, out.Headline, out.Affected, out.Category = true, all.Headline(b), affected(all, a, b), all.Category()
		for _, l := range slices.Concat(b.Levels, a.Levels) {
			if cs := all.ForLevel(l.ID); !cs.Empty() {
				out.levels[l.ID] = levelStep{cs.Headline(b), cs.Category()}
			}
		}
		return out, nil
	})
}

// difference is what lies between two versions that have a text, and the text
// of the second.
func (s *Server) difference(a, b *history.Version) (ladder.ChangeSet, *ladder.Framework, error) {
	old, err := a.Text()
	if err != nil {
		return ladder.ChangeSet{}, nil, err
	}
	text, err := b.Text()
	if err != nil {
		return ladder.ChangeSet{}, nil, err
	}
	return ladder.Diff(old, text), text, nil
}

// historyLine is one version that changed something for a level.
type historyLine struct {
	Date     date
	Headline string
	Mark     mark
	Href     string
}

// linesShown is how many lines of its history a level's page shows.
const linesShown = 3

// levelLines are the newest changes of a level, up to the version that is read.
func (s *Server) levelLines(r *reading, level string) ([]historyLine, error) {
	last := r.index
	if last < 0 {
		last = r.timeline.Known(r.view.KnownAt) - 1
	}
	var out []historyLine
	for i := last; i >= max(0, last-maxHistory) && len(out) < linesShown; i-- {
		v := r.timeline.Versions[i]
		st, err := s.step(r.snap, r.timeline, history.Standing{Version: v, Index: i})
		if err != nil {
			return nil, err
		}
		line := historyLine{Date: dayOf(v.EffectiveFrom, r.snap.Location)}
		if ls, ok := st.levels[level]; ok {
			line.Headline, line.Mark = ls.Headline, markOf(ls.Category)
			line.Href = r.walk.diff(r.timeline.Versions[i-1].Number, v.Number, level)
			out = append(out, line)
		} else if i == 0 && slices.Contains(st.has, "levels/"+level) {
			line.Headline, line.Mark = "The first version of the framework has this level", markFirst
			line.Href = r.walk.at(v.Number).level(level)
			out = append(out, line)
		}
	}
	return out, nil
}
