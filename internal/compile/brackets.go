package compile

import (
	"fmt"
	"strings"
)

// roundBrackets: ( for [ or {.
func roundBrackets(s *sheet, line, _ int) []problem {
	code := s.code(line)
	for i, p := range code {
		if !s.is(p, "(") || i == 0 || !s.is(code[i-1], ":") && !s.is(code[i-1], "[") {
			continue
		}
		var out []problem
		for _, pair := range []string{"[]", "{}"} {
			mend := newPatch(splice{p.from, p.to, pair[:1]})
			if end, ok := s.matching(p); ok {
				mend = newPatch(splice{p.from, p.to, pair[:1]}, splice{end.from, end.to, pair[1:]})
			}
			out = append(out, problem{at: p.from, mend: mend, message: "there is a round bracket where a list or a group begins",
				help: "A list stands in [ ], a group of fields in { }"})
		}
		return out
	}
	return nil
}

// squareGroup: [ for { around fields.
func squareGroup(s *sheet, line, _ int) []problem {
	code := s.code(line)
	for i := 0; i+2 < len(code); i++ {
		if !s.is(code[i], "[") || code[i+1].kind != pieceWord || !s.is(code[i+2], ":") {
			continue
		}
		mend := newPatch(splice{code[i].from, code[i].to, "{"})
		if end, ok := s.matching(code[i]); ok {
			mend = newPatch(splice{code[i].from, code[i].to, "{"}, splice{end.from, end.to, "}"})
		}
		return []problem{{at: code[i].from, mend: mend, message: "there is a square bracket where a group of fields begins", help: "Write the fields in braces"}}
	}
	return nil
}

// matching is the bracket that closes one.
func (s *sheet) matching(open piece) (piece, bool) {
	opens, closes := s.text(open), map[string]string{"(": ")", "[": "]"}[s.text(open)]
	depth := 0
	for n := open.line; n < len(s.lines); n++ {
		for _, p := range s.code(n) {
			switch {
			case p.from < open.from:
			case s.is(p, opens):
				depth++
			case s.is(p, closes):
				if depth--; depth == 0 {
					return p, true
				}
			}
		}
	}
	return piece{}, false
}

// bracket is one that was opened.
type bracket struct {
	piece
	first  bool // the line's own, and not one inside a line
	indent int
}

// brackets finds the bracket or brace that is missing, or one too many, by
// how far lines are indented: what closes a group stands as far in as the line
// that opened it.
func brackets(s *sheet, _, _ int) []problem {
	var out []problem
	for _, byIndent := range []bool{true, false} {
		if p, ok := s.balance(byIndent); ok {
			out = append(out, p)
		}
	}
	return out
}

// balance is the first place where brackets do not pair.
func (s *sheet) balance(byIndent bool) (problem, bool) {
	var stack []bracket
	for n := range s.lines {
		code := s.code(n)
		if byIndent && len(code) > 0 && len(stack) > 0 {
			top := stack[len(stack)-1]
			if top.line < n && s.indent(n) <= top.indent && !strings.Contains("}])", s.text(code[0])) {
				return s.unclosed(top, n), true
			}
		}
		for i, p := range code {
			text := s.text(p)
			if p.kind != pieceMark || !strings.Contains("{}[]", text) {
				continue
			}
			indent := s.indent(n)
			if text == "{" || text == "[" {
				stack = append(stack, bracket{p, i == 0, indent})
				continue
			}
			if len(stack) == 0 {
				return s.extra(p), true
			}
			top := stack[len(stack)-1]
			pairs := s.pair(top, p)
			switch {
			case byIndent && i == 0 && top.line != n && indent < top.indent, !pairs && byIndent && i == 0 && len(stack) > 1 && stack[len(stack)-2].indent == indent:
				return s.unclosed(top, n), true
			case byIndent && i == 0 && top.line != n && indent > top.indent:
				return s.unopened(p, indent), true
			case !pairs:
				return s.crossed(stack, p), true
			}
			stack = stack[:len(stack)-1]
		}
	}
	switch len(stack) {
	case 0:
		return problem{}, false
	case 1:
		return s.unclosed(stack[0], 0), true
	}
	return s.allOpen(stack), true
}

// allOpen says that the file ends before several things are closed.
func (s *sheet) allOpen(stack []bracket) problem {
	p := s.unclosed(stack[len(stack)-1], 0)
	var closers []string
	for i := len(stack) - 1; i >= 0; i-- {
		closers = append(closers, map[string]string{"{": "}", "[": "]"}[s.text(stack[i].piece)])
	}
	p.at = stack[0].from
	p.mend[0].text = strings.Join(closers, "")
	p.message = fmt.Sprintf("the file ends before what begins here is closed, and %s inside it", counted(len(stack)-1, "more group"))
	if len(closers) > maxGuesses {
		p.help = "Look for groups that are not closed, from the start of the file on."
		return p
	}
	p.help = "Write at the end of the file, each on a line of its own:\n" + strings.Join(closers, "\n")
	return p
}

// unclosed says that what was opened ends before a line; 0 is the file's end.
func (s *sheet) unclosed(open bracket, before int) problem {
	last := s.before(before)
	if before == 0 {
		last = s.before(len(s.starts) + 1)
	}
	code := s.code(last)
	at := code[len(code)-1].to
	closer, what := "}", "the group of fields that begins here is not closed"
	if s.text(open.piece) == "[" {
		closer, what = "]", "the list that begins here is not closed"
	}
	help := fmt.Sprintf("Write %s on a line of its own after line %d.", closer, last)
	if open.line == last {
		help = fmt.Sprintf("Write %s at the end of line %d.", closer, last)
	}
	return problem{at: open.from, message: what, help: help, bare: true, mend: newPatch(splice{at, at, closer})}
}

// extra says that something is closed that was not opened.
func (s *sheet) extra(p piece) problem {
	what := "brace"
	if s.is(p, "]") {
		what = "bracket"
	}
	return problem{at: p.from, bare: true, mend: newPatch(splice{p.from, p.to, ""}),
		message: fmt.Sprintf("a %s (%s) closes here what nothing opened", what, s.text(p)), help: fmt.Sprintf("Delete the %s.", what)}
}

// unopened is extra, unless a line above that is as far in ends with a colon:
// then what closes here was not opened there.
func (s *sheet) unopened(p piece, indent int) problem {
	opener, what := "{", "the group of fields"
	if s.is(p, "]") {
		opener, what = "[", "the list"
	}
	for n := s.before(p.line); n > 0; n = s.before(n) {
		code := s.code(n)
		if s.indent(n) > indent {
			continue
		}
		if last := code[len(code)-1]; s.indent(n) == indent && len(code) > 1 && s.is(last, ":") {
			return problem{at: code[len(code)-2].from, message: fmt.Sprintf("%s of %s is closed on line %d, but not opened here", what, s.text(code[len(code)-2]), p.line),
				help: fmt.Sprintf("Write %s after the colon", opener), mend: newPatch(splice{last.to, last.to, " " + opener})}
		}
		break
	}
	return s.extra(p)
}

// crossed says that a list is closed as a group, or the other way round.
func (s *sheet) crossed(stack []bracket, p piece) problem {
	open := stack[len(stack)-1]
	closer, what := "}", "group of fields"
	if s.text(open.piece) == "[" {
		closer, what = "]", "list"
	}
	if len(stack) > 1 && open.line == p.line && stack[len(stack)-2].line == p.line && s.pair(stack[len(stack)-2], p) {
		return problem{at: p.from, mend: newPatch(splice{p.from, p.from, closer}), message: fmt.Sprintf("the %s is not closed before this %s", what, s.text(p)),
			help: fmt.Sprintf("Write %s before it", closer)}
	}
	return problem{at: p.from, mend: newPatch(splice{p.from, p.to, closer}), message: fmt.Sprintf("the %s from line %d is closed with %s", what, open.line, s.text(p)),
		help: fmt.Sprintf("Write %s", closer)}
}

func (s *sheet) pair(open bracket, p piece) bool {
	return s.text(open.piece) == "{" && s.is(p, "}") || s.text(open.piece) == "[" && s.is(p, "]")
}
