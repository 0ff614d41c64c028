package diag

// stepRules are about what a change does to people, and what its author says of it.
func stepRules() []Rule {
	return []Rule{
		{Code: "retired-missing", Title: "Something is gone, and nothing says what took its place", Severity: Error, Means: "An id is a promise to all that refers to it: payroll, review forms, the pages of other teams. A level, track, area, competency or role that is only removed leaves them with nothing, and the people of a level do not learn where they go, nor in good time. For a level this holds the change up; for the others it is a warning.",
			Mend: "Retire it, with the reason and what took its place. If it only has another id, write formerly with the old one there.", Before: "// levels: l3 was removed", After: "framework: retired: levels: l3: {\n\treason: \"One level is enough\"\n\tinto: [{level: \"l4\"}]\n}"},
		{Code: "may-ask-more", Title: "An expectation is reworded, and nobody says what that means", Severity: Warning, Means: "Other words may ask more of people than before, and no machine can tell. Until the author says what is meant, the change counts as one that asks more: the number takes a major step, and the notice period holds.",
			Mend: "Add the line that the finding shows, with same, less or more.", Before: "\"Guides colleagues\" // it was \"Mentors colleagues\"", After: "\"Guides colleagues\"\n\nframework: release: meaning: \"l4.people\": \"same\""},
		{Code: "meaning-unused", Title: "Something is said of a rewording that is not there", Severity: Warning, Means: "The release says what the rewording of an expectation means, and that expectation was not reworded in this change.",
			Mend: "Remove the line, or name the level and the competency that were meant.", Before: "release: meaning: \"l3.people\": \"same\" // L4 was reworded", After: "release: meaning: \"l4.people\": \"same\""},
		{Code: "meaning-no-effect", Title: "Something is said of a rewording, and it is no rewording", Severity: Warning, Means: "Only of an expectation that was there, and reads otherwise now, can the author say what the other words mean. What is new in the cell asks more, whatever the release says.",
			Mend: "Remove the line. If people were asked it all along, accept the rule, with the reason, so that the number rises by less.", Before: "release: meaning: \"l4.people\": \"same\" // an expectation was added", After: "release: bump: \"minor\"\naccept: [{rule: \"expectation-added\", reason: \"It was asked by the handbook before\"}]"},
		{Code: "meaning-contradictory", Title: "Two things are said of one text", Severity: Warning, Means: "Levels that share a text are asked the same by it. Where the release says different things of it, the one that asks the most counts.",
			Mend: "Say it once, at one of the levels.", Before: "release: meaning: {\"l3.people\": \"same\", \"l4.people\": \"more\"} // L4 has the text of L3", After: "release: meaning: \"l3.people\": \"same\""},
		{Code: "bump-too-low", Title: "The number is to rise by less than the change calls for", Severity: Error, Means: "The number of a version tells others what a change means for people. An author may let it rise by more; by less only where each rule that calls for more is accepted, with the reason.",
			Mend: "Remove bump, or accept the rules with a reason.", Before: "release: bump: \"patch\" // and an expectation was added", After: "release: bump: \"patch\"\naccept: [{rule: \"expectation-added\", reason: \"It was asked by the handbook before\"}]"},
		{Code: "accept-unused", Title: "Something is accepted that is not there", Severity: Warning, Means: "accept allows what a rule would hold up in this change, and the rule found nothing.",
			Mend: "Remove the entry, or correct the rule.", Before: "accept: [{rule: \"level-removed\", reason: \"...\"}] // no level was removed", After: "// nothing"},
		{Code: "correction-refused", Title: "A correction asks more", Severity: Error, Means: "A correction counts from the start of the version that it corrects. Nobody can have met then what nobody knew.",
			Mend: "Remove correction, so that the change holds from its merge on, or take out what asks more.", Before: "correction: {of: \"1.2.0\", reason: \"...\"} // and an expectation was added", After: "correction: {of: \"1.2.0\", reason: \"...\"} // and an expectation was put right"},
		{Code: "directive-leftover", Title: "Something was written for an earlier change", Severity: Note, Means: "release, correction and accept speak of the change that adds them, and of no later one.",
			Mend: "Remove what is left over, or write what this change needs.", Before: "release: why: \"The team grew\" // from last year", After: "release: why: \"Two teams become one\""},
		{Code: "release-incomplete", Title: "An edition asks more, and does not tell people what they need to know", Severity: Warning, Means: "Whoever is asked for more wants to know why, whom to ask, and what happens to promotions that have begun.",
			Mend: "Add what the finding names.", Before: "effective: \"2027-03-01\"", After: "effective: \"2027-03-01\"\nrelease: {\n\twhy: \"...\"\n\tcontact: \"people-team\"\n\tpromotionsUnderWay: \"...\"\n}"},
		{Code: "port-missing", Title: "The coming edition lacks what is put right now", Severity: Error, Means: "The coming edition was made from the text in force. What is put right there and not in the edition would be wrong again on the edition's day. Where the edition says something else in that place, nothing is missing.",
			Mend: "Make the same change in frameworks/next: the finding shows the line. Where it should not be there, accept it with the reason.", Before: "// frameworks/support-ladder/l4.cue\n\"Answers within a day\"\n// frameworks/next/support-ladder/l4.cue\n\"Answers within a week\"", After: "// both\n\"Answers within a day\""},
		{Code: "late-change", Title: "A change stands where it changes nothing", Severity: Error, Means: "From its day on, an edition is the text in force, although it still stands in frameworks/next. What is changed in the framework's own folder until the edition is folded in reaches nobody.",
			Mend: "Make the change in frameworks/next, or fold the edition in first.", Before: "frameworks/support-ladder/l4.cue // the edition of 1 March is in force", After: "frameworks/next/support-ladder/l4.cue"},
		{Code: "edition-to-fold", Title: "An edition in force still stands in next", Severity: Note, Means: "The day of the edition has come. It is in force where it stands, and changes belong there until it is folded in.",
			Mend: "Run milepost promote.", Before: "frameworks/next/support-ladder/framework.cue", After: "frameworks/support-ladder/framework.cue"},
		{Code: "edition-lost", Title: "An edition in force is not folded in as it is", Severity: Error, Means: "An edition that is in force moves from frameworks/next into the framework's own folder word by word. Where it is only removed, the earlier text would be in force again; where it is changed on the way, readers cannot tell the two apart, which is a warning.",
			Mend: "Run milepost promote, as a change of its own.", Before: "frameworks/next/support-ladder // removed", After: "frameworks/support-ladder // has its text"},
		{Code: "second-edition", Title: "A second edition before the first is folded in", Severity: Error, Means: "A framework has one coming edition at most. One that is in force stands in its place until it is folded in.",
			Mend: "Fold the edition in first, and start the next one in a change after that.", Before: "effective: \"2028-03-01\" // in place of the edition of 2027-03-01, which is in force", After: "// milepost promote, and then the edition of 2028-03-01"},
		{Code: "effective-past", Title: "The day is past already", Severity: Warning, Means: "No text takes effect before it is merged. With a day that has come, it does so with its merge.",
			Mend: "Write a day that is still to come, or leave it, if the merge is what is meant.", Before: "effective: \"2026-03-01\" // merged on 5 January 2027", After: "effective: \"2027-03-01\""},
	}
}

// timeRules are house rules about the days on which changes take effect.
func timeRules() []Rule {
	return []Rule{
		{Code: "notice", Title: "People hear too late of what is asked of them", Severity: Error, Switchable: true, Means: "The organisation says how many days before it takes effect a change that asks more, or moves people, can be read. Other changes need no notice. A coming edition shows from its publish day on, and from its merge at the earliest.",
			Mend: "Write the first day that the finding names, or a later one. Where everybody knows already, accept it with the reason.", Before: "publish: \"2027-02-20\"\neffective: \"2027-03-01\" // 30 days of notice", After: "publish: \"2027-02-20\"\neffective: \"2027-03-22\""},
		{Code: "freeze", Title: "A change takes effect in a freeze", Severity: Error, Switchable: true, Means: "The organisation names times in which no change that asks more, or moves people, takes effect, such as those of performance reviews. Such a change may be written and merged at any time.",
			Mend: "Write the first day that the finding names, or a later one.", Before: "effective: \"2027-01-01\" // frozen until 15 January", After: "effective: \"2027-01-16\""},
	}
}
