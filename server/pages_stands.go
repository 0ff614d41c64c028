package server

import (
	"cmp"
	"time"

	"github.com/milepost-dev/milepost/internal/history"
)

// stands says which text is read and how it stands to the days that were
// asked for, and whether that is anything but today's text.
func (s *Server) stands(r *reading, q query) (says phrase, elsewhere bool) {
	if r.version.Coming && r.walk.keep.Has("version") {
		return s.comingWords(r), true
	}
	if r.walk.keep.Has("version") {
		return s.numberWords(r)
	}
	if s.isToday(r) && !r.version.Coming {
		return say("In force today: version ", r.version, ", since ", dayOf(r.version.EffectiveFrom, r.snap.Location), "."), false
	}
	asked := r.asked()
	if q.cycle != "" {
		asked = say(asked, " (opening of "+cmp.Or(r.snap.Organisation.Cycles[q.cycle].Title, q.cycle)+")")
	}
	return say(asked, s.holds(r)), true
}

// isToday says whether what is asked for is today's text, as it is known today.
func (s *Server) isToday(r *reading) bool {
	return r.known.Asked == "" && (r.when.Asked == "" || dayOf(r.when.Instant, r.snap.Location) == dayOf(s.o.Now(), r.snap.Location))
}

// asked names the days that a reader asked for.
func (r *reading) asked() phrase { return askedWords(r.when, r.known, r.snap.Location) }

func askedWords(when, known history.When, loc *time.Location) phrase {
	switch {
	case known.Asked == "":
		return strong("As of ", askedFor(when, loc))
	case when.Asked == "":
		return strong("As it was known on ", askedFor(known, loc))
	case askedFor(when, loc) == askedFor(known, loc):
		return strong("As of ", askedFor(when, loc), ", as it was known that day")
	}
	return strong("As of ", askedFor(when, loc), ", as it was known on ", askedFor(known, loc))
}

// holds goes on after the days asked for, and says which text holds then.
func (s *Server) holds(r *reading) phrase {
	v, known := r.version, r.known.Asked != ""
	at, now, until := r.moment(), s.o.Now(), r.until()
	switch {
	case v.Coming && known:
		return say(": the edition that was to come into force on ", dayOf(v.EffectiveFrom, r.snap.Location), ", as things stood.")
	case v.Coming:
		return say(": the edition that comes into force on ", dayOf(v.EffectiveFrom, r.snap.Location), ", as things stand.")
	case until != nil:
		return say(": version ", v, ", ", until, ".")
	case known && at.After(r.view.KnownAt):
		return say(": version ", v, ". As things stood, it still held then.")
	case known:
		return say(": version ", v, ", in force that day.")
	case at.After(now):
		return say(", a day to come: version ", v, ", the text in force today. As things stand, it still holds then.")
	}
	return say(": version ", v, ", which is still in force.")
}

// until says when the text that is read stopped being in force, nil where it
// has not.
func (r *reading) until() phrase {
	until := r.timeline.Until(r.standing(), r.view)
	switch {
	case until.IsZero(), r.version.Coming:
		return nil
	case r.timeline.Versions[r.index+1].Removed:
		return say("until the framework ended on ", dayOf(until, r.snap.Location))
	}
	return say("replaced on ", dayOf(until, r.snap.Location))
}

// numberWords say how a version that came into force stands, asked for by its
// number.
func (s *Server) numberWords(r *reading) (says phrase, elsewhere bool) {
	v, loc := r.version, r.snap.Location
	from, until := dayOf(v.EffectiveFrom, loc), dayOf(r.timeline.Until(r.standing(), r.view), loc)
	var known phrase
	if r.known.Asked != "" {
		known = say(r.asked(), ": ")
	}
	switch status := r.timeline.Status(r.standing(), r.view); {
	case status == history.Corrected:
		return say(known, strong("Version ", v), " holds for no day any more."), true
	case r.until() == nil && known != nil:
		return say(known, "version ", v, ", in force since ", from, "."), true
	case r.until() == nil:
		return say("Version ", v, ", in force since ", from, " and today."), false
	case r.timeline.Versions[r.index+1].Removed:
		return say(known, strong("Version ", v), ", in force from ", from, " until the framework ended on ", until, "."), true
	}
	return say(known, strong("Version ", v), ", in force from ", from, " until it was replaced on ", until, "."), true
}

// comingWords say how a coming edition stands, asked for by its number.
func (s *Server) comingWords(r *reading) phrase {
	loc := r.snap.Location
	status := r.timeline.Status(r.standing(), r.view)
	switch {
	case status == history.Superseded:
		if v := r.timeline.Became(r.version, r.view); v != nil {
			return say(strong("An edition"), " that came into force on ", dayOf(v.EffectiveFrom, loc), " as ", link{"version " + v.Number, r.walk.at(v.Number).framework()}, ".")
		}
		return say(strong("An earlier draft"), " of an edition, of ", dayOf(r.version.RecordedAt, loc), ": another text took its place, and it was never in force.")
	case status == history.Draft:
		return say(strong("Coming edition"), ": it is being written, has no date yet, and is in force for nobody.")
	case r.known.Asked != "":
		return say(r.asked(), ": the coming edition, which was to come into force on ", dayOf(r.version.EffectiveFrom, loc), ", as things stood.")
	}
	return say(strong("Coming edition"), ": it comes into force on ", dayOf(r.version.EffectiveFrom, loc), ", as things stand, and holds for nobody before.")
}

// barNotes fills in what else is to be known of the text that is read. The
// error says that a text cannot be read.
func (s *Server) barNotes(b *bar, r *reading) error {
	v, loc := r.version, r.snap.Location
	if said := v.Said.Correction; said != nil && !v.Coming {
		b.Notes = append(b.Notes, say("This text was put right on ", dayOf(v.RecordedAt, loc), ": "+sentence(said.Reason)+" ",
			link{"See what was put right", r.walk.diff(said.Of, v.Number, "")}))
	}
	if by := correctedBy(r.timeline, r.standing(), r.view); by != nil {
		b.Notes = append(b.Notes, say("It was put right from its start on ", dayOf(by.RecordedAt, loc), ": "+sentence(by.Said.Correction.Reason)+" ",
			link{"Read the text as it was put right", r.walk.at(by.Number).framework()}))
	}
	if note := s.knownToday(r); note != nil {
		b.Notes = append(b.Notes, note)
	}
	if note := s.acceptedWords(r); note != nil {
		b.Notes = append(b.Notes, note)
	}
	if text := r.timeline.Erratum(v.Number, r.view); text != "" {
		b.Notes = append(b.Notes, say("A note on this text: "+sentence(text)))
	}
	if v.Coming || b.Elsewhere && r.known.Asked == "" {
		return nil
	}
	var err error
	b.Coming, err = s.coming(r.snap, r.timeline, r.walk, r.view)
	return err
}

// correctedBy is the version that put another right, nil where none did as
// far as the view knows.
func correctedBy(t *history.Timeline, at history.Standing, v history.View) *history.Version {
	if at.Index < 0 || at.Index+1 >= t.Known(v.KnownAt) {
		return nil
	}
	if by := t.Versions[at.Index+1]; by.Said.Correction != nil {
		return by
	}
	return nil
}

// knownToday says so where today another text is known for the day that is
// read as it was known before.
func (s *Server) knownToday(r *reading) phrase {
	if r.known.Asked == "" || r.walk.keep.Has("version") {
		return nil
	}
	when := r.when
	if when.Asked == "" {
		when = r.known
	}
	v := r.view
	v.KnownAt = s.o.Now()
	if at := r.timeline.At(when.Instant, v); at.Version == nil || at.Version == r.version {
		return nil
	}
	w := r.walk.only("as_of", "cycle")
	if len(w.keep) == 0 {
		w.keep.Set("as_of", r.known.Date(r.snap.Location))
	}
	return say("Today another text is known for that day. ", link{"Read it", w.framework()})
}

// acceptedWords say which older text is also accepted on the day that is read.
func (s *Server) acceptedWords(r *reading) phrase {
	at := r.moment()
	old, ok := r.timeline.AlsoAccepted(at, r.view)
	if r.walk.keep.Has("version") && r.until() != nil {
		ok = false // it speaks of the text in force
	}
	if r.version.Coming {
		old, ok = s.willAccept(r, at)
	}
	if !ok {
		return nil
	}
	is := " is"
	if old.Until.Before(s.o.Now()) {
		is = " was"
	}
	return say("Until ", dayOf(old.Until, r.snap.Location), " the text of ", dayOf(old.Version.EffectiveFrom, r.snap.Location), is+" also accepted for "+old.For+". ",
		link{"Read that text", r.walk.at(old.Version.Number).framework()})
}

// willAccept is what a coming edition accepts beside it, until a day that is
// not over at the moment that is read.
func (s *Server) willAccept(r *reading, at time.Time) (history.Accepted, bool) {
	said, before := r.version.Said.Transition, r.timeline.Before(r.standing())
	if said == nil || before == nil || before.Removed || before.Said.Transition != nil && *before.Said.Transition == *said {
		return history.Accepted{}, false
	}
	until, err := history.ParseWhen(said.AcceptOld, r.snap.Location)
	if err != nil || at.After(until.Instant) {
		return history.Accepted{}, false
	}
	return history.Accepted{Version: before, Until: until.Instant, For: said.For}, true
}
