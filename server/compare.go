package server

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/milepost-dev/milepost/internal/history"
	"github.com/milepost-dev/milepost/internal/ladder"
)

// DiffAnswer is the difference between two versions.
type DiffAnswer struct {
	Framework string              `json:"framework"`
	From      history.VersionInfo `json:"from"`
	To        history.VersionInfo `json:"to"`
	Headline  string              `json:"headline"`
	Bump      string              `json:"bump,omitempty"`
	Category  ladder.Category     `json:"category,omitempty"`
	Changes   []ladder.Change     `json:"changes"`
}

// comparison is two versions and what lies between them.
type comparison struct {
	from, to *selection
	a, b     *ladder.Framework
	changes  ladder.ChangeSet
	level    string
	known    history.When // known_at, where it was asked for
}

// compare reads from, to, level and known_at. from and to are version numbers
// or dates; to is by default the text in force, from the version before to.
func (s *Server) compare(c echo.Context, q query) (*comparison, error) {
	snap, t, err := s.timeline(c)
	if err != nil {
		return nil, err
	}
	d := comparison{level: q.level}
	var v history.View
	if v, d.known, err = s.knownAt(snap, q, s.view(c)); err != nil {
		return nil, err
	}
	if d.to, err = s.point(snap, t, q.to, v); err != nil {
		if p := (*Problem)(nil); q.to == "" && errors.As(err, &p) && p.Status == http.StatusGone {
			p.Detail += " Name the versions to compare with from and to."
		}
		return nil, err
	}
	if d.from, err = s.before(snap, t, q.from, d.to, v); err != nil {
		return nil, err
	}
	return &d, d.find()
}

// find finds what changed. A version that follows the other is judged by what
// its author declared; for a longer way there is no such word.
func (d *comparison) find() (err error) {
	if d.a, err = d.from.text(); err != nil {
		return err
	}
	if d.b, err = d.to.text(); err != nil {
		return err
	}
	var said ladder.Directives
	if d.to.timeline.Before(d.to.standing()) == d.from.version {
		said = d.to.version.Said
	}
	d.changes = history.Changes(d.a, d.b, said)
	if d.level == "" {
		return nil
	}
	if _, err := findLevel(d.b, d.level); err != nil {
		if _, errA := findLevel(d.a, d.level); errA != nil {
			return err
		}
	}
	d.changes = d.changes.ForLevel(d.level)
	return nil
}

// before is what a version is compared with: what was asked for, else the
// newest text before it, else itself.
func (s *Server) before(snap *history.Snapshot, t *history.Timeline, asked string, to *selection, v history.View) (*selection, error) {
	if asked != "" {
		return s.point(snap, t, asked, v)
	}
	i := to.index
	if i < 0 {
		i = t.Known(v.KnownAt)
	}
	for i--; i > 0 && t.Versions[i].Removed; i-- {
	}
	if i < 0 {
		return to, nil
	}
	sel, err := s.selected(snap, t, history.Standing{Version: t.Versions[i], Index: i}, history.When{}, v)
	return &sel, err
}

// named says whether somebody wrote a version, and not a date: 1.4.0, the
// number of a coming edition, or the text that has none.
func named(at string) bool {
	return at == workingCopy || at == "unversioned" || strings.Count(at, ".") >= 2 && !strings.Contains(at, ":")
}

// point is a version by number, by date, or the one in force.
func (s *Server) point(snap *history.Snapshot, t *history.Timeline, at string, v history.View) (*selection, error) {
	if at == "" {
		return s.chooseAt(snap, t, history.When{}, v)
	}
	if named(at) {
		sel, err := s.pickVersion(snap, t, at, v)
		return &sel, err
	}
	w, err := parsePoint(snap, at)
	if err != nil {
		return nil, err
	}
	return s.chooseAt(snap, t, w, v)
}

func parsePoint(snap *history.Snapshot, at string) (history.When, error) {
	w, err := history.ParseWhen(at, snap.Location)
	if err != nil {
		return w, problem(http.StatusBadRequest, badRequest, "%q is neither a version nor a date; write 1.4.0 or 2027-03-01.", clip(at))
	}
	return w, nil
}

func (s *Server) diff(c echo.Context) error {
	q, err := readQuery(c.Request(), "from", "to", "level")
	if err != nil {
		return err
	}
	d, err := s.compare(c, q)
	if err != nil {
		return err
	}
	c.Response().Header()["Vary"] = varyAccept
	switch preferred(c.Request().Header.Get("Accept"), "application/json", "text/markdown", "text/html") {
	case "application/json":
		return s.json(c, DiffAnswer{
			Framework: d.to.timeline.ID, From: d.from.version.Info(), To: d.to.version.Info(), Headline: d.changes.Headline(d.b),
			Bump: d.changes.Bump(), Category: d.changes.Category(), Changes: nonNil(d.changes.Changes),
		})
	case "text/markdown":
		return s.bytes(c, "text/markdown; charset=utf-8", []byte(d.markdown()))
	case "text/html":
		return s.diffPage(c, d)
	}
	return problem(http.StatusNotAcceptable, notAcceptable, "A difference can be had as application/json, text/markdown or text/html.")
}

func nonNil(l []ladder.Change) []ladder.Change {
	if l == nil {
		return []ladder.Change{}
	}
	return l
}

var varyAccept = []string{"Accept"}

// LevelHistory is what changed for one level, newest first. Truncated says
// that there are older versions, of which another question must be asked.
type LevelHistory struct {
	Framework string              `json:"framework"`
	Level     string              `json:"level"`
	Changes   []LevelHistoryEntry `json:"changes"`
	Truncated bool                `json:"truncated,omitempty"`
}

// LevelHistoryEntry is one version that changed something for the level.
type LevelHistoryEntry struct {
	Version  history.VersionInfo `json:"version"`
	Headline string              `json:"headline"`
	Category ladder.Category     `json:"category"`
	Changes  []ladder.Change     `json:"changes"`
}

// maxHistory bounds how many versions one answer compares.
const maxHistory = 200

func (s *Server) levelHistory(c echo.Context) error {
	q, err := readQuery(c.Request(), "from", "to")
	if err != nil {
		return err
	}
	snap, t, err := s.timeline(c)
	if err != nil {
		return err
	}
	out, err := s.levelChanges(snap, t, c.Param("level"), q, s.view(c))
	if err != nil {
		return err
	}
	return s.json(c, out)
}

// levelChanges compares each version with the one before it, newest first.
func (s *Server) levelChanges(snap *history.Snapshot, t *history.Timeline, level string, q query, v history.View) (*LevelHistory, error) {
	from, to := 0, len(t.Versions)-1
	for _, bound := range []struct {
		asked string
		at    *int
	}{{q.from, &from}, {q.to, &to}} {
		if bound.asked == "" {
			continue
		}
		sel, err := s.point(snap, t, bound.asked, v)
		if err != nil {
			return nil, err
		}
		if sel.index < 0 {
			return nil, problem(http.StatusBadRequest, badRequest, "The history of a level is told by versions, and the working copy is none yet. /v1/frameworks/%s/diff?to=working compares it.", t.ID)
		}
		*bound.at = sel.index
	}
	out := &LevelHistory{Framework: t.ID, Level: level, Changes: []LevelHistoryEntry{}, Truncated: to-maxHistory > from+1}
	known := false
	for i := to; i >= max(from, to-maxHistory, 0); i-- {
		b, err := t.Versions[i].Text()
		if err != nil {
			return nil, err
		}
		var a *ladder.Framework
		if i > 0 {
			if a, err = t.Versions[i-1].Text(); err != nil {
				return nil, err
			}
		}
		if b != nil {
			_, ok := b.Level(level)
			known = known || ok
		}
		if i == 0 || i == from && q.from != "" || a == nil || b == nil {
			continue
		}
		if cs := ladder.Diff(a, b).ForLevel(level); !cs.Empty() {
			out.Changes = append(out.Changes, LevelHistoryEntry{t.Versions[i].Info(), cs.Headline(b), cs.Category(), cs.Changes})
		}
	}
	if !known {
		return nil, problem(http.StatusNotFound, notFound, "There is no level %q in %s.", clip(level), t.ID)
	}
	return out, nil
}

// markdown is a comparison to paste into a message.
func (d *comparison) markdown() string {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s: %s to %s\n\n%s\n", escapeMarkdown(d.b.Title), d.from.version.Number, d.to.version.Number, escapeMarkdown(cmp.Or(d.changes.Headline(d.b), "Nothing changed.")))
	for _, ch := range d.changes.Changes {
		fmt.Fprintf(&b, "\n- **%s**: %s", ch.Category.Name(), escapeMarkdown(ch.Message))
	}
	b.WriteByte('\n')
	return b.String()
}

var markdownEscapes = strings.NewReplacer(`\`, `\\`, "`", "\\`", "*", `\*`, "_", `\_`, "<", "&lt;", ">", "&gt;", "[", `\[`, "]", `\]`, "#", `\#`, "|", `\|`, "@", "@\u200b")

func escapeMarkdown(s string) string { return markdownEscapes.Replace(s) }
