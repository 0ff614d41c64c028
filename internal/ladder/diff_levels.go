package ladder

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
)

// levelsThemselves compares levels apart from what they expect.
func (d *differ) levelsThemselves() {
	d.lifecycle(d.levelKind())
	d.ranks()
	for i, s := range d.slots {
		if s.both() {
			d.level(i, s.a, s.b)
		}
	}
}

func (d *differ) level(i int, a, b *Level) {
	here := []int{i}
	about := func(rule, field string) draft {
		return draft{rule: rule, path: "levels." + b.ID + "." + field, at: here, affects: here, place: []string{"levels", a.ID, field}}
	}
	d.track(i, about("level-track-changed", "track"), a, b)
	d.code(about("level-code-changed", "code"), a.Code, b.Code)
	d.titles(about("title-changed", "titles"), a.Titles, b.Titles)
	d.prose(about("level-summary-changed", "summary"), "summary", a.Summary, b.Summary)
	d.field(about("stage-changed", "stage"), "stage", a.Stage, b.Stage)
	d.jobGrades(about("job-grades-changed", "jobGrades"), a.JobGrades, b.JobGrades)
	d.experience(about("", "experience"), a.Experience, b.Experience)
	d.moves(about("", "next"), a, b)
	quiet := about("", "formerly")
	quiet.affects = nil
	d.formerly("levels", quiet, thing{a.ID, a.Formerly}, thing{b.ID, b.Formerly}, d.levels.mergedInto(b.ID))
}

func (d *differ) track(i int, c draft, a, b *Level) {
	e := set(c.place, a.Track, b.Track)
	if d.tracks.now(a.Track) == b.Track {
		if a.Track != b.Track {
			d.follows(e, thingIn("tracks", b.Track))
		}
		return
	}
	c.edits, c.speaksOf = []Edit{e}, []subject{{of: "track", slot: i}, {of: "tracks of levels"}}
	title := d.trackKind().title
	switch {
	case a.Track == "":
		c.one, c.after = "is now on the track "+title(b.Track, true), title(b.Track, true)
	case b.Track == "":
		c.one, c.before = "is no longer on the track "+title(a.Track, false), title(a.Track, false)
	default:
		c.before, c.after = title(a.Track, false), title(b.Track, true)
		c.one = fmt.Sprintf("is now on the track %s (it was on %s)", c.after, c.before)
	}
	c.subject = true
	d.add(c)
}

func (d *differ) code(c draft, a, b string) {
	if a == "" {
		c.rule = "level-code-given"
	}
	d.field(c, "code", a, b)
}

// titles compares the job titles, in order: the usual one is first.
func (d *differ) titles(c draft, a, b []Title) {
	if slices.Equal(a, b) {
		return
	}
	was, is := titleLines(a), titleLines(b)
	c.edits = []Edit{set(c.place, a, b)}
	c.before, c.after = lineList(was), lineList(is)
	switch {
	case len(b) == 1 && len(a) == 1:
		c.one = fmt.Sprintf("the title is now %s (it was %s)", quote(is[0]), quote(was[0]))
	case len(b) == 1:
		c.one = fmt.Sprintf("the title is now %s (before: %s)", quote(is[0]), enumerateOr(quotedEach(was), "none"))
	default:
		c.one = fmt.Sprintf("the titles are now %s (before: %s)", enumerateOr(quotedEach(is), "none"), enumerateOr(quotedEach(was), "none"))
	}
	d.add(c)
}

func titleLines(ts []Title) []string {
	var out []string
	for _, t := range ts {
		if t.Note != "" {
			out = append(out, t.Text+" ("+t.Note+")")
		} else {
			out = append(out, t.Text)
		}
	}
	return out
}

// jobGrades compares the grades that a level covers. They are a set: another
// order has no meaning.
func (d *differ) jobGrades(c draft, a, b []string) {
	if slices.Equal(a, b) {
		return
	}
	c.before, c.after = lineList(a), lineList(b)
	c.edits = []Edit{set(c.place, a, b)}
	switch {
	case len(without(a, b)) == 0 && len(without(b, a)) == 0:
		c.rule, c.one, c.affects = "order-changed", "the job grades are listed in another order", nil
	case len(a) == 0:
		c.rule, c.one, c.subject = "job-grades-given", "now covers "+gradeWords(b), true
	case len(b) == 0:
		c.one, c.subject = "no longer covers "+gradeWords(a), true
	default:
		c.one, c.subject = fmt.Sprintf("now covers %s (it was %s)", gradeWords(b), enumerate(a)), true
	}
	d.add(c)
}

func gradeWords(list []string) string {
	if len(list) == 1 {
		return "job grade " + list[0]
	}
	return "job grades " + enumerate(list)
}

// experience compares what somebody usually brings. Its texts may ask more in
// other words, as expectations may.
func (d *differ) experience(c draft, a, b *Experience) {
	var x, y Experience
	if a != nil {
		x = *a
	}
	if b != nil {
		y = *b
	}
	defer d.endsWhole(len(d.drafts), c.place, pointed(a), b == nil)
	d.years(at(c, "years"), x.Years, y.Years)
	d.experienceText(at(c, "in"), "description of where experience was gained", x.In, y.In)
	d.experienceText(at(c, "text"), "description of the experience", x.Text, y.Text)
}

func (d *differ) years(c draft, a, b *int) {
	was, is := 0, 0
	if a != nil {
		was = *a
	}
	if b != nil {
		is = *b
	}
	c.before, c.after = yearWords(a), yearWords(b)
	c.edits = []Edit{set(c.place, pointed(a), pointed(b))}
	switch {
	case is > was && a == nil:
		c.rule, c.one = "years-raised", fmt.Sprintf("now asks for %s of experience (no number was given)", c.after)
	case is > was:
		c.rule, c.one = "years-raised", fmt.Sprintf("now asks for %s of experience (it was %d)", c.after, was)
	case is < was && b == nil:
		c.rule, c.one = "years-lowered", fmt.Sprintf("no longer asks for a number of years of experience (it was %d)", was)
	case is < was:
		c.rule, c.one = "years-lowered", fmt.Sprintf("now asks for %s of experience (it was %d)", c.after, was)
	case (a == nil) != (b == nil):
		c.rule, c.one = "written-otherwise", "asks for no years of experience, as before"
	default:
		return
	}
	d.add(c)
}

func yearWords(n *int) string {
	if n == nil {
		return ""
	}
	return count(*n, "year")
}

func (d *differ) experienceText(c draft, name, a, b string) {
	c.before, c.after = a, b
	c.edits = []Edit{set(c.place, a, b)}
	switch {
	case a == b:
		return
	case a == "":
		c.rule, c.one = "experience-added", "now says of the experience: "+quote(b)
	case b == "":
		c.rule, c.one = "experience-removed", "no longer says of the experience: "+quote(a)
	case typoLike(a, b):
		c.rule, c.one = "text-corrected", "the "+name+" is corrected, in spelling or punctuation alone"
	default:
		c.rule, c.one = "experience-reworded", fmt.Sprintf("the %s is reworded from %s to %s, %s", name, quote(a), quote(b), mayAskMore)
	}
	d.add(c)
}

// moves compares where one goes from a level. Where neither text lists moves,
// they follow the track, and what changed there is told as such.
func (d *differ) moves(c draft, a, b *Level) {
	name := d.levelKind().title
	if a.Next == nil && b.Next == nil {
		return
	}
	was, is := d.levels.nowAll(d.a.Next(a)), d.b.Next(b)
	match, listed := matchExact(was, is), a.Next != nil && b.Next != nil
	var told []draft
	for i, id := range was {
		if slices.Contains(match, i) {
			continue
		}
		gone := remove(to(c.place, strconv.Itoa(i)), d.a.Next(a)[i])
		if s := d.slotOf(id, false); s >= 0 && d.slots[s].b == nil {
			if listed {
				d.follows(gone, goneFrom("levels", id))
			}
			continue // told with the level that is gone
		}
		m := c
		m.rule, m.before, m.one, m.subject = "move-removed", name(id, true), "no longer leads to "+name(id, true), true
		m.edits = []Edit{gone}
		told = append(told, m)
	}
	for j, id := range is {
		if match[j] >= 0 {
			if was := d.a.Next(a)[match[j]]; listed && was != id {
				d.follows(set(to(c.place, strconv.Itoa(match[j])), was, id), thingIn("levels", id))
			}
			continue
		}
		m := c
		m.rule, m.after, m.one, m.subject = "move-added", name(id, true), "now also leads to "+name(id, true), true
		m.edits = []Edit{insert(to(c.place, strconv.Itoa(j)), id)}
		told = append(told, m)
	}
	d.movesRestated(c, told, a, b, match)
}

// movesRestated tells of moves that changed, and what is left to say of the
// list: that its order changed, or that it is written where the track said it.
func (d *differ) movesRestated(c draft, told []draft, a, b *Level, match []int) {
	listed := a.Next != nil && b.Next != nil
	if len(told) == 0 && (!listed || !increasing(match)) {
		c.rule, c.one, c.affects = "moves-restated", "the moves from here are written otherwise, and are the same", nil
		if listed {
			c.rule, c.one = "order-changed", "the moves from here are listed in another order"
		}
		told = append(told, c)
	}
	for i, m := range told {
		switch {
		case !listed && i > 0:
			m.edits = nil // the list is written, or left to the track, as a whole
		case !listed:
			m.edits = []Edit{set(c.place, pointed(a.Next), pointed(b.Next))}
		case i == 0 && !increasing(match):
			m.edits = append(m.edits, reorder(c.place, stayed(match)))
		}
		d.add(m)
	}
}

// ranks tells that levels of a track follow one another otherwise, or only
// have other numbers.
func (d *differ) ranks() {
	moved := false
	var numbered []Edit
	for _, track := range d.trackIDs() {
		slots := d.slotsWhere(func(s slot) bool {
			return s.both() && s.b.Track == track && d.tracks.now(s.a.Track) == track
		})
		was, is := slices.Clone(slots), slices.Clone(slots)
		d.sortByRank(was, false)
		d.sortByRank(is, true)
		switch {
		case !slices.Equal(was, is):
			moved = true
			d.levelOrder(track, was, is, d.ranksOf(slots))
		case slices.ContainsFunc(slots, func(i int) bool { return d.slots[i].a.Rank != d.slots[i].b.Rank }):
			numbered = append(numbered, d.ranksOf(slots)...)
		}
	}
	if len(numbered) > 0 {
		d.add(draft{rule: "ranks-renumbered", path: "levels", thing: d.b.Title, one: "the levels are numbered otherwise; their order is the same", edits: numbered})
	}
	for i, s := range d.slots {
		if s.both() && d.tracks.now(s.a.Track) != s.b.Track {
			for _, e := range d.ranksOf([]int{i}) {
				d.follows(e, subject{of: "track", slot: i})
			}
		}
	}
	moved = moved || d.tracks.reordered() || slices.ContainsFunc(d.slots, func(s slot) bool {
		return s.both() && d.tracks.now(s.a.Track) != s.b.Track
	})
	if !d.levels.reordered() {
		return
	}
	order := d.levels.reordering("levels")
	if moved {
		d.follows(order, subject{of: "order of levels"}, subject{of: "tracks of levels"}, subject{of: "order of tracks"})
		return
	}
	d.add(draft{rule: "order-changed", path: "levels", thing: d.b.Title, one: "the levels are shown in another order", edits: []Edit{order}})
}

// ranksOf puts the new ranks of levels in place.
func (d *differ) ranksOf(slots []int) []Edit {
	var out []Edit
	for _, i := range slots {
		if a, b := d.slots[i].a, d.slots[i].b; a.Rank != b.Rank {
			out = append(out, set([]string{"levels", a.ID, "rank"}, a.Rank, b.Rank))
		}
	}
	return out
}

func (d *differ) trackIDs() []string {
	var out []string
	for _, s := range d.slots {
		if s.b != nil && !slices.Contains(out, s.b.Track) {
			out = append(out, s.b.Track)
		}
	}
	return out
}

// sortByRank orders slots by the ranks of one text, equal ranks as they are shown there.
func (d *differ) sortByRank(slots []int, inB bool) {
	place := func(i int) (int, int) {
		if inB {
			return d.slots[i].b.Rank, slices.Index(d.levels.b, d.slots[i].b.ID)
		}
		return d.slots[i].a.Rank, slices.Index(d.levels.a, d.slots[i].a.ID)
	}
	slices.SortFunc(slots, func(x, y int) int {
		rx, px := place(x)
		ry, py := place(y)
		return cmp.Or(cmp.Compare(rx, ry), cmp.Compare(px, py))
	})
}

// levelOrder is one change for the levels of a track: it affects those that
// now stand above or below another one than before.
func (d *differ) levelOrder(track string, was, is []int, edits []Edit) {
	c := draft{rule: "level-order-changed", path: "levels", edits: edits, speaksOf: []subject{{of: "order of levels"}}}
	for i, s := range is {
		below := union(nil, is[:i])
		if before := union(nil, was[:slices.Index(was, s)]); !slices.Equal(below, before) {
			c.affects = union(c.affects, []int{s})
		}
	}
	c.at = c.affects
	c.before, c.after = d.order(was), d.order(is)
	on := ""
	if t, ok := d.b.Track(track); ok {
		on = " on the track " + t.Title
	}
	c.one = fmt.Sprintf("the order of levels%s is now %s (it was %s)", on, c.after, c.before)
	d.add(c)
}

func (d *differ) order(slots []int) string {
	var out []string
	for _, s := range slots {
		out = append(out, d.slots[s].level().Short())
	}
	return enumerate(out)
}
