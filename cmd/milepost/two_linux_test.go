package main

import (
	"math/rand/v2"
	"sync"
	"testing"
	"time"
)

// meeting has two servers wait for each other at what they do to GitHub, by
// chance: so they do the same at the same time as often as can be.
type meeting struct {
	mu   sync.Mutex
	r    *rand.Rand
	came [2]map[string]int // how often each came to a call of a name
	met  int
}

func newMeeting(seed uint64) *meeting {
	return &meeting{r: rand.New(rand.NewPCG(40, seed)), came: [2]map[string]int{{}, {}}}
}

// meetingLooks is how long one waits for the other, which may never come: in looks
// of 5 ms.
const meetingLooks = 40

// hold is where a server waits.
func (m *meeting) hold(server int) func(name string) {
	return func(name string) {
		m.mu.Lock()
		m.came[server][name]++
		nth, waits := m.came[server][name], m.r.IntN(2) == 0
		m.mu.Unlock()
		for look := 0; waits && look < meetingLooks; look++ {
			m.mu.Lock()
			if m.came[1-server][name] >= nth {
				m.met++
				look = meetingLooks
			}
			m.mu.Unlock()
			time.Sleep(5 * time.Millisecond)
		}
	}
}

// twoAtOnce: two servers beside one repository, each with every delivery or
// each with half of them, come to what one comes to. MILEPOST_PROOFS=full plays
// it ten times.
func twoAtOnce(t *testing.T, at calendar, want []seen) {
	runs := 1
	if proofs() {
		runs = 10
	}
	met, lost, doubled, differing := 0, 0, 0, 0
	for run := range runs {
		w := newCrashWorld(t, at, 2)
		w.share = run%2 == 1
		m := newMeeting(uint64(run))
		for i, s := range w.seats {
			s.gate.hold = m.hold(i)
		}
		w.tell(nil, func(i int) {
			d := compare(want[i], w.look())
			lost, doubled = lost+d.lost, doubled+d.doubled
			if d.diff != "" {
				differing++
				t.Errorf("run %d, %q (-one +two):\n%s", run, story[i].name, d.diff)
			}
		})
		met += m.met
	}
	t.Logf("%d stories of %d chapters beside two servers, which met %d times: %d lost, %d doubled, %d chapters differing", runs, len(story), met, lost, doubled, differing)
	if met == 0 {
		t.Error("they never met: the test shows nothing")
	}
}
