package gitrepo

import (
	"errors"
	"fmt"
	"io"
	"sync"

	"github.com/go-git/go-billy/v5/osfs"
	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/storage/filesystem"
	"github.com/go-git/go-git/v5/storage/filesystem/dotgit"
)

const (
	// maxObjectBytes caps commits, trees and tags.
	maxObjectBytes = 32 << 20
	// streamBytes is from where go-git hands out an object as a stream: above
	// what is read of files, so that no large file is held to learn its size.
	streamBytes = 2 << 20
)

// store is the object and reference storage of one repository, for any number
// of goroutines: go-git's ends the process when two share it, so that every
// use goes through one mutex. Objects are copied out under it.
//
// go-git reads the list of packs once. When it has changed, because of a git gc
// or a push or another process with the same mirror, the storage is opened again:
// at refresh, and when an object is missing. That allows to keep the packs open,
// without which a walk takes twice as long.
type store struct {
	dirs gitDirs
	// exclusive says that nobody else makes loose objects: a mirror's storage.
	exclusive bool

	mu    sync.Mutex
	st    *filesystem.Storage
	cache *objectCache // of st
	packs string       // the names of the packs when st was opened
}

func openStore(dirs gitDirs, exclusive bool) *store {
	s := &store{dirs: dirs, exclusive: exclusive}
	s.reopenLocked()
	return s
}

// reopenLocked opens the storage afresh; nothing is read before it is needed.
func (s *store) reopenLocked() {
	if s.st != nil {
		_ = s.st.Close() // all was read; nothing is lost
	}
	fs := dotgit.NewRepositoryFilesystem(osfs.New(s.dirs.git), nil)
	if s.dirs.common != s.dirs.git {
		fs = dotgit.NewRepositoryFilesystem(osfs.New(s.dirs.git), osfs.New(s.dirs.common))
	}
	s.packs = s.dirs.packs()
	s.cache = newObjectCache()
	s.st = filesystem.NewStorageWithOptions(fs, s.cache, filesystem.Options{
		ExclusiveAccess:      s.exclusive,
		KeepDescriptors:      true,
		LargeObjectThreshold: streamBytes,
	})
}

// refresh opens the storage again if the packs have changed. That costs as
// much as there are objects; new loose objects are seen without.
func (s *store) refresh() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.dirs.packs() != s.packs {
		s.reopenLocked()
	}
}

// reopen opens the storage again whatever has changed.
func (s *store) reopen() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.reopenLocked()
}

func (s *store) close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.st.Close()
}

// read appends the content of an object to buf[:0]. The error is
// plumbing.ErrObjectNotFound if there is no such object of type t, a
// *tooLargeError if it has more than most bytes, or what went wrong.
func (s *store) read(t plumbing.ObjectType, h plumbing.Hash, buf []byte, most int64) ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []byte
	err := s.retryLocked(func() (err error) {
		out, err = s.readLocked(t, h, buf, most)
		return err
	})
	return out, err
}

func (s *store) readLocked(t plumbing.ObjectType, h plumbing.Hash, buf []byte, most int64) ([]byte, error) {
	obj, err := s.objectLocked(t, h)
	if err != nil {
		return nil, err
	}
	size := obj.Size()
	if size > most {
		return nil, &tooLargeError{size, most}
	}
	r, err := obj.Reader()
	if err != nil {
		return nil, err
	}
	if int64(cap(buf)) < size {
		buf = make([]byte, size)
	}
	buf = buf[:size]
	_, err = io.ReadFull(r, buf)
	return buf, errors.Join(err, r.Close())
}

func (s *store) objectLocked(t plumbing.ObjectType, h plumbing.Hash) (plumbing.EncodedObject, error) {
	obj, err := s.st.EncodedObject(t, h)
	if err != nil {
		obj = nil
	}
	s.cache.settle(h, obj)
	return obj, err
}

// size returns the size of an object without reading all of it.
func (s *store) size(h plumbing.Hash) (int64, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var n int64
	err := s.retryLocked(func() (err error) {
		n, err = s.st.EncodedObjectSize(h)
		return err
	})
	return n, err
}

// kind returns an object's type; plumbing.ErrObjectNotFound if it is not there.
func (s *store) kind(h plumbing.Hash) (kind plumbing.ObjectType, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	err = s.retryLocked(func() error {
		obj, err := s.objectLocked(plumbing.AnyObject, h)
		if err == nil {
			kind = obj.Type()
		}
		return err
	})
	return kind, err
}

// withPrefix returns the hashes of the objects that begin with some bytes.
func (s *store) withPrefix(prefix []byte) ([]plumbing.Hash, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.dirs.packs() != s.packs { // a miss would be no error here
		s.reopenLocked()
	}
	return s.st.HashesWithPrefix(prefix)
}

// retryLocked runs op, and after an error once more if the packs have changed.
func (s *store) retryLocked(op func() error) error {
	err := op()
	if err != nil && s.dirs.packs() != s.packs {
		s.reopenLocked()
		err = op()
	}
	return err
}

// tooLargeError is the error of read for an object over the limit.
type tooLargeError struct{ size, most int64 }

func (e *tooLargeError) Error() string {
	return fmt.Sprintf("%d bytes, and at most %d are read", e.size, e.most)
}
