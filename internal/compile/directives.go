package compile

import (
	"bytes"
	"cmp"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/token"

	"github.com/milepost-dev/milepost/internal/diag"
)

// Field is a field of the framework itself that holds one text, such as a
// date. Without a value it is to be removed, or to stay away.
type Field struct{ Name, Value string }

// Redirect returns the edits of a unit's files, in order, that give fields of the
// framework new values, in the order given, and remove those that have none.
// All other bytes stay. Where a field is written in a way that takes more than
// cutting lines out or putting another text in, it stays as it is: who calls
// compiles what comes out, and sees. The error means that the files could not
// be read.
func Redirect(u Unit, fields []Field) ([]diag.Edit, error) {
	src, found, err := gather(u.FS, u.Root, path.Join(u.Root, u.Dir), path.Base(u.Dir))
	if err != nil {
		return nil, err
	}
	if src == nil || found.HasErrors() {
		return nil, nil
	}
	p, _ := parseAll(src.files, profile{pkg: rootField, root: rootField, lib: func(string) bool { return true }}, src.id)
	r := redirection{files: map[string][]byte{}, index: p.index}
	for _, f := range src.files {
		r.files[f.name] = f.data
	}
	added := ""
	for _, f := range fields {
		switch written := r.written(f.Name); {
		case f.Value == "":
			r.remove(written)
		case len(written) > 0:
			r.replace(written, f.Value)
		default:
			added += fmt.Sprintf("%s: %q\n", f.Name, f.Value)
		}
	}
	if added != "" {
		r.add(added)
	}
	slices.SortFunc(r.edits, func(a, b diag.Edit) int {
		return cmp.Or(strings.Compare(a.File, b.File), cmp.Compare(a.Start, b.Start), cmp.Compare(a.End, b.End))
	})
	return r.edits, nil
}

type redirection struct {
	files map[string][]byte
	index *index
	edits []diag.Edit
}

// written are the places of a field, each once and whole.
func (r *redirection) written(name string) []place {
	var out []place
	for _, p := range r.index.places[name] {
		i := slices.IndexFunc(out, func(q place) bool { return q.label == p.label })
		if i < 0 {
			out = append(out, p)
		} else if out[i].to < p.to { // parts of an expression have places too
			out[i] = p
		}
	}
	return out
}

func (r *redirection) replace(written []place, value string) {
	for _, p := range written {
		lit, ok := p.node.(*ast.BasicLit)
		if !ok || lit.Kind != token.STRING {
			continue
		}
		r.edits = append(r.edits, diag.Edit{File: p.label.File, Start: lit.Pos().Offset(), End: lit.End().Offset(), New: fmt.Sprintf("%q", value)})
	}
}

// remove cuts out the lines of a field, and the comments that stand right
// above it and so speak of it.
func (r *redirection) remove(written []place) {
	for _, p := range written {
		data := r.files[p.label.File]
		if from, _, to, ok := wholeLines(data, p); ok {
			r.edits = append(r.edits, diag.Edit{File: p.label.File, Start: withComments(data, from), End: to})
		}
	}
}

var (
	beforeField = regexp.MustCompile(`^[ \t]*(framework:[ \t]*)?$`)
	afterField  = regexp.MustCompile(`^[ \t]*,?[ \t]*(//.*)?\r?$`)
)

// wholeLines are the lines of a field, the end of the last included, and what
// stands before its name; ok is false where anything else stands on them.
func wholeLines(data []byte, p place) (from int, before string, to int, ok bool) {
	from = bytes.LastIndexByte(data[:p.from], '\n') + 1
	rest := data[p.to:]
	to = len(data)
	if i := bytes.IndexByte(rest, '\n'); i >= 0 {
		rest, to = rest[:i], p.to+i+1
	}
	before = string(data[from:p.from])
	return from, before, to, beforeField.MatchString(before) && afterField.Match(rest)
}

// withComments is where the comment lines right above a line begin.
func withComments(data []byte, from int) int {
	for from > 0 {
		above := bytes.LastIndexByte(data[:from-1], '\n') + 1
		if !bytes.HasPrefix(bytes.TrimSpace(data[above:from]), []byte("//")) {
			break
		}
		from = above
	}
	return from
}

// add writes lines below the title, as the title is written; where other
// things stand on its line, at the end of the file.
func (r *redirection) add(lines string) {
	at := slices.Concat(r.written("title"), r.written("id"), r.index.places[""])
	if len(at) == 0 {
		return
	}
	for _, p := range at {
		data := r.files[p.label.File]
		_, before, to, ok := wholeLines(data, p)
		if p.node == nil || !ok || slices.ContainsFunc(r.index.places[""], func(q place) bool { return q.label == p.label }) {
			continue
		}
		r.insert(p.label.File, to, before, lines)
		return
	}
	file := at[0].label.File
	r.insert(file, len(r.files[file]), rootField+": ", lines)
}

// insert puts lines in at an offset that begins a line, each after prefix, and
// with the line ends that the file has.
func (r *redirection) insert(file string, at int, prefix, lines string) {
	data := r.files[file]
	text := prefix + strings.ReplaceAll(strings.TrimSuffix(lines, "\n"), "\n", "\n"+prefix) + "\n"
	if at > 0 && data[at-1] != '\n' {
		text = "\n" + text
	}
	if bytes.Contains(data, []byte("\r\n")) {
		text = strings.ReplaceAll(text, "\n", "\r\n")
	}
	r.edits = append(r.edits, diag.Edit{File: file, Start: at, End: at, New: text})
}
