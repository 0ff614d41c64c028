package webhook

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"time"
)

// asker asks GitHub for facts, one after the other.
type asker struct {
	gh   *GitHub
	skew *time.Duration // of our clock ahead of GitHub's, once something was answered

	stop     error // why nothing more can be asked
	stopRepo error // why nothing more can be asked about the repository
}

var errUnreadable = errors.New("GitHub's answer cannot be read")

// ask makes one call and decodes its answer; out may be nil. The error is a
// *statusError for an answer that is not a success.
func (q *asker) ask(ctx context.Context, s scope, method, path string, out any) (http.Header, error) {
	if q.stop != nil {
		return nil, q.stop
	}
	if q.stopRepo != nil && s != asApp {
		return nil, q.stopRepo
	}
	ctx, cancel := context.WithTimeout(ctx, askTime)
	defer cancel()
	a := q.gh.auth
	req, err := http.NewRequestWithContext(ctx, method, a.api.String()+path, nil)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Accept", "application/vnd.github+json")
	calm := patient{next: authorised{auth: a, scope: s, next: a.send}, sleep: sleep, now: a.now, usage: q.gh.usage}
	start := a.now()
	res, err := calm.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	q.compare(start, a.now(), res.Header.Get("Date"))
	b, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer+1))
	switch {
	case err != nil:
		return nil, err
	case len(b) > maxAnswer:
		return nil, errAnswerTooLarge
	case res.StatusCode/100 != 2:
		var said struct{ Message string }
		_ = json.Unmarshal(b, &said) // what is no JSON says nothing
		return nil, &statusError{res.StatusCode, said.Message}
	case out != nil && json.Unmarshal(b, out) != nil:
		return nil, errUnreadable
	}
	return res.Header, nil
}

// compare notes the difference of the clocks, from the first answer.
func (q *asker) compare(from, to time.Time, date string) {
	at, err := http.ParseTime(date)
	if err != nil || q.skew != nil {
		return
	}
	d := skew(from, to, at)
	q.skew = &d
}

// skew is how far our clock is ahead of another, which showed a whole second
// between two moments of ours: to a second. What the time that the answer took
// can explain is no difference.
func skew(from, to, second time.Time) time.Duration {
	switch {
	case from.After(second.Add(time.Second)):
		return from.Sub(second)
	case to.Before(second):
		return to.Sub(second)
	}
	return 0
}

// fact is something that was asked for, or why it is not known.
type fact[T any] struct {
	is  T
	err error
}

// askOne asks for one thing.
func askOne[T any](ctx context.Context, q *asker, s scope, format string, args ...any) (f fact[T]) {
	_, f.err = q.ask(ctx, s, http.MethodGet, fmt.Sprintf(format, args...), &f.is)
	return f
}

const (
	perPage  = 100
	maxLists = 10 // pages of a list
)

// askList asks for a list page by page, and for no more than maxLists of them.
func askList[T any](ctx context.Context, q *asker, s scope, path string) (f fact[[]T]) {
	for page := 1; page <= maxLists; page++ {
		var part []T
		if _, f.err = q.ask(ctx, s, http.MethodGet, fmt.Sprintf("%sper_page=%d&page=%d", path, perPage, page), &part); f.err != nil {
			return f
		}
		if f.is = append(f.is, part...); len(part) < perPage {
			return f
		}
	}
	return f
}

var nextCursor = regexp.MustCompile(`[?&]cursor=([A-Za-z0-9_%.-]{1,200})[^>]*>; rel="next"`)

// deliveries are those since a moment, newest first, as far as maxLists pages
// go; whole says whether that is all of them.
func deliveries(ctx context.Context, q *asker, since time.Time) (f fact[[]delivered], whole bool) {
	cursor := ""
	for range maxLists {
		var part []delivered
		var header http.Header
		if header, f.err = q.ask(ctx, asApp, http.MethodGet, fmt.Sprintf("app/hook/deliveries?per_page=%d%s", perPage, cursor), &part); f.err != nil {
			return f, false
		}
		for _, d := range part {
			if d.At.Before(since) {
				return f, true
			}
			f.is = append(f.is, d)
		}
		m := nextCursor.FindStringSubmatch(header.Get("Link"))
		if m == nil || len(part) == 0 {
			return f, true
		}
		cursor = "&cursor=" + m[1]
	}
	return f, false
}
