package ladder

import (
	"math/bits"
	"slices"
	"strings"
	"unicode"
)

// Similarity only pairs texts: it says which new expectation is an old one's
// successor. It never says whether the new one asks more.
const (
	// similarHere is how alike two texts of one cell must be for one to count
	// as the other reworded.
	similarHere = 0.5
	// similarElsewhere is the same for texts of different levels, where more
	// pairs are tried and chance is likelier.
	similarElsewhere = 0.7
	// similarTypo is how alike texts are that differ by typos alone, even a
	// single word.
	similarTypo = 0.99
)

// words are the words of a text without case, punctuation and apostrophes, for
// comparing. "Don't" is dont, and "cross-functional" two words.
func words(s string) []string {
	var out []string
	for _, t := range tokens(s) {
		w := strings.Map(func(r rune) rune {
			if r == '\'' || r == '’' {
				return -1
			}
			return unicode.ToLower(r)
		}, t.word)
		if w != "" && wordRune([]rune(w)[0]) {
			out = append(out, w)
		}
	}
	return out
}

// phrase is a text made ready for comparing: its words as they are and as
// numbers, in order and sorted.
type phrase struct {
	text   string
	raw    []string
	words  []int32
	sorted []int32
	masks  map[int32]uint64 // where in the text each word stands
}

// lexicon numbers words and keeps the phrases made of them.
type lexicon struct {
	ids     map[string]int32
	phrases map[string]*phrase
}

func newLexicon() *lexicon {
	return &lexicon{ids: map[string]int32{}, phrases: map[string]*phrase{}}
}

func (x *lexicon) phrase(text string) *phrase {
	if p := x.phrases[text]; p != nil {
		return p
	}
	p := &phrase{text: text, raw: words(text)}
	for _, w := range p.raw {
		w = singular(w)
		id, ok := x.ids[w]
		if !ok {
			id = int32(len(x.ids))
			x.ids[w] = id
		}
		p.words = append(p.words, id)
	}
	p.sorted = slices.Clone(p.words)
	slices.Sort(p.sorted)
	x.phrases[text] = p
	return p
}

// singular takes the s from a word, so that mentor and mentors pair texts alike.
func singular(w string) string {
	if stem, ok := strings.CutSuffix(w, "s"); ok && len(stem) > 2 && !strings.HasSuffix(stem, "s") {
		return stem
	}
	return w
}

// similarity is how alike two phrases are, from 0 to 1: twice the length of
// their longest common subsequence of words, over the words of both. It is 0
// where it would be below least.
func similarity(p, q *phrase, least float64) float64 {
	if sameWords(p.raw, q.raw) && slices.Equal(signs(p.text), signs(q.text)) {
		return similarTypo
	}
	n := float64(len(p.words) + len(q.words))
	if n == 0 || 2*float64(shared(p.sorted, q.sorted))/n < least {
		return 0
	}
	if s := 2 * float64(p.common(q)) / n; s >= least {
		return s
	}
	return 0
}

// shared counts the words that two phrases share in any order: never fewer
// than in order, and cheaper to know.
func shared(a, b []int32) int {
	n, i, j := 0, 0, 0
	for i < len(a) && j < len(b) {
		switch {
		case a[i] == b[j]:
			n, i, j = n+1, i+1, j+1
		case a[i] < b[j]:
			i++
		default:
			j++
		}
	}
	return n
}

// common is the length of the longest common subsequence of the words of two
// phrases. Up to 64 words of p it takes one step a word of q, as Crochemore
// and others describe ("A fast and practical bit-vector algorithm for the
// longest common subsequence problem", 2001).
func (p *phrase) common(q *phrase) int {
	if len(p.words) > 64 {
		if len(q.words) > 64 {
			return commonLong(p.words, q.words)
		}
		p, q = q, p
	}
	if p.masks == nil {
		p.masks = make(map[int32]uint64, len(p.words))
		for i, w := range p.words {
			p.masks[w] |= 1 << i
		}
	}
	v := ^uint64(0)
	for _, w := range q.words {
		u := v & p.masks[w]
		v = (v + u) | (v - u)
	}
	if len(p.words) < 64 {
		v |= ^uint64(0) << len(p.words)
	}
	return bits.OnesCount64(^v)
}

func commonLong(a, b []int32) int {
	row := make([]int, len(b)+1)
	for _, w := range a {
		diagonal := 0
		for j := range b {
			above := row[j+1]
			if w == b[j] {
				row[j+1] = diagonal + 1
			} else {
				row[j+1] = max(above, row[j])
			}
			diagonal = above
		}
	}
	return row[len(b)]
}
