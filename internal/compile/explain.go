package compile

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"sort"
	"strings"
	"sync"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/milepost-dev/milepost/internal/diag"
)

// explainer says in words where a value departs from the schema's shape. It
// works on the author's plain data, so it sees every mistake at once, where
// CUE hides most behind the first. What it finds explains a refusal of CUE's;
// the verdict stays CUE's.
type explainer struct {
	index    *index
	findings diag.List
}

func (x *explainer) add(code, path, message, help string) {
	p, exact := x.index.find(path)
	at := p.label
	if exact && (code == "wrong-value" || code == "wrong-type") && p.value.File != "" {
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
			x.add("wrong-type", path, fmt.Sprintf("%s is either true or false, not %s", thing(path), show(v)), "Write true or false, without quotes.")
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
		x.add("wrong-type", path, fmt.Sprintf("%s is a group of fields, not %s", thing(path), show(v)),
			fmt.Sprintf("Write the fields in braces: { %s: … }", strings.Join(s.order[:min(3, len(s.order))], ": …, ")))
		return nil, false
	}
	out := map[string]any{}
	meant := map[string]bool{} // fields that are there under a name misspelt
	for _, name := range sortedKeys(m) {
		f, known := s.fields[name]
		if !known {
			meant[x.unknownField(name, s, path)] = true
			continue
		}
		if w, ok := x.value(m[name], f.shape, join(path, name)); ok {
			out[name] = w
		}
	}
	for _, name := range s.order {
		if _, there := m[name]; !there && s.fields[name].required && !meant[name] {
			x.add("missing-field", join(path, name), fmt.Sprintf("%s has no %s", thing(path), name), "Add it: "+s.fields[name].doc)
		}
	}
	return out, true
}

// unknownField says that there is no such field, and returns the one that was
// probably meant.
func (x *explainer) unknownField(name string, s *shape, path string) string {
	message := fmt.Sprintf("there is no field %q in %s", name, thing(path))
	help := "The fields there are: " + strings.Join(s.order, ", ") + "."
	near, ok := nearest(name, s.order)
	if ok {
		message += fmt.Sprintf("; did you mean %q?", near)
		help = s.fields[near].doc
	}
	x.add("unknown-field", join(path, name), message, help)
	return near
}

func (x *explainer) mapping(v any, s *shape, path string) (any, bool) {
	m, ok := v.(map[string]any)
	if !ok {
		x.add("wrong-type", path, fmt.Sprintf("%s is a group of named things, not %s", thing(path), show(v)), "Write each with its id: { some_id: … }")
		return nil, false
	}
	key := s.pattern
	if d, ok := schemaShapes()[s.key]; ok {
		key = d.pattern
	}
	re := compiled(key)
	out := map[string]any{}
	for _, name := range sortedKeys(m) {
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
	return ""
}

// asID makes an id of what somebody wrote in an id's place.
func asID(name string) string {
	s := strings.Trim(notID.ReplaceAllString(strings.ToLower(name), "_"), "_")
	if s == "" || s[0] < 'a' || len(s) > 40 {
		return ""
	}
	return s
}

var notID = regexp.MustCompile(`[^a-z0-9]+`)

func (x *explainer) list(v any, s *shape, path string) (any, bool) {
	l, ok := v.([]any)
	if !ok {
		help := "Write it in square brackets, one line each."
		if t, isText := v.(string); isText && s.elem != nil && (s.elem.kind == kindText || s.elem.kind == kindItem) {
			help = fmt.Sprintf("Write it in square brackets: [%q]", clip(t))
		}
		x.add("wrong-type", path, fmt.Sprintf("%s is a list, not %s", thing(path), show(v)), help)
		return nil, false
	}
	if len(l) < s.min {
		x.add("wrong-length", path, fmt.Sprintf("%s has %s, and needs at least %d", thing(path), count(len(l)), s.min), "")
	}
	if len(l) > s.max {
		x.add("wrong-length", path, fmt.Sprintf("%s has %s, and may have %d at most", thing(path), count(len(l)), s.max), "")
	}
	out := []any{}
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
		x.add("wrong-type", path, fmt.Sprintf("%s is a whole number, not %s", thing(path), show(v)),
			fmt.Sprintf("Write a number from %d to %d, without quotes.", s.min, s.max))
		return nil, false
	}
	if i < int64(s.min) || i > int64(s.max) {
		x.add("wrong-value", path, fmt.Sprintf("%s is %d, and must be from %d to %d", thing(path), i, s.min, s.max), "")
		return nil, false
	}
	return v, true
}

func (x *explainer) enum(v any, s *shape, path string) (any, bool) {
	t, ok := v.(string)
	if ok && slices.Contains(s.values, t) {
		return v, true
	}
	message := fmt.Sprintf("%s cannot be %s", thing(path), show(v))
	if near, ok := nearest(t, s.values); ok {
		message += fmt.Sprintf("; did you mean %q?", near)
	}
	x.add("wrong-value", path, message, "Write one of: "+quoted(s.values)+".")
	return nil, false
}

func (x *explainer) text(v any, s *shape, path string) (any, bool) {
	t, ok := v.(string)
	if !ok {
		x.add("wrong-type", path, fmt.Sprintf("%s is a text, not %s", thing(path), show(v)), "Write it in quotes.")
		return nil, false
	}
	if message, help := textProblem(t, s); message != "" {
		x.add("wrong-value", path, thing(path)+" "+message, help)
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
				return fmt.Sprintf("is %s, which is not a day of the calendar", t), ""
			}
			return fmt.Sprintf("is %q, which is not a date", clip(t)), "Write year-month-day: 2027-03-01."
		}
	case "#ID", "#FrameworkID":
		if !compiled(s.pattern).MatchString(t) || utf8.RuneCountInString(t) > 64 {
			return fmt.Sprintf("is %q, which is not an id", clip(t)), idHelp(s.name, t)
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
		return fmt.Sprintf("cannot be %q", clip(t)), ""
	}
	return "", ""
}

// unseen is the first character of a text that takes no ink and is no space, 0 for none.
func unseen(t string) rune {
	for _, r := range t {
		if r != '\n' && r != '\r' && (unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Zl, r) || unicode.Is(unicode.Zp, r)) {
			return r
		}
	}
	return 0
}

var dateForm = regexp.MustCompile(`^[0-9]{4}-[0-9]{2}-[0-9]{2}$`)

// compiled is a pattern of the schema, which CUE and Go write alike.
func compiled(pattern string) *regexp.Regexp {
	if re, ok := patterns.Load(pattern); ok {
		return re.(*regexp.Regexp)
	}
	re, err := regexp.Compile(pattern)
	if err != nil {
		panic("compile: a pattern of the schema is well formed: " + err.Error())
	}
	patterns.Store(pattern, re)
	return re
}

// patterns are those of the schema that were needed so far.
var patterns sync.Map

// show is a value as its author would write it, short.
func show(v any) string {
	switch v := v.(type) {
	case nil:
		return "nothing"
	case string:
		return fmt.Sprintf("%q", clip(v))
	case map[string]any:
		return "a group in braces"
	case []any:
		return "a list"
	}
	return clip(fmt.Sprint(v))
}

func clip(s string) string {
	if utf8.RuneCountInString(s) <= 60 {
		return s
	}
	return string([]rune(s)[:57]) + "..."
}

func count(n int) string {
	if n == 1 {
		return "1 entry"
	}
	return fmt.Sprintf("%d entries", n)
}

func quoted(words []string) string {
	q := make([]string, len(words))
	for i, w := range words {
		q[i] = fmt.Sprintf("%q", w)
	}
	return strings.Join(q, ", ")
}

func sortedKeys[T any](m map[string]T) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}

// nearest finds the word that name was probably meant to be.
func nearest(name string, words []string) (string, bool) {
	best, at := "", 1+max(1, len(name)/3)
	for _, w := range words {
		d := distance(strings.ToLower(name), strings.ToLower(w))
		if d < at || d == at-1 && best == "" {
			best, at = w, d
		}
		if len(name) >= 3 && strings.HasPrefix(w, name) && best == "" {
			best = w
		}
	}
	return best, best != ""
}

// distance is the number of letters to insert, delete, replace or swap with
// the neighbour to get from a to b.
func distance(a, b string) int {
	s, t := []rune(a), []rune(b)
	if len(s) > 64 || len(t) > 64 {
		return max(len(s), len(t))
	}
	prev2, prev := make([]int, len(t)+1), make([]int, len(t)+1)
	for j := range prev {
		prev[j] = j
	}
	for i := 1; i <= len(s); i++ {
		cur := make([]int, len(t)+1)
		cur[0] = i
		for j := 1; j <= len(t); j++ {
			cost := 1
			if s[i-1] == t[j-1] {
				cost = 0
			}
			cur[j] = min(prev[j]+1, cur[j-1]+1, prev[j-1]+cost)
			if i > 1 && j > 1 && s[i-1] == t[j-2] && s[i-2] == t[j-1] {
				cur[j] = min(cur[j], prev2[j-2]+1)
			}
		}
		prev2, prev = prev, cur
	}
	return prev[len(t)]
}
