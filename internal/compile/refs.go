package compile

import (
	"fmt"
	"slices"
	"strings"

	"github.com/milepost-dev/milepost/internal/diag"
	"github.com/milepost-dev/milepost/internal/ladder"
)

// use is a place that names something which is not there.
type use struct {
	code, path, says, id, what string
}

// lack is a cell that is not there.
type lack struct{ level, competency string }

// unknown notes that id names nothing: of several such places with one cause,
// one finding is made in the end.
func (r *rules) unknown(code, path, says, id, what string) {
	r.uses = append(r.uses, use{code, path, says, id, what})
}

// there are the ids of one sort of thing.
func (r *rules) there(what string) []string {
	d := r.d
	switch what {
	case "levels":
		return sortedKeys(d.Levels)
	case "tracks":
		return sortedKeys(d.Tracks)
	case "areas":
		return sortedKeys(d.Areas)
	case "competencies":
		return sortedKeys(d.Competencies)
	case "roles":
		return sortedKeys(d.Roles)
	}
	return sortedKeys(d.Aims)
}

// references says what names nothing, each missing thing once, and what cells
// are missing, each cause once.
func (r *rules) references() {
	type thing struct{ what, id string }
	by := map[thing][]use{}
	var order []thing
	for _, u := range r.uses {
		k := thing{u.what, u.id}
		if len(r.there(u.what)) == 0 {
			k.id = "" // all of them: there are none
		}
		if by[k] == nil {
			order = append(order, k)
		}
		by[k] = append(by[k], u)
	}
	for _, k := range order {
		if k.id == "" {
			r.sayNone(k.what, by[k])
			continue
		}
		if now, ok := r.renamed(k.what, k.id, len(by[k])); ok {
			r.sayRenamed(k.what, k.id, now, by[k])
			continue
		}
		r.sayUnknown(k.what, k.id, by[k])
	}
	r.missingCells()
	r.orderLacks()
}

// renamed finds the id that something has now, if it was renamed where it
// stands and not where it is named: nothing names the new one yet.
func (r *rules) renamed(what, id string, times int) (string, bool) {
	var candidates []string
	for _, now := range r.there(what) {
		if what == "levels" {
			if at := r.index.places["levels."+now]; len(at) > 0 && stem(at[0].label.File) == id || strings.EqualFold(r.d.Levels[now].Code, id) {
				return now, true
			}
			continue
		}
		if !r.named(what, now) {
			candidates = append(candidates, now)
		}
	}
	if len(candidates) == 1 && times > 1 {
		return candidates[0], true
	}
	return "", false
}

// named says whether anything refers to a competency, a track, an area, a role or an aim.
func (r *rules) named(what, id string) bool {
	d := r.d
	listed := map[string][]string{"tracks": d.Order.Tracks, "areas": d.Order.Areas, "competencies": d.Order.Competencies, "roles": d.Order.Roles, "aims": d.Order.Aims}
	if slices.Contains(listed[what], id) {
		return true
	}
	for _, l := range d.Levels {
		if _, ok := l.Expectations[id]; what == "competencies" && ok || what == "tracks" && l.Track == id {
			return true
		}
	}
	for _, c := range d.Competencies {
		if what == "areas" && c.Area == id || what == "tracks" && c.AppliesTo != nil && slices.Contains(c.AppliesTo.Tracks, id) {
			return true
		}
	}
	_, ok := d.Degrees[id]
	return what == "competencies" && ok
}

func (r *rules) sayRenamed(what, id, now string, uses []use) {
	one := singular[what]
	path := what + "." + now
	r.add("unknown-"+one, path, fmt.Sprintf("%s %q seems to be called %q now, but %s still %s %q", one, id, now, counted(len(uses), "place"), plural(len(uses), "says", "say"), id),
		fmt.Sprintf("Write %q in %s too, or go back to %q here. If the new id is right, add this here, so that its history goes on:\nformerly: [%q]", now, plural(len(uses), "that place", "those places"), id, id))
	r.alsoUses(uses)
	r.lacks = slices.DeleteFunc(r.lacks, func(l lack) bool { return what == "competencies" && l.competency == now })
	r.unlisted = slices.DeleteFunc(r.unlisted, func(l [2]string) bool { return l == [2]string{what, now} })
}

// sayNone: things of a sort are named, and there are none.
func (r *rules) sayNone(what string, uses []use) {
	first := uses[0]
	r.add(first.code, first.path, fmt.Sprintf("%s, but no %s are listed at all", first.says, what), fmt.Sprintf("Add to the framework:\n%s: %s: %s", what, first.id, template[what]))
	r.alsoUses(uses[1:])
}

// sayUnknown: one place is a slip there; several mean that the thing is gone.
func (r *rules) sayUnknown(what, id string, uses []use) {
	one, there, first := singular[what], r.there(what), uses[0]
	help := fmt.Sprintf("The %s are: %s.", what, strings.Join(there, ", "))
	if len(uses) == 1 || what == "levels" {
		message := fmt.Sprintf("%s, and there is no such %s", first.says, one)
		if near, ok := r.probably(id, there); ok {
			message += fmt.Sprintf("; did you mean %q?", near)
		}
		r.add(first.code, first.path, message, help)
		r.alsoUses(uses[1:])
		return
	}
	path, code := what, "unknown-"+one
	if len(r.index.places[path]) == 0 {
		path, code = first.path, first.code
		uses = uses[1:]
	}
	message := fmt.Sprintf("%s name the %s %q, which is not among the %s", counted(len(uses), "place"), one, id, what)
	if path == first.path {
		message = fmt.Sprintf("%s, and there is no such %s", first.says, one)
	}
	if near, ok := diag.Nearest(id, there); ok {
		message += fmt.Sprintf("; did you mean %q?", near)
	}
	r.add(code, path, message, fmt.Sprintf("If it is gone for good, remove it from those places too, and write retired: %s: %s: reason: \"…\". If not, add it here again:\n%s: %s", what, id, id, template[what]))
	r.alsoUses(uses)
}

// probably is the id that was meant: the one whose cell a level lacks, or one
// that is spelt nearly so.
func (r *rules) probably(id string, there []string) (string, bool) {
	for _, at := range sortedKeys(r.meant) {
		if r.meant[at] == id {
			return lastPart(at), true
		}
	}
	return diag.Nearest(id, there)
}

// template is how one of a sort of thing is written, as briefly as can be.
var template = map[string]string{
	"levels":       "{rank: 1, titles: [{text: \"…\"}], expectations: {}}",
	"competencies": `{title: "…", area: "…"}`, "tracks": `title: "…"`, "areas": `title: "…"`, "roles": `title: "…"`, "aims": `{title: "…", text: "…"}`,
}

// alsoUses gives the newest finding its other places.
func (r *rules) alsoUses(uses []use) {
	f := &r.findings[len(r.findings)-1]
	for _, u := range uses {
		f.Also = append(f.Also, r.place(u.path))
	}
	sortPositions(f)
}

// place is where a path stands, or what is around it.
func (r *rules) place(path string) diag.Position {
	p, _ := r.index.find(path)
	return p.label
}

func sortPositions(f *diag.Finding) {
	slices.SortFunc(f.Also, func(a, b diag.Position) int {
		if c := strings.Compare(a.File, b.File); c != 0 {
			return c
		}
		return a.Line - b.Line
	})
	f.Also = slices.Compact(f.Also)
}

// missingCells says which cells are missing: for a competency that no level
// speaks of once, and for a level that lacks several once.
func (r *rules) missingCells() {
	levels, rest := map[string][]string{}, map[string][]string{} // by competency, by level
	for _, l := range r.lacks {
		levels[l.competency] = append(levels[l.competency], l.level)
	}
	for _, c := range sortedKeys(levels) {
		if len(levels[c]) < 2 || r.spoken(c) {
			for _, id := range levels[c] {
				rest[id] = append(rest[id], c)
			}
			continue
		}
		names := make([]string, len(levels[c]))
		for i, id := range levels[c] {
			names[i] = r.index.level(id)
		}
		r.add("missing-cell", "competencies."+c, fmt.Sprintf("no level says anything about %s", r.index.named("competencies", c)),
			fmt.Sprintf("Add under the expectations of %s:\n%s: items: [\"…\"]", inWords(names), c))
		var uses []use
		for _, id := range levels[c] {
			uses = append(uses, use{path: "levels." + id + ".expectations"})
		}
		if i := slices.Index(r.unlisted, [2]string{"competencies", c}); i >= 0 {
			f := &r.findings[len(r.findings)-1]
			f.Message, f.Help = f.Message+", and order does not list it", fmt.Sprintf("Add %q to order: competencies, and under the expectations of %s:\n%s: items: [\"…\"]", c, inWords(names), c)
			uses = append(uses, use{path: "order.competencies"})
			r.unlisted = slices.Delete(r.unlisted, i, i+1)
		}
		r.alsoUses(uses)
	}
	for _, id := range sortedKeys(rest) {
		c := rest[id]
		at, help := "levels."+id+".expectations", "Add under expectations one of:\n%[1]s: items: [\"…\"]\n%[1]s: same: \"…\" // the id of a level whose text holds here too\n%[1]s: none: \"…\" // the reason why nothing is asked"
		if len(c) == 1 {
			r.add("missing-cell", at+"."+c[0], fmt.Sprintf("%s says nothing about %s", r.index.level(id), r.index.title("competencies", c[0])), fmt.Sprintf(help, c[0]))
			continue
		}
		lines, titles := make([]string, len(c)), make([]string, len(c))
		for i, name := range c {
			titles[i] = r.index.title("competencies", name)
			lines[i] = name + ": items: [\"…\"]"
		}
		r.add("missing-cell", at, fmt.Sprintf("%s says nothing about %s", r.index.level(id), inWords(titles)), "Add under expectations:\n"+strings.Join(lines, "\n"))
	}
}

// spoken says whether any level has a cell for a competency.
func (r *rules) spoken(c string) bool {
	for _, l := range r.d.Levels {
		if _, ok := l.Expectations[c]; ok {
			return true
		}
	}
	return false
}

// orderLacks says what order does not list.
func (r *rules) orderLacks() {
	for _, l := range r.unlisted {
		r.add("order-differs", "order."+l[0], fmt.Sprintf("order does not list %q among the %s", l[1], l[0]),
			fmt.Sprintf("Add %q to the list, where it is to be shown.", l[1]))
	}
}

// slips finds, in each level, the cells whose competency was misspelt or
// renamed there alone: what is there under a wrong name is not missing, and
// what other levels take from it is there too.
func (r *rules) slips() {
	known := sortedKeys(r.d.Competencies)
	for id, l := range r.d.Levels {
		var wrong, lacking []string
		for c := range l.Expectations {
			if !slices.Contains(known, c) {
				wrong = append(wrong, c)
			}
		}
		for _, c := range known {
			applies := ladder.Competency{AppliesTo: r.d.Competencies[c].AppliesTo}
			if _, ok := l.Expectations[c]; !ok && applies.Applies(l.Track, id) {
				lacking = append(lacking, c)
			}
		}
		slices.Sort(wrong)
		for _, w := range wrong {
			meant, ok := diag.Nearest(w, lacking)
			if !ok && len(wrong) == 1 && len(lacking) == 1 && r.spoken(lacking[0]) && r.spokenOnce(w) {
				meant, ok = lacking[0], true
			}
			if ok && r.spoken(meant) {
				r.meant[id+"."+meant] = w
				l.Expectations[meant] = l.Expectations[w]
				lacking = slices.DeleteFunc(lacking, func(c string) bool { return c == meant })
			}
		}
	}
}

// spokenOnce says whether one level alone has a cell of a name.
func (r *rules) spokenOnce(c string) bool {
	n := 0
	for _, l := range r.d.Levels {
		if _, ok := l.Expectations[c]; ok {
			n++
		}
	}
	return n == 1
}

// inWords is a list as a sentence has it: "a, b and c".
func inWords(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:len(words)-1], ", ") + " and " + words[len(words)-1]
}

func counted(n int, noun string) string { return fmt.Sprintf("%d %s", n, plural(n, noun, noun+"s")) }

func plural(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}
