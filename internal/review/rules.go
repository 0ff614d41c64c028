package review

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/milepost-dev/milepost/internal/compile"
	"github.com/milepost-dev/milepost/internal/diag"
	"github.com/milepost-dev/milepost/internal/ladder"
)

// switchable are the rules that an organisation may turn down: those of its
// own house, and not what makes a framework a framework.
var switchable = map[string]bool{
	"plain-data": true, "items-per-cell": true, "item-too-long": true, "forbidden-words": true,
	"unknown-job-grade": true, "unknown-framework": true, "unknown-proficiency": true,
}

// houseRules holds a framework to what its organisation asks beyond correctness.
func houseRules(f *ladder.Framework, org ladder.Organisation, places compile.Places) diag.List {
	h := &house{f: f, rules: org.HouseRules, places: places}
	for i := range f.Levels {
		l := &f.Levels[i]
		for n, g := range l.JobGrades {
			if len(org.JobGrades) > 0 && !slices.Contains(org.JobGrades, g) {
				h.add("unknown-job-grade", fmt.Sprintf("levels.%s.jobGrades[%d]", l.ID, n),
					fmt.Sprintf("%s has job grade %q, which the organisation does not have", l.Name(), g),
					fmt.Sprintf("The job grades are: %s. A new one is added in organisation.cue.", strings.Join(org.JobGrades, ", ")))
			}
		}
		for j := range f.Competencies {
			h.cell(l, &f.Competencies[j])
		}
	}
	return h.found
}

type house struct {
	f      *ladder.Framework
	rules  ladder.HouseRules
	places compile.Places
	found  diag.List
}

func (h *house) add(code, path, message, help string) {
	h.found = append(h.found, diag.Finding{
		Code: code, Severity: diag.Error, Framework: h.f.ID, Path: path, Message: message, Help: help, Position: h.places.At(path),
	})
}

func (h *house) cell(l *ladder.Level, c *ladder.Competency) {
	cell := l.Expectations[c.ID]
	at := "levels." + l.ID + ".expectations." + c.ID
	if below, ok := h.f.Below(l); len(cell.Items) == 0 || ok && below.Expectations[c.ID].Equal(cell) {
		return // a shared cell is judged once
	}
	if b := h.rules.ItemsPerCell; b != nil {
		if n := len(cell.Items); b.Max > 0 && n > b.Max {
			h.add("items-per-cell", at, fmt.Sprintf("%s, %s: %s, and the house rules allow %d at most", l.Name(), c.Title, expectations(n), b.Max), "Bring related ones together, or move some to another level.")
		} else if n < b.Min {
			h.add("items-per-cell", at, fmt.Sprintf("%s, %s: %s, and the house rules ask for %d at least", l.Name(), c.Title, expectations(n), b.Min), "Say more of what is expected.")
		}
	}
	if h.rules.Prose == nil {
		return
	}
	for i, item := range cell.Items {
		h.prose(fmt.Sprintf("%s.items[%d]", at, i), item.Text)
	}
}

func expectations(n int) string {
	if n == 1 {
		return "1 expectation"
	}
	return fmt.Sprintf("%d expectations", n)
}

func (h *house) prose(path, text string) {
	words := strings.Fields(text)
	if most := h.rules.Prose.MaxWords; most > 0 && len(words) > most {
		h.add("item-too-long", path, fmt.Sprintf("an expectation has %d words, and the house rules allow %d", len(words), most), "Shorten it, or make two of it.")
	}
	lower := " " + strings.ToLower(strings.Join(words, " ")) + " "
	for _, w := range h.rules.Prose.Forbid {
		if containsWord(lower, strings.ToLower(w)) {
			h.add("forbidden-words", path, fmt.Sprintf("an expectation says %q, which the house rules ask not to use", w), "Say what somebody does, so that others can see it.")
		}
	}
}

// containsWord says whether text has the words of w, not as part of longer ones.
func containsWord(text, w string) bool {
	for from := 0; ; {
		i := strings.Index(text[from:], w)
		if i < 0 {
			return false
		}
		i += from
		end := i + len(w)
		if !letter(text[i-1]) && !letter(text[end]) {
			return true
		}
		from = i + 1
	}
}

func letter(b byte) bool { return b >= 'a' && b <= 'z' || b >= '0' && b <= '9' || b >= 0x80 }

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
