package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/milepost-dev/milepost/server"
	"github.com/milepost-dev/milepost/webhook"
)

type doctorOptions struct {
	github    githubOptions
	redeliver bool
	format    string
}

func (a *app) doctorCommand() *cobra.Command {
	var o doctorOptions
	cmd := &cobra.Command{
		Use:   "doctor",
		Short: "Look whether the server beside GitHub is set up right, and say what to do",
		Long: `Look at all that milepost serve --github-repo needs, and say of each thing
whether it is right, and if not what to do: the clock, the App and where it is
installed, its permissions and events, the webhook, its secret and how GitHub's
deliveries went, the rules of the branch and of tags, the limits on calls, and
the repository.

It takes the flags and the environment of milepost serve, and runs beside it.
It reads, posts a signed ping to the address that --url names, and changes
nothing; only --redeliver has GitHub send missed deliveries again.

Exit codes: 0 nothing is a problem, 1 something is, 2 the command was not
understood, 3 GitHub could not be reached.`,
		Example: "  milepost doctor --github-repo acme/careers --github-app-id 12345 --github-app-key-file app.pem \\\n" +
			"    --github-webhook-secret-file secret --url https://careers.example.com\n" +
			"  set -a; . /etc/milepost/serve.env; milepost doctor",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.doctor(cmd.Context(), o) },
	}
	f := cmd.Flags()
	o.github.flags(f)
	f.BoolVar(&o.redeliver, "redeliver", false, "have GitHub send again what did not arrive, at most 100 deliveries (an App's alone)")
	f.StringVar(&o.format, "format", "text", "text or json")
	_ = cmd.RegisterFlagCompletionFunc("format", cobra.FixedCompletions([]string{"text", "json"}, cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

// Checkup is what doctor prints.
type Checkup struct {
	Repository string              `json:"repository"`
	Checks     []webhook.Diagnosis `json:"checks"`
}

func (a *app) doctor(ctx context.Context, o doctorOptions) error {
	if err := oneOf("format", o.format, "text", "json"); err != nil {
		return err
	}
	if o.github.repo == "" && len(o.github.given()) == 0 {
		return usage("doctor looks at a server beside GitHub: add --github-repo OWNER/NAME and the other flags of milepost serve, or load its environment file")
	}
	if err := errors.Join(o.github.check(), o.github.beside(a)); err != nil {
		return err
	}
	hub, err := o.github.connect()
	if err != nil {
		return err
	}
	found, err := hub.Examine(ctx, webhook.Examination{
		Secrets: o.github.secrets, ServerURL: o.github.public, WebhookPath: server.WebhookPath, OwnListener: o.github.listen != "",
		Branch: a.branch, Root: a.dir, Release: o.github.releases(), Redeliver: o.redeliver, Progress: a.progress.say,
	})
	if err != nil {
		return err
	}
	a.progress.clear()
	c := Checkup{o.github.repo, found}
	if c.count(webhook.Problem) > 0 {
		a.exit = exitFindings
	}
	if o.format == "json" {
		return a.printJSON(c)
	}
	return c.print(teller{w: a.stdout, colours: a.colours()})
}

func (c Checkup) count(s webhook.State) (n int) {
	for _, d := range c.Checks {
		if d.State == s {
			n++
		}
	}
	return n
}

// print prints a line for each thing, and under it what to do.
func (c Checkup) print(t teller) error {
	colour := map[webhook.State]string{webhook.OK: green, webhook.Warning: yellow, webhook.Problem: red, webhook.Unchecked: dim}
	const wide = len(webhook.Unchecked)
	for _, d := range c.Checks {
		state := t.in(colour[d.State], string(d.State)) + strings.Repeat(" ", wide-len(d.State))
		if _, err := fmt.Fprintf(t.w, "%s  %s: %s\n", state, d.Check, d.Text); err != nil {
			return err
		}
		if d.Do != "" {
			fmt.Fprintf(t.w, "%s    What to do: %s\n", strings.Repeat(" ", wide), d.Do)
		}
	}
	var counts []string
	for _, s := range []webhook.State{webhook.Problem, webhook.Warning, webhook.Unchecked, webhook.OK} {
		if n := c.count(s); n > 0 {
			counts = append(counts, fmt.Sprintf("%d %s", n, s))
		}
	}
	_, err := fmt.Fprintf(t.w, "\n%s: %s.\n", c.Repository, strings.Join(counts, ", "))
	return err
}
