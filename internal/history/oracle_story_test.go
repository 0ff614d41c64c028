package history

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/milepost-dev/milepost/internal/ladder"
)

// teller makes up histories: what people do, at odd times, with every slip
// that the rules speak of.
type teller struct {
	r     *rand.Rand
	lib   *library
	epoch time.Time
	zones []string
	clock time.Time
	now   time.Time
	deeds []deed
	dirs  map[string]*words
	note  int
	bent  int  // what this history has more of than others
	d     deed // the commit that is being made
}

// places are zones, and days about which their midnights are odd.
var places = []struct{ zone, day string }{
	{"UTC", "2024-03-01"}, {"Europe/Berlin", "2024-03-29"}, {"America/Sao_Paulo", "2018-11-02"}, {"America/Sao_Paulo", "2018-02-15"},
	{"America/Havana", "2024-11-01"}, {"Pacific/Apia", "2011-12-28"}, {"America/St_Johns", "2006-10-27"}, {"Pacific/Kwajalein", "1993-08-19"},
	{"Asia/Beirut", "2024-03-29"}, {"Australia/Lord_Howe", "2024-04-05"},
}

var names = []string{"a", "b", "c", "d"}

// story is a history by a seed, and the moment at which it is looked at.
func (l *library) story(seed uint64) (deeds []deed, now time.Time) {
	r := rand.New(rand.NewPCG(seed, 0x6f7261))
	p := places[r.IntN(len(places))]
	epoch, err := time.Parse(time.DateOnly, p.day)
	if err != nil {
		panic(err)
	}
	t := &teller{r: r, lib: l, epoch: epoch, zones: []string{p.zone, "UTC", places[r.IntN(len(places))].zone}, clock: epoch.Add(-36 * time.Hour), dirs: map[string]*words{}}
	t.bent = r.IntN(4)
	if !t.one(3) {
		t.setZone(p.zone)
	}
	steps := 3 + r.IntN(12)
	for range steps {
		t.commit()
	}
	t.now = t.latest().Add(time.Duration(r.IntN(5*24)) * time.Hour)
	if t.one(12) { // some of it waits
		t.now = t.deeds[r.IntN(len(t.deeds))].committed.Add(-time.Duration(r.IntN(90)) * time.Second)
	}
	return t.deeds, t.now
}

func (t *teller) one(in int) bool { return t.r.IntN(in) == 0 }

func (t *teller) latest() time.Time {
	at := t.clock
	for _, d := range t.deeds {
		if d.committed.After(at) {
			at = d.committed
		}
	}
	return at
}

func (t *teller) setZone(zone string) { t.d.zone = &zone }

// commit is one commit: one to three things that somebody did.
func (t *teller) commit() {
	t.d.dirs = map[string]*words{}
	t.tick()
	before := map[string]*words{}
	for dir, w := range t.dirs {
		before[dir] = w
	}
	for n := 1 + t.r.IntN(3)/2; n > 0; n-- {
		t.act()
	}
	for dir, w := range t.dirs {
		if was := before[dir]; was == nil || was.key() != w.key() {
			t.d.dirs[dir] = w
		}
	}
	for dir := range before {
		if t.dirs[dir] == nil {
			t.d.dirs[dir] = nil
		}
	}
	t.deeds = append(t.deeds, t.d)
	t.d = deed{}
}

// tick sets the committer's date: mostly later, at times by a clock that is
// behind, ahead, or stands still, and now and then at the very start of a day.
func (t *teller) tick() {
	switch t.r.IntN(10) {
	case 0:
		t.d.committed = t.clock.Add(-time.Duration(t.r.IntN(72)) * time.Hour)
		return
	case 1:
		t.d.committed = t.clock
		return
	case 2, 3:
		if at := startOf(t.day(), t.loc()); at.After(t.clock) {
			t.clock = at
		}
	case 4:
		if t.one(4) {
			t.d.committed = t.clock.Add(time.Duration(t.r.IntN(10*24)) * time.Hour)
			return
		}
		t.clock = t.clock.Add(time.Duration(t.r.IntN(3)) * time.Second)
	default:
		t.clock = t.clock.Add(time.Duration(t.r.IntN(20*3600)) * time.Second)
	}
	t.d.committed = t.clock
}

func (t *teller) loc() *time.Location {
	loc, err := time.LoadLocation(t.zones[t.r.IntN(len(t.zones))])
	if err != nil {
		panic(err)
	}
	return loc
}

// day is one of the days about the history, which many dates and commits share.
func (t *teller) day() string {
	return t.epoch.AddDate(0, 0, t.r.IntN(9)-2).Format(time.DateOnly)
}

// soon is a day that is mostly still to come.
func (t *teller) soon() string {
	return t.clock.AddDate(0, 0, t.r.IntN(5)).Format(time.DateOnly)
}

// deals are what somebody may do, each as often as it stands there: of all
// things, or more of dates and zones, of transitions, of renames.
var deals = []string{
	"eeeeeeEEEEEEfffbbxdrrrvvzlccttoo",
	"eEEEEEEffzzzzzttto",
	"eeEEffvvtttttttto",
	"eeEEEEbbxddrrrrrrrvv",
}

func (t *teller) act() {
	id := names[t.r.IntN(2)]
	if t.bent == 1 || t.bent == 2 {
		id = "a"
	} else if t.one(5) {
		id = names[t.r.IntN(len(names))]
	}
	next := "next/" + id
	base, edition := t.dirs[id], t.dirs[next]
	if base == nil && edition == nil && !t.one(4) {
		t.put(pick(t, id, id, id, next), t.fresh(id))
		return
	}
	switch deals[t.bent][t.r.IntN(len(deals[t.bent]))] {
	case 'e':
		t.edit(id)
	case 'E':
		t.edition(id)
	case 'f': // the edition is folded
		if edition != nil {
			t.put(id, t.as(edition, id))
			if !t.one(4) {
				delete(t.dirs, next)
			}
		}
	case 'b':
		t.breaks(pick(t, id, next))
	case 'x':
		delete(t.dirs, next)
	case 'd':
		delete(t.dirs, id)
		if t.one(2) {
			delete(t.dirs, next)
		}
	case 'r':
		t.rename(id)
	case 'v':
		t.revert(pick(t, id, next))
	case 'z':
		t.setZone(pick(t, t.zones[0], t.zones[1], t.zones[2], t.zones[0], t.zones[2], "", "?"))
	case 'l':
		t.d.lib = true
	case 'c':
		t.correct(id)
	case 't':
		t.transition(pick(t, id, next))
	default:
		t.touch(pick(t, id, next))
	}
}

func pick[T any](t *teller, of ...T) T { return of[t.r.IntN(len(of))] }

func (t *teller) put(dir string, w *words) { t.dirs[dir] = w }

// fresh is a new text of a framework.
func (t *teller) fresh(id string) *words {
	return &words{ID: id, Text: t.r.IntN(len(wordings))}
}

// as is a copy under an id.
func (t *teller) as(w *words, id string) *words {
	c := *w
	c.ID = id
	c.Formerly = slices.DeleteFunc(slices.Clone(w.Formerly), func(f string) bool { return f == id })
	return &c
}

func (t *teller) breaks(dir string) {
	id, _ := cutNext(dir)
	t.note++
	if t.dirs[dir] != nil || t.one(4) {
		t.put(dir, &words{ID: id, Broken: true, Note: t.note})
	}
}

// sound is a copy of what a directory holds, or a text where that is broken or not there.
func (t *teller) sound(dir string) *words {
	id, _ := cutNext(dir)
	if w := t.dirs[dir]; w != nil && !w.Broken {
		return t.as(w, id)
	}
	return t.fresh(id)
}

// edit changes the words, and leaves directives or takes them out.
func (t *teller) edit(dir string) {
	w := t.sound(dir)
	w.Text = t.r.IntN(len(wordings))
	if t.one(2) {
		w.Said.Release, w.Said.Correction, w.Said.Accept = nil, nil, nil
	}
	if t.one(4) {
		w.Said.Transition = nil
	}
	t.say(w)
	if _, next := cutNext(dir); !next && t.one(12) {
		w.Said.Effective = t.soon() // which has no place there
	} else if !next && t.one(8) {
		w.Said.Effective = ""
	}
	t.put(dir, w)
}

// say adds directives at times: some few, so that they come back.
func (t *teller) say(w *words) {
	if t.one(3) {
		w.Said.Release = &ladder.Release{Why: pick(t, "Clearer", "Asked for"), Meaning: map[string]string{"l2.craft": pick(t, "same", "less", "more")}}
	}
	if t.one(6) {
		w.Said.Release = &ladder.Release{Bump: pick(t, "major", "minor", "patch")}
	}
	if t.one(6) {
		w.Said.Accept = append(w.Said.Accept, ladder.Accept{Rule: pick(t, "expectation-reworded", "expectation-added", "level-added", "title-changed"), Reason: "Agreed"})
	}
	if t.one(10) {
		w.Said.Errata = map[string]string{"1.0.0": fmt.Sprint("A slip ", t.r.IntN(3))}
	}
}

// edition starts a coming edition, or goes on with it: its text, its dates.
func (t *teller) edition(id string) {
	dir := "next/" + id
	w := t.sound(dir)
	if t.dirs[dir] == nil && t.dirs[id] != nil {
		w = t.sound(id)
	}
	if t.dirs[dir] == nil || t.one(2) {
		w.Text = t.r.IntN(len(wordings))
		t.say(w)
	}
	switch t.r.IntN(6) {
	case 0, 1, 2:
		w.Said.Effective = t.soon()
	case 3:
		w.Said.Effective = t.day()
	case 4:
		w.Said.Effective = ""
	}
	if t.one(3) {
		w.Said.Publish = pick(t, t.soon(), t.day(), "")
	}
	t.put(dir, w)
}

// correct puts the version in force right, as far as the author knows its number.
func (t *teller) correct(id string) {
	w := t.sound(id)
	w.Text = t.r.IntN(len(wordings))
	o := newOracle(t.deeds, t.latest().Add(time.Hour), t.lib.digest, t.lib.judge)
	of := pick(t, "1.0.0", "1.1.0", "2.0.0")
	if k := len(o.worlds); k > 0 && !t.one(4) {
		if n, ok := o.worlds[k-1].owner[id]; ok {
			if p := o.past(n, t.d.committed); len(p.editions) > 0 {
				of = p.editions[len(p.editions)-1].number
			}
		}
	}
	w.Said.Correction = &ladder.Correction{Of: of, Reason: "A slip"}
	w.Said.Release = &ladder.Release{Why: fmt.Sprint("A slip ", t.r.IntN(9)), Meaning: map[string]string{"l2.craft": pick(t, "same", "less", "more")}}
	dir := id
	if t.one(5) && t.dirs["next/"+id] != nil {
		dir = "next/" + id
	}
	t.put(dir, w)
}

func (t *teller) transition(dir string) {
	w := t.sound(dir)
	if t.one(3) {
		w.Said.Transition = nil
	} else {
		w.Said.Transition = &ladder.Transition{AcceptOld: pick(t, t.soon(), t.day()), For: "promotions"}
	}
	if !t.one(3) {
		w.Text = t.r.IntN(len(wordings))
	}
	t.put(dir, w)
}

// rename moves a framework to another id, or back, with its edition or without.
func (t *teller) rename(id string) {
	to := names[t.r.IntN(len(names))]
	if to == id || t.dirs[id] == nil {
		return
	}
	w := t.sound(id)
	w.ID, w.Formerly = to, []string{id}
	switch t.r.IntN(6) {
	case 0:
		w.Formerly = nil
	case 1:
		w.Formerly = append(w.Formerly, names[t.r.IntN(len(names))])
	case 2:
		w.Formerly = []string{names[t.r.IntN(len(names))], id}
	case 3:
		w.Text = t.r.IntN(len(wordings))
	}
	w.Formerly = slices.DeleteFunc(w.Formerly, func(f string) bool { return f == to })
	slices.Sort(w.Formerly)
	w.Formerly = slices.Compact(w.Formerly)
	if t.one(2) {
		slices.Reverse(w.Formerly)
	}
	t.put(to, w)
	if t.one(9) {
		t.breaks(to)
	}
	if !t.one(7) {
		delete(t.dirs, id)
	}
	for _, former := range w.Formerly {
		if t.one(2) {
			delete(t.dirs, former)
		}
	}
	if e := t.dirs["next/"+id]; e != nil && !t.one(3) {
		t.put("next/"+to, t.as(e, to))
		delete(t.dirs, "next/"+id)
	}
}

// revert brings back what a directory held before some commit.
func (t *teller) revert(dir string) {
	for _, i := range t.r.Perm(len(t.deeds)) {
		if w, ok := t.deeds[i].dirs[dir]; ok {
			if w == nil {
				delete(t.dirs, dir)
			} else {
				t.put(dir, w)
			}
			return
		}
	}
}

// touch changes the files and nothing that they say.
func (t *teller) touch(dir string) {
	if t.dirs[dir] != nil {
		w := *t.dirs[dir]
		t.note++
		w.Note = t.note
		t.put(dir, &w)
	}
}
