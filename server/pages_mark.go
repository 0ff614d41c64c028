package server

import (
	"strings"
	"unicode/utf8"

	"github.com/milepost-dev/milepost/internal/ladder"
)

// mark is what a change means for people, as pages show it: always a word,
// with a shape beside it and a colour.
type mark struct {
	Word    string
	Shape   string // names the drawing in parts.html
	Meaning string // more, less, wording or plain: names the colour
}

// Marks that are no category.
var (
	markFirst = mark{"begins", "first", "plain"}
	markEnded = mark{"ended", "ended", "more"}
)

// markOf is the mark of a category, empty for none.
func markOf(c ladder.Category) mark {
	m := mark{Word: c.Name(), Shape: string(c), Meaning: "plain"}
	switch c {
	case ladder.AsksMore, ladder.MovesPeople, ladder.BreaksReferences:
		m.Meaning = "more"
	case ladder.AsksLess:
		m.Meaning = "less"
	case ladder.Clarifies, ladder.WordingOnly:
		m.Meaning = "wording"
	case "":
		return mark{}
	}
	return m
}

// list joins names as a sentence does: "L3, L4 and L5".
func list(names []string) string {
	switch n := len(names); n {
	case 0:
		return ""
	case 1:
		return names[0]
	default:
		return strings.Join(names[:n-1], ", ") + " and " + names[n-1]
	}
}

// sentence begins a text with a capital letter and ends it with a full stop.
func sentence(text string) string {
	if text == "" {
		return ""
	}
	text = capital(text)
	if !strings.ContainsAny(text[len(text)-1:], ".!?:") {
		text += "."
	}
	return text
}

// capital begins a text with a capital letter.
func capital(text string) string {
	_, size := utf8.DecodeRuneInString(text)
	return strings.ToUpper(text[:size]) + text[size:]
}
