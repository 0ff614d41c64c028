package webhook

import (
	"os"
	"regexp"
	"strconv"
	"testing"
)

// checkDocument holds the families of docs/hostile.md to those that are run.
func checkDocument(t *testing.T, families []string, tallies map[string]*effect) {
	t.Helper()
	b, err := os.ReadFile("../docs/hostile.md")
	if err != nil {
		t.Fatal(err)
	}
	told := map[string]string{}
	for _, m := range regexp.MustCompile(`(?m)^\| ([a-z ]+) \| (\d+) \| `).FindAllStringSubmatch(string(b), -1) {
		told[m[1]] = m[2]
	}
	for _, f := range families {
		if told[f] != strconv.Itoa(tallies[f].cases) {
			t.Errorf("docs/hostile.md tells of %q cases of %q, and there are %d", told[f], f, tallies[f].cases)
		}
	}
}
