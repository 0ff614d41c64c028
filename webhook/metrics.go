package webhook

import (
	"math"
	"net/http"
	"strconv"
	"sync/atomic"

	"github.com/prometheus/client_golang/prometheus"
)

// metrics are what operators see. docs/running.md lists them.
type metrics struct {
	deliveries *prometheus.CounterVec
	jobs       *prometheus.HistogramVec
	judged     prometheus.Counter
	failures   prometheus.Counter
	drift      *prometheus.CounterVec
	released   *prometheus.CounterVec
	alarms     prometheus.Gauge
	reconciled prometheus.Gauge
	more       []prometheus.Collector
}

func newMetrics(gh *GitHub) *metrics {
	name := func(s string) string { return "milepost_webhook_" + s }
	m := &metrics{
		deliveries: prometheus.NewCounterVec(prometheus.CounterOpts{Name: name("deliveries_total"), Help: "Deliveries, by event and what became of them."}, []string{"event", "outcome"}),
		jobs: prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: name("job_duration_seconds"), Help: "How long work took, by its kind and outcome.",
			Buckets: []float64{.05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60, 300}}, []string{"kind", "outcome"}),
		judged:     prometheus.NewCounter(prometheus.CounterOpts{Name: name("judged_total"), Help: "Changes to frameworks that were judged."}),
		failures:   prometheus.NewCounter(prometheus.CounterOpts{Name: name("job_failures_total"), Help: "Attempts that failed and are tried again."}),
		drift:      prometheus.NewCounterVec(prometheus.CounterOpts{Name: name("drift_total"), Help: "What was amiss when everything was looked at, by kind."}, []string{"kind"}),
		released:   prometheus.NewCounterVec(prometheus.CounterOpts{Name: name("released_total"), Help: "Tags and releases made, by kind: each version has one of both."}, []string{"kind"}),
		alarms:     prometheus.NewGauge(prometheus.GaugeOpts{Name: name("alarms"), Help: "Tags that are moved, missing or refused."}),
		reconciled: prometheus.NewGauge(prometheus.GaugeOpts{Name: name("reconciled_timestamp_seconds"), Help: "When everything was last looked at."}),
	}
	// What has not happened yet is told as 0, so that the first time is seen.
	for _, kind := range []string{"tag", "release"} {
		m.released.WithLabelValues(kind)
		m.drift.WithLabelValues(kind)
	}
	m.drift.WithLabelValues("check")
	m.drift.WithLabelValues("comment")
	m.deliveries.WithLabelValues("other", "forged")
	m.more = gh.usage.collectors(name)
	return m
}

// watch adds what a queue holds.
func (m *metrics) watch(q *memory) {
	gauge := func(name, help string, value func() int) {
		m.more = append(m.more, prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "milepost_webhook_" + name, Help: help}, func() float64 { return float64(value()) }))
	}
	gauge("queue_keys", "Keys that wait or are worked on.", func() int { n, _ := q.Waiting(); return n })
	gauge("queue_given_up", "Keys that were given up, and have not come to anything since.", func() int { _, n := q.Waiting(); return n })
}

// register makes the metrics known. The error says that some are already.
func (m *metrics) register(r prometheus.Registerer) error {
	for _, c := range append([]prometheus.Collector{m.deliveries, m.jobs, m.judged, m.failures, m.drift, m.released, m.alarms, m.reconciled}, m.more...) {
		if err := r.Register(c); err != nil {
			return err
		}
	}
	return nil
}

// usage counts what is asked of GitHub.
type usage struct {
	calls     *prometheus.CounterVec
	limited   atomic.Int64  // how often it asked to wait
	remaining atomic.Uint64 // calls of this hour, as the bits of a float64
}

func newUsage() *usage {
	u := &usage{calls: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "milepost_webhook_github_calls_total",
		Help: "Calls of GitHub's API, by whether they read or write and how they were answered; what is unchanged does not count towards the limit."}, []string{"does", "outcome"})}
	u.remaining.Store(math.Float64bits(math.NaN()))
	return u
}

func (u *usage) collectors(name func(string) string) []prometheus.Collector {
	return []prometheus.Collector{u.calls,
		prometheus.NewCounterFunc(prometheus.CounterOpts{Name: name("rate_limited_total"), Help: "Times that GitHub asked to wait."}, func() float64 { return float64(u.limited.Load()) }),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name("rate_remaining"), Help: "Calls of GitHub's API that remain of this hour; NaN where GitHub does not say."},
			func() float64 { return math.Float64frombits(u.remaining.Load()) }),
	}
}

// answered notes what an answer says of the limit.
func (u *usage) answered(res *http.Response) {
	if n, err := strconv.Atoi(res.Header.Get("X-RateLimit-Remaining")); err == nil {
		u.remaining.Store(math.Float64bits(float64(n)))
	}
}

// counting counts each call that is made.
type counting struct {
	next  http.RoundTripper
	usage *usage
}

// RoundTrip implements http.RoundTripper.
func (t counting) RoundTrip(req *http.Request) (*http.Response, error) {
	res, err := t.next.RoundTrip(req)
	does := "writes"
	if req.Method == http.MethodGet {
		does = "reads"
	}
	t.usage.calls.WithLabelValues(does, outcomeOf(res, err)).Inc()
	return res, err
}

// outcomeOf is how a call was answered, in a word.
func outcomeOf(res *http.Response, err error) string {
	switch {
	case err != nil:
		return "lost"
	case res.StatusCode == http.StatusNotModified:
		return "unchanged"
	case res.StatusCode == http.StatusNotFound:
		return "absent"
	case res.StatusCode >= 500:
		return "failed"
	case res.StatusCode >= 400:
		return "refused"
	}
	return "done"
}
