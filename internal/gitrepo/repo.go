// Package gitrepo reads career frameworks' history out of Git: the first-parent
// chain of a branch with what each commit changed, the tree of any commit as a
// file system, revisions, merge bases and tags. It also makes tags, of which
// each name is given once. It is the only package touching Git.
//
// A repository is local, and is then read where it lies, or remote, and is then
// mirrored under a cache directory. A mirror holds nothing of its own: it is
// cloned again whenever something about it cannot be read, and can be deleted
// at any time. Reading writes nothing to a local repository, checks nothing
// out, runs no hooks or filters, and never follows symbolic links and
// submodules. The git command is needed for file:// URLs, and for tags that are
// made on the same machine; its hooks then run as for any push.
//
// Objects are parsed from the bytes that go-git's storage hands out; go-git's
// own log is thirty times slower, and wrong on merges when limited to a path.
package gitrepo

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"
	"sync"
	"time"

	"github.com/go-git/go-git/v5/plumbing"
)

// Options say which repository is opened, and how.
type Options struct {
	// Location is a path inside a local repository, or a URL: https, http, ssh,
	// git, file, or the short form of ssh, user@host:path. URLs with a password
	// are refused, and those with a user's name too except for ssh.
	Location string
	// Branch is the branch whose history counts. "" stands for the remote's
	// default branch. In a local repository that is the branch that origin/HEAD
	// names, as the local branch if there is one and else as the
	// remote-tracking one; without origin/HEAD it is what is checked out.
	Branch string
	// Dir is the directory of the frameworks, relative to the root. ["frameworks"]
	Dir string
	// CacheDir is where the mirrors of remote repositories lie, below mirrors/.
	// It is needed for URLs. Several processes can share it.
	CacheDir string
	// Token is sent to https remotes, with the user name x-access-token. Over
	// http it is refused, except to the machine itself.
	Token string
	// TokenSource, if set, is asked for the token instead, each time before the
	// remote is: tokens that expire are replaced while the repository is open.
	// It is called by one goroutine at a time.
	TokenSource func(ctx context.Context) (string, error)
	// Now is the clock. [time.Now]
	Now func() time.Time
	// Progress, if set, is told in a sentence what takes long. It can be called
	// from other goroutines.
	Progress func(msg string)
	// MaxBytes caps what one fetch receives. [1 GiB]
	MaxBytes int64
	// FetchTimeout caps how long one fetch takes. [10 minutes]
	FetchTimeout time.Duration
}

func (o Options) withDefaults() Options {
	if o.Dir == "" {
		o.Dir = "frameworks"
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Progress == nil {
		o.Progress = func(string) {}
	}
	if o.MaxBytes <= 0 {
		o.MaxBytes = 1 << 30
	}
	if o.FetchTimeout <= 0 {
		o.FetchTimeout = 10 * time.Minute
	}
	return o
}

// Repo is an open repository. It is safe for concurrent use: Refresh can run
// while others read, and what they read does not change under them.
type Repo struct {
	opts     Options
	where    string   // the location, for people
	dirParts []string // of Options.Dir
	store    *store
	mirror   *mirror // nil for a local repository

	mu     sync.Mutex
	branch string

	tagsMu sync.Mutex
	tags   map[plumbing.Hash]Tag // those that were read last, by what holds them
}

// Open opens a repository. A remote one is cloned if there is no usable mirror
// of it; if there is, nothing is asked of the remote, and the mirror is as old
// as it is until Refresh.
//
// Errors are of the kinds ErrLocation, ErrNotRepository, ErrUnsupported,
// ErrShallow, ErrNoCommits, ErrBranch and ErrDamaged, for remote ones also
// ErrCache, ErrUnreachable, ErrToken, ErrDenied, ErrRemoteNotFound and ErrTooMuch.
func Open(ctx context.Context, opts Options) (*Repo, error) {
	opts = opts.withDefaults()
	token := opts.Token
	if opts.TokenSource != nil {
		token = notAsked
	}
	loc, err := parseLocation(opts.Location, token)
	if err != nil {
		return nil, err
	}
	r := &Repo{opts: opts, where: loc.display()}
	if r.dirParts, err = splitDir(opts.Dir); err != nil {
		return nil, err
	}
	if loc.url != "" {
		err = r.openRemote(ctx, loc)
	} else {
		err = r.openLocal(loc.path)
	}
	if err != nil {
		return nil, err
	}
	if err := r.firstHead(ctx); err != nil {
		_ = r.Close() // nothing was written
		return nil, err
	}
	return r, nil
}

func (r *Repo) openLocal(path string) error {
	dirs, err := discover(path)
	if err != nil {
		return err
	}
	if err := dirs.check(); err != nil {
		return err
	}
	r.where = dirs.place()
	r.store = openStore(dirs, false)
	return nil
}

func (r *Repo) openRemote(ctx context.Context, loc location) (err error) {
	r.mirror, err = openMirror(ctx, loc, r.opts)
	if err != nil {
		return err
	}
	r.store = r.mirror.store
	return nil
}

// firstHead checks that the branch is there. A mirror made earlier can lack it
// although the remote has it.
func (r *Repo) firstHead(ctx context.Context) error {
	_, err := r.head(ctx)
	if r.mirror != nil && (errors.Is(err, ErrBranch) || errors.Is(err, ErrNoCommits)) {
		_, err = r.Refresh(ctx)
	}
	return err
}

// splitDir returns the parts of Options.Dir: none for the root itself.
func splitDir(dir string) ([]string, error) {
	clean := path.Clean(strings.TrimSuffix(dir, "/"))
	if !fs.ValidPath(clean) {
		return nil, &Error{Kind: ErrLocation, Text: fmt.Sprintf("the directory %q is not one inside the repository", dir)}
	}
	if clean == "." {
		return nil, nil
	}
	return strings.Split(clean, "/"), nil
}

// Close releases what is held open. The repository cannot be used afterwards.
func (r *Repo) Close() error { return r.store.close() }

// Root returns the root of the working tree of a local repository, and "" for
// a bare or remote one.
func (r *Repo) Root() string {
	if r.mirror != nil {
		return ""
	}
	return r.store.dirs.root
}

// Branch returns the name of the branch whose history counts, as of the last
// Refresh. It is "" if a commit is checked out and no branch.
func (r *Repo) Branch() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.branch
}

// Refresh brings the repository up to date and returns the hash of the newest
// commit of the branch. A local repository is only looked at again. Of a remote
// one the references are asked for, in one small request if the remote speaks
// protocol version 2, and what changed is fetched: branches that were moved,
// rewritten or removed, tags, and which branch is the default. After an error
// what was there before can still be read.
//
// The errors are those of Open.
func (r *Repo) Refresh(ctx context.Context) (head string, err error) {
	if r.mirror != nil {
		err = r.mirror.refresh(ctx)
	} else {
		err = r.refreshLocal()
	}
	if err != nil {
		return "", err
	}
	h, err := r.head(ctx)
	if err != nil {
		return "", err
	}
	return h.String(), nil
}

func (r *Repo) refreshLocal() error {
	if err := r.store.dirs.check(); err != nil {
		return err
	}
	r.store.refresh()
	return nil
}

// head finds the branch and its newest commit.
func (r *Repo) head(ctx context.Context) (head plumbing.Hash, err error) {
	err = r.healing(ctx, func() error {
		h, branch, err := r.selectBranch()
		if err != nil {
			return err
		}
		if head, err = r.peel(h); err != nil {
			return err
		}
		r.mu.Lock()
		r.branch = branch
		r.mu.Unlock()
		return nil
	})
	return head, err
}

// healing runs op. If what it reads is damaged and is a mirror, the mirror is
// cloned again, and op runs once more.
func (r *Repo) healing(ctx context.Context, op func() error) error {
	if r.mirror == nil {
		return op()
	}
	before := r.mirror.generation()
	err := op()
	if !errors.Is(err, ErrDamaged) {
		return err
	}
	if again := r.mirror.rebuild(ctx, before); again != nil {
		return err
	}
	return op()
}

// object reads a commit, tree or tag that must be there, into buf.
func (r *Repo) object(t plumbing.ObjectType, h plumbing.Hash, buf []byte) ([]byte, error) {
	b, err := r.store.read(t, h, buf, maxObjectBytes)
	if err != nil {
		return buf, r.damaged(h, err)
	}
	return b, nil
}

// damaged is the error for an object that is not as it must be. A mirror is
// marked, so that whoever opens or refreshes it next clones it again.
func (r *Repo) damaged(h plumbing.Hash, err error) error {
	if r.mirror != nil {
		r.mirror.mark()
	}
	if errors.Is(err, plumbing.ErrObjectNotFound) {
		err = errors.New("it is missing")
	}
	return &Error{
		Kind: ErrDamaged,
		Text: fmt.Sprintf("%s is damaged or not a whole clone: object %s cannot be read (%v)", r.where, h, err),
		Err:  err,
	}
}
