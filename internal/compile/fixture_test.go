package compile

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"unicode"

	"github.com/milepost-dev/milepost/internal/diag"
	"github.com/milepost-dev/milepost/schema"
)

// fixture is a document that uses every field of the schema, as a tree of
// JSON: what the tests of this package change one thing in.
type fixture struct {
	field      string            // the field that the document stands under
	definition string            // what it is held against
	shape      string            // the same without checks between parts
	dir        string            // where its files are written
	files      map[string]string // the file for a field of the root; "" is the file for all others
	tree       func() any
	compile    func(fs.FS) (diag.List, bool, error)
}

var fullFramework = &fixture{
	field: rootField, definition: "#Framework", shape: "#Shape", dir: "frameworks/full",
	files: map[string]string{"": "framework.cue", "levels": "levels.cue", "competencies": "matrix.cue", "degrees": "matrix.cue", "retired": "retired.cue"},
	tree: sync.OnceValue(func() any {
		src, found, err := gather(os.DirFS("testdata"), ".", "full", "full")
		if err != nil || len(found) > 0 {
			panic(fmt.Sprint("the full framework is there: ", found, err))
		}
		return exported(src.files, rootField, "#Framework")
	}),
	compile: func(fsys fs.FS) (diag.List, bool, error) {
		r, err := testCompiler().Framework(context.Background(), Unit{FS: fsys, Root: "frameworks", Dir: "full"})
		if err != nil {
			return nil, false, err
		}
		return r.Findings, r.OK(), nil
	},
}

var fullOrganisation = &fixture{
	field: organisationField, definition: "#Organisation", shape: "#Organisation", dir: "frameworks",
	files: map[string]string{"": OrganisationFile},
	tree: sync.OnceValue(func() any {
		data, err := os.ReadFile("testdata/organisation/organisation.cue")
		if err != nil {
			panic("the full organisation is there: " + err.Error())
		}
		return exported([]file{{OrganisationFile, data}}, organisationField, "#Organisation")
	}),
	compile: func(fsys fs.FS) (diag.List, bool, error) {
		_, found, err := testCompiler().Organisation(context.Background(), fsys, "frameworks")
		return found, !found.HasErrors(), err
	},
}

// testCompiler is a compiler without a cache.
var testCompiler = sync.OnceValue(func() *Compiler {
	c, err := New(Options{})
	if err != nil {
		panic("a compiler without a cache is always made: " + err.Error())
	}
	return c
})

// exported is what the strict evaluation makes of files that it accepts.
func exported(files []file, field, definition string) any {
	ev := job{files: reparse(files), root: field, definition: definition}.evaluate()
	if ev.errs != nil {
		panic(fmt.Sprint("the fixture is accepted: ", ev.errs))
	}
	return decoded(ev.json)
}

func decoded(data []byte) any {
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber()
	var v any
	if err := dec.Decode(&v); err != nil {
		panic("what CUE exports is JSON: " + err.Error())
	}
	return v
}

// written is a document as files, and where each of its paths stands in them.
type written struct {
	files map[string][]byte
	lines map[string][]diag.Position
}

// write puts a document into files. JSON is CUE, so each file is its package
// clause and JSON below the document's field, every field and element on a
// line of its own. Tied says whether the files name the schema.
func (f *fixture) write(tree any, tied bool) written {
	w := written{map[string][]byte{}, map[string][]diag.Position{}}
	root, ok := tree.(map[string]any)
	if !ok {
		w.add(f, f.files[""], tree, tied)
		return w
	}
	parts := map[string]map[string]any{f.files[""]: {}}
	for k, v := range root {
		name, ok := f.files[k]
		if !ok || k == "" {
			name = f.files[""]
		}
		if parts[name] == nil {
			parts[name] = map[string]any{}
		}
		parts[name][k] = v
	}
	for _, name := range sortedKeys(parts) {
		w.add(f, name, parts[name], tied && name == f.files[""])
	}
	return w
}

func (w written) add(f *fixture, name string, tree any, tied bool) {
	p := &printer{file: path.Join(f.dir, name), line: 1, lines: w.lines}
	p.print("package %s\n\n", f.field)
	if tied {
		p.print("import %q\n\n", schema.ImportPath)
		p.mark("")
		p.print("%s: schema.%s\n", f.field, f.definition)
	}
	p.mark("")
	p.print("%s: ", f.field)
	p.value("", tree, 0)
	p.print("\n")
	w.files[p.file] = p.Bytes()
}

// fs is the files as a repository.
func (w written) fs() fstest.MapFS {
	m := fstest.MapFS{}
	for name, data := range w.files {
		m[name] = &fstest.MapFile{Data: data}
	}
	return m
}

// sources is the files as compilation takes them.
func (w written) sources() []file {
	var out []file
	for _, name := range sortedKeys(w.files) {
		out = append(out, file{name, w.files[name]})
	}
	return out
}

// printer writes JSON and remembers where each path stands.
type printer struct {
	bytes.Buffer
	file  string
	line  int
	lines map[string][]diag.Position
}

func (p *printer) print(format string, args ...any) {
	s := fmt.Sprintf(format, args...)
	p.line += strings.Count(s, "\n")
	p.WriteString(s)
}

func (p *printer) mark(at string) {
	p.lines[at] = append(p.lines[at], diag.Position{File: p.file, Line: p.line})
}

func (p *printer) value(at string, v any, depth int) {
	indent := "\n" + strings.Repeat("\t", depth+1)
	switch v := v.(type) {
	case map[string]any:
		p.print("{")
		for _, k := range sortedKeys(v) {
			p.print("%s", indent)
			p.mark(join(at, k))
			p.print("%s: ", jsonText(k))
			p.value(join(at, k), v[k], depth+1)
			p.print(",")
		}
		p.print("%s}", indent[:len(indent)-1])
	case []any:
		p.print("[")
		for i, e := range v {
			p.print("%s", indent)
			p.mark(fmt.Sprintf("%s[%d]", at, i))
			p.value(fmt.Sprintf("%s[%d]", at, i), e, depth+1)
			p.print(",")
		}
		p.print("%s]", indent[:len(indent)-1])
	default:
		p.print("%s", jsonText(v))
	}
}

func jsonText(v any) string {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		panic("a tree of JSON is encodable: " + err.Error())
	}
	var out strings.Builder
	for _, r := range strings.TrimSpace(b.String()) {
		if unicode.IsGraphic(r) {
			out.WriteRune(r)
			continue
		}
		fmt.Fprintf(&out, `\u%04x`, r)
	}
	return out.String()
}

// edit puts a value at a path of a tree, or takes away what stands there.
type edit struct {
	path  []any // names of fields, and numbers of elements
	value any   // or absent{}
}

type absent struct{}

// set is an edit whose path is written as findings write it: "levels.l1.titles[0].text".
func set(at string, value any) edit {
	var out []any
	for _, part := range strings.FieldsFunc(at, func(r rune) bool { return r == '.' || r == '[' }) {
		if n, err := strconv.Atoi(strings.TrimSuffix(part, "]")); err == nil && strings.HasSuffix(part, "]") {
			out = append(out, n)
			continue
		}
		out = append(out, part)
	}
	return edit{out, value}
}

func remove(at string) edit { return set(at, absent{}) }

// at is the path of an edit as findings write it.
func (e edit) at() string {
	var out string
	for _, p := range e.path {
		if n, ok := p.(int); ok {
			out += fmt.Sprintf("[%d]", n)
			continue
		}
		out = join(out, p.(string))
	}
	return out
}

// edited is a tree after edits. The tree itself stays as it is.
func edited(tree any, edits ...edit) any {
	for _, e := range edits {
		tree = replaced(tree, e.path, e.value)
	}
	return tree
}

func replaced(v any, at []any, value any) any {
	if len(at) == 0 {
		return value
	}
	if i, ok := at[0].(int); ok {
		list := append([]any{}, v.([]any)...)
		if i == len(list) {
			list = append(list, nil)
		}
		if list[i] = replaced(list[i], at[1:], value); list[i] == (absent{}) {
			list = append(list[:i], list[i+1:]...)
		}
		return list
	}
	m, name := map[string]any{}, at[0].(string)
	if old, ok := v.(map[string]any); ok {
		m = maps.Clone(old)
	}
	if m[name] = replaced(m[name], at[1:], value); m[name] == (absent{}) {
		delete(m, name)
	}
	return m
}

// strict is what CUE alone says of files, held against a definition.
func (f *fixture) strict(t *testing.T, w written, definition string) evaluation {
	t.Helper()
	trees := reparse(w.sources())
	if len(trees) != len(w.files) {
		t.Fatalf("the test's own file does not parse")
	}
	return job{files: trees, root: f.field, definition: definition}.evaluate()
}

// refused wants at least one error finding, each of them in the author's
// files, and one of them at a line.
func (f *fixture) refused(t *testing.T, w written) diag.List {
	t.Helper()
	found, ok, err := f.compile(w.fs())
	if err != nil {
		t.Fatalf("compiling: %v", err)
	}
	if ok || !found.HasErrors() {
		t.Errorf("accepted, want an error; findings: %v", found)
	}
	placed := false
	for _, d := range found {
		if _, ok := w.files[d.File]; !ok {
			t.Errorf("%s: %s stands in no file of the author's", d.Position, d.Message)
		}
		if d.Help == "" {
			t.Errorf("%s: %s: there is no help", d.Position, d.Message)
		}
		placed = placed || d.Severity == diag.Error && d.Line >= 1
	}
	if !placed {
		t.Errorf("no error has a line: %v", found)
	}
	return found
}
