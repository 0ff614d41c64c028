package ladder

import (
	"fmt"
	"slices"
)

// maxPairsElsewhere bounds, for each competency, how many pairs of texts of
// different levels are compared for similarity. Beyond, a text that moved and
// was reworded counts as removed and added, which weighs the same.
const maxPairsElsewhere = 100_000

// move tells that an expectation lost at some levels is asked at others: track
// by track where the new ones are all lower or all higher, then from track to
// track, then to new levels. What fits none of these is left to others.
func (d *differ) move(u, v *unit, reworded bool) {
	var tangled []int
	for _, track := range d.tracksOf(u.lost) {
		on := func(s int) bool { return d.trackOf(s) != track }
		from := slices.DeleteFunc(slices.Clone(u.lost), on)
		to := slices.DeleteFunc(d.existing(v.gained), on)
		switch {
		case len(to) == 0:
		case d.allAbove(from, to):
			d.movedDown(u, v, from, to, reworded)
		case d.allAbove(to, from):
			d.movedUp(u, v, from, to, reworded)
		default:
			tangled = append(append(tangled, from...), to...)
		}
	}
	from, to := minus(u.lost, tangled), minus(d.existing(v.gained), tangled)
	if len(from) > 0 && len(to) > 0 {
		d.movedAcross(u, v, from, to, reworded)
		return
	}
	from, to = d.existing(from), minus(v.gained, d.existing(v.gained))
	if len(from) > 0 && len(to) > 0 {
		d.movedToNew(u, v, from, to, reworded)
	}
}

func (d *differ) tracksOf(slots []int) []string {
	var out []string
	for _, s := range slots {
		if t := d.trackOf(s); !slices.Contains(out, t) {
			out = append(out, t)
		}
	}
	return out
}

// trackOf is the track of a level, by its id in the new text.
func (d *differ) trackOf(s int) string {
	if l := d.slots[s].b; l != nil {
		return l.Track
	}
	return d.tracks.now(d.slots[s].a.Track)
}

// allAbove says whether each of some levels of a track is above each of others.
func (d *differ) allAbove(high, low []int) bool {
	for _, h := range high {
		for _, l := range low {
			x, y := d.slots[h], d.slots[l]
			if x.b != nil && y.b != nil {
				if x.b.Rank <= y.b.Rank {
					return false
				}
			} else if x.a.Rank <= y.a.Rank {
				return false
			}
		}
	}
	return true
}

func (d *differ) movedDown(u, v *unit, from, to []int, reworded bool) {
	c := d.moveDraft(u, v, from, to, to)
	c.rule, c.one, c.more = "expectation-moved-down", "now also asks ", "now also ask "
	c.rest = quote(v.text) + ", moved down from " + d.names(from)
	c.affects = d.burdened(v, to)
	if reworded {
		c.rest += wasReworded(u)
		c.affects = d.inherit(to, v.row, true)
	}
	c.rest += d.inheritedBy(c)
	d.add(c)
}

func wasReworded(u *unit) string { return fmt.Sprintf(" and reworded (it was %s)", quote(u.text)) }

// movedUp asks less of the levels below. Reworded, it may ask more of those
// above: not if it differs by typos alone.
func (d *differ) movedUp(u, v *unit, from, to []int, reworded bool) {
	here := d.existing(from)
	c := d.moveDraft(u, v, from, to, here)
	c.rule, c.affects = "expectation-moved-up", d.relieved(u, here)
	if !d.cumulative(v.row, true) {
		c.affects = union(c.affects, to)
	}
	if reworded && !typoLike(u.text, v.text) {
		c.rule, c.at, c.affects = "expectation-moved-up-reworded", to, union(here, d.inherit(to, v.row, true))
		c.one, c.more = "now asks ", "now ask "
		c.rest = quote(v.text) + ", moved up from " + d.names(from) + wasReworded(u) + ", " + mayAskMore
		d.add(c)
		return
	}
	c.one, c.more, c.rest = "no longer asks ", "no longer ask ", quote(v.text)+", moved up to "+d.names(to)
	if len(here) == 0 {
		c.at, c.one, c.more, c.rest = to, "now asks ", "now ask ", quote(v.text)+", moved up from "+d.names(from)
	}
	if len(c.affects) == 0 {
		c.affects = c.at
	}
	d.add(c)
}

func (d *differ) movedAcross(u, v *unit, from, to []int, reworded bool) {
	c := d.moveDraft(u, v, from, to, to)
	c.rule, c.one, c.more = "expectation-moved-across", "now also asks ", "now also ask "
	c.rest = quote(v.text) + ", moved here from " + d.names(from)
	if reworded {
		c.rest += wasReworded(u)
	}
	c.affects = union(d.existing(from), d.inherit(to, v.row, true))
	d.add(c)
}

func (d *differ) movedToNew(u, v *unit, from, to []int, reworded bool) {
	c := d.moveDraft(u, v, from, to, from)
	c.rule, c.one, c.more = "expectation-moved-to-new-level", "no longer asks ", "no longer ask "
	c.rest = quote(u.text) + ", moved to the new level " + d.names(to)
	if reworded {
		c.rest += fmt.Sprintf(", where it reads %s", quote(v.text))
	}
	if c.affects = d.relieved(u, from); len(c.affects) == 0 {
		c.affects = from
	}
	d.add(c)
}

// moveDraft begins a change that tells of a move, at the levels that it is
// told of, and takes the levels from those still open.
func (d *differ) moveDraft(u, v *unit, from, to, told []int) draft {
	if len(told) == 0 {
		told = to
	}
	c := d.cellDraft(v.row, told[0], "")
	c.path, c.at, c.from, c.to = d.itemPath(v, to[0], true), told, from, to
	c.before, c.after = u.text, v.text
	c.item, c.texts = v.gainedAt[to[0]], []string{v.text}
	c.edits = append(d.taken(u, from), d.given(v, to)...)
	c.speaksOf = append(cellsOf(u.row, from), cellsOf(v.row, to)...)
	for _, s := range to {
		d.details(v.row, s, d.item(u, from[0], false), d.item(v, s, true), v.gainedAt[s], nil)
	}
	u.lost, v.gained = minus(u.lost, from), minus(v.gained, to)
	return c
}

// regroup tells that expectations stand under another competency of the same
// level. Where one competency went into another, that is no news.
func (d *differ) regroup() {
	byText := map[string][]*unit{}
	for _, v := range d.units.list {
		if len(d.existing(v.gained)) > 0 {
			byText[v.text] = append(byText[v.text], v)
		}
	}
	for _, u := range d.units.list {
		for _, v := range byText[u.text] {
			if at := both(d.existing(u.lost), v.gained); len(at) > 0 && u.row != v.row {
				d.regrouped(u, v, at)
			}
		}
	}
}

func (d *differ) regrouped(u, v *unit, at []int) {
	for _, s := range at {
		d.details(v.row, s, d.item(u, s, false), d.item(v, s, true), v.gainedAt[s], nil)
	}
	edits := append(d.taken(u, at), d.given(v, at)...)
	if slices.Contains(d.heirs(u.row), v.row) {
		for _, e := range edits {
			d.follows(e, goneFrom("competencies", d.rows[u.row].idA))
		}
	} else {
		c := d.itemDraft(v, at, true)
		c.edits, c.speaksOf = edits, append(cellsOf(u.row, at), cellsOf(v.row, at)...)
		c.rule, c.fromRow, c.after = "expectation-regrouped", u.row+1, v.text
		c.one = fmt.Sprintf("%s now stands here (it stood under %s)", quote(v.text), d.rows[u.row].title())
		d.add(c)
	}
	u.lost, v.gained = minus(u.lost, at), minus(v.gained, at)
}

// heirs are the competencies in which the texts of another are looked for:
// itself, and those that it went into.
func (d *differ) heirs(row int) []int {
	r := d.rows[row]
	out := []int{row}
	if r.a == nil || r.b != nil {
		return out
	}
	if into, ok := d.competencies.merged[r.idA]; ok {
		out = append(out, d.rowOf(into, true))
	}
	for _, into := range d.retired().Competencies[r.idA].Into {
		if i := d.rowOf(into.Target(), true); i >= 0 && !slices.Contains(out, i) {
			out = append(out, i)
		}
	}
	return out
}

// place is a competency and a level.
type place = [2]int

// reword finds expectations that read otherwise at the same level.
func (d *differ) reword() {
	places, lost, gained := d.openPlaces()
	seen := map[[2]*unit]bool{}
	var found []likeness
	for _, at := range places {
		if len(lost[at])*len(gained[at]) > maxPairs {
			continue
		}
		for _, u := range lost[at] {
			for _, v := range gained[at] {
				if k := [2]*unit{u, v}; !seen[k] {
					seen[k] = true
					found = d.compare(found, u, v, similarHere, apart(u.lostAt[at[1]], v.gainedAt[at[1]]))
				}
			}
		}
	}
	slices.SortFunc(found, byLikeness)
	for _, l := range found {
		if at := both(d.existing(l.lost.lost), l.gained.gained); len(at) > 0 {
			d.reworded(l.lost, l.gained, at)
		}
	}
}

// openPlaces are the cells in which expectations came that continue nothing
// yet, what came there, and what went from there.
func (d *differ) openPlaces() (places []place, lost, gained map[place][]*unit) {
	lost, gained = map[place][]*unit{}, map[place][]*unit{}
	for _, v := range d.units.list {
		for _, s := range d.existing(v.gained) {
			at := place{v.row, s}
			if gained[at] == nil {
				places = append(places, at)
			}
			gained[at] = append(gained[at], v)
		}
	}
	for _, u := range d.units.list {
		if len(u.lost) == 0 {
			continue
		}
		for _, r := range d.heirs(u.row) {
			for _, s := range d.existing(u.lost) {
				lost[place{r, s}] = append(lost[place{r, s}], u)
			}
		}
	}
	return places, lost, gained
}

// compare adds a pair to those found, if the texts are alike enough.
func (d *differ) compare(found []likeness, u, v *unit, least float64, apart int) []likeness {
	s := similarity(d.lexicon.phrase(u.text), d.lexicon.phrase(v.text), least)
	if s == 0 {
		return found
	}
	return append(found, likeness{u, v, s, apart})
}

func (d *differ) reworded(u, v *unit, at []int) {
	var edits []Edit
	for _, s := range at {
		if p := d.moved.pairs[[2]int{v.row, s}]; p != nil && u.row == v.row {
			p.match[v.gainedAt[s]] = u.lostAt[s]
			place := d.itemPlace(v.row, s, u.lostAt[s])
			edits = append(edits, set(to(place, "text"), u.text, v.text))
			d.details(v.row, s, d.item(u, s, false), d.item(v, s, true), v.gainedAt[s], place)
			continue
		}
		edits = append(append(edits, d.taken(u, []int{s})...), d.given(v, []int{s})...)
		d.details(v.row, s, d.item(u, s, false), d.item(v, s, true), v.gainedAt[s], nil)
	}
	c := d.itemDraft(v, at, true)
	c.edits, c.speaksOf = edits, append(cellsOf(u.row, at), cellsOf(v.row, at)...)
	c.before, c.after, c.affects = u.text, v.text, d.inherit(at, v.row, true)
	if u.row != v.row {
		c.fromRow = u.row + 1
	}
	if typoLike(u.text, v.text) {
		c.rule, c.one = "expectation-corrected", "corrected, in spelling or punctuation alone: "+quote(v.text)
	} else {
		c.rule, c.one = "expectation-reworded", fmt.Sprintf("reworded from %s to %s, %s", quote(u.text), quote(v.text), mayAskMore)
		c.rest = d.inheritedBy(c)
	}
	d.add(c)
	u.lost, v.gained = minus(u.lost, at), minus(v.gained, at)
}

// rewordElsewhere finds expectations that read otherwise at another level.
func (d *differ) rewordElsewhere() {
	lost, gained := make([][]*unit, len(d.rows)), make([][]*unit, len(d.rows))
	for _, u := range d.units.list {
		if len(u.lost) > 0 {
			lost[u.row] = append(lost[u.row], u)
		}
		if len(u.gained) > 0 {
			gained[u.row] = append(gained[u.row], u)
		}
	}
	for r := range d.rows {
		if len(lost[r])*len(gained[r]) > maxPairsElsewhere {
			continue
		}
		var found []likeness
		for _, u := range lost[r] {
			for _, v := range gained[r] {
				if u != v {
					found = d.compare(found, u, v, similarElsewhere, apart(u.lost[0], v.gained[0]))
				}
			}
		}
		slices.SortFunc(found, byLikeness)
		for _, l := range found {
			if len(l.lost.lost) > 0 && len(l.gained.gained) > 0 {
				d.move(l.lost, l.gained, l.lost.text != l.gained.text)
			}
		}
	}
}
