package server

import (
	"crypto/sha256"
	"crypto/subtle"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/milepost-dev/milepost/internal/history"
)

// around is all that happens to every request beside its handler, in one
// middleware: limits, who may read, panics, the log and the metrics. Four
// stacked middlewares cost more than the handlers.
func (s *Server) around(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) (err error) {
		start := time.Now()
		defer func() {
			if r := recover(); r != nil {
				s.o.Log.Error("a handler panicked", "path", c.Request().URL.Path, "panic", fmt.Sprint(r), "stack", string(debug.Stack()))
				s.fail(fmt.Errorf("panic: %v", r), c)
				err = nil
			}
			s.observe(c, start)
		}()
		c.Response().Header()["X-Content-Type-Options"] = nosniff
		if err := s.admit(c); err != nil {
			s.fail(err, c)
			return nil
		}
		if err := next(c); err != nil {
			s.fail(err, c)
		}
		return nil
	}
}

var nosniff = []string{"nosniff"}

// admit checks a request before its handler sees it.
func (s *Server) admit(c echo.Context) error {
	r := c.Request()
	if len(r.URL.RawQuery) > maxQueryBytes {
		return problem(http.StatusRequestURITooLong, tooLong, "The part of the address after the question mark is longer than %d bytes.", maxQueryBytes)
	}
	if s.o.Webhook != nil && r.Method == http.MethodPost && c.Path() == WebhookPath {
		return nil
	}
	if r.ContentLength > maxBodyBytes {
		return problem(http.StatusRequestEntityTooLarge, bodyTooLarge, "The request has a body of more than %d bytes. Nothing here takes one.", maxBodyBytes)
	}
	if r.ContentLength != 0 {
		r.Body = http.MaxBytesReader(c.Response(), r.Body, maxBodyBytes)
	}
	if s.o.Local && !localHost(r.Host) {
		return problem(http.StatusMisdirectedRequest, misdirected,
			"This server answers on this machine alone, and not under the name %q. Start it with --public or --token-file to serve others.", clip(r.Host))
	}
	if len(s.o.Tokens) == 0 || r.URL.Path == "/livez" || r.URL.Path == "/readyz" || strings.HasPrefix(r.URL.Path, "/assets/") {
		return nil
	}
	if _, ok := s.token(r); !ok {
		return problem(http.StatusUnauthorized, unauthorized,
			"Send a token that this server knows: Authorization: Bearer …, or as the password where a browser asks for one.")
	}
	return nil
}

// token finds the token of a request, in the same time whichever it is.
func (s *Server) token(r *http.Request) (*Token, bool) {
	given := ""
	if _, password, ok := r.BasicAuth(); ok {
		given = password
	} else if scheme, rest, ok := strings.Cut(r.Header.Get("Authorization"), " "); ok && strings.EqualFold(scheme, "Bearer") {
		given = strings.TrimSpace(rest)
	}
	hash := sha256.Sum256([]byte(given))
	var found *Token
	for i := range s.o.Tokens {
		if subtle.ConstantTimeCompare(hash[:], s.o.Tokens[i].Hash[:]) == 1 {
			found = &s.o.Tokens[i]
		}
	}
	return found, found != nil && given != ""
}

// localHost says whether a Host header names this machine. A page of
// somebody else's that a browser shows could reach a local server under a
// name of its own, and would be refused here.
func localHost(host string) bool {
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	host = strings.Trim(host, "[]")
	if strings.EqualFold(host, "localhost") {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}

// observe counts a request, and logs it where somebody listens.
func (s *Server) observe(c echo.Context, start time.Time) {
	took := time.Since(start)
	status := c.Response().Status
	route := c.Path()
	if route == "" || route == "/*" {
		route = "none"
	}
	s.metrics.observe(route, c.Request().Method, status, took)
	if ctx := c.Request().Context(); s.o.Log.Enabled(ctx, slog.LevelDebug) {
		s.o.Log.LogAttrs(ctx, slog.LevelDebug, "request",
			slog.String("method", c.Request().Method), slog.String("path", c.Request().URL.Path),
			slog.Int("status", status), slog.Int64("bytes", c.Response().Size), slog.Duration("took", took))
	}
}

// metrics are the server's, named by Prometheus' conventions.
type metrics struct {
	registry *prometheus.Registry
	requests *prometheus.HistogramVec
}

func newMetrics(r *prometheus.Registry, store *history.Store, now func() time.Time) *metrics {
	m := &metrics{registry: r, requests: prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name: "milepost_http_request_duration_seconds", Help: "Time to answer a request, by route, method and status.",
		Buckets: []float64{.0001, .0005, .001, .005, .01, .05, .1, .5, 1, 5},
	}, []string{"route", "method", "status"})}
	gauge := func(name, help string, f func(*history.Snapshot) float64) prometheus.Collector {
		return prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help}, func() float64 {
			if snap := store.Snapshot(); snap != nil {
				return f(snap)
			}
			return 0
		})
	}
	r.MustRegister(m.requests,
		gauge("milepost_snapshot_age_seconds", "Time since the snapshot that is served was made.", func(s *history.Snapshot) float64 { return now().Sub(s.TakenAt).Seconds() }),
		gauge("milepost_refresh_age_seconds", "Time since the repository was last looked at with success.", func(*history.Snapshot) float64 { return now().Sub(store.Refreshed()).Seconds() }),
		gauge("milepost_frameworks", "Frameworks in force.", func(s *history.Snapshot) float64 { return float64(len(s.Live())) }),
		gauge("milepost_versions", "Versions of all frameworks.", func(s *history.Snapshot) float64 {
			n := 0
			for _, t := range s.Timelines {
				n += len(t.Versions)
			}
			return float64(n)
		}),
		gauge("milepost_problems", "Frameworks whose newest commit makes no version.", func(s *history.Snapshot) float64 { return float64(len(s.Problems)) }),
		gauge("milepost_pending_commits", "Commits that wait because their time is still to come.", func(s *history.Snapshot) float64 { return float64(len(s.Pending)) }),
	)
	return m
}

func (m *metrics) observe(route, method string, status int, took time.Duration) {
	switch method {
	case http.MethodGet, http.MethodHead:
	default:
		method = "other"
	}
	m.requests.WithLabelValues(route, method, strconv.Itoa(status)).Observe(took.Seconds())
}

func (m *metrics) handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{DisableCompression: true})
}

func clip(s string) string {
	if r := []rune(s); len(r) > 60 {
		return string(r[:57]) + "..."
	}
	return s
}
