package webhook

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"sync"
)

// remembering asks whether what was read before has changed, and counts for
// nothing where it has not: GitHub counts no 304 towards the limit of an hour.
type remembering struct {
	next http.RoundTripper
	mu   sync.Mutex
	kept map[string]answer
	size int // of all bodies, in bytes
}

type answer struct {
	etag   string
	header http.Header
	body   []byte
}

const (
	maxKept      = 5000     // answers: an open pull request has about three
	maxKeptBytes = 1 << 20  // of each
	maxKeptTotal = 32 << 20 // of all
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

// keep remembers an answer.
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
	t.mu.Lock()
	defer t.mu.Unlock()
	t.drop(key)
	if len(b) > maxKeptBytes {
		return res, nil
	}
	t.room(len(b))
	t.kept[key] = answer{res.Header.Get("ETag"), res.Header.Clone(), b}
	t.size += len(b)
	return res, nil
}

// room makes room for an answer of so many bytes: any others go. Called with mu
// held, as is drop.
func (t *remembering) room(bytes int) {
	if t.kept == nil {
		t.kept = map[string]answer{}
	}
	for other := range t.kept {
		if len(t.kept) < maxKept && t.size+bytes <= maxKeptTotal {
			break
		}
		t.drop(other)
	}
}

func (t *remembering) drop(key string) {
	t.size -= len(t.kept[key].body)
	delete(t.kept, key)
}
