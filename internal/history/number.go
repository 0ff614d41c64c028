package history

import (
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

// renumber makes the versions of becomes that have none, in order. A tag that
// counts gives its number; where none does, the number is computed.
func (c *chain) renumber() {
	for i := len(c.versions); i < len(c.becomes); i++ {
		var prev *Version
		var last number
		if i > 0 {
			prev = c.versions[i-1]
			last, _ = parseNumber(prev.Number)
		}
		v := c.newVersion(i, prev)
		if n, tag, ok := c.tags.numberFor(c, i, v, last); ok {
			v.Number, v.tag = n.String(), tag
		} else if n, ok := c.tags.numberBefore(c, i+1, last); ok {
			v.Number = n.String()
		} else {
			v.Number = last.step(c.becomes[i].judged.Bump).String()
		}
		if prev != nil {
			n, _ := parseNumber(v.Number)
			v.Bump = last.bumpTo(n)
		}
		c.versions = append(c.versions, v)
		c.becomes[i].text = c.becomes[i].text.lean()
	}
}

// lean is a text without its bytes, which the version has.
func (t *text) lean() *text {
	l := *t
	l.gz = nil
	return &l
}

// newVersion is become i as a version that has no number yet.
func (c *chain) newVersion(i int, prev *Version) *Version {
	b := &c.becomes[i]
	v := &Version{
		Framework: b.text.id, Digest: b.text.digest, Title: b.text.title, Kind: b.text.kind,
		RecordedAt: b.commit.recorded, EffectiveFrom: b.at, InForceFrom: b.at,
		Commit: b.commit.hash, Tree: b.text.tree, Subject: b.commit.subject, PullRequest: pullRequest(b.commit.subject),
		Removed: b.text.digest == "", Edition: strings.HasPrefix(b.text.dir, "next/"),
		Said: b.said, judged: b.judged,
	}
	if prev != nil {
		v.Previous = prev.Number
	}
	if b.text.gz != nil {
		v.stored.Store(&stored{gz: b.text.gz})
	}
	v.correct(prev)
	return v
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
	if slices.Equal(was, tags.ofChain(c)) {
		return
	}
	old := c.versions
	c.versions, c.timeline = nil, nil
	for i := range c.becomes {
		c.becomes[i].text = c.becomes[i].text.with(old, i)
	}
	c.renumber()
	changed := false
	for i, v := range c.versions {
		if i < len(old) && old[i].same(v) {
			c.versions[i] = old[i]
			continue
		}
		changed = true
	}
	if changed {
		c.drafts = slices.Clone(c.drafts)
		for i := range c.drafts {
			c.drafts[i].coming = &coming{}
		}
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
		v.EffectiveFrom.Equal(w.EffectiveFrom) && len(v.Findings) == len(w.Findings)
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
