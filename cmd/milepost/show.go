package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/milepost-dev/milepost/internal/history"
	"github.com/milepost-dev/milepost/internal/ladder"
	"github.com/milepost-dev/milepost/server"
)

type showOptions struct {
	axes
	version, level, format string
}

func (a *app) showCommand() *cobra.Command {
	var o showOptions
	cmd := &cobra.Command{
		Use:   "show ID",
		Short: "Print a framework: now, at a date, or by version",
		Long: `Print a framework as it is in force now, or as it was, is or will be as of a
date. There are two axes of time: --as-of is the date that is asked about, and
--known-at what was known then. Only a correction, and an edition that was
dated later, make a difference between them.`,
		Example: "  milepost show product-operations-ladder --level l4\n  milepost show product-operations-ladder --as-of 2026-03-01 --known-at 2026-06-30\n  milepost show product-operations-ladder --cycle 2027-h1\n  milepost show product-operations-ladder --version 1.4.0 --format json",
		Args:    cobra.ExactArgs(1),
		RunE:    func(cmd *cobra.Command, args []string) error { return a.show(cmd.Context(), args[0], o) },
	}
	cmd.ValidArgsFunction = a.completeIDs
	f := cmd.Flags()
	f.StringVar(&o.asOf, "as-of", "", "as it was at a date (2026-03-01: the end of that day) or a moment")
	f.StringVar(&o.cycle, "cycle", "", "as of the opening of a review cycle of the organisation, such as 2027-h1")
	f.StringVar(&o.knownAt, "known-at", "", "as it was known on a day or at a moment")
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
	if o.asOf != "" && o.version != "" || o.asOf != "" && o.cycle != "" || o.cycle != "" && o.version != "" {
		return usage("ask by --as-of, by --cycle or by --version, by one of them")
	}
	t, m, err := a.timeline(ctx, id, o.axes)
	if err != nil {
		return err
	}
	at, err := o.find(t, m)
	if err != nil {
		return err
	}
	return a.printVersion(t, at, m, o)
}

func (a *app) printVersion(t *history.Timeline, at history.Standing, m moment, o showOptions) error {
	v := at.Version
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
	r.title(f)
	r.standing(t, at, m, o.version != "")
	r.framework(f, levels, o.level == "")
	return r.err
}

func levelIDs(f *ladder.Framework) string {
	ids := make([]string, len(f.Levels))
	for i := range f.Levels {
		ids[i] = f.Levels[i].ID
	}
	return strings.Join(ids, ", ")
}

// timeline reads the history of a framework, and what is asked of it.
func (a *app) timeline(ctx context.Context, id string, asked axes) (*history.Timeline, moment, error) {
	store, err := a.store(ctx)
	if err != nil {
		return nil, moment{}, err
	}
	snap := store.Snapshot()
	t, err := findTimeline(snap, id)
	if err != nil {
		return nil, moment{}, err
	}
	m, err := asked.read(snap, time.Now())
	return t, m, err
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

// find is the version that was asked for, unless that is the framework's end.
func (o showOptions) find(t *history.Timeline, m moment) (history.Standing, error) {
	at, err := o.standing(t, m)
	if err != nil || !at.Version.Removed {
		return at, err
	}
	return at, usage("%s ended on %s; --version %s shows its last text", t.ID, date(at.Version.EffectiveFrom, m.zone), t.Versions[max(0, at.Index-1)].Number)
}

func (o showOptions) standing(t *history.Timeline, m moment) (history.Standing, error) {
	if t.First() == nil && o.version == "" && o.asOf == "" && o.cycle == "" {
		if e, err := t.Coming(m.view); err == nil && e != nil {
			return history.Standing{}, usage("%s has no text in force yet, and a coming edition: --version %s shows it", t.ID, e.Version.Number)
		}
		return history.Standing{}, usage("%s has no version yet: its text needs a change first (milepost validate says which)", t.ID)
	}
	if o.version == "" {
		return m.find(t)
	}
	at, ok := t.Find(strings.TrimPrefix(o.version, "v"), m.view)
	if !ok {
		return at, usage("there is no version %q of %s%s", o.version, t.ID, newest(t, m.view))
	}
	return at, nil
}

// standing says in lines how a version stands to the moment that was asked for.
func (r *renderer) standing(t *history.Timeline, at history.Standing, m moment, byNumber bool) {
	v := at.Version
	if said := m.said(); said != "" {
		r.line("%s", said)
	}
	name := "Version " + v.Number
	switch {
	case v.Coming && t.Status(at, m.view) == history.Superseded:
		r.line("Earlier draft %s of an edition, %s.", v.Number, superseded(t, v, m))
		r.line("")
		return
	case v.Coming:
		name = "Coming edition " + v.Number
	case !v.Tagged():
		name += " (provisional)"
	}
	from := "without a date yet"
	if !v.EffectiveFrom.IsZero() {
		from = "in force from " + v.EffectiveFrom.In(m.zone).Format("2 January 2006")
	}
	switch until := t.Until(at, m.view); {
	case until.IsZero():
	case until.Equal(v.EffectiveFrom):
		from += ", and put right from its start by version " + t.Versions[at.Index+1].Number
	default:
		from += " until " + until.In(m.zone).Format("2 January 2006")
	}
	r.line("%s, %s.", name, from)
	if c := v.Said.Correction; c != nil {
		r.line("It corrects version %s from its start: %s", c.Of, c.Reason)
	}
	if note := t.Erratum(v.Number, m.view); note != "" {
		r.line("Note: %s", note)
	}
	if old, ok := t.AlsoAccepted(m.asOf, m.view); ok && !byNumber {
		r.line("Also accepted until %s: version %s (%s).", old.Until.In(m.zone).Format("2 January 2006"), old.Version.Number, old.For)
	}
	r.line("")
}

// superseded says what became of an edition that is not to come any more.
func superseded(t *history.Timeline, v *history.Version, m moment) string {
	if w := t.Became(v, m.view); w != nil {
		return fmt.Sprintf("which came into force on %s as version %s", w.EffectiveFrom.In(m.zone).Format("2 January 2006"), w.Number)
	}
	return "which was never in force"
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
