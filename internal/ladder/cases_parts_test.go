package ladder

import "slices"

func partCases() []diffCase {
	return []diffCase{
		{name: "tracks change", change: func(e edit) {
			e.Tracks = append(e.Tracks, Track{ID: "track_expert", Title: "Expert"})
			e.Tracks[0].Title, e.Tracks[0].Family = "Specialist", "Customer service"
		}},
		{name: "a track has another id", change: func(e edit) { renameTrack(e, "track_ic", "track_craft", "track_ic", "track_agent") }},
		{name: "a track has its earlier id again", change: func(e edit) { renameTrack(e, "track_ic", "track_agent") }},
		{name: "a track is retired", change: func(e edit) {
			dropLeads(e)
			e.Retired.Tracks["track_lead"] = Retired{Reason: "Leads are on the ladder of managers"}
			e.Retired.Levels["lvl_m3"] = Retired{Reason: "Leads are on the ladder of managers"}
			e.Retired.Levels["lvl_m4"] = Retired{Reason: "Leads are on the ladder of managers"}
		}},
		{name: "a track goes into another one", change: func(e edit) {
			e.Tracks = []Track{{ID: "track_ic", Title: "Individual contributor", Family: "Support", Formerly: []string{"track_agent", "track_lead"}}}
			e.lvl("lvl_m3").Track, e.lvl("lvl_m3").Rank = "track_ic", 5
			e.lvl("lvl_m4").Track, e.lvl("lvl_m4").Rank = "track_ic", 6
			e.comp("comp_people").AppliesTo = &AppliesTo{Levels: []string{"lvl_4", "lvl_m3", "lvl_m4"}}
		}},
		{name: "a track is gone", change: dropLeads},
		{name: "tracks are shown in another order", change: func(e edit) {
			slices.Reverse(e.Tracks)
			e.Levels = slices.Concat(e.Levels[4:], e.Levels[:4])
		}},
		{name: "areas change", change: func(e edit) {
			e.Areas = append(e.Areas, Area{ID: "area_growth", Title: "Growth"})
			e.Areas[0].Title, e.Areas[0].Definition = "Requests", "How somebody handles what customers ask for."
			e.comp("comp_autonomy").Area = "area_growth"
		}},
		{name: "an area has another id", change: func(e edit) {
			e.Areas[1].ID, e.Areas[1].Formerly = "area_growth", []string{"area_people"}
			e.comp("comp_people").Area = "area_growth"
		}},
		{name: "an area has its earlier id again", change: func(e edit) {
			e.Areas[0].ID, e.Areas[0].Formerly = "area_tasks", nil
			e.comp("comp_craft").Area, e.comp("comp_autonomy").Area = "area_tasks", "area_tasks"
			e.Retired.Areas["area_misc"].Into[0].Area = "area_tasks"
		}},
		{name: "an area is retired", change: func(e edit) {
			e.Areas, e.comp("comp_people").Area = e.Areas[:1], "area_work"
			e.Retired.Areas["area_people"] = Retired{Reason: "One area is enough", Into: []Into{{Area: "area_work"}}}
		}},
		{name: "an area goes into another one", change: func(e edit) {
			e.Areas, e.comp("comp_people").Area = e.Areas[:1], "area_work"
			e.Areas[0].Formerly = []string{"area_tasks", "area_people"}
		}},
		{name: "an area is gone", change: func(e edit) { e.Areas, e.comp("comp_people").Area = e.Areas[:1], "" }},
		{name: "areas are shown in another order", change: func(e edit) { slices.Reverse(e.Areas) }},
		{name: "a competency says otherwise what it is", change: func(e edit) {
			c := e.comp("comp_craft")
			c.Title, c.Question = "Problem solving", "Which problems do I solve?"
			c.Summary, c.Definition = "Which problems somebody solves, and how well.", "A problem is solved when the customer can go on working and knows why."
			c.Prompts = []string{"Which problem are you most proud of?"}
		}},
		{name: "typos in a definition and a prompt", change: func(e edit) {
			c := e.comp("comp_craft")
			c.Definition = "Solving a problem means, that the customer can go on working."
			c.Prompts[0] = "Which problems are you proud of?"
		}},
		{name: "a competency has another id", change: func(e edit) { renameCompetency(e, "comp_people", "comp_growth", "comp_people") }},
		{name: "a competency has its earlier id again", change: func(e edit) {
			renameCompetency(e, "comp_craft", "comp_solving")
			e.Retired.Competencies["comp_typing"].Into[0].Competency = "comp_solving"
		}},
		{name: "competencies are shown in another order", change: func(e edit) { slices.Reverse(e.Competencies) }},
		{name: "roles change", change: func(e edit) {
			r := &e.Roles[0]
			r.Title, r.Entry, r.SeenAt = "Support representative", "First job", "Sample Ltd"
			r.Summary = "Answers customers in every channel, and passes on what they cannot solve."
			r.Skills = []string{"Writes clearly and kindly", "Knows two languages"}
			r.Responsibilities = []string{"Answers requests on the same day", "Tells the product team of faults"}
			r.Next = []string{"Support engineer", "Trainer"}
			e.Roles = append(e.Roles, Role{ID: "role_trainer", Title: "Trainer"})
		}},
		{name: "a role has another id", change: func(e edit) { e.Roles[1].ID, e.Roles[1].Formerly = "role_tech", []string{"role_engineer"} }},
		{name: "a role has its earlier id again", change: func(e edit) {
			e.Roles[0].ID, e.Roles[0].Formerly = "role_clerk", nil
			e.Retired.Roles["role_fax"].Into[0].Role = "role_clerk"
		}},
		{name: "a role is retired", change: func(e edit) {
			e.Roles = e.Roles[:1]
			e.Retired.Roles["role_engineer"] = Retired{Reason: "Engineers do it", Into: []Into{{Role: "role_agent", When: "for simple faults"}}}
		}},
		{name: "a role goes into another one", change: func(e edit) {
			e.Roles = e.Roles[:1]
			e.Roles[0].Formerly = []string{"role_clerk", "role_engineer"}
		}},
		{name: "a role is gone", change: func(e edit) { e.Roles = e.Roles[:1] }},
		{name: "roles are shown in another order", change: func(e edit) { slices.Reverse(e.Roles) }},
	}
}

func renameTrack(e edit, from, to string, formerly ...string) {
	for i := range e.Tracks {
		if e.Tracks[i].ID == from {
			e.Tracks[i].ID, e.Tracks[i].Formerly = to, formerly
		}
	}
	for i := range e.Levels {
		if e.Levels[i].Track == from {
			e.Levels[i].Track = to
		}
	}
	for id, r := range e.Retired.Tracks {
		e.Retired.Tracks[id] = Retired{Reason: r.Reason, Into: []Into{{Track: to}}}
	}
	for i := range e.Competencies {
		if a := e.Competencies[i].AppliesTo; a != nil && slices.Contains(a.Tracks, from) {
			a.Tracks = []string{to}
		}
	}
}

func renameCompetency(e edit, from, to string, formerly ...string) {
	c := e.comp(from)
	c.ID, c.Formerly = to, formerly
	for _, l := range e.Levels {
		if cell, ok := l.Expectations[from]; ok {
			delete(l.Expectations, from)
			l.Expectations[to] = cell
		}
	}
}

// dropLeads takes the track of leads and its levels from the sample.
func dropLeads(e edit) {
	e.Tracks, e.Levels = e.Tracks[:1], e.Levels[:4]
	e.comp("comp_people").AppliesTo.Tracks = nil
	e.lvl("lvl_3").Next = &[]string{"lvl_4"}
	delete(e.Profiles, "lvl_m3")
}

func frameworkCases() []diffCase {
	return []diffCase{
		{name: "the framework says otherwise what it is", change: func(e edit) {
			e.Title, e.Discipline = "Customer care ladder", "customer-care"
			e.Summary = "What we expect of everybody who helps customers."
			e.Definition = "Care helps customers to reach what they came for."
			e.Owners, e.Source.Title = []string{"people-team"}, "Care handbook"
		}},
		{name: "the framework has another id", change: func(e edit) { e.ID, e.Formerly = "care-ladder", []string{"support-ladder", "helpdesk-ladder"} }},
		{name: "the framework has its earlier id again", change: func(e edit) { e.ID, e.Formerly = "helpdesk-ladder", nil }},
		{name: "another framework stands here", change: func(e edit) { e.ID, e.Title, e.Formerly = "sales-ladder", "Sales ladder", nil }},
		{name: "the kind changes", change: func(e edit) { e.Kind = KindModel }},
		{name: "a former id is dropped", change: func(e edit) { e.Formerly = nil }},
		{name: "a former id is noted", change: func(e edit) { e.comp("comp_autonomy").Formerly = []string{"comp_freedom"} }},
		{name: "aims change", change: func(e edit) {
			e.Aims[0].Title, e.Aims[0].Text = "Answers", "Every customer has an answer within an hour."
			e.Aims[1] = Aim{ID: "aim_calm", Title: "Calm", Text: "Nobody shouts."}
		}},
		{name: "aims are shown in another order", change: func(e edit) { slices.Reverse(e.Aims) }},
		{name: "questions change", change: func(e edit) { e.Questions = []string{"How large is the whole backlog?", "Who decides?"} }},
		{name: "guidance changes", change: func(e edit) {
			e.Guidance[0].Title, e.Guidance[0].Items[1] = "Before the review", "Collect five examples"
			e.Guidance[1] = Guidance{Title: "For managers", Items: []string{"Listen first"}}
		}},
		{name: "guidance is shown in another order", change: func(e edit) { slices.Reverse(e.Guidance) }},
		{name: "retired ids change", change: func(e edit) {
			e.Retired.Tracks["track_night"] = Retired{Reason: "Night shifts were stopped", Into: []Into{{Track: "track_lead"}}}
			e.Retired.Areas["area_other"] = Retired{Reason: "It was never used"}
			delete(e.Retired.Roles, "role_fax")
		}},
		{name: "an empty list stands in place of none", change: func(e edit) { e.lvl("lvl_1").Experience = &Experience{} }},
		{name: "a bit of everything", change: func(e edit) {
			e.texts("lvl_1", "comp_autonomy", "Asks for help early", "Works from a queue that others set up", "Reads the handbook")
			e.texts("lvl_2", "comp_autonomy", "Plans their own week")
			e.texts("lvl_m3", "comp_craft", "Answers requests once a week")
			e.texts("lvl_4", "comp_autonomy", "Mentors all colleagues", "Sets goals for the whole team")
			e.lvl("lvl_m4").Code, e.Summary = "M5", "What we expect."
		}},
	}
}
