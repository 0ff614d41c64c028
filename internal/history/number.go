package history

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/milepost-dev/milepost/internal/diag"
	"github.com/milepost-dev/milepost/internal/ladder"
)

// number is a version number.
type number struct{ major, minor, patch int }

func (n number) String() string { return fmt.Sprintf("%d.%d.%d", n.major, n.minor, n.patch) }

// parseNumber reads a version number as it is written: 1.4.0, without leading
// zeros, 1.0.0 at least.
func parseNumber(s string) (number, bool) {
	parts := strings.Split(s, ".")
	if len(parts) != 3 {
		return number{}, false
	}
	var n [3]int
	for i, p := range parts {
		v, err := strconv.Atoi(p)
		if err != nil || v < 0 || v > 99999 || strconv.Itoa(v) != p {
			return number{}, false
		}
		n[i] = v
	}
	return number{n[0], n[1], n[2]}, n[0] > 0
}

// step is the number after n for a bump: 1.0.0 is the first.
func (n number) step(bump string) number {
	switch {
	case n.major == 0:
		return number{1, 0, 0}
	case bump == ladder.BumpMajor:
		return number{n.major + 1, 0, 0}
	case bump == ladder.BumpMinor:
		return number{n.major, n.minor + 1, 0}
	}
	return number{n.major, n.minor, n.patch + 1}
}

func (n number) compare(m number) int {
	return cmp.Or(cmp.Compare(n.major, m.major), cmp.Compare(n.minor, m.minor), cmp.Compare(n.patch, m.patch))
}

// bumpTo is the part of the number that was raised from n to m, "" where m is
// no number that may follow n.
func (n number) bumpTo(m number) string {
	for _, bump := range []string{ladder.BumpMajor, ladder.BumpMinor, ladder.BumpPatch} {
		if n.step(bump) == m {
			return bump
		}
	}
	return ""
}

// renumber makes the versions of becomes that have none, in order. The tag of
// the first of them may say which number the one before has.
func (c *chain) renumber() {
	from := len(c.versions)
	if from > 0 && from < len(c.becomes) && c.versions[from-1].tag == nil {
		last, _ := c.lastBefore(from-1, c.lost())
		if n, ok := c.tags.numberBefore(c, from, last); ok && n.String() != c.versions[from-1].Number {
			from--
		}
	}
	c.number(from)
}

// number makes the versions from become i on anew; those that come out as they
// were stay the same.
func (c *chain) number(from int) {
	old, lost := c.versions, c.lost()
	changed := false
	if from < len(old) {
		c.versions, c.timeline = slices.Clip(old[:from]), nil
	}
	for i := from; i < len(c.becomes); i++ {
		full := c.becomes[i].text.with(old, i)
		v := c.newVersion(i, full, lost)
		if i < len(old) && old[i].same(v) {
			v = old[i]
		} else if i < len(old) {
			changed = true
		}
		c.versions = append(c.versions, v)
		c.becomes[i].text = full.lean()
	}
	if changed {
		c.drafts = slices.Clone(c.drafts)
		for i := range c.drafts {
			c.drafts[i].coming = &coming{}
		}
	}
}

// lastBefore is the number that become i follows, and as it is written: that
// of the version before, or of one that was tagged in between and cannot be
// read any more.
func (c *chain) lastBefore(i int, lost []*claim) (number, string) {
	if i == 0 {
		return number{}, ""
	}
	n, _ := parseNumber(c.versions[i-1].Number)
	for _, t := range lost {
		if t.recorded.Before(c.becomes[i].at) && t.previous == n.String() && n.bumpTo(t.number) != "" {
			n = t.number
		}
	}
	return n, n.String()
}

// lean is a text without its bytes, which the version has.
func (t *text) lean() *text {
	l := *t
	l.gz = nil
	return &l
}

// newVersion is become i as a version, whose bytes t has. A tag that counts
// gives its number; where none does, the number is computed.
func (c *chain) newVersion(i int, t *text, lost []*claim) *Version {
	b := &c.becomes[i]
	last, previous := c.lastBefore(i, lost)
	v := &Version{
		Framework: t.id, Previous: previous, Digest: t.digest, Title: t.title, Kind: t.kind,
		RecordedAt: b.commit.recorded, EffectiveFrom: b.at, InForceFrom: b.at,
		Commit: b.commit.hash, Tree: t.tree, Subject: b.commit.subject, PullRequest: pullRequest(b.commit.subject),
		Removed: t.digest == "", Edition: strings.HasPrefix(t.dir, nextDir),
		Said: b.said, judged: b.judged,
	}
	if t.gz != nil {
		v.stored.Store(&stored{gz: t.gz})
	}
	n := last.step(b.judged.Bump)
	if tagged, claim, ok := c.tags.numberFor(v, last, n); ok {
		n, v.tag = tagged, claim
	} else if said, ok := c.tags.numberBefore(c, i+1, last); ok {
		n = said
	}
	v.Number = n.String()
	if i > 0 {
		v.Bump = last.bumpTo(n)
		v.correct(c.versions[i-1])
	} else {
		v.correct(nil)
	}
	if b.judged.Held != "" {
		v.held(b.judged.Held)
	}
	return v
}

// held says that the author's lower bump does not count.
func (v *Version) held(bump string) {
	v.Findings = append(v.Findings, diag.Finding{
		Code: "bump-too-low", Severity: diag.Warning, Framework: v.Framework, Path: "release.bump",
		Message: fmt.Sprintf("release.bump asks for a %s step, and what changed for people makes it a %s one", v.Said.Release.Bump, bump),
		Help:    "To lower it all the same, accept each rule that stands against it, with the reason, in the change itself. It cannot be lowered afterwards.",
	})
}

// correct lets a correction take effect from the start of what it corrects:
// where it names the number then in force, and asks no more.
func (v *Version) correct(prev *Version) {
	said := v.Said.Correction
	if said == nil {
		return
	}
	v.Said.Correction = nil
	switch {
	case prev == nil:
		v.plain(said, "there is no version before it to correct")
	case prev.Removed:
		v.plain(said, "the framework had ended, and there was no text to correct")
	case said.Of != prev.Number:
		v.plain(said, fmt.Sprintf("version %s was in force then, and not %s", prev.Number, said.Of))
	case v.judged.Category == ladder.AsksMore || v.judged.Category == ladder.MovesPeople:
		v.plain(said, fmt.Sprintf("it %s, and people cannot have been asked for that before they could know", verb(v.judged.Category)))
	default:
		v.Said.Correction = said
		v.EffectiveFrom = prev.EffectiveFrom
	}
}

func verb(c ladder.Category) string {
	if c == ladder.AsksMore {
		return "asks more"
	}
	return "moves people"
}

// plain says that a correction counts as a plain change, and why.
func (v *Version) plain(said *ladder.Correction, why string) {
	v.Findings = append(v.Findings, diag.Finding{
		Code: "correction-plain", Severity: diag.Warning, Framework: v.Framework, Path: "correction",
		Message: fmt.Sprintf("the correction of version %s counts as a plain change: %s", said.Of, why),
		Help:    "It is in force from its merge on. Nothing has to be done, unless the earlier text was meant to be put right from its start.",
	})
}

// retag brings the versions in line with the tags as they are now.
func (c *chain) retag(tags *tagSet) {
	was := c.tags.ofChain(c)
	c.tags = tags
	if !slices.Equal(was, tags.ofChain(c)) {
		c.timeline = nil // its alarms may be others
		c.number(0)
	}
}

// with is a text with its bytes, from the version that has them.
func (t *text) with(versions []*Version, i int) *text {
	if i >= len(versions) || t.digest == "" {
		return t
	}
	full := *t
	full.gz = versions[i].gz()
	return &full
}

// same says whether two versions of one become are told alike.
func (v *Version) same(w *Version) bool {
	return v.Number == w.Number && v.Previous == w.Previous && v.Bump == w.Bump && v.tag.same(w.tag) &&
		v.EffectiveFrom.Equal(w.EffectiveFrom) && slices.EqualFunc(v.Findings, w.Findings, func(a, b diag.Finding) bool { return a.Message == b.Message })
}

// recording is the form in which an edition is named by its recording:
// 20270105T101500Z.
func recording(t time.Time) string {
	s := t.UTC().Format("20060102T150405Z")
	if ms := t.Nanosecond() / int(time.Millisecond); ms > 0 {
		s += "." + strconv.Itoa(ms)
	}
	return s
}
