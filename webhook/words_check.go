package webhook

import (
	"bytes"
	"cmp"
	"fmt"
	"path"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/milepost-dev/milepost/internal/diag"
	"github.com/milepost-dev/milepost/internal/ladder"
	"github.com/milepost-dev/milepost/internal/notes"
	"github.com/milepost-dev/milepost/internal/review"
)

// Check is a completed check run.
type Check struct {
	Conclusion           string // one of those below
	Title, Summary, Text string // Title is plain, the others Markdown; Text is "" where there is no more to say
	Annotations          []Annotation
}

// The conclusions. There is no neutral one: it would let a change pass.
const (
	Success   = "success"
	Failure   = "failure"
	Cancelled = "cancelled" // another head or run took its place; it lets nothing pass
)

// Annotation is a finding beside a line of the head.
type Annotation struct {
	Path               string
	StartLine, EndLine int // from 1
	// StartColumn and EndColumn are characters from 1, 0 where unknown. They
	// only stand where StartLine is EndLine.
	StartColumn, EndColumn int
	Level                  string // "failure", "warning" or "notice"
	Title, Message         string // plain
	Raw                    string // the lines to paste, "" for none
}

// maxAnnotations is how many GitHub takes in one request. It adds those of the
// next to them, so that a retry would show them twice.
const maxAnnotations = 50

// Limits of GitHub's that authors could reach, in characters.
const (
	maxTitle   = 140
	maxMessage = 10_000
)

// Check is the check run: failure where something needs a change, or where
// Milepost could not judge, else success.
func (r *Report) Check() Check {
	c := Check{Conclusion: r.conclusion(), Title: r.title(), Summary: r.body(maxComment)}
	if r.withoutVerdict() != "" {
		return c
	}
	if r.Verdict.OK() { // what needs a change, nobody is told of
		c.Text = r.asRead()
	}
	var left int
	c.Annotations, left = r.annotations()
	if left > 0 {
		c.Summary += "\n" + sentence(counted(left, "finding has", "findings have")+" no room beside the lines") + "\n"
	}
	return c
}

func (r *Report) conclusion() string {
	switch {
	case r.Superseded != "":
		return Cancelled
	case r.Failed != "":
		return Failure
	case !r.Touches:
		return Success
	case r.Verdict == nil || !r.Verdict.OK():
		return Failure
	}
	return Success
}

// Status is the check as a commit status, for where checks cannot be written.
func (r *Report) Status() (state, description string) {
	state = r.conclusion()
	if r.Superseded != "" || r.Failed != "" || r.Touches && r.Verdict == nil {
		state = "error"
	}
	if r.Locked && r.withoutVerdict() == "" {
		return state, cut(r.title(), maxDescription-len(lockedWords)) + lockedWords
	}
	return state, r.title()
}

// lockedWords end the description of a status that has no comment beside it.
const lockedWords = "; no comment, the conversation is locked"

// asRead is what staff read of the change, once it is merged and shown.
func (r *Report) asRead() string {
	var b strings.Builder
	for _, f := range r.Frameworks {
		for _, n := range f.Notes {
			var one bytes.Buffer
			left := maxComment - b.Len() - 200
			if left < 4000 || n.Markdown(&one, notes.Staff, min(left, 20_000)) != nil {
				return safe(b.String())
			}
			if b.Len() == 0 {
				b.WriteString("This is how staff are told of it, once it is merged and they may read it.\n")
			}
			b.WriteString("\n" + one.String())
		}
	}
	return safe(b.String())
}

// title says in a few words how it went.
func (r *Report) title() string {
	switch {
	case r.Superseded != "":
		return "A newer state took its place"
	case r.Failed != "" || r.Touches && r.Verdict == nil:
		return "Milepost could not check this"
	case !r.Touches:
		return "Touches no framework"
	case !r.Verdict.OK():
		return counted(r.Verdict.Findings.Count(diag.Error), "thing needs a change", "things need a change")
	case len(r.Verdict.Checked) == 0:
		return "Nothing needs a change"
	}
	heaviest, frameworks := 0, map[string]bool{}
	for i, c := range r.Verdict.Checked {
		frameworks[c.ID] = true
		if c.Category.Weight() > r.Verdict.Checked[heaviest].Category.Weight() {
			heaviest = i
		}
	}
	out := titleOf(r.Verdict.Checked[heaviest])
	if n := len(frameworks) - 1; n > 0 {
		out = notes.Plain(out, maxTitle-40) + fmt.Sprintf(", and touches %s", counted(n, "other framework", "other frameworks"))
	}
	return clip(notes.Plain(out, maxTitle-4), maxTitle)
}

// clip cuts to so many characters, gaps that keep mentions apart included.
func clip(s string, most int) string {
	if utf8.RuneCountInString(s) > most {
		return string([]rune(s)[:most-1]) + "…"
	}
	return s
}

// titleOf says what a text's change means, for whom and from when.
func titleOf(c review.Checked) string {
	from := map[string]string{review.AtMerge: " once merged", review.AtDate: " from " + dayWords(c.Effect.Day), review.Undated: ", in a draft"}[c.Effect.When]
	who := ofLevels(c)
	switch {
	case c.Category == ladder.MovesPeople && c.Status == review.StatusRemoved:
		return c.Title + " is withdrawn" + from
	case c.Status == review.StatusNew && !c.Coming && c.Category != "":
		return "New: " + c.Title
	case c.Status == review.StatusRenamed && c.Category == ladder.Adds:
		return c.Title + " gets a new address"
	case c.Undeclared:
		return "May ask more" + who + from
	}
	switch c.Category {
	case ladder.AsksMore:
		return "Asks more" + who + from
	case ladder.AsksLess:
		return "Asks less" + who + from
	case ladder.MovesPeople:
		return "Moves people" + strings.Replace(who, " of ", " at ", 1) + from
	case ladder.BreaksReferences:
		return "Changes what others refer to" + from
	case ladder.Adds:
		return "Adds, and asks nobody for more"
	case ladder.Clarifies:
		return "Clarifies, and asks nobody for more"
	case ladder.WordingOnly:
		return "Wording only"
	}
	switch {
	case c.Coming && c.Status == review.StatusRemoved:
		return "The coming edition is withdrawn"
	case c.Changes != nil && c.Status == review.StatusChanged:
		return "Changes no words that people read"
	}
	return strings.TrimSuffix(withoutCategory(c), ".")
}

// ofLevels names the levels of which the heaviest changes are told: " of Staff
// (L4)"; of several their codes, of many how many they are; "" for none.
func ofLevels(c review.Checked) string {
	if c.Changes == nil {
		return ""
	}
	var ids []string
	for _, ch := range c.Changes.Changes {
		if ch.Category == c.Category {
			ids = append(ids, ch.Affects...)
		}
	}
	var names, codes []string
	for _, l := range c.Changes.Levels {
		if slices.Contains(ids, l.ID) {
			names, codes = append(names, l.Name), append(codes, l.Short)
		}
	}
	switch n := len(names); {
	case n == 0:
		return ""
	case n == 1:
		return " of " + names[0]
	case n > 4:
		return fmt.Sprintf(" of %d levels", n)
	}
	return " of " + enumerate(codes)
}

// annotations are the findings that stand beside lines, errors first, and how
// many there are beyond what GitHub takes at once. Findings in files that the
// diff does not touch are in the text alone.
func (r *Report) annotations() (list []Annotation, left int) {
	all := slices.Clone(r.Verdict.Findings)
	weight := map[diag.Severity]int{diag.Warning: 1, diag.Note: 2}
	slices.SortStableFunc(all, func(a, b diag.Finding) int { return cmp.Compare(weight[a.Severity], weight[b.Severity]) })
	for _, f := range all {
		a, ok := r.annotation(f)
		switch {
		case !ok:
		case len(list) == maxAnnotations:
			left++
		default:
			list = append(list, a)
		}
	}
	return list, left
}

func (r *Report) annotation(f diag.Finding) (Annotation, bool) {
	at, ok := r.standing(f.Position)
	if !ok {
		return Annotation{}, false
	}
	rule, _ := diag.FindRule(f.Code)
	help, paste := advice(f)
	a := Annotation{
		Path: at.File, StartLine: at.Line, EndLine: at.Line, Level: "failure", Title: rule.Title,
		Message: notes.Plain(said(f), maxMessage), Raw: strings.Join(inert(paste), "\n"),
	}
	switch f.Severity {
	case diag.Warning:
		a.Level = "warning"
	case diag.Note:
		a.Level = "notice"
	}
	if len(a.Raw) > maxMessage {
		a.Raw = ""
	}
	if help != "" {
		a.Message += "\n" + withLines(notes.Plain(help, maxMessage), paste)
	}
	if line, ok := r.Lines[at.File].line(at.Line); ok && at.Column > 0 && at.Column <= len(line.Text) {
		a.StartColumn = utf8.RuneCountInString(line.Text[:at.Column-1]) + 1
		a.EndColumn = a.StartColumn
	}
	return a, true
}

// withLines ends advice that leads to lines to paste: GitHub folds those away.
// A single line stands below it, if it can stand in plain text as it is; of
// others it says where they are.
func withLines(help string, paste []string) string {
	lead, is := strings.CutSuffix(help, ":")
	if !is || len(paste) == 0 {
		return help
	}
	if line := strings.TrimSpace(paste[0]); len(paste) == 1 && notes.Plain(line, maxTitle) == line {
		return help + "\n" + line
	}
	return lead + ". The lines to write stand in the summary of the check, and here under \"Raw output\"."
}

// standing is where a place stands in the head, false where the diff does not
// touch the file. What stood in a file that is gone stands at the top of the
// framework's main file, in the same folder or, of an edition, beside it.
func (r *Report) standing(at diag.Position) (diag.Position, bool) {
	if file, ok := r.Lines[at.File]; ok && !file.Gone {
		at.Line = max(at.Line, 1)
		return at, true
	}
	dir, _ := path.Split(at.File)
	for _, parent := range []string{dir, strings.Replace(dir, "/next/", "/", 1)} {
		name := path.Join(parent, "framework.cue")
		if file, ok := r.Lines[name]; ok && !file.Gone && r.Lines[at.File].Gone {
			return diag.Position{File: name, Line: 1}, true
		}
	}
	return diag.Position{}, false
}
