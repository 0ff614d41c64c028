package notes

import (
	"html"
	"regexp"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/milepost-dev/milepost/internal/ladder"
)

// live is what a page would make more of in escaped Markdown: an element, an
// entity that authors wrote, a mark that is not escaped, and what GitHub finds.
var live = []struct {
	what string
	form *regexp.Regexp
}{
	{"an element", regexp.MustCompile(`[<>]`)},
	{"an entity", regexp.MustCompile(`&(?:[^alg]|a[^m]|l[^t]|g[^t])`)},
	{"mathematics", regexp.MustCompile(`\$`)},
	{"a mark", regexp.MustCompile("(?:^|[^\\\\])(?:\\\\\\\\)*[*_`~|#\\[\\]]")},
	{"a line of its own", regexp.MustCompile(`[\n\r]`)},
	{"a mention", regexp.MustCompile(`@[^\x{200b}]`)},
	{"an issue", regexp.MustCompile(`(?i)#[0-9]|gh-[0-9]`)},
	{"a link", regexp.MustCompile(`(?i)://|www\.|mailto:[^\x{200b}]|xmpp:[^\x{200b}]`)},
	{"an emoji", regexp.MustCompile(`(?i):[a-z0-9_+-]+:`)},
	{"a commit", regexp.MustCompile(`(?i)[0-9a-f]{7}`)},
}

// checkInert holds a piece of escaped Markdown against all of it, and against
// the text that it stands for.
func checkInert(t *testing.T, text, got string) {
	t.Helper()
	for _, l := range live {
		if m := l.form.FindString(strings.ReplaceAll(got, "&#36;", "")); m != "" {
			t.Errorf("%q becomes %q, in which %q is %s", text, got, m, l.what)
		}
	}
	shown := html.UnescapeString(strings.NewReplacer(`\\`, `\`, `\*`, "*", `\_`, "_", `\[`, "[", `\]`, "]", `\#`, "#", `\|`, "|", `\~`, "~", "\\`", "`").Replace(got))
	want := oneLine(text)
	if strings.ReplaceAll(shown, gap, "") != strings.ReplaceAll(want, gap, "") {
		t.Errorf("%q becomes %q, which shows %q", text, got, shown)
	}
}

// blocks is what begins a block at the start of a line.
var blocks = regexp.MustCompile(`^(?: |#|>|=|\||[-+*](?: |$)|[-*_](?:[ \t]*[-*_]){2}|\d+[.)]|~~~|<)|^` + "```")

// checkMarks: each mark is one that CommonMark lets begin or end emphasis: what
// stands inside it is neither space nor punctuation.
func checkMarks(t *testing.T, text, got string) {
	t.Helper()
	for _, mark := range []string{"**", "~~"} {
		inside := false
		for i := 0; i+1 < len(got); i++ {
			if got[i] == '\\' {
				i++ // what follows is escaped
				continue
			}
			if got[i:i+2] != mark {
				continue
			}
			var r rune
			if inside {
				r, _ = utf8.DecodeLastRuneInString(got[:i])
			} else {
				r, _ = utf8.DecodeRuneInString(got[i+2:])
			}
			if unicode.IsSpace(r) || unicode.IsPunct(r) || unicode.IsSymbol(r) || r == utf8.RuneError {
				t.Errorf("%q becomes %q, in which the mark at %d does not count", text, got, i)
			}
			inside = !inside
			i++
		}
		if inside {
			t.Errorf("%q becomes %q, in which a mark stays open", text, got)
		}
	}
}

func FuzzMarkdown(f *testing.F) {
	for i, a := range attacks {
		f.Add(a, attacks[(i+1)%len(attacks)])
	}
	f.Add("support or a field", "support, or a field")
	f.Add("dead4b825dc642cb6eb9a060e54bf8d69288fbee4904", "::smile:: gh-gh-12 @@a ##1 http://www.x")
	f.Fuzz(func(t *testing.T, a, b string) {
		if len(a)+len(b) > 10_000 {
			return
		}
		got := markdown(a)
		checkInert(t, a, got)
		if start := atStart(got); blocks.MatchString(start) {
			t.Errorf("%q begins a block: %q", a, start)
		}
		if c := code(a); c != "" {
			fence := c[:len(c)-len(strings.TrimLeft(c, "`"))]
			if strings.Contains(c, "\n") || !strings.HasSuffix(c, fence) || strings.Contains(strings.Trim(c, "`"), fence) {
				t.Errorf("%q ends its span of code: %q", a, c)
			}
		}
		for _, line := range lines(spaced(ladder.WordDiff(a, b))) {
			got := markdownMarks(line, 0)
			checkMarks(t, a+" -> "+b, got)
			for _, s := range line {
				checkInert(t, s.Text, inline(oneLine(s.Text)))
			}
		}
		for _, line := range wrapped("", "  ", oneLine(a)) {
			if columns(line) > width {
				t.Errorf("%q is wrapped to %d columns", a, columns(line))
			}
		}
	})
}

// TestMarkdownLines: whatever the texts, each line of Markdown is of one of the
// forms that notes write.
func TestMarkdownLines(t *testing.T) {
	form := regexp.MustCompile(`^(?:$|#{2,4} \S|- \S|  <br>\S|\*\*.*\*\*$|[^ #>=|~+*` + "`" + `-])`)
	for _, c := range noteCases() {
		n := New(c.in(t))
		for _, r := range Readers() {
			for i, line := range strings.Split(markdownOf(t, n, r, 0), "\n") {
				if !form.MatchString(line) {
					t.Errorf("%s for %s, line %d has no form of notes: %q", c.name, r, i+1, line)
				}
			}
		}
	}
}
