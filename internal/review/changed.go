package review

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"reflect"
	"slices"
	"strings"

	"github.com/milepost-dev/milepost/internal/compile"
	"github.com/milepost-dev/milepost/internal/diag"
	"github.com/milepost-dev/milepost/internal/ladder"
)

// changes is what a change does to the lines of files. Indents, commas at the
// end of a line and empty lines do not count.
type changes struct {
	head, base fs.FS
	files      map[string]*fileChange
	origins    map[string]string // a folder of the head -> the one of the base that it was copied from
}

// fileChange is what a change does to the lines of one file. Lines count from
// 1, as editors count them.
type fileChange struct {
	any  bool   // the bytes differ
	news []bool // by line: it is new, or changed
	gone []bool // by line: what stood after it is gone
}

func newChanges(head, base fs.FS) *changes {
	return &changes{head, base, map[string]*fileChange{}, map[string]string{}}
}

// copied says that a folder was made from another one of the base: a new
// edition begins as a copy of the text in force.
func (c *changes) copied(dir, from string) { c.origins[dir] = from }

// inBase is the name that a file has in the base.
func (c *changes) inBase(name string) string {
	if from := c.origins[path.Dir(name)]; from != "" {
		return path.Join(from, path.Base(name))
	}
	return name
}

// touches says whether a change touches any of some lines, or takes something
// away from between them.
func (f *fileChange) touches(from, to int) bool {
	for i := max(from, 1); i <= to && i < len(f.news); i++ {
		if f.news[i] || f.gone[i] && i < to {
			return true
		}
	}
	return false
}

// at says whether the change touches a place: its line, or the file where the
// place names none.
func (c *changes) at(p diag.Position) (bool, error) {
	f := c.files[p.File]
	if f == nil {
		pair, err := c.read(p.File)
		if err != nil {
			return false, err
		}
		f, _ = pair.compare()
		c.files[p.File] = f
	}
	if p.Line == 0 {
		return f.any, nil
	}
	return f.touches(p.Line, p.Line), nil
}

// filePair is a file in the base and in the head, nil where it is not there.
type filePair struct{ base, head []byte }

// read reads a file of both trees. What is no file, or larger than any file of
// a framework may be, counts as not there.
func (c *changes) read(name string) (*filePair, error) {
	p := &filePair{}
	for _, side := range []struct {
		fsys fs.FS
		name string
		data *[]byte
	}{{c.base, c.inBase(name), &p.base}, {c.head, name, &p.head}} {
		if !fs.ValidPath(side.name) {
			continue
		}
		info, err := fs.Stat(side.fsys, side.name)
		if errors.Is(err, fs.ErrNotExist) || err == nil && (!info.Mode().IsRegular() || info.Size() > compile.MaxFileBytes) {
			continue
		}
		if err == nil {
			*side.data, err = fs.ReadFile(side.fsys, side.name)
		}
		if err != nil {
			return nil, fmt.Errorf("reading %s: %w", side.name, err)
		}
	}
	return p, nil
}

// splitLines are the lines of a file without what says nothing: spaces at
// either end, and the comma that may stand after a value.
func splitLines(data []byte) []string {
	lines := strings.Split(string(data), "\n")
	for i, l := range lines {
		lines[i] = strings.TrimSuffix(strings.TrimSpace(l), ",")
	}
	return lines
}

// same says whether the file is as it was.
func (p *filePair) same() bool {
	return bytes.Equal(p.base, p.head) && (p.base == nil) == (p.head == nil)
}

// compare is what the change does to a file, and the lines that are gone from it.
func (p *filePair) compare() (*fileChange, []string) {
	if p.same() {
		return &fileChange{}, nil
	}
	a, b := splitLines(p.base), splitLines(p.head)
	kept := matchLines(a, b)
	f := &fileChange{any: true, news: make([]bool, len(b)+1), gone: make([]bool, len(b)+1)}
	continued := make([]bool, len(a))
	next, after := 0, 0 // the line of a to come, and the line of b continued last
	for j, i := range kept {
		if i < 0 {
			f.news[j+1] = b[j] != ""
			continue
		}
		f.gone[after] = f.gone[after] || strings.Join(a[next:i], "") != ""
		continued[i], next, after = true, i+1, j+1
	}
	f.gone[after] = f.gone[after] || strings.Join(a[next:], "") != ""
	var lost []string
	for i, line := range a {
		if !continued[i] && line != "" {
			lost = append(lost, line)
		}
	}
	return f, lost
}

// framework looks at all files of a framework together, since a level's text
// may move from one to another: a line that is new in one of them and gone from
// another has only moved. What was copied is new. The framework's files in the
// base are those of the folders from: its own, and those that it had before.
func (c *changes) framework(dir string, from []string) error {
	names, err := c.names(dir, from)
	if err != nil {
		return err
	}
	moved, texts := map[string][]origin{}, map[string][]string{}
	for n, name := range names {
		p, err := c.read(name)
		if err != nil {
			return err
		}
		var lost []string
		c.files[name], lost = p.compare()
		texts[name] = splitLines(p.head)
		for _, line := range lost {
			moved[line] = addOrigin(moved[line], n)
		}
	}
	for n, name := range names {
		for i, isNew := range c.files[name].news {
			if isNew && takeOrigin(moved[texts[name][i-1]], n) {
				c.files[name].news[i] = false
			}
		}
	}
	return nil
}

// names are the files of a framework in either tree.
func (c *changes) names(dir string, from []string) ([]string, error) {
	names, err := cueFiles(c.head, dir)
	if err != nil {
		return nil, err
	}
	for _, d := range from {
		more, err := cueFiles(c.base, d)
		if err != nil {
			return nil, err
		}
		names = append(names, more...)
	}
	slices.Sort(names)
	return slices.Compact(names), nil
}

// origin is a file that a line is gone from, so many times.
type origin struct{ file, times int }

func addOrigin(list []origin, file int) []origin {
	if n := len(list); n > 0 && list[n-1].file == file {
		list[n-1].times++
		return list
	}
	return append(list, origin{file, 1})
}

// takeOrigin uses a line up that is gone from another file than this one.
func takeOrigin(list []origin, file int) bool {
	for i := range list {
		if list[i].file != file && list[i].times > 0 {
			list[i].times--
			return true
		}
	}
	return false
}

// cueFiles are the CUE files of a folder, none where there is no folder.
func cueFiles(fsys fs.FS, dir string) ([]string, error) {
	entries, err := fs.ReadDir(fsys, dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("reading %s: %w", dir, err)
	}
	var out []string
	for _, e := range entries {
		if !e.IsDir() && path.Ext(e.Name()) == ".cue" && len(out) < compile.MaxFiles {
			out = append(out, path.Join(dir, e.Name()))
		}
	}
	return out, nil
}

// touched says whether a change touches what stands at a path of a cell, which
// says some texts. Those may stand elsewhere and only be taken over: a text
// that the framework did not have before is touched in any case.
func (h *house) touched(path string, texts ...string) bool {
	if h.lines == nil {
		return true
	}
	r := h.places.Regions(path)
	if h.lines.touch(r) {
		return true
	}
	if h.before == nil {
		return len(r) == 0
	}
	return slices.ContainsFunc(texts, func(t string) bool { return !h.known[t] })
}

// textsOf are all texts of expectations of a framework.
func textsOf(f *ladder.Framework) map[string]bool {
	out := map[string]bool{}
	if f == nil {
		return out
	}
	for _, l := range f.Levels {
		for _, cell := range l.Expectations {
			for _, item := range cell.Items {
				out[item.Text] = true
			}
		}
	}
	return out
}

// levelTouched says whether a change touches a level, anywhere in it.
func (h *house) levelTouched(l *ladder.Level) bool {
	if h.lines == nil {
		return true
	}
	if r := h.places.Regions("levels." + l.ID); len(r) > 0 {
		return h.lines.touch(r)
	}
	if h.before == nil {
		return true
	}
	was, ok := h.before.Level(l.ID)
	return !ok || !reflect.DeepEqual(was, l)
}

func (c *changes) touch(regions []compile.Region) bool {
	return slices.ContainsFunc(regions, func(r compile.Region) bool {
		f := c.files[r.File]
		return f != nil && f.touches(r.From, r.To)
	})
}
