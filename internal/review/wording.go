package review

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/milepost-dev/milepost/internal/ladder"
)

// wording holds one expectation to the rules about its words.
func (h *house) wording(s spot, path, text string) {
	words := strings.Fields(text)
	h.vagueStart(s, path, words)
	if h.rules.Prose == nil {
		return
	}
	if most := h.rules.Prose.MaxWords; most > 0 && len(words) > most {
		h.add("item-too-long", path, fmt.Sprintf("%s: an expectation has %d words, and the house rules allow %d", s, len(words), most), "Shorten it, or make two of it.")
	}
	lower := " " + strings.ToLower(strings.Join(words, " ")) + " "
	for _, w := range h.rules.Prose.Forbid {
		if containsWord(lower, strings.ToLower(w)) {
			h.add("forbidden-words", path, fmt.Sprintf("%s: an expectation says %q, which the house rules ask not to use", s, w), "Say what somebody does, so that others can see it.")
		}
	}
}

// containsWord says whether text has the words of w, not as part of longer ones.
func containsWord(text, w string) bool {
	for from := 0; ; {
		i := strings.Index(text[from:], w)
		if i < 0 {
			return false
		}
		i += from
		end := i + len(w)
		if !letter(text[i-1]) && !letter(text[end]) {
			return true
		}
		from = i + 1
	}
}

func letter(b byte) bool { return b >= 'a' && b <= 'z' || b >= '0' && b <= '9' || b >= 0x80 }

// vagueDefault is what an expectation does not begin with, where the rule is
// on and the organisation has no list of its own.
var vagueDefault = []string{
	"helps", "supports", "assists", "works on", "is responsible for", "participates in", "takes part in",
	"contributes to", "is involved in", "deals with",
}

// vagueStarts are the beginnings that count as vague, each as its words.
func vagueStarts(rules ladder.HouseRules) [][]string {
	list := vagueDefault
	if rules.Prose != nil && rules.Prose.Vague != nil {
		list = rules.Prose.Vague
	}
	var out [][]string
	for _, v := range list {
		out = append(out, plainWords(strings.Fields(v)))
	}
	return out
}

// plainWords are words in small letters, the first without the s of a verb.
func plainWords(words []string) []string {
	out := make([]string, len(words))
	for i, w := range words {
		w = strings.TrimRight(strings.ToLower(w), ".,:;!?")
		if i == 0 && len(w) > 3 {
			w = strings.TrimSuffix(w, "s")
		}
		out[i] = w
	}
	return out
}

// vagueStart: an expectation does not begin with words that say nothing.
func (h *house) vagueStart(s spot, path string, words []string) {
	if !h.on("vague-start") {
		return
	}
	for _, v := range h.vague {
		if len(v) > 0 && len(v) <= len(words) && slices.Equal(v, plainWords(words[:len(v)])) {
			h.add("vague-start", path, fmt.Sprintf("%s: an expectation begins with %q, which does not say what somebody does", s, strings.Join(words[:len(v)], " ")),
				"Begin with what others see them do, such as \"Writes\", \"Decides\" or \"Explains\".")
			return
		}
	}
}

// form is something about how an expectation is written that a cell should
// have one way of.
type form struct {
	code                  string
	of                    func(text string) (has, counts bool)
	one, many             string // of those that have it
	otherOne, otherMany   string // of the rest
	mendWith, mendWithout string // what to do with one that has it, and with one that has not
}

var forms = []form{
	{"mixed-punctuation", endsWithStop, "ends with a full stop", "end with a full stop", "the other does not", "the others do not",
		"Take the full stop away here, or give the others one.", "Add a full stop here, or take it away from the others."},
	{"mixed-capitals", startsSmall, "begins with a small letter", "begin with a small letter", "the other with a capital", "the others with a capital",
		"Begin with a capital here, or with a small letter everywhere in this cell.", "Begin with a small letter here, or with a capital everywhere in this cell."},
}

// mixed: the expectations of a cell are written in one way. What stands out is
// marked, or what the change touches, where that is something else.
func (h *house) mixed(s spot) {
	for _, f := range forms {
		var have, rest []int
		for i, item := range s.cell.Items {
			if has, counts := f.of(item.Text); has && counts {
				have = append(have, i)
			} else if counts {
				rest = append(rest, i)
			}
		}
		if len(have) == 0 || len(rest) == 0 || !h.on(f.code) {
			continue
		}
		order := append(slices.Clone(have), rest...)
		if len(have) > len(rest) {
			order = append(slices.Clone(rest), have...)
		}
		for _, i := range order {
			if at := h.item(s, i); h.touched(at, s.cell.Items[i].Text) {
				h.add(f.code, at, f.message(s, len(have), len(have)+len(rest)), f.help(slices.Contains(have, i)))
				break
			}
		}
	}
}

func (f form) message(s spot, n, of int) string {
	these, others := f.many, f.otherMany
	if n == 1 {
		these = f.one
	}
	if of-n == 1 {
		others = f.otherOne
	}
	return fmt.Sprintf("%s: %d of %s %s, %s", s, n, expectations(of), these, others)
}

func (f form) help(has bool) string {
	if has {
		return f.mendWith
	}
	return f.mendWithout
}

// endsWithStop says whether a text ends with a full stop. What ends with
// another mark, or with a shortened word, counts for neither side.
func endsWithStop(text string) (has, counts bool) {
	text = strings.TrimRightFunc(text, func(r rune) bool { return unicode.In(r, unicode.Pe, unicode.Pf) || r == '"' || r == '\'' })
	last, _ := utf8.DecodeLastRuneInString(text)
	switch {
	case strings.HasSuffix(text, "...") || strings.ContainsRune("!?…:;,", last):
		return false, false
	case last == '.':
		word := text[strings.LastIndexByte(text, ' ')+1:]
		return true, strings.Count(word, ".") == 1 && !slices.Contains([]string{"etc.", "Inc.", "Ltd."}, word)
	}
	return last == '。', true
}

// startsSmall says whether a text begins with a small letter. What begins
// with no letter, in a script without the two, or with a name such as iOS,
// counts for neither side.
func startsSmall(text string) (has, counts bool) {
	text = strings.TrimLeftFunc(text, unicode.IsPunct)
	first, size := utf8.DecodeRuneInString(text)
	word, _, _ := strings.Cut(text[size:], " ")
	if unicode.IsLower(first) {
		return true, !strings.ContainsFunc(word, unicode.IsUpper)
	}
	return false, unicode.IsUpper(first)
}
