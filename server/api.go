package server

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/milepost-dev/milepost/internal/diag"
	"github.com/milepost-dev/milepost/internal/history"
	"github.com/milepost-dev/milepost/internal/ladder"
)

// FrameworkInfo is a framework in the list.
type FrameworkInfo struct {
	ID            string      `json:"id"`
	Title         string      `json:"title"`
	Kind          ladder.Kind `json:"kind"`
	Version       string      `json:"version"`
	EffectiveFrom time.Time   `json:"effective_from"`
	Versions      int         `json:"versions"`
	NeedsChange   bool        `json:"needs_change,omitempty"`
	Href          string      `json:"href"`
}

// FrameworkList is the answer to /v1/frameworks.
type FrameworkList struct {
	Frameworks  []FrameworkInfo `json:"frameworks"`
	Head        string          `json:"head,omitempty"`
	Branch      string          `json:"branch,omitempty"`
	Unversioned bool            `json:"unversioned,omitempty"`
	AsOf        string          `json:"as_of,omitempty"`
}

// frameworks lists what is in force, or was at a date.
func (s *Server) frameworks(c echo.Context) error {
	q, err := readQuery(c.Request(), "as_of", "cycle")
	if err != nil {
		return err
	}
	snap, err := s.snapshot()
	if err != nil {
		return err
	}
	when, err := s.when(snap, q)
	if err != nil {
		return err
	}
	list := FrameworkList{Frameworks: []FrameworkInfo{}, Head: snap.Head, Branch: snap.Branch, Unversioned: snap.Unversioned, AsOf: when.Asked}
	for _, t := range snap.Timelines {
		sel, err := s.chooseAt(snap, t, when)
		if err != nil || t.MovedTo != "" {
			continue
		}
		list.Frameworks = append(list.Frameworks, FrameworkInfo{
			ID: t.ID, Title: sel.version.Title, Kind: sel.version.Kind, Version: sel.version.Number,
			EffectiveFrom: sel.version.EffectiveFrom, Versions: len(t.Versions), NeedsChange: t.Broken != "",
			Href: "/v1/frameworks/" + t.ID,
		})
	}
	return s.json(c, list)
}

// VersionEntry is a version in the list of versions: what never changes of
// it, and how it stands today.
type VersionEntry struct {
	history.VersionInfo
	Status         history.Status `json:"status"`
	EffectiveUntil *time.Time     `json:"effective_until,omitempty"`
	Href           string         `json:"href"`
}

// VersionList is the answer to /versions, newest first.
type VersionList struct {
	Framework string         `json:"framework"`
	Versions  []VersionEntry `json:"versions"`
}

// Versions lists the versions of a timeline, newest first.
func Versions(t *history.Timeline) VersionList {
	list := VersionList{Framework: t.ID, Versions: []VersionEntry{}}
	for i := len(t.Versions) - 1; i >= 0; i-- {
		e := VersionEntry{VersionInfo: t.Versions[i].Info(), Status: t.Status(i), Href: "/v1/frameworks/" + t.ID + "/versions/" + t.Versions[i].Number}
		if until := t.Until(i); !until.IsZero() {
			e.EffectiveUntil = &until
		}
		list.Versions = append(list.Versions, e)
	}
	return list
}

func (s *Server) versions(c echo.Context) error {
	if _, err := readQuery(c.Request()); err != nil {
		return err
	}
	_, t, err := s.timeline(c)
	if err != nil {
		return err
	}
	return s.json(c, Versions(t))
}

// LevelAnswer is one level of a version.
type LevelAnswer struct {
	Version history.VersionInfo `json:"version"`
	Level   *ladder.Level       `json:"level"`
}

func (s *Server) level(c echo.Context) error {
	sel, f, err := s.chosenText(c)
	if err != nil {
		return err
	}
	l, err := findLevel(f, c.Param("level"))
	if err != nil {
		return err
	}
	s.headers(c, sel)
	return s.json(c, LevelAnswer{sel.version.Info(), l})
}

// CompetencyAnswer is one competency of a version, with its cell at each level.
type CompetencyAnswer struct {
	Version      history.VersionInfo    `json:"version"`
	Competency   *ladder.Competency     `json:"competency"`
	Expectations map[string]ladder.Cell `json:"expectations"`
}

func (s *Server) competency(c echo.Context) error {
	sel, f, err := s.chosenText(c)
	if err != nil {
		return err
	}
	id := c.Param("competency")
	comp, err := findCompetency(f, id)
	if err != nil {
		return err
	}
	cells := map[string]ladder.Cell{}
	for _, l := range f.Levels {
		if cell, ok := l.Expectations[id]; ok {
			cells[l.ID] = cell
		}
	}
	s.headers(c, sel)
	return s.json(c, CompetencyAnswer{sel.version.Info(), comp, cells})
}

func (s *Server) chosenText(c echo.Context) (*selection, *ladder.Framework, error) {
	q, err := readQuery(c.Request(), "as_of", "cycle", "version")
	if err != nil {
		return nil, nil, err
	}
	sel, err := s.choose(c, q)
	if err != nil {
		return nil, nil, err
	}
	f, err := sel.text()
	return sel, f, err
}

func findLevel(f *ladder.Framework, id string) (*ladder.Level, error) {
	if l, ok := f.Level(id); ok {
		return l, nil
	}
	p := problem(http.StatusNotFound, notFound, "There is no level %q in %s.", clip(id), f.ID)
	for i := range f.Levels {
		p.Allowed = append(p.Allowed, f.Levels[i].ID)
	}
	return nil, p
}

func findCompetency(f *ladder.Framework, id string) (*ladder.Competency, error) {
	if comp, ok := f.Competency(id); ok {
		return comp, nil
	}
	p := problem(http.StatusNotFound, notFound, "There is no competency %q in %s.", clip(id), f.ID)
	for i := range f.Competencies {
		p.Allowed = append(p.Allowed, f.Competencies[i].ID)
	}
	return nil, p
}

// Problems are what stands in the way of newer versions.
type Problems struct {
	Problems []history.Problem `json:"problems"`
	Pending  []history.Pending `json:"pending,omitempty"`
	// WorkingCopy are the findings on the working copy, where there is one.
	WorkingCopy diag.List `json:"working_copy,omitempty"`
}

func (s *Server) problems(c echo.Context) error {
	if _, err := readQuery(c.Request()); err != nil {
		return err
	}
	snap, err := s.snapshot()
	if err != nil {
		return err
	}
	out := Problems{Problems: slices.Clone(snap.Problems), Pending: snap.Pending}
	if snap.Working != nil {
		out.WorkingCopy = slices.Clone(snap.Working.Findings)
	}
	if c.Param("id") != "" {
		_, t, err := s.timeline(c)
		if err != nil {
			return err
		}
		out.Problems = slices.DeleteFunc(out.Problems, func(p history.Problem) bool { return p.Framework != t.ID })
		out.WorkingCopy = slices.DeleteFunc(out.WorkingCopy, func(f diag.Finding) bool { return f.Framework != t.ID })
		out.Pending = nil
	}
	if out.Problems == nil {
		out.Problems = []history.Problem{}
	}
	return s.json(c, out)
}

// json answers with a value that is made for the request, with an ETag of
// its bytes.
func (s *Server) json(c echo.Context, v any) error {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return fmt.Errorf("encoding an answer: %w", err)
	}
	return s.bytes(c, "application/json", b.Bytes())
}

// bytes answers with bytes that are made for the request.
func (s *Server) bytes(c echo.Context, contentType string, b []byte) error {
	h := c.Response().Header()
	etag := etagOf(b)
	h["Etag"] = []string{etag}
	h["Cache-Control"] = s.revalidate()
	if notModified(c.Request().Header["If-None-Match"], etag) {
		c.Response().WriteHeader(http.StatusNotModified)
		return nil
	}
	h["Content-Type"] = []string{contentType}
	return writeBytes(c, http.StatusOK, b)
}

// writeBytes writes a whole answer; HEAD gets its headers alone.
func writeBytes(c echo.Context, status int, b []byte) error {
	w := c.Response()
	w.Header()["Content-Length"] = []string{strconv.Itoa(len(b))}
	w.WriteHeader(status)
	if c.Request().Method == http.MethodHead {
		return nil
	}
	_, err := w.Write(b)
	return err
}

func writeJSON(c echo.Context, status int, contentType string, v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("encoding an answer: %w", err)
	}
	c.Response().Header()["Content-Type"] = []string{contentType}
	return writeBytes(c, status, append(b, '\n'))
}

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
	if cmp.to, err = s.point(snap, t, q.to); err != nil {
		return nil, err
	}
	if cmp.from, err = s.before(snap, t, q.from, cmp.to); err != nil {
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
func (s *Server) before(snap *history.Snapshot, t *history.Timeline, asked string, to *selection) (*selection, error) {
	if asked != "" {
		return s.point(snap, t, asked)
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
	sel, err := s.selected(snap, t, i, history.When{})
	return &sel, err
}

// point is a version by number, by date, or the newest.
func (s *Server) point(snap *history.Snapshot, t *history.Timeline, at string) (*selection, error) {
	if at == "" {
		return s.chooseAt(snap, t, history.When{})
	}
	if at == "working" || strings.Count(at, ".") == 2 && !strings.Contains(at, ":") || at == "unversioned" {
		sel, err := s.pickVersion(snap, t, at)
		return &sel, err
	}
	w, err := history.ParseWhen(at, snap.Location)
	if err != nil {
		return nil, problem(http.StatusBadRequest, badRequest, "%q is neither a version nor a date; write 1.4.0 or 2027-03-01.", clip(at))
	}
	return s.chooseAt(snap, t, w)
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
	out, err := s.levelChanges(snap, t, c.Param("level"), q)
	if err != nil {
		return err
	}
	return s.json(c, out)
}

// levelChanges compares each version with the one before it, newest first.
func (s *Server) levelChanges(snap *history.Snapshot, t *history.Timeline, level string, q query) (*LevelHistory, error) {
	from, to := 0, len(t.Versions)-1
	for _, bound := range []struct {
		asked string
		at    *int
	}{{q.from, &from}, {q.to, &to}} {
		if bound.asked == "" {
			continue
		}
		sel, err := s.point(snap, t, bound.asked)
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
