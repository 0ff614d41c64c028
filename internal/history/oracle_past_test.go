package history

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/milepost-dev/milepost/internal/ladder"
)

// edition is a version as the oracle has it.
type edition struct {
	number, previous, bump string
	text                   string // "" where the framework ended
	recorded, since        time.Time
	from                   time.Time // earlier than since for a correction
	corrects               string
	plain                  bool // it says that it is a correction, and is none
}

// past is what came into force up to a moment.
type past struct {
	editions []edition
	current  *held
	seen     map[string]bool
	meant    map[string]beside // what transitions meant
	beside   []beside
	errata   map[string]string // of the newest text, also after its end
}

// beside is an older text that is accepted from a moment on; without a number there is none.
type beside struct {
	since, until time.Time
	old          int
	reason       string
}

// past replays what came into force up to a moment: at commits and at dates.
func (o *oracle) past(n int, until time.Time) *past {
	if p := o.known[until][n]; p != nil {
		return p
	}
	p := &past{seen: map[string]bool{}, meant: map[string]beside{}}
	for _, at := range o.moments(n, until) {
		h := o.inForce(n, at, at, true)
		if h != p.current {
			o.comes(p, n, at, h)
		}
	}
	if o.known[until] == nil {
		o.known[until] = map[int]*past{}
	}
	o.known[until][n] = p
	return p
}

// moments are those up to one at which another text can come into force.
func (o *oracle) moments(n int, until time.Time) []time.Time {
	var out []time.Time
	for i, at := range o.recorded {
		out = append(out, at)
		if n < len(o.worlds[i].lines) {
			if e := o.worlds[i].lines[n].next.held; e != nil && !e.from.IsZero() {
				out = append(out, e.from)
			}
		}
	}
	out = slices.DeleteFunc(out, func(t time.Time) bool { return t.After(until) })
	slices.SortFunc(out, time.Time.Compare)
	return slices.CompactFunc(out, time.Time.Equal)
}

// comes notes that h is in force from at on, nil for nothing.
func (o *oracle) comes(p *past, n int, at time.Time, h *held) {
	was, is := "", ""
	var old *edition
	if len(p.editions) > 0 {
		old = &p.editions[len(p.editions)-1]
		was = old.text
	}
	if h != nil {
		is = o.texts(h.words)
	}
	changed := was != is && (old != nil || is != "")
	if changed {
		said := p.counts(h)
		bump, _ := o.judge(o.wordsOf(p), wordsOf(h), said)
		e := edition{number: raise("", ""), text: is, recorded: o.recorded[o.newest(at)], since: at, from: at}
		if h != nil && o.isNext(n, at, h) {
			e.recorded = o.recorded[h.named]
		}
		if old != nil {
			e.number, e.previous = raise(old.number, bump), old.number
			e.bump = bump
		}
		o.correct(&e, old, p, h, said)
		p.editions = append(p.editions, e)
	}
	p.accept(at, h, changed)
	if p.current = h; h != nil {
		p.errata = h.Said.Errata
	}
	for _, k := range directivesOf(h) {
		p.seen[k] = true
	}
}

// isNext says whether h stands in the directory of the coming edition.
func (o *oracle) isNext(n int, at time.Time, h *held) bool { return o.at(n, at).next.held == h }

func wordsOf(h *held) *words {
	if h == nil {
		return nil
	}
	return h.words
}

func (o *oracle) wordsOf(p *past) *words {
	return wordsOf(p.current)
}

// raise is the number after another.
func raise(number, bump string) string {
	var a, b, c int
	if number == "" {
		return "1.0.0"
	}
	fmt.Sscanf(number, "%d.%d.%d", &a, &b, &c)
	switch bump {
	case "major":
		a, b, c = a+1, 0, 0
	case "minor":
		b, c = b+1, 0
	default:
		c++
	}
	return fmt.Sprintf("%d.%d.%d", a, b, c)
}

// counts are the directives that h adds to what is in force: none that stand
// there, and none that a text in force had before.
func (p *past) counts(h *held) ladder.Directives {
	var d ladder.Directives
	if h == nil {
		return d
	}
	if c := h.Said.Correction; c != nil && !p.seen[sign("correction", c)] {
		d.Correction = c
	}
	if r := h.Said.Release; r != nil && !p.seen[sign("release", r)] {
		d.Release = r
	}
	for _, a := range h.Said.Accept {
		if !p.seen[sign("accept", a)] {
			d.Accept = append(d.Accept, a)
		}
	}
	return d
}

func directivesOf(h *held) []string {
	var out []string
	if h == nil {
		return nil
	}
	if h.Said.Correction != nil {
		out = append(out, sign("correction", h.Said.Correction))
	}
	if h.Said.Release != nil {
		out = append(out, sign("release", h.Said.Release))
	}
	for _, a := range h.Said.Accept {
		out = append(out, sign("accept", a))
	}
	return out
}

func sign(what string, v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return what + " " + string(b)
}

// correct lets a correction count from the start of what it corrects, if it
// names the number in force and asks no more.
func (o *oracle) correct(e, old *edition, p *past, h *held, said ladder.Directives) {
	c := said.Correction
	if c == nil {
		return
	}
	if old != nil && old.text != "" && c.Of == old.number {
		if _, cat := o.judge(o.wordsOf(p), h.words, said); cat != ladder.AsksMore && cat != ladder.MovesPeople {
			e.from, e.corrects = old.from, c.Of
			return
		}
	}
	e.plain = true
}

// accept notes which older text is accepted beside h. A transition that stays
// or comes back goes on meaning what it meant.
func (p *past) accept(at time.Time, h *held, changed bool) {
	var was, is *ladder.Transition
	if p.current != nil {
		was = p.current.Said.Transition
	}
	if h != nil {
		is = h.Said.Transition
	}
	if sign("", was) == sign("", is) {
		return
	}
	b := beside{since: at, old: -1}
	if is != nil {
		again, ok := p.meant[sign("", is)]
		switch {
		case ok:
			b.old, b.until, b.reason = again.old, again.until, again.reason
		case !changed && was != nil:
			b.old, b.until, b.reason = p.beside[len(p.beside)-1].old, h.until, is.For
		default:
			b.old, b.until, b.reason = len(p.editions)-2, h.until, is.For
		}
		p.meant[sign("", is)] = b
	}
	p.beside = append(p.beside, b)
}

// coming is the edition that is still to come, as known at a moment.
type comingEdition struct {
	held   *held
	number string
	bump   string
	same   bool
	before string
	public bool
	said   ladder.Directives
}

func (o *oracle) coming(n int, known time.Time, drafts bool) *comingEdition {
	l := o.at(n, known)
	if l == nil || l.next.held == nil || l.next.held.by(known) {
		return nil
	}
	e := l.next.held
	if !drafts && !e.shown(known) {
		return nil
	}
	p := o.past(n, known)
	c := &comingEdition{held: e, public: e.shown(known), said: p.counts(e)}
	number := "1.0.0"
	if k := len(p.editions); k > 0 {
		last := p.editions[k-1]
		c.before, c.same = last.number, last.text == o.texts(e.words)
		bump := ""
		if !c.same {
			bump, _ = o.judge(o.wordsOf(p), e.words, c.said)
		}
		number = raise(last.number, bump)
		if c.bump = bump; bump == "" {
			c.bump = "patch"
		}
	}
	at := o.recorded[e.named].UTC()
	c.number = number + "-next." + at.Format("20060102T150405Z")
	if ms := at.Nanosecond() / 1e6; ms > 0 {
		c.number += fmt.Sprint(".", ms)
	}
	return c
}

// answer is the text in force at t as known at known.
func (o *oracle) answer(n int, t, known time.Time, drafts bool) (text, number string, ok bool) {
	p := o.past(n, known)
	if c := o.coming(n, known, drafts); c != nil && t.After(known) && c.held.by(t) && !c.same {
		return o.texts(c.held.words), c.number, true
	}
	corrected := false
	for _, e := range p.editions {
		corrected = corrected || e.corrects != ""
		if !e.from.After(t) {
			text, number, ok = e.text, e.number, true
		}
	}
	if !corrected { // the definition, word by word
		is := ""
		if h := o.inForce(n, t, known, drafts); h != nil {
			is = o.texts(h.words)
		}
		if is != text {
			panic(fmt.Sprintf("the oracle contradicts itself at %s as known at %s: %s and %s", t, known, is, text))
		}
	}
	return text, number, ok
}

// accepts is the number of the text accepted beside the one in force at t.
func (o *oracle) accepts(n int, t, known time.Time, drafts bool) (number, reason string, until time.Time) {
	p := o.past(n, first(t, known))
	if c := o.coming(n, known, drafts); c != nil && t.After(known) && c.held.by(t) {
		q := *p
		q.beside, q.meant = slices.Clone(p.beside), map[string]beside{}
		for k, v := range p.meant {
			q.meant[k] = v
		}
		if !c.same {
			q.editions = append(slices.Clip(p.editions), edition{text: "coming"})
		}
		q.accept(c.held.from, c.held, !c.same)
		p = &q
	}
	if len(p.beside) == 0 {
		return "", "", time.Time{}
	}
	b := p.beside[len(p.beside)-1]
	if b.old < 0 || t.After(b.until) || p.editions[b.old].text == "" {
		return "", "", time.Time{}
	}
	return p.editions[b.old].number, b.reason, b.until
}

// edges are the moments at which answers about a framework may change.
func (o *oracle) edges(n int, until time.Time) []time.Time {
	out := slices.Clone(o.recorded)
	for i := range o.worlds {
		if n >= len(o.worlds[i].lines) {
			continue
		}
		l := o.worlds[i].lines[n]
		for _, h := range []*held{l.base.held, l.next.held} {
			if h != nil {
				out = append(out, h.from, h.publish, h.until)
			}
		}
	}
	out = slices.DeleteFunc(out, time.Time.IsZero)
	slices.SortFunc(out, time.Time.Compare)
	return slices.CompactFunc(append(out, until), time.Time.Equal)
}

// numbersSeen are the numbers of coming editions that a reader could have
// seen up to a moment.
func (o *oracle) numbersSeen(n int, known time.Time, drafts bool) map[string]bool {
	out := map[string]bool{}
	look := func(at time.Time) {
		c := o.coming(n, at, true)
		if c == nil {
			return
		}
		arrives := !c.held.from.IsZero() && at.Add(1).Equal(c.held.from) && !c.held.from.After(known) && o.inForce(n, c.held.from, c.held.from, true) == c.held
		if drafts || c.public || arrives {
			out[c.number] = true
		}
	}
	for _, e := range append(o.edges(n, known), known) {
		for _, d := range []time.Duration{-1, 0} {
			if at := e.Add(d); !at.After(known) {
				look(at)
			}
		}
	}
	return out
}

func isComing(number string) bool { return strings.Contains(number, "-next.") }
