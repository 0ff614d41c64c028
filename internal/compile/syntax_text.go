package compile

import (
	"fmt"
	"regexp"
	"strings"
)

// wrappedText: a text that is closed on a later line than it begins on.
func wrappedText(s *sheet, line, _ int) []problem {
	code := s.code(line)
	if len(code) == 0 {
		return nil
	}
	open := code[len(code)-1]
	if open.kind != pieceOpen || !strings.HasPrefix(s.text(open), `"`) || len(strings.TrimSpace(s.text(open))) < 2 {
		return nil
	}
	text := strings.TrimRight(s.text(open), " \t\\")
	for n := line + 1; n <= min(line+8, len(s.starts)); n++ {
		from := s.starts[n-1]
		row := string(s.data[from:s.lineEnd(from)])
		i := strings.IndexByte(row, '"')
		if i >= 0 && (labelled.MatchString(row[:i]) || strings.TrimSpace(row[:i]) == "") {
			return nil // another field, or an entry of its own
		}
		if i < 0 {
			if labelled.MatchString(row) || strings.ContainsAny(row, "[]{}") {
				return nil
			}
			text = strings.TrimSpace(text + " " + strings.TrimSpace(row))
			continue
		}
		text += " " + strings.TrimSpace(row[:i]) + `"` + strings.TrimRight(row[i+1:], " \t")
		return []problem{{at: open.from, message: "the text that begins here goes over several lines", help: "Write it on one line, however long it is",
			mend: newPatch(splice{open.from, from + len(row), text + strings.Repeat("\n", n-line)})}}
	}
	return nil
}

// labelled is a line that begins with a field.
var labelled = regexp.MustCompile(`^\s*[\p{L}_][\p{L}0-9_-]*\s*:`)

// missingComma: two texts, numbers or groups side by side.
func missingComma(s *sheet, line, off int) []problem {
	code := s.code(line)
	for i := 1; i < len(code); i++ {
		a, b := code[i-1], code[i]
		if b.from != off || !s.ends(a) || !s.begins(code, i) || a.to == b.from && a.kind == pieceText {
			continue
		}
		if a.kind == pieceText && strings.HasSuffix(s.text(a), ` "`) {
			continue // a quote inside a text
		}
		message, help := "there is no comma between two fields on one line", "Write a comma, or put each on a line of its own"
		if b.kind == pieceText && (i+1 == len(code) || !s.is(code[i+1], ":")) {
			message, help = "there is no comma between two entries on one line", "Write a comma between them, or put each on a line of its own"
		}
		return []problem{{at: a.to, message: message, help: help, mend: newPatch(splice{a.to, a.to, ","})}}
	}
	return nil
}

// ends says whether a value may end with a piece.
func (s *sheet) ends(p piece) bool {
	if p.kind == pieceWord {
		return s.data[p.from] >= '0' && s.data[p.from] <= '9' || s.text(p) == "true" || s.text(p) == "false"
	}
	return p.kind == pieceText || s.is(p, "}") || s.is(p, "]")
}

// begins says whether an entry or a field may begin with the i-th piece.
func (s *sheet) begins(code []piece, i int) bool {
	switch p := code[i]; {
	case p.kind == pieceWord:
		return i+1 < len(code) && s.is(code[i+1], ":")
	default:
		return p.kind == pieceText || s.is(p, "{")
	}
}

// innerQuote: a quote inside a text, which ends it early.
func innerQuote(s *sheet, line, _ int) []problem {
	code := s.code(line)
	for i := 0; i+1 < len(code); i++ {
		a, b := code[i], code[i+1]
		if a.kind != pieceText || b.kind == pieceMark && !strings.Contains("-–.!?/&+(%'’", s.text(b)) || !strings.HasPrefix(s.text(a), `"`) {
			continue
		}
		var out []problem
		row := string(s.data[:s.lineEnd(a.from)])
		ends := quoteEnds(row, a.to)
		for n := range ends {
			end := ends[n]
			if n == 0 && len(ends) > 1 { // the end of the line first, then the nearest
				end = ends[len(ends)-1]
			} else if n > 0 {
				end = ends[n-1]
			}
			inner := row[a.from+1 : end]
			if strings.Contains(inner, `", "`) || strings.Contains(inner, `",`) && strings.Contains(inner, `: "`) {
				continue
			}
			text := `"` + strings.ReplaceAll(inner, `"`, `\"`) + `"`
			out = append(out, problem{at: a.to - 1, mend: newPatch(splice{a.from, end + 1, text}),
				message: "a quote inside the text ends it early", help: `Put a backslash before each quote that is part of the text: \"`})
		}
		for n := range out {
			out[n].help = `Put a backslash (\) before each quote inside the text`
		}
		return out
	}
	return nil
}

// quoteEnds are the offsets of quotes after which a text may have ended.
func quoteEnds(row string, from int) []int {
	var out []int
	for i := from; i < len(row) && len(out) < maxGuesses; i++ {
		if row[i] != '"' {
			continue
		}
		rest := strings.TrimLeft(row[i+1:], " \t")
		if rest == "" || strings.ContainsAny(rest[:1], ",]}") || strings.HasPrefix(rest, "//") {
			out = append(out, i)
		}
	}
	return out
}

// openText: no quote at the end. The text ends before the brackets that close
// what the line opened, or at the line's end.
func openText(s *sheet, line, _ int) []problem {
	code := s.code(line)
	if len(code) == 0 || code[len(code)-1].kind != pieceOpen || !strings.HasPrefix(s.text(code[len(code)-1]), `"`) {
		return nil
	}
	open := code[len(code)-1]
	if open.to-open.from < 2 {
		return nil
	}
	p := problem{at: open.from, message: "the text that begins here has no quote at its end", help: "Close it with a quote"}
	closers := strings.TrimLeft(s.closers(code[:len(code)-1]), " ")
	text := strings.TrimRight(s.text(open), " \t")
	var out []problem
	for n := min(len(closers), maxGuesses); n >= 0; n-- {
		rest, ok := strings.CutSuffix(strings.ReplaceAll(strings.TrimSuffix(text, ","), " ", "\x00"), closers[:n])
		if !ok {
			continue
		}
		at := open.from + len(strings.TrimRight(rest, "\x00"))
		q := p
		q.mend = newPatch(splice{at, at, `"`})
		out = append(out, q)
	}
	return out
}

// closers are the brackets that would close what pieces leave open.
func (s *sheet) closers(code []piece) string {
	out := ""
	for _, p := range code {
		switch s.text(p) {
		case "{":
			out = "}" + out
		case "[":
			out = "]" + out
		case "}", "]":
			if out != "" {
				out = out[1:]
			}
		}
	}
	return out
}

// noFirstQuote: a text with a quote at its end only.
func noFirstQuote(s *sheet, line, _ int) []problem {
	code := s.code(line)
	for i := 1; i < len(code); i++ {
		if code[i].kind != pieceOpen || code[i-1].kind != pieceWord && code[i-1].kind != pieceMark {
			continue
		}
		from := s.valueStart(code, i)
		if from == i {
			continue
		}
		rest := strings.TrimLeft(s.text(code[i])[1:], " \t")
		if rest != "" && !strings.ContainsAny(rest[:1], ",]}") {
			continue
		}
		return []problem{{at: code[from].from, mend: newPatch(splice{code[from].from, code[from].from, `"`}),
			message: "the text that begins here has no quote at its start", help: "Open it with a quote"}}
	}
	return nil
}

// valueStart is the index of the piece that the value which has the i-th piece begins with.
func (s *sheet) valueStart(code []piece, i int) int {
	from := i
	for from > 0 && !s.is(code[from-1], "[") && !s.is(code[from-1], "{") && !s.is(code[from-1], ",") {
		if s.is(code[from-1], ":") && from > 1 && s.fieldName(code, from-2) {
			break
		}
		from--
	}
	return from
}

// fieldName says whether the i-th piece, with a colon after it, is a name.
func (s *sheet) fieldName(code []piece, i int) bool {
	if code[i].kind != pieceWord && code[i].kind != pieceText {
		return false
	}
	return i == 0 || s.is(code[i-1], ":") || s.is(code[i-1], "{") || s.is(code[i-1], ",") || s.is(code[i-1], "[")
}

// backslash: one that stands for itself, as in a path.
func backslash(s *sheet, line, off int) []problem {
	for _, p := range s.code(line) {
		if p.kind == pieceMark || p.kind == pieceWord || off < p.from || off > p.to {
			continue
		}
		text := s.text(p)
		fixed := loneBackslash.ReplaceAllString(text, `\\$1`)
		if fixed == text {
			continue
		}
		at := p.from + loneBackslash.FindStringIndex(text)[0]
		return []problem{{at: at, mend: newPatch(splice{p.from, p.to, fixed}),
			message: "a backslash in a text means something special", help: "Write it twice where it is part of the text, or use / instead"}}
	}
	return nil
}

var loneBackslash = regexp.MustCompile(`\\([^"\\nrtabfvu/(])`)

// bareText: words without quotes, as a field's value or as an entry.
func bareText(s *sheet, line, off int) []problem {
	code := s.code(line)
	if len(code) == 0 || keyword(s.text(code[0])) {
		return nil
	}
	var out []problem
	start := 0 // of the value, after the names
	for start+1 < len(code) && s.is(code[start+1], ":") && s.fieldName(code, start) {
		start += 2
	}
	if start < len(code) && !strings.Contains("{[", s.text(code[start])) {
		out = append(out, s.bareLines(line, code[start:], start == 0)...)
	}
	for i := range code { // inside brackets, on one line
		if from := s.valueStart(code, i); from == i && i > start && (i+1 == len(code) || !s.is(code[i+1], ":")) {
			to := i
			for to+1 < len(code) && !s.is(code[to+1], ",") && !s.is(code[to+1], "}") && !s.is(code[to+1], "]") {
				to++
			}
			if p, ok := s.bare(code[i:to+1], off); ok {
				out = append(out, p)
			}
		}
	}
	return out
}

// bareLines is the rest of a line without quotes; as an entry of a list, with
// the lines below that are alike.
func (s *sheet) bareLines(line int, code []piece, entry bool) []problem {
	p, ok := s.bare(code, -1)
	if !ok {
		return nil
	}
	out := []problem{p}
	rows := 1
	for n := s.after(line); entry && n > 0; n = s.after(n) {
		next := s.code(n)
		more, ok := s.bare(next, -1)
		if !ok || labelled.MatchString(s.text(piece{from: next[0].from, to: s.lineEnd(next[0].from)})) {
			break
		}
		p.mend = append(p.mend, more.mend...)
		rows++
	}
	if rows > 1 {
		p.message = fmt.Sprintf("the text of %d lines from here on is not in quotes", rows)
		p.help = "Write each entry on a line of its own, in quotes"
		out = append([]problem{p}, out...)
	}
	return out
}

var htmlTag = regexp.MustCompile(`</?[A-Za-z][^<>]*>`)

// bare are pieces that ought to be one text in quotes.
func (s *sheet) bare(code []piece, _ int) (problem, bool) {
	if len(code) == 0 {
		return problem{}, false
	}
	from, to := code[0].from, code[len(code)-1].to
	raw := strings.TrimRight(strings.TrimSuffix(strings.TrimRight(string(s.data[from:to]), " \t"), ","), " \t")
	if code[0].kind == pieceText || code[0].kind == pieceOpen || !hasLetter(raw) || strings.Contains(`":,;={}[]`, raw[:1]) || strings.HasSuffix(raw, ":") {
		return problem{}, false
	}
	text := raw
	p := problem{at: from, message: fmt.Sprintf("the text %q is not in quotes", clip(raw)), help: "Put it in quotes"}
	switch {
	case htmlTag.MatchString(text):
		text = strings.TrimSpace(htmlTag.ReplaceAllString(text, ""))
		p.message, p.help = "the line holds marks of a web page (HTML), and the text is not in quotes", "Write the text alone, in quotes"
	case strings.HasPrefix(text, "**") || strings.HasPrefix(text, "#"):
		text = strings.TrimSpace(strings.Trim(strings.ReplaceAll(text, "**", ""), "# "))
		p.message, p.help = "the line holds marks of formatted text (Markdown), and the text is not in quotes", "Write the text alone, in quotes"
	case strings.Contains(text, "\t"):
		p.message = "the line looks like a row of a table, pasted from a spreadsheet"
		p.help = "Write each cell as a text in quotes, with commas between them"
		text = strings.Join(strings.Fields(text), " ")
		if cells := strings.Split(raw, "\t"); len(cells) > 1 {
			p.mend = newPatch(splice{from, from + len(raw), `"` + strings.Join(escaped(cells), `", "`) + `"`})
			return p, true
		}
	}
	p.mend = newPatch(splice{from, from + len(raw), `"` + escapeText(text) + `"`})
	return p, true
}

func escaped(texts []string) []string {
	var out []string
	for _, t := range texts {
		if t = strings.TrimSpace(t); t != "" {
			out = append(out, escapeText(t))
		}
	}
	return out
}

func escapeText(t string) string {
	return strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\t", " ").Replace(t)
}

func hasLetter(t string) bool {
	for _, r := range t {
		if wordRune(r) && (r < '0' || r > '9') {
			return true
		}
	}
	return false
}
