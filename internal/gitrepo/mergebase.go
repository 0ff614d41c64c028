package gitrepo

import (
	"container/heap"
	"context"
	"fmt"

	"github.com/go-git/go-git/v5/plumbing"
)

// MergeBase returns the newest common ancestor of two revisions that is not
// itself an ancestor of another one: what git merge-base prints. The error is an
// ErrRevision if one of them is not there, an ErrUnrelated if they have no
// ancestor in common, an ErrDamaged, or the context's.
func (r *Repo) MergeBase(ctx context.Context, a, b string) (string, error) {
	one, err := r.resolve(ctx, a)
	if err != nil {
		return "", err
	}
	two, err := r.resolve(ctx, b)
	if err != nil {
		return "", err
	}
	var base *ancestor
	err = r.healing(ctx, func() error {
		base, err = r.mergeBase(ctx, one, two)
		return err
	})
	switch {
	case err != nil:
		return "", err
	case base == nil:
		return "", &Error{Kind: ErrUnrelated, Text: fmt.Sprintf("%q and %q have no commit in common", a, b)}
	}
	return base.hash.String(), nil
}

func (r *Repo) mergeBase(ctx context.Context, one, two plumbing.Hash) (*ancestor, error) {
	bases, err := r.paint(ctx, one, two)
	if err != nil {
		return nil, err
	}
	var best *ancestor
	for _, c := range bases {
		redundant := false
		for _, other := range bases {
			if other == c || redundant {
				continue
			}
			if redundant, err = r.isAncestor(ctx, c.hash, other.hash); err != nil {
				return nil, err
			}
		}
		if !redundant && (best == nil || c.date > best.date) {
			best = c
		}
	}
	return best, nil
}

// isAncestor reports whether one is reached from two.
func (r *Repo) isAncestor(ctx context.Context, one, two plumbing.Hash) (bool, error) {
	bases, err := r.paint(ctx, one, two)
	if err != nil {
		return false, err
	}
	for _, c := range bases {
		if c.hash == one {
			return true, nil
		}
	}
	return false, nil
}

// What is known of a commit on the way down from two.
const (
	fromOne = 1 << iota
	fromTwo
	common // from both, and so are all its ancestors
	listed
)

type ancestor struct {
	hash    plumbing.Hash
	date    int64
	parents []plumbing.Hash
	flags   int
}

// paint goes down from two commits at once, newest first, and returns where
// the ways meet. Where clocks were wrong the result can hold ancestors of other
// results.
func (r *Repo) paint(ctx context.Context, one, two plumbing.Hash) ([]*ancestor, error) {
	p := painter{repo: r, seen: map[plumbing.Hash]*ancestor{}}
	if err := p.reach(one, fromOne); err != nil {
		return nil, err
	}
	if err := p.reach(two, fromTwo); err != nil {
		return nil, err
	}
	var met []*ancestor
	for p.undecided() {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		c := heap.Pop(&p.queue).(*ancestor)
		flags := c.flags &^ listed
		if flags == fromOne|fromTwo {
			if c.flags&listed == 0 {
				c.flags |= listed
				met = append(met, c)
			}
			flags |= common
		}
		for _, h := range c.parents {
			if err := p.reach(h, flags); err != nil {
				return nil, err
			}
		}
	}
	bases := met[:0]
	for _, c := range met {
		if c.flags&common == 0 {
			bases = append(bases, c)
		}
	}
	return bases, nil
}

type painter struct {
	repo  *Repo
	seen  map[plumbing.Hash]*ancestor
	queue byDate
	buf   []byte
}

// reach notes that a commit was reached, and queues it if that is news.
func (p *painter) reach(h plumbing.Hash, flags int) error {
	c, ok := p.seen[h]
	if !ok {
		var err error
		if p.buf, err = p.repo.object(plumbing.CommitObject, h, p.buf); err != nil {
			return err
		}
		raw, err := parseCommit(p.buf, nil)
		if err != nil {
			return p.repo.damaged(h, err)
		}
		c = &ancestor{hash: h, date: raw.committed.Unix(), parents: raw.parents}
		p.seen[h] = c
	}
	if c.flags&flags == flags {
		return nil
	}
	c.flags |= flags
	heap.Push(&p.queue, c)
	return nil
}

// undecided reports whether anything in the queue can still be a base.
func (p *painter) undecided() bool {
	for _, c := range p.queue {
		if c.flags&common == 0 {
			return true
		}
	}
	return false
}

// byDate is a heap of commits, the newest on top.
type byDate []*ancestor

func (q byDate) Len() int           { return len(q) }
func (q byDate) Less(i, j int) bool { return q[i].date > q[j].date }
func (q byDate) Swap(i, j int)      { q[i], q[j] = q[j], q[i] }
func (q *byDate) Push(c any)        { *q = append(*q, c.(*ancestor)) }
func (q *byDate) Pop() any {
	last := (*q)[len(*q)-1]
	*q = (*q)[:len(*q)-1]
	return last
}
