package fakehub

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

const (
	maxBody       = 64 << 20 // of a request, pushed packs included
	maxLog        = 20000    // calls and violations that are kept
	maxConcurrent = 100      // requests at once, before a secondary limit
)

// Call is one request, as it is logged.
type Call struct {
	N      int    // counted from 1
	Method string // GET, POST, ...
	Path   string // without /api/v3, with the query
	Route  string // the operation's path in the description, or git's service
	Actor  string // a login, the App's slug, anonymous, or ? for bad credentials
	Status int    // 0 while it is not answered; 499 if the connection was cut
	Fault  string // what went wrong by a rule
}

// Violation is something that GitHub's description or prose refuses.
type Violation struct {
	Call    Call
	Problem string
}

func (v Violation) String() string {
	return fmt.Sprintf("call %d, %s %s by %s: %s", v.Call.N, v.Call.Method, v.Call.Path, v.Call.Actor, v.Problem)
}

// call is a request that is being answered.
type call struct {
	Call
	hub    *Hub
	r      *http.Request
	op     *operation
	params map[string]string
	query  url.Values
	raw    []byte
	body   obj // nil if there is none
	who    actor
	repo   *Repo
	at     int // lists are answered as they were after this call
	due    int // of a call that is late: the call after which it has its effect
}

// response is an answer before it is sent.
type response struct {
	status int
	header http.Header
	body   []byte
}

// refusal is an answer that says no.
type refusal struct {
	status   int
	message  string
	docs     string
	problems []string // with which the call is a violation
	errors   []obj    // of GitHub's validation errors
	header   map[string]string
}

// invalid is a refusal of what GitHub never accepts.
func invalid(problem string, args ...any) *refusal {
	p := fmt.Sprintf(problem, args...)
	return &refusal{status: http.StatusUnprocessableEntity, message: "Validation Failed: " + p, problems: []string{p}}
}

// unprocessable is a refusal of what is right in itself, as the state is.
func unprocessable(message string, errors ...obj) *refusal {
	return &refusal{status: http.StatusUnprocessableEntity, message: message, errors: errors}
}

func notFound() *refusal { return &refusal{status: http.StatusNotFound, message: "Not Found"} }

func (r *refusal) response() *response {
	docs := r.docs
	if docs == "" {
		docs = "https://docs.github.com/rest"
	}
	body := obj{"message": r.message, "documentation_url": docs, "status": strconv.Itoa(r.status)}
	if len(r.errors) > 0 {
		body["errors"] = r.errors
	}
	b, err := json.Marshal(body)
	if err != nil {
		b = []byte(`{}`)
	}
	header := http.Header{"Content-Type": {jsonType}}
	for name, v := range r.header {
		header.Set(name, v)
	}
	return &response{r.status, header, b}
}

const jsonType = "application/json; charset=utf-8"

// serve answers one request: it is counted, faults are decided on, the hook is
// called, the effect comes about under the hub's lock, the hook is called
// again, and the answer is sent.
func (h *Hub) serve(w http.ResponseWriter, r *http.Request) {
	if h.servePage(w, r) {
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		http.Error(w, "the body cannot be read, or is too large", http.StatusRequestEntityTooLarge)
		return
	}
	c, p := h.begin(r, body)
	h.catchUp()
	h.hook(Before, c.Call)
	if p.delay > 0 {
		select {
		case <-time.After(p.delay):
		case <-r.Context().Done():
		}
	}
	var res *response
	switch {
	case p.cut == CutBefore:
	case p.cut == Late:
		h.postpone(c, p.late)
	case p.before != nil:
		res = p.before
	default:
		res = h.effect(c)
		if p.after != nil {
			res = p.after
		}
	}
	c.Status = 499
	if res != nil && p.cut == 0 {
		c.Status = res.status
	}
	h.end(c)
	h.hook(After, c.Call)
	h.send(w, res, p)
}

func (h *Hub) hook(at Point, c Call) {
	if h.opts.Hook != nil {
		h.opts.Hook(at, c)
	}
}

func (h *Hub) begin(r *http.Request, body []byte) (*call, plan) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.calls++
	h.inFlight++
	path := strings.TrimPrefix(r.URL.EscapedPath(), "/api/v3")
	c := &call{hub: h, r: r, raw: body, query: r.URL.Query(), who: h.identify(r)}
	c.Call = Call{N: h.calls, Method: r.Method, Path: path, Actor: c.who.login}
	if service := gitService(path); service != "" {
		c.Route = service
	} else if c.op, c.params = h.desc.find(r.Method, path); c.op != nil {
		c.Route = c.op.path
	}
	p := h.planFor(c)
	if r.URL.RawQuery != "" {
		c.Path += "?" + r.URL.RawQuery
	}
	c.Fault = strings.Join(p.names, ", ")
	if c.at = now; p.lag > 0 {
		c.at = c.N - 1 - p.lag
	}
	return c, p
}

func (h *Hub) end(c *call) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.inFlight--
	if h.log = append(h.log, c.Call); len(h.log) > maxLog {
		h.log = h.log[len(h.log)-maxLog:]
	}
}

func (h *Hub) violate(c Call, problem string) {
	if len(h.violations) < maxLog {
		h.violations = append(h.violations, Violation{c, problem})
	}
}

// effect does what was asked.
func (h *Hub) effect(c *call) *response {
	if strings.HasPrefix(c.Route, "git-") || c.Route == "info/refs" {
		return c.serveGit()
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.inFlight > maxConcurrent {
		return secondary(0, time.Second).response()
	}
	rep, refused := c.answer()
	if refused != nil {
		for _, p := range refused.problems {
			h.violate(c.Call, p)
		}
		res := refused.response()
		h.countLimit(c, res)
		return res
	}
	res := c.encode(rep)
	h.countLimit(c, res)
	return res
}

// Calls returns the newest calls, oldest first.
func (h *Hub) Calls() []Call {
	h.mu.Lock()
	defer h.mu.Unlock()
	return append([]Call(nil), h.log...)
}

// Violations returns what GitHub would have refused, or passed over in silence.
// A test asserts that there are none.
func (h *Hub) Violations() []Violation {
	h.mu.Lock()
	defer h.mu.Unlock()
	return append([]Violation(nil), h.violations...)
}

// send sends an answer, or cuts the connection.
func (h *Hub) send(w http.ResponseWriter, res *response, p plan) {
	if res == nil || p.cut == CutAfter {
		cut(w, nil)
		return
	}
	res.header.Set("Date", h.opts.Now().Add(p.skew).UTC().Format(http.TimeFormat))
	if p.cut == CutMidway {
		cut(w, res)
		return
	}
	for name, v := range res.header {
		w.Header()[name] = v
	}
	w.WriteHeader(res.status)
	if len(res.body) > 0 {
		// Who went away does not wait for an answer.
		_, _ = w.Write(res.body)
	}
}

// cut ends the connection, after half of an answer if there is one.
func cut(w http.ResponseWriter, res *response) {
	conn, buf, err := http.NewResponseController(w).Hijack()
	if err != nil {
		w.WriteHeader(http.StatusBadGateway)
		return
	}
	defer func() { _ = conn.Close() }()
	if res == nil {
		return
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, "HTTP/1.1 %d %s\r\n", res.status, http.StatusText(res.status))
	res.header.Set("Content-Length", strconv.Itoa(len(res.body)))
	if err := res.header.Write(&b); err == nil {
		b.WriteString("\r\n")
		b.Write(res.body[:len(res.body)/2])
		_, err = buf.Write(b.Bytes())
		_ = errors.Join(err, buf.Flush())
	}
}
