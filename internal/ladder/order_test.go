package ladder

import (
	"bytes"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
)

// TestEveryReorderIsOneChange: whatever list is shown in another order, and
// nothing else, is one change of wording only, in whichever order.
func TestEveryReorderIsOneChange(t *testing.T) {
	t.Parallel()
	swap := func(n int, f func(i, j int)) func(*rand.Rand) {
		return func(r *rand.Rand) { r.Shuffle(n, f) }
	}
	lists := map[string]func(*Framework) func(*rand.Rand){
		"tracks":       func(f *Framework) func(*rand.Rand) { return swap(len(f.Tracks), reflect.Swapper(f.Tracks)) },
		"areas":        func(f *Framework) func(*rand.Rand) { return swap(len(f.Areas), reflect.Swapper(f.Areas)) },
		"aims":         func(f *Framework) func(*rand.Rand) { return swap(len(f.Aims), reflect.Swapper(f.Aims)) },
		"competencies": func(f *Framework) func(*rand.Rand) { return swap(len(f.Competencies), reflect.Swapper(f.Competencies)) },
		"levels":       func(f *Framework) func(*rand.Rand) { return swap(len(f.Levels), reflect.Swapper(f.Levels)) },
		"roles":        func(f *Framework) func(*rand.Rand) { return swap(len(f.Roles), reflect.Swapper(f.Roles)) },
		"questions":    func(f *Framework) func(*rand.Rand) { return swap(len(f.Questions), reflect.Swapper(f.Questions)) },
		"guidance":     func(f *Framework) func(*rand.Rand) { return swap(len(f.Guidance), reflect.Swapper(f.Guidance)) },
		"advice": func(f *Framework) func(*rand.Rand) {
			return swap(len(f.Guidance[0].Items), reflect.Swapper(f.Guidance[0].Items))
		},
		"prompts": func(f *Framework) func(*rand.Rand) {
			return swap(len(f.Competencies[0].Prompts), reflect.Swapper(f.Competencies[0].Prompts))
		},
		"duties": func(f *Framework) func(*rand.Rand) {
			return swap(len(f.Roles[0].Responsibilities), reflect.Swapper(f.Roles[0].Responsibilities))
		},
		"grades": func(f *Framework) func(*rand.Rand) {
			return swap(len(f.Levels[2].JobGrades), reflect.Swapper(f.Levels[2].JobGrades))
		},
		"critical": func(f *Framework) func(*rand.Rand) {
			return swap(len(f.Profiles["lvl_3"].Critical), reflect.Swapper(f.Profiles["lvl_3"].Critical))
		},
		"moves": func(f *Framework) func(*rand.Rand) {
			return swap(len(*f.Levels[2].Next), reflect.Swapper(*f.Levels[2].Next))
		},
		"expectations": func(f *Framework) func(*rand.Rand) {
			items := f.Levels[0].Expectations["comp_autonomy"].Items
			return swap(len(items), reflect.Swapper(items))
		},
	}
	for name, list := range lists {
		tried := 0
		for seed := range uint64(12) {
			a, b := sample(), sample()
			list(b)(rand.New(rand.NewPCG(seed, 13)))
			if bytes.Equal(a.Canonical(), b.Canonical()) {
				continue
			}
			tried++
			s := Diff(a, b)
			if len(s.Changes) != 1 || s.Changes[0].Rule != "order-changed" {
				t.Errorf("%s: got %v, want one change of the order", name, s.Changes)
			}
			checkApply(t, name, a, b, s)
		}
		if tried == 0 {
			t.Errorf("%s: no other order was tried", name)
		}
	}
}

// TestDiffIgnoresMapOrder: the changes, their order and their edits do not
// depend on the order in which maps happen to be read, or were written.
func TestDiffIgnoresMapOrder(t *testing.T) {
	t.Parallel()
	all := mutations()
	for seed := range uint64(150) {
		r := rand.New(rand.NewPCG(seed, 14))
		a := randomFramework(r)
		b := clone(t, a)
		for range 6 {
			all[r.IntN(len(all))].do(r, b)
		}
		want := Diff(a, b)
		for range 3 {
			if got := Diff(rewritten(t, r, a), rewritten(t, r, b)); !reflect.DeepEqual(got, want) {
				t.Fatalf("seed %d: got %v, want %v", seed, got, want)
			}
		}
	}
}

// rewritten is a framework whose maps were filled in another order.
func rewritten(t *testing.T, r *rand.Rand, f *Framework) *Framework {
	t.Helper()
	out := clone(t, f)
	for i := range out.Levels {
		ids := sortedKeys(out.Levels[i].Expectations)
		r.Shuffle(len(ids), reflect.Swapper(ids))
		cells := cells{}
		for _, id := range ids {
			cells[id] = out.Levels[i].Expectations[id]
		}
		out.Levels[i].Expectations = cells
	}
	if !slices.EqualFunc(out.Levels, f.Levels, func(x, y Level) bool { return x.ID == y.ID }) {
		t.Fatal("the levels changed")
	}
	return out
}
