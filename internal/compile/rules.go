package compile

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/milepost-dev/milepost/internal/diag"
	"github.com/milepost-dev/milepost/internal/ladder"
)

// rules checks what must hold between the parts of a document. Those that
// schema/framework.cue has too stand here again, because CUE reports them only
// once the shape is right, and without the author's line.
type rules struct {
	explainer
	d        *ladder.Document
	dir      string            // the document's directory, relative to the repository
	uses     []use             // of ids that are not there
	lacks    []lack            // cells that are not there
	unlisted [][2]string       // what order does not list: sort and id
	meant    map[string]string // cells under a wrong name: by level and competency, the name
}

func checkDocument(d *ladder.Document, dir string, x *index) diag.List {
	r := &rules{explainer: explainer{index: x}, d: d, dir: dir, meant: map[string]string{}}
	r.slips()
	r.identity()
	r.order()
	r.competencies()
	r.levels()
	r.ranks()
	r.degreesFall()
	r.retired()
	r.profiles()
	r.directives()
	r.references()
	return r.findings
}

// identity: the id is the directory's name, and the kind has what it is made of.
func (r *rules) identity() {
	d := r.d
	if name := path.Base(r.dir); d.ID != "" && d.ID != name {
		help := fmt.Sprintf("Write id: %q, or rename the folder.", name)
		if path.Base(path.Dir(r.dir)) == nextDir {
			help += " A framework has one coming edition at most, in the folder with its id."
		}
		r.add("id-differs", "id", fmt.Sprintf("the id is %q, but the folder is named %q", d.ID, name), help)
	}
	need := func(empty bool, what, help string) {
		if empty {
			r.add("part-missing", "kind", fmt.Sprintf("a %s needs %s, and there are none", d.Kind.Name(), what), help)
		}
	}
	switch d.Kind {
	case ladder.KindLadder, ladder.KindModel:
		need(len(d.Competencies) == 0, "competencies", "Add competencies: { … }, a title for each.")
		need(len(d.Levels) == 0, "levels", "Add levels: { … }, with rank, titles and expectations for each.")
	case ladder.KindRoleGuide:
		need(len(d.Roles) == 0, "roles", "Add roles: { … }, a title for each.")
	case ladder.KindDiscipline:
		need(d.Definition == "", "words that define it", "Add definition: \"…\".")
	}
	if slices.Contains(d.Formerly, d.ID) {
		r.add("formerly-itself", "formerly", "formerly names the framework's own id", "List earlier ids only.")
	}
}

func (r *rules) order() {
	d := r.d
	check := func(what string, listed, there []string) {
		if len(there) > 1 && listed == nil {
			r.add("order-missing", "order."+what, fmt.Sprintf("order has no list of the %s", what),
				fmt.Sprintf("Add to order: %s: [%s], in the order in which they are to be shown.", what, quoted(there)))
			return
		}
		if listed == nil {
			return
		}
		for i, id := range listed {
			switch {
			case !slices.Contains(there, id):
				r.unknown("order-differs", fmt.Sprintf("order.%s[%d]", what, i), fmt.Sprintf("order lists %q among the %s", id, what), id, what)
			case slices.Contains(listed[:i], id):
				r.add("order-differs", fmt.Sprintf("order.%s[%d]", what, i), fmt.Sprintf("order lists %q twice among the %s", id, what), "Remove one of the two.")
			}
		}
		for _, id := range there {
			if !slices.Contains(listed, id) {
				r.unlisted = append(r.unlisted, [2]string{what, id})
			}
		}
	}
	check("tracks", d.Order.Tracks, sortedKeys(d.Tracks))
	check("areas", d.Order.Areas, sortedKeys(d.Areas))
	check("competencies", d.Order.Competencies, sortedKeys(d.Competencies))
	check("roles", d.Order.Roles, sortedKeys(d.Roles))
	check("aims", d.Order.Aims, sortedKeys(d.Aims))
}

func (r *rules) competencies() {
	d := r.d
	areas, tracks, levels := sortedKeys(d.Areas), sortedKeys(d.Tracks), sortedKeys(d.Levels)
	for _, id := range sortedKeys(d.Competencies) {
		c, at := d.Competencies[id], "competencies."+id
		if c.Area != "" && !slices.Contains(areas, c.Area) {
			r.unknown("unknown-area", at+".area", fmt.Sprintf("%s is in area %q", r.index.named("competencies", id), c.Area), c.Area, "areas")
		}
		if c.AppliesTo != nil {
			if len(c.AppliesTo.Tracks)+len(c.AppliesTo.Levels) == 0 {
				r.add("applies-to-nobody", at+".appliesTo", r.index.named("competencies", id)+" applies to no track and no level", "Name tracks or levels, or remove appliesTo: then it applies to all.")
			}
			for i, t := range c.AppliesTo.Tracks {
				if !slices.Contains(tracks, t) {
					r.unknown("unknown-track", fmt.Sprintf("%s.appliesTo.tracks[%d]", at, i), fmt.Sprintf("%s applies to track %q", r.index.named("competencies", id), t), t, "tracks")
				}
			}
			for i, l := range c.AppliesTo.Levels {
				if !slices.Contains(levels, l) {
					r.unknown("unknown-level", fmt.Sprintf("%s.appliesTo.levels[%d]", at, i), fmt.Sprintf("%s applies to level %q", r.index.named("competencies", id), l), l, "levels")
				}
			}
		}
		r.formerly(at, c.Formerly, sortedKeys(d.Competencies), "competencies")
	}
	for _, id := range sortedKeys(d.Degrees) {
		if _, ok := d.Competencies[id]; !ok {
			r.unknown("unknown-competency", "degrees."+id, fmt.Sprintf("degrees are listed for %q", id), id, "competencies")
		}
		for i, g := range d.Degrees[id] {
			if slices.Contains(d.Degrees[id][:i], g) {
				r.add("degree-twice", fmt.Sprintf("degrees.%s[%d]", id, i), fmt.Sprintf("the degrees of %s list %q twice", r.index.title("competencies", id), g), "Remove one of the two.")
			}
		}
	}
	for _, id := range tracks {
		r.formerly("tracks."+id, d.Tracks[id].Formerly, tracks, "tracks")
	}
	for _, id := range areas {
		r.formerly("areas."+id, d.Areas[id].Formerly, areas, "areas")
	}
	for _, id := range sortedKeys(d.Roles) {
		r.formerly("roles."+id, d.Roles[id].Formerly, sortedKeys(d.Roles), "roles")
	}
}

// formerly: an id that something had before is not in use beside it.
func (r *rules) formerly(at string, ids, there []string, what string) {
	for i, id := range ids {
		if slices.Contains(there, id) {
			r.add("formerly-in-use", fmt.Sprintf("%s.formerly[%d]", at, i),
				fmt.Sprintf("formerly says that %s was renamed, but %q is still there among the %s", lastPart(at), id, what), "Remove one of the two.")
		}
	}
}

func lastPart(path string) string { return path[strings.LastIndex(path, ".")+1:] }

func (r *rules) levels() {
	d := r.d
	ids, tracks := sortedKeys(d.Levels), sortedKeys(d.Tracks)
	for _, id := range ids {
		l, at := d.Levels[id], "levels."+id
		switch {
		case l.Track == "" && len(tracks) > 0:
			r.add("track-missing", at+".track", r.index.level(id)+" does not say which track it is on",
				fmt.Sprintf("Add track: with one of: %s.", quoted(tracks)))
		case l.Track != "" && !slices.Contains(tracks, l.Track):
			r.unknown("unknown-track", at+".track", fmt.Sprintf("%s is on track %q", r.index.level(id), l.Track), l.Track, "tracks")
		}
		if l.Next != nil {
			for i, n := range *l.Next {
				path := fmt.Sprintf("%s.next[%d]", at, i)
				if n == id {
					r.add("next-itself", path, r.index.level(id)+" lists itself as the next level", "Remove it.")
				} else if !slices.Contains(ids, n) {
					r.unknown("unknown-level", path, fmt.Sprintf("%s leads to %q", r.index.level(id), n), n, "levels")
				}
			}
		}
		r.formerly(at, l.Formerly, ids, "levels")
		r.cells(id, l)
	}
}

func (r *rules) cells(id string, l ladder.DocumentLevel) {
	d, at := r.d, "levels."+id+".expectations"
	if l.Expectations == nil {
		return // reported as a field that is missing
	}
	for _, c := range sortedKeys(d.Competencies) {
		applies := ladder.Competency{AppliesTo: d.Competencies[c].AppliesTo}
		if _, ok := l.Expectations[c]; !ok && applies.Applies(l.Track, id) {
			r.lacks = append(r.lacks, lack{id, c})
		}
	}
	for _, c := range sortedKeys(l.Expectations) {
		if _, ok := d.Competencies[c]; !ok {
			r.unknown("unknown-competency", at+"."+c, fmt.Sprintf("%s has a cell for %q", r.index.level(id), c), c, "competencies")
			continue
		}
		if r.meant[id+"."+c] == "" {
			r.cell(id, c, l.Expectations[c])
		}
	}
}

func (r *rules) cell(id, c string, cell ladder.DocumentCell) {
	at := "levels." + id + ".expectations." + c
	var has []string
	if cell.Items != nil {
		has = append(has, "items")
	}
	if cell.Same != "" {
		has = append(has, "same")
	}
	if cell.None != "" {
		has = append(has, "none")
	}
	where := r.index.cell(id, c)
	switch len(has) {
	case 0:
		r.add("empty-cell", at, where+" is empty", "Write items, same or none.")
	case 1:
	default:
		r.cellTwice(at, where, has)
	}
	if cell.Same != "" {
		r.same(id, c, cell.Same)
	}
	if cell.Degree == "" {
		return
	}
	labels := r.d.Degrees[c]
	switch {
	case cell.Items == nil:
		r.add("degree-without-items", at+".degree", where+" has a degree but no items", "A degree belongs to items: add them, or remove the degree.")
	case labels == nil:
		r.add("unknown-degree", at+".degree", fmt.Sprintf("%s has a degree, but no degrees are listed for %s", where, r.index.title("competencies", c)),
			fmt.Sprintf("Add degrees: %s: [\"…\", \"…\"] to the framework, lowest first, or remove the degree.", c))
	case !slices.Contains(labels, cell.Degree):
		message := fmt.Sprintf("%q is not a degree of %s", cell.Degree, r.index.title("competencies", c))
		if near, ok := diag.Nearest(cell.Degree, labels); ok {
			message += fmt.Sprintf("; did you mean %q?", near)
		}
		r.add("unknown-degree", at+".degree", message, "The degrees are: "+quoted(labels)+".")
	}
}

// cellTwice: what excludes each other, in one cell or in two of one name.
func (r *rules) cellTwice(at, where string, has []string) {
	help := fmt.Sprintf("Keep %s and delete the other.", strings.Join(has, " or "))
	if ps := r.index.places[at]; len(ps) > 1 {
		r.add("cell-twice", at, fmt.Sprintf("%s stands twice, once with %s", where, strings.Join(has, " and once with ")), "Keep one of the two and delete the other.")
		f := &r.findings[len(r.findings)-1]
		f.Position, f.Also = ps[len(ps)-1].label, []diag.Position{ps[0].label}
		return
	}
	r.add("cell-twice", at+"."+has[1], fmt.Sprintf("%s has %s", where, strings.Join(has, " and ")), help)
}

// same: it names another level whose cell has a text of its own.
func (r *rules) same(id, c, target string) {
	path := "levels." + id + ".expectations." + c + ".same"
	says := fmt.Sprintf("%s is the same as that of %q", r.index.cell(id, c), target)
	l, ok := r.d.Levels[target]
	if !ok {
		r.unknown("unknown-level", path, says, target, "levels")
		return
	}
	cell := l.Expectations[c]
	switch {
	case target == id:
		r.add("same-itself", path, r.index.cell(id, c)+" is the same as itself", "Name the level whose text holds here too.")
	case cell.Items != nil:
	case cell.Same != "" && cell.Same != id:
		r.add("same-without-text", path, says+", which has no text of its own", fmt.Sprintf("Name the level that has it: same: %q.", cell.Same))
	case cell.None != "":
		r.add("same-without-text", path, says+", where nothing is asked", "Write none with the reason here too.")
	default:
		r.add("same-without-text", path, says+", which has no text of its own", "Name a level whose cell has items.")
	}
}

// ranks: no two levels of a track share one.
func (r *rules) ranks() {
	type slot struct {
		track string
		rank  int
	}
	seen := map[slot]string{}
	for _, id := range sortedKeys(r.d.Levels) {
		l := r.d.Levels[id]
		s := slot{l.Track, l.Rank}
		if other, ok := seen[s]; ok && l.Rank != 0 {
			r.add("rank-twice", "levels."+id+".rank", fmt.Sprintf("%s and %s of one track both have rank %d", r.index.level(other), r.index.level(id), l.Rank),
				"Give each level of a track a rank of its own; a higher number is a higher level.")
			continue
		}
		seen[s] = id
	}
}

// degreesFall: along a track a degree never falls.
func (r *rules) degreesFall() {
	f := r.d.Resolve()
	for _, c := range f.Competencies {
		highest := map[string]*ladder.Level{} // by track
		for i := range f.Levels {
			l := &f.Levels[i]
			at := slices.Index(c.Degrees, l.Expectations[c.ID].Degree)
			if at < 0 || l.Rank == 0 {
				continue
			}
			if h := highest[l.Track]; h != nil {
				was := h.Expectations[c.ID].Degree
				if slices.Index(c.Degrees, was) > at {
					r.add("degree-falls", "levels."+l.ID+".expectations."+c.ID,
						fmt.Sprintf("the degree of %s falls along the track, from %q at %s to %q at %s", r.index.title("competencies", c.ID), was, r.index.level(h.ID), c.Degrees[at], r.index.level(l.ID)),
						"A higher level asks at least the degree of the one below it.")
					continue
				}
			}
			highest[l.Track] = l
		}
	}
}

func (r *rules) retired() {
	if r.d.Retired == nil {
		return
	}
	d := r.d
	check := func(what string, gone map[string]ladder.Retired, there []string) {
		for _, id := range sortedKeys(gone) {
			at := "retired." + what + "." + id
			if slices.Contains(there, id) {
				r.add("retired-in-use", at, fmt.Sprintf("%q is retired, and still there among the %s", id, what), "Remove one of the two.")
			}
			for i, into := range gone[id].Into {
				target := into.Target()
				_, retired := gone[target]
				if !slices.Contains(there, target) && !retired {
					r.unknown("unknown-"+singular[what], fmt.Sprintf("%s.into[%d]", at, i), fmt.Sprintf("retired %s %s leads to %q", singular[what], id, target), target, what)
				}
			}
		}
	}
	check("levels", d.Retired.Levels, sortedKeys(d.Levels))
	check("tracks", d.Retired.Tracks, sortedKeys(d.Tracks))
	check("areas", d.Retired.Areas, sortedKeys(d.Areas))
	check("competencies", d.Retired.Competencies, sortedKeys(d.Competencies))
	check("roles", d.Retired.Roles, sortedKeys(d.Roles))
}

func (r *rules) profiles() {
	for _, id := range sortedKeys(r.d.Profiles) {
		p, at := r.d.Profiles[id], "profiles."+id
		if _, ok := r.d.Levels[id]; !ok {
			r.unknown("unknown-level", at, fmt.Sprintf("a profile is given for %q", id), id, "levels")
		}
		for i, c := range p.Critical {
			if _, ok := p.Requires[c]; !ok {
				r.add("critical-not-required", fmt.Sprintf("%s.critical[%d]", at, i),
					fmt.Sprintf("the profile of %s calls %q critical, but does not require it", r.index.level(id), c), "Add it to requires, with the level of proficiency.")
			}
		}
	}
}

// directives: what speaks about the change makes sense by itself.
func (r *rules) directives() {
	d := r.d
	if d.Publish != "" && d.Effective == "" {
		r.add("publish-without-date", "publish", "publish says from when a coming text may be seen, but there is no effective date", "Add effective: with the day from which the text is in force, or remove publish.")
	}
	if d.Transition != nil && d.Effective != "" && d.Transition.AcceptOld < d.Effective {
		r.add("transition-too-early", "transition.acceptOld", fmt.Sprintf("the old text is accepted until %s, which is before the new one is in force (%s)", d.Transition.AcceptOld, d.Effective), "Write a later day, or remove transition.")
	}
	if d.Release == nil {
		return
	}
	for _, key := range sortedKeys(d.Release.Meaning) {
		parts := strings.Split(key, ".")
		l, ok := d.Levels[parts[0]]
		if !ok {
			r.unknown("unknown-level", "release.meaning", fmt.Sprintf("meaning speaks of %q", key), parts[0], "levels")
			continue
		}
		if _, ok := l.Expectations[parts[1]]; !ok {
			r.unknown("unknown-competency", "release.meaning", fmt.Sprintf("meaning speaks of %q", key), parts[1], "competencies")
		}
	}
}
