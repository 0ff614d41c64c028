package compile

// ruleCase breaks one rule between the parts of a document.
type ruleCase struct {
	code  string // "" is for CUE's own word
	what  string
	cue   bool   // CUE alone refuses it: a rule of schema/framework.cue
	near  string // where a finding stands
	edits []edit
}

// frameworkCases are made by hand: one at least for every sentence of
// schema/framework.cue and for every rule of rules.go.
var frameworkCases = []ruleCase{
	{"id-differs", "id is not the folder's name", false, "id", []edit{set("id", "another")}},
	{"part-missing", "ladder without competencies", true, "kind", []edit{remove("competencies")}},
	{"part-missing", "competency model without levels", false, "kind", []edit{set("kind", "competency-model"), remove("levels")}},
	{"part-missing", "role guide without roles", true, "kind", []edit{set("kind", "role-guide"), remove("roles")}},
	{"part-missing", "discipline without a definition", false, "kind", []edit{set("kind", "discipline"), remove("definition")}},
	{"formerly-itself", "formerly is the id", false, "formerly", []edit{set("formerly[0]", "full")}},

	{"order-missing", "no order of the tracks", true, "order", []edit{remove("order.tracks")}},
	{"order-missing", "no order of the areas", true, "order", []edit{remove("order.areas")}},
	{"order-missing", "no order of the competencies", true, "order", []edit{remove("order.competencies")}},
	{"order-missing", "no order of the roles", true, "order", []edit{remove("order.roles")}},
	{"order-missing", "no order of the aims", true, "order", []edit{remove("order.aims")}},
	{"order-missing", "no order at all", true, "", []edit{remove("order")}},
	{"order-differs", "an id that is not there", true, "order.tracks[2]", []edit{set("order.tracks[2]", "other")}},
	{"order-differs", "an id twice", true, "order.areas[2]", []edit{set("order.areas[2]", "craft")}},
	{"order-differs", "an id twice, another never", true, "order.competencies[2]", []edit{set("order.competencies[2]", "writing")}},
	{"order-differs", "an id is not listed", true, "order.roles", []edit{remove("order.roles[1]")}},
	{"order-differs", "an empty list", true, "order.aims", []edit{set("order.aims", []any{})}},

	{"unknown-area", "area of a competency", true, "competencies.writing.area", []edit{set("competencies.writing.area", "craftt")}},
	{"unknown-area", "areas are gone", true, "competencies.writing.area", []edit{remove("areas"), remove("order.areas")}},
	{"unknown-track", "track that a competency applies to", false, "competencies.coaching.appliesTo.tracks[0]", []edit{set("competencies.coaching.appliesTo.tracks[0]", "managers")}},
	{"unknown-level", "level that a competency applies to", false, "competencies.coaching.appliesTo.levels[0]", []edit{set("competencies.coaching.appliesTo.levels[0]", "l9")}},
	{"unknown-competency", "degrees of none", true, "degrees.reserch", []edit{set("degrees.reserch", []any{"Low", "High"})}},
	{"degree-twice", "a label twice", true, "degrees.research[3]", []edit{set("degrees.research[3]", "Low")}},

	{"formerly-in-use", "competency", false, "competencies.writing.formerly[0]", []edit{set("competencies.writing.formerly", []any{"research"})}},
	{"formerly-in-use", "track", false, "tracks.ic.formerly[0]", []edit{set("tracks.ic.formerly[0]", "manager")}},
	{"formerly-in-use", "area", false, "areas.craft.formerly[1]", []edit{set("areas.craft.formerly[1]", "people")}},
	{"formerly-in-use", "role", false, "roles.writer.formerly[0]", []edit{set("roles.writer.formerly[0]", "writer")}},
	{"formerly-in-use", "level", false, "levels.l1.formerly[0]", []edit{set("levels.l1.formerly[0]", "l2")}},

	{"track-missing", "level without a track", true, "levels.l2", []edit{remove("levels.l2.track")}},
	{"unknown-track", "level on a track that is not there", true, "levels.l2.track", []edit{set("levels.l2.track", "icc")}},
	{"unknown-track", "tracks are gone", true, "levels.l2.track", []edit{remove("tracks"), remove("order.tracks")}},
	{"next-itself", "level leads to itself", false, "levels.l1.next[0]", []edit{set("levels.l1.next[0]", "l1")}},
	{"unknown-level", "level leads nowhere", false, "levels.l1.next[1]", []edit{set("levels.l1.next[1]", "m9")}},

	{"missing-cell", "competency for all", true, "levels.l1.expectations", []edit{remove("levels.l1.expectations.writing")}},
	{"missing-cell", "competency for the level", true, "levels.l2.expectations", []edit{remove("levels.l2.expectations.coaching")}},
	{"missing-cell", "competency for the track", true, "levels.m2.expectations", []edit{remove("levels.m2.expectations.coaching")}},
	{"missing-cell", "no cells at all", true, "levels.m2.expectations", []edit{set("levels.m2.expectations", map[string]any{})}},
	{"missing-cell", "new competency", true, "levels.l1.expectations", []edit{set("competencies.drawing_", map[string]any{"title": "Drawing"}), set("order.competencies[3]", "drawing_")}},
	{"unknown-competency", "cell for none", true, "levels.l1.expectations.writin", []edit{set("levels.l1.expectations.writin", map[string]any{"none": "Nothing"})}},
	{"empty-cell", "nothing in a cell", true, "levels.l1.expectations.writing", []edit{set("levels.l1.expectations.writing", map[string]any{})}},
	{"cell-twice", "items and same", true, "levels.l2.expectations.research.same", []edit{set("levels.l2.expectations.research.same", "l1"), remove("levels.l2.expectations.research.degree")}},
	{"cell-twice", "items and none", true, "levels.l1.expectations.writing.none", []edit{set("levels.l1.expectations.writing.none", "Nothing")}},
	{"cell-twice", "same and none", true, "levels.l2.expectations.writing.none", []edit{set("levels.l2.expectations.writing.none", "Nothing")}},
	{"cell-twice", "all three", true, "levels.l1.expectations.writing.same", []edit{set("levels.l1.expectations.writing.none", "Nothing"), set("levels.l1.expectations.writing.same", "l2")}},
	{"degree-without-items", "same", true, "levels.m2.expectations.research.degree", []edit{set("levels.m2.expectations.research.degree", "High")}},
	{"degree-without-items", "none", true, "levels.l2.expectations.coaching.degree", []edit{set("levels.l2.expectations.coaching.degree", "High"), set("degrees.coaching", []any{"Low", "High"})}},
	{"degree-without-items", "alone", true, "levels.l1.expectations.research.degree", []edit{remove("levels.l1.expectations.research.items")}},
	{"unknown-degree", "no degrees are listed", true, "levels.l1.expectations.writing.degree", []edit{set("levels.l1.expectations.writing.degree", "Low")}},
	{"unknown-degree", "not one of them", true, "levels.l1.expectations.research.degree", []edit{set("levels.l1.expectations.research.degree", "low")}},

	{"unknown-level", "same as a level that is not there", false, "levels.l2.expectations.writing.same", []edit{set("levels.l2.expectations.writing.same", "l9")}},
	{"same-itself", "same as itself", false, "levels.l2.expectations.writing.same", []edit{set("levels.l2.expectations.writing.same", "l2")}},
	{"same-without-text", "same as same", false, "levels.m2.expectations.writing.same", []edit{set("levels.m2.expectations.writing.same", "l2")}},
	{"same-without-text", "same as each other", false, "levels.m2.expectations.writing.same", []edit{set("levels.m2.expectations.writing.same", "l2"), set("levels.l2.expectations.writing.same", "m2")}},
	{"same-without-text", "same as none", false, "levels.m2.expectations.coaching.same", []edit{set("levels.m2.expectations.coaching", map[string]any{"same": "l2"})}},
	{"same-without-text", "same as a cell that is not there", false, "levels.m2.expectations.coaching.same", []edit{set("levels.m2.expectations.coaching", map[string]any{"same": "l1"})}},
	{"rank-twice", "two levels of a track", false, "levels.l2.rank", []edit{set("levels.l2.rank", 1)}},
	{"degree-falls", "along a track", false, "levels.l2.expectations.research", []edit{set("levels.l1.expectations.research.degree", "High"), set("levels.l2.expectations.research.degree", "Low")}},
	{"degree-falls", "through same", false, "levels.m3.expectations.research", []edit{set("levels.m3", map[string]any{
		"rank": 3, "track": "manager", "titles": []any{map[string]any{"text": "Head of Design"}}, "expectations": map[string]any{
			"research": map[string]any{"same": "l1"}, "writing": map[string]any{"same": "l1"}, "coaching": map[string]any{"none": "Others coach"}}})}},

	{"retired-in-use", "level", true, "retired.levels.l2", []edit{set("retired.levels.l2", map[string]any{"reason": "Gone"})}},
	{"retired-in-use", "track", true, "retired.tracks.ic", []edit{set("retired.tracks.ic", map[string]any{"reason": "Gone"})}},
	{"retired-in-use", "area", true, "retired.areas.craft", []edit{set("retired.areas.craft", map[string]any{"reason": "Gone"})}},
	{"retired-in-use", "competency", true, "retired.competencies.writing", []edit{set("retired.competencies.writing", map[string]any{"reason": "Gone"})}},
	{"retired-in-use", "role", true, "retired.roles.writer", []edit{set("retired.roles.writer", map[string]any{"reason": "Gone"})}},
	{"unknown-level", "retired into", false, "retired.levels.l0.into[0]", []edit{set("retired.levels.l0.into[0].level", "l9")}},
	{"unknown-track", "retired into", false, "retired.tracks.freelance.into[0]", []edit{set("retired.tracks.freelance.into[0].track", "icc")}},
	{"unknown-area", "retired into", false, "retired.areas.tools.into[0]", []edit{set("retired.areas.tools.into[0].area", "crafts")}},
	{"unknown-competency", "retired into", false, "retired.competencies.drawing.into[0]", []edit{set("retired.competencies.drawing.into[0].competency", "sketching")}},
	{"unknown-role", "retired into", false, "retired.roles.illustrator.into[0]", []edit{set("retired.roles.illustrator.into[0].role", "painter")}},

	{"unknown-level", "profile of none", false, "profiles.l9", []edit{set("profiles.l9", map[string]any{
		"model": "design-competencies", "requires": map[string]any{"a": "b", "c": "d"}, "critical": []any{"a", "c"}})}},
	{"critical-not-required", "critical alone", false, "profiles.l2.critical[1]", []edit{set("profiles.l2.critical[1]", "coaching")}},
	{"", "critical twice", true, "profiles.l2.critical", []edit{set("profiles.l2.critical[1]", "research")}},

	{"applies-to-nobody", "an empty appliesTo", false, "competencies.coaching.appliesTo", []edit{set("competencies.coaching.appliesTo", map[string]any{})}},

	{"publish-without-date", "no effective date", false, "publish", []edit{remove("effective")}},
	{"transition-too-early", "ends before it begins", false, "transition.acceptOld", []edit{set("transition.acceptOld", "2027-02-28")}},
	{"unknown-level", "meaning of none", false, "release.meaning", []edit{{[]any{"release", "meaning", "l9.research"}, "same"}}},
	{"unknown-competency", "meaning of none", false, "release.meaning", []edit{{[]any{"release", "meaning", "l1.reading"}, "same"}}},
}

// organisationCases are the same for the organisation.
var organisationCases = []ruleCase{
	{"unknown-time-zone", "no such city", false, "timeZone", []edit{set("timeZone", "Europe/Nowhere")}},
	{"ends-before-start", "cycle", false, "cycles.2027-h1.closes", []edit{set("cycles.2027-h1.closes", "2026-12-31")}},
	{"ends-before-start", "freeze", false, "houseRules.freezes[0].to", []edit{set("houseRules.freezes[0].to", "2026-12-14")}},
	{"ends-before-start", "items of a cell", false, "houseRules.itemsPerCell", []edit{set("houseRules.itemsPerCell.min", 17)}},
	{"", "grade twice", true, "jobGrades", []edit{set("jobGrades[1]", "L1")}},
}
