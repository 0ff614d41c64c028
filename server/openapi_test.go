package server

import (
	"context"
	"crypto/sha256"
	"flag"
	"fmt"
	"maps"
	"net/http"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/google/go-cmp/cmp"

	"github.com/milepost-dev/milepost/internal/diag"
	"github.com/milepost-dev/milepost/internal/history"
	"github.com/milepost-dev/milepost/internal/ladder"
	"github.com/milepost-dev/milepost/internal/notes"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func TestOpenAPIIsValid(t *testing.T) {
	t.Parallel()
	if err := openContract(t).doc.Validate(context.Background(), openapi3.EnableMultiError()); err != nil {
		t.Fatal(err)
	}
}

// TestOpenAPIVersion keeps the promise of the document: whoever reads its
// version number knows whether it changed.
func TestOpenAPIVersion(t *testing.T) {
	t.Parallel()
	const golden = "testdata/openapi.golden"
	version := openContract(t).doc.Info.Version
	line := fmt.Sprintf("%s %x\n", version, sha256.Sum256(openAPIDocument))
	b, err := os.ReadFile(golden)
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	was, _, _ := strings.Cut(string(b), " ")
	switch {
	case string(b) == line:
	case was == version:
		t.Fatalf("openapi.yaml changed, but its info.version is still %s: raise it (the last number for words, the middle one for whatever is added; what would break a reader belongs under /v2), then run go test ./server -run TestOpenAPIVersion -update", version)
	case !*update:
		t.Fatalf("info.version of openapi.yaml is %s and %s says %q: run go test ./server -run TestOpenAPIVersion -update", version, golden, was)
	default:
		if err := os.WriteFile(golden, []byte(line), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

var operationName = regexp.MustCompile(`^[a-z]+([A-Z][a-zA-Z]*)?$`)

func TestOpenAPIOperations(t *testing.T) {
	t.Parallel()
	doc := openContract(t).doc
	var tags []string
	for _, tag := range doc.Tags {
		tags = append(tags, tag.Name)
	}
	seen := map[string]string{}
	for path, item := range doc.Paths.Map() {
		if got := slices.Collect(maps.Keys(item.Operations())); len(got) != 1 || got[0] != http.MethodGet {
			t.Errorf("%s has the methods %v, want GET alone", path, got)
			continue
		}
		op := item.Get
		if !operationName.MatchString(op.OperationID) || seen[op.OperationID] != "" {
			t.Errorf("%s: the operationId %q is no name, or that of %q", path, op.OperationID, seen[op.OperationID])
		}
		seen[op.OperationID] = path
		if op.Summary == "" || op.Description == "" || strings.HasSuffix(op.Summary, ".") || !strings.HasSuffix(op.Description, ".") {
			t.Errorf("%s: got the summary %q and the description %q, want a heading and sentences", path, op.Summary, op.Description)
		}
		if len(op.Tags) != 1 || !slices.Contains(tags, op.Tags[0]) {
			t.Errorf("%s: got the tags %v, want one of %v", path, op.Tags, tags)
		}
		checkParameters(t, path, op)
		checkResponses(t, path, op)
	}
}

func checkParameters(t *testing.T, path string, op *openapi3.Operation) {
	t.Helper()
	for _, ref := range op.Parameters {
		p := ref.Value
		if p.Description == "" || p.Example == nil && len(p.Examples) == 0 {
			t.Errorf("%s: the parameter %s has no description or no example", path, p.Name)
		}
		if p.In == "path" && !strings.Contains(path, "{"+p.Name+"}") {
			t.Errorf("%s has no {%s}", path, p.Name)
		}
	}
}

// checkResponses wants at least one success, and of all that is none that it
// is a problem. 302 and 304 have no body.
func checkResponses(t *testing.T, path string, op *openapi3.Operation) {
	t.Helper()
	successes, problems := 0, 0
	for status, ref := range op.Responses.Map() {
		switch {
		case status[0] == '2':
			successes++
		case status == "302":
			if len(ref.Value.Content) > 0 {
				t.Errorf("%s: 302 has no body", path)
			}
		case status == "304":
			if len(ref.Value.Content) > 0 {
				t.Errorf("%s: 304 has no body", path)
			}
		case ref.Value.Content["application/problem+json"] == nil || len(ref.Value.Content) != 1:
			t.Errorf("%s: %s is answered with a problem and nothing else", path, status)
		default:
			problems++
		}
		if *ref.Value.Description == "" {
			t.Errorf("%s: %s has no description", path, status)
		}
	}
	if successes == 0 || problems == 0 {
		t.Errorf("%s has %d successes and %d problems, want some of each", path, successes, problems)
	}
}

// pagesOf are the beginnings of the addresses of pages, which no document describes.
var pagesOf = regexp.MustCompile(`^/($|frameworks/|upcoming$|pulls/|working$|problems$|problems/|assets/)`)

func TestOpenAPIHasEveryRoute(t *testing.T) {
	t.Parallel()
	s, err := newWatched(Options{Store: history.NewStore(history.Options{})})
	if err != nil {
		t.Fatal(err)
	}
	methods := map[string][]string{}
	for _, r := range s.echo.Routes() {
		methods[documented(r.Path)] = append(methods[documented(r.Path)], r.Method)
	}
	doc := openContract(t).doc
	for path, got := range methods {
		slices.Sort(got)
		if !slices.Equal(got, []string{"GET", "HEAD"}) {
			t.Errorf("%s answers %v, want GET and HEAD", path, got)
		}
		if doc.Paths.Value(path) == nil && !pagesOf.MatchString(path) {
			t.Errorf("%s is answered, and stands neither in openapi.yaml nor among the pages", path)
		}
	}
	for path := range doc.Paths.Map() {
		if methods[path] == nil {
			t.Errorf("openapi.yaml has %s, which nothing answers", path)
		}
	}
}

// walkTree visits every object of the document with its JSON pointer.
func walkTree(node any, pointer string, visit func(pointer string, object map[string]any)) {
	switch node := node.(type) {
	case map[string]any:
		visit(pointer, node)
		for key, value := range node {
			walkTree(value, pointer+"/"+escapePointer(key), visit)
		}
	case []any:
		for i, value := range node {
			walkTree(value, fmt.Sprintf("%s/%d", pointer, i), visit)
		}
	}
}

// TestOpenAPIUsesEveryComponent: what nothing refers to is a leftover, or a
// reference that was forgotten. That each reference leads somewhere, loading
// the document has checked.
func TestOpenAPIUsesEveryComponent(t *testing.T) {
	t.Parallel()
	c := openContract(t)
	used := map[string]bool{}
	walkTree(c.tree, "", func(_ string, object map[string]any) {
		if ref, ok := object["$ref"].(string); ok {
			used[ref] = true
		}
	})
	components := c.tree.(map[string]any)["components"].(map[string]any)
	for kind, all := range components {
		for name := range all.(map[string]any) {
			if kind != "securitySchemes" && !used["#/components/"+kind+"/"+name] {
				t.Errorf("nothing uses components.%s.%s", kind, name)
			}
		}
	}
}

// TestOpenAPIExamples holds every example against the schema that it stands by.
func TestOpenAPIExamples(t *testing.T) {
	t.Parallel()
	c := openContract(t)
	shared := asObject(asObject(asObject(c.tree)["components"])["examples"])
	examples := 0
	check := func(pointer string, example any) {
		examples++
		if err := c.validate(pointer+"/schema", example); err != nil {
			t.Errorf("an example of %s: %v", pointer, err)
		}
	}
	walkTree(c.tree, "", func(pointer string, object map[string]any) {
		if object["schema"] == nil {
			return
		}
		if example, ok := object["example"]; ok {
			check(pointer, example)
		}
		for _, e := range asObject(object["examples"]) {
			if ref, ok := asObject(e)["$ref"].(string); ok {
				e = shared[strings.TrimPrefix(ref, "#/components/examples/")]
			}
			check(pointer, asObject(e)["value"])
		}
	})
	if examples < 30 {
		t.Errorf("got %d examples, want at least 30: the walk misses them", examples)
	}
}

func asObject(v any) map[string]any {
	m, _ := v.(map[string]any)
	return m
}

// goTypes are the types that answers are made of, by the names of their schemas.
var goTypes = map[string]any{
	"AppliesTo": ladder.AppliesTo{}, "Aim": ladder.Aim{}, "Area": ladder.Area{}, "Cell": ladder.Cell{},
	"Change": ladder.Change{}, "Competency": ladder.Competency{}, "CompetencyAnswer": CompetencyAnswer{},
	"DiffAnswer": DiffAnswer{}, "Document": history.Document{}, "Experience": ladder.Experience{},
	"Edit": diag.Edit{}, "Finding": diag.Finding{}, "Fix": diag.Fix{}, "Place": diag.Position{}, "Framework": ladder.Framework{}, "FrameworkInfo": FrameworkInfo{},
	"FrameworkList": FrameworkList{}, "Guidance": ladder.Guidance{}, "Into": ladder.Into{},
	"Level": ladder.Level{}, "LevelAnswer": LevelAnswer{}, "LevelChange": LevelChange{}, "LevelHistory": LevelHistory{},
	"LevelHistoryEntry": LevelHistoryEntry{}, "Pending": history.Pending{}, "Problem": Problem{},
	"Problems": Problems{}, "Profile": ladder.Profile{}, "Reference": Reference{}, "Retired": ladder.Retired{},
	"RetiredIDs": ladder.RetiredIDs{}, "Role": ladder.Role{}, "Source": ladder.Source{}, "Span": ladder.Span{},
	"Title": ladder.Title{}, "Track": ladder.Track{}, "UnmadeVersion": history.Problem{},
	"TimeMap": TimeMap{}, "TimeMapLinks": TimeMapLinks{}, "TimeMapTarget": TimeMapTarget{},
	"Upcoming": Upcoming{}, "UpcomingEdition": UpcomingEdition{}, "UpcomingLevel": UpcomingLevel{},
	"ReleaseNotes": notes.Notes{}, "NoteSection": notes.Section{}, "NoteFact": notes.Fact{}, "NoteRelease": notes.Release{}, "NoteTransition": notes.Transition{},
	"NoteCorrection": notes.Correction{}, "NoteErratum": notes.Erratum{}, "NoteAccepted": notes.Accepted{}, "NoteRule": notes.Rule{},
	"NoteGroup": notes.Group{}, "NotePart": notes.Part{}, "NoteEntry": notes.Entry{},
	"VersionEntry": VersionEntry{}, "VersionInfo": history.VersionInfo{}, "VersionList": VersionList{},
}

// ownShape are schemas of types that write their JSON themselves (ItemDetail
// is a form of ladder.Item). The answers in the other tests hold them to it.
var ownShape = []string{"ItemDetail"}

// TestOpenAPISchemasAreTheTypes: the same fields on both sides, required
// where Go always writes them, and no others allowed.
func TestOpenAPISchemasAreTheTypes(t *testing.T) {
	t.Parallel()
	for name, ref := range openContract(t).doc.Components.Schemas {
		schema := ref.Value
		if len(schema.Properties) == 0 {
			continue
		}
		if closed := schema.AdditionalProperties.Has; closed == nil || *closed {
			t.Errorf("%s allows fields that it does not name", name)
		}
		if slices.Contains(ownShape, name) {
			continue
		}
		value, ok := goTypes[name]
		if !ok {
			t.Errorf("which type is %s? Name it in goTypes", name)
			continue
		}
		fields := fieldsOf(reflect.TypeOf(value))
		if diff := cmp.Diff(slices.Sorted(maps.Keys(fields)), slices.Sorted(maps.Keys(schema.Properties))); diff != "" {
			t.Errorf("the fields of %s (-Go +openapi.yaml):\n%s", name, diff)
		}
		var required []string
		for field, always := range fields {
			if always {
				required = append(required, field)
			}
		}
		if diff := cmp.Diff(sorted(required), sorted(schema.Required)); diff != "" {
			t.Errorf("what %s always has (-Go +openapi.yaml):\n%s", name, diff)
		}
	}
}

func sorted(s []string) []string { return slices.Sorted(slices.Values(s)) }

// fieldsOf are the JSON names of a struct's fields, and whether each is
// always written.
func fieldsOf(typ reflect.Type) map[string]bool {
	out := map[string]bool{}
	for i := range typ.NumField() {
		f := typ.Field(i)
		tag := f.Tag.Get("json")
		switch {
		case f.Anonymous && tag == "":
			maps.Copy(out, fieldsOf(f.Type))
		case f.IsExported() && tag != "-":
			name, options, _ := strings.Cut(tag, ",")
			out[name] = !strings.Contains(options, "omitempty")
		}
	}
	return out
}

// TestOpenAPIKnowsEveryName: words with a fixed meaning are the same in the
// document and in the code.
func TestOpenAPIKnowsEveryName(t *testing.T) {
	t.Parallel()
	var kinds []string
	for kind := range titles {
		kinds = append(kinds, "/problems/"+kind)
	}
	schemas := openContract(t).doc.Components.Schemas
	for _, name := range []struct {
		where string
		enum  []any
		want  []string
	}{
		{"Problem.type", schemas["Problem"].Value.Properties["type"].Value.Enum, kinds},
		{"Category", schemas["Category"].Value.Enum, words(ladder.Categories()...)},
		{"Kind", schemas["Kind"].Value.Enum, words(ladder.KindLadder, ladder.KindModel, ladder.KindRoleGuide, ladder.KindDiscipline)},
		{"Bump", schemas["Bump"].Value.Enum, []string{ladder.BumpMajor, ladder.BumpMinor, ladder.BumpPatch}},
		{"Span.op", schemas["Span"].Value.Properties["op"].Value.Enum, []string{ladder.SpanSame, ladder.SpanRemoved, ladder.SpanAdded}},
		{"Finding.severity", schemas["Finding"].Value.Properties["severity"].Value.Enum, words(diag.Error, diag.Warning, diag.Note)},
		{"Status", schemas["Status"].Value.Enum, words(history.Current, history.Historic, history.Withdrawn, history.Corrected, history.Scheduled, history.Draft)},
		{"ReleaseNotes.event", schemas["ReleaseNotes"].Value.Properties["event"].Value.Enum, words(notes.Began, notes.Changed, notes.Corrected, notes.Ended, notes.Returned)},
		{"ReleaseNotes.status", schemas["ReleaseNotes"].Value.Properties["status"].Value.Enum, words(notes.Proposed, notes.Drafted, notes.Scheduled, notes.InForce, notes.Historic, notes.Superseded)},
	} {
		var got []string
		for _, v := range name.enum {
			got = append(got, fmt.Sprint(v))
		}
		if diff := cmp.Diff(sorted(name.want), sorted(got)); diff != "" {
			t.Errorf("%s (-Go +openapi.yaml):\n%s", name.where, diff)
		}
	}
}

func words[T ~string](values ...T) []string {
	var out []string
	for _, v := range values {
		out = append(out, string(v))
	}
	return out
}
