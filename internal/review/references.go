package review

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/milepost-dev/milepost/internal/diag"
	"github.com/milepost-dev/milepost/internal/ladder"
)

// dangling finds what f names of other frameworks that is not there.
func (r *reviewer) dangling(ctx context.Context, f *ladder.Framework) (diag.List, error) {
	var found diag.List
	add := func(code, path, message, help string) {
		found = append(found, diag.Finding{Code: code, Severity: diag.Error, Framework: f.ID, Path: path, Message: message, Help: help})
	}
	there := strings.Join(r.dirs, ", ")
	if f.Discipline != "" && !slices.Contains(r.dirs, f.Discipline) {
		add("unknown-framework", "discipline", fmt.Sprintf("%s belongs to the discipline %q, which is not there", f.Title, f.Discipline), "The frameworks are: "+there+".")
	}
	for _, l := range f.Levels {
		p, ok := f.Profiles[l.ID]
		if !ok {
			continue
		}
		at := "profiles." + l.ID
		model, err := r.head(ctx, p.Model)
		if err != nil {
			return nil, err
		}
		switch {
		case !slices.Contains(r.dirs, p.Model):
			add("unknown-framework", at+".model", fmt.Sprintf("the profile of %s names the competency model %q, which is not there", l.Name(), p.Model), "The frameworks are: "+there+".")
		case model != nil:
			found = append(found, profile(f, &l, p, model)...)
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

func ids[T any](list []T, id func(T) string) string {
	out := make([]string, len(list))
	for i, x := range list {
		out[i] = id(x)
	}
	return strings.Join(out, ", ")
}
