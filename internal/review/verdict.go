package review

import (
	"path"
	"slices"

	"github.com/milepost-dev/milepost/internal/compile"
	"github.com/milepost-dev/milepost/internal/diag"
	"github.com/milepost-dev/milepost/internal/ladder"
)

// Verdict is what came of judging a change.
type Verdict struct {
	Checked  []Checked `json:"checked"`
	Findings diag.List `json:"findings"`
}

// OK says whether nothing holds the change up.
func (v *Verdict) OK() bool { return !v.Findings.HasErrors() }

// Checked is one text that was looked at: what stands in a framework's own
// directory, or its coming edition.
type Checked struct {
	ID     string `json:"id"`
	Dir    string `json:"dir"` // below the directory of frameworks: the id, or "next/" and the id
	Title  string `json:"title"`
	Coming bool   `json:"coming,omitempty"` // it stands in next/
	Status string `json:"status"`           // one of those below
	// Category, Bump and Headline say what the change means for people, as the
	// author declares it; "" where nothing changed or could be compared.
	Category ladder.Category `json:"category,omitempty"`
	Bump     string          `json:"bump,omitempty"`
	Headline string          `json:"headline,omitempty"`
	// Undeclared says that all that asks more is reworded, and that nobody says
	// yet what that means.
	Undeclared bool `json:"undeclared,omitempty"`
	// Effect says from when it means that.
	Effect Effect `json:"effect"`
	// Changes are those against the text in force, nil where there is nothing
	// to compare. Edits are what the change does to an edition that was there.
	Changes *ladder.ChangeSet `json:"changes,omitempty"`
	Edits   *ladder.ChangeSet `json:"edits,omitempty"`
	// Text is what the changes are told of: as put forward, or as it was where it
	// is removed; nil where there is nothing to compare.
	Text *ladder.Framework `json:"-"`
	// Notice says whether people hear of it as long before as the house rules
	// give them.
	Notice Notice `json:"-"`
	// Time are the findings that hang on days: another day may have others.
	Time diag.List `json:"time,omitempty"`
}

// Notice is how long before people hear of what is asked of them.
type Notice struct {
	Words string // goes on from "Notice is", to a full stop; "" where no rule gives notice, or nothing changes
	Kept  bool   // some is due, and people have it
}

// refuse says that the text cannot count as it is.
func (c *Checked) refuse() {
	c.meansNothing()
	c.Status, c.Effect = StatusRefused, Effect{When: Never}
}

// meansNothing takes back what a change means: it is refused, or past.
func (c *Checked) meansNothing() {
	c.Changes, c.Category, c.Bump, c.Headline, c.Undeclared = nil, "", "", "", false
}

// What became of a text.
const (
	StatusUnchanged = "unchanged" // there is no base
	StatusNew       = "new"
	StatusChanged   = "changed"
	StatusMended    = "mended" // the base needed a change, so that there is nothing to compare
	StatusRenamed   = "renamed"
	StatusFolded    = "folded" // the edition in force took the framework's own place
	StatusRemoved   = "removed"
	StatusRefused   = "refused" // its day says what cannot be
)

// Effect is from when a change means what it means.
type Effect struct {
	When string `json:"when"` // one of those below
	// Day is the edition's, as 2027-03-01, and Shown the day from which
	// everybody can read it, "" but for AtDate.
	Day   string `json:"day,omitempty"`
	Shown string `json:"shown,omitempty"`
}

// From when a change takes effect.
const (
	AtMerge = "merge"   // as soon as it is merged
	AtDate  = "date"    // on its day
	Undated = "undated" // a draft, which has no day yet
	Never   = "none"    // nothing changes for anybody
)

// Words says it for people: "takes effect on 1 March 2027".
func (e Effect) Words() string {
	switch e.When {
	case AtMerge:
		return "takes effect with its merge"
	case AtDate:
		return "takes effect on " + compile.DayWords(e.Day)
	case Undated:
		return "is a draft without a date"
	}
	return "changes nothing for anybody"
}

// Lead says in a line which text it is and what the change means for people:
// "Support ladder, edition of 1 March 2027: asks more".
func (c Checked) Lead() string {
	lead := c.Title
	switch {
	case c.Coming && c.Effect.Day != "":
		lead += ", edition of " + compile.DayWords(c.Effect.Day)
	case c.Coming:
		lead += ", coming edition"
	}
	switch {
	case c.Undeclared:
		return lead + ": may ask more"
	case c.Category != "":
		return lead + ": " + c.Category.Name()
	case c.Status == StatusFolded:
		return lead + ": the edition in force is folded in"
	case c.Status == StatusRemoved:
		return lead + ": withdrawn"
	case c.Status == StatusRefused:
		return lead + ": cannot count as it is"
	case c.Status == StatusMended:
		return lead + ": in order again"
	case c.Changes == nil:
		return lead + ": not compared"
	}
	return lead + ": says the same"
}

// Lines say more of it, a sentence each: what changed for whom, and from when.
func (c Checked) Lines() []string {
	if c.Category == "" {
		return nil
	}
	takes := "It " + c.Effect.Words()
	if c.Effect.When == AtDate && c.Effect.Shown < c.Effect.Day {
		takes += ", and everybody can read it from " + compile.DayWords(c.Effect.Shown) + " on"
	}
	out := []string{c.Headline + ".", takes + "."}
	if c.Edits != nil && c.Edits.Empty() {
		out = append(out, "This change adds nothing to what the edition says.")
	}
	return out
}

// timeCodes are the findings that hang on days.
var timeCodes = []string{"notice", "freeze", "effective-ahead", "effective-past", "edition-redated", "second-edition", "edition-lost", "late-change"}

// ofTime are the findings about the days of a text.
func (v *Verdict) ofTime(c *Checked, root string) diag.List {
	var out diag.List
	for _, f := range v.Findings {
		if f.Framework == c.ID && slices.Contains(timeCodes, f.Code) && path.Dir(f.File) == path.Join(root, c.Dir) {
			out = append(out, f)
		}
	}
	return out
}
