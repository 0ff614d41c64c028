package notes

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/milepost-dev/milepost/internal/ladder"
)

// noteCase is one change of which notes are written.
type noteCase struct {
	name string
	in   func(t testing.TB) Input
}

// asksMore moves an expectation down and adds two, as the headline of the
// README has it.
func asksMore(e edit) {
	e.texts("lvl_4", "comp_autonomy", "Sets goals for the whole team")
	e.texts("lvl_3", "comp_autonomy", "Works without supervision", "Mentors junior colleagues",
		"Answers for the quality of the whole queue", "Represents support when a product is launched")
}

func noteCases() []noteCase {
	return slices.Concat(textCases(), eventCases(), kindCases())
}

func textCases() []noteCase {
	return []noteCase{
		{"wording-only", func(t testing.TB) Input {
			a := sample()
			edit{a}.texts("lvl_4", "comp_autonomy", "Mentors junior collegues", "Sets goals for the whole team")
			in := compared(t, a, sample())
			in.Number, in.Release().Why = "1.4.1", "A letter was missing."
			return in
		}},
		{"asks-more", func(t testing.TB) Input {
			in := input(t, sample(), asksMore)
			in.Directives.Release = &ladder.Release{
				Why:                "Seniors have mentored for a year already.\nNow the ladder says so.",
				Contact:            "the people team, in the channel for careers",
				PromotionsUnderWay: "Promotions to L3 that were proposed before 1 March are decided by the old text.",
			}
			in.Directives.Transition = &ladder.Transition{AcceptOld: "2027-06-30", For: "promotions under way"}
			return in
		}},
		{"asks-more-unsaid", func(t testing.TB) Input { return input(t, sample(), asksMore) }},
		{"moved-down", func(t testing.TB) Input {
			return input(t, sample(), func(e edit) {
				e.texts("lvl_4", "comp_autonomy", "Mentors junior colleagues")
				e.texts("lvl_3", "comp_autonomy", "Works without supervision", "Sets goals for half of the team")
			})
		}},
		{"shared-cell", func(t testing.TB) Input {
			return input(t, sample(), func(e edit) {
				for _, l := range []string{"lvl_2", "lvl_3"} {
					e.texts(l, "comp_craft", "Solves unusual problems without any help from others")
				}
				e.texts("lvl_2", "comp_autonomy", "Plans their own week", "Works with little supervision", "Shares what they learn")
			})
		}},
		{"rewording", func(t testing.TB) Input {
			in := input(t, sample(), func(e edit) {
				e.texts("lvl_4", "comp_autonomy", "Mentors junior and senior colleagues", "Sets goals for half of the team")
				e.texts("lvl_m3", "comp_autonomy", "Makes the plan for the team's month")
			})
			in.Directives.Release = &ladder.Release{Meaning: map[string]string{"lvl_4.comp_autonomy.2": "less", "lvl_m3.comp_autonomy": "same"}}
			in.Changes = in.Changes.Declared(in.Directives.Release.Meaning)
			return in
		}},
		{"retired-and-split", func(t testing.TB) Input {
			in := input(t, sample(), func(e edit) {
				e.Levels = slices.Delete(e.Levels, 3, 4)
				e.Retired = &ladder.RetiredIDs{Levels: map[string]ladder.Retired{"lvl_4": {Reason: "Staff and lead were one job in two places",
					Into: []ladder.Into{{Level: "lvl_3"}, {Level: "lvl_m3", When: "for those who lead a working group"}}}}}
			})
			in.Directives.Accept = []ladder.Accept{{Rule: "notice", Reason: "Everybody concerned agreed in writing"}}
			return in
		}},
		{"everything-else", func(t testing.TB) Input {
			return input(t, sample(), everythingElse)
		}},
		{"hostile", hostile},
		{"very-large", func(t testing.TB) Input { return compared(t, large(0), large(1)) }},
	}
}

// everythingElse has a change of each form that is not in another case.
func everythingElse(e edit) {
	years := 2
	l := e.lvl("lvl_2")
	l.Experience, l.JobGrades = &ladder.Experience{Years: &years, In: "support"}, []string{"G2"}
	l.Titles = append(l.Titles, ladder.Title{Text: "Support Engineer", Note: "in technical teams"})
	e.lvl("lvl_3").Summary = "Solves what others cannot, and says how."
	e.lvl("lvl_1").Expectations["comp_craft"] = ladder.Cell{Degree: "Solid", Items: items("Solves common problems from the handbook")}
	e.lvl("lvl_4").Expectations["comp_craft"] = ladder.Cell{None: "left to the specialists"}
	e.texts("lvl_m3", "comp_craft", "Answers requests once a week")
	e.Competencies = append(e.Competencies, ladder.Competency{ID: "comp_data", Title: "Data"})
	e.lvl("lvl_m3").Expectations["comp_data"] = ladder.Cell{Items: items("Reads the weekly report", "Explains it to the team", "Acts on it")}
	e.Tracks[0].Title = "Specialist"
	e.Owners = []string{"people-team"}
	e.Guidance = []ladder.Guidance{{Title: "Before a review", Items: []string{"Read the level above yours", "Collect three examples"}}}
	e.Profiles = map[string]ladder.Profile{"lvl_1": {Model: "support-competencies", Requires: map[string]string{"product_knowledge": "foundational"}}}
}

func eventCases() []noteCase {
	return []noteCase{
		{"first-version", func(t testing.TB) Input {
			in := compared(t, nil, sample())
			in.Number, in.Previous = "1.0.0", ""
			return in
		}},
		{"removal", func(t testing.TB) Input {
			in := compared(t, sample(), nil)
			in.Directives.Release = &ladder.Release{Why: "Support is part of the product operations ladder now.",
				PromotionsUnderWay: "Promotions go on by the product operations ladder, at the same level."}
			return in
		}},
		{"removal-unsaid", func(t testing.TB) Input { return compared(t, sample(), nil) }},
		{"return", func(t testing.TB) Input {
			in := compared(t, nil, sample())
			in.Number, in.Previous = "4.0.0", "3.0.0"
			in.Since["3.0.0"] = day(t, "2026-06-01")
			return in
		}},
		{"correction", func(t testing.TB) Input {
			in := input(t, sample(), func(e edit) { e.texts("lvl_2", "comp_autonomy", "Plans their own week") })
			in.Number, in.Previous = "2.1.0", "2.0.0"
			in.Since["2.0.0"] = in.Effective
			in.Recorded = time.Date(2027, 4, 5, 8, 0, 0, 0, time.UTC)
			in.Directives.Correction = &ladder.Correction{Of: "2.0.0", Reason: "a line of Senior stood here too"}
			in.Directives.Errata = map[string]string{"1.10.0": "Its third line is a slip.", "1.4.0": "The same line stood here, and was not used."}
			return in
		}},
		{"transition-over", func(t testing.TB) Input {
			in := input(t, sample(), asksMore)
			in.Directives.Transition = &ladder.Transition{AcceptOld: "2027-06-30", For: "promotions under way"}
			in.Now = day(t, "2027-07-01")
			in.Until = day(t, "2027-09-01")
			return in
		}},
		{"coming", func(t testing.TB) Input {
			in := input(t, sample(), asksMore)
			in.Number, in.Directives.Publish, in.Now = "2.0.0-next.20270120T093000Z", "2027-02-01", day(t, "2027-01-25")
			return in
		}},
		{"proposed", func(t testing.TB) Input {
			in := input(t, sample(), asksMore)
			in.Number, in.Recorded, in.Effective, in.Commit, in.ApprovedBy, in.MergedBy = "", time.Time{}, time.Time{}, "", nil, ""
			return in
		}},
		{"historic", func(t testing.TB) Input {
			in := input(t, sample(), asksMore)
			in.Until, in.Now = day(t, "2027-09-01"), day(t, "2028-01-01")
			return in
		}},
		{"same-month", func(t testing.TB) Input {
			in := input(t, sample(), asksMore)
			in.Since["1.4.0"], in.Now = day(t, "2027-03-01").Add(9*time.Hour), time.Time{}
			in.Effective = day(t, "2027-03-10")
			return in
		}},
	}
}

func kindCases() []noteCase {
	return []noteCase{
		{"role-guide", func(t testing.TB) Input {
			a := &ladder.Framework{ID: "support-roles", Kind: ladder.KindRoleGuide, Title: "Support roles", Owners: []string{"people-team"},
				Roles: []ladder.Role{
					{ID: "role_agent", Title: "Support agent", Skills: []string{"Writes clearly", "Stays calm under pressure"}, Responsibilities: []string{"Answers requests"}},
					{ID: "role_engineer", Title: "Support engineer", Responsibilities: []string{"Reproduces faults"}}},
				Questions: []string{"Who decides what is urgent?"}}
			return input(t, a, func(e edit) {
				e.Roles[0].Responsibilities = []string{"Answers requests on the same day", "Tells the product team of faults"}
				e.Roles[0].Skills = []string{"Writes clearly"}
				e.Questions = []string{"Who decides what is most urgent?"}
			})
		}},
		{"discipline", func(t testing.TB) Input {
			a := &ladder.Framework{ID: "customer-support", Kind: ladder.KindDiscipline, Title: "Customer support", Owners: []string{"people-team"},
				Definition: "Support helps customers to reach what they bought the product for.",
				Aims:       []ladder.Aim{{ID: "aim_answers", Title: "Answers", Text: "Every customer has an answer that helps within a day."}}}
			return input(t, a, func(e edit) {
				e.Definition = "Support helps customers to reach what they came for."
				e.Aims = append(e.Aims, ladder.Aim{ID: "aim_calm", Title: "Calm", Text: "Nobody is hurried."})
			})
		}},
		{"competency-model", func(t testing.TB) Input {
			cells := func(degree string, texts ...string) map[string]ladder.Cell {
				return map[string]ladder.Cell{"comp_listening": {Degree: degree, Items: items(texts...)}}
			}
			a := &ladder.Framework{ID: "support-competencies", Kind: ladder.KindModel, Title: "Support competencies", Owners: []string{"people-team"},
				Cumulative:   true,
				Competencies: []ladder.Competency{{ID: "comp_listening", Title: "Listening", Degrees: []string{"With help", "Alone", "Teaches it"}}},
				Levels: []ladder.Level{
					{ID: "prof_1", Rank: 1, Titles: []ladder.Title{{Text: "Foundational"}}, Expectations: cells("With help", "Repeats what the customer said")},
					{ID: "prof_2", Rank: 2, Titles: []ladder.Title{{Text: "Proficient"}}, Expectations: cells("Alone", "Finds what the customer did not say")},
					{ID: "prof_3", Rank: 3, Titles: []ladder.Title{{Text: "Expert"}}, Expectations: cells("Teaches it", "Teaches others to listen")}}}
			return input(t, a, func(e edit) {
				e.lvl("prof_1").Expectations = cells("Alone", "Repeats what the customer said", "Asks before answering")
			})
		}},
	}
}

// Release is the release of an input, made at the first call.
func (in *Input) Release() *ladder.Release {
	if in.Directives.Release == nil {
		in.Directives.Release = &ladder.Release{}
	}
	return in.Directives.Release
}

// large is a ladder of 24 levels and 20 competencies; all of its texts read
// otherwise for another n.
func large(n int) *ladder.Framework {
	f := &ladder.Framework{ID: "large-ladder", Kind: ladder.KindLadder, Title: "Large ladder", Owners: []string{"people-team"}}
	for c := range 20 {
		f.Competencies = append(f.Competencies, ladder.Competency{ID: fmt.Sprintf("comp_%d", c), Title: fmt.Sprintf("Competency number %d", c+1)})
	}
	for l := range 24 {
		cells := map[string]ladder.Cell{}
		for c := range 20 {
			cells[fmt.Sprintf("comp_%d", c)] = ladder.Cell{Items: items(fmt.Sprintf(
				"Knows subject %d of part %d, and %s", l+1, c+1, [...]string{"does what is asked", "finds what nobody asked"}[n]))}
		}
		f.Levels = append(f.Levels, ladder.Level{ID: fmt.Sprintf("lvl_%d", l), Rank: l + 1, Code: fmt.Sprintf("S%d", l+1),
			Titles: []ladder.Title{{Text: fmt.Sprintf("Step %d", l+1)}}, Expectations: cells})
	}
	return f
}
