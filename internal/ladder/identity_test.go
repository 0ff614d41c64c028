package ladder

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// timeline follows a framework through edits.
type timeline struct {
	t   *testing.T
	f   *Framework
	ids Identities
	set ChangeSet
}

func newTimeline(t *testing.T, f *Framework) *timeline {
	return &timeline{t: t, f: f, ids: Identify(f, "support-ladder")}
}

func (l *timeline) then(change func(edit)) *timeline {
	b := clone(l.t, l.f)
	change(edit{b})
	l.set = Diff(l.f, b)
	l.f, l.ids = b, l.ids.Follow(b, l.set)
	return l
}

func (l *timeline) want(what, level, competency string, item int, id string) {
	l.t.Helper()
	if got := l.ids.Of(level, competency, item); got != id || got == "" {
		l.t.Errorf("%s: got %q, want %q", what, got, id)
	}
}

// TestIdentities tells the life of an expectation.
func TestIdentities(t *testing.T) {
	t.Parallel()
	l := newTimeline(t, sample())
	mentors, goals := l.ids.Of("lvl_4", "comp_autonomy", 0), l.ids.Of("lvl_4", "comp_autonomy", 1)
	craft := l.ids.Of("lvl_2", "comp_craft", 1)
	l.want("a text that levels share", "lvl_3", "comp_craft", 1, craft)
	l.then(func(e edit) {
		e.texts("lvl_4", "comp_autonomy", "Sets goals for the whole team", "Mentors junior and senior colleagues")
	})
	l.want("reworded, and in another order", "lvl_4", "comp_autonomy", 1, mentors)
	l.want("in another order", "lvl_4", "comp_autonomy", 0, goals)
	if got := l.ids.Name(l.set); !slices.ContainsFunc(got, func(ids []string) bool { return slices.Equal(ids, []string{mentors}) }) {
		t.Errorf("the changes concern %v, want one that concerns %s", got, mentors)
	}
	l.then(func(e edit) {
		e.texts("lvl_4", "comp_autonomy", "Sets goals for the whole team")
		e.texts("lvl_3", "comp_autonomy", "Works without supervision", "Mentors junior and senior colleagues")
	})
	l.want("moved down", "lvl_3", "comp_autonomy", 1, mentors)
	l.then(func(e edit) { renameLevel(e, "lvl_3", "lvl_expert", "lvl_senior", "lvl_3") })
	l.want("a level with another id", "lvl_expert", "comp_autonomy", 1, mentors)
	l.then(func(e edit) { renameCompetency(e, "comp_autonomy", "comp_ownership", "comp_autonomy") })
	l.want("a competency with another id", "lvl_expert", "comp_ownership", 1, mentors)
	l.then(func(e edit) { e.texts("lvl_expert", "comp_ownership", "Works without supervision") })
	if slices.Contains(l.ids.All(), mentors) || !slices.ContainsFunc(l.ids.Name(l.set), func(ids []string) bool { return slices.Contains(ids, mentors) }) {
		t.Errorf("removed: %s is there still, or is not named among %v", mentors, l.ids.Name(l.set))
	}
	l.then(func(e edit) { e.texts("lvl_1", "comp_ownership", "Asks for help early", "Shows others the way") })
	l.then(func(e edit) {
		e.texts("lvl_1", "comp_ownership", "Asks for help early", "Shows others the way", "Mentors junior and senior colleagues")
	})
	l.want("back again", "lvl_1", "comp_ownership", 2, mentors)
	l.then(func(e edit) {
		e.texts("lvl_1", "comp_ownership", "Asks for help early")
		e.cell("lvl_1", "comp_craft", func(c *Cell) { c.Items = append(c.Items, Item{Text: "Mentors junior and senior colleagues"}) })
	})
	l.want("under another competency", "lvl_1", "comp_craft", 1, mentors)
	l.want("what nobody touched", "lvl_2", "comp_craft", 1, craft)
}

// TestIdentitiesOfSharedText: what levels share has one identity, also where
// it came to be shared later, and a level that goes its own way takes it along.
func TestIdentitiesOfSharedText(t *testing.T) {
	t.Parallel()
	l := newTimeline(t, sample())
	shared, own := l.ids.Of("lvl_2", "comp_craft", 0), l.ids.Of("lvl_1", "comp_craft", 0)
	l.then(func(e edit) { e.texts("lvl_1", "comp_craft", "Solves unusual problems without help") })
	l.want("same as above", "lvl_1", "comp_craft", 0, shared)
	if slices.Contains(l.ids.All(), own) {
		t.Errorf("%s is there still", own)
	}
	l.then(func(e edit) { e.texts("lvl_3", "comp_craft", "Solves unusual problems without any help") })
	l.want("one level reworded", "lvl_3", "comp_craft", 0, shared)
	l.want("the others not", "lvl_2", "comp_craft", 0, shared)
	l.then(func(e edit) {
		e.texts("lvl_3", "comp_craft", "Solves unusual problems without any help", "Solves unusual problems without help")
	})
	if a, b := l.ids.Of("lvl_3", "comp_craft", 0), l.ids.Of("lvl_3", "comp_craft", 1); a != shared || b == shared || b == "" {
		t.Errorf("got %s and %s in one cell, want %s and another", a, b, shared)
	}
	l.f, l.ids = nil, l.ids.Follow(nil, Diff(l.f, nil))
	if len(l.ids.All()) != 0 {
		t.Errorf("the framework ended, and has %v", l.ids.All())
	}
	l.f, l.ids = sample(), l.ids.Follow(sample(), Diff(nil, sample()))
	l.want("the framework is back", "lvl_2", "comp_craft", 0, shared)
	if l.ids.Of("lvl_9", "comp_craft", 0)+l.ids.Of("lvl_2", "comp_x", 0)+l.ids.Of("lvl_2", "comp_craft", 9)+l.ids.Of("lvl_2", "comp_craft", -1) != "" {
		t.Error("what is not there has an identity")
	}
}

// TestIdentitiesOfMergedCompetency: a competency that goes into another takes
// its expectations along.
func TestIdentitiesOfMergedCompetency(t *testing.T) {
	t.Parallel()
	l := newTimeline(t, sample())
	leads := l.ids.Of("lvl_4", "comp_people", 0)
	l.then(func(e edit) {
		e.Competencies = e.Competencies[:2]
		e.comp("comp_autonomy").Formerly = []string{"comp_people"}
		for i := range e.Levels {
			x := e.Levels[i].Expectations
			if cell, ok := x["comp_people"]; ok {
				both := x["comp_autonomy"]
				both.Items = slices.Concat(both.Items, cell.Items)
				x["comp_autonomy"] = both
				delete(x, "comp_people")
			}
		}
	})
	l.want("merged", "lvl_4", "comp_autonomy", 2, leads)
}

var identityForm = regexp.MustCompile(`^x[0-9a-f]{10}$`)

// TestIdentitiesAgreeWithDiff holds identities to what Diff says, over
// sequences of random edits.
func TestIdentitiesAgreeWithDiff(t *testing.T) {
	t.Parallel()
	all, judged := mutations(), map[string]int{}
	for seed := range uint64(400) {
		r := rand.New(rand.NewPCG(seed, 21))
		a := randomFramework(r)
		ids := Identify(a, "zz")
		checkIdentities(t, fmt.Sprintf("seed %d", seed), a, ids)
		for step := range 6 {
			b := clone(t, a)
			var done []string
			for range 1 + r.IntN(3) {
				m := all[r.IntN(len(all))]
				m.do(r, b)
				done = append(done, m.name)
			}
			name := fmt.Sprintf("seed %d, step %d (%s)", seed, step, strings.Join(done, ", "))
			s := Diff(a, b)
			kept := told(ids)
			next := ids.Follow(b, s)
			if again := ids.Follow(b, Diff(a, b)); !reflect.DeepEqual(next, again) || kept != told(ids) {
				t.Fatalf("%s: two runs differ, or one wrote to what it follows", name)
			}
			checkIdentities(t, name, b, next)
			checkStayed(t, name, a, b, ids, next)
			checkAgrees(t, name, a, b, s, ids, next, judged)
			a, ids = b, next
		}
	}
	for _, rule := range strings.Fields("expectation-added expectation-removed expectation-reworded expectation-corrected expectation-moved-down expectation-moved-up expectation-regrouped") {
		if judged[rule] < 10 {
			t.Errorf("only %d changes of %s were held against identities", judged[rule], rule)
		}
	}
}

// told is what identities say, apart from their maps.
func told(ids Identities) string { return fmt.Sprint(ids.now, ids.here, ids.past) }

// checkIdentities: each expectation has one, no cell has one twice, and what
// levels of a competency share has one.
func checkIdentities(t *testing.T, name string, f *Framework, ids Identities) {
	t.Helper()
	type seen struct {
		id   string
		cell []string
	}
	shared := map[worded]seen{}
	for _, l := range f.Levels {
		for _, c := range sortedKeys(l.Expectations) {
			var cell []string
			for i := range l.Expectations[c].Items {
				id := ids.Of(l.ID, c, i)
				if !identityForm.MatchString(id) || slices.Contains(cell, id) {
					t.Fatalf("%s: %s, %s, %d: identity %q among %v", name, l.ID, c, i, id, cell)
				}
				cell = append(cell, id)
			}
			for i, it := range l.Expectations[c].Items {
				w := worded{c, it.Text}
				if s, ok := shared[w]; !ok {
					shared[w] = seen{cell[i], cell}
				} else if s.id != cell[i] && !slices.Contains(cell, s.id) && !slices.Contains(s.cell, cell[i]) {
					t.Fatalf("%s: %q has the identities %s and %s", name, it.Text, s.id, cell[i])
				}
			}
		}
	}
}

// checkStayed: what stands where it stood, in the same words, is the same.
func checkStayed(t *testing.T, name string, a, b *Framework, was, is Identities) {
	t.Helper()
	levels, comps := pair(levelThings(a), levelThings(b)), pair(competencyThings(a), competencyThings(b))
	for _, l := range a.Levels {
		now, ok := b.Level(levels.now(l.ID))
		if !ok {
			continue
		}
		for c, cell := range l.Expectations {
			after := itemTexts(now.Expectations[comps.now(c)])
			for j, i := range matchExact(itemTexts(cell), after) {
				if i >= 0 && was.Of(l.ID, c, i) != is.Of(now.ID, comps.now(c), j) {
					t.Fatalf("%s: %q at %s was %s and is %s", name, after[j], now.ID, was.Of(l.ID, c, i), is.Of(now.ID, comps.now(c), j))
				}
			}
		}
	}
}

// identitiesOf are those of a text in a competency, at any level.
func identitiesOf(f *Framework, ids Identities, competency, text string) []string {
	var out []string
	for _, l := range f.Levels {
		for i, it := range l.Expectations[competency].Items {
			if it.Text == text {
				out = append(out, ids.Of(l.ID, competency, i))
			}
		}
	}
	return out
}

// checkAgrees: what Diff says was reworded, moved or regrouped keeps its
// identity, what it says was added has a new one, and what it says was removed
// ends, unless the text stands elsewhere in the competency.
func checkAgrees(t *testing.T, name string, a, b *Framework, s ChangeSet, was, is Identities, judged map[string]int) {
	t.Helper()
	comps := pair(competencyThings(a), competencyThings(b))
	old := func(c string) string {
		if o, ok := comps.prev[c]; ok {
			return o
		}
		return c
	}
	reached := map[worded]int{}
	for _, c := range s.Changes {
		reached[worded{c.Competency, c.After}]++
	}
	named := is.Name(s)
	for i, c := range s.Changes {
		if !strings.HasPrefix(c.Rule, "expectation-") || strings.HasSuffix(c.Rule, "repeated") {
			continue
		}
		before, from := c.Before, c.Competency
		if c.Rule == "expectation-regrouped" {
			before, from = c.After, c.FromCompetency
		}
		stood := identitiesOf(a, was, old(c.Competency), c.After)
		continues := identitiesOf(a, was, old(from), before)
		stands := identitiesOf(b, is, c.Competency, c.After)
		switch c.Rule {
		case "expectation-added":
			if len(stood) > 0 || reached[worded{c.Competency, c.After}] > 1 {
				continue
			}
			for _, id := range stands {
				if slices.Contains(was.All(), id) {
					t.Fatalf("%s: %s\nhas the identity %s, which was another's", name, c.Message, id)
				}
			}
		case "expectation-removed":
			if len(identitiesOf(b, is, c.Competency, c.Before)) > 0 {
				continue
			}
			for _, id := range continues {
				if slices.Contains(is.All(), id) && !continued(s, c) && !split(was, id) {
					t.Fatalf("%s: %s\nits identity %s lives on", name, c.Message, id)
				}
			}
		default:
			if len(stood) > 0 && before != c.After || reached[worded{c.Competency, c.After}] > 1 ||
				slices.ContainsFunc(continues, func(id string) bool { return split(was, id) }) {
				continue
			}
			if len(stands) > 0 && !slices.Contains(continues, stands[0]) {
				t.Fatalf("%s: %s\nwas one of %v, and is one of %v", name, c.Message, continues, stands)
			}
		}
		if len(named[i]) == 0 {
			t.Fatalf("%s: %s\nconcerns no expectation", name, c.Message)
		}
		judged[c.Rule]++
	}
}

// continued says whether another change tells of a text that is removed here:
// at another level, it went on.
func continued(s ChangeSet, removed Change) bool {
	return slices.ContainsFunc(s.Changes, func(c Change) bool {
		return c.Message != removed.Message && (c.Before == removed.Before || c.After == removed.Before) && c.Rule != "expectation-removed"
	})
}

// split says whether an identity stood for several texts: a level had gone its
// own way.
func split(ids Identities, id string) bool {
	n := 0
	for _, other := range ids.here {
		if other == id {
			n++
		}
	}
	return n > 1
}
