package server

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/milepost-dev/milepost/internal/history"
	"github.com/milepost-dev/milepost/internal/ladder"
)

// step is what one version changed against the version before it.
type step struct {
	Headline string
	Category ladder.Category
	levels   map[string]levelStep // by id, those that the change concerns
	has      []string             // where the version's levels and competencies stand: "levels/l4"
}

// levelStep is what one version changed for one level.
type levelStep struct {
	Headline string
	Category ladder.Category
}

// step compares version i with the one before it, once.
func (s *Server) step(snap *history.Snapshot, t *history.Timeline, i int) (step, error) {
	return s.pages.steps.get(snap, t.Versions[i], func() (step, error) {
		b, err := t.Versions[i].Text()
		if err != nil || b == nil {
			return step{}, err
		}
		out := step{levels: map[string]levelStep{}}
		for _, l := range b.Levels {
			out.has = append(out.has, "levels/"+l.ID)
		}
		for _, c := range b.Competencies {
			out.has = append(out.has, "competencies/"+c.ID)
		}
		if i == 0 {
			return out, nil
		}
		a, err := t.Versions[i-1].Text()
		if err != nil || a == nil {
			return out, err
		}
		out.compare(a, b)
		return out, nil
	})
}

func (st *step) compare(a, b *ladder.Framework) {
	all := ladder.Diff(a, b)
	st.Headline, st.Category = all.Headline(b), all.Category()
	var ids []string
	for _, l := range slices.Concat(b.Levels, a.Levels) {
		ids = append(ids, l.ID)
	}
	for _, id := range ids {
		if cs := all.ForLevel(id); !cs.Empty() {
			st.levels[id] = levelStep{cs.Headline(b), cs.Category()}
		}
	}
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
		last = len(r.timeline.Versions) - 1
	}
	var out []historyLine
	for i := last; i >= max(0, last-maxHistory) && len(out) < linesShown; i-- {
		st, err := s.step(r.snap, r.timeline, i)
		if err != nil {
			return nil, err
		}
		line := historyLine{Date: dayOf(r.timeline.Versions[i].EffectiveFrom, r.snap.Location)}
		if ls, ok := st.levels[level]; ok {
			line.Headline, line.Mark = ls.Headline, markOf(ls.Category)
			line.Href = r.walk.diff(r.timeline.Versions[i-1].Number, r.timeline.Versions[i].Number, level)
			out = append(out, line)
		} else if i == 0 && slices.Contains(st.has, "levels/"+level) {
			line.Headline, line.Mark = "The first version of the framework has this level", markFirst
			line.Href = r.walk.at(r.timeline.Versions[0].Number).level(level)
			out = append(out, line)
		}
	}
	return out, nil
}

// versionsPage lists the versions of a framework, newest first.
type versionsPage struct {
	page
	head
	Unversioned bool
	Level       string // the name of the level that the list is narrowed to
	All         string // the address of the whole list
	Versions    []versionView
	Cycles      []cycleLink
	Provisional bool // some of the numbers are
	Later       int  // how many older versions are not shown
}

// versionView is one version in the list.
type versionView struct {
	Number      string
	Provisional bool
	Date        date
	Until       date
	Status      string // "in force", "ended", "" for what came before
	Headline    string
	Mark        mark
	PullRequest int
	Read, Diff  string
}

func (s *Server) versionsPage(c echo.Context) error {
	q, err := readQuery(c.Request(), "level")
	if err != nil {
		return err
	}
	snap, t, err := s.timeline(c)
	if err != nil {
		return err
	}
	w := walk{id: t.ID}
	title, kind, level := s.nameOf(snap, t, q.level)
	p := versionsPage{
		page: s.newPage(snap, "versions", "Versions, "+title), head: newHead(title, kind, w, t, snap, partVersions),
		Unversioned: snap.Unversioned, All: w.versions(), Cycles: s.timelineCycles(snap, t, s.view(c)),
	}
	p.Crumbs = crumbs(snap, t)
	if q.level != "" {
		if p.Level = level; level == "" {
			return problem(http.StatusNotFound, notFound, "There is no level %q in %s.", clip(q.level), t.ID)
		}
		p.Title = "Versions that changed " + level + ", " + title
	}
	if !snap.Unversioned {
		if p.Versions, err = s.versionViews(snap, t, q.level, s.view(c)); err != nil {
			return err
		}
	}
	p.Bar = s.barBeside(c, snap, t, false)
	p.Later = max(0, len(t.Versions)-maxHistory)
	p.Provisional = slices.ContainsFunc(p.Versions, func(v versionView) bool { return v.Provisional })
	return s.render(c, "versions", p)
}

// crumbs lead to the framework's own page, where it can be read.
func crumbs(snap *history.Snapshot, t *history.Timeline) []link {
	if title, href := titleOf(snap, t.ID); href != "" {
		return []link{{title, href}}
	}
	return nil
}

// timelineCycles are the review cycles for which a framework has a text.
func (s *Server) timelineCycles(snap *history.Snapshot, t *history.Timeline, v history.View) []cycleLink {
	return cycles(snap, func(id string) string {
		when, err := s.when(snap, query{cycle: id})
		if err != nil {
			return ""
		}
		if _, err = s.pickAt(snap, t, when, v); err != nil {
			return ""
		}
		return walk{id: t.ID}.framework("cycle", id)
	})
}

// nameOf is what a framework is called, and one of its levels: as its newest
// text says that has it.
func (s *Server) nameOf(snap *history.Snapshot, t *history.Timeline, level string) (title string, kind ladder.Kind, levelName string) {
	versions := slices.Clone(t.Versions)
	if snap.Working != nil && snap.Working.Frameworks[t.ID] != nil && len(versions) == 0 {
		versions = append(versions, snap.Working.Frameworks[t.ID])
	}
	title = t.ID
	if n := len(versions); n > 0 {
		title, kind = versions[n-1].Title, versions[n-1].Kind
	}
	for _, v := range slices.Backward(versions) {
		if level == "" {
			break
		}
		f, err := v.Text()
		if err != nil || f == nil {
			continue
		}
		if l, ok := f.Level(level); ok {
			return title, kind, l.Name()
		}
	}
	return title, kind, ""
}

func (s *Server) versionViews(snap *history.Snapshot, t *history.Timeline, level string, view history.View) ([]versionView, error) {
	var out []versionView
	for i := len(t.Versions) - 1; i >= max(0, len(t.Versions)-maxHistory); i-- {
		st, err := s.step(snap, t, i)
		if err != nil {
			return nil, err
		}
		ls, concerned := st.levels[level]
		if level != "" && !concerned {
			continue
		}
		v := newVersionView(snap, t, i, st, view)
		if level != "" {
			v.Headline, v.Mark = ls.Headline, markOf(ls.Category)
			v.Read = walk{id: t.ID}.at(v.Number).level(level)
			v.Diff = walk{id: t.ID}.diff(t.Versions[i-1].Number, v.Number, level)
		}
		out = append(out, v)
	}
	return out, nil
}

func newVersionView(snap *history.Snapshot, t *history.Timeline, i int, st step, view history.View) versionView {
	v, w := t.Versions[i], walk{id: t.ID}
	out := versionView{
		Number: v.Number, Provisional: v.Info().Provisional, Date: versionDate(snap, t, i),
		Headline: strings.TrimSuffix(st.Headline, "."), Mark: markOf(st.Category), PullRequest: v.PullRequest,
	}
	at := history.Standing{Version: v, Index: i}
	if until := t.Until(at, view); !until.IsZero() {
		out.Until = dayOf(until, snap.Location)
	}
	switch t.Status(at, view) {
	case history.Current:
		out.Status = "in force"
	case history.Withdrawn:
		out.Status = "ended"
	}
	switch {
	case v.Removed:
		out.Headline, out.Mark = "The framework ended", markEnded
		return out
	case i == 0:
		out.Headline, out.Mark = "First version", markFirst
	case t.Versions[i-1].Removed:
		out.Headline, out.Mark = "The framework came back", markFirst
	default:
		out.Diff = w.diff(t.Versions[i-1].Number, v.Number, "")
	}
	out.Read = w.at(v.Number).framework()
	return out
}

// versionDate is the day of a version, to the minute where a neighbour is of
// the same day.
func versionDate(snap *history.Snapshot, t *history.Timeline, i int) date {
	day := func(i int) date { return dayOf(t.Versions[i].EffectiveFrom, snap.Location) }
	if i > 0 && day(i-1) == day(i) || i+1 < len(t.Versions) && day(i+1) == day(i) {
		return momentOf(t.Versions[i].EffectiveFrom, snap.Location)
	}
	return day(i)
}

// versionName is a version in a list to choose from.
func versionName(snap *history.Snapshot, t *history.Timeline, i int) string {
	return fmt.Sprintf("%s · %s", versionDate(snap, t, i).Words, t.Versions[i].Number)
}
