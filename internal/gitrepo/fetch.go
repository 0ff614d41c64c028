package gitrepo

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	git "github.com/go-git/go-git/v5"
	"github.com/go-git/go-git/v5/config"
	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/storer"
	"github.com/go-git/go-git/v5/plumbing/transport"
	"github.com/go-git/go-git/v5/storage"
)

// refSpecs is what a mirror holds. With the plus signs: without them go-git
// moves no branch that was rewritten, and reports nothing.
var refSpecs = []config.RefSpec{"+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*"}

func (m *mirror) remote(st storage.Storer) *git.Remote {
	return git.NewRemote(st, &config.RemoteConfig{Name: "origin", URLs: []string{m.loc.url}, Fetch: refSpecs})
}

// fetch brings all branches and tags into a mirror, within the limits of
// Options, and removes those that are gone. Called with the lock held.
func (m *mirror) fetch(ctx context.Context, st *store) error {
	ctx, cancel := context.WithTimeout(ctx, m.opts.FetchTimeout)
	defer cancel()
	into := newFetchStorer(st, m.opts.MaxBytes, m.progress())
	err := m.remote(into).FetchContext(ctx, &git.FetchOptions{
		RefSpecs: refSpecs, Auth: m.loc.auth(), Tags: git.NoTags, Prune: true, Force: true,
	})
	if errors.Is(err, git.NoErrAlreadyUpToDate) {
		err = nil
	}
	if err != nil {
		m.sweep()
	}
	if into.left < 0 {
		return &Error{Kind: ErrTooMuch, Text: fmt.Sprintf(
			"%s sends more than the %d MiB that are taken at once", m.loc.display(), m.opts.MaxBytes>>20)}
	}
	return m.remoteError(ctx, err)
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

// remoteError says what a failure of the remote means.
func (m *mirror) remoteError(ctx context.Context, err error) error {
	where := m.loc.display()
	kind, text := ErrUnreachable, ""
	cause := redact(err, m.loc.token)
	switch {
	case err == nil:
		return nil
	case errors.Is(ctx.Err(), context.Canceled):
		return fmt.Errorf("fetching %s: %w", where, context.Canceled)
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		text = where + " did not answer in time"
		cause = context.DeadlineExceeded
	case errors.Is(err, transport.ErrEmptyRemoteRepository):
		return noCommits(where)
	case errors.Is(err, transport.ErrAuthenticationRequired), errors.Is(err, transport.ErrAuthorizationFailed):
		kind, text = ErrDenied, where+" can only be read with a token, and none was given"
		if m.loc.token != "" {
			text = where + " does not accept the token: it may have expired, or not cover this repository"
		}
	case errors.Is(err, transport.ErrRepositoryNotFound):
		kind, text = ErrRemoteNotFound, "there is no repository at "+where+", or it can only be read with a token"
		if m.loc.token != "" {
			text = "there is no repository at " + where + ", or the token does not cover it"
		}
	case errors.As(err, new(*os.PathError)), errors.As(err, new(*os.LinkError)):
		return m.cacheError(cause)
	default:
		text = fmt.Sprintf("%s cannot be reached: %v", where, cause)
	}
	return &Error{Kind: kind, Text: text, Err: cause}
}

// fetchStorer is what go-git fetches into: a store that others read meanwhile,
// and a count of what is received. It hides all that go-git would reach without
// the store's mutex. Only the network is waited for without it.
type fetchStorer struct {
	storage.Storer
	store    *store
	left     int64 // of the bytes that may be received; negative: there were more
	received int64
	progress func(received int64)
}

func newFetchStorer(st *store, most int64, progress func(int64)) *fetchStorer {
	st.mu.Lock()
	defer st.mu.Unlock()
	return &fetchStorer{Storer: st.st, store: st, left: most, progress: progress}
}

// EncodedObject returns a copy: go-git's objects change when they are used.
func (f *fetchStorer) EncodedObject(t plumbing.ObjectType, h plumbing.Hash) (plumbing.EncodedObject, error) {
	kind, err := f.store.kind(h)
	if err != nil {
		return nil, err
	}
	if t != plumbing.AnyObject && t != kind {
		return nil, plumbing.ErrObjectNotFound
	}
	b, err := f.store.read(kind, h, nil, maxObjectBytes)
	if err != nil {
		return nil, err
	}
	obj := &plumbing.MemoryObject{}
	obj.SetType(kind)
	_, err = obj.Write(b)
	return obj, err
}

// HasEncodedObject implements storer.EncodedObjectStorer.
func (f *fetchStorer) HasEncodedObject(h plumbing.Hash) error {
	_, err := f.store.kind(h)
	return err
}

// EncodedObjectSize implements storer.EncodedObjectStorer.
func (f *fetchStorer) EncodedObjectSize(h plumbing.Hash) (int64, error) { return f.store.size(h) }

// IterEncodedObjects implements storer.EncodedObjectStorer. Fetching needs it not.
func (f *fetchStorer) IterEncodedObjects(plumbing.ObjectType) (storer.EncodedObjectIter, error) {
	return nil, errors.New("objects are not iterated over while fetching")
}

// SetReference implements storer.ReferenceStorer, as the next five do.
func (f *fetchStorer) SetReference(ref *plumbing.Reference) error {
	f.store.mu.Lock()
	defer f.store.mu.Unlock()
	return f.Storer.SetReference(ref)
}

// CheckAndSetReference implements storer.ReferenceStorer.
func (f *fetchStorer) CheckAndSetReference(ref, old *plumbing.Reference) error {
	f.store.mu.Lock()
	defer f.store.mu.Unlock()
	return f.Storer.CheckAndSetReference(ref, old)
}

// Reference implements storer.ReferenceStorer.
func (f *fetchStorer) Reference(name plumbing.ReferenceName) (*plumbing.Reference, error) {
	f.store.mu.Lock()
	defer f.store.mu.Unlock()
	return f.Storer.Reference(name)
}

// IterReferences implements storer.ReferenceStorer.
func (f *fetchStorer) IterReferences() (storer.ReferenceIter, error) {
	f.store.mu.Lock()
	defer f.store.mu.Unlock()
	return f.Storer.IterReferences()
}

// RemoveReference implements storer.ReferenceStorer.
func (f *fetchStorer) RemoveReference(name plumbing.ReferenceName) error {
	f.store.mu.Lock()
	defer f.store.mu.Unlock()
	return f.Storer.RemoveReference(name)
}

// PackfileWriter implements storer.PackfileWriter.
func (f *fetchStorer) PackfileWriter() (io.WriteCloser, error) {
	f.store.mu.Lock()
	defer f.store.mu.Unlock()
	st := f.store.st
	w, err := st.PackfileWriter()
	if err != nil {
		return nil, err
	}
	return &packWriter{WriteCloser: w, f: f, done: func() {
		// The new pack is known to st without reading anything again.
		if f.store.st == st {
			f.store.packs = f.store.dirs.packs()
		}
	}}, nil
}

// packWriter counts what is written, and closes under the store's mutex, which
// is when the pack joins the others.
type packWriter struct {
	io.WriteCloser
	f    *fetchStorer
	done func()
}

func (w *packWriter) Write(p []byte) (int, error) {
	w.f.received += int64(len(p))
	if w.f.left -= int64(len(p)); w.f.left < 0 {
		return 0, errors.New("more was sent than is taken")
	}
	w.f.progress(w.f.received)
	return w.WriteCloser.Write(p)
}

func (w *packWriter) Close() error {
	w.f.store.mu.Lock()
	defer w.f.store.mu.Unlock()
	err := w.WriteCloser.Close()
	w.done()
	return err
}
