package main

import (
	"maps"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"

	"github.com/prometheus/client_golang/prometheus/testutil/promlint"
)

var (
	metricFamily = regexp.MustCompile(`(?m)^# TYPE (\S+) (\S+)$`)
	metricName   = regexp.MustCompile(`\bmilepost_[a-z_]+`)
	metricRow    = regexp.MustCompile("(?m)^\\| (`milepost_.+?) \\|")
)

// metrics holds those of the whole server, after the life of a change, to
// Prometheus' conventions, and docs/running.md to them: each is in the list, and
// nothing that is named there or in a rule is missing.
func (w *hubWorld) metrics() {
	w.t.Helper()
	status, text := w.page("http://" + w.admin + "/metrics")
	if status != http.StatusOK {
		w.t.Fatalf("got %d %s", status, text)
	}
	problems, err := promlint.New(strings.NewReader(text)).Lint()
	if err != nil {
		w.t.Fatal(err)
	}
	for _, p := range problems {
		w.t.Errorf("%s: %s", p.Metric, p.Text)
	}
	there := map[string]bool{}
	for _, m := range metricFamily.FindAllStringSubmatch(text, -1) {
		there[m[1]] = true
		if !strings.HasPrefix(m[1], "milepost_") {
			w.t.Errorf("%s is no metric of Milepost's", m[1])
		}
	}
	b, err := os.ReadFile("../../docs/running.md")
	if err != nil {
		w.t.Fatal(err)
	}
	listed := map[string]bool{}
	for _, row := range metricRow.FindAllStringSubmatch(string(b), -1) {
		for _, name := range metricName.FindAllString(row[1], -1) {
			listed[name] = true
		}
	}
	if has, want := slices.Sorted(maps.Keys(there)), slices.Sorted(maps.Keys(listed)); !slices.Equal(has, want) {
		w.t.Errorf("the server has\n%q\nand docs/running.md lists\n%q", has, want)
	}
	for _, name := range metricName.FindAllString(string(b), -1) {
		if !there[name] {
			w.t.Errorf("docs/running.md speaks of %s, which is not there", name)
		}
	}
	for _, series := range []string{
		`deliveries_total{event="pull_request",outcome="taken"}`, `github_calls_total{does="reads",outcome="done"}`, `github_calls_total{does="writes",outcome="done"}`,
		`released_total{kind="tag"}`, `released_total{kind="release"}`, "rate_remaining", "reconciled_timestamp_seconds", `job_duration_seconds_count{kind="pull",outcome="done"}`,
	} {
		if !regexp.MustCompile(`(?m)^milepost_webhook_` + regexp.QuoteMeta(series) + ` [1-9]`).MatchString(text) {
			w.t.Errorf("%s counts nothing in %s", series, text)
		}
	}
}
