package review_test

import (
	"slices"
	"testing"
	"testing/fstest"

	"github.com/milepost-dev/milepost/internal/compile"
	"github.com/milepost-dev/milepost/internal/diag"
)

// TestRemovalIsAskedOnce: what an edition of the base removed already holds no
// later change of it up, and is told again where nothing is put forward.
func TestRemovalIsAskedOnce(t *testing.T) {
	t.Parallel()
	c, err := compile.New(compile.Options{CacheDir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	draft := supportRepo(startEdition(""), raise(nextL4))
	gone := changed(draft, remove(nextL3))
	for _, tc := range []struct {
		name       string
		base, head fstest.MapFS
		want       bool
	}{
		{"as it is removed", draft, gone, true},
		{"in a later change of the edition", gone, changed(gone, reword(nextL4)), false},
		{"where nothing is put forward", nil, gone, true},
		{"retired", draft, changed(gone, write(nextMain, `retired: levels: l3: {reason: "One level is enough"}`)), false},
		{"merged into another", draft, changed(gone, replace(nextL4, `code: "L4"`, "code: \"L4\"\n\tformerly: [\"l3\"]")), false},
	} {
		v := example{title: tc.name, base: tc.base, head: tc.head}.review(t, c)
		if got := slices.ContainsFunc(v.Findings, func(f diag.Finding) bool { return f.Code == "retired-missing" }); got != tc.want {
			t.Errorf("%s: asked: %v, want %v: %v", tc.name, got, tc.want, v.Findings)
		}
	}
}
