package synth

import (
	"fmt"
	"math/rand/v2"
)

// competencyNames are the rows of every framework, in the order shown.
var competencyNames = [13]struct{ id, title, area string }{
	{"delivery", "Delivery", "work"},
	{"planning", "Planning", "work"},
	{"quality", "Quality", "work"},
	{"autonomy", "Autonomy", "work"},
	{"problem_solving", "Problem solving", "work"},
	{"communication", "Communication", "people"},
	{"collaboration", "Collaboration", "people"},
	{"mentoring", "Mentoring", "people"},
	{"feedback", "Feedback", "people"},
	{"influence", "Sphere of influence", "people"},
	{"domain", "Knowledge of the field", "craft"},
	{"tools", "Tools and methods", "craft"},
	{"data", "Working with data", "craft"},
}

var areaTitles = [3]struct{ id, title string }{
	{"work", "How the work is done"},
	{"people", "Working with people"},
	{"craft", "Craft"},
}

// degrees are the labels of the competencies that have any.
var (
	degrees       = [5]string{"Low", "Moderate", "Considerable", "High", "Very high"}
	degreesListed = map[string]bool{"autonomy": true, "influence": true, "data": true}
)

var fields = [20]string{
	"Platform engineering", "Product design", "Customer support", "Field sales", "Data analysis",
	"People operations", "Site reliability", "Technical writing", "Procurement", "Quality assurance",
	"Content design", "Logistics", "Security", "Research", "Legal services",
	"Finance operations", "Brand marketing", "Mobile engineering", "Solution consulting", "Facilities",
}

var (
	verbs = [24]string{
		"Plans", "Reviews", "Improves", "Explains", "Settles", "Prepares", "Coordinates", "Questions",
		"Documents", "Simplifies", "Measures", "Leads", "Supports", "Designs", "Tests", "Presents",
		"Negotiates", "Repairs", "Shapes", "Follows up on", "Takes charge of", "Keeps track of", "Hands over", "Estimates",
	}
	things = [24]string{
		"the work of the own team", "a change that several teams depend on", "the backlog of open requests", "the notes of a decision",
		"a process that has become slow", "the risks of a release", "an agreement with a supplier", "the goals of the quarter",
		"requests that nobody owns", "the onboarding of new colleagues", "the figures behind a proposal", "a recurring fault",
		"the handover between two shifts", "the priorities of the group", "a plan with many unknowns", "the results of an experiment",
		"the questions of a customer", "an audit of the records", "the budget of a project", "a disagreement about scope",
		"the interface to another team", "a trial with a small audience", "the standards of the craft", "the lessons of an incident",
	}
	ways = [20]string{
		"with regular guidance", "with little supervision", "without being asked", "together with a more experienced colleague",
		"so that others can build on it", "before the date that was agreed", "and says early what will not be ready",
		"and shows the reasoning to whoever asks", "across team boundaries", "in words that newcomers understand",
		"and leaves the documents in good order", "while the usual work goes on", "even when the facts are incomplete",
		"and brings the right people together for it", "with an eye on what it costs", "and learns from what went wrong",
		"in a way that the group repeats later", "and checks that the effect lasts", "for one project at a time", "for the whole department",
	}
	ends = [12]string{
		"as a matter of course", "most of the time", "in the area that was assigned", "in every phase of the project",
		"for the people most affected", "within the agreed limits", "when it matters most", "from the first draft to the last",
		"where the group has asked for it", "at the pace of the business", "in line with the plan", "with care for the details",
	}
)

// sentence makes one expectation of 90 to 130 characters or so.
func sentence(r *rand.Rand) string {
	return fmt.Sprintf("%s %s %s, %s",
		verbs[r.IntN(len(verbs))], things[r.IntN(len(things))], ways[r.IntN(len(ways))], ends[r.IntN(len(ends))])
}
