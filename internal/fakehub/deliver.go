package fakehub

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"
)

const (
	deliveryTimeout = 10 * time.Second // as GitHub has it
	deliveryLife    = 72 * time.Hour   // in which it can be redelivered
	maxEvent        = 25 << 20         // above it GitHub sends nothing
	maxPending      = 10000
	maxSent         = 10000
	idle            = 100 * time.Millisecond // after which Run sends what a fault holds
)

// Delivery is an event on its way, or as it was answered.
type Delivery struct {
	ID            int
	GUID          string // the same when it is redelivered
	Event, Action string
	Repo          string // owner/name; "" of events that are of none
	RepoID        int
	Installation  int // 0 for a repository's own webhook
	Redelivery    bool
	Payload       []byte
	Sent          bool
	StatusCode    int    // 0 if nothing was answered
	Error         string // why nothing was
	At            time.Time
	Duration      time.Duration
}

type delivery struct {
	Delivery
	hook           *hook // nil for the App's
	hold           int   // how many are to go before it
	request, reply http.Header
	answer         string
	url            string
}

// enqueue makes a delivery of an event. The payload is written out at once.
func (h *Hub) enqueue(d *delivery, payload obj) {
	b, err := json.Marshal(payload)
	if err != nil || len(b) > maxEvent {
		h.lost++
		return
	}
	d.ID, d.Payload = h.nextID(), b
	sum := sha256.Sum256(fmt.Appendf(nil, "%d delivery %d", h.opts.Seed, d.ID))
	g := hex.EncodeToString(sum[:16])
	d.GUID = g[:8] + "-" + g[8:12] + "-" + g[12:16] + "-" + g[16:20] + "-" + g[20:]
	copies := 1
	for _, r := range h.faults {
		if r.Kind < DropDelivery || !r.about(d) || !r.comes(h) {
			continue
		}
		switch r.Kind {
		case DropDelivery:
			d.Error = "dropped by a fault"
			copies = 0
		case DoubleDelivery:
			copies *= 2
		case HoldDelivery:
			d.hold = max(1, r.Lag)
		}
	}
	if copies == 0 {
		h.keep(d)
	}
	for i := range copies {
		one := *d
		if i > 0 {
			one.ID = h.nextID()
		}
		h.push(&one)
	}
}

func (r *rule) about(d *delivery) bool {
	return r.Event == "" || r.Event == d.Event || r.Event == d.Event+"."+d.Action
}

func (h *Hub) push(d *delivery) {
	if h.pending = append(h.pending, d); len(h.pending) > maxPending {
		h.pending = h.pending[1:]
		h.lost++
	}
	h.ring()
}

// keep records a delivery that is done with.
func (h *Hub) keep(d *delivery) {
	d.At = h.now()
	if h.sent = append(h.sent, d); len(h.sent) > maxSent {
		h.sent = h.sent[1:]
	}
}

func (h *Hub) ring() {
	select {
	case h.wake <- struct{}{}:
	default:
	}
}

// next takes the delivery that is to be sent. What a fault holds goes when
// enough others went before, or in the end.
func (h *Hub) next(end bool) *delivery {
	h.mu.Lock()
	defer h.mu.Unlock()
	for i, d := range h.pending {
		if h.address(d) == "" || d.hold > 0 && !end {
			continue
		}
		for _, before := range h.pending[:i] {
			before.hold = max(0, before.hold-1)
		}
		h.pending = append(append([]*delivery{}, h.pending[:i]...), h.pending[i+1:]...)
		return d
	}
	return nil
}

func (h *Hub) address(d *delivery) string {
	if d.hook != nil {
		return d.hook.URL
	}
	return h.hookURL
}

// Deliver sends all that is pending, and what comes of it, in order and one
// after the other. It returns how many it sent, and the context's error.
func (h *Hub) Deliver(ctx context.Context) (int, error) {
	n := 0
	for ctx.Err() == nil {
		d := h.next(false)
		if d == nil {
			d = h.next(true)
		}
		if d == nil {
			return n, nil
		}
		h.post(ctx, d)
		n++
	}
	return n, ctx.Err()
}

// Run sends deliveries as they come until the context ends; without it they are
// held until Deliver is called.
func (h *Hub) Run(ctx context.Context) error {
	for {
		for d := h.next(false); d != nil && ctx.Err() == nil; d = h.next(false) {
			h.post(ctx, d)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-h.wake:
		case <-time.After(idle):
			if d := h.next(true); d != nil {
				h.post(ctx, d)
			}
		}
	}
}

// post sends one delivery and records how it was answered.
func (h *Hub) post(ctx context.Context, d *delivery) {
	h.mu.Lock()
	d.url = h.address(d)
	secret, config := h.secret, h.hookConfig
	h.mu.Unlock()
	if d.hook != nil {
		secret, config = d.hook.Secret, d.hook.HookConfig
	}
	ctx, cancel := context.WithTimeout(ctx, deliveryTimeout)
	defer cancel()
	start := time.Now()
	body, kind := config.body(d.Payload)
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, d.url, bytes.NewReader(body))
	if err == nil {
		req.Header.Set("Content-Type", kind)
		d.describe(req)
		if !config.NoSecret {
			sign(req, secret, body)
		}
		err = d.do(req)
	}
	d.Duration, d.Sent = time.Since(start), true
	if err != nil {
		d.Error = reason(err)
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.keep(d)
}

func reason(err error) string {
	var timeout net.Error
	if errors.As(err, &timeout) && timeout.Timeout() {
		return "timed out"
	}
	return "failed to connect to host"
}

// client follows no redirects, uses no proxy, and keeps no connection.
var client = &http.Client{
	Transport:     &http.Transport{DisableKeepAlives: true},
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
}

func (d *delivery) do(req *http.Request) error {
	d.request = req.Header.Clone()
	res, err := client.Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = res.Body.Close() }()
	d.StatusCode, d.reply = res.StatusCode, res.Header
	b, err := io.ReadAll(io.LimitReader(res.Body, 64<<10))
	d.answer = string(b)
	return err
}

// sign adds the signatures of a delivery.
func sign(req *http.Request, secret string, body []byte) {
	mac := func(new func() hash.Hash) string {
		m := hmac.New(new, []byte(secret))
		m.Write(body)
		return hex.EncodeToString(m.Sum(nil))
	}
	req.Header.Set("X-Hub-Signature", "sha1="+mac(sha1.New))
	req.Header.Set("X-Hub-Signature-256", "sha256="+mac(sha256.New))
}

// describe sets the headers of a delivery:
// https://docs.github.com/webhooks/webhook-events-and-payloads#delivery-headers
func (d *delivery) describe(req *http.Request) {
	id, kind, target := appID, "integration", appID
	if d.hook != nil {
		id, kind, target = d.hook.id, "repository", d.RepoID
	}
	for name, v := range map[string]string{
		"User-Agent": "GitHub-Hookshot/fake", "X-GitHub-Event": d.Event, "X-GitHub-Delivery": d.GUID,
		"X-GitHub-Hook-ID": strconv.Itoa(id), "X-GitHub-Hook-Installation-Target-Type": kind, "X-GitHub-Hook-Installation-Target-ID": strconv.Itoa(target),
	} {
		req.Header.Set(name, v)
	}
}

// Deliveries returns what was sent, or lost by a fault, and then what is
// pending, oldest first.
func (h *Hub) Deliveries() []Delivery {
	h.mu.Lock()
	defer h.mu.Unlock()
	var out []Delivery
	for _, d := range append(append([]*delivery{}, h.sent...), h.pending...) {
		out = append(out, d.Delivery)
	}
	return out
}

// Redeliver sends a delivery again, with the same GUID, as an operator does. It
// is pending then.
func (h *Hub) Redeliver(id int) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, d := range h.sent {
		if d.ID == id {
			h.again(d)
			return nil
		}
	}
	return fmt.Errorf("there is no delivery %d", id)
}

func (h *Hub) again(d *delivery) {
	h.push(&delivery{hook: d.hook, Delivery: Delivery{ID: h.nextID(), GUID: d.GUID, Event: d.Event, Action: d.Action, Repo: d.Repo, RepoID: d.RepoID,
		Installation: d.Installation, Redelivery: true, Payload: d.Payload}})
}

// status is what GitHub says of how it went.
func (d *delivery) status() string {
	switch {
	case d.Error != "":
		return d.Error
	case d.StatusCode >= 200 && d.StatusCode < 300:
		return "OK"
	}
	return "Invalid HTTP Response: " + strconv.Itoa(d.StatusCode)
}

func (d *delivery) render() obj {
	out := obj{"id": d.ID, "guid": d.GUID, "delivered_at": stamp(d.At), "redelivery": d.Redelivery, "duration": d.Duration.Seconds(), "status": d.status(),
		"status_code": d.StatusCode, "event": d.Event, "action": text(d.Action), "installation_id": nil, "repository_id": nil}
	if d.Installation != 0 {
		out["installation_id"] = d.Installation
	}
	if d.RepoID != 0 {
		out["repository_id"] = d.RepoID
	}
	return out
}

func flat(h http.Header) obj {
	out := obj{}
	for name, v := range h {
		out[name] = strings.Join(v, ", ")
	}
	return out
}
