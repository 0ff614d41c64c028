package server

import (
	"net/url"
	"slices"

	"github.com/labstack/echo/v4"

	"github.com/milepost-dev/milepost/internal/diag"
	"github.com/milepost-dev/milepost/internal/history"
)

// workingPage is the working copy: what in it differs, and what it needs.
type workingPage struct {
	page
	Branch   string
	Differs  []workingView
	Findings []findingGroup
	Total    int
	Holding  int // findings that hold a change up
}

// workingView is one framework that differs in the working copy.
type workingView struct {
	Title    string
	State    string // "changed", "new", "removed", "needs a change"
	Headline string
	Mark     mark
	Read     string
	Diff     string
	Findings int
	Anchor   string
}

// findingGroup is the findings on one framework.
type findingGroup struct {
	ID, Title, Href string
	Commit          string // where the text stands, "" for the working copy
	Findings        []findingView
}

// Holds says whether something in it holds a change up.
func (g findingGroup) Holds() bool {
	return slices.ContainsFunc(g.Findings, func(f findingView) bool { return f.Holds })
}

// findingView is one finding: the sentence, the place, and what to write.
type findingView struct {
	Holds    bool // it holds a change up
	Severity string
	Message  string
	Place    string
	Help     string
	Code     string
}

func findingViews(list diag.List) []findingView {
	var out []findingView
	for _, f := range list {
		v := findingView{Holds: f.Severity == diag.Error, Message: sentence(f.Message), Place: f.Position.String(), Help: f.Help, Code: f.Code}
		switch f.Severity {
		case diag.Error:
			v.Severity = "needs a change"
		case diag.Warning:
			v.Severity = "worth a look"
		default:
			v.Severity = "note"
		}
		out = append(out, v)
	}
	return out
}

// findingGroups sorts findings by framework; those of none come first.
func findingGroups(snap *history.Snapshot, list diag.List) []findingGroup {
	by := map[string]diag.List{}
	var ids []string
	for _, f := range list {
		if _, ok := by[f.Framework]; !ok {
			ids = append(ids, f.Framework)
		}
		by[f.Framework] = append(by[f.Framework], f)
	}
	slices.Sort(ids)
	var out []findingGroup
	for _, id := range ids {
		title, _ := titleOf(snap, id)
		out = append(out, findingGroup{ID: id, Title: title, Findings: findingViews(by[id])})
	}
	return out
}

// titleOf is what a framework is called today, and the address at which it
// can be read, "" where it cannot.
func titleOf(snap *history.Snapshot, id string) (title, href string) {
	if t, ok := snap.Timeline(id); ok && t.Live() {
		return t.Latest().Title, walk{id: id}.framework()
	}
	if snap.Working != nil && snap.Working.Frameworks[id] != nil {
		return snap.Working.Frameworks[id].Title, walk{id: id}.at(workingCopy).framework()
	}
	if id == "" {
		return "All frameworks", ""
	}
	return id, ""
}

func (s *Server) workingPage(c echo.Context) error {
	if _, err := readQuery(c.Request()); err != nil {
		return err
	}
	snap, err := s.snapshot()
	if err != nil {
		return err
	}
	p := workingPage{page: s.newPage(c, snap, "working", "Working copy"), Branch: snap.Branch}
	p.Here = "working"
	if w := snap.Working; w != nil {
		if p.Differs, err = s.workingViews(snap); err != nil {
			return err
		}
		p.Findings, p.Total, p.Holding = findingGroups(snap, w.Findings), len(w.Findings), w.Findings.Count(diag.Error)
	}
	return s.render(c, "working", p)
}

// workingViews describes each framework that differs from its newest version.
func (s *Server) workingViews(snap *history.Snapshot) ([]workingView, error) {
	var out []workingView
	w := snap.Working
	for _, id := range w.Checked {
		v, err := s.workingView(snap, id)
		if err != nil {
			return nil, err
		}
		if v.Findings = countOf(w.Findings, id); v.Findings > 0 {
			v.Anchor = "#" + id
		}
		out = append(out, v)
	}
	for _, id := range w.Removed {
		title, href := titleOf(snap, id)
		out = append(out, workingView{Title: title, State: "removed", Read: href})
	}
	return out, nil
}

// countOf counts the findings on one framework.
func countOf(list diag.List, id string) int {
	n := 0
	for _, f := range list {
		if f.Framework == id {
			n++
		}
	}
	return n
}

func (s *Server) workingView(snap *history.Snapshot, id string) (workingView, error) {
	title, _ := titleOf(snap, id)
	out, v := workingView{Title: title, State: "needs a change"}, snap.Working.Frameworks[id]
	if v == nil {
		return out, nil
	}
	out.Title, out.Read, out.State = v.Title, walk{id: id}.at(workingCopy).framework(), "new"
	t, ok := snap.Timeline(id)
	if !ok || !t.Live() {
		return out, nil
	}
	out.State, out.Diff = "changed", walk{id: id}.diff("", workingCopy, "")
	cs, b, err := s.difference(t.Latest(), v)
	if err != nil {
		return out, err
	}
	if out.Headline, out.Mark = cs.Headline(b), markOf(cs.Category()); cs.Empty() {
		out.Headline = "The text is that of the newest version again"
	}
	return out, nil
}

// problemsPage is what stands in the way of newer versions.
type problemsPage struct {
	page
	Groups  []findingGroup
	Pending []pendingView
}

// pendingView is a commit that waits because its time is still to come.
type pendingView struct {
	Commit string
	At     date
}

func (s *Server) problemsPage(c echo.Context) error {
	if _, err := readQuery(c.Request()); err != nil {
		return err
	}
	snap, err := s.snapshot()
	if err != nil {
		return err
	}
	p := problemsPage{page: s.newPage(c, snap, "problems", "Needs a change")}
	p.Here = "problems"
	for _, pr := range visibleProblems(snap, s.view(c)) {
		title, href := titleOf(snap, pr.Framework)
		p.Groups = append(p.Groups, findingGroup{ID: pr.Framework, Title: title, Href: href, Commit: short(pr.Commit), Findings: findingViews(pr.Findings)})
	}
	for _, w := range snap.Pending {
		p.Pending = append(p.Pending, pendingView{short(w.Commit), momentOf(w.Committed, snap.Location)})
	}
	return s.render(c, "problems", p)
}

// short is the beginning of a commit's name, as Git shows it.
func short(commit string) string { return commit[:min(len(commit), 10)] }

// problemsAt is the address of what one framework needs.
func problemsAt(id string) string { return "/problems#" + url.PathEscape(id) }
