package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"runtime/debug"
	"strings"
	"sync"
	"time"

	"github.com/mattn/go-isatty"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/milepost-dev/milepost/internal/compile"
	"github.com/milepost-dev/milepost/internal/gitrepo"
	"github.com/milepost-dev/milepost/internal/history"
)

// app is what the verbs share: the flags that all have, and what they print to.
type app struct {
	stdin          io.Reader
	stdout, stderr io.Writer
	progress       *progress
	exit           int

	repo, branch, dir, cache, tokenFile string
	work                                string // the directory that is checked, once it is known
}

func newApp(stdin io.Reader, stdout, stderr io.Writer) *app {
	return &app{stdin: stdin, stdout: stdout, stderr: stderr, progress: &progress{w: stderr, terminal: isTerminal(stderr), start: time.Now()}}
}

// fromEnvironment fills the flags that were not given from the environment.
func (a *app) fromEnvironment(cmd *cobra.Command) error {
	var errs []error
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		name := envName(f.Name)
		value, ok := os.LookupEnv(name)
		if f.Changed || !ok || f.Name == "help" {
			return
		}
		if err := f.Value.Set(value); err != nil {
			errs = append(errs, usage("%s: %w", name, err))
		}
	})
	if err := errors.Join(errs...); err != nil {
		return err
	}
	a.dir = filepath.ToSlash(filepath.Clean(a.dir))
	if !fs.ValidPath(a.dir) || a.dir == "." {
		return usage("--dir %q is not a folder inside the repository", a.dir)
	}
	return nil
}

func envName(flag string) string {
	return "MILEPOST_" + strings.ToUpper(strings.ReplaceAll(flag, "-", "_"))
}

// colours says whether to print colours: on a terminal that did not decline.
func (a *app) colours() bool {
	return isTerminal(a.stdout) && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
}

func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && isatty.IsTerminal(f.Fd())
}

// remote says whether --repo is a URL and not a path.
func (a *app) remote() bool {
	return strings.Contains(a.repo, "://") || sshForm.MatchString(a.repo)
}

var sshForm = regexp.MustCompile(`^[A-Za-z0-9._-]+@[A-Za-z0-9.-]+:`)

// cacheDir is where compiled texts and mirrors are kept. Where the user has
// no cache directory and named none, nothing is kept.
func (a *app) cacheDir() (string, error) {
	if a.cache != "" {
		return filepath.Abs(a.cache)
	}
	dir, err := os.UserCacheDir()
	if err != nil {
		return "", nil
	}
	return filepath.Join(dir, "milepost"), nil
}

// compiler makes the compiler. A cache that was named must work; the default
// one is done without.
func (a *app) compiler() (*compile.Compiler, error) {
	dir, err := a.cacheDir()
	if err != nil {
		return nil, err
	}
	c, err := compile.New(compile.Options{CacheDir: dir, Isolated: true})
	if err != nil && a.cache == "" {
		fmt.Fprintf(a.stderr, "milepost: %s; going on without it (--cache names another)\n", err)
		return compile.New(compile.Options{Isolated: true})
	}
	return c, err
}

// open opens the repository.
func (a *app) open(ctx context.Context) (*gitrepo.Repo, error) {
	token, err := a.token()
	if err != nil {
		return nil, err
	}
	return a.openWith(ctx, gitrepo.Options{Location: cmp.Or(a.repo, "."), Token: token})
}

// openWith opens the repository that the options name.
func (a *app) openWith(ctx context.Context, o gitrepo.Options) (*gitrepo.Repo, error) {
	o.Branch, o.Dir, o.Progress = a.branch, a.dir, a.progress.say
	var err error
	if o.CacheDir, err = a.cacheDir(); err != nil {
		return nil, err
	}
	return gitrepo.Open(ctx, o)
}

func (a *app) token() (string, error) {
	if a.tokenFile == "" {
		return os.Getenv("MILEPOST_REPO_TOKEN"), nil
	}
	b, err := os.ReadFile(a.tokenFile)
	if err != nil {
		return "", fmt.Errorf("reading the token: %w", err)
	}
	return strings.TrimSpace(string(b)), nil
}

// hurry collects garbage less often while texts are evaluated, which makes
// that half as fast again. It returns what ends it.
func hurry() func() {
	before := debug.SetGCPercent(400)
	return func() { debug.SetGCPercent(before) }
}

// store reads the whole history.
func (a *app) store(ctx context.Context) (*history.Store, error) {
	c, err := a.compiler()
	if err != nil {
		return nil, err
	}
	s, _, err := a.history(ctx, c)
	return s, err
}

// history reads the whole history with a compiler.
func (a *app) history(ctx context.Context, c *compile.Compiler) (*history.Store, *gitrepo.Repo, error) {
	defer hurry()()
	repo, err := a.open(ctx)
	if err != nil {
		return nil, nil, err
	}
	s := history.NewStore(history.Options{Repo: repo, Root: a.dir, Compiler: c, Tags: history.TagsOf(repo), Progress: a.progress.count})
	err = s.Refresh(ctx)
	a.progress.clear()
	return s, repo, err
}

// workDir is the directory to check: the repository's working copy, or, outside
// Git, the nearest directory around that has frameworks.
func (a *app) workDir() (string, error) {
	start := a.repo
	if start == "" {
		start = "."
	}
	start, err := filepath.Abs(start)
	if err != nil {
		return "", fmt.Errorf("finding the working directory: %w", err)
	}
	if _, err := os.Stat(start); err != nil {
		return "", usage("there is no directory %s", start)
	}
	for dir := start; ; dir = filepath.Dir(dir) {
		if info, err := os.Stat(filepath.Join(dir, filepath.FromSlash(a.dir))); err == nil && info.IsDir() {
			return dir, nil
		}
		if dir == filepath.Dir(dir) {
			return "", usage("there is no folder %q here or above; go to the repository, or name it with --repo (milepost init makes a new one)", a.dir)
		}
	}
}

// progress says what takes long, once it has taken two seconds: in one line
// that is overwritten on a terminal, and a line every few seconds elsewhere.
type progress struct {
	mu       sync.Mutex
	w        io.Writer
	terminal bool
	start    time.Time
	last     time.Time
	shown    bool
}

const patience = 2 * time.Second

func (p *progress) say(msg string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now()
	every := 5 * time.Second
	if p.terminal {
		every = 100 * time.Millisecond
	}
	if now.Sub(p.start) < patience || now.Sub(p.last) < every {
		return
	}
	p.last, p.shown = now, true
	if p.terminal {
		fmt.Fprintf(p.w, "\r\x1b[K%s", msg)
	} else {
		fmt.Fprintln(p.w, msg)
	}
}

func (p *progress) count(done, all int) {
	p.say(fmt.Sprintf("Reading the history: %d of %d texts", done, all))
}

func (p *progress) checked(done, all int) {
	p.say(fmt.Sprintf("Checking: %d of %d frameworks", done, all))
}

func (p *progress) clear() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.shown && p.terminal {
		fmt.Fprint(p.w, "\r\x1b[K")
	}
	p.shown = false
}

// sentence is an error as the last line of a command: one line.
func sentence(err error) string {
	return strings.Join(strings.FieldsFunc(err.Error(), func(r rune) bool { return r == '\n' || r == '\r' }), "; ")
}

func unknownCommand(err error) bool { return strings.HasPrefix(err.Error(), "unknown command") }

// repositoryUsage says whether an error is about what was named on the
// command line and not about our work.
func repositoryUsage(err error) bool {
	for _, kind := range []error{gitrepo.ErrLocation, gitrepo.ErrNotRepository, gitrepo.ErrBranch, gitrepo.ErrRevision, gitrepo.ErrUnrelated, gitrepo.ErrNoCommits, gitrepo.ErrShallow, gitrepo.ErrNoRemote} {
		if errors.Is(err, kind) {
			return true
		}
	}
	return false
}
