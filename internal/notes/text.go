package notes

import (
	"fmt"
	"io"
	"strings"
	"unicode"

	"github.com/milepost-dev/milepost/internal/ladder"
)

// width is how many columns a line of text has at most.
const width = 80

// Text writes the note for a reader as plain text, in lines of at most 80
// columns. Words that are gone stand as [-old-], new ones as {+new+}. The
// error is the writer's.
func (n *Notes) Text(w io.Writer, r Reader) error {
	var t textForm
	t.heading(n.titleFor(r), "=")
	for _, p := range n.Opening {
		t.block("", "", p)
	}
	for _, s := range n.sections(r) {
		t.section(n, s, r)
	}
	if _, err := io.WriteString(w, t.b.String()); err != nil {
		return fmt.Errorf("writing release notes: %w", err)
	}
	return nil
}

// textForm writes blocks with an empty line between them.
type textForm struct{ b strings.Builder }

func (t *textForm) heading(title, line string) {
	t.gap()
	lines := wrapped("", "", oneLine(title))
	longest := 0
	for _, l := range lines {
		longest = max(longest, columns(l))
		t.b.WriteString(l + "\n")
	}
	t.b.WriteString(strings.Repeat(line, longest) + "\n")
}

func (t *textForm) gap() {
	if t.b.Len() > 0 {
		t.b.WriteString("\n")
	}
}

func (t *textForm) block(first, rest, text string) {
	t.gap()
	t.lines(first, rest, text)
}

func (t *textForm) lines(first, rest, text string) {
	for _, l := range wrapped(first, rest, oneLine(text)) {
		t.b.WriteString(l + "\n")
	}
}

func (t *textForm) section(n *Notes, s Section, r Reader) {
	t.heading(s.Heading, "-")
	for _, p := range s.Paragraphs {
		t.block("", "", p)
	}
	if len(s.Points)+len(s.Facts) > 0 {
		t.gap()
	}
	for _, p := range s.Points {
		t.lines("- ", "  ", p)
	}
	for _, f := range s.Facts {
		t.lines("", "  ", f.Name+": "+f.Value)
	}
	if !s.Changes {
		return
	}
	for _, g := range n.Groups {
		t.block("", "", g.Name)
		for _, p := range g.Parts {
			if p.Title != "" {
				t.block("  ", "  ", p.Title)
			}
			t.gap()
			for _, e := range p.Changes {
				t.entry(e, r)
			}
		}
	}
}

func (t *textForm) entry(e Entry, r Reader) {
	t.lines("  - ", "    ", sentence(e.Means)+" "+e.Says)
	for _, line := range lines(e.Marked) {
		t.lines("      ", "      ", textMarks(line))
	}
	if r == Record {
		t.lines("    ", "    ", e.Details())
	}
}

func textMarks(line []ladder.Span) string {
	var b strings.Builder
	for _, s := range line {
		switch s.Op {
		case ladder.SpanRemoved:
			b.WriteString("[-" + s.Text + "-]")
		case ladder.SpanAdded:
			b.WriteString("{+" + s.Text + "+}")
		default:
			b.WriteString(s.Text)
		}
	}
	return b.String()
}

// wrapped breaks a text of one line into lines, with indents. A word that is
// longer than a line is broken.
func wrapped(first, rest, text string) []string {
	var out []string
	line, indent := first, first
	for word := range strings.FieldsSeq(text) {
		space := " "
		if line == indent {
			space = ""
		}
		if columns(line)+len(space)+columns(word) > width && line != indent {
			out = append(out, line)
			line, indent, space = rest, rest, ""
		}
		for columns(line)+len(space)+columns(word) > width {
			head, tail := broken(word, width-columns(line))
			out = append(out, line+head)
			line, indent, word = rest, rest, tail
		}
		line += space + word
	}
	return append(out, strings.TrimRight(line, " "))
}

// broken breaks a word after as many characters as fit, at least one.
func broken(word string, room int) (head, tail string) {
	used := 0
	for i, r := range word {
		if used += runeColumns(r); used > room && i > 0 {
			return word[:i], word[i:]
		}
	}
	return word, ""
}

func columns(s string) int {
	n := 0
	for _, r := range s {
		n += runeColumns(r)
	}
	return n
}

// runeColumns is 2 for what terminals show in two columns, 0 for marks over
// other characters.
func runeColumns(r rune) int {
	switch {
	case r < 0x300:
		return 1
	case unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf):
		return 0
	case unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul), r >= 0xff01 && r <= 0xff60, r >= 0x3000 && r <= 0x303f, r >= 0x1f300 && r <= 0x1faff:
		return 2
	}
	return 1
}
