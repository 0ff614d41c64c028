package server

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/milepost-dev/milepost/internal/history"
	"github.com/milepost-dev/milepost/internal/ladder"
)

// LevelHistory is what changed for the people at one level, newest first.
// Truncated says that there are older versions, of which another question must
// be asked.
type LevelHistory struct {
	Framework string `json:"framework"`
	// Level is the id that the level has in the newest of the versions.
	Level     string              `json:"level"`
	LevelName string              `json:"level_name"`
	Changes   []LevelHistoryEntry `json:"changes"`
	Truncated bool                `json:"truncated,omitempty"`
}

// LevelHistoryEntry is one version that changed something for the level.
type LevelHistoryEntry struct {
	Version      history.VersionInfo `json:"version"`
	Status       history.Status      `json:"status"`
	Level        string              `json:"level"` // the id that it had then
	Headline     string              `json:"headline"`
	Category     ladder.Category     `json:"category"`
	CategoryName string              `json:"category_name"`
	Changes      []LevelChange       `json:"changes"`
}

// LevelChange is a change, and the names of the expectations that it concerns.
// They are derived from the history, and stay with an expectation whatever
// words it has and wherever it stands.
type LevelChange struct {
	ladder.Change
	Expectations []string `json:"expectations,omitempty"`
}

// maxHistory bounds how many versions one answer compares.
const maxHistory = 200

func (s *Server) levelHistory(c echo.Context) error {
	q, err := readQuery(c.Request(), "from", "to", "known_at")
	if err != nil {
		return err
	}
	snap, t, err := s.timeline(c)
	if err != nil {
		return err
	}
	v, known, err := s.knownAt(snap, q, s.view(c))
	if err != nil {
		return err
	}
	out, err := s.levelChanges(snap, t, c.Param("level"), q, v)
	if err != nil {
		return err
	}
	h := c.Response().Header()
	h["Vary"] = varyAccept
	switch preferred(c.Request().Header.Get("Accept"), "application/json", "text/markdown") {
	case "application/json":
		s.echoTimes(h, history.When{}, known, v)
		return s.json(c, out)
	case "text/markdown":
		s.echoTimes(h, history.When{}, known, v)
		return s.bytes(c, "text/markdown; charset=utf-8", []byte(out.markdown(snap.Location)))
	}
	return problem(http.StatusNotAcceptable, notAcceptable, "The history of a level can be had as application/json or text/markdown.")
}

// levelChanges compares each version with the one before it, newest first.
func (s *Server) levelChanges(snap *history.Snapshot, t *history.Timeline, level string, q query, v history.View) (*LevelHistory, error) {
	from, to, err := s.levelRange(snap, t, q, v)
	if err != nil {
		return nil, err
	}
	out := &LevelHistory{Framework: t.ID, Changes: []LevelHistoryEntry{}}
	w := levelWalk{asked: level}
	if w.names, err = t.Expectations(t.Known(v.KnownAt) - 1); err != nil {
		return nil, err
	}
	first := to.Index
	if to.Version != nil && to.Index < 0 { // a coming edition
		if from.Version != to.Version {
			if err := w.step(t, to, v, out); err != nil {
				return nil, err
			}
		}
		first = t.Known(v.KnownAt) - 1
	}
	if from.Version != nil && (from.Index < 0 || from.Index > first) { // nothing to tell lies between
		from.Index = first + 1
		if err := w.meet(from.Version); err != nil {
			return nil, err
		}
	}
	out.Truncated = first-maxHistory > max(from.Index, 0)+1
	for i := first; i >= max(from.Index, first-maxHistory, 0); i-- {
		at := history.Standing{Version: t.Versions[i], Index: i}
		if i == from.Index { // nothing of it is told, but it may have the level
			err = w.meet(t.Versions[i])
		} else {
			err = w.step(t, at, v, out)
		}
		if err != nil {
			return nil, err
		}
	}
	if w.newest == nil {
		return nil, problem(http.StatusNotFound, notFound, "There is no level %q in %s.", clip(level), t.ID)
	}
	out.Level, out.LevelName = w.newest.ID, w.newest.Name()
	return out, nil
}

// levelRange reads from and to. from is a version whose own changes are not
// told any more, with the index -1 where all are; to is the newest one.
func (s *Server) levelRange(snap *history.Snapshot, t *history.Timeline, q query, v history.View) (from, to history.Standing, err error) {
	from, to = history.Standing{Index: -1}, history.Standing{Index: t.Known(v.KnownAt) - 1}
	if to.Index < 0 && len(t.Versions) > 0 {
		return from, to, notRecorded(snap, v, t.ID, t)
	}
	if q.from != "" {
		if from, err = s.bound(snap, t, q.from, v); err != nil {
			return from, to, err
		}
	}
	if q.to == "" {
		return from, to, nil
	}
	if to, err = s.bound(snap, t, q.to, v); err == nil && to.Version == nil {
		_, err = s.point(snap, t, q.to, v) // says what there was then
	}
	return from, to, err
}

// bound is the version that stood at one end of a history; none before the first.
func (s *Server) bound(snap *history.Snapshot, t *history.Timeline, at string, v history.View) (history.Standing, error) {
	if !named(at) {
		w, err := parsePoint(snap, at)
		if err != nil {
			return history.Standing{}, err
		}
		return t.At(w.Instant, v), nil
	}
	if found, ok := t.Find(strings.TrimPrefix(at, "v"), v); ok {
		return found, nil
	}
	if _, err := s.pickVersion(snap, t, at, v); err != nil {
		return history.Standing{}, err
	}
	return history.Standing{}, problem(http.StatusBadRequest, badRequest, "The history of a level is told by versions, and the working copy is none yet. /v1/frameworks/%s/diff?to=working compares it.", t.ID)
}

// levelWalk follows a level back through the versions, from id to id: a level
// that was renamed is what it was before, and one that levels were merged into
// is all of them.
type levelWalk struct {
	asked  string
	ids    []string      // that it has in the version that is looked at, nil before it was met
	newest *ladder.Level // as the newest version has it
	names  [][][]string  // of the expectations that changes concern, by version
}

// meet looks for the level in a text that it was not seen after: by its id, or
// by one that it had before.
func (w *levelWalk) meet(version *history.Version) error {
	if w.newest != nil {
		return nil
	}
	f, err := version.Text()
	if err == nil && f != nil {
		w.meetIn(f)
	}
	return err
}

func (w *levelWalk) meetIn(f *ladder.Framework) {
	if w.newest != nil {
		return
	}
	l, ok := f.Level(w.asked)
	for i := range f.Levels {
		if !ok && slices.Contains(f.Levels[i].Formerly, w.asked) {
			l, ok = &f.Levels[i], true
		}
	}
	if ok {
		w.newest, w.ids = l, []string{l.ID}
	}
}

// step tells what a version changed for the level, and goes on to the ids that
// it had before.
func (w *levelWalk) step(t *history.Timeline, at history.Standing, v history.View, out *LevelHistory) error {
	set, a, b, err := t.Changes(at)
	if err != nil {
		return err
	}
	if a == nil || b == nil { // the first, an end, or a return
		return w.meet(at.Version)
	}
	w.meetIn(b)
	w.meetIn(a) // the version retired it
	before := w.before(a, b)
	told, id := set, ""
	told.Changes = nil
	var changes []LevelChange
	for n, ch := range set.Changes {
		i := slices.IndexFunc(slices.Concat(w.ids, before), ch.Concerns)
		if i < 0 {
			continue
		}
		id = cmp.Or(id, slices.Concat(w.ids, before)[i])
		told.Changes = append(told.Changes, ch)
		changes = append(changes, LevelChange{ch, w.namesOf(at.Index, n)})
	}
	if !told.Empty() {
		out.Changes = append(out.Changes, LevelHistoryEntry{
			Version: at.Version.Info(), Status: t.Status(at, v), Level: id, Headline: told.Headline(b),
			Category: told.Category(), CategoryName: told.Category().Name(), Changes: changes,
		})
	}
	w.ids = before
	return nil
}

// namesOf are those of the expectations that change n of a version concerns.
func (w *levelWalk) namesOf(version, n int) []string {
	if version < 0 || version >= len(w.names) || n >= len(w.names[version]) {
		return nil
	}
	return w.names[version][n]
}

// before are the ids that the level had in a, the text before b.
func (w *levelWalk) before(a, b *ladder.Framework) []string {
	out := []string{}
	add := func(id string) {
		if _, ok := a.Level(id); ok && !slices.Contains(out, id) {
			out = append(out, id)
		}
	}
	for _, id := range w.ids {
		add(id)
		l, ok := b.Level(id)
		if !ok {
			continue
		}
		for _, former := range l.Formerly {
			if _, stays := b.Level(former); !stays {
				add(former)
			}
		}
	}
	return out
}

// markdown is the history to paste into a message.
func (h *LevelHistory) markdown(loc *time.Location) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# What changed for %s\n", escapeMarkdown(h.LevelName))
	if len(h.Changes) == 0 {
		b.WriteString("\nNothing changed.\n")
	}
	for _, e := range h.Changes {
		from := "Without a date"
		if e.Version.EffectiveFrom != nil {
			from = "From " + e.Version.EffectiveFrom.In(loc).Format("2 January 2006")
		}
		fmt.Fprintf(&b, "\n## %s: %s\n\n%s\n", from, e.CategoryName, escapeMarkdown(e.Headline))
		fmt.Fprintf(&b, "\nVersion %s", e.Version.Number)
		if e.Version.Corrects != "" {
			fmt.Fprintf(&b, ", which puts %s right from its start", e.Version.Corrects)
		}
		if e.Status == history.Corrected {
			b.WriteString(", which was put right later")
		}
		b.WriteString(".\n")
		for _, ch := range e.Changes {
			fmt.Fprintf(&b, "\n- **%s**: %s", ch.Category.Name(), escapeMarkdown(ch.Message))
		}
		b.WriteByte('\n')
	}
	if h.Truncated {
		b.WriteString("\nThere are older versions that are not told of here.\n")
	}
	return b.String()
}
