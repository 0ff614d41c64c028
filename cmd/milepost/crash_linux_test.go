package main

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
)

// proofs says whether the long form of a test is wanted.
func proofs() bool { return os.Getenv("MILEPOST_PROOFS") == "full" }

// strikes is what came of striking servers, by what they were about to do.
type strikes struct {
	mu   sync.Mutex
	rows map[string]*strikeRow
}

type strikeRow struct{ struck, missed, lost, doubled, differing int }

func (s *strikes) row(how blow, name string) *strikeRow {
	if s.rows == nil {
		s.rows = map[string]*strikeRow{}
	}
	key := fmt.Sprintf("%-32s %s", how, name)
	if s.rows[key] == nil {
		s.rows[key] = &strikeRow{}
	}
	return s.rows[key]
}

// add counts one strike, and what differed at the rest after it.
func (s *strikes) add(at instant, met bool, d differences) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, name := range []string{fmt.Sprintf("%-26s %s", at.name, at.side), "all"} {
		r := s.row(at.how, name)
		if !met {
			r.missed++
			continue
		}
		r.struck++
		r.lost += d.lost
		r.doubled += d.doubled
		if d.diff != "" {
			r.differing++
		}
	}
}

func (s *strikes) table() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var b strings.Builder
	fmt.Fprintf(&b, "\n%-32s %-26s %-6s %6s %6s %6s %7s %9s\n", "blow", "effect", "side", "struck", "missed", "lost", "doubled", "differing")
	for _, key := range slices.Sorted(maps.Keys(s.rows)) {
		r := s.rows[key]
		fmt.Fprintf(&b, "%-66s %6d %6d %6d %7d %9d\n", key, r.struck, r.missed, r.lost, r.doubled, r.differing)
	}
	return b.String()
}

// TestServersAsProcesses plays a story beside one server that nothing disturbs,
// and then beside servers that are struck, and beside two at once: each time
// GitHub shows the very same at the end of each chapter.
func TestServersAsProcesses(t *testing.T) {
	t.Parallel()
	at := newCalendar()
	want := make([]seen, len(story))
	moments := make([][]instant, len(story))
	w := newCrashWorld(t, at, 1)
	w.tell(nil, func(i int) {
		want[i] = w.look()
		for _, e := range w.seats[0].gate.effects() {
			for _, how := range []blow{killed, killedBare, terminated} {
				moments[i] = append(moments[i], instant{e, before, how}, instant{e, after, how})
				if e.name == "fetch" {
					moments[i] = append(moments[i], instant{e, midway, how})
				}
			}
		}
		// Two workers of a server are not always in the same order.
		slices.SortFunc(moments[i], func(a, b instant) int { return strings.Compare(fmt.Sprint(a), fmt.Sprint(b)) })
	})
	checkStory(t, want[len(want)-1])
	t.Run("struck", func(t *testing.T) {
		t.Parallel()
		struckEverywhere(t, at, want, moments)
	})
	t.Run("two", func(t *testing.T) {
		t.Parallel()
		twoAtOnce(t, at, want)
	})
}

// struckEverywhere: a server that is killed just before, in the middle of or
// just after anything that it does to GitHub or fetches from it, and started
// again with its cache or without, comes to what one comes to that is let alone:
// nothing is lost, and nothing said twice. One that is asked to end does so in
// order. By default a part of the moments, by chance that is always the same;
// with MILEPOST_PROOFS=full all of them.
func struckEverywhere(t *testing.T, at calendar, want []seen, moments [][]instant) {
	var came strikes
	places := make(chan struct{}, 2)
	t.Run("each", func(t *testing.T) {
		for n, run := range strikeRuns(moments) {
			t.Run(fmt.Sprint(n), func(t *testing.T) {
				t.Parallel()
				places <- struct{}{}
				defer func() { <-places }()
				strikeIn(t, at, want, run, &came)
			})
		}
	})
	t.Log(came.table())
	for how, r := range came.rows {
		if strings.HasSuffix(how, "all") && r.missed > r.struck/2 {
			t.Errorf("%s: most moments never came: the test shows little", how)
		}
	}
}

// checkStory holds the story that nothing disturbed to what it is about.
func checkStory(t *testing.T, s seen) {
	t.Helper()
	var tags []string
	for _, tag := range s.State.Tags {
		tags = append(tags, strings.TrimPrefix(tag.Name, "frameworks/"))
	}
	if got := fmt.Sprint(tags); got != "[a/v1.0.0 a/v1.1.0 a/v1.2.0 b/v1.0.0 c/v1.0.0]" || len(s.State.Releases) != 5 || len(s.State.Comments) != 4 || len(s.State.Notes) != 1 || len(s.State.Checks) != 5 {
		t.Fatalf("the story came to %s, %d releases, %d comments, %d suggestions and %d checks", got, len(s.State.Releases), len(s.State.Comments), len(s.State.Notes), len(s.State.Checks))
	}
}

// strikeRuns puts the moments together to as few tellings of the story as there
// can be: in each, one of every chapter, nil where a chapter has no more.
func strikeRuns(moments [][]instant) (runs [][]*instant) {
	r := rand.New(rand.NewPCG(9, 15))
	for chapter, list := range moments {
		r.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
		switch os.Getenv("MILEPOST_PROOFS") {
		case "full":
		case "tenth":
			list = list[:(len(list)+9)/10]
		default:
			list = list[:1]
		}
		for n := range list {
			if n == len(runs) {
				runs = append(runs, make([]*instant, len(moments)))
			}
			runs[n][chapter] = &list[n]
		}
	}
	return runs
}

// strikeIn tells the story, and holds each rest against that of the story that
// nothing disturbed.
func strikeIn(t *testing.T, at calendar, want []seen, run []*instant, came *strikes) {
	w := newCrashWorld(t, at, 1)
	w.tell(run, func(i int) {
		if run[i] == nil {
			return
		}
		d := compare(want[i], w.look())
		came.add(*run[i], w.seats[0].gate.met(), d)
		if d.diff != "" {
			t.Errorf("%v in %q (-want +got):\n%s", *run[i], story[i].name, d.diff)
		}
	})
}
