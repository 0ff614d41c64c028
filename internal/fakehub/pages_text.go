package fakehub

import (
	"bytes"
	"html/template"
	"net/url"
	"slices"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	markdownhtml "github.com/yuin/goldmark/renderer/html"
	source "github.com/yuin/goldmark/text"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// markdown is what GitHub makes of texts: https://github.github.com/gfm. What
// authors write as HTML comes through, to be held against the allow-list.
var markdown = goldmark.New(goldmark.WithExtensions(extension.GFM), goldmark.WithRendererOptions(markdownhtml.WithUnsafe()))

// prose is a text in Markdown as a page shows it.
type prose struct {
	HTML        template.HTML
	Suggestions [][]string // the lines of each block that can be applied
}

// newProse renders a text. Blocks of suggestions are taken out of it: they show
// beside the lines that they replace.
func newProse(written string) prose {
	var out prose
	src := []byte(written)
	doc := markdown.Parser().Parse(source.NewReader(src))
	for node := doc.FirstChild(); node != nil; {
		next := node.NextSibling()
		if code, is := node.(*ast.FencedCodeBlock); is && string(code.Language(src)) == "suggestion" {
			out.Suggestions = append(out.Suggestions, strings.Split(strings.TrimSuffix(string(code.Lines().Value(src)), "\n"), "\n"))
			doc.RemoveChild(doc, node)
		}
		node = next
	}
	var b bytes.Buffer
	if err := markdown.Renderer().Render(&b, src, doc); err != nil {
		return prose{HTML: plainly(written)}
	}
	out.HTML = sanitised(b.String(), written)
	return out
}

// plainly is a text as it was written.
func plainly(written string) template.HTML {
	return template.HTML("<pre>" + template.HTMLEscapeString(written) + "</pre>")
}

// allowed are the elements that texts may have, with their attributes: what
// GitHub lets through (https://github.com/gjtorikian/html-pipeline, its
// SanitizationFilter), without what loads something or looks like the page.
var allowed = map[atom.Atom][]string{
	atom.H1: nil, atom.H2: nil, atom.H3: nil, atom.H4: nil, atom.H5: nil, atom.H6: nil, atom.P: nil, atom.Br: nil, atom.Hr: nil, atom.Div: nil, atom.Span: nil,
	atom.B: nil, atom.I: nil, atom.Strong: nil, atom.Em: nil, atom.S: nil, atom.Strike: nil, atom.Del: nil, atom.Ins: nil, atom.Sup: nil, atom.Sub: nil,
	atom.Small: nil, atom.Mark: nil, atom.Q: nil, atom.Cite: nil, atom.Abbr: nil, atom.Dfn: nil, atom.Kbd: nil, atom.Samp: nil, atom.Var: nil, atom.Tt: nil,
	atom.Code: nil, atom.Pre: nil, atom.Blockquote: nil, atom.Ul: nil, atom.Li: nil, atom.Dl: nil, atom.Dt: nil, atom.Dd: nil,
	atom.Table: nil, atom.Caption: nil, atom.Thead: nil, atom.Tbody: nil, atom.Tfoot: nil, atom.Tr: nil, atom.Summary: nil,
	atom.Ol: {"start"}, atom.Td: {"align", "colspan", "rowspan"}, atom.Th: {"align", "colspan", "rowspan"}, atom.Details: {"open"}, atom.A: {"href"},
}

// lost are the elements that go with all that is in them: it is no text.
var lost = []atom.Atom{atom.Script, atom.Style, atom.Iframe, atom.Noscript, atom.Noembed, atom.Noframes, atom.Xmp, atom.Plaintext, atom.Template,
	atom.Title, atom.Textarea, atom.Select, atom.Object, atom.Svg, atom.Math, atom.Head}

// sanitised is HTML of strangers as it may stand in a page: whole elements of
// the allow-list alone. What cannot be read as HTML is shown as it was written.
func sanitised(fragment, written string) template.HTML {
	nodes, err := html.ParseFragment(strings.NewReader(fragment), &html.Node{Type: html.ElementNode, Data: "div", DataAtom: atom.Div})
	if err != nil {
		return plainly(written)
	}
	root := &html.Node{Type: html.ElementNode, Data: "div", DataAtom: atom.Div}
	for _, n := range nodes {
		root.AppendChild(n)
	}
	scrub(root)
	var b strings.Builder
	for n := root.FirstChild; n != nil; n = n.NextSibling {
		if err := html.Render(&b, n); err != nil {
			return plainly(written)
		}
	}
	return template.HTML(b.String())
}

// scrub takes out of an element what is not allowed. Its depth is that of the
// parser, which gives up at 512.
func scrub(in *html.Node) {
	for n := in.FirstChild; n != nil; {
		next := n.NextSibling
		attributes, ok := allowed[n.DataAtom]
		switch {
		case n.Type == html.TextNode:
		case n.Type != html.ElementNode || n.Namespace != "" || slices.Contains(lost, n.DataAtom):
			in.RemoveChild(n)
		case n.DataAtom == atom.Input: // of a list of tasks
			done := slices.ContainsFunc(n.Attr, func(a html.Attribute) bool { return a.Key == "checked" })
			in.InsertBefore(&html.Node{Type: html.TextNode, Data: map[bool]string{true: "☑", false: "☐"}[done]}, n)
			in.RemoveChild(n)
		case ok:
			n.Attr = slices.DeleteFunc(n.Attr, func(a html.Attribute) bool {
				return a.Namespace != "" || !slices.Contains(attributes, a.Key) || a.Key == "href" && !goodLink(a.Val)
			})
			scrub(n)
		default:
			scrub(n)
			for child := n.FirstChild; child != nil; child = n.FirstChild {
				n.RemoveChild(child)
				in.InsertBefore(child, n)
			}
			in.RemoveChild(n)
		}
		n = next
	}
}

// goodLink says whether a link leads to a page.
func goodLink(href string) bool {
	u, err := url.Parse(href)
	return err == nil && slices.Contains([]string{"http", "https", "mailto", ""}, u.Scheme)
}
