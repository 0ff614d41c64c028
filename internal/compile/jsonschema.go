package compile

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"unicode"
	"unicode/utf16"

	"cuelang.org/go/cue"
	"cuelang.org/go/cue/build"
	"cuelang.org/go/cue/cuecontext"
	"cuelang.org/go/cue/token"
	"cuelang.org/go/encoding/jsonschema"
)

// JSONSchemaID names the JSON Schema of version 1 of the document.
const JSONSchemaID = "https://milepost.dev/schema/framework-1.json"

// JSONSchema is the schema of a framework, the value of the field framework,
// as JSON Schema 2020-12. It is made from the CUE definition #Shape, and says
// in addition what a cell holds, which CUE leaves to #Framework. What it
// refuses CUE refuses too; the rules between parts (unknown and missing cells,
// order, degrees) are CUE's and Milepost's alone. The bytes are the same each
// time. The error is a programming error: the schema in the binary has no
// JSON Schema.
func JSONSchema() ([]byte, error) {
	b, err := jsonSchema()
	return bytes.Clone(b), err
}

var jsonSchema = sync.OnceValues(makeJSONSchema)

func makeJSONSchema() ([]byte, error) {
	tree, err := generateSchema("#Shape")
	if err != nil {
		return nil, fmt.Errorf("making the JSON Schema: %w", err)
	}
	tidySchema(tree)
	defs, _ := tree["$defs"].(map[string]any)
	for name, def := range defs {
		describe(def, name, "#"+name)
	}
	describe(tree, "Framework", "#Shape")
	tree["$id"] = JSONSchemaID
	tree["description"] = "A career framework of Milepost: the value of the field framework."
	if err := completeSchema(defs); err != nil {
		return nil, fmt.Errorf("making the JSON Schema: %w", err)
	}
	return encodeSchema(tree)
}

// generateSchema is CUE's own JSON Schema of a definition.
func generateSchema(definition string) (map[string]any, error) {
	none := func(token.Pos, string) *build.Instance { return nil }
	inst := build.NewContext(build.Loader(none)).NewInstance("schema", none)
	addSource(inst, schemaFiles())
	if err := inst.Complete(); err != nil {
		return nil, err
	}
	ctx := cuecontext.New()
	v := ctx.BuildInstance(inst).LookupPath(cue.ParsePath(definition))
	expr, err := jsonschema.Generate(v, &jsonschema.GenerateConfig{Version: jsonschema.VersionDraft2020_12})
	if err != nil {
		return nil, err
	}
	b, err := ctx.BuildExpr(expr).MarshalJSON()
	if err != nil {
		return nil, err
	}
	var tree map[string]any
	return tree, json.Unmarshal(b, &tree)
}

// completeSchema says what CUE's JSON Schema cannot: a cell has one of three
// things, a degree belongs to items, and a date is a day of the calendar
// (format alone is a comment to most validators).
func completeSchema(defs map[string]any) error {
	cell, isCell := defs["Cell"].(map[string]any)
	date, isDate := defs["Date"].(map[string]any)
	if !isCell || !isDate {
		return fmt.Errorf("the schema has no #Cell or no #Date")
	}
	var choices []any
	for _, name := range []string{"items", "same", "none"} {
		choices = append(choices, map[string]any{"required": []any{name}})
	}
	cell["oneOf"] = choices
	cell["dependentRequired"] = map[string]any{"degree": []any{"items"}}
	date["pattern"] = calendarDay
	return nil
}

// calendarDay matches the days that there are, 29 February of leap years
// among them, in a form that every dialect of regular expressions reads.
const calendarDay = `^([0-9]{4}-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|1[0-9]|2[0-8]))` +
	`|([0-9]{2}(0[48]|[2468][048]|[13579][26])|([02468][048]|[13579][26])00)-02-29)$`

// tidySchema takes out what repeats itself: a type beside a narrower one, a
// first element that is as all others are. An enum gets the type of its words.
func tidySchema(v any) {
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			tidySchema(e)
		}
	case map[string]any:
		for _, e := range v {
			tidySchema(e)
		}
		mergeNumber(v)
		if first, ok := v["prefixItems"].([]any); ok && allEqual(first, v["items"]) {
			delete(v, "prefixItems")
		}
		if _, ok := v["enum"].([]any); ok {
			v["type"] = "string"
		}
		if p, ok := v["pattern"].(string); ok {
			v["pattern"] = portable(p)
		}
	}
}

// mergeNumber writes allOf of "number" and of a bounded integer as the latter.
func mergeNumber(v map[string]any) {
	parts, ok := v["allOf"].([]any)
	if !ok || len(parts) != 2 || !reflect.DeepEqual(parts[0], map[string]any{"type": "number"}) {
		return
	}
	bounded, ok := parts[1].(map[string]any)
	if !ok || bounded["type"] != "integer" {
		return
	}
	delete(v, "allOf")
	for k, w := range bounded {
		v[k] = w
	}
}

func allEqual(list []any, v any) bool {
	for _, e := range list {
		if !reflect.DeepEqual(e, v) {
			return false
		}
	}
	return true
}

// portable writes a pattern of the schema so that it means the same in every
// dialect: without classes of Unicode, which some do not have, and without \s
// and the dot, which each reads differently. Invisible characters beyond the
// 65,536 first are left out; CUE refuses them where the pattern does not.
func portable(pattern string) string {
	var b strings.Builder
	class := false
	for rest := pattern; rest != ""; {
		token := patternToken.FindString(rest)
		rest = rest[len(token):]
		switch {
		case token == "[" || token == "]":
			class = token == "["
			b.WriteString(token)
		case token == "." && !class:
			b.WriteString(`[^\n]`)
		case token == `\s` && class:
			b.WriteString(` \t\n\f\r`)
		case strings.HasPrefix(token, `\p{`):
			b.WriteString(ranges(unicode.Categories[token[3:len(token)-1]]))
		case strings.HasPrefix(token, `\x{`):
			n, _ := strconv.ParseUint(token[3:len(token)-1], 16, 32)
			b.WriteRune(rune(n))
		default:
			b.WriteString(token)
		}
	}
	return b.String()
}

// patternToken is one part of a pattern.
var patternToken = regexp.MustCompile(`^(?s:\\p\{[A-Za-z]+\}|\\x\{[0-9A-Fa-f]+\}|\\.|.)`)

// ranges are the characters of a category, as they stand in a class.
func ranges(t *unicode.RangeTable) string {
	var b strings.Builder
	for _, r := range t.R16 {
		if r.Stride != 1 && r.Lo != r.Hi {
			for c := rune(r.Lo); c <= rune(r.Hi); c += rune(r.Stride) {
				b.WriteRune(c)
			}
			continue
		}
		b.WriteRune(rune(r.Lo))
		if r.Hi > r.Lo {
			b.WriteString("-" + string(rune(r.Hi)))
		}
	}
	return b.String()
}

// describe turns the doc comments of v and of all below it into titles and
// descriptions for people. Name is what v is called; in its doc comment it is
// called word.
func describe(v any, name, word string) {
	s, ok := v.(map[string]any)
	if !ok {
		return
	}
	if doc, ok := s["description"].(string); ok {
		s["title"], s["description"] = spaced(name), sentence(doc, word)
	}
	for _, keyword := range []string{"properties", "patternProperties"} {
		group, _ := s[keyword].(map[string]any)
		for k, w := range group {
			describe(w, k, k)
		}
	}
	describe(s["items"], "", "")
}

// spaced is a name in words: "promotionsUnderWay" is "Promotions under way",
// "FrameworkID" is "Framework ID".
func spaced(name string) string {
	if name == "id" || name == "url" {
		return strings.ToUpper(name)
	}
	var b strings.Builder
	runes := []rune(name)
	for i, r := range runes {
		switch {
		case i == 0:
			b.WriteRune(unicode.ToUpper(r))
		case !unicode.IsUpper(r) || unicode.IsUpper(runes[i-1]):
			b.WriteRune(r)
		case i+1 < len(runes) && unicode.IsUpper(runes[i+1]):
			b.WriteString(" " + string(r))
		default:
			b.WriteString(" " + string(unicode.ToLower(r)))
		}
	}
	return b.String()
}

// sentence is a doc comment as people read it below its title: in one
// paragraph, without the name that it begins with ("rank orders the levels")
// and without the verb of a definition ("source is where").
func sentence(doc, word string) string {
	doc = strings.Join(strings.Fields(doc), " ")
	rest, named := strings.CutPrefix(doc, word+" ")
	if !named || strings.HasPrefix(rest, "that ") {
		rest = doc
	}
	for _, verb := range []string{"is ", "are "} {
		rest = strings.TrimPrefix(rest, verb)
	}
	return strings.ToUpper(rest[:min(1, len(rest))]) + rest[min(1, len(rest)):]
}

// encodeSchema writes the schema with sorted keys and in ASCII: its patterns
// hold characters that cannot be seen.
func encodeSchema(tree map[string]any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(tree); err != nil {
		return nil, fmt.Errorf("writing the JSON Schema: %w", err)
	}
	var out bytes.Buffer
	for _, r := range b.String() {
		if r < 0x7F {
			out.WriteRune(r)
			continue
		}
		for _, u := range utf16.AppendRune(nil, r) {
			fmt.Fprintf(&out, `\u%04x`, u)
		}
	}
	return out.Bytes(), nil
}
