package server

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/milepost-dev/milepost/internal/compile"
	"github.com/milepost-dev/milepost/internal/gitrepo"
	"github.com/milepost-dev/milepost/internal/history"
	"github.com/milepost-dev/milepost/internal/synth"
)

// The benchmarks compare requests a second of two servers in one run: nine
// pairs of half a second each, in turn, and the median of their ratios. They
// print ratios and not times, so that they say the same on any machine.

const (
	pairs  = 9
	window = 500 * time.Millisecond
	conns  = 4
)

// benchStore is a framework of some 60 KB with a history of many versions.
func benchStore(b *testing.B, commits int) (*history.Store, string) {
	b.Helper()
	dir := b.TempDir()
	if err := synth.Write(context.Background(), dir, synth.Options{Seed: 1, Commits: commits, Frameworks: 1}); err != nil {
		b.Fatal(err)
	}
	repo, err := gitrepo.Open(context.Background(), gitrepo.Options{Location: dir})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { repo.Close() })
	c, err := compile.New(compile.Options{CacheDir: b.TempDir()})
	if err != nil {
		b.Fatal(err)
	}
	store := history.NewStore(history.Options{Repo: repo, Root: "frameworks", Compiler: c})
	if err := store.Refresh(context.Background()); err != nil {
		b.Fatal(err)
	}
	return store, store.Snapshot().Live()[0].ID
}

func BenchmarkServe(b *testing.B) {
	store, id := benchStore(b, 60)
	s, err := New(Options{Store: store})
	if err != nil {
		b.Fatal(err)
	}
	t, _ := store.Snapshot().Timeline(id)
	head := t.Latest()
	body, err := head.Body()
	if err != nil {
		b.Fatal(err)
	}
	identity, err := head.Identity()
	if err != nil {
		b.Fatal(err)
	}
	asOf := "/v1/frameworks/" + id + "?as_of=" + time.Now().Format(time.DateOnly)
	answer := httptest.NewRecorder()
	s.Handler().ServeHTTP(answer, request(asOf, "gzip", ""))
	etag := answer.Header().Get("Etag")
	plain := httptest.NewRecorder()
	s.Handler().ServeHTTP(plain, request(asOf, "identity", ""))
	b.Logf("body: %d bytes, %d gzipped; %d versions", len(identity), len(body.Gzip), len(t.Versions))

	for _, bench := range []struct {
		name, accept, match string
		floor               http.Handler
		bar                 float64
	}{
		{"as-of/gzip/against-echo", "gzip", "", s.floor(body.Gzip, answer.Header()), 0.97},
		{"as-of/identity/against-echo", "identity", "", s.floor(identity, plain.Header()), 0.95},
		{"as-of/304/against-echo-200", "gzip", etag, s.floor(body.Gzip, answer.Header()), 1.0},
		{"as-of/gzip/against-net-http", "gzip", "", bare(body.Gzip, nil), 0.8},
		{"as-of/gzip/against-net-http-same-headers", "gzip", "", bare(body.Gzip, answer.Header()), 0.8},
	} {
		b.Run(bench.name, func(b *testing.B) {
			req := rawRequest(asOf, bench.accept, bench.match)
			ratio := compare(b, s.Handler(), bench.floor, req)
			report(b, ratio, bench.bar, true)
		})
	}
	b.Run("allocations", func(b *testing.B) { benchAllocations(b, s, asOf) })
}

// BenchmarkHistoryLength: an answer costs the same with 10 and 1,000 versions.
func BenchmarkHistoryLength(b *testing.B) {
	handler := func(commits int) (http.Handler, string) {
		store, id := benchStore(b, commits)
		s, err := New(Options{Store: store})
		if err != nil {
			b.Fatal(err)
		}
		return s.Handler(), "/v1/frameworks/" + id + "?as_of=" + time.Now().Format(time.DateOnly)
	}
	long, path := handler(1000)
	short, other := handler(10)
	if path != other {
		b.Fatalf("the two repositories name their framework %s and %s", path, other)
	}
	report(b, compare(b, long, short, rawRequest(path, "gzip", "")), 0.97, true)
}

// BenchmarkMemory: what each older version costs, in bytes of the heap.
func BenchmarkMemory(b *testing.B) {
	heap := func() float64 {
		runtime.GC()
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return float64(m.HeapAlloc)
	}
	before := heap()
	store, id := benchStore(b, 1000)
	s, err := New(Options{Store: store})
	if err != nil {
		b.Fatal(err)
	}
	t, _ := store.Snapshot().Timeline(id)
	held := heap()
	for _, v := range t.Versions { // and after each of them was asked for
		w := httptest.NewRecorder()
		s.Handler().ServeHTTP(w, request("/v1/frameworks/"+id+"/versions/"+v.Number, "gzip", ""))
		if w.Code != http.StatusOK {
			b.Fatalf("%s: %d", v.Number, w.Code)
		}
	}
	asked := heap()
	n := float64(len(t.Versions))
	b.ReportMetric((held-before)/n/1024, "KB/version")
	b.ReportMetric((asked-before)/n/1024, "KB/version-asked-for")
	b.ReportMetric(0, "ns/op")
	b.Logf("bar: 20 KB a version of 60 KB; %d versions", len(t.Versions))
	runtime.KeepAlive(store)
}

func benchAllocations(b *testing.B, s *Server, path string) {
	r := request(path, "gzip", "")
	w := &discard{h: http.Header{}}
	c := s.echo.NewContext(r, w)
	s.echo.Router().Find(http.MethodGet, r.URL.Path, c)
	allocs := testing.AllocsPerRun(1000, func() {
		c.Response().Committed = false
		if err := s.framework(c); err != nil {
			b.Fatal(err)
		}
	})
	b.ReportMetric(allocs, "allocs/answer")
	b.ReportMetric(0, "ns/op")
}

type discard struct{ h http.Header }

func (d *discard) Header() http.Header         { return d.h }
func (d *discard) Write(b []byte) (int, error) { return len(b), nil }
func (d *discard) WriteHeader(int)             {}

// floor is an Echo handler that writes the same bytes under the same headers,
// behind the same middleware: what is left to compare is the choice of the version.
func (s *Server) floor(body []byte, header http.Header) http.Handler {
	e := s.newEcho()
	e.Use(s.around)
	e.GET("/v1/frameworks/:id", func(c echo.Context) error {
		h := c.Response().Header()
		for name, value := range header {
			h[name] = value
		}
		c.Response().WriteHeader(http.StatusOK)
		_, err := c.Response().Write(body)
		return err
	})
	return e
}

// bare is net/http with the same gzipped bytes, and with the headers that it
// cannot do without or with those of the answer.
func bare(body []byte, header http.Header) http.Handler {
	if header == nil {
		header = http.Header{"Content-Type": contentJSON, "Content-Length": {strconv.Itoa(len(body))}, "Content-Encoding": encodingGzip}
	}
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		h := w.Header()
		for name, value := range header {
			h[name] = value
		}
		w.WriteHeader(http.StatusOK)
		w.Write(body)
	})
}

func request(path, accept, match string) *http.Request {
	r := httptest.NewRequest(http.MethodGet, path, nil)
	r.Header.Set("Accept-Encoding", accept)
	if match != "" {
		r.Header.Set("If-None-Match", match)
	}
	return r
}

func rawRequest(path, accept, match string) string {
	req := "GET " + path + " HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: " + accept + "\r\n"
	if match != "" {
		req += "If-None-Match: " + match + "\r\n"
	}
	return req + "\r\n"
}

// report prints the median ratio, the spread, and the bar that it is held to.
func report(b *testing.B, ratios []float64, bar float64, atLeast bool) {
	slices.Sort(ratios)
	median := ratios[len(ratios)/2]
	b.ReportMetric(median, "ratio")
	b.ReportMetric(ratios[0], "ratio-min")
	b.ReportMetric(ratios[len(ratios)-1], "ratio-max")
	b.ReportMetric(bar, "bar")
	b.ReportMetric(0, "ns/op")
	if atLeast && median < bar || !atLeast && median > bar {
		b.Logf("the bar is missed: %.3f against %.2f", median, bar)
	}
}

// compare is the ratio of requests a second of two handlers, pair by pair.
func compare(b *testing.B, one, two http.Handler, req string) []float64 {
	b.Helper()
	a, z := startLoad(b, one, req), startLoad(b, two, req)
	a(window / 2)
	z(window / 2)
	var ratios []float64
	for i := range pairs {
		var x, y float64
		if i%2 == 0 {
			x, y = a(window), z(window)
		} else {
			y, x = z(window), a(window)
		}
		ratios = append(ratios, x/y)
	}
	return ratios
}

// startLoad serves a handler and returns a function that asks it as often as
// it answers, for a while, and says how often that was a second.
func startLoad(b *testing.B, h http.Handler, req string) func(time.Duration) float64 {
	b.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	srv := &http.Server{Handler: h}
	go srv.Serve(l)
	b.Cleanup(func() { srv.Close() })
	return func(d time.Duration) float64 {
		var wg sync.WaitGroup
		counts := make([]int, conns)
		start := time.Now()
		for i := range conns {
			wg.Go(func() { counts[i] = ask(b, l.Addr().String(), req, start.Add(d)) })
		}
		wg.Wait()
		total := 0
		for _, n := range counts {
			total += n
		}
		return float64(total) / time.Since(start).Seconds()
	}
}

// ask sends requests over one connection until the deadline.
func ask(b *testing.B, addr, req string, until time.Time) int {
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		b.Error(err)
		return 0
	}
	defer conn.Close()
	r := bufio.NewReaderSize(conn, 128<<10)
	n := 0
	for ; time.Now().Before(until); n++ {
		if _, err := io.WriteString(conn, req); err != nil {
			b.Error(err)
			return n
		}
		if err := readAnswer(r); err != nil {
			b.Error(err)
			return n
		}
	}
	return n
}

// readAnswer reads one answer by its Content-Length.
func readAnswer(r *bufio.Reader) error {
	line, err := r.ReadSlice('\n')
	if err != nil {
		return err
	}
	if status := string(line[9:12]); status != "200" && status != "304" {
		return fmt.Errorf("answered %s", status)
	}
	length := 0
	for {
		line, err := r.ReadSlice('\n')
		if err != nil {
			return err
		}
		if len(line) == 2 {
			break
		}
		if v, ok := strings.CutPrefix(string(line), "Content-Length: "); ok {
			length, _ = strconv.Atoi(strings.TrimSpace(v))
		}
	}
	_, err = r.Discard(length)
	return err
}
