package main

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/milepost-dev/milepost/internal/history"
	"github.com/milepost-dev/milepost/internal/ladder"
	"github.com/milepost-dev/milepost/server"
)

// diffVersions compares two texts of one framework that were, are or will be
// in force.
func (a *app) diffVersions(ctx context.Context, args []string, o diffOptions) error {
	if err := oneOf("format", o.format, "text", "json", "markdown"); err != nil {
		return err
	}
	switch {
	case len(args) > 0:
		return usage("compare revisions (milepost diff BASE HEAD), or versions and dates (--from, --to), not both")
	case o.framework == "":
		return usage("name the framework whose versions are compared with --framework")
	}
	t, m, err := a.timeline(ctx, o.framework, axes{knownAt: o.knownAt})
	if err != nil {
		return err
	}
	from, to, err := ends(t, m, o)
	if err != nil {
		return err
	}
	changes, text, err := between(t, from, to)
	if err != nil {
		return err
	}
	if o.level != "" {
		changes = changes.ForLevel(o.level)
	}
	d := server.DiffAnswer{
		Framework: t.ID, From: from.Version.Info(), To: to.Version.Info(), Headline: changes.Headline(text),
		Bump: changes.Bump(), Category: changes.Category(), Changes: append([]ladder.Change{}, changes.Changes...),
	}
	if o.format == "json" {
		return a.printJSON(d)
	}
	return a.printDiffAnswer(d, m, o.format == "markdown")
}

// ends are the two versions to compare.
func ends(t *history.Timeline, m moment, o diffOptions) (from, to history.Standing, err error) {
	if o.to != "" {
		to, err = m.point(t, "to", o.to)
	} else {
		to, err = m.find(t)
	}
	if err != nil {
		return from, to, err
	}
	if o.from != "" {
		from, err = m.point(t, "from", o.from)
	} else {
		from, err = m.previous(t, to)
	}
	if err != nil {
		return from, to, err
	}
	for _, s := range []history.Standing{from, to} {
		if s.Version.Removed {
			return from, to, usage("%s ended with version %s, which has no text to compare", t.ID, s.Version.Number)
		}
	}
	return from, to, nil
}

// previous is the version before another.
func (m moment) previous(t *history.Timeline, s history.Standing) (history.Standing, error) {
	before := t.Before(s)
	if before == nil {
		return s, usage("%s is the first version of %s: there is none before it to compare with", s.Version.Number, t.ID)
	}
	return history.Standing{Version: before, Index: slices.Index(t.Versions, before)}, nil
}

// between is what changed. Of neighbours, what their author declared counts.
func between(t *history.Timeline, from, to history.Standing) (ladder.ChangeSet, *ladder.Framework, error) {
	if t.Before(to) == from.Version {
		set, _, text, err := t.Changes(to)
		return set, text, err
	}
	a, err := from.Version.Text()
	if err != nil {
		return ladder.ChangeSet{}, nil, err
	}
	b, err := to.Version.Text()
	if err != nil {
		return ladder.ChangeSet{}, nil, err
	}
	return ladder.Diff(a, b), b, nil
}

func (a *app) printDiffAnswer(d server.DiffAnswer, m moment, markdown bool) error {
	r := renderer{w: a.stdout, markdown: markdown}
	title := cmp.Or(d.To.Title, d.Framework) + ", " + named(d.From, m.zone) + " to " + named(d.To, m.zone)
	if markdown {
		title = "## " + title + "\n"
	}
	r.line("%s", title)
	if m.knownAt != "" {
		r.line("As known at %s.", m.knownAt)
	}
	r.line("%s", d.Headline)
	for _, c := range d.Changes {
		r.line("  - %s: %s", c.Category.Name(), c.Message)
	}
	return r.err
}

// named is a version with its day.
func named(v history.VersionInfo, zone *time.Location) string {
	if v.EffectiveFrom == nil {
		return v.Number
	}
	return v.Number + " (" + v.EffectiveFrom.In(zone).Format("2 January 2006") + ")"
}
