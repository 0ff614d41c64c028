package ladder

import (
	"fmt"
	"slices"
	"strconv"
)

// competencyParts compares what competencies are; what they ask of a level
// stands in its cells.
func (d *differ) competencyParts() {
	d.lifecycle(d.competencyKind())
	for i, r := range d.rows {
		if r.a == nil || r.b == nil {
			continue
		}
		affects := d.asked(i, true)
		about := func(rule, field string) draft {
			return draft{rule: rule, path: "competencies." + r.idB + "." + field, row: i + 1, affects: affects, place: []string{"competencies", r.idA, field}}
		}
		a, b := r.a, r.b
		d.field(about("competency-title-changed", "title"), "title", a.Title, b.Title)
		d.prose(about("competency-summary-changed", "summary"), "summary", a.Summary, b.Summary)
		d.prose(about("competency-definition-changed", "definition"), "definition", a.Definition, b.Definition)
		quiet := draft{path: "competencies." + r.idB, row: i + 1, place: []string{"competencies", r.idA}}
		d.area(at(quiet, "area"), a, b)
		c := at(quiet, "question")
		c.rule = "competency-question-changed"
		d.field(c, "question", a.Question, b.Question)
		d.lines(lineRules{noun: "prompt", added: "prompts-changed", removed: "prompts-changed", reworded: "prompts-changed"},
			at(quiet, "prompts"), a.Prompts, b.Prompts)
		d.degreeScale(i)
		d.reach(i)
		d.competencyCumulative(i)
		d.formerly("competencies", at(quiet, "formerly"), thing{r.idA, a.Formerly}, thing{r.idB, b.Formerly}, d.competencies.mergedInto(r.idB))
	}
}

// area tells that a competency belongs to another area; a renamed one is the same.
func (d *differ) area(c draft, a, b *Competency) {
	e := set(c.place, a.Area, b.Area)
	if d.areas.now(a.Area) == b.Area {
		if a.Area != b.Area {
			d.follows(e, thingIn("areas", b.Area))
		}
		return
	}
	c.edits = []Edit{e}
	title := d.areaKind().title
	was, is := "", ""
	if a.Area != "" {
		was = title(a.Area, false)
	}
	if b.Area != "" {
		is = title(b.Area, true)
	}
	c.rule, c.before, c.after = "competency-area-changed", was, is
	switch {
	case was == "":
		c.one = "belongs to the area " + is
	case is == "":
		c.one = "no longer belongs to the area " + was
	default:
		c.one = fmt.Sprintf("belongs to the area %s (it was %s)", is, was)
	}
	c.subject = true
	d.add(c)
}

// degreeScale compares the labels that the cells of a competency may carry.
func (d *differ) degreeScale(i int) {
	a, b := d.rows[i].a.Degrees, d.rows[i].b.Degrees
	if slices.Equal(a, b) {
		return
	}
	c := draft{path: "competencies." + d.rows[i].idB + ".degrees", row: i + 1, before: lineList(a), after: lineList(b)}
	c.edits = []Edit{set([]string{"competencies", d.rows[i].idA, "degrees"}, a, b)}
	c.speaksOf = []subject{{of: "degrees", row: i}}
	gone, fresh := without(a, b), without(b, a)
	switch {
	case !slices.Equal(inBoth(a, b), inBoth(b, a)):
		c.rule, c.one = "degrees-reordered", "the degrees stand in another order, lowest first: "+enumerate(b)
		c.affects = d.slotsWhere(func(s slot) bool { return s.both() && s.b.Expectations[d.rows[i].idB].Degree != "" })
	case len(gone) == 0:
		c.rule, c.one = "degrees-extended", "the degrees now include "+quoteAll(fresh)
	case len(fresh) == 0:
		c.rule, c.one = "degrees-shortened", "the degrees no longer include "+quoteAll(gone)
	default:
		c.affects = d.asked(i, true)
		c.rule, c.one = "degrees-relabelled", "the degrees are now "+enumerate(b)+" (they were "+enumerate(a)+")"
	}
	d.add(c)
}

// relabelled says whether a degree is the other under a new label: at the same
// place of lists of one length, each label in its own list alone.
func (d *differ) relabelled(row int, was, is string) bool {
	a, b := d.degrees(row)
	i := slices.Index(a, was)
	return i >= 0 && len(a) == len(b) && b[i] == is && !slices.Contains(b, was) && !slices.Contains(a, is)
}

func (d *differ) degrees(row int) (a, b []string) {
	if r := d.rows[row]; r.a != nil {
		a = r.a.Degrees
	}
	if r := d.rows[row]; r.b != nil {
		b = r.b.Degrees
	}
	return a, b
}

// reach tells that a competency says otherwise to whom it applies.
func (d *differ) reach(i int) {
	a, b := d.rows[i].a.AppliesTo, d.rows[i].b.AppliesTo
	if a == nil && b == nil || a != nil && b != nil &&
		slices.Equal(d.tracks.nowAll(a.Tracks), b.Tracks) && slices.Equal(d.levels.nowAll(a.Levels), b.Levels) {
		if a != nil {
			d.renamedIn("tracks", []string{"competencies", d.rows[i].idA, "appliesTo", "tracks"}, a.Tracks, b.Tracks)
			d.renamedIn("levels", []string{"competencies", d.rows[i].idA, "appliesTo", "levels"}, a.Levels, b.Levels)
		}
		return
	}
	was, is := d.reachWords(a, false), d.reachWords(b, true)
	c := draft{rule: "applies-to-changed", path: "competencies." + d.rows[i].idB + ".appliesTo", row: i + 1, before: was, after: is}
	c.edits = []Edit{set([]string{"competencies", d.rows[i].idA, "appliesTo"}, pointed(a), pointed(b))}
	c.one = fmt.Sprintf("now applies to %s (it was %s)", is, was)
	if was == is {
		c.one = "says otherwise to whom it applies, and applies to the same"
	}
	c.subject = true
	d.add(c)
}

// renamedIn follows the things of a list whose ids changed.
func (d *differ) renamedIn(plural string, place, a, b []string) {
	for i := range a {
		if a[i] != b[i] {
			d.follows(set(to(place, strconv.Itoa(i)), a[i], b[i]), thingIn(plural, b[i]))
		}
	}
}

func (d *differ) reachWords(a *AppliesTo, inB bool) string {
	if a == nil {
		return "all levels"
	}
	var out []string
	for _, id := range a.Tracks {
		out = append(out, "the track "+d.trackKind().title(id, inB))
	}
	for _, id := range a.Levels {
		out = append(out, d.levelKind().title(id, inB))
	}
	return enumerateOr(out, "no level")
}

// competencyCumulative tells that the levels of a competency now inherit, or
// no longer do, unless the whole framework does anyway.
func (d *differ) competencyCumulative(i int) {
	r := d.rows[i]
	if r.a.Cumulative == r.b.Cumulative {
		return
	}
	c := draft{path: "competencies." + r.idB + ".cumulative", row: i + 1}
	c.edits = []Edit{set([]string{"competencies", r.idA, "cumulative"}, r.a.Cumulative, r.b.Cumulative)}
	if d.a.Cumulative && d.b.Cumulative {
		c.rule, c.one = "cumulative-restated", "is cumulative as the whole framework is, which is now said otherwise"
		c.subject = true
		d.add(c)
		return
	}
	c.affects = d.inheritors(i)
	d.add(inheritance(c, r.b.Cumulative))
}
