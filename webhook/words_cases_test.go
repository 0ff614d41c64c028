package webhook

import (
	"fmt"
	"strings"

	"github.com/milepost-dev/milepost/internal/gittest"
)

const (
	typoOld = "Anwsers for the quality of the queue"
	typoNew = "Answers for the quality of the queue"
)

// startEdition copies the text in force to the coming edition.
func startEdition(lines string) edit {
	return func(r *gittest.Repo) {
		copyText("support-ladder", "next/support-ladder")(r)
		if lines != "" {
			declare(comingMain, lines)(r)
		}
	}
}

const dates = "publish:   \"2027-01-20\"\neffective: \"2027-03-01\"\n"

// rename gives the ladder another id.
func rename(r *gittest.Repo) {
	copyText("support-ladder", "care-ladder")(r)
	r.Remove("frameworks/support-ladder")
	r.Replace("frameworks/care-ladder/framework.cue", `"support-ladder"`, "\"care-ladder\"\n\tformerly: [\"support-ladder\"]")
}

// hostileTexts would be more than text, if they could.
var hostileTexts = []string{
	"@everyone and @example/people-team, see #12, GH-34, octo/repo#56, octo/repo@4b825dc642cb6eb9a060e54bf8d69288fbee4904",
	Marker + " <!-- hidden --> <script>alert(1)</script><img src=x onerror=alert(1)> </details></sub>",
	"[click](https://evil.example) ![x](http://evil.example/x.png) <https://evil.example> www.evil.example mail@evil.example",
	"``` ```suggestion ~~~ **bold** _it_ ~~gone~~ a|b $x^2$ :smile: &lt;b&gt; &#64;everyone \\",
	"# heading", "- item", "1. item", "> quote", "---", "/close", "::error file=a::b", "##[error]c",
}

// quoted is a text as CUE writes it.
func quoted(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteString(`\` + string(r))
		case r < 0x20 || r == 0x2028 || r >= 0x202a && r <= 0x202e:
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String() + `"`
}

func quotedAll(list []string) string {
	var out []string
	for _, s := range list {
		out = append(out, "\t\t\t"+quoted(s))
	}
	return strings.Join(out, "\n")
}

// attack writes hostile texts wherever an author can write.
func attack(r *gittest.Repo) {
	r.Replace(sampleL4, "\t\t\t\"Settles conflicts in the team\"", quotedAll(hostileTexts))
	r.Replace(sampleL4, `"Mentors junior colleagues"`, quoted("Mentors junior colleagues @everyone "+Marker))
	r.Replace(sampleL4, `"Staff Support Specialist"`, quoted("/close @staff <b>x</b> "+Marker))
	r.Replace(sampleMain, `title: "Support ladder"`, "title: "+quoted("/merge @all # <img src=x> ```"))
	r.Replace(sampleMain, `people: title: "People"`, "people: title: "+quoted("People @team [x](http://x.example)"))
	declare(sampleMain, "release: why: "+quoted("@why ``` "+Marker)+"\naccept: [{rule: \"notice\", reason: "+quoted("#1 @here <!-- x -->")+"}]")(r)
}

// attackWithMistakes has mistakes beside them, so that findings cite them.
func attackWithMistakes(r *gittest.Repo) {
	attack(r)
	declare(sampleMain, "correction: {of: "+quoted("@x ```\n"+Marker)+", reason: \"\"}")(r)
	r.Replace(sampleL3, `titles: [{text: "Senior Support Specialist"}]`, "titels: [{text: \"Senior ``` @x\"}]")
	r.Replace(sampleL3, `"Plans their own week"`, quoted("\x1b[31mred \u202eesrever\u202c a\u2028b "+Marker))
}

// veryLarge asks for so much that a comment has no room for it.
func veryLarge(r *gittest.Repo) {
	var order, competencies, senior, staff strings.Builder
	for i := range 14 {
		fmt.Fprintf(&order, ", \"c%d\"", i)
		fmt.Fprintf(&competencies, ", c%d: title: \"Competency *%d*\"", i, i)
		for _, b := range []*strings.Builder{&senior, &staff} {
			fmt.Fprintf(b, "\t\tc%d: items: [\n", i)
			for j := range 24 {
				fmt.Fprintf(b, "\t\t\t%s\n", quoted(fmt.Sprintf("Does thing %d of <b>%d</b> %s", j, i, strings.Repeat("and @more ", 20)+"still")))
			}
			b.WriteString("\t\t]\n")
		}
	}
	r.Replace(sampleMain, `"people"]`, `"people"`+order.String()+"]")
	r.Replace(sampleMain, `title: "People"}`, `title: "People"`+competencies.String()+"}")
	r.Replace(sampleL3, "\t\tpeople:", senior.String()+"\t\tpeople:")
	r.Replace(sampleL4, "\t\tpeople:", staff.String()+"\t\tpeople:")
	declare(sampleMain, `accept: [{rule: "notice", reason: "Agreed"}]`)(r)
}

// pulls are the pull requests of the golden files.
func pulls() []pull {
	typo := replace(sampleL4, typoOld, typoNew)
	edition := []edit{startEdition(dates + released), raise(comingL4)}
	return []pull{
		{name: "wording-only", change: []edit{typo}},
		{name: "asks-more-without-notice", change: []edit{raise(sampleL4)}},
		{name: "asks-more-accepted", change: []edit{raise(sampleL4), declare(sampleMain, `accept: [{rule: "notice", reason: "Agreed with the works council"}]`)}},
		{name: "may-ask-more", change: []edit{replace(sampleL4, "Mentors junior colleagues", "Mentors junior and senior colleagues")}},
		{name: "asks-less-and-clarifies", change: []edit{
			replace(sampleL4, "\t\t\t\"Settles conflicts in the team\"\n", ""),
			replace(sampleL3, "Solves unknown problems.", "Solves problems that nobody has met before."), replace(sampleL3, "\t\t\t\t\"Asks for help in time\"\n", ""),
		}},
		{name: "mistakes", change: []edit{replace(sampleL4, "\t\t\t\"Mentors junior colleagues\"", "\t\t\t\"Mentors junior colleagues"), replace(sampleL3, "titles:", "titels:")}},
		{name: "two-frameworks", change: []edit{typo, replace(sampleSkill, `"Reads charts"`, `"Reads charts", "Draws charts"`), declare(sampleSkill, `accept: [{rule: "notice", reason: "Nobody is judged by it yet"}]`)}},
		{name: "fork-draft-unmerged", change: []edit{typo}, set: func(r *Report) { r.Fork, r.Draft, r.Merged, r.PreviewURL = true, true, false, "" }},
		{name: "dated-edition", change: edition},
		{name: "edition-is-dated", base: []edit{startEdition(""), raise(comingL4)}, change: []edit{declare(comingMain, dates+released)}},
		{name: "edition-is-edited", base: edition, change: []edit{replace(comingL4, typoOld, typoNew), replace(comingL4, "\t\t\t\"Settles conflicts in the team\"\n", "")}},
		{name: "edition-says-nothing", change: []edit{startEdition("effective: \"2027-03-01\""), raise(comingL4)}},
		{name: "draft-edition", change: []edit{startEdition(""), raise(comingL4)}},
		{name: "edition-withdrawn", base: edition, change: []edit{remove("frameworks/next")}},
		{name: "removal", change: []edit{remove("frameworks/skills")}},
		{name: "level-retired", change: []edit{remove(sampleL3), declare(sampleMain, `retired: levels: l3: {reason: "One level is enough", into: [{level: "l4"}]}`+"\n"+`accept: [{rule: "notice", reason: "All agreed"}]`)}},
		{name: "level-gone", change: []edit{remove(sampleL3)}},
		{name: "rename", change: []edit{rename}},
		{name: "correction", change: []edit{typo, declare(sampleMain, `correction: {of: "1.0.0", reason: "A slip of the pen"}`)}},
		{name: "port-missing", base: edition, change: []edit{typo}},
		{name: "new-framework", change: []edit{copyText("skills", "talents"), replace("frameworks/talents/framework.cue", `"skills"`, `"talents"`), replace("frameworks/talents/framework.cue", `"Skills"`, `"Talents"`)}},
		{name: "house-rules", change: []edit{replace(sampleOrg, "days: 30", "days: 60")}},
		{name: "layout", change: []edit{replace(sampleL3, "\trank: 3\n", "\t// The first level of seniority.\n\trank: 3\n")}},
		{name: "hostile", change: []edit{attack}},
		{name: "hostile-mistakes", change: []edit{attackWithMistakes}},
		{name: "very-large", change: []edit{veryLarge}},
		{name: "own-failure", change: []edit{typo}, set: func(r *Report) {
			*r = Report{Number: r.Number, Head: r.Head, Touches: true, Failed: "reading the texts took longer than a minute"}
		}},
		{name: "locked", change: []edit{typo}, set: func(r *Report) { r.Locked = true }},
		{name: "superseded", change: []edit{typo}, set: func(r *Report) { r.Superseded = "0123456789abcdef0123456789abcdef01234567" }},
		{name: "no-framework", change: []edit{create(map[string]string{"README.md": "Hello\n"})}, set: func(r *Report) { r.Touches = false }},
	}
}
