package compile

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"path"

	"github.com/milepost-dev/milepost/internal/diag"
	"github.com/milepost-dev/milepost/schema"
)

// SchemaCopyDir is where a repository keeps its copy of the schema, for the
// stock cue command and for editors. Milepost itself never reads it.
const SchemaCopyDir = "cue.mod/pkg/" + schema.ImportPath

// SchemaCopy finds where a repository's copy of the schema differs from the
// program's own: there the stock command and editors would judge otherwise.
// A repository without a copy has no findings.
func SchemaCopy(fsys fs.FS) (diag.List, error) {
	if _, err := lookAt(fsys, SchemaCopyDir); errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	for _, f := range schemaFiles() {
		name := path.Join(SchemaCopyDir, path.Base(f.name))
		got, err := readSmall(fsys, name, MaxFileBytes)
		if err != nil {
			return nil, fmt.Errorf("reading the copy of the schema: %w", err)
		}
		if !bytes.Equal(got, f.data) {
			return diag.List{{
				Code: "schema-copy-differs", Severity: diag.Warning, Position: diag.Position{File: name},
				Message: "the repository's copy of the schema is not that of this version of Milepost: the cue command and editors may judge otherwise",
				Help:    "Bring it up to date: milepost schema --write",
			}}, nil
		}
	}
	return nil, nil
}
