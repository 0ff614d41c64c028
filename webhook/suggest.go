package webhook

import (
	"context"
	"fmt"
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
// as it is.
func (c *GitHub) suggested(ctx context.Context, n int, login string) (map[suggestionKey]bool, error) {
	out := map[suggestionKey]bool{}
	err := pages(func(o github.ListOptions) (*github.Response, error) {
		list, res, err := c.check.PullRequests.ListComments(ctx, c.owner, c.name, n, &github.PullRequestListCommentsOptions{ListOptions: o})
		for _, m := range list {
			if m.GetUser().GetLogin() == login && strings.HasPrefix(m.GetBody(), SuggestionMarker) {
				out[suggestionKey{m.GetPath(), m.GetLine(), m.GetBody()}] = true
			}
		}
		return res, err
	})
	if err != nil {
		return nil, failure(fmt.Sprintf("reading the suggestions on pull request %d", n), err)
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
		if !have[suggestionKey{is.Path, is.Line, is.Body}] {
			lacking = append(lacking, is)
		}
	}
	if len(lacking) == 0 {
		return nil
	}
	return s.gh.suggest(ctx, j.pull.number, j.head, lacking)
}
