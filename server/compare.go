package server

import (
	"cmp"
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
}

// compare reads from, to and level. from and to are version numbers or dates;
// to is by default the newest, from the version before to.
func (s *Server) compare(c echo.Context, q query) (*comparison, error) {
	snap, t, err := s.timeline(c)
	if err != nil {
		return nil, err
	}
	var cmp comparison
	if q.to == "" && len(t.Versions) > 0 && t.Latest().Removed {
		p := endOf(snap, t, len(t.Versions)-1)
		p.Detail += " Name the versions to compare with from and to."
		return nil, p
	}
	v := s.view(c)
	if cmp.to, err = s.point(snap, t, q.to, v); err != nil {
		return nil, err
	}
	if cmp.from, err = s.before(snap, t, q.from, cmp.to, v); err != nil {
		return nil, err
	}
	if cmp.a, err = cmp.from.text(); err != nil {
		return nil, err
	}
	if cmp.b, err = cmp.to.text(); err != nil {
		return nil, err
	}
	cmp.changes = ladder.Diff(cmp.a, cmp.b)
	if cmp.level = q.level; cmp.level != "" {
		if _, err := findLevel(cmp.b, cmp.level); err != nil {
			if _, errA := findLevel(cmp.a, cmp.level); errA != nil {
				return nil, err
			}
		}
		cmp.changes = cmp.changes.ForLevel(cmp.level)
	}
	return &cmp, nil
}

// before is what a version is compared with: what was asked for, else the
// newest text before it, else itself.
func (s *Server) before(snap *history.Snapshot, t *history.Timeline, asked string, to *selection, v history.View) (*selection, error) {
	if asked != "" {
		return s.point(snap, t, asked, v)
	}
	i := to.index
	if i < 0 {
		i = len(t.Versions)
	}
	for i--; i > 0 && t.Versions[i].Removed; i-- {
	}
	if i < 0 {
		return to, nil
	}
	sel, err := s.selected(snap, t, history.Standing{Version: t.Versions[i], Index: i}, history.When{}, v)
	return &sel, err
}

// point is a version by number, by date, or the newest.
func (s *Server) point(snap *history.Snapshot, t *history.Timeline, at string, v history.View) (*selection, error) {
	if at == "" {
		return s.chooseAt(snap, t, history.When{}, v)
	}
	if at == "working" || strings.Count(at, ".") == 2 && !strings.Contains(at, ":") || at == "unversioned" {
		sel, err := s.pickVersion(snap, t, at, v)
		return &sel, err
	}
	w, err := history.ParseWhen(at, snap.Location)
	if err != nil {
		return nil, problem(http.StatusBadRequest, badRequest, "%q is neither a version nor a date; write 1.4.0 or 2027-03-01.", clip(at))
	}
	return s.chooseAt(snap, t, w, v)
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
