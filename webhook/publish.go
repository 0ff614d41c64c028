package webhook

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"strings"

	"golang.org/x/sync/errgroup"

	"github.com/milepost-dev/milepost/internal/gitrepo"
)

// wanted is what is to be published about a job, and what is there already.
type wanted struct {
	id      string   // the fingerprint of all that the verdict follows from
	dirs    []string // of frameworks that the change touches
	touches bool
	owns    bool // whether the check on the commit is this job's to write

	run      *run   // with an App
	opened   int64  // the run that this job has under way, 0 for none
	status   status // with a plain token
	comments []comment

	checked, commented bool // whether they are up to date
}

func (w *wanted) upToDate() bool { return w.checked && w.commented }

// wanted finds out what is there.
func (s *Service) wanted(ctx context.Context, j *job) (*wanted, error) {
	w, err := s.follows(ctx, j)
	if err != nil {
		return nil, err
	}
	return &w, s.standing(ctx, j, &w)
}

// follows is what a verdict follows from, before anything is known of what is
// there.
func (s *Service) follows(ctx context.Context, j *job) (w wanted, err error) {
	w.touches = touches(j.baseTree, j.headTree, s.o.Root)
	if w.dirs, err = s.differing(j.baseTree, j.headTree); err != nil {
		return w, err
	}
	w.id, err = s.fingerprint(ctx, j, &w)
	return w, err
}

// standing asks at once for all that stands on GitHub about a job: whose the
// check is, the comments, and the newest check or status.
func (s *Service) standing(ctx context.Context, j *job, w *wanted) error {
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() (err error) { w.owns, err = s.owns(ctx, j); return err })
	g.Go(func() error { return s.findComments(ctx, j, w) })
	g.Go(func() (err error) {
		if s.gh.auth.app() {
			w.run, err = s.gh.latestRun(ctx, j.head)
		} else {
			w.status, err = s.gh.status(ctx, j.head)
		}
		return err
	})
	if err := g.Wait(); err != nil {
		return err
	}
	w.checked = s.checkStands(j, w)
	return nil
}

// owns says whether the check on a commit tells of this pull request: of
// several with the same head, of the first that goes into the branch that is
// served.
func (s *Service) owns(ctx context.Context, j *job) (bool, error) {
	if j.pull == nil {
		return true, nil
	}
	all, err := s.gh.openPulls(ctx, "")
	if err != nil {
		return false, err
	}
	mine := j.branch == s.branch()
	for _, p := range all {
		if p.head != j.head || p.number == j.pull.number {
			continue
		}
		if other := p.base == s.branch(); other && !mine || other == mine && p.number < j.pull.number {
			return false, nil
		}
	}
	return true, nil
}

func (s *Service) findComments(ctx context.Context, j *job, w *wanted) error {
	if j.pull == nil || j.pull.locked {
		w.commented = true // there is nowhere to comment
		return nil
	}
	me, err := s.gh.login(ctx)
	if err != nil {
		return err
	}
	if w.comments, err = s.gh.comments(ctx, j.pull.number, me, Marker); err != nil {
		return err
	}
	switch len(w.comments) {
	case 0:
		w.commented = !w.touches
	case 1:
		text, _, _ := strings.Cut(w.comments[0].body, stateStart)
		w.commented = strings.TrimSpace(w.comments[0].body) == strings.TrimSpace(text+stateMark(w.id, text))
	}
	return nil
}

const stateStart = "<!-- milepost:state "

// stateMark ends a comment: what it follows from, and a digest of its text, so
// that it is known whether it is up to date and as it was written: who may write
// may change it. Spaces do not count, in case GitHub changes some.
func stateMark(id, text string) string {
	sum := sha256.Sum256([]byte(strings.Join(strings.Fields(text), " ")))
	return stateStart + id + "." + hex.EncodeToString(sum[:8]) + " -->"
}

// checkStands says whether the check, or the status, is up to date.
func (s *Service) checkStands(j *job, w *wanted) bool {
	switch {
	case !w.owns:
		return true
	case !s.gh.auth.app():
		// A status has no place for a fingerprint: the comment's counts.
		return !j.again && w.touches && w.commented && len(w.comments) > 0 && (w.status.state == Success || w.status.state == Failure)
	}
	id, _, ok := w.run.judged()
	return ok && id == w.id && !j.again
}

// begin says that the check is under way, unless a verdict stands there that
// may well still hold, or that Milepost could not check: then there is nothing
// to say before there is another.
func (s *Service) begin(ctx context.Context, j *job, w *wanted) (err error) {
	_, _, judged := w.run.judged()
	switch {
	case w.checked, (judged || w.run.failed()) && !j.again:
		return nil
	case !s.gh.auth.app():
		if w.status.state != "" && !j.again {
			return nil
		}
		return s.gh.setStatus(ctx, j.head, s.detailsURL(j), status{"pending", "Being checked"})
	case s.gh.mine(w.run):
		w.opened = w.run.id
		return nil
	}
	w.opened, err = s.gh.startRun(ctx, w.run, j.head, w.id, s.detailsURL(j))
	return err
}

func (s *Service) detailsURL(j *job) string {
	if j.pull == nil {
		return ""
	}
	return s.previewURL(j.pull.number)
}

// publish says what a job came to: where it said so already, nothing.
func (s *Service) publish(ctx context.Context, j *job, w *wanted, r *Report) error {
	if err := s.publishCheck(ctx, j, w, r); err != nil {
		return err
	}
	if j.pull == nil || !j.pull.open || w.commented {
		return nil
	}
	// The comment comes last: where it is up to date, all else is.
	if err := s.publishSuggestions(ctx, j, r); err != nil {
		return &afterCheckError{err}
	}
	if err := s.publishComment(ctx, j, w, r); err != nil {
		return &afterCheckError{err}
	}
	return nil
}

// afterCheckError keeps something from being said beside the check, which has
// been told.
type afterCheckError struct{ error }

func (e *afterCheckError) Unwrap() error { return e.error }

func (s *Service) publishCheck(ctx context.Context, j *job, w *wanted, r *Report) (err error) {
	if w.checked {
		return nil
	}
	if !s.gh.auth.app() {
		state, description := r.Status()
		if is := (status{state, cut(description, maxDescription)}); is != w.status || j.again {
			return s.gh.setStatus(ctx, j.head, s.detailsURL(j), is)
		}
		return nil
	}
	k := r.Check()
	external := w.id + "." + k.digest()
	if w.opened == 0 {
		if _, digest, ok := w.run.judged(); ok && digest == k.digest() {
			return s.gh.renameRun(ctx, w.run.id, external)
		}
		if w.opened, err = s.gh.startRun(ctx, w.run, j.head, w.id, s.detailsURL(j)); err != nil {
			return err
		}
	}
	return s.gh.finishRun(ctx, w.opened, external, s.detailsURL(j), k)
}

// publishComment keeps one comment. Of several, which an answer that was lost
// can lead to, or two servers at the same time, the first stays.
func (s *Service) publishComment(ctx context.Context, j *job, w *wanted, r *Report) error {
	text := r.Comment(maxCommentBytes-len(stateMark(w.id, ""))-2) + "\n"
	body := text + stateMark(w.id, text) + "\n"
	if len(w.comments) == 0 {
		if err := s.gh.createComment(ctx, j.pull.number, body); err != nil {
			return err
		}
		if err := s.findComments(ctx, j, w); err != nil {
			return err
		}
	}
	for i, c := range w.comments {
		if i == 0 {
			continue
		}
		if err := ignoreGone(s.gh.deleteComment(ctx, c.id)); err != nil {
			return err
		}
	}
	if len(w.comments) == 0 || w.comments[0].body == body {
		return nil
	}
	return s.gh.editComment(ctx, w.comments[0].id, body)
}

// maxCommentBytes is a good deal below what GitHub takes.
const maxCommentBytes = 60_000

// supersede ends a job whose pull request changed meanwhile: what it came to is
// about the past.
func (s *Service) supersede(ctx context.Context, j *job, w *wanted, r *Report, now pullRequest) error {
	s.queue.Add(pullHint(now.number))
	if now.head == j.head && now.base == j.branch { // it was closed, and the verdict holds
		j.pull.open = false
		return s.publish(ctx, j, w, r)
	}
	if w.opened == 0 {
		return nil
	}
	r.Superseded = now.head
	return s.gh.finishRun(ctx, w.opened, "", s.detailsURL(j), r.Check())
}

// announce shows that a check is due while something keeps it from beginning.
// It fails in silence: the error that it comes with is told.
func (s *Service) announce(ctx context.Context, p pullRequest, log *slog.Logger) {
	if !s.gh.auth.app() {
		return
	}
	if last, err := s.gh.latestRun(ctx, p.head); err == nil && last == nil {
		if _, err := s.gh.startRun(ctx, nil, p.head, "", s.previewURL(p.number)); err != nil {
			log.Debug("announcing a check", "error", err)
		}
	}
}

// fail says on a commit that Milepost could not check it, and why. What was
// said before of the same commit stays only where it says that too.
func (s *Service) fail(ctx context.Context, r *Report, url string) error {
	if !s.gh.auth.app() {
		state, description := r.Status()
		return s.gh.setStatus(ctx, r.Head, url, status{state, description})
	}
	last, err := s.gh.latestRun(ctx, r.Head)
	if err != nil || last.failed() {
		return err
	}
	var id int64
	if s.gh.mine(last) {
		id = last.id
	} else if id, err = s.gh.startRun(ctx, last, r.Head, "", url); err != nil {
		return err
	}
	return s.gh.finishRun(ctx, id, failedID, url, r.Check())
}

// reason says to people why Milepost could not check: never more than what
// they may know.
func reason(err error) string {
	var git *gitrepo.Error
	var gh *statusError
	var later *laterError
	switch {
	case errors.As(err, &git):
		return git.Text
	case errors.As(err, &gh):
		return fmt.Sprintf("GitHub answered with an error (%d)", gh.status)
	case errors.As(err, &later):
		return "GitHub asked to wait for too long"
	case errors.Is(err, context.DeadlineExceeded):
		return "it took too long"
	}
	return "something went wrong inside Milepost, and its log says what"
}

func ignoreGone(err error) error {
	if errors.Is(err, errGone) {
		return nil
	}
	return err
}
