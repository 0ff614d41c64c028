package webhook

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/google/go-github/v60/github"
)

// suggestionKey is what makes two suggestions one: a suggestion that stands is
// not made again.
type suggestionKey struct {
	path string
	line int
	body string
}

// suggested are the suggestions of a login that stand on a pull request's diff
// as it is, with the numbers of their comments, the first of which is the lowest.
func (c *GitHub) suggested(ctx context.Context, n int, login string) (map[suggestionKey][]int64, error) {
	out := map[suggestionKey][]int64{}
	err := pages(func(o github.ListOptions) (*github.Response, error) {
		list, res, err := c.check.PullRequests.ListComments(ctx, c.owner, c.name, n, &github.PullRequestListCommentsOptions{ListOptions: o})
		for _, m := range list {
			if m.GetUser().GetLogin() == login && strings.HasPrefix(m.GetBody(), SuggestionMarker) {
				key := suggestionKey{m.GetPath(), m.GetLine(), m.GetBody()}
				out[key] = append(out[key], m.GetID())
			}
		}
		return res, err
	})
	if err != nil {
		return nil, failure(fmt.Sprintf("reading the suggestions on pull request %d", n), err)
	}
	for _, ids := range out {
		slices.Sort(ids)
	}
	return out, nil
}

// suggest makes suggestions, all in one review.
func (c *GitHub) suggest(ctx context.Context, n int, head string, list []Suggestion) error {
	o := &github.PullRequestReviewRequest{CommitID: &head, Event: github.String("COMMENT")}
	for _, s := range list {
		d := &github.DraftReviewComment{Path: &s.Path, Body: &s.Body, Side: github.String("RIGHT"), Line: &s.Line}
		if s.StartLine < s.Line {
			d.StartSide, d.StartLine = d.Side, &s.StartLine
		}
		o.Comments = append(o.Comments, d)
	}
	if _, _, err := c.check.PullRequests.CreateReview(ctx, c.owner, c.name, n, o); err != nil {
		return failure(fmt.Sprintf("suggesting changes on pull request %d", n), err)
	}
	return nil
}

// takeBack deletes a suggestion.
func (c *GitHub) takeBack(ctx context.Context, id int64) error {
	if _, err := c.check.PullRequests.DeleteComment(ctx, c.owner, c.name, id); err != nil {
		return failure("taking back a suggestion", err)
	}
	return nil
}

// publishSuggestions makes those that do not stand yet.
func (s *Service) publishSuggestions(ctx context.Context, j *job, r *Report) error {
	list := r.Suggestions()
	if len(list) == 0 {
		return nil
	}
	me, err := s.gh.login(ctx)
	if err != nil {
		return err
	}
	have, err := s.gh.suggested(ctx, j.pull.number, me)
	if err != nil {
		return err
	}
	var lacking []Suggestion
	for _, is := range list {
		if have[suggestionKey{is.Path, is.Line, is.Body}] == nil {
			lacking = append(lacking, is)
		}
	}
	if len(lacking) == 0 {
		return nil
	}
	if err := s.gh.suggest(ctx, j.pull.number, j.head, lacking); err != nil {
		return err
	}
	return s.suggestOnce(ctx, j.pull.number, me)
}

// suggestOnce takes back what was suggested twice, as two servers do at the
// same time. The first of each stays.
func (s *Service) suggestOnce(ctx context.Context, n int, me string) error {
	have, err := s.gh.suggested(ctx, n, me)
	if err != nil {
		return err
	}
	var extra []int64
	for _, ids := range have {
		extra = append(extra, ids[1:]...)
	}
	slices.Sort(extra)
	for _, id := range extra {
		if err := ignoreGone(s.gh.takeBack(ctx, id)); err != nil {
			return err
		}
	}
	return nil
}
