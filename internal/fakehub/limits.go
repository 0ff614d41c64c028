package fakehub

import (
	"net/http"
	"strconv"
	"time"
)

// limit counts an actor's calls of an hour, and what it created in a minute.
type limit struct {
	used    int
	reset   time.Time
	created []time.Time
}

func (h *Hub) limitOf(login string) *limit {
	l := h.limits[login]
	if l == nil {
		l = &limit{}
		h.limits[login] = l
	}
	if at := h.now(); !at.Before(l.reset) {
		l.used, l.reset = 0, at.Add(time.Hour)
	}
	return l
}

// limited refuses a call that is one too many.
func (h *Hub) limited(c *call) *refusal {
	l := h.limitOf(c.who.login)
	if l.used >= h.opts.RateLimit && c.Route != "/rate_limit" {
		return primary(l.reset, h.opts.RateLimit)
	}
	if h.opts.ContentPerMinute == 0 || c.Method == http.MethodGet {
		return nil
	}
	minute := h.now().Add(-time.Minute)
	for len(l.created) > 0 && !l.created[0].After(minute) {
		l.created = l.created[1:]
	}
	if len(l.created) >= h.opts.ContentPerMinute {
		return secondary(0, l.created[0].Sub(minute))
	}
	l.created = append(l.created, h.now())
	return nil
}

// countLimit counts a call and says what remains. What was not modified is not
// counted, nor is asking for the limits.
func (h *Hub) countLimit(c *call, res *response) {
	l := h.limitOf(c.who.login)
	if res.status != http.StatusNotModified && c.Route != "/rate_limit" && l.used < h.opts.RateLimit {
		l.used++
	}
	for name, n := range map[string]int{"Limit": h.opts.RateLimit, "Remaining": h.opts.RateLimit - l.used, "Used": l.used, "Reset": int(l.reset.Unix())} {
		res.header.Set("X-Ratelimit-"+name, strconv.Itoa(n))
	}
	res.header.Set("X-Ratelimit-Resource", "core")
	res.header.Set("X-Github-Request-Id", strconv.Itoa(c.N))
}

func getRateLimit(c *call) (reply, *refusal) {
	l := c.hub.limitOf(c.who.login)
	rate := obj{"limit": c.hub.opts.RateLimit, "remaining": c.hub.opts.RateLimit - l.used, "used": l.used, "reset": l.reset.Unix()}
	return ok(obj{"resources": obj{"core": rate, "search": rate}, "rate": rate})
}
