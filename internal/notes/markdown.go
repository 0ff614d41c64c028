package notes

import (
	"fmt"
	"io"
	"net/url"
	"sort"
	"strings"
)

// leastLimit is the smallest limit that Markdown keeps, in bytes.
const leastLimit = 4000

// What Markdown shortens where otherwise not even clipList changes could stand:
// texts to so many characters, lists to so many entries.
const (
	clipText = 300
	clipList = 20
)

// Markdown writes the note for a reader as Markdown for GitHub: what is gone is
// struck out, what is new is bold. Authors' texts cannot mention people, refer
// to issues, link, or be more than text in any other way.
//
// limit is how many bytes it may have, 0 for any number, less than 4,000
// counting as that: changes that do not fit are counted, with where to read
// them; where few would fit, long texts are cut. The error is the writer's.
func (n *Notes) Markdown(w io.Writer, r Reader, limit int) error {
	if _, err := io.WriteString(w, n.markdown(r, limit)); err != nil {
		return fmt.Errorf("writing release notes: %w", err)
	}
	return nil
}

func (n *Notes) markdown(r Reader, limit int) string {
	whole := n.changes()
	out := n.markdownForm(r, whole, false)
	if limit <= 0 || len(out) <= max(limit, leastLimit) {
		return out
	}
	limit = max(limit, leastLimit)
	for _, short := range []bool{false, true} {
		// The most changes with which it fits; -1 if it fits with none.
		most := sort.Search(whole+1, func(k int) bool { return len(n.markdownForm(r, k, short)) > limit }) - 1
		if most >= min(whole, clipList) || short && most >= 0 {
			return n.markdownForm(r, most, short)
		}
	}
	out = "## " + markdown(clipped(n.Title, 100)) + "\n\n" + atStart(markdown(clipped(n.Headline, 200))) + "\n\n"
	if more := "The notes are too long to stand here: " + n.more() + ".\n"; len(out+more) <= limit {
		return out + more
	}
	return "The notes are too long to stand here.\n"
}

// changes counts the changes in the groups.
func (n *Notes) changes() int { return len(n.in.Changes.Changes) }

// more is where all of it can be read.
func (n *Notes) more() string {
	if n.in.More == "" {
		return "read them on the framework's page of changes"
	}
	u, err := url.Parse(n.in.More)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.User != nil || strings.ContainsAny(u.String(), "<> \n") {
		return "read them " + markdown(clipped(n.in.More, clipText))
	}
	return "read them at <" + u.String() + ">"
}

// markdownForm writes the first changes of all, with long texts cut if short.
func (n *Notes) markdownForm(r Reader, changes int, short bool) string {
	m := markdownForm{left: changes}
	if short {
		m.text, m.list = clipText, clipList
	}
	m.line("## " + m.esc(n.titleFor(r)))
	for _, p := range n.Opening {
		m.line("")
		m.line(atStart(m.esc(p)))
	}
	for _, s := range n.sections(r) {
		m.section(n, s, r)
	}
	return m.b.String()
}

// markdownForm is Markdown in the making. left is how many changes may still
// stand; text and list bound texts and lists, 0 is no bound.
type markdownForm struct {
	b                strings.Builder
	left, text, list int
}

func (m *markdownForm) line(s string) { m.b.WriteString(s + "\n") }

func (m *markdownForm) esc(s string) string { return markdown(clipped(oneLine(s), m.text)) }

// some are the entries that may stand, and how many are left out.
func (m *markdownForm) some(list []string) ([]string, int) {
	if m.list == 0 || len(list) <= m.list {
		return list, 0
	}
	return list[:m.list], len(list) - m.list
}

func (m *markdownForm) section(n *Notes, s Section, r Reader) {
	m.line("")
	m.line("### " + m.esc(s.Heading))
	paragraphs, cut := m.some(s.Paragraphs)
	for _, p := range paragraphs {
		m.line("")
		m.line(atStart(m.esc(p)))
	}
	points, others := m.some(s.Points)
	if len(points)+len(s.Facts) > 0 {
		m.line("")
	}
	for _, p := range points {
		m.line("- " + atStart(m.esc(p)))
	}
	for i, f := range s.Facts {
		if m.list > 0 && i >= m.list {
			others += len(s.Facts) - i
			break
		}
		m.fact(f)
	}
	if cut+others > 0 {
		m.line("")
		m.line(fmt.Sprintf("And %s: %s.", counted(cut+others, "further line", "further lines"), n.more()))
	}
	if s.Changes {
		m.groups(n, r)
	}
}

func (m *markdownForm) fact(f Fact) {
	value := m.esc(f.Value)
	if f.code {
		value = code(clipped(f.Value, m.text))
	}
	m.line("- " + atStart(m.esc(f.Name)) + ": " + value)
}

// groups writes as many changes as may stand, and counts the others.
func (m *markdownForm) groups(n *Notes, r Reader) {
	rest := n.changes() - m.left
	for _, g := range n.Groups {
		if m.left == 0 {
			break
		}
		m.line("")
		m.line("#### " + m.esc(g.Name))
		for _, p := range g.Parts {
			if m.left == 0 {
				break
			}
			m.line("")
			if p.Title != "" {
				m.line(fenced("**", clipped(oneLine(p.Title), m.text)))
				m.line("")
			}
			for _, e := range p.Changes {
				if m.left == 0 {
					break
				}
				m.entry(e, r)
				m.left--
			}
		}
	}
	if rest > 0 {
		m.line("")
		m.line(fmt.Sprintf("And %s: %s.", counted(rest, "further change", "further changes"), n.more()))
	}
}

func (m *markdownForm) entry(e Entry, r Reader) {
	m.line("- *" + m.esc(sentence(e.Means)) + "* " + m.esc(e.Says))
	for _, line := range lines(e.Marked) {
		if text := markdownMarks(line, m.text); text != "" {
			m.line("  <br>" + text)
		}
	}
	if r == Record {
		m.line("  <br>" + m.esc(e.Details()))
	}
}
