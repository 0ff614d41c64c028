package server

import (
	"net/http"
	"slices"

	"github.com/labstack/echo/v4"

	"github.com/milepost-dev/milepost/internal/history"
	"github.com/milepost-dev/milepost/internal/ladder"
)

// historyPage is what changed for one level, newest first.
type historyPage struct {
	page
	head
	Level   string // its name
	Href    string // the level's page
	Since   phrase // the days between which the changes lie
	All     string // the address without days, "" where there are none
	Form    historyForm
	Changes []levelChange
	Older   bool // there are older changes than those
}

// historyForm asks for the changes between two days.
type historyForm struct {
	Action, From, To, Min string
	Kept                  []param
}

// levelChange is what one version changed for the level.
type levelChange struct {
	Number      string
	Date        date // empty for a coming edition without one
	Coming      bool
	Headline    string
	Mark        mark
	Corrects    phrase // how it puts another right
	Corrected   phrase // how it was put right
	Parts       []diffPart
	Diff, Notes string
}

func (s *Server) historyPage(c echo.Context) error {
	q, err := readPage(c, "from", "to", "as_of", "known_at", "cycle")
	if err != nil {
		return err
	}
	snap, t, err := s.timeline(c)
	if err != nil {
		return err
	}
	v, _, err := s.knownAt(snap, q, s.view(c))
	if err != nil {
		return err
	}
	id, w := c.Param("level"), newWalk(t.ID, q)
	title, kind, level := nameOf(snap, t, id, v)
	if level == nil {
		return problem(http.StatusNotFound, notFound, "There is no level %q in %s.", clip(id), t.ID)
	}
	side, err := s.beside(c, snap, t, q, false)
	if err != nil {
		return err
	}
	p := historyPage{
		page:  s.newPage(c, snap, "history", "What changed for "+level.Name()+", "+title),
		Level: level.Name(), Href: side.level(s, id), Form: historyForm{Action: c.Request().URL.EscapedPath()},
	}
	if p.head, err = s.frame(c, &p.page, side, snap, t, q, title, kind, ""); err != nil {
		return err
	}
	if p.Href != "" {
		p.Crumbs = append(p.Crumbs, link{level.Name(), p.Href})
	}
	b, err := s.bounds(snap, t, q, v)
	if err != nil {
		return err
	}
	if p.Since = b.words(); p.Since != nil {
		p.All = w.history(id)
	}
	p.Form.From, p.Form.To, p.Form.Kept = b.from.Machine, b.to.Machine, w.params()
	if first := t.First(); first != nil {
		p.Form.Min = dayOf(first.EffectiveFrom, snap.Location).Machine
	}
	if p.Changes, p.Older, err = s.changesOf(snap, t, w, id, b, v); err != nil {
		return err
	}
	return s.render(c, "history", p)
}

// bounds are the versions of which a history tells: those after one, up to
// another.
type bounds struct {
	after, until int // indices; nothing is before the first
	coming       bool
	from, to     date // the days asked for, empty for none
}

// bounds reads from and to, which are versions or dates. A day before the
// first version is no bound.
func (s *Server) bounds(snap *history.Snapshot, t *history.Timeline, q query, v history.View) (bounds, error) {
	b := bounds{after: -1, until: t.Known(v.KnownAt) - 1, coming: true}
	last := b.until
	find := func(asked string) (history.Standing, date, error) {
		if at, ok := t.Find(asked, v); ok {
			return at, dayOf(at.Version.EffectiveFrom, snap.Location), nil
		}
		when, err := history.ParseWhen(asked, snap.Location)
		if err != nil {
			return history.Standing{}, date{}, problem(http.StatusBadRequest, badRequest, "%q is neither a version nor a date; write 1.4.0 or 2027-03-01.", clip(asked))
		}
		return t.At(when.Instant, v), askedFor(when, snap.Location), nil
	}
	var at history.Standing
	var err error
	if q.from != "" {
		if at, b.from, err = find(q.from); err != nil {
			return b, err
		}
		if b.after = at.Index; at.Version != nil && at.Version.Coming {
			b.after, b.coming = last, false
		}
	}
	if q.to != "" {
		if at, b.to, err = find(q.to); err != nil {
			return b, err
		}
		if b.coming = b.coming && at.Version != nil && at.Version.Coming; !b.coming {
			b.until = at.Index
		}
	}
	return b, nil
}

// words say between which days the changes lie, nil for no bound.
func (b bounds) words() phrase {
	switch {
	case b.from.Words != "" && b.to.Words != "":
		return say("from ", b.from, " to ", b.to)
	case b.from.Words != "":
		return say("since ", b.from)
	case b.to.Words != "":
		return say("until ", b.to)
	}
	return nil
}

// changesOf are what versions changed for a level, newest first, as many as a
// page holds; older says that there are more.
func (s *Server) changesOf(snap *history.Snapshot, t *history.Timeline, w walk, level string, b bounds, v history.View) (out []levelChange, older bool, err error) {
	list, err := t.List(v)
	if err != nil {
		return nil, false, err
	}
	for _, e := range slices.Backward(list) {
		if e.Version.Coming && !b.coming || !e.Version.Coming && (e.Index <= b.after || e.Index > b.until) {
			continue
		}
		if len(out) == maxHistory {
			return out, true, nil
		}
		st, err := s.step(snap, t, e.Standing)
		if err != nil {
			return nil, false, err
		}
		if _, ok := st.levels[level]; !ok {
			continue
		}
		all, _, f, err := t.Changes(e.Standing)
		if err != nil {
			return nil, false, err
		}
		change := newLevelChange(snap, t, w, e, f, all.ForLevel(level), level, v)
		change.Corrects, change.Corrected = correctionWords(snap, t, e.Standing, v)
		out = append(out, change)
	}
	return out, false, nil
}

func newLevelChange(snap *history.Snapshot, t *history.Timeline, w walk, e history.Entry, f *ladder.Framework, cs ladder.ChangeSet, level string, v history.View) levelChange {
	out := levelChange{
		Number: e.Version.Number, Coming: e.Version.Coming, Headline: headline(cs.Headline(f)), Mark: markOf(cs.Category()),
		Diff: w.diff(t.Before(e.Standing).Number, e.Version.Number, level), Notes: w.notes(e.Version.Number, ""),
	}
	if !e.From.IsZero() {
		out.Date = entryDate(snap, t, e.Standing, v)
	}
	for _, g := range diffGroups(f, cs, nil) {
		for _, p := range g.Parts {
			i := slices.IndexFunc(out.Parts, func(x diffPart) bool { return x.Title == p.Title })
			if i < 0 {
				out.Parts = append(out.Parts, p)
				continue
			}
			out.Parts[i].Changes = append(out.Parts[i].Changes, p.Changes...)
		}
	}
	return out
}

// nameOf is what a framework is called, and one of its levels: as the newest
// text that the view knows says that has it. The level is nil where none has.
func nameOf(snap *history.Snapshot, t *history.Timeline, id string, v history.View) (title string, kind ladder.Kind, level *ladder.Level) {
	versions := slices.Clone(t.Versions[:t.Known(v.KnownAt)])
	if e, err := t.Coming(v); err == nil && e != nil {
		versions = slices.Insert(versions, 0, e.Version) // the last to be asked
	}
	if snap.Working != nil && snap.Working.Frameworks[t.ID] != nil && len(versions) == 0 {
		versions = append(versions, snap.Working.Frameworks[t.ID])
	}
	title = t.ID
	if n := len(versions); n > 0 {
		title, kind = versions[n-1].Title, versions[n-1].Kind
	}
	if id == "" {
		return title, kind, nil
	}
	for _, version := range slices.Backward(versions) {
		f, err := version.Text()
		if err != nil || f == nil {
			continue
		}
		if l, ok := f.Level(id); ok {
			return title, kind, l
		}
	}
	return title, kind, nil
}
