package compile

import (
	"bytes"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"

	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/token"

	"github.com/milepost-dev/milepost/internal/diag"
	"github.com/milepost-dev/milepost/schema"
)

// Places knows where the parts of a framework stand in its author's files.
type Places struct{ index *index }

// At is the place of a path such as "levels.l4.expectations.data.items[1]",
// or of the nearest thing around it that the author wrote.
func (p Places) At(path string) diag.Position {
	at, _ := p.index.find(path)
	return at.label
}

// Wrote says whether the author wrote something at exactly this path, and not
// around it, or somewhere else from where it is taken over.
func (p Places) Wrote(path string) bool { return len(p.index.places[path]) > 0 }

// Region is lines of a file, the first and the last included.
type Region struct {
	File     string
	From, To int
}

// Regions are the lines that say what stands at a path: several where it was
// written in several places, none where it was not written at exactly this path.
func (p Places) Regions(path string) []Region {
	var out []Region
	for _, at := range p.index.places[path] {
		from := at.label.Line
		out = append(out, Region{at.label.File, from, max(from, position(at.node.End()).Line)})
	}
	return out
}

// Inspect parses a unit's files without evaluating them. Where plain is set,
// it also finds what is more than plain data. Files that do not parse have no places.
func (c *Compiler) Inspect(u Unit, plain bool) (Places, diag.List, error) {
	id := path.Base(u.Dir)
	src, _, err := gather(u.FS, u.Root, path.Join(u.Root, u.Dir), id)
	if err != nil || src == nil {
		return Places{newIndex()}, nil, err
	}
	p, _ := parseAll(src.files, profile{pkg: rootField, root: rootField, lib: func(string) bool { return true }}, id)
	var found diag.List
	if plain {
		for _, f := range p.files {
			found = append(found, plainData(f)...)
		}
		for i := range found {
			found[i].Framework = id
		}
	}
	return Places{p.index}, found, nil
}

// Named is the name of all that a unit is made of, by the names that Git gives
// to its directory, the shared packages and the module's file: what has the same
// name is the same, without reading it. It is "" where the tree is not one of Git's.
func Named(fsys fs.FS, root, dir string) string {
	tree := gitName(fsys, path.Join(root, dir))
	if tree == "" {
		return ""
	}
	return ContentName(tree, gitName(fsys, path.Join(root, "lib")), gitName(fsys, moduleFile))
}

// ContentName is the name of all that a unit is made of: a Unit's Key.
func ContentName(tree, lib, module string) string { return tree + " " + lib + " " + module }

// gitName is the name that Git gives to what stands at a place, "" for nothing,
// or where Git has no part in the tree.
func gitName(fsys fs.FS, name string) string {
	info, err := fs.Stat(fsys, name)
	if err != nil {
		return ""
	}
	hash, _ := info.Sys().(string)
	return hash
}

// Key names the content of a unit's files: equal keys are equal files.
func (c *Compiler) Key(u Unit) (string, error) {
	src, found, err := gather(u.FS, u.Root, path.Join(u.Root, u.Dir), path.Base(u.Dir))
	if err != nil {
		return "", err
	}
	if src == nil {
		return fmt.Sprint("not read: ", found), nil
	}
	return src.key(), nil
}

// Mentions says whether a unit, or a package that it shares, has one of some
// ids in quotes, without parsing anything.
func (c *Compiler) Mentions(u Unit, ids []string) (bool, error) {
	src, _, err := gather(u.FS, u.Root, path.Join(u.Root, u.Dir), path.Base(u.Dir))
	if err != nil || src == nil || len(ids) == 0 {
		return false, err
	}
	for _, f := range src.all() {
		if slices.ContainsFunc(ids, func(id string) bool { return bytes.Contains(f.data, []byte(`"`+id+`"`)) }) {
			return true, nil
		}
	}
	return false, nil
}

// idInQuotes is a word in quotes that could be the id of a framework.
var idInQuotes = regexp.MustCompile(`"([a-z][a-z0-9-]{0,63})"`)

// Names are the ids of frameworks that a unit and the packages that it shares
// may name, sorted, found without evaluating anything: every word in quotes
// that could be one. An id that is put together from parts is not found.
func (c *Compiler) Names(u Unit) ([]string, error) {
	src, _, err := gather(u.FS, u.Root, path.Join(u.Root, u.Dir), path.Base(u.Dir))
	if err != nil || src == nil {
		return nil, err
	}
	found := map[string]bool{}
	for _, f := range src.all() {
		for _, m := range idInQuotes.FindAllSubmatch(f.data, -1) {
			if id := string(m[1]); IsFrameworkID(id) {
				found[id] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(found)), nil
}

// plainData finds what is more than names, texts, numbers, lists and groups:
// things whose meaning is decided somewhere else than where they stand.
func plainData(f *ast.File) diag.List {
	var found diag.List
	add := func(n ast.Node, what string) {
		found = append(found, diag.Finding{
			Code: "plain-data", Severity: diag.Error, Position: position(n.Pos()),
			Message: what + ", and this organisation's house rules allow plain values only",
			Help:    "Write the value itself.",
		})
	}
	ast.Walk(f, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.ImportDecl:
			for _, s := range n.Specs {
				if s.Path.Value != fmt.Sprintf("%q", schema.ImportPath) {
					add(s, "another package is used here")
				}
			}
			return false
		case *ast.SelectorExpr:
			if x, ok := n.X.(*ast.Ident); ok && x.Name == "schema" {
				return false
			}
			add(n, "a value that stands elsewhere is used here")
			return false
		case *ast.Field:
			if name, ok := label(n.Label); ok && (strings.HasPrefix(name, "#") || strings.HasPrefix(name, "_")) {
				add(n, "a definition stands here")
				return false
			}
			if _, ok := label(n.Label); !ok {
				add(n, "a name that is worked out stands here")
				return false
			}
			ast.Walk(n.Value, func(m ast.Node) bool { return plainValue(m, add) }, nil)
			return false
		case *ast.LetClause:
			add(n, "a value with a name of its own stands here")
			return false
		case *ast.Comprehension:
			add(n, "a part that is worked out stands here")
			return false
		}
		return true
	}, nil)
	return found
}

// plainValue looks at a node inside a value; it says whether to look deeper.
func plainValue(n ast.Node, add func(ast.Node, string)) bool {
	switch n := n.(type) {
	case *ast.Field:
		if name, ok := label(n.Label); !ok || strings.HasPrefix(name, "#") || strings.HasPrefix(name, "_") {
			add(n, "a definition stands here")
		}
		ast.Walk(n.Value, func(m ast.Node) bool { return plainValue(m, add) }, nil)
		return false
	case *ast.Ident:
		add(n, fmt.Sprintf("%q, a value that stands elsewhere, is used here", n.Name))
		return false
	case *ast.SelectorExpr:
		if x, ok := n.X.(*ast.Ident); ok && x.Name == "schema" {
			return false
		}
		add(n, "a value that stands elsewhere is used here")
		return false
	case *ast.LetClause, *ast.Comprehension, *ast.CallExpr, *ast.Interpolation, *ast.IndexExpr, *ast.SliceExpr:
		add(n, "a value that is worked out stands here")
		return false
	case *ast.BinaryExpr:
		if n.Op != token.AND {
			add(n, "a value that is worked out stands here")
			return false
		}
	}
	return true
}
