package diag

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf8"
)

// excerptRunes is how many characters of a long line are shown on either side
// of the place that a finding is about.
const excerptRunes = 90

// source finds lines of authors' files, and reads each file once.
type source struct {
	read  func(file string) ([]byte, bool)
	files map[string][][]byte
}

func newSource(read func(file string) ([]byte, bool)) *source {
	return &source{read: read, files: map[string][][]byte{}}
}

// line is the line at a position without its end, false where there is none.
func (s *source) line(p Position) ([]byte, bool) {
	if s.read == nil || p.File == "" || p.Line < 1 {
		return nil, false
	}
	lines, known := s.files[p.File]
	if !known {
		if text, ok := s.read(p.File); ok {
			lines = bytes.Split(text, []byte("\n"))
		}
		s.files[p.File] = lines
	}
	if p.Line > len(lines) {
		return nil, false
	}
	return bytes.TrimSuffix(lines[p.Line-1], []byte("\r")), true
}

// column is the column of a position in characters, counted from 1; in bytes
// where the line is not known.
func (s *source) column(p Position) int {
	line, ok := s.line(p)
	if !ok || p.Column < 1 {
		return p.Column
	}
	return utf8.RuneCount(line[:offset(line, p.Column)]) + 1
}

// excerpt is the part of a line around a column (in bytes, from 1), safe to
// print, and what to print below it so that a caret comes to stand under the column.
func excerpt(line []byte, column int) (text, below string) {
	at := offset(line, column)
	head, tail := lastRunes(line[:at]), firstRunes(line[at:])
	var b, pad strings.Builder
	if len(head) < at {
		b.WriteString("…")
		pad.WriteString(" ")
	}
	for _, r := range visible(string(head)) {
		b.WriteRune(r)
		if r == '\t' {
			pad.WriteRune(r)
		} else {
			pad.WriteString(strings.Repeat(" ", width(r)))
		}
	}
	b.WriteString(visible(string(tail)))
	if len(tail) < len(line)-at {
		b.WriteString("…")
	}
	return Inert(b.String()), pad.String()
}

// offset is where a column (in bytes, from 1) begins in a line: at a
// character's first byte, and never outside the line.
func offset(line []byte, column int) int {
	at := min(max(column-1, 0), len(line))
	for at > 0 && at < len(line) && !utf8.RuneStart(line[at]) {
		at--
	}
	return at
}

// lastRunes is the end of a text, excerptRunes characters at most.
func lastRunes(b []byte) []byte {
	start := len(b)
	for range excerptRunes {
		_, size := utf8.DecodeLastRune(b[:start])
		start -= size
	}
	return b[start:]
}

// firstRunes is the beginning of a text, excerptRunes characters at most.
func firstRunes(b []byte) []byte {
	end := 0
	for range excerptRunes {
		_, size := utf8.DecodeRune(b[end:])
		end += size
	}
	return b[:end]
}

// wide are the blocks of characters that terminals show two columns wide.
var wide = &unicode.RangeTable{
	R16: []unicode.Range16{
		{Lo: 0x1100, Hi: 0x115f, Stride: 1}, {Lo: 0x2e80, Hi: 0x303e, Stride: 1}, {Lo: 0x3041, Hi: 0xa4cf, Stride: 1},
		{Lo: 0xac00, Hi: 0xd7a3, Stride: 1}, {Lo: 0xf900, Hi: 0xfaff, Stride: 1}, {Lo: 0xfe30, Hi: 0xfe6f, Stride: 1},
		{Lo: 0xff00, Hi: 0xff60, Stride: 1}, {Lo: 0xffe0, Hi: 0xffe6, Stride: 1},
	},
	R32: []unicode.Range32{{Lo: 0x1f300, Hi: 0x1faff, Stride: 1}, {Lo: 0x20000, Hi: 0x3fffd, Stride: 1}},
}

// width is how many columns of a terminal a character takes.
func width(r rune) int {
	switch {
	case unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf):
		return 0
	case unicode.Is(wide, r):
		return 2
	}
	return 1
}
