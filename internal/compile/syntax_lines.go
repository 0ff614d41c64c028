package compile

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/milepost-dev/milepost/internal/diag"
)

// listMark is what stands before an entry of a list in other kinds of file.
var listMark = regexp.MustCompile(`^(?:[-\x{2010}-\x{2015}\x{2212}\x{2022}\x{00B7}\x{2023}\x{25AA}\x{25CF}\x{25CB}\x{25E6}\x{25BA}\x{2713}\x{2714}\x{F0B7}*+>]+|[0-9]{1,2}[.)]|\([0-9a-z]\))\s*`)

// marked is a line that begins so, without the mark; false where it does not.
func (s *sheet) marked(line int) (rest string, at, end int, ok bool) {
	if line < 1 || line > len(s.starts) {
		return "", 0, 0, false
	}
	from := s.starts[line-1]
	row := string(s.data[from:s.lineEnd(from)])
	text := strings.TrimLeft(row, " \t\u00a0")
	at = from + len(row) - len(text)
	mark := listMark.FindString(text)
	rest = strings.TrimRight(text[len(mark):], " \t")
	ascii := mark != "" && strings.Contains("-*+>", mark[len(mark)-1:]) && mark == strings.TrimRight(mark, " \t")
	if mark == "" || ascii && !strings.HasPrefix(rest, `"`) || rest == "" || strings.ContainsAny(rest[:1], "{[,:") || !hasLetter(rest) {
		return "", 0, 0, false
	}
	return rest, at, s.lineEnd(from), true
}

// markedList: entries with a dash, a bullet or a number before each, with or
// without brackets around them.
func markedList(s *sheet, line, _ int) []problem {
	first := line
	if _, _, _, ok := s.marked(line); !ok {
		return nil
	}
	for {
		above := s.before(first)
		if _, _, _, ok := s.marked(above); !ok {
			break
		}
		first = above
	}
	var mend patch
	_, start, _, _ := s.marked(first)
	last, rows := first, 0
	for n := first; n > 0; n = s.after(n) {
		rest, at, end, ok := s.marked(n)
		if !ok {
			break
		}
		mend = append(mend, splice{at, end, asEntry(rest)})
		last = n
		rows++
	}
	mark := listMark.FindString(string(s.data[start:s.lineEnd(start)]))
	p := problem{at: start, message: fmt.Sprintf("the line begins with %q, as in a list of a word processor", strings.TrimSpace(mark)),
		help: "Write each entry in quotes, with nothing before it"}
	if rows > 1 {
		p.message = fmt.Sprintf("%d lines from here on begin with %q, as in a list of a word processor", rows, strings.TrimSpace(mark))
	}
	if above := s.code(s.before(first)); len(above) > 0 && s.is(above[len(above)-1], ":") {
		colon := above[len(above)-1].to
		mend = append(patch{{colon, colon, " ["}}, mend...)
		mend[len(mend)-1].text += "]"
		p.help = fmt.Sprintf("Write [ after the colon and ] after the last entry (line %d), and each entry in quotes, with nothing before it", last)
	}
	p.mend = mend
	return []problem{p}
}

// asEntry is the text of an entry in quotes, as it may have been already.
func asEntry(text string) string {
	text = strings.TrimRight(strings.TrimSuffix(text, ","), " \t")
	if strings.HasPrefix(text, `"`) {
		return text
	}
	return `"` + escapeText(strings.TrimSpace(htmlTag.ReplaceAllString(text, ""))) + `"`
}

// numberFields are the fields of the schema that take a number.
var numberFields = sync.OnceValue(func() map[string]bool { return fieldsWhere(func(s *shape) bool { return s.kind == kindInt }) })

// dateFields are the fields of the schema that take a date.
var dateFields = sync.OnceValue(func() map[string]bool { return fieldsWhere(func(s *shape) bool { return s.name == "#Date" }) })

func fieldsWhere(ok func(*shape) bool) map[string]bool {
	out := map[string]bool{}
	for _, s := range schemaShapes() {
		for name, f := range s.fields {
			if ok(f.shape) {
				out[name] = true
			}
		}
	}
	return out
}

var firstNumber = regexp.MustCompile(`[0-9]+`)

// wrongNumber: a number with more than digits, or a date without quotes.
func wrongNumber(s *sheet, line, _ int) []problem {
	code := s.code(line)
	for i := 2; i < len(code); i++ {
		name := s.text(code[i-2])
		if !s.is(code[i-1], ":") || !s.fieldName(code, i-2) {
			continue
		}
		to := i
		for to+1 < len(code) && !s.is(code[to+1], ",") && !s.is(code[to+1], "}") && !s.is(code[to+1], "]") {
			to++
		}
		if to+2 < len(code) && s.is(code[to+1], ",") && firstNumber.FindString(s.text(code[to+2])) == s.text(code[to+2]) {
			to += 2 // 3,5
		}
		raw := string(s.data[code[i].from:code[to].to])
		number := firstNumber.FindString(raw)
		p := problem{at: code[i].from}
		switch {
		case strings.HasPrefix(raw, `"`) || number == "" || number == raw:
			continue
		case dateFields()[name]:
			date, words := readDate(raw)
			p.message, p.help = fmt.Sprintf("%s is a date, and stands in quotes as year-month-day", name), "Write the date that you mean"
			if date == "" {
				date = "2027-03-01"
			} else {
				p.help = "For " + words + " write"
			}
			p.mend = newPatch(splice{code[i].from, code[to].to, `"` + date + `"`})
		case numberFields()[name]:
			p.message, p.help = fmt.Sprintf("%s must be a whole number, and not %s", name, clip(raw)), "Write digits only; more can be said in a text field"
			p.mend = newPatch(splice{code[i].from, code[to].to, number})
		default:
			continue
		}
		return []problem{p}
	}
	return nil
}

// badName: a field's name or an id with a hyphen, a space or a digit first.
func badName(s *sheet, line, _ int) []problem {
	code := s.code(line)
	for i, p := range code {
		if !s.is(p, ":") || i == 0 {
			continue
		}
		from := i - 1
		for from > 0 && !s.is(code[from-1], ":") && !s.is(code[from-1], "{") && !s.is(code[from-1], ",") {
			from--
		}
		raw := string(s.data[code[from].from:code[i-1].to])
		id := asID(raw)
		if id == "" && raw != "" && raw[0] >= '0' && raw[0] <= '9' {
			id = asID("l" + raw)
		}
		if id == "" || keyword(s.text(code[from])) || strings.ContainsAny(raw, "\"\t()[]:=") || plainName.MatchString(raw) || len(strings.Fields(raw)) > 4 {
			continue
		}
		what := "a name like this cannot be read"
		switch {
		case strings.ContainsAny(raw, "-\u2010\u2011\u2012\u2013\u2014"):
			what = "an id has no hyphens"
		case strings.ContainsAny(raw, " \u00a0"):
			what = "an id has no spaces"
		case raw[0] >= '0' && raw[0] <= '9':
			what = "an id begins with a letter"
		}
		help := "Write it with lower-case letters, digits and underscores"
		if slices.Contains(allFields(), raw) {
			help = "Write"
		}
		return []problem{{at: code[from].from, message: fmt.Sprintf("%q is not an id: %s", clip(raw), what), help: help,
			mend: newPatch(splice{code[from].from, code[i-1].to, id})}}
	}
	return nil
}

var plainName = regexp.MustCompile(`^[\p{L}_][\p{L}0-9_]*$`)

// allFields are the names of all fields of the schema.
var allFields = sync.OnceValue(func() []string { return sortedKeys(fieldsWhere(func(*shape) bool { return true })) })

// depth is how many brackets are open before a line.
func (s *sheet) depth(line int) int {
	n := 0
	for _, code := range s.lines[:line] {
		for _, p := range code {
			switch s.text(p) {
			case "{", "[":
				n++
			case "}", "]":
				n--
			}
		}
	}
	return n
}

// misspeltStart: the words that a file begins with, misspelt or in the wrong quotes.
func misspeltStart(s *sheet, line, _ int) []problem {
	code := s.code(line)
	if len(code) < 2 || code[0].kind != pieceWord || s.depth(line) > 0 || s.is(code[1], ":") {
		return nil
	}
	word := s.text(code[0])
	from, rest := code[1].from, string(s.data[code[1].from:s.lineEnd(code[1].from)])
	switch near, ok := diag.Nearest(word, []string{"package", "import"}); {
	case word == "package" && strings.HasPrefix(rest, `"`):
		return []problem{{at: from, message: "the name of the package stands in quotes", help: "Write it without quotes",
			mend: newPatch(splice{from, from + len(rest), strings.Trim(rest, `" `)})}}
	case word == "import" && !strings.HasPrefix(rest, `"`) && !strings.HasPrefix(rest, "("):
		return []problem{{at: from, message: "what the file imports is not in quotes", help: "Put it in quotes",
			mend: newPatch(splice{from, from + len(rest), `"` + strings.Trim(rest, `"' `) + `"`})}}
	case ok && near != word:
		return []problem{{at: code[0].from, message: fmt.Sprintf("the line begins with %q; did you mean %q?", word, near), help: "Write",
			mend: newPatch(splice{code[0].from, code[0].to, near})}}
	}
	return nil
}

// looseNote: a note between things, without the two strokes that make it one.
func looseNote(s *sheet, line, _ int) []problem {
	code := s.code(line)
	if len(code) == 0 || line < 1 {
		return nil
	}
	from, end := code[0].from, s.lineEnd(code[0].from)
	row := string(s.data[from:end])
	switch {
	case strings.HasPrefix(row, "#"):
		return []problem{{at: from, message: "a note begins with two strokes (//) here, and not with #", help: "Write",
			mend: newPatch(splice{from, end, "// " + strings.TrimLeft(row, "# ")})}}
	case strings.HasPrefix(row, "/*") || strings.HasPrefix(row, "--") || strings.HasPrefix(row, "<!--"):
		return []problem{{at: from, message: "a note begins with two strokes (//) here", help: "Write",
			mend: newPatch(splice{from, end, "// " + strings.Trim(row, "/*<!-> ")})}}
	case s.depth(line) == 0 && code[0].kind == pieceWord && len(code) > 2 && !keyword(s.text(code[0])) && !labelled.MatchString(row) && !strings.ContainsAny(row, `{}[]"`):
		return []problem{{at: from, message: fmt.Sprintf("the line %q is neither a field nor a note", clip(row)), help: "If it is a note, put two strokes before it",
			mend: newPatch(splice{from, end, "// " + row})}}
	}
	return nil
}
