package ladder

import "slices"

func levelCases() []diffCase {
	return []diffCase{
		{name: "a level is added", change: func(e edit) {
			e.Levels = slices.Insert(e.Levels, 4, level("lvl_5", 5, "L5", "Principal Support Specialist", "track_ic", cells{
				"comp_craft": {Items: items("Solves what the makers cannot")}, "comp_autonomy": {Items: items("Works for the company as a whole")}}))
			e.Profiles["lvl_5"] = e.Profiles["lvl_3"]
		}},
		{name: "a retired level is there again", change: func(e edit) {
			delete(e.Retired.Levels, "lvl_0")
			e.Levels = slices.Insert(e.Levels, 0, level("lvl_0", 0, "L0", "Support Trainee", "track_ic", cells{
				"comp_craft": {Items: items("Learns the handbook")}, "comp_autonomy": {Items: items("Works beside a colleague")}}))
		}},
		{name: "a level has another id", change: func(e edit) { renameLevel(e, "lvl_4", "lvl_staff", "lvl_4") }},
		{name: "a level has its earlier id again", change: func(e edit) {
			renameLevel(e, "lvl_3", "lvl_senior")
		}},
		{name: "a level is retired and split", change: func(e edit) {
			e.Levels = slices.Delete(e.Levels, 3, 4)
			e.Retired.Levels["lvl_4"] = Retired{Reason: "Staff and lead were one job in two places",
				Into: []Into{{Level: "lvl_3"}, {Level: "lvl_m3", When: "for those who lead a working group"}}}
			dropLevel(e)
		}},
		{name: "a level goes into another one, and takes an expectation along", change: func(e edit) {
			e.Levels = slices.Delete(e.Levels, 3, 4)
			dropLevel(e)
			e.lvl("lvl_3").Formerly = []string{"lvl_4", "lvl_senior"}
			e.texts("lvl_3", "comp_autonomy", "Works without supervision", "Takes over a customer in trouble and brings the matter to a good end", "Mentors junior colleagues")
		}},
		{name: "a level is gone", change: func(e edit) {
			e.Levels = slices.Delete(e.Levels, 3, 4)
			dropLevel(e)
		}},
		{name: "the order of levels changes", change: func(e edit) {
			e.lvl("lvl_1").Rank, e.lvl("lvl_2").Rank = 2, 1
			e.Levels[0], e.Levels[1] = e.Levels[1], e.Levels[0]
		}},
		{name: "ranks have other numbers", change: func(e edit) {
			for i := range e.Levels {
				e.Levels[i].Rank *= 10
			}
		}},
		{name: "a level is on another track", change: func(e edit) {
			l := *e.lvl("lvl_4")
			l.Track, l.Rank = "track_lead", 5
			e.Levels = append(slices.Delete(e.Levels, 3, 4), l)
		}},
		{name: "levels are listed in another order", change: func(e edit) {
			e.Levels[0], e.Levels[1] = e.Levels[1], e.Levels[0]
		}},
		{name: "the people of a level retired earlier go elsewhere", change: func(e edit) {
			e.Retired.Levels["lvl_0"] = Retired{Reason: "Nobody starts as a trainee any more", Into: []Into{{Level: "lvl_2"}}}
		}},
	}
}

// dropLevel takes what refers to L4 from the rest of the sample.
func dropLevel(e edit) {
	next := []string{"lvl_m3"}
	e.lvl("lvl_3").Next = &next
	e.comp("comp_people").AppliesTo.Levels = nil
}

func renameLevel(e edit, from, to string, formerly ...string) {
	l := e.lvl(from)
	l.ID, l.Formerly = to, formerly
	for i := range e.Levels {
		if n := e.Levels[i].Next; n != nil {
			for j, id := range *n {
				if id == from {
					(*n)[j] = to
				}
			}
		}
	}
	for i := range e.Competencies {
		if a := e.Competencies[i].AppliesTo; a != nil {
			for j, id := range a.Levels {
				if id == from {
					a.Levels[j] = to
				}
			}
		}
	}
	if p, ok := e.Profiles[from]; ok {
		delete(e.Profiles, from)
		e.Profiles[to] = p
	}
}

func levelFieldCases() []diffCase {
	senior := func(change func(*Level)) func(edit) {
		return func(e edit) { change(e.lvl("lvl_3")) }
	}
	return []diffCase{
		{name: "the code of a level changes", change: senior(func(l *Level) { l.Code = "S3" })},
		{name: "a level has a code", before: senior(func(l *Level) { l.Code = "" }), change: senior(func(l *Level) { l.Code = "L3" })},
		{name: "the job grades of a level change", change: senior(func(l *Level) { l.JobGrades = []string{"G4", "G5"} })},
		{name: "a level covers job grades", before: senior(func(l *Level) { l.JobGrades = nil }), change: senior(func(l *Level) { l.JobGrades = []string{"G3"} })},
		{name: "a level covers no job grades", change: senior(func(l *Level) { l.JobGrades = nil })},
		{name: "the job grades are listed in another order", change: senior(func(l *Level) { l.JobGrades = []string{"G4", "G3"} })},
		{name: "years are raised", change: senior(func(l *Level) { *l.Experience.Years = 4 })},
		{name: "years are lowered", change: senior(func(l *Level) { *l.Experience.Years = 2 })},
		{name: "years are asked for the first time", change: func(e edit) { years := 1; e.lvl("lvl_2").Experience = &Experience{Years: &years} }},
		{name: "years are no longer asked", change: senior(func(l *Level) { l.Experience.Years = nil })},
		{name: "no years, written otherwise", change: func(e edit) { years := 0; e.lvl("lvl_1").Experience = &Experience{Years: &years} }},
		{name: "experience is described", change: func(e edit) { e.lvl("lvl_2").Experience = &Experience{Text: "Has worked in a queue"} }},
		{name: "experience is described otherwise", change: senior(func(l *Level) { l.Experience.Text = "Has worked with the largest customers for a year" })},
		{name: "a typo in the experience", change: senior(func(l *Level) { l.Experience.In = "support, or a related field" })},
		{name: "experience is described no longer", change: senior(func(l *Level) { l.Experience.In, l.Experience.Text = "", "" })},
		{name: "a move is closed", change: senior(func(l *Level) { l.Next = &[]string{"lvl_4"} })},
		{name: "a move is opened", change: func(e edit) { e.lvl("lvl_2").Next = &[]string{"lvl_3", "lvl_m3"} }},
		{name: "moves are listed that follow the track anyway", change: func(e edit) { e.lvl("lvl_2").Next = &[]string{"lvl_3"} }},
		{name: "moves are listed in another order", change: senior(func(l *Level) { l.Next = &[]string{"lvl_m3", "lvl_4"} })},
		{name: "the title of a level changes", change: func(e edit) { e.lvl("lvl_2").Titles[0].Text = "Support Professional" }},
		{name: "the note on a title changes", change: senior(func(l *Level) { l.Titles[1].Note = "in product teams" })},
		{name: "the summary of a level changes", change: senior(func(l *Level) { l.Summary = "Solves what others cannot, and teaches them how it is done." })},
		{name: "a typo in the summary of a level", change: senior(func(l *Level) { l.Summary = "Solves what others cannot and says how." })},
		{name: "the stage of a level changes", change: senior(func(l *Level) { l.Stage = "Mature" })},
		{name: "a profile is added", change: func(e edit) {
			e.Profiles["lvl_4"] = Profile{Model: "support-competencies", Requires: map[string]string{"product_knowledge": "expert"}, Critical: []string{"product_knowledge"}}
		}},
		{name: "a profile is removed", change: func(e edit) { delete(e.Profiles, "lvl_m3") }},
		{name: "a profile is raised", change: func(e edit) {
			e.Profiles["lvl_1"].Requires["customer_focus"] = "proficient"
			e.Profiles["lvl_m3"].Requires["customer_focus"] = "foundational"
		}},
		{name: "a profile is lowered", change: func(e edit) {
			e.Profiles["lvl_3"].Requires["product_knowledge"] = "proficient"
			delete(e.Profiles["lvl_2"].Requires, "customer_focus")
		}},
		{name: "a profile changes, nobody knows which way", change: func(e edit) { e.Profiles["lvl_m3"].Requires["product_knowledge"] = "deep" }},
		{name: "a profile is drawn from another model", change: func(e edit) {
			p := e.Profiles["lvl_m3"]
			p.Model = "leadership-competencies"
			e.Profiles["lvl_m3"] = p
		}},
		{name: "other competencies are critical", change: func(e edit) {
			p := e.Profiles["lvl_3"]
			p.Critical = []string{"product_knowledge", "writing"}
			e.Profiles["lvl_3"] = p
		}},
		{name: "critical competencies are listed in another order", change: func(e edit) {
			p := e.Profiles["lvl_3"]
			p.Critical = []string{"customer_focus", "product_knowledge"}
			e.Profiles["lvl_3"] = p
		}},
	}
}
