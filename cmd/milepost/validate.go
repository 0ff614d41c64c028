package main

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/milepost-dev/milepost/internal/diag"
	"github.com/milepost-dev/milepost/internal/review"
)

type validateOptions struct {
	base, format string
	all, fix     bool
}

func (a *app) validateCommand() *cobra.Command {
	var o validateOptions
	cmd := &cobra.Command{
		Use:   "validate [PATH]",
		Short: "Check the frameworks, and say what needs a change",
		Long: `Check the frameworks of the working copy: all of them, or the one that PATH is
in. With --base, only those that differ from that revision are checked, by the
house rules that hold there, as a check of a pull request does. Mistakes are
reported wherever they are; what breaks a house rule, and what only deserves a
look, on lines that the change adds or changes, and with --all on all lines.`,
		Example: "  milepost validate\n  milepost validate frameworks/product-operations-ladder\n  milepost validate --base origin/main --format github",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			path := ""
			if len(args) > 0 {
				path = args[0]
			}
			return a.validate(cmd.Context(), path, o)
		},
	}
	cmd.Flags().StringVar(&o.base, "base", "", "check only what differs from this revision, such as origin/main")
	cmd.Flags().BoolVar(&o.all, "all", false, "with --base, report on lines that did not change too")
	cmd.Flags().BoolVar(&o.fix, "fix", false, "mend what can be mended in one way only, and change nothing else")
	cmd.Flags().StringVar(&o.format, "format", "text", "how to print findings: "+strings.Join(diag.Formats, ", "))
	_ = cmd.RegisterFlagCompletionFunc("format", cobra.FixedCompletions(diag.Formats, cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

func (a *app) validate(ctx context.Context, path string, o validateOptions) error {
	if err := diag.CheckFormat(o.format); err != nil {
		return usageError{err}
	}
	change, err := a.change(ctx, path, o.base)
	if err != nil {
		return err
	}
	c, err := a.compiler()
	if err != nil {
		return err
	}
	defer hurry()()
	change.All = o.all
	change.Progress = a.progress.checked
	v, err := review.Review(ctx, c, change)
	if err == nil && o.fix {
		v, err = a.fix(ctx, c, change, v)
	}
	if err != nil {
		return err
	}
	a.progress.clear()
	if !v.OK() {
		a.exit = exitFindings
	}
	return diag.Print(a.stdout, o.format, a.report(v, change))
}

// change is what the command is asked to check.
func (a *app) change(ctx context.Context, path, base string) (review.Change, error) {
	ch := review.Change{Root: a.dir, Now: time.Now()}
	if a.repo != "" && a.remote() {
		return a.remoteChange(ctx, path, base)
	}
	if path != "" && a.repo == "" {
		if _, err := os.Stat(path); err != nil {
			return ch, usage("there is no file or folder %s", path)
		}
		a.repo = existingDir(path)
		defer func() { a.repo = "" }()
	}
	dir, err := a.workDir()
	if err != nil {
		return ch, err
	}
	ch.Head, a.work = os.DirFS(dir), dir
	if ch.Only, err = a.only(dir, path); err != nil {
		return ch, err
	}
	if base != "" {
		ch.Base, err = a.baseTree(ctx, base, "HEAD")
	}
	return ch, err
}

func (a *app) remoteChange(ctx context.Context, path, base string) (review.Change, error) {
	ch := review.Change{Root: a.dir, Now: time.Now(), Only: strings.TrimPrefix(path, "next/")}
	repo, err := a.open(ctx)
	if err != nil {
		return ch, err
	}
	head, err := repo.Refresh(ctx)
	if err != nil {
		return ch, err
	}
	if ch.Head, err = repo.Tree(ctx, head); err != nil {
		return ch, err
	}
	if _, err := fs.Stat(ch.Head, a.dir); err != nil {
		return ch, usage("the branch %s has no folder %q", repo.Branch(), a.dir)
	}
	if base != "" {
		ch.Base, err = a.baseTree(ctx, base, head)
	}
	return ch, err
}

// baseTree is the tree that a change starts from: where it left the base's history.
func (a *app) baseTree(ctx context.Context, base, head string) (fs.FS, error) {
	repo, err := a.open(ctx)
	if err != nil {
		return nil, err
	}
	if _, err := repo.Refresh(ctx); err != nil {
		return nil, err
	}
	from, err := repo.MergeBase(ctx, base, head)
	if err != nil {
		return nil, err
	}
	return repo.Tree(ctx, from)
}

// existingDir is path, or the directory that it is in.
func existingDir(path string) string {
	if info, err := os.Stat(path); err == nil && !info.IsDir() {
		return filepath.Dir(path)
	}
	return path
}

// only is the framework that path is in, "" for all of them.
func (a *app) only(dir, path string) (string, error) {
	if path == "" {
		return "", nil
	}
	abs, err := filepath.Abs(path)
	if err != nil {
		return "", fmt.Errorf("finding %s: %w", path, err)
	}
	root := filepath.Join(dir, filepath.FromSlash(a.dir))
	rel, err := filepath.Rel(root, abs)
	if err != nil || rel == "." || strings.HasPrefix(rel, "..") {
		return "", nil
	}
	parts := strings.Split(filepath.ToSlash(rel), "/")
	id := parts[0]
	if id == "next" && len(parts) > 1 {
		id = parts[1] // with the text in force, which the edition is compared with
	}
	if strings.HasSuffix(id, ".cue") {
		return "", nil
	}
	return id, nil
}

func (a *app) report(v *review.Verdict, ch review.Change) diag.Report {
	r := diag.Report{Findings: slices.Clone(v.Findings), Colour: a.colours()}
	for _, c := range v.Checked {
		dir := a.dir + "/" + c.Dir
		files, _ := fs.Glob(ch.Head, dir+"/*.cue")
		r.Checked = append(r.Checked, diag.Checked{Framework: c.ID, Title: c.Title, Dir: dir, Coming: c.Coming, Files: len(files)})
		if ch.Base != nil {
			r.Changes = append(r.Changes, diag.Change{Lead: c.Lead(), Lines: c.Lines(), Value: c})
		}
	}
	r.Source = func(file string) ([]byte, bool) {
		if !fs.ValidPath(file) {
			return nil, false
		}
		b, err := fs.ReadFile(ch.Head, file)
		return b, err == nil
	}
	return r
}
