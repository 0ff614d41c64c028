package ladder

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

func TestWordDiff(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ before, after, want string }{
		{"", "", ""},
		{"Same words", "Same words", "Same words"},
		{"", "All new", "{+All new+}"},
		{"All gone", "", "[-All gone-]"},
		{"Mentors junior colleagues", "Mentors senior colleagues", "Mentors [-junior-]{+senior+} colleagues"},
		{"Mentors colleagues", "Mentors junior colleagues", "Mentors{+ junior+} colleagues"},
		{"Mentors junior colleagues", "Mentors colleagues", "Mentors[- junior-] colleagues"},
		{"Big dogs run", "dogs run", "[-Big -]dogs run"},
		{"dogs run", "dogs run fast", "dogs run{+ fast+}"},
		{"One. Two.", "One. Three.", "One. [-Two-]{+Three+}."},
		{"a  b", "a b", "a[-  -]{+ +}b"},
		{"first\n\nsecond", "first\n\nthird", "first\n\n[-second-]{+third+}"},
		{"Staff (L4)", "Staff (L4), Lead (M3)", "Staff (L4){+, Lead (M3)+}"},
		{"reaches the goals of a team", "plans the work of two teams", "[-reaches-]{+plans+} the [-goals-]{+work+} of [-a team-]{+two teams+}"},
		{"reaches all goals of some teams", "plans most work of many groups", "[-reaches all goals of some teams-]{+plans most work of many groups+}"},
		{"Don't wait", "Don’t wait", "[-Don't-]{+Don’t+} wait"},
		{"会议记录", "会议总结", "会议[-记录-]{+总结+}"},
		{"space ", "space", "space[- -]"},
	} {
		got := WordDiff(c.before, c.after)
		if m := marked(got); m != c.want {
			t.Errorf("%q to %q: got %s, want %s", c.before, c.after, m, c.want)
		}
		checkSpans(t, c.before, c.after, got)
	}
}

// checkSpans: what is same and removed is the text before, what is same and
// added the text after, and no two spans side by side are of one kind.
func checkSpans(t *testing.T, before, after string, spans []Span) {
	t.Helper()
	var a, b strings.Builder
	last := ""
	for _, s := range spans {
		if s.Op != SpanAdded {
			a.WriteString(s.Text)
		}
		if s.Op != SpanRemoved {
			b.WriteString(s.Text)
		}
		if s.Op == last || s.Text == "" {
			t.Fatalf("%q to %q: span %+v after one of the same kind, or empty", before, after, s)
		}
		last = s.Op
	}
	if a.String() != before || b.String() != after {
		t.Fatalf("%q to %q: got back %q and %q", before, after, a.String(), b.String())
	}
}

func TestWordDiffLong(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 1))
	var a, b strings.Builder
	for i := range 5000 {
		fmt.Fprintf(&a, "word%d ", r.IntN(50))
		fmt.Fprintf(&b, "word%d ", r.IntN(50)+i%2)
	}
	checkSpans(t, a.String(), b.String(), WordDiff(a.String(), b.String()))
}

func FuzzWordDiff(f *testing.F) {
	f.Add("Mentors junior colleagues", "Mentors senior colleagues")
	f.Add("(a) \"b\"", "(a), (c) \"b\"")
	f.Add("\xff \xfe", "x\xff")
	f.Fuzz(func(t *testing.T, a, b string) { checkSpans(t, a, b, WordDiff(a, b)) })
}

// TestTypoLike pins both sides of the edge between a typo and a rewording.
func TestTypoLike(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		before, after string
		want          bool
	}{
		{"Recieves feedback", "Receives feedback", true},
		{"Mentors junior collegues", "Mentors junior colleagues", true},
		{"Works with teh team", "Works with the team", true},
		{"Leads a initiative", "Leads an initiative", true},
		{"Mentor junior colleagues", "Mentors junior colleagues", true},
		{"Plans, and delivers", "plans and delivers.", true},
		{"Organizes workshops", "Organises workshops", true},
		{"cross functional teams", "cross-functional teams", true},
		{"Ownershp", "Ownership", true},
		{"Acts independantly", "Acts independently", true},
		// More or fewer words.
		{"Mentors colleagues", "Mentors junior colleagues", false},
		// Too far apart.
		{"Mentors colleagues", "Supervises colleagues", false},
		{"Acknowledges risks", "Accepts risks", false},
		// Numbers.
		{"Leads 3 projects", "Leads 5 projects", false},
		{"Leads two projects", "Leads ten projects", false},
		{"Answers 10 requests", "Answers 10% requests", false},
		{"Has 5 years", "Has 5+ years", false},
		{"Saves 1.5 hours", "Saves 15 hours", false},
		{"Works in 3-5 teams", "Works in 3 5 teams", false},
		// Negations, modals, quantifiers, frequencies.
		{"Does not decide", "Does now decide", false},
		{"Can decide", "Can't decide", false},
		{"May decide", "Must decide", false},
		{"Could decide", "Would decide", false},
		{"Leads some projects", "Leads more projects", false},
		{"Leads any project", "Leads an project", false},
		{"Reports weekly", "Reports yearly", false},
		{"Usually decides", "Casually decides", false},
		// Two letters that make another word.
		{"Mentors junior colleagues", "Mentors senior colleagues", false},
		{"Speaks to internal customers", "Speaks to external customers", false},
		{"Handles minor incidents", "Handles major incidents", false},
		{"Mentors the team", "Monitors the team", false},
		{"Works in a team or alone", "Works in a team of alone", false},
		{"Leads the team", "Leads the teams", false},
		{"Runs large projects", "Runs larger projects", false},
		{"Level II", "Level III", false},
		{"Takes formal training", "Takes informal training", false},
		{"Leads work on plans", "Heads work on plans", false},
		{"会议记录", "会议总结", false},
		{"", "", false},
		{"...", "!", false},
	} {
		if got := typoLike(c.before, c.after); got != c.want {
			t.Errorf("%q to %q: got %v, want %v", c.before, c.after, got, c.want)
		}
		if got := typoLike(c.after, c.before); got != c.want {
			t.Errorf("%q to %q: got %v, want %v, as the other way round", c.after, c.before, got, c.want)
		}
	}
}

// TestSimilarity holds the fast measure against a plain one.
func TestSimilarity(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(7, 7))
	x := newLexicon()
	text := func() string {
		var out []string
		for range 1 + r.IntN(90) {
			out = append(out, string(rune('a'+r.IntN(6))))
		}
		return strings.Join(out, " ")
	}
	for range 500 {
		p, q := x.phrase(text()), x.phrase(text())
		want := commonLong(p.words, q.words)
		if got := p.common(q); got != want || q.common(p) != want {
			t.Fatalf("%q and %q: got %d and %d, want %d", p.text, q.text, got, q.common(p), want)
		}
		if s := shared(p.sorted, q.sorted); s < want {
			t.Fatalf("%q and %q: %d words shared in any order, %d in order", p.text, q.text, s, want)
		}
	}
	if s := similarity(x.phrase("Mentors junior colleagues"), x.phrase("Acts as a mentor to junior colleagues"), similarHere); s == 0 {
		t.Error("a rewording is not recognised")
	}
	if s := similarity(x.phrase("Owns the budget"), x.phrase("Mentors colleagues"), similarHere); s != 0 {
		t.Errorf("other words are alike by %v", s)
	}
}
