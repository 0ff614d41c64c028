package webhook

import (
	"slices"
	"time"

	"github.com/milepost-dev/milepost/internal/history"
	"github.com/milepost-dev/milepost/internal/notes"
	"github.com/milepost-dev/milepost/internal/review"
)

// Report is what is said about a pull request. It is pure data: the check, the
// comment, the suggestions and the commit status are printers of it.
type Report struct {
	Number                int
	Head, Base, MergeBase string // commits
	Fork, Draft           bool
	Locked                bool // nobody can comment on it but people, and so there is no comment
	Merged                bool // judged as merged with the base, and not beside the merge base
	At                    time.Time
	Location              *time.Location       // the organisation's, nil is UTC
	Verdict               *review.Verdict      // of the change
	Frameworks            []FrameworkReport    // one for each framework touched, in the verdict's order
	Touches               bool                 // whether the change touches frameworks, their rules or the schema at all
	Failed                string               // why Milepost could not check it, "" where it could
	Superseded            string               // the commit that took the head's place meanwhile, "" where none did
	PreviewURL            string               // of the server's page of this pull request, "" where there is none
	Lines                 map[string]DiffLines // of each file that the change touches
}

// FrameworkReport is what a pull request means for one framework.
type FrameworkReport struct {
	ID, Title string
	Made      []*history.Version // that the merge makes at once, oldest first
	Coming    *history.Edition   // as the merge would leave it, nil for none
	Notes     []*notes.Notes     // of Made, and then of Coming: those that people are told by; made without a clock
	Checked   []review.Checked   // of the verdict, the text in force first
}

// Frameworks puts together what a verdict and a preview of the merge say of
// each framework. Without a preview, which may be nil, no versions are told.
// The error says that a stored text cannot be read.
func Frameworks(v *review.Verdict, p *history.Preview, loc *time.Location) ([]FrameworkReport, error) {
	var out []FrameworkReport
	for _, c := range v.Checked {
		i := slices.IndexFunc(out, func(f FrameworkReport) bool { return f.ID == c.ID })
		if i < 0 {
			i, out = len(out), append(out, FrameworkReport{ID: c.ID, Title: c.Title})
		}
		out[i].Checked = append(out[i].Checked, c)
	}
	if p == nil {
		return out, nil
	}
	for i := range out {
		at := slices.IndexFunc(p.After, func(t *history.Timeline) bool { return t.ID == out[i].ID })
		if at < 0 {
			continue
		}
		if err := out[i].foretell(p, p.After[at], loc); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// foretell adds what the merge makes of a framework.
func (f *FrameworkReport) foretell(p *history.Preview, t *history.Timeline, loc *time.Location) error {
	view := history.View{KnownAt: p.At, Drafts: true}
	f.Made = p.Made(t)
	var standing []history.Standing
	for i, v := range f.Made {
		standing = append(standing, history.Standing{Version: v, Index: len(t.Versions) - len(f.Made) + i})
	}
	if slices.ContainsFunc(f.Checked, func(c review.Checked) bool { return c.Coming }) {
		var err error
		if f.Coming, err = t.Coming(view); err != nil {
			return err
		}
		if f.Coming != nil && !f.Coming.Same {
			standing = append(standing, history.Standing{Version: f.Coming.Version, Index: -1})
		}
	}
	for _, s := range standing {
		n, err := p.Notes(t, s, loc)
		if err != nil {
			return err
		}
		f.Notes = append(f.Notes, n)
	}
	return nil
}
