package gitrepo

import (
	"bytes"
	"slices"
	"strings"

	"github.com/go-git/go-git/v5/plumbing"
)

// differ collects the changes between trees.
type differ struct {
	w       *walker
	changes []Change
}

// diff compares the bytes of two trees, whose entries Git has in one order.
func (d *differ) diff(prefix string, old, new []byte) error {
	for {
		n, err := commonEntries(old, new)
		if err != nil {
			return err
		}
		old, new = old[n:], new[n:]
		if bytes.Equal(old, new) {
			return nil
		}
		oldEntry, oldName, oldSize, err := firstEntry(old)
		if err != nil {
			return err
		}
		newEntry, newName, newSize, err := firstEntry(new)
		if err != nil {
			return err
		}
		order := compareEntries(oldName, oldEntry, newName, newEntry)
		if order <= 0 {
			old = old[oldSize:]
		}
		if order >= 0 {
			new = new[newSize:]
		}
		switch {
		case order < 0:
			d.add(prefix, oldName, oldEntry, entry{})
		case order > 0:
			d.add(prefix, newName, entry{}, newEntry)
		case oldEntry != newEntry:
			d.add(prefix, newName, oldEntry, newEntry)
		}
	}
}

func (d *differ) add(prefix string, name []byte, old, new entry) {
	if !usable(name) {
		return
	}
	if prefix == "" && string(name) == nextDir {
		// The directory's entries are compared on their own.
		if old.isDir() {
			old = entry{}
		}
		if new.isDir() {
			new = entry{}
		}
		if old == new {
			return
		}
	}
	key := append(append(make([]byte, 0, 64), prefix...), name...)
	path, ok := d.w.paths[string(key)]
	if !ok {
		path = string(key)
		d.w.paths[path] = path
	}
	c := Change{Path: path, Dir: new.isDir()}
	if new != (entry{}) {
		c.Hash = new.hash.String()
	}
	d.changes = append(d.changes, c)
}

// sorted returns the changes by path. A file that became a directory is one
// entry gone and another come, in Git's order; it is one change.
func (d *differ) sorted() []Change {
	slices.SortStableFunc(d.changes, func(a, b Change) int {
		if c := strings.Compare(a.Path, b.Path); c != 0 {
			return c
		}
		return -strings.Compare(a.Hash, b.Hash) // what is there before what is gone
	})
	return slices.CompactFunc(d.changes, func(a, b Change) bool { return a.Path == b.Path })
}

// firstEntry is nextEntry, but a tree that has ended has a nil name.
func firstEntry(b []byte) (entry, []byte, int, error) {
	if len(b) == 0 {
		return entry{}, nil, 0, nil
	}
	return nextEntry(b)
}

// compareEntries is Git's order, in which a directory's name ends with a
// slash; an ended tree comes after everything.
func compareEntries(a []byte, aEntry entry, b []byte, bEntry entry) int {
	switch {
	case a == nil:
		return 1
	case b == nil:
		return -1
	}
	n := min(len(a), len(b))
	if c := bytes.Compare(a[:n], b[:n]); c != 0 {
		return c
	}
	return int(byteAt(a, n, aEntry)) - int(byteAt(b, n, bEntry))
}

func byteAt(name []byte, i int, e entry) byte {
	switch {
	case i < len(name):
		return name[i]
	case e.isDir():
		return '/'
	}
	return 0
}

// commonEntries returns how many bytes the entries take that both trees begin
// with. Commits change one entry of many: finding the first byte that differs
// by halves is much faster than comparing entry by entry.
func commonEntries(a, b []byte) (int, error) {
	lo, hi := 0, min(len(a), len(b)) // a[:lo] == b[:lo]
	for lo < hi {
		mid := lo + (hi-lo+1)/2
		if bytes.Equal(a[lo:mid], b[lo:mid]) {
			lo = mid
		} else {
			hi = mid - 1
		}
	}
	n := 0
	for n < lo {
		// Names hold no NUL; what else is wrong with an entry shows when it is parsed.
		end := bytes.IndexByte(a[n:], 0)
		if end < 0 {
			return 0, errBadTree
		}
		size := end + 1 + len(plumbing.ZeroHash)
		if n+size > lo {
			break
		}
		n += size
	}
	return n, nil
}
