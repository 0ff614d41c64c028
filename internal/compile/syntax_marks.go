package compile

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// eachMark calls f for every character of a line that stands in no closed
// text and in no comment.
func (s *sheet) eachMark(line int, f func(off int, r rune)) {
	for _, p := range s.code(line) {
		if p.kind == pieceText {
			continue
		}
		for i := p.from; i < p.to; {
			r, size := utf8.DecodeRune(s.data[i:])
			f(i, r)
			i += size
		}
	}
}

// replaceMarks replaces characters outside of texts, those that with has.
func (s *sheet) replaceMarks(line int, with map[rune]string) patch {
	var p patch
	s.eachMark(line, func(off int, r rune) {
		if text, ok := with[r]; ok {
			p = append(p, splice{off, off + utf8.RuneLen(r), text})
		}
	})
	return p
}

const doubleCurly, singleCurly = "\u201c\u201d\u201e\u201f\u00ab\u00bb\u2033", "\u2018\u2019\u201a\u201b\u2039\u203a\u0060\u00b4"

// curlyQuotes are the quotes of letters and word processors, of any language.
func curlyQuotes(s *sheet, line, _ int) []problem {
	var double, both patch
	s.eachMark(line, func(off int, r rune) {
		at := splice{off, off + utf8.RuneLen(r), `"`}
		if strings.ContainsRune(doubleCurly, r) {
			double = append(double, at)
		}
		if strings.ContainsRune(doubleCurly, r) || strings.ContainsRune(singleCurly, r) && s.delimits(off, r) {
			both = append(both, at)
		}
	})
	var out []problem
	for _, p := range []patch{double, both} { // a single one in a text in double ones is an apostrophe
		if p == nil {
			continue
		}
		message := "the text stands in curly quotes, as word processors make them"
		if s.data[p[0].from] == '`' {
			message = "the text stands in backward quotes"
		}
		out = append(out, problem{at: p[0].from, mend: p, message: message, help: "Type straight quotes"})
	}
	return out
}

// delimits says whether a single quote stands where a text begins or ends,
// and not inside a word as an apostrophe does.
func (s *sheet) delimits(off int, r rune) bool {
	before, _ := utf8.DecodeLastRune(s.data[:off])
	after, _ := utf8.DecodeRune(s.data[off+utf8.RuneLen(r):])
	return !wordRune(before) || !wordRune(after)
}

// strangeSpaces look like spaces, or like nothing, and are neither.
func strangeSpaces(s *sheet, line, _ int) []problem {
	var p patch
	s.eachMark(line, func(off int, r rune) {
		switch {
		case r == '\u200b' || r == '\ufeff' || r == '\u2060' || r == '\u00ad' || r == '\u200c' || r == '\u200d':
			p = append(p, splice{off, off + utf8.RuneLen(r), ""})
		case r != ' ' && unicode.Is(unicode.Zs, r):
			p = append(p, splice{off, off + utf8.RuneLen(r), " "})
		}
	})
	if p == nil {
		return nil
	}
	if p[0].text == "" {
		return []problem{{at: p[0].from, mend: p, bare: true, message: "there is a character here that cannot be seen, as happens when text is pasted from a page",
			help: "Delete what stands between the two characters that can be seen, or type the line again."}}
	}
	return []problem{{at: p[0].from, mend: p, bare: true, message: "a space here is not an ordinary one, as happens when text is pasted from a page or a document",
		help: "Delete the space and type it again."}}
}

var wide = map[rune]string{'：': ":", '，': ",", '；': ",", '［': "[", '］': "]", '｛': "{", '｝': "}", '【': "[", '】': "]", '＂': `"`, '、': ",", '﹕': ":", '＝': ":"}

// wideMarks are punctuation of East Asian keyboards.
func wideMarks(s *sheet, line, _ int) []problem {
	p := s.replaceMarks(line, wide)
	if p == nil {
		return nil
	}
	r, _ := utf8.DecodeRune(s.data[p[0].from:])
	return []problem{{at: p[0].from, mend: p, message: fmt.Sprintf("the line has a wide %q where an ordinary one belongs", r),
		help: fmt.Sprintf("Type an ordinary one (%s)", p[0].text)}}
}

// labelEnd is the index of the piece after a field's name, if the pieces from
// i on begin with one that stands where a field may begin.
func (s *sheet) labelEnd(code []piece, i int) (int, bool) {
	if i >= len(code) || code[i].kind != pieceWord && code[i].kind != pieceText {
		return 0, false
	}
	if i > 0 && !s.is(code[i-1], ":") && !s.is(code[i-1], "{") && !s.is(code[i-1], ",") {
		return 0, false
	}
	return i + 1, true
}

// equalsSign: name = value, name := value, name => value.
func equalsSign(s *sheet, line, _ int) []problem {
	code := s.code(line)
	for i := range code {
		end, ok := s.labelEnd(code, i)
		if !ok || s.text(code[i]) == "let" || i > 0 && s.text(code[i-1]) == "let" {
			continue
		}
		j := end
		for j < len(code) && strings.Contains("=:>-~", s.text(code[j])) && code[j].kind == pieceMark {
			j++
		}
		signs := code[end:j]
		if !slices.ContainsFunc(signs, func(p piece) bool { return s.is(p, "=") || s.is(p, ">") }) {
			continue
		}
		return []problem{{at: signs[0].from, mend: newPatch(splice{code[i].to, signs[len(signs)-1].to, ":"}),
			message: fmt.Sprintf("there is %q after %s, where a colon belongs", s.data[signs[0].from:signs[len(signs)-1].to], s.text(code[i])), help: "Write a colon"}}
	}
	return nil
}

// semicolon ends nothing here.
func semicolon(s *sheet, line, _ int) []problem {
	var p patch
	code := s.code(line)
	for i, c := range code {
		if !s.is(c, ";") {
			continue
		}
		text := ","
		if i == len(code)-1 {
			text = ""
		}
		p = append(p, splice{c.from, c.to, text})
	}
	if p == nil {
		return nil
	}
	return []problem{{at: p[0].from, mend: p, message: "the line has a semicolon outside the quotes", help: "Remove it; between two fields on one line stands a comma"}}
}

// doubledMark: two commas or two colons where one belongs.
func doubledMark(s *sheet, line, off int) []problem {
	code := s.code(line)
	for i := 1; i < len(code); i++ {
		for mark, name := range map[string]string{",": "comma", ":": "colon"} {
			if s.is(code[i], mark) && s.is(code[i-1], mark) {
				return []problem{{at: code[i].from, mend: newPatch(splice{code[i].from, code[i].to, ""}),
					message: "the line has one " + name + " too many", help: "Remove it"}}
			}
		}
		if code[i].from == off && s.is(code[i], ",") {
			return []problem{{at: off, mend: newPatch(splice{code[i].from, code[i].to, ""}), message: "the line has a comma where nothing ends", help: "Remove it"}}
		}
	}
	return nil
}

// missingColon: a name, and its value straight after it.
func missingColon(s *sheet, line, _ int) []problem {
	var out []problem
	code := s.code(line)
	for i := range code {
		end, ok := s.labelEnd(code, i)
		if !ok || end >= len(code) || code[i].kind != pieceWord || keyword(s.text(code[i])) {
			continue
		}
		next := code[end]
		if i > 0 && s.is(code[i-1], ":") && !s.is(next, "{") && !s.is(next, "[") {
			continue // the words of a text
		}
		number := next.kind == pieceWord && s.data[next.from] >= '0' && s.data[next.from] <= '9'
		if next.kind == pieceText || number || s.is(next, "{") || s.is(next, "[") {
			name := s.text(code[i])
			out = append(out, problem{at: code[i].to, mend: newPatch(splice{code[i].to, code[i].to, ":"}),
				message: fmt.Sprintf("there is no colon after %s", name), help: "Write a colon between the name and what it is to say"})
		}
	}
	return out
}

func keyword(s string) bool {
	return slices.Contains([]string{"package", "import", "let", "if", "for", "in"}, s)
}

// missingValue: a name and a colon, and then nothing.
func missingValue(s *sheet, line, _ int) []problem {
	code := s.code(line)
	for i := 1; i < len(code); i++ {
		if !s.is(code[i], ":") || s.is(code[i-1], ":") {
			continue
		}
		last := i == len(code)-1
		if last || s.is(code[i+1], "}") || s.is(code[i+1], ",") || s.is(code[i+1], "]") {
			return []problem{{at: code[i-1].from, mend: newPatch(splice{code[i].to, code[i].to, ` ""`}), bare: true,
				message: fmt.Sprintf("nothing stands after the colon of %s", s.text(code[i-1])), help: fmt.Sprintf("Write what %s is to say after the colon, or remove the line.", s.text(code[i-1]))}}
		}
	}
	return nil
}
