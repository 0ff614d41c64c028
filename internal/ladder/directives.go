package ladder

// DirectiveField is a field of a framework's document that changes no text.
type DirectiveField struct {
	Field   string `json:"field"`
	Purpose string `json:"purpose"`
}

// DirectiveFields are the fields that speak about a change and not about the
// text. They are no part of the canonical form, and no rule recognises them: a
// change of them alone leaves the text as it was.
func DirectiveFields() []DirectiveField {
	return []DirectiveField{
		{"effective", "The day from which a text is in force. It decides when a version counts, not what it says."},
		{"publish", "The day from which readers may see a text that is not yet in force."},
		{"transition", "Until when the text before this one may still be used, and for what."},
		{"correction", "Which version this one puts right, and why. It counts in the change that adds it."},
		{"release", "What people are told about a change, what its rewordings mean, and the step of the version number that the author asks for. It counts in the change that adds it."},
		{"accept", "Which rules or findings the author accepts, and why. It counts in the change that adds it."},
		{"errata", "A note on an earlier version, whose text stays as people were judged by it."},
	}
}
