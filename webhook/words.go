package webhook

import (
	"fmt"
	"strings"

	"github.com/milepost-dev/milepost/internal/diag"
)

// Marker begins the one comment that is kept on a pull request.
const Marker = "<!-- milepost:pull-request -->"

// Check is a completed check run.
type Check struct {
	Conclusion           string
	Title, Summary, Text string
	Annotations          []Annotation
}

// The conclusions.
const (
	Success   = "success"
	Failure   = "failure"
	Cancelled = "cancelled"
)

// Annotation is a finding beside a line of the head.
type Annotation struct {
	Path                   string
	StartLine, EndLine     int
	StartColumn, EndColumn int
	Level                  string
	Title, Message         string
	Raw                    string
}

const maxAnnotations = 50

// Comment is the comment on the pull request.
func (r *Report) Comment(limit int) string {
	return Marker + "\n\n" + r.body()
}

func (r *Report) body() string {
	var b strings.Builder
	b.WriteString(r.title() + "\n")
	if r.Verdict != nil {
		for _, f := range r.Verdict.Findings {
			fmt.Fprintf(&b, "\n- %s: %s", f.Position, f.Message)
		}
		for _, f := range r.Frameworks {
			for _, v := range f.Made {
				fmt.Fprintf(&b, "\n- %s %s", f.ID, v.Number)
			}
		}
	}
	return b.String()
}

// Check is the check run.
func (r *Report) Check() Check {
	c := Check{Conclusion: r.conclusion(), Title: r.title(), Summary: r.body()}
	if r.Verdict != nil && r.Failed == "" {
		for _, f := range r.Verdict.Findings {
			if f.Line > 0 {
				c.Annotations = append(c.Annotations, Annotation{Path: f.File, StartLine: f.Line, EndLine: f.Line,
					Level: map[diag.Severity]string{diag.Error: "failure"}[f.Severity], Title: f.Code, Message: f.Message})
				if a := &c.Annotations[len(c.Annotations)-1]; a.Level == "" {
					a.Level = "warning"
				}
			}
		}
	}
	return c
}

func (r *Report) conclusion() string {
	switch {
	case r.Superseded != "":
		return Cancelled
	case r.Failed != "", r.Touches && (r.Verdict == nil || !r.Verdict.OK()):
		return Failure
	}
	return Success
}

// Status is the check as a commit status.
func (r *Report) Status() (state, description string) {
	state = r.conclusion()
	if r.Superseded != "" || r.Failed != "" {
		state = "error"
	}
	return state, r.title()
}

func (r *Report) title() string {
	switch {
	case r.Superseded != "":
		return "A newer state took its place"
	case r.Failed != "":
		return "Milepost could not check this"
	case !r.Touches:
		return "Touches no framework"
	case !r.Verdict.OK():
		return "Needs a change"
	}
	return "Nothing needs a change"
}
