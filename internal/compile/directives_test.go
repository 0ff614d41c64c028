package compile

import (
	"context"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

const redirectHead = "package framework\n\nimport \"github.com/milepost-dev/milepost/schema\"\n\nframework: schema.#Framework\n"

// levels are what a framework needs beside its head.
const redirectRest = `	owners: ["people-team"]
	competencies: craft: title: "Craft"
	levels: l1: {rank: 1, code: "L1", titles: [{text: "Maker"}], expectations: craft: items: ["Makes things"]}
}
`

func TestRedirect(t *testing.T) {
	t.Parallel()
	dates := []Field{{"effective", "2027-03-01"}, {"publish", "2027-01-15"}, {"release", ""}, {"correction", ""}, {"accept", ""}, {"transition", ""}}
	for name, c := range map[string]struct {
		before, after string // of framework.cue, below the head
		left          string // what stays though it was to go
	}{
		"added below the title": {
			"framework: {\n\tid: \"a\"\n\tkind: \"ladder\"\n\ttitle: \"A\" // the name\n" + redirectRest,
			"framework: {\n\tid: \"a\"\n\tkind: \"ladder\"\n\ttitle: \"A\" // the name\n\teffective: \"2027-03-01\"\n\tpublish: \"2027-01-15\"\n" + redirectRest, "",
		},
		"replaced where they stand": {
			"framework: {\n\tid: \"a\"\n\tpublish:   \"2020-01-01\", kind: \"ladder\"\n\ttitle: \"A\"\n\teffective: \"2020-03-01\" // a date\n" + redirectRest,
			"framework: {\n\tid: \"a\"\n\tpublish:   \"2027-01-15\", kind: \"ladder\"\n\ttitle: \"A\"\n\teffective: \"2027-03-01\" // a date\n" + redirectRest, "",
		},
		"leftovers go with their comments": {
			"framework: {\n\tid: \"a\"\n\tkind: \"ladder\"\n\ttitle: \"A\"\n\n\t// Told in May.\n\trelease: {\n\t\twhy: \"\"\"\n\t\t\tIt was time.\n\t\t\t\"\"\"\n\t},\n\tcorrection: {of: \"1.0.0\", reason: \"slip\"}\n" + redirectRest + "framework: transition: {acceptOld: \"2026-01-01\", for: \"reviews\"}\nframework: accept: [\n\t{rule: \"level-removed\", reason: \"y\"},\n]\n",
			"framework: {\n\tid: \"a\"\n\tkind: \"ladder\"\n\ttitle: \"A\"\n\teffective: \"2027-03-01\"\n\tpublish: \"2027-01-15\"\n\n" + redirectRest, "",
		},
		"on a shared line they stay": {
			"framework: {id: \"a\", kind: \"ladder\", title: \"A\", release: why: \"so\"\n" + redirectRest,
			"framework: {id: \"a\", kind: \"ladder\", title: \"A\", release: why: \"so\"\n" + redirectRest + "framework: effective: \"2027-03-01\"\nframework: publish: \"2027-01-15\"\n", "release",
		},
		"title in a chain, no line end at the end": {
			"framework: {\n\tid: \"a\"\n\tkind: \"ladder\"\n" + redirectRest + "framework: title: \"A\"",
			"framework: {\n\tid: \"a\"\n\tkind: \"ladder\"\n" + redirectRest + "framework: title: \"A\"\nframework: effective: \"2027-03-01\"\nframework: publish: \"2027-01-15\"\n", "",
		},
		"CRLF": {
			strings.ReplaceAll("framework: {\n\tid: \"a\"\n\tkind: \"ladder\"\n\ttitle: \"A\"\n\tcorrection: {of: \"1.0.0\", reason: \"slip\"}\n"+redirectRest, "\n", "\r\n"),
			strings.ReplaceAll("framework: {\n\tid: \"a\"\n\tkind: \"ladder\"\n\ttitle: \"A\"\n\teffective: \"2027-03-01\"\n\tpublish: \"2027-01-15\"\n"+redirectRest, "\n", "\r\n"), "",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			file := "frameworks/a/framework.cue"
			was := redirectHead + c.before
			u := Unit{FS: fstest.MapFS{file: {Data: []byte(was)}}, Root: "frameworks", Dir: "a"}
			edits, err := Redirect(u, dates)
			if err != nil {
				t.Fatal(err)
			}
			got := was
			for i := len(edits) - 1; i >= 0; i-- {
				got = got[:edits[i].Start] + edits[i].New + got[edits[i].End:]
			}
			if diff := cmp.Diff(redirectHead+c.after, got); diff != "" {
				t.Fatalf("(-want +got):\n%s", diff)
			}
			a, b := compileText(t, was), compileText(t, got)
			if !a.OK() || a.Digest != b.Digest {
				t.Errorf("the text changed, or is none: %v %v", a.Findings, b.Findings)
			}
			d := b.Directives
			if d.Effective != "2027-03-01" || d.Publish != "2027-01-15" || (d.Release != nil) != (c.left == "release") || d.Correction != nil || d.Accept != nil || d.Transition != nil {
				t.Errorf("got directives %+v", d)
			}
		})
	}
}

func compileText(t *testing.T, text string) *Result {
	t.Helper()
	c, err := New(Options{})
	if err != nil {
		t.Fatal(err)
	}
	r, err := c.Framework(context.Background(), Unit{FS: fstest.MapFS{"frameworks/a/framework.cue": {Data: []byte(text)}}, Root: "frameworks", Dir: "a"})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// TestRedirectWithoutValues: dates go where none are given.
func TestRedirectWithoutValues(t *testing.T) {
	t.Parallel()
	text := redirectHead + "framework: {\n\tid: \"a\"\n\tkind: \"ladder\"\n\ttitle: \"A\"\n\teffective: \"2020-01-01\"\n" + redirectRest
	u := Unit{FS: fstest.MapFS{"frameworks/a/framework.cue": {Data: []byte(text)}, "frameworks/a/b.cue": {Data: []byte("package framework\n\nframework: publish: \"2020-01-01\"\n")}}, Root: "frameworks", Dir: "a"}
	edits, err := Redirect(u, []Field{{"effective", ""}, {"publish", ""}})
	if err != nil || len(edits) != 2 || edits[0].File != "frameworks/a/b.cue" || edits[1].New != "" {
		t.Errorf("got %+v, %v; want a cut in either file", edits, err)
	}
}
