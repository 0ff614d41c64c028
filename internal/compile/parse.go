package compile

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"cuelang.org/go/cue/ast"

	"github.com/milepost-dev/milepost/internal/diag"
	"github.com/milepost-dev/milepost/schema"
)

const (
	rootField         = "framework"
	organisationField = "organisation"
)

// builtins are the packages of CUE that authors may use: pure functions over
// text, lists and numbers.
var builtins = []string{"list", "math", "regexp", "strconv", "strings", "struct", "time"}

// parsed is a source whose files are syntax trees, with the index of places.
type parsed struct {
	files  []*ast.File
	index  *index
	nodes  int                // of all files
	mended map[string]*mended // by name, those that could be read
	lost   bool               // a file could not be read, or not at all
}

// profile says what a file of one kind must look like.
type profile struct {
	pkg  string // the package that the file must name
	root string // the field that all of the document stands under, "" for none
	lib  func(importPath string) bool
}

// parseLibraries holds the shared packages that a framework uses to their
// profile, those that they use in turn included.
func parseLibraries(p *parsed, src *source) diag.List {
	known := func(path string) bool { _, ok := src.lib[path]; return ok }
	var found diag.List
	seen := map[string]bool{}
	todo := p.imports()
	for len(todo) > 0 {
		path := todo[0]
		todo = todo[1:]
		if seen[path] || !known(path) {
			continue
		}
		seen[path] = true
		lib, more := parseAll(src.lib[path], profile{pkg: path[strings.LastIndex(path, "/")+1:], lib: known}, src.id)
		found = append(found, more...)
		todo = append(todo, lib.imports()...)
		if p.nodes += lib.nodes; p.nodes > MaxNodes {
			return append(found, tooComplex(src.lib[path][0].name))
		}
	}
	return found
}

// imports are the paths that the files import.
func (p *parsed) imports() []string {
	var paths []string
	for _, f := range p.files {
		for spec := range f.ImportSpecs() {
			if path, err := strconv.Unquote(spec.Path.Value); err == nil {
				paths = append(paths, path)
			}
		}
	}
	return paths
}

func tooComplex(file string) diag.Finding {
	return finding("too-complex", diag.Position{File: file}, fmt.Sprintf("the framework has more than %d parts", MaxNodes), "Split it into two frameworks.")
}

// parseAll parses files and checks that each keeps to its profile.
func parseAll(files []file, p profile, id string) (*parsed, diag.List) {
	var out parsed
	var found diag.List
	out.index, out.mended = newIndex(), map[string]*mended{}
	reads := reader{budget: maxReading}
	for _, f := range files {
		m := &mended{file: f, before: f.data}
		tree, more := reads.read(m)
		if found = append(found, more...); tree == nil {
			out.lost = true
			continue
		}
		out.mended[f.name] = m
		found = append(found, out.originals(p.check(f.name, tree))...)
		if out.nodes += nodeCount(tree); out.nodes > MaxNodes {
			found = append(found, tooComplex(f.name))
			break
		}
		out.files = append(out.files, tree)
		out.index.addFile(tree, p.root)
	}
	if at := out.index.deep; at.File != "" {
		found = append(found, finding("too-deep", at, fmt.Sprintf("values are nested more than %d deep here", MaxNesting), ""))
	}
	for i := range found {
		found[i].Framework = id
	}
	return &out, found
}

func finding(code string, at diag.Position, message, help string) diag.Finding {
	return diag.Finding{Code: code, Severity: diag.Error, Position: at, Message: message, Help: help}
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
	case pkg == "":
		add("wrong-package", diag.Position{File: name, Line: 1, Column: 1}, "the file does not say which package it belongs to, and would not be read",
			fmt.Sprintf("Write this as the first line: package %s", p.pkg))
	case pkg != p.pkg:
		_, at := packageClause(f)
		add("wrong-package", at, fmt.Sprintf("the file belongs to package %q and would not be read", pkg),
			fmt.Sprintf("Write this as the first line: package %s", p.pkg))
	}
	for spec := range f.ImportSpecs() {
		path, err := strconv.Unquote(spec.Path.Value)
		if err == nil && (path == schema.ImportPath || slices.Contains(builtins, path) || p.lib(path)) {
			continue
		}
		add("import-not-allowed", position(spec.Pos()), fmt.Sprintf("the file imports %q, which frameworks may not use", path),
			fmt.Sprintf("A framework may import %q, packages below frameworks/lib, and %s.", schema.ImportPath, strings.Join(builtins, ", ")))
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
			fmt.Sprintf("Put it under the %s: write %s: %s: … , or move it inside the braces.", p.root, p.root, name))}
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
