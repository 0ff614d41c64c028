package main

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/milepost-dev/milepost/internal/gitrepo"
	"github.com/milepost-dev/milepost/internal/history"
)

type releaseOptions struct {
	dryRun, push      bool
	framework, format string
}

func (a *app) releaseCommand() *cobra.Command {
	var o releaseOptions
	cmd := &cobra.Command{
		Use:   "release",
		Short: "Tag the versions in force, which freezes their numbers",
		Long: `Make an annotated tag for every version in force that has none and comes after
the newest tag: frameworks/ID/v1.4.0, on the commit that brought the version.
From then on its number stays, whatever rules a later Milepost goes by. A coming
edition is tagged once its date has come. A tag that is missing between others
is not made again.

Without --push the tags are made in this clone alone. With --push, what counts
is the repository that the clone comes from (origin), or that --repo names: its
branch, its tags. A tag is never moved: of several who release at the same time,
one makes each tag, and the others find it there.

Who makes the tags is GIT_COMMITTER_NAME and GIT_COMMITTER_EMAIL. A token that
may write is read from MILEPOST_REPO_TOKEN or --repo-token-file.

Exit codes: 0 all versions have their tag, 1 a tag was refused, 3 it is not
known, or could not be done.`,
		Example: "  milepost release --dry-run\n  milepost release --push\n  milepost release --push --framework product-operations-ladder --format json",
		Args:    cobra.NoArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return a.release(cmd.Context(), o) },
	}
	f := cmd.Flags()
	f.BoolVar(&o.dryRun, "dry-run", false, "make no tags, and say which would be made")
	f.BoolVar(&o.push, "push", false, "make them where the clone comes from, or in the repository of --repo")
	f.StringVar(&o.framework, "framework", "", "one framework only, by its id")
	f.StringVar(&o.format, "format", "text", "text or json")
	_ = cmd.RegisterFlagCompletionFunc("framework", a.completeIDs)
	_ = cmd.RegisterFlagCompletionFunc("format", cobra.FixedCompletions([]string{"text", "json"}, cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

// What came of a tag.
const (
	tagMade    = "made"
	tagThere   = "there"   // somebody else made the same one meanwhile
	tagRefused = "refused" // and Reason says why
	tagPlanned = "planned" // in a dry run
)

// ReleasedTag is a tag that was to be made, and what came of it.
type ReleasedTag struct {
	Framework string `json:"framework"`
	Version   string `json:"version"`
	Tag       string `json:"tag"`
	Commit    string `json:"commit"`
	Outcome   string `json:"outcome"` // made, there, refused or planned
	Reason    string `json:"reason,omitempty"`
}

// Release is what release prints.
type Release struct {
	Repository string        `json:"repository"`
	Branch     string        `json:"branch,omitempty"`
	Head       string        `json:"head"`
	DryRun     bool          `json:"dry_run,omitempty"`
	Tags       []ReleasedTag `json:"tags"`
}

// releaser makes the tags of one repository.
type releaser struct {
	*app
	repo     *gitrepo.Repo
	to       gitrepo.TagOptions
	dryRun   bool
	done     Release
	all, now int // how many are to be made, and the one at hand
}

func (a *app) release(ctx context.Context, o releaseOptions) error {
	if err := oneOf("format", o.format, "text", "json"); err != nil {
		return err
	}
	if err := a.releaseWhere(ctx, o.push); err != nil {
		return err
	}
	c, err := a.compiler()
	if err != nil {
		return err
	}
	store, repo, err := a.history(ctx, c)
	if err != nil {
		return err
	}
	snap := store.Snapshot()
	timelines := snap.Timelines
	if o.framework != "" {
		t, err := findTimeline(snap, o.framework)
		if err != nil {
			return err
		}
		timelines = []*history.Timeline{t}
	}
	r := &releaser{app: a, repo: repo, dryRun: o.dryRun, to: gitrepo.TagOptions{Location: cmp.Or(a.repo, ".")}}
	if r.to.Token, err = a.token(); err != nil {
		return err
	}
	r.done = Release{Repository: cmp.Or(a.repo, repo.Root(), "."), Branch: snap.Branch, Head: snap.Head, DryRun: o.dryRun, Tags: []ReleasedTag{}}
	failed := r.run(ctx, timelines)
	a.progress.clear()
	if o.format == "json" {
		return errors.Join(failed, a.printJSON(r.done))
	}
	return errors.Join(failed, r.print(!o.push && !o.dryRun))
}

// releaseWhere lets --repo name the repository whose versions are tagged.
func (a *app) releaseWhere(ctx context.Context, push bool) error {
	switch {
	case a.remote() && !push:
		return usage("the tags would be made at %s, for everybody: say so with --push", a.repo)
	case a.remote() || !push:
		return nil
	}
	repo, err := a.open(ctx)
	if err != nil {
		return err
	}
	a.repo, err = repo.Remote()
	return errors.Join(err, repo.Close())
}

// run makes the tags, framework by framework, oldest first. Where one is
// refused, the framework's later ones are not made: it would be a gap for
// ever. The error means that it is not known how far it came, or that the
// repository could not be reached; what was done until then is noted.
func (r *releaser) run(ctx context.Context, timelines []*history.Timeline) error {
	for _, t := range timelines {
		r.all += len(t.Untagged())
	}
	for _, t := range timelines {
		for _, v := range t.Untagged() {
			r.now++
			r.progress.say(fmt.Sprintf("Tagging: %d of %d versions", r.now, r.all))
			tag := ReleasedTag{Framework: v.Framework, Version: v.Number, Tag: v.TagName(), Commit: v.Commit}
			err := r.tag(ctx, t, v, &tag)
			if err != nil {
				return err
			}
			r.done.Tags = append(r.done.Tags, tag)
			if tag.Outcome == tagRefused {
				r.exit = exitFindings
				break
			}
		}
	}
	return nil
}

// tag makes one tag, and notes what came of it.
func (r *releaser) tag(ctx context.Context, t *history.Timeline, v *history.Version, tag *ReleasedTag) error {
	if why := t.Outdated(); why != "" {
		tag.Outcome, tag.Reason = tagRefused, why
		return nil
	}
	if tag.Outcome = tagPlanned; r.dryRun {
		return nil
	}
	out, err := gitrepo.PushTag(ctx, r.to, gitrepo.NewTag{
		Name: tag.Tag, Commit: v.Commit, Message: v.TagMessage(history.Merge{}), Nonce: rand.Text(), Time: time.Now(),
		TaggerName: cmp.Or(os.Getenv("GIT_COMMITTER_NAME"), "Milepost"), TaggerEmail: os.Getenv("GIT_COMMITTER_EMAIL"),
	})
	switch {
	case errors.Is(err, gitrepo.ErrRefused), errors.Is(err, gitrepo.ErrTag):
		tag.Outcome, tag.Reason = tagRefused, sentence(err)
		return nil
	case err != nil:
		return err
	case out.Won:
		tag.Outcome = tagMade
		return nil
	}
	tag.Outcome, tag.Reason, err = r.lost(ctx, v, out.Tag)
	return err
}

// lost says what it means that somebody else's tag is there.
func (r *releaser) lost(ctx context.Context, v *history.Version, winner gitrepo.Tag) (outcome, reason string, err error) {
	if winner.Problem != "" { // what it says did not come along: it is read as all tags are
		if winner, err = r.again(ctx, winner); err != nil {
			return "", "", err
		}
	}
	who := "somebody"
	if winner.Tagger != "" {
		who = printable(winner.Tagger)
	}
	why := v.Refuses(history.FromGit(winner))
	if why == "" {
		return tagThere, fmt.Sprintf("%s made it, for the same version", who), nil
	}
	return tagRefused, fmt.Sprintf("there is a tag of that name already, by %s, and it is not of this version: %s", who, why), nil
}

// again reads a tag anew. What is gone meanwhile stays as it was.
func (r *releaser) again(ctx context.Context, t gitrepo.Tag) (gitrepo.Tag, error) {
	if _, err := r.repo.Refresh(ctx); err != nil {
		return t, err
	}
	list, err := r.repo.Tags(ctx, t.Name)
	for _, found := range list {
		if found.Name == t.Name {
			return found, err
		}
	}
	return t, err
}

func (r *releaser) count(outcome string) int {
	n := 0
	for _, t := range r.done.Tags {
		if t.Outcome == outcome {
			n++
		}
	}
	return n
}

// print prints a table, and below it what went wrong.
func (r *releaser) print(local bool) error {
	out := renderer{w: r.stdout}
	if r.all == 0 {
		out.line("Every version in force has its tag.")
		return out.err
	}
	if err := printTags(r.stdout, r.done.Tags); err != nil {
		return err
	}
	out.line("")
	for _, t := range r.done.Tags {
		if t.Reason != "" {
			out.line("%s %s: %s", t.Framework, t.Version, t.Reason)
			out.line("")
		}
	}
	if r.dryRun {
		out.line("%s would be made.", plural(r.count(tagPlanned), "tag"))
	} else {
		out.line("%s made.", plural(r.count(tagMade), "tag"))
	}
	if rest := r.all - len(r.done.Tags); rest > 0 {
		out.line("Without a tag for now, behind one that was not made: %s.", plural(rest, "version"))
	}
	if local && r.count(tagMade) > 0 {
		out.line("They are in this clone alone. milepost release --push makes tags for everybody.")
	}
	return out.err
}

func printTags(w io.Writer, tags []ReleasedTag) error {
	if len(tags) == 0 {
		return nil
	}
	tw := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
	fmt.Fprintln(tw, "FRAMEWORK\tVERSION\tCOMMIT\tTAG")
	for _, t := range tags {
		fmt.Fprintf(tw, "%s\t%s\t%.7s\t%s\n", t.Framework, t.Version, t.Commit, t.Outcome)
	}
	return tw.Flush()
}
