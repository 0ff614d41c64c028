package compile

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"cuelang.org/go/cue/ast"

	"github.com/milepost-dev/milepost/internal/diag"
)

// explainer says in words where a value departs from the schema's shape. It
// works on the author's plain data, so it sees every mistake at once, where
// CUE hides most behind the first. What it finds explains a refusal of CUE's;
// the verdict stays CUE's.
type explainer struct {
	index    *index
	findings diag.List
	names    map[string]bool // ids of the competencies, by what stands where
	moves    []move
}

func (x *explainer) add(code, path, message, help string) {
	p, exact := x.index.find(path)
	at := p.label
	_, scalar := p.node.(*ast.BasicLit)
	scalar = scalar && code != "unknown-field" && code != "bad-id"
	if exact && (code == "wrong-value" || code == "wrong-type" || scalar) && p.value.File != "" {
		at = p.value
	}
	x.findings = append(x.findings, diag.Finding{
		Code: code, Severity: diag.Error, Path: path, Message: message, Help: help, Position: at,
	})
}

// value explains v at path, and returns what of it has the right shape.
func (x *explainer) value(v any, s *shape, path string) (any, bool) {
	switch s.kind {
	case kindStruct:
		return x.structure(v, s, path)
	case kindMap:
		return x.mapping(v, s, path)
	case kindList:
		return x.list(v, s, path)
	case kindInt:
		return x.number(v, s, path)
	case kindBool:
		if _, ok := v.(bool); !ok {
			x.add("wrong-type", path, fmt.Sprintf("%s must be true or false, and not %s", x.index.thing(path), show(v)), "Write true or false, without quotes.")
			return nil, false
		}
		return v, true
	case kindEnum:
		return x.enum(v, s, path)
	case kindItem:
		if _, ok := v.(map[string]any); ok {
			return x.structure(v, s.elem, path)
		}
		return x.text(v, schemaShapes()["#Line"], path)
	}
	return x.text(v, s, path)
}

func (x *explainer) structure(v any, s *shape, path string) (any, bool) {
	m, ok := v.(map[string]any)
	if !ok {
		x.notAGroup(v, s, path)
		return nil, false
	}
	out := map[string]any{}
	meant := map[string]bool{} // fields that are there under a name misspelt
	for _, name := range sortedKeys(m) {
		f, known := s.fields[name]
		if !known {
			if x.misplaced(name, m[name], path) {
				continue
			}
			near := x.unknownField(name, s, path)
			said := len(x.findings)
			if meant[near] = true; near != "" && m[near] == nil {
				if w, ok := x.quietly(m[name], s.fields[near].shape, join(path, name)); ok {
					out[near] = w
				}
				safe := sameSort(m[name], s.fields[near].shape) && diag.Distance(name, near) <= 2
				x.findings[said-1].Swap = &diag.Swap{Old: name, New: near, Safe: safe}
			}
			continue
		}
		if w, ok := x.value(m[name], f.shape, join(path, name)); ok {
			out[name] = w
		}
	}
	for _, name := range s.order {
		if _, there := m[name]; !there && s.fields[name].required && !meant[name] {
			x.add("missing-field", join(path, name), fmt.Sprintf("%s has no %s", x.index.thing(path), name), fmt.Sprintf("Add %s. %s%s", name, capital(s.fields[name].doc), example(name)))
		}
	}
	return out, true
}

// sameSort says whether a value is of the sort that a shape takes, right or wrong.
func sameSort(v any, s *shape) bool {
	switch v.(type) {
	case map[string]any:
		return s.kind == kindStruct || s.kind == kindMap || s.kind == kindItem
	case []any:
		return s.kind == kindList
	case json.Number:
		return s.kind == kindInt
	case bool:
		return s.kind == kindBool
	case string:
		return s.kind == kindText || s.kind == kindEnum || s.kind == kindItem
	}
	return false
}

// unknownField says that there is no such field, and returns the one that was
// probably meant.
func (x *explainer) unknownField(name string, s *shape, path string) string {
	message := fmt.Sprintf("there is no field %q in %s", name, x.index.thing(path))
	help := "The fields there are: " + strings.Join(s.order, ", ") + "."
	near, ok := diag.Nearest(name, s.order)
	if ok {
		message += fmt.Sprintf("; did you mean %q?", near)
		help = fmt.Sprintf("Write %s. %s", near, capital(s.fields[near].doc))
	} else if where := homeOf(name); where != "" {
		help = fmt.Sprintf("%q belongs in %s. %s", name, where, help)
	}
	x.add("unknown-field", join(path, name), message, help)
	return near
}

func (x *explainer) mapping(v any, s *shape, path string) (any, bool) {
	m, ok := v.(map[string]any)
	if !ok {
		x.add("wrong-type", path, fmt.Sprintf("%s must be a group of named things, and not %s", x.index.thing(path), show(v)), "Write each with its id: { some_id: … }")
		return nil, false
	}
	key := s.pattern
	if d, ok := schemaShapes()[s.key]; ok {
		key = d.pattern
	}
	re := compiled(key)
	out := map[string]any{}
	for _, name := range sortedKeys(m) {
		if x.misplacedKey(name, m[name], s, path) {
			continue
		}
		if key != "" && !re.MatchString(name) {
			x.add("bad-id", join(path, name), fmt.Sprintf("%q is not an id", name), idHelp(s.key, name))
			continue
		}
		if w, ok := x.value(m[name], s.elem, join(path, name)); ok {
			out[name] = w
		} else if s.elem.kind == kindStruct {
			out[name] = map[string]any{} // wrong as it is, the name is there
		}
	}
	return out, true
}

func idHelp(key, name string) string {
	switch key {
	case "#ID":
		help := "An id is made of lower-case letters, digits and underscores, and starts with a letter"
		if s := asID(name); s != "" {
			return fmt.Sprintf("%s: write %s.", help, s)
		}
		return help + "."
	case "#Version":
		return "A version number is written 1.4.2."
	}
	if s := strings.ReplaceAll(asID(name), "_", "-"); s != "" {
		return fmt.Sprintf("The id of a framework is made of lower-case letters and digits, with hyphens between words: write %s.", s)
	}
	return "The id of a framework is made of lower-case letters and digits, with hyphens between words."
}

// asID makes an id of what somebody wrote in an id's place.
func asID(name string) string {
	s := strings.Trim(notID.ReplaceAllString(plainLetters.Replace(strings.ToLower(name)), "_"), "_")
	if s == "" || s[0] < 'a' || len(s) > 40 {
		return ""
	}
	return s
}

// plainLetters are how letters that an id cannot have are usually written without them.
var plainLetters = strings.NewReplacer("ä", "ae", "ö", "oe", "ü", "ue", "ß", "ss", "æ", "ae", "ø", "o", "å", "a", "à", "a", "á", "a", "â", "a", "ç", "c",
	"è", "e", "é", "e", "ê", "e", "ë", "e", "í", "i", "î", "i", "ï", "i", "ñ", "n", "ó", "o", "ô", "o", "ú", "u", "û", "u")

var notID = regexp.MustCompile(`[^a-z0-9]+`)

func (x *explainer) list(v any, s *shape, path string) (any, bool) {
	l, ok := v.([]any)
	if !ok {
		x.add("wrong-type", path, fmt.Sprintf("%s must be a list, and not %s", x.index.thing(path), show(v)), listHelp(v, s, lastPart(path)))
		return nil, false
	}
	if len(l) == 0 && s.min > 0 {
		x.add("wrong-length", path, x.index.thing(path)+" must not be an empty list", "Write at least one entry, or remove the whole field if nothing belongs there.")
	} else if len(l) < s.min {
		x.add("wrong-length", path, fmt.Sprintf("%s must have at least %d entries, and there %s %d", x.index.thing(path), s.min, plural(len(l), "is", "are"), len(l)), "Add what is missing, or remove the whole field if nothing belongs there.")
	}
	if len(l) > s.max {
		x.add("wrong-length", path, fmt.Sprintf("%s may have %d entries at most, and there are %d", x.index.thing(path), s.max, len(l)), "Bring related ones together, or remove some.")
	}
	out := []any{}
	if fixed, ok := x.plainTexts(l, s, path); ok {
		l = fixed
	}
	for i, e := range l {
		if w, ok := x.value(e, s.elem, fmt.Sprintf("%s[%d]", path, i)); ok {
			out = append(out, w)
		}
	}
	return out, true
}

func (x *explainer) number(v any, s *shape, path string) (any, bool) {
	n, ok := v.(json.Number)
	i, err := n.Int64()
	if !ok || err != nil {
		x.add("wrong-type", path, fmt.Sprintf("%s must be a whole number, and not %s", x.index.thing(path), show(v)),
			numberHelp(v, s))
		return nil, false
	}
	if i < int64(s.min) || i > int64(s.max) {
		x.add("wrong-value", path, fmt.Sprintf("%s is %d, and must be from %d to %d", x.index.thing(path), i, s.min, s.max), fmt.Sprintf("Write a number from %d to %d.", s.min, s.max))
		return nil, false
	}
	return v, true
}

func (x *explainer) enum(v any, s *shape, path string) (any, bool) {
	t, ok := v.(string)
	if ok && slices.Contains(s.values, t) {
		return v, true
	}
	message := fmt.Sprintf("%s cannot be %s", x.index.thing(path), show(v))
	near, found := diag.Nearest(t, s.values)
	if found {
		message += fmt.Sprintf("; did you mean %q?", near)
	}
	x.add("wrong-value", path, message, "Write one of: "+quoted(s.values)+".")
	if found {
		x.findings[len(x.findings)-1].Swap = &diag.Swap{Old: t, New: near, Safe: diag.Distance(t, near) <= 2}
	}
	return nil, false
}

func (x *explainer) text(v any, s *shape, path string) (any, bool) {
	t, ok := v.(string)
	if !ok {
		x.add("wrong-type", path, fmt.Sprintf("%s must be a text, and not %s", x.index.thing(path), show(v)), textHelp(v))
		return nil, false
	}
	if message, help := textProblem(t, s); message != "" {
		x.add("wrong-value", path, x.index.thing(path)+" "+message, help)
		return nil, false
	}
	return v, true
}

// textProblem says what keeps t from being a text of shape s, "" for nothing.
func textProblem(t string, s *shape) (message, help string) {
	switch s.name {
	case "#Date":
		if _, err := time.Parse(time.DateOnly, t); err != nil {
			if dateForm.MatchString(t) {
				return fmt.Sprintf("is %s, which is not a day of the calendar", t), "Write a day that exists: a month has 28 to 31 days."
			}
			return fmt.Sprintf("is %q, which is not written as a date", clip(t)), dateHelp(t)
		}
	case "#ID", "#FrameworkID":
		if !compiled(s.pattern).MatchString(t) || utf8.RuneCountInString(t) > 64 {
			return fmt.Sprintf("is %q, which is not written as an id", clip(t)), idHelp(s.name, t)
		}
	case "#Version":
		if !compiled(s.pattern).MatchString(t) {
			return fmt.Sprintf("is %q, which is not a version number", clip(t)), "Write it as 1.4.2."
		}
	case "#Line":
		switch {
		case unseen(t) != 0 && !strings.ContainsAny(t, "\n\r"):
			return fmt.Sprintf("holds a character that cannot be seen (U+%04X)", unseen(t)), "Delete it, or type the line again."
		case t == "":
			return "is empty", "Write a text between the quotes."
		case strings.TrimSpace(t) != t:
			return "has spaces at its start or end", "Remove them."
		case strings.ContainsAny(t, "\n\r"):
			return "goes over several lines, and must be one", "Write it in one line."
		case utf8.RuneCountInString(t) > s.max:
			return fmt.Sprintf("has %d characters, and may have %d at most", utf8.RuneCountInString(t), s.max), "Shorten it, or make two of it."
		}
	case "#Text":
		switch {
		case strings.TrimSpace(t) == "":
			return "is empty", "Write a text between the quotes."
		case utf8.RuneCountInString(t) > s.max:
			return fmt.Sprintf("has %d characters, and may have %d at most", utf8.RuneCountInString(t), s.max), "Shorten it."
		}
	}
	if s.pattern != "" && !compiled(s.pattern).MatchString(t) {
		return fmt.Sprintf("cannot be %q", clip(t)), patternHelp(s, t)
	}
	return "", ""
}
