package history

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/milepost-dev/milepost/internal/ladder"
)

// TestCorners asks about histories that chance seldom makes.
func TestCorners(t *testing.T) {
	t.Parallel()
	tokyo, juneau, none := "Asia/Tokyo", "America/Juneau", ""
	dated := func(id string, text int, date string) *words {
		return &words{ID: id, Text: text, Said: ladder.Directives{Effective: date}}
	}
	changing := func(text int) *words {
		w := dated("a", text, "2024-03-05")
		w.Said.Transition = &ladder.Transition{AcceptOld: "2024-03-09", For: "promotions"}
		return w
	}
	for name, deeds := range map[string][]deed{
		"the last day of a transition keeps its zone": {
			{zone: &tokyo, dirs: map[string]*words{"a": {ID: "a"}}},
			{dirs: map[string]*words{"next/a": changing(1)}},
			{zone: &juneau},
			{dirs: map[string]*words{"next/a": changing(3)}},
		},
		"an edition came into force under an id before another framework takes it": {
			{dirs: map[string]*words{"a": {ID: "a"}, "next/b": dated("b", 1, "2024-03-02")}},
			{committed: on(4, 0), dirs: map[string]*words{"a": nil, "b": {ID: "b", Text: 3, Formerly: []string{"a"}}}},
		},
		"an edition in force stays while what comes back under the old id is broken": {
			{dirs: map[string]*words{"a": {ID: "a"}}},
			{dirs: map[string]*words{"a": nil, "b": {ID: "b", Formerly: []string{"a"}}, "next/b": dated("b", 1, "2024-03-02")}},
			{committed: on(4, 0), dirs: map[string]*words{"b": nil, "next/b": nil, "a": {ID: "a", Broken: true}}},
			{committed: on(5, 0), dirs: map[string]*words{"a": {ID: "a", Text: 3}}},
		},
		"the organisation's file comes back": {
			{zone: &tokyo, dirs: map[string]*words{"a": {ID: "a"}}},
			{zone: &none},
			{zone: &juneau, dirs: map[string]*words{"next/a": dated("a", 1, "2024-03-05")}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for i := range deeds {
				if deeds[i].committed.IsZero() {
					deeds[i].committed = on(0, 9+i)
				}
			}
			l := library1()
			for _, now := range []time.Time{on(2, 0), on(4, 12), on(30, 0)} {
				x := &examiner{t: t, o: newOracle(deeds, now, l.digest, l.judge), snap: l.snapshot(t, deeds, now), now: now, r: rand.New(rand.NewPCG(1, 1))}
				x.examine()
			}
		})
	}
}
