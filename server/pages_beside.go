package server

import (
	"slices"

	"github.com/labstack/echo/v4"

	"github.com/milepost-dev/milepost/internal/history"
	"github.com/milepost-dev/milepost/internal/ladder"
)

// beside is what frames a page that is about several versions: the bar and
// the links speak of the text of the day that is asked for.
type beside struct {
	reading *reading // that text, nil where there is none
	asked   *selection
	walk    walk // to pages like this one
}

// beside finds the text of the day that a page about several versions keeps,
// or the working copy's where that is compared, or alone.
func (s *Server) beside(c echo.Context, snap *history.Snapshot, t *history.Timeline, q query, working bool) (*beside, error) {
	q.version = ""
	out := &beside{walk: newWalk(t.ID, q)}
	v, known, err := s.knownAt(snap, q, s.view(c))
	if err != nil {
		return nil, err
	}
	when, err := s.when(snap, q)
	if err != nil {
		return nil, err
	}
	out.asked = &selection{snap: snap, timeline: t, when: when, known: known, view: v}
	sel, err := s.pickAt(snap, t, when, v)
	if sel.known = known; err == nil && !working {
		out.reading = &reading{selection: &sel, walk: out.walk}
		return out, nil
	}
	if sel, err := s.pickVersion(snap, t, workingCopy, v); err == nil && (working || len(t.Versions) == 0) {
		out.reading = &reading{selection: &sel, walk: out.walk.today().at(workingCopy)}
	}
	return out, nil
}

// frame fills in the bar, the way back and the head of such a page.
func (s *Server) frame(c echo.Context, p *page, b *beside, snap *history.Snapshot, t *history.Timeline, q query, title string, kind ladder.Kind, here string) (head, error) {
	p.Home = b.walk.home()
	text := ""
	switch {
	case b.reading != nil:
		text = b.reading.walk.framework()
		made, err := s.bar(c, b.reading, q, nil)
		if err != nil {
			return head{}, err
		}
		made.Notes, made.Coming = nil, nil
		made.Ways = nil
		if made.Elsewhere && t.Live() {
			made.Ways = []link{{backToday, hereToday(c)}}
		}
		p.Bar = made
	case t.Live():
		text = b.walk.today().framework()
		p.Bar = s.emptyBar(c, b)
	default:
		p.Bar = s.emptyBar(c, b)
	}
	if text != "" {
		p.Crumbs = append(p.Crumbs, link{title, text})
	}
	return newHead(title, kind, text, b.walk, t, snap, here), nil
}

// hereToday is the address of the same page without the day that it keeps.
func hereToday(c echo.Context) string {
	u := c.Request().URL
	values := u.Query()
	for _, name := range []string{"as_of", "known_at", "cycle"} {
		values.Del(name)
	}
	if len(values) == 0 {
		return u.EscapedPath()
	}
	return u.EscapedPath() + "?" + values.Encode()
}

// emptyBar is the bar of a day without a text: before the first version, or
// after an end. It is nil where there never was one.
func (s *Server) emptyBar(c echo.Context, b *beside) *bar {
	sel := b.asked
	first := sel.timeline.First()
	if first == nil || sel.snap.Unversioned {
		return nil
	}
	out := &bar{Form: s.dateForm(c, sel.snap, first.EffectiveFrom, sel.when, sel.known, nil)}
	asked := sel.when.Asked != "" || sel.known.Asked != ""
	if out.Elsewhere = asked; asked && sel.timeline.Live() {
		out.Ways = []link{{backToday, hereToday(c)}}
	}
	at := sel.timeline.At(sel.moment(), sel.view)
	switch {
	case at.Version == nil:
		out.Says = say(askedWords(sel.when, sel.known, sel.snap.Location), ": there was no text yet.")
	case asked:
		out.Says = say(askedWords(sel.when, sel.known, sel.snap.Location), noText)
	default:
		out.Says = say("No text is in force: the framework ended on ", dayOf(at.Version.EffectiveFrom, sel.snap.Location), ".")
	}
	return out
}

// noText goes on after a day in a gap.
const noText = ": there was no text, since the framework had ended."

// level is the address of a level in the text of the day, "" where that has none.
func (b *beside) level(s *Server, id string) string {
	if b.reading == nil {
		return ""
	}
	st, err := s.step(b.reading.snap, b.reading.timeline, b.reading.standing())
	if err != nil || !slices.Contains(st.has, "levels/"+id) {
		return ""
	}
	return b.reading.walk.level(id)
}
