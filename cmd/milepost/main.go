// Milepost keeps career frameworks as code: it checks them, versions them, and
// serves any of them as it was, is or will be on any date.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/milepost-dev/milepost/internal/compile"
)

// Exit codes, as the help of the command states them.
const (
	exitClean    = 0
	exitFindings = 1 // the text needs a change
	exitUsage    = 2 // the command was not understood
	exitFailure  = 3 // Milepost could not do its work
)

func main() {
	compile.RunIfWorker()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// run is the whole program. It returns the exit code.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	a := newApp(stdin, stdout, stderr)
	root := a.command()
	root.SetArgs(args)
	root.SetIn(stdin)
	root.SetOut(stdout)
	root.SetErr(stderr)
	cmd, err := root.ExecuteContextC(ctx)
	if err == nil {
		return a.exit
	}
	a.progress.clear()
	code := exitCode(err)
	fmt.Fprintf(stderr, "milepost: %s\n", sentence(err))
	if code == exitUsage && cmd != nil {
		fmt.Fprintf(stderr, "See: %s --help\n", cmd.CommandPath())
	}
	return code
}

// usageError is a command that was not understood: exit code 2.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

func usage(format string, args ...any) error { return usageError{fmt.Errorf(format, args...)} }

// changeError is a command that was understood, and refused because something
// needs a change first: exit code 1.
type changeError struct{ error }

func (e changeError) Unwrap() error { return e.error }

func needsChange(format string, args ...any) error { return changeError{fmt.Errorf(format, args...)} }

func (a *app) command() *cobra.Command {
	root := &cobra.Command{
		Use:   "milepost",
		Short: "Career frameworks as code",
		Long: `Milepost keeps career frameworks (ladders, competency models, role guides) as
CUE in a Git repository. It checks every change, gives it a version, and
serves each framework as it was, is or will be on any date.

Every flag is also an environment variable: --repo is MILEPOST_REPO.

Exit codes: 0 clean, 1 something needs a change, 2 the command was not
understood, 3 Milepost could not do its work.`,
		SilenceErrors: true, SilenceUsage: true,
		PersistentPreRunE: func(cmd *cobra.Command, _ []string) error { return a.fromEnvironment(cmd) },
		Args:              cobra.NoArgs,
		RunE:              func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	f := root.PersistentFlags()
	f.StringVar(&a.repo, "repo", "", "the repository: a path or a URL (default: the one around the working directory)")
	f.StringVar(&a.branch, "branch", "", "the branch whose history counts (default: the remote's default, else the current one)")
	f.StringVar(&a.dir, "dir", "frameworks", "the folder of the frameworks in the repository")
	f.StringVar(&a.cache, "cache", "", "where compiled texts and mirrors are kept (default: the user's cache directory)")
	f.StringVar(&a.tokenFile, "repo-token-file", "", "a file with the token for the repository's URL (or MILEPOST_REPO_TOKEN)")
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usageError{err} })
	root.AddCommand(a.initCommand(), a.validateCommand(), a.fmtCommand(), a.showCommand(), a.versionsCommand(),
		a.diffCommand(), a.editionCommand(), a.promoteCommand(), a.releaseCommand(), a.verifyCommand(),
		a.rulesCommand(), a.schemaCommand(), a.serveCommand(), a.doctorCommand(), a.demoCommand(), a.versionCommand())
	checkArgs(root)
	return root
}

// checkArgs lets every command take wrong arguments for wrong usage.
func checkArgs(cmd *cobra.Command) {
	for _, c := range cmd.Commands() {
		checkArgs(c)
		if c.Args == nil {
			continue
		}
		check := c.Args
		c.Args = func(cmd *cobra.Command, args []string) error {
			if err := check(cmd, args); err != nil {
				return usageError{err}
			}
			return nil
		}
	}
}

func exitCode(err error) int {
	var u usageError
	var c changeError
	switch {
	case errors.As(err, &u), unknownCommand(err), repositoryUsage(err):
		return exitUsage
	case errors.As(err, &c):
		return exitFindings
	}
	return exitFailure
}
