package ladder

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// judgedCorpus says what the rules are and how they judge the corpus: a line
// each, after a line with the ruleset.
func judgedCorpus(t *testing.T) string {
	t.Helper()
	var b strings.Builder
	fmt.Fprintf(&b, "ruleset %d\n", Ruleset)
	for _, r := range Rules() {
		fmt.Fprintf(&b, "rule %s: %s\n", r.ID, r.Category)
	}
	for _, c := range allCases() {
		s, _ := c.run(t)
		rules, _ := ruleIDs(s)
		slices.Sort(rules)
		fmt.Fprintf(&b, "%s: %s %s\n", c.name, s.Category(), strings.Join(rules, " "))
	}
	for _, p := range typoPairs {
		fmt.Fprintf(&b, "%q to %q: typo-like %v\n", p[0], p[1], typoLike(p[0], p[1]))
	}
	return b.String()
}

// typoPairs are where a typo ends and a rewording begins.
var typoPairs = [][2]string{
	{"Mentors junior colleagues", "Mentors juniour colleagues"}, {"Mentors junior colleagues", "Mentors senior colleagues"},
	{"Works with two teams", "Works with ten teams"}, {"Works with two teams", "Works with two team"}, {"May lead a project", "Must lead a project"},
	{"Reports weekly", "Reports daily"}, {"Never misses a date", "Ever misses a date"}, {"Owns the roadmap.", "Owns the road map"},
	{"owns the Roadmap", "Owns the roadmap"}, {"Organises events", "Organizes events"}, {"Leads most projects", "Leads some projects"},
}

// TestRuleset: rules and what they say of the corpus change only with the
// number of the ruleset. Tags carry that number, and a version that older rules
// gave must not come to have another one by newer rules in silence.
func TestRuleset(t *testing.T) {
	got := judgedCorpus(t)
	old, err := os.ReadFile(filepath.Join("testdata", "ruleset.golden"))
	if err != nil && !*update {
		t.Fatal(err)
	}
	was, lines := strings.Split(string(old), "\n"), strings.Split(got, "\n")
	if err == nil && was[0] == lines[0] {
		if changed := judgedOtherwise(was, lines); len(changed) > 0 {
			t.Fatalf("the rules judge otherwise than before: raise Ruleset, then write the golden file anew\n%s", strings.Join(changed, "\n"))
		}
	}
	golden(t, "ruleset.golden", got)
}

// judgedOtherwise lists what the rules said before and no longer say, and rules
// that are new. Cases may be added to the corpus freely.
func judgedOtherwise(was, is []string) []string {
	var out []string
	for _, l := range was {
		if !slices.Contains(is, l) {
			out = append(out, "before: "+l)
		}
	}
	for _, l := range is {
		if strings.HasPrefix(l, "rule ") && !slices.Contains(was, l) {
			out = append(out, "now: "+l)
		}
	}
	return out
}

func TestJudgedOtherwise(t *testing.T) {
	t.Parallel()
	was := []string{"ruleset 1", "rule a: adds", "a case: adds a"}
	for _, c := range []struct {
		is   []string
		want int
	}{
		{was, 0}, {append(slices.Clone(was), "another case: adds a"), 0}, {append(slices.Clone(was), "rule b: adds"), 1},
		{[]string{"ruleset 1", "rule a: clarifies", "a case: adds a"}, 2}, {[]string{"ruleset 1", "rule a: adds", "a case: clarifies a"}, 1},
	} {
		if got := judgedOtherwise(was, c.is); len(got) != c.want {
			t.Errorf("%q: got %q, want %d lines", c.is, got, c.want)
		}
	}
}
