package ladder

import (
	"math/rand/v2"
	"testing"
)

// What the tests of the frameworks of this repository use, which are outside
// the package because they compile.

// Mutate changes a framework at random, and says what it did.
func Mutate(r *rand.Rand, f *Framework) string {
	all := mutations()
	m := all[r.IntN(len(all))]
	m.do(r, f)
	return m.name
}

// CheckPair holds two texts to all that is true of any two, and says whether
// something is not told in words.
func CheckPair(t *testing.T, name string, a, b *Framework) {
	t.Helper()
	s := Diff(a, b)
	checkProperties(t, name, a, b, s)
	for _, c := range s.Changes {
		if c.Path == "" && c.Rule != "framework-added" && c.Rule != "framework-removed" {
			t.Fatalf("%s: %s", name, c.Message)
		}
	}
}
