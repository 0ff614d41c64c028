package history

import (
	"context"
	"fmt"
	"io/fs"
	"maps"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/milepost-dev/milepost/internal/compile"
	"github.com/milepost-dev/milepost/internal/diag"
	"github.com/milepost-dev/milepost/internal/gitrepo"
	"github.com/milepost-dev/milepost/internal/ladder"
)

// repository is what history reads of Git.
type repository interface {
	Walk(ctx context.Context, head, stop string) (commits []gitrepo.Commit, reached bool, err error)
	Tree(ctx context.Context, commit string) (fs.FS, error)
}

// engine is what history asks of a compile.Compiler.
type engine interface {
	Lookup(compile.Unit) (*compile.Result, bool)
	Framework(context.Context, compile.Unit) (*compile.Result, error)
	Organisation(ctx context.Context, fsys fs.FS, root string) (ladder.Organisation, diag.List, error)
	Remembered(name string, v any, made func() error) error
}

// clockSkew is how far ahead of the clock a commit may be before it has to wait.
const clockSkew = time.Minute

// unitKey names what the files of a framework's directory are made of. dir is
// an id, or "next/" and one.
type unitKey struct{ dir, tree, lib, module string }

func (k unitKey) id() string { return strings.TrimPrefix(k.dir, nextDir) }

// nextDir is where coming editions stand.
const nextDir = "next/"

func (k unitKey) String() string { return compile.ContentName(k.tree, k.lib, k.module) }

// event is a directory changing, at one commit. A zero tree is its end.
type event struct {
	commit int // index into builder.commits
	key    unitKey
}

// builder folds commits into chains. It only ever appends, so that a new
// commit costs the same whatever came before; what it hands out is never
// changed afterwards.
type builder struct {
	compiler engine
	root     string
	progress func(done, all int)

	head     string
	recorded time.Time
	trees    map[string]string // directory -> tree now
	lib      string
	module   string
	orgs     []orgChange // of the organisation's file, oldest first
	commits  []commitInfo
	branch   map[string]bool // every commit of the first-parent chain
	results  map[unitKey]*compile.Result
	tags     *tagSet

	chains    map[string]*chain
	renamed   map[string]string // an id that a chain had -> the id it has
	squatters map[string]string // an id that a chain had -> the commit that put another framework there
}

// orgChange is the organisation's file at a commit that changed it.
type orgChange struct {
	commit, blob string // blob is "" where it was removed
	read         *ladder.Organisation
	zone         *time.Location
	findings     diag.List
}

// commitInfo is what is kept of a commit.
type commitInfo struct {
	hash, subject string
	recorded      time.Time
	org           int            // how many changes of the organisation's file count for it
	zone          *time.Location // where its days begin
}

func newBuilder(c engine, root string, progress func(done, all int)) *builder {
	return &builder{
		compiler: c, root: root, progress: progress,
		trees: map[string]string{}, results: map[unitKey]*compile.Result{}, branch: map[string]bool{},
		chains: map[string]*chain{}, renamed: map[string]string{}, squatters: map[string]string{},
	}
}

// extend takes in commits, oldest first, that follow those it has. The error
// means that the repository could not be read; the builder is then useless.
func (b *builder) extend(ctx context.Context, repo repository, commits []gitrepo.Commit) error {
	var events []event
	for _, c := range commits {
		events = append(events, b.record(c)...)
	}
	if err := b.readOrganisations(ctx, repo); err != nil {
		return err
	}
	if err := b.compileAll(ctx, repo, events); err != nil {
		return err
	}
	touched := map[string]bool{}
	for from := 0; from < len(events); {
		to := from
		for to < len(events) && events[to].commit == events[from].commit {
			touched[events[to].key.id()] = true
			to++
		}
		b.apply(events[from:to])
		from = to
	}
	clear(b.results) // the versions hold the texts; what comes again is in the cache
	return b.finish(ctx, touched)
}

// finish judges and numbers what became of the chains that were touched.
func (b *builder) finish(ctx context.Context, touched map[string]bool) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(runtime.GOMAXPROCS(0))
	for id := range touched {
		c := b.chains[id]
		if c == nil { // it has another id by now, or never had a text
			continue
		}
		g.Go(func() error {
			if err := ctx.Err(); err != nil {
				return err
			}
			if err := c.judge(); err != nil {
				return fmt.Errorf("comparing versions of %s: %w", c.id, err)
			}
			c.renumber()
			return nil
		})
	}
	return g.Wait()
}

// record notes a commit, and says which frameworks it touches.
func (b *builder) record(c gitrepo.Commit) []event {
	b.head = c.Hash
	b.branch[c.Hash] = true
	at := c.Committed.Truncate(time.Millisecond)
	if !at.After(b.recorded) {
		at = b.recorded.Add(time.Millisecond)
	}
	b.recorded = at
	all := c.Module != b.module
	b.module = c.Module
	orgs := len(b.orgs) // those of the first parent count
	touched := map[string]bool{}
	for _, ch := range c.Changes {
		switch {
		case ch.Path == "lib":
			b.lib, all = ch.Hash, true
		case ch.Path == compile.OrganisationFile:
			b.orgs = append(b.orgs, orgChange{commit: c.Hash, blob: ch.Hash})
		case ch.Dir && isFrameworkDir(ch.Path), ch.Hash == "" && b.trees[ch.Path] != "":
			touched[ch.Path] = true
			b.trees[ch.Path] = ch.Hash
			if ch.Hash == "" {
				delete(b.trees, ch.Path)
			}
		case !ch.Dir && b.trees[ch.Path] != "": // a file took the directory's place
			touched[ch.Path] = true
			delete(b.trees, ch.Path)
		}
	}
	if all && (b.lib != "" || len(c.Changes) > 0) {
		for dir := range b.trees {
			touched[dir] = true
		}
	}
	if len(touched) == 0 {
		return nil
	}
	if orgs == 0 || b.orgs[orgs-1].blob == "" { // its own, where that has none
		orgs = len(b.orgs)
	}
	b.commits = append(b.commits, commitInfo{hash: c.Hash, subject: c.Subject, recorded: at, org: orgs})
	var events []event
	for _, dir := range slices.Sorted(maps.Keys(touched)) {
		events = append(events, event{len(b.commits) - 1, unitKey{dir, b.trees[dir], b.lib, b.module}})
	}
	return events
}

func isFrameworkDir(p string) bool { return compile.IsFrameworkID(strings.TrimPrefix(p, nextDir)) }

// compileAll compiles what has no result yet: each distinct tree once, on all cores.
func (b *builder) compileAll(ctx context.Context, repo repository, events []event) error {
	var todo []event
	for _, e := range events {
		if _, ok := b.results[e.key]; ok || e.key.tree == "" {
			continue
		}
		b.results[e.key] = nil
		todo = append(todo, e)
	}
	var mu sync.Mutex
	done := 0
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(runtime.GOMAXPROCS(0))
	for _, e := range todo {
		g.Go(func() error {
			r, err := b.compileOne(ctx, repo, e)
			mu.Lock()
			defer mu.Unlock()
			b.results[e.key] = r
			if done++; b.progress != nil {
				b.progress(done, len(todo))
			}
			return err
		})
	}
	return g.Wait()
}

func (b *builder) compileOne(ctx context.Context, repo repository, e event) (*compile.Result, error) {
	u := compile.Unit{Root: b.root, Dir: e.key.dir, Key: e.key.String()}
	if r, ok := b.compiler.Lookup(u); ok {
		return r, nil
	}
	commit := b.commits[e.commit].hash
	tree, err := repo.Tree(ctx, commit)
	if err != nil {
		return nil, fmt.Errorf("reading commit %.10s: %w", commit, err)
	}
	u.FS = tree
	r, err := b.compiler.Framework(ctx, u)
	if err != nil {
		return nil, fmt.Errorf("compiling %s at commit %.10s: %w", e.key.dir, commit, err)
	}
	return r, nil
}

// apply folds the events of one commit into the chains.
func (b *builder) apply(events []event) {
	at := b.commits[events[0].commit]
	gone := map[string]bool{}
	for _, e := range events {
		if id := e.key.id(); e.key.dir == id && e.key.tree == "" {
			gone[id] = true
		}
	}
	bases, nexts := map[string]*arrival{}, map[string]*arrival{}
	for _, e := range events {
		id, into := e.key.id(), bases
		if e.key.dir != id {
			into = nexts
		}
		a := &arrival{tree: e.key.tree}
		if a.tree != "" {
			a.result = b.results[e.key]
		}
		into[id] = a
	}
	for _, id := range slices.Sorted(maps.Keys(bases)) {
		if bases[id].tree == "" {
			continue
		}
		if from := b.continues(id, bases, gone, at); from != "" {
			b.rename(from, id, at, nexts[id] != nil)
			delete(gone, from)
		}
	}
	for _, id := range slices.Sorted(maps.Keys(union(bases, nexts))) {
		if to := b.renamed[id]; to != "" { // its directories went with the rename
			b.taken(id, bases[id], at)
			continue
		}
		b.chain(id).advance(at, bases[id], nexts[id])
	}
}

func union(a, b map[string]*arrival) map[string]*arrival {
	out := maps.Clone(a)
	maps.Copy(out, b)
	return out
}

// chain is the chain under an id, a new one where there is none.
func (b *builder) chain(id string) *chain {
	c := b.chains[id]
	if c == nil {
		c = &chain{id: id, tags: b.tags, engine: b.compiler}
		b.chains[id] = c
	}
	return c
}

// The two ways in which hosts write the pull request into a commit's first line.
var pullRequestForm = regexp.MustCompile(`^Merge pull request #([0-9]{1,9})\b|\(#([0-9]{1,9})\)$`)

func pullRequest(subject string) int {
	m := pullRequestForm.FindStringSubmatch(subject)
	if m == nil {
		return 0
	}
	n, _ := strconv.Atoi(m[1] + m[2])
	return n
}

// setTags takes in the tags as they are now.
func (b *builder) setTags(tags []Tag) {
	set := newTagSet(tags).keeping(b.tags)
	if set == b.tags {
		return
	}
	b.tags = set
	for _, c := range b.chains {
		c.retag(set)
	}
}

func (b *builder) onBranch(hash string) bool { return b.branch[hash] }

// timelines are the chains as they stand at now, and those that moved.
func (b *builder) timelines(now time.Time) ([]*Timeline, error) {
	var out []*Timeline
	for _, c := range b.chains {
		t, err := c.view(now, b.onBranch)
		if err != nil {
			return nil, err
		}
		out = append(out, t)
	}
	for from, to := range b.renamed {
		t := &Timeline{ID: from, MovedTo: to}
		if commit := b.squatters[from]; commit != "" {
			t.Broken, t.Findings = commit, takenFinding(from, to)
		}
		out = append(out, t)
	}
	slices.SortFunc(out, func(x, y *Timeline) int { return strings.Compare(x.ID, y.ID) })
	return out, nil
}

// Problem is what stands in the way of a newer version, or an alarm.
type Problem struct {
	Framework string `json:"framework,omitempty"`
	// Edition says that it is about the coming edition.
	Edition  bool      `json:"edition,omitempty"`
	Commit   string    `json:"commit,omitempty"`
	Findings diag.List `json:"findings"`
}

// problems are what stands today, by framework.
func problems(timelines []*Timeline, tags *tagSet) []Problem {
	var out []Problem
	for _, t := range timelines {
		if t.Broken != "" {
			out = append(out, Problem{Framework: t.ID, Commit: t.Broken, Findings: t.Findings})
		}
		if t.NextBroken != "" {
			out = append(out, Problem{Framework: t.ID, Edition: true, Commit: t.NextBroken, Findings: t.NextFindings})
		}
		if len(t.Alarms) > 0 && !t.unheard() {
			out = append(out, Problem{Framework: t.ID, Findings: t.Alarms})
		}
	}
	if found := tags.strays(timelines); len(found) > 0 {
		out = append(out, Problem{Findings: found})
	}
	return out
}
