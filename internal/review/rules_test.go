package review

import (
	"fmt"
	"io/fs"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/milepost-dev/milepost/internal/compile"
	"github.com/milepost-dev/milepost/internal/diag"
	"github.com/milepost-dev/milepost/internal/ladder"
	"github.com/milepost-dev/milepost/schema"
)

// TestSchemaNamesRules: the comment that editors show says of every rule of
// the house what it is where the organisation says nothing.
func TestSchemaNamesRules(t *testing.T) {
	t.Parallel()
	text, err := fs.ReadFile(schema.FS, "organisation.cue")
	if err != nil {
		t.Fatal(err)
	}
	comment := regexp.MustCompile(`(?s)// severity says.*?severity\?`).FindString(string(text))
	parts := regexp.MustCompile(`(?s)Errors unless(.*)Warnings unless(.*)Off unless(.*)`).FindStringSubmatch(comment)
	if parts == nil {
		t.Fatalf("the comment does not say what rules are: %s", comment)
	}
	for i, s := range []string{isError, isWarning, isOff} {
		var got, want []string
		for _, m := range regexp.MustCompile(`"([a-z-]+)"`).FindAllStringSubmatch(parts[i+1], -1) {
			got = append(got, m[1])
		}
		for code, is := range houseRules {
			if is == s {
				want = append(want, code)
			}
		}
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Errorf("%s: the comment names %q, want %q", s, got, want)
		}
	}
}

// TestHouseIsBounded judges the largest framework there may be: 3,000 cells
// with 30 expectations each.
func TestHouseIsBounded(t *testing.T) {
	c, err := compile.New(compile.Options{})
	if err != nil {
		t.Fatal(err)
	}
	places, _, err := c.Inspect(compile.Unit{FS: fstest.MapFS{}, Root: "frameworks", Dir: "big"}, false)
	if err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(8, 9))
	for _, tc := range []struct {
		name string
		text func() string
		cut  bool
	}{
		{"as people write", func() string { return randomText(r, 8+r.IntN(12), 4000) }, false},
		{"one sentence, a word changed", func() string { return "Plans the work of the whole team and " + randomText(r, 1, 1<<30) }, true},
	} {
		f := bigFramework(tc.text)
		start := time.Now()
		found := (&house{f: f, places: places}).check()
		took := time.Since(start)
		t.Logf("%s: %d findings in %v", tc.name, len(found), took)
		cut := slices.ContainsFunc(found, func(f diag.Finding) bool { return strings.Contains(f.Message, "not all of them were compared") })
		if took > time.Minute || cut != tc.cut { // two seconds at most on a machine with nothing else to do
			t.Errorf("%s: took %v; not all compared: %v, want %v", tc.name, took, cut, tc.cut)
		}
	}
}

func bigFramework(text func() string) *ladder.Framework {
	f := &ladder.Framework{ID: "big", Title: "Big"}
	for c := range 50 {
		f.Competencies = append(f.Competencies, ladder.Competency{ID: fmt.Sprintf("c%d", c), Title: "Craft"})
	}
	for l := range 60 {
		level := ladder.Level{ID: fmt.Sprintf("l%d", l), Rank: l + 1, Summary: "Big.", Expectations: map[string]ladder.Cell{}}
		for _, c := range f.Competencies {
			cell := ladder.Cell{}
			for range 30 {
				cell.Items = append(cell.Items, ladder.Item{Text: text()})
			}
			level.Expectations[c.ID] = cell
		}
		f.Levels = append(f.Levels, level)
	}
	return f
}

// randomText is a text of n words, of so many different ones.
func randomText(r *rand.Rand, n, of int) string {
	out := make([]string, n)
	for i := range out {
		out[i] = fmt.Sprintf("W%dx", r.IntN(of))
	}
	return strings.Join(out, " ")
}
