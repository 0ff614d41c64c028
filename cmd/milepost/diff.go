package main

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/milepost-dev/milepost/internal/diag"
	"github.com/milepost-dev/milepost/internal/ladder"
	"github.com/milepost-dev/milepost/internal/review"
)

type diffOptions struct {
	framework, level, format string
	from, to, knownAt        string
}

// FrameworkDiff is what changed in one framework, as --format json prints it.
type FrameworkDiff struct {
	Framework string          `json:"framework"`
	Title     string          `json:"title"`
	Status    string          `json:"status"`
	Headline  string          `json:"headline"`
	Bump      string          `json:"bump,omitempty"`
	Changes   []ladder.Change `json:"changes"`
}

func (a *app) diffCommand() *cobra.Command {
	var o diffOptions
	cmd := &cobra.Command{
		Use:   "diff BASE [HEAD]",
		Short: "Say in words what changed between two revisions, versions or dates",
		Long: `Say in words what changed in the frameworks from BASE to HEAD, two revisions of
the repository. Without HEAD, the working copy is compared.

With --from or --to, two texts of one framework are compared that were, are or
will be in force: versions, or dates. Without --to that is the one in force now,
without --from the one before.`,
		Example: "  milepost diff HEAD\n  milepost diff HEAD~3 HEAD --framework product-operations-ladder --level l4\n  milepost diff --framework product-operations-ladder --from 2026-01-01 --to 1.4.0",
		Args:    cobra.MaximumNArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			if o.from != "" || o.to != "" || o.knownAt != "" {
				return a.diffVersions(cmd.Context(), args, o)
			}
			if len(args) == 0 {
				return usage("name a revision to compare with, such as HEAD, or two versions or dates with --framework, --from and --to")
			}
			return a.diff(cmd.Context(), args, o)
		},
	}
	f := cmd.Flags()
	f.StringVar(&o.from, "from", "", "a version or a date of the framework to compare, such as 1.4.0 or 2026-03-01")
	f.StringVar(&o.to, "to", "", "the version or date to compare it with")
	f.StringVar(&o.knownAt, "known-at", "", "with --from or --to, as it was known on a day or at a moment")
	f.StringVar(&o.framework, "framework", "", "one framework only, by its id")
	f.StringVar(&o.level, "level", "", "one level only, by its id")
	f.StringVar(&o.format, "format", "text", "text, json or markdown")
	_ = cmd.RegisterFlagCompletionFunc("framework", a.completeIDs)
	_ = cmd.RegisterFlagCompletionFunc("format", cobra.FixedCompletions([]string{"text", "json", "markdown"}, cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

func (a *app) diff(ctx context.Context, revs []string, o diffOptions) error {
	if err := oneOf("format", o.format, "text", "json", "markdown"); err != nil {
		return err
	}
	ch, err := a.revisions(ctx, revs)
	if err != nil {
		return err
	}
	c, err := a.compiler()
	if err != nil {
		return err
	}
	v, err := review.Review(ctx, c, ch)
	if err != nil {
		return err
	}
	diffs, err := selectDiffs(v, o)
	if err != nil {
		return err
	}
	if o.format == "json" {
		return a.printJSON(diffs)
	}
	return a.printDiffs(diffs, v, o.format == "markdown")
}

// revisions are the trees to compare.
func (a *app) revisions(ctx context.Context, revs []string) (review.Change, error) {
	ch := review.Change{Root: a.dir, Now: time.Now()}
	repo, err := a.open(ctx)
	if err != nil {
		return ch, err
	}
	if _, err := repo.Refresh(ctx); err != nil {
		return ch, err
	}
	tree := func(rev string) (fs.FS, error) {
		hash, err := repo.Resolve(ctx, rev)
		if err != nil {
			return nil, err
		}
		t, err := repo.Tree(ctx, hash)
		if err != nil {
			return nil, err
		}
		if _, err := fs.Stat(t, a.dir); err != nil {
			return nil, usage("%s has no folder %q", rev, a.dir)
		}
		return t, nil
	}
	if ch.Base, err = tree(revs[0]); err != nil {
		return ch, err
	}
	if len(revs) == 2 {
		ch.Head, err = tree(revs[1])
		return ch, err
	}
	if repo.Root() == "" {
		return ch, usage("the repository has no working copy: name two revisions")
	}
	ch.Head = os.DirFS(repo.Root())
	return ch, nil
}

func selectDiffs(v *review.Verdict, o diffOptions) ([]FrameworkDiff, error) {
	out := []FrameworkDiff{}
	found := false
	for _, c := range v.Checked {
		if o.framework != "" && c.ID != o.framework || c.Changes == nil {
			continue
		}
		found = true
		changes, text := *c.Changes, c.Text
		if o.level != "" {
			// Who else is affected, one level's changes do not say.
			changes, text = changes.ForLevel(o.level), nil
		}
		if changes.Empty() {
			continue
		}
		title := c.Title
		if c.Coming {
			title += " (coming edition)"
		}
		out = append(out, FrameworkDiff{c.ID, title, c.Status, changes.Headline(text), changes.Bump(), changes.Changes})
	}
	if o.framework != "" && !found {
		for _, f := range v.Findings {
			if f.Framework == o.framework && f.Severity == diag.Error {
				return nil, fmt.Errorf("%s cannot be compared: its text needs a change first (milepost validate says which)", o.framework)
			}
		}
	}
	return out, nil
}

func (a *app) printDiffs(diffs []FrameworkDiff, v *review.Verdict, markdown bool) error {
	r := renderer{w: a.stdout, markdown: markdown}
	if len(diffs) == 0 {
		r.line("Nothing changed in what the frameworks say.")
	}
	for i, d := range diffs {
		if i > 0 {
			r.line("")
		}
		if markdown {
			r.line("## %s", d.Title)
			r.line("")
		} else {
			r.line("%s", d.Title)
		}
		r.line("%s", d.Headline)
		for _, c := range d.Changes {
			r.line("  - %s: %s", c.Category.Name(), c.Message)
		}
	}
	if n := v.Findings; n.HasErrors() {
		fmt.Fprintln(a.stderr, "milepost: some texts need a change and were not compared (milepost validate says which)")
	}
	return r.err
}
