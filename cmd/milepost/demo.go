package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/spf13/cobra"
)

type demoOptions struct {
	listen string
	keep   bool
}

func (a *app) demoCommand() *cobra.Command {
	var o demoOptions
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "Play the whole way of a change, on this machine alone",
		Long: `Play the whole way of a change, with nobody's help and no account: a repository
with an example ladder, a stand-in for GitHub, and the real server, all in this
program. HR proposes a change with a slip, the check says what to mend, HR mends
it, it is merged, tagged and released, and the ladder is read as of yesterday
and as of today. It prints where the stand-in can be watched in a browser.

It takes under a minute, and leaves nothing behind. A step that does not come
true ends it with exit code 3.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.demo(cmd.Context(), o) },
	}
	f := cmd.Flags()
	f.StringVar(&o.listen, "listen", "127.0.0.1:0", "where the pages are answered; port 0 is any that is free")
	f.BoolVar(&o.keep, "keep", false, "stay up at the end, to be looked at, until Ctrl-C")
	return cmd
}

// demo sets the stage in a directory of its own, plays, and clears it away.
func (a *app) demo(ctx context.Context, o demoOptions) (err error) {
	if !loopback(o.listen) {
		return usage("--listen %q lets other machines connect, or is no address: the demo is for this machine alone, write 127.0.0.1:8080", o.listen)
	}
	dir, err := os.MkdirTemp("", "milepost-demo-")
	if err != nil {
		return fmt.Errorf("making a directory for the demo: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	d := &demo{teller: teller{w: a.stdout, colours: a.colours()}, dir: dir, keep: o.keep, patience: demoPatience}
	if err := d.listen(o.listen); err != nil {
		return err
	}
	if err := d.makeRepository(); err != nil {
		return fmt.Errorf("setting the stage: %w", err)
	}
	return d.run(ctx)
}

// demoPatience is how long a step may take, on a slow machine too.
const demoPatience = 45 * time.Second
