package main

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"github.com/milepost-dev/milepost/internal/compile"
	"github.com/milepost-dev/milepost/internal/gitrepo"
	"github.com/milepost-dev/milepost/internal/history"
	"github.com/milepost-dev/milepost/server"
)

type serveOptions struct {
	listen, admin, tokens string
	public, verbose       bool
	refresh               time.Duration
}

func (a *app) serveCommand() *cobra.Command {
	var o serveOptions
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Serve the frameworks as pages and as an API",
		Long: `Serve the frameworks of the repository, today and as of any date: pages for
people, and an API for tools (/openapi.yaml describes it). In a checkout, an
edit that is not committed yet is shown too, marked as such.

By default only this machine can connect. Serving others needs --token-file,
or --public where everybody who can connect may read.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.serve(cmd.Context(), o) },
	}
	f := cmd.Flags()
	f.StringVar(&o.listen, "listen", "127.0.0.1:8080", "where to answer")
	f.StringVar(&o.admin, "admin", "127.0.0.1:8081", "where to answer for /metrics, \"\" for nowhere")
	f.StringVar(&o.tokens, "token-file", "", "a file of tokens that may read: a line each, name, token, and scopes read or read,drafts")
	f.BoolVar(&o.public, "public", false, "everybody who can connect may read")
	f.BoolVar(&o.verbose, "verbose", false, "log every request")
	f.DurationVar(&o.refresh, "refresh", 15*time.Second, "how often to look for new commits")
	return cmd
}

func (a *app) serve(ctx context.Context, o serveOptions) error {
	tokens, err := o.check()
	if err != nil {
		return err
	}
	level := slog.LevelInfo
	if o.verbose {
		level = slog.LevelDebug
	}
	log := slog.New(slog.NewTextHandler(a.stderr, &slog.HandlerOptions{Level: level}))
	store, work, err := a.serveStore(ctx, log)
	if err != nil {
		return err
	}
	local := loopback(o.listen) && !o.public && len(tokens) == 0
	schema, err := compile.JSONSchema()
	if err != nil {
		return err
	}
	srv, err := server.New(server.Options{Store: store, Log: log, Tokens: tokens, Local: local, Version: programVersion(), JSONSchema: schema})
	if err != nil {
		return err
	}
	public, err := listen(o.listen)
	if err != nil {
		return err
	}
	defer public.Close()
	var admin net.Listener
	if o.admin != "" {
		if admin, err = listen(o.admin); err != nil {
			return err
		}
		defer admin.Close()
	}
	return a.runServer(ctx, srv, store, public, admin, o.refresh, work)
}

// serveStore is the history to serve. Outside a repository, the directory is
// served as it is.
func (a *app) serveStore(ctx context.Context, log *slog.Logger) (*history.Store, string, error) {
	c, err := a.compiler()
	if err != nil {
		return nil, "", err
	}
	o := history.Options{Root: a.dir, Compiler: c, Log: log, Progress: a.progress.count}
	o.Repo, err = a.open(ctx)
	switch {
	case errors.Is(err, gitrepo.ErrNotRepository) && !a.remote():
		if o.WorkDir, err = a.workDir(); err != nil {
			return nil, "", err
		}
		o.Repo = nil
		fmt.Fprintf(a.stderr, "milepost: %s is in no Git repository: serving it as it is, without a history\n", o.WorkDir)
	case err != nil:
		return nil, "", err
	case a.branch == "":
		o.WorkDir = o.Repo.Root()
	}
	if o.Repo != nil {
		o.Tags = history.TagsOf(o.Repo)
	}
	return history.NewStore(o), o.WorkDir, nil
}

// runServer answers at once (not ready until the history is read), and
// refreshes until ctx ends.
func (a *app) runServer(ctx context.Context, srv *server.Server, store *history.Store, public, admin net.Listener, every time.Duration, work string) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return srv.Serve(ctx, public, admin) })
	g.Go(func() error {
		calm := hurry()
		err := store.Refresh(ctx)
		calm()
		if err != nil && ctx.Err() == nil {
			return err
		}
		a.progress.clear()
		if ctx.Err() != nil {
			return nil
		}
		a.announce(store.Snapshot(), public.Addr(), work)
		return store.Run(ctx, every)
	})
	return g.Wait()
}

// announce says what is served, and where.
func (a *app) announce(snap *history.Snapshot, addr net.Addr, work string) {
	n := len(snap.Live())
	what := fmt.Sprintf("%d frameworks", n)
	if n == 1 {
		what = "1 framework"
	}
	if snap.Branch != "" {
		what += " of the branch " + snap.Branch
	}
	fmt.Fprintf(a.stdout, "Serving %s at http://%s (API: http://%s/v1/frameworks)\n", what, addr, addr)
	for _, p := range snap.Problems {
		fmt.Fprintf(a.stderr, "milepost: %s needs a change; the last good text is served (http://%s/problems)\n", orOrganisation(p.Framework), addr)
	}
	if work != "" && snap.Working != nil {
		fmt.Fprintf(a.stdout, "The working copy differs from what is committed: http://%s/working\n", addr)
	}
}

func orOrganisation(id string) string {
	if id == "" {
		return "organisation.cue"
	}
	return id
}

// check reads the tokens, and refuses to open the server to others without a
// decision. It names all that is wrong.
func (o *serveOptions) check() ([]server.Token, error) {
	var errs []error
	if _, _, err := net.SplitHostPort(o.listen); err != nil {
		errs = append(errs, usage("--listen: %q is not an address; write 127.0.0.1:8080", o.listen))
	}
	if o.refresh < time.Second {
		errs = append(errs, usage("--refresh: at least 1s (got %s)", o.refresh))
	}
	if o.public && o.tokens != "" {
		errs = append(errs, usage("--public and --token-file exclude each other: either everybody may read, or those with a token"))
	}
	var tokens []server.Token
	if o.tokens != "" {
		var err error
		if tokens, err = readTokens(o.tokens); err != nil {
			errs = append(errs, err)
		}
	}
	if !o.public && o.tokens == "" && !loopback(o.listen) {
		errs = append(errs, usage("--listen %s lets other machines connect: add --token-file FILE, or --public if everybody who can connect may read", o.listen))
	}
	if o.admin != "" && !loopback(o.admin) && !o.public && o.tokens == "" {
		errs = append(errs, usage("--admin %s lets other machines read the metrics: use 127.0.0.1, or add --token-file or --public", o.admin))
	}
	return tokens, errors.Join(errs...)
}

// loopback says whether an address can be reached from this machine alone.
func loopback(addr string) bool {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return false
	}
	if host == "localhost" {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}

func listen(addr string) (net.Listener, error) {
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("%s cannot be used: %w (name another with --listen and --admin)", addr, err)
	}
	return l, nil
}

// minToken keeps tokens from being guessed.
const minToken = 16

// readTokens reads a token file: name, token and scopes, a line each; # begins a comment.
func readTokens(name string) ([]server.Token, error) {
	b, err := os.ReadFile(name)
	if err != nil {
		return nil, usage("--token-file: %w", err)
	}
	var tokens []server.Token
	for i, line := range strings.Split(string(b), "\n") {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		f := strings.Fields(line)
		if len(f) != 3 || len(f[1]) < minToken || f[2] != "read" && f[2] != "read,drafts" {
			return nil, usage("--token-file: line %d of %s is not a name, a token of at least %d characters, and read or read,drafts", i+1, name, minToken)
		}
		tokens = append(tokens, server.Token{Name: f[0], Hash: sha256.Sum256([]byte(f[1])), Drafts: f[2] == "read,drafts"})
	}
	if len(tokens) == 0 {
		return nil, usage("--token-file: %s holds no token", name)
	}
	return tokens, nil
}
