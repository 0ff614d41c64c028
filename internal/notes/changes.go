package notes

import (
	"slices"
	"strings"

	"github.com/milepost-dev/milepost/internal/ladder"
)

// Group is what changed in texts of the same levels, of a role, or of the
// framework as a whole.
type Group struct {
	// Name is "Senior (L3)", "Senior (L3) and Staff (L4)" of a text that both share.
	Name string `json:"name"`
	// Levels are the ids of all levels that share the texts.
	Levels []string `json:"levels,omitempty"`
	Parts  []Part   `json:"parts"`
}

// Part is what changed about one competency, "" for what belongs to none.
type Part struct {
	Title   string  `json:"title,omitempty"`
	Changes []Entry `json:"changes"`
}

// Entry is one change as notes tell it.
type Entry struct {
	// Means is what it means for people: "asks more", "may ask more".
	Means string `json:"means"`
	// Says is what happened, without the names that stand above and the texts
	// that stand below.
	Says string `json:"says"`
	// Marked are the texts before and after in one, nil where Says cites them.
	Marked []ladder.Span `json:"marked,omitempty"`
	// Change is the change itself.
	Change ladder.Change `json:"change"`
}

// groups puts the changes of one set of levels together, in the order in which
// levels are shown.
func (n *Notes) groups() []Group {
	out := []Group{}
	at := map[string]int{}
	for _, c := range n.in.Changes.Changes {
		name, title := n.place(c)
		key := strings.Join(c.Levels, " ") + "\n" + c.Role
		i, ok := at[key]
		if !ok {
			i = len(out)
			at[key] = i
			out = append(out, Group{Name: name, Levels: c.Levels})
		}
		g := &out[i]
		p := slices.IndexFunc(g.Parts, func(p Part) bool { return p.Title == title })
		if p < 0 {
			p = len(g.Parts)
			g.Parts = append(g.Parts, Part{Title: title})
		}
		g.Parts[p].Changes = append(g.Parts[p].Changes, n.entry(c))
	}
	return out
}

// place is under which headings a change stands.
func (n *Notes) place(c ladder.Change) (group, part string) {
	switch {
	case len(c.Levels) > 0:
		return sentenceCase(n.refs(c.Levels)), c.CompetencyTitle
	case c.RoleTitle != "":
		return c.RoleTitle, ""
	}
	return "The framework as a whole", c.CompetencyTitle
}

func sentenceCase(s string) string { return strings.TrimSuffix(sentence(s), ".") }

func (n *Notes) entry(c ladder.Change) Entry {
	out := Entry{Means: c.Category.Name(), Change: c}
	says := strings.TrimSuffix(n.withoutNames(c), ".")
	out.Marked, says = marked(c, says)
	if mayAskMore(c) {
		out.Means = "may ask more"
		says = strings.Replace(says, undeclared, "", 1)
	}
	out.Says = sentence(says)
	return out
}

// withoutNames is a change's sentence without "Senior (L3), Autonomy: ".
func (n *Notes) withoutNames(c ladder.Change) string {
	var who []string
	if len(c.Levels) > 0 {
		who = append(who, n.refs(c.Levels), sentenceCase(n.refs(c.Levels)))
	}
	var names []string
	for _, w := range who {
		names = append(names, w+", "+c.CompetencyTitle, w)
	}
	for _, name := range append(names, c.CompetencyTitle, c.RoleTitle, n.Title) {
		if rest, ok := strings.CutPrefix(c.Message, name+": "); ok && name != "" {
			return rest
		}
	}
	return c.Message
}

// marked are the texts of a change in one, with the changed words marked, and
// what is left to say about them. There are none where the sentence cites
// both in a way that cannot be cut from it.
func marked(c ladder.Change, says string) ([]ladder.Span, string) {
	short := withoutTexts(says, c.Before, c.After)
	switch {
	case short == says && cites(says, c.Before) && cites(says, c.After):
		return nil, says
	case c.Words != nil:
		return spaced(c.Words), short
	case c.Before == c.After && strings.HasPrefix(says, "no longer"):
		return one(ladder.SpanRemoved, c.Before), short
	case c.Before == c.After:
		return one(ladder.SpanAdded, c.After), short
	}
	// One gave way to the other, and a reason is cited in the sentence.
	var out []ladder.Span
	if c.Before != "" && (c.After == "" || !cites(short, c.Before)) {
		out = append(out, one(ladder.SpanRemoved, c.Before)...)
	}
	if c.After != "" && (c.Before == "" || !cites(short, c.After)) {
		out = append(out, one(ladder.SpanAdded, c.After)...)
	}
	return spaced(out), short
}

func one(op, text string) []ladder.Span { return []ladder.Span{{Op: op, Text: text}} }

// cites says whether a sentence has every line of a text in it.
func cites(says, text string) bool {
	for line := range strings.SplitSeq(text, "\n") {
		if !strings.Contains(says, line) {
			return false
		}
	}
	return true
}

func quote(s string) string { return `"` + s + `"` }

// withoutTexts cuts the texts before and after from a sentence that cites them.
func withoutTexts(says, before, after string) string {
	var pairs []string
	add := func(old, text, short string) {
		if text != "" {
			pairs = append(pairs, old, short)
		}
	}
	was, is := cited(before), cited(after)
	if before != "" && after != "" {
		add(" from "+was+" to "+is, after, "")
		add(" is now "+is+" (it was "+was+")", after, " is changed")
	}
	add(" (it was "+was+")", before, "")
	for _, verb := range []string{"asks", "ask"} {
		add("no longer "+verb+" "+was, before, "no longer asked")
		add("now also "+verb+" "+is, after, "newly asked")
		add("now "+verb+" "+is, after, "newly asked")
	}
	says = strings.NewReplacer(pairs...).Replace(says)
	for _, text := range []string{before, after} {
		if text != "" {
			says = strings.TrimSuffix(says, ": "+cited(text))
		}
	}
	return says
}

// cited is a text as sentences cite it: each line between quotes.
func cited(text string) string {
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		lines[i] = quote(line)
	}
	return listed(lines, "and")
}

// spaced takes the space around what is struck or added out of it, and sees
// that the two never touch.
func spaced(words []ladder.Span) []ladder.Span {
	var out []ladder.Span
	add := func(op, text string) {
		if n := len(out); text != "" && n > 0 && out[n-1].Op == op {
			out[n-1].Text += text
		} else if text != "" {
			out = append(out, ladder.Span{Op: op, Text: text})
		}
	}
	for _, w := range words {
		core := strings.TrimSpace(w.Text)
		if w.Op == ladder.SpanSame || core == "" {
			if w.Op != ladder.SpanRemoved {
				add(ladder.SpanSame, w.Text)
			}
			continue
		}
		i := strings.Index(w.Text, core)
		if n := len(out); i == 0 && n > 0 && out[n-1].Op != ladder.SpanSame && out[n-1].Op != w.Op {
			add(ladder.SpanSame, " ")
		}
		add(ladder.SpanSame, w.Text[:i])
		add(w.Op, core)
		add(ladder.SpanSame, w.Text[i+len(core):])
	}
	return out
}

// lines splits marked texts where a line ends, so that no mark goes over it.
func lines(spans []ladder.Span) [][]ladder.Span {
	out := [][]ladder.Span{nil}
	for _, s := range spans {
		for i, text := range strings.Split(s.Text, "\n") {
			if i > 0 && len(out[len(out)-1]) > 0 {
				out = append(out, nil)
			}
			if strings.TrimSpace(text) != "" || s.Op == ladder.SpanSame && text != "" {
				out[len(out)-1] = append(out[len(out)-1], ladder.Span{Op: s.Op, Text: text})
			}
		}
	}
	return slices.DeleteFunc(out, func(l []ladder.Span) bool { return len(l) == 0 })
}
