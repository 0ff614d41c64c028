package server

import (
	"context"
	"strings"
	"testing"

	"github.com/milepost-dev/milepost/internal/gitrepo"
	"github.com/milepost-dev/milepost/internal/gittest"
	"github.com/milepost-dev/milepost/internal/history"
	"github.com/milepost-dev/milepost/internal/story"
)

// storyServer serves two years of changes, to readers of drafts where o says so.
func storyServer(t testing.TB, o Options) *Server {
	t.Helper()
	repo, err := gitrepo.Open(context.Background(), gitrepo.Options{Location: story.Write(t).Dir})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { repo.Close() })
	return shelfOf(t, history.Options{Repo: repo}, o)
}

const care = "/frameworks/care-ladder"

// TestTwoClocks asks for days as they were known on others.
func TestTwoClocks(t *testing.T) {
	t.Parallel()
	s := storyServer(t, Options{Local: true})
	for _, st := range []state{
		{at: care, status: 200, says: []string{"In force today: version 8.3.0 provisional, since 1 June 2026.", "A new edition from 1 March 2027 on, as things stand in 99 days", "This concerns the people at L3.", "Support Specialist (L3): 1 expectation reworded.", "Staff Support Specialist (L4): Two jobs were one level. Now Staff Support Specialist (L5) (for those who lead a topic) and Principal"},
			has: []string{`href="/frameworks/care-ladder/diff?from=8.3.0&amp;to=9.0.0-next.20260901T100000Z"`, `href="/frameworks/care-ladder/versions/8.3.0/notes"`, `href="/upcoming"`}, lacks: []string{`class="asof elsewhere"`, "not published"}},
		{at: care + "/levels/l3", status: 200, says: []string{"A new edition comes into force on 1 March 2027, as things stand. See what it changes"}},
		{at: care + "?as_of=2026-03-15&known_at=2026-02-01", status: 200, says: []string{"As of 15 March 2026, as it was known on 1 February 2026: version 7.3.0 provisional. As things stood, it still held then.", "Today another text is known for that day. Read it"},
			has: []string{`href="/frameworks/care-ladder?as_of=2026-03-15"`, `/levels/l3?as_of=2026-03-15&amp;known_at=2026-02-01"`, `href="/?as_of=2026-03-15&amp;known_at=2026-02-01"`, `id="known-at" name="known_at" value="2026-02-01"`, `<details class="known" open>`, `/versions?as_of=2026-03-15&amp;known_at=2026-02-01"`}},
		{at: care + "?known_at=2026-02-01", status: 200, says: []string{"As it was known on 1 February 2026: version 7.3.0 provisional, in force that day."}},
		{at: care + "?as_of=2026-02-01&known_at=2026-02-01", status: 200, says: []string{"As of 1 February 2026, as it was known that day: version 7.3.0"}},
		{at: care + "?as_of=2025-01-12&known_at=2026-02-01", status: 200, says: []string{"As of 12 January 2025, as it was known on 1 February 2026: version 1.0.0 provisional, replaced on 15 January 2025."}, lacks: []string{"Today another text"}},

		// A correction takes the place of what it corrects, from the day on which it was known.
		{at: care + "/levels/l3?as_of=2025-11-21", status: 200, says: []string{"5 years or more", "version 7.1.0 provisional, replaced on 2 December 2025.", "This text was put right on 22 November 2025: A slip of the keyboard: five years were meant. See what was put right"}, has: []string{"from=7.0.0&amp;to=7.1.0"}},
		{at: care + "/levels/l3?as_of=2025-11-21&known_at=2025-11-21", status: 200, says: []string{"50 years or more", "version 7.0.0 provisional, in force that day.", "Today another text is known for that day."}, lacks: []string{"put right"}},
		{at: care + "/levels/l3?version=7.0.0", status: 200, says: []string{"Version 7.0.0 provisional holds for no day any more.", "It was put right from its start on 22 November 2025: A slip", "Read the text as it was put right", "version 7.0.0, which was put right later"}, has: []string{care + "?version=7.1.0"}},
		{at: care + "?version=7.0.0&known_at=2025-11-21", status: 200, says: []string{"As it was known on 21 November 2025: version 7.0.0 provisional, in force since 20 November 2025."}, lacks: []string{"put right"}},

		// What is scheduled, and what was.
		{at: care + "?as_of=2027-03-15", status: 200, says: []string{"As of 15 March 2027: the edition that comes into force on 1 March 2027, as things stand.", "Until 30 June 2027 the text of 1 June 2026 is also accepted for promotions under way. Read that text"}, has: []string{care + "?version=8.3.0"}},
		{at: care + "?as_of=2027-07-01", status: 200, says: []string{"the edition that comes into force on 1 March 2027"}, lacks: []string{"also accepted"}},
		{at: care + "?cycle=2027-h1", status: 200, says: []string{"As of 1 March 2027 (opening of First half of 2027): the edition that comes into force on 1 March 2027"}},
		{at: care + "?as_of=2027-02-01", status: 200, says: []string{"As of 1 February 2027, a day to come: version 8.3.0 provisional, the text in force today. As things stand, it still holds then."}},
		{at: care + "?as_of=2025-10-15&known_at=2025-08-10", status: 200, says: []string{"As of 15 October 2025, as it was known on 10 August 2025: the edition that was to come into force on 1 October 2025, as things stood.", "Today another text is known for that day."}},
		{at: care + "?version=9.0.0-next.20260901T100000Z", status: 200, says: []string{"Coming edition: it comes into force on 1 March 2027, as things stand, and holds for nobody before.", "Solves unknown problems alone and writes down how"}},
		{at: care + "?version=6.0.0-next.20250820T100000Z", status: 200, says: []string{"An edition that came into force on 1 November 2025 as version 6.0.0."}, lacks: []string{"as things stand"}},
		{at: care + "?version=6.0.0-next.20250701T100000Z", status: 200, says: []string{"An earlier draft of an edition, of 1 July 2025: another text took its place, and it was never in force."}},
		{at: "/frameworks/support-roles?version=2.2.0-next.20261015T100000Z", status: 200, says: []string{"Coming edition: it is being written, has no date yet, and is in force for nobody."}},

		{at: care + "?known_at=2027-01-01", status: 400, says: []string{"That day is still to come Nobody can know today what will be known on 1 January 2027.", "See what is scheduled for that day"}, has: []string{care + "?as_of=2027-01-01"}},
		{at: care + "?known_at=soon", status: 400, says: []string{"Not understood", `"soon" is not a date`}},
		{at: care + "?as_of=2026-03-15&known_at=", status: 200, says: []string{"As of 15 March 2026: version 8.1.0"}},
		{at: care + "?known_at=2024-12-01", status: 404, says: []string{"On 1 December 2024 nothing was known of Support ladder yet. It is known since 10 January 2025.", "Read the first version"}},
		{at: "/?as_of=2026-03-15&known_at=2026-02-01", status: 200, says: []string{"As of 15 March 2026, as it was known on 1 February 2026: what was to be in force then, as things stood.", "version 7.3.0"}, has: []string{care + "?as_of=2026-03-15&amp;known_at=2026-02-01"}},
		{at: "/?as_of=2027-03-15", status: 200, says: []string{"coming edition, from 1 March 2027 on"}},
		{at: "/", status: 200, says: []string{"a new edition from 1 March 2027 on"}},
	} {
		st.check(t, s)
	}
}

// TestTimelinePage sees that time is told whole: what comes, gaps, corrections.
func TestTimelinePage(t *testing.T) {
	t.Parallel()
	s := storyServer(t, Options{Local: true})
	for _, st := range []state{
		{at: care + "/versions", status: 200, says: []string{"1 March 2027 coming", "Comes into force on 1 March 2027, as things stand, in 99 days. This concerns the people at L3.", "asks more", "1 June 2026, 12:00 in force", "until 1 March 2027",
			"20 November 2025, 11:00 put right", "Put right on 22 November 2025 by version 7.1.0: A slip of the keyboard: five years were meant.", "This text was put right on 22 November 2025, and holds from the start of version 7.0.0 on: A slip"},
			has: []string{`data-day="2025-11-01" data-says=": version 6.0.0 provisional, replaced on 20 November 2025."`, `data-says=": the edition that comes into force on 1 March 2027, as things stand."`, `data-later=", a day to come: version 8.3.0 provisional, the text in force today. As things stand, it still holds then."`,
				`max="825"`, `value="681"`, `data-now="In force today: version 8.3.0 provisional, since 1 June 2026."`, care + `/versions/6.0.0/notes"`}, lacks: []string{`aria-current="true"`}},
		{at: care + "/versions?as_of=2025-11-21", status: 200, says: []string{"As of 21 November 2025: version 7.1.0 provisional, replaced on 2 December 2025."}, has: []string{`aria-current="true" data-day="2025-11-20"`, `value="315"`, care + `?as_of=2025-11-21"`}},
		{at: care + "/versions?known_at=2025-11-21", status: 200, says: []string{"As it was known on 21 November 2025: what was known then.", "20 November 2025 in force", "version 7.0.0"}, lacks: []string{"7.1.0", "8.3.0", "put right", "next."}},
		{at: "/frameworks/support-roles/versions", status: 200, says: []string{"No date yet coming", "It is being written. Nobody is asked for more or for less. Only those who may read drafts see it.", "The framework came back", "1 April 2026 ended The framework ended There was no text until 4 May 2026."}, has: []string{`class="span gap"`}},
		{at: "/frameworks/support-roles/versions?as_of=2026-04-10", status: 200, says: []string{"As of 10 April 2026: there was no text, since the framework had ended."}, has: []string{`class="gap" aria-current="true"`}},
	} {
		st.check(t, s)
	}
}

// TestComparePages compares any two points, and tells a level's history.
func TestComparePages(t *testing.T) {
	t.Parallel()
	s := storyServer(t, Options{Local: true})
	for _, st := range []state{
		{at: care + "/diff?from=5.1.0&to=2027-03-15&as_of=2026-03-15", status: 200, says: []string{"From 20 June 2025, version 5.1.0 To Coming edition of 1 March 2027", "This concerns the people at L2 and L3.", "As of 15 March 2026", "Customer Care Agent (L1)"},
			has: []string{"<ins>and writes down how</ins>", `<ins>3</ins>`, `level=l3`, `<option value="9.0.0-next.20260901T100000Z" selected>Coming edition · 1 March 2027`, "7.0.0, put right later", `name="as_of" value="2026-03-15"`}},
		{at: care + "/diff?from=8.3.0&to=9.0.0-next.20260901T100000Z&level=l3", status: 200, says: []string{"What changed for Support Specialist (L3)", "Release notes", "All that ever changed for this level"}, has: []string{`<option value="l3" selected>L3 · Support Specialist`, care + "/levels/l3/history"}},
		{at: care + "/diff?from=1.0.1&to=1.1.0", status: 200, says: []string{"clarifies", "with the same meaning"}, lacks: []string{"may ask more"}}, // as its author declared
		{at: care + "/diff?from=2025-11-20&to=2025-11-21&known_at=2025-11-21", status: 200, says: []string{"As it was known on 21 November 2025."}, lacks: []string{"7.1.0"}},
		{at: care + "/diff?from=7.1.0&to=7.2.0&known_at=2025-11-21", status: 404, says: []string{"There is no version"}},
		{at: care + "/diff?from=5.1.0&to=6.0.0&level=", status: 200, says: []string{"What changed"}},
		{at: care + "/levels/l3/history", status: 200, says: []string{"What changed for Support Specialist (L3)", "1 March 2027 comes into force, as things stand", "This text was put right on 22 November 2025", "Newly asked, moved down from Staff Support Specialist (L4)."}, has: []string{"<ins>and writes down how</ins>", "<del>50</del>"}},
		{at: care + "/levels/l3/history?from=2025-03-15&to=2025-11-10&known_at=2026-02-01", status: 200, says: []string{"What changed for Support Specialist (L3) from 15 March 2025 to 10 November 2025", "Keeps the guides up to date"}, has: []string{`name="known_at" value="2026-02-01"`}, lacks: []string{"writes down how", "Medium", "<del>50</del>"}},
		{at: care + "/levels/l4/history?to=2025-06-01", status: 200, says: []string{"What changed for Staff Support Specialist (L4) until 1 June 2025", "moves people"}, lacks: []string{"Read the level"}},
		{at: care + "/levels/l3/history?from=2020-01-01", status: 200, says: []string{"since 1 January 2020", "10 March 2025"}},
		{at: care + "/levels/l3/history?from=9.9.9", status: 400, says: []string{"neither a version nor a date"}},
		{at: "/upcoming", status: 200, says: []string{"1 March 2027 in 99 days Support ladder asks more This concerns the people at L3. Support Specialist (L3): 1 expectation reworded.", "No date yet Roles in support", "Only those who may read drafts see this edition."}, has: []string{`href="/v1/upcoming.ics"`}},
		{at: "/upcoming?known_at=2025-08-10", status: 200, says: []string{"As it was known on 10 August 2025: what was to come, as things stood.", "1 October 2025"}},
		{at: "/upcoming?known_at=2026-08-01", status: 200, says: []string{"Nothing is to come"}},
	} {
		st.check(t, s)
	}
}

// TestNotesPages sees that each reader gets notes, in each form.
func TestNotesPages(t *testing.T) {
	t.Parallel()
	s := storyServer(t, Options{Local: true})
	const at = care + "/versions/6.0.0/notes"
	for _, st := range []state{
		{at: at, status: 200, says: []string{"Support ladder: release notes", "November 2025 asks more", "Support ladder, for staff", "Why The usual problems are solved by the help pages now.", "Whom to ask Ask support-leads.", "Download for this reader as JSON, Markdown, Text"}, has: []string{`aria-current="page">For staff`, `href="` + at + `?for=managers"`, `href="` + at + `?for=staff&amp;format=md" download`, care + "/diff?from=5.1.0&amp;to=6.0.0"}},
		{at: at + "?for=managers&as_of=2026-03-15", status: 200, says: []string{"Support ladder, for managers", "Promotions that were put forward before 1 November", "As of 15 March 2026"}, has: []string{at + "?as_of=2026-03-15&amp;for=record"}},
		{at: at + "?for=record", status: 200, says: []string{"Rules that recognised the changes", "Pull request 18"}},
		{at: at + "?for=nobody", status: 400, says: []string{"there are no notes for", "What can be written staff managers record"}},
		{at: at + "?format=pdf", status: 400, says: []string{"cannot be had as", "What can be written json md txt html"}},
		{at: care + "/versions/99.0.0/notes", status: 404, says: []string{"There is no version"}},
		{at: care + "/versions/6.0.0/notes?known_at=2025-05-20", status: 404},
		{at: care + "/versions/working/notes", status: 404},
		{at: care + "/versions/9.0.0-next.20260901T100000Z/notes", status: 200, says: []string{"takes effect on 1 March 2027", "Until 30 June 2027 the old text is also accepted for promotions under way."}},
		{at: "/frameworks/support-roles/versions/2.0.0/notes", status: 200, says: []string{"What people do now"}, lacks: []string{"Read this text"}},
	} {
		st.check(t, s)
	}
	for format, want := range map[string][3]string{
		"md":   {"text/markdown; charset=utf-8", `attachment; filename="care-ladder-6.0.0-managers.md"`, "## Support ladder, for managers"},
		"txt":  {"text/plain; charset=utf-8", `attachment; filename="care-ladder-6.0.0-managers.txt"`, "Support ladder, for managers\n===="},
		"json": {"application/json", `attachment; filename="care-ladder-6.0.0.json"`, `"event": "changed"`},
	} {
		w := look(t, s, at+"?for=managers&format="+format)
		if got := w.Header(); w.Code != 200 || got.Get("Content-Type") != want[0] || got.Get("Content-Disposition") != want[1] || !strings.Contains(w.Body.String(), want[2]) {
			t.Errorf("%s: got %d %v %.100s", format, w.Code, got, w.Body)
		}
	}
}

// TestNotesOnTexts sees that errata stand by the text that they are about, and
// that what was not said yet is not told as known.
func TestNotesOnTexts(t *testing.T) {
	t.Parallel()
	r := gittest.New(t)
	r.Write(gittest.Ladder("small", "one")).Commit("Start")
	r.Write(gittest.Ladder("small", "two")).Commit("Another word")
	r.Replace("frameworks/small/framework.cue", "\tkind:", "\terrata: {\"1.0.0\": \"One means the first of two\"}\n\tkind:").Commit("A note")
	s := shelf(t, r.Dir, "")
	const at = "/frameworks/small"
	for _, st := range []state{
		{at: at + "?version=1.0.0", status: 200, says: []string{"A note on this text: One means the first of two."}},
		{at: at + "/levels/l2?as_of=2024-03-01T09:30:00Z", status: 200, says: []string{"A note on this text: One means the first of two."}},
		{at: at + "?version=1.0.0&known_at=2024-03-01T09:30:00Z", status: 200, lacks: []string{"A note"}},
		{at: at + "?version=1.0.0&known_at=2024-03-01T10:30:00Z", status: 200, lacks: []string{"A note"}},
		{at: at + "?version=1.0.0&known_at=2024-03-01T11:30:00Z", status: 200, says: []string{"A note on this text: One means the first of two."}},
		{at: at + "/versions?known_at=2024-03-01T11:30:00Z", status: 200, says: []string{"A note on this text: One means the first of two."}},
		{at: at + "/versions?known_at=2024-03-01T10:30:00Z", status: 200, lacks: []string{"A note"}},
		{at: at, status: 200, lacks: []string{"A note"}},
		{at: at + "/versions", status: 200, says: []string{"A note on this text: One means the first of two."}},
	} {
		st.check(t, s)
	}
}
