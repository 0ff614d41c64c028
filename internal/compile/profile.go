package compile

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/parser"

	"github.com/milepost-dev/milepost/internal/diag"
	"github.com/milepost-dev/milepost/schema"
)

// profile says what a file of one kind must look like.
type profile struct {
	pkg  string // the package that the file must name
	root string // the field that all of the document stands under, "" for none
	lib  func(importPath string) bool
}

// check holds a file to its profile: its package, its imports, nothing beside
// the one field, no attributes (they are instructions to tools, and some make
// CUE pass over the file in silence).
func (p profile) check(name string, f *ast.File) diag.List {
	var found diag.List
	add := func(code string, at diag.Position, message, help string) {
		found = append(found, finding(code, at, message, help))
	}
	switch pkg := f.PackageName(); {
	case pkg == "" && len(f.Decls) == 0:
		add("wrong-package", diag.Position{File: name, Line: 1, Column: 1}, "the file is empty", "Delete the file, or write what belongs in it. Its first line is:\npackage "+p.pkg)
	case pkg == "":
		add("wrong-package", diag.Position{File: name, Line: 1, Column: 1}, "the file does not say which package it belongs to, and would not be read",
			"Write this as the first line:\npackage "+p.pkg)
	case pkg != p.pkg:
		_, at := packageClause(f)
		add("wrong-package", at, fmt.Sprintf("the file belongs to package %q and would not be read", pkg),
			"Write this as the first line:\npackage "+p.pkg)
	}
	for spec := range f.ImportSpecs() {
		path, err := strconv.Unquote(spec.Path.Value)
		if err == nil && (path == schema.ImportPath || slices.Contains(builtins, path) || p.lib(path)) {
			continue
		}
		message, help := fmt.Sprintf("the file imports %q, which frameworks may not use", path),
			"Remove the line. A framework may use the schema, packages below frameworks/lib, and packages of CUE's own such as list and strings."
		if diag.Distance(path, schema.ImportPath) < 6 {
			message, help = fmt.Sprintf("the file imports %q; did you mean %q?", path, schema.ImportPath), fmt.Sprintf("Write:\nimport %q", schema.ImportPath)
		}
		add("import-not-allowed", position(spec.Pos()), message, help)
	}
	ast.Walk(f, func(n ast.Node) bool {
		if a, ok := n.(*ast.Attribute); ok {
			add("attribute-not-allowed", position(a.Pos()), fmt.Sprintf("%s is an instruction to tools, which frameworks may not hold", firstWord(a.Text)), "Remove it.")
		}
		return true
	}, nil)
	if p.root != "" {
		for _, d := range f.Decls {
			found = append(found, p.topLevel(d)...)
		}
	}
	return found
}

// topLevel refuses what stands beside the one field: it would be no part of the document.
func (p profile) topLevel(d ast.Decl) diag.List {
	switch d := d.(type) {
	case *ast.Field:
		name, plain := label(d.Label)
		if name == p.root || strings.HasPrefix(name, "#") || strings.HasPrefix(name, "_") {
			return nil
		}
		if !plain {
			name = "this field"
		}
		return diag.List{finding("outside-document", position(d.Pos()),
			fmt.Sprintf("%q stands beside the %s and not in it, and would not be read", name, p.root),
			fmt.Sprintf("Move it inside the braces of %s, or write:\n%s%s: …", p.root, strings.TrimPrefix(p.under(d), "_"), name))}
	case *ast.EmbedDecl, *ast.Comprehension, *ast.Ellipsis:
		return diag.List{finding("outside-document", position(d.Pos()),
			fmt.Sprintf("this stands beside the %s and not in it, and would not be read", p.root),
			fmt.Sprintf("Everything stands under the one field: %s: { … }", p.root))}
	}
	return nil
}

func packageClause(f *ast.File) (*ast.Package, diag.Position) {
	for _, d := range f.Decls {
		if p, ok := d.(*ast.Package); ok {
			return p, position(p.Pos())
		}
	}
	return nil, diag.Position{File: f.Filename, Line: 1, Column: 1}
}

func firstWord(s string) string {
	if i := strings.IndexAny(s, "( \t\n"); i > 0 {
		s = s[:i]
	}
	return s
}

// repair gives a file the package line that it lacks, and puts under the one
// field what stands beside it, so that what else is wrong is found as well.
func (p profile) repair(m *mended, f *ast.File) *ast.File {
	if p.root == "" {
		return f
	}
	var mend patch
	clause, _ := packageClause(f)
	switch {
	case clause == nil && len(f.Decls) > 0:
		at := f.Decls[0].Pos().Offset()
		mend = append(mend, splice{at, at, "package " + p.pkg + ", "})
	case clause != nil && clause.Name != nil && clause.Name.Name != p.pkg:
		mend = append(mend, splice{clause.Name.Pos().Offset(), clause.Name.End().Offset(), p.pkg})
	}
	for _, d := range f.Decls {
		if field, ok := d.(*ast.Field); ok && len(p.topLevel(d)) > 0 {
			if at := field.Pos().Offset(); field.Pos().IsValid() {
				mend = append(mend, splice{at, at, p.under(field)})
			}
		}
	}
	if len(mend) == 0 {
		return f
	}
	mend = newPatch(mend...)
	tree, err := parser.ParseFile(m.name, mend.apply(m.data), parser.ParseComments)
	if err != nil {
		return f
	}
	m.mend(mend)
	return tree
}

// under is the names that a field of the top belongs under.
func (p profile) under(f *ast.Field) string {
	name, _ := label(f.Label)
	for _, def := range []string{"#Shape", "#Organisation"} {
		if _, ok := schemaShapes()[def].fields[name]; ok {
			return p.root + ": "
		}
	}
	if looksLike(f.Value, "#Level") && p.root == rootField {
		return p.root + ": levels: "
	}
	return "_" // set aside: what it was meant to be cannot be told
}

// looksLike says whether a value has the fields that a definition requires, or most of them.
func looksLike(v ast.Expr, definition string) bool {
	lit, ok := v.(*ast.StructLit)
	if !ok {
		return false
	}
	has, need := 0, 0
	for name, f := range schemaShapes()[definition].fields {
		if !f.required {
			continue
		}
		need++
		for _, d := range lit.Elts {
			if field, ok := d.(*ast.Field); ok {
				if n, ok := label(field.Label); ok && n == name {
					has++
				}
			}
		}
	}
	return need > 0 && has*2 > need
}
