package ladder

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// judgeCase is a change with what its author declared.
type judgeCase struct {
	name   string
	change func(edit)
	r      *Release
	accept []Accept
	want   string // what judged says
}

// judged is a judgement in lines, and the keys of what is not declared.
func judged(s ChangeSet, j Judgement) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s, %s", j.Category.Name(), j.Bump)
	if len(j.TooLow) > 0 {
		fmt.Fprintf(&b, ", too low for %v", j.TooLow)
	}
	for _, key := range undeclared(s, j) {
		b.WriteString("\n" + key)
	}
	return b.String()
}

// undeclared are the keys of rewordings of which nothing is declared.
func undeclared(s ChangeSet, j Judgement) []string {
	var out []string
	for i := range s.Changes {
		if c := &s.Changes[i]; c.Reworded() && j.Changes.Changes[i].Message == c.Message {
			out = append(out, s.MeaningKey(c))
		}
	}
	return out
}

func judgeCases() []judgeCase {
	reword := func(e edit) {
		e.texts("lvl_4", "comp_autonomy", "Mentors junior and senior colleagues", "Sets goals for the whole team")
	}
	rewordBoth := func(e edit) {
		e.texts("lvl_4", "comp_autonomy", "Mentors junior and senior colleagues", "Sets yearly goals for the whole team")
	}
	shared := func(e edit) {
		for _, l := range []string{"lvl_2", "lvl_3"} {
			e.cell(l, "comp_craft", func(c *Cell) { c.Items[0].Text = "Solves unusual problems without any help" })
		}
	}
	add := func(e edit) {
		e.texts("lvl_4", "comp_autonomy", "Mentors junior colleagues", "Sets goals for the whole team", "Hires")
	}
	means := func(pairs ...string) *Release {
		m := map[string]string{}
		for i := 0; i < len(pairs); i += 2 {
			m[pairs[i]] = pairs[i+1]
		}
		return &Release{Meaning: m}
	}
	added := []Accept{{Rule: "expectation-added", Reason: "everybody does it already"}}
	return []judgeCase{
		{"nothing", func(edit) {}, &Release{Bump: "major"}, nil, ", "},
		{"reworded, undeclared", reword, nil, nil, "asks more, major\nlvl_4.comp_autonomy"},
		{"two reworded, undeclared", rewordBoth, nil, nil, "asks more, major\nlvl_4.comp_autonomy.1\nlvl_4.comp_autonomy.2"},
		{"two reworded, one declared", rewordBoth, means("lvl_4.comp_autonomy.1", "same"), nil, "asks more, major\nlvl_4.comp_autonomy.2"},
		{"declared the same", reword, means("lvl_4.comp_autonomy", "same"), nil, "clarifies, minor"},
		{"declared more", reword, means("lvl_4.comp_autonomy", "more"), nil, "asks more, major"},
		{"the author raises", reword, &Release{Bump: "major", Meaning: map[string]string{"lvl_4.comp_autonomy": "same"}}, nil, "clarifies, major"},
		{"the author asks for what it is", add, &Release{Bump: "major"}, nil, "asks more, major"},
		{"the author lowers", add, &Release{Bump: "minor"}, nil, "asks more, major, too low for [expectation-added]"},
		{"the author lowers and accepts", add, &Release{Bump: "minor"}, added, "asks more, minor"},
		{"accepted, and nothing lowered", add, nil, added, "asks more, major"},
		{"lowered too far", add, &Release{Bump: "patch"}, added, "asks more, patch"},
		{"lowered, with another rule accepted", add, &Release{Bump: "patch"}, []Accept{{Rule: "degree-raised"}}, "asks more, major, too low for [expectation-added]"},
		{"lowered, and one of two accepted", func(e edit) { add(e); shared(e) }, &Release{Bump: "minor"}, added, "asks more, major, too low for [expectation-reworded]\nlvl_2.comp_craft"},
		{"declared, what was not reworded", add, means("lvl_1.comp_craft", "same"), nil, "asks more, major"},
		{"declared, what was added", add, means("lvl_4.comp_autonomy", "same"), nil, "asks more, major"},
		{"declared by a wrong number", reword, means("lvl_4.comp_autonomy.2", "same"), nil, "asks more, major\nlvl_4.comp_autonomy"},
		{"shared, declared once", shared, means("lvl_3.comp_craft", "same"), nil, "clarifies, minor"},
		{"shared, declared twice alike", shared, means("lvl_2.comp_craft", "same", "lvl_3.comp_craft", "same"), nil, "clarifies, minor"},
		{"shared, declared twice otherwise", shared, means("lvl_2.comp_craft", "same", "lvl_3.comp_craft", "more"), nil, "asks more, major"},
		{"shared, and one of its own", func(e edit) {
			shared(e)
			e.cell("lvl_3", "comp_craft", func(c *Cell) { c.Items[1].Text = "Writes many articles for the knowledge base" })
		}, nil, nil, "asks more, major\nlvl_2.comp_craft\nlvl_3.comp_craft.2"},
	}
}

func TestJudge(t *testing.T) {
	t.Parallel()
	for _, c := range judgeCases() {
		a, b := sample(), sample()
		c.change(edit{b})
		s := Diff(a, b)
		if got := judged(s, s.Judge(c.r, c.accept)); got != c.want {
			t.Errorf("%s: got\n%s\nwant\n%s", c.name, got, c.want)
		}
	}
}

// TestJudgeOffers: over all cases, declaring every key that is asked for leaves
// nothing undeclared, and what is declared the same no longer weighs as asking
// more.
func TestJudgeOffers(t *testing.T) {
	t.Parallel()
	offered := 0
	for _, c := range allCases() {
		a := sample()
		if c.before != nil {
			c.before(edit{a})
		}
		b := clone(t, a)
		c.change(edit{b})
		s := Diff(a, b)
		meaning := map[string]string{}
		for _, key := range undeclared(s, s.Judge(nil, nil)) {
			offered++
			meaning[key] = "same"
		}
		for key := range meaning {
			if !slices.ContainsFunc(s.Changes, func(c Change) bool { return c.DeclaredBy(key) }) {
				t.Errorf("%s: %s is asked for, and speaks of no change", c.name, key)
			}
		}
		j := s.Judge(&Release{Meaning: meaning}, nil)
		if len(undeclared(s, j)) > 0 {
			t.Errorf("%s: with %v, got %s", c.name, meaning, judged(s, j))
		}
		if slices.ContainsFunc(j.Changes.Changes, func(c Change) bool { return c.Reworded() }) {
			t.Errorf("%s: with %v, a rewording still may ask more", c.name, meaning)
		}
	}
	if offered < 10 {
		t.Errorf("only %d lines were offered", offered)
	}
}

// TestJudgeNeverLowersUnseen: whatever is accepted, the category stays, and
// the bump only falls.
func TestJudgeNeverLowersUnseen(t *testing.T) {
	t.Parallel()
	for _, c := range allCases() {
		s, _ := c.run(t)
		plain := s.Judge(nil, nil)
		if plain.Category != s.Category() || plain.Bump != s.Bump() {
			t.Errorf("%s: got %s, want %s and %s", c.name, judged(s, plain), s.Category(), s.Bump())
		}
		var all []Accept
		for _, ch := range s.Changes {
			all = append(all, Accept{Rule: ch.Rule})
		}
		j := s.Judge(nil, all)
		if j.Category != plain.Category || bumpWeight(j.Bump) > bumpWeight(plain.Bump) || !s.Empty() && j.Bump == "" {
			t.Errorf("%s: accepting %v, got %s", c.name, all, judged(s, j))
		}
		if raised := s.Judge(&Release{Bump: BumpMajor}, all); !s.Empty() && raised.Bump != BumpMajor {
			t.Errorf("%s: raised to major, got %s", c.name, judged(s, raised))
		}
	}
}
