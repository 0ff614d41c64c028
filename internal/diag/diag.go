// Package diag holds findings: what is wrong with an author's text, where, and
// what to write instead. Findings are values; each format has one printer. A
// finding is never an error: an error means that Milepost failed, a finding
// that the text needs a change.
package diag

import (
	"cmp"
	"fmt"
	"slices"
)

// Severity says whether a finding holds a change up.
type Severity string

// The severities. Only an Error holds a change up.
const (
	Error   Severity = "error"
	Warning Severity = "warning"
	Note    Severity = "note"
)

// Position is a place in an author's file. Line and Column count from 1, in
// bytes; 0 means the file as a whole. File is relative to the repository.
type Position struct {
	File   string `json:"file"`
	Line   int    `json:"line,omitempty"`
	Column int    `json:"column,omitempty"`
}

// String is file:line:column, as editors and terminals understand it.
func (p Position) String() string {
	switch {
	case p.Line == 0:
		return p.File
	case p.Column == 0:
		return fmt.Sprintf("%s:%d", p.File, p.Line)
	}
	return fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Column)
}

// Finding is one thing that needs a change, or deserves a look.
type Finding struct {
	// Code names the rule, and never changes its meaning: "missing-cell".
	Code string `json:"code"`
	// Severity says whether the finding holds a change up.
	Severity Severity `json:"severity"`
	// Framework is the id of the framework, "" for what belongs to none.
	Framework string `json:"framework,omitempty"`
	// Path is the place inside the framework: "levels.l4.titles".
	Path string `json:"path,omitempty"`
	// Message says what is wrong, in a sentence for somebody who is no engineer.
	Message string `json:"message"`
	// Help says what to write instead, "" where the message says it all.
	Help string `json:"help,omitempty"`
	// Position is the place in the author's file.
	Position
	// Also are the other places that the same change concerns, in order: a
	// mistake is one finding, however many places feel it.
	Also []Position `json:"also,omitempty"`
	// Fix is the edit that mends it, nil where it takes more than an edit.
	Fix *Fix `json:"fix,omitempty"`
	// Swap is what a word at Position should be. It becomes a Fix where the
	// word stands there.
	Swap *Swap `json:"-"`
}

// Fix is a mechanical mend: replacements of bytes in the author's files, so
// that one changed line stays one changed line.
type Fix struct {
	// Safe says that the mend can mean nothing else, so that it may be applied
	// without somebody looking.
	Safe bool `json:"safe"`
	// Edits do not overlap, and are in order.
	Edits []Edit `json:"edits"`
}

// Edit replaces the bytes from Start up to End of a file.
type Edit struct {
	File  string `json:"file"`
	Start int    `json:"start"`
	End   int    `json:"end"`
	New   string `json:"new"`
}

// Swap is a word and the one that was meant.
type Swap struct {
	Old, New string
	Safe     bool
}

// Equal says whether two findings say the same of the same places.
func (f Finding) Equal(g Finding) bool {
	return f.Code == g.Code && f.Severity == g.Severity && f.Framework == g.Framework && f.Path == g.Path &&
		f.Message == g.Message && f.Help == g.Help && f.Position == g.Position && slices.Equal(f.Also, g.Also) && f.Fix.equal(g.Fix)
}

func (f *Fix) equal(g *Fix) bool {
	if f == nil || g == nil {
		return f == g
	}
	return f.Safe == g.Safe && slices.Equal(f.Edits, g.Edits)
}

// List is a list of findings.
type List []Finding

// HasErrors says whether any finding holds a change up.
func (l List) HasErrors() bool {
	return slices.ContainsFunc(l, func(f Finding) bool { return f.Severity == Error })
}

// Count counts the findings of a severity.
func (l List) Count(s Severity) int {
	n := 0
	for _, f := range l {
		if f.Severity == s {
			n++
		}
	}
	return n
}

// Sort orders findings by place, then by what they say, and drops doubles.
func (l List) Sort() List {
	slices.SortStableFunc(l, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column),
			cmp.Compare(a.Code, b.Code), cmp.Compare(a.Message, b.Message))
	})
	return slices.CompactFunc(l, Finding.Equal)
}
