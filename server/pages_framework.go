package server

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/milepost-dev/milepost/internal/history"
	"github.com/milepost-dev/milepost/internal/ladder"
)

// frameworkPage is a framework as a whole: the matrix of a ladder or model,
// the roles of a guide, the definition of a discipline.
type frameworkPage struct {
	page
	head
	Summary    string
	Owners     []string
	Source     *ladder.Source
	Discipline *link
	Cumulative bool // a level also asks what those below it ask
	Filters    *filters
	Matrix     *matrix
	Scales     scales
	Definition []string // paragraphs
	Aims       []ladder.Aim
	Roles      []ladder.Role
	Guidance   []ladder.Guidance
	Questions  []string
	Members    []link // the frameworks of a discipline
	Retired    []string
	Coming     *comingView
}

// head begins every page of a framework: its name, and the ways to its parts.
type head struct {
	Framework string
	Kind      string
	Parts     []part
}

// part is a page of a framework.
type part struct {
	link
	Here bool
}

// head makes the head of a framework's page; here is the part that it is.
func (r *reading) head(here string) head {
	return newHead(r.text.Title, r.text.Kind, r.walk.framework(), r.walk, r.timeline, r.snap, here)
}

// The parts of a framework. The first one is called by the framework's kind.
const (
	partText     = "Framework"
	partVersions = "Versions"
	partChanges  = "Changes"
)

// newHead makes a head; text is the address of the text, "" where there is none.
func newHead(title string, kind ladder.Kind, text string, w walk, t *history.Timeline, snap *history.Snapshot, here string) head {
	h := head{Framework: title, Kind: capital(kind.Name())}
	add := func(name, text, href string) {
		h.Parts = append(h.Parts, part{link{text, href}, name == here})
	}
	if snap.Unversioned {
		return h
	}
	if text != "" {
		add(partText, cmp.Or(h.Kind, partText), text)
	}
	add(partVersions, partVersions, w.versions())
	switch {
	case t.Live() && w.keep.Get("version") == workingCopy:
		add(partChanges, partChanges, w.today().diff("", workingCopy, ""))
	case t.Live() && len(t.Versions) > 1:
		add(partChanges, partChanges, w.diff("", "", ""))
	}
	return h
}

func (s *Server) frameworkPage(c echo.Context) error {
	r, q, err := s.read(c, "track", "area", "compare", "with")
	if err != nil {
		return err
	}
	v, err := readView(r.text, q)
	if err != nil {
		return err
	}
	f := r.text
	p := frameworkPage{
		page: s.newPage(c, r.snap, "framework k-"+string(f.Kind), f.Title), head: r.head(partText),
		Summary: f.Summary, Owners: f.Owners, Source: f.Source, Discipline: s.discipline(r),
		Definition: paragraphs(f.Definition), Aims: f.Aims, Roles: f.Roles,
		Guidance: f.Guidance, Questions: f.Questions, Retired: s.retired(r), Cumulative: f.Cumulative,
	}
	p.Home = r.walk.home()
	if p.Bar, err = s.bar(c, r, q, nil, param{"track", v.track}, param{"area", v.area}, param{"compare", strings.Join(v.pair, ",")}); err != nil {
		return err
	}
	p.Coming, p.Bar.Coming = p.Bar.Coming, nil
	p.Colophon = s.colophon(c, r)
	if len(f.Levels) > 0 && len(f.Competencies) > 0 {
		p.Filters = newFilters(r, v)
		p.Matrix = newMatrix(f, v, r.walk, &p.Scales)
	}
	if f.Kind == ladder.KindDiscipline {
		if p.Members, err = s.members(r); err != nil {
			return err
		}
	}
	return s.render(c, "framework", p)
}

// discipline is the way to the discipline that a framework belongs to.
func (s *Server) discipline(r *reading) *link {
	if r.text.Discipline == "" {
		return nil
	}
	d := s.other(r, r.text.Discipline)
	if d == nil {
		return nil
	}
	return &link{d.text.Title, d.walk.framework()}
}

// members are the frameworks that belong to a discipline.
func (s *Server) members(r *reading) ([]link, error) {
	var out []link
	for _, t := range r.snap.Live() {
		m, err := s.card(r.snap, t.Latest())
		if err != nil {
			return nil, err
		}
		if m.Discipline != r.text.ID {
			continue
		}
		if o := s.other(r, t.ID); o != nil {
			out = append(out, link{o.text.Title, o.walk.framework()})
		}
	}
	return out, nil
}

// colophon says which text a page shows; parts lead to the page from that of
// the framework. A text without a number has no address that lasts.
func (s *Server) colophon(c echo.Context, r *reading, parts ...string) *colophon {
	out := &colophon{Framework: r.text.Title}
	switch {
	case r.snap.Unversioned:
		out.What = "a text that has no version"
		return out
	case r.working():
		out.What = "the working copy, which is in force for nobody"
		return out
	}
	out.Version, out.Provisional = r.version.Number, r.version.Info().Provisional
	if r.version.Coming {
		out.What, out.Provisional = "a coming edition, named "+r.version.Number, false
	}
	out.From = dayOf(r.version.EffectiveFrom, r.snap.Location)
	if until := r.timeline.Until(r.standing(), r.view); !until.IsZero() {
		out.Until = dayOf(until, r.snap.Location)
	}
	if correctedBy(r.timeline, r.standing(), r.view) != nil {
		out.What = "version " + r.version.Number + ", which was put right later"
	}
	out.Href = r.walk.today().at(r.version.Number).to(parts)
	out.Address = c.Request().Host + out.Href
	return out
}

// paragraphs splits a text at its empty lines.
func paragraphs(text string) []string {
	var out []string
	for p := range strings.SplitSeq(text, "\n\n") {
		if p = strings.TrimSpace(p); p != "" {
			out = append(out, p)
		}
	}
	return out
}

// retired says what a framework had and has no longer, in sentences.
func (s *Server) retired(r *reading) []string {
	f := r.text
	if f.Retired == nil {
		return nil
	}
	var out []string
	for _, kind := range []struct {
		name string
		ids  map[string]ladder.Retired
	}{{"level", f.Retired.Levels}, {"track", f.Retired.Tracks}, {"area", f.Retired.Areas}, {"competency", f.Retired.Competencies}, {"role", f.Retired.Roles}} {
		for id, gone := range kind.ids {
			out = append(out, s.formerName(r, kind.name, id)+": "+sentence(gone.Reason)+into(f, gone))
		}
	}
	slices.Sort(out)
	return out
}

// formerName is what something was called that a text has no longer, by the
// newest version that has it.
func (s *Server) formerName(r *reading, kind, id string) string {
	last := r.index
	if last < 0 {
		last = r.timeline.Known(r.view.KnownAt) - 1
	}
	for i := last; i >= max(0, last-maxHistory); i-- {
		at := history.Standing{Version: r.timeline.Versions[i], Index: i}
		st, err := s.step(r.snap, r.timeline, at)
		if err != nil || !slices.Contains(st.has, kind+"s/"+id) && !slices.Contains(st.has, strings.TrimSuffix(kind, "y")+"ies/"+id) {
			continue
		}
		f, err := at.Version.Text()
		if err != nil {
			continue
		}
		if l, ok := f.Level(id); ok && kind == "level" {
			return l.Name()
		}
		if c, ok := f.Competency(id); ok && kind == "competency" {
			return c.Title
		}
	}
	return "The " + kind + " " + id
}

// into names what took the place of something retired.
func into(f *ladder.Framework, r ladder.Retired) string {
	var names []string
	for _, i := range r.Into {
		name := i.Target()
		if l, ok := f.Level(i.Level); ok {
			name = l.Name()
		}
		if i.When != "" {
			name += " (" + i.When + ")"
		}
		names = append(names, name)
	}
	if names == nil {
		return ""
	}
	return " Now " + list(names) + "."
}

// card is what the list of frameworks says of a text.
type card struct {
	Summary    string
	Discipline string
	Extent     string // "10 levels on 2 tracks, 9 competencies"
}

// card reads what the list says of a version, once.
func (s *Server) card(snap *history.Snapshot, v *history.Version) (card, error) {
	return s.pages.cards.get(snap, v, func() (card, error) {
		f, err := v.Text()
		if err != nil || f == nil {
			return card{}, err
		}
		return card{f.Summary, f.Discipline, extent(f)}, nil
	})
}

// extent says how much a framework holds.
func extent(f *ladder.Framework) string {
	var parts []string
	if n := len(f.Levels); n > 0 {
		text := count(n, "level", "levels")
		if len(f.Tracks) > 1 {
			text += " on " + count(len(f.Tracks), "track", "tracks")
		}
		parts = append(parts, text)
	}
	for _, c := range []struct {
		n         int
		one, many string
	}{{len(f.Competencies), "competency", "competencies"}, {len(f.Roles), "role", "roles"}, {len(f.Aims), "aim", "aims"}} {
		if c.n > 0 {
			parts = append(parts, count(c.n, c.one, c.many))
		}
	}
	return strings.Join(parts, ", ")
}

func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
