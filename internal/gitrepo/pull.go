package gitrepo

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/go-git/go-git/v5/plumbing"
)

const (
	// maxPullBytes caps what a fetch of pull requests receives, where MaxBytes
	// is not less: anybody who can propose a change decides what is in it.
	maxPullBytes = 64 << 20
	// pullAge is how long a mirror holds a pull request that nobody asks for.
	pullAge = 24 * time.Hour
)

// Pull is a pull request as the remote's Git has it.
type Pull struct {
	Number int
	// Head is the hash of the newest commit that is proposed.
	Head string
	// Merge is the hash of the commit that merges it, which the remote makes to
	// try it: some time after the head or the base has moved, and not where they
	// conflict. "" if there is none. It says something about this head and the
	// base as it is only if Parents are these two.
	Merge string
	// Parents are those of Merge: the base, then the head.
	Parents []string
}

// FetchPull asks the remote for a pull request, from a fork or not, and for the
// branches and tags as they are at the same moment, and fetches what is not here.
// Its commits can then be read as all others; Refresh alone does not bring them. A
// mirror holds what was fetched until DropPulls, or for a day
// after it was last asked for, or until it is too large: who needs a commit for
// longer asks again. In a local repository the references are looked up, and
// nothing is fetched.
//
// The error is an ErrPull if the remote has none of that number, an ErrTooMuch
// if its content is over 64 MiB or Options.MaxBytes, or one of those of Refresh.
func (r *Repo) FetchPull(ctx context.Context, n int) (Pull, error) {
	var out Pull
	err := r.healing(ctx, func() error {
		refs, err := r.pullRefs(ctx, n)
		if err != nil {
			return err
		}
		head, merge := refs[pullHead(n)], refs[pullMerge(n)]
		out = Pull{Number: n, Head: head.String()}
		if _, err := r.object(plumbing.CommitObject, head, nil); err != nil || merge.IsZero() {
			return err
		}
		b, err := r.object(plumbing.CommitObject, merge, nil)
		if err != nil {
			return err
		}
		c, err := parseCommit(b, nil)
		if err != nil {
			return r.damaged(merge, err)
		}
		out.Merge = merge.String()
		for _, p := range c.parents {
			out.Parents = append(out.Parents, p.String())
		}
		return nil
	})
	if err != nil {
		return Pull{}, err
	}
	return out, nil
}

func pullPrefix(n int) string { return pullsPrefix + strconv.Itoa(n) + "/" }
func pullHead(n int) string   { return pullPrefix(n) + "head" }
func pullMerge(n int) string  { return pullPrefix(n) + "merge" }

// pullNumber is the number in the name of a pull request's reference, 0 if it
// is none.
func pullNumber(ref string) int {
	digits, _, _ := strings.Cut(strings.TrimPrefix(ref, pullsPrefix), "/")
	n, err := strconv.Atoi(digits)
	if err != nil || n < 1 || ref != pullHead(n) && ref != pullMerge(n) {
		return 0
	}
	return n
}

func isPull(ref string) bool { return strings.HasPrefix(ref, pullsPrefix) }

// pullRefs returns the references of a pull request, of which the head is there.
func (r *Repo) pullRefs(ctx context.Context, n int) (map[string]plumbing.Hash, error) {
	if n < 1 {
		return nil, r.noPull(n)
	}
	var list refList
	var err error
	if r.mirror != nil {
		list, err = r.mirror.pull(ctx, n)
	} else if err = r.refreshLocal(); err == nil {
		list, err = r.store.list(pullPrefix(n))
	}
	if err != nil {
		return nil, err
	}
	if _, ok := list.refs[pullHead(n)]; !ok {
		return nil, r.noPull(n)
	}
	return list.refs, nil
}

func (r *Repo) noPull(n int) error {
	return &Error{Kind: ErrPull, Text: fmt.Sprintf("%s has no pull request with the number %d", r.where, n)}
}

// DropPulls forgets all pull requests but those whose numbers are given: those
// that are open. What they took is given back when the mirror is next cloned
// again. The errors are those of the cache directory, and the context's.
func (r *Repo) DropPulls(ctx context.Context, keep []int) error {
	if r.mirror == nil {
		return nil
	}
	return r.mirror.dropPulls(ctx, keep)
}

func (m *mirror) dropPulls(ctx context.Context, keep []int) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	unlock, err := m.lock(ctx)
	if err != nil {
		return err
	}
	defer unlock()
	list, err := m.store.list(headsPrefix, tagsPrefix, pullsPrefix)
	if err != nil {
		return err
	}
	gone := func(n int) bool { return !slices.Contains(keep, n) }
	maps.DeleteFunc(m.pulls, func(n int, _ time.Time) bool { return gone(n) })
	before := len(list.refs)
	maps.DeleteFunc(list.refs, func(ref string, _ plumbing.Hash) bool { return isPull(ref) && gone(pullNumber(ref)) })
	if len(list.refs) == before {
		return nil
	}
	if err := m.store.setRefs(list); err != nil {
		return m.cacheError(err)
	}
	return nil
}

// pull asks the remote for the references of a pull request and for all branches
// and tags, in one request, and fetches what they point to, in one fetch.
func (m *mirror) pull(ctx context.Context, n int) (refList, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.authorise(ctx); err != nil {
		return refList{}, err
	}
	remote, err := m.poll(ctx, headsPrefix, tagsPrefix, pullPrefix(n))
	if err != nil {
		return refList{}, err
	}
	pull, branches := remote.only(pullPrefix(n)), remote.only(headsPrefix, tagsPrefix)
	if _, there := pull.refs[pullHead(n)]; !there {
		if _, known := m.pulls[n]; known {
			m.pulls[n] = time.Time{} // its references go when others are next written
		}
		return pull, nil
	}
	m.pulls[n] = m.opts.Now()
	here, err := m.store.list(pullPrefix(n))
	if err == nil && maps.Equal(here.refs, pull.refs) && len(m.store.missing(pull)) == 0 && m.has(branches) {
		m.store.refresh() // another process may have compacted
		return pull, nil
	}
	if f := m.failed; f != nil && f.again(branches, m.opts.Now()) {
		return refList{}, f.err
	}
	unlock, err := m.lock(ctx)
	if err != nil {
		return refList{}, err
	}
	defer unlock()
	if _, err := m.mend(ctx); err != nil {
		return refList{}, err
	}
	m.store.refresh()
	m.compact(ctx)
	m.pulls[n] = m.opts.Now() // unless that forgot it
	return m.updateWith(ctx, branches, n)
}

// updateWith fetches the branches, the tags and a pull request at once. Where
// that does not work, it fetches them one by one, as each has to be. Called with
// the lock held.
func (m *mirror) updateWith(ctx context.Context, branches refList, n int) (refList, error) {
	fetched, err := m.objects(ctx, m.store, min(maxPullBytes, m.opts.MaxBytes), headsPrefix, tagsPrefix, pullPrefix(n))
	switch {
	case err == nil && len(fetched.branches(headsPrefix)) > 0:
		return m.setPulls(m.store, fetched.only(headsPrefix, tagsPrefix), fetched.only(pullPrefix(n)))
	case ctx.Err() != nil:
		return refList{}, err
	}
	if !m.has(branches) {
		if err := m.update(ctx, branches); err != nil {
			return refList{}, err
		}
	}
	return m.fetchPulls(ctx, m.store, n)
}

// fetchPulls brings pull requests into a mirror, as far as the remote has them,
// and returns their references. Called with the lock held.
func (m *mirror) fetchPulls(ctx context.Context, into *store, numbers ...int) (refList, error) {
	var prefixes []string
	for _, n := range numbers {
		prefixes = append(prefixes, pullPrefix(n))
	}
	fetched, err := m.objects(ctx, into, min(maxPullBytes, m.opts.MaxBytes), prefixes...)
	if err != nil {
		return refList{}, err
	}
	list, err := into.list(headsPrefix, tagsPrefix)
	if err != nil {
		return refList{}, err
	}
	return m.setPulls(into, list, fetched)
}

// setPulls makes the references of a mirror the branches and tags of a list, the
// pull requests that it goes on holding, and those that were fetched, which it
// returns.
func (m *mirror) setPulls(into *store, list, fetched refList) (refList, error) {
	list = m.withPulls(into, list)
	maps.DeleteFunc(list.refs, func(ref string, _ plumbing.Hash) bool { return hasPrefix(ref, fetched.prefixes) })
	maps.Copy(list.refs, fetched.refs)
	if err := into.setRefs(list); err != nil {
		return refList{}, m.cacheError(err)
	}
	return fetched, nil
}

// carryPulls brings the pull requests that the mirror holds into a clone of it,
// for those who read them. It does without, if that does not work: who still
// needs one asks for it again.
func (m *mirror) carryPulls(ctx context.Context, into *store) {
	maps.DeleteFunc(m.pulls, func(n int, _ time.Time) bool { return m.stale(n) })
	if len(m.pulls) == 0 {
		return
	}
	if _, err := m.fetchPulls(ctx, into, slices.Sorted(maps.Keys(m.pulls))...); err != nil {
		m.pulls = map[int]time.Time{}
		m.opts.Progress(fmt.Sprintf("cloning %s without pull requests: %v", m.loc.display(), err))
	}
}

// withPulls adds to references those of the pull requests that the mirror goes
// on holding. One that another process fetched, or this one before it was
// started again, counts as asked for when it is first seen.
func (m *mirror) withPulls(s *store, list refList) refList {
	pulls, err := s.list(pullsPrefix)
	if err != nil {
		return list // all references were lost, and these can be fetched again
	}
	for ref, h := range pulls.refs {
		n := pullNumber(ref)
		if m.stale(n) {
			continue
		}
		if _, known := m.pulls[n]; !known {
			m.pulls[n] = m.opts.Now()
		}
		list.refs[ref] = h
	}
	maps.DeleteFunc(m.pulls, func(n int, _ time.Time) bool { return m.stale(n) })
	return list
}

// stale reports whether nobody has asked for a pull request in a long time.
func (m *mirror) stale(n int) bool {
	asked, known := m.pulls[n]
	return known && m.opts.Now().Sub(asked) > pullAge
}
