package gitrepo

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/go-git/go-git/v5/plumbing"
)

const (
	// maxTags caps how many tags are listed: a hundred frameworks with a
	// thousand versions each.
	maxTags = 100_000
	// maxRefBytes caps a file with one reference.
	maxRefBytes = 4 << 10
)

// tagRef is a reference below refs/tags/.
type tagRef struct {
	name string // without refs/tags/
	hash plumbing.Hash
	// problem says why there is no hash; "" if there is one.
	problem string
}

// tagRefs lists the tags whose names begin with prefix, by name: those with a
// file of their own, and those of packed-refs. They are read here and not by
// go-git, for which one empty file, such as another process makes for a moment
// whenever it sets a reference, is the end of the listing.
func (d gitDirs) tagRefs(prefix string) ([]tagRef, error) {
	found := map[string]tagRef{}
	// What is packed meanwhile is missed in the first and found in the second.
	if err := d.looseTags(prefix, found); err != nil {
		return nil, err
	}
	if err := d.packedTags(prefix, found); err != nil {
		return nil, err
	}
	return slices.SortedFunc(maps.Values(found), func(a, b tagRef) int { return strings.Compare(a.name, b.name) }), nil
}

func (d gitDirs) tooManyTags() error {
	return &Error{Kind: ErrTooMuch, Text: fmt.Sprintf("%s has more than %d tags, and no more are read", d.place(), maxTags)}
}

// add adds a tag unless one of its name is there. It leaves out names that no
// reference can have, locks above all. The error is an ErrTooMuch.
func (d gitDirs) add(found map[string]tagRef, ref tagRef) error {
	if _, ok := found[ref.name]; ok || plumbing.ReferenceName(tagsPrefix+ref.name).Validate() != nil {
		return nil
	}
	if len(found) == maxTags {
		return d.tooManyTags()
	}
	found[ref.name] = ref
	return nil
}

// looseTags finds the tags with files of their own. Symbolic links are not
// followed.
func (d gitDirs) looseTags(prefix string, found map[string]tagRef) error {
	base := filepath.Join(d.common, filepath.FromSlash(tagsPrefix))
	return filepath.WalkDir(base, func(path string, e fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil // it was packed or deleted just now, or there are no tags
		}
		if err != nil {
			return badRefs(d, err)
		}
		rel, err := filepath.Rel(base, path)
		if err != nil || rel == "." {
			return err
		}
		name := filepath.ToSlash(rel)
		switch {
		case e.IsDir():
			if !strings.HasPrefix(name+"/", prefix) && !strings.HasPrefix(prefix, name+"/") {
				return fs.SkipDir
			}
			return nil
		case !strings.HasPrefix(name, prefix), !e.Type().IsRegular():
			return nil
		}
		ref, err := readTagFile(path, name)
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil {
			return badRefs(d, err)
		}
		return d.add(found, ref)
	})
}

func readTagFile(path, name string) (tagRef, error) {
	f, err := os.Open(path)
	if err != nil {
		return tagRef{}, err
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, maxRefBytes))
	if err != nil {
		return tagRef{}, err
	}
	ref := tagRef{name: name}
	var ok bool
	if ref.hash, ok = parseHash(bytes.TrimSpace(b)); !ok {
		ref.problem = "its file in the repository is damaged"
		if bytes.HasPrefix(b, []byte("ref:")) {
			ref.problem = "it stands for another branch or tag, and moves with it"
		}
	}
	return ref, nil
}

// packedTags finds the tags of packed-refs, which is sorted by Git but need not
// be.
func (d gitDirs) packedTags(prefix string, found map[string]tagRef) error {
	f, err := os.Open(filepath.Join(d.common, "packed-refs"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return badRefs(d, err)
	}
	defer f.Close()
	full := []byte(tagsPrefix + prefix)
	limited := &io.LimitedReader{R: f, N: maxListBytes}
	lines := bufio.NewScanner(limited)
	for lines.Scan() {
		hash, name, _ := bytes.Cut(lines.Bytes(), []byte{' '})
		if !bytes.HasPrefix(name, full) {
			continue // a comment, the commit of the tag before, or another reference
		}
		h, ok := parseHash(hash)
		if !ok {
			return badRefs(d, errors.New("a line of packed-refs is malformed"))
		}
		if err := d.add(found, tagRef{name: string(name[len(tagsPrefix):]), hash: h}); err != nil {
			return err
		}
	}
	if err := lines.Err(); err != nil {
		return badRefs(d, err)
	}
	if limited.N <= 0 {
		return d.tooManyTags()
	}
	return nil
}
