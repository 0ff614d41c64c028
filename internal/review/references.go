package review

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/milepost-dev/milepost/internal/compile"
	"github.com/milepost-dev/milepost/internal/diag"
	"github.com/milepost-dev/milepost/internal/ladder"
)

// world is which text of each framework holds from a day on.
type world struct {
	day  string            // "" for today, undated for the day on which all drafts would be in force
	dirs map[string]string // by id
}

// undated is later than any day.
const undated = "9999-99-99"

// worlds are today's, one for each day on which an edition is in force that is
// still to come, and, for editions without a day, one in which all are.
func (r *reviewer) worlds(ctx context.Context) ([]world, error) {
	days := []string{r.today}
	for _, dir := range r.dirs {
		if dir == idOf(dir) {
			continue
		}
		t, err := r.head(ctx, dir)
		if err != nil {
			return nil, err
		}
		if day := dayOf(t); day > r.today {
			days = append(days, day)
		}
	}
	slices.Sort(days)
	var out []world
	for _, day := range slices.Compact(days) {
		w := world{day, map[string]string{}}
		for _, dir := range r.dirs { // editions come last
			if dir == idOf(dir) || dayOf(r.heads[dir]) <= day {
				w.dirs[idOf(dir)] = dir
			}
		}
		out = append(out, w)
	}
	out[0].day = ""
	return out, nil
}

func dayOf(t *text) string {
	if t.said.Effective == "" {
		return undated
	}
	return t.said.Effective
}

// references checks what the touched frameworks name of others, and what
// others name of them: today, and on each day on which an edition takes effect.
func (r *reviewer) references(ctx context.Context) error {
	worlds, err := r.worlds(ctx)
	if err != nil {
		return err
	}
	check, err := r.concerned()
	if err != nil {
		return err
	}
	seen := map[string]bool{}
	for _, w := range worlds {
		for _, dir := range check {
			if w.dirs[idOf(dir)] != dir || w.day == undated && (dir == idOf(dir) || dayOf(r.heads[dir]) != undated) {
				continue
			}
			if err := r.inWorld(ctx, w, dir, seen); err != nil {
				return err
			}
		}
	}
	return nil
}

// concerned are the directories that the change touches, and those that name
// the id of one of them.
func (r *reviewer) concerned() ([]string, error) {
	touched := map[string]bool{}
	for dir := range r.differs {
		touched[idOf(dir)] = true
	}
	var check []string
	for _, dir := range r.dirs {
		if r.differs[dir] {
			check = append(check, dir)
			continue
		}
		others := maps.Clone(touched)
		delete(others, idOf(dir))
		if len(others) == 0 {
			continue
		}
		named, err := r.compiler.Mentions(r.unit(r.Head, dir), sortedKeys(others))
		if err != nil {
			return nil, err
		}
		if named {
			check = append(check, dir)
		}
	}
	return check, nil
}

// inWorld checks what a text names on a day. What is wrong before that day
// already was said.
func (r *reviewer) inWorld(ctx context.Context, w world, dir string, seen map[string]bool) error {
	t, err := r.head(ctx, dir)
	if err != nil || t.f == nil {
		return err
	}
	refs, err := r.dangling(ctx, w, t.f)
	if err != nil || len(refs) == 0 {
		return err
	}
	places, err := r.places(t)
	if err != nil {
		return err
	}
	for _, ref := range refs {
		key := dir + "\x00" + ref.Path
		if seen[key] {
			continue
		}
		seen[key] = true
		if w.day != "" && w.day != undated {
			ref.Message += ", from " + compile.DayWords(w.day) + " on"
		}
		ref.Position = places.At(ref.Path)
		r.add(ref)
	}
	return nil
}

// dangling finds what f names of other frameworks that is not there.
func (r *reviewer) dangling(ctx context.Context, w world, f *ladder.Framework) (diag.List, error) {
	var found diag.List
	add := func(code, path, message, help string) {
		found = append(found, diag.Finding{Code: code, Severity: diag.Error, Framework: f.ID, Path: path, Message: message, Help: help})
	}
	there := strings.Join(sortedKeys(w.dirs), ", ")
	if f.Discipline != "" && w.dirs[f.Discipline] == "" {
		add("unknown-framework", "discipline", fmt.Sprintf("%s belongs to the discipline %q, which is not there", f.Title, f.Discipline), "The frameworks are: "+there+".")
	}
	for _, l := range f.Levels {
		p, ok := f.Profiles[l.ID]
		if !ok {
			continue
		}
		at := "profiles." + l.ID
		if w.dirs[p.Model] == "" {
			add("unknown-framework", at+".model", fmt.Sprintf("the profile of %s names the competency model %q, which is not there", l.Name(), p.Model), "The frameworks are: "+there+".")
			continue
		}
		model, err := r.head(ctx, w.dirs[p.Model])
		if err != nil {
			return nil, err
		}
		if model.f != nil {
			found = append(found, profile(f, &l, p, model.f)...)
		}
	}
	return found, nil
}

// profile holds a level's profile against the model that it names.
func profile(f *ladder.Framework, l *ladder.Level, p ladder.Profile, model *ladder.Framework) diag.List {
	var found diag.List
	at := "profiles." + l.ID + ".requires."
	for c, level := range p.Requires {
		comp, ok := model.Competency(c)
		if !ok {
			found = append(found, diag.Finding{Code: "unknown-proficiency", Severity: diag.Error, Framework: f.ID, Path: at + c,
				Message: fmt.Sprintf("the profile of %s requires %q, which is not a competency of %q", l.Name(), c, model.Title),
				Help:    "The competencies are: " + ids(model.Competencies, func(c ladder.Competency) string { return c.ID }) + "."})
			continue
		}
		if _, ok := model.Level(level); !ok {
			found = append(found, diag.Finding{Code: "unknown-proficiency", Severity: diag.Error, Framework: f.ID, Path: at + c,
				Message: fmt.Sprintf("the profile of %s requires %s at level %q, which is not a level of %q", l.Name(), comp.Title, level, model.Title),
				Help:    "The levels are: " + ids(model.Levels, func(l ladder.Level) string { return l.ID }) + "."})
		}
	}
	return found
}

func sortedKeys[T any](m map[string]T) []string { return slices.Sorted(maps.Keys(m)) }

func ids[T any](list []T, id func(T) string) string {
	out := make([]string, len(list))
	for i, x := range list {
		out[i] = id(x)
	}
	return strings.Join(out, ", ")
}
