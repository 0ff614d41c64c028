package history

import (
	"fmt"
	"path"

	"github.com/milepost-dev/milepost/internal/diag"
)

// finding is about a directory as a whole.
func finding(code, dir, field, id, message, help string) diag.Finding {
	return diag.Finding{
		Code: code, Severity: diag.Error, Framework: id, Path: field, Message: message, Help: help,
		Position: diag.Position{File: path.Join("frameworks", dir, "framework.cue")},
	}
}

// aheadFinding refuses a text in force whose date is still to come.
func aheadFinding(t *text) diag.List {
	return diag.List{finding("effective-ahead", t.dir, "effective", t.id,
		fmt.Sprintf("the text in force says that it takes effect on %s, and that day is still to come", t.directives.Effective),
		fmt.Sprintf("Move the change to frameworks/next/%s, where coming editions stand, and leave frameworks/%s as it is until then.", t.id, t.id))}
}

// redatedFinding refuses to take an edition out of force by its date.
func redatedFinding(old, t *text) diag.List {
	now := "its date was taken out"
	if t.directives.Effective != "" {
		now = "its date was changed to " + t.directives.Effective
	}
	return diag.List{finding("edition-redated", t.dir, "effective", t.id,
		fmt.Sprintf("the edition is in force since %s, and %s", old.directives.Effective, now),
		fmt.Sprintf("Write effective: %q again. A text that was in force stays so; to change it, change its words, or bring the earlier text back as a change of its own.", old.directives.Effective))}
}

// takenFinding refuses a new framework under an id that another one had.
func takenFinding(id, now string) diag.List {
	return diag.List{finding("id-taken", id, "id", id,
		fmt.Sprintf("%s is the earlier id of %s, and addresses with it lead there", id, now),
		"Give the new framework an id of its own.")}
}
