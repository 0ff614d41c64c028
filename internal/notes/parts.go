package notes

import "strings"

// What follows is for whoever writes words of their own around changes, such as
// a comment on a pull request.

// Escape is a text as a line of GitHub's Markdown that shows it as it is, at the
// start of the line as well: it mentions nobody, links nowhere, begins no block
// and gives no command. Of a longer text, the first most characters are shown;
// 0 is all.
func Escape(s string, most int) string {
	return atStart(markdown(clipped(oneLine(s), most)))
}

// Code is a text as a span of code on one line, "" for no text.
func Code(s string) string { return code(s) }

// Plain is a text on one line for where GitHub shows no Markdown: nothing in it
// is found for a mention or a link. Of a longer text, the first most characters
// are shown; 0 is all.
func Plain(s string, most int) string { return separated(clipped(oneLine(s), most)) }

// MarkdownChanges writes the changes as Markdown, by level, before and after in one with
// the words marked: most of them at most, texts cut to so many characters, 0 for
// all of both. The others are counted, with where to read them.
func (n *Notes) MarkdownChanges(most, text int) string {
	if most <= 0 || most > n.changes() {
		most = n.changes()
	}
	m := markdownForm{left: most, text: text}
	m.groups(n, Staff)
	return strings.TrimPrefix(m.b.String(), "\n")
}
