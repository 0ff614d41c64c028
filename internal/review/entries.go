package review

import (
	"context"
	"fmt"
	"path"
	"slices"

	"github.com/milepost-dev/milepost/internal/compile"
	"github.com/milepost-dev/milepost/internal/diag"
	"github.com/milepost-dev/milepost/internal/ladder"
)

// nowEntry says what a change does in a framework's own directory.
func (r *reviewer) nowEntry(ctx context.Context, s *step) error {
	is, before := s.is.now, s.was.inForce(r.today)
	c := Checked{ID: s.id, Dir: s.id, Title: titleOf(s.id, is, s.was.now), Status: StatusChanged, Effect: Effect{When: AtMerge}}
	x := &comparison{r: r, step: s, before: before, after: is, checked: &c}
	switch {
	case r.Base == nil:
		c.Status, c.Effect = StatusUnchanged, Effect{When: Never}
		return r.standingNow(s, c)
	case !is.there:
		if gone, err := r.continued(ctx, s.id); gone || err != nil {
			return err
		}
		c.Status = StatusRemoved
	case is.f == nil && before.there, before.there && before.f == nil:
		if is.f != nil {
			c.Status = StatusMended
		}
		r.verdict.Checked = append(r.verdict.Checked, c)
		return nil
	case !before.there:
		c.Status = StatusNew
		if is.f == nil {
			r.verdict.Checked = append(r.verdict.Checked, c)
			return nil
		}
	case s.former != "":
		c.Status = StatusRenamed
	case s.was.next.due(r.today) && !s.is.next.there && is.same(s.was.next):
		c.Status = StatusFolded
	case s.after(r.today) != is:
		x.before = s.was.now
	}
	if err := x.compare(); err != nil {
		return err
	}
	r.ownDirectory(x)
	return x.finish()
}

// ownDirectory says what a change of a framework's own directory cannot be: a
// text for later, or one beside an edition that is in force.
func (r *reviewer) ownDirectory(x *comparison) {
	s, is := x.step, x.after
	switch {
	case is.f == nil:
	case is.said.Effective > r.today:
		x.checked.refuse()
		x.place(compile.EffectiveAhead(r.Root, s.id, is.said.Effective))
	case s.after(r.today) != is:
		x.checked.Effect = Effect{When: Never}
		if next := s.after(r.today); !is.same(next) && !is.same(s.was.now) {
			x.add("late-change", diag.Error, x.firstPath(), fmt.Sprintf("the edition of %s is in force, and stands in %s until it is folded in: a change here changes nothing for anybody",
				compile.DayWords(next.said.Effective), path.Join(r.Root, next.dir)),
				fmt.Sprintf("Make the change in %s. Or fold the edition in first, as a change of its own: milepost promote %s", path.Join(r.Root, next.dir), s.id))
		}
	case s.was.next.due(r.today) && !s.is.next.there && !is.same(s.was.next):
		x.lost()
	case is.said.Effective != "" && is.said.Effective != x.before.said.Effective && is.said.Effective != s.was.now.said.Effective:
		x.past()
	}
}

// standingNow judges a framework's own directory where nothing is put forward.
func (r *reviewer) standingNow(s *step, c Checked) error {
	x := &comparison{r: r, step: s, before: s.is.now, after: s.is.now, checked: &c}
	var err error
	if x.places, err = r.places(s.is.now); err != nil {
		return err
	}
	if s.is.now.f != nil && s.is.now.said.Effective > r.today {
		x.place(compile.EffectiveAhead(r.Root, s.id, s.is.now.said.Effective))
	}
	r.verdict.Checked = append(r.verdict.Checked, c)
	return nil
}

// nextEntry says what a change does to a coming edition, or, where nothing is
// put forward, what the edition does.
func (r *reviewer) nextEntry(ctx context.Context, s *step) error {
	is, was := s.is.next, s.was.next
	c := Checked{ID: s.id, Dir: nextDir + s.id, Coming: true, Title: titleOf(s.id, is, was, s.is.now), Status: StatusChanged, Effect: Effect{When: Never}}
	x := &comparison{r: r, step: s, before: s.is.now, after: is, checked: &c}
	switch {
	case !is.there:
		return r.editionGone(ctx, x)
	case r.Base == nil:
		c.Status = StatusUnchanged
	case !was.there:
		c.Status = StatusNew
	case was.f == nil && is.f != nil:
		c.Status = StatusMended
	}
	if is.f == nil || x.before.there && x.before.f == nil {
		r.verdict.Checked = append(r.verdict.Checked, c)
		return nil
	}
	switch {
	case s.redated(r.today):
		x.before = was
	case is.due(r.today):
		if r.Base != nil {
			x.before, c.Effect = s.was.inForce(r.today), Effect{When: AtMerge, Day: is.said.Effective}
		}
	case is.said.Effective == "":
		c.Effect = Effect{When: Undated}
	default:
		c.Effect = Effect{AtDate, is.said.Effective, shown(is.said)}
	}
	if err := x.compare(); err != nil {
		return err
	}
	switch {
	case s.redated(r.today):
		x.redated()
		c.refuse()
		r.verdict.Checked = append(r.verdict.Checked, c)
		return nil
	case is.due(r.today) && r.Base != nil && !was.due(r.today):
		x.past()
	case is.due(r.today) && r.Base == nil:
		x.toFold()
		c.meansNothing()
		r.verdict.Checked = append(r.verdict.Checked, c)
		return nil
	}
	return x.finish()
}

// editionGone tells of an edition that is not there any more: withdrawn before
// its day, folded in, or lost.
func (r *reviewer) editionGone(ctx context.Context, x *comparison) error {
	s := x.step
	if gone, err := r.continued(ctx, s.id); gone || err != nil {
		return err
	}
	x.checked.Status = StatusRemoved
	if !s.was.next.due(r.today) {
		r.verdict.Checked = append(r.verdict.Checked, *x.checked)
		return nil
	}
	if r.differs[s.id] || s.is.now.same(s.was.next) { // told with the framework's own directory
		return nil
	}
	x.before, x.after, x.checked.Effect = s.was.next, s.is.now, Effect{When: AtMerge, Day: s.was.next.said.Effective}
	if err := x.compare(); err != nil {
		return err
	}
	x.lost()
	return x.finish()
}

// continued says whether a framework of the head goes on for one that is gone.
func (r *reviewer) continued(ctx context.Context, id string) (bool, error) {
	for _, dir := range r.dirs {
		if dir != idOf(dir) || slices.Contains(r.before, dir) {
			continue
		}
		t, err := r.head(ctx, dir)
		if err != nil {
			return false, err
		}
		if t.f != nil && slices.Contains(t.f.Formerly, id) {
			return true, nil
		}
	}
	return false, nil
}

// titleOf is the title that people read: of the first text that has one.
func titleOf(id string, texts ...*text) string {
	for _, t := range texts {
		if t.f != nil {
			return t.f.Title
		}
	}
	return id
}

// shown is the day from which everybody can read an edition: no later than it
// is in force.
func shown(said ladder.Directives) string {
	if said.Publish != "" && said.Publish < said.Effective {
		return said.Publish
	}
	return said.Effective
}
