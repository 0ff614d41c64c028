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
	acceptOld  time.Time  // until when the text before it is accepted too, zero where nothing says so
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

// stands says whether there is anything in the directory.
func (s *slot) stands() bool { return s.text != nil || s.broken != "" }

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
	at      time.Time // when it was recorded
	text    *text     // nil where there was none that is still to come
	inForce *text     // what was in force then
	base    int       // the index of its become, -1 for none
	said    ladder.Directives
	accepts *acceptance // what it changes about older texts that are accepted, nil for nothing
	arrived bool        // the one before it came into force at that very moment
	coming  *coming     // the version that it is on the way to
}

// refusal is a commit whose content did not compile.
type refusal struct {
	id, commit string
	recorded   time.Time
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
	errata     []errata
	seen       map[string]bool // directives that a text in force carried
	refused    []refusal
	versions   []*Version // of becomes, as far as they are numbered
	tags       *tagSet    // that the numbers were given by
	engine     engine     // remembers what steps came to
	timeline   *Timeline  // as handed out last, nil where it is out of date
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
	f.versions, f.accepted, f.refused = slices.Clip(c.versions), slices.Clip(c.accepted), slices.Clip(c.refused)
	f.errata = slices.Clip(c.errata)
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
	if e := c.next.text; e.due(at.recorded) {
		c.become(at.recorded, e, e.commit)
	} else {
		c.become(at.recorded, c.base.text, at)
	}
	c.note(at)
}

// due says whether an edition's date has come at t.
func (t *text) due(at time.Time) bool {
	return t != nil && !t.from.IsZero() && !t.from.After(at)
}

// came says whether an edition's date came before a commit at t: a commit at the
// very moment of the date counts first.
func (t *text) came(at time.Time) bool { return t.due(at) && t.from.Before(at) }

// settle lets an edition come into force whose date came before t.
func (c *chain) settle(t time.Time) {
	if e := c.next.text; e.came(t) && c.inForce != e {
		c.become(e.from, e, e.commit)
	}
}

func (c *chain) takeBase(at commitInfo, a *arrival) {
	switch {
	case a.result == nil:
		c.base.set(nil)
	case !a.result.OK():
		c.refuse(&c.base, a.result.Findings, at)
	default:
		t := newText(at, a, c.id, c.next.text, c.base.text)
		if t.from.After(at.recorded) {
			c.base.refuse(diag.List{compile.EffectiveAhead("frameworks", t.id, t.directives.Effective)}, at)
			return
		}
		c.base.set(t)
	}
}

func (c *chain) takeNext(at commitInfo, a *arrival) {
	old := c.next.text
	c.next.gone = a.result == nil
	switch {
	case a.result == nil:
		c.next.findings, c.next.broken = nil, ""
	case !a.result.OK():
		c.refuse(&c.next, a.result.Findings, at)
	default:
		t := newText(at, a, nextDir+c.id, old)
		if old.came(at.recorded) && (t.from.IsZero() || t.from.After(old.from)) {
			c.next.refuse(diag.List{compile.EditionRedated("frameworks", t.id, old.directives.Effective, t.directives.Effective)}, at)
			return
		}
		if old != nil && old.digest == t.digest && old.from.Equal(t.from) {
			t.commit, t.tree = old.commit, old.tree // an edition is named by the commit that last changed it
		}
		c.next.set(t)
	}
}

// refuse notes content that does not compile.
func (c *chain) refuse(s *slot, found diag.List, at commitInfo) {
	s.refuse(found, at)
	c.refused = append(c.refused, refusal{c.id, at.hash, at.recorded})
}

// newText is a directory's new content. A date that one of the texts before it
// has keeps the moment that it was given at first, whatever zone the
// organisation has by now; the last of them counts most.
func newText(at commitInfo, a *arrival, dir string, before ...*text) *text {
	r := a.result
	t := &text{
		id: r.ID, dir: dir, digest: r.Digest, title: r.Title, kind: r.Kind, directives: r.Directives, commit: at, tree: a.tree, gz: r.Compressed(),
		from: startOfDay(r.Directives.Effective, at.zone), publish: startOfDay(r.Directives.Publish, at.zone), acceptOld: lastOfDay(lastDay(r.Directives), at.zone),
	}
	for _, old := range before {
		if old == nil {
			continue
		}
		if old.directives.Effective == t.directives.Effective {
			t.from = old.from
		}
		if old.directives.Publish == t.directives.Publish {
			t.publish = old.publish
		}
		if lastDay(old.directives) == lastDay(t.directives) {
			t.acceptOld = old.acceptOld
		}
		if old.digest == t.digest {
			t.gz = old.gz
		}
	}
	return t
}

// lastDay is the last day on which an older text is accepted, "" for none.
func lastDay(d ladder.Directives) string {
	if d.Transition == nil {
		return ""
	}
	return d.Transition.AcceptOld
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
	said := c.said(t)
	if was != is && (is != "" || len(c.becomes) > 0) {
		if t == nil {
			last := c.becomes[len(c.becomes)-1].text
			t = &text{id: c.id, commit: commit, title: last.title, kind: last.kind}
		}
		c.becomes = append(c.becomes, become{at: at, commit: commit, text: t, said: said})
	}
	if a := c.acceptance(at, before, c.inForce, len(c.becomes), was != is); a != nil {
		c.accepted = append(c.accepted, *a)
	}
	c.remember(c.inForce)
	c.annotate(at, c.inForce)
}

func (c *chain) lastDigest() string {
	if n := len(c.becomes); n > 0 {
		return c.becomes[n-1].text.digest
	}
	return ""
}

// said are the directives that count for a change to t: those that it adds.
// Leftovers mean nothing, nor does what a revert brings back: a text in force
// had them before.
func (c *chain) said(t *text) ladder.Directives {
	if t == nil {
		return ladder.Directives{}
	}
	said := t.directives
	if c.seen[key("correction", said.Correction)] {
		said.Correction = nil
	}
	if c.seen[key("release", said.Release)] {
		said.Release = nil
	}
	said.Accept = slices.DeleteFunc(slices.Clone(said.Accept), func(a ladder.Accept) bool { return c.seen[key("accept", a)] })
	said.Errata = c.newErrata(t)
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

// note keeps what stands in the coming edition after a commit.
func (c *chain) note(at commitInfo) {
	e := c.next.text
	n, arrived := len(c.drafts), false
	if e.due(at.recorded) {
		arrived = n > 0 && c.drafts[n-1].text == e
		e = nil
	}
	if n == 0 && e == nil || n > 0 && c.drafts[n-1].text == e && (e == nil || c.drafts[n-1].inForce == c.inForce) {
		return
	}
	d := draft{at: at.recorded, text: e, inForce: c.inForce, base: len(c.becomes) - 1, said: c.said(e), arrived: arrived, coming: &coming{}}
	if e != nil {
		comes := len(c.becomes)
		changed := e.digest != c.lastDigest()
		if changed {
			comes++
		}
		d.accepts = c.acceptance(e.from, c.inForce, e, comes, changed)
	}
	c.drafts = append(c.drafts, d)
}
