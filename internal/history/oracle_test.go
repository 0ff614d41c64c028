package history

import (
	"cmp"
	"encoding/json"
	"maps"
	"slices"
	"time"

	"github.com/milepost-dev/milepost/internal/ladder"
)

// The oracle answers what text was in force at a moment, as known at another,
// from the words of the rules alone: it goes through the list of commits
// afresh and shares no code with the builder. It is slow and plain, and what
// the builder answers is held against it.

// deed is a commit of a made-up history.
type deed struct {
	committed time.Time
	dirs      map[string]*words // what a directory holds from then on; nil is its end
	zone      *string           // the organisation's file: its zone, "" where it is removed, "?" where it is wrong
	lib       bool              // a shared package changes, and every directory with it
}

// words are what a directory holds.
type words struct {
	ID       string
	Text     int // which of the texts
	Formerly []string
	Broken   bool
	Refused  bool // what it says does not compile
	Note     int  // a comment, which changes the files and not what they say
	Said     ladder.Directives
}

func (w *words) key() string {
	b, err := json.Marshal(w)
	if err != nil {
		panic(err)
	}
	return string(b)
}

// held is what a directory holds that counts.
type held struct {
	*words
	from, publish, until time.Time // 00:00 of the dates, and the end of the last day of a transition
	named                int       // the commit that last changed its text or its date
}

// shelf is one of the two directories of a framework.
type shelf struct {
	held    *held
	there   bool // the directory exists
	unsound bool // its newest content counts as not compiling
}

// line is one framework, whatever ids it had.
type line struct {
	id         string // the one that it has now, "" where another framework took it in
	base, next shelf
	lived      bool // some text of it was in force
}

// world is where everything stands after a commit.
type world struct {
	lines []line
	owner map[string]int // of every id that a framework has or had
	dirs  map[string]*words
	zone  string // of the organisation's file, as far as it was ever right
	file  bool   // there is such a file
}

type oracle struct {
	deeds    []deed
	recorded []time.Time
	zones    []*time.Location // by which the dates of a commit count
	worlds   []world
	judge    func(a, b *words, said ladder.Directives) (bump string, category ladder.Category)
	texts    func(*words) string // equal where the canonical forms are
	known    map[time.Time]map[int]*past
}

// newOracle takes the commits in, without those that wait: a minute and more
// ahead of the clock, and all that follow.
func newOracle(deeds []deed, now time.Time, texts func(*words) string, judge func(a, b *words, said ladder.Directives) (string, ladder.Category)) *oracle {
	o := &oracle{judge: judge, texts: texts, known: map[time.Time]map[int]*past{}}
	w := world{owner: map[string]int{}, dirs: map[string]*words{}}
	for _, d := range deeds {
		if d.committed.After(now.Add(time.Minute)) {
			break
		}
		o.add(&w, d)
	}
	return o
}

// add takes in a commit. Its recorded_at is its committer date, or a
// millisecond after its predecessor's where that is later.
func (o *oracle) add(w *world, d deed) {
	i, at := len(o.deeds), d.committed
	if i > 0 && at.Before(o.recorded[i-1].Add(time.Millisecond)) {
		at = o.recorded[i-1].Add(time.Millisecond)
	}
	had, zone := w.file, w.zone
	if d.zone != nil {
		switch *d.zone {
		case "":
			w.file, w.zone = false, ""
		case "?":
			w.file = true
		default:
			w.file, w.zone = true, *d.zone
		}
	}
	if !had { // its own, where the first parent has none
		zone = w.zone
	}
	loc, err := time.LoadLocation(zone)
	if err != nil {
		panic(err)
	}
	o.deeds, o.recorded, o.zones = append(o.deeds, d), append(o.recorded, at), append(o.zones, loc)
	w.follow(o, i)
	o.worlds = append(o.worlds, w.clone())
}

func (w world) clone() world {
	w.lines, w.owner, w.dirs = slices.Clone(w.lines), maps.Clone(w.owner), maps.Clone(w.dirs)
	return w
}

// follow is what commit i does.
func (w *world) follow(o *oracle, i int) {
	d, at := o.deeds[i], o.recorded[i]
	came := maps.Clone(d.dirs) // directories that the commit changes
	if came == nil {
		came = map[string]*words{}
	}
	for dir, c := range came {
		if w.dirs[dir] = c; c == nil {
			delete(w.dirs, dir)
		}
	}
	if d.lib {
		maps.Copy(came, w.dirs)
	}
	for n := range w.lines {
		if l := &w.lines[n]; l.next.held.before(at) {
			l.lived = true
		}
	}
	dropped := w.rename(came)
	touched := map[int]bool{}
	for _, dir := range slices.Sorted(maps.Keys(came)) {
		id, _ := cutNext(dir)
		n, ok := w.owner[id]
		if !ok {
			n = len(w.lines)
			w.lines, w.owner[id] = append(w.lines, line{id: id}), n
		}
		if w.lines[n].id == id { // an id that it had and has not is not listened to
			touched[n] = true
		}
	}
	for n := range touched {
		l := &w.lines[n]
		base, hasBase := came[l.id]
		next, hasNext := came["next/"+l.id]
		l.take(o, i, base, next, hasBase, hasNext, dropped[n])
	}
}

func (h *held) before(at time.Time) bool { return h != nil && !h.from.IsZero() && h.from.Before(at) }
func (h *held) by(at time.Time) bool     { return h != nil && !h.from.IsZero() && !h.from.After(at) }

// rename lets frameworks go on under other ids. It says which of them left
// their coming edition behind.
func (w *world) rename(came map[string]*words) map[int]bool {
	gone := map[string]bool{} // ids whose directory the commit removes
	for dir, c := range came {
		if id, next := cutNext(dir); !next && c == nil {
			gone[id] = true
		}
	}
	dropped := map[int]bool{}
	for _, id := range slices.Sorted(maps.Keys(came)) {
		c := came[id]
		if _, next := cutNext(id); next || c == nil {
			continue
		}
		n := w.successorOf(id, came, gone)
		if n < 0 {
			continue
		}
		l := &w.lines[n]
		delete(gone, l.id)
		l.base.there = true
		moved := came["next/"+id] != nil
		if m, ok := w.owner[id]; ok && m != n { // what was drafted under the new id stays
			if x := w.lines[m].next; x.there || x.held != nil {
				l.next, moved = x, true
			}
			for other, owner := range w.owner {
				if owner == m {
					w.owner[other] = n
				}
			}
			w.lines[m] = line{}
		}
		if !moved {
			dropped[n] = true
		}
		l.id = id
		w.owner[id] = n
	}
	return dropped
}

// successorOf is the framework that goes on under an id, -1 for none but its own.
func (w *world) successorOf(id string, came map[string]*words, gone map[string]bool) int {
	c := came[id]
	if n, ok := w.owner[id]; ok {
		if l := w.lines[n]; l.id != id { // it had the id, and takes it back where its own directory is gone
			if c, ok := came[l.id]; ok && c == nil || !ok && !l.base.there {
				return n
			}
			return -1
		}
		if w.lines[n].lived {
			return -1
		}
	}
	if c.Broken || c.Refused {
		return -1
	}
	for _, former := range c.Formerly {
		if n, ok := w.owner[former]; ok && gone[former] && w.lines[n].id == former {
			return n
		}
	}
	return -1
}

// take is what a commit does to the two directories of a framework.
func (l *line) take(o *oracle, i int, base, next *words, hasBase, hasNext, dropped bool) {
	at := o.recorded[i]
	edition := l.next.held
	if hasBase {
		l.base.there = base != nil
		switch {
		case base == nil:
			l.base.held, l.base.unsound = nil, false
		case base.Broken || base.Refused:
			l.base.unsound = true
		default:
			h := o.hold(i, base, l.base.held, edition)
			if l.base.unsound = h.from.After(at); !l.base.unsound {
				l.base.held = h
			}
		}
	}
	if hasNext {
		l.next.there = next != nil
		if next != nil && !next.Broken && !next.Refused {
			h := o.hold(i, next, edition, nil)
			late := edition.before(at) && (h.from.IsZero() || h.from.After(edition.from))
			if l.next.unsound = late; !late {
				l.next.held = h
			}
		} else {
			l.next.unsound = next != nil
		}
	}
	if dropped && !hasNext {
		l.next.there, l.next.unsound = false, false
	}
	if !l.next.there && !l.base.unsound {
		l.next = shelf{}
	}
	if l.base.held != nil || l.next.held.by(at) {
		l.lived = true
	}
}

// hold is content that counts. A date that stays keeps the moment that it was
// given at first.
func (o *oracle) hold(i int, w *words, was, other *held) *held {
	h := &held{words: w, named: i, from: startOf(w.Said.Effective, o.zones[i]), publish: startOf(w.Said.Publish, o.zones[i])}
	if tr := w.Said.Transition; tr != nil {
		h.until = endOf(tr.AcceptOld, o.zones[i])
	}
	for _, x := range []*held{other, was} {
		if x == nil {
			continue
		}
		if x.Said.Effective == w.Said.Effective {
			h.from = x.from
		}
		if x.Said.Publish == w.Said.Publish {
			h.publish = x.publish
		}
		if a, b := x.Said.Transition, w.Said.Transition; a != nil && b != nil && a.AcceptOld == b.AcceptOld {
			h.until = x.until
		}
	}
	if was != nil && o.texts(was.words) == o.texts(w) && was.from.Equal(h.from) {
		h.named = was.named
	}
	return h
}

func cutNext(dir string) (id string, next bool) {
	if len(dir) > 5 && dir[:5] == "next/" {
		return dir[5:], true
	}
	return dir, false
}

// startOf is 00:00 of a day, found by looking at a clock of the zone minute by
// minute: a minute after the last that shows an earlier day.
func startOf(day string, loc *time.Location) time.Time {
	d, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return time.Time{}
	}
	key := dayOf{day, loc.String()}
	if at, ok := days.Load(key); ok {
		return at.(time.Time)
	}
	at := d.Add(40 * time.Hour)
	for at.In(loc).Format(time.DateOnly) >= day {
		at = at.Add(-time.Minute)
	}
	days.Store(key, at.Add(time.Minute))
	return at.Add(time.Minute)
}

type dayOf struct{ day, zone string }

func endOf(day string, loc *time.Location) time.Time {
	d, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return time.Time{}
	}
	return startOf(d.AddDate(0, 0, 1).Format(time.DateOnly), loc).Add(-1)
}

// newest is the newest commit recorded at or before t, -1 for none.
func (o *oracle) newest(t time.Time) int {
	found := -1
	for i, at := range o.recorded {
		if !at.After(t) {
			found = i
		}
	}
	return found
}

// inForce is the content in force at t, by the definition, as known at known:
// from the newest commit recorded at or before the earlier of them. Without
// drafts, an edition that is still to come counts from its publication on.
func (o *oracle) inForce(n int, t, known time.Time, drafts bool) *held {
	l := o.at(n, first(t, known))
	if l == nil {
		return nil
	}
	if e := l.next.held; e.by(t) && (drafts || e.shown(known)) {
		return e
	}
	return l.base.held
}

// at is a framework as it stood at t, nil before it was heard of.
func (o *oracle) at(n int, t time.Time) *line {
	i := o.newest(t)
	if i < 0 || n >= len(o.worlds[i].lines) {
		return nil
	}
	return &o.worlds[i].lines[n]
}

// shown says whether everybody may see an edition at a moment: from the day of
// publication, and at the latest when it is in force.
func (h *held) shown(known time.Time) bool {
	return h.by(known) || !h.publish.IsZero() && !h.publish.After(known)
}

func first(a, b time.Time) time.Time {
	if cmp.Compare(a.UnixNano(), b.UnixNano()) < 0 {
		return a
	}
	return b
}
