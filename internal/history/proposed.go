package history

import (
	"strings"
	"time"

	"github.com/milepost-dev/milepost/internal/diag"
	"github.com/milepost-dev/milepost/internal/notes"
)

// Proposed is a proposed change as it is shown to people who decide about it
// before it counts: what the pages know of a pull request.
type Proposed struct {
	Number int
	Title  string // its author's, which can be anything
	Author string // the account that proposes it
	URL    string // where it is discussed and decided, "" where that is not known
	State  ProposedState
	Draft  bool   // its author still works on it
	Head   string // its newest commit
	Base   string // the branch that it is for
	// At is when it was checked, zero unless it was.
	At time.Time
	// Why says, as one or several sentences, why it could not be read.
	Why string
	// Texts are what it makes of each framework that it touches, once it is merged
	// their ids and titles alone, and Findings what is to be seen to. A text that needs a change is only in Findings.
	Texts    []ProposedText
	Findings diag.List
}

// ProposedState is how far a proposed change has come.
type ProposedState string

// The states of a proposed change.
const (
	ProposedWaiting  ProposedState = "waiting"  // it is being checked
	ProposedChecked  ProposedState = "checked"  // Texts and Findings say what came of it
	ProposedUnread   ProposedState = "unread"   // it could not be checked
	ProposedDeclined ProposedState = "declined" // closed without being merged
	ProposedMerged   ProposedState = "merged"
)

// ProposedText is one text that a proposed change would make.
type ProposedText struct {
	ID, Title string
	// Before is what it is compared with: the version in force, nil where there
	// is none.
	Before *Version
	// Version is what it would be, with the number that it would have if nothing
	// else is merged before. Removed where the framework ends; nil where a coming
	// edition is withdrawn.
	Version *Version
	// Coming is the edition that it is, or that is withdrawn; nil of a text that
	// comes into force with the merge.
	Coming *Edition
	// Notice says whether people hear of it as long before as the house rules
	// give them: what goes on from "Notice is". "" where there is nothing to say.
	Notice string
	// Notes are its release notes, nil for an edition that is withdrawn.
	Notes *notes.Notes
}

// Texts are what the proposal makes: for each framework the versions that come
// into force with the merge, then the edition to come, where that is another
// than before. The error says that a text cannot be read.
func (p *Preview) Texts(loc *time.Location) ([]ProposedText, error) {
	var out []ProposedText
	for _, t := range p.After {
		made := p.Made(t)
		for i, v := range made {
			text, err := p.text(t, Standing{v, len(t.Versions) - len(made) + i}, loc)
			if err != nil {
				return nil, err
			}
			out = append(out, text)
		}
		text, err := p.edition(t, loc)
		if err != nil {
			return nil, err
		}
		if text != nil && (text.Version != nil || len(made) == 0) {
			out = append(out, *text)
		}
	}
	return out, nil
}

// edition is the edition to come, nil where the proposal does nothing about it.
func (p *Preview) edition(t *Timeline, loc *time.Location) (*ProposedText, error) {
	v := View{KnownAt: p.At, Drafts: true}
	now, err := t.Coming(v)
	if err != nil {
		return nil, err
	}
	var was *Edition
	if before := p.Before(t); before != nil {
		if was, err = before.Coming(v); err != nil {
			return nil, err
		}
	}
	switch {
	case now == nil && was == nil, now != nil && now.Same:
		return nil, nil
	case now == nil:
		return &ProposedText{ID: t.ID, Title: was.Version.Title, Before: was.Before, Coming: was}, nil
	case was != nil && was.Version.Digest == now.Version.Digest && was.Effective == now.Effective && was.Publish == now.Publish:
		return nil, nil
	}
	text, err := p.text(t, Standing{now.Version, -1}, loc)
	text.Coming = now
	return &text, err
}

func (p *Preview) text(t *Timeline, at Standing, loc *time.Location) (ProposedText, error) {
	v := at.Version
	out := ProposedText{ID: t.ID, Title: v.Title, Before: t.Before(at), Version: v}
	if out.Title == "" && out.Before != nil { // it ends
		out.Title = out.Before.Title
	}
	in, err := p.notesInput(t, at, p.At, loc)
	if err != nil {
		return out, err
	}
	// Nothing is recorded yet, and nobody knows when it will be.
	in.Recorded, in.Commit, in.Tree, in.PullRequest = time.Time{}, "", "", 0
	if !v.EffectiveFrom.After(p.At) {
		in.Effective = time.Time{}
	}
	out.Notes = notes.New(in)
	return out, nil
}

// Notes are the release notes of what the merge makes of a framework, in words
// that stay true without a clock. The error says that a text cannot be read.
func (p *Preview) Notes(t *Timeline, s Standing, loc *time.Location) (*notes.Notes, error) {
	in, err := p.notesInput(t, s, time.Time{}, loc)
	if err != nil {
		return nil, err
	}
	return notes.New(in), nil
}

// notesInput is what is known of a version that the merge makes. An edition's
// number ends in the moment at which it is recorded, which nobody knows yet.
func (p *Preview) notesInput(t *Timeline, s Standing, now time.Time, loc *time.Location) (notes.Input, error) {
	in, err := t.notesInput(s, View{KnownAt: p.At, Drafts: true}, now, loc)
	in.Number, _, _ = strings.Cut(in.Number, "-")
	return in, err
}
