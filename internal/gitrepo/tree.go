package gitrepo

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/go-git/go-git/v5/plumbing"
)

// MaxFileBytes is the size up to which files of a tree can be read.
const MaxFileBytes = 1 << 20

// Tree returns the whole tree of a commit, which can be anything that Resolve
// takes. It implements fs.ReadFileFS, fs.ReadDirFS and fs.StatFS, reads from
// Git when asked, and can be used from several goroutines and as long as the
// repository is open.
//
// Symbolic links and submodules are listed, as fs.ModeSymlink and
// fs.ModeIrregular, and never followed: opening one, or a name below one, is an
// ErrNotFile. Reading a file of more than MaxFileBytes is an ErrFileTooLarge;
// its size can be asked. Files have no modification time. Names that no file can
// have, such as "..", are left out.
//
// The error is an ErrRevision if there is no such commit, or an ErrDamaged.
func (r *Repo) Tree(ctx context.Context, commit string) (fs.FS, error) {
	h, err := r.resolve(ctx, commit)
	if err != nil {
		return nil, err
	}
	t := &treeFS{repo: r, dirs: map[plumbing.Hash][]treeEntry{}}
	err = r.healing(ctx, func() error {
		b, err := r.object(plumbing.CommitObject, h, nil)
		if err != nil {
			return err
		}
		c, err := parseCommit(b, nil)
		if err != nil {
			return r.damaged(h, err)
		}
		t.root = treeEntry{name: ".", entry: entry{mode: modeDir, hash: c.tree}}
		_, err = t.readDir(c.tree)
		return err
	})
	if err != nil {
		return nil, err
	}
	return t, nil
}

// treeFS is a tree as a file system.
type treeFS struct {
	repo *Repo
	root treeEntry

	mu   sync.Mutex
	dirs map[plumbing.Hash][]treeEntry // those read so far
}

type treeEntry struct {
	name string
	entry
}

// Open implements fs.FS.
func (t *treeFS) Open(name string) (fs.File, error) {
	e, err := t.find("open", name)
	if err != nil {
		return nil, err
	}
	if e.isDir() {
		list, err := t.readDir(e.hash)
		if err != nil {
			return nil, pathError("open", name, err)
		}
		return &openDir{fs: t, entry: e, rest: list}, nil
	}
	b, err := t.readFile("open", name, e)
	if err != nil {
		return nil, err
	}
	return &openFile{info: fileInfo{e, int64(len(b))}, Reader: bytes.NewReader(b)}, nil
}

// ReadFile implements fs.ReadFileFS.
func (t *treeFS) ReadFile(name string) ([]byte, error) {
	e, err := t.find("read", name)
	if err != nil {
		return nil, err
	}
	return t.readFile("read", name, e)
}

// ReadDir implements fs.ReadDirFS.
func (t *treeFS) ReadDir(name string) ([]fs.DirEntry, error) {
	e, err := t.find("readdir", name)
	if err != nil {
		return nil, err
	}
	if !e.isDir() {
		return nil, pathError("readdir", name, errors.New("not a directory"))
	}
	list, err := t.readDir(e.hash)
	if err != nil {
		return nil, pathError("readdir", name, err)
	}
	return t.dirEntries(list), nil
}

// Stat implements fs.StatFS. It follows no links: there is nothing else here.
func (t *treeFS) Stat(name string) (fs.FileInfo, error) {
	e, err := t.find("stat", name)
	if err != nil {
		return nil, err
	}
	info, err := t.info(e)
	if err != nil {
		return nil, pathError("stat", name, err)
	}
	return info, nil
}

// find returns the entry of a name.
func (t *treeFS) find(op, name string) (treeEntry, error) {
	if !fs.ValidPath(name) {
		return treeEntry{}, pathError(op, name, fs.ErrInvalid)
	}
	if name == "." {
		return t.root, nil
	}
	at := t.root
	for part := range strings.SplitSeq(name, "/") {
		if !at.isDir() {
			return treeEntry{}, pathError(op, name, at.notDir())
		}
		list, err := t.readDir(at.hash)
		if err != nil {
			return treeEntry{}, pathError(op, name, err)
		}
		i, ok := slices.BinarySearchFunc(list, part, func(e treeEntry, s string) int { return strings.Compare(e.name, s) })
		if !ok {
			return treeEntry{}, pathError(op, name, fs.ErrNotExist)
		}
		at = list[i]
	}
	return at, nil
}

func pathError(op, name string, err error) error {
	return &fs.PathError{Op: op, Path: name, Err: err}
}

// notDir is the error for a name below an entry that is no directory.
func (e treeEntry) notDir() error {
	if e.isRegular() {
		return fs.ErrNotExist
	}
	return e.notFile()
}

func (e treeEntry) notFile() error {
	what := "a submodule"
	if e.mode&modeType == modeSymlink {
		what = "a symbolic link"
	}
	return &Error{Kind: ErrNotFile, Text: fmt.Sprintf("%s is %s, and those are not followed: put the file itself there", e.name, what)}
}

func (t *treeFS) readFile(op, name string, e treeEntry) ([]byte, error) {
	if e.isDir() {
		return nil, pathError(op, name, errors.New("is a directory"))
	}
	if !e.isRegular() {
		return nil, pathError(op, name, e.notFile())
	}
	b, err := t.repo.store.read(plumbing.BlobObject, e.hash, nil, MaxFileBytes)
	var large *tooLargeError
	switch {
	case errors.As(err, &large):
		return nil, pathError(op, name, &Error{Kind: ErrFileTooLarge, Text: fmt.Sprintf(
			"the file has %.1f MiB, and files of at most %d MiB are read", float64(large.size)/(1<<20), MaxFileBytes>>20)})
	case err != nil:
		return nil, pathError(op, name, t.repo.damaged(e.hash, err))
	}
	return b, nil
}

// readDir returns the entries of a tree by name.
func (t *treeFS) readDir(h plumbing.Hash) ([]treeEntry, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if list, ok := t.dirs[h]; ok {
		return list, nil
	}
	b, err := t.repo.object(plumbing.TreeObject, h, nil)
	if err != nil {
		return nil, err
	}
	var list []treeEntry
	for len(b) > 0 {
		e, name, size, err := nextEntry(b)
		if err != nil {
			return nil, t.repo.damaged(h, err)
		}
		b = b[size:]
		if usable(name) {
			list = append(list, treeEntry{string(name), e})
		}
	}
	slices.SortStableFunc(list, func(a, b treeEntry) int { return strings.Compare(a.name, b.name) })
	list = slices.CompactFunc(list, func(a, b treeEntry) bool { return a.name == b.name })
	t.dirs[h] = list
	return list, nil
}

func (t *treeFS) info(e treeEntry) (fs.FileInfo, error) {
	if !e.isRegular() {
		return fileInfo{treeEntry: e}, nil
	}
	size, err := t.repo.store.size(e.hash)
	if err != nil {
		return nil, t.repo.damaged(e.hash, err)
	}
	return fileInfo{e, size}, nil
}

func (t *treeFS) dirEntries(list []treeEntry) []fs.DirEntry {
	out := make([]fs.DirEntry, len(list))
	for i, e := range list {
		out[i] = dirEntry{t, e}
	}
	return out
}

// fileInfo implements fs.FileInfo.
type fileInfo struct {
	treeEntry
	size int64
}

func (i fileInfo) Name() string       { return path.Base(i.name) }
func (i fileInfo) Size() int64        { return i.size }
func (i fileInfo) Mode() fs.FileMode  { return i.fileMode() }
func (i fileInfo) ModTime() time.Time { return time.Time{} }
func (i fileInfo) IsDir() bool        { return i.isDir() }

// Sys is the name that Git gives to the content, in hexadecimal: what has the
// same name is the same, without reading it.
func (i fileInfo) Sys() any { return i.hash.String() }

// fileMode is an entry's mode as a read-only file system has it.
func (e treeEntry) fileMode() fs.FileMode {
	switch e.mode & modeType {
	case modeDir:
		return fs.ModeDir | 0o555
	case modeRegular:
		return 0o444 | fs.FileMode(e.mode&0o111)
	case modeSymlink:
		return fs.ModeSymlink | 0o777
	}
	return fs.ModeIrregular
}

// dirEntry implements fs.DirEntry.
type dirEntry struct {
	fs *treeFS
	treeEntry
}

func (d dirEntry) Name() string               { return d.name }
func (d dirEntry) IsDir() bool                { return d.isDir() }
func (d dirEntry) Type() fs.FileMode          { return d.fileMode().Type() }
func (d dirEntry) Info() (fs.FileInfo, error) { return d.fs.info(d.treeEntry) }
func (d dirEntry) String() string             { return fs.FormatDirEntry(d) }

// openFile is a file that was read.
type openFile struct {
	info fileInfo
	*bytes.Reader
}

func (f *openFile) Stat() (fs.FileInfo, error) { return f.info, nil }
func (f *openFile) Close() error               { return nil }

// openDir is a directory that is being listed.
type openDir struct {
	fs    *treeFS
	entry treeEntry
	rest  []treeEntry
}

func (d *openDir) Stat() (fs.FileInfo, error) { return fileInfo{treeEntry: d.entry}, nil }
func (d *openDir) Close() error               { return nil }

func (d *openDir) Read([]byte) (int, error) {
	return 0, pathError("read", d.entry.name, errors.New("is a directory"))
}

// ReadDir implements fs.ReadDirFile.
func (d *openDir) ReadDir(n int) ([]fs.DirEntry, error) {
	if n <= 0 {
		n = len(d.rest)
	} else if len(d.rest) == 0 {
		return nil, io.EOF
	}
	n = min(n, len(d.rest))
	list := d.rest[:n]
	d.rest = d.rest[n:]
	return d.fs.dirEntries(list), nil
}
