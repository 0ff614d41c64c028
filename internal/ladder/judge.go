package ladder

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Judgement is what a change of a framework comes to, with what its author
// declared: the bump that its version takes, and what is wrong with the
// declarations.
type Judgement struct {
	// Category is the heaviest of all changes, accepted or not: notice periods
	// and freezes follow it. "" if nothing changed.
	Category Category `json:"category,omitempty"`
	// Bump is "major", "minor" or "patch", "" if nothing changed.
	Bump string `json:"bump,omitempty"`
	// Rules are those of the changes that call for the heaviest step, sorted.
	// Raised says that the author asked for more.
	Rules  []string `json:"rules"`
	Raised bool     `json:"raised,omitempty"`
	// Accepted are the rules that call for more than Bump, and were accepted;
	// TooLow those that keep release.bump from counting; both sorted.
	Accepted []string `json:"accepted"`
	TooLow   []string `json:"too_low,omitempty"`
	// Undeclared are the rewordings that count as if they asked more until the
	// author declares what they mean.
	Undeclared []Declaration `json:"undeclared"`
	// Problems are declarations that do not count, or not as written.
	Problems []Problem `json:"problems"`
	// Changes are the changes as declared.
	Changes ChangeSet `json:"-"`
}

// Declaration is what the author could declare of a rewording.
type Declaration struct {
	// Key names it under release.meaning: "l4.autonomy", or "l4.autonomy.2"
	// where more than one expectation of the cell was reworded. LevelName names
	// all levels that share the text.
	Key             string `json:"key"`
	LevelName       string `json:"level_name"`
	CompetencyTitle string `json:"competency_title"`
	Before          string `json:"before"`
	After           string `json:"after"`
}

// Line is what to paste into the framework: means is "same", "less" or "more".
func (d Declaration) Line(means string) string {
	return fmt.Sprintf("release: meaning: %q: %q", d.Key, means)
}

// The codes of problems. They are stable.
const (
	BumpTooLow        = "release-bump-too-low"
	AcceptUnused      = "accept-unused"
	MeaningUnused     = "meaning-unused"
	MeaningNoEffect   = "meaning-no-effect"
	MeaningConflicted = "meaning-contradictory"
)

// Problem is something wrong with a declaration.
type Problem struct {
	Code string `json:"code"`
	// Field is the declaration: release.bump, release.meaning."l4.autonomy",
	// accept[0].
	Field string `json:"field"`
	// Message says what is wrong, in a sentence; Instead is what to do about it.
	Message string `json:"message"`
	Instead string `json:"instead"`
}

// Judge weighs the changes with what their author declared of them. r and
// accept are only what this very change adds to the framework's directives (r
// may be nil): a leftover of an earlier change means nothing. What is accepted
// under the code of a finding, and not under a rule's id, is not judged here.
func (s ChangeSet) Judge(r *Release, accept []Accept) Judgement {
	if r == nil {
		r = &Release{}
	}
	j := Judgement{Rules: []string{}, Accepted: []string{}, Undeclared: []Declaration{}, Problems: []Problem{}}
	j.Changes = s.Declared(r.Meaning)
	j.Category = j.Changes.Category()
	j.weigh()
	j.follow(r.Bump, accept)
	s.judgeAccept(&j, accept)
	s.judgeMeaning(&j, r.Meaning)
	for i := range s.Changes {
		if c := &s.Changes[i]; c.Reworded() && c.meaning(r.Meaning) == "" {
			j.Undeclared = append(j.Undeclared, s.declaration(c))
		}
	}
	return j
}

// weigh finds the bump that the changes call for: the heaviest of all.
func (j *Judgement) weigh() {
	j.Bump = j.Changes.Bump()
	for _, c := range j.Changes.Changes {
		if c.Category.Bump() == j.Bump {
			j.Rules = append(j.Rules, c.Rule)
		}
	}
	j.Rules = sortedOnce(j.Rules)
}

func sortedOnce(list []string) []string {
	slices.Sort(list)
	if list = slices.Compact(list); list == nil {
		return []string{}
	}
	return list
}

// bumpWeight orders bumps; it is 0 for what is none.
func bumpWeight(bump string) int {
	return 1 + slices.Index([]string{BumpPatch, BumpMinor, BumpMajor}, bump)
}

// follow takes the author's bump: a heavier one as it is, and a lighter one
// where every rule that calls for more is accepted.
func (j *Judgement) follow(bump string, accept []Accept) {
	switch {
	case bumpWeight(bump) == 0 || j.Bump == "" || bump == j.Bump:
		return
	case bumpWeight(bump) > bumpWeight(j.Bump):
		j.Bump, j.Raised = bump, true
		return
	}
	for _, c := range j.Changes.Changes {
		switch {
		case bumpWeight(c.Category.Bump()) <= bumpWeight(bump):
		case slices.ContainsFunc(accept, func(a Accept) bool { return a.Rule == c.Rule }):
			j.Accepted = append(j.Accepted, c.Rule)
		default:
			j.TooLow = append(j.TooLow, c.Rule)
		}
	}
	if len(j.TooLow) == 0 {
		j.Bump, j.Accepted = bump, sortedOnce(j.Accepted)
		return
	}
	j.Accepted, j.TooLow = []string{}, sortedOnce(j.TooLow)
	var lines []string
	for _, rule := range j.TooLow {
		lines = append(lines, fmt.Sprintf("{rule: %q, reason: \"...\"}", rule))
	}
	j.Problems = append(j.Problems, Problem{
		Code: BumpTooLow, Field: "release.bump",
		Message: fmt.Sprintf("The release asks for a %s step of the version number, and what changed is a %s one: %s", bump, j.Bump, j.heaviest()),
		Instead: fmt.Sprintf("Leave bump out, or accept what calls for more, with reasons: accept: [%s]", strings.Join(lines, ", ")),
	})
}

// heaviest is the sentence of the first change that decided the bump.
func (j *Judgement) heaviest() string {
	for _, c := range j.Changes.Changes {
		if c.Rule == j.Rules[0] {
			return c.Message
		}
	}
	return ""
}

// judgeAccept finds rules that are accepted and are none of the changes'.
func (s ChangeSet) judgeAccept(j *Judgement, accept []Accept) {
	for i, a := range accept {
		is := func(c Change) bool { return c.Rule == a.Rule }
		_, known := RuleByID(a.Rule)
		if !known || slices.ContainsFunc(s.Changes, is) || slices.ContainsFunc(j.Changes.Changes, is) {
			continue
		}
		j.Problems = append(j.Problems, Problem{
			Code: AcceptUnused, Field: fmt.Sprintf("accept[%d]", i),
			Message: fmt.Sprintf("The rule %q is accepted, and nothing changed that it speaks of.", a.Rule),
			Instead: "Leave it out.",
		})
	}
}

// Reworded says whether what the change means is for the author to declare.
func (c *Change) Reworded() bool {
	return c.Rule == "expectation-reworded" || c.Rule == "expectation-moved-up-reworded"
}

// declaration is what could be declared of a rewording: of its cell, where no
// other rewording would be declared with it.
func (s ChangeSet) declaration(c *Change) Declaration {
	var refs []LevelRef
	for _, l := range s.Levels {
		if slices.Contains(c.Levels, l.ID) {
			refs = append(refs, l)
		}
	}
	return Declaration{Key: s.MeaningKey(c), LevelName: refNames(refs), CompetencyTitle: c.CompetencyTitle, Before: c.Before, After: c.After}
}

// MeaningKey names a rewording as release.meaning does: by its cell, and by the
// number of the item where several of the cell are reworded.
func (s ChangeSet) MeaningKey(c *Change) string {
	key, same := c.Level+"."+c.Competency, 0
	for i := range s.Changes {
		if o := &s.Changes[i]; o.Reworded() && o.Competency == c.Competency && slices.Contains(o.Levels, c.Level) {
			same++
		}
	}
	if n, ok := c.ItemNumber(); ok && same > 1 {
		key += "." + strconv.Itoa(n)
	}
	return key
}

// judgeMeaning finds declarations of what was not reworded, and those of one
// text that contradict one another.
func (s ChangeSet) judgeMeaning(j *Judgement, meaning map[string]string) {
	for _, key := range sortedKeys(meaning) {
		if !slices.ContainsFunc(s.Changes, func(c Change) bool { return c.Reworded() && c.DeclaredBy(key) }) {
			j.Problems = append(j.Problems, s.idleMeaning(key, meaning[key]))
		}
	}
	for i := range s.Changes {
		c := &s.Changes[i]
		if !c.Reworded() {
			continue
		}
		said, keys := map[string]bool{}, []string{}
		for _, l := range c.Levels {
			if m := meaning[l+"."+c.Competency]; m != "" {
				said[m], keys = true, append(keys, strconv.Quote(l+"."+c.Competency))
			}
		}
		if n, ok := c.ItemNumber(); len(said) < 2 || ok && meaning[fmt.Sprintf("%s.%s.%d", c.Level, c.Competency, n)] != "" {
			continue
		}
		j.Problems = append(j.Problems, Problem{
			Code: MeaningConflicted, Field: "release.meaning." + keys[0],
			Message: fmt.Sprintf("%s is one text at several levels, and %s declare it differently: the most demanding counts, which is %q.", quote(c.After), enumerate(keys), c.meaning(meaning)),
			Instead: "Declare it once: " + s.declaration(c).Line(c.meaning(meaning)),
		})
	}
}

// DeclaredBy says whether a key of release.meaning speaks of the change.
func (c *Change) DeclaredBy(key string) bool {
	return c.meaning(map[string]string{key: "same"}) != ""
}

// idleMeaning tells of a declaration that declares nothing.
func (s ChangeSet) idleMeaning(key, means string) Problem {
	p := Problem{Code: MeaningUnused, Field: fmt.Sprintf("release.meaning.%q", key), Instead: "Leave it out."}
	level, rest, _ := strings.Cut(key, ".")
	competency, number, _ := strings.Cut(rest, ".")
	where, effect := strconv.Quote(key), ""
	var lines []string
	for i := range s.Changes {
		c := &s.Changes[i]
		if c.Competency != competency || !slices.Contains(slices.Concat(c.Levels, c.From, c.To), level) {
			continue
		}
		where = s.nameOf(level) + ", " + c.CompetencyTitle
		switch {
		case c.Reworded():
			lines = append(lines, s.declaration(c).Line(means))
		case c.Category == AsksMore && effect == "":
			effect = " This asks more whatever is declared: " + c.Message
		}
	}
	if means == "same" {
		means = "the same"
	}
	switch {
	case len(lines) > 0:
		p.Instead = "Write " + strings.Join(lines, ", or ")
		p.Message = fmt.Sprintf("It is declared that expectation %s of %s asks %s, and that one was not reworded.", number, where, means)
	case effect != "":
		p.Code = MeaningNoEffect
		fallthrough
	default:
		p.Message = fmt.Sprintf("It is declared that %s asks %s, and no expectation was reworded there.%s", where, means, effect)
	}
	return p
}

// nameOf is what people call a level, its id in quotes if the changes do not
// speak of it.
func (s ChangeSet) nameOf(level string) string {
	for _, l := range s.Levels {
		if l.ID == level {
			return l.Name
		}
	}
	return strconv.Quote(level)
}
