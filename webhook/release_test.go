package webhook

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/milepost-dev/milepost/internal/fakehub"
	"github.com/milepost-dev/milepost/internal/gittest"
)

// TestMergeIsReleased: a merge leads to a tag that says who approved it and
// merged it, and to one release.
func TestMergeIsReleased(t *testing.T) {
	t.Parallel()
	w := newWorld(t, worldOptions{})
	w.sweep()
	n := w.open(fakehub.PullOptions{Branch: "topic", Files: gittest.Ladder("a", "Two")})
	_, err := w.repo.Review(n, "early", "APPROVE", "")
	w.check(err)
	_, err = w.repo.Push("topic", gittest.Ladder("a", "Three"))
	w.check(err)
	_, err = w.repo.Review(n, "bea", "APPROVE", "")
	w.check(err)
	w.work()
	w.clock.pass(time.Hour)
	commit, err := w.repo.MergePull(n, fakehub.Squash)
	w.check(err)
	w.work()
	s := w.state()
	var names []string
	for _, tag := range s.Tags {
		names = append(names, tag.Name)
	}
	if got := fmt.Sprint(names); got != "[frameworks/a/v1.0.0 frameworks/a/v1.1.0]" {
		t.Fatalf("got %s", got)
	}
	tag := s.Tags[1]
	if tag.Commit != commit || !tag.Annotated || !strings.Contains(tag.Message, fmt.Sprintf("Pull-Request: #%d\nApproved-By: bea\nMerged-By: ada", n)) || strings.Contains(tag.Message, "early") {
		t.Errorf("got %+v", tag)
	}
	if len(s.Releases) != 2 || s.Releases[1].Tag != tag.Name || s.Releases[1].Name != "A small ladder 1.1.0" || !strings.Contains(s.Releases[1].Body, "Three") {
		t.Errorf("got %+v", s.Releases)
	}
	at := w.calls()
	w.sweep()
	w.work()
	if writes := w.writes(at); len(writes) > 0 {
		t.Errorf("made again: %v", writes)
	}
	w.clean()
}
