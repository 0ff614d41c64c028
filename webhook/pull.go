package webhook

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/milepost-dev/milepost/internal/history"
	"github.com/milepost-dev/milepost/internal/review"
)

// job is a commit that is judged: the newest of a pull request, or a group of
// the merge queue.
type job struct {
	pull      *pullRequest // nil of a group
	draft     bool
	head      string // the commit that the check is on
	branch    string // that it goes into
	base      string // that branch's newest commit
	mergeBase string
	merged    bool // judged as merged with base
	again     bool
	baseTree  fs.FS            // that is compared with
	headTree  fs.FS            // that is judged
	preview   *history.Preview // of the merge, nil where none is made
}

// handlePull checks a pull request, and says so. Of one that is closed there is
// nothing to say any more.
func (s *Service) handlePull(ctx context.Context, n int, h Hint) error {
	p, err := s.gh.pull(ctx, n)
	if err != nil {
		return ignoreGone(err)
	}
	if !p.open {
		s.propose(p, decided(p), "")
		return nil
	}
	s.looked.add(p.head)
	if s.proposals.get(n).is == nil {
		s.propose(p, history.ProposedWaiting, "")
	}
	log := about(s.log, h).With("head", p.head)
	j, err := s.locate(ctx, p)
	if err != nil {
		s.announce(ctx, p, log)
		return err
	}
	j.again = h.Again
	w, err := s.wanted(ctx, j)
	if err != nil {
		return err
	}
	if w.upToDate() {
		log.Debug("the check is up to date")
		if s.proposals.get(n).id == w.id {
			return nil
		}
		_, err := s.judge(ctx, j, w) // for the pages
		return err
	}
	s.drifted(w, h)
	if err := s.begin(ctx, j, w); err != nil {
		return err
	}
	r, err := s.judge(ctx, j, w)
	if err != nil {
		return err
	}
	now, err := s.gh.pull(ctx, n)
	if err != nil {
		return err
	}
	if now.head != p.head || now.base != p.base || now.locked != p.locked || !now.open {
		return s.supersede(ctx, j, w, r, now)
	}
	if err := s.publish(ctx, j, w, r); err != nil {
		return err
	}
	log.Info("checked", "title", r.title(), "merged", j.merged)
	s.lookAgain(ctx, j, w)
	return nil
}

// lookAgain has a pull request looked at once more where what its verdict
// follows from changed while it was told. Another server may have heard of
// that, and told of it before.
func (s *Service) lookAgain(ctx context.Context, j *job, w *wanted) {
	if id, err := s.nowFollows(ctx, j); err != nil || id != w.id {
		s.queue.Add(pullHint(j.pull.number)) // which meets the error again, if it stays
	}
}

// nowFollows is the fingerprint of all that a verdict would follow from now.
func (s *Service) nowFollows(ctx context.Context, j *job) (string, error) {
	now, _, err := s.look(ctx, *j.pull)
	if err != nil {
		return "", err
	}
	w, err := s.follows(ctx, now)
	return w.id, err
}

// decided is how a pull request that is closed ended.
func decided(p pullRequest) history.ProposedState {
	if p.merged {
		return history.ProposedMerged
	}
	return history.ProposedDeclined
}

// drifted counts what no delivery has told of.
func (s *Service) drifted(w *wanted, h Hint) {
	for kind, fine := range map[string]bool{"check": w.checked, "comment": w.commented} {
		if h.Swept && !fine {
			s.metrics.drift.WithLabelValues(kind).Inc()
		}
	}
}

// locate finds the commits of a pull request, and fetches them. Where GitHub
// is still trying whether it merges, that is waited for, for a while.
func (s *Service) locate(ctx context.Context, p pullRequest) (*job, error) {
	for try := 0; ; try++ {
		j, ready, err := s.look(ctx, p)
		if err != nil || ready || try == len(s.o.MergeWaits) {
			return j, err
		}
		if err := s.o.Sleep(ctx, s.o.MergeWaits[try]); err != nil {
			return nil, err
		}
		if p, err = s.gh.pull(ctx, p.number); err != nil {
			return nil, err
		}
	}
}

// look finds the commits as they are; ready says that nothing better comes.
func (s *Service) look(ctx context.Context, p pullRequest) (j *job, ready bool, err error) {
	git, err := s.o.Trees.FetchPull(ctx, p.number) // and the branches with it
	if err != nil {
		return nil, false, fmt.Errorf("fetching pull request %d: %w", p.number, err)
	}
	if git.Head != p.head {
		return nil, false, fmt.Errorf("fetching pull request %d: it is at %.10s, and GitHub says %.10s", p.number, git.Head, p.head)
	}
	j = &job{pull: &p, draft: p.draft, head: p.head, branch: p.base}
	if j.base, err = s.o.Trees.Resolve(ctx, "refs/heads/"+p.base); err != nil {
		return nil, false, fmt.Errorf("finding the branch %s: %w", p.base, err)
	}
	if j.mergeBase, err = s.o.Trees.MergeBase(ctx, j.base, p.head); err != nil {
		return nil, false, fmt.Errorf("comparing pull request %d with its base: %w", p.number, err)
	}
	// The history too, so that the numbers that are told fit the base.
	if p.base == s.branch() && s.o.Store.Snapshot().Head != j.base {
		if err := s.o.Store.Refresh(ctx); err != nil {
			return nil, false, fmt.Errorf("reading the history: %w", err)
		}
	}
	j.merged = len(git.Parents) == 2 && git.Parents[0] == j.base && git.Parents[1] == p.head
	from, to := j.mergeBase, j.head
	if j.merged {
		from, to = j.base, git.Merge
	}
	conflict := p.mergeable != nil && !*p.mergeable
	return j, j.merged || conflict, s.read(ctx, j, from, to)
}

// read reads the trees that are compared.
func (s *Service) read(ctx context.Context, j *job, from, to string) (err error) {
	if j.baseTree, err = s.o.Trees.Tree(ctx, from); err != nil {
		return fmt.Errorf("reading the base: %w", err)
	}
	if j.headTree, err = s.o.Trees.Tree(ctx, to); err != nil {
		return fmt.Errorf("reading the change: %w", err)
	}
	return nil
}

// judge is what there is to say of a change.
func (s *Service) judge(ctx context.Context, j *job, w *wanted) (*Report, error) {
	snap := s.o.Store.Snapshot()
	if snap == nil {
		return nil, history.ErrNoHistory
	}
	r := &Report{
		Head: j.head, Base: j.base, MergeBase: j.mergeBase, Draft: j.draft, Merged: j.merged, At: s.o.Now(),
		Location: snap.Location, Touches: touches(j.baseTree, j.headTree, s.o.Root),
	}
	if j.pull != nil {
		r.Number, r.Fork, r.Locked, r.PreviewURL = j.pull.number, j.pull.fork, j.pull.locked, s.previewURL(j.pull.number)
	}
	if err := s.review(ctx, j, w, snap, r); err != nil {
		return nil, err
	}
	if j.pull == nil {
		return r, nil
	}
	return r, s.proposeChecked(j, w, r)
}

// review judges a change that touches frameworks.
func (s *Service) review(ctx context.Context, j *job, w *wanted, snap *history.Snapshot, r *Report) (err error) {
	if !r.Touches {
		return nil
	}
	s.metrics.judged.Inc()
	r.Verdict, err = review.Review(ctx, s.o.Compiler, review.Change{
		Head: j.headTree, Base: j.baseTree, Root: s.o.Root, Now: r.At, InForce: inForce(snap),
	})
	if err != nil {
		return fmt.Errorf("reviewing: %w", err)
	}
	if j.preview, err = s.foretell(ctx, j, w.dirs); err != nil {
		return fmt.Errorf("foretelling versions: %w", err)
	}
	if r.Frameworks, err = Frameworks(r.Verdict, j.preview, snap.Location); err != nil {
		return err
	}
	if len(r.Verdict.Findings) > 0 { // nothing else stands at lines
		r.Lines, err = s.lines(ctx, j)
	}
	return err
}

// foretell is what the merge would make; nil for a branch that makes no
// versions.
func (s *Service) foretell(ctx context.Context, j *job, dirs []string) (*history.Preview, error) {
	if j.branch != s.branch() {
		return nil, nil
	}
	p, err := s.proposal(ctx, j.headTree, dirs)
	if err != nil {
		return nil, err
	}
	return s.o.Store.Preview(ctx, p)
}

// lines are the lines of the head that stand in the pull request's diff, of
// the files that Milepost speaks of.
func (s *Service) lines(ctx context.Context, j *job) (map[string]DiffLines, error) {
	if j.pull == nil {
		return nil, nil
	}
	patches, err := s.gh.patches(ctx, j.pull.number)
	if errors.Is(err, errAnswerTooLarge) {
		return nil, nil // all is told, and nothing beside lines
	}
	if err != nil {
		return nil, err
	}
	tree, err := s.o.Trees.Tree(ctx, j.head)
	if err != nil {
		return nil, err
	}
	out, left := map[string]DiffLines{}, maxLines
	for _, name := range slices.Sorted(maps.Keys(patches)) {
		if !fs.ValidPath(name) || !s.concerned(name) {
			continue
		}
		out[name] = DiffLines{Gone: named(tree, name) == ""}
		// Where both sides changed a file, what was judged has other lines.
		if out[name].Gone || left <= 0 || !same(tree, j.headTree, name) {
			continue
		}
		if b, err := fs.ReadFile(tree, name); err == nil {
			out[name] = NewDiffLines(b, patches[name])
			left -= len(b)
		}
	}
	return out, nil
}

// maxLines bounds how much is read for the lines of a diff, in bytes.
const maxLines = 32 << 20

// concerned says whether Milepost has anything to say of a file.
func (s *Service) concerned(name string) bool {
	return slices.ContainsFunc([]string{s.o.Root, "cue.mod", "schema"}, func(dir string) bool { return strings.HasPrefix(name, dir+"/") })
}

// day is today, where the organisation is.
func (s *Service) day() string {
	loc := time.UTC
	if snap := s.o.Store.Snapshot(); snap != nil && snap.Location != nil {
		loc = snap.Location
	}
	return s.o.Now().In(loc).Format(time.DateOnly)
}

func (s *Service) previewURL(n int) string {
	if s.o.ServerURL == "" || n == 0 {
		return ""
	}
	return fmt.Sprintf("%s/pulls/%d", s.o.ServerURL, n)
}
