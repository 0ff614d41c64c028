package notes

import (
	"cmp"
	"slices"
	"strings"

	"github.com/milepost-dev/milepost/internal/ladder"
)

// forStaff: what changes for me, from when, whom to ask.
func (n *Notes) forStaff() []Section {
	var out []Section
	if n.Release != nil {
		out = add(out, Section{Heading: "Why", Paragraphs: paragraphs(n.Release.Why)})
	}
	switch n.Event {
	case Began, Returned:
		out = append(out, n.whatItIs()...)
	case Ended:
		out = add(out, n.whatNow())
	default:
		out = add(out, Section{Heading: "In short", Points: n.inShort()})
		out = append(out, Section{Heading: "What changes", Changes: true})
	}
	out = add(out, n.errataSection())
	return append(out, n.whomToAsk()...)
}

// forManagers: what to do with promotions and reviews under way, and for whom.
func (n *Notes) forManagers() []Section {
	var out []Section
	switch n.Event {
	case Ended:
		out = append(out, n.whatNow())
	case Began, Returned:
		out = append(out, Section{Heading: "Promotions and reviews under way", Paragraphs: n.underWay()})
		out = append(out, n.whatItIs()...)
	default:
		out = append(out, Section{Heading: "Promotions and reviews under way", Paragraphs: n.underWay()})
		out = add(out, Section{Heading: "Where people move", Points: n.moves()})
		out = add(out, Section{Heading: "Which levels", Points: n.inShort()})
	}
	if n.Release != nil {
		out = add(out, Section{Heading: "Why", Paragraphs: paragraphs(n.Release.Why)})
	}
	out = add(out, n.errataSection())
	return append(out, n.whomToAsk()...)
}

// add leaves out a section with nothing in it.
func add(list []Section, s Section) []Section {
	if len(s.Paragraphs)+len(s.Points)+len(s.Facts) == 0 {
		return list
	}
	return append(list, s)
}

// paragraphs are the lines of a text that have something in them.
func paragraphs(text string) []string {
	var out []string
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" {
			out = append(out, line)
		}
	}
	return out
}

// whomToAsk, and at the very end the number, for who has to name the version.
func (n *Notes) whomToAsk() []Section {
	out := []Section{{Heading: "Whom to ask", Paragraphs: []string{"Ask " + n.contact() + "."}}}
	if n.Number == "" {
		return out
	}
	number := "Version " + n.Number
	if n.Provisional {
		number += " (provisional)"
	}
	if n.Previous != "" {
		number += ", after version " + n.Previous
	}
	return append(out, Section{Heading: "Details", Paragraphs: []string{number + "."}})
}

// whatItIs introduces a framework: its summary, and its parts by name.
func (n *Notes) whatItIs() []Section {
	f := n.in.Text
	out := add(nil, Section{Heading: "What it is", Paragraphs: paragraphs(cmp.Or(f.Summary, f.Definition))})
	for _, t := range f.Tracks {
		out = add(out, Section{Heading: "Levels: " + t.Title, Points: levelNames(f, t.ID, false)})
	}
	out = add(out, Section{Heading: "Levels", Points: levelNames(f, "", len(f.Tracks) == 0)})
	var roles, aims []string
	for _, r := range f.Roles {
		roles = append(roles, r.Title)
	}
	for _, a := range f.Aims {
		aims = append(aims, a.Title+": "+a.Text)
	}
	out = add(out, Section{Heading: "Roles", Points: roles})
	return add(out, Section{Heading: "Aims", Points: aims})
}

func levelNames(f *ladder.Framework, track string, all bool) []string {
	var out []string
	for i := range f.Levels {
		if l := &f.Levels[i]; all || l.Track == track {
			out = append(out, l.Name())
		}
	}
	return out
}

// whatNow is what people do after the framework's end, as its authors say.
func (n *Notes) whatNow() Section {
	s := Section{Heading: "What people do now"}
	if n.Release != nil {
		s.Paragraphs = paragraphs(n.Release.PromotionsUnderWay)
	}
	if len(s.Paragraphs) == 0 {
		s.Paragraphs = []string{"Nothing was said about what people do now, nor about promotions under way. Ask " + n.contact() + "."}
	}
	s.Paragraphs = append(s.Paragraphs, "Its earlier texts stay where they are, and can be read as of any date on which they were in force.")
	return s
}

// underWay is what to do with what has begun.
func (n *Notes) underWay() []string {
	var out []string
	if n.Release != nil {
		out = paragraphs(n.Release.PromotionsUnderWay)
	}
	asks, moves := n.has(ladder.AsksMore), len(n.moves()) > 0
	switch {
	case len(out) > 0:
	case asks && moves:
		out = n.unsaid("asks more and moves people")
	case asks:
		out = n.unsaid("asks more")
	case moves:
		out = n.unsaid("moves people")
	case n.Kind == ladder.KindRoleGuide || n.Kind == ladder.KindDiscipline:
		out = []string{"A " + n.Kind.Name() + " describes work, and binds nobody. Promotions and reviews under way go on as they are."}
	case n.Event == Began || n.Event == Returned:
		out = []string{"Nothing was said about promotions under way. " + n.ask()}
	default:
		out = []string{"Nobody is asked for more. Promotions and reviews under way go on as they are."}
	}
	if s := n.undeclaredSentence(); s != "" {
		out = append(out, s)
	}
	return append(out, n.whichText()...)
}

// unsaid tells a manager that the authors left a question open.
func (n *Notes) unsaid(does string) []string {
	return []string{"This change " + does + ", and nothing was said about promotions under way. " + n.ask()}
}

func (n *Notes) ask() string {
	if n.Status == Historic || n.Status == Superseded {
		return "What was done then, " + n.contact() + " may know."
	}
	return "Before you decide on one, ask " + n.contact() + "."
}

// whichText says which text reviews use, where the day is known and there are two.
func (n *Notes) whichText() []string {
	heavy := n.has(ladder.AsksMore) || len(n.moves()) > 0
	if n.Event != Changed || n.in.Effective.IsZero() || !heavy && !n.has(ladder.AsksLess) {
		return nil
	}
	day := n.day(n.in.Effective)
	out := []string{"A review uses the text in force on the day on which its cycle opens: the old text where that was before " + day + ", the new text from then on."}
	if n.Transition == nil && heavy {
		out = append(out, "No time was given in which the old text is also accepted after that day.")
	}
	return out
}

func (n *Notes) has(category ladder.Category) bool {
	return slices.ContainsFunc(n.in.Changes.Changes, func(c ladder.Change) bool { return c.Category == category })
}

// moves are the sentences on levels that ended or stand elsewhere.
func (n *Notes) moves() []string {
	var out []string
	for _, c := range n.in.Changes.Changes {
		if c.Category == ladder.MovesPeople || c.Rule == "level-removed" {
			out = append(out, c.Message)
		}
	}
	return out
}

func (n *Notes) errataSection() Section {
	s := Section{Heading: "Notes on earlier texts"}
	for _, e := range n.Errata {
		s.Points = append(s.Points, sentenceCase(n.oldText(e.Number, true))+": "+sentence(e.Text))
	}
	return s
}
