package compile

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"cuelang.org/go/cue/errors"

	"github.com/milepost-dev/milepost/internal/diag"
)

// syntaxWords says what a parser's message means for somebody who writes
// text, looking at the line itself. It may move the place to where the
// mistake is and not where the parser noticed it.
func syntaxWords(msg string, src []byte, at *diag.Position) (message, help string) {
	if m, h := conflictMarkers(src, at); m != "" {
		return m, h
	}
	line := lineOf(src, at.Line)
	switch {
	case curly.MatchString(line):
		at.Column = curly.FindStringIndex(line)[0] + 1
		return "the line has curly quotes", `Type straight quotes instead: "…".`
	case strings.ContainsRune(line, '\u00a0'):
		at.Column = strings.IndexRune(line, '\u00a0') + 1
		return "the line has a space of a special kind, probably pasted", "Delete it and type an ordinary space."
	case strings.Contains(msg, "string literal not terminated"):
		return "a text has no quote at its end", `Close it with a quote: "…". A quote inside a text is written \".`
	case innerQuote.MatchString(line):
		at.Column = innerQuote.FindStringSubmatchIndex(line)[2] + 1
		return "a quote inside a text ends it early", `Write it as \" (or use single quotes): "Writes \"how to\" guides".`
	case equalsSign(src, at):
		return "the line has = where a colon belongs", "Write name: value."
	case strings.Contains(msg, "missing ',' before newline in struct literal"), strings.Contains(msg, "missing ',' in struct literal"):
		return "two fields stand in one line, or a quote inside a text ends it early", `Put each field on a line of its own, or a comma between them; a quote inside a text is written \".`
	case strings.Contains(msg, "in list literal"):
		return "the entries of the list are not apart, or the list is not closed", `Put each entry on a line of its own, in quotes, and close the list with ].`
	case strings.Contains(msg, "found 'EOF'"):
		return "the file ends in the middle: a bracket or brace is not closed", "Add the missing } or ] where the group or list ends."
	case strings.Contains(msg, "found '}'"), strings.Contains(msg, "found ']'"):
		return "a bracket or brace is closed that was not opened, or in the wrong order", "Check that each { has its } and each [ its ]."
	case strings.Contains(msg, "illegal character"):
		return "the line has a character that cannot stand there", "Text stands in quotes: \"…\"."
	}
	return "the line cannot be read: " + plainSyntax(msg), `A field is written name: value, and a text stands in quotes.`
}

var (
	curly      = regexp.MustCompile("[\u201c\u201d\u201e\u2018\u2019\u00ab\u00bb]")
	assign     = regexp.MustCompile(`^\s*([A-Za-z_][A-Za-z0-9_]*)\s*=[^=~]`)
	innerQuote = regexp.MustCompile(`^[^"]*"[^"]*(")[A-Za-z0-9]`)
	conflict   = regexp.MustCompile(`(?m)^(<<<<<<<|=======|>>>>>>>)( |$)`)
	cueLiteral = strings.NewReplacer("operand", "a value", "label", "a name", "'EOF'", "the end of the file", "newline", "the end of the line")
)

// equalsSign moves the place to an = that stands for a colon, in the line
// where the parser stopped or in the one before.
func equalsSign(src []byte, at *diag.Position) bool {
	for _, n := range []int{at.Line, at.Line - 1} {
		if m := assign.FindStringSubmatchIndex(lineOf(src, n)); m != nil {
			at.Line, at.Column = n, m[1]-1
			return true
		}
	}
	return false
}

func plainSyntax(msg string) string {
	if i := strings.Index(msg, ": "); i >= 0 && strings.Contains(msg[:i], ".cue") {
		msg = msg[i+2:]
	}
	return cueLiteral.Replace(msg)
}

func conflictMarkers(src []byte, at *diag.Position) (message, help string) {
	m := conflict.FindIndex(src)
	if m == nil {
		return "", ""
	}
	at.Line, at.Column = 1+bytes.Count(src[:m[0]], []byte("\n")), 1
	return "the file holds the marks of two edits that were not brought together (<<<<<<< and >>>>>>>)",
		"Keep the text that is right, and delete the other one and the three lines of marks."
}

func lineOf(src []byte, n int) string {
	lines := bytes.SplitN(src, []byte("\n"), n+1)
	if n < 1 || n > len(lines) {
		return ""
	}
	return string(lines[n-1])
}

// cueFindings says in words what CUE held against a document. Errors at or
// below a path that is explained already are its echo, and dropped; the last
// one never is, since the verdict is CUE's.
func cueFindings(errs []errors.Error, x *index, explained diag.List) diag.List {
	var out diag.List
	seen := map[string]bool{}
	for _, e := range errs {
		path := cuePath(e.Path())
		if seen[path] || covered(path, explained) || inCheck(e) && len(explained)+len(out) > 0 {
			continue
		}
		seen[path] = true
		out = append(out, cueFinding(e, path, x))
	}
	if len(out) == 0 && len(explained) == 0 && len(errs) > 0 {
		out = append(out, cueFinding(errs[0], cuePath(errs[0].Path()), x))
	}
	return out
}

// inCheck says whether an error is one of the schema's own checks between
// parts. CUE makes them up where a part is broken, and rules.go has them all.
func inCheck(e errors.Error) bool { return slices.Contains(e.Path(), "_check") }

// covered says whether a finding stands at path, above it or below it.
func covered(path string, found diag.List) bool {
	for _, f := range found {
		if f.Path == path || below(path, f.Path) || below(f.Path, path) {
			return true
		}
	}
	return false
}

func below(path, above string) bool {
	return above == "" || strings.HasPrefix(path, above+".") || strings.HasPrefix(path, above+"[")
}

func cueFinding(e errors.Error, path string, x *index) diag.Finding {
	format, args := e.Msg()
	text := fmt.Sprintf(format, args...)
	at := authorPlace(e, path, x)
	f := diag.Finding{Severity: diag.Error, Path: path, Position: at}
	switch {
	case strings.HasPrefix(format, "conflicting values"):
		f.Code = "conflicting-values"
		p, times := x.last(path)
		if times < 2 {
			f.Code, f.Message = "wrong-type", fmt.Sprintf("%s cannot have this value", thing(path))
			break
		}
		f.Position = p.label
		f.Message = fmt.Sprintf("%s has two different values", thing(path))
		f.Help = fmt.Sprintf("Keep one of them; the other stands at %s.", x.places[path][0].label)
	case strings.HasPrefix(format, "reference"):
		f.Code = "unknown-name"
		name := ""
		if len(args) > 0 {
			name = fmt.Sprint(args[0])
		}
		f.Message = fmt.Sprintf("%s is not in quotes, so it is taken for a name, and there is no such name", name)
		f.Help = fmt.Sprintf("If it is a text, write %q.", name)
		if p := position(e.Position()); p.File != "" {
			f.Position = p
		}
	case format == "field not allowed":
		f.Code, f.Message = "unknown-field", fmt.Sprintf("there is no field %q in %s", lastPart(path), thing(parent(path)))
	case strings.Contains(format, "required but not present"):
		f.Code, f.Message = "missing-field", fmt.Sprintf("%s has no %s", thing(parent(path)), lastPart(path))
	case strings.Contains(format, "cycle"):
		f.Code, f.Message, f.Help = "cycle", thing(path)+" refers to itself", "Write the value itself."
	case strings.Contains(format, "imported and not used"):
		f.Code, f.Message, f.Help = "unused-import", "the file imports a package that it does not use", "Remove the import."
	case strings.Contains(format, "unreferenced alias or let"):
		f.Code, f.Message, f.Help = "unused-name", "a value is given a name here that nothing uses", "Remove the line."
	case strings.Contains(format, "incomplete") || strings.Contains(format, "non-concrete"):
		f.Code, f.Message, f.Help = "incomplete", thing(path)+" has no definite value", "Write the value itself."
	default:
		f.Code, f.Message = "not-valid", strings.TrimSpace(thing(path)+": "+text)
	}
	return f
}

// authorPlace is the first place of an error in the author's files: one that
// CUE names, else where the path stands.
func authorPlace(e errors.Error, path string, x *index) diag.Position {
	p, exact := x.find(path)
	if exact && path != "" {
		return p.label
	}
	for _, pos := range errors.Positions(e) {
		if at := position(pos); at.File != "" && !strings.HasPrefix(at.File, "schema/") {
			return at
		}
	}
	return p.label
}
