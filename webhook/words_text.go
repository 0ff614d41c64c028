package webhook

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// sentence begins with a capital letter and ends with a full stop.
func sentence(s string) string {
	s = strings.TrimSpace(s)
	_, size := utf8.DecodeRuneInString(s)
	return ended(strings.ToUpper(s[:size]) + s[size:])
}

// ended ends with a full stop, or what stands for one.
func ended(s string) string {
	s = strings.TrimSpace(s)
	if end := strings.TrimRight(s, `"')`); s == "" || strings.HasSuffix(end, ".") || strings.HasSuffix(end, "!") || strings.HasSuffix(end, "?") {
		return s
	}
	return s + "."
}

// kinds are the words for a framework that a title may end in.
var kinds = []string{"ladder", "framework", "model", "guide", "matrix", "discipline", "path"}

// the is a title in a sentence: "the Support ladder", "A small ladder", "Skills".
func the(title string) string {
	words := strings.Fields(strings.ToLower(title))
	if len(words) < 2 || slices.Contains([]string{"the", "a", "an", "our"}, words[0]) || !slices.Contains(kinds, words[len(words)-1]) {
		return title
	}
	return "the " + title
}

// dayWords is a date as people say it: "1 March 2027".
func dayWords(date string) string { return dated(date, "2 January 2006") }

// monthWords is a date's month: "March 2027".
func monthWords(date string) string { return dated(date, "January 2006") }

func dated(date, form string) string {
	d, err := time.Parse(time.DateOnly, date)
	if err != nil {
		return date
	}
	return d.Format(form)
}

// fence is a block of code. It is longer than any run of its mark in the text.
func fence(language string, lines []string, indent string) string {
	marks := "```"
	for strings.Contains(strings.Join(lines, "\n"), marks) {
		marks += "`"
	}
	var b strings.Builder
	b.WriteString(indent + marks + language + "\n")
	for _, line := range lines {
		if line != "" {
			line = indent + line
		}
		b.WriteString(line + "\n")
	}
	b.WriteString(indent + marks + "\n")
	return b.String()
}
