package compile

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"regexp"
	"slices"
	"sort"
	"strings"
	"unicode/utf8"

	"github.com/milepost-dev/milepost/internal/diag"
)

// Limits on what an author may hand in, checked before anything is evaluated:
// a few hundred bytes of data alone can keep an evaluation busy for hours.
const (
	MaxFileBytes      = 256 << 10
	MaxFrameworkBytes = 1 << 20
	MaxFiles          = 200
	MaxLevels         = 60
	MaxCompetencies   = 200
	MaxCells          = 3000
	MaxTracks         = 20
	MaxNesting        = 12
	MaxNodes          = 20000
)

var (
	frameworkID = regexp.MustCompile(`^[a-z][a-z0-9]*(-[a-z0-9]+)*$`)
	modulePath  = regexp.MustCompile(`(?m)^module:\s*"([^"@\s]+)(@v[0-9]+)?"`)
)

// ReservedNames are directories below frameworks/ that are no frameworks.
var ReservedNames = []string{"lib", "next"}

// IsFrameworkID says whether name can be the id of a framework.
func IsFrameworkID(name string) bool {
	return len(name) <= 64 && frameworkID.MatchString(name) && name != "lib" && name != "next"
}

// file is one CUE file of an author. Name is relative to the repository.
type file struct {
	name string
	data []byte
}

// source is all that a compilation reads: nothing else of the tree, the disk
// or the network is looked at afterwards.
type source struct {
	id    string
	dir   string // the framework's directory, relative to the repository
	files []file
	lib   map[string][]file // by import path
}

// all are the files, those of the packages that are shared first.
func (s *source) all() []file {
	return slices.Concat(append(slices.Collect(maps.Values(s.lib)), s.files)...)
}

// key names the content of the source.
func (s *source) key() string {
	h := sha256.New()
	add := func(f file) { fmt.Fprintf(h, "%s\x00%d\x00%s", f.name, len(f.data), f.data) }
	fmt.Fprintf(h, "%s\x00%s\x00", s.id, s.dir)
	for _, f := range s.files {
		add(f)
	}
	paths := make([]string, 0, len(s.lib))
	for p := range s.lib {
		paths = append(paths, p)
	}
	sort.Strings(paths)
	for _, p := range paths {
		fmt.Fprintf(h, "\x01%s\x00", p)
		for _, f := range s.lib[p] {
			add(f)
		}
	}
	return hex.EncodeToString(h.Sum(nil))
}

// collector reads files from a tree, and collects what is wrong with them.
type collector struct {
	fsys     fs.FS
	id       string
	findings diag.List
	bytes    int
	files    int
}

func (c *collector) add(code, file, message, help string) {
	c.findings = append(c.findings, diag.Finding{
		Code: code, Severity: diag.Error, Framework: c.id, Message: message, Help: help,
		Position: diag.Position{File: file},
	})
}

// gather reads the files of a framework and of the shared packages that the
// repository has. A finding is about the author's files; an error is ours.
func gather(fsys fs.FS, root, dir, id string) (*source, diag.List, error) {
	c := &collector{fsys: fsys, id: id}
	s := &source{id: id, dir: dir, lib: map[string][]file{}}
	var err error
	if s.files, err = c.readDir(dir); err != nil {
		return nil, nil, err
	}
	if len(s.files) == 0 && len(c.findings) == 0 {
		c.add("empty-framework", dir, fmt.Sprintf("the folder %s holds no framework", dir),
			"Add a framework.cue to it, or remove the folder.")
	}
	if c.findings.HasErrors() {
		return nil, c.findings, nil
	}
	if usesLib(s.files) {
		err = c.readLib(path.Join(root, "lib"), s)
	}
	return s, c.findings, err
}

// usesLib says whether any file may import a shared package. It errs on the
// side of yes: reading a package that is not used changes nothing.
func usesLib(files []file) bool {
	for _, f := range files {
		if bytes.Contains(f.data, []byte("/lib/")) {
			return true
		}
	}
	return false
}

// readLib reads the packages below frameworks/lib, one folder each.
func (c *collector) readLib(lib string, s *source) error {
	module, err := Module(c.fsys)
	if err != nil {
		return err
	}
	info, err := lookAt(c.fsys, lib)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err == nil && !info.IsDir() {
		c.notAFile(lib)
		return nil
	}
	entries, err := fs.ReadDir(c.fsys, lib)
	if err != nil {
		return fmt.Errorf("reading %s: %w", lib, err)
	}
	for _, e := range entries {
		if !e.IsDir() {
			continue
		}
		dir := path.Join(lib, e.Name())
		files, err := c.readDir(dir)
		if err != nil {
			return err
		}
		if len(files) > 0 { // thousands of empty folders are nothing to hand on
			s.lib[path.Join(module, dir)] = files
		}
	}
	return nil
}

// readDir reads the CUE files of one directory, in order of name.
func (c *collector) readDir(dir string) ([]file, error) {
	info, err := lookAt(c.fsys, dir)
	if err == nil && !info.IsDir() {
		c.notAFile(dir)
		return nil, nil
	}
	entries, err := fs.ReadDir(c.fsys, dir)
	if errors.Is(err, fs.ErrNotExist) {
		c.add("missing-framework", dir, fmt.Sprintf("there is no folder %s", dir), "Look at the name for a slip.")
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", dir, err)
	}
	var files []file
	for _, e := range entries {
		name := path.Join(dir, e.Name())
		switch {
		case e.IsDir():
			if hasCUE(c.fsys, name) {
				c.nested(dir, e.Name())
			}
			continue
		case path.Ext(name) != ".cue":
			continue
		case !e.Type().IsRegular():
			c.notAFile(name)
			continue
		case !utf8.ValidString(name):
			c.add("ignored-file", strings.ToValidUTF8(name, "\uFFFD"), "a file has a name that is not UTF-8, which CUE does not read", "Rename it.")
			continue
		case strings.HasPrefix(e.Name(), ".") || strings.HasPrefix(e.Name(), "_"),
			strings.HasSuffix(name, "_tool.cue"), strings.HasSuffix(name, "_test.cue"):
			c.add("ignored-file", name, fmt.Sprintf("%s has a name that CUE does not read", name),
				"Rename it: no dot or underscore at the start, no _tool or _test at the end.")
			continue
		}
		data, ok, err := c.readFile(name)
		if err != nil {
			return nil, err
		}
		if ok {
			files = append(files, file{name, data})
		}
	}
	return files, nil
}

// nested refuses a folder inside a framework's. Whoever makes one often means
// a coming edition, or a second one.
func (c *collector) nested(dir, name string) {
	help, around := fmt.Sprintf("Move its files up into %s.", dir), path.Dir(dir)
	switch {
	case path.Base(around) == nextDir:
		help += " A framework has one coming edition at most, and no folders for several."
	case name == nextDir:
		help = fmt.Sprintf("Move its files to %s, where the coming edition stands.", path.Join(around, nextDir, path.Base(dir)))
	}
	name = path.Join(dir, name)
	c.add("nested-folder", name, fmt.Sprintf("the folder %s stands inside a framework and is not read", name), help)
}

func (c *collector) notAFile(name string) {
	c.add("not-a-file", name, fmt.Sprintf("%s is a link, a folder or a device, and not a file", name), "Put the file itself in its place.")
}

func hasCUE(fsys fs.FS, dir string) bool {
	entries, err := fs.ReadDir(fsys, dir)
	if err != nil {
		return false
	}
	for _, e := range entries {
		if e.IsDir() || path.Ext(e.Name()) == ".cue" {
			return true
		}
	}
	return false
}

// readFile reads one file within the limits. It says false where a finding
// was made instead.
func (c *collector) readFile(name string) ([]byte, bool, error) {
	info, err := lookAt(c.fsys, name)
	if err != nil {
		return nil, false, fmt.Errorf("reading %s: %w", name, err)
	}
	if !info.Mode().IsRegular() { // a device or a pipe may never end
		c.notAFile(name)
		return nil, false, nil
	}
	c.files++
	c.bytes += int(min(info.Size(), MaxFrameworkBytes+1))
	switch {
	case info.Size() > MaxFileBytes:
		c.add("file-too-large", name, fmt.Sprintf("%s is larger than %d KB", name, MaxFileBytes>>10),
			"Split it into several files: all files of a folder count together.")
		return nil, false, nil
	case c.bytes > MaxFrameworkBytes:
		c.add("framework-too-large", name, fmt.Sprintf("the files of the framework are larger than %d KB together", MaxFrameworkBytes>>10),
			"Split the framework into two.")
		return nil, false, nil
	case c.files > MaxFiles:
		if c.files == MaxFiles+1 { // once is enough
			c.add("too-many-files", name, fmt.Sprintf("the framework has more than %d files", MaxFiles), "Put several levels into one file.")
		}
		return nil, false, nil
	}
	data, err := fs.ReadFile(c.fsys, name)
	if err != nil {
		return nil, false, fmt.Errorf("reading %s: %w", name, err)
	}
	if f, bad := badBytes(name, data); bad {
		f.Framework = c.id
		c.findings = append(c.findings, f)
		return nil, false, nil
	}
	return data, true, nil
}

// badBytes finds the first byte that is not UTF-8, and characters that turn
// the direction of text and so hide what a line says.
func badBytes(name string, data []byte) (diag.Finding, bool) {
	for i := 0; i < len(data); {
		if c := data[i]; c != 0 && c < utf8.RuneSelf { // nearly all there is
			i++
			continue
		}
		r, n := utf8.DecodeRune(data[i:])
		f := diag.Finding{Severity: diag.Error}
		switch {
		case r == utf8.RuneError && n <= 1:
			f.Code, f.Message = "not-utf8", "the file holds a character that is not UTF-8"
			f.Help = "Save the file as UTF-8 (in most editors: Save with encoding, UTF-8)."
		case r == 0:
			f.Code, f.Message = "not-utf8", "the file holds a NUL character, which text never does"
			f.Help = "Save the file as UTF-8 text."
		case r >= 0x202A && r <= 0x202E || r >= 0x2066 && r <= 0x2069 || r == 0x200E || r == 0x200F || r == 0x061C:
			f.Code, f.Message = "hidden-direction", fmt.Sprintf("the line holds a hidden character (U+%04X) that turns the direction of text", r)
			f.Help = "Delete the line and type it again."
		default:
			i += n
			continue
		}
		line := bytes.LastIndexByte(data[:i], '\n') + 1
		f.Position = diag.Position{File: name, Line: bytes.Count(data[:i], []byte("\n")) + 1, Column: i - line + 1}
		return f, true
	}
	return diag.Finding{}, false
}

// moduleFile names the module of a repository; maxModuleBytes is how much of it
// is read.
const (
	moduleFile     = "cue.mod/module.cue"
	maxModuleBytes = 64 << 10
)

// Module is the module path of a repository, from cue.mod/module.cue; "" where
// it has none, or has something else there than a file of a sensible size.
func Module(fsys fs.FS) (string, error) {
	text, err := readSmall(fsys, moduleFile, maxModuleBytes)
	return modulePathIn(text), err
}
