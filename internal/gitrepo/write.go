package gitrepo

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// What is written to a mirror: never to a local repository.

// initBare makes an empty bare repository in an empty directory.
func initBare(dir string) error {
	for _, sub := range []string{"objects/pack", "objects/info", "refs/heads", "refs/tags"} {
		if err := os.MkdirAll(filepath.Join(dir, filepath.FromSlash(sub)), 0o700); err != nil {
			return err
		}
	}
	// For the git command, should somebody look into it.
	config := "[core]\n\trepositoryformatversion = 0\n\tfilemode = true\n\tbare = true\n"
	if err := os.WriteFile(filepath.Join(dir, "config"), []byte(config), 0o600); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, "HEAD"), []byte("ref: refs/heads/main\n"), 0o600)
}

// setRefs makes a mirror's references those of the remote, by replacing one
// file: who reads meanwhile, in any process, sees the old ones or the new. A
// mirror has no other references.
func (s *store) setRefs(remote refList) error {
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(remote.refs)) {
		fmt.Fprintf(&b, "%s %s\n", remote.refs[name], name)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.dirs.replace("packed-refs", b.String()); err != nil {
		return err
	}
	return s.dirs.replace("HEAD", "ref: "+remote.defaultBranch()+"\n")
}

// replace writes a file of the repository's directory in one step.
func (d gitDirs) replace(name, content string) error {
	f, err := os.CreateTemp(d.git, "tmp_")
	if err != nil {
		return err
	}
	_, err = f.WriteString(content)
	err = errors.Join(err, f.Close())
	if err == nil {
		err = os.Rename(f.Name(), filepath.Join(d.git, name))
	}
	if err != nil {
		err = errors.Join(err, os.Remove(f.Name()))
	}
	return err
}

// addPack stores a pack and its index. Others can read meanwhile, but for the
// moment in which the pack joins the others.
func (s *store) addPack(r io.Reader) error {
	s.mu.Lock()
	st := s.st
	w, err := st.PackfileWriter()
	s.mu.Unlock()
	if err != nil {
		return err
	}
	_, err = io.Copy(w, r)
	s.mu.Lock()
	defer s.mu.Unlock()
	err = errors.Join(err, w.Close())
	if s.st == st {
		// The storage knows the new pack, and need not be opened again for it.
		s.packs = s.dirs.packs()
	}
	return err
}
