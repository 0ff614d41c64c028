package webhook

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/milepost-dev/milepost/internal/fakehub"
)

// payloads are texts that would be more than text, by what they try.
var payloads = []struct{ name, text string }{
	{"nothing", "An ordinary text"},
	{"mentions", "@everyone and @acme/people-team, mail eve@evil.example"},
	{"references", "see #12, GH-34, acme/careers#56, acme/careers@4b825dc642cb6eb9a060e54bf8d69288fbee4904, 4b825dc642cb6e"},
	{"our marks", Marker + " " + stateMark("0123456789abcdef01234567", "") + " " + SuggestionMarker},
	{"half a mark", "<!-- milepost:pull-request --"},
	{"the end of a mark", "--> x <!--"},
	{"HTML", `<script>alert(1)</script><img src=x onerror=alert(1)><a href="https://evil.example">x</a><h1>x</h1>`},
	{"ends of our elements", "</sub></details></summary></li></ul><details>"},
	{"images and links", "![x](https://evil.example/x.png) [click](https://evil.example) <https://evil.example> https://evil.example www.evil.example"},
	{"javascript", "[x](javascript:alert(1)) <javascript:alert(1)> [y]: javascript:alert(1)"},
	{"a reference to a link", "[x][y] [y]: https://evil.example"},
	{"fences", "``` ```suggestion ~~~ ```` `````` ~~~~~~~~"},
	{"a long fence", strings.Repeat("`", 500) + " x"},
	{"workflow commands", "::error file=x::y ::set-output name=x::y ##[group]x ##vso[task]x"},
	{"a workflow command at the start", "::add-mask::x"},
	{"bot commands", "/merge"},
	{"more bot commands", "/cc @ada /lgtm /approve /close"},
	{"a table", "| a | b | |---|---| | 1 | 2 |"},
	{"a heading", "# Heading"},
	{"an underlined heading", "==="},
	{"a rule", "---"},
	{"lists", "1. one"},
	{"a list", "- [ ] a task"},
	{"a quote", "> [!WARNING] quoted"},
	{"entities", "&lt;script&gt; &#64;everyone &commat;everyone &#x40;everyone &nbsp;"},
	{"emphasis", "**bold** _it_ ~~gone~~ `code` $x^2$ $$y$$ :smile: \\* \\"},
	{"a footnote", "[^1] and [^1]: https://evil.example"},
	{"escapes", "\x1b[31mred\x1b[0m \x1b]8;;https://evil.example\x07link\x1b]8;;\x07 \x9b31m \x08\x08"},
	{"lines", "one\n/close\n\n# two\r\n::error::three\u2028four\u2029five\u0085six"},
	{"turned", "\u202eesrever\u202c \u2066x\u2069 \u200f\u061c"},
	{"no width", "a\u200bb\u200cc\u200dd\u2060e\ufefff @\u200beveryone"},
	{"tags and noncharacters", "\U000e0041\U000e0042 \ufffe \uffff \U0010ffff"},
	{"marks upon marks", "Z" + strings.Repeat("\u0301\u0335", 200)},
	{"bytes that are no text", "a\xff\xfe\xc0\x80b"},
	{"a trailer", "x\nApproved-By: ceo\nMerged-By: eve\n\nFramework: other"},
	{"formats of programs", "%s %n %d %!v(MISSING) {{.}} ${{ secrets.X }} $(touch pwned) `touch pwned` \\(x)"},
	{"long", strings.Repeat("a very long text ", 2000)},
	{"a long word", strings.Repeat("x@y#1", 5000)},
}

// payloadFiles are a framework in which every text is a payload, and a file whose
// name is one as far as Git lets it.
func payloadFiles(id, text string, mistake bool) map[string]string {
	q := quoted(text)
	more := ""
	if mistake {
		more = "\tcorrection: {of: " + q + ", reason: " + q + "}\n\tnonsense: " + q + "\n"
	}
	name := strings.Map(func(r rune) rune {
		if r == '/' || r == 0 || r == 0xfffd {
			return '_'
		}
		return r
	}, text[:min(len(text), 60)])
	return map[string]string{
		"frameworks/" + id + "/framework.cue": "package framework\n\nimport \"github.com/milepost-dev/milepost/schema\"\n\nframework: schema.#Framework\nframework: {\n\tid: \"" + id + "\"\n\tkind: \"ladder\"\n\ttitle: " + q + "\n\tsummary: " + q + "\n\towners: [\"people-team\"]\n" +
			"\tcompetencies: craft: {title: " + q + ", question: " + q + "}\n\tlevels: l1: {rank: 1, code: \"L1\", titles: [{text: " + q + "}], summary: " + q + ", expectations: craft: items: [" + q + "]}\n" +
			"\tlevels: l2: {rank: 2, code: \"L2\", titles: [{text: " + q + "}], expectations: craft: items: [{text: " + q + ", examples: [" + q + "]}, \"Leads\"]}\n\trelease: {why: " + q + ", contact: " + q + ", promotionsUnderWay: " + q + "}\n" + more + "}\n",
		"frameworks/" + id + "/" + strings.TrimSpace("x"+name) + ".cue": "package framework\n",
	}
}

// hostileTextCases open a pull request of each payload, in whatever an author
// writes, and merge it: once as a new framework, once as a change of one, and
// once with mistakes, which are cited.
func hostileTextCases() []attackOn {
	var out []attackOn
	for i, p := range payloads {
		id := fmt.Sprintf("p%d", i)
		out = append(out, attackOn{family: "texts", name: p.name, want: handled, changes: true, heavy: true, do: func(a *arena) {
			options := fakehub.PullOptions{Title: p.text, Body: p.text, Branch: id + "-mistakes", Files: payloadFiles(id, p.text, true)}
			if !utf8.ValidString(p.text) {
				options.Title, options.Body = "x", "x" // GitHub has text alone
			}
			n := a.open(options)
			a.judged(n, Failure)
			a.check(a.repo.Label(n, p.text))
			a.check(a.repo.ClosePull(n))
			options.Branch, options.Files = id, payloadFiles(id, p.text, false)
			a.wholeWay(id, options, p.text)
			// Then each text is changed into it, from words of its own.
			options.Branch, options.Files = id+"-plain", payloadFiles(id, "Words of its own", false)
			a.wholeWay(id, options, "")
			options.Branch, options.Files = id+"-again", payloadFiles(id, p.text, false)
			a.wholeWay(id, options, p.text)
		}})
	}
	return out
}

// wholeWay opens a pull request, has it checked and, where nothing is wrong with
// it, merges it and has it released. Its text is to be read as it is.
func (a *arena) wholeWay(id string, o fakehub.PullOptions, text string) {
	a.t.Helper()
	n := a.open(o)
	comment, check := a.checked(n)
	if check.Status != "completed" || check.Title == "Milepost could not check this" {
		a.t.Fatalf("%s is not judged: %+v", o.Branch, check)
	}
	pages := checkPublished(a.t, a.state())
	if check.Conclusion != Success {
		a.check(a.repo.ClosePull(n))
		return
	}
	if want := asShown(string([]rune(text))); len(want) < 300 && !strings.Contains(pages[fmt.Sprint("comment on ", n)].text, want) {
		a.t.Errorf("%s: its text is not to be read as it is: %q in %s", o.Branch, want, comment)
	}
	a.clock.pass(time.Hour)
	_, err := a.repo.MergePull(n, fakehub.Squash)
	a.check(err)
	a.work()
	s := a.state()
	tags := slices.DeleteFunc(s.Tags, func(t fakehub.TagState) bool { return !strings.HasPrefix(t.Name, "frameworks/"+id+"/") })
	releases := slices.DeleteFunc(s.Releases, func(r fakehub.ReleaseState) bool { return !strings.HasPrefix(r.Tag, "frameworks/"+id+"/") })
	if len(tags) == 0 || len(tags) != len(releases) || !strings.Contains(tags[len(tags)-1].Message, fmt.Sprintf("Pull-Request: #%d\n", n)) {
		a.t.Errorf("%s: there are %d tags and %d releases: %+v", o.Branch, len(tags), len(releases), tags)
	}
}
