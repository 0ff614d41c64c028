package gitrepo

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os/exec"
	"path/filepath"

	"github.com/go-git/go-git/v5/plumbing/transport"
	"github.com/go-git/go-git/v5/plumbing/transport/client"
	githttp "github.com/go-git/go-git/v5/plumbing/transport/http"
)

// maxPageBytes caps what is read of an answer that is an error.
const maxPageBytes = 64 << 10

// client returns what talks to the remote, and its address.
func (l location) client() (transport.Transport, *transport.Endpoint, error) {
	if l.path != "" {
		abs, err := filepath.Abs(l.path)
		if err != nil {
			return nil, nil, err
		}
		end := &transport.Endpoint{Protocol: "file", Path: abs}
		c, err := client.NewClient(end)
		return c, end, err
	}
	end, err := transport.NewEndpoint(l.url)
	if err != nil {
		return nil, nil, err
	}
	if l.http {
		return githttp.NewClient(&http.Client{Transport: bounded{http.DefaultTransport}}), end, nil
	}
	c, err := client.NewClient(end)
	return c, end, err
}

// bounded caps what go-git reads of answers over HTTP, of which it reads lists
// and errors whole. Packs are capped where they are stored.
type bounded struct{ http.RoundTripper }

func (b bounded) RoundTrip(req *http.Request) (*http.Response, error) {
	res, err := b.RoundTripper.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	most := int64(maxListBytes)
	switch {
	case res.StatusCode >= http.StatusMultipleChoices:
		most = maxPageBytes
	case req.Method == http.MethodPost && res.Header.Get("Content-Type") == resultType:
		return res, nil
	}
	res.Body = struct {
		io.Reader
		io.Closer
	}{io.LimitReader(res.Body, most), res.Body}
	return res, nil
}

// await runs what need not know of the context, and stops waiting for it when
// the context ends.
func await[T any](ctx context.Context, run func() (T, error)) (T, error) {
	type result struct {
		value T
		err   error
	}
	done := make(chan result, 1)
	go func() {
		value, err := run()
		done <- result{value, err}
	}()
	select {
	case r := <-done:
		return r.value, r.err
	case <-ctx.Done():
		var none T
		return none, ctx.Err()
	}
}

// remoteError says what a failure of the remote means.
func (l location) remoteError(ctx context.Context, err error) error {
	where := l.display()
	kind, text := ErrUnreachable, ""
	cause := redact(err, l.token)
	switch {
	case err == nil:
		return nil
	case errors.Is(ctx.Err(), context.Canceled):
		return fmt.Errorf("asking %s: %w", where, context.Canceled)
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		text = where + " did not answer in time"
		cause = context.DeadlineExceeded
	case errors.Is(err, transport.ErrEmptyRemoteRepository):
		return noCommits(where)
	case errors.Is(err, transport.ErrAuthenticationRequired), errors.Is(err, transport.ErrAuthorizationFailed):
		kind, text = ErrDenied, where+" can only be read with a token, and none was given"
		if l.token != "" {
			text = where + " does not accept the token: it may have expired, or not cover this repository"
		}
	case errors.Is(err, transport.ErrRepositoryNotFound):
		kind, text = ErrRemoteNotFound, "there is no repository at "+where+", or it can only be read with a token"
		if l.token != "" {
			text = "there is no repository at " + where + ", or the token does not cover it"
		}
	case errors.Is(err, exec.ErrNotFound):
		kind, text = ErrNoGit, fmt.Sprintf("%s is on this machine, for which the git command is needed, and it is not installed", where)
	default:
		text = fmt.Sprintf("%s cannot be reached: %v", where, cause)
	}
	return &Error{Kind: kind, Text: text, Err: cause}
}
