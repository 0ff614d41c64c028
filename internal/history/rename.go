package history

// continues is the id whose chain a directory takes over: one that it says it
// was formerly, where that ends here, or the id that its own chain has by now,
// where nothing stands there any more. It is "" for none.
func (b *builder) continues(id string, bases map[string]*arrival, gone map[string]bool, at commitInfo) string {
	if to := b.renamed[id]; to != "" { // an id belongs to one timeline for ever
		if a := bases[to]; a != nil && a.tree != "" || a == nil && b.chains[to].base.stands() {
			return ""
		}
		return to
	}
	if c := b.chains[id]; c != nil {
		c.settle(at.recorded)
		if len(c.becomes) > 0 {
			return ""
		}
	}
	r := bases[id].result
	if r == nil || !r.OK() {
		return ""
	}
	for _, former := range r.Formerly {
		if gone[former] && b.chains[former] != nil {
			return former
		}
	}
	return ""
}

// rename lets a chain go on under another id; the old one leads there. What
// was drafted under the new id stays its coming edition. Otherwise the edition
// goes along in the same commit, or is removed by it.
func (b *builder) rename(from, to string, at commitInfo, along bool) {
	c, drafts := b.chains[from], b.chains[to]
	c.settle(at.recorded)
	switch {
	case drafts != nil && drafts.next.stands():
		c.next = drafts.next
	case !along:
		c.next = slot{text: c.next.text, gone: true}
	}
	delete(b.chains, from)
	c.id, c.timeline = to, nil
	b.chains[to] = c
	delete(b.renamed, to)
	delete(b.squatters, to)
	for id, at := range b.renamed {
		if at == from {
			b.renamed[id] = to
		}
	}
	b.renamed[from] = to
}

// taken notes that a directory stands under an id that a framework had.
func (b *builder) taken(id string, base *arrival, at commitInfo) {
	switch {
	case base == nil:
	case base.result == nil:
		delete(b.squatters, id)
	default:
		b.squatters[id] = at.hash
	}
}
