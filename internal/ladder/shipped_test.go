package ladder_test

import (
	"context"
	"encoding/json"
	"math/rand/v2"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/milepost-dev/milepost/internal/compile"
	"github.com/milepost-dev/milepost/internal/ladder"
)

// shipped are the frameworks of this repository.
var shipped = sync.OnceValues(func() ([]*ladder.Framework, error) {
	c, err := compile.New(compile.Options{})
	if err != nil {
		return nil, err
	}
	repo := os.DirFS("../..")
	entries, err := os.ReadDir("../../frameworks")
	if err != nil {
		return nil, err
	}
	var out []*ladder.Framework
	for _, e := range entries {
		if !e.IsDir() || e.Name() == "lib" || e.Name() == "next" {
			continue
		}
		r, err := c.Framework(context.Background(), compile.Unit{FS: repo, Root: "frameworks", Dir: e.Name()})
		if err != nil {
			return nil, err
		}
		f, err := r.Framework()
		if err != nil {
			return nil, err
		}
		out = append(out, f)
	}
	return out, nil
})

func frameworks(t *testing.T) []*ladder.Framework {
	t.Helper()
	all, err := shipped()
	if err != nil || len(all) < 5 {
		t.Fatalf("got %d frameworks, %v", len(all), err)
	}
	return all
}

func copied(t *testing.T, f *ladder.Framework) *ladder.Framework {
	t.Helper()
	var out ladder.Framework
	if err := json.Unmarshal(f.Canonical(), &out); err != nil {
		t.Fatal(err)
	}
	return &out
}

// TestShippedFrameworks holds Diff and Apply to their properties over the
// frameworks of this repository, each changed one to six times at random, and
// from each to every other.
func TestShippedFrameworks(t *testing.T) {
	t.Parallel()
	all := frameworks(t)
	for i, a := range all {
		for seed := range uint64(30) {
			r := rand.New(rand.NewPCG(seed, uint64(i)))
			b := copied(t, a)
			var done []string
			for range 1 + r.IntN(6) {
				done = append(done, ladder.Mutate(r, b))
			}
			name := a.ID + ": " + strings.Join(done, ", ")
			ladder.CheckPair(t, name, a, b)
			ladder.CheckPair(t, name+", back", b, a)
		}
		for _, b := range all {
			ladder.CheckPair(t, a.ID+" to "+b.ID, a, b)
		}
	}
}
