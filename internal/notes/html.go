package notes

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"strings"

	"github.com/milepost-dev/milepost/internal/ladder"
)

//go:embed notes.html
var fragment string

// page is the fragment that HTML writes.
var page = template.Must(template.New("notes").Funcs(template.FuncMap{
	"clean":    clean,
	"lines":    lines,
	"sentence": sentence,
	"removed":  func(s ladder.Span) bool { return s.Op == ladder.SpanRemoved },
	"added":    func(s ladder.Span) bool { return s.Op == ladder.SpanAdded },
}).Parse(fragment))

// HTML writes the note for a reader as a fragment: an article whose heading is
// an h2, without style and script. What changed stands in ins and del. The
// error is the writer's.
func (n *Notes) HTML(w io.Writer, r Reader) error {
	var b strings.Builder
	err := page.Execute(&b, struct {
		*Notes
		Reader   Reader
		Heading  string
		Sections []htmlSection
		Detailed bool
	}{n, r, n.titleFor(r), n.htmlSections(r), r == Record})
	if err == nil {
		_, err = io.WriteString(w, b.String())
	}
	if err != nil {
		return fmt.Errorf("writing release notes: %w", err)
	}
	return nil
}

// htmlSection is a section with its facts as the template reads them.
type htmlSection struct {
	Section
	Facts []htmlFact
}

type htmlFact struct {
	Name, Value string
	Code        bool
}

func (n *Notes) htmlSections(r Reader) []htmlSection {
	var out []htmlSection
	for _, s := range n.sections(r) {
		h := htmlSection{Section: s}
		for _, f := range s.Facts {
			h.Facts = append(h.Facts, htmlFact{f.Name, f.Value, f.code})
		}
		out = append(out, h)
	}
	return out
}
