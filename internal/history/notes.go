package history

import (
	"time"

	"github.com/milepost-dev/milepost/internal/ladder"
	"github.com/milepost-dev/milepost/internal/notes"
)

// Notes are the release notes of a version, or of a coming edition, as the
// view knows it. now and loc decide how they speak of days; with a zero now
// they stay true. The error says that a stored text cannot be read.
func (t *Timeline) Notes(s Standing, v View, now time.Time, loc *time.Location) (*notes.Notes, error) {
	in, err := t.notesInput(s, v, now, loc)
	if err != nil {
		return nil, err
	}
	return notes.New(in), nil
}

// notesInput is what is known of a version, for its notes.
func (t *Timeline) notesInput(s Standing, v View, now time.Time, loc *time.Location) (notes.Input, error) {
	version := s.Version
	in := notes.Input{
		Number: version.Number, Previous: version.Previous, Provisional: !version.Tagged(),
		Recorded: version.RecordedAt, Effective: version.EffectiveFrom, Until: t.Until(s, v), Draft: version.Coming && version.EffectiveFrom.IsZero(),
		Now: now, Location: loc, Directives: version.Said, Bump: version.Bump, Ruleset: ladder.Ruleset,
		Digest: version.Digest, Commit: version.Commit, Tree: version.Tree, PullRequest: version.Info().PullRequest,
		Since: map[string]time.Time{},
	}
	in.Superseded = version.Coming && t.Status(s, v) == Superseded && t.Became(version, v) == nil
	in.ApprovedBy, in.MergedBy = version.Approvals()
	for _, w := range t.Versions {
		in.Since[w.Number] = w.EffectiveFrom
	}
	before := t.Before(s)
	if before != nil {
		in.PreviousDigest = before.Digest
	}
	text, err := version.Text()
	if err != nil {
		return in, err
	}
	old := (*ladder.Framework)(nil)
	if before != nil {
		if old, err = before.Text(); err != nil {
			return in, err
		}
	}
	if in.Text = text; text == nil {
		in.Text = old
	}
	in.Changes = Changes(old, text, version.Said)
	return in, nil
}
