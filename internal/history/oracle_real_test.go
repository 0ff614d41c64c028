package history

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"testing"
	"testing/fstest"
	"time"

	"github.com/milepost-dev/milepost/internal/compile"
	"github.com/milepost-dev/milepost/internal/gitrepo"
	"github.com/milepost-dev/milepost/internal/gittest"
)

// TestOracleOfRealRepositories holds the whole way against the oracle: Git, the
// files as authors write them, their compilation, and a store that reads them.
func TestOracleOfRealRepositories(t *testing.T) {
	t.Parallel()
	many := 24
	if os.Getenv("MILEPOST_PROOFS") == "full" {
		many = 200
	}
	l := library1()
	c, err := compile.New(compile.Options{CacheDir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	asked, refused := int64(0), 0
	for seed := range uint64(many) {
		deeds, now := l.story(1_000_000 + seed)
		refused += judged(t, c, deeds)
		o := newOracle(deeds, now, l.digest, l.judge)
		repo, err := gitrepo.Open(context.Background(), gitrepo.Options{Location: written(t, deeds)})
		if err != nil {
			t.Fatal(err)
		}
		s := NewStore(Options{Repo: repo, Root: "frameworks", Compiler: c, Now: func() time.Time { return now }})
		if err := s.Refresh(context.Background()); err != nil {
			t.Fatal(err)
		}
		x := &examiner{t: t, seed: seed, o: o, snap: s.Snapshot().Timelines, now: now, r: rand.New(rand.NewPCG(seed, 5))}
		x.examine()
		asked += x.asked
		repo.Close()
		if t.Failed() {
			t.Fatal(told(deeds))
		}
	}
	t.Logf("%d repositories, %d questions; %d texts whose dates or directives are refused", many, asked, refused)
}

// judged finds texts that the compiler refuses, for instance for dates that
// contradict each other: to the oracle these are broken.
func judged(t *testing.T, c *compile.Compiler, deeds []deed) (refused int) {
	for _, d := range deeds {
		for dir, w := range d.dirs {
			if w == nil || w.Broken {
				continue
			}
			name := "frameworks/" + dir + "/framework.cue"
			files := fstest.MapFS{"cue.mod/module.cue": {Data: []byte(moduleFile)}, name: {Data: []byte(w.source())}}
			r, err := c.Framework(context.Background(), compile.Unit{FS: files, Root: "frameworks", Dir: dir})
			if err != nil {
				t.Fatal(err)
			}
			if w.Refused = !r.OK(); w.Refused {
				refused++
			}
		}
	}
	return refused
}

// written is a history as a repository.
func written(t *testing.T, deeds []deed) string {
	r := gittest.New(t)
	r.Write(map[string]string{"cue.mod/module.cue": moduleFile})
	for i, d := range deeds {
		r.At(d.committed)
		for _, dir := range sortedDirs(d.dirs) {
			if w := d.dirs[dir]; w == nil {
				r.Remove("frameworks/" + dir)
			} else {
				r.Write(map[string]string{"frameworks/" + dir + "/framework.cue": w.source()})
			}
		}
		if d.lib {
			r.Write(map[string]string{"frameworks/lib/words/words.cue": fmt.Sprintf("package words\n\nmany: %d\n", i)})
		}
		if d.zone != nil {
			writeZone(r, *d.zone, i)
		}
		r.Commit(fmt.Sprint("Change ", i))
	}
	return r.Dir
}

func writeZone(r *gittest.Repo, zone string, i int) {
	const name = "frameworks/organisation.cue"
	text := fmt.Sprintf("package organisation\n\nimport \"github.com/milepost-dev/milepost/schema\"\n\norganisation: schema.#Organisation\norganisation: {name: \"Example\", timeZone: %q}\n", zone)
	switch zone {
	case "":
		r.Remove(name)
	case "?":
		r.Write(map[string]string{name: fmt.Sprintf("package organisation\n\n// %d\norganisation: {", i)})
	default:
		r.Write(map[string]string{name: text})
	}
}
