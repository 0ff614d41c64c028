package webhook

import "github.com/prometheus/client_golang/prometheus"

// metrics are what operators see.
type metrics struct {
	deliveries *prometheus.CounterVec
	jobs       *prometheus.HistogramVec
	judged     prometheus.Counter
	failures   prometheus.Counter
	limited    prometheus.Collector
	drift      *prometheus.CounterVec
	released   *prometheus.CounterVec
	alarms     prometheus.Gauge
	reconciled prometheus.Gauge
	more       []prometheus.Collector
}

func newMetrics(gh *GitHub) *metrics {
	name := func(s string) string { return "milepost_webhook_" + s }
	return &metrics{
		deliveries: prometheus.NewCounterVec(prometheus.CounterOpts{Name: name("deliveries_total"), Help: "Deliveries, by event and what became of them."}, []string{"event", "outcome"}),
		jobs: prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: name("job_seconds"), Help: "How long work took, by its kind and outcome.",
			Buckets: []float64{.05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60, 300}}, []string{"kind", "outcome"}),
		judged:     prometheus.NewCounter(prometheus.CounterOpts{Name: name("judged_total"), Help: "Changes to frameworks that were judged."}),
		failures:   prometheus.NewCounter(prometheus.CounterOpts{Name: name("job_failures_total"), Help: "Attempts that failed and are tried again."}),
		limited:    prometheus.NewCounterFunc(prometheus.CounterOpts{Name: name("rate_limited_total"), Help: "Times that GitHub asked to wait."}, func() float64 { return float64(gh.limited.Load()) }),
		drift:      prometheus.NewCounterVec(prometheus.CounterOpts{Name: name("drift_total"), Help: "What was amiss when everything was looked at, by kind."}, []string{"kind"}),
		released:   prometheus.NewCounterVec(prometheus.CounterOpts{Name: name("released_total"), Help: "Tags and releases made, by kind."}, []string{"kind"}),
		alarms:     prometheus.NewGauge(prometheus.GaugeOpts{Name: name("alarms"), Help: "Tags that are moved, missing or refused."}),
		reconciled: prometheus.NewGauge(prometheus.GaugeOpts{Name: name("reconciled_timestamp_seconds"), Help: "When everything was last looked at."}),
	}
}

// watch adds what a queue holds.
func (m *metrics) watch(q *memory) {
	gauge := func(name, help string, value func() int) {
		m.more = append(m.more, prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "milepost_webhook_" + name, Help: help}, func() float64 { return float64(value()) }))
	}
	gauge("queue_keys", "Keys that wait or are worked on.", func() int { n, _ := q.Waiting(); return n })
	gauge("queue_given_up", "Keys that were given up and wait to be looked at with everything else.", func() int { _, n := q.Waiting(); return n })
}

// register makes the metrics known. The error says that some are already.
func (m *metrics) register(r prometheus.Registerer) error {
	for _, c := range append([]prometheus.Collector{m.deliveries, m.jobs, m.judged, m.failures, m.limited, m.drift, m.released, m.alarms, m.reconciled}, m.more...) {
		if err := r.Register(c); err != nil {
			return err
		}
	}
	return nil
}
