package main

import (
	"fmt"
	"io"
	"regexp"
	"strings"
)

// teller tells what happens, in colours on a terminal alone.
type teller struct {
	w       io.Writer
	colours bool
	steps   int
}

// Colours, as terminals know them.
const (
	bold, dim, red, green, yellow, plainAgain = "\x1b[1m", "\x1b[2m", "\x1b[31m", "\x1b[32m", "\x1b[33m", "\x1b[0m"
)

func (t *teller) in(colour, s string) string {
	if !t.colours {
		return s
	}
	return colour + s + plainAgain
}

// begin tells that a step begins.
func (t *teller) begin(title string) {
	t.steps++
	fmt.Fprintf(t.w, "\n%s\n", t.in(bold, fmt.Sprintf("%d. %s", t.steps, title)))
}

// say tells a line of a step.
func (t *teller) say(format string, args ...any) {
	fmt.Fprintf(t.w, "   %s\n", fmt.Sprintf(format, args...))
}

// quote tells what stands elsewhere, with a bar before each line.
func (t *teller) quote(text string) {
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\n")
		fmt.Fprintln(t.w, strings.TrimRight("   "+t.in(dim, "|")+" "+line, " "))
	}
}

var (
	remark     = regexp.MustCompile(`<!--[\s\S]*?-->`)
	htmlTag    = regexp.MustCompile(`</?[a-z]+( [^<>]*)?>`)
	link       = regexp.MustCompile(`\[([^\]]*)\]\(<([^<>]*)>\)`)
	backslash  = regexp.MustCompile(`\\([!-/:-@\[-` + "`" + `{-~])`)
	blankLines = regexp.MustCompile(`\n{3,}`)
	spaces     = regexp.MustCompile(`(?m)[ \t]+$`)
)

// readable is a comment in Markdown as it is read on a terminal: its words and
// its marks of what is added (**) and taken away (~~), without what only a
// browser makes something of.
func readable(markdown string) string {
	s := remark.ReplaceAllString(markdown, "")
	s = link.ReplaceAllString(s, "$1: $2")
	s = htmlTag.ReplaceAllString(s, "")
	s = backslash.ReplaceAllString(s, "$1")
	s = spaces.ReplaceAllString(s, "")
	return strings.TrimSpace(blankLines.ReplaceAllString(s, "\n\n")) + "\n"
}
