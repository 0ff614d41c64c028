package ladder

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"
)

// largeFramework has about as many bytes as asked for: levels of one track,
// ten competencies, items of a cell as many as it takes.
func largeFramework(seed uint64, levels, competencies, items int) *Framework {
	r := rand.New(rand.NewPCG(seed, 2))
	f := &Framework{ID: "large", Kind: KindLadder, Title: "Large ladder", Owners: []string{"people-team"}, Tracks: []Track{{ID: "ic", Title: "Individual contributor"}}}
	for i := range competencies {
		f.Competencies = append(f.Competencies, Competency{ID: fmt.Sprintf("c%d", i), Title: fmt.Sprintf("Subject %d", i)})
	}
	for i := range levels {
		l := level(fmt.Sprintf("l%d", i), i+1, fmt.Sprintf("L%d", i+1), fmt.Sprintf("Level %d", i+1), "ic", cells{})
		for _, c := range f.Competencies {
			var cell Cell
			for range items {
				cell.Items = append(cell.Items, Item{Text: randomText(r) + " and " + randomText(r)})
			}
			l.Expectations[c.ID] = cell
		}
		f.Levels = append(f.Levels, l)
	}
	return f
}

// rewordEvery changes every nth item.
func rewordEvery(f *Framework, n int) {
	k := 0
	for i := range f.Levels {
		for _, id := range sortedKeys(f.Levels[i].Expectations) {
			for j := range f.Levels[i].Expectations[id].Items {
				if k++; k%n == 0 {
					f.Levels[i].Expectations[id].Items[j].Text += " with others"
				}
			}
		}
	}
}

func BenchmarkDiff60KB(b *testing.B) {
	a := largeFramework(1, 10, 10, 6)
	b.Logf("%d bytes", len(a.Canonical()))
	same := clone(b, a)
	few, all := clone(b, a), clone(b, a)
	rewordEvery(few, 100)
	rewordEvery(all, 1)
	other := largeFramework(2, 10, 10, 6)
	for _, c := range []struct {
		name string
		to   *Framework
	}{{"equal", same}, {"few items reworded", few}, {"every item reworded", all}, {"every item another", other}} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				Diff(a, c.to)
			}
		})
	}
}

// BenchmarkDiffLargest compares the largest framework there might be: 3,000
// cells of 30 items, every one of them reworded, or another.
func BenchmarkDiffLargest(b *testing.B) {
	a := largeFramework(1, 50, 60, 30)
	reworded := clone(b, a)
	rewordEvery(reworded, 1)
	b.Run("every item reworded", func(b *testing.B) {
		for b.Loop() {
			Diff(a, reworded)
		}
	})
	other := largeFramework(2, 50, 60, 30)
	b.Run("every item another", func(b *testing.B) {
		for b.Loop() {
			Diff(a, other)
		}
	})
}

// TestDiffIsBounded: 3,000 cells in which every item is another take seconds
// and not minutes, whatever the machine.
func TestDiffIsBounded(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("takes seconds")
	}
	a, b := largeFramework(1, 50, 60, 3), largeFramework(2, 50, 60, 3)
	start := time.Now()
	s := Diff(a, b)
	if took := time.Since(start); took > time.Minute || s.Empty() {
		t.Errorf("%d changes took %v", len(s.Changes), took)
	}
}

// BenchmarkCarry60KB carries the changes of a text of 60 KB out, and follows
// its expectations to the next text.
func BenchmarkCarry60KB(b *testing.B) {
	from := largeFramework(1, 10, 10, 6)
	next := clone(b, from)
	rewordEvery(next, 10)
	s := Diff(from, next)
	b.Run("apply", func(b *testing.B) {
		for b.Loop() {
			if _, err := Apply(from, s); err != nil {
				b.Fatal(err)
			}
		}
	})
	ids := Identify(from, "large")
	b.Run("follow", func(b *testing.B) {
		for b.Loop() {
			ids.Follow(next, s)
		}
	})
}
