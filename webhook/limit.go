package webhook

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// patient waits where GitHub asks for it: by Retry-After, or until the calls
// of an hour are given anew. Where that takes longer than the context has, it
// says so at once, by a laterError.
type patient struct {
	next  http.RoundTripper
	sleep func(context.Context, time.Duration) error
	now   func() time.Time
	usage *usage
}

const (
	maxWaits  = 4
	worstWait = time.Hour // however wrong a clock is
)

// RoundTrip implements http.RoundTripper.
func (t patient) RoundTrip(req *http.Request) (*http.Response, error) {
	for try := 0; ; try++ {
		again, err := replay(req)
		if err != nil {
			return nil, err
		}
		res, err := t.next.RoundTrip(again)
		if err != nil {
			return nil, err
		}
		t.usage.answered(res)
		wait, limited := t.wait(res)
		if !limited {
			res.Header.Del("X-RateLimit-Reset") // or go-github refuses calls by itself, and by another clock
			return res, nil
		}
		_ = res.Body.Close()
		t.usage.limited.Add(1)
		end, bounded := req.Context().Deadline()
		if try == maxWaits || bounded && time.Until(end) < wait {
			return nil, &laterError{wait, "GitHub asks to wait"}
		}
		if err := t.sleep(req.Context(), wait); err != nil {
			return nil, err
		}
	}
}

// wait is how long an answer asks to wait, if it does.
func (t patient) wait(res *http.Response) (time.Duration, bool) {
	if res.StatusCode != http.StatusForbidden && res.StatusCode != http.StatusTooManyRequests {
		return 0, false
	}
	if s, err := strconv.Atoi(res.Header.Get("Retry-After")); err == nil {
		return bounded(time.Duration(s) * time.Second), true
	}
	if res.Header.Get("X-RateLimit-Remaining") == "0" {
		reset, err := strconv.ParseInt(res.Header.Get("X-RateLimit-Reset"), 10, 64)
		if err != nil {
			return time.Minute, true
		}
		at := t.now()
		if date, err := http.ParseTime(res.Header.Get("Date")); err == nil {
			at = date // by the clock that the reset is of
		}
		return bounded(time.Unix(reset, 0).Sub(at) + time.Second), true
	}
	return time.Minute, secondary(res)
}

func bounded(d time.Duration) time.Duration { return min(max(d, time.Second), worstWait) }

// secondary says whether a refusal is a limit by what it says. Its body can
// be read again.
func secondary(res *http.Response) bool {
	b, err := io.ReadAll(io.LimitReader(res.Body, 64<<10))
	_ = res.Body.Close()
	res.Body = io.NopCloser(bytes.NewReader(b))
	return err == nil && strings.Contains(strings.ToLower(string(b)), "secondary rate limit")
}

// sleep waits, unless ctx ends before.
func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}

// paced keeps what is written below the limit on content that GitHub has, so
// that it does not have to ask to wait, which would hold up everything:
// https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api
type paced struct {
	next  http.RoundTripper
	sleep func(context.Context, time.Duration) error
	now   func() time.Time

	mu   sync.Mutex
	sent []time.Time // of the last minute, oldest first
}

// maxWrites are those of a minute. GitHub has 80, some of which others may need.
const maxWrites = 70

// RoundTrip implements http.RoundTripper.
func (t *paced) RoundTrip(req *http.Request) (*http.Response, error) {
	for req.Method != http.MethodGet {
		wait := t.take()
		if wait <= 0 {
			break
		}
		if end, bounded := req.Context().Deadline(); bounded && time.Until(end) < wait {
			return nil, &laterError{wait, "as much as GitHub takes in a minute was written"}
		}
		if err := t.sleep(req.Context(), wait); err != nil {
			return nil, err
		}
	}
	return t.next.RoundTrip(req)
}

// take takes one of the minute's writes; where none is left, it is how long to
// wait for one.
func (t *paced) take() time.Duration {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := t.now()
	for len(t.sent) > 0 && now.Sub(t.sent[0]) >= time.Minute {
		t.sent = t.sent[1:]
	}
	if len(t.sent) >= maxWrites {
		return bounded(t.sent[0].Add(time.Minute).Sub(now))
	}
	t.sent = append(t.sent, now)
	return 0
}

// laterError is an error that says when it makes sense to try again. It does
// not count as a try.
type laterError struct {
	after time.Duration
	why   string
}

func (e *laterError) Error() string {
	return fmt.Sprintf("%s; again in %s", e.why, e.after.Round(time.Second))
}

func (e *laterError) wait() time.Duration {
	if e == nil {
		return 0
	}
	return e.after
}
