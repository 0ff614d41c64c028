package compile

import (
	"fmt"
	"io/fs"
	"path"
	"slices"
	"sync"

	"cuelang.org/go/cue"
	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/build"
	"cuelang.org/go/cue/cuecontext"
	"cuelang.org/go/cue/errors"
	"cuelang.org/go/cue/parser"
	"cuelang.org/go/cue/token"

	"github.com/milepost-dev/milepost/internal/diag"
	"github.com/milepost-dev/milepost/schema"
)

// evaluation is what one run of CUE came to: the value of the document's
// field as JSON, or what CUE holds against it.
type evaluation struct {
	json      []byte
	errs      []errors.Error
	explained diag.List // what of the author's data has not the right shape
}

// looseSchema takes the schema's place when an author's data is wanted as it
// stands, mistakes and all.
const looseSchema = "package schema\n#Framework: {...}\n#Organisation: {...}\n#Shape: {...}\n"

// job is one evaluation. Every import is answered from memory: from the
// binary's own schema and the source's shared packages. CUE's loader is not
// used, and with it go modules, registries, overlays, embedded files and the
// file system: there is no path from an author's text to any of them.
type job struct {
	files      []*ast.File
	lib        map[string][]file
	root       string // the document's field
	definition string // the definition that it is held against
	loose      bool
}

// evaluate runs CUE in a fresh context: a reused one never frees anything.
func (j job) evaluate() evaluation {
	var problems []errors.Error
	ctx := build.NewContext(build.Loader(func(pos token.Pos, p string) *build.Instance { return nil }))
	load := j.loader(ctx)
	inst := ctx.NewInstance(".", load)
	inst.PkgName = j.root
	for _, f := range append(slices.Clone(j.files), j.tie()) {
		if err := inst.AddSyntax(f); err != nil {
			problems = append(problems, errors.Errors(err)...)
		}
	}
	if err := inst.Complete(); err != nil {
		problems = append(problems, errors.Errors(errors.Promote(err, ""))...)
	}
	if len(problems) > 0 {
		return evaluation{errs: problems}
	}
	v := cuecontext.New().BuildInstance(inst)
	if err := v.Err(); err != nil && v.Kind() == cue.BottomKind && !v.LookupPath(cue.ParsePath(j.root)).Exists() {
		return evaluation{errs: errors.Errors(err)}
	}
	if !j.loose {
		err := v.Validate(cue.Attributes(true), cue.Definitions(true), cue.Hidden(true), cue.Concrete(true))
		if err != nil {
			return evaluation{errs: errors.Errors(err)}
		}
	}
	data, err := v.LookupPath(cue.ParsePath(j.root)).MarshalJSON()
	if err != nil {
		return evaluation{errs: errors.Errors(errors.Promote(err, ""))}
	}
	return evaluation{json: data}
}

// tie holds the document against the binary's schema, whatever the author's
// own file says of it.
func (j job) tie() *ast.File {
	src := fmt.Sprintf("package %s\nimport milepostschema %q\n%s: milepostschema.%s\n", j.root, schema.ImportPath, j.root, j.definition)
	f, err := parser.ParseFile(tieFile, src)
	if err != nil {
		panic("compile: the tie is well formed: " + err.Error())
	}
	return f
}

const tieFile = "schema/tie.cue"

// loader answers imports. Nil means one of CUE's own packages.
func (j job) loader(ctx *build.Context) build.LoadFunc {
	loaded, loading := map[string]*build.Instance{}, map[string]bool{}
	var load build.LoadFunc
	load = func(pos token.Pos, p string) *build.Instance {
		source, ok := j.packageFiles(p)
		if !ok {
			return nil
		}
		inst := ctx.NewInstance(p, load)
		if loading[p] { // building it would never end
			inst.ReportError(errors.Newf(pos, "the package %q imports itself", p))
			return inst
		}
		if inst, ok := loaded[p]; ok {
			return inst
		}
		inst.ImportPath = p
		loading[p], loaded[p] = true, inst
		defer delete(loading, p)
		addSource(inst, source)
		if err := inst.Complete(); err != nil && inst.Err == nil {
			inst.Err = errors.Promote(err, "")
		}
		return inst
	}
	return load
}

// packageFiles are the files of a package that is not one of CUE's own.
func (j job) packageFiles(p string) ([]file, bool) {
	switch {
	case p == schema.ImportPath && j.loose:
		return []file{{"schema/loose.cue", []byte(looseSchema)}}, true
	case p == schema.ImportPath:
		return schemaFiles(), true
	}
	lib, ok := j.lib[p]
	return lib, ok
}

func addSource(inst *build.Instance, files []file) {
	for _, f := range files {
		tree, err := parser.ParseFile(f.name, f.data, parser.ParseComments)
		if err == nil {
			if e := inst.AddSyntax(tree); e != nil {
				err = e
			}
		}
		if err != nil {
			inst.ReportError(errors.Promote(err, ""))
		}
	}
}

// schemaFiles are the binary's own copy of the schema.
var schemaFiles = sync.OnceValue(func() []file {
	names, err := fs.Glob(schema.FS, "*.cue")
	if err != nil {
		panic("compile: the pattern is well formed: " + err.Error())
	}
	files := make([]file, 0, len(names))
	for _, n := range names {
		data, err := fs.ReadFile(schema.FS, n)
		if err != nil {
			panic("compile: the schema is in the binary: " + err.Error())
		}
		files = append(files, file{path.Join("schema", n), data})
	}
	return files
})
