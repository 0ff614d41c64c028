package ladder

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestSampleFillsEveryField: the sample leaves no field of any type of a
// framework empty, so that the next test misses none. A field that is added to
// the types fails here first.
func TestSampleFillsEveryField(t *testing.T) {
	t.Parallel()
	filled := map[string]bool{}
	noteFields(reflect.ValueOf(sampleFull()), filled)
	for name, ok := range filled {
		if !ok {
			t.Errorf("the sample does not fill %s", name)
		}
	}
	if len(filled) < 60 {
		t.Errorf("only %d fields met: %v", len(filled), slices.Sorted(maps.Keys(filled)))
	}
}

// noteFields notes, by type and name, each field below v, and whether it is
// filled anywhere.
func noteFields(v reflect.Value, filled map[string]bool) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			noteFields(v.Elem(), filled)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			name := v.Type().Name() + "." + v.Type().Field(i).Name
			filled[name] = filled[name] || !v.Field(i).IsZero()
			noteFields(v.Field(i), filled)
		}
	case reflect.Slice:
		for i := range v.Len() {
			noteFields(v.Index(i), filled)
		}
	case reflect.Map:
		for _, k := range v.MapKeys() {
			noteFields(v.MapIndex(k), filled)
		}
	}
}

// sampleFull is the sample with what it leaves out elsewhere.
func sampleFull() *Framework {
	f := sample()
	f.Cumulative = true
	for i := range f.Competencies {
		f.Competencies[i].Cumulative = i == 0
	}
	for _, m := range []map[string]Retired{f.Retired.Levels, f.Retired.Tracks, f.Retired.Areas, f.Retired.Competencies, f.Retired.Roles} {
		for id, r := range m {
			r.Into[0].When = "always"
			m[id] = r
		}
	}
	return f
}

// TestEveryFieldHasARule changes, then takes away, each single value of the
// canonical form in turn: each must be told, by rules that know the field.
func TestEveryFieldHasARule(t *testing.T) {
	t.Parallel()
	before := sampleFull()
	lines := map[string]string{}
	var order []string
	for _, at := range jsonPaths(decoded(t, before), nil) {
		for _, how := range []string{"changed", "taken away"} {
			after := alter(t, before, at, how)
			if after == nil || string(before.Canonical()) == string(after.Canonical()) {
				continue
			}
			name := general(at) + " " + how
			s := Diff(before, after)
			rules, unknown := ruleIDs(s)
			if s.Empty() || unknown {
				t.Errorf("%v %s: got rules %v, want ones that know the field", at, how, rules)
			}
			if lines[name] == "" {
				lines[name] = fmt.Sprintf("%s: %s, %s\n", name, s.Category().Name(), strings.Join(rules, " "))
				order = append(order, name)
			}
		}
	}
	var b strings.Builder
	for _, name := range order {
		b.WriteString(lines[name])
	}
	golden(t, "fields.golden", b.String())
}

// ruleIDs are the rules of the changes, each once, and whether one of them is
// the last resort.
func ruleIDs(s ChangeSet) (rules []string, unknown bool) {
	for _, c := range s.Changes {
		if !slices.Contains(rules, c.Rule) {
			rules = append(rules, c.Rule)
		}
		unknown = unknown || c.Rule == "other-changed" || ruleCategory(c.Rule) == ""
	}
	return rules, unknown
}

func decoded(t *testing.T, f *Framework) any {
	t.Helper()
	var v any
	if err := json.Unmarshal(f.Canonical(), &v); err != nil {
		t.Fatal(err)
	}
	return v
}

// jsonPaths lists the places of all values in a JSON document.
func jsonPaths(v any, at []any) [][]any {
	var out [][]any
	add := func(key, e any) {
		p := append(slices.Clone(at), key)
		out = append(append(out, p), jsonPaths(e, p)...)
	}
	switch v := v.(type) {
	case map[string]any:
		for _, k := range slices.Sorted(maps.Keys(v)) {
			add(k, v[k])
		}
	case []any:
		for i, e := range v {
			add(i, e)
		}
	}
	return out
}

// alter is a framework with one value changed or taken away; nil where a list
// or a group cannot be changed as a whole.
func alter(t *testing.T, f *Framework, at []any, how string) *Framework {
	t.Helper()
	doc := decoded(t, f)
	doc = alterAt(doc, at, how)
	if doc == nil {
		return nil
	}
	b, err := json.Marshal(doc)
	if err != nil {
		t.Fatal(err)
	}
	var out Framework
	if err := json.Unmarshal(b, &out); err != nil {
		t.Fatalf("%v %s: %v", at, how, err)
	}
	return &out
}

func alterAt(v any, at []any, how string) any {
	switch parent := v.(type) {
	case map[string]any:
		key := at[0].(string)
		if len(at) > 1 {
			parent[key] = alterAt(parent[key], at[1:], how)
			if parent[key] == nil {
				return nil
			}
			return parent
		}
		if how == "taken away" {
			delete(parent, key)
			return parent
		}
		parent[key] = altered(parent[key])
		if parent[key] == nil {
			return nil
		}
		return parent
	case []any:
		i := at[0].(int)
		if len(at) == 1 && how == "taken away" {
			return slices.Delete(parent, i, i+1)
		}
		if len(at) == 1 {
			parent[i] = altered(parent[i])
		} else {
			parent[i] = alterAt(parent[i], at[1:], how)
		}
		if parent[i] == nil {
			return nil
		}
		return parent
	}
	return nil
}

func altered(v any) any {
	switch v := v.(type) {
	case string:
		return v + " altered"
	case float64:
		return v + 1
	case bool:
		return !v
	}
	return nil
}

var sampleID = regexp.MustCompile(`^(lvl|comp|track|area|role)_|^(product_knowledge|customer_focus)$`)

// general is a path without ids and places.
func general(at []any) string {
	var b strings.Builder
	for _, k := range at {
		switch k := k.(type) {
		case int:
			b.WriteString("[]")
		case string:
			if sampleID.MatchString(k) {
				k = "*"
			}
			b.WriteString("." + k)
		}
	}
	return strings.TrimPrefix(b.String(), ".")
}
