package server

import (
	"bytes"
	"fmt"
	"io/fs"
	"net/http"
	"net/url"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jba/templatecheck"

	"github.com/milepost-dev/milepost/internal/history"
	"github.com/milepost-dev/milepost/internal/ladder"
)

// TestTemplates holds each template against its page's struct: every field
// that it names is there, whichever way its branches go.
func TestTemplates(t *testing.T) {
	t.Parallel()
	p, err := parsePages()
	if err != nil {
		t.Fatal(err)
	}
	files, err := fs.Glob(templateFiles, "templates/*.html")
	if err != nil || len(files) != len(pageTypes)+2 {
		t.Errorf("got the templates %v (%v), want one for each page, the layout and the parts", files, err)
	}
	for name, data := range pageTypes {
		if err := templatecheck.CheckHTML(p.templates[name].Lookup("layout"), data); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		for what, value := range map[string]any{"empty": emptyPage(data, p.assets), "full": fullPage(data)} {
			var b bytes.Buffer
			if err := p.templates[name].ExecuteTemplate(&b, "layout", value); err != nil {
				t.Errorf("%s with an %s struct: %v", name, what, err)
			}
			for _, err := range wellFormed(b.Bytes()) {
				t.Errorf("%s with an %s struct: %v", name, what, err)
			}
		}
	}
}

// emptyPage has nothing but what the layout always has.
func emptyPage(data any, a *assets) any {
	v := reflect.New(reflect.TypeOf(data)).Elem()
	v.FieldByName("Assets").Set(reflect.ValueOf(a))
	return v.Interface()
}

// fullPage has two of everything.
func fullPage(data any) any {
	v := reflect.New(reflect.TypeOf(data)).Elem()
	fill(v)
	return v.Interface()
}

func fill(v reflect.Value) {
	switch v.Kind() {
	case reflect.String:
		v.SetString("x")
	case reflect.Int:
		v.SetInt(2)
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem())
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		fill(v.Index(0))
		fill(v.Index(1))
	case reflect.Struct:
		for i := range v.NumField() {
			if f := v.Field(i); f.CanSet() {
				fill(f)
			} else if v.Type().Field(i).Anonymous {
				fillEmbedded(v, i)
			}
		}
	}
}

// fillEmbedded fills the exported fields of an embedded struct whose type is not.
func fillEmbedded(v reflect.Value, i int) {
	typ := v.Type().Field(i).Type
	for j := range typ.NumField() {
		if f := v.FieldByName(typ.Field(j).Name); f.CanSet() {
			fill(f)
		}
	}
}

// TestHostileTexts sees that what an author or a reader writes stays text.
func TestHostileTexts(t *testing.T) {
	t.Parallel()
	s := shelf(t, library(t).Dir, "")
	bad := []string{"<script>alert", "<img src=x", "onerror='", `href="javascript`, "<b>S1"}
	said := 0
	for _, at := range []string{
		"/", "/frameworks/support-ladder", "/frameworks/support-ladder?compare=l1,l2", "/frameworks/support-ladder/levels/l1", "/frameworks/support-ladder/levels/l2",
		"/frameworks/support-ladder/competencies/craft", "/frameworks/support-ladder/versions", "/frameworks/support-ladder/diff", "/problems", "/upcoming",
		"/frameworks/support-ladder/versions/1.0.0/notes", "/frameworks/support-ladder/versions/1.0.0/notes?for=record", "/frameworks/support-ladder/levels/l1/history",
		"/frameworks/" + url.PathEscape(hostile), "/frameworks/support-ladder/levels/" + url.PathEscape(hostile), "/frameworks/support-ladder/competencies/" + url.PathEscape(hostile),
		"/?as_of=" + url.QueryEscape(hostile), "/?" + url.QueryEscape(hostile) + "=1", "/frameworks/support-ladder?version=" + url.QueryEscape(hostile),
		"/frameworks/support-ladder?track=" + url.QueryEscape(hostile), "/frameworks/support-ladder?compare=" + url.QueryEscape(hostile),
		"/frameworks/support-ladder/diff?from=" + url.QueryEscape(hostile), "/frameworks/support-ladder/levels/" + url.PathEscape(hostile) + "/history", "/problems/" + url.PathEscape(hostile),
		"/frameworks/..%2f..%2fetc%2fpasswd", "/frameworks/%00", "/assets/..%2fstyle.css",
	} {
		w := look(t, s, at, "Host", "evil.example")
		page := w.Body.String()
		for _, b := range bad {
			if strings.Contains(page, b) {
				t.Errorf("%s has %s", at, b)
			}
		}
		for _, err := range wellFormed(w.Body.Bytes()) {
			t.Errorf("%s: %v", at, err)
		}
		said += strings.Count(page, "&lt;script&gt;")
	}
	if said < 40 {
		t.Errorf("the hostile text is shown %d times: is the framework there?", said)
	}
	// The framework also has what those of this repository do without.
	state{at: "/frameworks/support-ladder", status: 200, says: []string{"Does not apply", "Nothing asked:", "Examples", "Evidence", "Not this", "Each level also asks what the levels below it"}}.check(t, s)
	state{at: "/frameworks/support-ladder/levels/l1", status: 200, says: []string{"also Helper", "Hand", "1 year or more in", "Does not apply to this level"}}.check(t, s)
	state{at: "/frameworks/support-ladder/levels/l2", status: 200, says: []string{"Senior", "As at <b>S1", "Answers well"}, lacks: []string{"Carried along"}}.check(t, s)
	state{at: "/frameworks/support-ladder/levels/l3", status: 200, says: []string{"Lead", "Carried along from Senior", "Answers well"}, lacks: []string{"Carried along from &lt;script"}}.check(t, s)
}

// TestMatrixSize bounds a matrix of ten levels that is fuller than any of ours.
func TestMatrixSize(t *testing.T) {
	t.Parallel()
	f := &ladder.Framework{ID: "big", Kind: ladder.KindLadder, Title: "Big"}
	for i := range 12 {
		f.Competencies = append(f.Competencies, ladder.Competency{ID: fmt.Sprint("c", i), Title: "Communication and stakeholder management", Degrees: []string{"Low", "High"}})
	}
	for i := range 10 {
		l := ladder.Level{ID: fmt.Sprint("l", i), Rank: i, Code: fmt.Sprint("L", i), Titles: []ladder.Title{{Text: "Senior Principal Product Manager"}}, Expectations: map[string]ladder.Cell{}}
		for j := range f.Competencies {
			cell := ladder.Cell{Degree: "High"}
			for k := range 6 {
				cell.Items = append(cell.Items, ladder.Item{Text: fmt.Sprint(strings.Repeat("Takes the initiative across the organisation ", 3), i, j, k)})
			}
			l.Expectations[fmt.Sprint("c", j)] = cell
		}
		f.Levels = append(f.Levels, l)
	}
	p, err := parsePages()
	if err != nil {
		t.Fatal(err)
	}
	page := frameworkPage{page: page{Assets: p.assets}}
	page.Matrix = newMatrix(f, view{}, walk{id: "big"}, &page.Scales)
	b, err := (&Server{pages: p}).markup("framework", page)
	if err != nil {
		t.Fatal(err)
	}
	if len(b) > mostBytes {
		t.Errorf("got %d bytes, want at most %d", len(b), mostBytes)
	}
	t.Logf("%d bytes", len(b))
}

func TestRowCells(t *testing.T) {
	t.Parallel()
	cell := func(text string) map[string]ladder.Cell {
		return map[string]ladder.Cell{"c": {Items: []ladder.Item{{Text: text}}}}
	}
	levels := []*ladder.Level{
		{ID: "l1", Track: "ic", Expectations: cell("a")}, {ID: "l2", Track: "ic", Expectations: cell("a")}, {ID: "l3", Track: "ic", Expectations: cell("b")},
		{ID: "m3", Track: "m", Expectations: cell("b")}, {ID: "m4", Track: "m"}, {ID: "m5", Track: "m"},
	}
	drawn := func(pair bool, levels ...*ladder.Level) (out []string) {
		for _, c := range rowCells(&ladder.Competency{ID: "c"}, levels, pair, &scales{}) {
			out = append(out, fmt.Sprint(c.ID, c.Others, c.Span, c.Absent))
		}
		return out
	}
	if diff := cmp.Diff([]string{"l1.c[l2.c] 2 false", "l3.c[] 1 false", "m3.c[] 1 false", "m4.c[m5.c] 2 true"}, drawn(false, levels...)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"l3.c[m3.c] 2 false"}, drawn(true, levels[2], levels[3])); diff != "" {
		t.Errorf("side by side: %s", diff)
	}
}

func TestDegree(t *testing.T) {
	t.Parallel()
	var s scales
	c := &ladder.Competency{Degrees: []string{"Low", "High"}}
	if got := s.degree(c, "High"); *got != (degree{"High", 2, 2}) {
		t.Errorf("got %v", got)
	}
	if got := s.degree(c, "Other"); *got != (degree{"Other", 0, 0}) {
		t.Errorf("got %v", got)
	}
	s.degree(c, "High")
	if got := s.degree(c, ""); got != nil || len(s) != 1 || !s[0].Dots[1].Full {
		t.Errorf("got %v and %v", got, s)
	}
}

func TestReadPair(t *testing.T) {
	t.Parallel()
	f := &ladder.Framework{Levels: []ladder.Level{{ID: "l1"}, {ID: "l2"}}}
	for _, tc := range []struct {
		compare, with string
		want          []string
		status        int
	}{
		{"", "", nil, 0}, {"l1,l2", "", []string{"l1", "l2"}, 0}, {"l1", "l2", []string{"l1", "l2"}, 0}, {"l1", "", nil, 400}, {"", "l2", nil, 400},
		{"l1,l2,l1", "", nil, 400}, {"l1,l2", "l1", nil, 400}, {"l1,l1", "", nil, 400}, {"l1,l9", "", nil, http.StatusNotFound},
	} {
		got, err := readPair(f, tc.compare, tc.with)
		status := 0
		if err != nil {
			status = asProblem(err).Status
		}
		if diff := cmp.Diff(tc.want, got); status != tc.status || tc.status == 0 && diff != "" {
			t.Errorf("%q and %q: got %v, %v", tc.compare, tc.with, got, err)
		}
	}
}

func TestWordsOfPages(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ got, want string }{
		{list(nil), ""}, {list([]string{"L3"}), "L3"}, {list([]string{"L3", "L4", "L5"}), "L3, L4 and L5"},
		{sentence(""), ""}, {sentence("über"), "Über."}, {sentence("Is it?"), "Is it?"},
		{count(1, "level", "levels"), "1 level"}, {count(2, "competency", "competencies"), "2 competencies"},
		{short("0123456789abcdef"), "0123456789"}, {short("abc"), "abc"}, {short(""), ""},
		{address([]string{"a b", "../c"}, url.Values{"q": {"x&y"}}), "/a%20b/..%2Fc?q=x%26y"},
		{strings.Join(paragraphs("a\nb\n\n\n c \n\n"), "|"), "a\nb|c"},
	} {
		if tc.got != tc.want {
			t.Errorf("got %q, want %q", tc.got, tc.want)
		}
	}
}

// TestMarks sees that each category has a word, a shape and a meaning.
func TestMarks(t *testing.T) {
	t.Parallel()
	parts, err := fs.ReadFile(templateFiles, "templates/parts.html")
	if err != nil {
		t.Fatal(err)
	}
	style, err := fs.ReadFile(assetFiles, "assets/style.css")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range append(ladder.Categories(), "first", "ended") {
		m := markOf(c)
		if m.Word == "" || !bytes.Contains(parts, []byte(`id="m-`+m.Shape+`"`)) || !bytes.Contains(style, []byte(".mark."+m.Meaning)) {
			t.Errorf("%s has the mark %v, which is not drawn", c, m)
		}
	}
}

// TestAssetsStayHere sees that no file leads anywhere else.
func TestAssetsStayHere(t *testing.T) {
	t.Parallel()
	a, err := readAssets()
	if err != nil {
		t.Fatal(err)
	}
	elsewhere := regexp.MustCompile(`(?i)https?://|@import|url\(`)
	for name, f := range a.files {
		if m := elsewhere.Find(bytes.ReplaceAll(f.body, []byte("http://www.w3.org/2000/svg"), nil)); m != nil {
			t.Errorf("%s has %s", name, m)
		}
	}
	if len(a.files) != 3 {
		t.Errorf("got %d files", len(a.files))
	}
}

func TestMemo(t *testing.T) {
	t.Parallel()
	var m memo[string, int]
	made := 0
	get := func(snap *history.Snapshot, key string) int {
		v, err := m.get(snap, key, func() (int, error) { made++; return made, nil })
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	one, two, three := &history.Snapshot{}, &history.Snapshot{}, &history.Snapshot{}
	for _, snap := range []*history.Snapshot{one, one, two, three} {
		if get(snap, "a") != 1 {
			t.Errorf("made %d times what was known", made)
		}
	}
	if get(three, "b") != 2 {
		t.Error("took one thing for another")
	}
	get(one, "b")
	if get(two, "b"); get(two, "a") != 3 {
		t.Errorf("kept what two snapshots had no use for")
	}
	if _, err := m.get(two, "c", func() (int, error) { return 0, http.ErrAbortHandler }); err != http.ErrAbortHandler {
		t.Errorf("got %v", err)
	}
}
