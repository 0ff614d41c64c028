package notes

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/html"
)

func markdownOf(t testing.TB, n *Notes, r Reader, limit int) string {
	t.Helper()
	var b bytes.Buffer
	if err := n.Markdown(&b, r, limit); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func htmlOf(t testing.TB, n *Notes, r Reader) string {
	t.Helper()
	var b bytes.Buffer
	if err := n.HTML(&b, r); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func jsonOf(t testing.TB, n *Notes) string {
	t.Helper()
	var b bytes.Buffer
	if err := n.JSON(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestForms holds the other forms against golden files: of a note in which
// every form of change stands, and of a hostile one.
func TestForms(t *testing.T) {
	for _, c := range noteCases() {
		if !slices.Contains([]string{"everything-else", "asks-more", "hostile"}, c.name) {
			continue
		}
		n := New(c.in(t))
		var md, page strings.Builder
		for _, r := range Readers() {
			fmt.Fprintf(&md, "%s\n", markdownOf(t, n, r, 0))
			fmt.Fprintf(&page, "%s\n", htmlOf(t, n, r))
		}
		golden(t, c.name+".md", md.String())
		golden(t, c.name+".html", page.String())
		if c.name == "asks-more" {
			golden(t, c.name+".json", jsonOf(t, n))
		}
	}
}

// TestPure: the same input gives the same bytes, and New changes none of it.
func TestPure(t *testing.T) {
	for _, c := range noteCases() {
		in := c.in(t)
		before, err := json.Marshal(in)
		if err != nil {
			t.Fatal(err)
		}
		one, two := New(in), New(c.in(t))
		for _, r := range Readers() {
			if text(t, one, r) != text(t, two, r) || markdownOf(t, one, r, 5000) != markdownOf(t, two, r, 5000) || htmlOf(t, one, r) != htmlOf(t, two, r) {
				t.Errorf("%s: the notes for %s differ from one time to the next", c.name, r)
			}
		}
		if jsonOf(t, one) != jsonOf(t, two) {
			t.Errorf("%s: the JSON differs from one time to the next", c.name)
		}
		if after, _ := json.Marshal(in); !bytes.Equal(before, after) {
			t.Errorf("%s: New changed its input", c.name)
		}
	}
}

// TestText: no line is longer than 80 columns, none has a control character,
// and none ends with a space.
func TestText(t *testing.T) {
	for _, c := range noteCases() {
		n := New(c.in(t))
		for _, r := range Readers() {
			for i, line := range strings.Split(text(t, n, r), "\n") {
				if columns(line) > width || strings.HasSuffix(line, " ") {
					t.Errorf("%s for %s, line %d: %d columns: %q", c.name, r, i+1, columns(line), line)
				}
				if !utf8.ValidString(line) || strings.ContainsFunc(line, steers) {
					t.Errorf("%s for %s, line %d could steer a terminal: %q", c.name, r, i+1, line)
				}
			}
		}
	}
}

func steers(r rune) bool {
	return unicode.IsControl(r) || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069
}

// TestHTML: every element is one that the template has, none but the article has
// attributes, all are closed in their order, and headings do not leap.
func TestHTML(t *testing.T) {
	elements := strings.Fields("article section h2 h3 h4 h5 p ul li dl div dt dd strong small code ins del br")
	for _, c := range noteCases() {
		n := New(c.in(t))
		for _, r := range Readers() {
			var open []string
			heading := 1
			z := html.NewTokenizer(strings.NewReader(htmlOf(t, n, r)))
			for {
				kind := z.Next()
				if kind == html.ErrorToken {
					break
				}
				tok := z.Token()
				switch kind {
				case html.StartTagToken:
					if !slices.Contains(elements, tok.Data) || len(tok.Attr) > 0 && tok.Data != "article" {
						t.Fatalf("%s for %s: the element %s is not one of the template's", c.name, r, tok)
					}
					if tok.Data != "br" {
						open = append(open, tok.Data)
					}
					if len(tok.Data) == 2 && tok.Data[0] == 'h' {
						level := int(tok.Data[1] - '0')
						if level > heading+1 {
							t.Errorf("%s for %s: h%d after h%d", c.name, r, level, heading)
						}
						heading = level
					}
				case html.EndTagToken:
					if len(open) == 0 || open[len(open)-1] != tok.Data {
						t.Fatalf("%s for %s: %s closes %v", c.name, r, tok, open)
					}
					open = open[:len(open)-1]
				case html.CommentToken, html.DoctypeToken, html.SelfClosingTagToken:
					t.Fatalf("%s for %s: %s is not of the template", c.name, r, tok)
				case html.TextToken:
					if strings.ContainsFunc(strings.ReplaceAll(tok.Data, "\n", ""), steers) {
						t.Errorf("%s for %s: a text could steer the reading: %q", c.name, r, tok.Data)
					}
				}
			}
			if len(open) > 0 {
				t.Errorf("%s for %s: %v stay open", c.name, r, open)
			}
		}
	}
}

// TestJSON: keys are in snake_case, and the lists are never null.
func TestJSON(t *testing.T) {
	key := regexp.MustCompile(`^[a-z]+(_[a-z]+)*$`)
	var walk func(name string, v any)
	walk = func(name string, v any) {
		switch v := v.(type) {
		case map[string]any:
			for k, e := range v {
				if !key.MatchString(k) && name != "meaning" {
					t.Errorf("the key %q below %q is not in snake_case", k, name)
				}
				walk(k, e)
			}
		case []any:
			for _, e := range v {
				walk(name, e)
			}
		case nil:
			t.Errorf("%q is null", name)
		}
	}
	for _, c := range noteCases() {
		var v any
		if err := json.Unmarshal([]byte(jsonOf(t, New(c.in(t)))), &v); err != nil {
			t.Fatal(err)
		}
		walk("", v)
	}
}

// TestMarkdownLimit: a comment keeps to its limit, and says how many changes
// it leaves out and where they are; a larger one never says less.
func TestMarkdownLimit(t *testing.T) {
	in := compared(t, large(0), large(1))
	in.More = "https://careers.example.com/frameworks/large-ladder/diff?from=1.4.0&to=2.0.0"
	golden(t, "very-large.md", markdownOf(t, New(in), Staff, 6000))
	more := regexp.MustCompile(`And (\d+) further changes: read them at <https://careers\.example\.com/frameworks/large-ladder/diff\?from=1\.4\.0&to=2\.0\.0>\.`)
	for _, in := range []Input{in, hostile(t)} {
		n := New(in)
		for _, r := range Readers() {
			last := 0
			for _, limit := range []int{1, 4000, 6000, 20_000, 65_536, 1 << 20} {
				got := markdownOf(t, n, r, limit)
				if len(got) > max(limit, leastLimit) || len(got) < last*9/10 {
					t.Errorf("%s for %s: %d bytes with the limit %d, after %d", n.Framework, r, len(got), limit, last)
				}
				last = len(got)
				shown := strings.Count(got, "\n- *")
				left := more.FindStringSubmatch(got)
				if n.Framework == "large-ladder" && r != Managers && limit >= 6000 && shown < n.changes() &&
					(left == nil || left[1] != fmt.Sprint(n.changes()-shown)) {
					t.Errorf("for %s, limit %d: %d of %d changes are shown, and it says %q", r, limit, shown, n.changes(), left)
				}
			}
		}
	}
}

// TestMarkdownLimitOfTexts: where texts alone are too long, they are cut.
func TestMarkdownLimitOfTexts(t *testing.T) {
	in := input(t, sample(), asksMore)
	in.Release().Why = strings.Repeat("Because of this and that. \n", 180)
	got := markdownOf(t, New(in), Staff, 4000)
	for _, want := range []string{"And 160 further lines: read them on the framework's page of changes.", "**Mentors junior colleagues**", "### Whom to ask"} {
		if len(got) > 4000 || !strings.Contains(got, want) {
			t.Errorf("want %q in at most 4,000 bytes, got %d:\n%s", want, len(got), got)
		}
	}
	in.More = "javascript:alert(1)"
	if got := markdownOf(t, New(in), Staff, 4000); strings.Contains(got, "<javascript") {
		t.Errorf("an address of no page is linked:\n%s", got)
	}
}
