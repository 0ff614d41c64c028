package ladder

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestRules: every rule is complete, and ids are unique and of the form that
// accept and the organisation's severities name them by.
func TestRules(t *testing.T) {
	t.Parallel()
	form := regexp.MustCompile(`^[a-z][a-z0-9]*(-[a-z0-9]+)*$`)
	seen := map[string]bool{}
	for _, r := range Rules() {
		if !form.MatchString(r.ID) || len(r.ID) > 64 || seen[r.ID] {
			t.Errorf("rule id %q is malformed or used twice", r.ID)
		}
		seen[r.ID] = true
		if r.Category.Weight() == 0 || !strings.HasSuffix(r.Purpose, ".") || r.Example == "" || r.noun == "" || r.verb == "" {
			t.Errorf("rule %s is incomplete: %+v", r.ID, r)
		}
	}
	if !slices.IsSortedFunc(Rules(), func(a, b Rule) int { return b.Category.Weight() - a.Category.Weight() }) {
		t.Error("rules are not in the order of their weight")
	}
	var b strings.Builder
	for _, r := range Rules() {
		fmt.Fprintf(&b, "%s: %s (%s)\n  %s\n  %s\n", r.Category.Name(), r.ID, r.Category.Bump(), r.Purpose, r.Example)
	}
	golden(t, "rules.golden", b.String())
}

// TestCategories pins the table of the design.
func TestCategories(t *testing.T) {
	t.Parallel()
	want := []string{"asks more: major", "moves people: major", "breaks references: major", "adds: minor", "asks less: minor", "clarifies: minor", "wording only: patch"}
	var got []string
	for i, c := range Categories() {
		got = append(got, c.Name()+": "+c.Bump())
		if !strings.HasSuffix(c.Purpose(), ".") {
			t.Errorf("%s does not say what it is", c)
		}
		if c.Weight() != len(want)-i {
			t.Errorf("weight of %s: got %d", c, c.Weight())
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if Category("").Bump() != "" || Category("odd").Weight() != 0 {
		t.Error("what is no category has a bump or a weight")
	}
}
