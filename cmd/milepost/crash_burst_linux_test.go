package main

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/milepost-dev/milepost/internal/fakehub"
	"github.com/milepost-dev/milepost/internal/gittest"
)

// burst is how many pull requests come at once.
const burst = 20

// openMany has people open n pull requests, of which every third is wrong.
func (w *crashWorld) openMany(n int) {
	w.t.Helper()
	w.do(func() {
		for i := range n {
			files := gittest.Ladder("a", fmt.Sprint("Text ", i))
			if i%3 == 0 {
				files = wrong(fmt.Sprint("p", i))
			}
			_, err := w.repo.OpenPull(fakehub.PullOptions{Branch: fmt.Sprint("topic-", i), Files: files})
			w.check(err)
		}
	})
}

// TestKilledInABurst: under the deliveries of twenty pull requests a server is
// killed again and again, at calls by chance. In the end each has been judged
// once, and once rightly; and a server that comes after finds nothing to do.
// MILEPOST_PROOFS=full has it ten times, and compares with an undisturbed one.
func TestKilledInABurst(t *testing.T) {
	t.Parallel()
	runs, at := 1, newCalendar()
	var want *seen
	if proofs() {
		runs = 10
		w := newCrashWorld(t, at, 1)
		w.begin()
		s := w.look()
		want = &s
		w.finish()
	}
	kills, lost, doubled, differing := 0, 0, 0, 0
	for run := range runs {
		w := newCrashWorld(t, at, 1)
		s := w.seats[0]
		s.kind = []blow{killed, killedBare}[run%2]
		r, left := rand.New(rand.NewPCG(20, uint64(run))), 4
		s.began = func() {
			if w.days > 1 && left > 0 {
				left--
				s.gate.countdown(1 + r.IntN(120))
			}
		}
		w.begin()
		kills += s.blows
		d := w.judgedOnce()
		if want != nil {
			d = compare(*want, w.look())
		}
		lost, doubled = lost+d.lost, doubled+d.doubled
		if d.diff != "" {
			differing++
			t.Error(d.diff)
		}
		w.nothingToDo()
		w.finish()
	}
	t.Logf("%d runs of %d pull requests, %d kills: %d lost, %d doubled, %d runs differing", runs, burst, kills, lost, doubled, differing)
	if kills < 2*runs {
		t.Errorf("only %d kills: the test shows little", kills)
	}
}

// begin starts a server, has the pull requests opened, and waits.
func (w *crashWorld) begin() {
	w.t.Helper()
	w.startAll()
	w.settle()
	w.openMany(burst)
	if began := w.seats[0].began; began != nil {
		began()
	}
	w.settle()
}

// judgedOnce compares what is there with one verdict and one comment for each
// pull request.
func (w *crashWorld) judgedOnce() (d differences) {
	w.t.Helper()
	s := w.look()
	comments, verdicts := map[int]int{}, map[string]string{}
	for _, c := range s.State.Comments {
		comments[c.Pull]++
	}
	for _, k := range s.State.Checks {
		verdicts[k.Head] = k.Conclusion
	}
	if len(s.Open) > 0 {
		d.diff += fmt.Sprintf("checks that nobody finished: %q\n", s.Open)
	}
	for i, p := range s.State.Pulls {
		want := "success"
		if i%3 == 0 {
			want = "failure"
		}
		if verdicts[p.Head] != want || comments[p.Number] != 1 {
			d.diff += fmt.Sprintf("pull request %d: %q, and %d comments\n", p.Number, verdicts[p.Head], comments[p.Number])
		}
		d.doubled += max(comments[p.Number]-1, 0)
		if verdicts[p.Head] == "" || comments[p.Number] == 0 {
			d.lost++
		}
	}
	return d
}

// nothingToDo starts another server in place of the first, which looks at
// everything and finds all of it done.
func (w *crashWorld) nothingToDo() {
	w.t.Helper()
	s := w.seats[0]
	s.gate.arm(nil)
	s.server.kill()
	s.start()
	w.settle()
	for _, e := range s.gate.effects() {
		if e.name != "fetch" && !strings.HasSuffix(e.name, "token") {
			w.t.Errorf("a server that comes after finds this to do: %v", e)
		}
	}
}
