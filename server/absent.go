package server

import (
	"fmt"
	"net/http"
	"time"

	"github.com/milepost-dev/milepost/internal/history"
)

// tooEarly is the problem of a moment before a framework's first version.
func tooEarly(snap *history.Snapshot, t *history.Timeline, asOf time.Time, first *history.Version) *Problem {
	p := problem(http.StatusNotFound, beforeFirst, "On %s there was no %s yet: its first version, %s, is of %s.",
		history.When{Instant: asOf}.Date(snap.Location), t.ID, first.Number, first.EffectiveFrom.In(snap.Location).Format(time.DateOnly))
	p.First = reference(t.ID, first)
	return p
}

// nothingKnown is the problem of a framework of which nothing had come into
// force, as far as the view knows: because it is still to come, because the
// view is of a time before it was recorded, or because it has no version.
func (s *Server) nothingKnown(snap *history.Snapshot, t *history.Timeline, when history.When, v history.View) error {
	e, err := t.Coming(v)
	switch {
	case err != nil:
		return err
	case e != nil && e.Effective != "":
		asOf := v.KnownAt
		if when.Asked != "" {
			asOf = when.Instant
		}
		return tooEarly(snap, t, asOf, e.Version)
	case e != nil:
		return problem(http.StatusNotFound, needsChange, "%s has no version yet: its text is a draft, and no date is set for it. Ask for version=%s to see it.", t.ID, e.Version.Number)
	case len(t.Versions) > 0:
		return notRecorded(snap, v, t.ID, t)
	}
	return s.noVersion(snap, t)
}

// notRecorded is the problem of a view of a time before anything was recorded
// of what is asked for; t is what was recorded first of it.
func notRecorded(snap *history.Snapshot, v history.View, what string, t *history.Timeline) *Problem {
	first := t.First()
	p := problem(http.StatusNotFound, beforeFirst, "At %s nothing was known of %s yet: its first version, %s, is known since %s.",
		v.KnownAt.In(snap.Location).Format(time.RFC3339), what, first.Number, first.InForceFrom.In(snap.Location).Format(time.RFC3339))
	p.First = reference(t.ID, first)
	p.First.RecordedAt = first.RecordedAt.UTC().Format(time.RFC3339)
	return p
}

// noVersion is the problem of a framework whose text never made a version.
func (s *Server) noVersion(snap *history.Snapshot, t *history.Timeline) error {
	if snap.Working != nil && snap.Working.Frameworks[t.ID] != nil {
		return problem(http.StatusNotFound, needsChange, "%s has no version yet: its text is in the working copy alone. Ask for version=working to see it.", t.ID)
	}
	return problem(http.StatusNotFound, needsChange, "%s has no version yet: its text needs a change first. /v1/frameworks/%s/problems says which.", t.ID, t.ID)
}

// endOf is the problem of a framework that ended with version i.
func endOf(snap *history.Snapshot, t *history.Timeline, i int) *Problem {
	p := problem(http.StatusGone, ended, "%s ended on %s.", t.ID, t.Versions[i].EffectiveFrom.In(snap.Location).Format(time.DateOnly))
	if i > 0 {
		p.Detail += fmt.Sprintf(" Its last version is %s.", t.Versions[i-1].Number)
		p.Last = reference(t.ID, t.Versions[i-1])
	}
	return p
}

func reference(id string, v *history.Version) *Reference {
	return &Reference{
		Number: v.Number, EffectiveFrom: v.EffectiveFrom.UTC().Format(time.RFC3339),
		Href: "/v1/frameworks/" + id + "/versions/" + v.Number,
	}
}
