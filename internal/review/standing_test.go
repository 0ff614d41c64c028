package review_test

import (
	"context"
	"slices"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/milepost-dev/milepost/internal/compile"
	"github.com/milepost-dev/milepost/internal/diag"
	"github.com/milepost-dev/milepost/internal/review"
)

func compiler(t *testing.T) *compile.Compiler {
	t.Helper()
	c, err := compile.New(compile.Options{CacheDir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// TestStandingSaysWhatReviewSays: what stands in next is judged alike, with
// all that there is beside it and by itself.
func TestStandingSaysWhatReviewSays(t *testing.T) {
	t.Parallel()
	c := compiler(t)
	for _, ch := range changeChapters() {
		for _, e := range ch.cases {
			change := review.Change{Head: e.head, Root: "frameworks", Now: e.now()}
			all, err := review.Review(context.Background(), c, change)
			if err != nil {
				t.Fatal(err)
			}
			standing, err := review.Standing(context.Background(), c, change)
			if err != nil {
				t.Fatal(err)
			}
			var checked []review.Checked
			for _, x := range all.Checked {
				if x.Coming {
					checked = append(checked, x)
				}
			}
			if diff := cmp.Diff(checked, slices.Clip(standing.Checked), cmp.Comparer(func(a, b diag.List) bool { return slices.EqualFunc(a, b, diag.Finding.Equal) }), equateEmpty); diff != "" {
				t.Errorf("%s: (-review +standing)\n%s", e.title, diff)
			}
			for _, f := range standing.Findings {
				if !slices.ContainsFunc(all.Findings, f.Equal) {
					t.Errorf("%s: Review does not say %s", e.title, f.Message)
				}
			}
		}
	}
}

var equateEmpty = cmp.FilterValues(func(a, b []review.Checked) bool { return len(a) == 0 && len(b) == 0 }, cmp.Ignore())

// TestDaysAreJudgedAnew: the same edition, left alone, and the same change, day
// by day. Of a change nothing but the days is judged otherwise.
func TestDaysAreJudgedAnew(t *testing.T) {
	t.Parallel()
	c := compiler(t)
	draft := supportRepo(startEdition(""), raise(nextL4))
	coming := supportRepo(startEdition(dated("2027-01-20", "2027-03-01")+told), raise(nextL4))
	for _, tc := range []struct {
		day            string
		standing, date []string
	}{
		{"2027-01-05", nil, nil},
		{"2027-01-30", nil, nil}, // 30 days to the day
		{"2027-01-31", nil, []string{"notice"}},
		{"2027-02-28", nil, []string{"notice"}},
		{"2027-03-01", []string{"edition-to-fold"}, []string{"effective-past", "notice"}},
		{"2027-03-20", []string{"edition-to-fold"}, []string{"effective-past", "freeze", "notice"}},
	} {
		at, err := time.Parse(time.DateOnly, tc.day)
		if err != nil {
			t.Fatal(err)
		}
		standing := codes(t, c, review.Change{Head: coming, Now: at})
		if diff := cmp.Diff(tc.standing, standing); diff != "" {
			t.Errorf("%s, left alone: %s", tc.day, diff)
		}
		date := codes(t, c, review.Change{Base: draft, Head: coming, Now: at})
		if diff := cmp.Diff(tc.date, date); diff != "" {
			t.Errorf("%s, dated: %s", tc.day, diff)
		}
	}
}

// TestTheDayIsTheOrganisations: at 23:30 in London it is the next day in Berlin.
func TestTheDayIsTheOrganisations(t *testing.T) {
	t.Parallel()
	coming := supportRepo(startEdition(dated("2027-01-20", "2027-03-01")+told), raise(nextL4))
	for at, want := range map[string][]string{"2027-02-28T22:59:59Z": nil, "2027-02-28T23:00:00Z": {"edition-to-fold"}} {
		moment, err := time.Parse(time.RFC3339, at)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, codes(t, compiler(t), review.Change{Head: coming, Now: moment})); diff != "" {
			t.Errorf("%s: %s", at, diff)
		}
	}
}

func codes(t *testing.T, c *compile.Compiler, change review.Change) []string {
	t.Helper()
	change.Root = "frameworks"
	v, err := review.Review(context.Background(), c, change)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, f := range v.Findings {
		out = append(out, f.Code)
	}
	slices.Sort(out)
	return out
}

// TestSeverityOfTime: an organisation turns notice and freezes down or off.
func TestSeverityOfTime(t *testing.T) {
	t.Parallel()
	c := compiler(t)
	for severity, want := range map[string]string{"warning": "warning", "off": "", "error": "error"} {
		base := supportRepo(replace(org, "notice: days: 30", "notice: days: 30\n\t\tseverity: notice: \""+severity+"\""))
		v, err := review.Review(context.Background(), c, review.Change{Base: base, Head: changed(base, raise(supportL4)), Root: "frameworks", Now: now})
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		for _, f := range v.Findings {
			got += string(f.Severity)
		}
		if got != want {
			t.Errorf("severity %q: got %q, want %q", severity, got, want)
		}
	}
}

// TestPortsAreMended: what a finding says to bring over is an edit, and with it
// nothing is missing.
func TestPortsAreMended(t *testing.T) {
	t.Parallel()
	c := compiler(t)
	base := supportRepo(startEdition(dated("2027-01-20", "2027-03-01")+told), raise(nextL4))
	head := changed(base, replace(supportL4, "Anwsers", "Answers"), replace(supportL4, "Shapes how", "Says how"), replace(supportMain, `people: title: "People"`, `people: title: "Persons"`))
	change := review.Change{Base: base, Head: head, Root: "frameworks", Now: now}
	v, err := review.Review(context.Background(), c, change)
	if err != nil {
		t.Fatal(err)
	}
	var edits []diag.Edit
	for _, f := range v.Findings {
		if f.Fix != nil && f.Code == "port-missing" {
			edits = append(edits, f.Fix.Edits...)
		}
	}
	if len(edits) != 3 {
		t.Errorf("%d edits, want 3: %v", len(edits), v.Findings)
	}
	slices.SortFunc(edits, func(a, b diag.Edit) int { return b.Start - a.Start })
	for _, e := range edits {
		data := string(head[e.File].Data)
		head[e.File] = &fstest.MapFile{Data: []byte(data[:e.Start] + e.New + data[e.End:])}
	}
	if found := codes(t, c, change); found != nil {
		t.Errorf("after the mends: %q", found)
	}
}

func TestTheMomentMustBeSet(t *testing.T) {
	t.Parallel()
	if _, err := review.Review(context.Background(), compiler(t), review.Change{Head: supportRepo(), Root: "frameworks"}); err == nil {
		t.Error("a review without a moment passes")
	}
}

// TestOnly: one framework with its edition, or all editions.
func TestOnly(t *testing.T) {
	t.Parallel()
	head := supportRepo(startEdition(""), another)
	for only, want := range map[string][]string{"": {"care", "support-ladder", "next/support-ladder"}, "care": {"care"}, "support-ladder": {"support-ladder", "next/support-ladder"}, "next": {"next/support-ladder"}} {
		v, err := review.Review(context.Background(), compiler(t), review.Change{Head: head, Root: "frameworks", Now: now, Only: only})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, x := range v.Checked {
			got = append(got, x.Dir)
		}
		if !slices.Equal(got, want) {
			t.Errorf("only %q: got %q, want %q", only, got, want)
		}
	}
}
