package webhook

import (
	"context"
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/milepost-dev/milepost/internal/fakehub"
	"github.com/milepost-dev/milepost/internal/gittest"
)

// beside is the service of a world with its own queue, as a server has it, with
// pauses that are short. It is run by run.
type beside struct {
	*world
	s        *Service
	q        *memory
	registry *prometheus.Registry
}

func newBeside(w *world) *beside {
	w.t.Helper()
	l := &beside{world: w, registry: prometheus.NewRegistry()}
	o := w.s.o
	o.Queue, o.Metrics, o.Every = nil, l.registry, time.Hour
	var err error
	l.s, err = newWatched(o)
	w.check(err)
	l.q = l.s.queue.(*memory)
	l.q.o.First, l.q.o.Longest = time.Millisecond, 5*time.Millisecond
	srv := httptest.NewServer(l.s.Handler())
	w.t.Cleanup(srv.Close)
	w.hub.SetWebhook(srv.URL, secret)
	return l
}

// run works until the test ends.
func (l *beside) run() {
	ctx, cancel := context.WithCancel(l.t.Context())
	done := make(chan error, 1)
	go func() { done <- l.s.Run(ctx) }()
	l.t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			l.t.Error(err)
		}
	})
}

// until waits until something is so.
func (l *beside) until(what string, so func() bool) {
	l.t.Helper()
	for end := time.Now().Add(2 * time.Minute); !so(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			waiting, dead := l.q.Waiting()
			l.t.Fatalf("%s: it never comes to that; %d wait, %d are given up", what, waiting, dead)
		}
	}
}

// value is the value of a metric without labels.
func (l *beside) value(name string) float64 {
	l.t.Helper()
	families, err := l.registry.Gather()
	l.check(err)
	for _, f := range families {
		if f.GetName() == name {
			m := f.GetMetric()[0]
			return m.GetGauge().GetValue() + m.GetCounter().GetValue()
		}
	}
	l.t.Fatalf("there is no metric %s", name)
	return 0
}

// TestOverflow: more is told of than the queue holds, and the pull requests are
// among what does not fit: everything is looked at, and all is right. With
// MILEPOST_PROOFS=full the queue is as large as it is by itself.
func TestOverflow(t *testing.T) {
	t.Parallel()
	keys := scaled(200, 10_000)
	w := newWorld(t, worldOptions{hub: fakehub.Options{RateLimit: 1_000_000}})
	l := newBeside(w)
	if l.q.o.Keys != 10_000 {
		t.Errorf("the queue holds %d", l.q.o.Keys)
	}
	l.q.o.Keys = keys
	h := l.s.Handler()
	for n := range keys { // pull requests that are gone when they are looked at
		h.ServeHTTP(httptest.NewRecorder(), delivery("pull_request", fmt.Sprintf(`{"action":"opened","number":%d,"repository":{"full_name":"acme/careers"}}`, 1000+n)))
	}
	var heads []string
	for i := range 3 {
		branch := fmt.Sprint("topic", i)
		w.open(fakehub.PullOptions{Branch: branch, Files: gittest.Ladder("a", fmt.Sprint("Text ", i))})
		heads = append(heads, w.repo.Head(branch))
	}
	_, err := w.hub.Deliver(t.Context())
	w.check(err)
	if waiting, _ := l.q.Waiting(); waiting > keys+1 {
		t.Errorf("%d wait, and the queue holds %d", waiting, keys)
	}
	if l.q.keys[keyAll] == nil || l.q.keys["pr/1"] != nil {
		t.Fatal("it did not overflow")
	}
	l.run()
	for _, head := range heads {
		l.until("a check", func() bool { return w.verdict(head) == "completed success" })
	}
	l.until("rest", func() bool { waiting, dead := l.q.Waiting(); return waiting+dead == 0 })
	if s := w.state(); len(s.Comments) != 3 || len(s.Releases) != 1 {
		t.Errorf("got %d comments and %d releases", len(s.Comments), len(s.Releases))
	}
	w.clean()
}

// TestPoison: what cannot be worked off is given up, which the metrics show and
// the pull request says, holds nothing else up, and is cleared as soon as it
// works again.
func TestPoison(t *testing.T) {
	t.Parallel()
	w := newWorld(t, worldOptions{})
	l := newBeside(w)
	bad, good := "poison", "topic"
	n := w.open(fakehub.PullOptions{Branch: bad, Files: gittest.Ladder("a", "Two")})
	w.open(fakehub.PullOptions{Branch: good, Files: gittest.Ladder("a", "Three")})
	w.hub.Fault(fakehub.Fault{Kind: fakehub.ErrorBefore, Method: "GET", Path: fmt.Sprintf("/pulls/%d/files", n), Status: 500})
	l.run()
	const dead, queued, failures = "milepost_webhook_queue_given_up", "milepost_webhook_queue_keys", "milepost_webhook_job_failures_total"
	l.until("it is given up", func() bool { return l.value(dead) == 1 && l.value(queued) == 0 })
	w.want(w.repo.Head(bad), "completed failure")
	w.want(w.repo.Head(good), "completed success")
	if failed := l.value(failures); failed != 8 {
		t.Errorf("%v attempts failed, want 8", failed)
	}
	l.s.queue.Add(Hint{Key: keyAll, Swept: true})
	l.until("it is given up again", func() bool {
		if l.value(dead) != 1 {
			t.Fatal("it was not seen while it was tried again")
		}
		return l.value(failures) == 16 && l.value(dead) == 1 && l.value(queued) == 0
	})
	w.hub.ClearFaults()
	l.s.queue.Add(Hint{Key: keyAll, Swept: true})
	l.until("it is cleared", func() bool { return l.value(dead) == 0 && l.value(queued) == 0 })
	w.want(w.repo.Head(bad), "completed success")
	if k := w.checkOf(w.repo.Head(bad)); strings.Contains(k.Title, "could not") {
		t.Errorf("got %+v", k)
	}
	w.clean()
}
