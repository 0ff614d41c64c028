package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/milepost-dev/milepost/internal/compile"
	"github.com/milepost-dev/milepost/internal/history"
)

type verifyOptions struct {
	server, tokenFile, format string
}

func (a *app) verifyCommand() *cobra.Command {
	var o verifyOptions
	cmd := &cobra.Command{
		Use:   "verify",
		Short: "Work every version out anew, and compare with the tags and a server",
		Long: `Work every version of every framework out anew from the repository, without the
cache, and say what does not fit: tags that do not count and why, versions
between tagged ones that have no tag, commits that have to wait because their
date is to come, and tags by newer rules than this program knows.

With --server, the versions that a Milepost server answers with are compared
too: which there are, what is said of each, and the digest of each text as it
comes over the network. A token is read from MILEPOST_SERVER_TOKEN or from
--server-token-file.

Exit codes: 0 all is as it must be, 1 something differs, 3 the repository or
the server could not be read.`,
		Example: "  milepost verify\n  milepost verify --repo https://git.example.com/hr/careers --server https://careers.example.com --format json",
		Args:    cobra.NoArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return a.verify(cmd.Context(), o) },
	}
	f := cmd.Flags()
	f.StringVar(&o.server, "server", "", "the address of a Milepost server to compare with")
	f.StringVar(&o.tokenFile, "server-token-file", "", "a file with the token for the server (or MILEPOST_SERVER_TOKEN)")
	f.StringVar(&o.format, "format", "text", "text or json")
	_ = cmd.RegisterFlagCompletionFunc("format", cobra.FixedCompletions([]string{"text", "json"}, cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

// Verification is what verify prints.
type Verification struct {
	Branch     string `json:"branch,omitempty"`
	Head       string `json:"head"`
	Frameworks int    `json:"frameworks"`
	Versions   int    `json:"versions"` // that came into force
	Tagged     int    `json:"tagged"`   // of which a tag counts
	Server     string `json:"server,omitempty"`
	Compared   int    `json:"compared,omitempty"` // texts that the server answered with
	// Differences are what is not as it must be.
	Differences []Difference `json:"differences"`

	untagged   []Difference // versions of which the server does not know the tag
	serverTags int          // versions of which the server says that a tag gives the number
}

// Difference is one thing that is not as it must be.
type Difference struct {
	Code      string `json:"code"`
	Framework string `json:"framework,omitempty"`
	Message   string `json:"message"`
	Help      string `json:"help,omitempty"`
}

func (v *Verification) add(code, framework, help, format string, args ...any) {
	v.Differences = append(v.Differences, Difference{code, framework, fmt.Sprintf(format, args...), help})
}

func (a *app) verify(ctx context.Context, o verifyOptions) error {
	if err := oneOf("format", o.format, "text", "json"); err != nil {
		return err
	}
	var peer *peer
	if o.server != "" {
		var err error
		if peer, err = newPeer(o.server, o.tokenFile); err != nil {
			return err
		}
	}
	c, err := compile.New(compile.Options{Isolated: true})
	if err != nil {
		return err
	}
	defer c.Close()
	store, _, err := a.history(ctx, c)
	if err != nil {
		return err
	}
	snap := store.Snapshot()
	v := &Verification{Branch: snap.Branch, Head: snap.Head, Differences: []Difference{}}
	v.tags(snap)
	if peer != nil {
		if err := a.compare(ctx, peer, snap, v); err != nil {
			return err
		}
	}
	a.progress.clear()
	if len(v.Differences) > 0 {
		a.exit = exitFindings
	}
	if o.format == "json" {
		return a.printJSON(v)
	}
	return v.print(renderer{w: a.stdout})
}

// tags compares the versions with the tags.
func (v *Verification) tags(snap *history.Snapshot) {
	for _, t := range snap.Timelines {
		if t.MovedTo != "" {
			continue
		}
		v.Frameworks++
		v.Versions += len(t.Versions)
		for _, w := range t.Versions {
			if w.Tagged() {
				v.Tagged++
			}
		}
		if why := t.Outdated(); why != "" {
			v.add("rules-newer", t.ID, "", "%s", why)
		}
	}
	for _, p := range snap.Problems {
		for _, f := range p.Findings {
			if strings.HasPrefix(f.Code, "tag-") {
				v.add(f.Code, p.Framework, f.Help, "%s", f.Message)
			}
		}
	}
	for _, p := range snap.Pending {
		v.add("commit-pending", "", "It counts once that moment has come. Look at the clock of the machine that made it, and of this one.",
			"the commit %.10s is dated %s, which is still to come: it waits, with all that follow it", p.Commit, p.Committed.UTC().Format("2006-01-02 15:04 MST"))
	}
}

func (v *Verification) print(r renderer) error {
	for _, d := range v.Differences {
		if d.Framework != "" {
			r.line("%s: %s", d.Framework, d.Message)
		} else {
			r.line("%s", d.Message)
		}
		if d.Help != "" {
			r.line("  %s", d.Help)
		}
	}
	r.line("")
	r.line("%s of %s, %d tagged, worked out anew up to the commit %.10s.", plural(v.Versions, "version"), plural(v.Frameworks, "framework"), v.Tagged, v.Head)
	if v.Server != "" {
		r.line("%s compared with %s.", plural(v.Compared, "text"), v.Server)
	}
	switch n := len(v.Differences); n {
	case 0:
		r.line("All is as it must be.")
	case 1:
		r.line("1 thing is not as it must be.")
	default:
		r.line("%d things are not as they must be.", n)
	}
	return r.err
}
