package compile

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/milepost-dev/milepost/internal/diag"
)

func TestFindingsAreBounded(t *testing.T) {
	t.Parallel()
	var found diag.List
	for range 300 {
		found = append(found, diag.Finding{Code: "b", Severity: diag.Warning, Message: strings.Repeat("ü", 300_000)})
	}
	found = append(found, diag.Finding{Code: "a", Severity: diag.Error, Message: "short", Help: strings.Repeat("x", 300_000), Path: strings.Repeat("y", 300_000)})
	got := bounded(found)
	if len(got) != MaxFindings+1 || got[MaxFindings].Code != "more-findings" || !strings.Contains(got[MaxFindings].Message, "301") {
		t.Fatalf("got %d findings, the last %+v", len(got), got[len(got)-1])
	}
	if !got.HasErrors() {
		t.Error("the error is lost among warnings")
	}
	for _, f := range got {
		if len(f.Message) > maxMessageBytes || len(f.Help) > maxMessageBytes || len(f.Path) > maxPathBytes || !utf8.ValidString(f.Message) {
			t.Fatalf("got %d bytes of message, %d of help, %d of path", len(f.Message), len(f.Help), len(f.Path))
		}
	}
	if few := bounded(diag.List{{Message: "short"}}); len(few) != 1 || few[0].Message != "short" {
		t.Errorf("a short list is changed: %v", few)
	}
}
