package ladder

import "encoding/json"

// Diff says what changed from a to b, as people would tell it. Either may be
// nil: then the framework was added or removed. It is a pure function: the same
// texts give the same changes in the same order.
//
// Things are compared with what they were before, whatever their id became
// (formerly). An expectation is looked for, in this order: with the same text
// at the same level, at another level of the competency, or under another
// competency of the level; then reworded at the same level, and last reworded
// at another level. What levels share is one change.
//
// The changes carry the whole difference (Apply). What no rule tells in words
// is a change of its own, other-changed, and never left out.
func Diff(a, b *Framework) ChangeSet {
	switch {
	case equal(a, b):
		return ChangeSet{Changes: []Change{}, Levels: []LevelRef{}}
	case a == nil:
		return wholeFramework("framework-added", "New "+b.Kind.Name()+": "+b.Title+".", set(nil, nil, b))
	case b == nil:
		return wholeFramework("framework-removed", a.Title+" is withdrawn, and nothing holds in its place.", set(nil, a, nil))
	}
	d := newDiffer(a, b)
	d.framework()
	d.parts()
	d.levelsThemselves()
	d.cells()
	d.profiles()
	d.roles()
	d.retirements()
	return d.changeSet()
}

func wholeFramework(rule, message string, e Edit) ChangeSet {
	return ChangeSet{
		Changes: []Change{{Rule: rule, Category: ruleCategory(rule), Message: message, Edits: []Edit{e}}},
		Levels:  []LevelRef{},
	}
}

// differ compares two frameworks. Its slots are the levels and its rows the
// competencies of both texts, as shown.
type differ struct {
	a, b *Framework

	levels, tracks, areas, competencies, roleIDs, aims pairing

	slots  []slot
	rows   []row
	drafts []draft
	// silent are the edits that follow from changes, and speaksOf the draft
	// that speaks of each subject.
	silent   []silent
	speaksOf map[subject]int

	lexicon *lexicon
	units   unitTable
	moved   movedCells
	// askedBy is made as it is asked for.
	askedBy map[rowSide]map[string][]int
}

// slot is a level: in both texts, or nil in the one that does not have it.
type slot struct {
	a, b *Level
}

// both says whether the level is in both texts, so that people are at it.
func (s slot) both() bool { return s.a != nil && s.b != nil }

func (s slot) level() *Level {
	if s.b != nil {
		return s.b
	}
	return s.a
}

// row is a competency: in both texts, or nil in the one that does not have it.
// In odd texts there are cells of which no competency is: such a row has an id alone.
type row struct {
	a, b     *Competency
	idA, idB string
}

func (r row) id() string {
	if r.idB == noID || r.b == nil && r.a != nil {
		return r.idA
	}
	return r.idB
}

func (r row) title() string {
	switch {
	case r.b != nil && r.b.Title != "":
		return r.b.Title
	case r.a != nil && r.a.Title != "":
		return r.a.Title
	}
	return readable(r.id())
}

func newDiffer(a, b *Framework) *differ {
	d := &differ{
		a: a, b: b, lexicon: newLexicon(), speaksOf: map[subject]int{},
		levels:       pair(levelThings(a), levelThings(b)),
		tracks:       pair(trackThings(a), trackThings(b)),
		areas:        pair(areaThings(a), areaThings(b)),
		competencies: pair(competencyThings(a), competencyThings(b)),
		roleIDs:      pair(roleThings(a), roleThings(b)),
		aims:         pair(aimThings(a), aimThings(b)),
	}
	for _, t := range d.levels.woven() {
		var s slot
		if t.inA {
			s.a, _ = a.Level(t.a)
		}
		if t.inB {
			s.b, _ = b.Level(t.b)
		}
		d.slots = append(d.slots, s)
	}
	d.buildRows()
	return d
}

func (d *differ) buildRows() {
	for _, t := range d.competencies.woven() {
		r := row{idA: t.a, idB: t.b}
		if t.inA {
			r.a, _ = d.a.Competency(t.a)
		} else {
			r.idA = t.b // what stands under the id without a competency
		}
		if t.inB {
			r.b, _ = d.b.Competency(t.b)
		} else {
			r.idB = t.a
		}
		d.rows = append(d.rows, r)
	}
	d.strayRows()
}

// strayRows adds rows for cells under ids that no competency has.
func (d *differ) strayRows() {
	inA, inB := map[string]bool{}, map[string]bool{}
	for _, r := range d.rows {
		inA[r.idA], inB[r.idB] = true, true
	}
	stray := map[string]bool{}
	note := func(l *Level, known map[string]bool) {
		if l == nil {
			return
		}
		for id := range l.Expectations {
			if !known[id] {
				stray[id] = true
			}
		}
	}
	for _, s := range d.slots {
		note(s.a, inA)
		note(s.b, inB)
	}
	for _, id := range sortedKeys(stray) {
		r := row{idA: id, idB: id}
		if inA[id] {
			r.idA = noID
		}
		if inB[id] {
			r.idB = noID
		}
		d.rows = append(d.rows, r)
	}
}

// noID is the id of nothing.
const noID = "\x00"

// pruned is a JSON document without what is empty.
func pruned(doc []byte) []byte {
	var v any
	if err := json.Unmarshal(doc, &v); err != nil {
		return doc
	}
	out, err := marshal(prune(v))
	if err != nil {
		return doc
	}
	return out
}

func prune(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for k, e := range v {
			if e = prune(e); e == nil {
				delete(v, k)
			} else {
				v[k] = e
			}
		}
		if len(v) == 0 {
			return nil
		}
	case []any:
		var out []any
		for _, e := range v {
			out = append(out, prune(e))
		}
		if len(out) == 0 {
			return nil
		}
		return out
	case string:
		if v == "" {
			return nil
		}
	}
	return v
}
