package gitrepo

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/protocol/packp"
	"github.com/go-git/go-git/v5/plumbing/protocol/packp/capability"
	"github.com/go-git/go-git/v5/plumbing/protocol/packp/sideband"
	"github.com/go-git/go-git/v5/plumbing/transport"
)

// maxHaves is how many commits the remote is told of, for it to send only what
// is new since: the branches, and the newest commits of the default one, which
// after a rewritten branch are what is still common.
const maxHaves = 500

// session begins to talk to the remote.
func (m *mirror) session(ctx context.Context) (transport.UploadPackSession, error) {
	c, endpoint, err := m.loc.client()
	if err != nil {
		return nil, err
	}
	auth := m.loc.auth()
	// Connecting by ssh or git knows of no context, and can take for ever.
	return await(ctx, func() (transport.UploadPackSession, error) {
		session, err := c.NewUploadPackSession(endpoint, auth)
		if ctx.Err() != nil && err == nil { // nobody waits for it any more
			err = errors.Join(ctx.Err(), session.Close())
		}
		return session, err
	})
}

// fetch brings all branches and tags of the remote into a mirror, and removes
// those that are gone. The references move last, all at once. Called with the
// lock held.
//
// It is not go-git's own fetch, which reads objects while others do, hangs when
// it stops early, and fails on a remote that has a commit checked out.
func (m *mirror) fetch(ctx context.Context, into *store) error {
	remote, err := m.objects(ctx, into, m.opts.MaxBytes, headsPrefix, tagsPrefix)
	if err != nil {
		return err
	}
	if err := into.setRefs(m.withPulls(into, remote)); err != nil {
		return m.cacheError(err)
	}
	return nil
}

// objects brings what the references of some kinds point to into a mirror, and
// returns what they are. Of the mirror's own references it changes none.
func (m *mirror) objects(ctx context.Context, into *store, most int64, prefixes ...string) (refList, error) {
	ctx, cancel := context.WithTimeout(ctx, m.opts.FetchTimeout)
	defer cancel()
	session, err := m.session(ctx)
	if err != nil {
		return refList{}, m.remoteError(ctx, err)
	}
	defer session.Close()
	answer, err := session.AdvertisedReferencesContext(ctx)
	if err != nil {
		return refList{}, m.remoteError(ctx, err)
	}
	if len(answer.Shallows) > 0 {
		return refList{}, &Error{Kind: ErrShallow, Text: m.loc.display() + " is itself a shallow clone: it lacks the older history, " +
			"without which no version can be told. Give the repository that it was cloned from, or fetch its whole history there"}
	}
	remote := advertised(answer, prefixes...)
	if wants := into.missing(remote); len(wants) > 0 {
		d := download{m: m, ctx: ctx, cancel: cancel, session: session, caps: answer.Capabilities, most: most}
		if err := d.run(wants, into); err != nil {
			m.sweep()
			return refList{}, err
		}
	}
	return remote, nil
}

// missing returns what is to be asked for.
func (s *store) missing(remote refList) []plumbing.Hash {
	seen := map[plumbing.Hash]bool{}
	var wants []plumbing.Hash
	for _, h := range remote.refs {
		if seen[h] {
			continue
		}
		seen[h] = true
		if _, err := s.kind(h); err != nil {
			wants = append(wants, h)
		}
	}
	return wants
}

// haves returns what the remote need not send.
func (m *mirror) haves(s *store) []plumbing.Hash {
	list, err := s.list(headsPrefix, pullsPrefix)
	if err != nil {
		return nil // then it sends everything
	}
	seen := map[plumbing.Hash]bool{}
	var haves []plumbing.Hash
	add := func(h plumbing.Hash) {
		if !seen[h] && len(haves) < maxHaves {
			seen[h] = true
			haves = append(haves, h)
		}
	}
	at := list.refs[list.head]
	for range maxHaves / 4 {
		b, err := s.read(plumbing.CommitObject, at, nil, maxObjectBytes)
		if err != nil {
			break
		}
		add(at)
		c, err := parseCommit(b, nil)
		if err != nil || len(c.parents) == 0 {
			break
		}
		at = c.firstParent()
	}
	for _, h := range list.refs {
		if kind, err := s.kind(h); err == nil && kind == plumbing.CommitObject {
			add(h)
		}
	}
	return haves
}

// download is a pack on its way.
type download struct {
	m       *mirror
	ctx     context.Context
	cancel  func() // of ctx
	session transport.UploadPackSession
	caps    *capability.List
	most    int64 // bytes that are taken
}

// run asks for a pack and stores it.
func (d download) run(wants []plumbing.Hash, into *store) error {
	m, ctx := d.m, d.ctx
	req := packp.NewUploadPackRequestFromCapabilities(d.caps)
	if d.caps.Supports(capability.NoProgress) {
		if err := req.Capabilities.Set(capability.NoProgress); err != nil {
			return m.remoteError(ctx, err)
		}
	}
	req.Wants, req.Haves = wants, m.haves(into)
	res, err := d.session.UploadPack(ctx, req)
	if err != nil {
		return m.remoteError(ctx, err)
	}
	body := &counted{r: demultiplexed(req.Capabilities, res), left: d.most, progress: m.progress()}
	err = into.addPack(body)
	if err != nil {
		// go-git waits in Close for a remote that waits for its reader. Only a
		// read after the context has ended makes it stop the remote.
		failed := m.remoteError(ctx, err)
		d.cancel()
		_, _ = res.Read(make([]byte, 1))
		_ = res.Close()
		if body.left < 0 {
			failed = &Error{Kind: ErrTooMuch, Text: fmt.Sprintf("%s sends more than the %.0f MiB that are taken at once", m.loc.display(), float64(d.most)/(1<<20))}
		}
		return failed
	}
	return m.remoteError(ctx, res.Close())
}

// demultiplexed is the pack alone, where the remote sends messages beside it.
func demultiplexed(caps *capability.List, r io.Reader) io.Reader {
	switch {
	case caps.Supports(capability.Sideband64k):
		return sideband.NewDemuxer(sideband.Sideband64k, r)
	case caps.Supports(capability.Sideband):
		return sideband.NewDemuxer(sideband.Sideband, r)
	}
	return r
}

// counted is a reader that counts and ends with an error when it was too much.
type counted struct {
	r        io.Reader
	received int64
	left     int64 // negative: it was too much
	progress func(received int64)
}

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.received += int64(n)
	if c.left -= int64(n); c.left < 0 {
		return 0, ErrTooMuch
	}
	c.progress(c.received)
	return n, err
}

// progress tells every second how much was received.
func (m *mirror) progress() func(received int64) {
	last := m.opts.Now()
	return func(received int64) {
		if now := m.opts.Now(); now.Sub(last) >= time.Second {
			last = now
			m.opts.Progress(fmt.Sprintf("fetching %s: %.1f MiB received", m.loc.display(), float64(received)/(1<<20)))
		}
	}
}

// remoteError says what a failure of the remote means, or of the mirror.
func (m *mirror) remoteError(ctx context.Context, err error) error {
	if ctx.Err() == nil && (errors.As(err, new(*os.PathError)) || errors.As(err, new(*os.LinkError))) {
		return m.cacheError(redact(err, m.loc.token))
	}
	return m.loc.remoteError(ctx, err)
}
