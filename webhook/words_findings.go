package webhook

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/milepost-dev/milepost/internal/diag"
	"github.com/milepost-dev/milepost/internal/notes"
)

// What is shown of one finding.
const (
	maxPlaces     = 5   // of the other places that it concerns
	maxPasteLines = 60  // of the lines to paste
	maxName       = 200 // characters of a file's name, its end
)

// findings writes those of a severity, each with its place, what to do and the
// lines to paste.
func (p *printer) findings(heading string, severity diag.Severity) {
	all := ofSeverity(p.r.Verdict.Findings, severity)
	if len(all) == 0 {
		return
	}
	p.para("### " + heading)
	p.gap()
	for i, f := range all {
		if i == p.detail.findings {
			p.para(fmt.Sprintf("And %s: %s.", counted(len(all)-i, "more like these", "more like these"), p.r.elsewhereFindings(severity)))
			return
		}
		if i > 0 && strings.HasSuffix(p.b.String(), "```\n") {
			p.gap() // after lines to paste
		}
		p.finding(f)
	}
}

// elsewhereFindings says what to do about those that are counted alone.
func (r *Report) elsewhereFindings(severity diag.Severity) string {
	if severity == diag.Error {
		return "mend these first, and the next check names the others"
	}
	return "the next check names them once these are gone"
}

// ofSeverity are the findings of a severity, in order. One that nobody knows
// counts as holding the change up.
func ofSeverity(l diag.List, s diag.Severity) diag.List {
	var out diag.List
	for _, f := range l {
		known := f.Severity == diag.Warning || f.Severity == diag.Note
		if f.Severity == s || s == diag.Error && !known {
			out = append(out, f)
		}
	}
	return out
}

func (p *printer) finding(f diag.Finding) {
	help, paste := advice(f)
	p.b.WriteString("- ")
	if f.File != "" {
		p.b.WriteString(place(f.Position) + ": ")
	}
	p.b.WriteString(p.esc(said(f)))
	if also := also(f); also != "" {
		p.b.WriteString(" " + also)
	}
	if help != "" {
		p.b.WriteString(" " + p.esc(help))
	}
	p.b.WriteString("\n")
	if len(paste) == 0 {
		return
	}
	if !p.fits(paste) {
		p.b.WriteString("  <br>The lines to write are too long to stand here: " + notes.Code("milepost validate") + " shows them.\n")
		return
	}
	p.b.WriteString("\n" + fence(language(paste), inert(paste), "  "))
}

// fits says whether lines to paste can stand here whole: cut, they would be
// wrong.
func (p *printer) fits(lines []string) bool {
	n := 0
	for _, line := range lines {
		n += utf8.RuneCountInString(line)
	}
	return len(lines) <= maxPasteLines && n <= 3*p.text
}

// said is what is wrong, as a sentence.
func said(f diag.Finding) string {
	if f.Message == "" {
		rule, _ := diag.FindRule(f.Code)
		return sentence(rule.Title)
	}
	return sentence(f.Message)
}

// advice is what to do about it, and the lines to paste, if any.
func advice(f diag.Finding) (help string, paste []string) {
	lines := diag.Lines(f.Help)
	if len(lines) == 0 {
		return "", nil
	}
	return lines[0], lines[1:]
}

// place is a place as a span of code: it stays no link.
func place(at diag.Position) string {
	name := at.File
	if runes := []rune(name); len(runes) > maxName {
		name = "…" + string(runes[len(runes)-maxName:])
	}
	if at.Line > 0 {
		name = fmt.Sprintf("%s:%d", name, at.Line)
	}
	return notes.Code(name)
}

// also names the other places that a finding concerns.
func also(f diag.Finding) string {
	var out []string
	for i, at := range f.Also {
		if i == maxPlaces {
			out = append(out, counted(len(f.Also)-i, "more place", "more places"))
			break
		}
		out = append(out, place(at))
	}
	if len(out) == 0 {
		return ""
	}
	return "See also " + enumerate(out) + "."
}

// language is what the lines of a block are: a difference where each is taken
// away or added.
func language(lines []string) string {
	for _, line := range lines {
		if !strings.HasPrefix(line, "- ") && !strings.HasPrefix(line, "+ ") {
			return "cue"
		}
	}
	return "diff"
}

// inert keeps lines of a block from giving commands to what reads comments or
// logs as plain text.
func inert(lines []string) []string {
	out := make([]string, len(lines))
	for i, line := range lines {
		text := strings.TrimSpace(line)
		if out[i] = diag.Inert(line); strings.HasPrefix(text, "/") && !strings.HasPrefix(text, "//") {
			out[i] = "\u200b" + out[i]
		}
	}
	return out
}
