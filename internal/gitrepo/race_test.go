package gitrepo

import (
	"fmt"
	"io/fs"
	"path/filepath"
	"sync"
	"testing"
	"time"
)

// TestConcurrent reads all there is to read from several goroutines, while
// commits arrive, packs are rewritten and the mirror is cloned again. It is
// meant for the race detector.
func TestConcurrent(t *testing.T) {
	t.Parallel()
	for _, remote := range []bool{false, true} {
		t.Run(map[bool]string{false: "local", true: "remote"}[remote], func(t *testing.T) {
			t.Parallel()
			g, _ := sample(t)
			opts, clock := remoteOf(g)
			if !remote {
				opts = Options{Location: filepath.Join(g.dir, "frameworks")}
			}
			r := open(t, opts)
			other := open(t, opts) // as another process has it, which does not refresh
			if remote {
				r.mirror.packs = 3
			}
			stop := make(chan struct{})
			var readers sync.WaitGroup
			for i := range 4 {
				r := []*Repo{r, other}[i%2]
				readers.Go(func() {
					for {
						select {
						case <-stop:
							return
						default:
						}
						if err := readAll(t, r); err != nil {
							t.Error(err)
							return
						}
					}
				})
			}
			for i := range 12 {
				clock.forward(time.Hour)
				hash := g.write("frameworks/a/framework.cue", fmt.Sprint(i)).commit("n")
				if i%4 == 3 {
					g.git("gc", "--quiet", "--prune=now")
				}
				if got := refresh(t, r); got != hash {
					t.Errorf("got %s, want %s", got, hash)
				}
			}
			close(stop)
			readers.Wait()
		})
	}
}

func readAll(t *testing.T, r *Repo) error {
	ctx := t.Context()
	commits, _, err := r.Walk(ctx, "main", "")
	if err != nil {
		return fmt.Errorf("Walk: %w", err)
	}
	newest := commits[len(commits)-1]
	if len(commits) < 3 || newest.Parent != commits[len(commits)-2].Hash {
		return fmt.Errorf("got %d commits", len(commits))
	}
	if base, err := r.MergeBase(ctx, newest.Hash, commits[0].Hash); err != nil || base != commits[0].Hash {
		return fmt.Errorf("MergeBase: got %s, %w", base, err)
	}
	fsys, err := r.Tree(ctx, newest.Hash)
	if err != nil {
		return fmt.Errorf("Tree: %w", err)
	}
	_ = r.Branch()
	return fs.WalkDir(fsys, ".", func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		_, err = fs.ReadFile(fsys, p)
		return err
	})
}
