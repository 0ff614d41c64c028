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
	maxReading = 16 << 20 // bytes read again and again to mend the files of a framework
	maxPieces  = 400      // on a line that is looked at: nobody writes longer ones by hand
	maxGuesses = 12       // of one kind, for one line
)

// problem is an explanation of why a file cannot be read, with the mend that
// would show it right.
type problem struct {
	at            int // offset of the mistake
	message, help string
	mend          patch
	bare          bool  // the mended line is no line to paste
	sure          bool  // the mend can mean nothing else
	also          []int // offsets of the same mistake further down
}

// diagnosis looks for one kind of mistake on a line. Off is where CUE stopped.
type diagnosis func(s *sheet, line, off int) []problem

// diagnoses go from the unmistakable to the likely.
var diagnoses = []diagnosis{
	conflictMarks, sure(everywhere(curlyQuotes)), sure(everywhere(strangeSpaces)), sure(everywhere(wideMarks)), sure(equalsSign), sure(everywhere(semicolon)), packageTwice,
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
	var whole *sheet
	if len(m.data) > largeFile {
		whole = newSheet(m.data)
	}
	tree, stop := r.parse(m.name, m.data, whole, 0)
	for {
		if tree != nil {
			return tree, found
		}
		s := newSheet(m.data)
		p := r.diagnose(s, stop)
		at, inside := m.original(positionOf(m.name, m.data, p.at))
		if !inside {
			f := finding("syntax", at, p.message, p.helpWith(m.data))
			f.Fix = m.fix(p)
			for _, off := range p.also {
				if at, inside := m.original(positionOf(m.name, m.data, off)); !inside {
					f.Also = append(f.Also, at)
				}
			}
			found = append(found, f)
		}
		if p.mend == nil || inside || len(found) == maxMends {
			return nil, found
		}
		m.mend(p.mend)
		tree, stop = r.parse(m.name, m.data, newSheet(m.data), s.line(stop))
	}
}

// everywhere looks for the same mistake in the lines below as well: whoever
// pasted one line from elsewhere pasted more.
func everywhere(d diagnosis) diagnosis {
	return func(s *sheet, line, off int) []problem {
		found := d(s, line, off)
		if len(found) == 0 {
			return nil
		}
		for n := s.after(line); n > 0; n = s.after(n) {
			if len(s.code(n)) > maxPieces {
				continue
			}
			for i, p := range d(s, n, off) {
				if i < len(found) && p.message == found[i].message {
					found[i].mend = append(found[i].mend, p.mend...)
					found[i].also = append(found[i].also, p.at)
				}
			}
		}
		for i := range found {
			found[i].also = found[i].also[:min(len(found[i].also), maxAlso)]
		}
		return found
	}
}

// maxAlso is how many places of one mistake are named.
const maxAlso = 50

// window is how many lines behind a mistake are read at first. CUE's parser
// takes its time over what is full of mistakes.
const window = 16

// largeFile is how many bytes are read in one go, mistakes or not.
const largeFile = 32 << 10

// sure marks what a diagnosis finds as mends that can mean nothing else.
func sure(d diagnosis) diagnosis {
	return func(s *sheet, line, off int) []problem {
		found := d(s, line, off)
		for i := range found {
			found[i].sure = true
		}
		return found
	}
}

// parse is the tree of a file, or where CUE stops. With a sheet, all before a
// line is known to be right, and no more is read behind it than it takes.
func (r *reader) parse(name string, data []byte, s *sheet, line int) (*ast.File, int) {
	for n := window; s != nil; n *= 8 {
		cut := s.cut(line + n)
		if cut >= len(data) {
			break
		}
		r.budget -= cut
		if _, err := parser.ParseFile(name, data[:cut]); err != nil {
			if off := errors.Errors(err)[0].Position().Offset(); off < cut-1 {
				return nil, off
			}
		}
	}
	r.budget -= len(data)
	tree, err := parser.ParseFile(name, data, parser.ParseComments)
	if err != nil {
		return nil, min(errors.Errors(err)[0].Position().Offset(), len(data))
	}
	return tree, 0
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

func (r *reader) diagnose(s *sheet, off int) problem {
	if marks := conflictMarks(s, 0, off); len(marks) > 0 {
		return marks[0]
	}
	line := s.line(off)
	for _, whole := range []bool{true, false} {
		for _, d := range diagnoses {
			for _, n := range []int{line, s.before(line)} {
				if n < 1 || len(s.code(n)) > maxPieces {
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
	return unreadable(s, off)
}

// goesOn says whether a mend lets CUE read on: past the line, or past the
// place where it stopped.
func (r *reader) goesOn(s *sheet, p problem, off int, whole bool) bool {
	if r.budget < 0 || !p.mend.fits(len(s.data)) {
		return false
	}
	mended := p.mend.apply(s.data)
	tree, stop := r.parse("", mended, newSheet(mended), s.line(off))
	if tree != nil {
		return true
	}
	next, inside := p.mend.back(stop)
	if whole {
		return !inside && next > off && s.line(next) > s.line(off)
	}
	return !inside && next > off
}

// unreadable is what is left to say: where CUE stopped.
func unreadable(s *sheet, off int) problem {
	p := problem{at: off, message: "the line cannot be read from here on", help: `A field is written name: "text", with each field and each entry of a list on a line of its own.`}
	if strings.TrimSpace(string(s.data[min(off, len(s.data)):])) == "" {
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
