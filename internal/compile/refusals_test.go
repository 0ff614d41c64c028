package compile

import (
	"context"
	"go/ast"
	"strings"
	"testing"

	"github.com/milepost-dev/milepost/internal/diag"
)

// TestRefusals: what CUE refuses outside of the plain data is said in words,
// and not in CUE's.
func TestRefusals(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]struct{ code, message string }{
		`framework: owners: ["people-team", "other-team"]`: {"conflicting-values", "owners stands twice"},
		`_a: 1 / 0`:                            {"not-valid", "the sum has no result"},
		`_a: "a" * "b"`:                        {"not-valid", "the sign * stands between two values that it does not fit"},
		`_a: -"a"`:                             {"not-valid", "a sign stands before a value that it does not fit"},
		`_a: _|_`:                              {"not-valid", "has the sign _|_ in the place of a value"},
		`_a: strings.Repeat("a", -1)`:          {"not-valid", "strings.Repeat cannot do this with what it is given"},
		`_a: [1, 2][5]`:                        {"not-valid", "refers to an entry of a list that is not there"},
		"_a: {b: 1}\nframework: summary: _a.c": {"unknown-name", "the text refers to c, and there is nothing of that name"},
		`_a: error("too much")`:                {"not-valid", "is refused by a check that stands in the text itself, and says: too much"},
		`_a: 5 & >7`:                           {"not-valid", "breaks the condition >7"},
		`_a: [1, 1] & list.UniqueItems`:        {"not-valid", "_a names something twice"},
		`_a: [1] * 3`:                          {"not-valid", "_a multiplies a list"},
		"framework: summary: \"a \\([1])\"":    {"not-valid", "summary has a value in its text that cannot be part of a text"},
		`_a: "a"("b")`:                         {"not-valid", "round brackets stand after something that works nothing out"},
		`_a: "x" & =~"("`:                      {"not-valid", "has a pattern that cannot be read"},
		`_a: string`:                           {"", ""}, // hidden, and never asked for
		"_a: string\nframework: summary: _a":   {"incomplete", "summary has no value"},
		`_a: len(3)`:                           {"not-valid", "_a cannot be worked out: a whole number stands where another kind of value is needed"},
		`schema: 1`:                            {"outside-document", ""},
	} {
		t.Run(text, func(t *testing.T) {
			t.Parallel()
			r, err := testCompiler().Framework(context.Background(), hostileText(text))
			if err != nil {
				t.Fatal(err)
			}
			said(t, r.Findings, want.code, want.message)
		})
	}
}

// said wants a finding with a code and a part of its message, and no word in
// any that only those know who know CUE.
func said(t *testing.T, found diag.List, code, message string) {
	t.Helper()
	there := code == ""
	for _, f := range found {
		there = there || f.Code == code && strings.Contains(f.Message, message)
		for _, word := range []string{"operand", "literal", "struct", "concrete", "disjunction", "non-", "bottom", "interpolation", "{0}", "{1}", "%!"} {
			if strings.Contains(f.Message, word) {
				t.Errorf("a word of CUE's, %q: %s", word, f.Message)
			}
		}
	}
	if !there {
		t.Errorf("want %s %q, got:\n%s", code, message, listed(found))
	}
}

// refusalCodes are the codes of the table of refusals.
func refusalCodes(table ast.Expr) []ast.Expr {
	var out []ast.Expr
	if all, ok := table.(*ast.CompositeLit); ok {
		for _, row := range all.Elts {
			if row, ok := row.(*ast.CompositeLit); ok && len(row.Elts) > 1 {
				out = append(out, row.Elts[1])
			}
		}
	}
	return out
}
