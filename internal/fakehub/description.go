package fakehub

import (
	_ "embed"
	"fmt"
	"net/url"
	"regexp"
	"sort"
	"strconv"
	"strings"
	"sync"

	"github.com/getkin/kin-openapi/openapi3"
)

// github.json is GitHub's own description of its API, as published in the npm
// package @octokit/openapi, version 23.0.2, file generated/api.github.com.json
// (https://github.com/octokit/openapi; MIT, in github.LICENSE). github.cut.mjs
// cut it to the operations that are served here and what these refer to,
// without its prose; nothing in it is written by hand.
//
//go:embed github.json
var githubJSON []byte

// operation is one method of one path of the description.
type operation struct {
	method, path string
	pattern      *regexp.Regexp // of the escaped path
	names        []string       // of the parameters in it
	params       []*openapi3.Parameter
	*openapi3.Operation
}

// description is GitHub's description, ready for matching.
type description struct {
	doc        *openapi3.T
	operations []*operation // what is most exact first
}

// describe reads the description once: it is the same for every hub, and no one
// changes it.
var describe = sync.OnceValues(func() (*description, error) {
	doc, err := openapi3.NewLoader().LoadFromData(githubJSON)
	if err != nil {
		return nil, fmt.Errorf("reading GitHub's description: %w", err)
	}
	d := &description{doc: doc}
	for path, item := range doc.Paths.Map() {
		for method, op := range item.Operations() {
			d.operations = append(d.operations, newOperation(method, path, item, op))
		}
	}
	sort.Slice(d.operations, func(i, j int) bool {
		a, b := d.operations[i], d.operations[j]
		if x, y := literals(a.path), literals(b.path); x != y {
			return x > y
		}
		return a.path+a.method < b.path+b.method
	})
	return d, nil
})

// literals counts the parts of a path that are no parameters.
func literals(path string) int {
	return strings.Count(path, "/") - strings.Count(path, "{")
}

// slashes are the parameters that hold slashes.
var slashes = map[string]bool{"ref": true, "path": true, "branch": true, "basehead": true, "tag": true}

var parameter = regexp.MustCompile(`\{(\w+)\}`)

func newOperation(method, path string, item *openapi3.PathItem, op *openapi3.Operation) *operation {
	o := &operation{method: method, path: path, Operation: op}
	var pattern strings.Builder
	rest := path
	for _, m := range parameter.FindAllStringSubmatchIndex(path, -1) {
		name := path[m[2]:m[3]]
		before, after, _ := strings.Cut(rest, "{"+name+"}")
		pattern.WriteString(regexp.QuoteMeta(before))
		if slashes[name] {
			pattern.WriteString("(.+)")
		} else {
			pattern.WriteString("([^/]+)")
		}
		o.names, rest = append(o.names, name), after
	}
	o.pattern = regexp.MustCompile("^" + pattern.String() + regexp.QuoteMeta(rest) + "$")
	for _, p := range append(append(openapi3.Parameters{}, item.Parameters...), op.Parameters...) {
		o.params = append(o.params, p.Value)
	}
	return o
}

// find returns the operation of a request with its parameters in the path.
func (d *description) find(method, escapedPath string) (*operation, map[string]string) {
	for _, o := range d.operations {
		if o.method != method {
			continue
		}
		m := o.pattern.FindStringSubmatch(escapedPath)
		if m == nil {
			continue
		}
		values := map[string]string{}
		for i, name := range o.names {
			v, err := url.PathUnescape(m[i+1])
			if err != nil {
				return nil, nil
			}
			values[name] = v
		}
		return o, values
	}
	return nil, nil
}

// schema returns a component by name, nil if there is none.
func (d *description) schema(name string) *openapi3.Schema {
	if ref := d.doc.Components.Schemas[name]; ref != nil {
		return ref.Value
	}
	return nil
}

// answer returns the schema of an operation's answer in JSON, nil if it has none.
func (o *operation) answer(status int) *openapi3.Schema {
	r := o.Responses.Status(status)
	if r == nil || r.Value == nil {
		return nil
	}
	if m := r.Value.Content["application/json"]; m != nil && m.Schema != nil {
		return m.Schema.Value
	}
	return nil
}

// request returns the schema of an operation's body, nil if it takes none.
func (o *operation) request() (schema *openapi3.Schema, required bool) {
	if o.RequestBody == nil || o.RequestBody.Value == nil {
		return nil, false
	}
	if m := o.RequestBody.Value.Content["application/json"]; m != nil && m.Schema != nil {
		schema = m.Schema.Value
	}
	return schema, o.RequestBody.Value.Required
}

// checkParams returns what the description says against the parameters.
func (o *operation) checkParams(path map[string]string, query url.Values) []string {
	var problems []string
	known := map[string]bool{}
	for _, p := range o.params {
		switch values := query[p.Name]; {
		case p.In == "path":
			problems = append(problems, checkParam(p, path[p.Name])...)
		case p.In != "query":
		default:
			known[p.Name] = true
			for _, v := range values {
				problems = append(problems, checkParam(p, v)...)
			}
			if p.Required && len(values) == 0 {
				problems = append(problems, fmt.Sprintf("query %s: it is required", p.Name))
			}
		}
	}
	for name := range query {
		if !known[name] {
			problems = append(problems, fmt.Sprintf("query %s: GitHub knows no such parameter", name))
		}
	}
	if n, err := strconv.Atoi(query.Get("per_page")); err == nil && (n > 100 || n < 1) {
		problems = append(problems, fmt.Sprintf("query per_page: %d is not between 1 and 100", n))
	}
	sort.Strings(problems)
	return problems
}

func checkParam(p *openapi3.Parameter, text string) []string {
	if p.Schema == nil || p.Schema.Value == nil {
		return nil
	}
	var value any = text
	s := p.Schema.Value
	switch {
	case s.Type.Is("integer"), s.Type.Is("number"):
		n, err := strconv.ParseInt(text, 10, 53)
		if err != nil {
			return []string{fmt.Sprintf("%s %s: %q is not a number", p.In, p.Name, text)}
		}
		value = float64(n)
	case s.Type.Is("boolean"):
		value = text == "true"
	}
	if err := s.VisitJSON(value); err != nil {
		return []string{fmt.Sprintf("%s %s: %s", p.In, p.Name, oneLine(err))}
	}
	return nil
}

// oneLine is the first line of what the validator says: after it comes the
// whole schema.
func oneLine(err error) string {
	line, _, _ := strings.Cut(err.Error(), "\n")
	if len(line) > 300 {
		line = line[:300]
	}
	return line
}
