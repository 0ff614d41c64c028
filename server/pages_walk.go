package server

import (
	"net/url"
	"slices"

	"github.com/labstack/echo/v4"

	"github.com/milepost-dev/milepost/internal/history"
	"github.com/milepost-dev/milepost/internal/ladder"
)

// workingCopy is the version under which the working copy is asked for.
const workingCopy = "working"

// reading is what a reader of a framework's page looks at: a text, and how
// it was asked for, which the links of the page keep.
type reading struct {
	*selection
	text *ladder.Framework
	walk walk
}

// read finds what a page of a framework is about. Of the parameters, keep
// are those that narrow the page; the date or the version is always taken.
func (s *Server) read(c echo.Context, narrow ...string) (*reading, query, error) {
	q, err := readQuery(c.Request(), append([]string{"as_of", "cycle", "version"}, narrow...)...)
	if err != nil {
		return nil, q, err
	}
	sel, err := s.choose(c, q)
	if err != nil {
		return nil, q, err
	}
	f, err := sel.text()
	if err != nil {
		return nil, q, err
	}
	return &reading{sel, f, newWalk(sel.timeline.ID, q)}, q, nil
}

// walk makes the addresses that a reader walks to. It keeps the date or the
// version that was asked for, so that it stays while people walk about.
type walk struct {
	id   string
	keep url.Values
}

func newWalk(id string, q query) walk {
	w := walk{id, url.Values{}}
	for name, value := range map[string]string{"as_of": q.asOf, "cycle": q.cycle, "version": q.version} {
		if value != "" {
			w.keep.Set(name, value)
		}
	}
	return w
}

// to is an address below the framework: parts of a path, and parameters by
// name and value beside those that are kept.
func (w walk) to(parts []string, params ...string) string {
	values := url.Values{}
	for name := range w.keep {
		values.Set(name, w.keep.Get(name))
	}
	for i := 0; i+1 < len(params); i += 2 {
		if params[i+1] != "" {
			values.Set(params[i], params[i+1])
		}
	}
	return address(append([]string{"frameworks", w.id}, parts...), values)
}

func (w walk) framework(params ...string) string { return w.to(nil, params...) }

func (w walk) level(id string) string { return w.to([]string{"levels", id}) }

func (w walk) competency(id string) string { return w.to([]string{"competencies", id}) }

// home is the list of frameworks as of the same date.
func (w walk) home() string {
	values := url.Values{}
	for _, name := range []string{"as_of", "cycle"} {
		if w.keep.Has(name) {
			values.Set(name, w.keep.Get(name))
		}
	}
	if len(values) == 0 {
		return "/"
	}
	return "/?" + values.Encode()
}

// today is the same walk without a date or version.
func (w walk) today() walk { return walk{id: w.id} }

// at is the same walk to a version.
func (w walk) at(number string) walk {
	return walk{w.id, url.Values{"version": {number}}}
}

// diff is the address of a comparison; an empty to is the newest text.
func (w walk) diff(from, to, level string) string {
	return w.today().to([]string{"diff"}, "from", from, "to", to, "level", level)
}

func (w walk) versions() string { return w.today().to([]string{"versions"}) }

// address joins the parts of a path, each escaped, with a query.
func address(parts []string, values url.Values) string {
	path := ""
	for _, p := range parts {
		path += "/" + url.PathEscape(p)
	}
	if len(values) == 0 {
		return path
	}
	return path + "?" + values.Encode()
}

// other is the text of another framework that belongs to what is read: as of
// the same date, of the same working copy, or of the time at which the version
// that is read came into force. It is nil where there is none.
func (s *Server) other(r *reading, id string) *reading {
	t, ok := r.snap.Timeline(id)
	if ok && t.MovedTo != "" {
		t, ok = r.snap.Timeline(t.MovedTo)
	}
	if r.index < 0 {
		if v := r.snap.Working.Frameworks[id]; v != nil {
			return opened(&selection{snap: r.snap, timeline: &history.Timeline{ID: id}, index: -1, version: v}, walk{id, r.walk.keep})
		}
	}
	if !ok {
		return nil
	}
	when, w := r.when, walk{t.ID, r.walk.keep}
	if r.walk.keep.Has("version") {
		when, w = history.When{}, walk{id: t.ID}
		if i := t.At(r.version.EffectiveFrom, r.view).Index; r.index >= 0 && i >= 0 && i+1 < len(t.Versions) {
			w = w.at(t.Versions[i].Number)
			when = history.When{Instant: r.version.EffectiveFrom, Asked: r.version.Number}
		}
	}
	sel, err := s.chooseAt(r.snap, t, when, r.view)
	if err != nil {
		return nil
	}
	return opened(sel, w)
}

// opened reads a selection's text, nil where that is not to be had.
func opened(sel *selection, w walk) *reading {
	f, err := sel.text()
	if err != nil || f == nil {
		return nil
	}
	return &reading{sel, f, w}
}

// levels are the addresses of levels by their ids, in that order; ids that
// the text does not have are left out.
func (r *reading) levels(ids []string) []link {
	var out []link
	for i := range r.text.Levels {
		if l := &r.text.Levels[i]; slices.Contains(ids, l.ID) {
			out = append(out, link{l.Name(), r.walk.level(l.ID)})
		}
	}
	return out
}
