package compile

import (
	"cmp"
	"slices"
	"strings"

	"github.com/milepost-dev/milepost/internal/diag"
)

// fix is the mend of a problem as an edit of the author's bytes: nil where the
// mend only lets the reader go on, or stands in what another mend wrote.
func (m *mended) fix(p problem) *diag.Fix {
	if p.mend == nil || p.bare {
		return nil
	}
	f := &diag.Fix{Safe: p.sure}
	for _, s := range p.mend {
		from, in := m.originalOffset(s.from)
		to, too := m.originalOffset(s.to)
		if in || too || to < from || string(m.data[s.from:s.to]) != string(m.before[from:to]) {
			return nil
		}
		f.Edits = append(f.Edits, diag.Edit{File: m.name, Start: from, End: to, New: s.text})
	}
	slices.SortStableFunc(f.Edits, func(a, b diag.Edit) int { return cmp.Compare(a.Start, b.Start) })
	return f
}

func (m *mended) originalOffset(off int) (at int, inside bool) {
	for _, p := range slices.Backward(m.patches) {
		back, in := p.back(off)
		off, inside = back, inside || in
	}
	return off, inside
}

// swapped turns words that were meant otherwise into fixes, where the word
// stands at the finding's place in the author's own bytes.
func swapped(found diag.List, files []file) {
	for i := range found {
		f := &found[i]
		if f.Swap == nil || f.Line == 0 {
			continue
		}
		at := slices.IndexFunc(files, func(g file) bool { return g.name == f.File })
		if at < 0 {
			continue
		}
		data := files[at].data
		start := offsetOf(data, f.Position)
		old, now := f.Swap.Old, f.Swap.New
		if strings.HasPrefix(string(data[start:]), `"`+old+`"`) {
			start++
		} else if !strings.HasPrefix(string(data[start:]), old) || start+len(old) < len(data) && wordRune(rune(data[start+len(old)])) {
			continue
		}
		f.Fix = &diag.Fix{Safe: f.Swap.Safe, Edits: []diag.Edit{{File: f.File, Start: start, End: start + len(old), New: now}}}
	}
}
