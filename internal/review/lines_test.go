package review_test

import (
	"fmt"
	"maps"
	"strings"
	"testing/fstest"
)

// changed is a repository with some edits more.
func changed(m fstest.MapFS, edits ...func(fstest.MapFS)) fstest.MapFS {
	m = maps.Clone(m)
	for _, e := range edits {
		e(m)
	}
	return m
}

// lineCases are changes to texts of which there would be something to say as
// they are: what is said is about what the change touches.
func lineCases() []reviewCase {
	const l1, l2 = "frameworks/team/l1.cue", "frameworks/team/l2.cue"
	base := team("prose: {maxWords: 6, vague: [\"helps\"]}, itemsPerCell: min: 2",
		step{"", items("Plans the work.", "Writes it down"), no},
		step{"", items("Helps the others with all of their work", "Writes it down"), items("Talks")})
	tidy := team("", step{sums, items("Plans the work of the team", "Writes it down"), no}, step{sums, items("Asks why"), no})
	move := func(from, to string) func(fstest.MapFS) {
		return func(m fstest.MapFS) { m[to] = m[from]; delete(m, from) }
	}
	joined := func(m fstest.MapFS) {
		second := strings.TrimPrefix(string(m[l2].Data), "package framework\n\n")
		m[l1] = &fstest.MapFile{Data: append(append([]byte{}, m[l1].Data...), strings.ReplaceAll(second, "\t", "  ")...)}
		delete(m, l2)
	}
	copied := func(m fstest.MapFS) {
		text := strings.NewReplacer("l2: {", "l3: {", "rank: 2", "rank: 3", `"L2"`, `"L3"`).Replace(string(m[l2].Data))
		m["frameworks/team/l3.cue"] = &fstest.MapFile{Data: []byte(text)}
	}
	commas := func(m fstest.MapFS) {
		text := strings.NewReplacer("\"\n\t\t\t\"", "\",\n\n\t\t\t\t\"", "\n", "\r\n").Replace(string(m[l1].Data))
		m[l1] = &fstest.MapFile{Data: []byte(text)}
	}
	renamed := func(formerly string) func(fstest.MapFS) {
		return func(m fstest.MapFS) {
			for name := range maps.Clone(m) {
				if rest, ok := strings.CutPrefix(name, "frameworks/team/"); ok {
					move(name, "frameworks/crew/"+rest)(m)
				}
			}
			replace("frameworks/crew/framework.cue", `id:    "team"`, `id:    "crew"`+"\n\t"+formerly)(m)
		}
	}
	takenOver := func(text string) fstest.MapFS {
		return changed(tidy, replace(l1, `"Plans the work of the team"`, "#plan"), replace(l1, "\nframework:", fmt.Sprintf("\n#plan: %q\nframework:", text)))
	}
	shared := func(text string) fstest.MapFS {
		return changed(tidy, replace(l1, `"Plans the work of the team"`, "shared.#plan"),
			replace(l1, "\nframework:", "\nimport \"example.com/careers/frameworks/lib/shared\"\nframework:"),
			func(m fstest.MapFS) {
				m["cue.mod/module.cue"] = &fstest.MapFile{Data: []byte("module: \"example.com/careers\"\nlanguage: version: \"v0.17.0\"\n")}
				m["frameworks/lib/shared/shared.cue"] = &fstest.MapFile{Data: []byte(fmt.Sprintf("package shared\n\n#plan: %q\n", text))}
			})
	}
	computed := func(edits ...func(fstest.MapFS)) fstest.MapFS {
		return changed(tidy, append([]func(fstest.MapFS){replace(org, `timeZone: "UTC"`, "timeZone: \"UTC\"\n\thouseRules: plainData: true"), replace(l1, `"Writes it down"`, `"Writes " + "it down"`)}, edits...)...)
	}

	return []reviewCase{
		{"lines: a word elsewhere, in a level", base, changed(base, replace(l2, `"Talks"`, `"Talks clearly"`)), false},
		{"lines: the same with all", base, changed(base, replace(l2, `"Talks"`, `"Talks clearly"`)), true},
		{"lines: an expectation that is touched", base, changed(base, replace(l2, "Helps the others", "Helps others")), false},
		{"lines: an expectation that stays with too many words", base, changed(base, replace(l2, "Helps the others with all of their work", "Shares with the others all of their work")), false},
		{"lines: one taken out, which leaves too few", base, changed(base, replace(l1, "\t\t\t\"Writes it down\"\n", "")), false},
		{"lines: a new one that makes a cell mixed, as most are", team("", step{sums, items("Plans the work."), no}),
			team("", step{sums, items("Plans the work.", "Writes it down", "Asks why"), no}), false},
		{"lines: one of three that were mixed", team("", step{sums, items("Plans the work.", "Writes it down", "Asks why"), no}),
			team("", step{sums, items("Plans the work.", "Writes it down", "Asks how"), no}), false},
		{"lines: the earlier of two becomes like the later", tidy, changed(tidy, replace(l2, "Asks why", "Plans work of a team"), replace(l1, "Plans the work of the team", "Plans work of the team")), false},
		{"lines: only the earlier of two is new", changed(tidy, replace(l2, "Asks why", "Plans the work of a team")),
			changed(tidy, replace(l2, "Asks why", "Plans the work of a team"), replace(l1, "of the team", "of their team")), false},
		{"lines: an old pair at a level, and something else new there", team("", step{sums, items("Plans the work", "Plans the work."), no}),
			team("", step{sums, items("Plans the work", "Plans the work.", "Asks why."), no}), false},
		{"lines: a level loses its summary", tidy, changed(tidy, replace(l1, "\t"+sums+"\n", "")), false},
		{"lines: a comment comes to a level without a summary", base, changed(base, replace(l1, "\trank: 1", "\t// The first.\n\trank: 1")), false},
		{"lines: a file is renamed", base, changed(base, move(l2, "frameworks/team/second.cue")), false},
		{"lines: two files become one, indented otherwise", base, changed(base, joined), false},
		{"lines: one file becomes two", changed(base, joined), base, false},
		{"lines: a renamed file, and an expectation that is touched", base, changed(base, move(l2, "frameworks/team/second.cue"), replace("frameworks/team/second.cue", "Helps the others", "Helps others")), false},
		{"lines: commas, indents, empty lines and line ends", base, changed(base, commas), false},
		{"lines: a level is copied", base, changed(base, copied), false},
		{"lines: a framework is renamed", base, changed(base, renamed(`formerly: ["team"]`)), false},
		{"lines: a framework is new, and another goes", base, changed(base, renamed("")), false},
		{"lines: a mistake where nothing is touched", changed(base, replace(l1, "rank: 1", "rank: 2"), replace(l2, "rank: 2", "rank: 3")),
			changed(base, replace(l1, "rank: 1", "rank: 2")), false},
		{"lines: what others name is gone, as a warning", changed(repo(), rules(`severity: "unknown-framework": "warning"`)),
			changed(repo(), rules(`severity: "unknown-framework": "warning"`), remove("frameworks/care/framework.cue")), false},
		{"lines: a text that is taken over from a definition", takenOver("Plans the work"), takenOver("Plans the work."), false},
		{"lines: the definition stays", takenOver("Plans the work."), changed(takenOver("Plans the work."), replace(l2, "Asks why", "Asks how")), false},
		{"lines: a text that is taken over from a shared package", shared("Plans the work"), shared("Plans the work."), false},
		{"lines: more than plain data, as before", computed(), computed(replace(l2, "Asks why", "Asks how")), false},
		{"lines: more than plain data, in a line that is touched", computed(), computed(replace(l1, `"it down"`, `"them down"`)), false},
		{"lines: no organisation file, as before", changed(tidy, remove(org)), changed(tidy, remove(org), replace(l1, "Plans", "Shapes")), false},
		{"lines: the organisation file goes", tidy, changed(tidy, remove(org)), false},
	}
}
