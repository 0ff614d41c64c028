package ladder

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestAlikeFindsAll: the search by rarer words finds what comparing every text
// with every other finds.
func TestAlikeFindsAll(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	found := 0
	for range 2000 {
		texts := make([]string, r.IntN(12))
		for i := range texts {
			texts[i] = wordsFrom(r, 1+r.IntN(9), 2+r.IntN(5))
		}
		least := 0.55 + 0.44*r.Float64()
		var got [][2]int
		budget := AlikeBudget
		if !Alike(texts, least, &budget, func(i, j int) { got = append(got, [2]int{i, j}) }) {
			t.Fatal("the budget is used up")
		}
		slices.SortFunc(got, func(a, b [2]int) int { return slices.Compare(a[:], b[:]) })
		want := allAlike(texts, least)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("%q by %v (-want +got):\n%s", texts, least, diff)
		}
		found += len(got)
	}
	if found < 1000 {
		t.Errorf("found %d pairs only: the texts are too different to test much", found)
	}
}

func allAlike(texts []string, least float64) [][2]int {
	var out [][2]int
	x := newLexicon()
	for i := range texts {
		for j := range texts[i+1:] {
			p, q := x.phrase(texts[i]), x.phrase(texts[i+1+j])
			if 2*float64(commonLong(p.words, q.words))/float64(len(p.words)+len(q.words)) >= least {
				out = append(out, [2]int{i, i + 1 + j})
			}
		}
	}
	return out
}

// wordsFrom is a text of n words, of so many different ones.
func wordsFrom(r *rand.Rand, n, of int) string {
	out := make([]string, n)
	for i := range out {
		out[i] = fmt.Sprintf("w%dx", r.IntN(of))
	}
	return strings.Join(out, " ")
}

func TestAlikeNearestFirst(t *testing.T) {
	t.Parallel()
	texts := []string{"Plans the work of the whole team", "Plans the work of one team", "Plans the work of one whole team"}
	var got [][2]int
	budget := AlikeBudget
	Alike(texts, 0.6, &budget, func(i, j int) { got = append(got, [2]int{i, j}) })
	if diff := cmp.Diff([][2]int{{0, 1}, {1, 2}, {0, 2}}, got); diff != "" {
		t.Error(diff)
	}
}

// TestAlikeIsBounded: competencies as large as they may be, of a framework
// written by somebody who means it well and by somebody who does not.
func TestAlikeIsBounded(t *testing.T) {
	const levels, competencies, items = 60, 10, 30
	r := rand.New(rand.NewPCG(3, 4))
	for _, c := range []struct {
		name  string
		text  func() string
		whole bool
	}{
		{"as people write", func() string { return wordsFrom(r, 8+r.IntN(12), 4000) }, true},
		{"one sentence, a word changed", func() string { return strings.Repeat("all of this again ", 4) + wordsFrom(r, 1, 1<<30) }, false},
		{"as many words as there may be", func() string { return wordsFrom(r, 100, 3) }, false},
	} {
		budget, whole, took := AlikeBudget, true, time.Duration(0)
		for range competencies {
			texts := make([]string, levels*items)
			for i := range texts {
				texts[i] = c.text()
			}
			start := time.Now()
			whole = whole && Alike(texts, 0.75, &budget, func(int, int) {})
			took += time.Since(start)
		}
		t.Logf("%s: %v, %d words looked at", c.name, took, AlikeBudget-max(budget, 0))
		if whole != c.whole || took > 20*time.Second { // a hundredth of it on a machine with nothing else to do
			t.Errorf("%s: whole %v, want %v, in %v", c.name, whole, c.whole, took)
		}
	}
}

func TestSaysTheSame(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		a, b string
		want bool
	}{
		{"Helps to drive peers towards the goals", "Helps drive peers toward goals.", true},
		{"Mentors juniors", "Mentor juniors.", true},
		{"Recieves feedback well", "Receives feedback well", true},
		{"Reviews code and designs", "Reviews designs and code", true},
		{"Leads a team", "Leads teams", false},
		{"Leads two teams", "Leads three teams", false},
		{"Leads a team", "Leads every team", false},
		{"Has basic knowledge of the tools", "Has advanced knowledge of the tools", false},
		{"Solves complex problems", "Solves highly complex problems", false},
		{"Answers within 2 days", "Answers within 3 days", false},
		{"Answers", "Does not answer", false},
		{"Advises juniors", "Advises seniors", false},
		{"Keeps costs at 5 %", "Keeps costs at 5", false},
		{"", "", false},
		{"...", "...", false},
	} {
		if SaysTheSame(c.a, c.b) != c.want || SaysTheSame(c.b, c.a) != c.want {
			t.Errorf("%q and %q: want %v, got %v and %v", c.a, c.b, c.want, SaysTheSame(c.a, c.b), SaysTheSame(c.b, c.a))
		}
	}
	for w := range small {
		if weighty[w] {
			t.Errorf("%q is both small and weighty", w)
		}
	}
}
