package diag

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
)

// printMarkdown prints the findings for a comment or a workflow's summary: how
// it went in bold, then a list for each file, those with errors first.
func printMarkdown(r Report) ([]byte, error) {
	var b bytes.Buffer
	fmt.Fprintf(&b, "**%s**\n", summary(r))
	for i, c := range r.Changes {
		if i == 0 {
			b.WriteString("\n")
		}
		fmt.Fprintf(&b, "- %s", atStart(markdownText(oneLine(c.Lead))))
		for _, line := range c.Lines {
			b.WriteString("<br>" + markdownText(oneLine(line)))
		}
		b.WriteString("\n")
	}
	for _, g := range byFile(r.Findings) {
		fmt.Fprintf(&b, "\n#### %s\n\n", markdownText(g.name))
		for _, f := range g.findings {
			b.WriteString(markdownItem(f))
		}
	}
	if len(r.Checked) > 0 {
		names := make([]string, len(r.Checked))
		for i, c := range r.Checked {
			names[i] = markdownText(c.name())
		}
		fmt.Fprintf(&b, "\nChecked: %s.\n", strings.Join(names, ", "))
	}
	return b.Bytes(), nil
}

// byFile groups findings by file, in the order in which the files come up.
func byFile(l List) []group {
	var gs []group
	index := map[string]int{}
	for _, f := range l {
		i, known := index[f.File]
		if !known {
			i = len(gs)
			index[f.File] = i
			gs = append(gs, group{name: f.File})
			if f.File == "" {
				gs[i].name = "The repository as a whole"
			}
		}
		gs[i].findings = append(gs[i].findings, f)
	}
	return gs
}

// markdownItem is a finding as an item of a list. Help of one line follows the
// message; of more lines, those after the first are text to paste.
func markdownItem(f Finding) string {
	var b strings.Builder
	b.WriteString("- ")
	if f.Line > 0 {
		fmt.Fprintf(&b, "Line %d: ", f.Line)
	}
	if l := label(f); l != "" {
		fmt.Fprintf(&b, "*%s:* ", l)
	}
	b.WriteString(atStart(markdownText(message(f))))
	if also := alsoSentence(f); also != "" {
		b.WriteString("<br>" + markdownText(also))
	}
	help := Lines(f.Help)
	if len(help) > 0 {
		b.WriteString("<br>" + markdownText(help[0]))
	}
	b.WriteString("\n")
	if len(help) > 1 {
		b.WriteString(fenced(help[1:]))
	}
	return b.String()
}

// fenced is text to paste, inside an item of a list. The fence is longer than
// any that the text has.
func fenced(lines []string) string {
	fence := "```"
	for strings.Contains(strings.Join(lines, "\n"), fence) {
		fence += "`"
	}
	var b strings.Builder
	b.WriteString("\n  " + fence + "\n")
	for _, line := range lines {
		b.WriteString("  " + Inert(line) + "\n")
	}
	b.WriteString("  " + fence + "\n")
	return b.String()
}

// markdownEscapes make text of what Markdown, HTML or GitHub would make more
// of. A character of no width after @ and inside :// and www. keeps GitHub from
// notifying people and from linking.
var markdownEscapes = strings.NewReplacer(
	"&", "&amp;", "<", "&lt;", ">", "&gt;", "$", "&#36;", "@", "@&#8203;", "://", ":&#8203;//", "www.", "www&#8203;.",
	`\`, `\\`, "`", "\\`", "*", `\*`, "_", `\_`, "[", `\[`, "]", `\]`, "#", `\#`, "|", `\|`, "~", `\~`, "\t", " ",
)

// reference is what GitHub takes for the number of an issue.
var reference = regexp.MustCompile(`(?i)(#|\bgh-)(\d)`)

// markdownText is a text on one line that a page shows as it is.
func markdownText(s string) string {
	parts := reference.Split(oneLine(s), -1)
	found := reference.FindAllStringSubmatch(oneLine(s), -1)
	var b strings.Builder
	for i, part := range parts {
		b.WriteString(markdownEscapes.Replace(part))
		if i < len(found) {
			b.WriteString(markdownEscapes.Replace(found[i][1]) + "&#8203;" + found[i][2])
		}
	}
	return b.String()
}

// blockStart is what begins a list or underlines a heading, at the start of a line.
var blockStart = regexp.MustCompile(`^(\d*)([-+=.)])`)

// atStart keeps a text at the start of an item from beginning a block of its own.
func atStart(text string) string {
	return blockStart.ReplaceAllString(text, `$1\$2`)
}
