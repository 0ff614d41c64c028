package history

import (
	"cmp"
	"slices"
	"sort"
	"strings"
	"sync"
	"time"

	"github.com/milepost-dev/milepost/internal/diag"
	"github.com/milepost-dev/milepost/internal/ladder"
)

// View is what a reader may know: all that was recorded at KnownAt, and
// coming editions that are not published only with Drafts.
type View struct {
	KnownAt time.Time
	Drafts  bool
}

// Timeline is the history of one framework. It is never changed. Reader see
// it through a View.
type Timeline struct {
	ID string
	// Versions are those that came into force, in the order in which they did.
	Versions []*Version
	// MovedTo is the id that the framework has now, where it was renamed.
	MovedTo string
	// Findings say why the newest content of the directory makes no version,
	// Broken is the commit that brought it.
	Findings diag.List
	Broken   string
	// NextFindings and NextBroken say so of the coming edition.
	NextFindings diag.List
	NextBroken   string
	// Alarms are about tags, and directives of the newest version.
	Alarms diag.List

	errata   []errata // oldest first
	drafts   []draft
	accepted []acceptance
	takenAt  time.Time // arrivals until then are among Versions
}

// First is the oldest version, nil where there is none yet.
func (t *Timeline) First() *Version {
	if len(t.Versions) == 0 {
		return nil
	}
	return t.Versions[0]
}

// Latest is the newest version that came into force, nil where there is none.
func (t *Timeline) Latest() *Version {
	if len(t.Versions) == 0 {
		return nil
	}
	return t.Versions[len(t.Versions)-1]
}

// Live says whether the framework has a text today.
func (t *Timeline) Live() bool {
	v := t.Latest()
	return v != nil && !v.Removed && t.MovedTo == ""
}

// unheard says that nothing of the framework ever stood outside next/.
func (t *Timeline) unheard() bool {
	return len(t.Versions) == 0 && t.Broken == "" && t.MovedTo == ""
}

// Known is how many of Versions had come into force, or been recorded as a
// correction, at a moment.
func (t *Timeline) Known(at time.Time) int {
	return sort.Search(len(t.Versions), func(i int) bool { return t.Versions[i].InForceFrom.After(at) })
}

// Standing is a version as it stands to a moment asked for.
type Standing struct {
	Version *Version // nil before the first
	Index   int      // in Versions, -1 for a coming edition
}

// At is the version in force at asOf, as far as the view knows.
func (t *Timeline) At(asOf time.Time, v View) Standing {
	if d := t.draftAt(v); d != nil && !d.text.from.IsZero() && !asOf.Before(d.text.from) {
		if c, err := d.coming.version(t, d); err == nil && c.Digest != c.baseDigest(t, d) {
			return Standing{Version: c, Index: -1}
		}
	}
	known := t.Known(v.KnownAt)
	i := sort.Search(known, func(i int) bool { return t.Versions[i].EffectiveFrom.After(asOf) }) - 1
	if i < 0 {
		return Standing{Index: -1}
	}
	return Standing{Version: t.Versions[i], Index: i}
}

// draftAt is what stood in the coming edition, nil for nothing, or nothing
// that the view may see, or what has come into force since.
func (t *Timeline) draftAt(v View) *draft {
	i := sort.Search(len(t.drafts), func(i int) bool { return t.drafts[i].at.After(v.KnownAt) }) - 1
	if i < 0 || t.drafts[i].text == nil {
		return nil
	}
	d := &t.drafts[i]
	if d.text.due(earlier(v.KnownAt, t.takenAt)) || !v.Drafts && !d.public(v.KnownAt) {
		return nil
	}
	return d
}

// public says whether everybody may see the edition at a moment.
func (d *draft) public(at time.Time) bool {
	return !d.text.publish.IsZero() && !d.text.publish.After(at) || d.text.due(at)
}

// Edition is a coming edition.
type Edition struct {
	Version *Version
	// Effective is the day from which it is in force, "" where none is set.
	Effective string
	// Publish is the day from which everybody may see it, "" for Effective.
	Publish string
	// Public says that everybody may see it already.
	Public bool
	// Same says that its text is the one in force.
	Same bool
	// Since is when it began to be drafted: it stays as the edition changes.
	Since time.Time
	// Before is the version in force when it was recorded, nil for none.
	Before *Version
}

// Coming is the coming edition that the view may see, nil for none.
func (t *Timeline) Coming(v View) (*Edition, error) {
	d := t.draftAt(v)
	if d == nil {
		return nil, nil
	}
	c, err := d.coming.version(t, d)
	if err != nil {
		return nil, err
	}
	e := &Edition{Version: c, Since: t.draftedSince(d), Effective: d.text.directives.Effective, Publish: d.text.directives.Publish, Public: d.public(v.KnownAt), Same: c.Digest == c.baseDigest(t, d)}
	if d.base >= 0 {
		e.Before = t.Versions[d.base]
	}
	return e, nil
}

// draftedSince is when the edition that a draft belongs to was recorded first.
func (t *Timeline) draftedSince(d *draft) time.Time {
	since := d.at
	for i := len(t.drafts) - 1; i >= 0; i-- {
		switch e := &t.drafts[i]; {
		case e.at.After(d.at):
		case e.text == nil:
			return since
		default:
			since = e.at
		}
	}
	return since
}

// coming is the version that an edition is on the way to, made when asked for.
type coming struct {
	once    sync.Once
	made    *Version
	failure error
}

func (c *coming) version(t *Timeline, d *draft) (*Version, error) {
	c.once.Do(func() { c.made, c.failure = t.makeComing(d) })
	return c.made, c.failure
}

func (v *Version) baseDigest(t *Timeline, d *draft) string {
	if d.base < 0 {
		return ""
	}
	return t.Versions[d.base].Digest
}

// makeComing is a draft as a version: a pre-release of the number that it
// would have if it came into force over the text that was in force then.
func (t *Timeline) makeComing(d *draft) (*Version, error) {
	e := d.text
	v := &Version{
		Framework: e.id, Digest: e.digest, Title: e.title, Kind: e.kind, RecordedAt: e.commit.recorded, EffectiveFrom: e.from, InForceFrom: e.from,
		Commit: e.commit.hash, Tree: e.tree, Subject: e.commit.subject, PullRequest: pullRequest(e.commit.subject), Edition: true, Coming: true, Said: d.said,
	}
	v.stored.Store(&stored{gz: e.gz})
	var last number
	v.judged = &judgement{}
	if d.base >= 0 {
		prev := t.Versions[d.base]
		v.Previous = prev.Number
		last, _ = parseNumber(prev.Number)
		a, err := prev.Text()
		if err != nil {
			return nil, err
		}
		b, err := v.Text()
		if err != nil {
			return nil, err
		}
		v.judged = compare(a, b, d.said)
		v.correct(prev)
		v.EffectiveFrom = e.from // until it is in force, and then that of what it corrects
	}
	n := last.step(cmp.Or(v.judged.Bump, ladder.BumpPatch))
	v.Number = n.String() + nextMark + recording(e.commit.recorded)
	if v.Previous != "" {
		v.Bump = last.bumpTo(n)
	}
	return v, nil
}

// nextMark stands in the number of a coming edition, before its recording.
const nextMark = "-next."

// Find is the version with a number that the view may see; ok says whether
// there is one.
func (t *Timeline) Find(number string, v View) (Standing, bool) {
	if _, suffix, ok := strings.Cut(number, nextMark); ok {
		return t.findComing(number, suffix, v)
	}
	for i := t.Known(v.KnownAt) - 1; i >= 0; i-- {
		if t.Versions[i].Number == number {
			return Standing{t.Versions[i], i}, true
		}
	}
	return Standing{Index: -1}, false
}

func (t *Timeline) findComing(number, suffix string, v View) (Standing, bool) {
	for i := len(t.drafts) - 1; i >= 0; i-- {
		d := &t.drafts[i]
		if d.text == nil || d.at.After(v.KnownAt) || recording(d.text.commit.recorded) != suffix {
			continue
		}
		end := v.KnownAt // the last moment at which it stood so, as far as is known
		if i+1 < len(t.drafts) && !t.drafts[i+1].arrived {
			end = earlier(end, t.drafts[i+1].at.Add(-1))
		}
		if !v.Drafts && !d.public(end) {
			continue
		}
		if c, err := d.coming.version(t, d); err == nil && c.Number == number {
			return Standing{c, -1}, true
		}
	}
	return Standing{Index: -1}, false
}

// Entry is a version with the time in which it was, or will be, in force.
type Entry struct {
	Standing
	From, Until time.Time // Until is zero where there is no end yet
	Status      Status
}

// List is what the view knows, oldest first; a coming edition is last.
func (t *Timeline) List(v View) ([]Entry, error) {
	known := t.Known(v.KnownAt)
	out := make([]Entry, 0, known+1)
	for i := range known {
		out = append(out, Entry{Standing: Standing{t.Versions[i], i}, From: t.Versions[i].EffectiveFrom, Until: t.until(i, known), Status: t.status(i, known)})
	}
	e, err := t.Coming(v)
	if err != nil || e == nil || e.Same {
		return out, err
	}
	c := Entry{Standing: Standing{e.Version, -1}, From: e.Version.EffectiveFrom, Status: Scheduled}
	if e.Effective == "" {
		c.Status = Draft
	} else if n := len(out); n > 0 && out[n-1].Until.IsZero() {
		out[n-1].Until = c.From
	}
	return append(out, c), nil
}

// until is when version i stopped being in force, of the first known
// versions; zero where it has not.
func (t *Timeline) until(i, known int) time.Time {
	if i+1 < known {
		return t.Versions[i+1].EffectiveFrom
	}
	return time.Time{}
}

// Until is when a version stopped being in force, as the view knows it; zero
// where it has not.
func (t *Timeline) Until(s Standing, v View) time.Time {
	if s.Index < 0 {
		return time.Time{}
	}
	return t.until(s.Index, t.Known(v.KnownAt))
}

// Changes are those of a version against the one before it, judged by what
// its author declared. Where either has no text there are none.
func (t *Timeline) Changes(s Standing) (ladder.ChangeSet, *ladder.Framework, *ladder.Framework, error) {
	before := t.Before(s)
	if before == nil || s.Version == nil {
		return ladder.ChangeSet{}, nil, nil, nil
	}
	a, err := before.Text()
	if err != nil {
		return ladder.ChangeSet{}, nil, nil, err
	}
	b, err := s.Version.Text()
	if err != nil {
		return ladder.ChangeSet{}, nil, nil, err
	}
	if a == nil || b == nil {
		return ladder.ChangeSet{}, a, b, nil
	}
	return Changes(a, b, s.Version.Said), a, b, nil
}

// Before is the version that a version follows, nil for the first.
func (t *Timeline) Before(s Standing) *Version {
	if s.Version == nil || s.Version.Previous == "" {
		return nil
	}
	if s.Index > 0 {
		return t.Versions[s.Index-1]
	}
	i := slices.IndexFunc(t.Versions, func(v *Version) bool { return v.Number == s.Version.Previous })
	if i < 0 {
		return nil
	}
	return t.Versions[i]
}
