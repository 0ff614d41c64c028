package gitrepo

import (
	"context"
	"slices"
	"time"

	"github.com/go-git/go-git/v5/plumbing"
)

// Commit is a commit of the first-parent chain.
type Commit struct {
	Hash   string // hexadecimal
	Parent string // the first parent; "" for the root
	// Committed is the committer's date as recorded, in UTC and between the
	// years 1970 and 9999. Clocks are wrong at times: it can be before the
	// parent's date.
	Committed time.Time
	// Subject is the message's first line: valid UTF-8, without control
	// characters, 200 runes at most.
	Subject string
	// Changes are those against the first parent, by path; for the root, all
	// that is there.
	Changes []Change
	// Module is the hash of the file cue.mod/module.cue; "" without one.
	Module string
}

// Change is a change of an entry of the directory of the frameworks.
type Change struct {
	// Path is relative to Options.Dir: "organisation.cue", "lib", an id, and
	// for the entries of the directory next "next/" and their name. It is as
	// Git has it and can hold any byte but NUL.
	Path string
	Hash string // of the new file or directory; "" if it is gone
	Dir  bool   // whether the new entry is a directory
}

// nextDir is the directory of Options.Dir whose entries are reported one by one.
const nextDir = "next"

// Walk returns the first-parent chain that ends with head, oldest first: from
// after stop, or from the root if stop is not on the chain or is "", and then
// reached is false. A false answer for what was head before means that history
// was rewritten, or that a merge has the old chain as its second parent: all
// that was made of the old chain is to be made again.
//
// It reads trees only where their hashes differ, and no files. The error is an
// ErrRevision if head is not there, an ErrDamaged, or the context's.
func (r *Repo) Walk(ctx context.Context, head, stop string) (commits []Commit, reached bool, err error) {
	start, err := r.resolve(ctx, head)
	if err != nil {
		return nil, false, err
	}
	end, _ := parseHash([]byte(stop)) // a stop that is no hash is not on the chain
	err = r.healing(ctx, func() error {
		commits, reached, err = r.walk(ctx, start, end)
		return err
	})
	if err != nil {
		return nil, false, err
	}
	return commits, reached, nil
}

func (r *Repo) walk(ctx context.Context, at, stop plumbing.Hash) ([]Commit, bool, error) {
	if at == stop {
		return nil, true, nil
	}
	w := walker{repo: r, dir: r.dirParts, paths: map[string]string{}, modules: map[plumbing.Hash]string{}}
	cur, parent := &step{}, &step{}
	if err := w.load(cur, at, nil); err != nil {
		return nil, false, err
	}
	var out []Commit
	for reached := false; ; cur, parent = parent, cur {
		if err := ctx.Err(); err != nil {
			return nil, false, err
		}
		*parent = step{root: parent.root[:0], dir: parent.dir[:0], next: parent.next[:0]}
		if !cur.parent.IsZero() {
			reached = cur.parent == stop
			if err := w.load(parent, cur.parent, cur); err != nil {
				return nil, false, err
			}
		}
		c, err := w.commit(cur, parent)
		if err != nil {
			return nil, false, err
		}
		out = append(out, c)
		if cur.parent.IsZero() || reached {
			slices.Reverse(out)
			return out, reached, nil
		}
	}
}

// walker holds what a walk keeps from commit to commit.
type walker struct {
	repo    *Repo
	dir     []string
	commits []byte // scratch
	parents []plumbing.Hash
	tree    []byte                   // scratch
	paths   map[string]string        // one string for each path
	modules map[plumbing.Hash]string // of trees of cue.mod
}

// step is a commit with its trees. The hashes tell which trees to read again.
type step struct {
	parent    plumbing.Hash
	hex       string // the commit's own hash
	committed time.Time
	subject   string
	module    string

	rootHash, dirHash, nextHash, cueHash plumbing.Hash
	root, dir, next                      []byte
}

// load reads a commit and of its trees those that differ from its child's.
func (w *walker) load(s *step, h plumbing.Hash, child *step) error {
	var err error
	if w.commits, err = w.repo.object(plumbing.CommitObject, h, w.commits); err != nil {
		return err
	}
	c, err := parseCommit(w.commits, w.parents)
	if err != nil {
		return w.repo.damaged(h, err)
	}
	w.parents = c.parents
	s.hex, s.parent, s.rootHash = h.String(), c.firstParent(), c.tree
	s.committed, s.subject = c.committed, subject(c.message)
	if child != nil && child.rootHash == c.tree {
		s.dirHash, s.nextHash, s.cueHash, s.module = child.dirHash, child.nextHash, child.cueHash, child.module
		s.dir, s.next = append(s.dir, child.dir...), append(s.next, child.next...)
		return nil
	}
	return w.loadTrees(s, child)
}

func (w *walker) loadTrees(s *step, child *step) (err error) {
	if s.root, err = w.repo.object(plumbing.TreeObject, s.rootHash, s.root); err != nil {
		return err
	}
	cue, err := findEntry(s.root, "cue.mod")
	if err != nil {
		return w.repo.damaged(s.rootHash, err)
	}
	if cue.isDir() {
		s.cueHash = cue.hash
	}
	if s.module, err = w.module(s.cueHash); err != nil {
		return err
	}
	if s.dirHash, err = w.findDir(s.rootHash, s.root); err != nil {
		return err
	}
	if child != nil && child.dirHash == s.dirHash {
		s.nextHash = child.nextHash
		s.dir, s.next = append(s.dir, child.dir...), append(s.next, child.next...)
		return nil
	}
	return w.loadDir(s, child)
}

func (w *walker) loadDir(s *step, child *step) (err error) {
	if s.dirHash.IsZero() {
		return nil
	}
	if s.dir, err = w.repo.object(plumbing.TreeObject, s.dirHash, s.dir); err != nil {
		return err
	}
	next, err := findEntry(s.dir, nextDir)
	if err != nil {
		return w.repo.damaged(s.dirHash, err)
	}
	if !next.isDir() {
		return nil
	}
	s.nextHash = next.hash
	if child != nil && child.nextHash == s.nextHash {
		s.next = append(s.next, child.next...)
		return nil
	}
	s.next, err = w.repo.object(plumbing.TreeObject, s.nextHash, s.next)
	return err
}

// findDir returns the hash of the tree of Options.Dir, zero if there is none.
func (w *walker) findDir(h plumbing.Hash, tree []byte) (plumbing.Hash, error) {
	for i, name := range w.dir {
		if i > 0 {
			var err error
			if w.tree, err = w.repo.object(plumbing.TreeObject, h, w.tree); err != nil {
				return plumbing.ZeroHash, err
			}
			tree = w.tree
		}
		e, err := findEntry(tree, name)
		if err != nil {
			return plumbing.ZeroHash, w.repo.damaged(h, err)
		}
		if !e.isDir() {
			return plumbing.ZeroHash, nil
		}
		h = e.hash
	}
	return h, nil
}

// module returns the hash of module.cue in a tree of cue.mod.
func (w *walker) module(cue plumbing.Hash) (string, error) {
	if cue.IsZero() {
		return "", nil
	}
	if m, ok := w.modules[cue]; ok {
		return m, nil
	}
	var err error
	if w.tree, err = w.repo.object(plumbing.TreeObject, cue, w.tree); err != nil {
		return "", err
	}
	e, err := findEntry(w.tree, "module.cue")
	if err != nil {
		return "", w.repo.damaged(cue, err)
	}
	m := ""
	if e.isRegular() {
		m = e.hash.String()
	}
	w.modules[cue] = m
	return m, nil
}

func (w *walker) commit(s, parent *step) (Commit, error) {
	c := Commit{Hash: s.hex, Parent: parent.hex, Committed: s.committed, Subject: s.subject, Module: s.module}
	if s.dirHash == parent.dirHash {
		return c, nil
	}
	d := differ{w: w}
	if err := d.diff("", parent.dir, s.dir); err != nil {
		return c, w.repo.damaged(s.dirHash, err)
	}
	if err := d.diff(nextDir+"/", parent.next, s.next); err != nil {
		return c, w.repo.damaged(s.nextHash, err)
	}
	c.Changes = d.sorted()
	return c, nil
}
