package webhook

import (
	"bufio"
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/milepost-dev/milepost/internal/fakehub"
)

// The benchmarks compare two things in one run, in turn: nine pairs, and the
// median of their ratios. They print ratios and counts, so that they say the same
// on any machine.

const (
	pairs  = 9
	rate   = 200 // deliveries a second
	window = time.Second
	conns  = 4
)

// BenchmarkAcknowledge sends deliveries as GitHub does and measures how long an
// answer takes, against a handler that only reads the body, verifies it and
// answers 202: while nothing else is done, and beside real checks.
func BenchmarkAcknowledge(b *testing.B) {
	g := newBigRig(b)
	g.open(b.TempDir())
	payloads := g.realDeliveries(b)
	b.Run("idle", func(b *testing.B) { benchAcknowledge(b, g, payloads) })
	b.Run("beside-two-checks", func(b *testing.B) {
		defer g.checkAllTheTime(2)()
		benchAcknowledge(b, g, payloads)
	})
}

// benchAcknowledge compares the receiver, whose queue is emptied at once, with
// the least that a receiver can do.
func benchAcknowledge(b *testing.B, g *rig, payloads []fakehub.Delivery) {
	q := newMemory(QueueOptions{})
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	go func() { _ = q.Run(ctx, Work{Handle: func(context.Context, Hint) error { return nil }}) }()
	is := &Service{o: g.s.o, log: g.s.log, gh: g.s.gh, metrics: g.s.metrics, queue: q}
	one, two := newSender(b, is.Handler(), payloads), newSender(b, bareReceiver(secret), payloads)
	var medians []float64
	var ours, floor []time.Duration
	for i := range pairs {
		x, y := inTurn(i, func() []time.Duration { return one.openLoop(b) }, func() []time.Duration { return two.openLoop(b) })
		medians = append(medians, float64(quantile(x, 0.5))/float64(quantile(y, 0.5)))
		ours, floor = append(ours, x...), append(floor, y...)
	}
	slices.Sort(medians)
	b.ReportMetric(medians[pairs/2], "median-ratio")
	b.ReportMetric(float64(quantile(ours, 0.99))/float64(quantile(floor, 0.99)), "p99-ratio")
	b.Logf("median %s against %s, p99 %s against %s, of %d deliveries each", quantile(ours, 0.5), quantile(floor, 0.5), quantile(ours, 0.99), quantile(floor, 0.99), len(ours))
	var full []float64
	for i := range pairs {
		x, y := inTurn(i, func() float64 { return one.closedLoop(b) }, func() float64 { return two.closedLoop(b) })
		full = append(full, x/y)
	}
	slices.Sort(full)
	b.ReportMetric(full[pairs/2], "saturation-ratio")
	b.ReportMetric(0, "ns/op")
}

// inTurn measures two things one after the other, the first of them first in
// every second pair.
func inTurn[T any](i int, one, two func() T) (x, y T) {
	if i%2 == 0 {
		x = one()
		return x, two()
	}
	y = two()
	return one(), y
}

func quantile(list []time.Duration, q float64) time.Duration {
	sorted := slices.Sorted(slices.Values(list))
	return sorted[int(q*float64(len(sorted)-1))]
}

// bareReceiver is what no receiver can do without.
func bareReceiver(secret string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		body, err := io.ReadAll(io.LimitReader(req.Body, maxBody+1))
		mac := hmac.New(sha256.New, []byte(secret))
		mac.Write(body)
		given, wrong := hex.DecodeString(strings.TrimPrefix(req.Header.Get("X-Hub-Signature-256"), "sha256="))
		switch {
		case err != nil, len(body) > maxBody:
			w.WriteHeader(http.StatusRequestEntityTooLarge)
		case wrong != nil, !hmac.Equal(mac.Sum(nil), given):
			w.WriteHeader(http.StatusUnauthorized)
		default:
			w.WriteHeader(http.StatusAccepted)
		}
	})
}

// sender sends deliveries to a handler over connections that stay.
type sender struct {
	addr     string
	requests [][]byte // as they are written to a connection
}

func newSender(b *testing.B, h http.Handler, payloads []fakehub.Delivery) *sender {
	srv := httptest.NewServer(h)
	b.Cleanup(srv.Close)
	s := &sender{addr: srv.Listener.Addr().String()}
	for _, d := range payloads {
		head := fmt.Sprintf("POST /webhooks/github HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nX-GitHub-Event: %s\r\nX-GitHub-Delivery: %s\r\nX-Hub-Signature-256: %s\r\nContent-Length: %d\r\n\r\n",
			d.Event, d.GUID, sign(secret, d.Payload), len(d.Payload))
		s.requests = append(s.requests, append([]byte(head), d.Payload...))
	}
	return s
}

// openLoop sends so many deliveries a second, whether the ones before are
// answered or not. What an answer takes counts from the moment at which its
// delivery was due.
func (s *sender) openLoop(b *testing.B) []time.Duration {
	const at = 32 // connections: more than are ever busy
	type due struct {
		at      time.Time
		request []byte
	}
	queue := make(chan due, rate*int(window/time.Second)) // sending never waits
	took := make(chan time.Duration, cap(queue))
	var wg sync.WaitGroup
	for range at {
		wg.Go(func() {
			s.connected(b, func(send func([]byte) error) {
				for d := range queue {
					if err := send(d.request); err != nil {
						b.Error(err)
						return
					}
					took <- time.Since(d.at)
				}
			})
		})
	}
	start := time.Now().Add(10 * time.Millisecond) // until all are connected
	for i := range cap(queue) {
		d := due{start.Add(time.Duration(i) * time.Second / rate), s.requests[i%len(s.requests)]}
		time.Sleep(time.Until(d.at))
		queue <- d
	}
	close(queue)
	wg.Wait()
	close(took)
	var out []time.Duration
	for d := range took {
		out = append(out, d)
	}
	return out
}

// closedLoop sends as many as are answered, and says how many a second that was.
func (s *sender) closedLoop(b *testing.B) float64 {
	counts := make([]int, conns)
	start := time.Now()
	var wg sync.WaitGroup
	for i := range conns {
		wg.Go(func() {
			s.connected(b, func(send func([]byte) error) {
				for n := i; time.Since(start) < window/2; n++ {
					if err := send(s.requests[n%len(s.requests)]); err != nil {
						b.Error(err)
						return
					}
					counts[i]++
				}
			})
		})
	}
	wg.Wait()
	total := 0
	for _, n := range counts {
		total += n
	}
	return float64(total) / time.Since(start).Seconds()
}

// connected has deliveries sent over one connection. An answer that is not 202
// is an error.
func (s *sender) connected(b *testing.B, use func(send func([]byte) error)) {
	conn, err := net.Dial("tcp", s.addr)
	if err != nil {
		b.Error(err)
		return
	}
	defer conn.Close()
	r := bufio.NewReader(conn)
	use(func(request []byte) error {
		if _, err := conn.Write(request); err != nil {
			return err
		}
		line, err := r.ReadSlice('\n')
		if err != nil {
			return err
		}
		if !bytes.Contains(line, []byte(" 202 ")) {
			return fmt.Errorf("answered %s", line)
		}
		for len(bytes.TrimSpace(line)) > 0 {
			if line, err = r.ReadSlice('\n'); err != nil {
				return err
			}
		}
		return nil
	})
}

// realDeliveries are what pull requests lead to, of the sizes that they have.
func (g *rig) realDeliveries(b *testing.B) []fakehub.Delivery {
	for i := range 4 {
		n := g.openPull(i)
		g.check(g.s.Handle(context.Background(), pullHint(n)))
		runs := g.repo.Checks(g.repo.Head(topic(i)))
		g.check(g.repo.Rerequest(runs[len(runs)-1]))
	}
	var out []fakehub.Delivery
	sizes := map[string]int{}
	for _, d := range g.hub.Deliveries() {
		if events[d.Event] != nil && d.Event != "ping" {
			out = append(out, d)
			sizes[d.Event] = max(sizes[d.Event], len(d.Payload))
		}
	}
	b.Logf("%d deliveries, the largest of each event in bytes: %v", len(out), sizes)
	return out
}

// checkAllTheTime has pull requests checked again and again, until stop.
func (g *rig) checkAllTheTime(workers int) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	for i := range workers {
		wg.Go(func() {
			for ctx.Err() == nil {
				if err := g.s.Handle(ctx, Hint{Key: pullHint(i + 1).Key, Again: true}); err != nil && ctx.Err() == nil {
					g.tb.Error(err)
					return
				}
			}
		})
	}
	return func() { cancel(); wg.Wait() }
}

// BenchmarkDeliveriesMemory takes in 10,000 deliveries of 50 pull requests, and
// measures what stays of them on the heap.
func BenchmarkDeliveriesMemory(b *testing.B) {
	g := newBigRig(b)
	g.open(b.TempDir())
	payloads := g.realDeliveries(b)
	q := newMemory(QueueOptions{})
	is := &Service{o: g.s.o, log: g.s.log, gh: g.s.gh, metrics: g.s.metrics, queue: q}
	h := is.Handler()
	take := func(n int) {
		for i := range n {
			d := payloads[i%len(payloads)]
			if d.Event == "pull_request" { // of many pull requests
				d.Payload = bytes.Replace(d.Payload, []byte(`"number":`), fmt.Appendf(nil, `"number":%d`, 1+i%50), 1)
			}
			w := httptest.NewRecorder()
			req := delivery(d.Event, string(d.Payload))
			if h.ServeHTTP(w, req); w.Code != http.StatusAccepted {
				b.Fatalf("%s: %d", d.Event, w.Code)
			}
		}
	}
	heap := func() float64 {
		runtime.GC()
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return float64(m.HeapAlloc)
	}
	take(1000)
	before := heap()
	take(5000)
	half := heap()
	take(5000)
	all := heap()
	waiting, _ := q.Waiting()
	b.ReportMetric((half-before)/1024, "KB-after-5000")
	b.ReportMetric((all-before)/1024, "KB-after-10000")
	b.ReportMetric(float64(waiting), "keys")
	b.ReportMetric(0, "ns/op")
	runtime.KeepAlive(q)
}
