package webhook

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/google/go-github/v60/github"
)

// Account is who talks to GitHub, about which repository.
type Account struct {
	Repository string // owner/name
	BaseURL    string // of a GitHub Enterprise Server, as https://github.example.com, with /api/v3 or without; "" is github.com
	AppID      int64  // of the GitHub App, with AppKey
	AppKey     Secret // in PEM form
	Token      Secret // instead of an App: then statuses take the place of checks

	Now       func() time.Time                           // [time.Now]
	Sleep     func(context.Context, time.Duration) error // [by the clock]
	Transport http.RoundTripper                          // [http.DefaultTransport with limits]
}

// GitHub is what is asked of GitHub and told to it, about one repository.
type GitHub struct {
	auth        *auth
	site        *url.URL       // of its pages and of Git
	check, make *github.Client // by scope
	owner, name string
	usage       *usage

	mu   sync.Mutex
	me   string         // the login that comments are written by, once it is known
	open map[int64]bool // the check runs that we started and have not finished
}

var repositoryForm = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9-]*/[A-Za-z0-9._-]+$`)

// check names all that is wrong with an account.
func (a *Account) check() error {
	var errs []error
	if !repositoryForm.MatchString(a.Repository) || strings.HasSuffix(a.Repository, "/.") || strings.HasSuffix(a.Repository, "/..") {
		errs = append(errs, fmt.Errorf("repository: owner/name is expected (got %q)", a.Repository))
	}
	switch app := a.AppID != 0 || !a.AppKey.Empty(); {
	case app && !a.Token.Empty():
		errs = append(errs, errors.New("token: an App and a token exclude each other"))
	case app && (a.AppID <= 0 || a.AppKey.Empty()):
		errs = append(errs, errors.New("app: its number and its key belong together"))
	case !app && a.Token.Empty():
		errs = append(errs, errors.New("app: an App's number and key are needed, or a token"))
	}
	if u, err := url.Parse(a.BaseURL); err != nil || u.User != nil || u.RawQuery != "" || u.Fragment != "" || a.BaseURL != "" && u.Host == "" {
		// It is not repeated: it may hold a password.
		errs = append(errs, errors.New("GitHub's address: write it as https://github.example.com, without a password or anything after ? or #"))
	}
	return errors.Join(errs...)
}

// Connect makes what talks to GitHub, and asks nothing of it yet. The error
// names all settings that are wrong.
func Connect(o Account) (*GitHub, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Sleep == nil {
		o.Sleep = sleep
	}
	if o.Transport == nil {
		t := http.DefaultTransport.(*http.Transport).Clone()
		t.ResponseHeaderTimeout = 30 * time.Second
		o.Transport = t
	}
	at, err := addressesOf(o.BaseURL)
	if err != nil {
		return nil, err
	}
	u := newUsage()
	a := &auth{api: at.api, appID: o.AppID, plain: o.Token, now: o.Now, send: counting{o.Transport, u}}
	a.owner, a.name, _ = strings.Cut(o.Repository, "/")
	if o.AppID != 0 {
		if a.key, err = parseKey(o.AppKey); err != nil {
			return nil, err
		}
	}
	g := &GitHub{auth: a, usage: u, site: at.site, owner: a.owner, name: a.name}
	writes := &paced{next: a.send, sleep: o.Sleep, now: o.Now}
	for s, client := range map[scope]**github.Client{checking: &g.check, releasing: &g.make} {
		calm := patient{next: authorised{a, s, writes}, sleep: o.Sleep, now: o.Now, usage: u}
		*client = github.NewClient(&http.Client{Transport: &remembering{next: calm}})
		(*client).BaseURL, (*client).UploadURL = at.api, at.uploads
	}
	return g, nil
}

// CloneURL is where Git finds the repository.
func (g *GitHub) CloneURL() string {
	return g.site.JoinPath(g.owner, g.name+".git").String()
}

// Token is a token to fetch by, for gitrepo.Options.TokenSource: it can read
// the content and nothing else.
func (g *GitHub) Token(ctx context.Context) (string, error) {
	t, err := g.auth.token(ctx, reading)
	return t.Reveal(), err
}

// renew drops the token that is fetched by, which Git was denied with: it was
// revoked, or the App was installed anew. The next fetch asks for another.
func (g *GitHub) renew() { g.auth.forget(reading, g.auth.held(reading)) }

func loopback(u *url.URL) bool {
	host := u.Hostname()
	return host == "localhost" || host == "127.0.0.1" || host == "::1"
}

// pullRequest is a pull request as GitHub tells of it.
type pullRequest struct {
	number              int
	title, author, url  string
	open, draft, merged bool
	locked              bool // nobody but people who may write can comment
	fork                bool
	head, base          string // a commit; a branch
	headBranch          string
	mergeable           *bool // nil while GitHub does not know
	mergeCommit         string
	mergedBy            string
}

func pullOf(p *github.PullRequest) pullRequest {
	return pullRequest{
		number: p.GetNumber(), title: p.GetTitle(), author: p.GetUser().GetLogin(), url: p.GetHTMLURL(), open: p.GetState() == "open", draft: p.GetDraft(), merged: p.GetMerged() || p.MergedAt != nil, locked: p.GetLocked(),
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

func (c *GitHub) pull(ctx context.Context, n int) (pullRequest, error) {
	p, _, err := c.check.PullRequests.Get(ctx, c.owner, c.name, n)
	if err != nil {
		return pullRequest{}, failure(fmt.Sprintf("reading pull request %d", n), err)
	}
	return pullOf(p), nil
}

// openPulls are all that are open, those into a branch where one is named.
func (c *GitHub) openPulls(ctx context.Context, base string) ([]pullRequest, error) {
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
func (c *GitHub) patches(ctx context.Context, n int) (map[string]string, error) {
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

func (c *GitHub) reviews(ctx context.Context, n int) ([]pullReview, error) {
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
func (c *GitHub) pullsOf(ctx context.Context, commit string) ([]pullRequest, error) {
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
func (c *GitHub) branches(ctx context.Context, prefix string) (map[string]string, error) {
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
func (c *GitHub) login(ctx context.Context) (string, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
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
func (c *GitHub) comments(ctx context.Context, n int, login, mark string) ([]comment, error) {
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
	// Whoever takes back what is there twice leaves the same one.
	slices.SortFunc(out, func(a, b comment) int { return cmp.Compare(a.id, b.id) })
	return out, nil
}

func (c *GitHub) createComment(ctx context.Context, n int, body string) error {
	_, _, err := c.check.Issues.CreateComment(ctx, c.owner, c.name, n, &github.IssueComment{Body: &body})
	if err != nil {
		return failure(fmt.Sprintf("commenting on pull request %d", n), err)
	}
	return nil
}

func (c *GitHub) editComment(ctx context.Context, id int64, body string) error {
	if _, _, err := c.check.Issues.EditComment(ctx, c.owner, c.name, id, &github.IssueComment{Body: &body}); err != nil {
		return failure("editing a comment", err)
	}
	return nil
}

func (c *GitHub) deleteComment(ctx context.Context, id int64) error {
	if _, err := c.check.Issues.DeleteComment(ctx, c.owner, c.name, id); err != nil {
		return failure("deleting a comment", err)
	}
	return nil
}
