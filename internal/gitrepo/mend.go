package gitrepo

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// A mirror holds nothing of its own, so that whatever is wrong with it is mended
// in one way: it is cloned again.

// generation counts how often the mirror was cloned again.
func (m *mirror) generation() int {
	m.genMu.Lock()
	defer m.genMu.Unlock()
	return m.gen
}

// rebuild clones a damaged mirror again, unless that was done since the
// generation in which the damage was met.
func (m *mirror) rebuild(ctx context.Context, met int) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.generation() != met {
		return nil
	}
	unlock, err := m.lock(ctx)
	if err != nil {
		return err
	}
	defer unlock()
	if err := m.authorise(ctx); err != nil {
		return err
	}
	return m.rebuildLocked(ctx)
}

// errPaused says that a mirror is not cloned again so soon.
var errPaused = errors.New("the mirror was cloned again a short while ago")

func (m *mirror) rebuildLocked(ctx context.Context) error {
	if m.paused() {
		return errPaused
	}
	m.genMu.Lock()
	m.rebuiltAt = m.opts.Now()
	m.genMu.Unlock()
	if err := m.clone(ctx); err != nil {
		return err
	}
	m.genMu.Lock()
	m.gen++
	m.genMu.Unlock()
	return nil
}

func (m *mirror) paused() bool {
	m.genMu.Lock()
	defer m.genMu.Unlock()
	return !m.rebuiltAt.IsZero() && m.opts.Now().Sub(m.rebuiltAt) < rebuildPause
}

// mend clones the mirror again if it is gone or marked as damaged, and reports
// whether it did. Called with the lock held.
func (m *mirror) mend(ctx context.Context) (mended bool, err error) {
	switch {
	case !m.present():
		err = m.clone(ctx)
	case m.marked():
		if err = m.rebuildLocked(ctx); errors.Is(err, errPaused) {
			return false, nil
		}
	default:
		return false, nil
	}
	return err == nil, err
}

// compact clones the mirror again when it has too many packs, or takes more
// than one fetch may bring, and then without pull requests. If that does not
// work, it goes on with what it has.
func (m *mirror) compact(ctx context.Context) {
	large := m.dirs().packBytes() > m.opts.MaxBytes
	if !large && strings.Count(m.dirs().packs(), ".pack") <= m.packs {
		return
	}
	held := m.pulls
	if large {
		m.pulls = map[int]time.Time{}
	}
	if err := m.rebuildLocked(ctx); err != nil {
		m.pulls = held
		m.opts.Progress(fmt.Sprintf("compacting the mirror of %s: %v", m.loc.display(), err))
	}
}

// packBytes is how much the packs take; what cannot be read counts as nothing.
func (d gitDirs) packBytes() int64 {
	var sum int64
	for _, name := range namesIn(d.packDir()) {
		if fi, err := os.Stat(filepath.Join(d.packDir(), name)); err == nil && filepath.Ext(name) == ".pack" {
			sum += fi.Size()
		}
	}
	return sum
}
