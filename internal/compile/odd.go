package compile

import (
	"fmt"
	"strings"

	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/token"
)

// oddities are mistakes that CUE can read, but takes for something else than
// their author meant: a dash for a minus, a line's end for a nesting. They
// are looked for only where CUE refuses the document, and explain why.
func (p *parsed) oddities(definition string) []cause {
	if definition == "#Framework" {
		definition = "#Shape"
	}
	o := &odd{parsed: p, root: schemaShapes()[definition]}
	for _, f := range p.files {
		m := p.mended[f.Filename]
		o.sheet, o.file, o.marked = newSheet(m.data), f.Filename, 0
		for _, d := range f.Decls {
			if field, ok := d.(*ast.Field); ok {
				if name, ok := label(field.Label); ok && name == p.root {
					o.value(field.Value, "", field)
				}
			}
		}
	}
	return o.out
}

type odd struct {
	*parsed
	root   *shape
	sheet  *sheet
	file   string
	marked int // the last line of a list that was explained
	out    []cause
}

func (o *odd) add(path string, off int, code, message, help string, mend patch) {
	if len(o.out) == maxCauses {
		return
	}
	c := o.here(o.file, off, code, message, help, mend)
	c.Path = path
	o.out = append(o.out, c)
}

// problem is one that the reader of lines has words for.
func (o *odd) problem(path, code string, p problem) {
	o.add(path, p.at, code, p.message, p.helpWith(o.sheet.data), p.mend)
}

// value looks at what stands at a path. Field is the field that it is the
// value of, nil for an entry of a list.
func (o *odd) value(v ast.Expr, path string, field *ast.Field) {
	line := v.Pos().Line()
	switch v := v.(type) {
	case *ast.StructLit:
		o.structure(v, path, field)
	case *ast.ListLit:
		for i, e := range v.Elts {
			o.value(e, fmt.Sprintf("%s[%d]", path, i), nil)
		}
	case *ast.UnaryExpr:
		if line <= o.marked {
			return
		}
		if ps := markedList(o.sheet, line, 0); len(ps) > 0 {
			o.marked = max(line, o.sheet.line(ps[0].mend[len(ps[0].mend)-1].from))
			o.problem(path, "wrong-type", ps[0])
		}
	case *ast.BinaryExpr:
		o.sum(v, path, line)
	case *ast.BasicLit:
		if v.Kind == token.STRING && strings.HasPrefix(v.Value, "'") {
			from, to := v.Pos().Offset(), v.End().Offset()
			o.problem(path, "wrong-type", problem{at: from, message: "the text stands in single quotes", help: "Type double quotes",
				mend: newPatch(splice{from, to, `"` + strings.ReplaceAll(v.Value[1:len(v.Value)-1], `"`, `\"`) + `"`})})
		}
	}
}

// sum is what CUE would work out, where a date, a number or a text is meant.
func (o *odd) sum(v *ast.BinaryExpr, path string, line int) {
	if v.Op == token.AND || v.Op == token.OR {
		return
	}
	if ps := wrongNumber(o.sheet, line, 0); len(ps) > 0 && ps[0].at == v.Pos().Offset() {
		o.problem(path, "wrong-type", ps[0])
		return
	}
	if s := o.root.at(path); s != nil && (s.kind == kindText || s.kind == kindEnum || s.kind == kindItem) && numeric(v) {
		from, to := v.Pos().Offset(), v.End().Offset()
		o.problem(path, "wrong-type", problem{at: from, message: fmt.Sprintf("the text %q is not in quotes", o.sheet.data[from:to]), help: "Put it in quotes",
			mend: newPatch(splice{from, to, `"` + string(o.sheet.data[from:to]) + `"`})})
	}
}

// numeric says whether a sum is made of numbers alone.
func numeric(e ast.Expr) bool {
	switch e := e.(type) {
	case *ast.BinaryExpr:
		return numeric(e.X) && numeric(e.Y)
	case *ast.BasicLit:
		return e.Kind == token.INT || e.Kind == token.FLOAT
	}
	return false
}

func (o *odd) structure(v *ast.StructLit, path string, field *ast.Field) {
	s := o.root.at(path)
	if !v.Lbrace.IsValid() && field != nil && o.emptied(v, path, s, field) {
		return
	}
	if v.Lbrace.IsValid() && s != nil && s.kind == kindList && onlyTexts(v) {
		o.problem(path, "wrong-type", problem{at: v.Lbrace.Offset(), bare: true, message: (*index)(nil).thing(path) + " must be a list, and not in braces, as a group of fields is",
			help: fmt.Sprintf("Put square brackets around the entries: [ in place of { here, and ] in place of } on line %d.", v.Rbrace.Line()),
			mend: newPatch(splice{v.Lbrace.Offset(), v.Lbrace.Offset() + 1, "["}, splice{v.Rbrace.Offset(), v.Rbrace.Offset() + 1, "]"})})
		return
	}
	for _, d := range v.Elts {
		switch d := d.(type) {
		case *ast.Field:
			if name, ok := label(d.Label); ok {
				o.value(d.Value, join(path, name), d)
			}
		case *ast.EmbedDecl:
			o.embedded(d, path)
		}
	}
}

// emptied: a name with nothing after its colon. CUE takes what stands on the
// next line for its value.
func (o *odd) emptied(v *ast.StructLit, path string, s *shape, field *ast.Field) bool {
	if s == nil || s.kind == kindStruct || s.kind == kindMap || len(v.Elts) == 0 || v.Elts[0].Pos().Line() == field.TokenPos.Line() {
		return false
	}
	name, _ := label(field.Label)
	at := field.TokenPos.Offset() + 1
	o.problem(path, "wrong-type", problem{at: field.Pos().Offset(), bare: true, message: fmt.Sprintf("nothing stands after the colon of %s", name),
		help: fmt.Sprintf("Write what %s is to say after the colon, or remove the line.", name), mend: newPatch(splice{at, at, ` ""`})})
	return true
}

// embedded is a value without a name among fields.
func (o *odd) embedded(d *ast.EmbedDecl, path string) {
	if _, ok := d.Expr.(*ast.IndexExpr); ok { // a name and a list, without a colon
		if ps := missingColon(o.sheet, d.Pos().Line(), 0); len(ps) > 0 {
			o.problem(path, "wrong-type", ps[0])
		}
		return
	}
	lit, ok := d.Expr.(*ast.BasicLit)
	if !ok {
		return
	}
	from, to := d.Pos().Offset(), d.End().Offset()
	if lit.Kind == token.INT || lit.Kind == token.FLOAT {
		if ps := wrongNumber(o.sheet, d.Pos().Line(), 0); len(ps) > 0 {
			o.problem(path, "wrong-type", ps[0])
			return
		}
	}
	o.add(path, from, "wrong-type", fmt.Sprintf("%s stands by itself, without a name before it", clip(lit.Value)),
		"Write the field's name and a colon before it. If it belongs to a list, move it inside the square brackets.",
		newPatch(splice{from, to, "{}"}))
}

// onlyTexts says whether a group holds nothing but texts.
func onlyTexts(v *ast.StructLit) bool {
	for _, d := range v.Elts {
		e, ok := d.(*ast.EmbedDecl)
		if !ok {
			return false
		}
		switch x := e.Expr.(type) {
		case *ast.BasicLit:
			if x.Kind != token.STRING {
				return false
			}
		case *ast.StructLit:
		default:
			return false
		}
	}
	return len(v.Elts) > 0
}
