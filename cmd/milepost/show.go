package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/milepost-dev/milepost/internal/history"
	"github.com/milepost-dev/milepost/internal/ladder"
	"github.com/milepost-dev/milepost/server"
)

type showOptions struct {
	asOf, version, level, format string
}

func (a *app) showCommand() *cobra.Command {
	var o showOptions
	cmd := &cobra.Command{
		Use:     "show ID",
		Short:   "Print a framework: now, at a date, or by version",
		Example: "  milepost show product-operations-ladder --level l4\n  milepost show product-operations-ladder --as-of 2026-03-01 --format json",
		Args:    cobra.ExactArgs(1),
		RunE:    func(cmd *cobra.Command, args []string) error { return a.show(cmd.Context(), args[0], o) },
	}
	cmd.ValidArgsFunction = a.completeIDs
	f := cmd.Flags()
	f.StringVar(&o.asOf, "as-of", "", "as it was at a date (2026-03-01: the end of that day) or a moment")
	f.StringVar(&o.version, "version", "", "a version's number, such as 1.4.0")
	f.StringVar(&o.level, "level", "", "one level only, by its id")
	f.StringVar(&o.format, "format", "text", "text, json or markdown")
	_ = cmd.RegisterFlagCompletionFunc("format", cobra.FixedCompletions([]string{"text", "json", "markdown"}, cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

func (a *app) show(ctx context.Context, id string, o showOptions) error {
	if err := oneOf("format", o.format, "text", "json", "markdown"); err != nil {
		return err
	}
	if o.asOf != "" && o.version != "" {
		return usage("ask by --as-of or by --version, not by both")
	}
	store, err := a.store(ctx)
	if err != nil {
		return err
	}
	snap := store.Snapshot()
	t, err := findTimeline(snap, id)
	if err != nil {
		return err
	}
	v, err := findVersion(snap, t, o)
	if err != nil {
		return err
	}
	return a.printVersion(v, o)
}

func (a *app) printVersion(v *history.Version, o showOptions) error {
	f, err := v.Text()
	if err != nil {
		return err
	}
	levels := f.Levels
	if o.level != "" {
		l, ok := f.Level(o.level)
		if !ok {
			return usage("there is no level %q in %s; the levels are: %s", o.level, f.ID, levelIDs(f))
		}
		levels = []ladder.Level{*l}
		if o.format == "json" {
			return a.printJSON(server.LevelAnswer{Version: v.Info(), Level: l})
		}
	}
	if o.format == "json" {
		body, err := v.Identity()
		if err != nil {
			return err
		}
		_, err = a.stdout.Write(body)
		return err
	}
	r := renderer{w: a.stdout, markdown: o.format == "markdown"}
	r.framework(v, f, levels, o.level == "")
	return r.err
}

func levelIDs(f *ladder.Framework) string {
	ids := make([]string, len(f.Levels))
	for i := range f.Levels {
		ids[i] = f.Levels[i].ID
	}
	return strings.Join(ids, ", ")
}

func findTimeline(snap *history.Snapshot, id string) (*history.Timeline, error) {
	t, ok := snap.Timeline(id)
	if ok && t.MovedTo != "" {
		t, ok = snap.Timeline(t.MovedTo)
	}
	if ok {
		return t, nil
	}
	var ids []string
	for _, l := range snap.Live() {
		ids = append(ids, l.ID)
	}
	if len(ids) == 0 {
		return nil, usage("there is no framework %q: the repository has none yet", id)
	}
	return nil, usage("there is no framework %q; the frameworks are: %s", id, strings.Join(ids, ", "))
}

func findVersion(snap *history.Snapshot, t *history.Timeline, o showOptions) (*history.Version, error) {
	first := t.First()
	if first == nil {
		return nil, usage("%s has no version yet: its text needs a change first (milepost validate says which)", t.ID)
	}
	view := history.View{KnownAt: time.Now(), Drafts: true}
	at := t.At(view.KnownAt, view)
	switch {
	case o.version != "":
		var ok bool
		if at, ok = t.Find(strings.TrimPrefix(o.version, "v"), view); !ok {
			return nil, usage("there is no version %q of %s; the newest is %s", o.version, t.ID, t.Latest().Number)
		}
	case o.asOf != "":
		w, err := history.ParseWhen(o.asOf, snap.Location)
		if err != nil {
			return nil, usage("--as-of: %w", err)
		}
		if at = t.At(w.Instant, view); at.Version == nil {
			return nil, usage("on %s there was no %s yet: its first version, %s, is of %s", w.Date(snap.Location), t.ID, first.Number, first.EffectiveFrom.In(snap.Location).Format(time.DateOnly))
		}
	}
	if at.Version == nil {
		return nil, usage("%s has no version yet", t.ID)
	}
	if !at.Version.Removed {
		return at.Version, nil
	}
	i := at.Index
	return nil, usage("%s ended on %s; --version %s shows its last text", t.ID, t.Versions[i].EffectiveFrom.In(snap.Location).Format(time.DateOnly), t.Versions[max(0, i-1)].Number)
}

func (a *app) printJSON(v any) error {
	enc := json.NewEncoder(a.stdout)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}

func oneOf(flag, value string, values ...string) error {
	for _, v := range values {
		if v == value {
			return nil
		}
	}
	return usage("there is no %s %q: the %ss are %s", flag, value, flag, strings.Join(values, ", "))
}

func (a *app) versionsCommand() *cobra.Command {
	var format string
	cmd := &cobra.Command{
		Use:   "versions ID",
		Short: "List the versions of a framework, newest first",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := oneOf("format", format, "text", "json"); err != nil {
				return err
			}
			store, err := a.store(cmd.Context())
			if err != nil {
				return err
			}
			t, err := findTimeline(store.Snapshot(), args[0])
			if err != nil {
				return err
			}
			now := time.Now()
			list, err := server.Versions(t, now, history.View{KnownAt: now, Drafts: true})
			if err != nil {
				return err
			}
			if format == "json" {
				return a.printJSON(list)
			}
			return printVersions(a.stdout, list, store.Snapshot().Location)
		},
	}
	cmd.ValidArgsFunction = a.completeIDs
	cmd.Flags().StringVar(&format, "format", "text", "text or json")
	return cmd
}

func printVersions(w io.Writer, list server.VersionList, loc *time.Location) error {
	tw := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
	fmt.Fprintln(tw, "VERSION\tSTEP\tIN FORCE FROM\tSTATUS\tCOMMIT\tPULL REQUEST")
	for _, v := range list.Versions {
		from, commit, pr := "", v.Commit, ""
		if v.EffectiveFrom != nil {
			from = v.EffectiveFrom.In(loc).Format("2006-01-02 15:04")
		}
		if len(commit) > 10 {
			commit = commit[:10]
		}
		if v.PullRequest != 0 {
			pr = fmt.Sprintf("#%d", v.PullRequest)
		}
		step := v.Bump
		if step == "" {
			step = "first"
		}
		fmt.Fprintf(tw, "%s\t%s\t%s\t%s\t%s\t%s\n", v.Number, step, from, v.Status, commit, pr)
	}
	if err := tw.Flush(); err != nil {
		return err
	}
	_, err := fmt.Fprintln(w, "\nThe numbers are provisional: they are worked out from the history, and not tagged yet.")
	return err
}

// completeIDs completes the ids of the frameworks in the working copy.
func (a *app) completeIDs(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	dir, err := a.workDir()
	if err != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	return frameworkIDs(dir, a.dir), cobra.ShellCompDirectiveNoFileComp
}
