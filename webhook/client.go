package webhook

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/google/go-github/v60/github"
)

// client is what is asked of GitHub and told to it, about one repository.
type client struct {
	auth        *auth
	check, make *github.Client // by scope
	owner, name string

	me string // the login that comments are written by, once it is known
}

// newClient makes a client. base is that of a GitHub Enterprise Server, "" for
// github.com.
func newClient(base string, a *auth, wrap func(http.RoundTripper) http.RoundTripper) (*client, error) {
	c := &client{auth: a, owner: a.owner, name: a.name}
	for s, at := range map[scope]**github.Client{checking: &c.check, releasing: &c.make} {
		gh := github.NewClient(&http.Client{Transport: &remembering{next: wrap(authorised{a, s})}})
		if base != "" {
			var err error
			if gh, err = gh.WithEnterpriseURLs(base, base); err != nil {
				return nil, fmt.Errorf("GitHub's address %q: %w", base, err)
			}
		}
		*at, a.api = gh, gh.BaseURL
	}
	if scheme := a.api.Scheme; scheme != "https" && !loopback(a.api) {
		return nil, fmt.Errorf("GitHub's address: tokens are not sent over %s, where they can be read on the way", scheme)
	}
	return c, nil
}

func loopback(u *url.URL) bool {
	host := u.Hostname()
	return host == "localhost" || host == "127.0.0.1" || host == "::1"
}

// pullRequest is a pull request as GitHub tells of it.
type pullRequest struct {
	number              int
	open, draft, merged bool
	fork                bool
	head, base          string // a commit; a branch
	headBranch          string
	mergeable           *bool // nil while GitHub does not know
	mergeCommit         string
	mergedBy            string
}

func pullOf(p *github.PullRequest) pullRequest {
	return pullRequest{
		number: p.GetNumber(), open: p.GetState() == "open", draft: p.GetDraft(), merged: p.GetMerged() || p.MergedAt != nil,
		fork: p.GetHead().GetRepo().GetFullName() != p.GetBase().GetRepo().GetFullName(),
		head: p.GetHead().GetSHA(), headBranch: p.GetHead().GetRef(), base: p.GetBase().GetRef(),
		mergeable: p.Mergeable, mergeCommit: p.GetMergeCommitSHA(), mergedBy: p.GetMergedBy().GetLogin(),
	}
}

// errGone says that something is not there, or not to be seen.
var errGone = errors.New("not found on GitHub")

// failure makes an error of GitHub's one that says what was done.
func failure(what string, err error) error {
	var e *github.ErrorResponse
	if errors.As(err, &e) && e.Response != nil {
		if e.Response.StatusCode == http.StatusNotFound {
			return fmt.Errorf("%s: %w", what, errGone)
		}
		detail := e.Message
		for _, d := range e.Errors {
			detail += "; " + strings.TrimSpace(d.Code+" "+d.Message)
		}
		return fmt.Errorf("%s: %w", what, &statusError{e.Response.StatusCode, detail})
	}
	return fmt.Errorf("%s: %w", what, err)
}

// maxPages bounds lists: 100 entries each.
const maxPages = 100

// pages reads a list page by page.
func pages(read func(github.ListOptions) (*github.Response, error)) error {
	o := github.ListOptions{PerPage: 100}
	for range maxPages {
		res, err := read(o)
		if err != nil || res.NextPage == 0 {
			return err
		}
		o.Page = res.NextPage
	}
	return fmt.Errorf("a list has more than %d pages", maxPages)
}

func (c *client) pull(ctx context.Context, n int) (pullRequest, error) {
	p, _, err := c.check.PullRequests.Get(ctx, c.owner, c.name, n)
	if err != nil {
		return pullRequest{}, failure(fmt.Sprintf("reading pull request %d", n), err)
	}
	return pullOf(p), nil
}

// openPulls are all that are open, those into a branch where one is named.
func (c *client) openPulls(ctx context.Context, base string) ([]pullRequest, error) {
	var out []pullRequest
	err := pages(func(o github.ListOptions) (*github.Response, error) {
		list, res, err := c.check.PullRequests.List(ctx, c.owner, c.name, &github.PullRequestListOptions{State: "open", Base: base, ListOptions: o})
		for _, p := range list {
			out = append(out, pullOf(p))
		}
		return res, err
	})
	if err != nil {
		return nil, failure("listing open pull requests", err)
	}
	return out, nil
}

// patches are the differences of a pull request, by file. A file of which
// GitHub shows none has "".
func (c *client) patches(ctx context.Context, n int) (map[string]string, error) {
	out := map[string]string{}
	err := pages(func(o github.ListOptions) (*github.Response, error) {
		list, res, err := c.check.PullRequests.ListFiles(ctx, c.owner, c.name, n, &o)
		for _, f := range list {
			out[f.GetFilename()] = f.GetPatch()
		}
		return res, err
	})
	if err != nil {
		return nil, failure(fmt.Sprintf("reading the files of pull request %d", n), err)
	}
	return out, nil
}

// pullReview is a review that somebody submitted.
type pullReview struct {
	by, state, commit string
	at                time.Time
}

func (c *client) reviews(ctx context.Context, n int) ([]pullReview, error) {
	var out []pullReview
	err := pages(func(o github.ListOptions) (*github.Response, error) {
		list, res, err := c.check.PullRequests.ListReviews(ctx, c.owner, c.name, n, &o)
		for _, r := range list {
			out = append(out, pullReview{r.GetUser().GetLogin(), r.GetState(), r.GetCommitID(), r.GetSubmittedAt().Time})
		}
		return res, err
	})
	if err != nil {
		return nil, failure(fmt.Sprintf("reading the reviews of pull request %d", n), err)
	}
	return out, nil
}

// pullsOf are the pull requests that a commit belongs to.
func (c *client) pullsOf(ctx context.Context, commit string) ([]pullRequest, error) {
	var out []pullRequest
	err := pages(func(o github.ListOptions) (*github.Response, error) {
		list, res, err := c.check.PullRequests.ListPullRequestsWithCommit(ctx, c.owner, c.name, commit, &o)
		for _, p := range list {
			out = append(out, pullOf(p))
		}
		return res, err
	})
	if err != nil {
		return nil, failure(fmt.Sprintf("asking which pull request brought %.10s", commit), err)
	}
	return out, nil
}

// branches are the branches whose names begin with a prefix, and their commits.
func (c *client) branches(ctx context.Context, prefix string) (map[string]string, error) {
	out := map[string]string{}
	// This list is not paged.
	list, _, err := c.check.Git.ListMatchingRefs(ctx, c.owner, c.name, &github.ReferenceListOptions{Ref: "heads/" + prefix})
	if err != nil {
		return nil, failure("listing branches", err)
	}
	for _, r := range list {
		out[strings.TrimPrefix(r.GetRef(), "refs/heads/")] = r.GetObject().GetSHA()
	}
	return out, nil
}

// login is who comments are written by.
func (c *client) login(ctx context.Context) (string, error) {
	if c.me != "" {
		return c.me, nil
	}
	if c.auth.app() {
		var app struct{ Slug string }
		if err := c.auth.call(ctx, http.MethodGet, "app", nil, &app); err != nil {
			return "", fmt.Errorf("asking who the App is: %w", err)
		}
		c.me = app.Slug + "[bot]"
		return c.me, nil
	}
	u, _, err := c.check.Users.Get(ctx, "")
	if err != nil {
		return "", failure("asking whose token it is", err)
	}
	c.me = u.GetLogin()
	return c.me, nil
}

// comment is one that we wrote.
type comment struct {
	id   int64
	body string
}

// comments are those of a login that begin with a mark, oldest first.
func (c *client) comments(ctx context.Context, n int, login, mark string) ([]comment, error) {
	var out []comment
	err := pages(func(o github.ListOptions) (*github.Response, error) {
		list, res, err := c.check.Issues.ListComments(ctx, c.owner, c.name, n, &github.IssueListCommentsOptions{ListOptions: o})
		for _, m := range list {
			if m.GetUser().GetLogin() == login && strings.HasPrefix(m.GetBody(), mark) {
				out = append(out, comment{m.GetID(), m.GetBody()})
			}
		}
		return res, err
	})
	if err != nil {
		return nil, failure(fmt.Sprintf("reading the comments on pull request %d", n), err)
	}
	return out, nil
}

func (c *client) createComment(ctx context.Context, n int, body string) error {
	_, _, err := c.check.Issues.CreateComment(ctx, c.owner, c.name, n, &github.IssueComment{Body: &body})
	if err != nil {
		return failure(fmt.Sprintf("commenting on pull request %d", n), err)
	}
	return nil
}

func (c *client) editComment(ctx context.Context, id int64, body string) error {
	if _, _, err := c.check.Issues.EditComment(ctx, c.owner, c.name, id, &github.IssueComment{Body: &body}); err != nil {
		return failure("editing a comment", err)
	}
	return nil
}

func (c *client) deleteComment(ctx context.Context, id int64) error {
	if _, err := c.check.Issues.DeleteComment(ctx, c.owner, c.name, id); err != nil {
		return failure("deleting a comment", err)
	}
	return nil
}
