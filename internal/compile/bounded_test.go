package compile

import (
	"testing"

	"github.com/milepost-dev/milepost/internal/diag"
)

// checkBounds wants findings that somebody can read.
func checkBounds(t *testing.T, found diag.List) {
	t.Helper()
	if len(found) > MaxFindings+1 {
		t.Errorf("%d findings, want at most %d", len(found), MaxFindings+1)
	}
	for _, f := range found {
		if len(f.Message) > maxMessageBytes || len(f.Help) > maxMessageBytes || len(f.Path) > maxPathBytes {
			t.Errorf("%s has %d bytes of message, %d of help, %d of path", f.Code, len(f.Message), len(f.Help), len(f.Path))
		}
		if f.Code == "evaluation-ended" {
			t.Errorf("a worker ended for no limit that is known: %s\n%s", f.Message, f.Help)
		}
		if f.Message == "" || f.Code == "" || f.File == "" {
			t.Errorf("the finding %+v lacks its message, its code or its file", f)
		}
	}
}
