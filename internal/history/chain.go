package history

import (
	"encoding/json"
	"maps"
	"slices"
	"time"

	"github.com/milepost-dev/milepost/internal/compile"
	"github.com/milepost-dev/milepost/internal/diag"
	"github.com/milepost-dev/milepost/internal/ladder"
)

// text is what a directory of a framework last held that counts.
type text struct {
	id, dir    string
	digest     string
	title      string
	kind       ladder.Kind
	directives ladder.Directives
	from       time.Time  // from when an edition is in force, zero where it has no date
	publish    time.Time  // from when everybody may see it, zero where nothing says so
	commit     commitInfo // the one that last changed what it says, or its dates
	tree       string
	gz         []byte // the canonical form, gzipped
}

// slot is one of the two directories of a framework: the text in force, and
// the coming edition.
type slot struct {
	text     *text
	gone     bool      // the directory was removed, and its text counts all the same
	findings diag.List // why the newest content does not count
	broken   string    // the commit that brought it
}

func (s *slot) refuse(found diag.List, c commitInfo) { s.findings, s.broken = found, c.hash }

func (s *slot) set(t *text) { *s = slot{text: t} }

// become is a text that came into force, or the end of the framework.
type become struct {
	at     time.Time  // when
	commit commitInfo // that brought it about, or last changed the edition
	text   *text      // without a digest where the framework ended
	said   ladder.Directives
	judged *judgement // what changed against the one before
}

// draft is what stood in the coming edition after a commit.
type draft struct {
	at     time.Time // when it was recorded
	text   *text     // nil where there was none that is still to come
	base   int       // the index of the become in force then, -1 for none
	said   ladder.Directives
	coming *coming // the version that it is on the way to
}

// acceptance is an older text that is accepted beside the one in force.
type acceptance struct {
	since, until time.Time
	old          int // index of the become that is accepted too
	reason       string
}

// chain is one framework's history as commits are folded into it. It only
// ever appends. The rules are those of editions, time and versions in the
// design; each is named where it is followed.
type chain struct {
	id         string
	base, next slot
	inForce    *text
	becomes    []become
	drafts     []draft
	accepted   []acceptance
	seen       map[string]bool // directives that a text in force carried
	versions   []*Version      // of becomes, as far as they are numbered
	tags       *tagSet         // that the numbers were given by
	timeline   *Timeline       // as handed out last, nil where it is out of date
}

// arrival is a directory's content at one commit.
type arrival struct {
	tree   string          // "" where the directory is gone
	result *compile.Result // nil where it is gone
}

// fork is a copy that may be taken further without changing this one.
func (c *chain) fork() *chain {
	f := *c
	f.becomes, f.drafts = slices.Clip(c.becomes), slices.Clip(c.drafts)
	f.versions, f.accepted = slices.Clip(c.versions), slices.Clip(c.accepted)
	f.seen = maps.Clone(c.seen)
	f.timeline = nil
	return &f
}

// advance takes in a commit: what it did to either directory, nil for nothing.
func (c *chain) advance(at commitInfo, base, next *arrival) {
	c.settle(at.recorded)
	c.timeline = nil
	if base != nil {
		c.takeBase(at, base)
	}
	if next != nil {
		c.takeNext(at, next)
	}
	// A coming edition counts as removed only where the text in force is sound.
	if c.next.gone && c.base.broken == "" {
		c.next = slot{}
	}
	text := c.base.text
	if c.next.text.due(at.recorded) {
		text = c.next.text
	}
	c.become(at.recorded, text, at)
	c.note(at)
}

// due says whether an edition's date has come at t.
func (t *text) due(at time.Time) bool {
	return t != nil && !t.from.IsZero() && !t.from.After(at)
}

// settle lets an edition come into force whose date came before t. A commit
// at the very moment of the date counts first.
func (c *chain) settle(t time.Time) {
	if e := c.next.text; e != nil && !e.from.IsZero() && e.from.Before(t) && c.inForce != e {
		c.become(e.from, e, e.commit)
	}
}

func (c *chain) takeBase(at commitInfo, a *arrival) {
	switch {
	case a.result == nil:
		c.base.set(nil)
	case !a.result.OK():
		c.base.refuse(a.result.Findings, at)
	default:
		t := newText(at, a, c.base.text, c.id)
		if t.from.After(at.recorded) {
			c.base.refuse(diag.List{compile.EffectiveAhead("frameworks", t.id, t.directives.Effective)}, at)
			return
		}
		c.base.set(t)
	}
}

func (c *chain) takeNext(at commitInfo, a *arrival) {
	old := c.next.text
	switch {
	case a.result == nil:
		c.next.gone = true
		c.next.findings, c.next.broken = nil, ""
		return
	case !a.result.OK():
		c.next.gone = false
		c.next.refuse(a.result.Findings, at)
		return
	}
	t := newText(at, a, old, "next/"+c.id)
	if old.due(at.recorded) && (t.from.IsZero() || t.from.After(old.from)) {
		c.next.gone = false
		c.next.refuse(diag.List{compile.EditionRedated("frameworks", t.id, old.directives.Effective, t.directives.Effective)}, at)
		return
	}
	c.next.set(t)
}

// newText is a directory's new content. Where it says the same with the same
// dates as the one before, it keeps the commit and the moments of that.
func newText(at commitInfo, a *arrival, old *text, dir string) *text {
	r := a.result
	t := &text{
		id: r.ID, dir: dir, digest: r.Digest, title: r.Title, kind: r.Kind, directives: r.Directives,
		commit: at, tree: a.tree, gz: r.Compressed(),
		from: startOfDay(r.Directives.Effective, at.zone), publish: startOfDay(r.Directives.Publish, at.zone),
	}
	if old == nil {
		return t
	}
	if old.directives.Effective == t.directives.Effective {
		t.from = old.from
	}
	if old.directives.Publish == t.directives.Publish {
		t.publish = old.publish
	}
	if old.digest == t.digest && old.from.Equal(t.from) {
		t.commit, t.tree, t.gz = old.commit, old.tree, old.gz
	}
	return t
}

// become makes t the text in force. A version is there where its canonical
// form is another one.
func (c *chain) become(at time.Time, t *text, commit commitInfo) {
	before := c.inForce
	c.inForce = t
	was, is := c.lastDigest(), ""
	if t != nil {
		is = t.digest
	}
	said := c.said(before, t)
	if was != is && (is != "" || len(c.becomes) > 0) {
		if t == nil {
			last := c.becomes[len(c.becomes)-1].text
			t = &text{id: c.id, commit: commit, title: last.title, kind: last.kind}
		}
		c.becomes = append(c.becomes, become{at: at, commit: commit, text: t, said: said})
	}
	c.transition(at, before, c.inForce, was != is)
	c.remember(c.inForce)
}

func (c *chain) lastDigest() string {
	if n := len(c.becomes); n > 0 {
		return c.becomes[n-1].text.digest
	}
	return ""
}

// said are the directives that count for a change: those that it adds.
// Leftovers mean nothing, nor does what a revert brings back.
func (c *chain) said(before, t *text) ladder.Directives {
	if t == nil {
		return ladder.Directives{}
	}
	var was ladder.Directives
	if before != nil {
		was = before.directives
	}
	said := t.directives
	if same(was.Correction, said.Correction) || c.seen[key("correction", said.Correction)] {
		said.Correction = nil
	}
	if same(was.Release, said.Release) || c.seen[key("release", said.Release)] {
		said.Release = nil
	}
	said.Accept = slices.DeleteFunc(slices.Clone(said.Accept), func(a ladder.Accept) bool {
		return slices.Contains(was.Accept, a) || c.seen[key("accept", a)]
	})
	return said
}

// remember keeps the directives of a text in force.
func (c *chain) remember(t *text) {
	if t == nil {
		return
	}
	for _, k := range directiveKeys(t.directives) {
		if c.seen == nil {
			c.seen = map[string]bool{}
		}
		c.seen[k] = true
	}
}

func directiveKeys(d ladder.Directives) []string {
	var out []string
	if d.Correction != nil {
		out = append(out, key("correction", d.Correction))
	}
	if d.Release != nil {
		out = append(out, key("release", d.Release))
	}
	for _, a := range d.Accept {
		out = append(out, key("accept", a))
	}
	return out
}

func key(what string, v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic("history: directives are always encodable: " + err.Error())
	}
	return what + string(b)
}

func same[T any](a, b *T) bool { return key("", a) == key("", b) }

// transition notes which older text is accepted beside the one in force. A
// leftover goes on meaning the text that it meant.
func (c *chain) transition(at time.Time, before, t *text, changed bool) {
	var was, is *ladder.Transition
	if before != nil {
		was = before.directives.Transition
	}
	if t != nil {
		is = t.directives.Transition
	}
	if same(was, is) {
		return
	}
	a := acceptance{since: at, old: -1}
	if is != nil {
		a.until, a.reason = lastOfDay(is.AcceptOld, t.commit.zone), is.For
		a.old = len(c.becomes) - 2
		if n := len(c.accepted); !changed && was != nil && n > 0 {
			a.old = c.accepted[n-1].old
		}
	}
	c.accepted = append(c.accepted, a)
}

// note keeps what stands in the coming edition after a commit.
func (c *chain) note(at commitInfo) {
	e := c.next.text
	if e.due(at.recorded) {
		e = nil
	}
	d := draft{at: at.recorded, text: e, base: len(c.becomes) - 1}
	if n := len(c.drafts); n == 0 && e == nil || n > 0 && c.drafts[n-1].text == e && (e == nil || c.drafts[n-1].base == d.base) {
		return
	}
	d.said, d.coming = c.said(c.inForce, e), &coming{}
	c.drafts = append(c.drafts, d)
}
