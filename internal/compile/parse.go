package compile

import (
	"fmt"
	"strconv"
	"strings"

	"cuelang.org/go/cue/ast"

	"github.com/milepost-dev/milepost/internal/diag"
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
	lost   bool               // a file could not be read
	root   string             // the field that all stands under
}

// parseLibraries holds the shared packages that a framework uses to their
// profile, those that they use in turn included.
func parseLibraries(p *parsed, src *source) diag.List {
	known := func(path string) bool { _, ok := src.lib[path]; return ok }
	var found diag.List
	imports := map[string][]imported{} // of the packages that are used
	todo := p.imports()
	for len(todo) > 0 {
		path := todo[0].path
		todo = todo[1:]
		if _, seen := imports[path]; seen || !known(path) {
			continue
		}
		lib, more := parseAll(src.lib[path], profile{pkg: path[strings.LastIndex(path, "/")+1:], lib: known}, src.id)
		found = append(found, more...)
		imports[path] = lib.imports()
		todo = append(todo, imports[path]...)
		if p.nodes += lib.nodes; p.nodes > MaxNodes {
			return append(found, tooComplex(src.lib[path][0].name))
		}
	}
	return append(found, importCycles(imports)...)
}

// imports are what the files import.
func (p *parsed) imports() []imported {
	var out []imported
	for _, f := range p.files {
		for spec := range f.ImportSpecs() {
			if path, err := strconv.Unquote(spec.Path.Value); err == nil {
				out = append(out, imported{path, position(spec.Pos())})
			}
		}
	}
	return out
}

func tooComplex(file string) diag.Finding {
	return finding("too-complex", diag.Position{File: file}, fmt.Sprintf("the framework has more than %d parts", MaxNodes), "Split it into two frameworks.")
}

// parseAll parses files and checks that each keeps to its profile.
func parseAll(files []file, p profile, id string) (*parsed, diag.List) {
	var out parsed
	var found diag.List
	out.index, out.mended, out.root = newIndex(), map[string]*mended{}, p.root
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
		tree = p.repair(m, tree)
		if out.nodes += nodeCount(tree); out.nodes > MaxNodes {
			found = append(found, tooComplex(f.name))
			break
		}
		out.files = append(out.files, tree)
		out.index.addFile(tree, p.root)
	}
	if at := out.index.deep; at.File != "" {
		found = append(found, finding("too-deep", at, fmt.Sprintf("groups stand inside groups here, more than %d deep", MaxNesting), "Look for braces that were pasted into each other; no field of a framework is nearly so deep."))
	}
	for i := range found {
		found[i].Framework = id
	}
	return &out, found
}

func finding(code string, at diag.Position, message, help string) diag.Finding {
	return diag.Finding{Code: code, Severity: diag.Error, Position: at, Message: message, Help: help}
}
