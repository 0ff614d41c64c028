package compile

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
)

// lookAt is what stands at a name in a tree. Where the way there leads over a
// link, or through something else that is no folder, it is that: nothing
// behind a link is ever looked at, since it may be a file of the machine, or a
// device that never ends.
func lookAt(fsys fs.FS, name string) (fs.FileInfo, error) {
	for i := range len(name) {
		if name[i] != '/' {
			continue
		}
		info, err := fs.Lstat(fsys, name[:i])
		if err == nil && info.Mode().IsRegular() {
			err = fs.ErrNotExist // nothing stands below a file
		}
		if err != nil || !info.IsDir() {
			return info, err
		}
	}
	return fs.Lstat(fsys, name)
}

// readSmall reads a file that is not about a framework. It is nil where there
// is none, or where something else stands there than a file of such a size.
func readSmall(fsys fs.FS, name string, most int64) ([]byte, error) {
	info, err := lookAt(fsys, name)
	if errors.Is(err, fs.ErrNotExist) || err == nil && (!info.Mode().IsRegular() || info.Size() > most) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", name, err)
	}
	data, err := fs.ReadFile(fsys, name)
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", name, err)
	}
	return data, nil
}

// modulePathIn is the path that the text of a module file names, "" for none.
func modulePathIn(text []byte) string {
	m := modulePath.FindSubmatch(text)
	if m == nil || strings.Contains(string(m[1]), "..") {
		return ""
	}
	return string(m[1])
}
