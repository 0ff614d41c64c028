package ladder

import (
	"encoding/json"
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

// judged is a judgement in lines.
func judged(j Judgement) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s, %s", j.Category.Name(), j.Bump)
	if j.Raised {
		b.WriteString(", raised")
	}
	fmt.Fprintf(&b, " by %v", j.Rules)
	if len(j.Accepted) > 0 {
		fmt.Fprintf(&b, ", accepted %v", j.Accepted)
	}
	for _, d := range j.Undeclared {
		fmt.Fprintf(&b, "\n%s, %s: %s", d.LevelName, d.CompetencyTitle, d.Line("same"))
	}
	for _, p := range j.Problems {
		fmt.Fprintf(&b, "\n%s at %s: %s -> %s", p.Code, p.Field, p.Message, p.Instead)
	}
	return b.String()
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
		{"nothing", func(edit) {}, &Release{Bump: "major"}, nil, ",  by []"},
		{"reworded, undeclared", reword, nil, nil, "asks more, major by [expectation-reworded]\nStaff Support Specialist (L4), Autonomy: release: meaning: \"lvl_4.comp_autonomy\": \"same\""},
		{"two reworded, undeclared", rewordBoth, nil, nil, "asks more, major by [expectation-reworded]\n" +
			"Staff Support Specialist (L4), Autonomy: release: meaning: \"lvl_4.comp_autonomy.1\": \"same\"\n" +
			"Staff Support Specialist (L4), Autonomy: release: meaning: \"lvl_4.comp_autonomy.2\": \"same\""},
		{"two reworded, one declared", rewordBoth, means("lvl_4.comp_autonomy.1", "same"), nil, "asks more, major by [expectation-reworded]\n" +
			"Staff Support Specialist (L4), Autonomy: release: meaning: \"lvl_4.comp_autonomy.2\": \"same\""},
		{"declared the same", reword, means("lvl_4.comp_autonomy", "same"), nil, "clarifies, minor by [expectation-reworded-same]"},
		{"declared more", reword, means("lvl_4.comp_autonomy", "more"), nil, "asks more, major by [expectation-reworded]"},
		{"the author raises", reword, &Release{Bump: "major", Meaning: map[string]string{"lvl_4.comp_autonomy": "same"}}, nil, "clarifies, major, raised by [expectation-reworded-same]"},
		{"the author asks for what it is", add, &Release{Bump: "major"}, nil, "asks more, major by [expectation-added]"},
		{"the author lowers", add, &Release{Bump: "minor"}, nil, "asks more, major by [expectation-added]\nrelease-bump-too-low at release.bump: " +
			"The release asks for a minor step of the version number, and what changed is a major one: Staff Support Specialist (L4), Autonomy: now also asks \"Hires\". " +
			"-> Leave bump out, or accept what calls for more, with reasons: accept: [{rule: \"expectation-added\", reason: \"...\"}]"},
		{"the author lowers and accepts", add, &Release{Bump: "minor"}, added, "asks more, minor by [expectation-added], accepted [expectation-added]"},
		{"accepted, and nothing lowered", add, nil, added, "asks more, major by [expectation-added]"},
		{"lowered too far", add, &Release{Bump: "patch"}, added, "asks more, patch by [expectation-added], accepted [expectation-added]"},
		{"accepted, what did not change", add, nil, []Accept{{Rule: "degree-raised"}, {Rule: "prose-vague"}}, "asks more, major by [expectation-added]\n" +
			"accept-unused at accept[0]: The rule \"degree-raised\" is accepted, and nothing changed that it speaks of. -> Leave it out."},
		{"accepted as undeclared, and declared", reword, means("lvl_4.comp_autonomy", "same"), []Accept{{Rule: "expectation-reworded"}}, "clarifies, minor by [expectation-reworded-same]"},
		{"declared, what was not reworded", add, means("lvl_1.comp_craft", "same"), nil, "asks more, major by [expectation-added]\n" +
			"meaning-unused at release.meaning.\"lvl_1.comp_craft\": It is declared that \"lvl_1.comp_craft\" asks the same, and no expectation was reworded there. -> Leave it out."},
		{"declared, what was added", add, means("lvl_4.comp_autonomy", "same"), nil, "asks more, major by [expectation-added]\n" +
			"meaning-no-effect at release.meaning.\"lvl_4.comp_autonomy\": It is declared that Staff Support Specialist (L4), Autonomy asks the same, and no expectation was reworded there. " +
			"This asks more whatever is declared: Staff Support Specialist (L4), Autonomy: now also asks \"Hires\". -> Leave it out."},
		{"declared, a degree that rose", func(e edit) { setDegree(e, "Strong", "lvl_2") }, means("lvl_2.comp_craft", "less"), nil, "asks more, major by [degree-raised]\n" +
			"meaning-no-effect at release.meaning.\"lvl_2.comp_craft\": It is declared that Support Specialist (L2), Craft asks less, and no expectation was reworded there. " +
			"This asks more whatever is declared: Support Specialist (L2), Craft: the degree rises from \"Solid\" to \"Strong\". -> Leave it out."},
		{"declared by another number", reword, means("lvl_4.comp_autonomy.2", "same"), nil, "asks more, major by [expectation-reworded]\n" +
			"Staff Support Specialist (L4), Autonomy: release: meaning: \"lvl_4.comp_autonomy\": \"same\"\n" +
			"meaning-unused at release.meaning.\"lvl_4.comp_autonomy.2\": It is declared that expectation 2 of Staff Support Specialist (L4), Autonomy asks the same, and that one was not reworded. " +
			"-> Write release: meaning: \"lvl_4.comp_autonomy\": \"same\""},
		{"shared, declared once", shared, means("lvl_3.comp_craft", "same"), nil, "clarifies, minor by [expectation-reworded-same]"},
		{"shared, declared twice alike", shared, means("lvl_2.comp_craft", "same", "lvl_3.comp_craft", "same"), nil, "clarifies, minor by [expectation-reworded-same]"},
		{"shared, declared twice otherwise", shared, means("lvl_2.comp_craft", "same", "lvl_3.comp_craft", "more"), nil, "asks more, major by [expectation-reworded]\n" +
			"meaning-contradictory at release.meaning.\"lvl_2.comp_craft\": \"Solves unusual problems without any help\" is one text at several levels, and \"lvl_2.comp_craft\" and \"lvl_3.comp_craft\" declare it differently: " +
			"the most demanding counts, which is \"more\". -> Declare it once: release: meaning: \"lvl_2.comp_craft\": \"more\""},
		{"shared, and one of its own", func(e edit) {
			shared(e)
			e.cell("lvl_3", "comp_craft", func(c *Cell) { c.Items[1].Text = "Writes many articles for the knowledge base" })
		}, nil, nil, "asks more, major by [expectation-reworded]\n" +
			"Support Specialist (L2) and Senior Support Specialist (L3), Craft: release: meaning: \"lvl_2.comp_craft\": \"same\"\n" +
			"Senior Support Specialist (L3), Craft: release: meaning: \"lvl_3.comp_craft.2\": \"same\""},
	}
}

func TestJudge(t *testing.T) {
	t.Parallel()
	for _, c := range judgeCases() {
		a, b := sample(), sample()
		c.change(edit{b})
		j := Diff(a, b).Judge(c.r, c.accept)
		if got := judged(j); got != c.want {
			t.Errorf("%s: got\n%s\nwant\n%s", c.name, got, c.want)
		}
		out, err := json.Marshal(j)
		if err != nil || strings.Contains(string(out), "null") {
			t.Errorf("%s: got %s, %v, want lists", c.name, out, err)
		}
	}
}

// TestJudgeOffers: over all cases, pasting every line that is offered leaves
// nothing undeclared, without a problem, and what was offered as the same no
// longer weighs as asking more.
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
		for _, d := range s.Judge(nil, nil).Undeclared {
			offered++
			meaning[d.Key] = "same"
		}
		j := s.Judge(&Release{Meaning: meaning}, nil)
		if len(j.Undeclared)+len(j.Problems) > 0 {
			t.Errorf("%s: with %v, got %s", c.name, meaning, judged(j))
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
			t.Errorf("%s: got %s, want %s and %s", c.name, judged(plain), s.Category(), s.Bump())
		}
		var all []Accept
		for _, r := range plain.Rules {
			all = append(all, Accept{Rule: r})
		}
		j := s.Judge(nil, all)
		if j.Category != plain.Category || bumpWeight(j.Bump) > bumpWeight(plain.Bump) || !s.Empty() && j.Bump == "" || len(j.Problems) > 0 {
			t.Errorf("%s: accepting %v, got %s", c.name, all, judged(j))
		}
		if raised := s.Judge(&Release{Bump: BumpMajor}, all); !s.Empty() && raised.Bump != BumpMajor {
			t.Errorf("%s: raised to major, got %s", c.name, judged(raised))
		}
	}
}
