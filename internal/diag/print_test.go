package diag

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// found is a report with a bit of everything: severities, places, help of one
// line and of several, an edition, a file outside the frameworks.
func found() Report {
	return Report{
		Findings: List{
			{Code: "prose-length", Severity: Warning, Framework: "engineering-ladder", Path: "levels.l2.expectations.craft.items[0]",
				Message: "This expectation has 41 words; 30 are easier to remember.", Position: Position{"frameworks/engineering-ladder/l2.cue", 9, 5}},
			{Code: "unknown-field", Severity: Error, Framework: "engineering-ladder", Path: "levels.l2.titel",
				Message: `Level L2 has a field "titel", which there is not.`, Help: `Write "titles" instead.`,
				Position: Position{"frameworks/engineering-ladder/l2.cue", 3, 2}},
			{Code: "next-lacks-fix", Severity: Error, Framework: "engineering-ladder",
				Message: "The coming edition lacks this change.", Help: "Add these lines to it:\nframework: levels: l2: {\n\ttitles: [{text: \"Senior\"}]\n}",
				Position: Position{"frameworks/next/engineering-ladder/l2.cue", 0, 0},
				Also:     []Position{{"frameworks/next/engineering-ladder/l2.cue", 7, 3}, {"frameworks/next/engineering-ladder/framework.cue", 20, 5}, {"frameworks/next/engineering-ladder", 0, 0}}},
			{Code: "unknown-time-zone", Severity: Error, Message: `There is no time zone "Europe/Wien".`, Help: `Did you mean "Europe/Vienna"?`,
				Position: Position{"frameworks/organisation.cue", 5, 13}},
			{Code: "no-base", Severity: Note, Message: "Nothing to compare with: this is the first change."},
		},
		Checked: []Checked{
			{Framework: "engineering-ladder", Title: "Engineering ladder", Dir: "frameworks/engineering-ladder", Files: 4},
			{Framework: "engineering-ladder", Title: "Engineering ladder", Dir: "frameworks/next/engineering-ladder", Coming: true, Files: 4},
			{Framework: "people-partners", Title: "People partners", Dir: "frameworks/people-partners", Files: 2},
		},
		Changes: []Change{
			{Lead: "Engineering ladder, edition of 1 March 2027: asks more", Lines: []string{"Senior (L2): 2 expectations added.", "It takes effect on 1 March 2027."}, Value: map[string]string{"headline": "Senior (L2): 2 expectations added"}},
			{Lead: "People partners: says the same", Value: map[string]string{"headline": "Nothing changed"}},
		},
		Source: sources(map[string]string{
			"frameworks/engineering-ladder/l2.cue": "package framework\n\n\ttitel: \"Senior\"\n",
			"frameworks/organisation.cue":          "a\r\nb\r\nc\r\nd\r\n\ttitle: \"ä 日\" \r\n",
		}),
	}
}

// clean is a report of a check that found nothing.
func clean() Report {
	r := found()
	r.Findings = nil
	return r
}

// sources serves files from a map.
func sources(files map[string]string) func(string) ([]byte, bool) {
	return func(file string) ([]byte, bool) {
		text, ok := files[file]
		return []byte(text), ok
	}
}

// printed is a report in a format.
func printed(t *testing.T, format string, r Report) string {
	t.Helper()
	var b bytes.Buffer
	if err := Print(&b, format, r); err != nil {
		t.Fatalf("Print(%s): %v", format, err)
	}
	return b.String()
}

func TestPrintGolden(t *testing.T) {
	t.Parallel()
	reports := map[string]Report{"found": found(), "clean": clean(), "hostile": hostile(), "empty": {}}
	for name, r := range reports {
		for _, format := range Formats {
			compare(t, filepath.Join("testdata", name+"."+format), printed(t, format, r))
		}
	}
	colours := found()
	colours.Colour = true
	compare(t, filepath.Join("testdata", "colours.text"), printed(t, "text", colours))
}

// compare holds a text against a golden file, or rewrites the file with -update.
func compare(t *testing.T, file, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s: got\n%s\nwant\n%s", file, got, want)
	}
}

func TestFormatsAreThePrinters(t *testing.T) {
	t.Parallel()
	if got, want := slices.Sorted(slices.Values(Formats)), slices.Sorted(maps.Keys(printers)); !slices.Equal(got, want) {
		t.Fatalf("Formats are %v, the printers %v", got, want)
	}
}

func TestUnknownFormat(t *testing.T) {
	t.Parallel()
	tests := map[string]string{
		"jsn":  `there is no format "jsn": the formats are text, json, sarif, junit, github, markdown; did you mean "json"?`,
		"mark": `there is no format "mark": the formats are text, json, sarif, junit, github, markdown; did you mean "markdown"?`,
		"Text": `there is no format "Text": the formats are text, json, sarif, junit, github, markdown; did you mean "text"?`,
		"yaml": `there is no format "yaml": the formats are text, json, sarif, junit, github, markdown`,
		"":     `there is no format "": the formats are text, json, sarif, junit, github, markdown`,
	}
	for format, want := range tests {
		err := Print(io.Discard, format, Report{})
		if err == nil || err.Error() != want {
			t.Errorf("Print(%q): got %v, want %s", format, err, want)
		}
		if CheckFormat(format) == nil {
			t.Errorf("CheckFormat(%q) accepts it", format)
		}
	}
	for _, format := range Formats {
		if err := CheckFormat(format); err != nil {
			t.Errorf("CheckFormat(%q): %v", format, err)
		}
	}
}

// full is a disk without room.
type full struct{}

var errFull = errors.New("no room")

func (full) Write([]byte) (int, error) { return 0, errFull }

func TestPrintReportsWriteErrors(t *testing.T) {
	t.Parallel()
	for _, format := range Formats {
		if err := Print(full{}, format, found()); !errors.Is(err, errFull) {
			t.Errorf("Print(%s): got %v, want %v", format, err, errFull)
		}
	}
}

func TestPrintLeavesTheReportAlone(t *testing.T) {
	t.Parallel()
	r := found()
	for _, format := range Formats {
		printed(t, format, r)
	}
	if got, want := r.Findings, found().Findings; !slices.EqualFunc(got, want, Finding.Equal) {
		t.Fatalf("got %v, want %v", got, want)
	}
}

func TestSummary(t *testing.T) {
	t.Parallel()
	list := func(errs, warnings, notes int) (l List) {
		for s, n := range map[Severity]int{Error: errs, Warning: warnings, Note: notes} {
			for range n {
				l = append(l, Finding{Severity: s})
			}
		}
		return l
	}
	five := make([]Checked, 5)
	tests := []struct {
		findings List
		checked  []Checked
		want     string
	}{
		{nil, five, "5 frameworks checked, nothing needs a change."},
		{nil, five[:1], "1 framework checked, nothing needs a change."},
		{nil, append(five[:2:2], Checked{Coming: true}), "2 frameworks and 1 coming edition checked, nothing needs a change."},
		{nil, []Checked{{Coming: true}, {Coming: true}}, "2 coming editions checked, nothing needs a change."},
		{nil, nil, "There was no framework to check."},
		{list(2, 1, 0), five, "2 things need a change, 1 deserves a look."},
		{list(1, 0, 0), five, "1 thing needs a change."},
		{list(1, 2, 3), five, "1 thing needs a change, 2 deserve a look, 3 are for information."},
		{list(0, 1, 1), five, "5 frameworks checked, nothing needs a change, 1 thing deserves a look, 1 is for information."},
		{list(0, 0, 2), nil, "Nothing needs a change, 2 things are for information."},
		{List{{Severity: "unheard of"}}, five, "1 thing needs a change."},
	}
	for _, tt := range tests {
		if got := summary(Report{Findings: tt.findings, Checked: tt.checked}); got != tt.want {
			t.Errorf("got %q, want %q", got, tt.want)
		}
	}
}

func TestExcerpt(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("a", 200)
	tests := []struct {
		name, line  string
		column      int
		text, below string
	}{
		{"tabs stay aligned", "\t\ttitel: 1", 3, "\t\ttitel: 1", "\t\t"},
		{"letters of two bytes", "äö titel", 6, "äö titel", "   "},
		{"wide letters", "日 titel", 5, "日 titel", "   "},
		{"an accent of its own", "e\u0301 t", 5, "e\u0301 t", "  "},
		{"inside a letter", "日本", 5, "日本", "  "},
		{"control characters are named", "\x1b[2J t", 6, "[U+001B][2J t", strings.Repeat(" ", 12)},
		{"before the line", "abc", -3, "abc", ""},
		{"after the line", "abc", 99, "abc", "   "},
		{"long lines are cut", long + "X" + long, 201, "…" + long[:90] + "X" + long[:89] + "…", strings.Repeat(" ", 91)},
		{"commands are broken", "::add-mask::t ##[add-mask]t", 1, ": :add-mask::t # #[add-mask]t", ""},
	}
	for _, tt := range tests {
		text, below := excerpt([]byte(tt.line), tt.column)
		if text != tt.text || below != tt.below {
			t.Errorf("%s: got %q, %q, want %q, %q", tt.name, text, below, tt.text, tt.below)
		}
	}
}

func TestInert(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]string{
		"plain text":             "plain text",
		"::error::x":             ": :error::x",
		" \u00a0\u3000::error::": " \u00a0\u3000: :error::",
		"a ##[group]b":           "a # #[group]b",
		"####[group]":            "### #[group]",
	} {
		if got := Inert(line); got != want {
			t.Errorf("Inert(%q): got %q, want %q", line, got, want)
		}
	}
}

func TestMarkdownText(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"a level, and its title": "a level, and its title",
		"@team":                  "@&#8203;team",
		"fixes #12, GH-3, gh-4":  `fixes \#&#8203;12, GH-&#8203;3, gh-&#8203;4`,
		"a high-5 through-3":     "a high-5 through-3",
		"<!-- &lt; -->":          "&lt;!-- &amp;lt; --&gt;",
		"see https://x.example":  "see https:&#8203;//x.example",
		"two\nlines\tand a tab ": "two lines and a tab",
	} {
		if got := markdownText(text); got != want {
			t.Errorf("markdownText(%q): got %q, want %q", text, got, want)
		}
	}
	for text, want := range map[string]string{"- a": `\- a`, "12. a": `12\. a`, "a - b": "a - b", "===": `\===`} {
		if got := atStart(text); got != want {
			t.Errorf("atStart(%q): got %q, want %q", text, got, want)
		}
	}
}

func TestJSONKeepsTheText(t *testing.T) {
	t.Parallel()
	for name, r := range map[string]Report{"found": found(), "hostile": hostile(), "empty": {}} {
		var got struct {
			Findings List      `json:"findings"`
			Checked  []Checked `json:"checked"`
		}
		text := printed(t, "json", r)
		if err := json.Unmarshal([]byte(text), &got); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if got.Findings == nil || got.Checked == nil {
			t.Errorf("%s: null in %s", name, text)
		}
		want := ordered(r.Findings)
		for i := range want {
			want[i] = utf8Only(want[i])
		}
		if !slices.EqualFunc(got.Findings, want, Finding.Equal) {
			t.Errorf("%s: got %q, want %q", name, got.Findings, want)
		}
	}
}

// utf8Only replaces what is no UTF-8, as JSON does.
func utf8Only(f Finding) Finding {
	for _, s := range []*string{&f.Framework, &f.Path, &f.Message, &f.Help, &f.File} {
		*s = strings.ToValidUTF8(*s, "\ufffd")
	}
	f.Also = slices.Clone(f.Also)
	for i := range f.Also {
		f.Also[i].File = strings.ToValidUTF8(f.Also[i].File, "\ufffd")
	}
	return f
}

func TestJUnitHasACaseForEachFramework(t *testing.T) {
	t.Parallel()
	var doc junitSuites
	if err := xml.Unmarshal([]byte(printed(t, "junit", found())), &doc); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, c := range doc.Suite.Cases {
		got = append(got, fmt.Sprintf("%s: %s: fails %t", c.Class, c.Name, c.Failure != nil))
	}
	want := []string{
		"engineering-ladder: Engineering ladder: fails true",
		"engineering-ladder: Engineering ladder (coming edition): fails true",
		"people-partners: People partners: fails false",
		"repository: What belongs to no framework: fails true",
	}
	if !slices.Equal(got, want) || doc.Tests != 4 || doc.Failures != 3 {
		t.Fatalf("got %q of %d tests with %d failures, want %q", got, doc.Tests, doc.Failures, want)
	}
}
