package ladder

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// What a span of a word-level difference is.
const (
	SpanSame    = "same"
	SpanRemoved = "removed"
	SpanAdded   = "added"
)

// Span is a piece of text in a word-level difference. The spans that are same
// or removed, joined, are the text before; those same or added, the text after.
type Span struct {
	Op   string `json:"op"`
	Text string `json:"text"`
}

// maxCells bounds the table that WordDiff fills: two texts of 2,000 words.
// What lies between the beginning and the end that longer texts share counts
// as one piece, removed and added.
const maxCells = 4_000_000

// WordDiff is the difference between two texts, word by word. Single words
// that stay between words that change are counted among those, because a text
// in shreds is harder to read than one that is replaced. It is nil where both
// are empty.
func WordDiff(before, after string) []Span {
	a, b := tokens(before), tokens(after)
	var out spans
	head := 0
	for head < len(a) && head < len(b) && a[head].word == b[head].word {
		head++
	}
	tail := 0
	for tail < len(a)-head && tail < len(b)-head && a[len(a)-1-tail].word == b[len(b)-1-tail].word {
		tail++
	}
	for i := range head {
		out.keep(a[i], b[i])
	}
	out.middle(a[head:len(a)-tail], b[head:len(b)-tail])
	for i := range tail {
		out.keep(a[len(a)-tail+i], b[len(b)-tail+i])
	}
	out.change(trailing(before), trailing(after))
	return out.clean()
}

// token is a word or a mark, and the space before it.
type token struct{ space, word string }

// tokens splits a text into words and marks. What is written without spaces
// (Chinese, Japanese, Thai) is split into its characters.
func tokens(s string) []token {
	var out []token
	start, word := 0, -1 // of the space before the word, and of the word
	end := func(i int) {
		if word >= 0 {
			out = append(out, token{s[start:word], s[word:i]})
			start, word = i, -1
		}
	}
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		switch {
		case unicode.IsSpace(r):
			end(i)
		case wordRune(r) && !unspaced(r):
			if word < 0 {
				word = i
			}
		default:
			end(i)
			word = i
			end(i + size)
		}
		i += size
	}
	end(len(s))
	return out
}

// trailing is the space at the end of a text, which is before no token.
func trailing(s string) string { return s[len(strings.TrimRightFunc(s, unicode.IsSpace)):] }

// wordRune says whether r is part of a word. Apostrophes are: "don't".
func wordRune(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) || r == '\'' || r == '’' || r == '_'
}

func unspaced(r rune) bool {
	return r >= 0x0e00 && unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar)
}

// spans are a difference in the making.
type spans struct {
	list []piece
}

// piece is a stretch that is same (in both), or changed from removed to added.
type piece struct {
	same           string
	removed, added string
	words          int // how many there are of the longer side
}

func (p piece) changed() bool { return p.removed != "" || p.added != "" }

// keep adds a word that stays. The space before it may differ all the same.
func (s *spans) keep(a, b token) {
	if a.space != b.space {
		s.change(a.space, b.space)
		s.same(a.word, 1)
		return
	}
	s.same(a.space+a.word, 1)
}

func (s *spans) same(text string, words int) {
	if n := len(s.list); n > 0 && !s.list[n-1].changed() {
		s.list[n-1].same += text
		s.list[n-1].words += words
		return
	}
	s.list = append(s.list, piece{same: text, words: words})
}

func (s *spans) change(removed, added string) {
	if removed == "" && added == "" {
		return
	}
	words := max(len(tokens(removed)), len(tokens(added)))
	if n := len(s.list); n > 0 && s.list[n-1].changed() {
		p := &s.list[n-1]
		p.removed += removed
		p.added += added
		p.words += words
		return
	}
	s.list = append(s.list, piece{removed: removed, added: added, words: words})
}

// middle adds the difference of two runs of tokens by their longest common
// subsequence.
func (s *spans) middle(a, b []token) {
	if len(a)*len(b) > maxCells {
		s.change(text(a), text(b))
		return
	}
	table := lcsTable(a, b)
	i, j := 0, 0
	for i < len(a) || j < len(b) {
		switch {
		case i < len(a) && j < len(b) && a[i].word == b[j].word:
			s.keep(a[i], b[j])
			i, j = i+1, j+1
		case j == len(b) || i < len(a) && table.at(i+1, j) >= table.at(i, j+1):
			s.change(a[i].space+a[i].word, "")
			i++
		default:
			s.change("", b[j].space+b[j].word)
			j++
		}
	}
}

func text(ts []token) string {
	var b strings.Builder
	for _, t := range ts {
		b.WriteString(t.space + t.word)
	}
	return b.String()
}

// lcs holds, for every pair of tails of two texts, how many words they share in order.
type lcs struct {
	cells []uint16
	width int
}

func (t lcs) at(i, j int) uint16 { return t.cells[i*t.width+j] }

func lcsTable(a, b []token) lcs {
	t := lcs{cells: make([]uint16, (len(a)+1)*(len(b)+1)), width: len(b) + 1}
	for i := len(a) - 1; i >= 0; i-- {
		for j := len(b) - 1; j >= 0; j-- {
			best := max(t.at(i+1, j), t.at(i, j+1))
			if a[i].word == b[j].word {
				best = t.at(i+1, j+1) + 1
			}
			t.cells[i*t.width+j] = best
		}
	}
	return t
}

// clean joins changes that are torn apart by fewer words than each of them
// has, and writes the spans.
func (s *spans) clean() []Span {
	var joined spans
	for i, p := range s.list {
		if i > 0 && i < len(s.list)-1 && !p.changed() &&
			p.words < joined.list[len(joined.list)-1].words && p.words < s.list[i+1].words && p.words < 3 {
			joined.change(p.same, p.same)
			continue
		}
		if p.changed() {
			joined.change(p.removed, p.added)
			continue
		}
		joined.same(p.same, p.words)
	}
	return joined.write()
}

func (s *spans) write() []Span {
	var out []Span
	add := func(op, text string) {
		if text == "" {
			return
		}
		if n := len(out); n > 0 && out[n-1].Op == op {
			out[n-1].Text += text
			return
		}
		out = append(out, Span{op, text})
	}
	for i, p := range s.list {
		if p.changed() {
			if i+1 < len(s.list) {
				p.slide(&s.list[i+1])
			}
			// The space that both sides begin with is no part of the change.
			space := commonSpace(p.removed, p.added)
			p.same, p.removed, p.added = p.same+space, p.removed[len(space):], p.added[len(space):]
		}
		add(SpanSame, p.same)
		add(SpanRemoved, p.removed)
		add(SpanAdded, p.added)
	}
	return out
}

// slide moves a bracket or quote at the beginning of a pure addition or
// removal past it, if the same follows: "(L4), M3 (M3)" has ", M3 (M3)" more
// than "(L4)", and not "), M3 (M3".
func (p *piece) slide(next *piece) {
	for _, text := range []*string{&p.removed, &p.added} {
		r, size := utf8.DecodeRuneInString(*text)
		if p.removed == "" == (p.added == "") || !strings.ContainsRune(`)]}"`, r) || !strings.HasPrefix(next.same, (*text)[:size]) {
			continue
		}
		p.same += (*text)[:size]
		*text = (*text)[size:] + next.same[:size]
		next.same = next.same[size:]
	}
}

// commonSpace is the space that two texts both begin with, "" unless both have more.
func commonSpace(a, b string) string {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] && (a[n] == ' ' || a[n] == '\n' || a[n] == '\t') {
		n++
	}
	if n == len(a) || n == len(b) {
		return ""
	}
	return a[:n]
}
