package compile

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/errors"

	"github.com/milepost-dev/milepost/internal/diag"
)

// cause is what an error of CUE's comes from, where that can be mended.
func (p *parsed) cause(e errors.Error, at string) (cause, bool) {
	format, args := e.Msg()
	switch {
	case strings.HasPrefix(format, "reference") && len(args) > 0:
		return p.unknownName(e, fmt.Sprint(args[0]))
	case strings.HasPrefix(format, "conflicting values"), strings.HasPrefix(format, "incompatible list lengths"):
		return p.conflict(at)
	case strings.Contains(format, "imported and not used"), strings.Contains(format, "unreferenced alias or let"):
		return p.unused(e)
	}
	return cause{}, false
}

// here is a cause at an offset of a file.
func (p *parsed) here(file string, off int, code, message, help string, mend patch) cause {
	m := p.mended[file]
	c := cause{Finding: finding(code, positionOf(file, m.data, off), message, help), file: file, mend: mend}
	c.Path = p.index.pathAt(file, off)
	return c
}

// unknownName is a text without quotes, which CUE takes for a name.
func (p *parsed) unknownName(e errors.Error, name string) (cause, bool) {
	at := e.Position()
	m := p.mended[at.Filename()]
	if m == nil {
		return cause{}, false
	}
	value, around := p.nodeAt(at.Filename(), at.Offset())
	if value == nil {
		return cause{}, false
	}
	from, to := value.Pos().Offset(), value.End().Offset()
	raw := string(m.data[from:to])
	if strings.HasPrefix(raw, "schema.") {
		return p.here(at.Filename(), from, "schema-missing", "the file speaks of the schema, but does not import it",
			fmt.Sprintf("Write this below the package line:\nimport %q", "github.com/milepost-dev/milepost/schema"), newPatch(splice{from, to, "{}"})), true
	}
	field := ""
	if f, ok := around.(*ast.Field); ok {
		field, _ = label(f.Label)
	}
	text := `"` + escapeText(raw) + `"`
	c := p.here(at.Filename(), from, "unknown-name", fmt.Sprintf("the text %q is not in quotes", raw), "", newPatch(splice{from, to, text}))
	s := schemaShapes()["#Shape"].at(c.Path)
	switch {
	case s != nil && s.kind == kindBool:
		c.Message, c.Help = fmt.Sprintf("%s must be true or false, and not %s", field, raw), "Write true or false, in small letters and without quotes."
		c.mend = newPatch(splice{from, to, "true"})
		return c, true
	case s != nil && s.kind == kindInt:
		c.Message, c.Help = fmt.Sprintf("%s must be a whole number, and not %s", field, raw), fmt.Sprintf("Write a number from %d to %d, in digits.", s.min, s.max)
		c.mend = newPatch(splice{from, to, fmt.Sprint(s.min)})
		return c, true
	}
	c.Help = "Put it in quotes:\n" + clipTo(strings.TrimSpace(lineOf(c.mend.apply(m.data), from)), 120)
	return c, true
}

// conflict is a field that stands twice and says two things.
func (p *parsed) conflict(at string) (cause, bool) {
	for ; at != ""; at = parent(at) {
		ps := p.index.places[at]
		if len(ps) < 2 {
			continue
		}
		first, last := ps[0], ps[len(ps)-1]
		if first.node == last.node {
			return cause{}, false
		}
		m := p.mended[last.label.File]
		if m == nil {
			return cause{}, false
		}
		if parts := strings.SplitN(at, ".", 3); len(parts) == 3 && singular[parts[0]] != "" && p.copied(parts[0]+"."+parts[1]) {
			return p.double(parts[0] + "." + parts[1]), true
		}
		c := p.here(last.label.File, last.from, "conflicting-values", fmt.Sprintf("%s stands twice, with two different values", p.index.thing(at)),
			"Keep one of the two and delete the other one.", newPatch(blank(m.data, last.from, last.to, "{}")))
		c.Path, c.Also = at, []diag.Position{first.label}
		return c, true
	}
	return cause{}, false
}

// blank takes a part of a file away, but not its line ends.
func blank(data []byte, from, to int, text string) splice {
	return splice{from, to, text + strings.Repeat("\n", strings.Count(string(data[from:to]), "\n"))}
}

// copied says whether a part stands twice as a whole, and not only one of its fields.
func (p *parsed) copied(at string) bool {
	twice := 0
	for path, ps := range p.index.places {
		if len(ps) > 1 && parent(path) == at {
			twice++
		}
	}
	return len(p.index.places[at]) > 1 && twice > 1
}

// double is a part that stands twice as a whole. The one in a file of another
// name is the copy.
func (p *parsed) double(at string) cause {
	id := lastPart(at)
	places := slices.Clone(p.index.places[at])
	copied := places[len(places)-1]
	for _, other := range places {
		if stem(other.label.File) != id && stem(copied.label.File) == id {
			copied = other
		}
	}
	m := p.mended[copied.label.File]
	help := "Give one of the two an id of its own, or delete it."
	if name := stem(copied.label.File); name != id && asID(name) == name && len(p.index.places[parent(at)+"."+name]) == 0 {
		help = fmt.Sprintf("If this is another %s, give it an id of its own, such as %s. If not, delete one of the two.", singular[parent(at)], name)
	}
	c := p.here(copied.label.File, copied.from, "conflicting-values", fmt.Sprintf("%s stands twice, and the two differ", p.index.thing(at)), help,
		newPatch(blank(m.data, copied.from, copied.to, "{}")))
	c.Path = at
	for _, other := range places {
		if other.label != copied.label {
			c.Also = append(c.Also, other.label)
		}
	}
	return c
}

func stem(file string) string { return strings.TrimSuffix(path.Base(file), ".cue") }

// unused is a line that nothing uses.
func (p *parsed) unused(e errors.Error) (cause, bool) {
	at := e.Position()
	m := p.mended[at.Filename()]
	if m == nil {
		return cause{}, false
	}
	_, around := p.nodeAt(at.Filename(), at.Offset())
	f := cueFinding(e, "", p.index)
	from, to := at.Offset(), at.Offset()
	switch n := around.(type) {
	case *ast.ImportDecl:
		if len(n.Specs) == 1 {
			from, to = n.Pos().Offset(), n.End().Offset()
			break
		}
		for _, spec := range n.Specs {
			if covers(spec, from) {
				to = spec.End().Offset()
			}
		}
	case *ast.LetClause:
		from, to = n.Pos().Offset(), n.End().Offset()
	default:
		return cause{}, false
	}
	return cause{Finding: finding(f.Code, position(at), f.Message, f.Help), file: at.Filename(), mend: newPatch(blank(m.data, from, to, ""))}, true
}
