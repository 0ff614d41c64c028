package gitrepo

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// gitDirs are the directories of a repository.
type gitDirs struct {
	git    string // HEAD, and what else belongs to one working tree
	common string // objects and references; the same except for added working trees
	root   string // the root of the working tree; "" if there is none
}

// discover finds the repository that a path lies in, as the git command does
// from a working directory, but without its environment variables. The error is
// an ErrNotRepository.
func discover(path string) (gitDirs, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return gitDirs{}, notRepository(path, err)
	}
	fi, err := os.Stat(abs)
	if err != nil {
		return gitDirs{}, notRepository(abs, err)
	}
	if !fi.IsDir() {
		abs = filepath.Dir(abs)
	}
	if dirs, ok := searchUp(abs); ok {
		return dirs, nil
	}
	// The path may lead into a repository through a symbolic link.
	if real, err := filepath.EvalSymlinks(abs); err == nil && real != abs {
		if dirs, ok := searchUp(real); ok {
			return dirs, nil
		}
	}
	return gitDirs{}, notRepository(abs, nil)
}

func notRepository(path string, err error) error {
	text := fmt.Sprintf("%s is not in a Git repository", path)
	if os.IsNotExist(err) {
		text = fmt.Sprintf("there is no directory %s", path)
	}
	return &Error{Kind: ErrNotRepository, Text: text, Err: err}
}

func searchUp(dir string) (gitDirs, bool) {
	for {
		if dirs, ok := repositoryAt(dir); ok {
			return dirs, true
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return gitDirs{}, false
		}
		dir = parent
	}
}

// repositoryAt looks for the three forms: a directory .git, a file .git that
// names one elsewhere (added working trees, submodules), and a bare repository.
func repositoryAt(dir string) (gitDirs, bool) {
	dotGit := filepath.Join(dir, ".git")
	fi, err := os.Stat(dotGit)
	switch {
	case err == nil && fi.IsDir():
		return gitDirAt(dotGit, dir)
	case err == nil && fi.Mode().IsRegular():
		target, ok := strings.CutPrefix(firstLine(dotGit), "gitdir: ")
		if !ok {
			return gitDirs{}, false
		}
		return gitDirAt(resolvePath(dir, target), dir)
	case filepath.Base(dir) == ".git":
		return gitDirAt(dir, filepath.Dir(dir))
	}
	return gitDirAt(dir, "")
}

// gitDirAt reports whether dir holds a repository.
func gitDirAt(dir, root string) (gitDirs, bool) {
	d := gitDirs{git: dir, common: dir, root: root}
	if common := firstLine(filepath.Join(dir, "commondir")); common != "" {
		d.common = resolvePath(dir, common)
	}
	if _, err := os.Lstat(filepath.Join(d.git, "HEAD")); err != nil {
		return d, false
	}
	for _, sub := range []string{"objects", "refs"} {
		if fi, err := os.Stat(filepath.Join(d.common, sub)); err != nil || !fi.IsDir() {
			return d, false
		}
	}
	return d, true
}

func resolvePath(dir, p string) string {
	p = filepath.FromSlash(p)
	if filepath.IsAbs(p) {
		return filepath.Clean(p)
	}
	return filepath.Join(dir, p)
}

// firstLine returns the first line of a small file, "" if it cannot be read.
func firstLine(path string) string {
	b, err := os.ReadFile(path)
	if err != nil || len(b) > 1<<16 {
		return ""
	}
	line, _, _ := strings.Cut(string(b), "\n")
	return strings.TrimSpace(line)
}

// check refuses what cannot be read, with an ErrUnsupported, and what lacks
// history, with an ErrShallow.
func (d gitDirs) check() error {
	if format := d.format(); format != "" {
		return &Error{Kind: ErrUnsupported, Text: fmt.Sprintf(
			"%s is kept in Git's %s format, which is not read yet: use a clone in the usual format", d.place(), format)}
	}
	if fi, err := os.Stat(filepath.Join(d.common, "shallow")); err == nil && fi.Size() > 0 {
		return &Error{Kind: ErrShallow, Text: fmt.Sprintf(
			"%s is a shallow clone: it lacks the older history, without which no version can be told. "+
				"Fetch the whole history: git fetch --unshallow, or fetch-depth: 0 where a workflow checks it out", d.place())}
	}
	return nil
}

func (d gitDirs) place() string {
	if d.root != "" {
		return d.root
	}
	return d.git
}

// format returns the name of a storage format that go-git does not read, "" if
// there is none. The configuration is scanned and not parsed: a mistake in
// some other part of it is not our concern.
func (d gitDirs) format() string {
	f, err := os.Open(filepath.Join(d.common, "config"))
	if err != nil {
		return ""
	}
	defer f.Close()
	inExtensions := false
	for lines := bufio.NewScanner(f); lines.Scan(); {
		line := strings.ToLower(strings.TrimSpace(lines.Text()))
		if strings.HasPrefix(line, "[") {
			inExtensions = strings.HasPrefix(line, "[extensions]")
			continue
		}
		key, value, _ := strings.Cut(line, "=")
		if !inExtensions {
			continue
		}
		switch strings.TrimSpace(key) + "=" + strings.TrimSpace(value) {
		case "objectformat=sha256":
			return "SHA-256"
		case "refstorage=reftable":
			return "reftable"
		}
	}
	return ""
}

// packs returns the names of the packs and their indexes, to tell whether they
// have changed: Git writes an index after its pack, and go-git reads no pack
// while an index is missing. A directory that cannot be read counts as empty.
func (d gitDirs) packs() string {
	entries, err := os.ReadDir(d.packDir())
	if err != nil {
		return ""
	}
	var b strings.Builder
	for _, e := range entries {
		switch filepath.Ext(e.Name()) {
		case ".pack", ".idx":
			b.WriteString(e.Name())
		}
	}
	return b.String()
}

func (d gitDirs) packDir() string { return filepath.Join(d.common, "objects", "pack") }
