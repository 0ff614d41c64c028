package fakehub

import (
	"fmt"
	"sort"

	"github.com/getkin/kin-openapi/openapi3"
)

// obj is a JSON object.
type obj = map[string]any

// filler completes answers: handlers give the fields that mean something here,
// and the description says which others an answer must have.
type filler struct{ base string } // the address that filled-in links begin with

// fill returns a value with all the required fields that it lacks, at every
// depth. What it does not know it leaves as it is.
func (f filler) fill(s *openapi3.Schema, value any) any {
	if s == nil || value == nil {
		return value
	}
	switch v := value.(type) {
	case obj:
		return f.object(s, v)
	case []obj:
		list := make([]any, len(v))
		for i, e := range v {
			list[i] = e
		}
		return f.fill(s, list)
	case []any:
		if s.Items != nil {
			for i := range v {
				v[i] = f.fill(s.Items.Value, v[i])
			}
		}
		return v
	}
	return value
}

func (f filler) object(s *openapi3.Schema, v obj) any {
	for _, part := range s.AllOf {
		v, _ = f.object(part.Value, v).(obj)
	}
	if options := append(append(openapi3.SchemaRefs{}, s.OneOf...), s.AnyOf...); len(options) > 0 {
		v = f.choose(options, v)
	}
	for name, p := range s.Properties {
		if have, ok := v[name]; ok {
			v[name] = f.fill(p.Value, have)
		}
	}
	for _, name := range s.Required {
		if _, ok := v[name]; !ok {
			if p := s.Properties[name]; p != nil {
				v[name] = f.blank(p.Value)
			}
		}
	}
	return v
}

// choose fills a value as the first of several that it then agrees with.
func (f filler) choose(options openapi3.SchemaRefs, v obj) obj {
	for _, o := range options {
		filled, ok := f.fill(o.Value, copyObj(v)).(obj)
		if ok && o.Value.VisitJSON(plain(filled)) == nil {
			return filled
		}
	}
	return v
}

func copyObj(v obj) obj {
	out := make(obj, len(v))
	for name, e := range v {
		if inner, ok := e.(obj); ok {
			e = copyObj(inner)
		}
		out[name] = e
	}
	return out
}

// blank is the least that a schema accepts.
func (f filler) blank(s *openapi3.Schema) any {
	switch {
	case s.Nullable:
		return nil
	case len(s.Enum) > 0:
		return s.Enum[0]
	case len(s.OneOf) > 0:
		return f.blank(s.OneOf[0].Value)
	case len(s.AnyOf) > 0:
		return f.blank(s.AnyOf[0].Value)
	case s.Type.Is("integer"), s.Type.Is("number"):
		return 0
	case s.Type.Is("boolean"):
		return false
	case s.Type.Is("array"):
		return []any{}
	case s.Type.Is("object"), len(s.Properties) > 0:
		return f.object(s, obj{})
	}
	switch s.Format {
	case "uri":
		return f.base + "/"
	case "date-time":
		return "2008-04-10T00:00:00Z"
	}
	return ""
}

// unknown returns the fields of a body that the description does not have,
// which GitHub passes over in silence.
func unknown(s *openapi3.Schema, value any, at string) []string {
	switch v := value.(type) {
	case map[string]any:
		known, open := fields(s)
		var out []string
		for name, e := range v {
			p, ok := known[name]
			if ok {
				out = append(out, unknown(p, e, at+"."+name)...)
			} else if !open {
				out = append(out, fmt.Sprintf("body%s.%s: GitHub knows no such field", at, name))
			}
		}
		sort.Strings(out)
		return out
	case []any:
		var out []string
		for i, e := range v {
			for _, s := range itemsOf(s) {
				out = append(out, unknown(s, e, fmt.Sprintf("%s[%d]", at, i))...)
			}
		}
		return out
	}
	return nil
}

func itemsOf(s *openapi3.Schema) []*openapi3.Schema {
	if s.Items != nil {
		return []*openapi3.Schema{s.Items.Value}
	}
	for _, o := range s.OneOf {
		if o.Value.Items != nil {
			return []*openapi3.Schema{o.Value.Items.Value}
		}
	}
	return nil
}

// fields returns the fields of an object in all its variants. An object of
// which the description names none is open.
func fields(s *openapi3.Schema) (map[string]*openapi3.Schema, bool) {
	out := map[string]*openapi3.Schema{}
	for name, p := range s.Properties {
		out[name] = p.Value
	}
	for _, refs := range []openapi3.SchemaRefs{s.OneOf, s.AnyOf, s.AllOf} {
		for _, r := range refs {
			inner, _ := fields(r.Value)
			for name, p := range inner {
				out[name] = p
			}
		}
	}
	return out, len(out) == 0
}
