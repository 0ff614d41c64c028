package webhook

import (
	"context"
	"errors"
	"fmt"
	"io/fs"

	"github.com/milepost-dev/milepost/internal/gitrepo"
)

// Trees is where the content of commits comes from.
type Trees interface {
	Refresh(ctx context.Context) (head string, err error)
	Resolve(ctx context.Context, rev string) (string, error)
	MergeBase(ctx context.Context, a, b string) (string, error)
	Tree(ctx context.Context, commit string) (fs.FS, error)
	// FetchPull brings the newest commit of a pull request, and the commit that
	// merges it where there is one.
	FetchPull(ctx context.Context, n int) (Pull, error)
}

// Pull is a pull request as Git has it.
type Pull struct {
	Head    string
	Merge   string   // "" where there is none
	Parents []string // of Merge: the base, then the head
}

// repoTrees reads a repository that has the references of pull requests.
type repoTrees struct{ *gitrepo.Repo }

func (r repoTrees) FetchPull(ctx context.Context, n int) (Pull, error) {
	head, err := r.Resolve(ctx, fmt.Sprintf("refs/pull/%d/head", n))
	if err != nil {
		return Pull{}, err
	}
	p := Pull{Head: head}
	merge := fmt.Sprintf("refs/pull/%d/merge", n)
	if p.Merge, err = r.Resolve(ctx, merge); errors.Is(err, gitrepo.ErrRevision) {
		return p, nil
	}
	for _, parent := range []string{"^1", "^2"} {
		var hash string
		if hash, err = r.Resolve(ctx, merge+parent); err != nil {
			return p, err
		}
		p.Parents = append(p.Parents, hash)
	}
	return p, err
}
