package server

import (
	"bytes"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// mostBytes bounds a page: a matrix of ten levels is the longest there is.
const mostBytes = 200_000

// TestCrawl walks over every link from the first page on, and holds each page
// against what all of them promise.
func TestCrawl(t *testing.T) {
	t.Parallel()
	r := library(t)
	edit(r)
	s := shelf(t, r.Dir, r.Dir)
	pages := map[string]*pageSeen{}
	queue := []string{"/", "/upcoming", "/working", "/problems", "/?as_of=2025-01-20", "/frameworks/passing/versions"}
	for _, id := range s.o.Store.Snapshot().Live() {
		queue = append(queue, "/frameworks/"+id.ID+"?as_of=2025-12-24", "/frameworks/"+id.ID+"?cycle=2027-h1")
	}
	for len(queue) > 0 {
		at := queue[0]
		queue = queue[1:]
		if pages[at] != nil {
			continue
		}
		if len(pages) > 6000 {
			t.Fatalf("more than %d pages: do the links lead on for ever? The last is %s", len(pages), at)
		}
		seen := see(t, s, at)
		pages[at] = seen
		for _, href := range seen.links {
			path, _, _ := strings.Cut(href, "#")
			queue = append(queue, path)
		}
	}
	for at, p := range pages {
		for _, href := range p.links {
			path, fragment, ok := strings.Cut(href, "#")
			if to := pages[path]; ok && fragment != "" && to.ids != nil && !to.ids[unescaped(fragment)] {
				t.Errorf("%s links to %s, and nothing there has that id", at, href)
			}
		}
	}
	t.Logf("%d pages", len(pages))
}

func unescaped(fragment string) string {
	if s, err := url.PathUnescape(fragment); err == nil {
		return s
	}
	return fragment
}

// pageSeen is what one page has in it.
type pageSeen struct {
	links []string // to this server, with their fragments
	ids   map[string]bool
}

// see asks for an address and checks the answer, if it is a page.
func see(t *testing.T, s *Server, at string) *pageSeen {
	t.Helper()
	w := look(t, s, at)
	if w.Code >= http.StatusBadRequest {
		t.Errorf("%s is linked and answers %d", at, w.Code)
		return &pageSeen{}
	}
	if w.Code >= http.StatusMultipleChoices {
		return &pageSeen{links: []string{w.Header().Get("Location")}}
	}
	if !strings.HasPrefix(w.Header().Get("Content-Type"), "text/html") {
		return &pageSeen{}
	}
	if n := w.Body.Len(); n > mostBytes {
		t.Errorf("%s has %d bytes, want at most %d", at, n, mostBytes)
	}
	if got := w.Header().Get("Content-Security-Policy"); got != policy {
		t.Errorf("%s has the policy %q", at, got)
	}
	if got := w.Header().Get("Cache-Control"); got != "public, no-cache" {
		t.Errorf("%s has Cache-Control %q, want the API's", at, got)
	}
	for _, err := range wellFormed(w.Body.Bytes()) {
		t.Errorf("%s: %v", at, err)
	}
	p, errs := inspect(w.Body.Bytes(), at)
	for _, err := range errs {
		t.Errorf("%s: %v", at, err)
	}
	return p
}

// wellFormed says where a page's tags are not those of the tree that a
// browser makes of it: what is left open, closed twice, or stands where it may not.
func wellFormed(b []byte) []error {
	var errs []error
	var open, written []string
	z := html.NewTokenizer(bytes.NewReader(b))
	for {
		kind := z.Next()
		if kind == html.ErrorToken {
			break
		}
		tok := z.Token()
		switch kind {
		case html.StartTagToken:
			written = append(written, strings.ToLower(tok.Data))
			if !void[tok.Data] {
				open = append(open, tok.Data)
			}
		case html.SelfClosingTagToken:
			written = append(written, strings.ToLower(tok.Data))
		case html.EndTagToken:
			if len(open) == 0 || open[len(open)-1] != tok.Data {
				errs = append(errs, fmt.Errorf("</%s> closes %v", tok.Data, open))
				return errs
			}
			open = open[:len(open)-1]
		}
	}
	if len(open) > 0 {
		errs = append(errs, fmt.Errorf("%v are left open", open))
	}
	root, err := html.Parse(bytes.NewReader(b))
	if err != nil {
		return append(errs, err)
	}
	var made []string
	for n := range root.Descendants() {
		if n.Type == html.ElementNode {
			made = append(made, strings.ToLower(n.Data))
		}
	}
	for i := range min(len(made), len(written)) {
		if made[i] != written[i] {
			return append(errs, fmt.Errorf("element %d after %v is read as %s and written as %s", i, written[max(0, i-4):i], made[i], written[i]))
		}
	}
	if len(made) != len(written) {
		errs = append(errs, fmt.Errorf("%d elements are written, and %d are read", len(written), len(made)))
	}
	return errs
}

var void = map[string]bool{"meta": true, "link": true, "input": true, "br": true, "hr": true, "img": true}

// inspect gathers a page's links and ids, and checks what pages may not have.
func inspect(b []byte, at string) (*pageSeen, []error) {
	p := &pageSeen{ids: map[string]bool{}}
	root, err := html.Parse(bytes.NewReader(b))
	if err != nil {
		return p, []error{err}
	}
	var errs []error
	headings := 0
	count := map[string]int{}
	for n := range root.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		count[n.Data]++
		for _, a := range n.Attr {
			if err := p.attribute(n, a, at); err != nil {
				errs = append(errs, err)
			}
		}
		if level := slices.Index([]string{"h1", "h2", "h3", "h4", "h5"}, n.Data) + 1; level > 0 {
			if level > headings+1 {
				errs = append(errs, fmt.Errorf("a heading of level %d follows one of level %d", level, headings))
			}
			headings = level
		}
		if n.Data == "script" && n.FirstChild != nil || n.Data == "style" || n.Data == "iframe" {
			errs = append(errs, fmt.Errorf("there is a %s in the page", n.Data))
		}
	}
	for _, one := range []string{"h1", "main", "title", "header"} {
		if count[one] < 1 || one == "h1" && count[one] != 1 {
			errs = append(errs, fmt.Errorf("there are %d of %s", count[one], one))
		}
	}
	return p, errs
}

// attribute checks one attribute of an element.
func (p *pageSeen) attribute(n *html.Node, a html.Attribute, at string) error {
	switch {
	case a.Key == "style" || strings.HasPrefix(a.Key, "on"):
		return fmt.Errorf("<%s> has the attribute %s", n.Data, a.Key)
	case a.Key == "id" && p.ids[a.Val]:
		return fmt.Errorf("the id %q stands there twice", a.Val)
	case a.Key == "id":
		p.ids[a.Val] = true
	case a.Key == "lang" && a.Val == "" || n.Data == "html" && a.Key == "lang" && a.Val != "en":
		return fmt.Errorf("<%s> has the language %q", n.Data, a.Val)
	case a.Key == "href" || a.Key == "src" || a.Key == "action":
		return p.address(n, a.Val, at)
	}
	return nil
}

func (p *pageSeen) address(n *html.Node, to, at string) error {
	u, err := url.Parse(to)
	if err != nil {
		return fmt.Errorf("<%s> leads to %q: %w", n.Data, to, err)
	}
	if u.Scheme != "" || u.Host != "" || to == "" || strings.HasPrefix(to, "//") {
		return fmt.Errorf("<%s> leads to %q, which is not on this server", n.Data, to)
	}
	if strings.HasPrefix(to, "#") {
		if n.Data == "use" || n.Data == "a" {
			here, _, _ := strings.Cut(at, "#")
			p.links = append(p.links, here+to)
		}
		return nil
	}
	if !strings.HasPrefix(to, "/") {
		return fmt.Errorf("<%s> leads to %q, which depends on where it stands", n.Data, to)
	}
	if n.Data != "form" {
		p.links = append(p.links, to)
	}
	return nil
}
