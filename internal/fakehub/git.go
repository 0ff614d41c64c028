package fakehub

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"sort"
	"strconv"
	"strings"
	"sync"
	"time"
)

// gitTimeout ends a git command that hangs.
const gitTimeout = time.Minute

// zero is what Git says for a ref that is not there.
const zero = "0000000000000000000000000000000000000000"

// scratch is the ref that new commits are written to before they are known by
// another. It is hidden from clients, as are all below it.
const scratch = "refs/fakehub/scratch"

var fullSHA = regexp.MustCompile(`^[0-9a-f]{40}$`)

// bare is a bare repository, worked on with the git command.
type bare struct {
	dir   string
	known *sync.Map // what constant commands printed, by their arguments
}

// identity is who makes a commit or tag, and when.
type identity struct {
	name, email string
	at          time.Time
}

func (i identity) date() string { return fmt.Sprintf("%d +0000", i.at.Unix()) }

func gitEnv(dir string) []string {
	return []string{"PATH=" + os.Getenv("PATH"), "HOME=" + dir, "GIT_DIR=" + dir, "GIT_CONFIG_GLOBAL=" + os.DevNull,
		"GIT_CONFIG_NOSYSTEM=1", "GIT_TERMINAL_PROMPT=0", "LC_ALL=C", "TZ=UTC"}
}

// constant are commands that name objects in full and nothing else: what they
// print stays as it is.
var constant = regexp.MustCompile(`^(?:diff|diff-tree|log|merge-base|cat-file|rev-parse)(?: -\S+| blob| tag| [0-9a-f]{40}(?:\.{2,3}[0-9a-f]{40}|\^\{commit\}|:\S+)?)+$`)

// printed is how a constant command ended.
type printed struct {
	out  string
	code int
	err  error
}

// exec runs a git command and returns what it printed, its exit code and, if
// that is not 0, an error. A constant one is run once: a hub asks the same of
// Git at each call that is about a pull request.
func (g bare) exec(in []byte, env []string, args ...string) (string, int, error) {
	key := strings.Join(args, " ")
	keep := g.known != nil && in == nil && env == nil && constant.MatchString(key)
	if keep {
		if was, ok := g.known.Load(key); ok {
			p := was.(printed)
			return p.out, p.code, p.err
		}
	}
	out, code, err := g.start(in, env, args...)
	// An object that is not there may come; whether one is another's ancestor is for ever.
	if keep && (err == nil || code == 1 && args[0] == "merge-base") {
		g.known.Store(key, printed{out, code, err})
	}
	return out, code, err
}

func (g bare) start(in []byte, env []string, args ...string) (string, int, error) {
	ctx, cancel := context.WithTimeout(context.Background(), gitTimeout)
	defer cancel()
	cmd := exec.CommandContext(ctx, "git", args...)
	cmd.Env = append(gitEnv(g.dir), env...)
	cmd.Dir = g.dir
	cmd.Stdin = bytes.NewReader(in)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	if err == nil {
		return stdout.String(), 0, nil
	}
	code := -1
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) {
		code = exit.ExitCode()
	}
	return stdout.String(), code, fmt.Errorf("git %s: %w: %s", strings.Join(args, " "), err, strings.TrimSpace(stderr.String()))
}

func (g bare) run(args ...string) (string, error) {
	out, _, err := g.exec(nil, nil, args...)
	return strings.TrimRight(out, "\n"), err
}

// initBare makes an empty repository that serves what GitHub serves: any
// object by its name, filters, and no writing of what GitHub keeps itself.
func initBare(dir, branch string) (bare, error) {
	g := bare{dir, &sync.Map{}}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return g, err
	}
	if _, err := g.run("init", "-q", "--bare", "--template=", "--initial-branch", branch); err != nil {
		return g, err
	}
	if err := os.MkdirAll(dir+"/hooks", 0o755); err != nil {
		return g, err
	}
	return g, g.configure()
}

// settings of a repository, beside what git init writes. The hook is
// updateHook.
const settings = `
[uploadpack]
	allowAnySHA1InWant = true
	allowFilter = true
[transfer]
	hideRefs = refs/fakehub
[receive]
	hideRefs = refs/pull
	autogc = false
	fsckObjects = true
[http]
	receivepack = true
[gc]
	auto = 0
`

func (g bare) configure() error {
	b, err := os.ReadFile(g.dir + "/config")
	if err != nil {
		return err
	}
	if err := os.WriteFile(g.dir+"/config", append(b, settings...), 0o644); err != nil {
		return err
	}
	return os.WriteFile(g.dir+"/hooks/update", []byte(updateHook), 0o755)
}

// refs returns the branches and tags.
func (g bare) refs() (map[string]string, error) {
	out, err := g.run("for-each-ref", "--format=%(refname) %(objectname)", "refs/heads", "refs/tags")
	if err != nil {
		return nil, err
	}
	refs := map[string]string{}
	for line := range strings.Lines(out) {
		name, sha, _ := strings.Cut(strings.TrimSpace(line), " ")
		if name != "" {
			refs[name] = sha
		}
	}
	return refs, nil
}

// resolve returns the commit that a revision names, "" if none.
func (g bare) resolve(rev string) string {
	if rev == "" || strings.HasPrefix(rev, "-") {
		return ""
	}
	sha, err := g.run("rev-parse", "--verify", "--quiet", "--end-of-options", rev+"^{commit}")
	if err != nil {
		return ""
	}
	return sha
}

// kind returns the type of an object, "" if there is none.
func (g bare) kind(sha string) string {
	if !fullSHA.MatchString(sha) {
		return ""
	}
	kind, err := g.run("cat-file", "-t", sha)
	if err != nil {
		return ""
	}
	return kind
}

// setRef moves a ref from old, which it must have: zero if it must not be
// there, "" if it does not matter. A new of zero deletes it.
func (g bare) setRef(ref, sha, old string) error {
	args := []string{"update-ref", "--no-deref", ref, sha}
	if sha == zero {
		args = []string{"update-ref", "--no-deref", "-d", ref}
	}
	if old != "" {
		args = append(args, old)
	}
	_, err := g.run(args...)
	return err
}

// ancestor reports whether a is reachable from b.
func (g bare) ancestor(a, b string) bool {
	_, err := g.run("merge-base", "--is-ancestor", a, b)
	return err == nil
}

func (g bare) mergeBase(a, b string) string {
	sha, err := g.run("merge-base", a, b)
	if err != nil {
		return ""
	}
	return sha
}

// Removed, as the text of a file that is pushed, removes the file.
const Removed = "\x00removed"

// commitFiles makes a commit on a parent ("" for none) that writes files, and
// returns it. No branch has it yet.
func (g bare) commitFiles(parent string, files map[string]string, message string, author, committer identity) (string, error) {
	var b bytes.Buffer
	fmt.Fprintf(&b, "reset %s\n\ncommit %s\nmark :1\nauthor %s <%s> %s\ncommitter %s <%s> %s\ndata %d\n%s\n", scratch, scratch,
		author.name, author.email, author.date(), committer.name, committer.email, committer.date(), len(message), message)
	if parent != "" {
		fmt.Fprintf(&b, "from %s\n", parent)
	}
	names := make([]string, 0, len(files))
	for name := range files {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		if text := files[name]; text == Removed {
			fmt.Fprintf(&b, "D %s\n", quotePath(name))
		} else {
			fmt.Fprintf(&b, "M 100644 inline %s\ndata %d\n%s\n", quotePath(name), len(text), text)
		}
	}
	b.WriteString("\nget-mark :1\n")
	out, _, err := g.exec(b.Bytes(), nil, "fast-import", "--quiet", "--force", "--date-format=raw")
	return strings.TrimSpace(out), err
}

// quotePath quotes a path as fast-import reads it.
func quotePath(name string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`).Replace(name) + `"`
}

// commitTree makes a commit of a tree.
func (g bare) commitTree(tree, message string, author, committer identity, parents ...string) (string, error) {
	args := []string{"commit-tree", tree, "-F", "-"}
	for _, p := range parents {
		args = append(args, "-p", p)
	}
	env := []string{
		"GIT_AUTHOR_NAME=" + author.name, "GIT_AUTHOR_EMAIL=" + author.email, "GIT_AUTHOR_DATE=" + author.date(),
		"GIT_COMMITTER_NAME=" + committer.name, "GIT_COMMITTER_EMAIL=" + committer.email, "GIT_COMMITTER_DATE=" + committer.date(),
	}
	out, _, err := g.exec([]byte(message), env, args...)
	return strings.TrimSpace(out), err
}

// commit is what is read of a commit.
type commit struct {
	sha, tree, message string
	parents            []string
	author, committer  identity
}

const commitFormat = "--format=%H%x01%T%x01%P%x01%an%x01%ae%x01%at%x01%cn%x01%ce%x01%ct%x01%B"

// log returns commits as git log does, newest first unless told otherwise.
func (g bare) log(args ...string) ([]commit, error) {
	out, _, err := g.exec(nil, nil, append([]string{"log", "-z", commitFormat}, args...)...)
	if err != nil {
		return nil, err
	}
	var commits []commit
	for entry := range strings.SplitSeq(out, "\x00") {
		f := strings.SplitN(entry, "\x01", 10)
		if len(f) < 10 {
			continue
		}
		commits = append(commits, commit{
			sha: f[0], tree: f[1], parents: strings.Fields(f[2]), message: strings.TrimRight(f[9], "\n"),
			author: identity{f[3], f[4], unix(f[5])}, committer: identity{f[6], f[7], unix(f[8])},
		})
	}
	return commits, nil
}

func (g bare) commit(sha string) (commit, error) {
	commits, err := g.log("-1", sha)
	if err == nil && len(commits) != 1 {
		err = fmt.Errorf("git log %s: no commit", sha)
	}
	if err != nil {
		return commit{}, err
	}
	return commits[0], nil
}

func unix(s string) time.Time {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		return time.Time{}
	}
	return time.Unix(n, 0).UTC()
}
