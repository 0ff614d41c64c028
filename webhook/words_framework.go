package webhook

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/milepost-dev/milepost/internal/history"
	"github.com/milepost-dev/milepost/internal/ladder"
	"github.com/milepost-dev/milepost/internal/notes"
	"github.com/milepost-dev/milepost/internal/review"
)

// unfolded is how many changes of a text stand open; more are folded away.
const unfolded = 20

// framework says what becomes of each of a framework's texts.
func (p *printer) framework(f *FrameworkReport) {
	for _, c := range f.Checked {
		p.para("### " + cmp.Or(notes.Escape(textName(c), 200), notes.Escape(c.ID, 200)))
		p.para("**" + means(c) + "** " + p.esc(p.headline(f, c)))
		p.becomes(f, c)
		p.byLevel(c)
		p.promotions(f, c)
		p.changes(c)
	}
}

// textName is what people call a text: "Support ladder, edition of March 2027".
func textName(c review.Checked) string {
	switch {
	case c.Coming && c.Effect.Day != "":
		return c.Title + ", edition of " + monthWords(c.Effect.Day)
	case c.Coming:
		return c.Title + ", coming edition"
	}
	return c.Title
}

// means says in two words what a change means for people.
func means(c review.Checked) string {
	switch {
	case c.Undeclared:
		return "May ask more."
	case c.Category == ladder.Adds && c.Status == review.StatusRenamed:
		return "A new address."
	case c.Category == ladder.Adds && c.Status == review.StatusNew && !c.Coming:
		return "New."
	}
	switch c.Category {
	case ladder.AsksMore:
		return "Asks more."
	case ladder.MovesPeople:
		return "Moves people."
	case ladder.BreaksReferences:
		return "Changes what others refer to."
	case ladder.Adds:
		return "Adds something."
	case ladder.AsksLess:
		return "Asks less."
	case ladder.Clarifies:
		return "Clarifies."
	case ladder.WordingOnly:
		return "Wording only."
	}
	return withoutCategory(c)
}

// withoutCategory is means of what changes nothing, or cannot be compared.
func withoutCategory(c review.Checked) string {
	switch {
	case c.Status == review.StatusFolded:
		return "Folded in."
	case c.Status == review.StatusRemoved:
		return "Withdrawn."
	case c.Status == review.StatusRefused:
		return "Cannot count as it is."
	case c.Status == review.StatusMended:
		return "In order again."
	case c.Changes == nil:
		return "Cannot be read yet."
	}
	return "Says the same."
}

// headline says what changed for whom.
func (p *printer) headline(f *FrameworkReport, c review.Checked) string {
	switch {
	case c.Status == review.StatusNew && !c.Coming && c.Category != "":
		return sentence(p.notes(c, f).Summary)
	case c.Category != "":
		return sentence(c.Headline)
	case c.Status == review.StatusFolded:
		return "The edition in force takes the place of the text before it, word by word: nothing changes for anybody."
	case c.Status == review.StatusRemoved:
		return "The coming edition will not take effect."
	case c.Status == review.StatusMended:
		return "The text before this one could not be read, so that there is nothing to compare it with."
	case c.Changes == nil || c.Status == review.StatusRefused:
		return "What it means for people shows once that is mended."
	}
	return "What changed are no words that people read."
}

// notes are the changes of a text in the words of release notes.
func (p *printer) notes(c review.Checked, f *FrameworkReport) *notes.Notes {
	in := notes.Input{Text: c.Text, More: p.r.PreviewURL}
	if p.r.preview() == "" {
		in.More = "in the files of this pull request"
	}
	if c.Changes != nil {
		in.Changes = *c.Changes
	}
	if f != nil && len(f.Made) > 0 {
		in.Previous = f.Made[0].Previous
	}
	return notes.New(in)
}

// becomes says which version a text becomes, and from when it holds.
func (p *printer) becomes(f *FrameworkReport, c review.Checked) {
	var out []string
	switch {
	case c.Coming && f.Coming != nil && c.Effect.When != review.AtMerge:
		out = p.coming(f.Coming, c)
	case c.Category == "" || c.Effect.When == review.Never:
	case len(f.Made) == 0:
		out = []string{"It " + c.Effect.Words() + "."}
	default:
		for _, v := range f.Made {
			out = append(out, p.version(v, c))
		}
	}
	if c.Coming && c.Edits != nil && c.Edits.Empty() {
		out = append(out, "This pull request changes none of the edition's words.")
	}
	p.para(p.esc(strings.Join(out, " ")))
}

// version is what the merge makes at once.
func (p *printer) version(v *history.Version, c review.Checked) string {
	lead, becomes, is, ends := "Merged now, ", "becomes", "is", "ends"
	if !p.r.Verdict.OK() {
		lead, becomes, is, ends = "Merged as it is, ", "would become", "would be", "would end"
	}
	title := the(c.Title)
	switch {
	case v.Removed:
		return fmt.Sprintf("%s%s %s at once: that is version %s, its last. Its earlier texts can still be read as of their days.", lead, title, ends, v.Number)
	case v.Said.Correction != nil:
		return fmt.Sprintf("%sthis %s version %s of %s, and counts from the start of version %s, which it corrects: from %s on.", lead, becomes, v.Number, title, v.Said.Correction.Of, p.r.day(v.EffectiveFrom))
	case v.Previous == "":
		return fmt.Sprintf("%sthis %s version %s of %s, its first, and %s in force at once.", lead, becomes, v.Number, title, is)
	}
	out := fmt.Sprintf("%sthis %s version %s of %s and %s in force at once.", lead, becomes, v.Number, title, is)
	if c.Undeclared {
		out += " Once it is declared to ask the same, the number rises by less."
	}
	return out
}

// coming is from when an edition holds, and who can read it before.
func (p *printer) coming(e *history.Edition, c review.Checked) []string {
	lead, takes := "Merged now, it ", "takes effect on "
	if !p.r.Verdict.OK() {
		lead, takes = "Merged as it is, it ", "would take effect on "
	}
	if e.Effective == "" {
		read := "only those who may see drafts can read it."
		if e.Publish != "" {
			read = "everybody can read it from " + dayWords(e.Publish) + " on."
		}
		return []string{"It is a draft without a date: it changes nothing for anybody, and " + read}
	}
	out := []string{lead + takes + dayWords(e.Effective) + " as the edition of " + monthWords(e.Effective) + "; " + p.readable(e, c)}
	if e.Same {
		return append(out, "It says the same as the text in force.")
	}
	number, _, _ := strings.Cut(e.Version.Number, "-")
	out = append(out, "If nothing else changes before, it will then be version "+number+" of "+the(c.Title)+".")
	if c.Notice.Kept {
		out = append(out, "Notice is "+c.Notice.Words)
	}
	return out
}

// readable says from when everybody can read an edition.
func (p *printer) readable(e *history.Edition, c review.Checked) string {
	switch {
	case e.Public:
		return "everybody can read it at once."
	case e.Publish == "" || e.Publish >= e.Effective:
		return "nobody can read it before that day but those who may see drafts."
	}
	return "everybody can read it from " + dayWords(c.Effect.Shown) + " on."
}

// byLevel says what it means at which levels, where the headline has not said
// it all.
func (p *printer) byLevel(c review.Checked) {
	if c.Category == "" || c.Text == nil || whole(c.Changes) {
		return
	}
	short := p.notes(c, nil).Short()
	if len(short) < 2 {
		return
	}
	p.gap()
	for i, s := range short {
		if i == 20 {
			p.b.WriteString("- " + counted(len(short)-i, "more line", "more lines") + "\n")
			return
		}
		p.b.WriteString("- " + p.esc(s) + "\n")
	}
}

// whole says whether a change is of the framework as a whole: it began, ended
// or came back, and no part of it is to be told.
func whole(s *ladder.ChangeSet) bool {
	return s == nil || len(s.Changes) == 1 && slices.Contains([]string{"framework-added", "framework-removed"}, s.Changes[0].Rule)
}

// promotions asks what becomes of promotions under way, where a text that is in
// force at once asks more and does not say so. Of editions the verdict asks it.
func (p *printer) promotions(f *FrameworkReport, c review.Checked) {
	heavy := c.Category == ladder.AsksMore || c.Category == ladder.MovesPeople
	if c.Coming || c.Undeclared || !heavy || !p.r.Verdict.OK() || len(f.Made) == 0 {
		return
	}
	last := f.Made[len(f.Made)-1]
	if last.Removed || last.Said.Release != nil && last.Said.Release.PromotionsUnderWay != "" {
		return
	}
	p.para("Nothing is said about promotions under way. Managers will ask: add this at the end of the file " + notes.Code("framework.cue") + ", with your words.")
	p.gap()
	p.b.WriteString(fence("cue", []string{`framework: release: promotionsUnderWay: "…"`}, ""))
}

// changes shows the texts before and after, with what changed marked: of an
// edition that was there, what the pull request changes in it.
func (p *printer) changes(c review.Checked) {
	set, heading := c.Changes, "What changes"
	if c.Edits != nil {
		set, heading = c.Edits, "What this pull request changes in the edition"
	}
	if c.Text == nil || c.Category == "" || whole(set) || set.Empty() {
		return
	}
	c.Changes = set
	n := p.notes(c, nil)
	most := min(p.detail.changes, len(set.Changes))
	if most == 0 { // 0 would be all
		p.para(sentence("It has " + counted(len(set.Changes), "change", "changes") + " more, which have no room here"))
		return
	}
	p.detail.changes -= most
	text := n.MarkdownChanges(most, p.text)
	if len(set.Changes) > unfolded {
		p.para("<details><summary>" + heading + ": " + counted(len(set.Changes), "change", "changes") + "</summary>\n\n" + text + "\n</details>")
		return
	}
	if c.Edits != nil {
		p.para("**" + heading + "**")
	}
	p.para(strings.TrimSuffix(text, "\n"))
}
