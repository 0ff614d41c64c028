package history

// Status says how a version stands to a moment.
type Status string

// The statuses of a version.
const (
	Current   Status = "current"   // in force now
	Historic  Status = "historic"  // was in force
	Scheduled Status = "scheduled" // will be in force
	Withdrawn Status = "withdrawn" // the framework ended
	Corrected Status = "corrected" // put right from its start by the next version
	Draft     Status = "draft"     // a coming edition without a date
	// Superseded is a coming edition that is not to come any more: it came into
	// force under a number of its own, another text took its place, or it was
	// withdrawn.
	Superseded Status = "superseded"
)

// status is how version i stands, of the first known versions.
func (t *Timeline) status(i, known int) Status {
	switch {
	case t.Versions[i].Removed:
		return Withdrawn
	case i+1 >= known: // a clock may be behind that of who recorded it
		return Current
	case t.Versions[i+1].EffectiveFrom.Equal(t.Versions[i].EffectiveFrom):
		return Corrected
	}
	return Historic
}

// Status is how a version stands, as the view knows it.
func (t *Timeline) Status(s Standing, v View) Status {
	if s.Index >= 0 {
		return t.status(s.Index, t.Known(v.KnownAt))
	}
	switch {
	case s.Version == nil:
		return ""
	case s.Version.Coming && !t.toCome(s.Version, v):
		return Superseded
	case s.Version.EffectiveFrom.IsZero():
		return Draft
	}
	return Scheduled
}

// toCome says whether an edition is the one that is to come.
func (t *Timeline) toCome(edition *Version, v View) bool {
	d := t.draftAt(v)
	if d == nil {
		return false
	}
	c, err := d.coming.version(t, d)
	return err == nil && c == edition
}

// Became is the version as which a coming edition came into force, as far as
// the view knows, nil where it did not.
func (t *Timeline) Became(edition *Version, v View) *Version {
	for _, w := range t.Versions[:t.Known(v.KnownAt)] {
		if w.Edition && w.Commit == edition.Commit && w.Digest == edition.Digest {
			return w
		}
	}
	return nil
}
