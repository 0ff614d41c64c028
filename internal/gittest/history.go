package gittest

import "time"

// Tag makes an annotated tag, or moves it if there is one of that name, and
// returns the name of its object. It is dated by the repository's clock, which
// does not move on.
func (r *Repo) Tag(name, rev, message string) string {
	r.t.Helper()
	r.Git("tag", "--annotate", "--force", "--cleanup=verbatim", "--message", message, name, rev)
	return r.Git("rev-parse", "refs/tags/"+name)
}

// LightTag makes or moves a tag that is not annotated.
func (r *Repo) LightTag(name, rev string) *Repo {
	r.t.Helper()
	r.Git("tag", "--force", name, rev)
	return r
}

// DeleteTag deletes a tag, which must be there.
func (r *Repo) DeleteTag(name string) *Repo {
	r.t.Helper()
	r.Git("tag", "--delete", name)
	return r
}

// CommitAt is Commit with another committer date, as somebody has whose clock is
// wrong. The author's date is by the repository's clock.
func (r *Repo) CommitAt(message string, committed time.Time) string {
	r.t.Helper()
	r.Git("add", "-A")
	if _, err := r.gitAt(committed, "commit", "-q", "--allow-empty", "-m", message); err != nil {
		r.t.Fatal(err)
	}
	return r.made()
}

// Switch checks a branch out, and makes it at HEAD if there is none.
func (r *Repo) Switch(branch string) *Repo {
	r.t.Helper()
	if _, err := r.TryGit("rev-parse", "--verify", "--quiet", "refs/heads/"+branch); err != nil {
		r.Git("branch", branch)
	}
	r.Git("switch", "-q", branch)
	return r
}

// Merge merges a branch into the one that is checked out, always with a commit
// of its own, and returns it.
func (r *Repo) Merge(branch string) string {
	r.t.Helper()
	r.Git("merge", "-q", "--no-ff", "-m", "Merge "+branch, branch)
	return r.made()
}

// Squash makes one commit of all that a branch changes, on the one that is
// checked out, and returns it.
func (r *Repo) Squash(branch, message string) string {
	r.t.Helper()
	r.Git("merge", "-q", "--squash", branch)
	return r.Commit(message)
}

// Rebase puts the commits of a branch on the one that is checked out, which then
// ends with the last of them, and returns that. All get the clock's time as
// their committer date, and keep their author's.
func (r *Repo) Rebase(branch string) string {
	r.t.Helper()
	onto := r.Git("symbolic-ref", "--short", "HEAD")
	r.Git("rebase", "-q", onto, branch)
	r.Git("switch", "-q", onto)
	r.Git("merge", "-q", "--ff-only", branch)
	return r.made()
}

// Revert undoes a commit by another, and returns that. Of a merge it undoes what
// the merged branch brought.
func (r *Repo) Revert(rev string) string {
	r.t.Helper()
	args := []string{"revert", "--no-edit"}
	if _, err := r.TryGit("rev-parse", "--verify", "--quiet", rev+"^2"); err == nil {
		args = append(args, "-m", "1")
	}
	r.Git(append(args, rev)...)
	return r.made()
}
