package history

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/milepost-dev/milepost/internal/compile"
)

// Proposal is what a change would leave in the directories that it touches: by
// directory, an id or "next/" and one. A nil result is the directory's end.
type Proposal map[string]*compile.Result

// Preview is what would become of the frameworks if a proposal were merged.
type Preview struct {
	At     time.Time // of the merge
	After  []*Timeline
	before map[string]*Timeline
}

// ErrNoHistory says that no history has been read yet.
var ErrNoHistory = errors.New("no history has been read yet")

// Preview folds a proposal into the history as a merge at this moment would,
// by the same rules, and leaves the history as it is. The error is
// ErrNoHistory, or says that a stored text cannot be read.
func (s *Store) Preview(ctx context.Context, p Proposal) (*Preview, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.builder == nil {
		return nil, ErrNoHistory
	}
	at := s.o.Now()
	if !at.After(s.builder.recorded) {
		at = s.builder.recorded.Add(time.Millisecond)
	}
	out := &Preview{At: at, before: map[string]*Timeline{}}
	if len(p) == 0 {
		return out, nil
	}
	b, events := s.builder.fork(p, at)
	for id := range ids(p) {
		if c := s.builder.chains[id]; c != nil {
			t, err := c.view(s.o.Now(), s.builder.onBranch)
			if err != nil {
				return nil, err
			}
			out.before[id] = t
		}
	}
	b.apply(events)
	if err := b.finish(ctx, ids(p)); err != nil {
		return nil, err
	}
	for _, id := range slices.Sorted(maps.Keys(ids(p))) {
		c := b.chains[id]
		if c == nil { // it has another id from then on
			continue
		}
		t, err := c.view(at, s.builder.onBranch)
		if err != nil {
			return nil, err
		}
		out.After = append(out.After, t)
	}
	return out, nil
}

// ids are the frameworks that a proposal touches.
func ids(p Proposal) map[string]bool {
	out := map[string]bool{}
	for dir := range p {
		out[strings.TrimPrefix(dir, nextDir)] = true
	}
	return out
}

// fork is a copy of the builder that takes a proposal in as one more commit,
// and the events of that commit.
func (b *builder) fork(p Proposal, at time.Time) (*builder, []event) {
	f := *b
	f.chains, f.renamed, f.squatters = maps.Clone(b.chains), maps.Clone(b.renamed), maps.Clone(b.squatters)
	for id := range ids(p) {
		if c := f.chains[id]; c != nil {
			f.chains[id] = c.fork()
		}
	}
	c := commitInfo{recorded: at, zone: time.UTC}
	if n := len(b.orgs); n > 0 {
		c.org, c.zone = n, b.orgs[n-1].zone
	}
	f.commits = append(slices.Clip(b.commits), c)
	f.results = map[unitKey]*compile.Result{}
	var events []event
	for _, dir := range slices.Sorted(maps.Keys(p)) {
		k := unitKey{dir: dir}
		if r := p[dir]; r != nil {
			k.tree = "proposed"
			f.results[k] = r
		}
		events = append(events, event{len(f.commits) - 1, k})
	}
	return &f, events
}

// Made are the versions that the merge would make of a framework at once,
// oldest first.
func (p *Preview) Made(t *Timeline) []*Version {
	known := 0
	if before := p.Before(t); before != nil {
		known = len(before.Versions)
	}
	return t.Versions[min(known, len(t.Versions)):]
}

// Before is the framework's timeline as it is, nil where there is none. A
// framework that would have another id is found under the one it has.
func (p *Preview) Before(t *Timeline) *Timeline {
	if before := p.before[t.ID]; before != nil && len(before.Versions) > 0 {
		return before
	}
	if v := t.First(); v != nil {
		for _, before := range p.before {
			if before.First() == v {
				return before
			}
		}
	}
	return p.before[t.ID]
}
