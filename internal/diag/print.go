package diag

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Formats are the formats that Print knows, the one for people first.
var Formats = []string{"text", "json", "sarif", "junit", "github", "markdown"}

// printers hold one printer for each of Formats. A printer is given its
// findings in the order in which they are to be shown.
var printers = map[string]func(Report) ([]byte, error){
	"text":     printText,
	"json":     printJSON,
	"sarif":    printSARIF,
	"junit":    printJUnit,
	"github":   printGitHub,
	"markdown": printMarkdown,
}

// Report is what a check has to say: what it found, and what it looked at.
type Report struct {
	// Findings may be in any order, and stay in it.
	Findings List
	// Checked lists what was looked at, with and without findings.
	Checked []Checked
	// Changes say what the change that was checked does to each of them, in
	// text, Markdown and JSON; none where there was nothing to compare with.
	Changes []Change
	// Source gives the bytes of an author's file as they were checked, false
	// where there are none. With it, text shows the author's line, and columns
	// count characters in the formats in which editors expect that. It may be nil.
	Source func(file string) ([]byte, bool)
	// Colour asks for colours, which only the format text has.
	Colour bool
}

// Checked is a framework that a check looked at.
type Checked struct {
	// Framework is its id.
	Framework string `json:"framework"`
	// Title is the name that people read, "" where it could not be read.
	Title string `json:"title"`
	// Dir is its directory, relative to the repository: "frameworks/next/engineering-ladder".
	Dir string `json:"dir"`
	// Coming says that this is a coming edition, and not the text in force.
	Coming bool `json:"coming"`
	// Files is how many files were read.
	Files int `json:"files"`
}

// Change is what a change does to a framework, or to its coming edition.
type Change struct {
	// Lead names it, and says what the change means for people: "Support ladder: asks more".
	Lead string
	// Lines say more, a sentence each.
	Lines []string
	// Value is what JSON prints of it.
	Value any
}

// name is what people call what was checked.
func (c Checked) name() string {
	n := cmp.Or(c.Title, c.Framework)
	if c.Coming {
		n += " (coming edition)"
	}
	return n
}

// CheckFormat says whether Print knows a format. The error names all formats,
// and the one that was probably meant.
func CheckFormat(format string) error {
	if printers[format] != nil {
		return nil
	}
	hint := ""
	if near, ok := Nearest(format, Formats); ok {
		hint = fmt.Sprintf("; did you mean %q?", near)
	}
	return fmt.Errorf("there is no format %q: the formats are %s%s", format, strings.Join(Formats, ", "), hint)
}

// Print writes a report in one of Formats, errors first, then by place. Texts
// of authors stay text in each of them: they cannot give commands to a
// terminal, a workflow or a page. It returns the error of CheckFormat, or that
// of writing to w; w gets all in one Write.
func Print(w io.Writer, format string, r Report) error {
	if err := CheckFormat(format); err != nil {
		return err
	}
	r.Findings = ordered(r.Findings)
	out, err := printers[format](r)
	if err != nil {
		return fmt.Errorf("printing the findings as %s: %w", format, err)
	}
	if _, err := w.Write(out); err != nil {
		return fmt.Errorf("writing the findings: %w", err)
	}
	return nil
}

// ordered copies findings, errors first, then by place.
func ordered(l List) List {
	l = slices.Clone(l).Sort()
	slices.SortStableFunc(l, func(a, b Finding) int { return cmp.Compare(weight(a), weight(b)) })
	return l
}

// weight is 0 for what holds a change up. A severity that nobody knows does.
func weight(f Finding) int {
	switch f.Severity {
	case Warning:
		return 1
	case Note:
		return 2
	}
	return 0
}

// label is what stands before the message of a finding that holds nothing up.
func label(f Finding) string {
	return [...]string{"", "Deserves a look", "For information"}[weight(f)]
}

// ruleTitle is the title of a code. One that is in no catalogue is made
// readable: "missing-cell" is "Missing cell".
func ruleTitle(code string) string {
	if r, ok := FindRule(code); ok {
		return r.Title
	}
	t := strings.ReplaceAll(cmp.Or(code, "finding"), "-", " ")
	first, size := utf8.DecodeRuneInString(t)
	return string(unicode.ToUpper(first)) + t[size:]
}

// message is what a finding says on one line, safe to print and never empty.
func message(f Finding) string {
	return cmp.Or(oneLine(f.Message), oneLine(ruleTitle(f.Code)))
}

// maxAlso is how many of a finding's other places are printed: whoever reads
// them has seen by then what they have in common.
const maxAlso = 12

// alsoLines are a finding's other places, a line each, none where it has none.
func alsoLines(f Finding) []string {
	if len(f.Also) == 0 {
		return nil
	}
	lines := []string{"See also:"}
	for i, at := range f.Also {
		if i == maxAlso {
			return append(lines, fmt.Sprintf("  and %s", plural(len(f.Also)-i, "more place")))
		}
		lines = append(lines, "  "+oneLine(at.String()))
	}
	return lines
}

// alsoSentence is a finding's other places in a sentence, those of its own
// file by their lines alone; "" where it has none.
func alsoSentence(f Finding) string {
	var parts []string
	for i, at := range f.Also {
		if i == maxAlso {
			parts = append(parts, plural(len(f.Also)-i, "more place"))
			break
		}
		switch {
		case at.Line < 1:
			parts = append(parts, at.File)
		case at.File == f.File:
			parts = append(parts, fmt.Sprintf("line %d", at.Line))
		default:
			parts = append(parts, fmt.Sprintf("%s line %d", at.File, at.Line))
		}
	}
	if len(parts) == 0 {
		return ""
	}
	return "See also " + oneLine(strings.Join(parts, ", ")) + "."
}

// summary says in a sentence how the check went.
func summary(r Report) string {
	var n [3]int
	for _, f := range r.Findings {
		n[weight(f)]++
	}
	if n[0] > 0 {
		return findingCounts(n) + "."
	}
	checked := checkedCounts(r.Checked)
	switch {
	case checked == "" && n == [3]int{}:
		return "There was no framework to check."
	case checked == "":
		return "Nothing needs a change, " + findingCounts(n) + "."
	case n == [3]int{}:
		return checked + ", nothing needs a change."
	}
	return checked + ", nothing needs a change, " + findingCounts(n) + "."
}

// findingCounts says "2 things need a change, 1 deserves a look".
func findingCounts(n [3]int) string {
	verbs := [3][2]string{{"needs a change", "need a change"}, {"deserves a look", "deserve a look"}, {"is for information", "are for information"}}
	var parts []string
	for i, count := range n {
		if count == 0 {
			continue
		}
		verb, thing := verbs[i][0], " thing"
		if count > 1 {
			verb, thing = verbs[i][1], " things"
		}
		if len(parts) > 0 {
			thing = ""
		}
		parts = append(parts, fmt.Sprintf("%d%s %s", count, thing, verb))
	}
	return strings.Join(parts, ", ")
}

// checkedCounts says "5 frameworks and 1 coming edition checked", and "" where
// nothing was.
func checkedCounts(checked []Checked) string {
	coming := 0
	for _, c := range checked {
		if c.Coming {
			coming++
		}
	}
	var parts []string
	if n := len(checked) - coming; n > 0 {
		parts = append(parts, plural(n, "framework"))
	}
	if coming > 0 {
		parts = append(parts, plural(coming, "coming edition"))
	}
	if len(parts) == 0 {
		return ""
	}
	return strings.Join(parts, " and ") + " checked"
}

// plural is "1 framework", "2 frameworks".
func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
