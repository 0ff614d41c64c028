package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"github.com/milepost-dev/milepost/internal/compile"
	"github.com/milepost-dev/milepost/internal/gitrepo"
	"github.com/milepost-dev/milepost/internal/history"
	"github.com/milepost-dev/milepost/server"
	"github.com/milepost-dev/milepost/webhook"
)

type serveOptions struct {
	listen, admin, tokens string
	public, verbose       bool
	refresh               time.Duration
	example               bool
	github                githubOptions
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
or --public where everybody who can connect may read.

With --github-repo the repository is fetched from GitHub, its pull requests are
checked there, and its versions get tags and releases: docs/running.md tells how
to set that up, and --example-config prints all that can be set.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if o.example {
				_, err := io.WriteString(a.stdout, exampleConfig)
				return err
			}
			return a.serve(cmd.Context(), o)
		},
	}
	f := cmd.Flags()
	f.StringVar(&o.listen, "listen", "127.0.0.1:8080", "where to answer")
	f.StringVar(&o.admin, "admin", "127.0.0.1:8081", "where to answer for /metrics, \"\" for nowhere")
	f.StringVar(&o.tokens, "token-file", "", "a file of tokens that may read: a line each, name, token, and scopes read or read,drafts")
	f.BoolVar(&o.public, "public", false, "everybody who can connect may read")
	f.BoolVar(&o.verbose, "verbose", false, "log every request")
	f.DurationVar(&o.refresh, "refresh", 15*time.Second, "how often to look for new commits")
	f.BoolVar(&o.example, "example-config", false, "print an environment file with all settings, explained, and end")
	o.github.flags(f)
	return cmd
}

func (a *app) serve(ctx context.Context, o serveOptions) error {
	tokens, err := o.check()
	if err = errors.Join(err, o.github.beside(a)); err != nil {
		return err
	}
	level := slog.LevelInfo
	if o.verbose {
		level = slog.LevelDebug
	}
	log := slog.New(slog.NewTextHandler(a.stderr, &slog.HandlerOptions{Level: level}))
	hub, err := o.github.connect()
	if err != nil {
		return err
	}
	registry := prometheus.NewRegistry()
	r, err := a.assemble(ctx,
		server.Options{Log: log, Registry: registry, Tokens: tokens, Local: o.local()},
		webhook.Options{GitHub: hub, Secrets: o.github.secrets, ServerURL: o.links(tokens, log), Release: o.github.releases(), Metrics: registry},
		o.github.listen != "")
	switch {
	case err != nil && ctx.Err() != nil:
		return nil // it was asked to end while it cloned
	case err != nil:
		return err
	}
	if r.at, err = o.listenAll(); err != nil {
		return err
	}
	defer r.at.close()
	r.every, r.repository = o.refresh, o.github.repo
	return a.runServer(ctx, r)
}

// assemble puts a server together from what its content is: that of the
// repository, and with GitHub what keeps to it there. Deliveries are taken in
// beside the pages unless they have a listener of their own. The error says
// what cannot be read, or which options are wrong.
func (a *app) assemble(ctx context.Context, so server.Options, wo webhook.Options, apart bool) (r running, err error) {
	if r.served, err = a.serveStore(ctx, so, wo.GitHub); err != nil {
		return running{}, err
	}
	so.Store, so.Version = r.store, programVersion()
	if so.JSONSchema, err = compile.JSONSchema(); err != nil {
		return running{}, err
	}
	if wo.GitHub != nil {
		wo.Trees, wo.Store, wo.Compiler, wo.Root, wo.Log, wo.Now = r.repo, r.store, r.compiler, a.dir, so.Log, so.Now
		if r.hooks, err = webhook.New(wo); err != nil {
			return running{}, err
		}
		so.Pulls = r.hooks.Proposed
		if !apart {
			so.Webhook = r.hooks.Handler()
		}
	}
	r.srv, err = server.New(so)
	return r, err
}

// local says whether this machine alone is served, which needs no tokens.
func (o *serveOptions) local() bool { return loopback(o.listen) && !o.public && o.tokens == "" }

// listeners are where a server answers. Those that are not asked for are nil.
type listeners struct{ public, admin, webhook net.Listener }

func (l *listeners) close() {
	for _, one := range []net.Listener{l.public, l.admin, l.webhook} {
		if one != nil {
			_ = one.Close() // it may be closed already
		}
	}
}

func (o *serveOptions) listenAll() (l listeners, err error) {
	for _, one := range []struct {
		addr string
		at   *net.Listener
	}{{o.listen, &l.public}, {o.admin, &l.admin}, {o.github.listen, &l.webhook}} {
		if one.addr == "" {
			continue
		}
		if *one.at, err = listen(one.addr); err != nil {
			l.close()
			return listeners{}, err
		}
	}
	return l, nil
}

// served is what a server serves.
type served struct {
	store    *history.Store
	compiler *compile.Compiler
	repo     *gitrepo.Repo // nil outside a repository
	work     string        // the working copy, "" for none
}

// serveStore is the history to serve: that of the repository on GitHub where
// there is a connection to it. Outside a repository, the directory is served as
// it is.
func (a *app) serveStore(ctx context.Context, so server.Options, hub *webhook.GitHub) (served, error) {
	c, err := a.compiler()
	if err != nil {
		return served{}, err
	}
	o := history.Options{Root: a.dir, Compiler: c, Log: so.Log, Now: so.Now, Progress: a.progress.count}
	if hub != nil {
		o.Repo, err = a.openWith(ctx, gitrepo.Options{Location: hub.CloneURL(), TokenSource: hub.Token})
	} else {
		o.Repo, err = a.open(ctx)
	}
	switch {
	case errors.Is(err, gitrepo.ErrNotRepository) && hub == nil && !a.remote():
		if o.WorkDir, err = a.workDir(); err != nil {
			return served{}, err
		}
		o.Repo = nil
		fmt.Fprintf(a.stderr, "milepost: %s is in no Git repository: serving it as it is, without a history\n", o.WorkDir)
	case err != nil:
		return served{}, err
	case a.branch == "" && hub == nil:
		o.WorkDir = o.Repo.Root()
	}
	if o.Repo != nil {
		o.Tags = history.TagsOf(o.Repo)
	}
	return served{history.NewStore(o), c, o.Repo, o.WorkDir}, nil
}

// running is a server and all that runs beside it.
type running struct {
	served
	srv        *server.Server
	hooks      *webhook.Service // nil without GitHub
	at         listeners
	every      time.Duration
	repository string // on GitHub
}

// runServer answers at once (not ready until the history is read), and
// refreshes until ctx ends. What GitHub sends before that waits.
func (a *app) runServer(ctx context.Context, r running) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return r.srv.Serve(ctx, r.at.public, r.at.admin) })
	if r.at.webhook != nil {
		mux := http.NewServeMux()
		mux.Handle(server.WebhookPath, r.hooks.Handler())
		g.Go(func() error { return server.Answer(ctx, r.at.webhook, mux) })
	}
	g.Go(func() error {
		calm := hurry()
		err := r.store.Refresh(ctx)
		calm()
		if err != nil && ctx.Err() == nil {
			return err
		}
		a.progress.clear()
		if ctx.Err() != nil {
			return nil
		}
		a.announce(r.store.Snapshot(), r.at.public.Addr(), r.work)
		if r.hooks != nil {
			at := cmp.Or(r.at.webhook, r.at.public)
			fmt.Fprintf(a.stdout, "Checking the pull requests of %s; GitHub's deliveries are taken at http://%s%s\n", r.repository, at.Addr(), server.WebhookPath)
			g.Go(func() error { return r.hooks.Run(ctx) })
		}
		return r.store.Run(ctx, r.every)
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
	return tokens, errors.Join(append(errs, o.github.check())...)
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
		return nil, fmt.Errorf("%s cannot be used: %w (name another with --listen, --admin or --webhook-listen)", addr, err)
	}
	return l, nil
}
