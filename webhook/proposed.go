package webhook

import (
	"context"
	"sync"

	"github.com/milepost-dev/milepost/internal/history"
	"github.com/milepost-dev/milepost/internal/review"
)

// proposals are the pull requests as the pages show them. They are kept in
// memory alone, and made again as each is looked at.
type proposals struct {
	mu   sync.Mutex
	kept map[int]shown
}

type shown struct {
	id string // the fingerprint of what it follows from, "" for none
	is *history.Proposed
}

// maxProposals bounds how many are kept. Above that, those go that are decided,
// and then any.
const maxProposals = 1000

func (p *proposals) get(n int) shown {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.kept[n]
}

func (p *proposals) put(id string, is *history.Proposed) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.kept == nil {
		p.kept = map[int]shown{}
	}
	for _, any := range []bool{false, true} {
		for n, old := range p.kept {
			if len(p.kept) < maxProposals {
				break
			}
			if any || over(old.is.State) {
				delete(p.kept, n)
			}
		}
	}
	p.kept[is.Number] = shown{id, is}
}

// undecided are the numbers of those that are not known to be closed.
func (p *proposals) undecided() (out []int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for n, is := range p.kept {
		if !over(is.is.State) {
			out = append(out, n)
		}
	}
	return out
}

func over(state history.ProposedState) bool {
	return state == history.ProposedMerged || state == history.ProposedDeclined
}

// Proposed is a pull request as the pages show it, nil where there is none. It
// answers from memory, and must not be changed. Of one that is not known, as
// after a new start, GitHub is asked, and it is looked at soon.
func (s *Service) Proposed(ctx context.Context, n int) (*history.Proposed, error) {
	if is := s.proposals.get(n).is; is != nil {
		return is, nil
	}
	return s.asked.about(ctx, s, n)
}

// propose notes how far a pull request has come, where nothing more is known.
func (s *Service) propose(p pullRequest, state history.ProposedState, why string) {
	is := proposedOf(p, state, why)
	if was := s.proposals.get(p.number).is; was != nil && state == history.ProposedMerged {
		for _, t := range was.Texts {
			is.Texts = append(is.Texts, history.ProposedText{ID: t.ID, Title: t.Title})
		}
	}
	s.proposals.put("", is)
}

func proposedOf(p pullRequest, state history.ProposedState, why string) *history.Proposed {
	return &history.Proposed{Number: p.number, Title: p.title, Author: p.author, URL: p.url, State: state, Draft: p.draft, Head: p.head, Base: p.base, Why: why}
}

// proposeChecked notes what came of a pull request.
func (s *Service) proposeChecked(j *job, w *wanted, r *Report) error {
	is := proposedOf(*j.pull, history.ProposedChecked, "")
	is.At = r.At
	if r.Verdict != nil {
		is.Findings = r.Verdict.Findings
	}
	if j.preview != nil {
		var err error
		if is.Texts, err = j.preview.Texts(r.Location); err != nil {
			return err
		}
		for i := range is.Texts {
			is.Texts[i].Notice = noticeOf(is.Texts[i], r.Verdict)
		}
	}
	s.proposals.put(w.id, is)
	return nil
}

// noticeOf is what the verdict says of the notice that people have of a text.
func noticeOf(t history.ProposedText, v *review.Verdict) string {
	for _, c := range v.Checked {
		if coming := c.Coming && c.Effect.When != review.AtMerge; c.ID == t.ID && coming == (t.Coming != nil) {
			return c.Notice.Words
		}
	}
	return ""
}
