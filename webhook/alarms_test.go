package webhook

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/milepost-dev/milepost/internal/fakehub"
	"github.com/milepost-dev/milepost/internal/gittest"
)

// alarms is how many tags need somebody to look at them, as operators see it.
func (w *world) alarms() int {
	w.t.Helper()
	r := prometheus.NewRegistry()
	w.check(w.s.metrics.register(r))
	families, err := r.Gather()
	w.check(err)
	for _, f := range families {
		if f.GetName() == "milepost_webhook_alarms" {
			return int(f.GetMetric()[0].GetGauge().GetValue())
		}
	}
	w.t.Fatal("there is no such metric")
	return 0
}

// tags are the tags in a word each: name and kind.
func (w *world) tags() string {
	w.t.Helper()
	var out []string
	for _, t := range w.state().Tags {
		kind := "light"
		if t.Annotated {
			kind = t.Tagger
		}
		out = append(out, strings.TrimPrefix(t.Name, "frameworks/")+" "+kind)
	}
	return strings.Join(out, ", ")
}

// TestTagsAreLeftAlone: a tag that was moved or deleted is an alarm and is never
// put right, whether the service ran all the time or was started anew; later
// versions are made all the same, and pull requests are checked.
func TestTagsAreLeftAlone(t *testing.T) {
	t.Parallel()
	const us = "milepost-app[bot]"
	for name, c := range map[string]struct{ tag, to, then, later string }{
		"the newest is moved":   {"v1.1.0", "main", "a/v1.0.0 US, a/v1.1.0 light", "a/v1.0.0 US, a/v1.1.0 light, a/v1.2.0 US"},
		"the newest is deleted": {"v1.1.0", "", "a/v1.0.0 US", "a/v1.0.0 US, a/v1.2.0 US"},
		"an older is moved":     {"v1.0.0", "main", "a/v1.0.0 light, a/v1.1.0 US", "a/v1.0.0 light, a/v1.1.0 US, a/v1.2.0 US"},
		"an older is deleted":   {"v1.0.0", "", "a/v1.1.0 US", "a/v1.1.0 US, a/v1.2.0 US"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, worldOptions{})
			w.clock.pass(time.Minute)
			_, err := w.repo.Push("main", gittest.Ladder("a", "Two"))
			w.check(err)
			w.sweep()
			w.work()
			to := c.to
			if to != "" {
				to = w.repo.Head(to)
			}
			w.check(w.repo.SetRef("refs/tags/frameworks/a/"+c.tag, to))
			for _, anew := range []bool{false, true} {
				if anew {
					w.start()
				}
				at := w.calls()
				w.work()
				w.sweep()
				if got := w.tags(); got != strings.ReplaceAll(c.then, "US", us) {
					t.Errorf("got %s, want %s", got, c.then)
				}
				if writes := w.writes(at); len(writes) > 0 || w.alarms() == 0 {
					t.Errorf("written: %v, alarms: %d", writes, w.alarms())
				}
			}
			w.clock.pass(time.Minute)
			_, err = w.repo.Push("main", gittest.Ladder("a", "Three"))
			w.check(err)
			w.open(fakehub.PullOptions{Branch: "topic", Files: gittest.Ladder("a", "Four")})
			w.work()
			if got := w.tags(); got != strings.ReplaceAll(c.later, "US", us) {
				t.Errorf("got %s, want %s", got, c.later)
			}
			if got := fmt.Sprint(w.state().Releases); strings.Count(got, "frameworks/a/v1.2.0") != 1 || w.alarms() == 0 {
				t.Errorf("got %s, alarms: %d", got, w.alarms())
			}
			w.want(w.repo.Head("topic"), "completed success")
			w.clean()
		})
	}
}

// TestTagOfAnother: a tag that is not of the version is an alarm, and is
// neither moved nor released.
func TestTagOfAnother(t *testing.T) {
	t.Parallel()
	w := newWorld(t, worldOptions{})
	_, err := w.repo.Push("main", gittest.Ladder("a", "Two"))
	w.check(err)
	w.check(w.repo.SetRef("refs/tags/frameworks/a/v1.0.0", w.repo.Head("main")))
	w.check(w.s.Handle(t.Context(), Hint{Key: "ref/main"}))
	if got := w.tags(); got != "a/v1.0.0 light, a/v1.1.0 milepost-app[bot]" {
		t.Errorf("got %s", got)
	}
	if s := w.state(); len(s.Releases) != 1 || s.Releases[0].Tag != tagOfTwo || w.alarms() != 2 {
		t.Errorf("got %+v, %d alarms", s.Releases, w.alarms())
	}
	w.clean()
}

// TestRebaseMerge: each commit that changes a text is a version, with its own
// tag, release and pull request.
func TestRebaseMerge(t *testing.T) {
	t.Parallel()
	w := newWorld(t, worldOptions{})
	w.sweep()
	for _, text := range []string{"Two", "Three", "Four"} {
		_, err := w.repo.Push("topic", gittest.Ladder("a", text))
		w.check(err)
	}
	n := w.open(fakehub.PullOptions{Branch: "topic"})
	_, err := w.repo.Review(n, "bea", "APPROVE", "")
	w.check(err)
	w.work()
	w.clock.pass(time.Minute)
	_, err = w.repo.MergePull(n, fakehub.Rebase)
	w.check(err)
	w.work()
	s := w.state()
	if len(s.Tags) != 4 || len(s.Releases) != 4 {
		t.Fatalf("got %+v, %+v", s.Tags, s.Releases)
	}
	commits := map[string]bool{}
	for _, tag := range s.Tags[1:] {
		commits[tag.Commit] = true
		if !strings.Contains(tag.Message, fmt.Sprintf("Pull-Request: #%d\nApproved-By: bea\nMerged-By: ada", n)) {
			t.Errorf("got %s: %s", tag.Name, tag.Message)
		}
	}
	if len(commits) != 3 || s.Tags[3].Commit != w.repo.Head("main") {
		t.Errorf("got %+v", s.Tags)
	}
	at := w.calls()
	w.sweep()
	w.work()
	if writes := w.writes(at); len(writes) > 0 || w.alarms() > 0 {
		t.Errorf("written: %v, alarms: %d", writes, w.alarms())
	}
	w.clean()
}
