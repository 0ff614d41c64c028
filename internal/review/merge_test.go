package review

import (
	"fmt"
	"strings"
	"testing"

	"github.com/milepost-dev/milepost/internal/ladder"
)

// TestLacking: what a fix did and another text lacks. Each case is the items
// of a cell, or a summary, in the base, in the fixed text and in the other.
func TestLacking(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ name, base, fixed, other, want string }{
		{"nothing", "a b", "a b", "a b", ""},
		{"one reworded", "a b", "a c", "a b", "[1] b>c"},
		{"the same, ported", "a b", "a c", "a c", ""},
		{"the same, elsewhere in the cell", "a b", "a c", "x b a", "[1] b>c"},
		{"the same, reworded otherwise", "a b", "a c", "a d", ""},
		{"the same, gone", "a b", "a c", "a", ""},
		{"one more", "a b", "a b c", "a b", " >c"},
		{"one more, and there", "a b", "a b c", "c a b", ""},
		{"one more, where the other has others", "a b", "a b c", "a d", " >c"},
		{"one more, where the other says it all anew", "a b", "a b c", "x y", ""},
		{"one less", "a b", "a", "a b", "[1] b>"},
		{"one less, and gone there", "a b", "a", "a c", ""},
		{"put in another order", "a b", "b a", "a b", ""},
		{"two reworded", "a b", "c d", "a b", "[0] a>c; [1] b>d"},
		{"one reworded between others", "a b c", "a x c", "c b", "[1] b>x"},
	} {
		var got []string
		for _, p := range lacking(cellOf(tc.base), cellOf(tc.fixed), cellOf(tc.other)) {
			at := strings.TrimPrefix(p.at, "levels.l1.expectations.craft.items")
			got = append(got, fmt.Sprintf("%s %s>%s", at, said(p.before), said(p.after)))
		}
		if g := strings.Join(got, "; "); g != tc.want {
			t.Errorf("%s: got %q, want %q", tc.name, g, tc.want)
		}
	}
}

func said(v any) string {
	if v == nil {
		return ""
	}
	return v.(string)
}

func cellOf(items string) *ladder.Framework {
	f := &ladder.Framework{ID: "x", Competencies: []ladder.Competency{{ID: "craft"}}, Levels: []ladder.Level{{ID: "l1", Rank: 1}}}
	var cell ladder.Cell
	for _, text := range strings.Fields(items) {
		cell.Items = append(cell.Items, ladder.Item{Text: text})
	}
	f.Levels[0].Expectations = map[string]ladder.Cell{"craft": cell}
	return f
}

// TestLackingParts: levels that come and go, and values that are no lists.
func TestLackingParts(t *testing.T) {
	t.Parallel()
	two := func(f *ladder.Framework) *ladder.Framework {
		f.Levels = append(f.Levels, ladder.Level{ID: "l2", Rank: 2, Summary: "Two.", Expectations: map[string]ladder.Cell{}})
		return f
	}
	for _, tc := range []struct {
		name               string
		base, fixed, other *ladder.Framework
		want               string
	}{
		{"a level more", cellOf("a"), two(cellOf("a")), cellOf("a"), "levels.l2"},
		{"a level less", two(cellOf("a")), cellOf("a"), two(cellOf("a")), "levels.l2"},
		{"a level less, and other words there", two(cellOf("a")), cellOf("a"), func() *ladder.Framework { f := two(cellOf("a")); f.Levels[1].Summary = "Other."; return f }(), ""},
		{"a fix in a level that is gone", two(cellOf("a")), func() *ladder.Framework { f := two(cellOf("a")); f.Levels[1].Summary = "Other."; return f }(), cellOf("a"), ""},
		{"degrees", cellOf("a"), func() *ladder.Framework {
			f := cellOf("a")
			f.Competencies[0].Degrees = []string{"Low", "High"}
			return f
		}(), cellOf("a"), "degrees.craft"},
	} {
		var got []string
		for _, p := range lacking(tc.base, tc.fixed, tc.other) {
			got = append(got, p.at)
		}
		if g := strings.Join(got, " "); g != tc.want {
			t.Errorf("%s: got %q, want %q", tc.name, g, tc.want)
		}
	}
}
