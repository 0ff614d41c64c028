package review

import (
	"fmt"
	"unicode/utf8"

	"github.com/milepost-dev/milepost/internal/ladder"
)

const (
	// alikeAtLevel is how alike two expectations of one level are that say
	// nearly the same: six words of which one differs are, five are not.
	alikeAtLevel = 0.81
	// alikeAcross is how alike those of two levels are at the least that are
	// compared word by word.
	alikeAcross = 0.75
)

// nearDuplicates: what is expected is said once. A level's expectations are
// compared with each other, and the different ones of a competency across its
// levels. It stops where that takes more than ladder.AlikeBudget.
func (h *house) nearDuplicates() {
	budget, whole := ladder.AlikeBudget, true
	if h.on("near-duplicate") {
		seen := map[[2]wording]bool{}
		for i := range h.f.Levels {
			whole = whole && h.withinLevel(&h.f.Levels[i], seen, &budget)
		}
	}
	if h.on("near-duplicate-levels") {
		for i := range h.f.Competencies {
			whole = whole && h.acrossLevels(&h.f.Competencies[i], &budget)
		}
	}
	if !whole {
		h.add("near-duplicate", "", fmt.Sprintf("%s has so many expectations that are alike that not all of them were compared", h.f.Title),
			"Those that are said to be nearly the same are; there may be more.")
	}
}

// entry is an expectation in its place.
type entry struct {
	spot
	text string
	at   string
}

// wording is a text of a competency, wherever it stands.
type wording struct{ competency, text string }

func (e entry) wording() wording { return wording{e.competency.ID, e.text} }

// entries are the expectations of a cell.
func (h *house) entries(s spot) []entry {
	var out []entry
	for i, item := range s.cell.Items {
		out = append(out, entry{s, item.Text, h.item(s, i)})
	}
	return out
}

// search looks for pairs of entries that are alike, and says each of a kind at
// the later of the two, or at the other where the change touches that alone.
// Nothing is said twice of one expectation.
func (h *house) search(list []entry, least float64, budget *int, say func(here, other entry) bool) bool {
	texts := make([]string, len(list))
	for i, e := range list {
		texts[i] = e.text
	}
	said := make([]bool, len(list))
	return ladder.Alike(texts, least, budget, func(a, b int) {
		for _, p := range [][2]int{{b, a}, {a, b}} {
			here, other := list[p[0]], list[p[1]]
			if !here.own || !h.touched(here.at, here.text) {
				continue
			}
			said[p[0]] = said[p[0]] || say(here, other)
			return
		}
	})
}

// withinLevel finds what one level asks twice. What several levels share is
// said at the first of them.
func (h *house) withinLevel(l *ladder.Level, seen map[[2]wording]bool, budget *int) bool {
	var list []entry
	for i := range h.f.Competencies {
		list = append(list, h.entries(h.spot(l, &h.f.Competencies[i]))...)
	}
	return h.search(list, alikeAtLevel, budget, func(here, other entry) bool {
		key := [2]wording{here.wording(), other.wording()}
		if seen[key] || seen[[2]wording{key[1], key[0]}] {
			return false
		}
		seen[key] = true
		says, where := "nearly the same as "+quote(other.text), ""
		if here.text == other.text {
			says = "the same as another"
		}
		if here.competency != other.competency {
			where = " under " + other.competency.Title
		}
		h.add("near-duplicate", here.at, fmt.Sprintf("%s: %s says %s%s", here.spot, quote(here.text), says, where),
			"Keep one of the two, or say in each what the other does not.")
		return true
	})
}

// acrossLevels finds texts of a competency that differ from one level to
// another in nothing that matters.
func (h *house) acrossLevels(c *ladder.Competency, budget *int) bool {
	var list []entry
	seen := map[string]int{} // by text, where in the list it is
	for i := range h.f.Levels {
		for _, e := range h.entries(h.spot(&h.f.Levels[i], c)) {
			if n, ok := seen[e.text]; !ok {
				seen[e.text] = len(list)
				list = append(list, e)
			} else if e.own && !list[n].own {
				list[n] = e
			}
		}
	}
	return h.search(list, alikeAcross, budget, func(here, other entry) bool {
		if here.level == other.level || !ladder.SaysTheSame(here.text, other.text) {
			return false
		}
		h.add("near-duplicate-levels", here.at, fmt.Sprintf("%s: %s is nearly the text of %s, %s", here.spot, quote(here.text), other.level.Name(), quote(other.text)),
			fmt.Sprintf("Where the same is meant, use the same words at both levels; where %s asks more, say what.", higher(here, other).level.Short()))
		return true
	})
}

// higher is the one of two entries that stands at the higher level, as shown.
func higher(a, b entry) entry {
	if a.level.Rank < b.level.Rank {
		return b
	}
	return a
}

// quote is a text in quotation marks, cut after some words where it is long.
func quote(s string) string {
	const most = 70
	if utf8.RuneCountInString(s) > most {
		r := []rune(s)
		cut := most
		for cut > most/2 && r[cut] != ' ' {
			cut--
		}
		s = string(r[:cut]) + "…"
	}
	return "\"" + s + "\""
}
