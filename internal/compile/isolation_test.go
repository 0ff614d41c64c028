package compile

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"runtime/debug"
	"slices"
	"testing"
	"testing/fstest"
	"time"
)

// proofs says whether the long form of a test is wanted.
func proofs() bool { return os.Getenv("MILEPOST_PROOFS") == "full" }

// BenchmarkIsolation compares one warm worker with evaluation in the process,
// on the same framework: nine pairs in turn, and the median of their ratios.
func BenchmarkIsolation(b *testing.B) {
	const pairs, rounds = 9, 12
	defer debug.SetGCPercent(debug.SetGCPercent(400)) // as a worker has it
	src, found, err := gather(os.DirFS("../.."), "frameworks", "frameworks/product-operations-ladder", "product-operations-ladder")
	if err != nil || len(found) > 0 {
		b.Fatal(found, err)
	}
	apart, within := isolated(b, time.Minute), isolated(b, time.Minute)
	within.pool = nil
	run := func(c *Compiler, n int) time.Duration {
		start := time.Now()
		for range n {
			if r, err := c.evaluate(context.Background(), src); err != nil || !r.OK() {
				b.Fatal(r, err)
			}
		}
		return time.Since(start)
	}
	run(apart, rounds)
	run(within, rounds)
	for b.Loop() {
		var ratios []float64
		var a, w time.Duration
		for range pairs {
			a, w = run(apart, rounds), run(within, rounds)
			ratios = append(ratios, float64(a)/float64(w))
		}
		slices.Sort(ratios)
		b.ReportMetric(ratios[pairs/2], "pooled/in-process")
		b.Logf("ratios of pooled to in-process: %.3f; the last pair took %s and %s for each", ratios, a/rounds, w/rounds)
	}
}

// varied is a small framework that no other is like: names and texts are new.
func varied(r *rand.Rand) fstest.MapFS {
	word := func() string { return fmt.Sprintf("w%x", r.Uint64()) }
	text := "package framework\n\nimport \"github.com/milepost-dev/milepost/schema\"\n\nframework: schema.#Framework\n" +
		"framework: {id: \"a\", kind: \"ladder\", title: \"A\", owners: [\"people-team\"]}\n"
	craft := word()
	text += fmt.Sprintf("framework: competencies: %s: title: %q\n", craft, word())
	for i := range 1 + r.IntN(4) {
		text += fmt.Sprintf("framework: levels: %s: {rank: %d, titles: [{text: %q}], summary: %q, expectations: %s: items: [%q, %q]}\n",
			word(), i+1, word(), word(), craft, word(), word())
	}
	if r.IntN(4) == 0 { // and some with a mistake
		text += fmt.Sprintf("framework: %s: 1\n", word())
	}
	return fstest.MapFS{"frameworks/a/framework.cue": {Data: []byte(text)}}
}
