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

// matching is the round bracket that closes one.
func (s *sheet) matching(open piece) (piece, bool) {
	depth := 0
	for n := open.line; n < len(s.lines); n++ {
		for _, p := range s.code(n) {
			switch {
			case p.from < open.from:
			case s.is(p, "("):
				depth++
			case s.is(p, ")"):
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
			pairs := s.text(top.piece) == "{" && text == "}" || s.text(top.piece) == "[" && text == "]"
			switch {
			case byIndent && i == 0 && top.line != n && indent < top.indent, !pairs && byIndent && i == 0 && len(stack) > 1 && stack[len(stack)-2].indent == indent:
				return s.unclosed(top, n), true
			case byIndent && i == 0 && top.line != n && indent > top.indent && pairs:
				return s.extra(p), true
			case !pairs:
				return s.crossed(top, p), true
			}
			stack = stack[:len(stack)-1]
		}
		if byIndent && len(code) > 0 && len(stack) > 0 {
			top := stack[len(stack)-1]
			if top.line < n && s.indent(n) <= top.indent && !strings.Contains("}])", s.text(code[0])) {
				return s.unclosed(top, n), true
			}
		}
	}
	if len(stack) > 0 {
		return s.unclosed(stack[len(stack)-1], 0), true
	}
	return problem{}, false
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

// crossed says that a list is closed as a group, or the other way round.
func (s *sheet) crossed(open bracket, p piece) problem {
	closer, what := "}", "group of fields"
	if s.text(open.piece) == "[" {
		closer, what = "]", "list"
	}
	if closes := s.closersAfter(p); open.line == p.line && closes == closer {
		return problem{at: p.from, mend: newPatch(splice{p.from, p.from, closer}), message: fmt.Sprintf("the %s is not closed before this %s", what, s.text(p)),
			help: fmt.Sprintf("Write %s before it", closer)}
	}
	return problem{at: p.from, mend: newPatch(splice{p.from, p.to, closer}), message: fmt.Sprintf("the %s from line %d is closed with %s", what, open.line, s.text(p)),
		help: fmt.Sprintf("Write %s", closer)}
}

// closersAfter is the mark that a wrongly closed line lacks, "" if none can be told.
func (s *sheet) closersAfter(p piece) string {
	need := s.closers(s.code(p.line))
	if need == "" {
		return ""
	}
	return need[:1]
}
