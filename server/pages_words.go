package server

import (
	"strings"

	"github.com/milepost-dev/milepost/internal/history"
)

// phrase is a sentence of a page: texts, dates, numbers of versions and links
// in a row.
type phrase []piece

// piece is a part of a phrase. Time is its machine-readable date, Href where
// it leads; Number says that it is the number of a version.
type piece struct {
	Text, Time, Href    string
	Strong              bool
	Number, Provisional bool
}

// say joins strings, dates, links, versions, which stand for their numbers,
// and other phrases.
func say(parts ...any) phrase {
	var out phrase
	for _, p := range parts {
		switch p := p.(type) {
		case string:
			out = append(out, piece{Text: p})
		case date:
			out = append(out, piece{Text: p.Words, Time: p.Machine})
		case link:
			out = append(out, piece{Text: p.Text, Href: p.Href})
		case *history.Version:
			out = append(out, piece{Text: p.Number, Number: true, Provisional: !p.Tagged()})
		case phrase:
			out = append(out, p...)
		default:
			panic("server: a phrase has a part of no known kind")
		}
	}
	return out
}

// strong is a phrase that stands out.
func strong(parts ...any) phrase {
	out := say(parts...)
	for i := range out {
		out[i].Strong = true
	}
	return out
}

// String is the phrase as plain text.
func (p phrase) String() string {
	var b strings.Builder
	for _, piece := range p {
		b.WriteString(piece.Text)
		if piece.Provisional {
			b.WriteString(" provisional")
		}
	}
	return b.String()
}
