package compile

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

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

func quoted(words []string) string {
	q := make([]string, len(words))
	for i, w := range words {
		q[i] = fmt.Sprintf("%q", w)
	}
	return strings.Join(q, ", ")
}

func sortedKeys[T any](m map[string]T) []string { return slices.Sorted(maps.Keys(m)) }

// numberHelp says how a number is written, with the first one in a text where there is one.
func numberHelp(v any, s *shape) string {
	text := ""
	switch v := v.(type) {
	case string:
		text = v
	case json.Number:
		return fmt.Sprintf("Write a whole number from %d to %d, without a point or a comma.", s.min, s.max)
	}
	if n := firstNumber.FindString(text); n != "" && len(n) < 3 {
		return fmt.Sprintf("Write %s: digits only, without quotes.", n)
	}
	return fmt.Sprintf("Write a number from %d to %d, in digits and without quotes.", s.min, s.max)
}

func textHelp(v any) string {
	switch v := v.(type) {
	case json.Number:
		return fmt.Sprintf("Put it in quotes: \"%s\"", v)
	case bool:
		return fmt.Sprintf("Put it in quotes: \"%t\"", v)
	case []any:
		if len(v) == 1 {
			if t, ok := v[0].(string); ok {
				return fmt.Sprintf("Write it without the square brackets: %q", clip(t))
			}
		}
		return "Write one text in quotes, without the square brackets."
	case map[string]any:
		return "Write one text in quotes, without the braces."
	}
	return "Write a text in quotes."
}

func dateHelp(t string) string {
	date, words := readDate(t)
	if date == "" {
		return `Write year-month-day, in quotes: "2027-03-01" is 1 March 2027.`
	}
	return fmt.Sprintf("Write year-month-day: %q is %s.", date, words)
}

func patternHelp(s *shape, t string) string {
	if strings.Contains(s.pattern, "https?") {
		return "Write the whole address, from https:// on and without spaces."
	}
	if id := strings.ReplaceAll(asID(t), "_", "-"); id != "" && compiled(s.pattern).MatchString(id) {
		return fmt.Sprintf("Write %q.", id)
	}
	return "Look at the documentation of this field for how it is written."
}

// capital begins with a capital letter.
func capital(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

// examples are lines to paste for fields that must be there.
var examples = map[string]string{
	"rank": "rank: 2", "titles": `titles: [{text: "…"}]`, "title": `title: "…"`, "text": `text: "…"`, "owners": `owners: ["people-team"]`,
	"expectations": "expectations: {}", "kind": `kind: "ladder"`, "reason": `reason: "…"`,
}

func example(field string) string {
	if e := examples[field]; e != "" {
		return "\n" + e
	}
	return ""
}

// listHelp writes a value that is no list as one.
func listHelp(v any, s *shape, field string) string {
	t, isText := v.(string)
	switch {
	case !isText || s.elem == nil:
		return "Write it in square brackets, one entry a line."
	case s.elem.kind == kindText || s.elem.kind == kindItem:
		return fmt.Sprintf("Put it in square brackets:\n%s: [%q]", field, clip(t))
	case s.elem.kind == kindStruct:
		return fmt.Sprintf("Write a list:\n%s: [{%s: %q}]", field, s.elem.order[0], clip(t))
	}
	return "Write it in square brackets, one entry a line."
}
