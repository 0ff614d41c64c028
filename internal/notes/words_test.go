package notes

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/milepost-dev/milepost/internal/ladder"
)

// edits are changes of the sample, of which any may be made together.
var edits = []func(edit){
	asksMore, everythingElse,
	func(e edit) { e.lvl("lvl_1").Code = "A1" },
	func(e edit) { e.lvl("lvl_2").Titles[0].Text = "Support Professional" },
	func(e edit) { e.texts("lvl_2", "comp_autonomy", "Plans their own month") },
	func(e edit) { e.texts("lvl_3", "comp_autonomy", "Works without supervision", "Plans their own week") },
	func(e edit) { e.lvl("lvl_1").Rank, e.lvl("lvl_2").Rank = 2, 1 },
	func(e edit) { e.lvl("lvl_m3").ID, e.lvl("lvl_m3").Formerly = "lvl_lead", []string{"lvl_m3"} },
	func(e edit) { e.Cumulative = true },
	func(e edit) { e.Competencies[1].AppliesTo = &ladder.AppliesTo{Tracks: []string{"track_ic"}} },
	func(e edit) { e.Competencies[0].Degrees = []string{"Solid", "Basic", "Strong"} },
	func(e edit) {
		e.Competencies[0].ID, e.Competencies[0].Formerly = "comp_solving", []string{"comp_craft"}
	},
	func(e edit) {
		e.Levels = slices.DeleteFunc(e.Levels, func(l ladder.Level) bool { return l.ID == "lvl_4" })
	},
	func(e edit) {
		e.Levels = append(e.Levels, level("lvl_m4", 4, "M4", "Head of Support", "track_lead", ladder.Cell{None: "as before"}, "Sets the strategy"))
	},
	func(e edit) {
		e.Competencies = slices.Delete(e.Competencies, 1, 2)
		for i := range e.Levels {
			delete(e.Levels[i].Expectations, "comp_autonomy")
		}
		e.Retired = &ladder.RetiredIDs{Competencies: map[string]ladder.Retired{"comp_autonomy": {Reason: "Part of the craft", Into: []ladder.Into{{Competency: "comp_craft"}}}}}
	},
	func(e edit) {
		next := []string{"lvl_m3"}
		e.lvl("lvl_2").Next = &next
	},
	func(e edit) { e.ID, e.Formerly = "care-ladder", []string{"support-ladder"} },
	func(e edit) { e.Kind = ladder.KindModel },
}

// id is the form that authors give the ids of the sample.
var id = regexp.MustCompile(`\b(?:lvl|comp|track|area|role|aim|prof)_[a-z0-9_]+|\b(?:support|care|large)-(?:ladder|roles|competencies)\b|\b[a-z]+(?:-[a-z]+)+-(?:added|removed|reworded|changed|applied|raised|down)\b`)

// TestNoIDs: staff and managers read names and codes, never an id or a rule.
func TestNoIDs(t *testing.T) {
	check := func(name string, in Input) {
		n := New(in)
		for _, r := range []Reader{Staff, Managers} {
			for _, form := range []string{text(t, n, r), strings.ReplaceAll(markdownOf(t, n, r, 0), `\`, ""), htmlOf(t, n, r)} {
				if m := id.FindString(form); m != "" {
					t.Errorf("%s: the note for %s has the id %q:\n%s", name, r, m, form)
					return
				}
			}
		}
		if !id.MatchString(text(t, n, Record)) {
			t.Errorf("%s: the record has no ids, so that this test proves nothing", name)
		}
	}
	for _, c := range noteCases() {
		check(c.name, c.in(t))
	}
	for seed := range uint64(200) {
		rnd := rand.New(rand.NewPCG(seed, 1))
		name := fmt.Sprintf("seed %d", seed)
		in := input(t, sample(), func(e edit) {
			for range 1 + rnd.IntN(3) {
				func() {
					defer func() { _ = recover() }() // an edit of what another took away
					edits[rnd.IntN(len(edits))](e)
				}()
			}
		})
		if !in.Changes.Empty() {
			check(name, in)
		}
	}
}

// TestEveryChangeIsTold: each change stands in the groups once, with words of
// its own, and its texts are all there.
func TestEveryChangeIsTold(t *testing.T) {
	for _, c := range noteCases() {
		if c.name == "hostile" {
			continue // its texts are told without what was taken from them
		}
		n := New(c.in(t))
		told := 0
		for _, g := range n.Groups {
			for _, p := range g.Parts {
				for _, e := range p.Changes {
					told++
					shown := e.Says + marks(e.Marked, ladder.SpanRemoved) + marks(e.Marked, ladder.SpanAdded)
					for line := range strings.SplitSeq(e.Change.Before+"\n"+e.Change.After, "\n") {
						if e.Says == "" || !strings.Contains(flat(shown), flat(line)) {
							t.Errorf("%s: %q is told as %q", c.name, line, shown)
						}
					}
				}
			}
		}
		if told != n.changes() {
			t.Errorf("%s: %d of %d changes are told", c.name, told, n.changes())
		}
	}
}

// marks is the text before (with removed) or after (with added).
func marks(spans []ladder.Span, op string) string {
	var b strings.Builder
	for _, s := range spans {
		if s.Op == ladder.SpanSame || s.Op == op {
			b.WriteString(s.Text)
		}
	}
	return b.String()
}

// flat is a text without space, since marks may move it.
func flat(s string) string { return strings.Join(strings.Fields(s), "") }

// TestSharedText: a change of a shared text names every level that shares it.
func TestSharedText(t *testing.T) {
	for _, c := range noteCases() {
		if c.name != "shared-cell" {
			continue
		}
		n := New(c.in(t))
		if got, want := n.Groups[0].Name, "Support Specialist (L2) and Senior Support Specialist (L3)"; got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

// TestStatus: how the text stands to now decides the words.
func TestStatus(t *testing.T) {
	at := func(change func(*Input)) *Notes {
		in := input(t, sample(), asksMore)
		change(&in)
		return New(in)
	}
	for _, c := range []struct {
		notes  *Notes
		status Status
		says   string
	}{
		{at(func(in *Input) { in.Recorded, in.Effective = time.Time{}, time.Time{} }), Proposed, "This text takes effect when the proposal is approved and merged."},
		{at(func(in *Input) { in.Recorded = time.Time{} }), Proposed, "This text takes effect on 1 March 2027, once the proposal is approved and merged."},
		{at(func(in *Input) { in.Draft, in.Effective = true, time.Time{} }), Drafted, "This edition is being written, and has no date yet."},
		{at(func(in *Input) { in.Superseded = true }), Superseded, "This is an earlier draft of an edition, and was never in force."},
		{at(func(in *Input) { in.Superseded, in.Draft, in.Effective = true, true, time.Time{} }), Superseded, "This is an earlier draft of an edition, and was never in force."},
		{at(func(in *Input) { in.Now = in.Effective.Add(-time.Nanosecond) }), Scheduled, "This text takes effect on 1 March 2027."},
		{at(func(in *Input) { in.Effective = time.Time{} }), InForce, "This text has been in force since 20 January 2027."},
		{at(func(in *Input) { in.Now = in.Effective }), InForce, "This text has been in force since 1 March 2027."},
		{at(func(in *Input) { in.Until = in.Now.Add(time.Nanosecond) }), InForce, "This text has been in force since 1 March 2027."},
		{at(func(in *Input) { in.Until = in.Now }), Historic, "This text was in force from 1 March 2027 to 9 April 2027."},
		{at(func(in *Input) { in.Now = time.Time{} }), "", "This text is in force from 1 March 2027 on."},
		{at(func(in *Input) { in.Location = nil }), InForce, "This text has been in force since 28 February 2027."},
		{New(compared(t, sample(), nil)), InForce, "The framework ended on 1 March 2027."},
		{at(func(in *Input) { in.Text = nil }), InForce, "This text has been in force since 1 March 2027."},
	} {
		if c.notes.Status != c.status || !strings.Contains(strings.Join(c.notes.Opening, " "), c.says) {
			t.Errorf("got %s: %q, want %s: %q", c.notes.Status, c.notes.Opening, c.status, c.says)
		}
	}
}

// TestLastDayOfTransition: the old text is accepted until the end of the day,
// in the organisation's zone.
func TestLastDayOfTransition(t *testing.T) {
	in := input(t, sample(), asksMore)
	in.Directives.Transition = &ladder.Transition{AcceptOld: "2027-06-30", For: "promotions under way"}
	for _, c := range []struct {
		now  time.Time
		want string
	}{
		{day(t, "2027-07-01").Add(-time.Nanosecond), "Until 30 June 2027 the old text is also accepted for promotions under way."},
		{day(t, "2027-07-01"), "Until 30 June 2027 the old text was also accepted for promotions under way."},
	} {
		in.Now = c.now
		if got := New(in).Opening; !slices.Contains(got, c.want) {
			t.Errorf("at %s: got %q, want %q", c.now, got, c.want)
		}
	}
}

// TestHeadline is the form that the headline has.
func TestHeadline(t *testing.T) {
	got := New(input(t, sample(), asksMore)).Headline
	want := "March 2027. Senior Support Specialist (L3): 2 expectations added, 1 moved down from L4; nobody else is affected"
	if got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
