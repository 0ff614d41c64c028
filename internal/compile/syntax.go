package compile

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/errors"
	"cuelang.org/go/cue/parser"

	"github.com/milepost-dev/milepost/internal/diag"
)

const (
	maxMends   = 25       // of one file: whoever has more reads these first
	maxReading = 48 << 20 // bytes read again and again to mend the files of a framework
)

// problem is an explanation of why a file cannot be read, with the mend that
// would show it right.
type problem struct {
	at            int // offset of the mistake
	message, help string
	mend          patch
	bare          bool // the mended line is no line to paste
}

// diagnosis looks for one kind of mistake on a line. Off is where CUE stopped.
type diagnosis func(s *sheet, line, off int) []problem

// diagnoses go from the unmistakable to the likely.
var diagnoses = []diagnosis{
	conflictMarks, curlyQuotes, strangeSpaces, wideMarks, equalsSign, semicolon, packageTwice,
	misspeltStart, looseNote, markedList, wrappedText, missingComma, innerQuote, openText, noFirstQuote, backslash,
	wrongNumber, badName, roundBrackets, squareGroup, missingValue, doubledMark, missingColon, bareText,
	brackets,
}

// reader mends files so that all of them can be read.
type reader struct {
	budget int // bytes that may still be read in trials
}

// read reads a file, mending what keeps it from being read. The tree is nil
// where that cannot be done.
func (r *reader) read(m *mended) (*ast.File, diag.List) {
	var found diag.List
	for {
		tree, err := parser.ParseFile(m.name, m.data, parser.ParseComments)
		if err == nil {
			return tree, found
		}
		p := r.diagnose(m.data, err)
		at, inside := m.original(positionOf(m.name, m.data, p.at))
		if !inside {
			found = append(found, finding("syntax", at, p.message, p.helpWith(m.data)))
		}
		if p.mend == nil || inside || len(found) == maxMends {
			return nil, found
		}
		m.mend(p.mend)
	}
}

// helpWith is the help, and the line as it would be right.
func (p problem) helpWith(data []byte) string {
	if p.mend == nil || p.bare {
		return p.help
	}
	line := strings.TrimSpace(lineOf(p.mend.apply(data), p.at))
	return strings.TrimSuffix(p.help, ".") + ":\n" + clipTo(gaps.ReplaceAllString(line, " "), 120)
}

// gaps are what aligns values below each other, which a line to paste does without.
var gaps = regexp.MustCompile(`[ \t]{2,}|\t`)

func (r *reader) diagnose(data []byte, err error) problem {
	errs := errors.Errors(err)
	off := min(errs[0].Position().Offset(), len(data))
	s := newSheet(data)
	if marks := conflictMarks(s, 0, off); len(marks) > 0 {
		return marks[0]
	}
	line := s.line(off)
	for _, whole := range []bool{true, false} {
		for _, d := range diagnoses {
			for _, n := range []int{line, s.before(line)} {
				if n < 1 {
					continue
				}
				for _, p := range d(s, n, off) {
					if r.goesOn(s, p, off, whole) {
						return p
					}
				}
			}
		}
	}
	return unreadable(s, off, errs[0].Error())
}

// goesOn says whether a mend lets CUE read on: past the line, or past the
// place where it stopped.
func (r *reader) goesOn(s *sheet, p problem, off int, whole bool) bool {
	if r.budget -= len(s.data); r.budget < 0 || !p.mend.fits(len(s.data)) {
		return false
	}
	_, err := parser.ParseFile("", p.mend.apply(s.data))
	if err == nil {
		return true
	}
	next, inside := p.mend.back(errors.Errors(err)[0].Position().Offset())
	if whole {
		return !inside && next > off && s.line(next) > s.line(off)
	}
	return !inside && next > off
}

// unreadable is what is left to say: where CUE stopped.
func unreadable(s *sheet, off int, msg string) problem {
	p := problem{at: off, message: "the line cannot be read from here on", help: `A field is written name: "text", with each field and each entry of a list on a line of its own.`}
	if strings.Contains(msg, "EOF") {
		p.message, p.help = "the file ends too early", "Look for a bracket, a brace or a quote that is not closed."
	}
	if near := strings.TrimSpace(string(s.data[min(off, len(s.data)):s.lineEnd(min(off, len(s.data)))])); near != "" {
		p.message = fmt.Sprintf("the line cannot be read from %q on", clip(near))
	}
	return p
}

// conflictMarks finds what Git writes where two edits of one line met.
func conflictMarks(s *sheet, _, _ int) []problem {
	var p problem
	other := false // in the second of the two texts
	for n, from := range s.starts {
		end := s.lineEnd(from)
		line := string(s.data[from:end])
		mark := isConflict(line)
		if mark {
			if p.mend == nil {
				p.at = from
			}
			other = strings.HasPrefix(line, "=") || strings.HasPrefix(line, "|")
		}
		if (mark || other) && n < len(s.starts) {
			p.mend = append(p.mend, splice{from, end, ""})
		}
	}
	if p.mend == nil {
		return nil
	}
	p.message = "two edits of these lines were not brought together: the file holds both, between marks (<<<<<<< and >>>>>>>)"
	p.help = "Keep the lines that are right. Delete the other ones, and the lines with the marks."
	p.bare = true
	return []problem{p}
}

func isConflict(line string) bool {
	for _, mark := range []string{"<<<<<<<", "|||||||", "=======", ">>>>>>>"} {
		if rest, ok := strings.CutPrefix(line, mark); ok && (rest == "" || rest[0] == ' ') {
			return true
		}
	}
	return false
}

// packageTwice: the first line of another file was pasted along.
func packageTwice(s *sheet, line, _ int) []problem {
	code := s.code(line)
	if len(code) < 2 || s.text(code[0]) != "package" || !slices.ContainsFunc(s.lines[:line], func(above []piece) bool {
		return len(above) > 0 && s.text(above[0]) == "package"
	}) {
		return nil
	}
	return []problem{{at: code[0].from, message: "a second line says which package the file belongs to",
		help: "Delete this line: a file has one package line, at its start.", bare: true,
		mend: newPatch(splice{code[0].from, s.lineEnd(code[0].from), ""})}}
}

func clipTo(s string, most int) string {
	if r := []rune(s); len(r) > most {
		return string(r[:most-3]) + "..."
	}
	return s
}
