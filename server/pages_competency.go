package server

import (
	"github.com/labstack/echo/v4"

	"github.com/milepost-dev/milepost/internal/ladder"
)

// competencyPage is one competency, and what each level asks of it.
type competencyPage struct {
	page
	head
	Heading    string
	Area       string
	Question   string
	Summary    string
	Definition []string
	Prompts    []string
	Tracks     []competencyTrack
	Scales     scales
	Previous   *link
	Next       *link
	Matrix     string
}

// competencyTrack is the levels of one track, with their cells.
type competencyTrack struct {
	Title string
	Cells []competencyCell
}

// competencyCell is a cell, and the levels that share it.
type competencyCell struct {
	cellView
	Levels []levelName
}

type levelName struct{ ID, Code, Title, Href string }

func (s *Server) competencyPage(c echo.Context) error {
	r, q, err := s.read(c)
	if err != nil {
		return err
	}
	comp, err := findCompetency(r.text, c.Param("competency"))
	if err != nil {
		return err
	}
	p := competencyPage{
		page: s.newPage(c, r.snap, "competency", comp.Title+", "+r.text.Title), head: r.head(""),
		Heading: comp.Title, Question: comp.Question, Summary: comp.Summary,
		Definition: paragraphs(comp.Definition), Prompts: comp.Prompts, Matrix: r.walk.framework() + "#" + comp.ID,
	}
	for _, a := range r.text.Areas {
		if a.ID == comp.Area {
			p.Area = a.Title
		}
	}
	p.Previous, p.Next = r.competencyNeighbours(comp)
	p.Tracks = r.competencyTracks(comp, &p.Scales)
	if p.Bar, err = s.bar(c, r, q, []string{"competencies", comp.ID}); err != nil {
		return err
	}
	p.Home = r.walk.home()
	p.Crumbs = []link{{r.text.Title, r.walk.framework()}}
	p.Colophon = s.colophon(c, r, "competencies", comp.ID)
	return s.render(c, "competency", p)
}

// competencyTracks lists the levels by track; neighbours that share a text
// stand together.
func (r *reading) competencyTracks(c *ladder.Competency, s *scales) []competencyTrack {
	var out []competencyTrack
	var before *ladder.Level
	for i := range r.text.Levels {
		l := &r.text.Levels[i]
		name := levelName{ID: l.ID, Code: l.Code, Title: l.ID, Href: r.walk.level(l.ID)}
		if len(l.Titles) > 0 {
			name.Title = l.Titles[0].Text
		}
		if before == nil || before.Track != l.Track {
			out = append(out, competencyTrack{Title: r.trackTitle(l.Track)})
		}
		t := &out[len(out)-1]
		if n := len(t.Cells); n > 0 && sameCell(c.ID, before, l) {
			t.Cells[n-1].Levels = append(t.Cells[n-1].Levels, name)
		} else {
			t.Cells = append(t.Cells, competencyCell{s.cell(c, l), []levelName{name}})
		}
		before = l
	}
	return out
}

// trackTitle is a track's title, "" where the framework has but one.
func (r *reading) trackTitle(id string) string {
	if t, ok := r.text.Track(id); ok && len(r.text.Tracks) > 1 {
		return t.Title
	}
	return ""
}

// competencyNeighbours are the competencies before and after, as shown.
func (r *reading) competencyNeighbours(c *ladder.Competency) (previous, next *link) {
	var all []*ladder.Competency
	for _, g := range byArea(r.text) {
		all = append(all, g.Competencies...)
	}
	for i, x := range all {
		if x.ID != c.ID {
			continue
		}
		if i > 0 {
			previous = &link{all[i-1].Title, r.walk.competency(all[i-1].ID)}
		}
		if i+1 < len(all) {
			next = &link{all[i+1].Title, r.walk.competency(all[i+1].ID)}
		}
	}
	return previous, next
}
