package gitrepo

import (
	"context"
	"errors"
	"fmt"
)

// notAsked stands for the token of Options.TokenSource until that is asked, so
// that a location that gets no token is known from the start.
const notAsked = "not asked yet"

// authorise asks for the token that the remote is talked to with from here on.
// Called with mu held, or before others know of the mirror.
func (m *mirror) authorise(ctx context.Context) error {
	if !m.asks {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, m.opts.FetchTimeout)
	defer cancel()
	token, err := await(ctx, func() (string, error) { return m.opts.TokenSource(ctx) })
	if err == nil && token == "" {
		err = errors.New("it is empty")
	}
	if err != nil {
		if errors.Is(ctx.Err(), context.Canceled) {
			err = context.Canceled
		}
		err = redact(err, token)
		return &Error{Kind: ErrToken, Err: err, Text: fmt.Sprintf("no token for %s could be had: %v", m.loc.display(), err)}
	}
	m.loc.token = token
	return nil
}
