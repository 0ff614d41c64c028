package webhook

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/milepost-dev/milepost/internal/history"
	"github.com/milepost-dev/milepost/internal/notes"
)

// handleBranch brings the history up to date, and gives the versions that came
// into force their tags and releases: those of a merge, of an edition whose day
// came, and of what happened while nobody looked.
func (s *Service) handleBranch(ctx context.Context, h Hint) error {
	if err := s.o.Store.Refresh(ctx); err != nil {
		return fmt.Errorf("reading the history: %w", err)
	}
	if !s.o.Release {
		return nil
	}
	have, err := s.gh.releases(ctx)
	if err != nil {
		return err
	}
	made, gone, err := s.tagAll(ctx, have, h)
	if made > 0 {
		if err := s.o.Store.Refresh(ctx); err != nil {
			return fmt.Errorf("reading the tags that were made: %w", err)
		}
	}
	s.watchTags(h, gone)
	return errors.Join(err, s.releaseAll(ctx, have, h))
}

// watchTags counts what is wrong with tags, beside the newest that are gone:
// that is for people, and is never put right by itself.
func (s *Service) watchTags(h Hint, gone int) {
	n := gone
	for _, t := range s.o.Store.Snapshot().Timelines {
		for _, f := range t.Alarms {
			if f.Code == "tag-ignored" || f.Code == "tag-missing" || f.Code == "version-unreadable" {
				n++
				about(s.log, h).Warn("a tag needs somebody to look at it", "framework", t.ID, "message", f.Message)
			}
		}
	}
	s.metrics.alarms.Set(float64(n))
}

// tagAll makes the tags that are lacking, and counts them, and those that are
// gone. have are the tags with a release.
func (s *Service) tagAll(ctx context.Context, have map[string]bool, h Hint) (made, gone int, err error) {
	var errs []error
	for _, t := range s.o.Store.Snapshot().Timelines {
		m, g, err := s.tagEach(ctx, t, have, h)
		made, gone, errs = made+m, gone+g, append(errs, err)
	}
	return made, gone, errors.Join(errs...)
}

// tagEach makes the tags of a framework. Where one cannot be made for now, the
// later ones are not made either: it would be a gap for ever. Where it never
// can, because its name is taken or it was deleted, the later ones are made.
func (s *Service) tagEach(ctx context.Context, t *history.Timeline, have map[string]bool, h Hint) (made, gone int, err error) {
	for _, v := range t.Untagged() {
		if why := t.Outdated(); why != "" {
			return made, gone, fmt.Errorf("tagging %s: %s", t.ID, why)
		}
		won, err := s.tag(ctx, v, have[v.TagName()])
		if errors.Is(err, errTaken) || errors.Is(err, errDeleted) {
			s.log.Warn("a tag needs somebody to look at it", "framework", t.ID, "message", err.Error())
			if errors.Is(err, errDeleted) {
				gone++ // the history knows nothing of it
			}
			continue
		}
		if err != nil {
			return made, gone, err
		}
		if made++; won {
			s.made("tag", v, h)
		}
	}
	return made, gone, nil
}

// made notes that something was made.
func (s *Service) made(kind string, v *history.Version, h Hint) {
	s.metrics.released.WithLabelValues(kind).Inc()
	if h.Swept {
		s.metrics.drift.WithLabelValues(kind).Inc()
	}
	about(s.log, h).Info("made a "+kind, "framework", v.Framework, "version", v.Number, "commit", v.Commit)
}

// Tags that are left as they are, for people to look at.
var (
	errTaken   = errors.New("its name is taken")
	errDeleted = errors.New("it was deleted")
)

// tag makes the tag of a version. It is won if it is ours; the error says why
// it is not there, or what another one of that name is (errTaken). One that is
// gone although it was released is not made again (errDeleted).
func (s *Service) tag(ctx context.Context, v *history.Version, released bool) (won bool, err error) {
	name := v.TagName()
	there, ok, err := s.gh.tag(ctx, name)
	switch {
	case err != nil:
		return false, err
	case ok:
		return false, refused(v, there)
	case released:
		return false, fmt.Errorf("the tag %s is not there, and its release is: %w, and is not made again", name, errDeleted)
	}
	m, err := s.merge(ctx, v)
	if err != nil {
		return false, err
	}
	object, failed := s.gh.createTag(ctx, name, v.Commit, v.TagMessage(m))
	if failed == nil {
		return true, nil
	}
	// Whatever was answered, what is there is what counts.
	there, ok, err = s.gh.tag(ctx, name)
	switch {
	case err != nil:
		return false, errors.Join(failed, err)
	case !ok:
		return false, failed
	}
	return there.Object == object, refused(v, there)
}

// refused is an error where a tag is not that of a version.
func refused(v *history.Version, t history.Tag) error {
	if why := v.Refuses(t); why != "" {
		return fmt.Errorf("there is a tag %s already, and it is not of this version: %w, %s", t.Name, errTaken, why)
	}
	return nil
}

// merge is how a version came to the branch: by which pull request, who
// approved that as it was merged, and who merged it. A commit that was pushed
// by itself has none of these.
func (s *Service) merge(ctx context.Context, v *history.Version) (history.Merge, error) {
	list, err := s.gh.pullsOf(ctx, v.Commit)
	if err != nil {
		return history.Merge{}, ignoreGone(err)
	}
	list = slices.DeleteFunc(list, func(p pullRequest) bool { return !p.merged || p.base != s.branch() })
	if len(list) == 0 {
		list, err = s.named(ctx, v)
	}
	if err != nil || len(list) == 0 {
		return history.Merge{}, err
	}
	best := slices.MinFunc(list, func(a, b pullRequest) int {
		return cmp.Or(preferred(b, v)-preferred(a, v), a.number-b.number)
	})
	p, err := s.gh.pull(ctx, best.number)
	if err != nil {
		return history.Merge{}, err
	}
	reviews, err := s.gh.reviews(ctx, p.number)
	if err != nil {
		return history.Merge{}, err
	}
	return history.Merge{PullRequest: p.number, ApprovedBy: approvers(reviews, p.head), MergedBy: p.mergedBy}, nil
}

// named is the pull request that the commit's message names, if GitHub says
// that it was merged as this commit. A list can be as it was before the merge,
// and what a tag says is said for ever.
func (s *Service) named(ctx context.Context, v *history.Version) ([]pullRequest, error) {
	if v.PullRequest == 0 {
		return nil, nil
	}
	p, err := s.gh.pull(ctx, v.PullRequest)
	if err != nil || !p.merged || p.base != s.branch() || p.mergeCommit != v.Commit {
		return nil, ignoreGone(err)
	}
	return []pullRequest{p}, nil
}

// preferred weighs which of several pull requests brought a version.
func preferred(p pullRequest, v *history.Version) int {
	switch {
	case p.mergeCommit == v.Commit:
		return 2
	case p.number == v.PullRequest:
		return 1
	}
	return 0
}

// approvers are those whose last word on a head is that they approve it. An
// approval of an earlier head does not count.
func approvers(reviews []pullReview, head string) []string {
	slices.SortStableFunc(reviews, func(a, b pullReview) int { return a.at.Compare(b.at) })
	last := map[string]bool{}
	for _, r := range reviews {
		switch r.state {
		case "APPROVED":
			last[r.by] = r.commit == head
		case "CHANGES_REQUESTED", "DISMISSED":
			last[r.by] = false
		}
	}
	var out []string
	for who, approves := range last {
		if approves && who != "" {
			out = append(out, who)
		}
	}
	slices.Sort(out)
	return out
}

// releaseAll makes the releases that are lacking, one for each tag that counts.
// have are the tags with a release.
func (s *Service) releaseAll(ctx context.Context, have map[string]bool, h Hint) error {
	snap := s.o.Store.Snapshot()
	var errs []error
	for _, t := range snap.Timelines {
		for i, v := range t.Versions {
			if !v.Tagged() || have[v.TagName()] {
				continue
			}
			made, err := s.release(ctx, t, history.Standing{Version: v, Index: i}, snap.Location)
			if err != nil {
				errs = append(errs, err)
				break
			}
			if made {
				s.made("release", v, h)
			}
		}
	}
	return errors.Join(errs...)
}

// release makes the release of a version, unless there is one. Without the tag
// it makes none: GitHub would make another one.
func (s *Service) release(ctx context.Context, t *history.Timeline, is history.Standing, loc *time.Location) (made bool, err error) {
	tag := is.Version.TagName()
	if there, err := s.gh.released(ctx, tag); err != nil || there {
		return false, err
	}
	if _, ok, err := s.gh.tag(ctx, tag); err != nil || !ok {
		return false, err
	}
	body, err := s.releaseNotes(t, is, loc)
	if err != nil {
		return false, err
	}
	failed := s.gh.createRelease(ctx, tag, fmt.Sprintf("%s %s", notes.Plain(cmp.Or(is.Version.Title, t.ID), maxTitle), is.Version.Number), body)
	if failed == nil {
		return true, nil
	}
	there, err := s.gh.released(ctx, tag)
	if there {
		return true, nil
	}
	return false, errors.Join(failed, err)
}

// maxNotes is how many bytes each of a release's two notes may have. GitHub
// takes 125,000 characters.
const maxNotes = 60_000

// releaseNotes are the notes for staff and for managers. They are made without
// a clock, so that they stay true.
func (s *Service) releaseNotes(t *history.Timeline, is history.Standing, loc *time.Location) (string, error) {
	n, err := t.Notes(is, history.View{KnownAt: s.o.Now()}, time.Time{}, loc)
	if err != nil {
		return "", err
	}
	var b bytes.Buffer
	for i, reader := range []notes.Reader{notes.Staff, notes.Managers} {
		if i > 0 {
			b.WriteString("\n")
		}
		if err := n.Markdown(&b, reader, maxNotes); err != nil {
			return "", err
		}
	}
	return b.String(), nil
}
