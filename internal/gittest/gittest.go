// Package gittest makes real Git repositories for tests, with the git command.
package gittest

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

// Repo is a repository in a temporary directory. Its clock is its own: each
// commit is an hour after the one before, unless At sets it.
type Repo struct {
	t   testing.TB
	Dir string
	now time.Time
}

// Start is the time of a repository's first commit.
var Start = time.Date(2024, 3, 1, 9, 0, 0, 0, time.UTC)

// New makes an empty repository with the branch main.
func New(t testing.TB) *Repo {
	t.Helper()
	r := &Repo{t: t, Dir: t.TempDir(), now: Start}
	r.Git("init", "-q", "-b", "main")
	return r
}

// Git runs a git command in the repository and returns what it printed.
func (r *Repo) Git(args ...string) string {
	r.t.Helper()
	out, err := r.TryGit(args...)
	if err != nil {
		r.t.Fatal(err)
	}
	return out
}

// TryGit is Git for commands that may fail.
func (r *Repo) TryGit(args ...string) (string, error) { return r.gitAt(r.now, args...) }

// gitAt runs a command by whose clock it is another time, which a commit has as
// its committer date.
func (r *Repo) gitAt(at time.Time, args ...string) (string, error) {
	cmd := exec.Command("git", args...)
	cmd.Dir = r.Dir
	stamp, committed := fmt.Sprintf("%d +0000", r.now.Unix()), fmt.Sprintf("%d +0000", at.Unix())
	cmd.Env = append(os.Environ(),
		"GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_SYSTEM=/dev/null", "GIT_TERMINAL_PROMPT=0",
		"GIT_AUTHOR_NAME=Ada", "GIT_AUTHOR_EMAIL=ada@example.com", "GIT_COMMITTER_NAME=Ada", "GIT_COMMITTER_EMAIL=ada@example.com",
		"GIT_AUTHOR_DATE="+stamp, "GIT_COMMITTER_DATE="+committed)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("git %s: %w: %s", strings.Join(args, " "), err, stderr.String())
	}
	return strings.TrimSpace(stdout.String()), nil
}

// At sets the time of the next commit.
func (r *Repo) At(t time.Time) *Repo {
	r.now = t
	return r
}

// Write writes files, by their names in the repository.
func (r *Repo) Write(files map[string]string) *Repo {
	r.t.Helper()
	for name, text := range files {
		p := filepath.Join(r.Dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
			r.t.Fatal(err)
		}
		if err := os.WriteFile(p, []byte(text), 0o644); err != nil {
			r.t.Fatal(err)
		}
	}
	return r
}

// Copy copies a directory tree of the disk into the repository.
func (r *Repo) Copy(from, to string) *Repo {
	r.t.Helper()
	if err := os.CopyFS(filepath.Join(r.Dir, filepath.FromSlash(to)), os.DirFS(from)); err != nil {
		r.t.Fatal(err)
	}
	return r
}

// Replace replaces a text in a file, which must have it.
func (r *Repo) Replace(name, old, new string) *Repo {
	r.t.Helper()
	p := filepath.Join(r.Dir, filepath.FromSlash(name))
	b, err := os.ReadFile(p)
	if err != nil {
		r.t.Fatal(err)
	}
	if !strings.Contains(string(b), old) {
		r.t.Fatalf("%s does not hold %q", name, old)
	}
	return r.Write(map[string]string{name: strings.Replace(string(b), old, new, 1)})
}

// Remove removes a file or directory.
func (r *Repo) Remove(name string) *Repo {
	r.t.Helper()
	if err := os.RemoveAll(filepath.Join(r.Dir, filepath.FromSlash(name))); err != nil {
		r.t.Fatal(err)
	}
	return r
}

// Commit commits all that changed and returns the commit's name. The clock
// moves on an hour.
func (r *Repo) Commit(message string) string {
	r.t.Helper()
	r.Git("add", "-A")
	r.Git("commit", "-q", "--allow-empty", "-m", message)
	return r.made()
}

// made is the commit that was made last. The clock moves on an hour.
func (r *Repo) made() string {
	r.t.Helper()
	r.now = r.now.Add(time.Hour)
	return r.Git("rev-parse", "HEAD")
}

// Ladder is a small framework by files: a ladder of two levels and one
// competency. Text ends its second level's only expectation, after Lead, and is
// declared to ask the same as the one before: another text is a minor step.
func Ladder(id, text string) map[string]string {
	return map[string]string{
		"cue.mod/module.cue": "module: \"example.com/careers\"\nlanguage: version: \"v0.17.0\"\n",
		"frameworks/" + id + "/framework.cue": fmt.Sprintf(`package framework

import "github.com/milepost-dev/milepost/schema"

framework: schema.#Framework
framework: {
	id:    %q
	kind:  "ladder"
	title: "A small ladder"
	owners: ["people-team"]
	competencies: craft: title: "Craft"
	levels: l1: {rank: 1, code: "L1", titles: [{text: "Maker"}], expectations: craft: items: ["Makes things"]}
	levels: l2: {rank: 2, code: "L2", titles: [{text: "Senior Maker"}], expectations: craft: items: [%[3]q]}
	release: {why: %[2]q, meaning: "l2.craft": "same"}
}
`, id, text, Lead+text),
	}
}

// Lead begins the expectation of a Ladder's second level.
const Lead = "Makes things that others can use and go on with: "
