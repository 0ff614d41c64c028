package webhook

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/milepost-dev/milepost/internal/diag"
	"github.com/milepost-dev/milepost/internal/gittest"
	"github.com/milepost-dev/milepost/internal/review"
)

// TestDiffLines: the lines found are those that git says stand in the diff.
func TestDiffLines(t *testing.T) {
	t.Parallel()
	var old strings.Builder
	for i := range 40 {
		fmt.Fprintf(&old, "line %d\n", i+1)
	}
	r := gittest.New(t).Write(map[string]string{"a": old.String()})
	r.Commit("before")
	text := strings.NewReplacer("line 2\n", "@@ -1,9 +1,9 @@\n", "line 20\n", "", "line 30\n", "line 30\n\n\xfflast\r\n", "line 40\n", "line 40").Replace(old.String())
	r.Write(map[string]string{"a": text}).Commit("after")
	patch := r.Git("diff", "HEAD~", "HEAD", "--", "a")
	got := NewDiffLines([]byte(text), patch)
	var numbers []int
	for _, l := range got.Lines {
		numbers = append(numbers, l.Number)
		if text[l.Start:l.Start+len(l.Text)] != l.Text {
			t.Errorf("line %d is %q", l.Number, l.Text)
		}
	}
	want := []int{1, 2, 3, 4, 5, 17, 18, 19, 20, 21, 22, 27, 28, 29, 30, 31, 32, 33, 34, 39, 40, 41}
	want = append(want[:len(want)-3], 38, 39, 40, 41)
	if diff := cmp.Diff(want, numbers); diff != "" {
		t.Errorf("(-want +got):\n%s\n%s", diff, patch)
	}
	for name, bad := range map[string]string{"another text": strings.Replace(patch, "line 18", "line 81", 1), "too long": "@@ -1 +9999 @@\n+x", "no number": "@@ -1 +x @@\n+x", "below one": "@@ -1 +-3 @@\n+x", "nothing": ""} {
		if got := NewDiffLines([]byte(text), bad); len(got.Lines) > 0 {
			t.Errorf("%s: %v", name, got.Lines)
		}
	}
}

// found is a report of findings in one file of five lines, of which the second
// to the fourth stand in the diff.
func found(findings ...diag.Finding) *Report {
	const head = "one\ntwo ü two\nthree\nfour\nfive\n"
	return &Report{Touches: true, Verdict: &review.Verdict{Findings: findings}, Lines: map[string]DiffLines{
		"a.cue":                            NewDiffLines([]byte(head), "@@ -2,3 +2,3 @@\n two ü two\n+three\n four\n"),
		"frameworks/x/l4.cue":              {Gone: true},
		"frameworks/x/framework.cue":       {},
		"frameworks/next/x/l4.cue":         {Gone: true},
		"frameworks/next/y/framework.cue":  {Gone: true},
		"frameworks/next/z/framework.cue":  {},
		"frameworks/alone/competences.cue": {Gone: true},
	}}
}

func mends(edits ...diag.Edit) diag.Finding {
	for i := range edits {
		if edits[i].File == "" {
			edits[i].File = "a.cue"
		}
	}
	return diag.Finding{Severity: diag.Error, Message: "something is wrong", Fix: &diag.Fix{Safe: true, Edits: edits}}
}

// TestSuggestions: each replaces whole lines that stand in the diff, once.
func TestSuggestions(t *testing.T) {
	t.Parallel()
	const two, three, four, five = 4, 15, 21, 26 // where lines begin
	for _, c := range []struct {
		name     string
		findings []diag.Finding
		want     []string // lines, and the text
	}{
		{"a word", []diag.Finding{mends(diag.Edit{Start: two, End: two + 3, New: "TWO"})}, []string{"2-2 TWO ü two"}},
		{"two of a line", []diag.Finding{mends(diag.Edit{Start: two, End: two + 3, New: "TWO"}), mends(diag.Edit{Start: two + 7, End: two + 10, New: "2"})}, []string{"2-2 TWO ü 2"}},
		{"the same twice", []diag.Finding{mends(diag.Edit{Start: three, End: three, New: "x"}), mends(diag.Edit{Start: three, End: three, New: "x"})}, []string{"3-3 xthree"}},
		{"two that contradict", []diag.Finding{mends(diag.Edit{Start: three, End: three + 2, New: "x"}), mends(diag.Edit{Start: three + 1, End: three + 3, New: "y"})}, []string{"3-3 xree"}},
		{"two lines", []diag.Finding{mends(diag.Edit{Start: three + 5, End: four, New: ", "})}, []string{"3-4 three, four"}},
		{"two apart and one between", []diag.Finding{mends(diag.Edit{Start: two, End: two, New: "a"}), mends(diag.Edit{Start: four, End: four, New: "c"}), mends(diag.Edit{Start: two + 1, End: four + 1, New: "z"})}, []string{"2-2 atwo ü two", "4-4 cfour"}},
		{"at the end of a line", []diag.Finding{mends(diag.Edit{Start: five - 1, End: five - 1, New: "\nmore"})}, []string{"4-4 four\nmore"}},
		{"outside the diff", []diag.Finding{mends(diag.Edit{Start: 0, End: 1, New: "O"}), mends(diag.Edit{Start: five, End: five, New: "F"})}, nil},
		{"half outside", []diag.Finding{mends(diag.Edit{Start: four, End: five + 1, New: "x"}), mends(diag.Edit{Start: three, End: three, New: "x"}, diag.Edit{Start: five, End: five, New: "x"})}, nil},
		{"another file", []diag.Finding{mends(diag.Edit{File: "b.cue", New: "x"}), mends(diag.Edit{Start: three, End: three, New: "x"}, diag.Edit{File: "b.cue", New: "x"})}, nil},
		{"nothing new", []diag.Finding{mends(diag.Edit{Start: three, End: three + 5, New: "three"}), mends()}, nil},
		{"what cannot be seen", []diag.Finding{mends(diag.Edit{Start: three, End: three, New: "\u202e"}), mends(diag.Edit{Start: four, End: four, New: Marker})}, nil},
		{"backwards", []diag.Finding{mends(diag.Edit{Start: three + 2, End: three, New: "x"}), mends(diag.Edit{Start: -5, End: -1, New: "x"})}, nil},
		{"marks", []diag.Finding{mends(diag.Edit{Start: three, End: three + 5, New: "```` x"})}, []string{"3-3 ```` x"}},
	} {
		r := found(c.findings...)
		var got []string
		for _, s := range r.Suggestions() {
			_, text, _ := strings.Cut(s.Body, "suggestion\n")
			text = text[:strings.LastIndex(strings.TrimSuffix(text, "\n"), "\n")]
			got = append(got, fmt.Sprintf("%d-%d %s", s.StartLine, s.Line, text))
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
		checkSaid(t, r)
	}
}

// TestAnnotationPlaces: beside lines of files that the change touches, in what
// is left of the framework where the file is gone, or in the text alone.
func TestAnnotationPlaces(t *testing.T) {
	t.Parallel()
	at := func(file string, line, column int) diag.Finding {
		return diag.Finding{Severity: diag.Error, Message: "wrong", Position: diag.Position{File: file, Line: line, Column: column}}
	}
	for _, c := range []struct {
		finding diag.Finding
		want    string // "" for none
	}{
		{at("a.cue", 2, 8), "a.cue:2:7"}, // after ü, of two bytes
		{at("a.cue", 3, 99), "a.cue:3:0"},
		{at("a.cue", 5, 2), "a.cue:5:0"},
		{at("a.cue", 0, 0), "a.cue:1:0"},
		{at("frameworks/x/l4.cue", 7, 2), "frameworks/x/framework.cue:1:0"},
		{at("frameworks/next/x/l4.cue", 7, 2), "frameworks/x/framework.cue:1:0"},
		{at("frameworks/next/y/framework.cue", 7, 2), ""},
		{at("frameworks/alone/competences.cue", 7, 2), ""},
		{at("frameworks/z/l1.cue", 7, 2), ""},
		{at("", 0, 0), ""},
	} {
		got := ""
		for _, a := range found(c.finding).Check().Annotations {
			got = fmt.Sprintf("%s:%d:%d", a.Path, a.StartLine, a.StartColumn)
		}
		if got != c.want {
			t.Errorf("%s: got %q, want %q", c.finding.Position, got, c.want)
		}
	}
}

// TestAnnotationBound: errors come first, what is beyond the bound is counted.
func TestAnnotationBound(t *testing.T) {
	t.Parallel()
	var list []diag.Finding
	for i := range 60 {
		list = append(list, diag.Finding{Severity: diag.Warning, Message: fmt.Sprint("look ", i), Position: diag.Position{File: "a.cue", Line: 3}})
	}
	list = append(list, diag.Finding{Severity: diag.Error, Message: "wrong", Position: diag.Position{File: "a.cue", Line: 4}})
	c := found(list...).Check()
	if len(c.Annotations) != maxAnnotations || c.Annotations[0].Level != "failure" || c.Annotations[1].Level != "warning" {
		t.Errorf("got %d, the first %+v", len(c.Annotations), c.Annotations[0])
	}
	if !strings.Contains(c.Summary, "11 findings have no room beside the lines.") || !strings.Contains(c.Summary, "And 30 more like these") {
		t.Errorf("they are not counted: %s", c.Summary)
	}
}

// TestNeverPasses: what was not judged passes nothing.
func TestNeverPasses(t *testing.T) {
	t.Parallel()
	for name, r := range map[string]*Report{
		"no verdict": {Touches: true}, "failed": {Failed: "x"}, "superseded": {Superseded: "x"},
		"failed beside a verdict":     {Touches: true, Failed: "x", Verdict: &review.Verdict{}},
		"superseded beside a verdict": {Touches: true, Superseded: "x", Verdict: &review.Verdict{}},
		"a mistake":                   found(diag.Finding{Severity: diag.Error, Message: "x"}),
	} {
		state, _ := r.Status()
		if c := r.Check().Conclusion; c != Failure && c != Cancelled || state != "failure" && state != "error" {
			t.Errorf("%s: %s, %s", name, c, state)
		}
	}
	if c := (&Report{Touches: true, Verdict: &review.Verdict{}}).Check().Conclusion; c != Success {
		t.Errorf("nothing to say: %s", c)
	}
}

// TestPreviewLink: only an address that can be nothing else is linked.
func TestPreviewLink(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"https://a.example/pulls/7": "https://a.example/pulls/7", "": "", "javascript:alert(1)": "", "https://u:p@a.example/": "", "https://a.example/>)@x": "https://a.example/%3E%29@x", "/pulls/7": "", "https://a.example/`": "https://a.example/%60",
	} {
		if got := (&Report{PreviewURL: address}).preview(); got != want {
			t.Errorf("%q: got %q, want %q", address, got, want)
		}
	}
}
