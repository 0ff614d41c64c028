package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/milepost-dev/milepost/internal/compile"
	"github.com/milepost-dev/milepost/internal/diag"
	"github.com/milepost-dev/milepost/internal/ladder"
)

type editionOptions struct{ effective, publish string }

func (a *app) editionCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "edition",
		Short: "Prepare a text that takes effect on a date",
		Long: `A coming edition is a whole text of a framework that stands in frameworks/next
until its date. It can be drafted over several pull requests, and comes into
force on the date by itself.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(a.editionStartCommand())
	return cmd
}

func (a *app) editionStartCommand() *cobra.Command {
	var o editionOptions
	cmd := &cobra.Command{
		Use:   "start ID",
		Short: "Start a coming edition from the text in force",
		Long: `Copy the text in force to frameworks/next/ID, where the coming edition is
edited. Its files are the same byte for byte, but for the dates given, and for
what spoke of an earlier change: release, correction, accept and transition.

Without --effective the edition has no date yet: it is a draft until the field
effective gives one. Without --publish, readers see it when it takes effect.`,
		Example: "  milepost edition start product-operations-ladder\n  milepost edition start product-operations-ladder --effective 2027-03-01 --publish 2027-01-15",
		Args:    cobra.ExactArgs(1),
		RunE:    func(cmd *cobra.Command, args []string) error { return a.editionStart(cmd.Context(), args[0], o) },
	}
	cmd.ValidArgsFunction = a.completeIDs
	cmd.Flags().StringVar(&o.effective, "effective", "", "the day on which it takes effect, as 2027-03-01")
	cmd.Flags().StringVar(&o.publish, "publish", "", "the day from which everybody may see it, as 2027-01-15")
	return cmd
}

// check refuses dates that would not do what they say.
func (o editionOptions) check(today string) error {
	for _, d := range []struct{ flag, value string }{{"effective", o.effective}, {"publish", o.publish}} {
		if d.value == "" {
			continue
		}
		if _, err := time.Parse(time.DateOnly, d.value); err != nil {
			return usage("--%s: %q is not a day; write it as 2027-03-01", d.flag, d.value)
		}
	}
	switch {
	case o.effective != "" && o.effective <= today:
		return usage("--effective: %s is not to come; what takes effect as soon as it is merged is edited in the text in force, and needs no edition", o.effective)
	case o.effective != "" && o.publish > o.effective:
		return usage("--publish: everybody sees an edition when it takes effect, on %s, and %s is later", o.effective, o.publish)
	}
	return nil
}

// edition is what both of its commands begin with: the working copy, and the
// directories of one framework in it.
type edition struct {
	*app
	id         string
	root       string // of the working copy
	base, next string // relative to it
	head       fs.FS  // the commit that is checked out
	compiler   *compile.Compiler
	zone       *time.Location
}

func (a *app) edition(ctx context.Context, id string) (*edition, error) {
	if !compile.IsFrameworkID(id) {
		return nil, usage("%q cannot be the id of a framework", id)
	}
	repo, err := a.open(ctx)
	if err != nil {
		return nil, err
	}
	e := &edition{app: a, id: id, root: repo.Root(), base: path.Join(a.dir, id), next: path.Join(a.dir, "next", id)}
	if e.root == "" {
		return nil, usage("files are to be written, and the repository has no working copy: go to a clone of it")
	}
	if e.compiler, err = a.compiler(); err != nil {
		return nil, err
	}
	org, _, err := e.compiler.Organisation(ctx, os.DirFS(e.root), a.dir)
	if err != nil {
		return nil, err
	}
	if e.zone, err = org.Location(); err != nil {
		e.zone = time.UTC
	}
	head, err := repo.Resolve(ctx, "HEAD")
	if err != nil {
		return nil, err
	}
	e.head, err = repo.Tree(ctx, head)
	return e, err
}

// clean refuses directories that differ from what is committed.
func (e *edition) clean(dirs ...string) error {
	for _, dir := range dirs {
		changed, err := uncommitted(e.head, os.DirFS(e.root), dir)
		if err != nil {
			return err
		}
		if len(changed) > 0 {
			return needsChange("%s differs from what is committed (%s): commit it first, or take it back", dir, someOf(changed))
		}
	}
	return nil
}

func (e *edition) today() string { return time.Now().In(e.zone).Format(time.DateOnly) }

func (e *edition) at(dir string) string { return filepath.Join(e.root, filepath.FromSlash(dir)) }

func (e *edition) exists(dir string) bool {
	_, err := os.Lstat(e.at(dir))
	return err == nil
}

// sound compiles a directory, which must need no change.
func (e *edition) sound(ctx context.Context, dir string) (*compile.Result, error) {
	r, err := e.compiler.Framework(ctx, e.unit(dir))
	if err == nil && !r.OK() {
		err = needsChange("%s needs a change first (milepost validate says which)", dir)
	}
	return r, err
}

func (e *edition) unit(dir string) compile.Unit {
	return compile.Unit{FS: os.DirFS(e.root), Root: e.dir, Dir: strings.TrimPrefix(dir, e.dir+"/")}
}

func (a *app) editionStart(ctx context.Context, id string, o editionOptions) error {
	e, err := a.edition(ctx, id)
	if err != nil {
		return err
	}
	if err := o.check(e.today()); err != nil {
		return err
	}
	switch {
	case e.exists(e.next):
		return needsChange("%s is there already: a framework has one coming edition at most; go on with that one, or, once its date has come, milepost promote %s makes it the text in force", e.next, id)
	case !e.exists(e.base):
		return usage("there is no framework %q; the frameworks are: %s", id, strings.Join(frameworkIDs(e.root, e.dir), ", "))
	}
	if err := e.clean(e.base); err != nil {
		return err
	}
	r, err := e.sound(ctx, e.base)
	if err != nil {
		return err
	}
	files, left, err := e.write(ctx, r, o)
	if err != nil {
		return err
	}
	return e.nextSteps(files, left, o)
}

// onceOnly are the fields that speak of one change, and mean nothing later.
var onceOnly = []string{"release", "correction", "accept", "transition"}

// write writes the coming edition beside its place, checks that it says the
// same, and puts it there with one rename. It returns how many files it has,
// and which fields of an earlier change are still in it.
func (e *edition) write(ctx context.Context, was *compile.Result, o editionOptions) (files int, left []string, err error) {
	fields := []compile.Field{{Name: "effective", Value: o.effective}, {Name: "publish", Value: o.publish}}
	for _, name := range onceOnly {
		fields = append(fields, compile.Field{Name: name})
	}
	edits, err := compile.Redirect(e.unit(e.base), fields)
	if err != nil {
		return 0, nil, err
	}
	parent := e.at(path.Dir(e.next))
	if err := os.MkdirAll(parent, 0o755); err != nil {
		return 0, nil, fmt.Errorf("writing %s: %w", e.next, err)
	}
	aside, err := os.MkdirTemp(parent, ".milepost-*")
	if err != nil {
		return 0, nil, fmt.Errorf("writing %s: %w", e.next, err)
	}
	defer func() {
		err = errors.Join(err, os.RemoveAll(aside))
		_ = os.Remove(parent) // which fails unless it is empty
	}()
	if files, err = copyText(e.at(e.base), filepath.Join(aside, e.id), e.base, edits); err != nil {
		return 0, nil, err
	}
	now, err := e.compiler.Framework(ctx, e.unit(path.Join(path.Dir(e.next), filepath.Base(aside), e.id)))
	if err != nil {
		return 0, nil, err
	}
	d := now.Directives
	if now.Digest != was.Digest || d.Effective != o.effective || d.Publish != o.publish {
		return 0, nil, needsChange("the dates of %s are written so that they cannot be changed safely: write effective and publish on lines of their own, as plain dates, and try again", e.base)
	}
	if err := os.Rename(filepath.Join(aside, e.id), e.at(e.next)); err != nil {
		return 0, nil, fmt.Errorf("writing %s: %w", e.next, err)
	}
	return files, leftovers(d), nil
}

// leftovers are the fields of an earlier change that are still there.
func leftovers(d ladder.Directives) []string {
	var left []string
	for i, there := range []bool{d.Release != nil, d.Correction != nil, len(d.Accept) > 0, d.Transition != nil} {
		if there {
			left = append(left, onceOnly[i])
		}
	}
	return left
}

// nextSteps says what there is now, and what to do with it.
func (e *edition) nextSteps(files int, left []string, o editionOptions) error {
	r := renderer{w: e.stdout}
	r.line("%s is the coming edition of %s: %s, the same as the text in force.", e.next, e.id, plural(files, "file"))
	if len(left) > 0 {
		r.line("It still has %s, of an earlier change: delete that by hand. It means nothing there.", strings.Join(left, ", "))
	}
	r.line("")
	r.line("Next:")
	r.line("  1. Edit the files in %s. That may take several pull requests.", e.next)
	step := 2
	if o.effective == "" {
		r.line("  2. When the day is known, write it below the title: effective: \"2027-03-01\"")
		step++
	}
	switch {
	case o.publish != "":
		r.line("     Everybody can see it from %s on.", day(o.publish))
	default:
		r.line("     Readers see it when it takes effect, or from the day that publish names.")
	}
	when := "its day"
	if o.effective != "" {
		when = day(o.effective)
	}
	r.line("  %d. On %s it comes into force by itself. After that, milepost promote %s", step, when, e.id)
	r.line("     moves it to %s, which changes nothing for readers.", e.base)
	return r.err
}

// day is a date as people write it.
func day(date string) string {
	t, err := time.Parse(time.DateOnly, date)
	if err != nil {
		return date
	}
	return t.Format("2 January 2006")
}

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// someOf names a few of many.
func someOf(names []string) string {
	const most = 3
	if len(names) > most {
		return fmt.Sprintf("%s and %d more", strings.Join(names[:most], ", "), len(names)-most)
	}
	return strings.Join(names, ", ")
}

// copyText copies the files of a framework's directory with edits applied.
// name is what the edits call the directory.
func copyText(from, to, name string, edits []diag.Edit) (files int, err error) {
	texts, err := textFiles(os.DirFS(from), ".")
	if err != nil {
		return 0, fmt.Errorf("reading %s: %w", name, err)
	}
	for _, file := range texts {
		data, err := os.ReadFile(filepath.Join(from, filepath.FromSlash(file)))
		if err != nil {
			return 0, fmt.Errorf("reading %s: %w", name, err)
		}
		for _, edit := range slices.Backward(edits) {
			if edit.File != path.Join(name, file) {
				continue
			}
			if edit.Start < 0 || edit.End < edit.Start || edit.End > len(data) {
				return 0, fmt.Errorf("copying %s: the file changed meanwhile", edit.File)
			}
			data = slices.Concat(data[:edit.Start], []byte(edit.New), data[edit.End:])
		}
		at := filepath.Join(to, filepath.FromSlash(file))
		if err := errors.Join(os.MkdirAll(filepath.Dir(at), 0o755), os.WriteFile(at, data, 0o644)); err != nil {
			return 0, fmt.Errorf("copying %s: %w", name, err)
		}
	}
	return len(texts), nil
}

// textFiles are the files of a directory that belong to its text: all but
// those whose names begin with a dot. Links are not followed, and refused.
func textFiles(fsys fs.FS, dir string) ([]string, error) {
	var out []string
	err := fs.WalkDir(fsys, dir, func(name string, d fs.DirEntry, err error) error {
		switch {
		case errors.Is(err, fs.ErrNotExist) && name == dir:
			return fs.SkipAll
		case err != nil:
			return err
		case strings.HasPrefix(d.Name(), ".") && name != dir:
			if d.IsDir() {
				return fs.SkipDir
			}
		case d.IsDir():
		case !d.Type().IsRegular():
			return needsChange("%s is a link or a device, and not a file", name)
		default:
			out = append(out, name)
		}
		return nil
	})
	return out, err
}
