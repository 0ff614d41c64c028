package compile

import (
	"bytes"
	"encoding/json"
	"slices"

	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/errors"
	"cuelang.org/go/cue/parser"

	"github.com/milepost-dev/milepost/internal/diag"
)

// maxRounds is how often a document is mended and evaluated again. Each round
// mends all that CUE names at once.
const maxRounds = 6

// maxCauses is how much is mended in one round: whoever has more reads these first.
const maxCauses = 100

// judge evaluates a document strictly. Where CUE refuses it, the plain data
// is explained instead: then the evaluation has both the errors and what of
// the data has the right shape. Mistakes that keep even the plain data from
// being read are mended first, as those of syntax are; they are done, with
// places in the author's own files.
func judge(p *parsed, strict job) (evaluation, diag.List) {
	strict.files = p.files
	ev := strict.evaluate()
	if ev.errs == nil {
		return ev, nil
	}
	loose := strict
	loose.loose = true
	plain, done := p.plain(loose)
	if len(done) > 0 { // the errors that are left, at the places of the files as they are now
		strict.files = reparse(p.sources())
		if again := strict.evaluate(); again.errs != nil || plain == nil {
			ev.errs = again.errs
		} else {
			ev.errs = nil
		}
	}
	if plain == nil {
		return evaluation{errs: ev.errs}, done
	}
	dec := json.NewDecoder(bytes.NewReader(plain))
	dec.UseNumber()
	var tree any
	if err := dec.Decode(&tree); err != nil {
		return evaluation{errs: ev.errs}, done
	}
	x := explainer{index: p.index, names: competencyNames(tree)}
	name := strict.definition
	if name == "#Framework" {
		name = "#Shape"
	}
	pruned, _ := x.value(tree, schemaShapes()[name], "")
	data, err := json.Marshal(x.moved(pruned))
	if err != nil || pruned == nil {
		data = nil
	}
	return evaluation{json: data, errs: ev.errs, explained: x.findings}, done
}

// competencyNames are the ids of the competencies of a document as it stands.
func competencyNames(tree any) map[string]bool {
	names := map[string]bool{}
	if root, ok := tree.(map[string]any); ok {
		if competencies, ok := root["competencies"].(map[string]any); ok {
			for id := range competencies {
				names[id] = true
			}
		}
	}
	return names
}

// plain evaluates the author's data as it stands, mistakes and all. The data
// is nil where there is something in it that cannot be mended.
func (p *parsed) plain(loose job) ([]byte, diag.List) {
	done := p.mendAll(p.oddities(loose.definition))
	for range maxRounds {
		loose.files = reparse(p.sources()) // an evaluation resolves names in the trees it is given
		ev := loose.evaluate()
		if ev.errs == nil {
			return ev.json, done
		}
		causes := p.causes(ev.errs)
		if len(causes) == 0 {
			break
		}
		done = append(done, p.mendAll(causes)...)
	}
	return nil, done
}

// cause is a finding about one file, and the mend that lets CUE go on.
type cause struct {
	diag.Finding
	file string
	mend patch
}

// mendAll mends what can be mended at once, and returns the findings with
// their places in the author's files.
func (p *parsed) mendAll(causes []cause) diag.List {
	var out diag.List
	patches := map[string]patch{}
	for _, c := range causes {
		both := newPatch(append(slices.Clone(patches[c.file]), c.mend...)...)
		if m := p.mended[c.file]; m == nil || !both.fits(len(m.data)) {
			continue // in the same words as another, which comes first
		}
		patches[c.file] = both
		out = append(out, p.originals(diag.List{c.Finding})...)
	}
	for name, patch := range patches {
		p.mended[name].mend(patch)
	}
	if len(patches) > 0 {
		p.reindex()
	}
	return out
}

// reindex reads the mended files again.
func (p *parsed) reindex() {
	root := p.root
	p.files, p.index = nil, newIndex()
	for _, f := range p.sources() {
		tree, err := parser.ParseFile(f.name, f.data, parser.ParseComments)
		if err != nil {
			continue // a mend that does not parse is left out, and CUE says the rest
		}
		p.files = append(p.files, tree)
		p.index.addFile(tree, root)
	}
}

// sources are the files as they can be read.
func (p *parsed) sources() []file {
	var out []file
	for _, name := range sortedKeys(p.mended) {
		out = append(out, p.mended[name].file)
	}
	return out
}

// causes are those of an evaluation's errors that can be mended.
func (p *parsed) causes(errs []errors.Error) []cause {
	var out []cause
	seen := map[string]bool{}
	for _, e := range errs[:min(len(errs), maxCauses)] {
		path := cuePath(e.Path())
		c, ok := p.cause(e, path)
		key := c.file + "\x00" + c.Position.String()
		if !ok || seen[key] {
			continue
		}
		seen[key] = true
		out = append(out, c)
	}
	return out
}

// nodeAt is the whole value that has an offset of a file in it: a field's, or
// a list's entry.
func (p *parsed) nodeAt(name string, off int) (ast.Expr, ast.Node) {
	var value ast.Expr
	var around ast.Node
	for _, f := range p.files {
		if f.Filename != name {
			continue
		}
		ast.Walk(f, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.Field:
				if covers(n.Value, off) {
					value, around = n.Value, n
				}
			case *ast.ListLit:
				for _, e := range n.Elts {
					if covers(e, off) {
						value, around = e, n
					}
				}
			case *ast.ImportDecl, *ast.LetClause, *ast.EmbedDecl:
				if covers(n, off) {
					value, around = nil, n
				}
			}
			return true
		}, nil)
	}
	return value, around
}

func covers(n ast.Node, off int) bool {
	return n.Pos().IsValid() && n.Pos().Offset() <= off && off < n.End().Offset()
}
