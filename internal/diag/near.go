package diag

import "strings"

// Nearest is the word that name was probably meant to be, false where none is
// near: one that differs in a letter or two, more in long words, or the first
// that begins so.
func Nearest(name string, words []string) (string, bool) {
	best, below := "", 1+slack(name)
	for _, w := range words {
		if len(name) >= 3 && strings.HasPrefix(w, name) && best == "" {
			best = w
		}
		if n := len(w) - len(name); n > below || n < -below {
			continue // too long or too short to be it
		}
		if d := Distance(strings.ToLower(name), strings.ToLower(w)); d < below {
			best, below = w, d
		}
	}
	return best, best != ""
}

// Distance is the number of letters to insert, delete, replace or swap with
// the neighbour to get from a to b. Of texts of more than 64 letters, it is the
// length of the longer one. The rule for slips in ladder has a measure of its
// own: versions depend on it, and it never changes.
func Distance(a, b string) int {
	s, t := []rune(a), []rune(b)
	if len(s) > 64 || len(t) > 64 {
		return max(len(s), len(t))
	}
	prev2, prev := make([]int, len(t)+1), make([]int, len(t)+1)
	for j := range prev {
		prev[j] = j
	}
	for i := 1; i <= len(s); i++ {
		cur := make([]int, len(t)+1)
		cur[0] = i
		for j := 1; j <= len(t); j++ {
			cost := 1
			if s[i-1] == t[j-1] {
				cost = 0
			}
			cur[j] = min(prev[j]+1, cur[j-1]+1, prev[j-1]+cost)
			if i > 1 && j > 1 && s[i-1] == t[j-2] && s[i-2] == t[j-1] {
				cur[j] = min(cur[j], prev2[j-2]+1)
			}
		}
		prev2, prev = prev, cur
	}
	return prev[len(t)]
}

// slack is how many letters of a name may be wrong for it to be recognised.
func slack(name string) int {
	switch n := len(name); {
	case n < 5:
		return 1
	case n < 9:
		return 2
	default:
		return 3
	}
}
