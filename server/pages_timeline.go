package server

import (
	"fmt"
	"slices"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/milepost-dev/milepost/internal/history"
)

// versionsPage is the time of a framework: its versions, newest first, the
// coming edition before them, and a slider over the days.
type versionsPage struct {
	page
	head
	Unversioned bool
	Slider      *slider
	Coming      *comingView
	Versions    []versionView
	Cycles      []cycleLink
	Later       int // how many older versions are not shown
	Known       phrase
}

// versionView is one version in the list.
type versionView struct {
	Number      string
	Provisional bool
	Tagged      bool
	Date        date
	Until       date
	Status      string // "in force", "ended", "put right", "" for what came before
	Gap         bool   // there was no text
	Chosen      bool   // it is the text of the day that is asked for
	Corrects    phrase // how it puts another right
	Corrected   phrase // how it was put right
	Erratum     string
	Headline    string
	Mark        mark
	PullRequest int
	Read        string
	Diff, Notes string
	Day         string // the first day on which it holds, for the slider
	Says, Later string // what the slider says of a day on which it holds
}

func (s *Server) versionsPage(c echo.Context) error {
	q, err := readPage(c, "as_of", "known_at", "cycle")
	if err != nil {
		return err
	}
	snap, t, err := s.timeline(c)
	if err != nil {
		return err
	}
	v, known, err := s.knownAt(snap, q, s.view(c))
	if err != nil {
		return err
	}
	w := newWalk(t.ID, q)
	title, kind, _ := nameOf(snap, t, "", v)
	p := versionsPage{
		page:        s.newPage(c, snap, "versions", "Versions, "+title),
		Unversioned: snap.Unversioned, Cycles: s.timelineCycles(snap, t, w, v),
	}
	side, err := s.beside(c, snap, t, q, false)
	if err != nil {
		return err
	}
	if p.head, err = s.frame(c, &p.page, side, snap, t, q, title, kind, partVersions); err != nil {
		return err
	}
	if snap.Unversioned {
		return s.render(c, "versions", p)
	}
	if known.Asked != "" {
		p.Known = askedWords(history.When{}, known, snap.Location)
	}
	when, err := s.when(snap, q)
	if err != nil {
		return err
	}
	r := &reading{selection: &selection{snap: snap, timeline: t, when: when, known: known, view: v}, walk: w}
	if err := s.fillTimeline(&p, r, q); err != nil {
		return err
	}
	return s.render(c, "versions", p)
}

// fillTimeline lists the versions, and makes the slider over them.
func (s *Server) fillTimeline(p *versionsPage, r *reading, q query) error {
	list, err := r.timeline.List(r.view)
	if err != nil {
		return err
	}
	if p.Coming, err = s.coming(r.snap, r.timeline, r.walk, r.view); err != nil {
		return err
	}
	p.Later = max(0, len(list)-maxHistory)
	list = list[p.Later:]
	at := r.timeline.At(r.moment(), r.view)
	for _, e := range slices.Backward(list) {
		v, err := s.versionView(r, e)
		if err != nil {
			return err
		}
		v.Chosen = e.Version == at.Version && p.Bar != nil && p.Bar.Elsewhere
		p.Versions = append(p.Versions, v)
	}
	if p.Bar != nil && p.Later == 0 {
		p.Slider = s.newSlider(r, q, list, p.Versions)
	}
	return nil
}

// moment is when a reader looks at: what was asked for, else as of now, or as
// of what was known.
func (sel *selection) moment() time.Time {
	if sel.when.Asked != "" {
		return sel.when.Instant
	}
	return sel.view.KnownAt
}

// timelineCycles are the review cycles for which a framework has a text.
func (s *Server) timelineCycles(snap *history.Snapshot, t *history.Timeline, w walk, v history.View) []cycleLink {
	return cycles(snap, func(id string) string {
		when, err := s.when(snap, query{cycle: id})
		if err != nil {
			return ""
		}
		if _, err = s.pickAt(snap, t, when, v); err != nil {
			return ""
		}
		return w.only("known_at").framework("cycle", id)
	})
}

// versionView describes a version. The error says that a text cannot be read.
func (s *Server) versionView(r *reading, e history.Entry) (versionView, error) {
	v, t, loc := e.Version, r.timeline, r.snap.Location
	out := versionView{
		Number: v.Number, Provisional: v.Info().Provisional && !v.Coming, Tagged: v.Tagged(), Mark: markOf(v.Category()), Headline: v.Headline(),
		PullRequest: v.Info().PullRequest, Notes: r.walk.notes(v.Number, ""), Read: r.walk.at(v.Number).framework(), Erratum: sentence(t.Erratum(v.Number, r.view)),
	}
	if !e.From.IsZero() {
		out.Date = entryDate(r.snap, t, e.Standing, r.view)
	}
	if !e.Until.IsZero() {
		out.Until = dayOf(e.Until, loc)
	}
	if before := t.Before(e.Standing); before != nil && !before.Removed && !v.Removed {
		out.Diff = r.walk.diff(before.Number, v.Number, "")
	}
	switch {
	case v.Coming:
		out.Status = "coming"
	case e.Status == history.Corrected:
		out.Status = "put right"
	case e.Status == history.Current:
		out.Status = "in force"
	case e.Status == history.Withdrawn:
		out.Status, out.Read = "ended", ""
	}
	switch {
	case v.Removed:
		out.Headline, out.Mark, out.Gap = "The framework ended", markEnded, true
	case v.Previous == "":
		out.Headline, out.Mark = "First version", markFirst
	case out.Diff == "":
		out.Headline, out.Mark = "The framework came back", markFirst
	case v.Coming:
		st, err := s.step(r.snap, t, e.Standing)
		if err != nil {
			return out, err
		}
		out.Headline, out.Mark = st.Headline, markOf(st.Category)
	}
	out.Corrects, out.Corrected = correctionWords(r.snap, t, e.Standing, r.view)
	return out, nil
}

// correctionWords say how a version puts another right, and how it was put
// right; nil where it does not, or was not.
func correctionWords(snap *history.Snapshot, t *history.Timeline, at history.Standing, v history.View) (corrects, corrected phrase) {
	if said := at.Version.Said.Correction; said != nil && !at.Version.Coming {
		corrects = say("This text was put right on ", dayOf(at.Version.RecordedAt, snap.Location), ", and holds from the start of version ", phrase{{Text: said.Of, Number: true}}, " on: "+sentence(said.Reason))
	}
	if by := correctedBy(t, at, v); by != nil {
		corrected = say("Put right on ", dayOf(by.RecordedAt, snap.Location), " by version ", phrase{{Text: by.Number, Number: true}}, ": "+sentence(by.Said.Correction.Reason))
	}
	return corrects, corrected
}

// entryDate is the day of a version, to the minute where a neighbour is of
// the same day.
func entryDate(snap *history.Snapshot, t *history.Timeline, at history.Standing, v history.View) date {
	day := dayOf(at.Version.EffectiveFrom, snap.Location)
	for _, i := range []int{at.Index - 1, at.Index + 1} {
		if at.Index >= 0 && i >= 0 && i < t.Known(v.KnownAt) && dayOf(t.Versions[i].EffectiveFrom, snap.Location) == day {
			return momentOf(at.Version.EffectiveFrom, snap.Location)
		}
	}
	return day
}

// versionName is a version in a list to choose from.
func versionName(snap *history.Snapshot, t *history.Timeline, e history.Entry, v history.View) string {
	switch {
	case e.Status == history.Draft:
		return "Coming edition, without a date"
	case e.Version.Coming:
		return "Coming edition · " + dayOf(e.From, snap.Location).Words
	case e.Status == history.Corrected:
		return fmt.Sprintf("%s · %s, put right later", entryDate(snap, t, e.Standing, v).Words, e.Version.Number)
	}
	return fmt.Sprintf("%s · %s", entryDate(snap, t, e.Standing, v).Words, e.Version.Number)
}
