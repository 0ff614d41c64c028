package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sync/errgroup"

	"github.com/milepost-dev/milepost/internal/gittest"
)

// command runs the command in this process.
func command(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	code = runWatched(context.Background(), args, strings.NewReader(""), &out, &errs)
	return code, out.String(), errs.String()
}

// remoteOf is a bare clone of a repository, and clones of it to work in.
func remoteOf(t *testing.T, r *gittest.Repo, clones int) (remote string, work []string) {
	t.Helper()
	dir := t.TempDir()
	remote = filepath.Join(dir, "remote.git")
	r.Git("clone", "-q", "--bare", r.Dir, remote)
	for i := range clones {
		work = append(work, filepath.Join(dir, fmt.Sprint("clone", i)))
		r.Git("clone", "-q", remote, work[i])
	}
	return remote, work
}

// TestReleaseRaces lets two releasers tag the same versions at the same time,
// twenty times, and with MILEPOST_PROOFS=full two hundred times. Each tag has
// one winner, and none is lost.
func TestReleaseRaces(t *testing.T) {
	races := 20
	if os.Getenv("MILEPOST_PROOFS") == "full" {
		races = 200
	}
	r := gittest.New(t)
	for _, text := range []string{"One", "Two", "Three"} {
		r.Write(gittest.Ladder("a", text)).Commit(text)
	}
	r.Write(gittest.Ladder("b", "One")).Commit("another")
	remote, work := remoteOf(t, r, 2)
	const versions = 4
	cache := t.TempDir()
	doubles, lost, shared := 0, 0, 0
	for range races {
		var done [2]Release
		var g errgroup.Group
		for i := range done {
			g.Go(func() error {
				code, out, errs := command(t, "release", "--push", "--format", "json", "--repo", work[i], "--cache", cache)
				if code != 0 {
					return fmt.Errorf("releaser %d ends with %d: %s%s", i, code, out, errs)
				}
				return json.Unmarshal([]byte(out), &done[i])
			})
		}
		if err := g.Wait(); err != nil {
			t.Fatal(err)
		}
		made := map[string]int{}
		for _, d := range done {
			for _, tag := range d.Tags {
				switch tag.Outcome {
				case tagMade:
					made[tag.Tag]++
				case tagThere:
					shared++
				default:
					t.Errorf("%s: %s (%s)", tag.Tag, tag.Outcome, tag.Reason)
				}
			}
		}
		for tag, n := range made {
			if n > 1 {
				doubles++
				t.Errorf("%s was made by both", tag)
			}
		}
		tags := strings.Fields(r.Git("-C", remote, "tag"))
		if len(tags) != versions || len(made) != versions {
			lost++
			t.Errorf("there are the tags %v, and %d were made, want %d", tags, len(made), versions)
		}
		r.Git(append([]string{"-C", remote, "tag", "-d"}, tags...)...)
	}
	t.Logf("%d races for %d tags: %d won twice, %d lost, %d found made by the other", races, versions, doubles, lost, shared)
	if shared == 0 {
		t.Error("the releasers never met: the test shows nothing")
	}
}
