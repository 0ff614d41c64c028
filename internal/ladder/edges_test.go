package ladder

import (
	"slices"
	"strings"
	"testing"
)

// edge is where one rule ends and another begins: near is judged by the rule,
// and far, which is just beyond, is not, but by the other.
type edge struct {
	name       string
	before     func(edit)
	near, far  func(edit)
	rule, over string
}

func autonomy(level string, texts ...string) func(edit) {
	return func(e edit) { e.texts(level, "comp_autonomy", texts...) }
}

// askMore are the edges of the category asks more.
func askMoreEdges() []edge {
	mentors, goals := "Mentors junior colleagues", "Sets goals for the whole team"
	l3 := []string{"Works without supervision", "Takes over a customer in trouble and brings the matter to a good end"}
	years := func(n int) func(edit) { return func(e edit) { *e.lvl("lvl_3").Experience.Years = n } }
	return []edge{
		{name: "added at a level with people, or with a level that is new", near: autonomy("lvl_4", mentors, goals, "Hires"),
			far: levelCases()[0].change, rule: "expectation-added", over: "level-added"},
		{name: "moved down, or up", rule: "expectation-moved-down", over: "expectation-moved-up",
			near: func(e edit) {
				autonomy("lvl_4", goals)(e)
				autonomy("lvl_3", l3[0], l3[1], mentors)(e)
			},
			far: func(e edit) { autonomy("lvl_3", l3[0])(e); autonomy("lvl_4", mentors, goals, l3[1])(e) }},
		{name: "reworded, or misspelt by two letters", rule: "expectation-reworded", over: "expectation-corrected",
			near: autonomy("lvl_4", "Mentors junior coworkers", goals), far: autonomy("lvl_4", "Mentors junior coleages", goals)},
		{name: "three letters, or two", rule: "expectation-reworded", over: "expectation-corrected",
			near: autonomy("lvl_4", "Mentors junior collgus", goals), far: autonomy("lvl_4", "Mentors junior collegus", goals)},
		{name: "a word more, or none", rule: "expectation-reworded", over: "expectation-corrected",
			near: autonomy("lvl_4", mentors, "Sets goals for the team"), far: autonomy("lvl_4", mentors, "Sets gaols for the whole team")},
		{name: "a quantifier, or another word", rule: "expectation-reworded", over: "expectation-corrected",
			before: autonomy("lvl_4", mentors, "Knows most of the tools"), near: autonomy("lvl_4", mentors, "Knows must of the tools"), far: autonomy("lvl_4", mentors, "Knows most of the toosl")},
		{name: "a number, or another word", rule: "expectation-reworded", over: "expectation-corrected",
			before: autonomy("lvl_4", mentors, "Leads 12 projects"), near: autonomy("lvl_4", mentors, "Leads 11 projects"), far: autonomy("lvl_4", mentors, "Leads 12 projets")},
		{name: "a negation, or another word", rule: "expectation-reworded", over: "expectation-corrected",
			before: autonomy("lvl_4", mentors, "Does not leave early"), near: autonomy("lvl_4", mentors, "Does now leave early"), far: autonomy("lvl_4", mentors, "Does not laeve early")},
		{name: "a modal, or another word", rule: "expectation-reworded", over: "expectation-corrected",
			before: autonomy("lvl_4", mentors, "Would help others"), near: autonomy("lvl_4", mentors, "Could help others"), far: autonomy("lvl_4", mentors, "Would help othesr")},
		{name: "how often, or another word", rule: "expectation-reworded", over: "expectation-corrected",
			before: autonomy("lvl_4", mentors, "Reports monthly to all"), near: autonomy("lvl_4", mentors, "Reports monthy to all"), far: autonomy("lvl_4", mentors, "Reprots monthly to all")},
		{name: "degree raised, or lowered", rule: "degree-raised", over: "degree-lowered",
			near: func(e edit) { setDegree(e, "Strong", "lvl_2") }, far: func(e edit) { setDegree(e, "Basic", "lvl_2") }},
		{name: "years raised, or lowered", near: years(4), far: years(2), rule: "years-raised", over: "years-lowered"},
		{name: "a competency newly applies, or no longer", rule: "competency-applied", over: "competency-withdrawn",
			near: func(e edit) {
				e.texts("lvl_3", "comp_people", "Helps a trainee")
				e.comp("comp_people").AppliesTo.Levels = []string{"lvl_4", "lvl_3"}
			}, far: func(e edit) { delete(e.lvl("lvl_4").Expectations, "comp_people") }},
		{name: "a profile raised, or lowered", rule: "profile-raised", over: "profile-lowered",
			near: func(e edit) { e.Profiles["lvl_1"].Requires["customer_focus"] = "proficient" },
			far:  func(e edit) { e.Profiles["lvl_3"].Requires["product_knowledge"] = "proficient" }},
		{name: "a move closed, or opened", rule: "move-removed", over: "move-added",
			near: func(e edit) { e.lvl("lvl_3").Next = &[]string{"lvl_4"} }, far: func(e edit) { e.lvl("lvl_3").Next = &[]string{"lvl_4", "lvl_m3", "lvl_m4"} }},
	}
}

// otherEdges are the edges between the other categories.
func otherEdges() []edge {
	drop := func(e edit) { e.Levels = slices.Delete(e.Levels, 3, 4); dropLevel(e) }
	return []edge{
		{name: "a level retired, or gone without a word", rule: "level-retired", over: "level-removed", far: drop,
			near: func(e edit) {
				drop(e)
				e.Retired.Levels["lvl_4"] = Retired{Reason: "One job in two places"}
			}},
		{name: "a level merged, or renamed", rule: "level-merged", over: "level-renamed",
			near: func(e edit) { drop(e); e.lvl("lvl_3").Formerly = []string{"lvl_4", "lvl_senior"} },
			far:  func(e edit) { renameLevel(e, "lvl_4", "lvl_staff", "lvl_4") }},
		{name: "the order of ranks, or their numbers", rule: "level-order-changed", over: "ranks-renumbered",
			near: func(e edit) { e.lvl("lvl_1").Rank, e.lvl("lvl_2").Rank = 2, 1 }, far: func(e edit) { e.lvl("lvl_4").Rank = 9 }},
		{name: "another track, or the track's other name", rule: "level-track-changed", over: "track-renamed",
			near: func(e edit) { e.lvl("lvl_4").Track, e.lvl("lvl_4").Rank = "track_lead", 5 },
			far:  func(e edit) { renameTrack(e, "track_ic", "track_craft", "track_ic", "track_agent") }},
		{name: "another framework, or another id", rule: "framework-replaced", over: "framework-renamed",
			near: func(e edit) { e.ID = "sales-ladder" }, far: func(e edit) { e.ID, e.Formerly = "care-ladder", []string{"support-ladder", "helpdesk-ladder"} }},
		{name: "a code changed, or given", rule: "level-code-changed", over: "level-code-given", before: func(e edit) { e.lvl("lvl_1").Code = "" },
			near: func(e edit) { e.lvl("lvl_3").Code = "S3" }, far: func(e edit) { e.lvl("lvl_1").Code = "L1" }},
		{name: "job grades changed, or given", rule: "job-grades-changed", over: "job-grades-given", before: func(e edit) { e.lvl("lvl_1").JobGrades = nil },
			near: func(e edit) { e.lvl("lvl_3").JobGrades = []string{"G4"} }, far: func(e edit) { e.lvl("lvl_1").JobGrades = []string{"G1"} }},
		{name: "a competency gone, or retired", rule: "competency-removed", over: "competency-retired",
			near: func(e edit) { removePeople(e) },
			far: func(e edit) {
				removePeople(e)
				e.Retired.Competencies["comp_people"] = Retired{Reason: "It is part of autonomy"}
			}},
		{name: "an example added, or taken away", rule: "example-added", over: "example-removed",
			near: func(e edit) {
				e.cell("lvl_1", "comp_autonomy", func(c *Cell) { c.Items[0].Examples = []string{"A call on the first day"} })
			},
			far: func(e edit) { e.cell("lvl_3", "comp_craft", func(c *Cell) { c.Items[1].Examples = nil }) }},
		{name: "a definition reworded, or misspelt", rule: "framework-definition-changed", over: "text-corrected",
			near: func(e edit) { e.Definition = "Support helps customers to reach all they bought the product for." },
			far:  func(e edit) { e.Definition = "Support helps custmers to reach what they bought the product for." }},
		{name: "a title changed, or its order among others", rule: "stage-changed", over: "order-changed",
			near: func(e edit) { e.lvl("lvl_3").Stage = "Mature" }, far: func(e edit) { e.lvl("lvl_3").JobGrades = []string{"G4", "G3"} }},
	}
}

// TestEdges tries both sides of each edge of the table of rules.
func TestEdges(t *testing.T) {
	t.Parallel()
	for _, c := range slices.Concat(askMoreEdges(), otherEdges()) {
		judge := func(change func(edit)) []string {
			a := sample()
			if c.before != nil {
				c.before(edit{a})
			}
			b := clone(t, a)
			change(edit{b})
			rules, _ := ruleIDs(Diff(a, b))
			return rules
		}
		if got := judge(c.near); !slices.Contains(got, c.rule) || slices.Contains(got, c.over) {
			t.Errorf("%s: this side is judged by %v, want %s and not %s", c.name, got, c.rule, c.over)
		}
		if got := judge(c.far); !slices.Contains(got, c.over) || slices.Contains(got, c.rule) {
			t.Errorf("%s: that side is judged by %v, want %s and not %s", c.name, got, c.over, c.rule)
		}
	}
}

// TestTableOfRules pins the rules behind each phrase of the table of what
// changes mean, by category.
func TestTableOfRules(t *testing.T) {
	t.Parallel()
	for phrase, c := range map[string]struct {
		category Category
		rules    string
	}{
		"added, moved down, reworded":                     {AsksMore, "expectation-added expectation-moved-down expectation-moved-across expectation-reworded expectation-moved-up-reworded"},
		"degree or years raised":                          {AsksMore, "degree-raised degree-given degree-changed degrees-reordered years-raised experience-added experience-reworded"},
		"newly applying, profile raised, move removed":    {AsksMore, "competency-applied none-lifted cumulative-on profile-raised profile-added profile-changed profile-model-changed critical-added move-removed"},
		"retired, split, merged; order; track":            {MovesPeople, "level-retired level-merged level-retirement-redirected level-order-changed level-track-changed track-retired track-merged"},
		"framework replaced or ended":                     {MovesPeople, "framework-replaced framework-removed"},
		"an id gone without retired or formerly":          {BreaksReferences, "level-removed track-removed area-removed competency-removed role-removed former-id-dropped retired-id-dropped"},
		"code or job grades changed; kind changed":        {BreaksReferences, "level-code-changed job-grades-changed kind-changed"},
		"level, track, framework; examples; rename":       {Adds, "level-added track-added framework-added example-added evidence-added level-renamed track-renamed framework-renamed"},
		"removed, moved up; degree or years lowered":      {AsksLess, "expectation-removed expectation-moved-up degree-lowered degree-removed years-lowered expectation-reworded-less"},
		"declared the same; title, stage, definition":     {Clarifies, "expectation-reworded-same title-changed stage-changed level-summary-changed framework-definition-changed framework-summary-changed"},
		"typo-like; prompts, questions, owners, order":    {WordingOnly, "expectation-corrected text-corrected prompts-changed questions-changed owners-changed source-changed order-changed"},
		"what nothing else recognises counts as the most": {AsksMore, "other-changed"},
	} {
		for _, id := range strings.Fields(c.rules) {
			if r, ok := RuleByID(id); !ok || r.Category != c.category {
				t.Errorf("%s: the rule %s is %q, want %s", phrase, id, r.Category, c.category)
			}
		}
	}
}
