package ladder

import (
	"encoding/json"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// schemaTypes says which type of the canonical form a definition of the schema
// is. TestEveryFieldHasARule holds that Diff knows every field of these types.
var schemaTypes = map[string]any{
	"Shape": Framework{}, "Source": Source{}, "Aim": Aim{}, "Track": Track{}, "Area": Area{}, "Competency": Competency{},
	"AppliesTo": AppliesTo{}, "Level": Level{}, "Title": Title{}, "Experience": Experience{}, "Cell": Cell{}, "ItemDetail": itemJSON{},
	"Role": Role{}, "Guidance": Guidance{}, "Profile": Profile{}, "RetiredIDs": RetiredIDs{},
	"IntoLevel": Into{}, "IntoTrack": Into{}, "IntoArea": Into{}, "IntoCompetency": Into{}, "IntoRole": Into{},
}

// elsewhere are the fields of the schema that the canonical form has in another
// place, and where.
var elsewhere = map[string]string{
	"Shape.order":        "the order of lists: order-changed",
	"Order.tracks":       "the order of lists: order-changed",
	"Order.areas":        "the order of lists: order-changed",
	"Order.competencies": "the order of lists: order-changed",
	"Order.roles":        "the order of lists: order-changed",
	"Order.aims":         "the order of lists: order-changed",
	"Shape.degrees":      "the competency's own: degrees-extended and its like",
	"Cell.same":          "the text that it stands for",
	"RetiredIDs.reason":  "Retired.reason: retirement-reworded",
	"RetiredIDs.into":    "Retired.into: retirement-redirected",
}

// directiveShapes are the definitions that only directives hold.
var directiveShapes = []string{"Transition", "Correction", "Release", "Accept"}

var (
	schemaDefinition = regexp.MustCompile(`^#(\w+): \{`)
	schemaField      = regexp.MustCompile(`^\t+(\w+)[!?]: `)
)

// TestEverySchemaFieldIsJudged: a field of the schema is one that a rule knows,
// or has its place elsewhere, or is a directive that changes no text. One that
// is added fails here until it is one of these.
func TestEverySchemaFieldIsJudged(t *testing.T) {
	t.Parallel()
	src, err := os.ReadFile("../../schema/shape.cue")
	if err != nil {
		t.Fatal(err)
	}
	definition, met, used := "", 0, map[string]bool{}
	for _, line := range strings.Split(string(src), "\n") {
		if m := schemaDefinition.FindStringSubmatch(line); m != nil {
			definition = m[1]
		}
		m := schemaField.FindStringSubmatch(line)
		if m == nil || slices.Contains(directiveShapes, definition) {
			continue
		}
		met++
		name := definition + "." + m[1]
		directive := definition == "Shape" && slices.ContainsFunc(DirectiveFields(), func(d DirectiveField) bool { return d.Field == m[1] })
		switch {
		case directive:
			used["directive "+m[1]] = true
		case elsewhere[name] != "":
			used[name] = true
		case !slices.Contains(jsonNames(schemaTypes[definition]), m[1]):
			t.Errorf("the schema's field %s is judged by no rule: give it one, or say in DirectiveFields that it changes no text", name)
		}
	}
	if want := len(elsewhere) + len(DirectiveFields()); met < 90 || len(used) != want {
		t.Errorf("met %d fields, and of %d that are elsewhere or directives: %v", met, want, used)
	}
}

// jsonNames are the names of a type's fields in JSON.
func jsonNames(v any) []string {
	var out []string
	if v == nil {
		return nil
	}
	for i := range reflect.TypeOf(v).NumField() {
		name, _, _ := strings.Cut(reflect.TypeOf(v).Field(i).Tag.Get("json"), ",")
		if name == "" {
			name = strings.ToLower(reflect.TypeOf(v).Field(i).Name)
		}
		out = append(out, name)
	}
	return out
}

// TestDirectivesChangeNoText: a document says the same with every directive as
// with none.
func TestDirectivesChangeNoText(t *testing.T) {
	t.Parallel()
	values := map[string]string{
		"effective": `"2027-03-01"`, "publish": `"2027-01-01"`, "transition": `{"acceptOld": "2027-06-30", "for": "promotions under way"}`,
		"correction": `{"of": "1.2.4", "reason": "a number was wrong"}`, "release": `{"why": "it was time", "bump": "major", "meaning": {"l1.craft": "same"}}`,
		"accept": `[{"rule": "expectation-added", "reason": "everybody does it"}]`, "errata": `{"1.2.4": "The years were wrong."}`,
	}
	text := `{"id": "x", "kind": "ladder", "title": "X", "owners": ["people"], "competencies": {"craft": {"title": "Craft"}},
		"levels": {"l1": {"rank": 1, "titles": [{"text": "Agent"}], "expectations": {"craft": {"items": ["Solves problems"]}}}}`
	plain := resolved(t, text+"}")
	var fields []string
	for _, d := range DirectiveFields() {
		fields = append(fields, d.Field)
		if values[d.Field] == "" || !strings.HasSuffix(d.Purpose, ".") {
			t.Errorf("%s: no value to try, or no purpose", d.Field)
		}
		with := resolved(t, text+`, "`+d.Field+`": `+values[d.Field]+"}")
		if string(with.Canonical()) != string(plain.Canonical()) || !Diff(plain, with).Empty() {
			t.Errorf("%s changes the text: %s", d.Field, with.Canonical())
		}
	}
	if want := jsonNames(Directives{}); !slices.Equal(fields, want) {
		t.Errorf("got the directives %v, want %v", fields, want)
	}
}

func resolved(t *testing.T, doc string) *Framework {
	t.Helper()
	if !json.Valid([]byte(doc)) {
		t.Fatalf("not JSON: %s", doc)
	}
	d, err := ParseDocument([]byte(doc))
	if err != nil {
		t.Fatal(err)
	}
	return d.Resolve()
}
