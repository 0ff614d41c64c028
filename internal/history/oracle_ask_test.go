package history

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/milepost-dev/milepost/internal/diag"
	"github.com/milepost-dev/milepost/internal/gitrepo"
)

// TestOracle holds what the builder answers against the oracle, over many
// histories: with MILEPOST_PROOFS=full, over 20,000.
func TestOracle(t *testing.T) {
	t.Parallel()
	l := library1()
	var asked, editions, came atomic.Int64
	many := histories()
	shares(t, many, func(t *testing.T, seed uint64) {
		deeds, now := l.story(seed)
		o := newOracle(deeds, now, l.digest, l.judge)
		snap := l.snapshot(t, deeds, now)
		x := &examiner{t: t, seed: seed, o: o, snap: snap, now: now, r: rand.New(rand.NewPCG(seed, 1))}
		x.examine()
		if t.Failed() {
			t.Logf("looked at on %s:\n%s", stamped(now), told(deeds))
		}
		asked.Add(x.asked)
		editions.Add(x.editions)
		came.Add(x.came)
	})
	t.Logf("%d histories, %d questions, %d versions and %d coming editions", many, asked.Load(), came.Load(), editions.Load())
	if asked.Load() < int64(many)*100 {
		t.Errorf("only %d questions were asked", asked.Load())
	}
}

func histories() int {
	if os.Getenv("MILEPOST_PROOFS") == "full" {
		return 20000
	}
	return 400
}

// shares tries seeds on all cores, and stops at the first that fails.
func shares(t *testing.T, many int, try func(*testing.T, uint64)) {
	var next atomic.Int64
	var wg sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			for !t.Failed() {
				seed := next.Add(1) - 1
				if seed >= int64(many) {
					return
				}
				try(t, uint64(seed))
			}
		})
	}
	wg.Wait()
}

// ripened are the commits that a store takes in at a moment.
func ripened(commits []gitrepo.Commit, now time.Time) []gitrepo.Commit {
	s := NewStore(Options{Now: func() time.Time { return now }, Log: slog.New(slog.DiscardHandler)})
	ripe, _ := s.ripe(commits)
	return ripe
}

// snapshot builds a history at once.
func (l *library) snapshot(t testing.TB, deeds []deed, now time.Time) []*Timeline {
	g := l.git(deeds)
	b := newBuilder(g, "frameworks", nil)
	b.tags = newTagSet(nil)
	if err := b.extend(context.Background(), g, ripened(g.commits, now)); err != nil {
		t.Fatal(err)
	}
	out, err := b.timelines(now)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// examiner asks the builder and the oracle the same.
type examiner struct {
	t                     testing.TB
	seed                  uint64
	o                     *oracle
	snap                  []*Timeline
	now                   time.Time
	r                     *rand.Rand
	where                 string
	asked, editions, came int64
}

func (x *examiner) examine() {
	last := len(x.o.worlds) - 1
	if last < 0 {
		return
	}
	w := x.o.worlds[last]
	for id, n := range w.owner {
		tl := x.timeline(id)
		if now := w.lines[n].id; now != id {
			if tl == nil || tl.MovedTo != now {
				x.wrong("%s went on as %s, and the timeline is %+v", id, now, tl)
			}
			continue
		}
		if tl == nil || tl.MovedTo != "" {
			x.wrong("%s has no timeline of its own: %+v", id, tl)
			continue
		}
		x.broken(n, tl)
		x.framework(n, tl)
	}
}

func (x *examiner) timeline(id string) *Timeline {
	i := slices.IndexFunc(x.snap, func(t *Timeline) bool { return t.ID == id })
	if i < 0 {
		return nil
	}
	return x.snap[i]
}

func (x *examiner) wrong(format string, args ...any) {
	x.t.Errorf("history %d, %s: "+format, append([]any{x.seed, x.where}, args...)...)
}

func (x *examiner) broken(n int, tl *Timeline) {
	l := x.o.worlds[len(x.o.worlds)-1].lines[n]
	if l.base.unsound != (tl.Broken != "") || l.next.unsound != (tl.NextBroken != "") {
		x.wrong("%s: findings of the text in force %t, of the edition %t; want %t, %t", tl.ID, tl.Broken != "", tl.NextBroken != "", l.base.unsound, l.next.unsound)
	}
}

// framework asks at every edge, a nanosecond before and after, as known at
// some of them.
func (x *examiner) framework(n int, tl *Timeline) {
	var all []time.Time
	for _, e := range x.o.edges(n, x.now) {
		all = append(all, e.Add(-1), e, e.Add(1))
	}
	all = append(all, x.now.Add(1000*time.Hour))
	known := slices.DeleteFunc(slices.Clone(all), func(t time.Time) bool { return t.After(x.now) })
	x.r.Shuffle(len(known), func(i, j int) { known[i], known[j] = known[j], known[i] })
	known = append(known[:min(len(known), 7)], x.now)
	for _, k := range known {
		for _, drafts := range []bool{false, true} {
			v := View{k, drafts}
			x.where = fmt.Sprintf("%s as known at %s, drafts %t", tl.ID, stamped(k), drafts)
			x.list(n, tl, v)
			x.comes(n, tl, v)
			x.finds(n, tl, v)
			for _, at := range all {
				x.at(n, tl, at, v)
			}
			if x.t.Failed() {
				return
			}
		}
	}
}

func isPlain(f diag.Finding) bool { return f.Code == "correction-plain" }

func stamped(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.999999999Z") }

func (x *examiner) at(n int, tl *Timeline, at time.Time, v View) {
	x.asked++
	text, number, ok := x.o.answer(n, at, v.KnownAt, v.Drafts)
	s := tl.At(at, v)
	got := "none"
	if s.Version != nil {
		got = s.Version.Number + " " + s.Version.Digest
	}
	want := "none"
	if ok {
		want = number + " " + text
	}
	if got != want {
		x.wrong("at %s: got %s, want %s", stamped(at), got, want)
	}
	if s.Version != nil && (s.Index >= 0) == isComing(s.Version.Number) {
		x.wrong("at %s: index %d of %s", stamped(at), s.Index, s.Version.Number)
	}
	old, reason, until := x.o.accepts(n, at, v.KnownAt, v.Drafts)
	a, ok := tl.AlsoAccepted(at, v)
	if ok != (old != "") || ok && (a.Version.Number != old || a.For != reason || !a.Until.Equal(until)) {
		x.wrong("at %s: also accepted %+v, %t; want %s until %s", stamped(at), a, ok, old, stamped(until))
	}
}

// list compares all that is known, in order.
func (x *examiner) list(n int, tl *Timeline, v View) {
	x.asked++
	p := x.o.past(n, v.KnownAt)
	var want []string
	for i, e := range p.editions {
		status, until := Historic, "open"
		if i+1 < len(p.editions) {
			until = stamped(p.editions[i+1].from)
			if p.editions[i+1].from.Equal(e.from) {
				status = Corrected
			}
		} else {
			status = Current
		}
		if e.text == "" {
			status = Withdrawn
		}
		want = append(want, fmt.Sprint(e.number, " ", e.previous, " ", e.bump, " ", e.text, " from ", stamped(e.from), " since ", stamped(e.since), " recorded ", stamped(e.recorded), " corrects ", e.corrects, " plain ", e.plain, " until ", until, " ", status))
	}
	if c := x.o.coming(n, v.KnownAt, v.Drafts); c != nil && !c.same {
		status, from := Draft, time.Time{}
		if !c.held.from.IsZero() {
			status, from = Scheduled, c.held.from
			if k := len(want); k > 0 {
				want[k-1] = strings.Replace(want[k-1], "until open", "until "+stamped(from), 1)
			}
		}
		want = append(want, fmt.Sprint(c.number, " from ", stamped(from), " ", status))
	}
	list, err := tl.List(v)
	if err != nil {
		x.wrong("%v", err)
	}
	var got []string
	for _, e := range list {
		w := e.Version
		until := "open"
		if !e.Until.IsZero() {
			until = stamped(e.Until)
		}
		if w.Coming {
			got = append(got, fmt.Sprint(w.Number, " from ", stamped(e.From), " ", e.Status))
			continue
		}
		corrects := w.Info().Corrects
		got = append(got, fmt.Sprint(w.Number, " ", w.Previous, " ", w.Bump, " ", w.Digest, " from ", stamped(e.From), " since ", stamped(w.InForceFrom), " recorded ", stamped(w.RecordedAt),
			" corrects ", corrects, " plain ", slices.ContainsFunc(w.Findings, isPlain), " until ", until, " ", e.Status))
		if w.Removed != (w.Digest == "") {
			x.wrong("%s: removed %t with digest %q", w.Number, w.Removed, w.Digest)
		}
	}
	if !slices.Equal(got, want) {
		x.wrong("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if got, want := tl.Erratum("1.0.0", v), p.errata["1.0.0"]; got != want {
		x.wrong("the note on 1.0.0: got %q, want %q", got, want)
	}
	if v.KnownAt.Equal(x.now) && v.Drafts {
		x.came += int64(len(p.editions))
	}
}

func (x *examiner) comes(n int, tl *Timeline, v View) {
	x.asked++
	c := x.o.coming(n, v.KnownAt, v.Drafts)
	e, err := tl.Coming(v)
	if err != nil {
		x.wrong("%v", err)
	}
	if (c == nil) != (e == nil) {
		x.wrong("coming: got %+v, want %+v", e, c)
	}
	if c == nil || e == nil {
		return
	}
	x.editions++
	want := fmt.Sprint(c.number, " ", x.o.texts(c.held.words), " ", c.held.Said.Effective, " ", c.held.Said.Publish, " ", c.public, " ", c.same, " ", c.before, " ", c.bump)
	before := ""
	if e.Before != nil {
		before = e.Before.Number
	}
	got := fmt.Sprint(e.Version.Number, " ", e.Version.Digest, " ", e.Effective, " ", e.Publish, " ", e.Public, " ", e.Same, " ", before, " ", e.Version.Bump)
	if got != want {
		x.wrong("coming: got %s, want %s", got, want)
	}
}

// finds asks for every number that was ever known.
func (x *examiner) finds(n int, tl *Timeline, v View) {
	known := x.o.numbersSeen(n, v.KnownAt, v.Drafts)
	for _, e := range x.o.past(n, v.KnownAt).editions {
		known[e.number] = true
	}
	ask := x.o.numbersSeen(n, x.now, true)
	for _, e := range x.o.past(n, x.now).editions {
		ask[e.number] = true
	}
	for number := range ask {
		x.asked++
		s, ok := tl.Find(number, v)
		if ok != known[number] || ok && s.Version.Number != number {
			x.wrong("find %s: got %+v, %t, want %t", number, s.Version, ok, known[number])
		}
		if !ok || !isComing(number) {
			continue
		}
		want := Superseded
		if c := x.o.coming(n, v.KnownAt, v.Drafts); c != nil && c.number == number {
			if want = Scheduled; c.held.from.IsZero() {
				want = Draft
			}
		}
		if got := tl.Status(s, v); got != want {
			x.wrong("the status of %s: got %q, want %q", number, got, want)
		}
	}
}

// told is a history as it was made up, for whoever has to see why it fails.
func told(deeds []deed) string {
	var b strings.Builder
	for i, d := range deeds {
		fmt.Fprintf(&b, "%d %s", i, stamped(d.committed))
		if d.zone != nil {
			fmt.Fprintf(&b, " zone %q", *d.zone)
		}
		if d.lib {
			b.WriteString(" lib")
		}
		for _, dir := range sortedDirs(d.dirs) {
			if w := d.dirs[dir]; w == nil {
				fmt.Fprintf(&b, "\n    %s removed", dir)
			} else {
				fmt.Fprintf(&b, "\n    %s %s", dir, w.key())
			}
		}
		b.WriteString("\n")
	}
	return b.String()
}
