package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/milepost-dev/milepost/internal/fakehub"
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

	github, public net.Listener

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
	demoRefresh         = 15 * time.Second
)

// listen takes the addresses: the pages at one that can be named, the stand-in
// for GitHub at any.
func (d *demo) listen(public string) (err error) {
	if d.public, err = listen(public); err != nil {
		return err
	}
	d.github, err = listen("127.0.0.1:0")
	return err
}

func (d *demo) hubURL() string { return "http://" + d.github.Addr().String() }

func (d *demo) url(path string) string { return "http://" + d.public.Addr().String() + path }

// standIn is a page of the repository at the stand-in for GitHub.
func (d *demo) standIn(path string) string {
	return d.hubURL() + "/" + demoOwner + "/" + demoName + path
}

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
	d.hub.SetWebhook(d.url(server.WebhookPath), d.hub.App().WebhookSecret)
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
		return d.perform(ctx)
	})
	return g.Wait()
}

// perform plays while a server runs, which is put together and run as serve
// does it. It says nothing of itself.
func (d *demo) perform(ctx context.Context) error {
	a := newApp(strings.NewReader(""), io.Discard, io.Discard)
	a.dir, a.branch, a.cache = "frameworks", "main", filepath.Join(d.dir, "cache")
	r, err := d.milepost(ctx, a)
	if err != nil {
		return errors.Join(fmt.Errorf("setting the stage: %w", err), d.public.Close())
	}
	defer r.repo.Close()
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return unlessOver(ctx, a.runServer(ctx, r)) })
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

// milepost makes what an organisation would run, as the App of the stand-in.
func (d *demo) milepost(ctx context.Context, a *app) (running, error) {
	app := d.hub.App()
	gh, err := webhook.Connect(webhook.Account{
		Repository: demoOwner + "/" + demoName, BaseURL: d.hubURL(), AppID: int64(app.ID), AppKey: webhook.NewSecret(string(app.KeyPEM)),
	})
	if err != nil {
		return running{}, err
	}
	r, err := a.assemble(ctx, server.Options{Local: true},
		webhook.Options{GitHub: gh, Secrets: []webhook.Secret{webhook.NewSecret(app.WebhookSecret)}, ServerURL: d.url(""), Release: true}, false)
	r.at.public, r.every = d.public, demoRefresh
	return r, err
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
