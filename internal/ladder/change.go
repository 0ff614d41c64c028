package ladder

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
)

// Change is one difference between two texts of a framework, as people would
// tell it. Ids are those of the new text, or of the old where a thing is gone.
type Change struct {
	// Rule is the id of the rule that recognised the change. It is stable.
	Rule string `json:"rule"`
	// Category is what the change means for people.
	Category Category `json:"category"`
	// Path is the place in the new text, or in the old if it is gone:
	// "levels.l4.expectations.autonomy.items[1]". Items count from 0.
	Path string `json:"path"`
	// Level is the first of Levels, and LevelName what people call it.
	Level     string `json:"level,omitempty"`
	LevelName string `json:"level_name,omitempty"`
	// Levels are those whose own text this is: several where they share it.
	Levels []string `json:"levels,omitempty"`
	// Competency is what the text is about, FromCompetency what it stood
	// under before, if that was another.
	Competency      string `json:"competency,omitempty"`
	CompetencyTitle string `json:"competency_title,omitempty"`
	FromCompetency  string `json:"from_competency,omitempty"`
	// Role is the role of a role guide.
	Role      string `json:"role,omitempty"`
	RoleTitle string `json:"role_title,omitempty"`
	// Affects are the levels whose people this touches: those that have the
	// text, and those that inherit it where the framework is cumulative.
	Affects []string `json:"affects,omitempty"`
	// From and To are the levels between which an expectation moved.
	From []string `json:"from,omitempty"`
	To   []string `json:"to,omitempty"`
	// Before and After are the texts as people read them; where they are
	// several lines, a newline stands between them.
	Before string `json:"before,omitempty"`
	After  string `json:"after,omitempty"`
	// Words is the difference between Before and After, word by word.
	Words []Span `json:"words,omitempty"`
	// Message says it in one sentence, with names and codes of levels.
	Message string `json:"message"`
	// Texts are the expectations that it concerns, as they read now, or as they
	// read where they are gone. Examples and the like concern theirs.
	Texts []string `json:"-"`
	// Edits carry the change out; there is always one. They are for Apply, and
	// no part of the JSON: readers have the sentence, Before and After.
	Edits []Edit `json:"-"`
}

// Concerns says whether the change is one of the level's, or touches its people.
func (c *Change) Concerns(level string) bool {
	return c.Level == level || slices.Contains(c.Levels, level) || slices.Contains(c.Affects, level) ||
		slices.Contains(c.From, level) || slices.Contains(c.To, level)
}

// LevelRef names a level for readers: Name is "Senior Manager (L3)", Short "L3".
type LevelRef struct {
	ID    string `json:"id"`
	Name  string `json:"name"`
	Short string `json:"short"`
}

// ChangeSet is all that changed between two texts of a framework: the levels'
// changes first, in the order in which levels are shown, then the competencies',
// then the rest.
type ChangeSet struct {
	Changes []Change `json:"changes"`
	// Levels names the levels that the changes speak of, in shown order.
	Levels []LevelRef `json:"levels"`
}

// MarshalJSON writes lists that are empty as [], never as null.
func (s ChangeSet) MarshalJSON() ([]byte, error) {
	type plain ChangeSet
	if s.Changes == nil {
		s.Changes = []Change{}
	}
	if s.Levels == nil {
		s.Levels = []LevelRef{}
	}
	return marshal(plain(s))
}

var _ json.Marshaler = ChangeSet{}

// Empty says that nothing changed.
func (s ChangeSet) Empty() bool { return len(s.Changes) == 0 }

// Category is the heaviest of the changes' categories, "" if nothing changed.
func (s ChangeSet) Category() Category {
	var heaviest Category
	for _, c := range s.Changes {
		if c.Category.Weight() > heaviest.Weight() {
			heaviest = c.Category
		}
	}
	return heaviest
}

// Bump is the part of the version number that these changes raise: "major",
// "minor" or "patch", "" if nothing changed.
func (s ChangeSet) Bump() string { return s.Category().Bump() }

// ForLevel is what changed for a level: in its own text, or for its people.
func (s ChangeSet) ForLevel(id string) ChangeSet {
	out := ChangeSet{Changes: []Change{}, Levels: s.Levels}
	for _, c := range s.Changes {
		if c.Concerns(id) {
			out.Changes = append(out.Changes, c)
		}
	}
	return out
}

// LevelChanges are the changes of one level, or, with no Level, those that
// belong to none.
type LevelChanges struct {
	Level   string   `json:"level,omitempty"`
	Name    string   `json:"name,omitempty"`
	Changes []Change `json:"changes"`
}

// ByLevel groups the changes by their level, in shown order; those of no level
// come last. A change of a text that levels share stands once, under the first.
func (s ChangeSet) ByLevel() []LevelChanges {
	var out []LevelChanges
	at := map[string]int{}
	for _, c := range s.Changes {
		i, ok := at[c.Level]
		if !ok {
			i = len(out)
			at[c.Level] = i
			out = append(out, LevelChanges{Level: c.Level, Name: c.LevelName})
		}
		out[i].Changes = append(out[i].Changes, c)
	}
	// Changes come in shown order already, whatever belongs to no level last.
	return out
}

// Declared takes what the author says a rewording means (release.meaning: a
// level and a competency, as in "l4.autonomy", or with the number of the item,
// counted from 1, as in "l4.autonomy.2") and judges the rewordings by it:
// "same" clarifies, "less" asks less, "more" asks more, as undeclared. What
// moved up and was reworded asks less, as any move up, unless it is declared
// "more". What was not reworded stays as it is.
func (s ChangeSet) Declared(meaning map[string]string) ChangeSet {
	out := ChangeSet{Changes: slices.Clone(s.Changes), Levels: s.Levels}
	for i := range out.Changes {
		c := &out.Changes[i]
		same, less := "expectation-reworded-same", "expectation-reworded-less"
		switch c.Rule {
		case "expectation-reworded":
		case "expectation-moved-up-reworded":
			same, less = "expectation-moved-up", "expectation-moved-up"
		default:
			continue
		}
		switch c.meaning(meaning) {
		case "same":
			c.become(same, "which asks the same")
		case "less":
			c.become(less, "which asks less")
		case "more":
			c.become(c.Rule, "which asks more")
		}
	}
	return out
}

// mayAskMore ends the sentence of a rewording that nobody has judged yet.
const mayAskMore = "which may ask more"

func (c *Change) become(rule, says string) {
	c.Rule, c.Category = rule, ruleCategory(rule)
	// The last one, since an expectation may hold the same words.
	if i := strings.LastIndex(c.Message, mayAskMore); i >= 0 {
		c.Message = c.Message[:i] + says + c.Message[i+len(mayAskMore):]
	}
}

// meaning finds what is declared: for the item, else for the cell of any level
// that shares it. Where levels are declared differently, the most demanding wins.
func (c *Change) meaning(declared map[string]string) string {
	if n, ok := c.ItemNumber(); ok {
		// Levels may hold a shared text at different places: the number
		// counts at the level that the change stands under.
		if m := declared[c.Level+"."+c.Competency+"."+strconv.Itoa(n)]; m != "" {
			return m
		}
	}
	var said []string
	for _, l := range c.Levels {
		said = append(said, declared[l+"."+c.Competency])
	}
	for _, m := range []string{"more", "same", "less"} {
		if slices.Contains(said, m) {
			return m
		}
	}
	return ""
}

// ItemNumber is the number of the item that the path ends in, counted from 1.
func (c *Change) ItemNumber() (int, bool) {
	i := strings.LastIndexByte(c.Path, '[')
	if i < 0 {
		return 0, false
	}
	n, err := strconv.Atoi(strings.TrimSuffix(c.Path[i+1:], "]"))
	return n + 1, err == nil
}
