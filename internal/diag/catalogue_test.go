package diag

import (
	"fmt"
	"strings"
	"testing"
)

// TestCatalogueIsComplete: whoever looks a code up finds what it means, what
// to do, and an example, in words for people who are no engineers.
func TestCatalogueIsComplete(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, c := range Catalogue() {
		for _, r := range c.Rules {
			if seen[r.Code] {
				t.Errorf("%s stands twice", r.Code)
			}
			seen[r.Code] = true
			if r.Title == "" || r.Means == "" || r.Mend == "" || r.Severity == "" || r.Before+r.After == "" || r.Before == r.After {
				t.Errorf("%s says too little: %+v", r.Code, r)
			}
			for _, word := range []string{"\u2014", " struct", "literal", "operand", "token", "syntax"} {
				if strings.Contains(r.Title+r.Means+r.Mend, word) {
					t.Errorf("%s says %q", r.Code, word)
				}
			}
			if !strings.HasSuffix(r.Means, ".") || !strings.HasSuffix(r.Mend, ".") || strings.HasSuffix(r.Title, ".") {
				t.Errorf("%s: sentences end with a full stop, titles do not", r.Code)
			}
		}
	}
}

// TestFindingsPage holds docs/findings.md to the catalogue.
func TestFindingsPage(t *testing.T) {
	t.Parallel()
	compare(t, "../../docs/findings.md", findingsPage())
}

func findingsPage() string {
	var b strings.Builder
	b.WriteString("# Findings\n\nEach thing that Milepost finds has a code, which never changes its meaning. An error holds a change up, a warning deserves a look, a note is for information. ")
	b.WriteString("Where it says so, an organisation may turn a rule down or off in its house rules:\n\n```cue\norganisation: houseRules: severity: \"items-per-cell\": \"warning\" // or \"off\"\n```\n\n")
	b.WriteString("Real mistakes and what is said to them stand in [mistakes.md](mistakes.md), changes and what is said to them in [changes.md](changes.md). This page is written by a test from the catalogue in the code.\n")
	for _, c := range Catalogue() {
		fmt.Fprintf(&b, "\n## %s\n", c.Title)
		for _, r := range c.Rules {
			fmt.Fprintf(&b, "\n### %s\n\n**%s.** %s\n\n%s\n", r.Code, r.Title, r.Means, r.Mend)
			for _, e := range []struct{ word, text string }{{"Before", r.Before}, {"After", r.After}} {
				if e.text != "" {
					fmt.Fprintf(&b, "\n%s:\n\n```cue\n%s\n```\n", e.word, e.text)
				}
			}
			may := "An organisation cannot turn it off."
			if r.Switchable {
				may = "An organisation may turn it down or off."
			}
			fmt.Fprintf(&b, "\nSeverity: %s. %s\n", r.Severity, may)
		}
	}
	return b.String()
}
