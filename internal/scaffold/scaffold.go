// Package scaffold writes what a repository of career frameworks starts with:
// an organisation, an example ladder, the schema, a workflow that checks pull
// requests, and pages that tell HR how to change a level. It is the only
// package that knows these files.
package scaffold

import (
	"bytes"
	"cmp"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"
	"text/template"
	"unicode/utf8"
)

// What Options say where nothing else is said.
const (
	DefaultModule       = "example.com/careers"
	DefaultOrganisation = "Our organisation"
	DefaultAction       = "milepost-dev/milepost/.github/actions/validate@v1"
)

// schemaDir is where stock cue looks for the schema that frameworks import.
const schemaDir = "cue.mod/pkg/github.com/milepost-dev/milepost/schema"

// files are the templates, each at its place and with .tmpl after its name, so
// that no tool takes them for files of this repository.
//
//go:embed all:files
var files embed.FS

// Options say for whom the files are.
type Options struct {
	// Module is the CUE module path, such as DefaultModule, which "" means.
	Module string
	// Organisation is the name that pages show; "" means DefaultOrganisation.
	Organisation string
	// Action is what the workflow uses, with its version; "" means DefaultAction.
	Action string
	// Schema holds the schema's *.cue files, which are copied to where cue finds them.
	Schema fs.FS
}

// Write writes the files into a directory, which it creates where needed, and
// returns their slash-separated names, sorted. It writes all of them or none:
// where one is there already it returns an *ExistsError and changes nothing, and
// where writing goes wrong it removes what it wrote. Other errors are those of
// Validate, and what reading the schema and writing return.
func Write(dir string, o Options) ([]string, error) {
	if err := o.Validate(); err != nil {
		return nil, err
	}
	set, err := render(o)
	if err != nil {
		return nil, err
	}
	if err := writeSet(dir, set); err != nil {
		return nil, err
	}
	names := make([]string, len(set))
	for i, f := range set {
		names[i] = f.name
	}
	return names, nil
}

// Validate says what is wrong with the options, all of it at once. What is
// empty has a default and is right.
func (o Options) Validate() error {
	o = o.withDefaults()
	return errors.Join(checkModule(o.Module), checkOrganisation(o.Organisation), checkAction(o.Action))
}

// withDefaults fills in what is empty.
func (o Options) withDefaults() Options {
	o.Module = cmp.Or(o.Module, DefaultModule)
	o.Organisation = cmp.Or(o.Organisation, DefaultOrganisation)
	o.Action = cmp.Or(o.Action, DefaultAction)
	return o
}

// checkOrganisation holds a name to what the schema's #Line allows.
func checkOrganisation(name string) error {
	switch {
	case !utf8.ValidString(name) || strings.ContainsFunc(name, func(r rune) bool { return r < ' ' || r == 0x7f }):
		return fmt.Errorf("organisation: the name must be one line of plain text (got %q)", name)
	case strings.TrimSpace(name) != name:
		return fmt.Errorf("organisation: the name must not begin or end with a space (got %q)", name)
	case utf8.RuneCountInString(name) > 300:
		return fmt.Errorf("organisation: the name must not be longer than 300 characters (got %d)", utf8.RuneCountInString(name))
	}
	return nil
}

// action is what a workflow can use: an action of a repository at a version,
// or one of this repository.
var action = regexp.MustCompile(`^([A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]+)*@[A-Za-z0-9_./-]+|\./[A-Za-z0-9_./-]+)$`)

func checkAction(ref string) error {
	if action.MatchString(ref) {
		return nil
	}
	return fmt.Errorf("action: write owner/repository/path@version, such as %q (got %q)", DefaultAction, ref)
}

// file is a file to be written, by its slash-separated name.
type file struct {
	name string
	text []byte
}

// render is everything that is to be written, sorted by name.
func render(o Options) ([]file, error) {
	set, err := renderTemplates(o.withDefaults())
	if err != nil {
		return nil, err
	}
	schema, err := readSchema(o.Schema)
	if err != nil {
		return nil, err
	}
	set = append(set, schema...)
	slices.SortFunc(set, func(a, b file) int { return cmp.Compare(a.name, b.name) })
	return set, nil
}

// renderTemplates fills in the templates. Their marks are <% and %>, as
// workflows use braces.
func renderTemplates(o Options) ([]file, error) {
	var set []file
	err := fs.WalkDir(files, "files", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := fs.ReadFile(files, name)
		if err != nil {
			return err
		}
		t, err := template.New(name).Delims("<%", "%>").Funcs(template.FuncMap{"quote": quote}).Parse(string(text))
		if err != nil {
			return err
		}
		var b bytes.Buffer
		if err := t.Execute(&b, o); err != nil {
			return err
		}
		set = append(set, file{strings.TrimSuffix(strings.TrimPrefix(name, "files/"), ".tmpl"), b.Bytes()})
		return nil
	})
	return set, err
}

// quote writes a text as a CUE string, which JSON's strings are too.
func quote(s string) (string, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(s)
	return strings.TrimSpace(b.String()), err
}

// readSchema reads the schema's CUE files, but no tests and tools.
func readSchema(schema fs.FS) ([]file, error) {
	if schema == nil {
		return nil, errors.New("reading the schema: none was given")
	}
	names, err := fs.Glob(schema, "*.cue")
	if err != nil {
		return nil, fmt.Errorf("reading the schema: %w", err)
	}
	var set []file
	for _, name := range names {
		if strings.HasSuffix(name, "_test.cue") || strings.HasSuffix(name, "_tool.cue") {
			continue
		}
		text, err := fs.ReadFile(schema, name)
		if err != nil {
			return nil, fmt.Errorf("reading the schema: %w", err)
		}
		set = append(set, file{path.Join(schemaDir, name), text})
	}
	if len(set) == 0 {
		return nil, errors.New("reading the schema: there is no CUE file in it")
	}
	return set, nil
}
