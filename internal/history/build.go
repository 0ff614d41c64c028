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
)

// repository is what history reads of Git.
type repository interface {
	Walk(ctx context.Context, head, stop string) (commits []gitrepo.Commit, reached bool, err error)
	Tree(ctx context.Context, commit string) (fs.FS, error)
}

// clockSkew is how far ahead of the clock a commit may be before it has to wait.
const clockSkew = time.Minute

// unitKey names what a framework's files are made of.
type unitKey struct{ id, tree, lib, module string }

func (k unitKey) String() string { return strings.Join([]string{k.tree, k.lib, k.module}, " ") }

// event is a framework's files changing, at one commit. A zero tree is their end.
type event struct {
	commit int // index into builder.commits
	key    unitKey
}

// builder folds commits into timelines. It only ever appends, so that a new
// commit costs the same whatever came before; what it hands out is never
// changed afterwards.
type builder struct {
	compiler *compile.Compiler
	root     string
	progress func(done, all int)

	head     string
	recorded time.Time
	trees    map[string]string // id -> tree now
	lib      string
	module   string
	orgs     []orgChange // of the organisation's file, oldest first
	commits  []commitInfo
	results  map[unitKey]*compile.Result

	timelines map[string]*Timeline
	renamed   map[string]string // an id that a timeline had -> the id it has
}

// orgChange is the organisation's file at a commit that changed it.
type orgChange struct{ commit, blob string } // blob is "" where it was removed

// commitInfo is what is kept of a commit.
type commitInfo struct {
	hash, subject string
	recorded      time.Time
}

func newBuilder(c *compile.Compiler, root string, progress func(done, all int)) *builder {
	return &builder{
		compiler: c, root: root, progress: progress,
		trees: map[string]string{}, results: map[unitKey]*compile.Result{},
		timelines: map[string]*Timeline{}, renamed: map[string]string{},
	}
}

// extend takes in commits, oldest first, that follow those it has. The error
// means that the repository could not be read; the builder is then useless.
func (b *builder) extend(ctx context.Context, repo repository, commits []gitrepo.Commit) error {
	var events []event
	for _, c := range commits {
		events = append(events, b.record(c)...)
	}
	if err := b.compileAll(ctx, repo, events); err != nil {
		return err
	}
	for from := 0; from < len(events); {
		to := from
		for to < len(events) && events[to].commit == events[from].commit {
			to++
		}
		b.apply(events[from:to])
		from = to
	}
	clear(b.results) // the versions hold the texts; what comes again is in the cache
	return nil
}

// record notes a commit, and says which frameworks it touches.
func (b *builder) record(c gitrepo.Commit) []event {
	b.head = c.Hash
	at := c.Committed.Truncate(time.Millisecond)
	if !at.After(b.recorded) {
		at = b.recorded.Add(time.Millisecond)
	}
	b.recorded = at
	all := c.Module != b.module
	b.module = c.Module
	touched := map[string]bool{}
	for _, ch := range c.Changes {
		switch {
		case ch.Path == "lib":
			b.lib, all = ch.Hash, true
		case ch.Path == compile.OrganisationFile:
			b.orgs = append(b.orgs, orgChange{c.Hash, ch.Hash})
		case ch.Dir && compile.IsFrameworkID(ch.Path), ch.Hash == "" && b.trees[ch.Path] != "":
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
		for id := range b.trees {
			touched[id] = true
		}
	}
	if len(touched) == 0 {
		return nil
	}
	b.commits = append(b.commits, commitInfo{c.Hash, c.Subject, at})
	var events []event
	for _, id := range slices.Sorted(maps.Keys(touched)) {
		events = append(events, event{len(b.commits) - 1, unitKey{id, b.trees[id], b.lib, b.module}})
	}
	return events
}

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
	u := compile.Unit{Root: b.root, Dir: e.key.id, Key: e.key.String()}
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
		return nil, fmt.Errorf("compiling %s at commit %.10s: %w", e.key.id, commit, err)
	}
	return r, nil
}

// apply folds the events of one commit into the timelines.
func (b *builder) apply(events []event) {
	c := b.commits[events[0].commit]
	gone := map[string]bool{}
	for _, e := range events {
		if e.key.tree == "" {
			gone[e.key.id] = true
		}
	}
	for _, e := range events {
		if e.key.tree == "" {
			continue
		}
		r := b.results[e.key]
		if from := b.continues(e.key.id, r, gone); from != "" {
			b.rename(from, e.key.id)
			delete(gone, from)
		}
		b.add(e.key, r, c)
	}
	for _, id := range slices.Sorted(maps.Keys(gone)) {
		b.end(id, c)
	}
}

// continues is the id whose timeline a directory takes over: one that it says
// it was formerly, or one that took over from it, where that ends here.
func (b *builder) continues(id string, r *compile.Result, gone map[string]bool) string {
	if t := b.timelines[id]; t != nil && t.MovedTo == "" {
		return ""
	}
	if to := b.renamed[id]; to != "" && gone[to] {
		return to
	}
	if r == nil || !r.OK() {
		return ""
	}
	for _, former := range r.Formerly {
		if gone[former] && b.timelines[former] != nil {
			return former
		}
	}
	return ""
}

func (b *builder) rename(from, to string) {
	old := b.timelines[from]
	b.timelines[to] = &Timeline{ID: to, Versions: old.Versions}
	b.timelines[from] = &Timeline{ID: from, MovedTo: to}
	delete(b.renamed, to)
	for id, at := range b.renamed {
		if at == from {
			b.renamed[id] = to
			b.timelines[id] = &Timeline{ID: id, MovedTo: to}
		}
	}
	b.renamed[from] = to
}

// edit is a timeline that may be changed: handed-out ones never are.
func (b *builder) edit(id string) *Timeline {
	t := &Timeline{ID: id}
	if old := b.timelines[id]; old != nil {
		*t = *old
		t.MovedTo = ""
	}
	b.timelines[id] = t
	return t
}

func (b *builder) add(k unitKey, r *compile.Result, c commitInfo) {
	t := b.edit(k.id)
	if !r.OK() {
		t.Findings, t.Broken = r.Findings, c.hash
		return
	}
	t.Findings, t.Broken = nil, ""
	last := t.Latest()
	if last != nil && last.Digest == r.Digest {
		return
	}
	v := newVersion(r, c)
	v.Tree = k.tree
	v.number(last, "minor")
	t.Versions = append(t.Versions, v)
}

// end is the deletion of a framework: a version with no text.
func (b *builder) end(id string, c commitInfo) {
	old := b.timelines[id]
	if old == nil || old.MovedTo != "" {
		return
	}
	t := b.edit(id)
	t.Findings, t.Broken = nil, ""
	last := t.Latest()
	if last == nil || last.Removed {
		return
	}
	v := newVersion(&compile.Result{ID: id, Title: last.Title, Kind: last.Kind}, c)
	v.Removed = true
	v.number(last, "major")
	t.Versions = append(t.Versions, v)
}

func newVersion(r *compile.Result, c commitInfo) *Version {
	v := &Version{
		Framework: r.ID, Digest: r.Digest, Title: r.Title, Kind: r.Kind,
		RecordedAt: c.recorded, EffectiveFrom: c.recorded, Commit: c.hash,
		Subject: c.subject, PullRequest: pullRequest(c.subject),
	}
	if r.OK() {
		v.stored.Store(&stored{gz: r.Compressed()})
	}
	return v
}

// number gives a version its number: 1.0.0, then a step from the one before.
func (v *Version) number(last *Version, bump string) {
	if last == nil {
		v.Number = "1.0.0"
		return
	}
	var major, minor, patch int
	fmt.Sscanf(last.Number, "%d.%d.%d", &major, &minor, &patch)
	switch bump {
	case "major":
		major, minor, patch = major+1, 0, 0
	case "minor":
		minor, patch = minor+1, 0
	default:
		patch++
	}
	v.Previous, v.Bump = last.Number, bump
	v.Number = fmt.Sprintf("%d.%d.%d", major, minor, patch)
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

// problems are the findings that stand today, by framework.
func (b *builder) problems() []Problem {
	var out []Problem
	for _, id := range slices.Sorted(maps.Keys(b.timelines)) {
		if t := b.timelines[id]; t.Broken != "" {
			out = append(out, Problem{Framework: id, Commit: t.Broken, Findings: t.Findings})
		}
	}
	return out
}

// Problem is what stands in the way of a newer version.
type Problem struct {
	Framework string    `json:"framework,omitempty"`
	Commit    string    `json:"commit,omitempty"`
	Findings  diag.List `json:"findings"`
}
