package gitrepo

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// gitDir is a repository that a test makes with the git command.
type gitDir struct {
	t    testing.TB
	dir  string
	tick int64 // of the clock that commits are dated by
}

// day0 is when the clock of a gitDir starts.
var day0 = time.Date(2026, 1, 5, 12, 0, 0, 0, time.UTC)

// newGit makes an empty repository with a working tree.
func newGit(t testing.TB) *gitDir {
	t.Helper()
	g := &gitDir{t: t, dir: filepath.Join(t.TempDir(), "careers")}
	runGit(t, "", nil, "init", "--quiet", "--template=", "--initial-branch=main", g.dir)
	return g
}

// clone clones into a new directory.
func (g *gitDir) clone(args ...string) *gitDir {
	g.t.Helper()
	out := &gitDir{t: g.t, dir: filepath.Join(g.t.TempDir(), "clone"), tick: g.tick}
	runGit(g.t, "", nil, append(append([]string{"clone", "--quiet"}, args...), "file://"+g.dir, out.dir)...)
	return out
}

func (g *gitDir) git(args ...string) string {
	g.t.Helper()
	return runGit(g.t, g.dir, nil, args...)
}

// runGit runs git, free of the configuration of whoever runs the tests, and
// returns what it printed.
func runGit(t testing.TB, dir string, stdin []byte, args ...string) string {
	t.Helper()
	return runGitAt(t, dir, stdin, day0, args...)
}

func runGitAt(t testing.TB, dir string, stdin []byte, at time.Time, args ...string) string {
	t.Helper()
	cmd := exec.Command("git", args...)
	cmd.Dir = dir
	cmd.Stdin = bytes.NewReader(stdin)
	date := fmt.Sprintf("@%d +0100", at.Unix())
	cmd.Env = append(os.Environ(),
		"GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL="+os.DevNull, "LC_ALL=C",
		"GIT_AUTHOR_NAME=Ada", "GIT_AUTHOR_EMAIL=ada@example.com", "GIT_AUTHOR_DATE="+date,
		"GIT_COMMITTER_NAME=Ben", "GIT_COMMITTER_EMAIL=ben@example.com", "GIT_COMMITTER_DATE="+date)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("git %v: %v\n%s", args, err, out)
	}
	return strings.TrimSpace(string(out))
}

// write puts a file into the working tree.
func (g *gitDir) write(name, content string) *gitDir {
	g.t.Helper()
	path := filepath.Join(g.dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		g.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		g.t.Fatal(err)
	}
	return g
}

// commit commits all of the working tree, a minute after the last, and returns
// the hash.
func (g *gitDir) commit(subject string) string {
	g.t.Helper()
	g.tick++
	return g.commitAt(subject, day0.Add(time.Duration(g.tick)*time.Minute))
}

func (g *gitDir) commitAt(subject string, at time.Time) string {
	g.t.Helper()
	g.git("add", "--all")
	runGitAt(g.t, g.dir, nil, at, "commit", "--quiet", "--allow-empty", "--message", subject)
	return g.git("rev-parse", "HEAD")
}

// merge merges a branch with a commit of its own and returns the hash.
func (g *gitDir) merge(branch string) string {
	g.t.Helper()
	g.tick++
	runGitAt(g.t, g.dir, nil, day0.Add(time.Duration(g.tick)*time.Minute), "merge", "--quiet", "--no-ff", "--message", "Merge "+branch, branch)
	return g.git("rev-parse", "HEAD")
}

// sample makes a repository with two frameworks and three commits.
func sample(t testing.TB) (g *gitDir, hashes []string) {
	t.Helper()
	g = newGit(t)
	g.write("cue.mod/module.cue", "module: \"example.com/careers\"\n").write("frameworks/organisation.cue", "package organisation\n")
	hashes = append(hashes, g.write("frameworks/a/framework.cue", "one").commit("Add a"))
	hashes = append(hashes, g.write("frameworks/b/framework.cue", "one").commit("Add b"))
	hashes = append(hashes, g.write("frameworks/a/framework.cue", "two").commit("Reword a"))
	return g, hashes
}

// open opens a repository and closes it at the end of the test.
func open(t testing.TB, opts Options) *Repo {
	t.Helper()
	r, err := Open(t.Context(), opts)
	if err != nil {
		t.Fatalf("Open: %v", err)
	}
	t.Cleanup(func() { _ = r.Close() })
	return r
}

func (g *gitDir) open() *Repo {
	g.t.Helper()
	return open(g.t, Options{Location: g.dir})
}

func refresh(t testing.TB, r *Repo) string {
	t.Helper()
	head, err := r.Refresh(t.Context())
	if err != nil {
		t.Fatalf("Refresh: %v", err)
	}
	return head
}

// walk returns the whole chain of HEAD.
func walk(t testing.TB, r *Repo) []Commit {
	t.Helper()
	commits, _, err := r.Walk(t.Context(), refresh(t, r), "")
	if err != nil {
		t.Fatalf("Walk: %v", err)
	}
	return commits
}

// subjects are those of commits, in order.
func subjects(commits []Commit) string {
	var out []string
	for _, c := range commits {
		out = append(out, c.Subject)
	}
	return strings.Join(out, ", ")
}

// changes are those of a commit: "a" for an entry that is there, "-a" for one
// that is gone, "a/" for a directory.
func changes(c Commit) string {
	var out []string
	for _, ch := range c.Changes {
		s := ch.Path
		if ch.Dir {
			s += "/"
		}
		if ch.Hash == "" {
			s = "-" + s
		}
		out = append(out, s)
	}
	return strings.Join(out, " ")
}
