// Package hostile reads the corpus of hostile repositories, and writes them to
// disk for tests. It is used by tests alone.
//
// A case is a txtar archive. Its first line tells the attack in a sentence, its
// second what is expected:
//
//	expect: refused CODE   refused before anything is evaluated
//	expect: wrong CODE     evaluated, and refused by CUE or by a rule
//	expect: limit          stopped at a limit of evaluation
//	expect: harmless       accepted: the attack changes nothing
//
// Files are templates between ⟪ and ⟫, since most of the large ones are one
// thing repeated. What an archive cannot hold is made by lines of the header:
//
//	link: NAME TARGET
//	fifo: NAME
//	folder: NAME
//	files: COUNT PATTERN TEXT
package hostile

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"text/template"

	"github.com/rogpeppe/go-internal/txtar"
)

// Good is a framework that has nothing wrong. Every case has it as framework
// "a", in a file beside its own, unless it brings a framework.cue itself.
const Good = `package framework

import "github.com/milepost-dev/milepost/schema"

framework: schema.#Framework
framework: {id: "a", kind: "discipline", title: "A", owners: ["people-team"], definition: "A"}
`

const moduleFile = "module: \"example.com/careers\"\nlanguage: version: \"v0.17.0\"\n"

// Case is one hostile repository.
type Case struct {
	Name   string
	Family string // the first word of the name
	Attack string // what it tries, in a sentence
	Expect string // "refused", "wrong", "limit" or "harmless"
	Code   string // of a finding that there has to be, "" for any
	lines  []string
	files  []txtar.File
}

// Load reads all cases of a directory, in order of name.
func Load(dir string) ([]Case, error) {
	names, err := filepath.Glob(filepath.Join(dir, "*.txtar"))
	if err != nil {
		return nil, fmt.Errorf("listing %s: %w", dir, err)
	}
	var out []Case
	for _, name := range names {
		archive, err := txtar.ParseFile(name)
		if err != nil {
			return nil, fmt.Errorf("reading %s: %w", name, err)
		}
		c, err := newCase(strings.TrimSuffix(filepath.Base(name), ".txtar"), archive)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		out = append(out, c)
	}
	return out, nil
}

func newCase(name string, archive *txtar.Archive) (Case, error) {
	c := Case{Name: name, files: archive.Files}
	c.Family, _, _ = strings.Cut(name, "-")
	for line := range strings.Lines(string(archive.Comment)) {
		text, ok := strings.CutPrefix(strings.TrimRight(line, "\n"), "# ")
		if !ok {
			return c, fmt.Errorf("the line %q of the header does not begin with #", line)
		}
		expect, ok := strings.CutPrefix(text, "expect: ")
		switch {
		case c.Attack == "":
			c.Attack = text
		case ok:
			c.Expect, c.Code, _ = strings.Cut(expect, " ")
		default:
			c.lines = append(c.lines, text)
		}
	}
	if c.Attack == "" || c.Expect == "" {
		return c, errors.New("the header does not tell the attack and what is expected")
	}
	return c, nil
}

// Organisation says whether the case is about the organisation's file.
func (c Case) Organisation() bool {
	return c.Family == "organisation" || strings.HasSuffix(c.Name, "-organisation")
}

// Write writes the repository below dir.
func (c Case) Write(dir string) error {
	files := map[string][]byte{"cue.mod/module.cue": []byte(moduleFile), "frameworks/a/framework.cue": []byte(Good)}
	for _, f := range c.files {
		name, err := expand(f.Name)
		if err != nil {
			return err
		}
		data, err := expand(string(f.Data))
		if err != nil {
			return err
		}
		files[string(name)] = data
	}
	for _, line := range c.lines { // what it makes takes the place of a file of the same name
		if _, rest, ok := strings.Cut(line, ": "); ok {
			delete(files, strings.Fields(rest)[0])
		}
	}
	for name, data := range files {
		if err := write(filepath.Join(dir, name), data); err != nil {
			return err
		}
	}
	for _, line := range c.lines {
		if err := special(dir, line); err != nil {
			return err
		}
	}
	return nil
}

func write(name string, data []byte) error {
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return err
	}
	return os.WriteFile(name, data, 0o644)
}

// special makes what an archive cannot hold.
func special(dir, line string) error {
	kind, rest, _ := strings.Cut(line, ": ")
	args := strings.SplitN(rest, " ", 3)
	name := filepath.Join(dir, args[0])
	if kind != "files" {
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			return err
		}
	}
	switch {
	case kind == "link" && len(args) == 2:
		return os.Symlink(args[1], name)
	case kind == "fifo":
		return syscall.Mkfifo(name, 0o644)
	case kind == "folder":
		return os.Mkdir(name, 0o755)
	case kind == "files" && len(args) == 3:
		var n int
		if _, err := fmt.Sscan(args[0], &n); err != nil {
			return fmt.Errorf("the header's line %q: %w", line, err)
		}
		for i := range n {
			if err := write(filepath.Join(dir, fmt.Sprintf(args[1], i)), []byte(args[2]+"\n")); err != nil {
				return err
			}
		}
		return nil
	}
	return fmt.Errorf("the header's line %q is not known", line)
}

var functions = template.FuncMap{
	"repeat": func(n int, s string) string { return strings.Repeat(s, n) },
	"count": func(n int) []int {
		out := make([]int, n)
		for i := range out {
			out[i] = i
		}
		return out
	},
	"inc": func(n int) int { return n + 1 },
	"hex": func(s string) (string, error) {
		b, err := hex.DecodeString(s)
		return string(b), err
	},
}

func expand(text string) ([]byte, error) {
	t, err := template.New("").Delims("⟪", "⟫").Funcs(functions).Parse(text)
	if err != nil {
		return nil, fmt.Errorf("a recipe: %w", err)
	}
	var out bytes.Buffer
	if err := t.Execute(&out, nil); err != nil {
		return nil, fmt.Errorf("a recipe: %w", err)
	}
	return out.Bytes(), nil
}
