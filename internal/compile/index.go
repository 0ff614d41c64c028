package compile

import (
	"strconv"
	"strings"

	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/token"

	"github.com/milepost-dev/milepost/internal/diag"
)

// place is where an author wrote something: the label, and the value after
// it, with its end.
type place struct {
	label, value diag.Position
	from, to     int      // offsets of the whole: the name and the value, or the entry
	node         ast.Expr // the value
}

// index knows where each path of the document stands in the author's files.
// Paths are relative to the field framework: "levels.l4.titles[0].text".
type index struct {
	places map[string][]place
	nodes  int
	deep   diag.Position // the first place that is nested too deeply
}

func newIndex() *index { return &index{places: map[string][]place{}} }

// addFile records all that f says below the field root.
func (x *index) addFile(f *ast.File, root string) {
	for _, d := range f.Decls {
		field, ok := d.(*ast.Field)
		if !ok {
			continue
		}
		if name, ok := label(field.Label); ok && name == root {
			x.add("", field.Label.Pos(), field.Value, 0)
		}
	}
}

func (x *index) add(path string, at token.Pos, v ast.Expr, depth int) {
	x.nodes++
	x.places[path] = append(x.places[path], place{position(at), position(v.Pos()), at.Offset(), v.End().Offset(), v})
	if depth > MaxNesting {
		if x.deep.File == "" {
			x.deep = position(at)
		}
		return
	}
	switch v := v.(type) {
	case *ast.StructLit:
		for _, d := range v.Elts {
			if f, ok := d.(*ast.Field); ok {
				if name, ok := label(f.Label); ok {
					x.add(join(path, name), f.Label.Pos(), f.Value, depth+1)
				}
			}
		}
	case *ast.ListLit:
		for i, e := range v.Elts {
			x.add(path+"["+strconv.Itoa(i)+"]", e.Pos(), e, depth+1)
		}
	case *ast.BinaryExpr:
		if v.Op == token.AND {
			x.add(path, at, v.X, depth+1)
			x.add(path, at, v.Y, depth+1)
		}
	}
}

// pathAt is the path of the innermost thing that has an offset of a file in it.
func (x *index) pathAt(file string, off int) string {
	best, size := "", -1
	for path, ps := range x.places {
		for _, p := range ps {
			if p.label.File != file || off < p.from || off >= p.to {
				continue
			}
			if size < 0 || p.to-p.from < size || p.to-p.from == size && len(path) > len(best) {
				best, size = path, p.to-p.from
			}
		}
	}
	return best
}

// find is the place of path, or of the nearest thing around it that the
// author wrote. exact says which of the two it is.
func (x *index) find(path string) (p place, exact bool) {
	for at := path; ; at = parent(at) {
		if ps := x.places[at]; len(ps) > 0 {
			return ps[0], at == path
		}
		if at == "" {
			return place{}, false
		}
	}
}

// alias lets what stands at one path be found at another too.
func (x *index) alias(from, to string) {
	for _, path := range sortedKeys(x.places) {
		if path == from || below(path, from) {
			x.places[to+path[len(from):]] = x.places[path]
		}
	}
}

// last is where path was written last, for things that were written twice.
func (x *index) last(path string) (p place, times int) {
	ps := x.places[path]
	if len(ps) == 0 {
		p, _ = x.find(path)
		return p, 0
	}
	return ps[len(ps)-1], len(ps)
}

// label is the name of a field, where it is a plain one.
func label(l ast.Label) (string, bool) {
	switch l := l.(type) {
	case *ast.Ident:
		return l.Name, true
	case *ast.BasicLit:
		s, err := strconv.Unquote(l.Value)
		return s, err == nil
	}
	return "", false
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

func parent(path string) string {
	i := strings.LastIndexAny(path, ".[")
	if i < 0 {
		return ""
	}
	return path[:i]
}

func position(p token.Pos) diag.Position {
	if !p.IsValid() {
		return diag.Position{}
	}
	return diag.Position{File: p.Filename(), Line: p.Line(), Column: p.Column()}
}

// cuePath turns the path of a CUE error into one of ours: without the field
// framework, without the schema's own fields, list elements in brackets.
func cuePath(segments []string) string {
	var out string
	for i, s := range segments {
		if u, err := strconv.Unquote(s); err == nil {
			s = u
		}
		if i == 0 && (s == rootField || s == organisationField) || s == "_check" {
			continue
		}
		if _, err := strconv.Atoi(s); err == nil && out != "" {
			out += "[" + s + "]"
			continue
		}
		out = join(out, s)
	}
	return out
}

// nodeCount counts the nodes of a file, up to a limit.
func nodeCount(f *ast.File) int {
	n := 0
	ast.Walk(f, func(ast.Node) bool { n++; return n <= MaxNodes }, nil)
	return n
}
