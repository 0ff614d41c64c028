package compile

import (
	"fmt"
	"strings"

	"github.com/milepost-dev/milepost/internal/diag"
)

// move is a value that stands in the wrong place, and where it belongs. What
// is moved there in thought is not missing there.
type move struct {
	from        string // the path where it stands
	level, cell string // cell is "" for a whole level
	value       any
}

// notAGroup says that a group of fields is wanted, and how it would be written.
func (x *explainer) notAGroup(v any, s *shape, path string) {
	help := fmt.Sprintf("Write the fields in braces: { %s: … }", strings.Join(s.order[:min(3, len(s.order))], ": …, "))
	message := fmt.Sprintf("%s must be a group of fields, and not %s", x.index.thing(path), show(v))
	if s.name == "#Cell" {
		message = fmt.Sprintf("%s must say items, same or none, and not just %s", x.index.thing(path), show(v))
		help = fmt.Sprintf("Write:\n%s: items: [\"…\"]", lastPart(path))
		if t, ok := v.(string); ok {
			help = fmt.Sprintf("Write it as items:\n%s: items: [%q]", lastPart(path), clip(t))
		}
		if l, ok := v.([]any); ok && len(l) > 0 {
			if t, ok := l[0].(string); ok {
				more := ""
				if len(l) > 1 {
					more = ", …"
				}
				help = fmt.Sprintf("Write items and a colon before the list:\n%s: items: [%q%s]", lastPart(path), clip(t), more)
			}
		}
	} else if t, ok := v.(string); ok && len(s.order) > 0 && s.fields[s.order[0]].kind == kindText {
		help = fmt.Sprintf("Write it in braces, after a name:\n{%s: %q}", s.order[0], clip(t))
	}
	x.add("wrong-type", path, message, help)
}

// plainTexts are entries that ought to be groups and are plain texts: said
// once for all of them, and taken for what they were meant to be.
func (x *explainer) plainTexts(l []any, s *shape, path string) ([]any, bool) {
	if s.elem == nil || s.elem.kind != kindStruct || len(s.elem.order) == 0 || s.elem.fields[s.elem.order[0]].kind != kindText {
		return nil, false
	}
	name, first := s.elem.order[0], -1
	out, written := make([]any, len(l)), []string{}
	for i, e := range l {
		out[i] = e
		if t, ok := e.(string); ok {
			if first < 0 {
				first = i
			}
			out[i] = map[string]any{name: t}
			written = append(written, fmt.Sprintf("{%s: %q}", name, t))
		}
	}
	if first < 0 {
		return nil, false
	}
	message := fmt.Sprintf("an entry of %s is written {%s: \"…\"}, and not as a text alone", x.index.thing(path), name)
	x.add("wrong-type", fmt.Sprintf("%s[%d]", path, first), message, fmt.Sprintf("Write:\n%s: [%s]", lastPart(path), clipTo(strings.Join(written, ", "), 200)))
	return out, true
}

// quietly takes a value for that of a field which was misspelt: only what is
// wrong deeper inside it is worth a word of its own.
func (x *explainer) quietly(v any, s *shape, path string) (any, bool) {
	inner := explainer{index: x.index, names: x.names}
	w, ok := inner.value(v, s, path)
	for _, f := range inner.findings {
		if below(f.Path, path) {
			x.findings = append(x.findings, f)
		}
	}
	x.moves = append(x.moves, inner.moves...)
	return w, ok
}

// misplaced finds a level or a cell that stands in a group of fields where it
// does not belong.
func (x *explainer) misplaced(name string, v any, path string) bool {
	parts := strings.Split(path, ".")
	switch {
	case levelLike(v) && (path == "" || parts[0] == "levels"):
		where := "outside levels"
		if path != "" {
			where = "inside " + x.index.thing(path)
		}
		x.add("unknown-field", join(path, name), fmt.Sprintf("level %s stands %s", name, where), fmt.Sprintf("Write it as:\nframework: levels: %s: {", name))
		x.moves = append(x.moves, move{join(path, name), name, "", v})
	case x.names[name] && len(parts) >= 2 && parts[0] == "levels":
		where := "outside the expectations of " + x.index.level(parts[1])
		if len(parts) >= 4 {
			where = fmt.Sprintf("inside %s", x.index.thing(strings.Join(parts[:4], ".")))
		}
		x.add("unknown-field", join(path, name), fmt.Sprintf("the cell %s stands %s", name, where),
			fmt.Sprintf("Move it between the braces after expectations of %s, beside the other competencies.", x.index.level(parts[1])))
		x.moves = append(x.moves, move{join(path, name), parts[1], name, v})
	default:
		return false
	}
	return true
}

// misplacedKey finds, among levels or cells, what is neither.
func (x *explainer) misplacedKey(name string, v any, s *shape, path string) bool {
	if s.elem == nil || x.names[name] {
		return false
	}
	m, group := v.(map[string]any)
	level, _, _ := strings.Cut(strings.TrimPrefix(path, "levels."), ".")
	switch {
	case s.elem.name == "#Level" && name == "levels" && group && !levelLike(v):
		x.add("unknown-field", join(path, name), "levels stands inside levels", "Write it once:\nframework: levels: "+strings.Join(sortedKeys(m), " …, ")+": {")
		for _, id := range sortedKeys(m) {
			x.moves = append(x.moves, move{join(join(path, name), id), id, "", m[id]})
		}
	case s.elem.name == "#Cell" && name == "expectations" && group:
		x.add("unknown-field", join(path, name), fmt.Sprintf("expectations stands inside the expectations of %s", x.index.level(level)), "Remove the inner one, and keep what it holds:\n"+strings.Join(sortedKeys(m), ": …\n")+": …")
		for _, c := range sortedKeys(m) {
			x.moves = append(x.moves, move{join(join(path, name), c), level, c, m[c]})
		}
	case s.elem.name == "#Cell" && s.elem.fields[name] != nil:
		x.add("unknown-field", join(path, name), fmt.Sprintf("%s stands among the cells of %s, and not in one of them", name, x.index.level(level)),
			"Move it between the braces of the competency that it is about.")
	case s.elem.name == "#Cell" && schemaShapes()["#Level"].fields[name] != nil:
		x.add("unknown-field", join(path, name), fmt.Sprintf("%s stands inside the expectations of %s", name, x.index.level(level)), "Move it out, behind the brace } that closes expectations.")
	default:
		return false
	}
	return true
}

// levelLike says whether a value has what only levels have.
func levelLike(v any) bool {
	m, ok := v.(map[string]any)
	n := 0
	for _, name := range []string{"rank", "titles", "expectations", "track"} {
		if _, there := m[name]; there {
			n++
		}
	}
	return ok && n >= 2
}

// moved puts what was misplaced where it belongs, unless something is there.
func (x *explainer) moved(tree any) any {
	root, ok := tree.(map[string]any)
	if !ok {
		return tree
	}
	for i := 0; i < len(x.moves); i++ { // a level that is moved may hold a cell that is
		m := x.moves[i]
		levels := group(root, "levels")
		if m.cell == "" {
			if _, there := levels[m.level]; !there {
				x.index.alias(m.from, "levels."+m.level)
				if w, ok := x.value(m.value, schemaShapes()["#Level"], "levels."+m.level); ok {
					levels[m.level] = w
				}
			}
			continue
		}
		cells := group(group(levels, m.level), "expectations")
		if _, there := cells[m.cell]; !there {
			x.index.alias(m.from, "levels."+m.level+".expectations."+m.cell)
			w, ok := x.value(m.value, schemaShapes()["#Cell"], "levels."+m.level+".expectations."+m.cell)
			if !ok {
				w = map[string]any{}
			}
			cells[m.cell] = w
		}
	}
	return root
}

func group(in map[string]any, name string) map[string]any {
	g, ok := in[name].(map[string]any)
	if !ok {
		g = map[string]any{}
		in[name] = g
	}
	return g
}

// homes are where fields belong, in words.
var homes = []struct{ definition, words string }{
	{"#Level", "a level"}, {"#Cell", "the cell of a competency, under expectations"}, {"#Competency", "a competency"}, {"#Experience", "experience"},
	{"#Title", "an entry of titles"}, {"#ItemDetail", "an entry of items"}, {"#Shape", "the framework itself"},
}

// homeOf says in words where a field belongs, "" where it belongs nowhere.
func homeOf(name string) string {
	for _, h := range homes {
		if schemaShapes()[h.definition].fields[name] != nil {
			return h.words
		}
	}
	return ""
}

// echoes drops what the rules find because a part is wrong that has been
// explained already: its cell looks empty, or its number is not the author's.
func echoes(causes, found diag.List) diag.List {
	var out diag.List
	for _, f := range found {
		if !echo(f, causes) {
			out = append(out, f)
		}
	}
	return out
}

func echo(f diag.Finding, causes diag.List) bool {
	for _, c := range causes {
		if c.Path == "" {
			continue
		}
		if f.Path == c.Path || below(f.Path, c.Path) {
			return true
		}
		if cell := cellOf(f.Path); cell != "" && (c.Path == cell || below(c.Path, cell)) {
			return true
		}
	}
	return false
}

// cellOf is the cell that a path is in, "" for none.
func cellOf(path string) string {
	parts := strings.SplitN(path, ".", 5)
	if len(parts) < 4 || parts[0] != "levels" || parts[2] != "expectations" {
		return ""
	}
	return strings.Join(parts[:4], ".")
}
