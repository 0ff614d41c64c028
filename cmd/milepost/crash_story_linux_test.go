package main

import (
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/milepost-dev/milepost/internal/fakehub"
	"github.com/milepost-dev/milepost/internal/gittest"
)

// chapter is something that people do, after which the server comes to rest.
type chapter struct {
	name string
	do   func(*crashWorld)
}

// wrong is a framework with a slip for which a mended line can be suggested.
func wrong(id string) map[string]string {
	out := gittest.Ladder(id, "Two")
	name := "frameworks/" + id + "/framework.cue"
	out[name] = strings.Replace(out[name], "rank: 2", "rang: 2", 1)
	return out
}

// story is the life of four pull requests and of an edition whose day comes
// before the server sees it.
var story = []chapter{
	{"it starts", func(*crashWorld) {}},
	{"three pull requests", func(w *crashWorld) {
		for _, o := range []fakehub.PullOptions{
			{Branch: "one", Files: gittest.Ladder("a", "Two")},
			{Branch: "two", Files: wrong("b")},
			{Branch: "three", Files: gittest.Ladder("c", "One"), Fork: "stranger", Author: "stranger"},
		} {
			_, err := w.repo.OpenPull(o)
			w.check(err)
		}
	}},
	{"one is mended", func(w *crashWorld) {
		_, err := w.repo.Push("two", gittest.Ladder("b", "Two"))
		w.check(err)
	}},
	{"one is approved and merged, another opened", func(w *crashWorld) {
		_, err := w.repo.Review(1, "bea", "APPROVE", "")
		w.check(err)
		_, err = w.repo.MergePull(1, fakehub.MergeCommit)
		w.check(err)
		_, err = w.repo.OpenPull(fakehub.PullOptions{Branch: "four", Files: gittest.Ladder("a", "Four")})
		w.check(err)
	}},
	{"an edition, whose day came", func(w *crashWorld) {
		next := gittest.Ladder("a", "Next")["frameworks/a/framework.cue"]
		day := w.now().AddDate(0, 0, 2).Format(time.DateOnly)
		_, err := w.repo.Push("main", map[string]string{"frameworks/next/a/framework.cue": strings.Replace(next, "\ttitle:", "\teffective: \""+day+"\"\n\ttitle:", 1)})
		w.check(err)
	}},
	{"two are merged", func(w *crashWorld) {
		for _, n := range []int{2, 3} {
			_, err := w.repo.MergePull(n, fakehub.Squash)
			w.check(err)
		}
	}},
}

// tell plays the story. Where at is given, its ith moment is when the first
// server is struck in chapter i, nil for never. told is called at each rest.
func (w *crashWorld) tell(at []*instant, told func(chapter int)) {
	w.t.Helper()
	for i, c := range story {
		for _, s := range w.seats {
			s.gate.arm(nil)
		}
		if at != nil {
			w.seats[0].gate.arm(at[i])
		}
		if i > 0 {
			w.do(func() { c.do(w) })
		} else {
			w.startAll()
		}
		w.settle()
		told(i)
	}
	w.finish()
}

// startAll starts all servers at once.
func (w *crashWorld) startAll() {
	var all sync.WaitGroup
	for _, s := range w.seats {
		all.Go(s.start)
	}
	all.Wait()
}

// finish ends the servers, and looks at what they leave.
func (w *crashWorld) finish() {
	w.t.Helper()
	for _, s := range w.seats {
		s.server.kill()
		if said := s.server.printed(); strings.Contains(said, "DATA RACE") || strings.Contains(said, "panic: ") {
			w.t.Error(said)
		}
		for _, prefix := range []string{"tmp_pack_", "tmp_obj_"} {
			if left := leftBehind(w.t, s.cache, prefix); len(left) > 0 {
				w.t.Errorf("left in the cache: %q", left)
			}
		}
	}
	w.clean()
}

// differences of what is there from what is wanted.
type differences struct {
	lost, doubled int
	diff          string
}

func compare(want, got seen) differences {
	var d differences
	count := func(of func(seen) []string) {
		there := map[string]int{}
		for _, k := range of(got) {
			there[k]++
		}
		for _, k := range of(want) {
			if there[k]--; there[k] < 0 {
				d.lost++
			}
		}
		for _, n := range there {
			d.doubled += max(n, 0)
		}
	}
	count(func(s seen) (out []string) {
		for _, k := range s.State.Checks {
			out = append(out, k.Head+k.Status+k.Conclusion)
		}
		return out
	})
	count(func(s seen) (out []string) {
		for _, c := range s.State.Comments {
			out = append(out, fmt.Sprint(c.Pull, c.Author))
		}
		return out
	})
	count(func(s seen) (out []string) {
		for _, n := range s.State.Notes {
			out = append(out, fmt.Sprint(n.Pull, n.Path, n.Line))
		}
		return out
	})
	count(func(s seen) (out []string) {
		for _, t := range s.State.Tags {
			out = append(out, "tag "+t.Name)
		}
		for _, r := range s.State.Releases {
			out = append(out, "release "+r.Tag)
		}
		return out
	})
	d.diff = cmp.Diff(want, got, cmpopts.EquateEmpty())
	return d
}
