package notes

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/milepost-dev/milepost/internal/ladder"
)

// gap is a character of no width. It keeps GitHub, which looks for mentions,
// references, addresses and emoji in the finished page, from finding any.
const gap = "\u200b"

// escapes make text of what Markdown, HTML or GitHub's mathematics would make
// more of.
var escapes = strings.NewReplacer(
	"&", "&amp;", "<", "&lt;", ">", "&gt;", "$", "&#36;",
	`\`, `\\`, "`", "\\`", "*", `\*`, "_", `\_`, "[", `\[`, "]", `\]`, "#", `\#`, "|", `\|`, "~", `\~`,
)

// separated puts a gap where GitHub would find something in a page: after the
// signs of mentions and issues, and after colons within words, which emoji and
// addresses have; into "www." and "gh-1"; and into every run of seven
// hexadecimal digits, which may be the name of a commit.
func separated(s string) string {
	var b strings.Builder
	run := 0 // hexadecimal digits since the last gap
	for i := range len(s) {
		if run = run + 1; !isHex(s[i]) {
			run = 0
		} else if run > 6 {
			b.WriteString(gap)
			run = 1
		}
		if s[i] == '.' && endsIn(s[:i], "www") || isDigit(s[i]) && endsIn(s[:i], "gh-") {
			b.WriteString(gap)
		}
		b.WriteByte(s[i])
		if s[i] == '@' || s[i] == '#' || s[i] == ':' && i+1 < len(s) && s[i+1] != ' ' {
			b.WriteString(gap)
		}
	}
	return b.String()
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func isHex(c byte) bool { return isDigit(c) || 'a' <= c|0x20 && c|0x20 <= 'f' }

// endsIn says whether s ends in a lower-case ASCII text, in whatever case.
func endsIn(s, end string) bool {
	return len(s) >= len(end) && strings.EqualFold(s[len(s)-len(end):], end)
}

// markdown is a text on one line that a page shows as it is, wherever in a
// line of Markdown it stands but at its start.
func markdown(s string) string { return inline(oneLine(s)) }

// inline is markdown for a part of a line: spaces at its ends stay.
func inline(s string) string {
	return escapes.Replace(separated(s))
}

// blockStart is what begins a list or underlines a heading, at the start of a line.
var blockStart = regexp.MustCompile(`^(\d*)([-+=.)])`)

// atStart keeps a text at the start of a line from beginning a block, and from
// being taken for a command by bots, which read Markdown as it is.
func atStart(s string) string {
	if strings.HasPrefix(s, "/") {
		return gap + s
	}
	return blockStart.ReplaceAllString(s, `$1\$2`)
}

// code is a text as a span of code, in which nothing is found. The fence is
// longer than any that the text has.
func code(s string) string {
	s = oneLine(s)
	if s == "" {
		return ""
	}
	fence := "`"
	for strings.Contains(s, fence) {
		fence += "`"
	}
	if len(fence) > 1 {
		s = " " + s + " "
	}
	return fence + s + fence
}

// markdownMarks strikes what is gone and makes bold what is new.
func markdownMarks(line []ladder.Span, most int) string {
	var b strings.Builder
	for _, s := range line {
		text := clipped(strings.ReplaceAll(clean(s.Text), "\n", " "), most)
		switch s.Op {
		case ladder.SpanRemoved:
			b.WriteString(fenced("~~", text))
		case ladder.SpanAdded:
			b.WriteString(fenced("**", text))
		default:
			b.WriteString(inline(text))
		}
	}
	return strings.TrimSpace(b.String())
}

// fenced puts marks around a text. They only count where the text begins and
// ends with a letter or digit, as CommonMark has it: a character of no width
// stands in for one.
func fenced(mark, s string) string {
	s = strings.TrimFunc(s, unicode.IsSpace)
	if s == "" {
		return ""
	}
	first, _ := utf8.DecodeRuneInString(s)
	last, _ := utf8.DecodeLastRuneInString(s)
	out := inline(s)
	if !solid(first) {
		out = gap + out
	}
	if !solid(last) {
		out += gap
	}
	return mark + out + mark
}

func solid(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }
