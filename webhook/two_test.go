package webhook

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/milepost-dev/milepost/internal/fakehub"
)

// halt is where a server is held: at its nth call that writes, before it has
// any effect, or after it and before the answer. The zero value is nowhere.
type halt struct {
	nth   int
	after bool
}

func (h halt) String() string {
	switch {
	case h.nth == 0:
		return "nowhere"
	case h.after:
		return fmt.Sprint("after ", h.nth)
	}
	return fmt.Sprint("before ", h.nth)
}

// turnstile lets the calls of one server through, and holds it at one.
type turnstile struct {
	mu     sync.Mutex
	at     halt
	writes []string
	held   chan struct{} // closed when it stands there
	pass   chan struct{} // closed for it to go on
}

// arm begins to count anew.
func (s *turnstile) arm(at halt) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.at, s.writes, s.held, s.pass = at, nil, make(chan struct{}), make(chan struct{})
}

func (s *turnstile) here(after bool) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.at == halt{len(s.writes), after}
}

// RoundTrip implements http.RoundTripper.
func (s *turnstile) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.Method == http.MethodGet || strings.HasSuffix(req.URL.Path, "/access_tokens") {
		return http.DefaultTransport.RoundTrip(req)
	}
	s.mu.Lock()
	s.writes = append(s.writes, req.Method+" "+req.URL.Path)
	s.mu.Unlock()
	wait := func() {
		close(s.held)
		<-s.pass
	}
	if s.here(false) {
		wait()
	}
	res, err := http.DefaultTransport.RoundTrip(req)
	if s.here(true) {
		wait()
	}
	return res, err
}

// mate is one of two servers beside one repository.
type mate struct {
	s    *Service
	q    *list
	stop *turnstile
	done chan error // what its work came to
}

// pair is a world with two servers.
type pair struct {
	*world
	mates []*mate
	deaf  *mate // whom deliveries do not reach, nil for nobody
}

func newPair(t *testing.T, cache string) *pair {
	t.Helper()
	one, two := &turnstile{}, &turnstile{}
	one.arm(halt{})
	two.arm(halt{})
	w := newWorld(t, worldOptions{cache: cache, account: func(a *Account) { a.Transport = one }})
	p := &pair{world: w, mates: []*mate{{s: w.s, q: w.queue, stop: one}}}
	w.account, w.queue = func(a *Account) { a.Transport = two }, &list{}
	w.start()
	p.mates = append(p.mates, &mate{s: w.s, q: w.queue, stop: two})
	srv := httptest.NewServer(http.HandlerFunc(p.post))
	t.Cleanup(srv.Close)
	w.hub.SetWebhook(srv.URL, secret)
	return p
}

// post hands a delivery on to both.
func (p *pair) post(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	for _, m := range p.mates {
		if m == p.deaf {
			continue
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		watch.Answers("deliveries are answered", m.s.Handler()).ServeHTTP(httptest.NewRecorder(), r)
	}
	w.WriteHeader(http.StatusAccepted)
}

// work works off what a server has to do. It is an error if it cannot.
func (m *mate) work(w *world) error {
	for tries := 0; len(m.q.hints) > 0; {
		h := m.q.hints[0]
		m.q.hints = m.q.hints[1:]
		if err := m.s.Handle(w.t.Context(), h); err != nil {
			if tries++; tries > 20 {
				return err
			}
			m.q.Add(h)
		}
	}
	return nil
}

// set has a server work until it is held, or has nothing left to do.
func (p *pair) set(m *mate, at halt) {
	m.stop.arm(at)
	m.done = make(chan error, 1)
	go func() { m.done <- m.work(p.world) }()
	select {
	case <-m.stop.held:
	case err := <-m.done:
		m.done <- err
	}
}

// release lets a server go on, and waits until it has nothing left to do.
func (p *pair) release(m *mate) {
	p.t.Helper()
	close(m.stop.pass)
	p.check(<-m.done)
	m.stop.at = halt{}
}

// deliver sends what is pending to the servers.
func (p *pair) deliver() int {
	p.t.Helper()
	n, err := p.hub.Deliver(p.t.Context())
	p.check(err)
	return n
}

// settle has both work until nothing is left, and counts their writes.
func (p *pair) settle() (writes []string) {
	p.t.Helper()
	for range 100 {
		n := p.deliver()
		for _, m := range p.mates {
			n += len(m.q.hints)
			p.set(m, halt{})
			p.check(<-m.done)
			writes = append(writes, m.stop.writes...)
		}
		if n == 0 {
			return writes
		}
	}
	p.t.Fatal("they never come to rest")
	return nil
}

// lookAtAll has both look at everything.
func (p *pair) lookAtAll() {
	for _, m := range p.mates {
		m.q.Add(Hint{Key: keyAll})
	}
}

// encounter is something that happens to a repository with two servers.
type encounter struct {
	name      string
	before    []func(*pair) // after each of which they come to rest
	happens   func(*pair)
	meanwhile func(*pair) // while the first is held: only the second hears of it
	hard      *schedule   // one that is always played, nil for one by chance
}

// schedule is who is held where: the first until the second is, or is done, and
// then the second until the first is done.
type schedule struct{ first, second halt }

// upshot is what a schedule came to.
type upshot struct {
	met    bool              // the first was held
	atOnce fakehub.RepoState // when both are done
	again  []string          // what is written when each looks at everything once more
}

// play plays an encounter by a schedule.
func (c encounter) play(t *testing.T, cache string, s schedule) upshot {
	t.Helper()
	p := newPair(t, cache)
	for _, f := range c.before {
		f(p)
		p.lookAtAll()
		p.settle()
	}
	c.happens(p)
	p.check(p.repo.ComputeMerges())
	p.deliver()
	a, b := p.mates[0], p.mates[1]
	p.set(a, s.first)
	if c.meanwhile != nil {
		p.deaf = a
		c.meanwhile(p)
		p.check(p.repo.ComputeMerges())
		p.deliver()
		p.deaf = nil
	}
	p.set(b, s.second)
	out := upshot{met: len(a.stop.writes) >= s.first.nth}
	p.release(a)
	p.release(b)
	p.settle()
	out.atOnce = p.people()
	p.lookAtAll()
	out.again = p.settle()
	p.clean()
	return out
}

// people is what people see: of a review whose only comment was taken back,
// GitHub shows nothing.
func (p *pair) people() fakehub.RepoState {
	p.t.Helper()
	s := p.counts()
	s.Reviews = slices.DeleteFunc(s.Reviews, func(r fakehub.ReviewState) bool { return r.State == "COMMENTED" && r.Body == "" })
	return s
}

// alone plays an encounter with one server. It counts the writes that it makes of
// what happens, and all.
func (c encounter) alone(t *testing.T, cache string) (is fakehub.RepoState, first, all int) {
	t.Helper()
	p := newPair(t, cache)
	p.mates = p.mates[:1]
	for _, f := range c.before {
		f(p)
		p.lookAtAll()
		p.settle()
	}
	c.happens(p)
	p.check(p.repo.ComputeMerges())
	first = len(p.settle())
	all = first
	if c.meanwhile != nil {
		c.meanwhile(p)
		p.check(p.repo.ComputeMerges())
		all += len(p.settle())
	}
	p.lookAtAll()
	if more := p.settle(); len(more) > 0 {
		t.Fatalf("one server alone does not come to rest: %v", more)
	}
	return p.people(), first, all
}
