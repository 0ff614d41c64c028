package server

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/milepost-dev/milepost/internal/ladder"
)

// TestRedline draws texts of two levels and competencies in a few words: a
// column or row is its id, a cell its items, with what is struck in brackets
// and what is added in braces; levels that share one stand before it.
func TestRedline(t *testing.T) {
	t.Parallel()
	level := func(id string, cells ...string) ladder.Level {
		l := ladder.Level{ID: id, Code: strings.ToUpper(id), Titles: []ladder.Title{{Text: "Title of " + id}}, Expectations: map[string]ladder.Cell{}}
		for _, c := range cells {
			name, rest, _ := strings.Cut(c, ": ")
			cell := ladder.Cell{}
			for _, item := range strings.Split(rest, "; ") {
				switch key, value, _ := strings.Cut(item, "="); key {
				case "degree":
					cell.Degree = value
				case "none":
					cell.None = value
				default:
					cell.Items = append(cell.Items, ladder.Item{Text: item})
				}
			}
			l.Expectations[name] = cell
		}
		return l
	}
	text := func(rows string, levels ...ladder.Level) *ladder.Framework {
		f := &ladder.Framework{ID: "f", Title: "F", Levels: levels}
		for _, id := range strings.Fields(rows) {
			f.Competencies = append(f.Competencies, ladder.Competency{ID: id, Title: strings.ToUpper(id), Degrees: []string{"Low", "High"}})
		}
		return f
	}
	for name, tt := range map[string]struct {
		a, b *ladder.Framework
		want string
	}{
		"nothing": {
			text("x", level("l1", "x: Writes")), text("x", level("l1", "x: Writes")),
			"l1 | x: l1 Writes",
		},
		"an item more and one less": {
			text("x", level("l1", "x: Writes; Reads")), text("x", level("l1", "x: Speaks to large groups; Writes")),
			"l1 | x: l1 changed {Speaks to large groups}, Writes, [Reads]",
		},
		"another word": {
			text("x", level("l1", "x: Writes good reports for the team")), text("x", level("l1", "x: Writes good reports for the company")),
			"l1 | x: l1 changed Writes good reports for the [team]{company}",
		},
		"another degree": {
			text("x", level("l1", "x: degree=Low; Writes")), text("x", level("l1", "x: degree=High; Writes")),
			"l1 | x: l1 changed [Low]{High}, Writes",
		},
		"a degree more": {
			text("x", level("l1", "x: Writes")), text("x", level("l1", "x: degree=High; Writes")),
			"l1 | x: l1 changed {High}, Writes",
		},
		"nothing asked": {
			text("x", level("l1", "x: Writes")), text("x", level("l1", "x: none=Too early")),
			"l1 | x: l1 changed {Too early}, [Writes]",
		},
		"a cell more and one less": {
			text("x y", level("l1", "x: Writes")), text("x y", level("l1", "y: Draws")),
			"l1 | x: l1 removed [Writes] | y: l1 new {Draws}",
		},
		"a level less in the middle, and one more at the end": {
			text("x", level("l1", "x: One"), level("l2", "x: Two"), level("l3", "x: Three")),
			text("x", level("l1", "x: One"), level("l3", "x: Three"), level("l4", "x: Paints great pictures")),
			"l1, removed l2, l3, new l4 | x: l1 One; l2 [Two]; l3 Three; l4 {Paints great pictures}",
		},
		"the first level less": {
			text("x", level("l1", "x: One"), level("l2", "x: Two")), text("x", level("l2", "x: Two")),
			"removed l1, l2 | x: l1 [One]; l2 Two",
		},
		"a row more and one less": {
			text("x z", level("l1", "x: Writes", "z: Sings")), text("y z", level("l1", "y: Draws quite other things", "z: Sings")),
			"l1 | removed x: l1 [Writes] | new y: l1 {Draws quite other things} | z: l1 Sings",
		},
		"shared before and after": {
			text("x", level("l1", "x: One"), level("l2", "x: One")), text("x", level("l1", "x: Paints pictures"), level("l2", "x: Paints pictures")),
			"l1, l2 | x: l1+l2 changed {Paints pictures}, [One]",
		},
		"shared before and not after": {
			text("x", level("l1", "x: One"), level("l2", "x: One")), text("x", level("l1", "x: One"), level("l2", "x: One; Paints pictures")),
			"l1, l2 | x: l1 One; l2 changed One, {Paints pictures}",
		},
		"all levels gone": {
			text("x", level("l1", "x: One")), text("x"),
			"removed l1 | x: l1 [One]",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var s scales
			got := sketch(newRedline(tt.a, tt.b, ladder.Diff(tt.a, tt.b), "p.", &s))
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func sketch(m *matrix) string {
	var columns []string
	for _, c := range m.Columns {
		columns = append(columns, strings.TrimSpace(c.Tag+" "+strings.TrimPrefix(c.ID, "p.")))
	}
	lines := []string{strings.Join(columns, ", ")}
	for _, g := range m.Groups {
		for _, r := range g.Rows {
			var cells []string
			for _, c := range r.Cells {
				if len(c.Others) != c.Span-1 || !strings.HasPrefix(c.ID, "p.") || c.Altered != strings.ContainsAny(cellSketch(c), "[{") {
					cells = append(cells, "badly marked:")
				}
				cells = append(cells, strings.ToLower(strings.Join(c.Levels, "+"))+" "+cellSketch(c))
			}
			lines = append(lines, strings.TrimSpace(r.Tag+" "+strings.TrimPrefix(r.ID, "p."))+": "+strings.Join(cells, "; "))
		}
	}
	return strings.Join(lines, " | ")
}

func cellSketch(c spanCell) string {
	var parts []string
	if c.Degree != nil {
		parts = append(parts, c.Degree.Label)
	}
	for _, spans := range [][]ladder.Span{c.Degrees, c.Nones} {
		if spans != nil {
			parts = append(parts, marks(spans))
		}
	}
	for _, i := range c.Items {
		if i.Marked != nil {
			parts = append(parts, marks(i.Marked))
		} else {
			parts = append(parts, i.Text)
		}
	}
	return strings.TrimSpace(c.Tag + " " + strings.Join(parts, ", "))
}

func marks(spans []ladder.Span) string {
	var b strings.Builder
	for _, s := range spans {
		switch s.Op {
		case ladder.SpanRemoved:
			b.WriteString("[" + s.Text + "]")
		case ladder.SpanAdded:
			b.WriteString("{" + s.Text + "}")
		default:
			b.WriteString(s.Text)
		}
	}
	return b.String()
}
