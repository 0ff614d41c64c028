package history

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/milepost-dev/milepost/internal/gittest"
)

// TestErrata: a note on a text is known from the moment that it stands in the
// text in force, also where nothing else changes and after the end, and is told
// of in the notes of one version alone.
func TestErrata(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	const first, second = `errata: "1.0.0": "One means two"`, `errata: {"1.0.0": "One means two", "1.1.0": "Two means three"}`
	d.ladder("a", "one", "").Commit("09:00, 1.0.0")
	d.ladder("a", "one", first).Commit("10:00, a note alone")
	d.ladder("a", "two", first).Commit("11:00, 1.1.0")
	d.ladder("a", "three", second).Commit("12:00, 1.2.0")
	d.ladder("a", "four", second).Commit("13:00, 1.3.0")
	d.ladder("a", "four", `errata: "1.1.0": "Two means four"`).Commit("14:00, notes alone")
	d.Remove("frameworks/a").Commit("15:00, the end")
	tl, _ := d.look().Timeline("a")
	for _, c := range []struct{ hour, one, two string }{
		{"08", "", ""}, {"09", "", ""}, {"10", "One means two", ""}, {"11", "One means two", ""}, {"12", "One means two", "Two means three"},
		{"13", "One means two", "Two means three"}, {"14", "", "Two means four"}, {"15", "", "Two means four"},
	} {
		at, err := time.Parse("2006-01-02T15", gittest.Start.Format("2006-01-02T")+c.hour)
		if err != nil {
			t.Fatal(err)
		}
		v := View{KnownAt: at}
		if one, two := tl.Erratum("1.0.0", v), tl.Erratum("1.1.0", v); one != c.one || two != c.two {
			t.Errorf("at %s: got %q and %q, want %q and %q", c.hour, one, two, c.one, c.two)
		}
	}
	got := map[string]map[string]string{}
	for _, v := range tl.Versions {
		got[v.Number] = v.Said.Errata
	}
	want := map[string]map[string]string{"1.0.0": nil, "1.1.0": {"1.0.0": "One means two"}, "1.2.0": {"1.1.0": "Two means three"}, "1.3.0": {}, "2.0.0": nil}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("told of in the notes (-want +got):\n%s", diff)
	}
}
