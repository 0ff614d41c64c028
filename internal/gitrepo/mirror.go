package gitrepo

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"
)

const (
	// maxPacks is how many packs a mirror may have. Each fetch adds one, and
	// with 800 of them a fetch takes twice as long.
	maxPacks = 50
	// rebuildPause is how long a mirror that was cloned again is left as it is,
	// whatever is wrong with it then: it may be the remote that is.
	rebuildPause = 10 * time.Minute
	// damagedMark is the file in a mirror that says that it is to be cloned again.
	damagedMark = "milepost-damaged"
	// newInfix stands between a mirror's name and a random number, in the name of
	// a clone that is being made.
	newInfix = ".new-"
)

// mirror is a bare clone of a remote repository in the cache directory. Its
// directory is named after the hash of the URL, so that nothing in a URL gets
// into a path. Beside it there can be name.lock, which whoever changes the
// mirror holds, and for a while name.new-*.
type mirror struct {
	loc   location
	opts  Options
	dir   string
	store *store
	packs int // maxPacks, but for tests

	mu        sync.Mutex // held while fetching
	plainPoll bool       // the remote does not speak protocol version 2
	failed    *failure
	asks      bool              // for a token, each time
	pulls     map[int]time.Time // those held, and when each was last asked for

	genMu     sync.Mutex
	gen       int       // how often the mirror was cloned again
	rebuiltAt time.Time // when it was last tried
}

// failure is a fetch that ran into a limit: it would again.
type failure struct {
	remote refList
	err    error
	at     time.Time
}

// again reports whether a fetch would still run into the limit.
func (f *failure) again(remote refList, now time.Time) bool {
	return f.remote.same(remote) && now.Sub(f.at) < rebuildPause
}

// openMirror opens the mirror of a remote, and clones it if there is none that
// is whole.
func openMirror(ctx context.Context, loc location, opts Options) (*mirror, error) {
	if opts.CacheDir == "" {
		return nil, &Error{Kind: ErrCache, Text: "a remote repository needs a cache directory, and none is named"}
	}
	sum := sha256.Sum256([]byte(loc.url))
	m := &mirror{
		loc: loc, opts: opts, packs: maxPacks,
		asks: opts.TokenSource != nil && loc.token != "", pulls: map[int]time.Time{},
		dir: filepath.Join(opts.CacheDir, "mirrors", hex.EncodeToString(sum[:16])),
	}
	unlock, err := m.lock(ctx)
	if err != nil {
		return nil, err
	}
	defer unlock()
	m.sweep()
	if !m.whole() {
		if err := m.authorise(ctx); err != nil {
			return nil, err
		}
		if err := m.clone(ctx); err != nil {
			return nil, err
		}
	}
	m.store = openStore(m.dirs(), true)
	return m, nil
}

func (m *mirror) dirs() gitDirs { return gitDirs{git: m.dir, common: m.dir} }

func (m *mirror) cacheError(err error) error {
	return &Error{Kind: ErrCache, Err: err, Text: fmt.Sprintf(
		"the cache directory %s cannot be used (%v): name another, or allow writing there", m.opts.CacheDir, err)}
}

// lock keeps other processes from changing the mirror until unlock.
func (m *mirror) lock(ctx context.Context) (unlock func(), err error) {
	if err := os.MkdirAll(filepath.Dir(m.dir), 0o700); err != nil {
		return nil, m.cacheError(err)
	}
	unlock, err = lockFile(ctx, m.dir+".lock", func() {
		m.opts.Progress("waiting for another process that fetches " + m.loc.display())
	})
	if err != nil && ctx.Err() == nil {
		err = m.cacheError(err)
	}
	return unlock, err
}

// sweep removes what an interrupted fetch or clone left. Called with the lock
// held, when all that lies there is left over.
func (m *mirror) sweep() {
	parent, name := filepath.Split(m.dir)
	for _, left := range []struct{ dir, prefix string }{
		{parent, name + newInfix}, {m.dir, "tmp_"}, {m.dirs().packDir(), "tmp_"},
	} {
		for _, name := range namesIn(left.dir) {
			if strings.HasPrefix(name, left.prefix) {
				_ = os.RemoveAll(filepath.Join(left.dir, name)) // it only takes space
			}
		}
	}
}

// namesIn lists a directory; one that cannot be read counts as empty.
func namesIn(dir string) []string {
	entries, _ := os.ReadDir(dir)
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

// mark notes that the mirror is damaged, for other processes too.
func (m *mirror) mark() {
	// If that fails, whoever reads the damaged object next marks again.
	_ = os.WriteFile(filepath.Join(m.dir, damagedMark), nil, 0o600)
}

func (m *mirror) marked() bool {
	_, err := os.Lstat(filepath.Join(m.dir, damagedMark))
	return err == nil
}

// present reports whether there is a mirror at all.
func (m *mirror) present() bool {
	_, ok := gitDirAt(m.dir, "")
	return ok
}

// listed reports whether the mirror has its list of references.
func (m *mirror) listed() bool {
	_, err := os.Lstat(filepath.Join(m.dir, "packed-refs"))
	return err == nil
}

// whole reports whether there is a mirror, and as far as can be told at once
// nothing is wrong with it: each pack ends as its name says, and has an index.
func (m *mirror) whole() bool {
	if !m.present() || m.marked() {
		return false
	}
	packs := 0
	for _, name := range namesIn(m.dirs().packDir()) {
		base, ok := strings.CutSuffix(name, ".pack")
		if !ok {
			continue
		}
		packs++
		path := filepath.Join(m.dirs().packDir(), base)
		fi, err := os.Stat(path + ".idx")
		if err != nil || fi.Size() == 0 || base != "pack-"+trailer(path+".pack") {
			return false
		}
	}
	return packs > 0
}

// trailer returns the checksum at the end of a pack, which go-git names it after.
func trailer(pack string) string {
	f, err := os.Open(pack)
	if err != nil {
		return ""
	}
	defer f.Close()
	var sum [20]byte
	if _, err := f.Seek(-int64(len(sum)), io.SeekEnd); err != nil {
		return ""
	}
	if _, err := io.ReadFull(f, sum[:]); err != nil {
		return ""
	}
	return hex.EncodeToString(sum[:])
}

// clone makes the mirror afresh, beside the one there may be, and puts it in
// its place when it is whole. Called with the lock held.
func (m *mirror) clone(ctx context.Context) error {
	m.opts.Progress("cloning " + m.loc.display())
	fresh, err := os.MkdirTemp(filepath.Dir(m.dir), filepath.Base(m.dir)+newInfix)
	if err != nil {
		return m.cacheError(err)
	}
	defer os.RemoveAll(fresh) // which is not there any more if all goes well
	if err := initBare(fresh); err != nil {
		return m.cacheError(err)
	}
	st := openStore(gitDirs{git: fresh, common: fresh}, true)
	if err = m.fetch(ctx, st); err == nil {
		m.carryPulls(ctx, st)
	}
	if err := errors.Join(err, st.close()); err != nil {
		return err
	}
	if err := m.take(gitDirs{git: fresh, common: fresh}); err != nil {
		return m.cacheError(err)
	}
	if m.store != nil {
		m.store.reopen()
	}
	return nil
}

// take makes a fresh clone the mirror. One that is there is not replaced, for
// others read from it: it gets the packs, then the references, and only then
// loses what it had.
func (m *mirror) take(fresh gitDirs) error {
	if !m.present() {
		return errors.Join(os.RemoveAll(m.dir), os.Rename(fresh.git, m.dir))
	}
	to := m.dirs()
	old := namesIn(to.packDir())
	taken := namesIn(fresh.packDir())
	slices.SortFunc(taken, func(a, b string) int { return -strings.Compare(a, b) }) // packs before their indexes
	for _, name := range taken {
		if err := os.Rename(filepath.Join(fresh.packDir(), name), filepath.Join(to.packDir(), name)); err != nil {
			return err
		}
	}
	for _, name := range []string{"packed-refs", "HEAD"} {
		if err := os.Rename(filepath.Join(fresh.git, name), filepath.Join(to.git, name)); err != nil {
			return err
		}
	}
	var left []string
	for _, name := range old {
		if !slices.Contains(taken, name) {
			left = append(left, filepath.Join(to.packDir(), name))
		}
	}
	for _, dir := range []string{filepath.Join(to.git, "refs", "heads"), filepath.Join(to.git, "refs", "tags")} {
		for _, name := range namesIn(dir) { // which no fetch put there
			left = append(left, filepath.Join(dir, name))
		}
	}
	var errs []error
	for _, path := range append(left, filepath.Join(to.git, damagedMark)) {
		errs = append(errs, os.RemoveAll(path))
	}
	return errors.Join(errs...)
}

// refresh asks the remote for its references and fetches what has changed.
func (m *mirror) refresh(ctx context.Context) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.authorise(ctx); err != nil {
		return err
	}
	remote, err := m.poll(ctx, headsPrefix, tagsPrefix)
	if err != nil {
		return err
	}
	if len(remote.branches(headsPrefix)) == 0 {
		return noCommits(m.loc.display())
	}
	broken := !m.present() || m.marked() && !m.paused()
	if !broken && m.has(remote) {
		m.store.refresh() // another process may have fetched or compacted
		return nil
	}
	if f := m.failed; f != nil && f.again(remote, m.opts.Now()) {
		return f.err
	}
	unlock, err := m.lock(ctx)
	if err != nil {
		return err
	}
	defer unlock()
	if mended, err := m.mend(ctx); mended || err != nil {
		return err
	}
	return m.update(ctx, remote)
}

// update fetches, with the lock held.
func (m *mirror) update(ctx context.Context, remote refList) error {
	m.failed = nil
	m.store.refresh()
	err := m.fetch(ctx, m.store)
	switch {
	case err == nil:
		m.compact(ctx)
		return nil
	case ctx.Err() != nil, isOneOf(err, ErrDenied, ErrRemoteNotFound, ErrNoCommits, ErrShallow, ErrCache):
		return err
	case errors.Is(err, ErrTooMuch), errors.Is(err, context.DeadlineExceeded):
		m.failed = &failure{remote, err, m.opts.Now()}
		return err
	default:
		// The remote has just answered: more likely it is the mirror.
		if m.rebuildLocked(ctx) != nil {
			return err
		}
		return nil
	}
}

func isOneOf(err error, kinds ...error) bool {
	return slices.ContainsFunc(kinds, func(kind error) bool { return errors.Is(err, kind) })
}

// has reports whether the mirror's references are those of the remote.
func (m *mirror) has(remote refList) bool {
	here, err := m.store.list(headsPrefix, tagsPrefix)
	return err == nil && here.same(remote)
}
