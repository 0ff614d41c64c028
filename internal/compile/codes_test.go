package compile

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/milepost-dev/milepost/internal/diag"
)

// TestEveryCodeIsTested reads the codes of findings from this package's own
// sources: each stands in a table of cases, which sees to it that it is found.
func TestEveryCodeIsTested(t *testing.T) {
	tested := map[string]bool{}
	for _, c := range slices.Concat(frameworkCases, organisationCases) {
		tested[c.code] = true
	}
	for _, c := range sourceCases {
		tested[c.code] = true
	}
	codes := findingCodes(t, ".")
	if len(codes) < 40 {
		t.Errorf("found %d codes in the sources, want more: has the way of writing them changed?", len(codes))
	}
	for code, at := range codes {
		if !tested[code] && elsewhere[code] == "" {
			t.Errorf("%s: no case makes the finding %q", at, code)
		}
	}
}

// TestCatalogueHasEveryCode: whoever reads a code finds it in the catalogue,
// and the catalogue has none that nothing says.
func TestCatalogueHasEveryCode(t *testing.T) {
	t.Parallel()
	codes := findingCodes(t, ".", "../review", "../history")
	for code, at := range codes {
		if _, ok := diag.FindRule(code); !ok {
			t.Errorf("%s: the catalogue has no %q", at, code)
		}
	}
	for _, c := range diag.Catalogue() {
		for _, r := range c.Rules {
			if _, ok := codes[r.Code]; !ok {
				t.Errorf("the catalogue has %q, which nothing says", r.Code)
			}
		}
	}
}

// elsewhere are codes that other tests make, with the reason.
var elsewhere = map[string]string{
	"import-cycle":     "it takes shared packages: cycles_test.go",
	"evaluation-ended": "only the process of an evaluation ends: ends_test.go",
	"limit-passed":     "only an evaluation of its own process passes a limit: pool_test.go",
	"more-findings":    "it takes hundreds of findings: bounds_test.go, and the corpus",
	"too-long":         "it takes megabytes: the corpus",
	"effective-ahead":  "it takes a clock: internal/history and internal/review",
	"edition-redated":  "it takes two texts and a clock: internal/history and internal/review",
}

// codeText is what a finding's code looks like.
var codeText = regexp.MustCompile(`^[a-z]+(-[a-z0-9]+)*-?$`)

// findingCodes are the texts that are given as codes: to add, unknown and
// finding, and to a field named Code; with the place of each.
func findingCodes(t *testing.T, dirs ...string) map[string]token.Position {
	t.Helper()
	var names []string
	for _, dir := range dirs {
		more, err := fs.Glob(os.DirFS(dir), "*.go")
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range more {
			names = append(names, path.Join(dir, name))
		}
	}
	codes, fset := map[string]token.Position{}, token.NewFileSet()
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		tree, err := parser.ParseFile(fset, name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(tree, func(n ast.Node) bool {
			for _, e := range codeExprs(n) {
				if lit, ok := e.(*ast.BasicLit); ok {
					if s, err := strconv.Unquote(lit.Value); err == nil && codeText.MatchString(s) {
						codes[s] = fset.Position(lit.Pos())
					}
				}
			}
			return true
		})
	}
	at := codes["unknown-"] // and the word for one of the things that can be retired
	delete(codes, "unknown-")
	for _, kind := range schemaShapes()["#RetiredIDs"].order {
		codes["unknown-"+singular[kind]] = at
	}
	return codes
}

// codeExprs are the expressions of a node that give a finding its code.
func codeExprs(n ast.Node) []ast.Expr {
	isCode := func(e ast.Expr) bool {
		switch e := e.(type) {
		case *ast.SelectorExpr:
			return e.Sel.Name == "Code"
		case *ast.Ident:
			return e.Name == "Code"
		}
		return false
	}
	switch n := n.(type) {
	case *ast.CallExpr:
		name := ""
		switch f := n.Fun.(type) {
		case *ast.Ident:
			name = f.Name
		case *ast.SelectorExpr:
			name = f.Sel.Name
		}
		if len(n.Args) > 1 && slices.Contains([]string{"add", "unknown", "finding"}, name) {
			if sum, ok := n.Args[0].(*ast.BinaryExpr); ok {
				return []ast.Expr{sum.X}
			}
			return n.Args[:1]
		}
	case *ast.ValueSpec:
		if n.Names[0].Name == "refusals" {
			return refusalCodes(n.Values[0])
		}
	case *ast.KeyValueExpr:
		if isCode(n.Key) {
			return []ast.Expr{n.Value}
		}
		if v, ok := n.Value.(*ast.Ident); ok && slices.Contains([]string{"isError", "isWarning", "isOff"}, v.Name) {
			return []ast.Expr{n.Key} // a rule of the house, with its severity
		}
	case *ast.AssignStmt:
		var out []ast.Expr
		for i, l := range n.Lhs {
			if isCode(l) && len(n.Rhs) == len(n.Lhs) {
				out = append(out, n.Rhs[i])
			}
		}
		return out
	}
	return nil
}
