package ladder

import "slices"

func expectationCases() []diffCase {
	return []diffCase{
		{name: "nothing", change: func(e edit) {}},
		{name: "an expectation is added", change: func(e edit) {
			e.texts("lvl_3", "comp_autonomy", "Works without supervision", "Takes over a customer in trouble and brings the matter to a good end", "Answers for the quality of the whole queue")
		}},
		{name: "an expectation is removed", change: func(e edit) {
			e.texts("lvl_2", "comp_autonomy", "Plans their own week")
		}},
		{name: "an expectation moves down", change: func(e edit) {
			e.texts("lvl_4", "comp_autonomy", "Sets goals for the whole team")
			e.texts("lvl_3", "comp_autonomy", "Works without supervision", "Takes over a customer in trouble and brings the matter to a good end", "Mentors junior colleagues")
		}},
		{name: "two added and one moved down, as in the design's headline", change: func(e edit) {
			e.texts("lvl_4", "comp_autonomy", "Sets goals for the whole team")
			e.texts("lvl_3", "comp_autonomy", "Works without supervision", "Takes over a customer in trouble and brings the matter to a good end", "Mentors junior colleagues", "Answers for the quality of the whole queue", "Represents support in launches")
		}},
		{name: "an expectation moves down and is reworded", change: func(e edit) {
			e.texts("lvl_4", "comp_autonomy", "Mentors junior colleagues")
			e.texts("lvl_3", "comp_autonomy", "Works without supervision", "Takes over a customer in trouble and brings the matter to a good end", "Sets goals for half of the team")
		}},
		{name: "an expectation moves up", change: func(e edit) {
			e.texts("lvl_2", "comp_autonomy", "Plans their own week")
			e.texts("lvl_4", "comp_autonomy", "Works with little supervision", "Mentors junior colleagues", "Sets goals for the whole team")
		}},
		{name: "an expectation moves up and is reworded", change: func(e edit) {
			e.texts("lvl_1", "comp_autonomy", "Asks for help early")
			e.texts("lvl_2", "comp_autonomy", "Plans their own week", "Works with little supervision", "Works from a queue that they set up")
		}},
		{name: "an expectation moves up and is reworded, declared the same", meaning: map[string]string{"lvl_2.comp_autonomy": "same"}, change: func(e edit) {
			e.texts("lvl_1", "comp_autonomy", "Asks for help early")
			e.texts("lvl_2", "comp_autonomy", "Plans their own week", "Works with little supervision", "Works from a queue that they set up")
		}},
		{name: "an expectation moves to another track", change: func(e edit) {
			e.texts("lvl_4", "comp_autonomy", "Mentors junior colleagues")
			e.texts("lvl_m3", "comp_autonomy", "Plans the team's month", "Sets goals for the whole team")
		}},
		{name: "an expectation moves to a new level", change: func(e edit) {
			e.texts("lvl_4", "comp_autonomy", "Mentors junior colleagues")
			e.Levels = slices.Insert(e.Levels, 4, level("lvl_5", 5, "L5", "Principal Support Specialist", "track_ic", cells{
				"comp_craft": {Items: items("Solves what the makers cannot")}, "comp_autonomy": {Items: items("Sets goals for the whole team")}}))
		}},
		{name: "an expectation is reworded", change: func(e edit) {
			e.texts("lvl_4", "comp_autonomy", "Mentors junior and senior colleagues", "Sets goals for the whole team")
		}},
		{name: "reworded, and declared the same", meaning: map[string]string{"lvl_4.comp_autonomy": "same"}, change: func(e edit) {
			e.texts("lvl_4", "comp_autonomy", "Acts as a mentor to junior colleagues", "Sets goals for the whole team")
		}},
		{name: "reworded, and declared less, by its number", meaning: map[string]string{"lvl_4.comp_autonomy.2": "less"}, change: func(e edit) {
			e.texts("lvl_4", "comp_autonomy", "Mentors junior colleagues", "Sets goals for half of the team")
		}},
		{name: "reworded, and declared more", meaning: map[string]string{"lvl_4.comp_autonomy": "more"}, change: func(e edit) {
			e.texts("lvl_4", "comp_autonomy", "Mentors all junior colleagues", "Sets goals for the whole team")
		}},
		{name: "a typo is corrected",
			before: func(e edit) {
				e.texts("lvl_4", "comp_autonomy", "Mentors junior collegues", "Sets goals for the whole team")
			},
			change: func(e edit) {
				e.texts("lvl_4", "comp_autonomy", "Mentors junior colleagues", "Sets goals for the whole team")
			}},
		{name: "a text that two levels share is reworded", change: func(e edit) {
			for _, l := range []string{"lvl_2", "lvl_3"} {
				e.cell(l, "comp_craft", func(c *Cell) { c.Items[0].Text = "Solves unusual problems without any help from others" })
			}
		}},
		{name: "a shared text becomes two", change: func(e edit) {
			e.cell("lvl_3", "comp_craft", func(c *Cell) {
				c.Items = append(c.Items, Item{Text: "Finds the cause behind many requests"})
			})
		}},
		{name: "an expectation of L4 moves down to the text that L2 and L3 share", change: func(e edit) {
			e.texts("lvl_4", "comp_craft", "Finds the cause behind requests")
			for _, l := range []string{"lvl_2", "lvl_3"} {
				e.cell(l, "comp_craft", func(c *Cell) {
					c.Items = append(c.Items, Item{Text: "Solves problems that nobody has solved before"})
				})
			}
		}},
		{name: "expectations are listed in another order", change: func(e edit) {
			e.texts("lvl_1", "comp_autonomy", "Works from a queue that others set up", "Asks for help early")
		}},
		{name: "expectations of a shared text are listed in another order", change: func(e edit) {
			for _, l := range []string{"lvl_2", "lvl_3"} {
				e.cell(l, "comp_craft", func(c *Cell) { slices.Reverse(c.Items) })
			}
		}},
		{name: "an expectation moves to another competency", change: func(e edit) {
			e.texts("lvl_4", "comp_autonomy", "Sets goals for the whole team")
			e.texts("lvl_4", "comp_people", "Leads a working group", "Mentors junior colleagues")
		}},
		{name: "everything is reworded beyond recognition", change: func(e edit) {
			e.texts("lvl_1", "comp_craft", "Knows the product by heart")
		}},
		{name: "examples, evidence and what is not meant are added", change: func(e edit) {
			e.cell("lvl_4", "comp_craft", func(c *Cell) {
				c.Items[0].Examples = []string{"A fault that three teams had given up on"}
				c.Items[0].Evidence = []string{"A report of the fault"}
				c.Items[0].NotThis = []string{"Working at night"}
			})
		}},
		{name: "examples, evidence and what is not meant are reworded in a shared text", change: func(e edit) {
			for _, l := range []string{"lvl_2", "lvl_3"} {
				e.cell(l, "comp_craft", func(c *Cell) {
					c.Items[1].Examples = []string{"An article that ended the requests on billing"}
					c.Items[1].Evidence = []string{"Two published articles a year"}
					c.Items[1].NotThis = []string{"Copying old answers from mails"}
				})
			}
		}},
		{name: "examples, evidence and what is not meant are removed", change: func(e edit) {
			e.cell("lvl_3", "comp_craft", func(c *Cell) { c.Items[1] = Item{Text: c.Items[1].Text} })
		}},
	}
}

func cellCases() []diffCase {
	return []diffCase{
		{name: "something is asked where nothing was", change: func(e edit) {
			e.texts("lvl_m3", "comp_craft", "Answers requests once a week")
		}},
		{name: "nothing is asked where something was", change: func(e edit) {
			e.cell("lvl_4", "comp_people", func(c *Cell) { *c = Cell{None: "left to the leads"} })
		}},
		{name: "a competency newly applies", change: func(e edit) {
			e.comp("comp_people").AppliesTo.Levels = []string{"lvl_3", "lvl_4"}
			e.lvl("lvl_3").Expectations["comp_people"] = Cell{Items: items("Shows newcomers around", "Shares what they learn", "Leads a meeting")}
		}},
		{name: "a competency no longer applies", change: func(e edit) {
			e.comp("comp_people").AppliesTo.Levels = nil
			delete(e.lvl("lvl_4").Expectations, "comp_people")
		}},
		{name: "a competency no longer applies, and its text stays", change: func(e edit) {
			e.comp("comp_people").AppliesTo.Levels = nil
		}},
		{name: "a competency is added", change: func(e edit) {
			e.Competencies = append(e.Competencies, Competency{ID: "comp_data", Title: "Data", Area: "area_work"})
			for _, l := range []string{"lvl_1", "lvl_2"} {
				e.lvl(l).Expectations["comp_data"] = Cell{Items: items("Reads the weekly report")}
			}
			e.lvl("lvl_3").Expectations["comp_data"] = Cell{Items: items("Writes the weekly report")}
			e.lvl("lvl_4").Expectations["comp_data"] = Cell{None: "left to the analysts"}
		}},
		{name: "a competency is split: what it asks stands under a new one", change: func(e edit) {
			e.Competencies = append(e.Competencies, Competency{ID: "comp_help", Title: "Helping others", Area: "area_work"})
			e.texts("lvl_4", "comp_autonomy", "Sets goals for the whole team")
			e.lvl("lvl_4").Expectations["comp_help"] = Cell{Items: items("Mentors junior colleagues")}
		}},
		{name: "a competency is removed", change: func(e edit) { removePeople(e) }},
		{name: "a competency is retired", change: func(e edit) {
			removePeople(e)
			e.Retired.Competencies["comp_people"] = Retired{Reason: "It is part of autonomy now", Into: []Into{{Competency: "comp_autonomy"}}}
		}},
		{name: "a competency goes into another one", change: func(e edit) {
			removePeople(e)
			e.comp("comp_autonomy").Formerly = []string{"comp_people"}
			e.texts("lvl_4", "comp_autonomy", "Mentors junior colleagues", "Sets goals for the whole team", "Leads a working group of agents")
			e.texts("lvl_m3", "comp_autonomy", "Plans the team's month", "Holds a conversation on growth with everybody each quarter", "Hires for the team")
		}},
		{name: "the reason why nothing is asked is reworded", change: func(e edit) {
			for _, l := range []string{"lvl_m3", "lvl_m4"} {
				e.cell(l, "comp_craft", func(c *Cell) { c.None = "leads have other duties" })
			}
		}},
		{name: "it is said that nothing is asked", change: func(e edit) {
			e.lvl("lvl_1").Expectations["comp_people"] = Cell{None: "not expected here"}
		}},
		{name: "it is no longer said that nothing is asked", change: func(e edit) {
			delete(e.lvl("lvl_m3").Expectations, "comp_craft")
		}},
		{name: "a text that applies to nobody is added", change: func(e edit) {
			e.lvl("lvl_1").Expectations["comp_people"] = Cell{Items: items("Leads a team")}
		}},
		{name: "a degree is raised in a shared text", change: func(e edit) { setDegree(e, "Strong", "lvl_2", "lvl_3") }},
		{name: "a degree is lowered", change: func(e edit) { setDegree(e, "Solid", "lvl_4") }},
		{name: "a degree is removed", change: func(e edit) { setDegree(e, "", "lvl_1") }},
		{name: "a degree is given", before: func(e edit) { setDegree(e, "", "lvl_1") }, change: func(e edit) { setDegree(e, "Basic", "lvl_1") }},
		{name: "a degree changes between lists", change: func(e edit) {
			e.comp("comp_craft").Degrees = []string{"Basic", "Solid", "Strong", "Outstanding"}
			setDegree(e, "Unheard of", "lvl_4")
		}},
		{name: "the degrees have other labels", change: func(e edit) {
			e.comp("comp_craft").Degrees = []string{"Basic", "Good", "Strong"}
			setDegree(e, "Good", "lvl_2", "lvl_3")
		}},
		{name: "there are more degrees", change: func(e edit) {
			e.comp("comp_craft").Degrees = []string{"Basic", "Solid", "Strong", "Outstanding"}
		}},
		{name: "there are fewer degrees", change: func(e edit) {
			e.comp("comp_craft").Degrees = []string{"Basic", "Solid"}
			setDegree(e, "Solid", "lvl_4")
		}},
		{name: "the degrees stand in another order", change: func(e edit) {
			e.comp("comp_craft").Degrees = []string{"Solid", "Basic", "Strong"}
		}},
	}
}

func setDegree(e edit, degree string, levels ...string) {
	for _, l := range levels {
		e.cell(l, "comp_craft", func(c *Cell) { c.Degree = degree })
	}
}

func removePeople(e edit) {
	e.Competencies = e.Competencies[:2]
	for i := range e.Levels {
		delete(e.Levels[i].Expectations, "comp_people")
	}
}

func cumulativeCases() []diffCase {
	on := func(e edit) { e.Cumulative = true }
	return []diffCase{
		{name: "a framework becomes cumulative", change: on},
		{name: "a framework is cumulative no longer", before: on, change: func(e edit) { e.Cumulative = false }},
		{name: "a competency becomes cumulative", change: func(e edit) { e.comp("comp_people").Cumulative = true }},
		{name: "a competency is called cumulative in a cumulative framework", before: on, change: func(e edit) { e.comp("comp_people").Cumulative = true }},
		{name: "cumulative: an expectation is added below", before: on, change: func(e edit) {
			e.texts("lvl_2", "comp_autonomy", "Plans their own week", "Works with little supervision", "Says when a plan will not hold")
		}},
		{name: "cumulative: an expectation is reworded below", before: on, change: func(e edit) {
			e.texts("lvl_2", "comp_autonomy", "Plans their own week and month", "Works with little supervision")
		}},
		{name: "cumulative: an expectation moves down by two", before: on, change: func(e edit) {
			e.texts("lvl_4", "comp_autonomy", "Sets goals for the whole team")
			e.texts("lvl_2", "comp_autonomy", "Plans their own week", "Works with little supervision", "Mentors junior colleagues")
		}},
		{name: "cumulative: an expectation moves up by two", before: on, change: func(e edit) {
			e.texts("lvl_2", "comp_autonomy", "Plans their own week")
			e.texts("lvl_4", "comp_autonomy", "Works with little supervision", "Mentors junior colleagues", "Sets goals for the whole team")
		}},
		{name: "cumulative: a level repeats what it inherits", before: on, change: func(e edit) {
			e.texts("lvl_4", "comp_autonomy", "Mentors junior colleagues", "Sets goals for the whole team", "Plans their own week")
		}},
		{name: "cumulative: a level repeats no longer what it inherits",
			before: func(e edit) {
				on(e)
				e.texts("lvl_4", "comp_autonomy", "Mentors junior colleagues", "Sets goals for the whole team", "Plans their own week")
			},
			change: func(e edit) {
				e.texts("lvl_4", "comp_autonomy", "Mentors junior colleagues", "Sets goals for the whole team")
			}},
	}
}
