package server

import (
	"net/http"
	"slices"
	"strings"

	"github.com/milepost-dev/milepost/internal/ladder"
)

// matrix is a framework as a table: its levels are the columns, its
// competencies the rows.
type matrix struct {
	Tracks  []trackHead // over the columns; none where there is one track or none
	Columns []column
	Groups  []rowGroup
	Label   string // what its frame is called
	Across  int    // columns, with that of the names
	Pair    bool   // two levels side by side
}

type trackHead struct {
	Title string
	Span  int
}

type column struct {
	ID, Code, Title, Stage, Href string
	Summary                      string
	Track                        string
	Width                        string // a class for columns whose cells hold much text
	Tag                          string
	Marked                       []ladder.Span // the title with what changed in it, nil where nothing did
}

type rowGroup struct {
	ID, Title, Definition string
	Rows                  []row
}

type row struct {
	ID, Title, Href, Question string
	Tag                       string
	Marked                    []ladder.Span // as of a column
	Cells                     []spanCell
}

// spanCell is a cell of the table: several levels' where they share a text.
type spanCell struct {
	cellView
	ID     string   // "l4.autonomy": its address on the page
	Others []string // the addresses of the other levels that share it
	Levels []string // their short names
	Span   int
}

// view is how a reader narrows the matrix.
type view struct {
	track, area string
	pair        []string // two levels, or none
}

// readView reads the parameters that narrow the matrix. The error is a
// Problem that says what the text has instead.
func readView(f *ladder.Framework, q query) (view, error) {
	v := view{track: q.values.Get("track"), area: q.values.Get("area")}
	if _, ok := f.Track(v.track); v.track != "" && !ok {
		p := problem(http.StatusNotFound, notFound, "There is no track %q in %s.", clip(v.track), f.ID)
		for _, t := range f.Tracks {
			p.Allowed = append(p.Allowed, t.ID)
		}
		return v, p
	}
	if v.area != "" && !slices.ContainsFunc(f.Areas, func(a ladder.Area) bool { return a.ID == v.area }) {
		p := problem(http.StatusNotFound, notFound, "There is no area %q in %s.", clip(v.area), f.ID)
		for _, a := range f.Areas {
			p.Allowed = append(p.Allowed, a.ID)
		}
		return v, p
	}
	var err error
	v.pair, err = readPair(f, q.values.Get("compare"), q.values.Get("with"))
	return v, err
}

// readPair reads two levels to compare: compare=l3,l4, or compare=l3&with=l4
// as the form sends it.
func readPair(f *ladder.Framework, compare, with string) ([]string, error) {
	if compare == "" && with == "" {
		return nil, nil
	}
	if with != "" {
		compare += "," + with
	}
	pair := strings.Split(compare, ",")
	if len(pair) != 2 || pair[0] == "" || pair[1] == "" {
		return nil, problem(http.StatusBadRequest, badRequest, "compare takes two levels with a comma between them, as in compare=l3,l4.")
	}
	for _, id := range pair {
		if _, err := findLevel(f, id); err != nil {
			return nil, err
		}
	}
	if pair[0] == pair[1] {
		return nil, problem(http.StatusBadRequest, badRequest, "Choose two different levels to compare.")
	}
	return pair, nil
}

// shows says whether a level is in the view.
func (v view) shows(l *ladder.Level) bool {
	if v.pair != nil {
		return slices.Contains(v.pair, l.ID)
	}
	return v.track == "" || l.Track == v.track
}

// newMatrix draws what is in the view.
func newMatrix(f *ladder.Framework, v view, w walk, s *scales) *matrix {
	m := &matrix{Pair: v.pair != nil, Label: "Levels and competencies"}
	var levels []*ladder.Level
	for i := range f.Levels {
		if l := &f.Levels[i]; v.shows(l) {
			levels = append(levels, l)
			m.Columns = append(m.Columns, newColumn(f, l, w))
		}
	}
	m.Across = len(m.Columns) + 1
	m.Tracks = trackHeads(f, levels)
	for _, g := range byArea(f) {
		if v.area != "" && g.ID != v.area {
			continue
		}
		rg := rowGroup{ID: g.ID, Title: g.Title, Definition: g.Definition}
		for _, c := range g.Competencies {
			rg.Rows = append(rg.Rows, row{
				ID: c.ID, Title: c.Title, Href: w.competency(c.ID), Question: c.Question, Cells: rowCells(c, levels, m.Pair, s),
			})
		}
		m.Groups = append(m.Groups, rg)
	}
	return m
}

func newColumn(f *ladder.Framework, l *ladder.Level, w walk) column {
	c := column{ID: l.ID, Code: l.Code, Stage: l.Stage, Href: w.level(l.ID), Summary: l.Summary, Width: columnWidth(l)}
	if len(l.Titles) > 0 {
		c.Title = l.Titles[0].Text
	}
	if t, ok := f.Track(l.Track); ok {
		c.Track = t.Title
	}
	return c
}

// columnWidth is broader for a level with a long cell, which would otherwise
// make its whole row tall.
func columnWidth(l *ladder.Level) string {
	longest := 0
	for _, cell := range l.Expectations {
		n := 0
		for _, i := range cell.Items {
			n += len(i.Text)
		}
		longest = max(longest, n)
	}
	switch {
	case longest > 650:
		return "broadest"
	case longest > 400:
		return "broad"
	}
	return ""
}

// trackHeads are the tracks over the columns, where there are several.
func trackHeads(f *ladder.Framework, levels []*ladder.Level) []trackHead {
	if len(f.Tracks) < 2 {
		return nil
	}
	var out []trackHead
	for i, l := range levels {
		if i > 0 && levels[i-1].Track == l.Track {
			out[len(out)-1].Span++
			continue
		}
		title := ""
		if t, ok := f.Track(l.Track); ok {
			title = t.Title
		}
		out = append(out, trackHead{title, 1})
	}
	return out
}

// rowCells draws one competency: neighbours of a track that ask the same in
// the same words share a cell, and so do the two levels of a pair.
func rowCells(c *ladder.Competency, levels []*ladder.Level, pair bool, s *scales) []spanCell {
	var out []spanCell
	for i, l := range levels {
		if i > 0 && (pair || levels[i-1].Track == l.Track) && sameCell(c.ID, levels[i-1], l) {
			last := &out[len(out)-1]
			last.Others = append(last.Others, l.ID+"."+c.ID)
			last.Levels = append(last.Levels, l.Short())
			last.Span++
			continue
		}
		out = append(out, spanCell{cellView: s.cell(c, l), ID: l.ID + "." + c.ID, Levels: []string{l.Short()}, Span: 1})
	}
	if pair && len(out) == 2 {
		tagPair(out[0].Items, out[1].Items)
		tagPair(out[1].Items, out[0].Items)
	}
	return out
}

// tagPair marks what stands in a and not in b, where they share anything.
func tagPair(a, b []itemView) {
	shared := func(i itemView) bool {
		return slices.ContainsFunc(b, func(j itemView) bool { return i.Text == j.Text })
	}
	if !slices.ContainsFunc(a, shared) {
		return
	}
	for i := range a {
		if !shared(a[i]) {
			a[i].Tag = "only here"
		}
	}
}
