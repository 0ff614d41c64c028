package compile

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/milepost-dev/milepost/internal/ladder"
)

// TestFixturesUseEveryField keeps the fixtures complete: a field of the schema
// that they lack is a field that no test here refuses anything of.
func TestFixturesUseEveryField(t *testing.T) {
	for _, f := range []*fixture{fullFramework, fullOrganisation} {
		used := map[*shape]map[string]bool{}
		usage(schemaShapes()[f.shape], f.tree(), used)
		eachStruct(schemaShapes()[f.shape], f.field, map[*shape]bool{}, func(s *shape, at string) {
			for _, name := range s.order {
				if !used[s][name] {
					t.Errorf("the full %s uses no field %s of %s", f.field, name, at)
				}
			}
		})
	}
}

// usage records which fields of each struct of the schema a tree has.
func usage(s *shape, v any, used map[*shape]map[string]bool) {
	switch v := v.(type) {
	case map[string]any:
		if s.kind == kindItem {
			s = s.elem
		}
		for k, w := range v {
			if s.kind == kindMap {
				usage(s.elem, w, used)
				continue
			}
			if used[s] == nil {
				used[s] = map[string]bool{}
			}
			used[s][k] = true
			if f, ok := s.fields[k]; ok {
				usage(f.shape, w, used)
			}
		}
	case []any:
		for _, e := range v {
			usage(s.elem, e, used)
		}
	}
}

// eachStruct calls f for every struct of the schema, once.
func eachStruct(s *shape, at string, seen map[*shape]bool, f func(*shape, string)) {
	if s == nil || seen[s] {
		return
	}
	seen[s] = true
	if s.kind == kindStruct {
		f(s, at)
		for _, name := range s.order {
			eachStruct(s.fields[name].shape, at+"."+name, seen, f)
		}
	}
	eachStruct(s.elem, at+"[]", seen, f)
}

// TestFixturesAreAccepted is the other half of every test that something is
// refused: as they stand, the fixtures are right.
func TestFixturesAreAccepted(t *testing.T) {
	for _, f := range []*fixture{fullFramework, fullOrganisation} {
		w := f.write(f.tree(), true)
		found, ok, err := f.compile(w.fs())
		if !ok || err != nil || len(found) > 0 {
			t.Errorf("the full %s: got %v, %v, want no findings", f.field, found, err)
		}
		for _, definition := range []string{f.shape, f.definition} {
			if ev := f.strict(t, f.write(f.tree(), false), definition); ev.errs != nil {
				t.Errorf("CUE refuses the full %s as %s: %v", f.field, definition, ev.errs)
			}
		}
	}
}

// TestLadderHasTheSchemasFields holds the structs that documents are decoded
// into to the schema: a field that only one of the two has is lost in silence.
func TestLadderHasTheSchemasFields(t *testing.T) {
	c := &comparer{want: map[reflect.Type]map[string]bool{}, t: t}
	c.compare(schemaShapes()["#Shape"], reflect.TypeFor[ladder.Document](), "framework")
	c.compare(schemaShapes()["#Organisation"], reflect.TypeFor[ladder.Organisation](), "organisation")
	for typ, want := range c.want {
		for name := range fieldsOf(typ) {
			if !want[name] {
				t.Errorf("%s has a field %q, which the schema does not have", typ, name)
			}
		}
	}
}

// comparer walks a shape and a type side by side. Want collects the fields
// that the schema has for each type; a type may stand for several structs.
type comparer struct {
	want map[reflect.Type]map[string]bool
	t    *testing.T
}

func (c *comparer) compare(s *shape, typ reflect.Type, at string) {
	if typ.Kind() == reflect.Pointer {
		typ = typ.Elem()
	}
	kinds := map[shapeKind]reflect.Kind{kindStruct: reflect.Struct, kindItem: reflect.Struct, kindMap: reflect.Map,
		kindList: reflect.Slice, kindInt: reflect.Int, kindBool: reflect.Bool, kindText: reflect.String, kindEnum: reflect.String}
	if typ.Kind() != kinds[s.kind] {
		c.t.Errorf("%s is a %s in Go, want a %s", at, typ.Kind(), kinds[s.kind])
		return
	}
	switch s.kind {
	case kindMap, kindList:
		c.compare(s.elem, typ.Elem(), at+"[]")
	case kindItem:
		c.compareItem(s.elem, typ, at)
	case kindStruct:
		c.compareStruct(s, typ, at)
	}
}

func (c *comparer) compareStruct(s *shape, typ reflect.Type, at string) {
	if c.want[typ] == nil {
		c.want[typ] = map[string]bool{}
	}
	if typ == reflect.TypeFor[ladder.Aim]() || typ == reflect.TypeFor[ladder.Track]() ||
		typ == reflect.TypeFor[ladder.Area]() || typ == reflect.TypeFor[ladder.Role]() {
		c.want[typ]["id"] = true // the key of the map that these stand in
	}
	fields := fieldsOf(typ)
	for _, name := range s.order {
		c.want[typ][name] = true
		f, ok := fields[name]
		if !ok {
			c.t.Errorf("%s has no field for %s of %s", typ, name, at)
			continue
		}
		c.compare(s.fields[name].shape, f, at+"."+name)
	}
}

// compareItem compares by what is decoded: an item has a JSON form of its own.
func (c *comparer) compareItem(s *shape, typ reflect.Type, at string) {
	filled := map[string]any{}
	for _, name := range s.order {
		filled[name] = []string{"x"}
		if s.fields[name].kind == kindText {
			filled[name] = "x"
		}
	}
	in, _ := json.Marshal(filled)
	v := reflect.New(typ)
	if err := json.Unmarshal(in, v.Interface()); err != nil {
		c.t.Errorf("%s: %v", at, err)
	}
	out, _ := json.Marshal(v.Interface())
	if got, want := decoded(out), decoded(in); !reflect.DeepEqual(got, want) {
		c.t.Errorf("%s: got %v of %v", at, got, want)
	}
}

// fieldsOf are the types of a struct's fields by their names in JSON, those of
// embedded structs among them.
func fieldsOf(typ reflect.Type) map[string]reflect.Type {
	out := map[string]reflect.Type{}
	for _, f := range reflect.VisibleFields(typ) {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if f.IsExported() && !f.Anonymous && name != "-" {
			out[name] = f.Type
		}
	}
	return out
}

// TestSchemaShapesReadEverything: the reader of the schema's syntax stands
// below all tests here, so what it passes over in silence would go untested.
func TestSchemaShapesReadEverything(t *testing.T) {
	var texts []string
	for _, f := range []*fixture{fullFramework, fullOrganisation} {
		eachStruct(schemaShapes()[f.shape], f.field, map[*shape]bool{}, func(s *shape, at string) {
			for _, name := range s.order {
				if p := s.fields[name]; p.doc == "" {
					t.Errorf("%s.%s has no doc comment, which editors would show", at, name)
				} else if p.kind == kindText && p.name == "" {
					texts = append(texts, name)
				}
			}
		})
	}
	slices.Sort(texts)
	if got, want := fmt.Sprint(texts), "[language rule timeZone url]"; got != want {
		t.Errorf("got texts with a pattern of their own %s, want %s: add bad values to badTexts", got, want)
	}
}
