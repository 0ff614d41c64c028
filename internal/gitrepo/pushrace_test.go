package gitrepo

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// TestTagRaces has two and eight creators make the same tag at once, by
// different ways to one remote: each race has one winner, and every loser is
// told of it. MILEPOST_PROOFS=full runs all two hundred of each.
func TestTagRaces(t *testing.T) {
	t.Parallel()
	races := 20
	if os.Getenv("MILEPOST_PROOFS") == "full" {
		races = 200
	}
	g, hashes := sample(t)
	b := g.bare()
	s := serve(t, b)
	ways := []string{b.dir, "file://" + b.dir, s.URL + "/" + filepath.Base(b.dir), "git://" + daemon(t, b) + "/careers"}
	r := rand.New(rand.NewPCG(1, 2))
	won := map[string]string{} // what each tag is to hold
	for _, creators := range []int{2, 8} {
		for i := range races {
			name := fmt.Sprintf("frameworks/f%d/v1.%d.0", creators, i)
			tags := make([]NewTag, creators)
			opts := make([]TagOptions, creators)
			for j := range tags {
				tags[j] = newTag(hashes[r.IntN(len(hashes))], fmt.Sprintf("creator-%d", j))
				tags[j].Name = name
				opts[j] = TagOptions{Location: ways[r.IntN(len(ways))], Timeout: 5 * time.Minute}
			}
			won[name] = race(t, opts, tags)
			if i%5 == 4 {
				b.git("pack-refs", "--all", "--prune")
			}
		}
	}
	var want strings.Builder
	for line := range strings.SplitSeq(b.git("for-each-ref", "--format=%(refname:strip=2)", "refs/tags/"), "\n") {
		fmt.Fprintf(&want, "%s %s\n", won[line], line)
	}
	if got := b.git("for-each-ref", "--format=%(objectname) %(refname:strip=2)", "refs/tags/") + "\n"; got != want.String() || strings.Count(got, "\n") != 2*races {
		t.Errorf("lost versions: got\n%swant\n%s", got, want.String())
	}
	b.sound()
	// And all of them are there for readers.
	tags := tagsOf(t, b.open(), "frameworks/")
	if len(tags) != 2*races {
		t.Errorf("got %d tags, want %d", len(tags), 2*races)
	}
	for _, tag := range tags {
		if tag.Object != won[tag.Name] || tag.Target == "" || !strings.Contains(tag.Message, "Nonce: nonce-"+tag.Tagger) {
			t.Errorf("got %+v", tag)
		}
	}
}

// race has all creators start at once and returns the object of the one winner.
func race(t *testing.T, opts []TagOptions, tags []NewTag) string {
	t.Helper()
	outcomes := make([]Outcome, len(tags))
	errs := make([]error, len(tags))
	start := make(chan struct{})
	var wg sync.WaitGroup
	for i := range tags {
		wg.Go(func() {
			<-start
			outcomes[i], errs[i] = PushTag(t.Context(), opts[i], tags[i])
		})
	}
	close(start)
	wg.Wait()
	winner := -1
	for i, out := range outcomes {
		switch {
		case errs[i] != nil:
			t.Errorf("%s: creator %d: %v", tags[i].Name, i, errs[i])
		case out.Won && winner >= 0:
			t.Errorf("%s: %d and %d won", tags[i].Name, winner, i)
		case out.Won:
			winner = i
		}
	}
	if winner < 0 {
		t.Fatalf("%s: nobody won", tags[0].Name)
	}
	for i, out := range outcomes {
		if out.Tag.Object != outcomes[winner].Tag.Object || out.Tag.Message != outcomes[winner].Tag.Message || out.Tag.Tagger != tags[winner].TaggerName {
			t.Errorf("%s: creator %d was told of %+v, and %d won", tags[i].Name, i, out.Tag, winner)
		}
	}
	return outcomes[winner].Tag.Object
}
