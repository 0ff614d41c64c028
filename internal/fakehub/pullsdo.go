package fakehub

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// change applies f to a pull request under the lock.
func (r *Repo) change(n int, f func(p *pull) error) error {
	r.hub.mu.Lock()
	defer r.hub.mu.Unlock()
	p, ok := r.pulls.get(n)
	if !ok {
		return fmt.Errorf("there is no pull request %d", n)
	}
	return f(&p)
}

// ClosePull closes a pull request without merging it.
func (r *Repo) ClosePull(n int) error {
	return r.change(n, func(p *pull) error { return r.closePull(*p, p.author) })
}

func (r *Repo) closePull(p pull, by string) error {
	if p.state != "open" {
		return errNotOpen
	}
	p.state, p.closedAt = "closed", r.hub.now()
	r.save(p)
	return r.emitPull("closed", p, by, nil)
}

// ReopenPull opens a closed pull request again.
func (r *Repo) ReopenPull(n int) error {
	return r.change(n, func(p *pull) error { return r.reopen(*p, p.author) })
}

func (r *Repo) reopen(p pull, by string) error {
	if p.state == "open" || p.merged {
		return errors.New("the pull request cannot be reopened")
	}
	if p.headRepo.refs["refs/heads/"+p.headRef] == "" {
		return errors.New("the pull request's branch is gone")
	}
	p.state = "open"
	p.closedAt = p.mergedAt
	p.headSHA, p.baseSHA = p.headRepo.refs["refs/heads/"+p.headRef], r.refs["refs/heads/"+p.baseRef]
	p.mergeable, p.reads = nil, 0
	if err := r.fetchHead(p); err != nil {
		return err
	}
	r.save(p)
	return r.emitPull("reopened", p, by, nil)
}

// SetDraft makes a pull request a draft, or ready for review.
func (r *Repo) SetDraft(n int, draft bool) error {
	return r.change(n, func(p *pull) error {
		if p.draft == draft {
			return nil
		}
		action := "ready_for_review"
		if p.draft = draft; draft {
			action = "converted_to_draft"
		}
		r.save(*p)
		return r.emitPull(action, *p, p.author, nil)
	})
}

// SetLocked locks the conversation on a pull request, or unlocks it.
func (r *Repo) SetLocked(n int, locked bool) error {
	return r.change(n, func(p *pull) error {
		if p.locked == locked {
			return nil
		}
		action := "unlocked"
		if p.locked = locked; locked {
			action = "locked"
		}
		r.save(*p)
		return r.emitPull(action, *p, "ada", nil)
	})
}

// EditPull changes a pull request's title and body.
func (r *Repo) EditPull(n int, title, body string) error {
	return r.change(n, func(p *pull) error { return r.edit(*p, title, body, p.baseRef, p.author) })
}

// Retarget gives a pull request another base branch.
func (r *Repo) Retarget(n int, base string) error {
	return r.change(n, func(p *pull) error { return r.edit(*p, p.title, p.body, base, p.author) })
}

func (r *Repo) edit(p pull, title, body, base, by string) error {
	changes := obj{}
	if title != p.title {
		changes["title"] = obj{"from": p.title}
	}
	if body != p.body {
		changes["body"] = obj{"from": p.body}
	}
	if base != p.baseRef {
		tip := r.refs["refs/heads/"+base]
		if tip == "" {
			return fmt.Errorf("there is no branch %q", base)
		}
		changes["base"] = obj{"ref": obj{"from": p.baseRef}, "sha": obj{"from": p.baseSHA}}
		p.baseRef, p.baseSHA, p.mergeable, p.reads = base, tip, nil, 0
	}
	if len(changes) == 0 {
		return nil
	}
	p.title, p.body = title, body
	r.save(p)
	return r.emitPull("edited", p, by, obj{"changes": changes})
}

// Label adds labels to a pull request.
func (r *Repo) Label(n int, names ...string) error {
	return r.change(n, func(p *pull) error { return r.label(*p, names, "ada") })
}

func (r *Repo) label(p pull, names []string, by string) error {
	for _, name := range names {
		if slices.Contains(p.labels, name) {
			continue
		}
		p.labels = append(slices.Clone(p.labels), name)
		r.save(p)
		if err := r.emitPull("labeled", p, by, obj{"label": r.renderLabel(name)}); err != nil {
			return err
		}
	}
	return nil
}

// Methods of MergePull.
const (
	MergeCommit = "merge"
	Squash      = "squash"
	Rebase      = "rebase"
)

// MergePull merges a pull request by MergeCommit, Squash or Rebase as its author
// does, and returns the base's new head. The error says what is in the way: a
// conflict, or what the base's Protection asks for.
func (r *Repo) MergePull(n int, method string) (string, error) {
	var sha string
	err := r.change(n, func(p *pull) error {
		if p.state != "open" || p.draft {
			return errNotOpen
		}
		if err := r.mayMerge(*p, p.headSHA); err != nil {
			return err
		}
		var err error
		if sha, err = r.mergeBy(*p, method); err != nil {
			return err
		}
		return r.mergedAs(*p, sha, p.author)
	})
	return sha, err
}

func (r *Repo) mergeBy(p pull, method string) (string, error) {
	base, who := r.refs["refs/heads/"+p.baseRef], r.hub.who(p.author)
	switch method {
	case MergeCommit:
		message := fmt.Sprintf("Merge pull request #%d from %s/%s\n\n%s", p.number, p.headRepo.owner, p.headRef, p.title)
		return r.git.merge(base, p.headSHA, message, who)
	case Squash:
		github := identity{"GitHub", "noreply@github.com", r.hub.now()}
		return r.git.squash(base, p.headSHA, strings.TrimSpace(fmt.Sprintf("%s (#%d)\n\n%s", p.title, p.number, p.body)), who, github)
	case Rebase:
		if r.noRebase {
			return "", errors.New("rebase merges are not allowed on this repository")
		}
		return r.git.rebase(base, p.headSHA, who)
	}
	return "", fmt.Errorf("%q is no way to merge", method)
}

// mergedAs puts the base on a commit that has the pull request in it.
func (r *Repo) mergedAs(p pull, sha, by string) error {
	onto := r.refs["refs/heads/"+p.baseRef]
	if err := r.git.setRef("refs/heads/"+p.baseRef, sha, onto); err != nil {
		return err
	}
	r.markMerged(p, onto, sha, by)
	if err := r.observe(by); err != nil {
		return err
	}
	if p, ok := r.pulls.get(p.number); ok {
		return r.emitPull("closed", p, by, nil)
	}
	return nil
}

func (r *Repo) markMerged(p pull, onto, sha, by string) {
	p.state, p.merged, p.mergedBy, p.mergeCommit, p.onto = "closed", true, by, sha, onto
	p.closedAt, p.mergedAt, p.test = r.hub.now(), r.hub.now(), ""
	r.save(p)
}

// ComputeMerges makes the test merges of all open pull requests now.
func (r *Repo) ComputeMerges() error {
	r.hub.mu.Lock()
	defer r.hub.mu.Unlock()
	for _, p := range r.pulls.list(now) {
		if p.state == "open" && p.mergeable == nil {
			if _, err := r.testMerge(p); err != nil {
				return err
			}
		}
	}
	return nil
}

// testMerge keeps refs/pull/N/merge: the merge of the base's tip and the head,
// or nothing if they conflict.
func (r *Repo) testMerge(p pull) (pull, error) {
	ref := fmt.Sprintf("refs/pull/%d/merge", p.number)
	base := r.refs["refs/heads/"+p.baseRef]
	sha, err := r.git.merge(base, p.headSHA, fmt.Sprintf("Merge %s into %s", p.headSHA, base), r.hub.who(p.author))
	yes := err == nil
	if errors.Is(err, errConflict) {
		sha, err = zero, nil
	}
	if err != nil {
		return p, err
	}
	if sha != zero || r.git.resolve(ref) != "" {
		if err := r.git.setRef(ref, sha, ""); err != nil {
			return p, err
		}
	}
	if p.mergeable, p.test = &yes, sha; !yes {
		p.test = ""
	}
	r.pulls.put(r.hub.calls, p.number, p)
	return p, nil
}
