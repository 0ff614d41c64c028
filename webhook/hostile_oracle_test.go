package webhook

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/renderer/html"
	dom "golang.org/x/net/html"

	"github.com/milepost-dev/milepost/internal/fakehub"
	"github.com/milepost-dev/milepost/internal/notes"
)

// likeGitHub makes of Markdown what GitHub does, before it takes out what it finds
// dangerous: nothing of ours may depend on that.
var likeGitHub = goldmark.New(goldmark.WithExtensions(extension.GFM), goldmark.WithRendererOptions(html.WithUnsafe()))

// elements are those that Milepost writes, with what their attributes may be.
var elements = map[string]*regexp.Regexp{
	"p": nil, "h2": nil, "h3": nil, "h4": nil, "ul": nil, "li": nil, "em": nil, "strong": nil, "del": nil, "pre": nil, "br": nil, "sub": nil, "details": nil, "summary": nil,
	"code": regexp.MustCompile(`^class=language-(cue|diff|suggestion)$`), "a": regexp.MustCompile(`^href=https://careers\.example\.com/pulls/\d+$`),
}

// linked is what GitHub finds in the text of a finished page: people and teams,
// issues, commits and emoji.
var linked = map[string]*regexp.Regexp{
	"a mention": regexp.MustCompile(`(?:^|[^\w` + "`" + `])@[A-Za-z0-9]`), "an issue": regexp.MustCompile(`(?i)(?:#|\bgh-)\d`),
	"a commit": regexp.MustCompile(`(?i)(?:^|[^\w])[0-9a-f]{7,40}(?:[^\w]|$)`), "an emoji": regexp.MustCompile(`:[a-z0-9_+-]+:`), "an address": regexp.MustCompile(`(?i)https?://|www\.[a-z]`),
}

// page is what a reader sees of Markdown.
type page struct {
	text     string   // all of it, without characters of no width
	comments []string // that nobody sees
	blocks   []string // what it is built of, in order
}

// rendered reads Markdown by its rules, and fails where there is in it what is
// not Milepost's own.
func rendered(t testing.TB, what, markdown string) page {
	t.Helper()
	var b bytes.Buffer
	if err := likeGitHub.Convert([]byte(markdown), &b); err != nil {
		t.Fatal(err)
	}
	root, err := dom.Parse(&b)
	if err != nil {
		t.Fatal(err)
	}
	var p page
	var text strings.Builder
	for n := range root.Descendants() {
		switch n.Type {
		case dom.CommentNode:
			p.comments = append(p.comments, n.Data)
		case dom.ElementNode:
			if slices.Contains([]string{"html", "head", "body"}, n.Data) && len(n.Attr) == 0 {
				continue
			}
			form, ours := elements[n.Data]
			for _, a := range n.Attr {
				if form == nil || !form.MatchString(a.Key+"="+a.Val) {
					ours = false
				}
			}
			if !ours {
				t.Errorf("%s: an element that is not ours: <%s %v> in %.300q", what, n.Data, n.Attr, markdown)
			}
			if n.Data == "h2" && !notesFor.MatchString(textOf(n)) {
				t.Errorf("%s: a heading that is not ours: %q", what, textOf(n))
			}
			if slices.Contains([]string{"h2", "h3", "h4", "pre", "details", "a"}, n.Data) {
				p.blocks = append(p.blocks, n.Data)
			}
		case dom.TextNode:
			text.WriteString(n.Data)
			if within(n, "code", "a") {
				continue
			}
			for found, form := range linked {
				if m := form.FindString(n.Data); m != "" {
					t.Errorf("%s: GitHub finds %s, %q, in %.300q", what, found, m, n.Data)
				}
			}
		}
	}
	p.text = strings.ReplaceAll(text.String(), "\u200b", "")
	return p
}

// notesFor are the headings of release notes, the only ones of their size.
var notesFor = regexp.MustCompile(`, for (staff|managers)$`)

func textOf(n *dom.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == dom.TextNode {
			b.WriteString(d.Data)
		}
	}
	return b.String()
}

func within(n *dom.Node, names ...string) bool {
	for up := range n.Ancestors() {
		if slices.Contains(names, up.Data) {
			return true
		}
	}
	return false
}

// command is a line that a workflow takes for an order where a log has it, and
// ordered one that bots take for theirs in a page.
var (
	command = regexp.MustCompile(`(?m)^[ \t]*::[a-z]|##\[`)
	ordered = regexp.MustCompile(`(?m)^[ \t]*/[A-Za-z]`)
)

// checkSaidRaw holds a text to what those see who read it as it is: programs,
// and people at a terminal.
func checkSaidRaw(t testing.TB, what, text string) {
	t.Helper()
	checkSeen(t, text)
	if m := command.FindString(text); m != "" {
		t.Errorf("%s: a command for others, %q, in %.300q", what, m, text)
	}
}

// hidden are the remarks of ours that a text may have.
var hidden = regexp.MustCompile(`^ milepost:(pull-request|suggestion|state [0-9a-f.]+) $`)

// checkPublished holds all that was published in a repository by the service:
// it is inert, whatever authors wrote.
func checkPublished(t testing.TB, s fakehub.RepoState) (pages map[string]page) {
	t.Helper()
	pages = map[string]page{}
	look := func(what, markdown string, remarks int) {
		checkSaidRaw(t, what, markdown)
		if m := ordered.FindString(markdown); m != "" {
			t.Errorf("%s: a command for bots, %q, in %.300q", what, m, markdown)
		}
		p := rendered(t, what, markdown)
		if slices.ContainsFunc(p.comments, func(c string) bool { return !hidden.MatchString(c) }) || len(p.comments) != remarks || strings.Count(markdown, "<!--") != remarks {
			t.Errorf("%s has the hidden remarks %q, want %d of ours: %.300q", what, p.comments, remarks, markdown)
		}
		pages[what] = p
	}
	for _, c := range s.Comments {
		if c.Author == botLogin && strings.HasPrefix(c.Body, Marker) { // else somebody took the mark out of it
			look(fmt.Sprint("comment on ", c.Pull), c.Body, 2)
		}
	}
	for _, k := range s.Checks {
		if k.Foreign {
			continue
		}
		look("summary of "+k.Head, k.Summary, 0)
		look("text of "+k.Head, k.Text, 0)
		for _, text := range append(k.Annotations, k.Title, k.ExternalID) {
			checkSaidRaw(t, "check "+k.Head, text)
		}
	}
	for _, n := range s.Notes {
		if n.Author == botLogin {
			look("suggestion for "+n.Path, n.Body, 1)
		}
	}
	for _, r := range s.Releases {
		look("release of "+r.Tag, r.Body, 0)
		checkSaidRaw(t, "release of "+r.Tag, r.Name)
	}
	for _, tag := range s.Tags {
		checkTag(t, tag)
	}
	return pages
}

const botLogin = "milepost-app[bot]"

// trailers are those of a tag's message, each of which says one thing.
var trailers = []string{"Framework", "Digest", "Tree", "Previous", "Bump", "Rules", "Ruleset", "Recorded", "Effective-From", "Pull-Request", "Approved-By", "Merged-By"}

// checkTag: no text of an author's adds to what a tag's message says.
func checkTag(t testing.TB, tag fakehub.TagState) {
	t.Helper()
	checkSaidRaw(t, "tag "+tag.Name, tag.Message)
	seen := map[string]int{}
	for line := range strings.SplitSeq(tag.Message, "\n") {
		if name, value, ok := strings.Cut(line, ": "); ok {
			seen[name]++
			if name == "Approved-By" || name == "Merged-By" && value != "ada" {
				t.Errorf("the tag %s says %q", tag.Name, line)
			}
		}
	}
	for _, name := range trailers {
		if seen[name] > 1 {
			t.Errorf("the tag %s says %s %d times: %q", tag.Name, name, seen[name], tag.Message)
		}
	}
}

// asShown is how a text stands on a page, for comparing.
func asShown(text string) string { return strings.ReplaceAll(notes.Plain(text, 0), "\u200b", "") }

// TestOracle: it finds each thing that it is there for, and takes what is ours.
func TestOracle(t *testing.T) {
	t.Parallel()
	for _, bad := range []string{"@ada", "see #12", "GH-34", "4b825dc642cb6eb9a060e54bf8d69288fbee4904", ":smile:", "<script>x</script>", "<img src=x>", "![x](http://evil.example/x)", "[x](javascript:alert(1))",
		"http://evil.example", "www.evil.example", "a@b.example", "# Heading", "| a |\n|---|\n| b |", "1. one", "> quoted", "***\n", "- [ ] task", "```js\nx\n```", "<a href=\"https://careers.example.com/pulls/7\" onclick=x>y</a>", "Heading\n===", "Heading\n---"} {
		if !fails(func(t testing.TB) { rendered(t, "x", bad) }) {
			t.Errorf("%q passes", bad)
		}
	}
	for _, good := range []string{"### A title", "- *Says* **new** ~~old~~\n  <br>more", "`@ada #12`", "```cue\n@ada <script>\n```", "[Read it](<https://careers.example.com/pulls/7>)", "<sub>Checked.</sub>", "<details><summary>All</summary>\n\n- x\n\n</details>"} {
		if fails(func(t testing.TB) { rendered(t, "x", good) }) {
			t.Errorf("%q does not pass", good)
		}
	}
	for _, bad := range []string{"a\n::error file=x::y", "##[group]x", "a\x1b[31mb", "a\u202eb"} {
		if !fails(func(t testing.TB) { checkSaidRaw(t, "x", bad) }) {
			t.Errorf("%q passes", bad)
		}
	}
	if !fails(func(t testing.TB) { checkTag(t, fakehub.TagState{Message: "x\n\nMerged-By: eve"}) }) || !fails(func(t testing.TB) { checkTag(t, fakehub.TagState{Message: "Bump: patch\nBump: major"}) }) {
		t.Error("a tag that says more passes")
	}
}

// fails says whether a test would fail.
func fails(f func(testing.TB)) bool {
	t := &trial{}
	f(t)
	return t.failed
}

// trial is a test that only notes whether it fails.
type trial struct {
	testing.TB
	failed bool
}

func (t *trial) Helper()               {}
func (t *trial) Errorf(string, ...any) { t.failed = true }
