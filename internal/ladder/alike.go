package ladder

import (
	"cmp"
	"math"
	"slices"
)

// AlikeBudget is how much work looking for texts that are alike is worth for
// one framework, in words looked at: a tenth of a second or two. The largest
// framework that there may be, 3,000 cells with 30 expectations each, stays
// below it, unless it says little else than one sentence.
const AlikeBudget = 40_000_000

// Alike calls found with each pair among texts that is alike by at least
// least (above a half; 1 is the same words in the same order): for each text,
// those before it, the most alike first. It compares only texts that share one
// of their rarer words, which no pair that is alike can do without (Bayardo
// and others, "Scaling up all pairs similarity search", 2007).
//
// What it spends, counted in words, it takes from budget, and stops where that
// is used up: then it returns false, and pairs are missing.
func Alike(texts []string, least float64, budget *int, found func(before, after int)) bool {
	a := newAlike(texts, least, budget)
	for i := range texts {
		near, ok := a.before(i)
		if !ok {
			return false
		}
		for _, n := range near {
			found(n.text, i)
		}
	}
	return true
}

// alike is one search for texts that are alike.
type alike struct {
	least   float64
	budget  *int
	phrases []*phrase
	often   map[int32]int   // how many texts have a word
	index   map[int32][]int // by word, the texts so far that have it among their rarer ones
	met     []int           // by text, the number after that of the text compared with it last
}

type neighbour struct {
	text int
	like float64
}

func newAlike(texts []string, least float64, budget *int) *alike {
	a := &alike{least: least, budget: budget, often: map[int32]int{}, index: map[int32][]int{}, met: make([]int, len(texts))}
	x := newLexicon()
	for _, t := range texts {
		p := x.phrase(t)
		a.phrases = append(a.phrases, p)
		for _, w := range slices.Compact(slices.Clone(p.sorted)) {
			a.often[w]++
		}
	}
	return a
}

// before finds the texts before i that are alike, and adds i to the index.
// It returns false where the budget is used up.
func (a *alike) before(i int) ([]neighbour, bool) {
	var near []neighbour
	for _, w := range a.rarer(a.phrases[i]) {
		for _, j := range a.index[w] {
			if *a.budget--; *a.budget < 0 {
				return nil, false
			}
			if a.met[j] == i+1 {
				continue
			}
			a.met[j] = i + 1
			if s := a.compare(a.phrases[j], a.phrases[i]); s > 0 {
				near = append(near, neighbour{j, s})
			}
		}
		a.index[w] = append(a.index[w], i)
	}
	slices.SortFunc(near, func(x, y neighbour) int {
		return cmp.Or(cmp.Compare(y.like, x.like), cmp.Compare(x.text, y.text))
	})
	return near, true
}

// rarer are as many of a text's words, the rarest first, that whatever is
// alike has one of them: two texts of n and m words that are alike share at
// least least*(n+m)/2 of them, and so least*n/(2-least) or more.
func (a *alike) rarer(p *phrase) []int32 {
	n := len(p.words)
	needed := int(math.Ceil(a.least*float64(n)/(2-a.least) - 1e-9))
	words := slices.Clone(p.words)
	slices.SortFunc(words, func(v, w int32) int {
		return cmp.Or(cmp.Compare(a.often[v], a.often[w]), cmp.Compare(v, w))
	})
	return slices.Compact(words[:min(n, n-needed+1)])
}

// compare is how alike two texts are, 0 where that is less than is asked for.
func (a *alike) compare(p, q *phrase) float64 {
	n, m := len(p.words), len(q.words)
	if 2*float64(min(n, m)) < a.least*float64(n+m) {
		return 0
	}
	*a.budget -= n + m
	if 2*float64(shared(p.sorted, q.sorted)) < a.least*float64(n+m) {
		return 0
	}
	if min(n, m) > 64 {
		*a.budget -= n * m
	}
	if s := 2 * float64(p.common(q)) / float64(n+m); s >= a.least {
		return s
	}
	return 0
}

// SaysTheSame says whether two texts differ in punctuation, spelling and small
// words alone, so that they were probably meant to be one. A word that may
// change what is asked (a number, a negation, how often, how many) never
// counts as small.
func SaysTheSame(a, b string) bool {
	x, y := words(a), words(b)
	if len(x) == 0 || len(y) == 0 || !slices.Equal(signs(a), signs(b)) {
		return false
	}
	if sameVerb(x[0], y[0]) {
		y[0] = x[0]
	}
	x, y = unmatched(x, y), unmatched(y, x)
	return slices.EqualFunc(x, y, sameWord)
}

// unmatched are the words of a, without small ones, that b has not, each as
// often as a has it more often.
func unmatched(a, b []string) []string {
	count := map[string]int{}
	for _, w := range b {
		count[w]++
	}
	var out []string
	for _, w := range a {
		if count[w]--; count[w] < 0 && !small[w] {
			out = append(out, w)
		}
	}
	return out
}

// small are words that say little by themselves. English; none is weighty.
var small = wordSet(`
	a an the this that these those such which who whom whose what as by of for to toward towards in on at upon about
	is are was were be been being has have had do does did so then there their theirs they them its it his her our your own
	just really actually
`)
