package story

// start is the first commit.
var start = map[string]string{
	"cue.mod/module.cue": "module: \"careers.example.com/frameworks\"\nlanguage: version: \"v0.17.0\"\n",
	"frameworks/organisation.cue": `package organisation

import "github.com/milepost-dev/milepost/schema"

organisation: schema.#Organisation
organisation: {
	name:     "Example Company"
	timeZone: "Europe/Berlin"
	jobGrades: ["G1", "G2", "G3", "G4", "G5"]
	cycles: {
		"2025-h2": {title: "Second half of 2025", opens: "2025-07-01", closes: "2025-12-31"}
		"2026-h1": {title: "First half of 2026", opens: "2026-01-01", closes: "2026-06-30"}
		"2027-h1": {title: "First half of 2027", opens: "2027-03-01"}
	}
	houseRules: notice: days: 60
	houseRules: freezes: [{from: "2026-12-15", to: "2027-01-15", reason: "performance reviews"}]
}
`,
	"frameworks/support-ladder/framework.cue": `package framework

import "github.com/milepost-dev/milepost/schema"

framework: schema.#Framework
framework: {
	id: "support-ladder"
	kind:    "ladder"
	title:   "Support ladder"
	summary: "What each level of customer support does."
	owners: ["support-leads"]
	tracks: ic: title: "Individual contributor"
	areas: {work: title: "Work", people: title: "People"}
	competencies: {
		solving: {title: "Solving problems", area: "work"}
		writing: {title: "Writing", area: "work"}
		coaching: {title: "Coaching", area: "people"}
	}
	degrees: writing: ["Low", "Medium", "High"]
	order: {areas: ["work", "people"], competencies: ["solving", "writing", "coaching"]}
}
`,
	"frameworks/support-ladder/l1.cue": `package framework

framework: levels: l1: {
	rank: 1
	code: "L1"
	track: "ic"
	titles: [{text: "Support Agent"}]
	summary: "Learns the work with help."
	jobGrades: ["G1"]
	expectations: {
		solving: items: ["Solves known problmes with help"]
		writing: items: ["Answers custmers in plain words"]
		coaching: none: "not expected of this level"
	}
}
`,
	"frameworks/support-ladder/l2.cue": `package framework

framework: levels: l2: {
	rank: 2
	code: "L2"
	track: "ic"
	titles: [{text: "Senior Support Agent"}]
	summary: "Does the usual work alone."
	jobGrades: ["G2"]
	experience: years: 2
	expectations: {
		solving: items: ["Solves known problems alone"]
		writing: {
			degree: "Medium"
			items: ["Answers in writing that others reuse"]
		}
		coaching: none: "not expected of this level"
	}
}
`,
	"frameworks/support-ladder/l3.cue": `package framework

framework: levels: l3: {
	rank: 3
	code: "L3"
	track: "ic"
	titles: [{text: "Support Specialist"}]
	summary: "Takes on what nobody solved before."
	jobGrades: ["G3"]
	experience: years: 5
	expectations: {
		solving: items: ["Solves unknown problems alone"]
		writing: {
			degree: "Medium"
			items: [
				"Writes guides for the team",
			]
		}
		coaching: items: ["Coaches new colleagues"]
	}
}
`,
	"frameworks/support-ladder/l4.cue": `package framework

framework: levels: l4: {
	rank: 4
	code: "L4"
	track: "ic"
	titles: [{text: "Staff Support Specialist"}]
	summary: "Leads a topic."
	jobGrades: ["G4", "G5"]
	expectations: {
		solving: items: ["Finds the cause behind many problems"]
		writing: {
			degree: "High"
			items: [
				"Sets how the team writes",
				"Reviews the guides of the team",
			]
		}
		coaching: items: ["Coaches specialists"]
	}
}
`,
}

const staff = `package framework

framework: levels: l5: {
	rank: 5
	code: "L5"
	track: "ic"
	titles: [{text: "Staff Support Specialist"}]
	summary: "Leads a topic."
	jobGrades: ["G4"]
	expectations: {
		solving: items: ["Finds the cause behind many problems"]
		wording: {
			degree: "High"
			items: ["Sets how the team writes"]
		}
		coaching: items: ["Coaches specialists"]
	}
}
`

const principal = `package framework

framework: levels: l6: {
	rank: 6
	code: "L6"
	track: "ic"
	titles: [{text: "Principal Support Specialist"}]
	summary: "Leads several topics."
	jobGrades: ["G5"]
	expectations: {
		solving: items: ["Removes the causes of whole kinds of problems"]
		wording: same: "l5"
		coaching: items: ["Coaches those who lead a topic"]
	}
}
`

// guide is a second framework.
var guide = map[string]string{
	"frameworks/support-roles/framework.cue": `package framework

import "github.com/milepost-dev/milepost/schema"

framework: schema.#Framework
framework: {
	id:    "support-roles"
	kind:  "role-guide"
	title: "Roles in support"
	owners: ["support-leads"]
	roles: agent: {title: "Agent", summary: "Answers customers.", responsibilities: ["Answers customers"], skills: ["Plain words"]}
	roles: lead: {title: "Lead", summary: "Leads a team.", responsibilities: ["Plans the week"], skills: ["Planning"]}
	order: roles: ["agent", "lead"]
}
`,
}

const editionRelease = `package framework

framework: release: {
	why:                "The usual problems are solved by the help pages now."
	contact:            "support-leads"
	promotionsUnderWay: "Promotions that were put forward before 1 November are judged by the old text."
}
`

const comingRelease = `package framework

framework: release: {
	why:                "What one specialist finds out, all should be able to read."
	contact:            "support-leads"
	promotionsUnderWay: "Until 30 June the old text is accepted too."
}
`
