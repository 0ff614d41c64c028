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

// takenFinding refuses a new framework under an id that another one had.
func takenFinding(id, now string) diag.List {
	return diag.List{finding("id-taken", id, "id", id,
		fmt.Sprintf("%s is the earlier id of %s, and addresses with it lead there", id, now),
		"Give the new framework an id of its own.")}
}
