package webhook

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

// TestRunningIsTrue holds docs/running.md to what an App really needs.
func TestRunningIsTrue(t *testing.T) {
	t.Parallel()
	b, err := os.ReadFile("../docs/running.md")
	if err != nil {
		t.Fatal(err)
	}
	text := string(b)
	for event := range events {
		if !strings.Contains(text, "`"+event+"`") {
			t.Errorf("the event %s is taken in, and not named", event)
		}
	}
	named := map[string]string{"merge_queues": "read"} // which merge_group asks for, and no token
	for _, of := range permissions {
		for name, access := range of {
			if named[name] != "write" {
				named[name] = access
			}
		}
	}
	row := regexp.MustCompile(`(?m)^\| ([A-Z][a-z ]+) \| (read|write) \|`)
	rows := row.FindAllStringSubmatch(text, -1)
	for _, m := range rows {
		name := strings.ReplaceAll(strings.ToLower(m[1]), " ", "_")
		if named[name] != m[2] {
			t.Errorf("%s is said to need %s, and needs %q", m[1], m[2], named[name])
		}
	}
	if len(rows) != len(named) {
		t.Errorf("%d permissions are named, want %d", len(rows), len(named))
	}
	if !strings.Contains(text, "the check `"+CheckName+"`") {
		t.Errorf("the check %s is not named", CheckName)
	}
}
