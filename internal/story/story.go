// Package story writes a repository with two years of changes, of every sort
// that there is: what the tests of time, of release notes and of pages tell
// their versions of. It is the only package that makes up a past.
package story

import (
	"testing"
	"time"

	"github.com/milepost-dev/milepost/internal/gittest"
)

// Now is the moment at which the story is told.
var Now = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// teller writes one commit after the other.
type teller struct {
	*gittest.Repo
	ladder string // the directory of the ladder in force
}

// Write writes the story into a new repository.
func Write(t testing.TB) *gittest.Repo {
	t.Helper()
	w := &teller{Repo: gittest.New(t), ladder: "frameworks/support-ladder/"}
	w.firstYear()
	w.edition()
	w.mistakes()
	w.secondYear()
	w.coming()
	return w.Repo
}

// on sets the day of the next commit, at 10:00 UTC.
func (w *teller) on(day string) *teller {
	d, err := time.Parse(time.DateOnly, day)
	if err != nil {
		panic(err)
	}
	w.At(d.Add(10 * time.Hour))
	return w
}

// edit replaces a text in a file of the ladder in force.
func (w *teller) edit(file, old, new string) *teller {
	w.Replace(w.ladder+file, old, new)
	return w
}

// say puts a release block into a directory, in place of the one before.
func (w *teller) say(dir, block string) *teller {
	w.Repo.Write(map[string]string{dir + "release.cue": "package framework\n\n" + block + "\n"})
	return w
}

// firstYear are plain changes of the text in force.
func (w *teller) firstYear() {
	w.on("2025-01-10").Write(start).Commit("The support ladder, as it was decided (#1)")
	w.on("2025-01-15").edit("l1.cue", "Answers custmers", "Answers customers").Commit("Mend a slip (#2)")
	w.on("2025-02-03").edit("l2.cue", "Answers in writing that others reuse", "Writes answers that others can reuse").
		say(w.ladder, `framework: release: {why: "Plainer words.", meaning: "l2.writing": "same"}`).Commit("Say it plainer (#3)")
	w.on("2025-02-20").edit("l2.cue", "Solves known problems alone", "Solves known problems alone and on the day").Commit("On the day (#4)")
	w.on("2025-03-05").edit("l3.cue", "framework: levels: l3: {", "// Agreed with the works council.\nframework: levels: l3: {").Commit("Note the agreement (#5)")
	w.on("2025-03-10").edit("l3.cue", `degree: "Medium"`, `degree: "High"`).Commit("Seniors write more (#6)")
	w.on("2025-03-20").edit("l4.cue", "\t\t\t\t\"Reviews the guides of the team\",\n", "").
		edit("l3.cue", "\t\t\t\t\"Writes guides for the team\",\n", "\t\t\t\t\"Writes guides for the team\",\n\t\t\t\t\"Reviews the guides of the team\",\n").Commit("Seniors review guides (#7)")
	w.on("2025-04-02").renameWriting()
	w.on("2025-04-10").edit("l1.cue", "items: [\"Answers customers in plain words\"]",
		"items: [{text: \"Answers customers in plain words\", examples: [\"A reply without abbreviations\"]}]").Commit("Add an example (#9)")
	w.on("2025-05-05").split()
	w.on("2025-05-12").Write(guide).Commit("A guide to the roles in support (#11)")
}

func (w *teller) renameWriting() {
	w.Repo.Remove(w.ladder + "release.cue")
	w.edit("framework.cue", "writing: {title: \"Writing\", area: \"work\"}", "wording: {title: \"Writing\", area: \"work\", formerly: [\"writing\"]}").
		edit("framework.cue", "degrees: writing:", "degrees: wording:").
		edit("framework.cue", `competencies: ["solving", "writing", "coaching"]`, `competencies: ["solving", "wording", "coaching"]`)
	for _, l := range []string{"l1", "l2", "l3", "l4"} {
		w.edit(l+".cue", "\t\twriting:", "\t\twording:")
	}
	w.Commit("Writing gets another name in addresses (#8)")
}

// split retires the highest level: two take its place.
func (w *teller) split() {
	w.Repo.Remove(w.ladder + "l4.cue")
	w.Write(map[string]string{w.ladder + "l5.cue": staff, w.ladder + "l6.cue": principal})
	w.edit("framework.cue", "\torder:", "\tretired: levels: l4: {reason: \"Two jobs were one level.\", into: [{level: \"l5\", when: \"for those who lead a topic\"}, {level: \"l6\", when: \"for those who lead several\"}]}\n\torder:").
		Commit("Two levels in place of L4 (#10)")
}

// next is where the coming edition stands.
const next = "frameworks/next/support-ladder/"

// edition is a coming edition: drafted in three steps while the text in force
// is mended twice, dated, published, put off, in force, and folded.
func (w *teller) edition() {
	w.on("2025-06-02").Copy(w.Dir+"/"+w.ladder, next)
	w.Repo.Remove(next + "release.cue")
	w.Replace(next+"l2.cue", "Solves known problems alone and on the day", "Solves unknown problems with advice").Commit("Draft the next edition: solving (#12)")
	w.on("2025-06-10").edit("l1.cue", "Solves known problmes with help", "Solves known problems with help").Commit("Mend another slip (#13)")
	w.on("2025-06-16").Replace(next+"l1.cue", "Solves known problmes with help", "Solves known problems with help")
	w.Replace(next+"l3.cue", "\t\t\t\t\"Writes guides for the team\",\n", "\t\t\t\t\"Writes guides for the team\",\n\t\t\t\t\"Keeps the guides up to date\",\n").Commit("Draft the next edition: guides, and the mended slip (#14)")
	w.on("2025-06-20").edit("l5.cue", "Sets how the team writes", "Decides how the team writes").
		say(w.ladder, `framework: release: {why: "Sets was read as writes.", meaning: "l5.wording": "same"}`).Commit("Decides, not sets (#15)")
	w.on("2025-06-27").Replace(next+"l5.cue", "Sets how the team writes", "Decides how the team writes")
	w.Replace(next+"l2.cue", "experience: years: 2", "experience: years: 3").
		Write(map[string]string{next + "release.cue": editionRelease}).Commit("Draft the next edition: experience, and why (#16)")
	w.on("2025-07-01").Replace(next+"framework.cue", "\tid:", "\teffective: \"2025-10-01\"\n\tpublish: \"2025-08-01\"\n\tid:").Commit("The next edition is of 1 October (#17)")
	w.on("2025-08-20").Replace(next+"framework.cue", "2025-10-01", "2025-11-01").Commit("Put the edition off to 1 November (#18)")
	w.on("2025-11-10").Repo.Remove(w.ladder)
	w.Copy(w.Dir+"/"+next, w.ladder)
	w.Repo.Remove(next)
	w.Commit("Fold the edition in (#19)")
}

// mistakes are a wrong release and its correction, and a commit that cannot be read.
func (w *teller) mistakes() {
	w.on("2025-11-20").edit("l3.cue", "experience: years: 5", "experience: years: 50").Commit("Experience of seniors (#20)")
	w.on("2025-11-22").edit("l3.cue", "experience: years: 50", "experience: years: 5").
		edit("framework.cue", "\tid:", "\tcorrection: {of: \"7.0.0\", reason: \"A slip of the keyboard: five years were meant.\"}\n\tid:").Commit("Five, not fifty (#21)")
	w.on("2025-12-01").edit("l1.cue", "code: \"L1\"", "code: \"L1").Commit("Titles of L1 (#22)")
	w.on("2025-12-02").edit("l1.cue", "code: \"L1", "code: \"L1\"").edit("l1.cue", "Support Agent", "Customer Support Agent").Commit("Mend the file, and the title (#23)")
}

// secondYear is how branches come in, and what leaves and returns.
func (w *teller) secondYear() {
	w.on("2026-01-12").branch("squash")
	w.edit("l5.cue", "Leads a topic", "Leads one topic").Commit("first try")
	w.edit("l5.cue", "Leads one topic", "Leads one topic of the team").Commit("second try")
	w.Git("checkout", "-q", "main")
	w.Git("merge", "-q", "--squash", "squash")
	w.on("2026-01-13").Commit("What staff lead (#24)")

	w.on("2026-02-10").branch("rebase")
	w.edit("l6.cue", "Leads several topics", "Leads several topics at once").Commit("Topics at once (#25)")
	w.on("2026-02-10").edit("l6.cue", "rank: 6", "rank: ").Commit("Half a thought (#25)")
	w.on("2026-02-10").edit("l6.cue", "rank: ", "rank: 6").edit("l6.cue", "at once", "at one time").Commit("The other half (#25)")
	w.Git("checkout", "-q", "main")
	w.Git("merge", "-q", "--ff-only", "rebase")

	w.on("2026-03-03").branch("merge")
	w.edit("l2.cue", "\t\tcoaching: none: \"not expected of this level\"", "\t\tcoaching: items: [\"Shows new colleagues how the tools work\"]").Commit("Coaching from L2 on")
	w.Git("checkout", "-q", "main")
	w.on("2026-03-04").Git("merge", "-q", "--no-ff", "-m", "Merge pull request #26 from example/merge", "merge")
	w.on("2026-03-10").Git("revert", "--no-edit", "-m", "1", "HEAD")

	w.on("2026-04-01").Repo.Remove("frameworks/support-roles")
	w.Commit("The guide goes (#28)")
	w.on("2026-05-04").Write(guide).Commit("The guide comes back (#29)")
	w.on("2026-06-01").moveLadder()
	w.on("2026-05-30").edit("l1.cue", "Customer Support Agent", "Customer Care Agent").Commit("Care (#31), by a clock that is slow")
}

func (w *teller) branch(name string) *teller {
	w.Git("checkout", "-q", "-b", name)
	return w
}

// moveLadder gives the ladder another id.
func (w *teller) moveLadder() {
	w.Git("mv", "frameworks/support-ladder", "frameworks/care-ladder")
	w.ladder = "frameworks/care-ladder/"
	w.edit("framework.cue", "id: \"support-ladder\"", "id: \"care-ladder\"\n\tformerly: [\"support-ladder\"]").Commit("Care, not support (#30)")
}

// coming is an edition that is published and not in force yet, and a draft
// that nobody but its authors may see.
func (w *teller) coming() {
	const coming = "frameworks/next/care-ladder/"
	w.on("2026-09-01").Copy(w.Dir+"/"+w.ladder, coming)
	w.Replace(coming+"l3.cue", "Solves unknown problems alone", "Solves unknown problems alone and writes down how").
		Replace(coming+"framework.cue", "effective: \"2025-11-01\"\n\tpublish: \"2025-08-01\"", "effective: \"2027-03-01\"\n\tpublish: \"2026-10-01\"\n\ttransition: {acceptOld: \"2027-06-30\", for: \"promotions under way\"}").
		Write(map[string]string{coming + "release.cue": comingRelease}).Commit("The edition of March 2027 (#32)")
	w.on("2026-10-15").Copy(w.Dir+"/frameworks/support-roles", "frameworks/next/support-roles")
	w.Replace("frameworks/next/support-roles/framework.cue", "Answers customers", "Answers customers, and says when").Commit("Draft: roles (#33)")
}
