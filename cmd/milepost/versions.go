package main

import (
	"context"
	"fmt"
	"io"
	"slices"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/milepost-dev/milepost/internal/history"
	"github.com/milepost-dev/milepost/server"
)

type versionsOptions struct{ knownAt, format string }

func (a *app) versionsCommand() *cobra.Command {
	var o versionsOptions
	cmd := &cobra.Command{
		Use:   "versions ID",
		Short: "List the versions of a framework, newest first",
		Long: `List the versions of a framework, newest first, and the coming edition where
there is one: what each asks of people against the one before, when it was
recorded, and from when until when it is in force.

A number is provisional until a tag freezes it (milepost release).`,
		Example: "  milepost versions product-operations-ladder\n  milepost versions product-operations-ladder --known-at 2026-03-01 --format json",
		Args:    cobra.ExactArgs(1),
		RunE:    func(cmd *cobra.Command, args []string) error { return a.versions(cmd.Context(), args[0], o) },
	}
	cmd.ValidArgsFunction = a.completeIDs
	cmd.Flags().StringVar(&o.knownAt, "known-at", "", "as it was known on a day or at a moment")
	cmd.Flags().StringVar(&o.format, "format", "text", "text or json")
	_ = cmd.RegisterFlagCompletionFunc("format", cobra.FixedCompletions([]string{"text", "json"}, cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

func (a *app) versions(ctx context.Context, id string, o versionsOptions) error {
	if err := oneOf("format", o.format, "text", "json"); err != nil {
		return err
	}
	t, asked, err := a.timeline(ctx, id, axes{knownAt: o.knownAt})
	if err != nil {
		return err
	}
	if o.format == "json" {
		list, err := server.Versions(t, asked.view)
		if err != nil {
			return err
		}
		return a.printJSON(list)
	}
	entries, err := t.List(asked.view)
	if err != nil {
		return err
	}
	return printVersions(a.stdout, t, entries, asked)
}

// printVersions prints a table that a terminal of 100 columns holds.
func printVersions(w io.Writer, t *history.Timeline, entries []history.Entry, asked moment) error {
	r := renderer{w: w}
	if said := asked.said(); said != "" {
		r.line("%s", said)
		r.line("")
	}
	if n := len(entries); n > 0 && entries[n-1].Index < 0 {
		r.coming(entries[n-1], asked.zone)
		entries = entries[:n-1]
	}
	if r.err != nil {
		return r.err
	}
	if len(entries) == 0 {
		r.line("%s has no version yet.", t.ID)
		return r.err
	}
	tw := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
	fmt.Fprintln(tw, "VERSION\tCHANGE\tRECORDED\tIN FORCE\tSTATUS\tCOMMIT\tPULL\tTAGGED")
	for _, e := range slices.Backward(entries) {
		v := e.Version
		fmt.Fprintf(tw, "%s\t%s\t%s\t%s\t%s\t%.7s\t%s\t%s\n", v.Number, change(v), date(v.RecordedAt, asked.zone),
			interval(e, asked.zone), e.Status, v.Commit, pull(v), yesNo(v.Tagged()))
	}
	if err := tw.Flush(); err != nil {
		return err
	}
	r.remarks(t, entries, asked.view)
	return r.err
}

// coming tells of the edition that is not in force yet.
func (r *renderer) coming(e history.Entry, zone *time.Location) {
	v := e.Version
	when := "without a date yet"
	if !e.From.IsZero() {
		when = "in force from " + e.From.In(zone).Format("2 January 2006")
	}
	r.line("Coming: %s, %s", v.Number, when)
	r.line("        %s, recorded %s, commit %.7s", change(v), date(v.RecordedAt, zone), v.Commit)
	r.line("")
}

// remarks say below the table what does not fit into it.
func (r *renderer) remarks(t *history.Timeline, entries []history.Entry, known history.View) {
	r.line("")
	provisional := 0
	for _, e := range slices.Backward(entries) {
		v := e.Version
		if c := v.Said.Correction; c != nil {
			r.line("%s corrects %s from its start: %s", v.Number, c.Of, c.Reason)
		}
		if note := t.Erratum(v.Number, known); note != "" {
			r.line("Note on %s: %s", v.Number, note)
		}
		if !v.Tagged() {
			provisional++
		}
	}
	if provisional > 0 {
		r.line("")
		r.line("Numbers without a tag are provisional: worked out from the history. milepost release tags them.")
	}
}

// change is what a version does to people, in words.
func change(v *history.Version) string {
	switch {
	case v.Removed:
		return "ended"
	case v.Previous == "":
		return "first"
	case v.Category() == "":
		return v.Bump
	}
	return v.Category().Name()
}

func yesNo(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

func pull(v *history.Version) string {
	if n := v.Info().PullRequest; n > 0 {
		return fmt.Sprintf("#%d", n)
	}
	return ""
}

func date(t time.Time, zone *time.Location) string {
	if t.IsZero() {
		return ""
	}
	return t.In(zone).Format(time.DateOnly)
}

// interval is from when until when a version is in force.
func interval(e history.Entry, zone *time.Location) string {
	from, until := date(e.From, zone), date(e.Until, zone)
	switch {
	case until == "":
		return "since " + from
	case e.Until.Equal(e.From): // put right from its start
		return "from " + from
	}
	return from + " to " + until
}
