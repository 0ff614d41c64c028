package notes

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/milepost-dev/milepost/internal/ladder"
)

// sample is a ladder of two tracks, whose ids look like nothing that people
// say: notes must not show them. L2 and L3 share the text of Craft.
func sample() *ladder.Framework {
	craft := func() ladder.Cell {
		return ladder.Cell{Degree: "Solid", Items: items("Solves unusual problems without help", "Writes articles for the knowledge base")}
	}
	return &ladder.Framework{
		ID: "support-ladder", Kind: ladder.KindLadder, Title: "Support ladder",
		Summary: "What we expect of people in customer support, from the first day on.",
		Owners:  []string{"people-team", "support-leads"},
		Tracks:  []ladder.Track{{ID: "track_ic", Title: "Individual contributor"}, {ID: "track_lead", Title: "Leadership"}},
		Areas:   []ladder.Area{{ID: "area_work", Title: "The work"}},
		Competencies: []ladder.Competency{
			{ID: "comp_craft", Title: "Craft", Area: "area_work", Degrees: []string{"Basic", "Solid", "Strong"}},
			{ID: "comp_autonomy", Title: "Autonomy", Area: "area_work", Summary: "How much guidance somebody needs."},
		},
		Levels: []ladder.Level{
			level("lvl_1", 1, "L1", "Support Agent", "track_ic",
				ladder.Cell{Degree: "Basic", Items: items("Solves common problems from the handbook")},
				"Asks for help early", "Works from a queue that others set up"),
			level("lvl_2", 2, "L2", "Support Specialist", "track_ic", craft(), "Plans their own week", "Works with little supervision"),
			level("lvl_3", 3, "L3", "Senior Support Specialist", "track_ic", craft(), "Works without supervision"),
			level("lvl_4", 4, "L4", "Staff Support Specialist", "track_ic",
				ladder.Cell{Degree: "Strong", Items: items("Solves problems that nobody has solved before")},
				"Mentors junior colleagues", "Sets goals for the whole team"),
			level("lvl_m3", 3, "M3", "Support Lead", "track_lead", ladder.Cell{None: "leads do not answer requests"}, "Plans the team's month"),
		},
	}
}

func level(id string, rank int, code, title, track string, craft ladder.Cell, autonomy ...string) ladder.Level {
	return ladder.Level{ID: id, Rank: rank, Code: code, Track: track, Titles: []ladder.Title{{Text: title}},
		Expectations: map[string]ladder.Cell{"comp_craft": craft, "comp_autonomy": {Items: items(autonomy...)}}}
}

func items(texts ...string) []ladder.Item {
	var out []ladder.Item
	for _, t := range texts {
		out = append(out, ladder.Item{Text: t})
	}
	return out
}

// edit is a framework under change in a test.
type edit struct{ *ladder.Framework }

func (e edit) lvl(id string) *ladder.Level { l, _ := e.Level(id); return l }

// texts replaces the items of a cell.
func (e edit) texts(level, competency string, texts ...string) {
	l := e.lvl(level)
	c := l.Expectations[competency]
	c.Items, c.None = items(texts...), ""
	l.Expectations[competency] = c
}

// copied is a framework as it would be read once more.
func copied(t testing.TB, f *ladder.Framework) *ladder.Framework {
	t.Helper()
	var out ladder.Framework
	if err := json.Unmarshal(f.Canonical(), &out); err != nil {
		t.Fatalf("decoding a canonical form: %v", err)
	}
	return &out
}

func berlin(t testing.TB) *time.Location {
	t.Helper()
	loc, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	return loc
}

// day is the beginning of a day in Berlin.
func day(t testing.TB, s string) time.Time {
	t.Helper()
	d, err := time.ParseInLocation(time.DateOnly, s, berlin(t))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// input is a version from 1 March 2027 on, looked at in April: f with the
// change, against f without.
func input(t testing.TB, f *ladder.Framework, change func(edit)) Input {
	t.Helper()
	b := copied(t, f)
	change(edit{b})
	return compared(t, f, b)
}

func compared(t testing.TB, a, b *ladder.Framework) Input {
	t.Helper()
	in := Input{
		Text: b, Changes: ladder.Diff(a, b),
		Number: "2.0.0", Previous: "1.4.0", Provisional: true, Ruleset: 1,
		Since:     map[string]time.Time{"1.4.0": day(t, "2026-01-15"), "1.3.0": day(t, "2025-06-02")},
		Recorded:  time.Date(2027, 1, 20, 9, 30, 0, 0, time.UTC),
		Effective: day(t, "2027-03-01"), Now: day(t, "2027-04-10"), Location: berlin(t),
		Digest: "sha256:2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae",
		Commit: "4b825dc642cb6eb9a060e54bf8d69288fbee4904", Tree: "9bdb9042d1d3ed6a3d0ff3a9a4a4a2d1c2e1f0ab",
		PullRequest: 41, ApprovedBy: []string{"ada", "grace"}, MergedBy: "ada",
	}
	if a != nil {
		in.PreviousDigest = "sha256:fcde2b2edba56bf408601fb721fe9b5c338d10ee429ea04fae5511b68fbf8fb9"
	}
	if b == nil {
		in.Text, in.Digest = a, ""
	}
	return in
}
