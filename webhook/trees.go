package webhook

import (
	"context"
	"io/fs"

	"github.com/milepost-dev/milepost/internal/gitrepo"
)

// Trees is where the content of commits comes from: *gitrepo.Repo.
type Trees interface {
	Refresh(ctx context.Context) (head string, err error)
	Resolve(ctx context.Context, rev string) (string, error)
	MergeBase(ctx context.Context, a, b string) (string, error)
	Tree(ctx context.Context, commit string) (fs.FS, error)
	FetchPull(ctx context.Context, n int) (gitrepo.Pull, error)
	DropPulls(ctx context.Context, keep []int) error
}

var _ Trees = (*gitrepo.Repo)(nil)
