// Package schema embeds the CUE schema that frameworks are checked against.
// It has no logic: internal/compile evaluates the files, and `milepost schema`
// prints them.
package schema

import "embed"

// ImportPath is what authors import to get the schema.
const ImportPath = "github.com/milepost-dev/milepost/schema"

// FS holds the schema's CUE files, at its root.
//
//go:embed *.cue
var FS embed.FS
