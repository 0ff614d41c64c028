package gitrepo

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/storage/filesystem/dotgit"
)

const (
	headsPrefix  = "refs/heads/"
	tagsPrefix   = "refs/tags/"
	originPrefix = "refs/remotes/origin/"
	pullsPrefix  = "refs/pull/"
)

// errNoRef says that there is no reference of a name.
var errNoRef = errors.New("no such reference")

// refList is what references of a repository are: of those of a kind what they
// point to, and which branch is the default.
type refList struct {
	prefixes []string      // of the names that belong to it
	head     string        // the full name of the default branch; "" if not told
	headHash plumbing.Hash // what HEAD points to, zero if not told
	refs     map[string]plumbing.Hash
}

func newRefList(prefixes ...string) refList {
	return refList{prefixes: prefixes, refs: map[string]plumbing.Hash{}}
}

// add adds a reference that belongs to the list. A remote can tell of others,
// and names that no reference can have are left out.
func (l *refList) add(name string, h plumbing.Hash) {
	if strings.HasPrefix(name, pullsPrefix) && pullNumber(name) == 0 {
		return
	}
	if hasPrefix(name, l.prefixes) && plumbing.ReferenceName(name).Validate() == nil {
		l.refs[name] = h
	}
}

// same reports whether two lists lead to the same mirror.
func (l refList) same(other refList) bool {
	return l.defaultBranch() == other.defaultBranch() && maps.Equal(l.refs, other.refs)
}

// only returns the part of a list whose names have one of the prefixes.
func (l refList) only(prefixes ...string) refList {
	out := newRefList(prefixes...)
	out.head, out.headHash = l.head, l.headHash
	for name, h := range l.refs {
		out.add(name, h)
	}
	return out
}

// branches returns the names of the branches, without the prefix, in order.
func (l refList) branches(prefix string) []string {
	var out []string
	for name := range l.refs {
		if short, ok := strings.CutPrefix(name, prefix); ok {
			out = append(out, short)
		}
	}
	slices.Sort(out)
	return out
}

// defaultBranch is the full name of the default branch. A remote that does not
// tell it, or has a commit checked out, tells the hash at least.
func (l refList) defaultBranch() string {
	if l.head != "" {
		return l.head
	}
	for _, name := range append([]string{"main", "master"}, l.branches(headsPrefix)...) {
		if h, ok := l.refs[headsPrefix+name]; ok && h == l.headHash {
			return headsPrefix + name
		}
	}
	return headsPrefix + "main"
}

// ref returns what a reference points to: a hash, or the name of another. The
// error is errNoRef for a name that is not there or can be no name.
func (s *store) ref(name string) (h plumbing.Hash, target string, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	ref, err := s.st.Reference(plumbing.ReferenceName(name))
	switch {
	case errors.Is(err, plumbing.ErrReferenceNotFound), errors.Is(err, dotgit.ErrIsDir), errors.Is(err, dotgit.ErrReferenceNameEscape):
		return h, "", errNoRef
	case err != nil:
		return h, "", badRefs(s.dirs, err)
	case ref.Type() == plumbing.SymbolicReference:
		return h, ref.Target().String(), nil
	}
	return ref.Hash(), "", nil
}

func badRefs(d gitDirs, err error) error {
	return &Error{Kind: ErrDamaged, Err: err, Text: fmt.Sprintf("the branches and tags of %s cannot be read (%v)", d.place(), err)}
}

// follow returns the hash at the end of a reference; errNoRef if it ends nowhere.
func (s *store) follow(name string) (plumbing.Hash, error) {
	for range 5 { // as many steps as Git takes
		h, target, err := s.ref(name)
		if err != nil || target == "" {
			return h, err
		}
		name = target
	}
	return plumbing.ZeroHash, errNoRef
}

// list returns the references whose names have one of the prefixes.
func (s *store) list(prefixes ...string) (refList, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := newRefList(prefixes...)
	iter, err := s.st.IterReferences()
	if err != nil {
		return out, badRefs(s.dirs, err)
	}
	err = iter.ForEach(func(ref *plumbing.Reference) error {
		name := ref.Name().String()
		switch {
		case name == "HEAD":
			out.head, out.headHash = ref.Target().String(), ref.Hash()
		case ref.Type() == plumbing.HashReference:
			out.add(name, ref.Hash())
		}
		return nil
	})
	if err != nil {
		return out, badRefs(s.dirs, err)
	}
	return out, nil
}

func hasPrefix(name string, prefixes []string) bool {
	return slices.ContainsFunc(prefixes, func(p string) bool { return strings.HasPrefix(name, p) })
}

// selectBranch returns what the branch of Options.Branch points to, and its
// short name. The error is an ErrBranch or ErrNoCommits.
func (r *Repo) selectBranch() (plumbing.Hash, string, error) {
	if want := strings.TrimPrefix(r.opts.Branch, headsPrefix); want != "" {
		h, err := r.branchNamed(want, headsPrefix, originPrefix, "refs/remotes/")
		return r.orBranches(h, want, err)
	}
	if r.mirror == nil {
		if _, target, err := r.store.ref(originPrefix + "HEAD"); err == nil {
			name := strings.TrimPrefix(target, originPrefix)
			if h, err := r.branchNamed(name, headsPrefix, originPrefix); err == nil {
				return h, name, nil
			}
		}
	}
	h, target, err := r.store.ref("HEAD")
	for tries := 0; err == nil && target != ""; tries++ {
		name := strings.TrimPrefix(target, headsPrefix)
		if h, err = r.store.follow(target); err == nil || tries > 0 {
			return r.orBranches(h, name, err)
		}
		// The branch may have been renamed just now.
		h, target, err = r.store.ref("HEAD")
	}
	return r.orBranches(h, "", err) // a commit is checked out
}

// branchNamed returns what the first reference of that name points to.
func (r *Repo) branchNamed(name string, prefixes ...string) (plumbing.Hash, error) {
	for _, p := range prefixes {
		h, err := r.store.follow(p + name)
		if !errors.Is(err, errNoRef) {
			return h, err
		}
	}
	return plumbing.ZeroHash, errNoRef
}

// orBranches turns errNoRef into an error that names the branches there are.
func (r *Repo) orBranches(h plumbing.Hash, name string, err error) (plumbing.Hash, string, error) {
	if !errors.Is(err, errNoRef) {
		return h, name, err
	}
	list, err := r.store.list(headsPrefix, originPrefix)
	if err != nil {
		return h, "", err
	}
	there := slices.Concat(list.branches(headsPrefix), list.branches(originPrefix))
	slices.Sort(there)
	there = slices.Compact(there)
	if len(there) == 0 {
		return h, "", noCommits(r.where)
	}
	return h, "", &Error{Kind: ErrBranch, Text: fmt.Sprintf("%s has no branch %q; there %s", r.where, name, enumerate(there))}
}

func noCommits(where string) error {
	return &Error{Kind: ErrNoCommits, Text: where + " has no commits yet: commit and push the frameworks first"}
}

// enumerate says "is a", "are a and b", and no more than ten names.
func enumerate(names []string) string {
	more := ""
	if len(names) > 10 {
		more = fmt.Sprintf(" and %d more", len(names)-10)
		names = names[:10]
	}
	if len(names) == 1 {
		return "is " + names[0]
	}
	return "are " + strings.Join(names, ", ") + more
}
