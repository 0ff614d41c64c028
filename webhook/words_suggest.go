package webhook

import (
	"cmp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/milepost-dev/milepost/internal/diag"
	"github.com/milepost-dev/milepost/internal/notes"
)

// SuggestionMarker begins each suggestion, so that those that stand already are
// found again.
const SuggestionMarker = "<!-- milepost:suggestion -->"

// Suggestion is a review comment that its reader can apply with a click.
type Suggestion struct {
	Path            string
	StartLine, Line int // the first and last line of the head that it replaces
	Body            string
}

// Bounds of suggestions: more are no help to whoever reads them.
const (
	maxSuggestions     = 30
	maxSuggestionLines = 20
	maxSuggestionBytes = 20_000
)

// Suggestions are the mends of findings, for lines that stand in the diff. Those
// of one line are put together. A mend of which a part stands outside the diff is
// left out, and so is one of lines in which something cannot be seen.
func (r *Report) Suggestions() []Suggestion {
	if r.Verdict == nil || r.Superseded != "" || r.Failed != "" {
		return nil
	}
	var all []mend
	for _, f := range r.Verdict.Findings {
		if f.Fix == nil {
			continue
		}
		if m, ok := r.mend(f); ok {
			all = join(all, m)
		}
	}
	slices.SortFunc(all, func(a, b mend) int { return cmp.Or(cmp.Compare(a.file, b.file), cmp.Compare(a.from, b.from)) })
	var out []Suggestion
	for _, m := range all {
		if s, ok := r.suggestion(m); ok && len(out) < maxSuggestions {
			out = append(out, s)
		}
	}
	return out
}

// mend is what findings call for in lines that stand together: of DiffLines,
// those from from up to and with to.
type mend struct {
	file     string
	from, to int
	edits    []diag.Edit // in order, and apart
	why      diag.List
}

// mend is what one finding calls for, false where not all of it stands in the
// diff of one file.
func (r *Report) mend(f diag.Finding) (mend, bool) {
	if len(f.Fix.Edits) == 0 {
		return mend{}, false
	}
	m := mend{file: f.Fix.Edits[0].File, from: -1, edits: slices.Clone(f.Fix.Edits), why: diag.List{f}}
	file := r.Lines[m.file]
	slices.SortStableFunc(m.edits, func(a, b diag.Edit) int { return cmp.Compare(a.Start, b.Start) })
	for i, e := range m.edits {
		from, to := file.holding(e.Start), file.holding(e.End)
		if e.File != m.file || e.End < e.Start || i > 0 && e.Start < m.edits[i-1].End || from < 0 || to < 0 {
			return mend{}, false
		}
		if m.from < 0 {
			m.from = from
		}
		m.to = max(m.to, to)
	}
	return m, file.Lines[m.to].Number-file.Lines[m.from].Number == m.to-m.from
}

// join adds a mend to those that there are: to those of its lines, if there are
// such. One that contradicts any of them is left out.
func join(all []mend, m mend) []mend {
	var apart []mend
	joined := m
	for _, o := range all {
		if o.file != m.file || o.to < m.from || m.to < o.from {
			apart = append(apart, o)
			continue
		}
		for _, e := range o.edits {
			if slices.Contains(m.edits, e) {
				continue
			}
			if slices.ContainsFunc(m.edits, func(d diag.Edit) bool { return d.Start <= e.End && e.Start <= d.End }) {
				return all
			}
			joined.edits = append(slices.Clip(joined.edits), e)
		}
		joined.from, joined.to, joined.why = min(joined.from, o.from), max(joined.to, o.to), slices.Concat(o.why, joined.why)
	}
	slices.SortFunc(joined.edits, func(a, b diag.Edit) int { return cmp.Compare(a.Start, b.Start) })
	return append(apart, joined)
}

// suggestion is a mend as a comment, false where it would not show what it does.
func (r *Report) suggestion(m mend) (Suggestion, bool) {
	lines := r.Lines[m.file].Lines[m.from : m.to+1]
	texts := make([]string, len(lines))
	for i, l := range lines {
		texts[i] = l.Text
	}
	before := strings.Join(texts, "\n")
	after := applied(before, lines[0].Start, m.edits)
	if after == before || len(lines) > maxSuggestionLines || len(after) > maxSuggestionBytes || !seen(before) || !seen(after) {
		return Suggestion{}, false
	}
	var b strings.Builder
	b.WriteString(SuggestionMarker + "\n")
	for i, f := range m.why {
		if i == maxPlaces {
			break
		}
		b.WriteString(notes.Escape(said(f), 500))
		if !f.Fix.Safe {
			b.WriteString(" Perhaps this was meant:")
		}
		b.WriteString("\n\n")
	}
	b.WriteString(fence("suggestion", strings.Split(after, "\n"), ""))
	return Suggestion{m.file, lines[0].Number, lines[len(lines)-1].Number, b.String()}, true
}

// applied is a text that begins at an offset of its file, with the edits.
func applied(text string, at int, edits []diag.Edit) string {
	var b strings.Builder
	done := 0
	for _, e := range edits {
		b.WriteString(text[done:e.Start-at] + e.New)
		done = e.End - at
	}
	return b.String() + text[done:]
}

// seen says whether all of a text shows as what it is, and may stand in a
// comment as it is.
func seen(s string) bool {
	return utf8.ValidString(s) && !strings.Contains(s, "<!--") && !strings.ContainsFunc(s, func(r rune) bool {
		return r != '\n' && r != '\t' && r != '\u200c' && r != '\u200d' && !unicode.IsGraphic(r)
	})
}
