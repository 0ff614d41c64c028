package server

import (
	"fmt"
	"time"

	"github.com/milepost-dev/milepost/internal/history"
)

// slider is a line of time: days from the first version on, with a mark for
// each version. A script lets people move along it; without one it is a picture.
type slider struct {
	First  string // the first day
	Days   int    // how many days come after it
	Value  int    // the day that is shown
	Today  int
	Now    string // where today is on the line, in hundredths
	Action string // the address of the text, to which a script adds the day
	Prefix string // what is said before a version: "As of @", with the day for @
	Says   string // what is said of today
	Spans  []sliderSpan
	Years  []sliderYear
}

// sliderSpan is the time of one version, in hundredths of the line.
type sliderSpan struct {
	From, To string
	Kind     string // "", "gap", "coming"
}

type sliderYear struct{ At, Text string }

// marginDays is how far the line goes on after the last day that is known of.
const marginDays = 45

// newSlider makes the line for versions, the oldest first; views are the same
// versions as the page lists them, the newest first.
func (s *Server) newSlider(r *reading, q query, list []history.Entry, views []versionView) *slider {
	loc := r.snap.Location
	if len(list) == 0 || list[0].Version.Coming {
		return nil
	}
	first, now := midnight(list[0].From, loc), midnight(s.o.Now(), loc)
	last := now
	if e := list[len(list)-1]; e.From.After(last) {
		last = midnight(e.From, loc)
	}
	out := &slider{First: first.Format(time.DateOnly), Today: days(first, now), Action: r.walk.only("known_at").framework(), Prefix: "As of @"}
	out.Days = days(first, last) + marginDays
	out.Value = min(max(0, days(first, midnight(r.moment(), loc))), out.Days)
	if r.known.Asked != "" {
		out.Prefix += ", as it was known on " + askedFor(r.known, loc).Words
	}
	at := func(t time.Time) string {
		return fmt.Sprintf("%.2f", 100*float64(days(first, midnight(t, loc)))/float64(out.Days))
	}
	out.Now = at(s.o.Now())
	for i, e := range list {
		if e.Status == history.Corrected || e.From.IsZero() {
			continue
		}
		span := sliderSpan{From: at(e.From), To: "100"}
		if !e.Until.IsZero() {
			span.To = at(e.Until)
		}
		switch {
		case e.Version.Removed:
			span.Kind = "gap"
		case e.Version.Coming:
			span.Kind = "coming"
		}
		out.Spans = append(out.Spans, span)
		v := &views[len(list)-1-i]
		v.Day = dayOf(e.From, loc).Machine
		v.Says, v.Later = s.sliderWords(r, e, last)
		if e.Status == history.Withdrawn && i == len(list)-1 && r.known.Asked == "" {
			out.Says = say("No text is in force: the framework ended on ", dayOf(e.From, loc), ".").String()
		}
		if e.Status == history.Current && r.known.Asked == "" {
			out.Says = say("In force today: version ", e.Version, ", since ", dayOf(e.From, loc), ".").String()
		}
	}
	for y := first.Year() + 1; y <= first.AddDate(0, 0, out.Days).Year(); y++ {
		if start := time.Date(y, 1, 1, 0, 0, 0, 0, time.UTC); days(start, first.AddDate(0, 0, out.Days)) > out.Days/12 { // else its label does not fit
			out.Years = append(out.Years, sliderYear{at(time.Date(y, 1, 1, 12, 0, 0, 0, loc)), fmt.Sprint(y)})
		}
	}
	return out
}

// sliderWords say what holds on a day of a version, after the day is named,
// and on a day that is still to come.
func (s *Server) sliderWords(r *reading, e history.Entry, last time.Time) (says, later string) {
	if e.Version.Removed {
		return noText, ""
	}
	day := func(at time.Time) string {
		sel := &selection{snap: r.snap, timeline: r.timeline, index: e.Index, version: e.Version, when: history.When{Instant: at, Day: true, Asked: "day"}, known: r.known, view: r.view}
		return s.holds(&reading{selection: sel}).String()
	}
	return day(e.From), day(last.AddDate(0, 0, 1))
}

// midnight is the beginning of a day, without the changes of clocks.
func midnight(t time.Time, loc *time.Location) time.Time {
	y, m, d := t.In(loc).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
}

// days are how many days lie between two midnights.
func days(from, to time.Time) int { return int(to.Sub(from) / (24 * time.Hour)) }
