package diag

// partRules are about what must hold inside a framework.
func partRules() []Rule {
	return []Rule{
		{Code: "missing-cell", Title: "A level says nothing about a competency", Severity: Error,
			Means:  "Each level says for each competency that applies to it what it asks, that it asks the same as another level, or why it asks nothing. A gap would leave people guessing.",
			Mend:   "Add the cell with items, same or none.",
			Before: "expectations: {}", After: "expectations: writing: items: [\"Answers in plain words\"]"},
		{Code: "empty-cell", Title: "A cell without anything in it", Severity: Error, Means: "A cell says one of three things: items, same or none.",
			Mend: "Write one of the three.", Before: "writing: {}", After: "writing: same: \"l1\""},
		{Code: "cell-twice", Title: "A cell says two things", Severity: Error, Means: "A cell has items, or same, or none, and never two of them.",
			Mend: "Keep one.", Before: "writing: {same: \"l1\", items: [\"Answers well\"]}", After: "writing: items: [\"Answers well\"]"},
		{Code: "same-itself", Title: "A cell is the same as itself", Severity: Error, Means: "Same names another level, whose text holds here too.",
			Mend: "Name the other level, or write items.", Before: "l2: expectations: writing: same: \"l2\"", After: "l2: expectations: writing: same: \"l1\""},
		{Code: "same-without-text", Title: "A cell is the same as one without a text", Severity: Error,
			Means: "Same names a level whose cell has items of its own, and not one that takes them from elsewhere or asks nothing.",
			Mend:  "Name the level that has the text.", Before: "writing: same: \"l2\" // l2 itself says same: \"l1\"", After: "writing: same: \"l1\""},
		{Code: "degree-without-items", Title: "A degree without items", Severity: Error, Means: "A degree is a label on what a cell asks, so there must be something that it asks.",
			Mend: "Add items, or remove the degree.", Before: "data: {degree: \"High\", same: \"l1\"}", After: "data: {same: \"l1\"}"},
		{Code: "unknown-degree", Title: "That is not one of the degrees", Severity: Error, Means: "The degrees of a competency are listed once, under degrees, lowest first.",
			Mend: "Write one of them, or add it to the list.", Before: "degree: \"Hihg\"", After: "degree: \"High\""},
		{Code: "degree-twice", Title: "A degree is listed twice", Severity: Error, Means: "Degrees have an order, and one that stands twice has two places in it.",
			Mend: "Remove one of the two.", Before: "degrees: data: [\"Low\", \"High\", \"Low\"]", After: "degrees: data: [\"Low\", \"High\"]"},
		{Code: "degree-falls", Title: "A degree falls along the track", Severity: Error, Means: "A higher level asks at least the degree of the one below it.",
			Mend: "Raise the degree of the higher level, or lower that of the level below.", Before: "l1: degree \"High\", l2: degree \"Low\"", After: "l1: degree \"Low\", l2: degree \"High\""},
		{Code: "rank-twice", Title: "Two levels have one rank", Severity: Error, Means: "The rank says which level of a track comes after which.",
			Mend: "Give each level of a track a rank of its own.", Before: "l1: rank: 1\nl2: rank: 1", After: "l1: rank: 1\nl2: rank: 2"},
		{Code: "track-missing", Title: "A level is on no track", Severity: Error, Means: "As soon as there are tracks, each level says which one it is on.",
			Mend: "Add the track.", Before: "l4: rank: 4", After: "l4: {rank: 4, track: \"ic\"}"},
		{Code: "applies-to-nobody", Title: "A competency that applies to nobody", Severity: Error, Means: "appliesTo limits a competency to some tracks or levels, and names none.",
			Mend: "Name tracks or levels, or remove appliesTo.", Before: "coaching: appliesTo: {}", After: "coaching: appliesTo: tracks: [\"manager\"]"},
		{Code: "critical-not-required", Title: "A critical competency that is not required", Severity: Error, Means: "What a profile calls critical is among what it requires.",
			Mend: "Add it to requires, with the level of proficiency.", Before: "requires: {data: \"high\"}, critical: [\"data\", \"people\"]", After: "requires: {data: \"high\", people: \"high\"}, critical: [\"data\", \"people\"]"},
	}
}

// referenceRules are about what names something else.
func referenceRules() []Rule {
	const rename = "Correct the id. After a rename, write the new id in all places that the finding names, and add formerly with the old one."
	unknown := func(code, thing, before, after string) Rule {
		return Rule{Code: code, Title: "There is no such " + thing, Severity: Error, Mend: rename, Before: before, After: after,
			Means: "A place names the " + thing + ", and it is not there: a slip, or the " + thing + " was renamed or removed in one place only."}
	}
	return []Rule{
		unknown("unknown-level", "level", "same: \"l9\"", "same: \"l1\""),
		unknown("unknown-competency", "competency", "expectations: wriitng: …", "expectations: writing: …"),
		unknown("unknown-track", "track", "track: \"icc\"", "track: \"ic\""),
		unknown("unknown-area", "area", "area: \"peple\"", "area: \"people\""),
		unknown("unknown-role", "role", "into: [{role: \"painter\"}]", "into: [{role: \"illustrator\"}]"),
		{Code: "next-itself", Title: "A level leads to itself", Severity: Error, Means: "next lists the levels that one moves to from here.",
			Mend: "Remove the level from its own list.", Before: "l4: next: [\"l4\", \"m1\"]", After: "l4: next: [\"m1\"]"},
		{Code: "order-missing", Title: "There is no order", Severity: Error, Means: "As soon as there are two tracks, areas, competencies, roles or aims, order says in which order they are shown.",
			Mend: "Add the list to order.", Before: "order: {}", After: "order: tracks: [\"ic\", \"manager\"]"},
		{Code: "order-differs", Title: "The order does not list what is there", Severity: Error, Means: "order lists each track, area, competency, role and aim once, and nothing else.",
			Mend: "Add what is missing, and remove what is not there or stands twice.", Before: "order: competencies: [\"solving\"]", After: "order: competencies: [\"solving\", \"writing\"]"},
		{Code: "formerly-itself", Title: "A framework was formerly itself", Severity: Error, Means: "formerly lists ids that a framework had before it was renamed, and not the one it has.",
			Mend: "Remove its own id.", Before: "id: \"support\"\nformerly: [\"support\"]", After: "id: \"support\"\nformerly: [\"help\"]"},
		{Code: "formerly-in-use", Title: "A former id that is still in use", Severity: Error, Means: "An id in formerly was given up. If it is still there, nobody can tell which of the two is meant.",
			Mend: "Remove one of the two.", Before: "l2: formerly: [\"l1\"] // and l1 is there", After: "l2: {}"},
		{Code: "retired-in-use", Title: "A retired id that is still in use", Severity: Error, Means: "What is retired is not there any more, and its id is never used again.",
			Mend: "Remove one of the two.", Before: "retired: levels: l4: … // and l4 is there", After: "retired: levels: l3: …"},
		{Code: "unknown-framework", Title: "There is no such framework", Severity: Error, Switchable: true, Means: "A discipline or a competency model is named that is no framework of the repository.",
			Mend: "Correct the id, or add the framework first.", Before: "discipline: \"cure\"", After: "discipline: \"care\""},
		{Code: "unknown-proficiency", Title: "The competency model has no such competency or level", Severity: Error, Switchable: true,
			Means: "A profile requires something of a competency model that the model does not have.",
			Mend:  "Write one of the model's own competencies and levels.", Before: "requires: {people: \"higher\"}", After: "requires: {people: \"high\"}"},
	}
}

// changeRules are about dates, and about what speaks of a change.
func changeRules() []Rule {
	return []Rule{
		{Code: "publish-without-date", Title: "A day of showing without a day in force", Severity: Error, Means: "publish says from when a coming text may be seen, so there must be a day on which it comes.",
			Mend: "Add effective, or remove publish.", Before: "publish: \"2027-01-01\"", After: "publish: \"2027-01-01\"\neffective: \"2027-03-01\""},
		{Code: "transition-too-early", Title: "The old text ends before the new one begins", Severity: Error, Means: "A transition accepts the old text for a while after the new one is in force.",
			Mend: "Write a later day, or remove transition.", Before: "effective: \"2027-03-01\"\ntransition: {acceptOld: \"2027-02-28\", for: \"promotions under way\"}", After: "effective: \"2027-03-01\"\ntransition: {acceptOld: \"2027-04-30\", for: \"promotions under way\"}"},
		{Code: "effective-ahead", Title: "The text in force has a date that is still to come", Severity: Error, Means: "What stands in the framework's own folder is in force as soon as it is merged. A text for later stands in the folder next until its day.",
			Mend: "Move the change to frameworks/next, and leave the text in force as it is.", Before: "// frameworks/support-ladder/framework.cue\neffective: \"2027-03-01\"", After: "// frameworks/next/support-ladder/framework.cue\neffective: \"2027-03-01\""},
		{Code: "edition-redated", Title: "A text that is in force gets a later day, or none", Severity: Error, Means: "People work by a text from its first day on. Its day cannot be moved once it has come.",
			Mend: "Write the day again as it was. To change what holds from now on, change the words.", Before: "effective: \"2027-06-01\" // in force since 2027-03-01", After: "effective: \"2027-03-01\""},
		{Code: "correction-plain", Title: "A correction counts as a plain change", Severity: Warning, Means: "A correction puts right the version in force from its start, and only where it asks no more: nobody can have met an expectation that nobody knew.",
			Mend: "Name the version in force in of. Where the change asks more, leave correction out: it holds from its merge on.", Before: "correction: {of: \"1.1.0\", reason: \"...\"} // 1.2.0 is in force", After: "correction: {of: \"1.2.0\", reason: \"...\"}"},
		{Code: "id-taken", Title: "The id was that of another framework", Severity: Error, Means: "Addresses with the earlier id of a framework lead to it for ever, so that nothing that refers to it breaks.",
			Mend: "Give the new framework an id of its own.", Before: "id: \"support-ladder\" // now called care-ladder", After: "id: \"support-levels\""},
		{Code: "tag-ignored", Title: "A tag of a version does not count", Severity: Warning, Means: "A tag freezes the number of a version. It counts only where it was made for exactly that version, and follows the one before.",
			Mend: "Delete the tag if nobody made it on purpose.", Before: "frameworks/support-ladder/v1.2.0 // on a commit that made no version", After: "frameworks/support-ladder/v1.2.0 // made by milepost release"},
		{Code: "version-unreadable", Title: "A released version cannot be read any more", Severity: Warning, Means: "A version that was released holds for ever. This one stands at a commit whose text needs a change by today's rules, which must not happen.",
			Mend: "Read it with the Milepost that released it, and report it. Its number stays taken.", Before: "version 1.2.0, released by an earlier Milepost", After: "version 1.2.0, read by the Milepost that released it"},
		{Code: "tag-missing", Title: "A version has no tag, and later ones have", Severity: Warning, Means: "Once later versions are tagged, a missing tag means that one was deleted or never made.",
			Mend: "Nothing has to be done: the version stays, with its number. Find out who deleted the tag.", Before: "v1.0.0, v1.2.0", After: "v1.0.0, v1.1.0, v1.2.0"},
		{Code: "ends-before-start", Title: "Something ends before it begins", Severity: Error, Means: "A review cycle, a freeze or a range ends before its own start.",
			Mend: "Swap the two, or correct one.", Before: "freezes: [{from: \"2026-12-15\", to: \"2026-12-14\"}]", After: "freezes: [{from: \"2026-12-14\", to: \"2026-12-15\"}]"},
	}
}

// houseRules are what an organisation asks beyond correctness.
func houseRules() []Rule {
	return []Rule{
		{Code: "plain-data", Title: "More than plain values", Severity: Error, Switchable: true, Means: "The organisation wants every value to stand where it is used, so that a change shows all that it changes.",
			Mend: "Write the value itself.", Before: "items: [answer]", After: "items: [\"Answers customers\"]"},
		{Code: "items-per-cell", Title: "Too few or too many expectations in a cell", Severity: Error, Switchable: true, Means: "The organisation says how many expectations a cell has.",
			Mend: "Bring related ones together, move some to another level, or say more.", Before: "items: [/* 9 of them, and 6 are allowed */]", After: "items: [/* 6 */]"},
		{Code: "item-too-long", Title: "An expectation is too long", Severity: Error, Switchable: true, Means: "The organisation says how many words an expectation has at most.",
			Mend: "Shorten it, or make two of it.", Before: "\"Answers customers and helps others in the team to answer theirs\"", After: "\"Answers customers\"\n\"Helps others to answer theirs\""},
		{Code: "forbidden-words", Title: "A word that the organisation does not use", Severity: Error, Switchable: true, Means: "The organisation lists words that say little or mislead.",
			Mend: "Say what somebody does, so that others can see it.", Before: "\"Is a rock star\"", After: "\"Solves cases that nobody solved before\""},
		{Code: "unknown-job-grade", Title: "The organisation has no such job grade", Severity: Error, Switchable: true, Means: "The job grades are listed in organisation.cue, so that levels of different ladders can stand side by side.",
			Mend: "Write one of them, or add it to organisation.cue first.", Before: "jobGrades: [\"G99\"]", After: "jobGrades: [\"G9\"]"},
		{Code: "near-duplicate", Title: "Two expectations of a level say nearly the same", Severity: Warning, Switchable: true, Means: "What stands twice is weighed twice, and readers look for a difference that is not there.",
			Mend: "Keep one of the two, or say in each what the other does not.", Before: "\"Helps the team to reach its goals\"\n\"Helps the team reach its goals\"", After: "\"Helps the team to reach its goals\""},
		{Code: "near-duplicate-levels", Title: "Two levels ask the same in other words", Severity: Warning, Switchable: true, Means: "Where two levels ask the same, one text should say it; where they differ, the words should show how.",
			Mend: "Write same with the other level, or sharpen one of the two.", Before: "L1: \"Answers customers in plain words.\"\nL2: \"Answers the customers in plain words\"", After: "L2: same: \"l1\""},
		{Code: "mixed-punctuation", Title: "Some expectations of a cell end with a full stop and some do not", Severity: Warning, Switchable: true, Means: "A list reads better when its lines are alike.",
			Mend: "End all with a full stop, or none.", Before: "\"Answers customers.\"\n\"Solves problems\"", After: "\"Answers customers\"\n\"Solves problems\""},
		{Code: "mixed-capitals", Title: "Some expectations of a cell begin small and some with a capital", Severity: Warning, Switchable: true, Means: "A list reads better when its lines are alike.",
			Mend: "Begin all with a capital, or none.", Before: "\"Answers customers\"\n\"solves problems\"", After: "\"Answers customers\"\n\"Solves problems\""},
		{Code: "no-summary", Title: "A level has no summary", Severity: Warning, Switchable: true, Means: "The summary is what most people read of a level.",
			Mend: "Say in a sentence what sets the level apart.", Before: "levels: l2: {rank: 2 /* … */}", After: "levels: l2: {rank: 2, summary: \"Solves unknown problems with advice.\" /* … */}"},
		{Code: "adds-nothing", Title: "A level asks nothing beyond the one below it", Severity: Warning, Switchable: true, Means: "Somebody who moves up should find what changes.",
			Mend: "Say what is expected beyond the lower level, or make one level of the two.", Before: "levels: l2: expectations: writing: same: \"l1\" // and so on in every competency", After: "levels: l2: expectations: writing: items: [\"Answers in writing that others reuse\"]"},
		{Code: "vague-start", Title: "An expectation begins with a vague verb", Severity: Warning, Switchable: true, Means: "Words such as helps or supports say that somebody is there, and not what they do. The rule is off until the organisation lists such words (prose: vague) or turns it on.",
			Mend: "Begin with what somebody does, so that others can see it.", Before: "\"Helps with the plan\"", After: "\"Writes the plan's first draft\""},
	}
}
