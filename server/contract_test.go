package server

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"unicode"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/labstack/echo/v4"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/milepost-dev/milepost/internal/history"
)

// contract is openapi.yaml, ready to hold answers against.
type contract struct {
	doc  *openapi3.T
	tree any // the document as JSON

	mu      sync.Mutex
	schemas *jsonschema.Compiler
}

// theContract is read once: it is a constant of the package.
var theContract = sync.OnceValues(readContract)

func readContract() (*contract, error) {
	loader := openapi3.NewLoader()
	doc, err := loader.LoadFromData(openAPIDocument)
	if err != nil {
		return nil, fmt.Errorf("loading openapi.yaml: %w", err)
	}
	b, err := doc.MarshalJSON()
	if err != nil {
		return nil, fmt.Errorf("encoding openapi.yaml: %w", err)
	}
	tree, err := jsonschema.UnmarshalJSON(bytes.NewReader(b))
	if err != nil {
		return nil, fmt.Errorf("decoding openapi.yaml: %w", err)
	}
	c := &contract{doc: doc, tree: tree, schemas: jsonschema.NewCompiler()}
	c.schemas.DefaultDraft(jsonschema.Draft2020)
	c.schemas.AssertFormat()
	return c, c.schemas.AddResource("openapi.json", tree)
}

func openContract(t testing.TB) *contract {
	t.Helper()
	c, err := theContract()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// validate holds a value against the schema at a JSON pointer into the document.
func (c *contract) validate(pointer string, value any) error {
	c.mu.Lock()
	schema, err := c.schemas.Compile("openapi.json#" + pointer)
	c.mu.Unlock()
	if err != nil {
		return err
	}
	return schema.Validate(value)
}

// at is the JSON pointer of a part, or of what it refers to.
func at(pointer, ref string) string {
	if ref != "" {
		return strings.TrimPrefix(ref, "#")
	}
	return pointer
}

func escapePointer(s string) string {
	return strings.NewReplacer("~", "~0", "/", "~1").Replace(s)
}

var pathParameter = regexp.MustCompile(`:([a-z]+)`)

// documented is a route of Echo's as the document writes it.
func documented(route string) string { return pathParameter.ReplaceAllString(route, "{$1}") }

// operation finds what the document says of a request, nil where it has no such address.
func (c *contract) operation(e *echo.Echo, r *http.Request) (string, *openapi3.Operation) {
	ctx := e.NewContext(r, nil)
	e.Router().Find(r.Method, echo.GetPath(r), ctx)
	path := documented(ctx.Path())
	item := c.doc.Paths.Value(path)
	if item == nil || r.Method != http.MethodGet && r.Method != http.MethodHead {
		return "", nil
	}
	return "/paths/" + escapePointer(path) + "/get", item.Get
}

// undocumented are headers that need no mention at each answer: HTTP's own,
// the one of all answers, and those that keep a page in its place.
var undocumented = []string{"Content-Type", "Content-Length", "X-Content-Type-Options"}

var pagesOnly = []string{"Content-Security-Policy", "Referrer-Policy", "Cross-Origin-Opener-Policy", "X-Frame-Options"}

// check holds an answer against the document: its status, its headers both
// ways, its type and its body. What the document does not describe has to be
// a problem.
func (c *contract) check(e *echo.Echo, r *http.Request, got *http.Response, body []byte) error {
	if got.Header.Get("X-Content-Type-Options") != "nosniff" {
		return fmt.Errorf("X-Content-Type-Options is missing")
	}
	where, op := c.operation(e, r)
	if op == nil {
		return c.checkBody(r, got, "/components/responses/Failed", c.doc.Components.Responses["Failed"].Value, body)
	}
	ref := op.Responses.Status(got.StatusCode)
	if ref == nil {
		return fmt.Errorf("%s says nothing of status %d", where, got.StatusCode)
	}
	where = at(fmt.Sprintf("%s/responses/%d", where, got.StatusCode), ref.Ref)
	if err := c.checkHeaders(got, where, ref.Value); err != nil {
		return err
	}
	return c.checkBody(r, got, where, ref.Value, body)
}

func (c *contract) checkHeaders(got *http.Response, where string, want *openapi3.Response) error {
	named := slices.Clone(undocumented)
	if got.StatusCode == http.StatusNotModified || strings.HasPrefix(got.Header.Get("Content-Type"), "text/html") {
		named = append(named, pagesOnly...)
	}
	for name, ref := range want.Headers {
		named = append(named, http.CanonicalHeaderKey(name))
		values := got.Header.Values(name)
		if len(values) == 0 {
			if ref.Value.Required {
				return fmt.Errorf("%s: the header %s is missing", where, name)
			}
			continue
		}
		for _, v := range values {
			if err := c.validate(at(where+"/headers/"+name, ref.Ref)+"/schema", v); err != nil {
				return fmt.Errorf("%s: the header %s is %q: %w", where, name, v, err)
			}
		}
	}
	for name := range got.Header {
		if !slices.Contains(named, name) {
			return fmt.Errorf("%s says nothing of the header %s", where, name)
		}
	}
	return nil
}

func (c *contract) checkBody(r *http.Request, got *http.Response, where string, want *openapi3.Response, body []byte) error {
	if len(want.Content) == 0 || r.Method == http.MethodHead {
		if len(body) > 0 {
			return fmt.Errorf("%s has no body, and got %d bytes", where, len(body))
		}
		return nil
	}
	if n := got.Header.Get("Content-Length"); n != fmt.Sprint(len(body)) {
		return fmt.Errorf("%s: Content-Length is %q, and the body has %d bytes", where, n, len(body))
	}
	media, _, err := mime.ParseMediaType(got.Header.Get("Content-Type"))
	if err != nil {
		return fmt.Errorf("%s: the type %q: %w", where, got.Header.Get("Content-Type"), err)
	}
	if want.Content[media] == nil {
		return fmt.Errorf("%s says nothing of the type %s", where, media)
	}
	plain, err := decode(got, body)
	if err != nil {
		return err
	}
	var value any = string(plain)
	if media == "application/json" || strings.HasSuffix(media, "+json") {
		if value, err = jsonschema.UnmarshalJSON(bytes.NewReader(plain)); err != nil {
			return fmt.Errorf("%s: %w", where, err)
		}
	}
	if err := c.validate(where+"/content/"+escapePointer(media)+"/schema", value); err != nil {
		return fmt.Errorf("%s: %w\n%.2000s", where, err, plain)
	}
	if media == "application/problem+json" {
		return checkProblem(got.StatusCode, plain)
	}
	return nil
}

// decode is a body without its compression.
func decode(got *http.Response, body []byte) ([]byte, error) {
	if got.Header.Get("Content-Encoding") != "gzip" {
		return body, nil
	}
	zr, err := gzip.NewReader(bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("the body says that it is compressed: %w", err)
	}
	return io.ReadAll(zr)
}

// checkProblem wants of a problem what no schema can say: that it agrees with
// the status, and that people can read what it says.
func checkProblem(status int, body []byte) error {
	var p Problem
	if err := json.Unmarshal(body, &p); err != nil {
		return err
	}
	if p.Status != status {
		return fmt.Errorf("the problem says status %d, the answer has %d", p.Status, status)
	}
	if p.Title == "" || len(p.Detail) > 1000 || !strings.HasSuffix(p.Detail, ".") && !strings.HasSuffix(p.Detail, ".)") {
		return fmt.Errorf("the problem's title %q and detail %q are no sentence of a decent length", p.Title, p.Detail)
	}
	if i := strings.IndexFunc(p.Detail, func(r rune) bool { return !unicode.IsPrint(r) || r == unicode.ReplacementChar }); i >= 0 {
		return fmt.Errorf("the problem's detail %q has something in it that cannot be shown", p.Detail)
	}
	return nil
}

// answer is what a request got.
type answer struct {
	*http.Response
	raw   []byte // as it came
	plain []byte // without compression
}

// exchange asks a server, holds the answer against the document, and asks again
// with HEAD, which has to say the same without a body.
func exchange(t testing.TB, s *Server, r *http.Request) answer {
	t.Helper()
	a := exchangeOnce(t, s, r)
	if r.Method == http.MethodGet {
		head := r.Clone(context.Background())
		head.Method = http.MethodHead
		b := exchangeOnce(t, s, head)
		if b.StatusCode != a.StatusCode || fmt.Sprint(b.Header) != fmt.Sprint(a.Header) {
			t.Errorf("HEAD %s got %d %v, GET got %d %v", r.URL, b.StatusCode, b.Header, a.StatusCode, a.Header)
		}
	}
	return a
}

func exchangeOnce(t testing.TB, s *Server, r *http.Request) answer {
	t.Helper()
	rec := httptest.NewRecorder()
	s.watched().ServeHTTP(rec, r)
	a := answer{Response: rec.Result(), raw: rec.Body.Bytes()}
	if err := openContract(t).check(s.echo, r, a.Response, a.raw); err != nil {
		t.Errorf("%s %s: %v", r.Method, r.URL, err)
	}
	var err error
	if a.plain, err = decode(a.Response, a.raw); err != nil && r.Method != http.MethodHead {
		t.Errorf("%s %s: %v", r.Method, r.URL, err)
	}
	return a
}

// get asks for an address; headers are names and values in turn.
func get(t testing.TB, s *Server, target string, headers ...string) answer {
	t.Helper()
	r := httptest.NewRequest(http.MethodGet, target, nil)
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Add(headers[i], headers[i+1])
	}
	return exchange(t, s, r)
}

// decoded is the value of an answer's JSON.
func decoded[T any](t testing.TB, a answer) T {
	t.Helper()
	var v T
	if err := json.Unmarshal(a.plain, &v); err != nil {
		t.Fatalf("decoding %.200q: %v", a.plain, err)
	}
	return v
}

func TestContractIsServed(t *testing.T) {
	t.Parallel()
	schema := []byte(`{"$schema": "https://json-schema.org/draft/2020-12/schema"}`)
	s, err := newWatched(Options{Store: history.NewStore(history.Options{}), JSONSchema: schema})
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string][]byte{"/openapi.yaml": openAPIDocument, "/schema/framework.json": schema} {
		a := get(t, s, path)
		if a.StatusCode != http.StatusOK || string(a.plain) != string(want) {
			t.Errorf("%s: got %d and %d bytes, want 200 and %d", path, a.StatusCode, len(a.plain), len(want))
		}
		if again := get(t, s, path, "If-None-Match", a.Header.Get("Etag")); again.StatusCode != http.StatusNotModified {
			t.Errorf("%s asked for again: got %d, want 304", path, again.StatusCode)
		}
		if odd := get(t, s, path+"?x=1"); odd.StatusCode != http.StatusBadRequest {
			t.Errorf("%s?x=1: got %d, want 400", path, odd.StatusCode)
		}
	}
	without, err := newWatched(Options{Store: history.NewStore(history.Options{})})
	if err != nil {
		t.Fatal(err)
	}
	if a := get(t, without, "/schema/framework.json"); a.StatusCode != http.StatusNotFound {
		t.Errorf("without a schema: got %d, want 404", a.StatusCode)
	}
}

// TestCheckSeesWhatIsWrong: a check that lets everything pass checks nothing.
func TestCheckSeesWhatIsWrong(t *testing.T) {
	t.Parallel()
	s, err := newWatched(Options{Store: history.NewStore(history.Options{})})
	if err != nil {
		t.Fatal(err)
	}
	good := http.Header{
		"X-Content-Type-Options": {"nosniff"}, "Content-Type": {"application/json"},
		"Etag": {`"0123456789abcdef01234567"`}, "Cache-Control": {"public, no-cache"},
	}
	for name, c := range map[string]struct {
		status int
		change func(http.Header)
		body   string
		ok     bool
	}{
		"right":            {200, func(http.Header) {}, `{"problems":[]}`, true},
		"status":           {206, func(http.Header) {}, `{"problems":[]}`, false},
		"field":            {200, func(http.Header) {}, `{"problems":[],"more":1}`, false},
		"missing field":    {200, func(http.Header) {}, `{}`, false},
		"type":             {200, func(h http.Header) { h.Set("Content-Type", "text/plain") }, `{"problems":[]}`, false},
		"missing header":   {200, func(h http.Header) { h.Del("Etag") }, `{"problems":[]}`, false},
		"header's value":   {200, func(h http.Header) { h.Set("Etag", "x") }, `{"problems":[]}`, false},
		"unnamed header":   {200, func(h http.Header) { h.Set("Set-Cookie", "x") }, `{"problems":[]}`, false},
		"deep in the body": {200, func(http.Header) {}, `{"problems":[{"findings":[{"code":"x","severity":"dire","message":"m","file":"f"}]}]}`, false},
	} {
		h := good.Clone()
		h.Set("Content-Length", fmt.Sprint(len(c.body)))
		c.change(h)
		r, _ := http.NewRequest(http.MethodGet, "/v1/problems", nil)
		err := openContract(t).check(s.echo, r, &http.Response{StatusCode: c.status, Header: h}, []byte(c.body))
		if (err == nil) != c.ok {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

// once is an answer without the checks of exchange, for tests that ask
// thousands of questions.
func once(s *Server, method, target string, headers ...string) (int, http.Header, string) {
	r := httptest.NewRequest(method, target, nil)
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Add(headers[i], headers[i+1])
	}
	rec := httptest.NewRecorder()
	s.watched().ServeHTTP(rec, r)
	return rec.Code, rec.Result().Header, rec.Body.String()
}
