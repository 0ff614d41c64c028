package webhook

import (
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/milepost-dev/milepost/internal/diag"
	"github.com/milepost-dev/milepost/internal/ladder"
	"github.com/milepost-dev/milepost/internal/review"
)

// own are the elements and links that Milepost writes itself.
var own = regexp.MustCompile(`<br>|</?sub>|</?details>|</?summary>|\[[A-Za-z ]+\]\(<https://careers\.example\.com/pulls/7>\)|<https://careers\.example\.com/pulls/7>`)

// live is what GitHub would make more of, outside code and Milepost's own.
var live = []struct {
	what string
	form *regexp.Regexp
}{
	{"an element", regexp.MustCompile(`[<>]`)},
	{"an entity", regexp.MustCompile(`&(?:[^alg]|a[^m]|l[^t]|g[^t])`)},
	{"a mention", regexp.MustCompile(`@[^\x{200b}]|@$`)},
	{"an issue", regexp.MustCompile(`(?i)#[0-9]|gh-[0-9]`)},
	{"a link", regexp.MustCompile(`(?i)://|www\.|(?:^|[^\\])\]\(`)},
	{"an emoji", regexp.MustCompile(`(?i):[a-z0-9_+-]+:`)},
	{"a commit", regexp.MustCompile(`(?i)[0-9a-f]{7}`)},
	{"a command", regexp.MustCompile(`^\s*(?:/|::)|##\[`)},
}

// heading and block are what may and may not begin a line.
var (
	heading = regexp.MustCompile(`^#{2,4} `) // of nothing, where a name is nothing
	block   = regexp.MustCompile(`^(?:#|>|=|\||[*_-](?:[ \t]*[*_-]){2,}\s*$|\+ |\d+[.)] |~~~)`)
)

// checkSaid holds all that is said of a pull request to what authors must not
// be able to do, and to its limits.
func checkSaid(t *testing.T, r *Report) {
	t.Helper()
	checkLimits(t, r, 0, 1<<30, 20_000, 5_000, 2_000, 1)
	checkRest(t, r)
}

// checkLimits holds comments of some limits.
func checkLimits(t *testing.T, r *Report, limits ...int) {
	t.Helper()
	for _, limit := range limits {
		comment := r.Comment(limit)
		most := limit
		if limit <= 0 || limit > maxComment {
			most = maxComment
		}
		if len(comment) > max(most, leastComment) {
			t.Errorf("of %d bytes, the comment has %d", limit, len(comment))
		}
		rest, ok := strings.CutPrefix(comment, Marker)
		if !ok {
			t.Errorf("the comment begins %.40q", comment)
		}
		checkMarkdown(t, rest)
	}
}

// checkRest holds all but the comment.
func checkRest(t *testing.T, r *Report) {
	t.Helper()
	c := r.Check()
	checkMarkdown(t, c.Summary)
	checkMarkdown(t, c.Text)
	if len(c.Summary) > 65_535 || len(c.Text) > 65_535 || len(c.Annotations) > maxAnnotations || c.Title == "" {
		t.Errorf("the check has %d and %d bytes, %d annotations, the title %q", len(c.Summary), len(c.Text), len(c.Annotations), c.Title)
	}
	_, description := r.Status()
	for _, text := range []string{c.Title, description} {
		checkPlain(t, text)
		if utf8.RuneCountInString(text) > 140 || strings.Contains(text, "\n") {
			t.Errorf("too long: %q", text)
		}
	}
	for _, a := range c.Annotations {
		checkPlain(t, a.Message)
		if f := r.Lines[a.Path]; f.Gone || a.StartLine < 1 || a.StartLine != a.EndLine || len(a.Raw) > maxMessage || a.StartColumn != a.EndColumn {
			t.Errorf("an annotation has no place: %+v", a)
		}
	}
	for _, s := range r.Suggestions() {
		rest, ok := strings.CutPrefix(s.Body, SuggestionMarker)
		if !ok || strings.Count(s.Body, "suggestion\n") < 1 {
			t.Errorf("a suggestion without a marker or a block: %q", s.Body)
		}
		checkMarkdown(t, rest)
		for n := s.StartLine; n <= s.Line; n++ {
			if _, ok := r.Lines[s.Path].line(n); !ok {
				t.Errorf("a suggestion for line %d, which is not in the diff", n)
			}
		}
	}
}

// checkPlain holds a text that GitHub shows as it is.
func checkPlain(t *testing.T, s string) {
	t.Helper()
	if m := live[2].form.FindString(s); m != "" {
		t.Errorf("%q holds %q", s, m)
	}
	checkSeen(t, s)
}

func checkSeen(t testing.TB, s string) {
	t.Helper()
	for _, r := range s {
		if unicode.IsControl(r) && r != '\n' && r != '\t' || r >= '\u202a' && r <= '\u202e' || r >= '\u2066' && r <= '\u2069' {
			t.Errorf("%q stands in %.200q", r, s)
			return
		}
	}
}

// checkMarkdown reads Markdown as GitHub does: line by line, with its fences, and
// as it is rendered.
func checkMarkdown(t *testing.T, s string) {
	t.Helper()
	checkSeen(t, s)
	rendered(t, "it", s)
	if strings.Contains(s, "<!--") {
		t.Errorf("a hidden comment, and perhaps a marker: %.300q", s)
	}
	fence, details := "", 0
	for line := range strings.SplitSeq(s, "\n") {
		text := strings.TrimLeft(line, " ")
		marks := text[:len(text)-len(strings.TrimLeft(text, "`"))]
		switch {
		case fence != "" && marks == text && len(marks) >= len(fence):
			fence = ""
			continue
		case fence != "":
			continue
		case len(marks) >= 3:
			fence = marks
			continue
		}
		details += checkLine(t, line)
	}
	if fence != "" || details != 0 {
		t.Errorf("a block of code, or what is folded away, stays open in %.300q", s)
	}
}

// checkLine returns how many more details it opens than it closes.
func checkLine(t *testing.T, line string) int {
	t.Helper()
	if block.MatchString(line) && !heading.MatchString(line) {
		t.Errorf("a line begins a block of its own: %q", line)
	}
	text, ok := withoutCode(line)
	if !ok {
		t.Errorf("a span of code stays open: %q", line)
	}
	details := strings.Count(text, "<details>") - strings.Count(text, "</details>")
	text = strings.ReplaceAll(own.ReplaceAllString(text, "x"), "&#36;", "$")
	for _, l := range live {
		if m := l.form.FindString(text); m != "" {
			t.Errorf("%q is %s in %.300q", m, l.what, line)
		}
	}
	return details
}

// withoutCode takes spans of code out of a line, false where one stays open.
func withoutCode(line string) (string, bool) {
	var b strings.Builder
	for i := 0; i < len(line); {
		switch {
		case line[i] == '\\' && i+1 < len(line):
			b.WriteString(line[i : i+2])
			i += 2
		case line[i] == '`':
			marks := line[i : len(line)-len(strings.TrimLeft(line[i:], "`"))]
			end := closing(line[i+len(marks):], len(marks))
			if end < 0 {
				return b.String(), false
			}
			i += len(marks) + end
			b.WriteByte('x')
		default:
			b.WriteByte(line[i])
			i++
		}
	}
	return b.String(), true
}

// closing is where a run of exactly n backticks ends, -1 for none.
func closing(s string, n int) int {
	for i := 0; i < len(s); i++ {
		if s[i] != '`' {
			continue
		}
		run := len(s[i:]) - len(strings.TrimLeft(s[i:], "`"))
		if run == n {
			return i + n
		}
		i += run - 1
	}
	return -1
}

// written is a report in which everything that authors write is of two texts.
func written(a, b string) *Report {
	before := &ladder.Framework{
		ID: "x", Kind: ladder.KindLadder, Title: a,
		Competencies: []ladder.Competency{{ID: "c", Title: b}},
		Levels:       []ladder.Level{{ID: "l", Rank: 1, Code: b, Titles: []ladder.Title{{Text: a}}, Expectations: map[string]ladder.Cell{"c": {Items: []ladder.Item{{Text: a}}}}}},
	}
	after := &ladder.Framework{
		ID: "x", Kind: ladder.KindLadder, Title: b,
		Competencies: []ladder.Competency{{ID: "c", Title: a}},
		Levels:       []ladder.Level{{ID: "l", Rank: 1, Code: a, Titles: []ladder.Title{{Text: b}}, Expectations: map[string]ladder.Cell{"c": {Items: []ladder.Item{{Text: b}, {Text: a + b}}}}}},
	}
	set := ladder.Diff(before, after)
	checked := review.Checked{ID: "x", Dir: "x", Title: a, Status: review.StatusChanged, Category: set.Category(), Headline: set.Headline(after), Effect: review.Effect{When: review.AtMerge}, Changes: &set, Text: after}
	draft := checked
	draft.Coming, draft.Dir, draft.Edits, draft.Effect = true, "next/x", &set, review.Effect{When: review.AtDate, Day: "2027-03-01", Shown: "2027-03-01"}
	head := "first\n" + a + "\n" + b + "\nlast\n"
	var patch strings.Builder
	patch.WriteString("@@ -0,0 +1," + "99 @@\n")
	for line := range strings.Lines(head) {
		patch.WriteString("+" + line)
	}
	at := diag.Position{File: a, Line: 2, Column: 2}
	r := &Report{
		Number: 7, Head: strings.Repeat("a", 40), Base: strings.Repeat("b", 40), MergeBase: strings.Repeat("c", 40), Touches: true, At: time.Unix(1_800_000_000, 0),
		PreviewURL: "https://careers.example.com/pulls/7", Lines: map[string]DiffLines{a: NewDiffLines([]byte(head), patch.String())},
		Verdict: &review.Verdict{Checked: []review.Checked{checked, draft}, Findings: diag.List{
			{Code: b, Severity: diag.Error, Message: a, Help: b + "\n" + a + "\n" + b, Position: at, Also: []diag.Position{{File: b, Line: 1}}, Fix: &diag.Fix{Edits: []diag.Edit{{File: a, Start: 6, End: 6, New: b}}}},
			{Code: "x", Severity: diag.Warning, Message: b, Help: a, Position: diag.Position{File: b}},
			{Code: "x", Severity: diag.Note, Message: "It says " + a, Help: "- " + a + "\n+ " + b, Position: at},
		}},
	}
	r.Frameworks, _ = Frameworks(r.Verdict, nil, nil)
	return r
}

func FuzzWords(f *testing.F) {
	for i, a := range hostileTexts {
		f.Add(a, hostileTexts[(i+1)%len(hostileTexts)])
	}
	f.Add("\x1b[31mred \u202eesrever\u202c a\u2028b", "a\r\n/close\n```\n@x")
	f.Add("`", "``` `` ````")
	f.Add("```suggestion\nx\n```", "~~~\n<!--\n-->")
	f.Add("   /merge", "\t::set-output")
	f.Fuzz(func(t *testing.T, a, b string) {
		if len(a)+len(b) > 5_000 {
			return
		}
		checkAll(t, a, b)
	})
}

func checkAll(t *testing.T, a, b string) {
	t.Helper()
	r := written(a, b)
	checkLimits(t, r, 0, 3_000)
	checkRest(t, r)
	r.Failed = a + b
	checkLimits(t, r, 0)
	checkRest(t, r)
	r.Failed, r.Superseded = "", b
	checkLimits(t, r, 0)
}

// fragments are what texts are put together from: what begins and ends things.
var fragments = []string{
	"@", "#", "1", "`", "```", "~~~", "\n", "\r", "\t", " ", "  ", "<", ">", "<!--", "-->", Marker, "</details>", "<br>", "&", "&lt;", "\\", "*", "**", "_", "~~", "|", "-", "- ", "+ ", "1. ", "=",
	"/close", "::error::", "##[", "[", "](", ")", "!", "http", "://", "www.", "gh-", ":smile:", "deadbeef", "suggestion", "$", "a", "word", "É", "日本", "\u200b", "\u202e", "\x1b", "\x00", "\xff", "\u2028", "\"", ".", ",", "milepost:",
}

// TestFragments: no order of what begins and ends things does any of it.
func TestFragments(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(7, 7))
	text := func() string {
		var b strings.Builder
		for range r.IntN(12) {
			b.WriteString(fragments[r.IntN(len(fragments))])
		}
		return b.String()
	}
	for range 80 {
		if a, b := text(), text(); !t.Failed() {
			checkAll(t, a, b)
			if t.Failed() {
				t.Logf("of %q and %q", a, b)
			}
		}
	}
}
