package review

import (
	"fmt"
	"io/fs"
	"path"
	"strings"
	"unicode/utf8"

	"github.com/milepost-dev/milepost/internal/compile"
	"github.com/milepost-dev/milepost/internal/diag"
	"github.com/milepost-dev/milepost/internal/ladder"
)

// maxPorts is how many things to bring over are told one by one.
const maxPorts = 30

// port finds what a change of the text in force mends that the coming edition
// lacks, so that it would come back on the edition's day.
func (x *comparison) port() error {
	next := x.step.is.next
	if x.before.f == nil || x.after.f == nil || next.f == nil || x.before.f.ID != x.after.f.ID {
		return nil
	}
	places, err := x.r.places(next)
	if err != nil {
		return err
	}
	var found []patch
	for _, p := range lacking(x.before.f, x.after.f, next.f) {
		if !sharedCell(places, p.at) {
			found = append(found, p)
		}
	}
	for i, p := range found {
		f := x.portFinding(p, places)
		if i == maxPorts {
			f.Message = fmt.Sprintf("the coming edition lacks %s more", count(len(found)-i, "change"))
			f.Help = "Bring over those that are named, and check again."
		}
		if reason := x.accepted("port-missing"); reason != "" {
			f.Severity, f.Help = diag.Note, fmt.Sprintf("It is accepted: %q.", reason)
		}
		x.r.said = append(x.r.said, f)
		if i == maxPorts {
			break
		}
	}
	return nil
}

// sharedCell says whether a place is in a cell that takes its text from
// another level: that is told there.
func sharedCell(places compile.Places, at string) bool {
	parts := strings.Split(at, ".")
	if len(parts) < 4 || parts[0] != "levels" || parts[2] != "expectations" {
		return false
	}
	return places.Wrote(strings.Join(parts[:4], ".") + ".same")
}

func (x *comparison) portFinding(p patch, places compile.Places) diag.Finding {
	next := x.step.is.next
	f := diag.Finding{Code: "port-missing", Severity: diag.Error, Framework: x.step.id, Path: p.at, Position: places.At(p.at)}
	if f.File == "" {
		f.File = path.Join(x.r.Root, next.dir, "framework.cue")
	}
	if at := x.places.At(p.from); at.File != "" {
		f.Also = []diag.Position{at}
	}
	who := nameOf(x.after.f, p.from)
	before, after := citation(p.before), citation(p.after)
	switch {
	case before != "" && after != "":
		f.Message = fmt.Sprintf("%s: the text in force now says %s, and the coming edition still says %s", who, after, before)
	case before != "" && p.after == nil:
		f.Message = fmt.Sprintf("%s: the text in force no longer says %s, and the coming edition still does", who, before)
	case after != "" && p.before == nil:
		f.Message = fmt.Sprintf("%s: the text in force now says %s, and the coming edition does not", who, after)
	default:
		f.Message = fmt.Sprintf("%s: something is put right in the text in force, and not in the coming edition", who)
	}
	f.Help = portHelp(p, f)
	f.Fix = x.portFix(p, places)
	return f
}

// portHelp is the patch to apply: what to take away and what to write.
func portHelp(p patch, f diag.Finding) string {
	where := "Make the same change in " + f.File
	if f.Line > 0 {
		where += fmt.Sprintf(", line %d", f.Line)
	}
	var lines []string
	for _, side := range []struct {
		mark  string
		value any
	}{{"- ", p.before}, {"+ ", p.after}} {
		if side.value == nil {
			continue
		}
		text := field(p.at) + encode(side.value)
		if utf8.RuneCountInString(text) > 700 {
			return where + ": copy it from the place that is named beside it."
		}
		lines = append(lines, side.mark+text)
	}
	return where + ":\n" + strings.Join(lines, "\n")
}

// field is the name of a field with a colon, "" for an entry of a list.
func field(at string) string {
	if strings.HasSuffix(at, "]") {
		return ""
	}
	return at[strings.LastIndexByte(at, '.')+1:] + ": "
}

// portFix is the edit, where the text that is to be replaced stands in the
// edition word by word, and once.
func (x *comparison) portFix(p patch, places compile.Places) *diag.Fix {
	old, okOld := p.before.(string)
	now, okNow := p.after.(string)
	regions := places.Regions(p.at)
	if !okOld || !okNow || len(regions) != 1 {
		return nil
	}
	data, err := fs.ReadFile(x.r.Head, regions[0].File)
	if err != nil {
		return nil
	}
	from, to := offsets(string(data), regions[0])
	if literal := encode(old); strings.Count(string(data)[from:to], literal) == 1 {
		start := from + strings.Index(string(data)[from:to], literal)
		return &diag.Fix{Safe: true, Edits: []diag.Edit{{File: regions[0].File, Start: start, End: start + len(literal), New: encode(now)}}}
	}
	return nil
}

// offsets are where the lines of a region begin and end.
func offsets(data string, r compile.Region) (from, to int) {
	line := 1
	for i := range len(data) {
		if line == r.From && (i == 0 || data[i-1] == '\n') {
			from = i
		}
		if data[i] == '\n' {
			if line++; line > r.To {
				return from, i
			}
		}
	}
	return from, len(data)
}

// citation is a value in a sentence: a text in quotation marks, a number; ""
// for what has parts.
func citation(v any) string {
	switch v := v.(type) {
	case string:
		return quote(v)
	case float64, bool:
		return encode(v)
	case map[string]any:
		if text, ok := v["text"].(string); ok {
			return quote(text)
		}
	}
	return ""
}

// nameOf is what people call what stands at a path of a text.
func nameOf(f *ladder.Framework, at string) string {
	parts := strings.Split(at, ".")
	name := f.Title
	if len(parts) < 2 {
		return name
	}
	switch parts[0] {
	case "levels", "profiles":
		if l, ok := f.Level(parts[1]); ok {
			name = l.Name()
		}
		if len(parts) > 3 && parts[2] == "expectations" {
			if c, ok := f.Competency(parts[3]); ok {
				name += ", " + c.Title
			}
		}
	case "competencies", "degrees":
		if c, ok := f.Competency(parts[1]); ok {
			name = c.Title
		}
	case "roles":
		for _, role := range f.Roles {
			if role.ID == parts[1] {
				name = role.Title
			}
		}
	}
	return name
}
