package review

import (
	"fmt"
	"slices"
	"strings"

	"github.com/milepost-dev/milepost/internal/compile"
	"github.com/milepost-dev/milepost/internal/diag"
	"github.com/milepost-dev/milepost/internal/ladder"
)

// The severities that an organisation gives a rule, as its file writes them.
const (
	isError   = "error"
	isWarning = "warning"
	isOff     = "off"
)

// houseRules are the rules that an organisation may turn down or off, with
// what they are where it says nothing: those of its own house, and not what
// makes a framework a framework. How expectations are worded is a warning: it
// holds no change up unless the organisation says so.
var houseRules = map[string]string{
	"plain-data":            isError,
	"items-per-cell":        isError,
	"item-too-long":         isError,
	"forbidden-words":       isError,
	"unknown-job-grade":     isError,
	"unknown-framework":     isError,
	"unknown-proficiency":   isError,
	"notice":                isError,
	"freeze":                isError,
	"near-duplicate":        isWarning,
	"near-duplicate-levels": isWarning,
	"mixed-punctuation":     isWarning,
	"mixed-capitals":        isWarning,
	"no-summary":            isWarning,
	"adds-nothing":          isWarning,
	"vague-start":           isOff,
}

// severity is what a rule of the house is in an organisation. Rules with a
// list are on where there is one.
func severity(rules ladder.HouseRules, code string) string {
	if s := rules.Severity[code]; s != "" {
		return s
	}
	if code == "vague-start" && rules.Prose != nil && rules.Prose.Vague != nil {
		return isWarning
	}
	return houseRules[code]
}

// house holds one framework to what its organisation asks beyond correctness.
type house struct {
	f      *ladder.Framework
	before *ladder.Framework // the framework as the base has it, nil where that has none
	known  map[string]bool   // its texts
	org    ladder.Organisation
	rules  ladder.HouseRules
	places compile.Places
	lines  *changes // what the change touches, nil to judge all
	vague  [][]string
	found  diag.List
}

// check is everything that is asked of a framework.
func (h *house) check() diag.List {
	h.rules, h.known = h.org.HouseRules, textsOf(h.before)
	h.vague = vagueStarts(h.rules)
	for i := range h.f.Levels {
		l := &h.f.Levels[i]
		h.jobGrades(l)
		h.level(l)
		for j := range h.f.Competencies {
			h.cell(l, &h.f.Competencies[j])
		}
	}
	h.nearDuplicates()
	return h.found
}

// on says whether a rule is on, so that dear ones are not worked out in vain.
func (h *house) on(code string) bool { return severity(h.rules, code) != isOff }

func (h *house) add(code, path, message, help string) {
	s := diag.Warning
	if houseRules[code] == isError {
		s = diag.Error
	}
	h.found = append(h.found, diag.Finding{
		Code: code, Severity: s, Framework: h.f.ID, Path: path, Message: message, Help: help, Position: h.places.At(path),
	})
}

func (h *house) jobGrades(l *ladder.Level) {
	for n, g := range l.JobGrades {
		if len(h.org.JobGrades) > 0 && !slices.Contains(h.org.JobGrades, g) {
			h.add("unknown-job-grade", fmt.Sprintf("levels.%s.jobGrades[%d]", l.ID, n),
				fmt.Sprintf("%s has job grade %q, which the organisation does not have", l.Name(), g),
				fmt.Sprintf("The job grades are: %s. A new one is added in organisation.cue.", strings.Join(h.org.JobGrades, ", ")))
		}
	}
}

// spot is a competency at a level, and whose words its expectations are.
type spot struct {
	level      *ladder.Level
	competency *ladder.Competency
	cell       ladder.Cell
	path       string
	own        bool // they stand here, and are not those of another level
}

func (h *house) spot(l *ladder.Level, c *ladder.Competency) spot {
	at := "levels." + l.ID + ".expectations." + c.ID
	return spot{l, c, l.Expectations[c.ID], at, !h.places.Wrote(at + ".same")}
}

func (s spot) String() string { return s.level.Name() + ", " + s.competency.Title }

func (s spot) texts() []string {
	var out []string
	for _, item := range s.cell.Items {
		out = append(out, item.Text)
	}
	return out
}

// item is where an expectation stands: its text, where it has more than that.
func (h *house) item(s spot, n int) string {
	at := fmt.Sprintf("%s.items[%d]", s.path, n)
	if h.places.Wrote(at + ".text") {
		return at + ".text"
	}
	return at
}

// cell holds a cell to the rules about single ones. One that shares the text
// of another is judged with that.
func (h *house) cell(l *ladder.Level, c *ladder.Competency) {
	s := h.spot(l, c)
	if !s.own || len(s.cell.Items) == 0 {
		return
	}
	h.count(s)
	h.mixed(s)
	for i, item := range s.cell.Items {
		if at := h.item(s, i); h.touched(at, item.Text) {
			h.wording(s, at, item.Text)
		}
	}
}

// count: a cell has neither too few expectations nor too many.
func (h *house) count(s spot) {
	b, n := h.rules.ItemsPerCell, len(s.cell.Items)
	if b == nil || !h.touched(s.path, s.texts()...) {
		return
	}
	if b.Max > 0 && n > b.Max {
		h.add("items-per-cell", s.path, fmt.Sprintf("%s: %s, and the house rules allow %d at most", s, expectations(n), b.Max), "Bring related ones together, or move some to another level.")
	} else if n < b.Min {
		h.add("items-per-cell", s.path, fmt.Sprintf("%s: %s, and the house rules ask for %d at least", s, expectations(n), b.Min), "Say more of what is expected.")
	}
}

func expectations(n int) string {
	if n == 1 {
		return "1 expectation"
	}
	return fmt.Sprintf("%d expectations", n)
}
