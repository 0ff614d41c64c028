package webhook

import (
	"bytes"
	"context"
	"errors"
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

// remembering asks whether what was read before has changed, and counts for
// nothing where it has not.
type remembering struct {
	next http.RoundTripper
	mu   sync.Mutex
	kept map[string]answer
}

type answer struct {
	etag   string
	header http.Header
	body   []byte
}

const (
	maxKept      = 1000    // answers
	maxKeptBytes = 1 << 20 // of each
)

// RoundTrip implements http.RoundTripper.
func (t *remembering) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.Method != http.MethodGet {
		return t.next.RoundTrip(req)
	}
	key := req.URL.String()
	t.mu.Lock()
	old, known := t.kept[key]
	t.mu.Unlock()
	if known {
		req = req.Clone(req.Context())
		req.Header.Set("If-None-Match", old.etag)
	}
	res, err := t.next.RoundTrip(req)
	switch {
	case err != nil:
		return nil, err
	case known && res.StatusCode == http.StatusNotModified:
		_ = res.Body.Close()
		out := *res
		out.StatusCode, out.Status = http.StatusOK, "200 OK"
		out.Header, out.Body, out.ContentLength = old.header.Clone(), io.NopCloser(bytes.NewReader(old.body)), int64(len(old.body))
		return &out, nil
	case res.StatusCode == http.StatusOK && res.Header.Get("ETag") != "":
		return t.keep(key, res)
	}
	return res, nil
}

var errAnswerTooLarge = errors.New("GitHub's answer is larger than is read")

// keep remembers an answer. Where there are too many, one of them goes.
func (t *remembering) keep(key string, res *http.Response) (*http.Response, error) {
	b, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer+1))
	_ = res.Body.Close()
	if err != nil {
		return nil, err
	}
	if len(b) > maxAnswer {
		return nil, errAnswerTooLarge
	}
	res.Body = io.NopCloser(bytes.NewReader(b))
	if len(b) > maxKeptBytes {
		return res, nil
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.kept == nil {
		t.kept = map[string]answer{}
	}
	for other := range t.kept {
		if len(t.kept) < maxKept {
			break
		}
		delete(t.kept, other)
	}
	t.kept[key] = answer{res.Header.Get("ETag"), res.Header.Clone(), b}
	return res, nil
}
