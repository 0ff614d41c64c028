package compile

import (
	"strconv"
	"strings"
	"sync"

	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/parser"
	"cuelang.org/go/cue/token"
)

// shapeKind says what sort of value a place in the document takes.
type shapeKind int

const (
	kindStruct shapeKind = iota
	kindMap
	kindList
	kindText // a string: shape.name says which
	kindInt
	kindBool
	kindEnum
	kindItem // a line, or a struct
)

// shape is what the schema says of one place in the document, read from the
// schema's own syntax so that the two cannot drift apart. It explains what
// CUE refused: fields that exist, values that a field takes, and the doc
// comment that says what a field is for.
type shape struct {
	kind     shapeKind
	name     string // "#Line", "#Date", "#Level", … or "" for an unnamed one
	fields   map[string]*fieldShape
	order    []string // names of fields, as the schema lists them
	key      string   // of a map: "#ID", …
	elem     *shape   // of a map or a list; of an item, the struct
	min, max int      // of a list, its length; of a number, its value
	values   []string // of an enum
	pattern  string   // of a text that must match one
}

type fieldShape struct {
	*shape
	required bool
	doc      string
}

// schemaShapes are the definitions of the schema, by name.
var schemaShapes = sync.OnceValue(func() map[string]*shape {
	r := &shapeReader{defs: map[string]ast.Expr{}, shapes: map[string]*shape{}}
	for _, f := range schemaFiles() {
		tree, err := parser.ParseFile(f.name, f.data, parser.ParseComments)
		if err != nil {
			panic("compile: the schema parses: " + err.Error())
		}
		for _, d := range tree.Decls {
			if field, ok := d.(*ast.Field); ok {
				if name, ok := label(field.Label); ok && name != "#Framework" {
					r.defs[name] = field.Value
				}
			}
		}
	}
	for name := range r.defs {
		r.definition(name)
	}
	return r.shapes
})

type shapeReader struct {
	defs   map[string]ast.Expr
	shapes map[string]*shape
}

func (r *shapeReader) definition(name string) *shape {
	if s, ok := r.shapes[name]; ok {
		return s
	}
	s := &shape{}
	r.shapes[name] = s
	*s = *r.read(r.defs[name])
	s.name = name
	return s
}

// read turns an expression of the schema into a shape.
func (r *shapeReader) read(e ast.Expr) *shape {
	switch e := e.(type) {
	case *ast.Ident:
		return r.ident(e.Name)
	case *ast.StructLit:
		return r.structure(e)
	case *ast.ListLit:
		return r.list(e)
	case *ast.UnaryExpr:
		if e.Op == token.MAT {
			return &shape{kind: kindText, pattern: unquote(e.X)}
		}
	case *ast.CallExpr:
		return &shape{kind: kindText}
	case *ast.BinaryExpr:
		if e.Op == token.OR {
			return r.disjunction(e)
		}
		return r.conjunction(e)
	}
	return &shape{kind: kindText}
}

func (r *shapeReader) ident(name string) *shape {
	switch name {
	case "int":
		return &shape{kind: kindInt, min: -1 << 31, max: 1 << 31}
	case "bool":
		return &shape{kind: kindBool}
	}
	if _, ok := r.defs[name]; ok {
		return r.definition(name)
	}
	return &shape{kind: kindText}
}

func (r *shapeReader) structure(e *ast.StructLit) *shape {
	s := &shape{kind: kindStruct, fields: map[string]*fieldShape{}}
	for _, d := range e.Elts {
		f, ok := d.(*ast.Field)
		if !ok {
			continue
		}
		if l, ok := f.Label.(*ast.ListLit); ok {
			s.kind, s.elem = kindMap, r.read(f.Value)
			if id, ok := l.Elts[0].(*ast.Ident); ok {
				s.key = id.Name
			} else if u, ok := l.Elts[0].(*ast.UnaryExpr); ok {
				s.pattern = unquote(u.X)
			}
			continue
		}
		name, _ := label(f.Label)
		s.fields[name] = &fieldShape{shape: r.read(f.Value), required: f.Constraint == token.NOT, doc: docOf(f)}
		s.order = append(s.order, name)
	}
	return s
}

func (r *shapeReader) list(e *ast.ListLit) *shape {
	s := &shape{kind: kindList, max: 1 << 30}
	for _, x := range e.Elts {
		if el, ok := x.(*ast.Ellipsis); ok {
			s.elem = r.read(el.Type)
		} else {
			s.min++
		}
	}
	return s
}

// disjunction is a choice of words, or an item.
func (r *shapeReader) disjunction(e *ast.BinaryExpr) *shape {
	values, ok := enumValues(e)
	if ok {
		return &shape{kind: kindEnum, values: values}
	}
	return &shape{kind: kindItem, elem: r.read(e.Y)}
}

func enumValues(e ast.Expr) ([]string, bool) {
	switch e := e.(type) {
	case *ast.BinaryExpr:
		x, okX := enumValues(e.X)
		y, okY := enumValues(e.Y)
		return append(x, y...), okX && okY && e.Op == token.OR
	case *ast.BasicLit:
		return []string{unquote(e)}, e.Kind == token.STRING
	}
	return nil, false
}

// conjunction is a shape with bounds: int & >=1 & <=99, [...] & list.MaxItems(30).
func (r *shapeReader) conjunction(e *ast.BinaryExpr) *shape {
	s := *r.read(e.X)
	switch y := e.Y.(type) {
	case *ast.UnaryExpr:
		n, err := strconv.Atoi(literal(y.X))
		switch {
		case err == nil && y.Op == token.GEQ:
			s.min = n
		case err == nil && y.Op == token.LEQ:
			s.max = n
		}
	case *ast.CallExpr:
		sel, ok := y.Fun.(*ast.SelectorExpr)
		if !ok || len(y.Args) != 1 {
			break
		}
		if name, _ := label(sel.Sel); name == "MaxItems" || name == "MaxRunes" {
			s.max, _ = strconv.Atoi(literal(y.Args[0]))
		}
	}
	return &s
}

func literal(e ast.Expr) string {
	if b, ok := e.(*ast.BasicLit); ok {
		return b.Value
	}
	return ""
}

func unquote(e ast.Expr) string {
	s, err := strconv.Unquote(literal(e))
	if err != nil {
		return ""
	}
	return s
}

// docOf is a field's doc comment as one paragraph.
func docOf(f *ast.Field) string {
	var b strings.Builder
	for _, g := range ast.Comments(f) {
		if !g.Doc {
			continue
		}
		for _, c := range g.List {
			b.WriteString(strings.TrimSpace(strings.TrimPrefix(c.Text, "//")))
			b.WriteByte(' ')
		}
	}
	return strings.TrimSpace(b.String())
}

// at is the shape of what stands at a path, nil where there is none.
func (s *shape) at(path string) *shape {
	for s != nil && path != "" {
		name, rest, _ := strings.Cut(path, ".")
		var entries int
		name, entries = entry(name)
		switch s.kind {
		case kindStruct:
			f, ok := s.fields[name]
			if !ok {
				return nil
			}
			s = f.shape
		case kindMap, kindItem:
			s = s.elem
			if s.kind == kindItem {
				s = s.elem
			}
		default:
			return nil
		}
		for ; entries > 0 && s != nil; entries-- {
			s = s.elem
		}
		path = rest
	}
	return s
}

// entry cuts the brackets off a part of a path, and counts them.
func entry(name string) (string, int) {
	plain, _, found := strings.Cut(name, "[")
	if !found {
		return name, 0
	}
	return plain, strings.Count(name, "[")
}
