package webhook

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/milepost-dev/milepost/internal/diag"
	"github.com/milepost-dev/milepost/internal/notes"
	"github.com/milepost-dev/milepost/internal/review"
)

// Marker begins the one comment that is kept on a pull request: by it, and by
// its author, it is found again. No text of an author can hold it.
const Marker = "<!-- milepost:pull-request -->"

// maxComment is how many bytes a comment has at most, a good deal below the
// 65,536 characters that GitHub takes. The summary of a check takes as many.
const maxComment = 60_000

// leastComment is the smallest limit that a comment keeps.
const leastComment = 2_000

// Comment is the comment on the pull request: what needs a change, and what
// the change means for people. It begins with Marker, and has at most limit
// bytes, 60,000 where that is less or limit is 0; what does not fit is counted,
// with where to read it. A limit below 2,000 counts as that.
func (r *Report) Comment(limit int) string {
	if limit <= 0 || limit > maxComment {
		limit = maxComment
	}
	head := Marker + "\n\n"
	return head + r.body(max(limit, leastComment)-len(head))
}

// detail is how much is said.
type detail struct{ frameworks, changes, findings, text int }

// details are tried in turn until one fits.
var details = []detail{{50, 100, 30, 1500}, {50, 60, 30, 600}, {30, 30, 15, 300}, {20, 10, 8, 200}, {20, 4, 5, 100}}

// body says all of it in at most limit bytes.
func (r *Report) body(limit int) string {
	if out := r.withoutVerdict(); out != "" {
		return safe(out)
	}
	for _, d := range details {
		if out := safe(r.write(d)); len(out) <= limit {
			return out
		}
	}
	for most := 20; most > 0; most /= 2 {
		if out := safe(r.inShort(most)); len(out) <= limit {
			return out
		}
	}
	return safe(r.inShort(0))
}

// safe keeps a fence or a span of code from holding a comment that is hidden
// from readers, and so a second marker.
func safe(s string) string { return strings.ReplaceAll(s, "<!--", "<\u200b!--") }

// withoutVerdict is all that there is to say of what was not judged, "" of
// what was.
func (r *Report) withoutVerdict() string {
	switch {
	case r.Superseded != "":
		return "**This is about an earlier state of the pull request.** A newer one is there, and is checked by itself: " + notes.Code(commit(r.Superseded)) + ".\n"
	case r.Failed != "":
		return "**Milepost could not check this pull request.** " + notes.Escape(sentence(r.Failed), 300) +
			"\n\nThat says nothing about the change itself: nobody need mend anything in it for now. Please ask for the check again (Re-run), or tell whoever runs Milepost.\n"
	case !r.Touches:
		return "**Nothing needs a change.** This pull request touches no framework.\n"
	case r.Verdict == nil:
		return "**Milepost could not check this pull request.** It came to no verdict.\n"
	}
	return ""
}

// write says as much as d allows.
func (r *Report) write(d detail) string {
	p := printer{r: r, detail: d}
	p.para(r.opening())
	p.findings("What needs a change", diag.Error)
	for i := range r.Frameworks {
		if i == d.frameworks {
			p.para(fmt.Sprintf("And %s: %s.", counted(len(r.Frameworks)-i, "further framework", "further frameworks"), r.elsewhere()))
			break
		}
		p.framework(&r.Frameworks[i])
	}
	p.findings("What deserves a look", diag.Warning)
	p.findings("For information", diag.Note)
	p.footer()
	return p.b.String()
}

// inShort says how it went, and a line of each of the first frameworks.
func (r *Report) inShort(most int) string {
	p := printer{r: r, detail: detail{text: 100}}
	p.para(r.opening())
	p.gap()
	for i := range min(most, len(r.Frameworks)) {
		for _, c := range r.Frameworks[i].Checked {
			p.b.WriteString("- " + p.esc(ended(c.Lead())) + "\n")
		}
	}
	more := "There is too much to say for a comment: "
	if len(r.Frameworks) > most {
		more = fmt.Sprintf("It touches %s. ", counted(len(r.Frameworks), "framework", "frameworks")) + more
	}
	p.para(more + r.elsewhere() + ".")
	p.footer()
	return p.b.String()
}

// opening says first whether anything needs a change.
func (r *Report) opening() string {
	errors, looks := r.Verdict.Findings.Count(diag.Error), r.Verdict.Findings.Count(diag.Warning)
	var out string
	switch {
	case !r.Verdict.OK():
		out = "**" + counted(errors, "thing needs a change", "things need a change") + "** before this can be merged."
	case looks > 0:
		out = "**Nothing needs a change.** " + sentence(counted(looks, "thing deserves a look", "things deserve a look"))
	default:
		out = "**Nothing needs a change.**"
	}
	if len(r.Frameworks) == 0 {
		out += " No text of a framework is changed."
	}
	subject := " This pull request "
	for _, is := range []struct {
		so    bool
		words string
	}{
		{r.Draft, "is still a draft: it is checked again with each change."},
		{r.Fork, "comes from a copy of the repository (a fork), and is judged by the house rules that hold here."},
		{r.Locked, "has a locked conversation: Milepost cannot comment there, and all that it has to say stands here."},
		{!r.Merged, "was compared with the text from which it was begun, because it cannot be merged as it stands, or GitHub cannot tell yet."},
	} {
		if is.so {
			out += subject + is.words
			subject = " It "
		}
	}
	return out
}

// elsewhere says where all of it can be read.
func (r *Report) elsewhere() string {
	if u := r.preview(); u != "" {
		return "read all of it [in the preview](<" + u + ">)"
	}
	return "it stands in the files of this pull request"
}

// preview is the address of the preview, "" where there is none that can be
// linked.
func (r *Report) preview() string {
	u, err := url.Parse(r.PreviewURL)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.User != nil || len(r.PreviewURL) > 500 || strings.ContainsAny(u.String(), "<>\\` \n") {
		return ""
	}
	return u.String()
}

// day is a moment's day, where the organisation is.
func (r *Report) day(t time.Time) string {
	loc := r.Location
	if loc == nil {
		loc = time.UTC
	}
	return t.In(loc).Format("2 January 2006")
}

// printer writes Markdown, with an empty line between blocks.
type printer struct {
	detail
	r *Report
	b strings.Builder
}

func (p *printer) gap() {
	if p.b.Len() > 0 {
		p.b.WriteString("\n")
	}
}

// para writes a paragraph of Markdown, nothing for "".
func (p *printer) para(text string) {
	if text != "" {
		p.gap()
		p.b.WriteString(text + "\n")
	}
}

// esc is a sentence, which may cite authors' texts, as Markdown.
func (p *printer) esc(s string) string { return notes.Escape(s, max(p.text, 400)) }

func (p *printer) footer() {
	if u := p.r.preview(); u != "" && p.r.readable() {
		p.para("[See the texts as they would be](<" + u + ">)")
	}
	how := "compared with " + notes.Code(commit(p.r.MergeBase))
	if p.r.Merged {
		how = "as merged with " + notes.Code(commit(p.r.Base))
	}
	p.para("<sub>Checked " + notes.Code(commit(p.r.Head)) + " " + how + " on " + p.r.day(p.r.At) + ".</sub>")
}

// readable says whether there is a text that can be shown.
func (r *Report) readable() bool {
	return len(r.Frameworks) > 0 && r.Verdict.OK() || slices.ContainsFunc(r.Frameworks, func(f FrameworkReport) bool {
		return slices.ContainsFunc(f.Checked, func(c review.Checked) bool { return c.Text != nil })
	})
}

// commit is the beginning of a commit's name.
func commit(name string) string { return name[:min(len(name), 10)] }

func counted(n int, one, more string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, more)
}

// enumerate is "A, B and C".
func enumerate(list []string) string {
	if n := len(list); n > 1 {
		return strings.Join(list[:n-1], ", ") + " and " + list[n-1]
	}
	return strings.Join(list, "")
}
