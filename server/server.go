// Package server answers over HTTP: the JSON API and the pages, both from one
// history.Snapshot. It is the only package that imports Echo.
//
// A request takes the newest snapshot, finds the version that it asks for,
// and writes bytes that are stored ready-made; nothing is locked and nothing
// is computed that a refresh could have computed before.
package server

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/prometheus/client_golang/prometheus"
	"golang.org/x/sync/errgroup"

	"github.com/milepost-dev/milepost/internal/history"
)

// Limits on a request. Nothing here takes a body, and no address is long.
const (
	maxHeaderBytes = 16 << 10
	maxQueryBytes  = 2 << 10
	maxBodyBytes   = 4 << 10
	readTimeout    = 10 * time.Second
	writeTimeout   = 60 * time.Second
	idleTimeout    = 2 * time.Minute
	drainTimeout   = 10 * time.Second
)

// Options are what a Server is made with.
type Options struct {
	Store    *history.Store
	Log      *slog.Logger         // nil says nothing
	Registry *prometheus.Registry // nil makes one
	Tokens   []Token              // who may read; none means everybody who can connect
	Local    bool                 // listening on this machine alone: other host names are refused
	Now      func() time.Time     // nil is the clock
	Version  string               // of the program, for the log and the pages' footer
	// JSONSchema is served at /schema/framework.json; nil serves none.
	JSONSchema []byte
	// Pulls finds a proposed change by its number, for the page /pulls/N; nil,
	// and a nil result, say that there is none. What it returns is not changed.
	// It is called by many goroutines, and answers within seconds.
	Pulls func(ctx context.Context, n int) (*history.Proposed, error)
	// Webhook answers POST at WebhookPath; nil answers nothing there. It finds
	// out itself who sends, and limits what it takes in: neither tokens nor the
	// limits of readers hold for it.
	Webhook http.Handler
}

// WebhookPath is where deliveries arrive.
const WebhookPath = "/webhooks/github"

// Token lets somebody read. Hash is the SHA-256 of the token.
type Token struct {
	Name   string
	Hash   [sha256.Size]byte
	Drafts bool // may read what is not published yet
}

// Server answers from the snapshots of one store.
type Server struct {
	o        Options
	echo     *echo.Echo
	admin    *echo.Echo
	metrics  *metrics
	prepared atomic.Pointer[preparedSet]
	moments  moments
	clock    place
	pages    *pages
}

// New makes a server. It does not listen yet.
func New(o Options) (*Server, error) {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Registry == nil {
		o.Registry = prometheus.NewRegistry()
	}
	s := &Server{o: o, metrics: newMetrics(o.Registry, o.Store, o.Now)}
	s.echo = s.newEcho()
	s.echo.Use(s.around)
	s.routes()
	if err := s.pageRoutes(); err != nil {
		return nil, err
	}
	s.admin = s.newEcho()
	s.adminRoutes()
	return s, nil
}

func (s *Server) newEcho() *echo.Echo {
	e := echo.New()
	e.HideBanner, e.HidePort = true, true
	e.HTTPErrorHandler = s.fail
	// Nothing depends on who asks, and no header may say who it is.
	e.IPExtractor = echo.ExtractIPDirect()
	return e
}

// Handler is the server as an http.Handler, for tests and for other listeners.
func (s *Server) Handler() http.Handler { return s.echo }

// AdminHandler is the admin listener's handler.
func (s *Server) AdminHandler() http.Handler { return s.admin }

func (s *Server) routes() {
	read := func(path string, h echo.HandlerFunc) {
		s.echo.GET(path, h)
		s.echo.HEAD(path, h)
	}
	read("/v1/frameworks", s.frameworks)
	read("/v1/frameworks/:id", s.framework)
	read("/v1/frameworks/:id/versions", s.versions)
	read("/v1/frameworks/:id/versions/:number", s.version)
	read("/v1/frameworks/:id/versions/:number/notes", s.versionNotes)
	read("/v1/frameworks/:id/levels/:level", s.level)
	read("/v1/frameworks/:id/levels/:level/history", s.levelHistory)
	read("/v1/frameworks/:id/competencies/:competency", s.competency)
	read("/v1/frameworks/:id/diff", s.diff)
	read("/v1/frameworks/:id/timemap", s.timeMap)
	read("/v1/frameworks/:id/upcoming", s.upcoming)
	read("/v1/frameworks/:id/upcoming.ics", s.upcomingCalendar)
	read("/v1/frameworks/:id/problems", s.problems)
	read("/v1/upcoming", s.upcoming)
	read("/v1/upcoming.ics", s.upcomingCalendar)
	read("/v1/problems", s.problems)
	read("/openapi.yaml", s.openAPI)
	read("/schema/framework.json", s.jsonSchema)
	read("/livez", s.live)
	read("/readyz", s.ready)
	if s.o.Webhook != nil {
		s.echo.POST(WebhookPath, echo.WrapHandler(s.o.Webhook))
	}
}

func (s *Server) adminRoutes() {
	s.admin.GET("/metrics", echo.WrapHandler(s.metrics.handler()))
	s.admin.GET("/livez", s.live)
	s.admin.GET("/readyz", s.ready)
}

// Serve answers on the listeners until ctx ends, then lets what is under way
// finish. A listener that fails ends both.
func (s *Server) Serve(ctx context.Context, public, admin net.Listener) error {
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return Answer(ctx, public, s.echo) })
	if admin != nil {
		g.Go(func() error { return Answer(ctx, admin, s.admin) })
	}
	return g.Wait()
}

// Answer answers on a listener until ctx ends, and then lets what is under way
// finish, for a while. The error is about the listener.
func Answer(ctx context.Context, l net.Listener, h http.Handler) error {
	hs := &http.Server{
		Handler: h, MaxHeaderBytes: maxHeaderBytes, ReadHeaderTimeout: readTimeout, ReadTimeout: readTimeout,
		WriteTimeout: writeTimeout, IdleTimeout: idleTimeout,
		ErrorLog: slog.NewLogLogger(slog.DiscardHandler, slog.LevelDebug),
	}
	done := make(chan error, 1)
	go func() { done <- hs.Serve(l) }()
	select {
	case err := <-done:
		return fmt.Errorf("listening on %s: %w", l.Addr(), err)
	case <-ctx.Done():
	}
	drain, cancel := context.WithTimeout(context.WithoutCancel(ctx), drainTimeout)
	defer cancel()
	if err := hs.Shutdown(drain); err != nil && !errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("closing %s: %w", l.Addr(), err)
	}
	return nil
}

// snapshot is the newest snapshot, or a problem while there is none.
func (s *Server) snapshot() (*history.Snapshot, error) {
	if snap := s.o.Store.Snapshot(); snap != nil {
		return snap, nil
	}
	return nil, problem(http.StatusServiceUnavailable, notReady, "The history is being read. Ask again in a moment.")
}

func (s *Server) live(c echo.Context) error {
	h := c.Response().Header()
	h["Cache-Control"], h["Content-Type"] = noStore, contentText
	return writeBytes(c, http.StatusOK, []byte("ok\n"))
}

func (s *Server) ready(c echo.Context) error {
	if _, err := s.snapshot(); err != nil {
		return err
	}
	return s.live(c)
}

var (
	noStore     = []string{"no-store"}
	contentText = []string{"text/plain; charset=utf-8"}
)
