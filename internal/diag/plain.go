package diag

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// shown says whether a character can be printed as it is. Control characters
// cannot, and neither can those that turn the direction of the text, break
// lines in some programs only, or are not seen at all; the two joiners can,
// which some scripts and emoji are written with.
func shown(r rune) bool {
	return unicode.IsGraphic(r) || r == '\u200c' || r == '\u200d'
}

// visible makes a text safe to print: what cannot be shown is named instead,
// as in [U+202E]. Tabs and line ends stay.
func visible(s string) string {
	if utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool { return !shown(r) && r != '\n' && r != '\t' }) {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		if shown(r) || r == '\n' || r == '\t' {
			b.WriteRune(r)
		} else {
			fmt.Fprintf(&b, "[U+%04X]", r)
		}
	}
	return b.String()
}

// lineEnds are the ways in which lines end.
var lineEnds = strings.NewReplacer("\r\n", "\n", "\r", "\n")

// spaces are put for what would move the cursor within or off a line.
var spaces = strings.NewReplacer("\r\n", " ", "\r", " ", "\n", " ", "\t", " ")

// oneLine is a text on one line, safe to print.
func oneLine(s string) string {
	return visible(strings.TrimSpace(spaces.Replace(s)))
}

// Lines are the lines of a text, safe to print; none for an empty text.
func Lines(s string) []string {
	s = strings.Trim(lineEnds.Replace(s), "\n")
	if strings.TrimSpace(s) == "" {
		return nil
	}
	return strings.Split(visible(s), "\n")
}

// Inert keeps a line of a log from being taken for a command: GitHub's runner
// takes a line that begins with "::" for one, and "##[" anywhere in it.
func Inert(line string) string {
	text := strings.TrimLeftFunc(line, unicode.IsSpace)
	if strings.HasPrefix(text, "::") {
		line = line[:len(line)-len(text)] + ": " + text[1:]
	}
	return strings.ReplaceAll(line, "##[", "# #[")
}
