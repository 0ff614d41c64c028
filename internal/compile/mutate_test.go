package compile

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// mutation is a full fixture with one thing wrong: a rule of the schema broken.
type mutation struct {
	name string
	edit edit
	near string // the path that a finding stands at
	// names says that the mistake is in a name: that something is there which
	// the shape does not name, or is not there which it requires.
	names bool
}

// mutations are made from the schema itself, for every field of every struct,
// at the first place where the fixture has it: a rule that is added to the
// schema is tested from then on.
func (f *fixture) mutations() []mutation {
	w := &mutator{seen: map[part]bool{}, classes: map[string]bool{}}
	root := schemaShapes()[f.shape]
	w.wrongValues(root, nil, f.tree())
	w.walk(root, f.tree(), nil)
	return w.out
}

// part is a place in the schema: a field of a struct, or what is in a list or map.
type part struct {
	of   *shape
	name string
}

type mutator struct {
	seen    map[part]bool
	classes map[string]bool // classes of text whose every bad value was tried
	out     []mutation
}

func (w *mutator) once(s *shape, name string) bool {
	p := part{s, name}
	was := w.seen[p]
	w.seen[p] = true
	return !was
}

// add is a mutation at a path. Name says what is wrong there.
func (w *mutator) add(what string, at []any, value any, near []any) {
	e := edit{slices.Clone(at), value}
	names := what == "missing" || what == "misspelt" || strings.HasPrefix(what, "key ")
	w.out = append(w.out, mutation{fmt.Sprintf("%s: %s", e.at(), what), e, edit{near, nil}.at(), names})
}

func (w *mutator) walk(s *shape, v any, at []any) {
	if s.kind == kindItem {
		if _, ok := v.(map[string]any); !ok {
			return
		}
		s = s.elem
	}
	switch v := v.(type) {
	case []any:
		w.walkList(s, v, at)
	case map[string]any:
		for _, k := range sortedKeys(v) {
			next := append(slices.Clone(at), k)
			if s.kind == kindStruct {
				w.field(s, k, v[k], next)
				w.walk(s.fields[k].shape, v[k], next)
				continue
			}
			if w.once(s, "*") {
				w.wrongValues(s.elem, next, v[k])
				w.wrongKeys(s, v[k], at)
			}
			w.walk(s.elem, v[k], next)
		}
	}
}

func (w *mutator) walkList(s *shape, v []any, at []any) {
	for i, e := range v {
		next := append(slices.Clone(at), i)
		name := "[]"
		if _, ok := e.(map[string]any); ok {
			name = "[]{}" // an item is a line or a struct: both are tried
		}
		if w.once(s, name) {
			w.wrongValues(s.elem, next, e)
		}
		w.walk(s.elem, e, next)
	}
}

// field breaks one field of a struct: its value, its name, its presence.
func (w *mutator) field(s *shape, name string, v any, at []any) {
	if !w.once(s, name) {
		return
	}
	f, around := s.fields[name], at[:len(at)-1]
	if f.required {
		w.add("missing", at, absent{}, around)
	}
	wrong := append(slices.Clone(around), misspelt(name, s.order))
	w.add("misspelt", wrong, v, wrong)
	w.wrongValues(f.shape, at, v)
}

// misspelt is a name with two letters swapped, or one too many.
func misspelt(name string, taken []string) string {
	for i := len(name) - 2; i >= 0; i-- {
		b := []byte(name)
		b[i], b[i+1] = b[i+1], b[i]
		if s := string(b); s != name && !slices.Contains(taken, s) {
			return s
		}
	}
	return name + "s"
}

// wrongValues puts all sorts of wrong values in the place of v.
func (w *mutator) wrongValues(s *shape, at []any, v any) {
	values := badValues(s)
	if class := textClass(s); class != "" {
		bad := badClass[class]
		if w.classes[class] {
			bad, values = bad[:4], values[:2]
		}
		w.classes[class] = true
		for _, text := range bad {
			w.add("text "+clip(jsonText(text)), at, text, at)
		}
	}
	for _, b := range values {
		w.add(b.what, at, b.value, at)
	}
	if name, ok := lastName(at); ok && s.kind == kindText && s.name == "" {
		for _, text := range badTexts[name] {
			w.add("pattern, "+clip(jsonText(text)), at, text, at)
		}
	}
	if list, ok := v.([]any); ok && s.kind == kindList {
		w.wrongLengths(s, list, at)
	}
}

// textClass is the class of text that a shape takes.
func textClass(s *shape) string {
	switch s.kind {
	case kindText:
		return s.name
	case kindItem:
		return "#Line"
	}
	return ""
}

func lastName(at []any) (string, bool) {
	if len(at) == 0 {
		return "", false
	}
	name, ok := at[len(at)-1].(string)
	return name, ok
}

func (w *mutator) wrongLengths(s *shape, list, at []any) {
	if s.min > 0 {
		w.add("too short", at, list[:s.min-1:s.min-1], at)
	}
	if s.max < 1000 {
		long := slices.Clone(list)
		for i := len(long); i <= s.max; i++ {
			long = append(long, another(s.elem, list[0], i))
		}
		w.add("too long", at, long, at)
	}
}

// another is an element that differs from all others, so that a list of them
// has nothing wrong but its length.
func another(s *shape, v any, i int) any {
	switch {
	case s.kind != kindText:
		return v
	case s.name == "#ID" || s.name == "#FrameworkID":
		return fmt.Sprintf("x%d", i)
	}
	return fmt.Sprintf("Line %d", i)
}

func (w *mutator) wrongKeys(s *shape, v any, at []any) {
	keys := badKeys[s.key]
	if s.key == "#ID" && !w.once(nil, "keys") {
		keys = keys[:4]
	}
	if name, ok := lastName(at); ok && s.key == "" {
		keys = badKeys[name]
	}
	for _, k := range keys {
		next := append(slices.Clone(at), k)
		w.add("key "+clip(jsonText(k)), next, v, next)
	}
}

type badValue struct {
	what  string
	value any
}

// badValues are values that a shape never takes.
func badValues(s *shape) []badValue {
	out := []badValue{{"null", nil}}
	add := func(what string, values ...any) {
		for _, v := range values {
			out = append(out, badValue{what + ", " + clip(jsonText(v)), v})
		}
	}
	number := func(text string) any { return json.Number(text) }
	switch s.kind {
	case kindStruct, kindMap:
		add("not a group", "text", number("7"), []any{}, true)
	case kindList:
		add("not a list", "text", number("7"), map[string]any{}, true)
	case kindInt:
		add("not a number", "4", []any{number("4")}, true, map[string]any{})
		add("not a whole number", number("1.5"), number("4.0"))
		add("out of bounds", number(fmt.Sprint(s.min-1)), number(fmt.Sprint(s.max+1)), number("-4"), number("1e999999999"),
			number("-1e999999999"), number("99999999999999999999"))
	case kindBool:
		add("neither true nor false", "true", number("1"), []any{}, map[string]any{})
	case kindEnum:
		add("no such word", "nonsense", "", strings.ToUpper(s.values[0]), s.values[0]+" ", number("7"), true, []any{s.values[0]})
	case kindItem:
		add("neither a line nor a group", number("7"), true, []any{"text"}, []any{})
	case kindText:
		add("not a text", number("7"), true, []any{"text"}, map[string]any{})
	}
	return out
}

// hidden are texts whose characters cannot be seen, or change how others look.
var hidden = []any{"a\u202ebc", "a\u2066bc", "a\x00bc", "a\x1bbc", "a\u0085bc", "a\u2028bc"}

// badClass are texts that a class of text refuses, by its name in the schema.
// Every field is tried with the first four (and with null and a number), one
// field of each class with all (and with all that is no text).
var badClass = map[string][]any{
	"#Line": append([]any{"", "text ", "a\nb", strings.Repeat("x", 301), strings.Repeat("ü", 301), " ", " text", "text\n", "a\rb", "a\tb",
		"\ttext", "\u00a0text", "text\u00a0", "\u3000text", "\ufefftext", "\u200b"}, hidden...),
	"#Text": append([]any{"", " ", "a\u202eb", strings.Repeat("x", 5001), "\n\t\n", "\u00a0", "\u200b", "a\rb"}, hidden...),
	"#Date": {"2027-02-30", "1.3.2027", "2026-1-1", "2027-03-01T00:00:00Z", "", "2027-02-29", "2026-13-01", "2026-00-10", "01.03.2027",
		"2027/03/01", "27-03-01", " 2027-03-01", "2027-03-01 ", "2027-03-01\n", "tomorrow", "12027-03-01"},
	"#ID":          {"L4", "l-4", "4l", "x" + strings.Repeat("y", 40), "", "_l4", "l 4", "l4 ", "l4\n", "l.4", "lé"},
	"#FrameworkID": {"Full", "fu_ll", "4full", strings.Repeat("x", 65), "", "-full", "full-", "fu--ll", "fu ll", "full\n", "fu/ll", "../full", "füll"},
	"#Version":     {"1.4", "v1.4.2", "0.1.0", "1.4.2-rc1", "", "1", "1.4.2.1", "01.4.2", "1.04.2", "1.4.02", "1.4.x", " 1.4.2", "1.4.2\n", "123456.0.0"},
}

// badTexts are what the texts with a pattern of their own refuse, by the name of the field.
var badTexts = map[string][]any{
	"url": {"", "example.com", "ftp://example.com", "javascript:alert(1)", "https://", "https://a b", "https://a\n", " https://a", "HTTPS://a",
		"https://a\u202eb", "https://a\u200bb", "https://" + strings.Repeat("x", 300)},
	"rule":     {"", "Notice", "notice_too_short", "-notice", "notice-", "notice short", "4notice", strings.Repeat("x", 65)},
	"timeZone": {"", "utc", "Berlin", "europe/Berlin", "Europe/", "/Berlin", "Europe/Berlin ", "Europe Berlin", "+01:00", "../Berlin", "A/" + strings.Repeat("x", 63)},
	"language": {"", "EN", "e", "english", "de_AT", "de-at", "de-AT ", "de-"},
}

// badKeys are keys that a map refuses: by the class of its keys, or by the
// name of the map where they have a pattern of their own.
var badKeys = map[string][]any{
	"#ID":      badClass["#ID"],
	"#Version": badClass["#Version"],
	"cycles":   {"", "2027-H1", "2027_h1", "-2027", "2027-", "2027--h1", "2027 h1"},
	"severity": {"", "Missing-cell", "missing_cell", "-missing", "missing-", "4missing"},
	"meaning":  {"", "l1", "l1.", ".research", "L1.research", "l1.Research", "l1.research.0", "l1.research.100", "l1.research.1.1", "l1-research", "l1 research"},
}
