package webhook

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
	"sync"

	"github.com/milepost-dev/milepost/internal/compile"
	"github.com/milepost-dev/milepost/internal/history"
	"github.com/milepost-dev/milepost/internal/ladder"
)

// fingerprint names all that a verdict follows from, so that it is
// judged again where any of it is another, and only there: the commit, the day
// (findings hang on days), the rules, what all frameworks share, and, as it is
// in the trees that are compared and in the history that the merge would go
// into, each framework that the change touches, each that names one of those,
// and each that any of these names.
func (s *Service) fingerprint(ctx context.Context, j *job, w *wanted) (string, error) {
	h := sha256.New()
	say := func(words ...string) { fmt.Fprintf(h, "%q\n", words) }
	say("2", j.head, fmt.Sprint(j.merged, j.draft), s.o.ServerURL)
	if j.pull != nil && j.pull.locked {
		say("locked")
	}
	sum := func() string { return hex.EncodeToString(h.Sum(nil)[:12]) }
	if !w.touches {
		return sum(), nil // which says the same on any day
	}
	trees, err := s.compared(ctx, j)
	if err != nil {
		return "", err
	}
	say(fmt.Sprint(ladder.Ruleset), s.day())
	for _, shared := range []string{path.Join(s.o.Root, compile.OrganisationFile), path.Join(s.o.Root, "lib"), "cue.mod", "schema"} {
		say(shared, named(j.baseTree, shared), named(j.headTree, shared))
	}
	dirs, found, err := s.layout(j.headTree)
	if err != nil {
		return "", err
	}
	say(dirs...)
	say(fmt.Sprintf("%q", found))
	ids, err := s.reached(j.headTree, dirs, w.dirs)
	if err != nil {
		return "", err
	}
	numbers := inForce(s.o.Store.Snapshot())
	for _, id := range ids {
		say(id, numbers[id])
		for _, tree := range trees {
			say(named(tree, path.Join(s.o.Root, id)), named(tree, path.Join(s.o.Root, nextDir, id)))
		}
	}
	return sum(), nil
}

// compared are the trees that a verdict follows from: those of the job, and
// that of the newest commit of the history, where the merge would make versions.
func (s *Service) compared(ctx context.Context, j *job) ([]fs.FS, error) {
	trees := []fs.FS{j.baseTree, j.headTree}
	snap := s.o.Store.Snapshot()
	if snap == nil {
		return nil, history.ErrNoHistory
	}
	if j.branch != snap.Branch || snap.Head == "" {
		return trees, nil
	}
	tip, err := s.o.Trees.Tree(ctx, snap.Head)
	if err != nil {
		return nil, fmt.Errorf("reading the branch: %w", err)
	}
	return append(trees, tip), nil
}

// layout lists the directories of frameworks and coming editions, and says
// what is wrong with how they stand.
func (s *Service) layout(tree fs.FS) (dirs, found []string, err error) {
	if named(tree, s.o.Root) == "" {
		return nil, nil, nil
	}
	dirs, odd, err := compile.Layout(tree, s.o.Root)
	if err != nil {
		return nil, nil, err
	}
	coming, more, err := compile.Editions(tree, s.o.Root)
	for _, f := range slices.Concat(odd, more) {
		found = append(found, f.Code+" "+f.Position.File)
	}
	return slices.Concat(dirs, coming), found, err
}

// reached are the ids of the frameworks that a change touches, of those that
// name them, and of those that any of these names, sorted; and of those that
// are still to come, since lists of what there is name them from their day on.
// Nothing is evaluated for it.
func (s *Service) reached(tree fs.FS, dirs, differing []string) ([]string, error) {
	touched, there, out := map[string]bool{}, map[string]bool{}, map[string]bool{}
	for _, dir := range differing {
		touched[idOf(dir)] = true
	}
	for _, dir := range dirs {
		there[idOf(dir)] = true
	}
	maps.Copy(out, touched)
	for _, dir := range dirs {
		names, err := s.names(tree, dir)
		if err != nil {
			return nil, err
		}
		id := idOf(dir)
		if touched[id] || slices.ContainsFunc(names, func(n string) bool { return touched[n] }) {
			out[id] = true
			for _, n := range names {
				out[n] = there[n] || out[n]
			}
		}
		if !slices.Contains(dirs, id) {
			out[id] = true
		}
	}
	maps.DeleteFunc(out, func(_ string, reached bool) bool { return !reached })
	return slices.Sorted(maps.Keys(out)), nil
}

func idOf(dir string) string { return strings.TrimPrefix(dir, nextDir) }

// known are the ids that a directory may name, by what Git calls its content
// and that of the shared packages: they are read once for each.
type known struct {
	mu   sync.Mutex
	kept map[string][]string
}

const (
	maxKnown      = 1000 // directories
	maxKnownNames = 500  // of each: of more, somebody plays
)

func (s *Service) names(tree fs.FS, dir string) ([]string, error) {
	key := strings.Join([]string{dir, named(tree, path.Join(s.o.Root, dir)), named(tree, path.Join(s.o.Root, "lib"))}, " ")
	s.known.mu.Lock()
	names, ok := s.known.kept[key]
	s.known.mu.Unlock()
	if ok {
		return names, nil
	}
	names, err := s.o.Compiler.Names(compile.Unit{FS: tree, Root: s.o.Root, Dir: dir})
	if err != nil || len(names) > maxKnownNames {
		return names, err
	}
	s.known.mu.Lock()
	defer s.known.mu.Unlock()
	if s.known.kept == nil || len(s.known.kept) >= maxKnown {
		s.known.kept = map[string][]string{}
	}
	s.known.kept[key] = names
	return names, nil
}
