package ladder

import "slices"

// thing is what has an id: a level, a track, a competency, a role, the framework.
type thing struct {
	id       string
	formerly []string
}

// pairing says which things of two texts are the same: those that kept their
// id, and those renamed through formerly.
type pairing struct {
	a, b   []string          // the ids, as shown, each once
	next   map[string]string // from an id of a to that of the thing that continues it
	prev   map[string]string // and back
	merged map[string]string // from an id of a to that of the thing that took it in
	undone map[string]bool   // ids of a that gave way to the id they had before
}

// pair pairs things: by id, then by what formerly says of ids that are gone.
// Of several, the first that disappeared continues; the others are merged into
// it. Last, an id that gave way to one that it had itself listed under formerly
// is a rename that was undone.
func pair(a, b []thing) pairing {
	p := pairing{
		a: idsOf(a), b: idsOf(b),
		next: map[string]string{}, prev: map[string]string{},
		merged: map[string]string{}, undone: map[string]bool{},
	}
	for _, id := range p.a {
		if slices.Contains(p.b, id) {
			p.join(id, id)
		}
	}
	for _, t := range b {
		for _, old := range t.formerly {
			if !slices.Contains(p.a, old) || slices.Contains(p.b, old) || p.claimed(old) {
				continue
			}
			if _, taken := p.prev[t.id]; taken {
				p.merged[old] = t.id
			} else {
				p.join(old, t.id)
			}
		}
	}
	for _, t := range a {
		for _, old := range t.formerly {
			if _, taken := p.prev[old]; !taken && slices.Contains(p.b, old) && !p.claimed(t.id) {
				p.join(t.id, old)
				p.undone[t.id] = true
			}
		}
	}
	return p
}

func (p *pairing) join(a, b string) { p.next[a], p.prev[b] = b, a }

// claimed says whether something of b continues a thing of a, or took it in.
func (p *pairing) claimed(a string) bool {
	_, continued := p.next[a]
	_, merged := p.merged[a]
	return continued || merged
}

// now is the id by which a thing of a is known in b: its own if it is gone.
func (p *pairing) now(a string) string {
	if b, ok := p.next[a]; ok {
		return b
	}
	return a
}

// nowAll translates a list of ids.
func (p *pairing) nowAll(ids []string) []string {
	out := make([]string, len(ids))
	for i, id := range ids {
		out[i] = p.now(id)
	}
	return out
}

// fresh lists the things of b that continue nothing of a, as shown.
func (p *pairing) fresh() []string {
	return slices.DeleteFunc(slices.Clone(p.b), func(id string) bool { _, ok := p.prev[id]; return ok })
}

// kept lists the things that are in both, by their ids in b and in the order of a.
func (p *pairing) kept() []string {
	var out []string
	for _, id := range p.a {
		if b, ok := p.next[id]; ok {
			out = append(out, b)
		}
	}
	return out
}

// reordered says whether the things that are in both are shown in another order.
func (p *pairing) reordered() bool {
	was := p.kept()
	is := slices.DeleteFunc(slices.Clone(p.b), func(id string) bool { _, ok := p.prev[id]; return !ok })
	return !slices.Equal(was, is)
}

// reordering puts the things that stay into their new order.
func (p *pairing) reordering(plural string) Edit {
	var kept []string
	for _, id := range p.b {
		if was, ok := p.prev[id]; ok {
			kept = append(kept, was)
		}
	}
	return reorder([]string{plural}, kept)
}

// twin is one thing in both texts, or in one of them: then the other is absent.
type twin struct {
	a, b string
	inA  bool
	inB  bool
}

// woven lists all things in the order of b, each that is gone after the one
// that it stood behind.
func (p *pairing) woven() []twin {
	out := make([]twin, 0, len(p.b))
	for _, id := range p.b {
		a, ok := p.prev[id]
		out = append(out, twin{a: a, b: id, inA: ok, inB: true})
	}
	for i, id := range p.a {
		if _, ok := p.next[id]; ok {
			continue
		}
		at := 0
		if i > 0 {
			at = 1 + slices.IndexFunc(out, func(t twin) bool { return t.inA && t.a == p.a[i-1] })
		}
		out = slices.Insert(out, at, twin{a: id, inA: true})
	}
	return out
}

func idsOf(ts []thing) []string {
	var out []string
	for _, t := range ts {
		if !slices.Contains(out, t.id) {
			out = append(out, t.id)
		}
	}
	return out
}

// byID finds the first element with the id, nil if there is none.
func byID[T any](list []T, id string, idOf func(*T) string) *T {
	for i := range list {
		if idOf(&list[i]) == id {
			return &list[i]
		}
	}
	return nil
}
