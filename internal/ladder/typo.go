package ladder

import (
	"slices"
	"strings"
	"unicode"
)

// typoLike says whether two texts differ as by a correction of typos, so that
// the change is of wording only. The design's rule: the same number of words,
// each changed word within edit distance 2, and no number, negation, modal,
// quantifier or frequency word among those that changed. Case and punctuation
// are not counted.
//
// Within that rule, sameWord is stricter where two letters make another word
// (junior and senior, internal and external, of and or, team and teams): a
// typo taken for a rewording costs the author one line that declares it, but a
// raise taken for a typo would reach people unannounced.
func typoLike(before, after string) bool {
	return sameWords(words(before), words(after)) && slices.Equal(signs(before), signs(after))
}

// sameWords says whether two texts have, one by one, the same words, some
// perhaps misspelt.
func sameWords(a, b []string) bool {
	if len(a) == 0 || len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] && !(i == 0 && sameVerb(a[i], b[i])) && !sameWord(a[i], b[i]) {
			return false
		}
	}
	return true
}

// signs are the characters beside words that carry meaning: % < > + = / and
// currencies, and dashes between figures.
func signs(s string) []rune {
	var out []rune
	rs := []rune(s)
	for i, r := range rs {
		switch {
		case r == '%' || r == '‰' || r == '/' || unicode.IsSymbol(r):
			out = append(out, r)
		case unicode.Is(unicode.Pd, r) && i > 0 && i < len(rs)-1 && unicode.IsDigit(rs[i+1]):
			out = append(out, '-')
		case (r == '.' || r == ',') && i > 0 && i < len(rs)-1 && unicode.IsDigit(rs[i-1]) && unicode.IsDigit(rs[i+1]):
			out = append(out, r)
		}
	}
	return out
}

// sameWord says whether two different spellings are probably one word.
func sameWord(a, b string) bool {
	if strings.ContainsFunc(a+b, unicode.IsDigit) || weighty[a] || weighty[b] {
		return false
	}
	x, y := []rune(a), []rune(b)
	if rearranged(x, y) {
		return distanceWithin(x, y, 2)
	}
	if a == "a" && b == "an" || a == "an" && b == "a" {
		return true
	}
	limit := 2
	if min(len(x), len(y)) < 6 {
		limit = 1
	}
	switch {
	case min(len(x), len(y)) <= 3, x[0] != y[0], lookalikes[a] != "" && lookalikes[a] == lookalikes[b]:
		return false
	case changesNumberOrDegree(a, b) || changesNumberOrDegree(b, a):
		return false
	}
	return distanceWithin(x, y, limit)
}

// sameVerb says whether two words are one verb with and without its s, as at
// the head of an expectation: "Mentor juniors", "Mentors juniors".
func sameVerb(a, b string) bool {
	return !weighty[a] && !weighty[b] && len(a) > 3 && len(b) > 3 && (a+"s" == b || b+"s" == a)
}

// rearranged says whether two words have the same letters in another order: teh, the.
func rearranged(a, b []rune) bool {
	x, y := slices.Clone(a), slices.Clone(b)
	slices.Sort(x)
	slices.Sort(y)
	return slices.Equal(x, y)
}

// changesNumberOrDegree says whether b is a with an ending that makes it many
// or a comparison: team and teams, large and larger.
func changesNumberOrDegree(a, b string) bool {
	rest, ok := strings.CutPrefix(b, a)
	return ok && slices.Contains([]string{"s", "es", "r", "er", "st", "est"}, rest)
}

// distanceWithin says whether at most limit letters need to be put in, taken
// out or replaced to make one word the other (Levenshtein). Numbers of versions
// depend on it: what is suggested for a misspelt name is measured elsewhere.
func distanceWithin(a, b []rune, limit int) bool {
	if len(a)-len(b) > limit || len(b)-len(a) > limit {
		return false
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range a {
		diagonal := row[0]
		row[0] = i + 1
		for j := range b {
			above := row[j+1]
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			row[j+1] = min(cost, above+1, row[j]+1)
			diagonal = above
		}
	}
	return row[len(b)] <= limit
}

// weighty are words that a typo-like change may not touch: a change of one is
// a change of what is asked. English; apostrophes are dropped (dont).
var weighty = wordSet(`
	zero one two three four five six seven eight nine ten eleven twelve dozen twenty thirty forty fifty hundred thousand million
	first second third last once twice double triple half quarter single pair couple
	no not never none nothing nobody nor neither without cannot except unless instead
	dont doesnt didnt isnt arent wasnt werent cant couldnt wont wouldnt shouldnt mustnt neednt hasnt havent hadnt
	may might must can could shall should will would ought need needs needed required requires require optional optionally
	all any each every some many most more much few fewer fewest less least several both either another only also alone
	entire whole part partly fully mostly nearly almost enough minimum maximum
	always usually often sometimes occasionally rarely seldom regularly frequently generally normally typically constantly
	hourly daily weekly fortnightly monthly quarterly yearly annually annual continuously consistently
	or and but if than over under above below before after within beyond against from into onto with between across
`)

// lookalikes are words that are close in letters and far in meaning: those in
// one line are never typos of each other.
var lookalikes = lookalikeSet(`
	minor major | micro macro | mentor monitor | mentors monitors | mentoring monitoring | mentored monitored
	propose promote | proposes promotes | proposing promoting | proposed promoted
	share shape | shares shapes | sharing shaping | shared shaped | advise advice | adopt adapt | adopts adapts
	affect effect | affects effects | personal personnel | strategy strategic | manager manage | lead leads led | leader leaders
	policy police | formal former | compliment complement | except accept | assess access | assesses accesses
`)

func wordSet(list string) map[string]bool {
	out := map[string]bool{}
	for _, w := range strings.Fields(list) {
		out[w] = true
	}
	return out
}

// lookalikeSet maps each word to the first of its group.
func lookalikeSet(list string) map[string]string {
	out := map[string]string{}
	for _, group := range strings.Split(list, "|") {
		for line := range strings.Lines(group) {
			ws := strings.Fields(line)
			for _, w := range ws {
				out[w] = ws[0]
			}
		}
	}
	return out
}
