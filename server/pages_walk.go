package server

import (
	"maps"
	"net/http"
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

// working says whether the selected text is the working copy's.
func (sel *selection) working() bool { return sel.version.Working && !sel.snap.Unversioned }

// read finds what a page of a framework is about. Of the parameters, keep
// are those that narrow the page; the date or the version is always taken.
func (s *Server) read(c echo.Context, narrow ...string) (*reading, query, error) {
	q, err := readPage(c, append([]string{"as_of", "known_at", "cycle", "version"}, narrow...)...)
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

// readPage reads the parameters of a page. Those that a form sent empty count
// as not sent.
func readPage(c echo.Context, takes ...string) (query, error) {
	r := c.Request()
	values, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return readQuery(r, takes...)
	}
	maps.DeleteFunc(values, func(_ string, v []string) bool { return len(v) == 1 && v[0] == "" })
	u := *r.URL
	u.RawQuery = values.Encode()
	return readQuery(&http.Request{URL: &u}, takes...)
}

// walk makes the addresses that a reader walks to. It keeps the dates or the
// version that were asked for, so that they stay while people walk about.
type walk struct {
	id   string
	keep url.Values
}

func newWalk(id string, q query) walk {
	w := walk{id, url.Values{}}
	for name, value := range map[string]string{"as_of": q.asOf, "known_at": q.knownAt, "cycle": q.cycle, "version": q.version} {
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
func (w walk) home() string { return listAt(w.beside().keep) }

// listAt is the address of the list of frameworks.
func listAt(values url.Values) string {
	if len(values) == 0 {
		return "/"
	}
	return "/?" + values.Encode()
}

// today is the same walk without a date or version.
func (w walk) today() walk { return walk{id: w.id} }

// only is the same walk with nothing kept but some parameters.
func (w walk) only(names ...string) walk {
	out := walk{w.id, url.Values{}}
	for _, name := range names {
		if w.keep.Has(name) {
			out.keep.Set(name, w.keep.Get(name))
		}
	}
	return out
}

// beside is the same walk to a page about several versions.
func (w walk) beside() walk { return w.only("as_of", "known_at", "cycle") }

// at is the same walk to a version, as it is known at the same time.
func (w walk) at(number string) walk {
	out := w.only("known_at")
	out.keep.Set("version", number)
	return out
}

// diff is the address of a comparison; an empty to is the newest text.
func (w walk) diff(from, to, level string) string {
	return w.beside().to([]string{"diff"}, "from", from, "to", to, "level", level)
}

func (w walk) versions() string { return w.beside().to([]string{"versions"}) }

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
	if r.working() {
		if v := r.snap.Working.Frameworks[id]; v != nil {
			return opened(&selection{snap: r.snap, timeline: &history.Timeline{ID: id}, index: -1, version: v, view: r.view}, walk{id, r.walk.keep})
		}
	}
	if !ok {
		return nil
	}
	when, w := r.when, walk{t.ID, r.walk.keep}
	if w.keep.Has("version") {
		when, w = history.When{}, w.only("known_at")
		at := t.At(r.version.EffectiveFrom, r.view)
		if v := at.Version; !r.working() && v != nil && !v.Removed && (v.Coming || t.Status(at, r.view) != history.Current) {
			w = w.at(v.Number)
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

// notes is the address of a version's release notes.
func (w walk) notes(number, reader string) string {
	return w.beside().to([]string{"versions", number, "notes"}, "for", reader)
}

// history is the address of what changed for a level.
func (w walk) history(level string) string {
	return w.beside().to([]string{"levels", level, "history"})
}

// params are what is kept, as a form sends it.
func (w walk) params() []param {
	var out []param
	for _, name := range slices.Sorted(maps.Keys(w.keep)) {
		out = append(out, param{name, w.keep.Get(name)})
	}
	return out
}
