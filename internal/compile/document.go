package compile

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/milepost-dev/milepost/internal/diag"
	"github.com/milepost-dev/milepost/internal/ladder"
	"github.com/milepost-dev/milepost/schema"
)

// goesOn says whether there is more to be said: whatever keeps a file from
// being read was mended, and nothing is there that must not be evaluated.
func goesOn(found diag.List) bool {
	for _, f := range found {
		if f.Severity == diag.Error && !slices.Contains([]string{"syntax", "wrong-package", "outside-document"}, f.Code) {
			return false
		}
	}
	return true
}

// document evaluates the files, checks what they came to, and keeps it unless
// there is anything wrong with it, or was before.
func (r *Result) document(p *parsed, src *source, refused bool) (diag.List, error) {
	if len(p.index.places[""]) == 0 {
		if p.lost || refused {
			return nil, nil
		}
		return diag.List{finding("no-framework", diag.Position{File: src.files[0].name},
			fmt.Sprintf("no file of the folder %s holds a framework", src.dir), "Write framework: { … } in one of them.")}, nil
	}
	if found := countLimits(p.index); len(found) > 0 {
		return found, nil
	}
	ev, done := judge(p, job{lib: src.lib, root: rootField, definition: "#Framework"})
	refused = refused || len(done) > 0 || p.lost
	found := done
	if !slices.ContainsFunc(done, func(f diag.Finding) bool { return f.Code == "schema-missing" }) {
		found = append(found, missingSchema(p, src)...)
	}
	if p.lost { // what is in no file may be in the one that could not be read
		return append(found, p.originals(local(ev.explained))...), nil
	}
	fresh := ev.explained
	var doc *ladder.Document
	if ev.json != nil {
		var err error
		if doc, err = ladder.ParseDocument(ev.json); err != nil {
			return nil, err
		}
		if many := documentLimits(doc, p.index); len(many) > 0 {
			return append(found, p.originals(many)...), nil
		}
		fresh = append(fresh, echoes(append(withPath(done), fresh...), checkDocument(doc, src.dir, p.index))...)
	}
	if len(ev.errs) > 0 {
		fresh = append(fresh, cueFindings(ev.errs, p.index, append(withPath(done), fresh...))...)
	}
	found = append(found, p.originals(fresh)...)
	if doc == nil || refused || len(ev.errs) > 0 || found.HasErrors() {
		return found, nil
	}
	canonical := doc.Resolve().Canonical()
	if long := tooLong(len(canonical), src.files[0].name); len(long) > 0 {
		return append(found, long...), nil
	}
	return found, r.set(doc, canonical)
}

// local are the findings that hold whatever the other files say.
func local(found diag.List) diag.List {
	return slices.DeleteFunc(found, func(f diag.Finding) bool {
		return !slices.Contains([]string{"unknown-field", "wrong-type", "wrong-value", "wrong-length", "bad-id"}, f.Code)
	})
}

func withPath(found diag.List) diag.List {
	return slices.DeleteFunc(slices.Clone(found), func(f diag.Finding) bool { return f.Path == "" })
}

// missingSchema wants the line that ties the document to the schema. Milepost
// checks without it, but the stock cue command and editors would not.
func missingSchema(p *parsed, src *source) diag.List {
	for _, f := range src.files {
		if bytes.Contains(f.data, []byte(schema.ImportPath)) && bytes.Contains(f.data, []byte(".#Framework")) {
			return nil
		}
	}
	at, _ := p.index.find("")
	for _, label := range p.index.places[""] {
		if strings.HasSuffix(label.label.File, "/framework.cue") {
			at = label
		}
	}
	return diag.List{finding("schema-missing", at.label, "the framework does not name the schema that it is checked against",
		fmt.Sprintf("Write in framework.cue, below the package line:\nimport %q\n\nframework: schema.#Framework", schema.ImportPath))}
}
