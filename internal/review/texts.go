package review

import (
	"context"
	"io/fs"
	"slices"

	"github.com/milepost-dev/milepost/internal/compile"
	"github.com/milepost-dev/milepost/internal/diag"
	"github.com/milepost-dev/milepost/internal/ladder"
)

// text is what a directory holds on one side of a change.
type text struct {
	dir    string
	there  bool
	digest string
	f      *ladder.Framework // nil where there is none, or it needs a change
	said   ladder.Directives
	found  diag.List
}

// due says whether an edition's day has come.
func (t *text) due(day string) bool {
	return t.f != nil && t.said.Effective != "" && t.said.Effective <= day
}

// same says whether two texts say the same.
func (t *text) same(u *text) bool { return t.f != nil && t.digest == u.digest }

// side is the two directories of a framework in one tree.
type side struct{ now, next *text }

// inForce is the text in force on a day: the edition once its day has come.
func (s side) inForce(day string) *text {
	if s.next.due(day) {
		return s.next
	}
	return s.now
}

// step is what a change does to a framework.
type step struct {
	id      string
	former  string // the id that the framework had in the base, if it was another
	was, is side
}

// redated says whether an edition that is in force gets a later day, or none.
func (s *step) redated(day string) bool {
	was, is := s.was.next, s.is.next
	return was.due(day) && is.f != nil && (is.said.Effective == "" || is.said.Effective > was.said.Effective)
}

// after is the text in force once the change is merged. An edition that needs
// a change, or whose day is taken back, counts as it last did.
func (s *step) after(day string) *text {
	if s.is.next.there && s.is.next.f == nil || s.redated(day) {
		return side{s.is.now, s.was.next}.inForce(day)
	}
	return s.is.inForce(day)
}

func (r *reviewer) step(ctx context.Context, id string) (*step, error) {
	s := &step{id: id}
	if err := s.is.read(ctx, r.head, id); err != nil {
		return nil, err
	}
	if err := s.was.read(ctx, r.base, id); err != nil || s.was.now.there || s.is.now.f == nil {
		return s, err
	}
	for _, former := range s.is.now.f.Formerly {
		if slices.Contains(r.before, former) && !slices.Contains(r.dirs, former) {
			s.former = former
			return s, s.was.read(ctx, r.base, former)
		}
	}
	return s, nil
}

// read reads the two directories of a framework.
func (s *side) read(ctx context.Context, text func(context.Context, string) (*text, error), id string) error {
	var err error
	if s.now, err = text(ctx, id); err == nil {
		s.next, err = text(ctx, nextDir+id)
	}
	return err
}

// head is a text of the head.
func (r *reviewer) head(ctx context.Context, dir string) (*text, error) {
	return r.text(ctx, r.Head, r.dirs, dir, r.Base != nil, r.heads)
}

// base is a text of the base.
func (r *reviewer) base(ctx context.Context, dir string) (*text, error) {
	return r.text(ctx, r.Base, r.before, dir, false, r.bases)
}

// text compiles a directory, once. What is put forward, and not on the branch
// yet, is untrusted.
func (r *reviewer) text(ctx context.Context, fsys fs.FS, dirs []string, dir string, untrusted bool, known map[string]*text) (*text, error) {
	if t := known[dir]; t != nil {
		return t, nil
	}
	t := &text{dir: dir}
	known[dir] = t
	if !slices.Contains(dirs, dir) {
		return t, nil
	}
	u := r.unit(fsys, dir)
	u.Untrusted = untrusted
	res, err := r.compiler.Framework(ctx, u)
	if err != nil {
		return nil, err
	}
	t.there, t.digest, t.said, t.found = true, res.Digest, res.Directives, res.Findings
	t.f, err = res.Framework()
	return t, err
}

// places are where the parts of a text of the head stand.
func (r *reviewer) places(t *text) (compile.Places, error) {
	p, _, err := r.compiler.Inspect(r.unit(r.Head, t.dir), false)
	return p, err
}
