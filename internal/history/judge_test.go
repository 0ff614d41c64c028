package history

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"

	"github.com/milepost-dev/milepost/internal/compile"
	"github.com/milepost-dev/milepost/internal/gitrepo"
)

// counting is an engine that counts what it could not remember.
type counting struct {
	*compile.Compiler
	made atomic.Int64
}

func (c *counting) Remembered(name string, v any, made func() error) error {
	return c.Compiler.Remembered(name, v, func() error {
		c.made.Add(1)
		return made()
	})
}

// TestAWarmStartJudgesNothing: what a step came to is remembered, by both texts
// and what the author declared, and comes out the same.
func TestAWarmStartJudgesNothing(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	for i := range 5 {
		d.ladder("a", fmt.Sprint("Text ", i%2), "").Commit("step")
	}
	d.ladder("a", "Text 1", `release: meaning: "l2.craft": "less"`).Commit("declared otherwise")
	cache := t.TempDir()
	start := func() (numbers string, made int64) {
		c, err := compile.New(compile.Options{CacheDir: cache})
		if err != nil {
			t.Fatal(err)
		}
		repo, err := gitrepo.Open(context.Background(), gitrepo.Options{Location: d.Dir})
		if err != nil {
			t.Fatal(err)
		}
		defer repo.Close()
		head, err := repo.Refresh(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		commits, _, err := repo.Walk(context.Background(), head, "")
		if err != nil {
			t.Fatal(err)
		}
		e := &counting{Compiler: c}
		b := newBuilder(e, "frameworks", nil)
		if err := b.extend(context.Background(), repo, commits); err != nil {
			t.Fatal(err)
		}
		for _, v := range b.chains["a"].versions {
			numbers += v.Number + " " + v.Headline() + "\n"
		}
		return numbers, e.made.Load()
	}
	// There and back, declared at first, then not, then otherwise: five steps,
	// of which one is as another.
	cold, made := start()
	if made != 4 {
		t.Errorf("a cold start judged %d steps, want 4:\n%s", made, cold)
	}
	warm, made := start()
	if made != 0 || warm != cold {
		t.Errorf("a warm start judged %d steps, want none:\n%s\n%s", made, warm, cold)
	}
}
