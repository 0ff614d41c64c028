package webhook

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// groups is where the branches of GitHub's merge queue stand.
const groups = "gh-readonly-queue/"

// pull is the number of the pull request that a hint is about.
func (h Hint) pull() (int, bool) {
	digits, ok := strings.CutPrefix(h.Key, keyPull)
	n, err := strconv.Atoi(digits)
	return n, ok && err == nil && n > 0
}

// reconcile has everything looked at: the branch, the merge queue, and each
// open pull request.
func (s *Service) reconcile(ctx context.Context, h Hint) error {
	s.queue.Add(Hint{Key: refHint(s.branch()).Key, Swept: true}.from(h))
	branches, err := s.gh.branches(ctx, groups)
	if err != nil {
		return err
	}
	for branch := range branches {
		s.queue.Add(Hint{Key: refHint(branch).Key, Swept: true}.from(h))
	}
	open, err := s.gh.openPulls(ctx, "")
	if err != nil {
		return err
	}
	var keep []int
	for _, p := range open {
		keep = append(keep, p.number)
		s.queue.Add(Hint{Key: pullHint(p.number).Key, Swept: true}.from(h))
	}
	for _, n := range s.proposals.undecided() {
		if !slices.Contains(keep, n) { // it was closed, and no delivery told of it
			s.queue.Add(Hint{Key: pullHint(n).Key, Swept: true})
		}
	}
	if err := s.o.Trees.DropPulls(ctx, keep); err != nil {
		return fmt.Errorf("tidying up: %w", err)
	}
	s.metrics.reconciled.Set(float64(s.o.Now().Unix()))
	return nil
}

// recheck has the open pull requests into a branch looked at, "" for all.
func (s *Service) recheck(ctx context.Context, base string, h Hint) error {
	open, err := s.gh.openPulls(ctx, base)
	if err != nil {
		return err
	}
	for _, p := range open {
		s.queue.Add(Hint{Key: pullHint(p.number).Key, Swept: h.Swept}.from(h))
	}
	return nil
}

// handleHead has those looked at whose newest commit is this one.
func (s *Service) handleHead(ctx context.Context, commit string, h Hint) error {
	if !h.Again && s.looked.has(commit) {
		return nil
	}
	open, err := s.gh.openPulls(ctx, "")
	if err != nil {
		return err
	}
	for _, p := range open {
		if p.head == commit {
			s.queue.Add(Hint{Key: pullHint(p.number).Key, Again: h.Again}.from(h))
		}
	}
	branches, err := s.gh.branches(ctx, groups)
	if err != nil {
		return err
	}
	for branch, head := range branches {
		if head == commit {
			s.queue.Add(Hint{Key: refHint(branch).Key, Again: h.Again}.from(h))
		}
	}
	return nil
}

// handleRef looks at a branch: the one that is served, a group of the merge
// queue, or one that pull requests go into.
func (s *Service) handleRef(ctx context.Context, branch string, h Hint) error {
	if rest, ok := strings.CutPrefix(branch, groups); ok {
		return s.handleGroup(ctx, branch, rest, h)
	}
	if branch == s.branch() {
		if err := s.handleBranch(ctx, h); err != nil {
			return err
		}
	}
	return s.recheck(ctx, branch, h)
}

// handleGroup checks what a group of the merge queue comes to.
func (s *Service) handleGroup(ctx context.Context, branch, rest string, h Hint) error {
	i := strings.LastIndex(rest, "/pr-")
	if i < 0 {
		return nil
	}
	if _, err := s.o.Trees.Refresh(ctx); err != nil {
		return fmt.Errorf("fetching the repository: %w", err)
	}
	j := &job{branch: rest[:i], merged: true, again: h.Again}
	var err error
	if j.head, err = s.o.Trees.Resolve(ctx, "refs/heads/"+branch); err != nil {
		return nil // the queue is done with it
	}
	if j.base, err = s.o.Trees.Resolve(ctx, "refs/heads/"+j.branch); err != nil {
		return fmt.Errorf("finding the branch %s: %w", j.branch, err)
	}
	if j.mergeBase, err = s.o.Trees.MergeBase(ctx, j.base, j.head); err != nil {
		return fmt.Errorf("comparing a group of the merge queue with %s: %w", j.branch, err)
	}
	if err := s.read(ctx, j, j.mergeBase, j.head); err != nil {
		return err
	}
	w, err := s.wanted(ctx, j)
	if err != nil || w.upToDate() {
		return err
	}
	if err := s.begin(ctx, j, w); err != nil {
		return err
	}
	r, err := s.judge(ctx, j, w)
	if err != nil {
		return err
	}
	return s.publish(ctx, j, w, r)
}
