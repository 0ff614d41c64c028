package server

import (
	"slices"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/milepost-dev/milepost/internal/ladder"
)

// levelPage is one level, to print and hand over.
type levelPage struct {
	page
	head
	ID, Code, Name string
	Heading        string // the first title
	Titles         []ladder.Title
	Track          string
	Stage          string
	Grades         []string
	Years          string
	Experience     *ladder.Experience
	Summary        string
	Below          *link
	Previous, Next *link
	Peers          []link // levels of other tracks with a job grade of this one
	Areas          []levelArea
	Scales         scales
	Foldable       bool // something is as at the level below
	MovesTo        []link
	MovesFrom      []link
	Profile        *profileView
	History        []historyLine
	HistoryHref    string
	Matrix         string // address of the matrix, at this level
}

type levelArea struct {
	Title, Definition string
	Cells             []levelCell
}

// levelCell is what the level asks of one competency: what is new against
// the level below, and what is not.
type levelCell struct {
	ID, Title, Href, Question string
	Absent                    bool
	None                      string
	Degree                    *degree
	Was                       string // the degree at the level below, where it is another
	AllNew                    bool   // nothing is as at the level below
	New, Same                 []itemView
	Lower                     []lowerCell // what lower levels ask and this one carries along
}

// lowerCell is what a lower level asks, where levels build on each other.
type lowerCell struct {
	Level string
	Items []itemView
}

func (s *Server) levelPage(c echo.Context) error {
	r, q, err := s.read(c)
	if err != nil {
		return err
	}
	l, err := findLevel(r.text, c.Param("level"))
	if err != nil {
		return err
	}
	p := levelPage{
		page: s.newPage(c, r.snap, "level", l.Name()+", "+r.text.Title), head: r.head(""),
		ID: l.ID, Code: l.Code, Name: l.Name(), Heading: l.ID, Stage: l.Stage, Grades: l.JobGrades,
		Experience: l.Experience, Years: years(l.Experience), Summary: l.Summary,
		Peers: r.peers(l), MovesTo: r.levels(r.text.Next(l)), MovesFrom: r.movesFrom(l),
		Profile: s.profile(r, l), Matrix: r.walk.framework() + "#" + l.ID,
	}
	if len(l.Titles) > 0 {
		p.Heading, p.Titles = l.Titles[0].Text, l.Titles
	}
	if t, ok := r.text.Track(l.Track); ok {
		p.Track = t.Title
	}
	p.Previous, p.Next = r.neighbours(l)
	p.Areas, p.Below, p.Foldable = r.levelAreas(l, &p.Scales)
	if p.Profile != nil {
		for _, q := range p.Profile.Require {
			p.Scales.draw(q.Degree.At, q.Degree.Of)
		}
	}
	if p.Bar, err = s.bar(c, r, q, []string{"levels", l.ID}); err != nil {
		return err
	}
	p.Home = r.walk.home()
	p.Crumbs = []link{{r.text.Title, r.walk.framework()}}
	p.Colophon = s.colophon(c, r, "levels", l.ID)
	if !r.snap.Unversioned {
		p.HistoryHref = r.walk.history(l.ID)
		if p.History, err = s.levelLines(r, l.ID); err != nil {
			return err
		}
	}
	return s.render(c, "level", p)
}

// years says how many years of experience a level expects at least.
func years(e *ladder.Experience) string {
	if e == nil || e.Years == nil {
		return ""
	}
	if *e.Years == 1 {
		return "1 year or more"
	}
	return strconv.Itoa(*e.Years) + " years or more"
}

// levelAreas draws what a level asks, against the level below it.
func (r *reading) levelAreas(l *ladder.Level, s *scales) (areas []levelArea, belowLink *link, foldable bool) {
	below, ok := r.text.Below(l)
	if ok {
		belowLink = &link{below.Short(), r.walk.level(below.ID)}
	}
	for _, g := range byArea(r.text) {
		area := levelArea{Title: g.Title, Definition: g.Definition}
		for _, c := range g.Competencies {
			cell := r.levelCell(c, l, below, s)
			foldable = foldable || len(cell.Same) > 0
			area.Cells = append(area.Cells, cell)
		}
		areas = append(areas, area)
	}
	return areas, belowLink, foldable
}

func (r *reading) levelCell(c *ladder.Competency, l, below *ladder.Level, s *scales) levelCell {
	v := s.cell(c, l)
	out := levelCell{
		ID: c.ID, Title: c.Title, Href: r.walk.competency(c.ID), Question: c.Question,
		Absent: v.Absent, None: v.None, Degree: v.Degree,
	}
	if r.text.Cumulative || c.Cumulative {
		out.Lower = r.lower(c.ID, l)
	}
	if below == nil {
		out.New = v.Items
		return out
	}
	was, applied := below.Expectations[c.ID]
	if applied && v.Degree != nil && was.Degree != "" && was.Degree != v.Degree.Label {
		out.Was = was.Degree
	}
	for _, i := range v.Items {
		if holds(was.Items, i.Text) {
			out.Same = append(out.Same, i)
		} else {
			out.New = append(out.New, i)
		}
	}
	out.AllNew = len(out.New) > 0 && len(out.Same) == 0
	return out
}

// lower is what the levels below ask of a competency, nearest first, and
// nearer levels do not ask in the same words.
func (r *reading) lower(competency string, l *ladder.Level) []lowerCell {
	var out []lowerCell
	asked := slices.Clone(l.Expectations[competency].Items)
	for below, ok := r.text.Below(l); ok; below, ok = r.text.Below(below) {
		cell := lowerCell{Level: below.Name()}
		for _, i := range below.Expectations[competency].Items {
			if !holds(asked, i.Text) {
				asked = append(asked, i)
				cell.Items = append(cell.Items, newItem(i))
			}
		}
		if cell.Items != nil {
			out = append(out, cell)
		}
	}
	return out
}

// neighbours are the levels before and after on the track.
func (r *reading) neighbours(l *ladder.Level) (previous, next *link) {
	if below, ok := r.text.Below(l); ok {
		previous = &link{below.Name(), r.walk.level(below.ID)}
	}
	for i := range r.text.Levels {
		m := &r.text.Levels[i]
		if below, ok := r.text.Below(m); ok && below.ID == l.ID {
			next = &link{m.Name(), r.walk.level(m.ID)}
		}
	}
	return previous, next
}

// peers are the levels of other tracks that stand at the same job grade.
func (r *reading) peers(l *ladder.Level) []link {
	var ids []string
	for _, m := range r.text.Levels {
		if m.ID != l.ID && m.Track != l.Track && slices.ContainsFunc(m.JobGrades, func(g string) bool { return slices.Contains(l.JobGrades, g) }) {
			ids = append(ids, m.ID)
		}
	}
	return r.levels(ids)
}

// movesFrom are the levels from which one moves here.
func (r *reading) movesFrom(l *ladder.Level) []link {
	var ids []string
	for i := range r.text.Levels {
		if slices.Contains(r.text.Next(&r.text.Levels[i]), l.ID) {
			ids = append(ids, r.text.Levels[i].ID)
		}
	}
	return r.levels(ids)
}

// profileView says how proficient somebody at a level is in a competency model.
type profileView struct {
	Model   string
	Href    string // "" where the model is not to be had
	Require []requirement
}

// requirement is the proficiency that is asked for in one competency.
type requirement struct {
	Competency string
	Level      string
	Href       string
	Critical   bool
	Degree     degree
}

// profile describes a level's profile. Where the model cannot be had as of
// the same moment, the ids stand for the names.
func (s *Server) profile(r *reading, l *ladder.Level) *profileView {
	p, ok := r.text.Profiles[l.ID]
	if !ok {
		return nil
	}
	model := s.other(r, p.Model)
	if model == nil {
		out := &profileView{Model: p.Model}
		for id, level := range p.Requires {
			out.Require = append(out.Require, requirement{Competency: id, Level: level, Critical: slices.Contains(p.Critical, id)})
		}
		slices.SortFunc(out.Require, func(a, b requirement) int { return strings.Compare(a.Competency, b.Competency) })
		return out
	}
	return &profileView{model.text.Title, model.walk.framework(), requirements(model, p)}
}

func requirements(model *reading, p ladder.Profile) []requirement {
	var out []requirement
	for _, c := range model.text.Competencies {
		id, ok := p.Requires[c.ID]
		if !ok {
			continue
		}
		q := requirement{Competency: c.Title, Level: id, Href: model.walk.competency(c.ID), Critical: slices.Contains(p.Critical, c.ID)}
		for i, m := range model.text.Levels {
			if m.ID == id {
				q.Level, q.Href = m.Name(), q.Href+"#"+id
				q.Degree = degree{At: i + 1, Of: len(model.text.Levels)}
			}
		}
		out = append(out, q)
	}
	return out
}
