package compile

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/token"

	"github.com/milepost-dev/milepost/internal/diag"
)

// TestSchemaRefuses breaks every rule of the schema's shape in the full
// fixtures, one at a time. Each must be refused by CUE with the plain shape
// alone (so that no other rule stands in for one that fails open), by CUE with
// all of its checks, and by Milepost, with a finding at the author's line.
// With -short it is every eighth.
func TestSchemaRefuses(t *testing.T) {
	for _, f := range []*fixture{fullFramework, fullOrganisation} {
		for i, m := range f.mutations() {
			if testing.Short() && i%8 != 0 {
				continue
			}
			t.Run(f.field+"/"+m.name, func(t *testing.T) {
				t.Parallel()
				tree := edited(f.tree(), m.edit)
				plain := f.write(tree, false)
				if ev := f.strict(t, plain, f.shape); ev.errs == nil {
					t.Errorf("CUE accepts it as %s", f.shape)
				}
				// Checks on top of a shape can open what it closes, but not widen what a value is.
				if m.names && f.strict(t, plain, f.definition).errs == nil {
					t.Errorf("CUE accepts it as %s", f.definition)
				}
				w := f.write(tree, true)
				found := f.refused(t, w)
				if !stands(found, w.lines[m.near]) {
					t.Errorf("no finding at %s (%v), but:\n%s", m.near, w.lines[m.near], listed(found))
				}
			})
		}
	}
}

// TestRulesRefuse breaks the rules between the parts of a document.
func TestRulesRefuse(t *testing.T) {
	for f, cases := range map[*fixture][]ruleCase{fullFramework: frameworkCases, fullOrganisation: organisationCases} {
		for _, c := range cases {
			t.Run(c.code+"/"+c.what, func(t *testing.T) {
				t.Parallel()
				tree := edited(f.tree(), c.edits...)
				if ev := f.strict(t, f.write(tree, false), f.definition); (ev.errs != nil) != c.cue {
					t.Errorf("CUE alone refuses it: %v, want %v", ev.errs, c.cue)
				}
				if ev := f.strict(t, f.write(tree, false), f.shape); ev.errs != nil && f.shape != f.definition && c.code != "" {
					t.Errorf("the plain shape refuses it already, so it shows nothing of the rule: %v", ev.errs)
				}
				w := f.write(tree, true)
				found := f.refused(t, w)
				for _, d := range found {
					if (d.Code == c.code || c.code == "") && stands(diag.List{d}, w.lines[c.near]) {
						return
					}
				}
				t.Errorf("want %s at %s (%v), got:\n%s", c.code, c.near, w.lines[c.near], listed(found))
			})
		}
	}
}

// TestEverySentenceIsTested reads the sentences of schema/framework.cue from
// its syntax: CUE alone says each of them to some case.
func TestEverySentenceIsTested(t *testing.T) {
	t.Parallel()
	var said []string
	for _, c := range frameworkCases {
		if !c.cue {
			continue
		}
		for _, e := range fullFramework.strict(t, fullFramework.write(edited(fullFramework.tree(), c.edits...), false), "#Framework").errs {
			said = append(said, e.Error())
		}
	}
	sentences := schemaSentences(t)
	if len(sentences) < 15 {
		t.Errorf("found %d sentences, want more: has the way of writing them changed?", len(sentences))
	}
	for _, s := range sentences {
		if !slices.ContainsFunc(said, s.MatchString) {
			t.Errorf("no case makes CUE say %s", s)
		}
	}
}

// schemaSentences are the texts of all calls of error in the schema, with
// anything in the place of what is interpolated.
func schemaSentences(t *testing.T) []*regexp.Regexp {
	t.Helper()
	var out []*regexp.Regexp
	for _, tree := range reparse(schemaFiles()) {
		ast.Walk(tree, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			if f, ok := call.Fun.(*ast.Ident); ok && f.Name == "error" {
				out = append(out, sentencePattern(call.Args[0]))
			}
			return true
		}, nil)
	}
	return out
}

func sentencePattern(e ast.Expr) *regexp.Regexp {
	parts := []ast.Expr{e}
	if in, ok := e.(*ast.Interpolation); ok {
		parts = in.Elts
	}
	var b strings.Builder
	for _, p := range parts {
		lit, ok := p.(*ast.BasicLit)
		if !ok || lit.Kind != token.STRING && lit.Kind != token.INTERPOLATION {
			b.WriteString(".*")
			continue
		}
		text, more := strings.CutSuffix(lit.Value[1:], `\(`)
		if !more {
			text = strings.TrimSuffix(text, `"`)
		}
		b.WriteString(regexp.QuoteMeta(strings.ReplaceAll(text, `\"`, `"`)))
	}
	return regexp.MustCompile(b.String())
}

// listed is findings, a line each.
func listed(found diag.List) string {
	var b strings.Builder
	for _, d := range found {
		fmt.Fprintf(&b, "%s: %s: %s (%s)\n", d.Position, d.Code, d.Message, d.Help)
	}
	return b.String()
}

// stands says whether a finding stands on one of the lines, or names it.
func stands(found diag.List, lines []diag.Position) bool {
	return slices.ContainsFunc(found, func(d diag.Finding) bool {
		return slices.ContainsFunc(append(d.Also, d.Position), func(at diag.Position) bool {
			return slices.Contains(lines, diag.Position{File: at.File, Line: at.Line})
		})
	})
}
