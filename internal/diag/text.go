package diag

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
)

// Colours of a terminal, by their codes.
const (
	bold   = "1"
	red    = "1;31"
	green  = "1;32"
	yellow = "1;33"
	cyan   = "1;36"
)

// textPrinter prints findings for people who sit at a terminal.
type textPrinter struct {
	out    bytes.Buffer
	source *source
	colour bool
}

// printText prints each finding as "file:line:column: message", its help
// indented below, then the author's line with a caret; a count closes it. What
// the change does comes first.
func printText(r Report) ([]byte, error) {
	p := textPrinter{source: newSource(r.Source), colour: r.Colour}
	for _, c := range r.Changes {
		p.out.WriteString(p.paint(bold, Inert(oneLine(c.Lead))) + "\n")
		for _, line := range c.Lines {
			p.out.WriteString("    " + Inert(oneLine(line)) + "\n")
		}
		p.out.WriteString("\n")
	}
	for _, f := range r.Findings {
		p.finding(f)
	}
	p.out.WriteString(p.paint(summaryColour(r), summary(r)) + "\n")
	return p.out.Bytes(), nil
}

// summaryColour is green where nothing needs a change.
func summaryColour(r Report) string {
	if len(r.Findings) > 0 && weight(r.Findings[0]) == 0 {
		return bold
	}
	return green
}

// finding prints one finding and an empty line after it.
func (p *textPrinter) finding(f Finding) {
	colour := [...]string{red, yellow, cyan}[weight(f)]
	if place := f.Position.String(); place != "" {
		p.out.WriteString(p.paint(colour, Inert(oneLine(place))) + ": ")
	}
	if l := label(f); l != "" {
		p.out.WriteString(p.paint(colour, l) + ": ")
	}
	p.out.WriteString(Inert(message(f)) + "\n")
	for _, line := range Lines(f.Help) {
		p.out.WriteString("    " + Inert(line) + "\n")
	}
	for _, line := range alsoLines(f) {
		p.out.WriteString("    " + Inert(line) + "\n")
	}
	p.excerpt(f.Position, colour)
	p.out.WriteString("\n")
}

// excerpt prints the author's line, and a caret below the place.
func (p *textPrinter) excerpt(at Position, colour string) {
	line, ok := p.source.line(at)
	if !ok {
		return
	}
	text, below := excerpt(line, at.Column)
	number := strconv.Itoa(at.Line)
	fmt.Fprintf(&p.out, "    %s | %s\n", number, text)
	if at.Column > 0 {
		fmt.Fprintf(&p.out, "    %s | %s%s\n", strings.Repeat(" ", len(number)), below, p.paint(colour, "^"))
	}
}

// paint colours a text, where colours are asked for.
func (p *textPrinter) paint(colour, s string) string {
	if !p.colour {
		return s
	}
	return "\x1b[" + colour + "m" + s + "\x1b[0m"
}
