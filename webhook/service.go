package webhook

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"golang.org/x/sync/errgroup"

	"github.com/milepost-dev/milepost/internal/compile"
	"github.com/milepost-dev/milepost/internal/gitrepo"
	"github.com/milepost-dev/milepost/internal/history"
)

// Options are what a Service is made with.
type Options struct {
	GitHub    *GitHub
	Secrets   []Secret // that deliveries are signed by: any of them counts
	ServerURL string   // of the pages, for links; "" for none

	Trees    Trees
	Store    *history.Store
	Compiler *compile.Compiler
	Root     string // the directory of frameworks, "frameworks"
	Release  bool   // whether versions get tags and releases

	Every   time.Duration         // between two looks at everything [5 min]
	JobTime time.Duration         // that work on one key may take [10 min]
	Queue   Queue                 // [in memory]
	Log     *slog.Logger          // [none]
	Metrics prometheus.Registerer // [none]

	Now        func() time.Time                           // [time.Now]
	Sleep      func(context.Context, time.Duration) error // [by the clock]
	MergeWaits []time.Duration                            // between looks at whether it merges [1, 2 and 4 s]
}

// Service is the webhook server.
type Service struct {
	o       Options
	log     *slog.Logger
	gh      *GitHub
	queue   Queue
	metrics *metrics

	proposals proposals
	known     known
	asked     *asked
	looked    heads
}

// check names all that is wrong with the options.
func (o *Options) check() error {
	var errs []error
	if o.GitHub == nil {
		errs = append(errs, errors.New("GitHub: it is not given"))
	}
	if o.Trees == nil || o.Store == nil || o.Compiler == nil || o.Root == "" {
		errs = append(errs, errors.New("repository: its content is not given"))
	}
	return errors.Join(append(errs, checkSecrets(o.Secrets))...)
}

func (o *Options) defaults() {
	if o.Every <= 0 {
		o.Every = 5 * time.Minute
	}
	if o.JobTime <= 0 {
		o.JobTime = 10 * time.Minute
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Sleep == nil {
		o.Sleep = sleep
	}
	if o.MergeWaits == nil {
		o.MergeWaits = []time.Duration{time.Second, 2 * time.Second, 4 * time.Second}
	}
	o.ServerURL = strings.TrimRight(o.ServerURL, "/")
}

// New makes a service. The error names all settings that are wrong.
func New(o Options) (*Service, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	byClock := o.Sleep == nil
	o.defaults()
	s := &Service{o: o, log: o.Log.With("repository", o.GitHub.owner+"/"+o.GitHub.name), gh: o.GitHub, metrics: newMetrics(o.GitHub), asked: newAsked()}
	if s.queue = o.Queue; s.queue == nil {
		q := newMemory(QueueOptions{Log: s.log, Retried: func(Hint, error) { s.metrics.failures.Inc() }})
		s.metrics.watch(q)
		if s.queue = q; byClock {
			s.o.Sleep = q.Rest
		}
	}
	if o.Metrics != nil {
		if err := s.metrics.register(o.Metrics); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// Handler takes in deliveries.
func (s *Service) Handler() http.Handler {
	return &receiver{
		secrets: s.o.Secrets, repository: s.gh.owner + "/" + s.gh.name, branch: s.branch, add: s.queue.Add, log: s.log,
		counted: func(event, outcome string) { s.metrics.deliveries.WithLabelValues(event, outcome).Inc() },
	}
}

// branch is the branch whose history counts, "" before it is known.
func (s *Service) branch() string {
	if snap := s.o.Store.Snapshot(); snap != nil {
		return snap.Branch
	}
	return ""
}

// Run works off hints and looks at everything again and again, until ctx ends
// and what is under way is done.
func (s *Service) Run(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return s.queue.Run(ctx, Work{Handle: s.Handle, GaveUp: s.gaveUp}) })
	g.Go(func() error {
		for {
			s.queue.Add(Hint{Key: keyAll})
			// By chance sooner or later, so that several do not come at once.
			wait := s.o.Every*9/10 + rand.N(s.o.Every/5+1)
			if sleep(ctx, wait) != nil {
				return nil
			}
		}
	})
	return g.Wait()
}

// Handle does what a hint asks for. It can be called any number of times: what
// is done already is not done again.
func (s *Service) Handle(ctx context.Context, h Hint) error {
	ctx, cancel := context.WithTimeout(ctx, s.o.JobTime)
	defer cancel()
	start := time.Now()
	kind, err := s.handle(ctx, h)
	if errors.Is(err, gitrepo.ErrDenied) {
		s.gh.renew()
	}
	s.metrics.jobs.WithLabelValues(kind, outcome(err)).Observe(time.Since(start).Seconds())
	return err
}

func outcome(err error) string {
	if err != nil {
		return "error"
	}
	return "done"
}

func (s *Service) handle(ctx context.Context, h Hint) (kind string, err error) {
	if s.o.Store.Snapshot() == nil {
		if err := s.o.Store.Refresh(ctx); err != nil {
			return "start", fmt.Errorf("reading the history: %w", err)
		}
	}
	if n, ok := h.pull(); ok {
		return "pull", s.handlePull(ctx, n, h)
	}
	if branch, ok := strings.CutPrefix(h.Key, keyRef); ok {
		return "ref", s.handleRef(ctx, branch, h)
	}
	if commit, ok := strings.CutPrefix(h.Key, keyHead); ok {
		return "head", s.handleHead(ctx, commit, h)
	}
	return "all", s.reconcile(ctx, h)
}

// gaveUp says on a commit that it could not be checked. Where the check tells
// a verdict, and only what goes with it could not be said, that stays.
func (s *Service) gaveUp(ctx context.Context, h Hint, cause error) {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	var after *afterCheckError
	if errors.As(cause, &after) {
		return
	}
	why := reason(cause)
	r, err := s.unchecked(ctx, h, why)
	if err == nil && r != nil {
		r.Failed, r.Touches, r.At = why, true, s.o.Now()
		err = s.fail(ctx, r, s.previewURL(r.Number))
	}
	if err != nil {
		about(s.log, h).Error("it could not even be said that something could not be checked", "error", err)
	}
}

// unchecked is what a hint would have had checked, nil for nothing.
func (s *Service) unchecked(ctx context.Context, h Hint, why string) (*Report, error) {
	if n, ok := h.pull(); ok {
		p, err := s.gh.pull(ctx, n)
		if err != nil || !p.open {
			return nil, err
		}
		s.propose(p, history.ProposedUnread, why)
		return &Report{Number: n, Head: p.head, Draft: p.draft, Fork: p.fork}, nil
	}
	branch := strings.TrimPrefix(h.Key, keyRef)
	if !strings.HasPrefix(branch, groups) {
		return nil, nil
	}
	all, err := s.gh.branches(ctx, branch)
	if err != nil || all[branch] == "" {
		return nil, err
	}
	return &Report{Head: all[branch]}, nil
}
