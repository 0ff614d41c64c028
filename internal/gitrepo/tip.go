package gitrepo

import (
	"context"
	"fmt"
	"strings"
)

// Tip asks a remote for Options.Branch, or for its default branch, and for the
// newest commit there. It is one request, and nothing is fetched or kept.
//
// Errors are of the kinds ErrLocation, ErrUnreachable, ErrToken, ErrDenied,
// ErrRemoteNotFound, ErrBranch and ErrNoCommits.
func Tip(ctx context.Context, opts Options) (branch, commit string, err error) {
	opts = opts.withDefaults()
	token := opts.Token
	if opts.TokenSource != nil {
		token = notAsked
	}
	loc, err := parseLocation(opts.Location, token)
	if err != nil {
		return "", "", err
	}
	if loc.url == "" {
		return "", "", &Error{Kind: ErrLocation, Text: loc.display() + " is a directory and no remote repository"}
	}
	m := &mirror{loc: loc, opts: opts, asks: opts.TokenSource != nil && loc.token != ""}
	if err := m.authorise(ctx); err != nil {
		return "", "", err
	}
	list, err := m.poll(ctx, headsPrefix)
	if err != nil {
		return "", "", err
	}
	full := list.defaultBranch()
	if opts.Branch != "" {
		full = headsPrefix + opts.Branch
	}
	branch = strings.TrimPrefix(full, headsPrefix)
	h, ok := list.refs[full]
	switch there := list.branches(headsPrefix); {
	case ok:
		return branch, h.String(), nil
	case len(there) == 0:
		return "", "", noCommits(loc.display())
	default:
		return "", "", &Error{Kind: ErrBranch, Text: fmt.Sprintf("%s has no branch %q; there %s", loc.display(), branch, enumerate(there))}
	}
}
