package ladder

import (
	"encoding/json"
	"testing"
)

// sample is a ladder in which every field of a framework is filled. Levels: L1
// to L4 of individual contributors, M3 and M4 of managers. L2 and L3 share the
// text of "Craft"; "People" applies to managers and L4 alone.
func sample() *Framework {
	return &Framework{
		ID: "support-ladder", Kind: KindLadder, Title: "Support ladder",
		Summary:    "What we expect of people in customer support, from the first day on.",
		Owners:     []string{"people-team", "support-leads"},
		Source:     &Source{Title: "Support handbook", Author: "The support leads", URL: "https://example.com/handbook"},
		Discipline: "customer-support", Formerly: []string{"helpdesk-ladder"},
		Definition: "Support helps customers to reach what they bought the product for.",
		Aims: []Aim{
			{ID: "aim_answers", Title: "Answers that help", Text: "Every customer has an answer that helps within a day."},
			{ID: "aim_insight", Title: "Insight", Text: "The product team learns what customers struggle with."},
		},
		Tracks: []Track{
			{ID: "track_ic", Title: "Individual contributor", Family: "Support", Formerly: []string{"track_agent"}},
			{ID: "track_lead", Title: "Leadership", Family: "Leadership"},
		},
		Areas: []Area{
			{ID: "area_work", Title: "The work", Definition: "How somebody handles customers' requests.", Formerly: []string{"area_tasks"}},
			{ID: "area_people", Title: "People", Definition: "How somebody helps colleagues to grow."},
		},
		Competencies: sampleCompetencies(),
		Levels:       sampleLevels(),
		Roles: []Role{
			{ID: "role_agent", Title: "Support agent", Entry: "Entry level", Summary: "Answers customers by mail and by telephone.",
				Skills: []string{"Writes clearly", "Stays calm under pressure"}, Responsibilities: []string{"Answers requests", "Keeps the knowledge base current"},
				Next: []string{"Support engineer"}, SeenAt: "Example Ltd", Formerly: []string{"role_clerk"}},
			{ID: "role_engineer", Title: "Support engineer", Responsibilities: []string{"Reproduces faults"}},
		},
		Questions: []string{"Who decides what is urgent?", "How large is the backlog?"},
		Guidance: []Guidance{
			{Title: "Before a review", Items: []string{"Read the level above yours", "Collect three examples"}},
			{Title: "After a review", Items: []string{"Agree on one goal"}},
		},
		Profiles: map[string]Profile{
			"lvl_1":  {Model: "support-competencies", Requires: map[string]string{"product_knowledge": "foundational", "customer_focus": "foundational"}, Critical: []string{"product_knowledge", "customer_focus"}},
			"lvl_2":  {Model: "support-competencies", Requires: map[string]string{"product_knowledge": "proficient", "customer_focus": "proficient"}, Critical: []string{"product_knowledge", "customer_focus"}},
			"lvl_3":  {Model: "support-competencies", Requires: map[string]string{"product_knowledge": "advanced", "customer_focus": "proficient"}, Critical: []string{"product_knowledge", "customer_focus"}},
			"lvl_m3": {Model: "support-competencies", Requires: map[string]string{"product_knowledge": "proficient"}, Critical: []string{"product_knowledge"}},
		},
		Retired: &RetiredIDs{
			Levels:       map[string]Retired{"lvl_0": {Reason: "Nobody starts as a trainee any more", Into: []Into{{Level: "lvl_1", When: "after the trial period"}}}},
			Tracks:       map[string]Retired{"track_night": {Reason: "Night shifts ended", Into: []Into{{Track: "track_ic"}}}},
			Areas:        map[string]Retired{"area_misc": {Reason: "Too vague", Into: []Into{{Area: "area_work"}}}},
			Competencies: map[string]Retired{"comp_typing": {Reason: "Nobody measures it", Into: []Into{{Competency: "comp_craft"}}}},
			Roles:        map[string]Retired{"role_fax": {Reason: "Faxes ended", Into: []Into{{Role: "role_agent"}}}},
		},
	}
}

func sampleCompetencies() []Competency {
	return []Competency{
		{ID: "comp_craft", Title: "Craft", Area: "area_work", Question: "How well do I solve problems?", Summary: "How difficult the problems are that somebody solves.",
			Definition: "Solving a problem means that the customer can go on working.", Prompts: []string{"Which problem are you proud of?", "Which one took too long?"},
			Degrees: []string{"Basic", "Solid", "Strong"}, Formerly: []string{"comp_solving"}},
		{ID: "comp_autonomy", Title: "Autonomy", Area: "area_work", Question: "How independently do I work?", Summary: "How much guidance somebody needs."},
		{ID: "comp_people", Title: "People", Area: "area_people", Summary: "How somebody develops others.",
			AppliesTo: &AppliesTo{Tracks: []string{"track_lead"}, Levels: []string{"lvl_4"}}},
	}
}

func sampleLevels() []Level {
	shared := func() Cell {
		return Cell{Degree: "Solid", Items: []Item{
			{Text: "Solves unusual problems without help"},
			{Text: "Writes articles for the knowledge base", Examples: []string{"An article that halved the requests on billing"},
				Evidence: []string{"Two published articles"}, NotThis: []string{"Copying old answers"}},
		}}
	}
	return []Level{
		level("lvl_1", 1, "L1", "Support Agent", "track_ic", cells{
			"comp_craft":    {Degree: "Basic", Items: items("Solves common problems from the handbook")},
			"comp_autonomy": {Items: items("Asks for help early", "Works from a queue that others set up")}}),
		level("lvl_2", 2, "L2", "Support Specialist", "track_ic", cells{
			"comp_craft":    shared(),
			"comp_autonomy": {Items: items("Plans their own week", "Works with little supervision")}}),
		sampleSenior(shared()),
		level("lvl_4", 4, "L4", "Staff Support Specialist", "track_ic", cells{
			"comp_craft":    {Degree: "Strong", Items: items("Solves problems that nobody has solved before")},
			"comp_autonomy": {Items: items("Mentors junior colleagues", "Sets goals for the whole team")},
			"comp_people":   {Items: items("Leads a working group")}}),
		level("lvl_m3", 3, "M3", "Support Lead", "track_lead", cells{
			"comp_craft":    {None: "leads do not answer requests"},
			"comp_autonomy": {Items: items("Plans the team's month")},
			"comp_people":   {Items: items("Holds a conversation on growth with everybody each quarter", "Hires for the team")}}),
		level("lvl_m4", 4, "M4", "Head of Support", "track_lead", cells{
			"comp_craft":    {None: "leads do not answer requests"},
			"comp_autonomy": {Items: items("Sets the strategy of support for the company")},
			"comp_people":   {Items: items("Develops the leads", "Owns the budget")}}),
	}
}

// sampleSenior is the level in which every field is filled.
func sampleSenior(craft Cell) Level {
	l := level("lvl_3", 3, "L3", "Senior Support Specialist", "track_ic", cells{
		"comp_craft":    craft,
		"comp_autonomy": {Items: items("Works without supervision", "Takes over a customer in trouble and brings the matter to a good end")}})
	years, next := 3, []string{"lvl_4", "lvl_m3"}
	l.Titles = append(l.Titles, Title{Text: "Senior Support Engineer", Note: "in technical teams"})
	l.Summary = "Solves what others cannot, and says how."
	l.Stage, l.JobGrades = "Maturing", []string{"G3", "G4"}
	l.Experience = &Experience{Years: &years, In: "support or a related field", Text: "Has worked with large customers"}
	l.Next, l.Formerly = &next, []string{"lvl_senior"}
	return l
}

type cells = map[string]Cell

func level(id string, rank int, code, title, track string, expects cells) Level {
	return Level{ID: id, Rank: rank, Code: code, Track: track, Titles: []Title{{Text: title}}, JobGrades: []string{"G" + code[1:]}, Expectations: expects}
}

func items(texts ...string) []Item {
	var out []Item
	for _, t := range texts {
		out = append(out, Item{Text: t})
	}
	return out
}

// clone copies a framework through JSON, as one read twice would be.
func clone(t testing.TB, f *Framework) *Framework {
	t.Helper()
	var out Framework
	if err := json.Unmarshal(f.Canonical(), &out); err != nil {
		t.Fatalf("decoding a canonical form: %v", err)
	}
	return &out
}

// edit is a framework under change in a test.
type edit struct{ *Framework }

func (e edit) lvl(id string) *Level       { l, _ := e.Level(id); return l }
func (e edit) comp(id string) *Competency { c, _ := e.Framework.Competency(id); return c }

// cell changes the cell of a level and a competency.
func (e edit) cell(level, competency string, change func(*Cell)) {
	l := e.lvl(level)
	c := l.Expectations[competency]
	change(&c)
	l.Expectations[competency] = c
}

// texts replaces the items of a cell by plain lines.
func (e edit) texts(level, competency string, texts ...string) {
	e.cell(level, competency, func(c *Cell) { c.Items, c.None = items(texts...), "" })
}
