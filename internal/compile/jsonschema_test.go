package compile

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	validator "github.com/santhosh-tekuri/jsonschema/v6"
)

// compiledSchema is the JSON Schema as a validator takes it.
var compiledSchema = sync.OnceValues(func() (*validator.Schema, error) {
	data, err := JSONSchema()
	if err != nil {
		return nil, err
	}
	doc, err := validator.UnmarshalJSON(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	c := validator.NewCompiler()
	if err := c.AddResource(JSONSchemaID, doc); err != nil {
		return nil, err
	}
	return c.Compile(JSONSchemaID)
})

// valid is what the JSON Schema holds against a tree, nil for nothing.
func valid(t *testing.T, tree any) error {
	t.Helper()
	s, err := compiledSchema()
	if err != nil {
		t.Fatal(err)
	}
	return s.Validate(tree)
}

func TestJSONSchemaGolden(t *testing.T) {
	t.Parallel()
	got, err := JSONSchema()
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "testdata/framework-1.json", string(got))
	again, err := makeJSONSchema()
	if err != nil || !bytes.Equal(got, again) {
		t.Errorf("made anew it has other bytes, or %v", err)
	}
	got[0] = 'x'
	if again, _ := JSONSchema(); again[0] != '{' {
		t.Error("a caller can change the schema of all others")
	}
}

// TestJSONSchemaIsClosedAndTold walks the schema: every group refuses names
// that it does not know, and everything that editors show has its words.
func TestJSONSchemaIsClosedAndTold(t *testing.T) {
	t.Parallel()
	data, err := JSONSchema()
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range data {
		if b >= 0x7F {
			t.Fatal("the schema is not ASCII")
		}
	}
	root := decoded(data).(map[string]any)
	if root["$id"] != JSONSchemaID || root["$schema"] != "https://json-schema.org/draft/2020-12/schema" {
		t.Errorf("got $id %v and $schema %v", root["$id"], root["$schema"])
	}
	told(t, "#", root)
	for name, def := range root["$defs"].(map[string]any) {
		if schemaShapes()["#"+name] == nil {
			t.Errorf("$defs has %s, which is no definition of the schema", name)
		}
		told(t, name, def.(map[string]any))
	}
}

func told(t *testing.T, at string, s map[string]any) {
	if _, ok := s["title"].(string); !ok || s["description"] == "" || s["description"] == nil {
		t.Errorf("%s has no title or no description", at)
	}
	closed(t, at, s)
}

func closed(t *testing.T, at string, s map[string]any) {
	if s["type"] == "object" && s["additionalProperties"] != false {
		t.Errorf("%s takes names that it does not know", at)
	}
	properties, _ := s["properties"].(map[string]any)
	for name, p := range properties {
		told(t, at+"."+name, p.(map[string]any))
	}
	patterns, _ := s["patternProperties"].(map[string]any)
	for _, p := range patterns {
		closed(t, at+"[]", p.(map[string]any))
	}
	if items, ok := s["items"].(map[string]any); ok {
		closed(t, at+"[]", items)
	}
}

func TestJSONSchemaAccepts(t *testing.T) {
	t.Parallel()
	if err := valid(t, fullFramework.tree()); err != nil {
		t.Errorf("the full framework: %v", err)
	}
	repo := os.DirFS("../..")
	dirs, _, err := Layout(repo, "frameworks")
	if err != nil || len(dirs) == 0 {
		t.Fatalf("the shipped frameworks: %v, %v", dirs, err)
	}
	for _, dir := range dirs {
		src, _, err := gather(repo, "frameworks", "frameworks/"+dir, dir)
		if err != nil {
			t.Fatal(err)
		}
		if err := valid(t, exported(src.files, rootField, "#Framework")); err != nil {
			t.Errorf("%s: %v", dir, err)
		}
	}
}

// stricter are the mutations that CUE refuses and the JSON Schema does not, by
// what their names say, with the reason.
var stricter = map[string]string{
	`: not a whole number, 4.0`: "to JSON, 4.0 is a whole number; to CUE it is not",
}

// TestJSONSchemaRefuses: what breaks a rule of the shape is refused.
func TestJSONSchemaRefuses(t *testing.T) {
	t.Parallel()
	refused := 0
	for _, m := range fullFramework.mutations() {
		if strings.Contains(m.name, "1e999999999") {
			continue // the validator would write the number out
		}
		known := slices.ContainsFunc(sortedKeys(stricter), func(s string) bool { return strings.HasSuffix(m.name, s) })
		switch err := valid(t, edited(fullFramework.tree(), m.edit)); {
		case err == nil && !known:
			t.Errorf("%s: accepted", m.name)
		case err != nil:
			refused++
		}
	}
	if refused < 1000 {
		t.Errorf("refused %d mutations, want more", refused)
	}
	cell := "levels.l1.expectations.writing"
	for what, value := range map[string]any{
		"nothing":         map[string]any{},
		"items and same":  map[string]any{"items": []any{"x"}, "same": "l2"},
		"items and none":  map[string]any{"items": []any{"x"}, "none": "x"},
		"same and none":   map[string]any{"same": "l2", "none": "x"},
		"all three":       map[string]any{"items": []any{"x"}, "same": "l2", "none": "x"},
		"degree of none":  map[string]any{"none": "x", "degree": "Low"},
		"degree of same":  map[string]any{"same": "l2", "degree": "Low"},
		"a degree alone":  map[string]any{"degree": "Low"},
		"a misspelt name": map[string]any{"item": []any{"x"}},
	} {
		if valid(t, edited(fullFramework.tree(), set(cell, value))) == nil {
			t.Errorf("a cell with %s is accepted", what)
		}
	}
}

// TestCUEIsStricter pins what the JSON Schema leaves to CUE: rules between
// parts, and nothing else.
func TestCUEIsStricter(t *testing.T) {
	t.Parallel()
	within := []string{"empty-cell", "cell-twice", "degree-without-items"} // rules of a cell, which the JSON Schema has too
	for _, c := range frameworkCases {
		if c.code == "" {
			continue // the shape's
		}
		err := valid(t, edited(fullFramework.tree(), c.edits...))
		if want := slices.Contains(within, c.code); (err != nil) != want {
			t.Errorf("%s, %s: refused by the JSON Schema: %v, want %v", c.code, c.what, err, want)
		}
	}
}

// TestJSONSchemaAgainstCUE changes the full framework in random ways. What the
// JSON Schema refuses, CUE refuses; what it accepts, the plain shape accepts.
func TestJSONSchemaAgainstCUE(t *testing.T) {
	t.Parallel()
	verdicts := map[string]int{}
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 7))
		tree := fullFramework.tree()
		for range 1 + r.IntN(2) {
			tree = randomly(r, tree, fullFramework.tree())
		}
		err := valid(t, tree)
		w := fullFramework.write(tree, false)
		shape := fullFramework.strict(t, w, "#Shape").errs
		verdicts[fmt.Sprintf("JSON Schema %v, #Shape %v", err == nil, shape == nil)]++
		switch {
		case err != nil && shape == nil:
			// A cell's own rules are #Framework's in CUE.
			if fullFramework.strict(t, w, "#Framework").errs == nil {
				t.Errorf("seed %d: only the JSON Schema refuses it: %v", seed, err)
			}
		case err == nil && shape != nil:
			t.Errorf("seed %d: only CUE refuses it: %v", seed, shape)
		}
	}
	if verdicts["JSON Schema true, #Shape true"] < 20 || verdicts["JSON Schema false, #Shape false"] < 100 {
		t.Errorf("the changes show little: %v", verdicts)
	}
}

// randomly changes one random place of a tree.
func randomly(r *rand.Rand, tree, donor any) any {
	at, v := randomPlace(r, tree)
	e := edit{path: at}
	switch n := r.IntN(6); {
	case n == 0 && len(at) > 0:
		e.value = absent{}
	case n == 1:
		_, e.value = randomPlace(r, donor)
	case n == 2 && len(at) > 0:
		if name, ok := at[len(at)-1].(string); ok {
			at[len(at)-1] = misspelt(name, nil)
		}
		e.value = v
	case n == 3:
		e.value = []any{v, v}
	default:
		e.value = randomValues[r.IntN(len(randomValues))]
	}
	return edited(tree, e)
}

// randomValues are right in some places, and wrong in others.
var randomValues = []any{"", "text", " text", "l1", "L1", "research", "2027-03-01", "2027-02-29", "1.4.2", "https://example.com/x", "major", "same",
	json.Number("0"), json.Number("1"), json.Number("61"), json.Number("-1"), json.Number("1.5"), true, false, nil,
	[]any{}, []any{"l1"}, []any{"l1", "l2"}, map[string]any{}, map[string]any{"text": "x"}, map[string]any{"title": "x"}}

// randomPlace is some place of a tree: its path, and what stands there.
func randomPlace(r *rand.Rand, tree any) ([]any, any) {
	type found struct {
		at []any
		v  any
	}
	var all []found
	var walk func(v any, at []any)
	walk = func(v any, at []any) {
		all = append(all, found{at, v})
		switch v := v.(type) {
		case map[string]any:
			for _, k := range sortedKeys(v) {
				walk(v[k], append(slices.Clone(at), k))
			}
		case []any:
			for i, e := range v {
				walk(e, append(slices.Clone(at), i))
			}
		}
	}
	walk(tree, nil)
	f := all[r.IntN(len(all))]
	return slices.Clone(f.at), f.v
}

// TestCalendarDay compares the pattern with the calendar.
func TestCalendarDay(t *testing.T) {
	t.Parallel()
	re := regexp.MustCompile(calendarDay)
	for _, year := range []int{0, 4, 100, 400, 1900, 1999, 2000, 2024, 2027, 2028, 2100, 9999} {
		for month := range 14 {
			for day := range 33 {
				s := fmt.Sprintf("%04d-%02d-%02d", year, month, day)
				if _, err := time.Parse(time.DateOnly, s); (err == nil) != re.MatchString(s) {
					t.Errorf("%s: the calendar has it: %v", s, err == nil)
				}
			}
		}
	}
}

// TestPortablePatterns compares each pattern of the schema with what the JSON
// Schema has in its place, with every character of the first 65,536.
func TestPortablePatterns(t *testing.T) {
	t.Parallel()
	pattern := regexp.MustCompile(`[=!]~("(?:[^"\\]|\\.)*")`)
	n := 0
	for _, f := range schemaFiles() {
		for _, m := range pattern.FindAllSubmatch(f.data, -1) {
			n++
			var p string
			if err := json.Unmarshal(m[1], &p); err != nil {
				t.Fatal(err)
			}
			ours, theirs := regexp.MustCompile(p), regexp.MustCompile(portable(p))
			for r := rune(0); r <= 0xFFFF; r++ {
				if r >= 0xD800 && r < 0xE000 {
					continue
				}
				for _, s := range []string{string(r), string(r) + "a", "a" + string(r), "a" + string(r) + "a", "https://" + string(r)} {
					if ours.MatchString(s) != theirs.MatchString(s) {
						t.Fatalf("%q is %v to %s and %v to %s", s, ours.MatchString(s), p, theirs.MatchString(s), portable(p))
					}
				}
			}
			for _, s := range []string{`\p`, `\x{`, `\s`, `\S`} {
				if strings.Contains(portable(p), s) {
					t.Errorf("%s holds %s, which dialects read differently", portable(p), s)
				}
			}
		}
	}
	if n < 8 {
		t.Errorf("found %d patterns in the schema, want more", n)
	}
}
