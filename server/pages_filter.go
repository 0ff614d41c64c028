package server

import (
	"strings"

	"github.com/milepost-dev/milepost/internal/ladder"
)

// filters are the ways to narrow the matrix, as plain links and one form.
type filters struct {
	Tracks, Areas []part
	Pair          []link // the two levels that are compared, where they are
	All           string // the address of the whole matrix
	Form          pairForm
}

// pairForm chooses two levels to compare.
type pairForm struct {
	Action        string
	Kept          []param
	First, Second []option
}

type option struct {
	Value, Text string
	Chosen      bool
}

func newFilters(r *reading, v view) *filters {
	f, w := r.text, r.walk
	out := &filters{All: w.framework(), Form: pairForm{Action: address([]string{"frameworks", w.id}, nil)}}
	if len(f.Tracks) > 1 {
		out.Tracks = append(out.Tracks, part{link{"All tracks", w.framework("area", v.area)}, v.track == "" && v.pair == nil})
		for _, t := range f.Tracks {
			out.Tracks = append(out.Tracks, part{link{t.Title, w.framework("area", v.area, "track", t.ID)}, v.track == t.ID})
		}
	}
	if len(f.Areas) > 1 {
		pair := strings.Join(v.pair, ",")
		out.Areas = append(out.Areas, part{link{"All areas", w.framework("track", v.track, "compare", pair)}, v.area == ""})
		for _, a := range f.Areas {
			out.Areas = append(out.Areas, part{link{a.Title, w.framework("track", v.track, "compare", pair, "area", a.ID)}, v.area == a.ID})
		}
	}
	for _, id := range v.pair {
		if l, ok := f.Level(id); ok {
			out.Pair = append(out.Pair, link{l.Name(), w.level(id)})
		}
	}
	out.Form.fill(f, w, v)
	return out
}

// codeFirst names a level in a list to choose from: "L3 · Senior Manager".
func codeFirst(l *ladder.Level) string {
	if l.Code == "" || len(l.Titles) == 0 {
		return l.Short()
	}
	return l.Code + " · " + l.Titles[0].Text
}

// fill lists the levels to choose from. Without a choice it offers the first
// two: a form whose halves are equal would be sent for nothing.
func (p *pairForm) fill(f *ladder.Framework, w walk, v view) {
	first, second := 0, min(1, len(f.Levels)-1)
	for i, l := range f.Levels {
		if v.pair != nil && l.ID == v.pair[0] {
			first = i
		}
		if v.pair != nil && l.ID == v.pair[1] {
			second = i
		}
	}
	for i := range f.Levels {
		o := option{Value: f.Levels[i].ID, Text: codeFirst(&f.Levels[i])}
		o.Chosen = i == first
		p.First = append(p.First, o)
		o.Chosen = i == second
		p.Second = append(p.Second, o)
	}
	for _, name := range []string{"as_of", "cycle", "known_at", "version"} {
		if w.keep.Has(name) {
			p.Kept = append(p.Kept, param{name, w.keep.Get(name)})
		}
	}
	if v.area != "" {
		p.Kept = append(p.Kept, param{"area", v.area})
	}
}
