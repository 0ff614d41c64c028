package gitrepo

import (
	"bytes"
	"context"
	"errors"
	"io"
	"time"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/format/packfile"
	"github.com/go-git/go-git/v5/plumbing/protocol/packp"
)

const (
	// maxWinnerBytes caps what is received to read one tag, and maxWinnerObjects
	// how many objects are looked at for it.
	maxWinnerBytes, maxWinnerObjects = 256 << 10, 1000
)

var (
	errMoved     = errors.New("the tag is another by now")
	errNotInPack = errors.New("the tag is not in the pack")
)

// winner reads the tag that came first, as well as that works.
func (p *push) winner(ctx context.Context, held plumbing.Hash) Tag {
	ctx, cancel := context.WithTimeout(ctx, pollTimeout)
	defer cancel()
	for pause := firstPause; ; pause *= 2 {
		t, err := await(ctx, func() (Tag, error) { return p.readWinner(ctx, held) })
		switch {
		case err == nil:
			return t
		case isOneOf(err, errMoved, errNotInPack), pause > time.Second:
			return Tag{Name: p.name, Object: held.String(), Problem: "its content could not be read"}
		}
		select {
		case <-time.After(pause):
		case <-ctx.Done():
		}
	}
}

// readWinner fetches one tag. The remote is told that the commit it names is
// here already, so that it sends nothing else.
func (p *push) readWinner(ctx context.Context, held plumbing.Hash) (Tag, error) {
	t := Tag{Name: p.name, Object: held.String()}
	c, end, err := p.loc.client()
	if err != nil {
		return t, err
	}
	session, err := c.NewUploadPackSession(end, p.loc.auth())
	if err != nil {
		return t, err
	}
	defer session.Close()
	there, err := session.AdvertisedReferencesContext(ctx)
	if err != nil {
		return t, err
	}
	if there.References[tagsPrefix+p.name] != held {
		return t, errMoved
	}
	names, annotated := there.Peeled[tagsPrefix+p.name]
	if !annotated {
		return t, nil
	}
	req := packp.NewUploadPackRequestFromCapabilities(there.Capabilities)
	req.Wants, req.Haves = []plumbing.Hash{held}, []plumbing.Hash{names}
	// Only a read after the context has ended makes go-git stop a remote that
	// would send more.
	within, cancel := context.WithCancel(ctx)
	res, err := session.UploadPack(within, req)
	if err != nil {
		cancel()
		return t, err
	}
	object, err := findTag(demultiplexed(req.Capabilities, res), held)
	cancel()
	_, _ = res.Read(make([]byte, 1))
	_ = res.Close() // all that is wanted was read
	if err != nil {
		return t, err
	}
	t.fill(object)
	return t, nil
}

// findTag finds a tag in a pack.
func findTag(r io.Reader, h plumbing.Hash) ([]byte, error) {
	pack := packfile.NewScanner(&counted{r: r, left: maxWinnerBytes, progress: func(int64) {}})
	_, n, err := pack.Header()
	if err != nil {
		return nil, err
	}
	for range min(n, maxWinnerObjects) {
		header, err := pack.NextObjectHeader()
		if err != nil {
			return nil, err
		}
		if header.Type != plumbing.TagObject || header.Length > maxTagBytes {
			continue // the next header skips it
		}
		var object bytes.Buffer
		if _, _, err := pack.NextObject(&object); err != nil {
			return nil, err
		}
		if plumbing.ComputeHash(plumbing.TagObject, object.Bytes()) == h {
			return object.Bytes(), nil
		}
	}
	return nil, errNotInPack
}
