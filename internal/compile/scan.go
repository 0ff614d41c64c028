package compile

import (
	"bytes"
	"unicode"
	"unicode/utf8"
)

// pieceKind is what a piece of a file is to somebody who reads it by eye.
type pieceKind byte

const (
	pieceText    pieceKind = 't' // in quotes, closed
	pieceOpen    pieceKind = 'u' // a quote, and all to the line's end, as nothing closes it
	pieceComment pieceKind = 'c'
	pieceWord    pieceKind = 'w' // letters, digits, underscores
	pieceMark    pieceKind = 'p' // one character of any other kind
)

// piece is a part of a file, between spaces.
type piece struct {
	kind     pieceKind
	from, to int
	line     int
}

// sheet is a file that CUE cannot read, cut into pieces as far as anything
// can be told of it. Unlike CUE's own scanner it never loses its way for
// longer than a line.
type sheet struct {
	data   []byte
	lines  [][]piece // the code of each line, without comments
	starts []int     // of lines

	spanned map[int]bool // starts of lines that are inside a text
}

func newSheet(data []byte) *sheet {
	s := &sheet{data: data, starts: []int{0}, spanned: map[int]bool{}}
	for i, b := range data {
		if b == '\n' {
			s.starts = append(s.starts, i+1)
		}
	}
	s.lines = make([][]piece, len(s.starts)+1)
	line, end := 0, s.lineEnd(0)
	for i := 0; i < len(data); {
		for line+1 < len(s.starts) && i >= s.starts[line+1] {
			line++
			end = s.lineEnd(s.starts[line])
		}
		r, size := utf8.DecodeRune(data[i:])
		if r == ' ' || r == '\t' || r == '\n' || r == '\r' || i == 0 && r == '\ufeff' {
			i += size
			continue
		}
		kind, to := s.pieceAt(i, end, r, size)
		if kind != pieceComment {
			s.lines[line+1] = append(s.lines[line+1], piece{kind, i, to, line + 1})
		}
		for n := line + 1; n < len(s.starts) && s.starts[n] < to; n++ {
			s.spanned[n] = true
		}
		i = to
	}
	return s
}

// pieceAt is the piece that begins at i, on a line that ends at end.
func (s *sheet) pieceAt(i, end int, r rune, size int) (pieceKind, int) {
	switch {
	case bytes.HasPrefix(s.data[i:], []byte("//")):
		return pieceComment, end
	case bytes.HasPrefix(s.data[i:], []byte(`"""`)):
		if j := bytes.Index(s.data[i+3:], []byte(`"""`)); j >= 0 {
			return pieceText, i + 3 + j + 3
		}
		return pieceOpen, end
	case r == '"':
		if to, ok := closing(s.data[:end], i, '"'); ok {
			return pieceText, to
		}
		return pieceOpen, end
	case r == '\'': // an apostrophe, unless a second one ends what it begins
		if to, ok := closing(s.data[:end], i, '\''); ok {
			return pieceText, to
		}
	case wordRune(r):
		j := i
		for j < end {
			r, n := utf8.DecodeRune(s.data[j:])
			if !wordRune(r) {
				break
			}
			j += n
		}
		return pieceWord, j
	}
	return pieceMark, i + size
}

// closing is where the text that begins at i ends, in one line.
func closing(line []byte, i int, quote byte) (int, bool) {
	for j := i + 1; j < len(line); j++ {
		switch line[j] {
		case '\\':
			j++
		case quote:
			return j + 1, true
		}
	}
	return 0, false
}

func wordRune(r rune) bool {
	return r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.Is(unicode.Mn, r)
}

// lineEnd is where the line of an offset ends, before its end mark.
func (s *sheet) lineEnd(off int) int {
	end := len(s.data)
	if i := bytes.IndexByte(s.data[off:], '\n'); i >= 0 {
		end = off + i
	}
	if end > off && s.data[end-1] == '\r' {
		end--
	}
	return end
}

// line is the number of the line at an offset.
func (s *sheet) line(off int) int {
	return 1 + bytes.Count(s.data[:min(off, len(s.data))], []byte("\n"))
}

// code are the pieces that begin on a line, without comments.
func (s *sheet) code(line int) []piece {
	if line < 1 || line >= len(s.lines) {
		return nil
	}
	return s.lines[line]
}

// before is the nearest line above with any code on it, 0 for none.
func (s *sheet) before(line int) int {
	for n := line - 1; n > 0; n-- {
		if len(s.code(n)) > 0 {
			return n
		}
	}
	return 0
}

// after is the nearest line below with any code on it, 0 for none.
func (s *sheet) after(line int) int {
	for n := line + 1; n <= len(s.starts); n++ {
		if len(s.code(n)) > 0 {
			return n
		}
	}
	return 0
}

// cut is the offset of the end of a line, or of a later one that is inside no
// text of several lines.
func (s *sheet) cut(line int) int {
	for n := line; n < len(s.starts); n++ {
		if !s.spanned[n] {
			return s.starts[n]
		}
	}
	return len(s.data)
}

func (s *sheet) text(p piece) string { return string(s.data[p.from:p.to]) }

// is says whether a piece is one mark.
func (s *sheet) is(p piece, mark string) bool { return p.kind == pieceMark && s.text(p) == mark }

// indent is the number of characters before a line's first.
func (s *sheet) indent(line int) int {
	n := 0
	for _, b := range s.data[s.starts[line-1]:] {
		if b != ' ' && b != '\t' {
			break
		}
		n++
	}
	return n
}
