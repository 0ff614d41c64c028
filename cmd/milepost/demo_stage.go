package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/milepost-dev/milepost/internal/compile"
	"github.com/milepost-dev/milepost/internal/fakehub"
	"github.com/milepost-dev/milepost/internal/gitrepo"
	"github.com/milepost-dev/milepost/internal/history"
	"github.com/milepost-dev/milepost/internal/scaffold"
	"github.com/milepost-dev/milepost/schema"
	"github.com/milepost-dev/milepost/server"
	"github.com/milepost-dev/milepost/webhook"
)

// demo is a stage with everything that a change passes through.
type demo struct {
	teller
	dir      string
	keep     bool
	patience time.Duration // with a step

	github, deliveries, public net.Listener

	past  atomic.Bool // whether the clock of the stand-in shows a time months ago
	hub   *fakehub.Hub
	repo  *fakehub.Repo
	level string // the file that HR edits, as it was

	pull   int       // the number of the pull request
	merged time.Time // when it was
}

const (
	demoOwner, demoName = "example", "careers"
	demoLadder          = "engineering-ladder"
	demoFile            = "frameworks/" + demoLadder + "/l2.cue"
	demoMonths          = 6 // how old the first version is
)

// listen takes the addresses: the pages at one that can be named, the stand-in
// for GitHub and what it delivers to at any.
func (d *demo) listen(public string) (err error) {
	if d.public, err = listen(public); err != nil {
		return err
	}
	d.github, err = listen("127.0.0.1:0")
	if err == nil {
		d.deliveries, err = listen("127.0.0.1:0")
	}
	return err
}

func (d *demo) hubURL() string { return "http://" + d.github.Addr().String() }

func (d *demo) url(path string) string { return "http://" + d.public.Addr().String() + path }

// makeRepository makes the repository that people work in, at the stand-in for
// GitHub. Its first commit is months old, so that there is a past to ask about.
func (d *demo) makeRepository() error {
	start := filepath.Join(d.dir, "start")
	names, err := scaffold.Write(start, scaffold.Options{Organisation: "Example Company", Schema: schema.FS})
	if err != nil {
		return err
	}
	files := map[string]string{}
	for _, n := range names {
		b, err := os.ReadFile(filepath.Join(start, filepath.FromSlash(n)))
		if err != nil {
			return err
		}
		files[n] = string(b)
	}
	d.level = files[demoFile]
	if d.hub, err = fakehub.New(fakehub.Options{Dir: filepath.Join(d.dir, "github"), Now: d.now}); err != nil {
		return err
	}
	d.hub.SetURL(d.hubURL())
	d.hub.SetWebhook("http://"+d.deliveries.Addr().String(), d.hub.App().WebhookSecret)
	d.past.Store(true)
	defer d.past.Store(false)
	if d.repo, err = d.hub.CreateRepo(demoOwner, demoName, fakehub.RepoOptions{Files: files}); err != nil {
		return err
	}
	d.repo.Protect("main", fakehub.Protection{Required: []string{webhook.CheckName}})
	return nil
}

// now is the clock of the stand-in.
func (d *demo) now() time.Time {
	if d.past.Load() {
		return time.Now().AddDate(0, -demoMonths, 0)
	}
	return time.Now()
}

// run starts everything, plays, and ends everything.
func (d *demo) run(ctx context.Context) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return serveLocal(ctx, d.github, d.hub.Handler()) })
	g.Go(func() error {
		defer stop()
		svc, srv, repo, err := d.milepost(ctx)
		if err != nil {
			return errors.Join(fmt.Errorf("setting the stage: %w", err), d.public.Close(), d.deliveries.Close())
		}
		defer repo.Close()
		return d.perform(ctx, svc, srv)
	})
	return g.Wait()
}

// perform plays while the server runs.
func (d *demo) perform(ctx context.Context, svc *webhook.Service, srv *server.Server) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return serveLocal(ctx, d.deliveries, svc.Handler()) })
	g.Go(func() error { return srv.Serve(ctx, d.public, nil) })
	g.Go(func() error { return unlessOver(ctx, svc.Run(ctx)) })
	g.Go(func() error { return unlessOver(ctx, d.hub.Run(ctx)) })
	g.Go(func() error {
		defer stop()
		return d.play(ctx)
	})
	return g.Wait()
}

// unlessOver is an error that is not only that the play is over.
func unlessOver(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return nil
	}
	return err
}

// milepost makes what an organisation would run, of the same parts.
func (d *demo) milepost(ctx context.Context) (*webhook.Service, *server.Server, *gitrepo.Repo, error) {
	app := d.hub.App()
	gh, err := webhook.Connect(webhook.Account{
		Repository: demoOwner + "/" + demoName, BaseURL: d.hubURL(), AppID: int64(app.ID), AppKey: webhook.NewSecret(string(app.KeyPEM)),
	})
	if err != nil {
		return nil, nil, nil, err
	}
	cache := filepath.Join(d.dir, "cache")
	repo, err := gitrepo.Open(ctx, gitrepo.Options{Location: gh.CloneURL(), CacheDir: cache, Branch: "main", TokenSource: gh.Token})
	if err != nil {
		return nil, nil, nil, err
	}
	svc, srv, err := d.parts(ctx, gh, repo, cache)
	if err != nil {
		return nil, nil, nil, errors.Join(err, repo.Close())
	}
	return svc, srv, repo, nil
}

// parts puts the server together, and reads the history.
func (d *demo) parts(ctx context.Context, gh *webhook.GitHub, repo *gitrepo.Repo, cache string) (*webhook.Service, *server.Server, error) {
	c, err := compile.New(compile.Options{CacheDir: cache, Isolated: true})
	if err != nil {
		return nil, nil, err
	}
	store := history.NewStore(history.Options{Repo: repo, Root: "frameworks", Compiler: c, Tags: history.TagsOf(repo)})
	if err := store.Refresh(ctx); err != nil {
		return nil, nil, err
	}
	svc, err := webhook.New(webhook.Options{
		GitHub: gh, Secrets: []webhook.Secret{webhook.NewSecret(d.hub.App().WebhookSecret)}, ServerURL: d.url(""),
		Trees: repo, Store: store, Compiler: c, Root: "frameworks", Release: true,
	})
	if err != nil {
		return nil, nil, err
	}
	srv, err := server.New(server.Options{Store: store, Local: true, Version: programVersion(), Pulls: svc.Proposed})
	return svc, srv, err
}

// serveLocal answers until ctx ends.
func serveLocal(ctx context.Context, l net.Listener, h http.Handler) error {
	s := &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second}
	ended := context.AfterFunc(ctx, func() { _ = s.Close() })
	defer ended()
	if err := s.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}
