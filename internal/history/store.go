package history

import (
	"context"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/milepost-dev/milepost/internal/compile"
	"github.com/milepost-dev/milepost/internal/diag"
	"github.com/milepost-dev/milepost/internal/gitrepo"
	"github.com/milepost-dev/milepost/internal/ladder"
)

// Snapshot is all that is known at one moment. It is never changed.
type Snapshot struct {
	Head         string    // the newest commit taken in, "" outside a repository
	Branch       string    //
	TakenAt      time.Time // when the snapshot was made
	RecordedAt   time.Time // of the newest commit taken in: answers are final up to it
	Organisation ladder.Organisation
	Location     *time.Location // where the organisation's days begin and end
	Timelines    []*Timeline    // by id
	Problems     []Problem      // what stands in the way of newer versions
	Pending      []Pending      // commits that claim to be from the future
	Working      *Working       // nil where there is no working copy, or nothing in it differs
	Unversioned  bool           // a directory outside Git

	byID map[string]*Timeline
	next time.Time // when the next edition comes into force, zero for never
}

// Pending is a commit whose time is still to come, by the clock.
type Pending struct {
	Commit    string    `json:"commit"`
	Committed time.Time `json:"committed"`
}

// Timeline finds the history of a framework by its id.
func (s *Snapshot) Timeline(id string) (*Timeline, bool) {
	t, ok := s.byID[id]
	return t, ok
}

// Live lists the frameworks that have a text today, by id.
func (s *Snapshot) Live() []*Timeline {
	var out []*Timeline
	for _, t := range s.Timelines {
		if t.Live() {
			out = append(out, t)
		}
	}
	return out
}

// Working is the working copy, where it differs from the newest commit.
type Working struct {
	Frameworks map[string]*Version // those that differ and compile
	Removed    []string            // those that are gone
	Findings   diag.List           // of all that differ
	Checked    []string            // ids of those that differ, compiling or not
}

// Options are what a Store is made with.
type Options struct {
	Repo     *gitrepo.Repo // nil outside Git
	Root     string        // the directory of frameworks in the repository, "frameworks"
	WorkDir  string        // a directory with a working copy, "" for none
	Compiler *compile.Compiler
	Log      *slog.Logger
	Now      func() time.Time
	Progress func(done, all int)                  // called while texts compile
	Tags     func(context.Context) ([]Tag, error) // nil reads none
}

// Store keeps the newest snapshot, and makes new ones.
type Store struct {
	o        Options
	snapshot atomic.Pointer[Snapshot]
	looked   atomic.Int64 // when a refresh last succeeded, in nanoseconds

	mu      sync.Mutex // held while refreshing
	builder *builder
	tags    []Tag    // as they were taken in last
	tagged  *builder // that took them in
	work    workState
}

// NewStore makes a store without a snapshot: Refresh makes the first.
func NewStore(o Options) *Store {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return &Store{o: o}
}

// Snapshot is the newest snapshot, nil before the first Refresh.
func (s *Store) Snapshot() *Snapshot { return s.snapshot.Load() }

// Refreshed is when a refresh last succeeded; the zero time before the first.
func (s *Store) Refreshed() time.Time {
	if at := s.looked.Load(); at != 0 {
		return time.Unix(0, at)
	}
	return time.Time{}
}

// Refresh takes in what is new and swaps the snapshot. Where it fails, the
// snapshot before stays. The error is one of gitrepo's, or says that a file
// could not be read.
func (s *Store) Refresh(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	err := s.refresh(ctx)
	if err == nil {
		s.looked.Store(s.o.Now().UnixNano())
	}
	return err
}

func (s *Store) refresh(ctx context.Context) error {
	if s.o.Repo == nil {
		return s.refreshDirectory(ctx)
	}
	head, err := s.o.Repo.Refresh(ctx)
	if err != nil {
		return err
	}
	changed, pending, err := s.follow(ctx, head)
	if err != nil {
		return err
	}
	tagged, err := s.readTags(ctx)
	if err != nil {
		return err
	}
	work, err := s.refreshWork(ctx, changed)
	if err != nil {
		return err
	}
	if old := s.snapshot.Load(); old != nil && !changed && !tagged && !work && slices.Equal(pending, old.Pending) && !old.stale(s.o.Now()) {
		return nil
	}
	return s.publish(pending)
}

// readTags takes in the tags. It says whether any changed.
func (s *Store) readTags(ctx context.Context) (bool, error) {
	if s.o.Tags == nil {
		return false, nil
	}
	tags, err := s.o.Tags(ctx)
	if err != nil {
		return false, err
	}
	if s.tagged == s.builder && slices.Equal(tags, s.tags) {
		return false, nil
	}
	before := s.builder.tags
	s.builder.setTags(tags)
	s.tags, s.tagged = tags, s.builder
	return s.builder.tags != before, nil
}

// stale says whether an edition came into force since.
func (s *Snapshot) stale(now time.Time) bool { return !s.next.IsZero() && !s.next.After(now) }

// follow brings the builder to head. It says whether anything changed, and
// which commits have to wait.
func (s *Store) follow(ctx context.Context, head string) (bool, []Pending, error) {
	stop := ""
	if s.builder != nil {
		if stop = s.builder.head; stop == head {
			return false, nil, nil
		}
	}
	commits, reached, err := s.o.Repo.Walk(ctx, head, stop)
	if err != nil {
		return false, nil, err
	}
	commits, pending := s.ripe(commits)
	if s.builder == nil || !reached && stop != "" {
		if stop != "" {
			s.o.Log.Warn("the branch's history was rewritten: building it anew", "was", stop, "is", head)
		}
		s.builder = newBuilder(s.o.Compiler, s.o.Root, s.o.Progress)
		s.builder.tags = newTagSet(nil)
	}
	if err := s.builder.extend(ctx, s.o.Repo, commits); err != nil {
		s.builder = nil // half of the commits are in it
		return false, nil, err
	}
	return len(commits) > 0, pending, nil
}

// ripe cuts off the commits from the first one that is ahead of the clock.
func (s *Store) ripe(commits []gitrepo.Commit) ([]gitrepo.Commit, []Pending) {
	limit := s.o.Now().Add(clockSkew)
	at := slices.IndexFunc(commits, func(c gitrepo.Commit) bool { return c.Committed.After(limit) })
	if at < 0 {
		return commits, nil
	}
	var pending []Pending
	for _, c := range commits[at:] {
		pending = append(pending, Pending{c.Hash, c.Committed})
	}
	s.o.Log.Warn("a commit claims to be from the future: it waits, with all that follow it", "commit", commits[at].Hash, "committed", commits[at].Committed)
	return commits[:at], pending
}

// publish makes a snapshot of the builder and swaps it in.
func (s *Store) publish(pending []Pending) error {
	b := s.builder
	now := s.o.Now()
	timelines, err := b.timelines(now)
	if err != nil {
		return err
	}
	snap := &Snapshot{
		Head: b.head, Branch: s.o.Repo.Branch(), TakenAt: now, RecordedAt: b.recorded, Timelines: timelines,
		Pending: pending, Working: s.work.state, Problems: problems(timelines, b.tags), next: b.nextArrival(now),
	}
	var found diag.List
	if snap.Organisation, found = b.organisation(); found.HasErrors() {
		snap.Problems = append(snap.Problems, Problem{Commit: b.orgs[len(b.orgs)-1].commit, Findings: found})
	}
	if err := snap.finish(); err != nil {
		return err
	}
	s.swap(snap)
	return nil
}

// nextArrival is when the next edition comes into force, zero for never.
func (b *builder) nextArrival(now time.Time) time.Time {
	var next time.Time
	for _, c := range b.chains {
		if e := c.next.text; e != nil && e.from.After(now) && (next.IsZero() || e.from.Before(next)) {
			next = e.from
		}
	}
	return next
}

// finish fills in what follows from the rest.
func (s *Snapshot) finish() error {
	s.byID = make(map[string]*Timeline, len(s.Timelines))
	for _, t := range s.Timelines {
		s.byID[t.ID] = t
		if t.Live() {
			if err := t.Latest().heat(); err != nil {
				return err
			}
		}
	}
	var err error
	if s.Location, err = s.Organisation.Location(); err != nil {
		s.Location = time.UTC
	}
	return nil
}

// swap puts a snapshot in place, and lets go of answers that are no longer hot.
func (s *Store) swap(snap *Snapshot) {
	old := s.snapshot.Swap(snap)
	if old == nil {
		return
	}
	for _, t := range old.Timelines {
		if now := snap.byID[t.ID]; t.Live() && (now == nil || now.Latest() != t.Latest()) {
			t.Latest().cool()
		}
	}
}

// Run refreshes again and again until ctx ends: history every interval and at
// the moment at which an edition comes into force, the working copy every
// second. A refresh that fails is logged and tried again.
func (s *Store) Run(ctx context.Context, interval time.Duration) error {
	if s.o.WorkDir != "" {
		interval = min(interval, time.Second)
	}
	for {
		wait := time.NewTimer(s.wait(interval))
		select {
		case <-ctx.Done():
			wait.Stop()
			return nil
		case <-wait.C:
			if err := s.Refresh(ctx); err != nil && ctx.Err() == nil {
				s.o.Log.Error("refreshing the history", "error", err)
			}
		}
	}
}

// wait is how long until the next refresh.
func (s *Store) wait(interval time.Duration) time.Duration {
	if snap := s.Snapshot(); snap != nil && !snap.next.IsZero() {
		if until := snap.next.Sub(s.o.Now()); until > 0 {
			return min(interval, until+time.Millisecond)
		}
	}
	return interval
}
