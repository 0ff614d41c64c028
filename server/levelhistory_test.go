package server

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/milepost-dev/milepost/internal/gittest"
)

// levelWorld is a ladder in which a level is renamed twice and another is
// merged into it, a third retires, and a text is put right.
func levelWorld(t testing.TB) *gittest.Repo {
	r := gittest.New(t)
	r.Write(map[string]string{"frameworks/organisation.cue": organisationFile})
	file := func(levels, more string) map[string]string {
		return map[string]string{
			"cue.mod/module.cue": "module: \"example.com/careers\"\nlanguage: version: \"v0.17.0\"\n",
			"frameworks/a/framework.cue": fmt.Sprintf(`package framework

import "github.com/milepost-dev/milepost/schema"

framework: schema.#Framework
framework: {
	id:    "a"
	kind:  "ladder"
	title: "A ladder"
	owners: ["people-team"]
	competencies: craft: title: "Craft"
%s
%s
}
`, levels, more),
		}
	}
	level := func(id string, rank int, code, text, more string) string {
		return fmt.Sprintf("\tlevels: %s: {rank: %d, code: %q, titles: [{text: \"Title of %s\"}], %sexpectations: craft: items: [%q]}\n", id, rank, code, code, more, text)
	}
	on := func(month time.Month) *gittest.Repo { return r.At(time.Date(2024, month, 1, 9, 0, 0, 0, time.UTC)) }
	low, top := level("low", 1, "L1", "Makes things", ""), level("top", 9, "L9", "Makes the most of things for all", "")
	on(3).Write(file(low+level("mid", 2, "L2", "Makes things for others", "")+level("high", 3, "L3", "Makes things with others", "")+top, "")).Commit("start")
	on(4).Write(file(low+level("mid", 2, "L2", "Makes good things for others", "")+level("high", 3, "L3", "Makes things with others", "")+top, "")).Commit("mid is reworded")
	on(5).Write(file(low+level("middle", 2, "L2", "Makes good things for others", `formerly: ["mid"], `)+level("high", 3, "L3", "Makes things with others", "")+top, "")).Commit("mid is renamed")
	on(6).Write(file(low+level("middle", 2, "L2", "Makes good things for others", `formerly: ["mid"], `)+level("high", 3, "L3", "Makes many things with others", "")+top, "")).Commit("high is reworded")
	on(7).Write(file(low+level("maker", 2, "L2", "Makes good things for others", `formerly: ["mid", "middle", "high"], `)+top, "")).Commit("middle and high become maker")
	retired := `	retired: levels: top: {into: [{level: "maker"}], reason: "Nobody was there."}`
	on(8).Write(file(low+level("maker", 2, "L2", "Makes good things for others", `formerly: ["mid", "middle", "high"], `), retired)).Commit("top retires")
	same := func(why string) string {
		return retired + fmt.Sprintf("\n\trelease: {why: %q, meaning: \"maker.craft\": \"same\"}", why)
	}
	on(9).Write(file(low+level("maker", 2, "L2", "Makes god things for others", `formerly: ["mid", "middle", "high"], `), same("a slip"))).Commit("a slip")
	fix := same("put right") + "\n\tcorrection: {of: \"5.1.0\", reason: \"A slip\"}"
	on(10).Write(file(low+level("maker", 2, "L2", "Makes good things for others", `formerly: ["mid", "middle", "high"], `), fix)).Commit("put right")
	on(11).Write(file(low+level("maker", 2, "L2", "Makes excellent things for others", `formerly: ["mid", "middle", "high"], `), retired)).Commit("maker is reworded")
	return r
}

func TestLevelHistoryFollowsTheLevel(t *testing.T) {
	t.Parallel()
	r := levelWorld(t)
	s := serverOf(t, storeOf(t, r.Dir, ""), Options{})
	tell := func(target string) []string {
		a := get(t, s, fw+"a/levels/"+target)
		if a.StatusCode != 200 {
			return []string{outcome(t, a)}
		}
		h := decoded[LevelHistory](t, a)
		got := []string{h.Level + ", " + h.LevelName}
		for _, e := range h.Changes {
			line := fmt.Sprintf("%s %s %s %s", e.Version.EffectiveFrom.Format("01"), e.Version.Number, e.Level, e.CategoryName)
			if e.Version.Corrects != "" {
				line += " corrects " + e.Version.Corrects
			}
			if e.Status == "corrected" {
				line += " corrected"
			}
			got = append(got, line)
		}
		return got
	}
	maker := []string{
		"11 6.0.0 maker asks more", "09 5.2.0 maker clarifies corrects 5.1.0", "09 5.1.0 maker clarifies corrected", "07 4.0.0 maker moves people",
		"06 3.0.0 high asks more", "05 2.1.0 middle adds", "04 2.0.0 mid asks more",
	}
	const name = "maker, Title of L2 (L2)"
	is := func(changes ...string) []string { return append([]string{name}, changes...) }
	for _, c := range []struct {
		target string
		want   []string
	}{
		{"maker/history", is(maker...)},
		// By any id that it had.
		{"mid/history", is(maker...)}, {"middle/history", is(maker...)}, {"high/history", is(maker...)},
		// As of a time at which it had another.
		{"mid/history?to=2024-05-01", []string{"middle, Title of L2 (L2)", "05 2.1.0 middle adds", "04 2.0.0 mid asks more"}},
		{"high/history?to=3.0.0", []string{"high, Title of L3 (L3)", "06 3.0.0 high asks more"}},
		{"middle/history?to=3.0.0", []string{"middle, Title of L2 (L2)", "05 2.1.0 middle adds", "04 2.0.0 mid asks more"}},
		{"maker/history?to=3.0.0", []string{notFound}},
		// Between any two dates or versions.
		{"maker/history?from=2024-06-15", is(maker[:4]...)},
		{"maker/history?from=2024-06-15&to=2024-08-31", is(maker[3])},
		{"maker/history?from=3.0.0&to=4.0.0", is(maker[3])},
		{"maker/history?from=2024-09-15", is(maker[0])}, // the text in force then is the one that was put right
		{"maker/history?from=5.1.0", is(maker[:2]...)},
		{"maker/history?from=2020-01-01", is(maker...)},
		{"maker/history?from=2024-11-01", is()},
		{"maker/history?from=6.0.0&to=1.0.0", is()},
		{"maker/history?to=2020-01-01", []string{beforeFirst}},
		// As far as was known.
		{"maker/history?known_at=2024-09-15", is("09 5.1.0 maker clarifies", maker[3], maker[4], maker[5], maker[6])},
		{"maker/history?known_at=2024-10-15&from=2024-08-15", is(maker[1:3]...)},
		{"maker/history?known_at=2024-09-15&to=6.0.0", []string{notFound}},
		{"maker/history?known_at=2020-01-01", []string{beforeFirst}},
		{"maker/history?known_at=2026-01-01", []string{badRequest}},
		// A level that nothing happened to, one that retired, one that never was.
		{"low/history", []string{"low, Title of L1 (L1)"}},
		{"top/history", []string{"top, Title of L9 (L9)", "08 5.0.0 top moves people"}},
		{"top/history?from=5.0.0", []string{notFound}},
		{"none/history", []string{notFound}},
	} {
		if diff := cmp.Diff(c.want, tell(c.target)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.target, diff)
		}
	}
}

// TestLevelHistoryOfWhatIsToCome: an edition is told of where it is asked for
// by whoever may see it.
func TestLevelHistoryOfWhatIsToCome(t *testing.T) {
	t.Parallel()
	s := serverOf(t, storeOf(t, timeWorld(t).Dir, ""), Options{Tokens: scopedTokens()})
	const soon = "2.0.0-next.20250201T090000Z scheduled"
	const draft = "2.0.0-next.20250220T090000Z scheduled"
	for _, c := range []struct {
		target string
		token  []string
		want   string
	}{
		{"soon/levels/l1/history", reader, ""},
		{"soon/levels/l1/history?to=2025-05-31", reader, ""},
		{"soon/levels/l1/history?to=2025-06-01", reader, soon},
		{"soon/levels/l1/history?to=2.0.0-next.20250201T090000Z", reader, soon},
		{"soon/levels/l1/history?from=2025-06-01&to=2025-06-01", reader, ""},
		{"soon/levels/l1/history?from=2025-06-01", reader, ""},
		{"fresh/levels/l1/history?to=2025-06-01", reader, ""},
		{"ladder/levels/l1/history?to=2025-04-01", reader, ""},
		{"ladder/levels/l1/history?to=2025-04-01", drafter, draft},
		{"ladder/levels/l2/history?to=2025-04-01&from=2024-08-01", drafter, draft + ", 1.3.0 current"},
	} {
		a := get(t, s, fw+c.target, c.token...)
		var got []string
		for _, e := range decoded[LevelHistory](t, a).Changes {
			got = append(got, e.Version.Number+" "+string(e.Status))
		}
		if a.StatusCode != 200 || strings.Join(got, ", ") != c.want {
			t.Errorf("%s as %s: got %d %s, want %s", c.target, c.token[1], a.StatusCode, strings.Join(got, ", "), c.want)
		}
	}
}

// TestLevelHistoryInMarkdown: to paste into a message.
func TestLevelHistoryInMarkdown(t *testing.T) {
	t.Parallel()
	s := serverOf(t, storeOf(t, levelWorld(t).Dir, ""), Options{})
	a := get(t, s, fw+"a/levels/maker/history?from=4.0.0", "Accept", "text/markdown")
	want := `# What changed for Title of L2 (L2)

## From 1 November 2024: asks more
`
	text := string(a.plain)
	if got := a.Header.Get("Content-Type"); got != "text/markdown; charset=utf-8" || a.Header.Get("Vary") != "Accept" || !strings.HasPrefix(text, want) {
		t.Errorf("got %s, Vary %q and\n%s", got, a.Header.Get("Vary"), text)
	}
	for _, part := range []string{"Version 5.2.0, which puts 5.1.0 right from its start.\n", "Version 5.1.0, which was put right later.\n", "## From 1 September 2024: clarifies\n", "\n- **asks more**: "} {
		if !strings.Contains(text, part) {
			t.Errorf("lacks %q:\n%s", part, text)
		}
	}
	if got := string(get(t, s, fw+"a/levels/low/history", "Accept", "text/markdown").plain); got != "# What changed for Title of L1 (L1)\n\nNothing changed.\n" {
		t.Errorf("of nothing: got %q", got)
	}
	for accept, status := range map[string]int{"text/html": 406, "application/json": 200, "*/*": 200} {
		if b := get(t, s, fw+"a/levels/low/history", "Accept", accept); b.StatusCode != status {
			t.Errorf("Accept: %s: got %d, want %d", accept, b.StatusCode, status)
		}
	}
}
