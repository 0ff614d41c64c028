package compile

import (
	"fmt"
	"slices"
	"strings"

	"cuelang.org/go/cue/errors"

	"github.com/milepost-dev/milepost/internal/diag"
)

// cueFindings says in words what CUE held against a document. Errors at or
// below a path that is explained already are its echo, and dropped; the last
// one never is, since the verdict is CUE's.
func cueFindings(errs []errors.Error, x *index, explained diag.List) diag.List {
	var out diag.List
	seen := map[string]bool{}
	for _, e := range errs {
		path := cuePath(e.Path())
		if seen[path] || placed(authorPlace(e, path, x), explained) || covered(path, explained) || inCheck(e) && len(explained)+len(out) > 0 {
			continue
		}
		seen[path] = true
		out = append(out, cueFinding(e, path, x))
	}
	if len(out) == 0 && len(explained) == 0 && len(errs) > 0 {
		out = append(out, cueFinding(errs[0], cuePath(errs[0].Path()), x))
	}
	return out
}

// inCheck says whether an error is one of the schema's own checks between
// parts. CUE makes them up where a part is broken, and rules.go has them all.
func inCheck(e errors.Error) bool { return slices.Contains(e.Path(), "_check") }

// covered says whether a finding stands at path, above it or below it.
func covered(path string, found diag.List) bool {
	for _, f := range found {
		if f.Path == path || below(path, f.Path) || below(f.Path, path) {
			return true
		}
	}
	return false
}

// placed says whether a finding speaks of a place already.
func placed(at diag.Position, found diag.List) bool {
	return slices.ContainsFunc(found, func(f diag.Finding) bool { return slices.Contains(f.Also, at) })
}

func below(path, above string) bool {
	return above == "" || strings.HasPrefix(path, above+".") || strings.HasPrefix(path, above+"[")
}

func cueFinding(e errors.Error, path string, x *index) diag.Finding {
	format, args := e.Msg()
	f := diag.Finding{Severity: diag.Error, Path: path, Position: authorPlace(e, path, x)}
	p, times := x.last(path)
	switch {
	case strings.HasPrefix(format, "conflicting values") && times > 1:
		f.Code, f.Position = "conflicting-values", p.label
		f.Message = fmt.Sprintf("%s has two different values", x.thing(path))
		f.Help = fmt.Sprintf("Keep one of them; the other stands at %s.", x.places[path][0].label)
	case strings.HasPrefix(format, "reference") && len(args) > 0:
		f.Code = "unknown-name"
		f.Message = fmt.Sprintf("%q is not in quotes, and nothing has this name", fmt.Sprint(args[0]))
		f.Help = fmt.Sprintf("If it is a text, put it in quotes: %q", fmt.Sprint(args[0]))
		if p := position(e.Position()); p.File != "" {
			f.Position = p
		}
	case format == "field not allowed":
		f.Code, f.Message = "unknown-field", fmt.Sprintf("there is no field %q in %s", lastPart(path), x.thing(parent(path)))
		f.Help = "Correct the name, or remove the field."
	case strings.Contains(format, "required but not present"):
		f.Code, f.Message = "missing-field", fmt.Sprintf("%s has no %s", x.thing(parent(path)), lastPart(path))
		f.Help = "Add it." + example(lastPart(path))
	default:
		f.Code, f.Message, f.Help = refused(e, x.thing(path))
	}
	return f
}

// authorPlace is the first place of an error in the author's files: one that
// CUE names, else where the path stands.
func authorPlace(e errors.Error, path string, x *index) diag.Position {
	p, exact := x.find(path)
	if exact && path != "" {
		return p.label
	}
	for _, pos := range errors.Positions(e) {
		if at := position(pos); at.File != "" && !strings.HasPrefix(at.File, "schema/") {
			return at
		}
	}
	return p.label
}
