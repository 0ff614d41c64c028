package compile

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/parser"

	"github.com/milepost-dev/milepost/internal/diag"
	"github.com/milepost-dev/milepost/internal/ladder"
)

// OrganisationFile is the name of the organisation's file below the directory of frameworks.
const OrganisationFile = "organisation.cue"

// Organisation reads the organisation's file. Without one, or with one that
// needs a change, it is the default; the findings say which. The error means
// that the file could not be read.
func (c *Compiler) Organisation(ctx context.Context, fsys fs.FS, root string) (ladder.Organisation, diag.List, error) {
	org := ladder.DefaultOrganisation()
	if err := ctx.Err(); err != nil {
		return org, nil, err
	}
	name := path.Join(root, OrganisationFile)
	col := &collector{fsys: fsys}
	if _, err := lookAt(fsys, name); errors.Is(err, fs.ErrNotExist) {
		return org, diag.List{{Code: "no-organisation", Severity: diag.Note, Position: diag.Position{File: name},
			Message: "there is no organisation file: days begin and end in UTC, and there are no house rules",
			Help:    "Add frameworks/organisation.cue with the name and the time zone of the organisation."}}, nil
	}
	data, ok, err := col.readFile(name)
	if err != nil || !ok {
		return org, bounded(col.findings), err
	}
	return c.organisationOf(ctx, file{name, data})
}

// organisationOf evaluates the file, in a process of its own where that is wanted.
func (c *Compiler) organisationOf(ctx context.Context, f file) (ladder.Organisation, diag.List, error) {
	if c.pool == nil {
		return compileOrganisation([]file{f})
	}
	r, err := c.pool.ask(ctx, &message{Organisation: true, Files: wire([]file{f})})
	if found, is := ended(err, f.name); is {
		return ladder.DefaultOrganisation(), diag.List{found}, nil
	}
	if err != nil {
		return ladder.DefaultOrganisation(), nil, err
	}
	return *r.Organisation, r.Findings, nil
}

// compileOrganisation is the pure part: a file in memory to an organisation.
func compileOrganisation(files []file) (ladder.Organisation, diag.List, error) {
	org := ladder.DefaultOrganisation()
	p, found := parseAll(files, profile{pkg: organisationField, root: organisationField, lib: func(string) bool { return false }}, "")
	if !goesOn(found) || p.lost || len(p.index.places[""]) == 0 && found.HasErrors() {
		return org, bounded(found.Sort()), nil
	}
	ev, done := judge(p, job{root: organisationField, definition: "#Organisation"})
	found = append(append(found, done...), p.originals(ev.explained)...)
	for i := range found { // the words for what stands at the top
		found[i].Message = strings.ReplaceAll(found[i].Message, "the framework", "the organisation")
	}
	if ev.json == nil {
		return org, bounded(append(found, p.originals(cueFindings(ev.errs, p.index, found))...).Sort()), nil
	}
	read, err := ladder.ParseOrganisation(ev.json)
	if err != nil {
		return org, nil, err
	}
	found = append(found, p.originals(checkOrganisation(read, p.index))...)
	if len(ev.errs) > 0 {
		found = append(found, p.originals(cueFindings(ev.errs, p.index, found))...)
	}
	if found.HasErrors() {
		return org, bounded(found.Sort()), nil
	}
	return read, bounded(found.Sort()), nil
}

// checkOrganisation checks what the schema cannot: that a time zone is one,
// and that what begins also ends.
func checkOrganisation(o ladder.Organisation, x *index) diag.List {
	e := &explainer{index: x}
	if _, err := o.Location(); err != nil {
		e.add("unknown-time-zone", "timeZone", err.Error(), "Write a region and a city, such as Europe/Berlin, or UTC.")
	}
	for _, id := range sortedKeys(o.Cycles) {
		if c := o.Cycles[id]; c.Closes != "" && c.Closes < c.Opens {
			e.add("ends-before-start", "cycles."+id+".closes", fmt.Sprintf("cycle %s closes on %s, before it opens on %s", id, c.Closes, c.Opens), "Swap the two days, or correct one.")
		}
	}
	for i, f := range o.HouseRules.Freezes {
		if f.To != "" && f.To < f.From {
			e.add("ends-before-start", fmt.Sprintf("houseRules.freezes[%d].to", i), fmt.Sprintf("the freeze ends on %s, before it begins on %s", f.To, f.From), "Swap the two days, or correct one.")
		}
	}
	if b := o.HouseRules.ItemsPerCell; b != nil && b.Max != 0 && b.Min > b.Max {
		e.add("ends-before-start", "houseRules.itemsPerCell", fmt.Sprintf("itemsPerCell has a min of %d and a max of %d", b.Min, b.Max), "The max is at least the min.")
	}
	return e.findings
}

// Layout looks at what stands in the directory of frameworks beside the
// frameworks: their directories by name, and findings on files that would be
// passed over, or merged into every framework. Where the directory is not there,
// there are none; what stands in its place is a finding.
func Layout(fsys fs.FS, root string) (dirs []string, found diag.List, err error) {
	info, err := lookAt(fsys, root)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil, nil
	case err == nil && !info.IsDir():
		return nil, diag.List{finding("not-a-file", diag.Position{File: root}, fmt.Sprintf("%s is a file or a link, and not the folder of the frameworks", root), "Put the folder itself in its place.")}, nil
	}
	entries, err := fs.ReadDir(fsys, root)
	if err != nil {
		return nil, nil, fmt.Errorf("reading %s: %w", root, err)
	}
	for _, e := range entries {
		name := path.Join(root, e.Name())
		switch {
		case e.IsDir() && slices.Contains(ReservedNames, e.Name()), strings.HasPrefix(e.Name(), "."):
		case e.IsDir() && !IsFrameworkID(e.Name()):
			found = append(found, finding("bad-id", diag.Position{File: name}, fmt.Sprintf("the folder %s cannot be a framework: %q is not an id", name, e.Name()),
				"Name it in lower-case letters and digits, with hyphens between words: product-operations-ladder."))
		case e.IsDir():
			dirs = append(dirs, e.Name())
		case e.Name() != OrganisationFile && path.Ext(name) == ".cue":
			found = append(found, finding("stray-file", diag.Position{File: name}, fmt.Sprintf("%s stands in no framework's folder", name),
				"Move it into the folder of the framework that it belongs to."))
		}
	}
	return dirs, found, nil
}

// reparse parses files that are known to parse.
func reparse(files []file) []*ast.File {
	var out []*ast.File
	for _, f := range files {
		if tree, err := parser.ParseFile(f.name, f.data, parser.ParseComments); err == nil {
			out = append(out, tree)
		}
	}
	return out
}
