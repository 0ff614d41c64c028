package notes

import (
	"strings"
	"testing"

	"github.com/milepost-dev/milepost/internal/ladder"
)

// TestMarkedTextWithSigns: a text with any sign is cut from the sentence that
// cites it, and stands once, marked.
func TestMarkedTextWithSigns(t *testing.T) {
	t.Parallel()
	before, after := "Writes to all@example.com", "Writes to @everybody at once"
	c := ladder.Change{Before: before, After: after, Words: ladder.WordDiff(before, after)}
	if spans, says := marked(c, `reworded from "`+before+`" to "`+after+`"`); says != "reworded" || len(spans) == 0 {
		t.Errorf("got %q and %v", says, spans)
	}
}

func TestParts(t *testing.T) {
	t.Parallel()
	n := New(hostile(t))
	few, all := n.MarkdownChanges(2, 50), n.MarkdownChanges(0, 0)
	if strings.Count(few, "\n- *") != 2 || !strings.Contains(few, "further changes: read them") || strings.HasPrefix(few, "\n") {
		t.Errorf("two of the changes: %s", few)
	}
	if strings.Count(all, "\n- *") != n.changes() || len(n.Short()) == 0 {
		t.Errorf("of %d changes: %s", n.changes(), all)
	}
	for text, want := range map[string]string{"/close": gap + "/close", "- a": `\- a`, "1. a": `1\. a`, "a\nb": "a b", "@a": "@" + gap + "a", "": ""} {
		if got := Escape(text, 0); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
	if got := Plain("@all <b>\x1b[1m", 0); got != "@"+gap+"all <b>[1m" {
		t.Errorf("plain: %q", got)
	}
	if got := Code("a ` b"); got != "`` a ` b ``" {
		t.Errorf("code: %q", got)
	}
}
