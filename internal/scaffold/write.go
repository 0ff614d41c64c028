package scaffold

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// ExistsError says that files are in the way. Nothing was written.
type ExistsError struct {
	// Files are their slash-separated names below the directory, sorted.
	Files []string
}

func (e *ExistsError) Error() string {
	if len(e.Files) == 1 {
		return fmt.Sprintf("nothing was written, as %s is already there: move it away, or choose another directory", e.Files[0])
	}
	return fmt.Sprintf("nothing was written, as these files are already there: %s; move them away, or choose another directory", strings.Join(e.Files, ", "))
}

// writeSet writes files below a directory: all of them, or none.
func writeSet(dir string, set []file) (err error) {
	var w writer
	defer func() {
		if err != nil {
			err = errors.Join(err, w.rollBack())
		}
	}()
	if err := w.open(dir); err != nil {
		return fmt.Errorf("opening %s: %w", dir, err)
	}
	defer w.root.Close()
	if err := w.checkFree(set); err != nil {
		return err
	}
	for _, f := range set {
		if err := w.write(f); err != nil {
			return fmt.Errorf("writing %s: %w", f.name, err)
		}
	}
	return nil
}

// writer writes files below a directory, and remembers what it made.
type writer struct {
	root *os.Root
	// made are the paths of the files and directories made, in order.
	made []string
}

// open makes the directory where needed, and opens it.
func (w *writer) open(dir string) error {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return err
	}
	if err := w.makeDirs(dir); err != nil {
		return err
	}
	w.root, err = os.OpenRoot(dir)
	return err
}

// makeDirs makes a directory and those above it, as far as they are missing.
func (w *writer) makeDirs(dir string) error {
	if _, err := os.Stat(dir); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := w.makeDirs(filepath.Dir(dir)); err != nil {
		return err
	}
	if err := os.Mkdir(dir, 0o777); err != nil {
		return err
	}
	w.made = append(w.made, dir)
	return nil
}

// checkFree returns an *ExistsError that names every file in the way: those to
// be written, and those that stand where a directory is needed.
func (w *writer) checkFree(set []file) error {
	var taken []string
	for _, f := range set {
		name, err := w.inTheWay(f.name)
		if err != nil {
			return fmt.Errorf("looking for %s: %w", f.name, err)
		}
		if name != "" && !slices.Contains(taken, name) {
			taken = append(taken, name)
		}
	}
	if len(taken) > 0 {
		return &ExistsError{Files: taken}
	}
	return nil
}

// inTheWay is the name of what keeps a file from being written, "" if nothing does.
func (w *writer) inTheWay(name string) (string, error) {
	for parent := range parents(name) {
		info, err := w.root.Stat(parent)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return "", nil
		case err != nil:
			return "", err
		case !info.IsDir():
			return parent, nil
		}
	}
	_, err := w.root.Lstat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "", nil
	case err != nil:
		return "", err
	}
	return name, nil
}

// parents are the directories that a name is in, the outermost first.
func parents(name string) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		for i, r := range name {
			if r == '/' && !yield(name[:i]) {
				return
			}
		}
	}
}

// write writes one file, and never over another one.
func (w *writer) write(f file) error {
	for parent := range parents(f.name) {
		err := w.root.Mkdir(parent, 0o777)
		if err == nil {
			w.made = append(w.made, w.full(parent))
		} else if !errors.Is(err, fs.ErrExist) {
			return err
		}
	}
	out, err := w.root.OpenFile(f.name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return err
	}
	w.made = append(w.made, w.full(f.name))
	_, err = out.Write(f.text)
	return errors.Join(err, out.Close())
}

// full is the path of a name below the directory.
func (w *writer) full(name string) string {
	return filepath.Join(w.root.Name(), filepath.FromSlash(path.Clean(name)))
}

// rollBack removes what was made, the last first. A directory into which
// somebody else has put something meanwhile stays, and is an error.
func (w *writer) rollBack() error {
	var errs []error
	for _, name := range slices.Backward(w.made) {
		if err := os.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
			errs = append(errs, fmt.Errorf("removing what was written: %w", err))
		}
	}
	return errors.Join(errs...)
}
