package main

import (
	"bytes"
	"context"
	"os"
	"strings"
	"testing"

	"github.com/milepost-dev/milepost/internal/ladder"
)

// TestRulesPage holds docs/rules.md to what the command prints.
func TestRulesPage(t *testing.T) {
	t.Parallel()
	var out, errs bytes.Buffer
	if code := runWatched(context.Background(), []string{"rules", "--format", "markdown"}, nil, &out, &errs); code != exitClean {
		t.Fatalf("exit code %d: %s", code, errs.String())
	}
	const page = "../../docs/rules.md"
	if *update {
		if err := os.WriteFile(page, out.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	if out.String() != string(want) {
		t.Errorf("docs/rules.md is not what the rules are: go test ./cmd/milepost -update writes it anew")
	}
	for _, r := range ladder.Rules() {
		if !strings.Contains(out.String(), "`"+r.ID+"`: "+r.Purpose) || !strings.Contains(out.String(), r.Example) {
			t.Errorf("the page does not tell of %s", r.ID)
		}
	}
}
