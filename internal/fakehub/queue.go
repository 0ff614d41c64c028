package fakehub

import (
	"errors"
	"fmt"
	"slices"
)

// group is a merge group: pull requests that are checked together on the base,
// after the groups before it.
type group struct {
	base  string // the branch
	onto  string // the commit that it is made on
	pulls []int
	heads []string // the merge commit of each
	ref   string
}

func (g *group) head() string { return g.heads[len(g.heads)-1] }

const queueLogin = "github-merge-queue[bot]"

// Enqueue puts pull requests into the merge queue as one group. Their base
// asks that they could be merged. When the required checks of the group's
// commit have passed the base moves to it; when one has failed the group is
// taken out, and those behind it are made anew.
func (r *Repo) Enqueue(pulls ...int) error {
	r.hub.mu.Lock()
	defer r.hub.mu.Unlock()
	if len(pulls) == 0 {
		return errors.New("there is nothing to queue")
	}
	g := &group{pulls: pulls}
	for _, n := range pulls {
		p, ok := r.pulls.get(n)
		if !ok || p.state != "open" || p.draft {
			return errNotOpen
		}
		if err := r.mayMerge(p, p.headSHA); err != nil {
			return err
		}
		if g.base != "" && g.base != p.baseRef {
			return errors.New("a merge group has one base")
		}
		g.base = p.baseRef
	}
	onto := r.refs["refs/heads/"+g.base]
	for _, o := range r.queue {
		if o.base == g.base {
			onto = o.head()
		}
	}
	if err := r.build(g, onto); err != nil {
		return err
	}
	r.queue = append(r.queue, g)
	return r.settleQueue()
}

// Queue returns the commits of the merge groups, the first in the queue first.
func (r *Repo) Queue() []string {
	r.hub.mu.Lock()
	defer r.hub.mu.Unlock()
	var out []string
	for _, g := range r.queue {
		out = append(out, g.head())
	}
	return out
}

// build makes a group's commits and branch, and asks for checks.
func (r *Repo) build(g *group, onto string) error {
	g.onto, g.heads = onto, nil
	tip := onto
	for _, n := range g.pulls {
		p, _ := r.pulls.get(n)
		message := fmt.Sprintf("Merge pull request #%d from %s/%s\n\n%s", p.number, p.headRepo.owner, p.headRef, p.title)
		sha, err := r.git.merge(tip, p.headSHA, message, r.hub.who(queueLogin))
		if err != nil {
			return fmt.Errorf("queueing pull request %d: %w", n, err)
		}
		tip = sha
		g.heads = append(g.heads, sha)
	}
	g.ref = fmt.Sprintf("refs/heads/gh-readonly-queue/%s/pr-%d-%s", g.base, g.pulls[len(g.pulls)-1], onto)
	if err := r.git.setRef(g.ref, tip, ""); err != nil {
		return err
	}
	if err := r.quietly(func() error { return r.observe(queueLogin) }); err != nil {
		return err
	}
	return r.emitGroup("checks_requested", g, "")
}

// quietly does something without looking at the queue meanwhile.
func (r *Repo) quietly(f func() error) error {
	before := r.settling
	r.settling = true
	defer func() { r.settling = before }()
	return f()
}

// settleQueue merges or removes the groups at the front whose checks say so,
// and makes them all anew when the base moved below them.
func (r *Repo) settleQueue() error {
	if r.settling {
		return nil
	}
	return r.quietly(func() error {
		for len(r.queue) > 0 {
			g := r.queue[0]
			switch state := r.groupState(g); {
			case g.onto != r.refs["refs/heads/"+g.base]:
				if err := r.rebuild(); err != nil {
					return err
				}
			case state == "success":
				if err := r.mergeGroup(g); err != nil {
					return err
				}
			case state == "failure":
				if err := r.drop(g, "invalidated"); err != nil {
					return err
				}
				if err := r.rebuild(); err != nil {
					return err
				}
			default:
				return nil
			}
		}
		return nil
	})
}

func (r *Repo) groupState(g *group) string {
	state := "success"
	for _, name := range r.protections[g.base].Required {
		if s := r.required(name, g.head()); s == "failure" || state == "success" {
			state = s
		}
	}
	return state
}

// drop takes a group out of the queue.
func (r *Repo) drop(g *group, reason string) error {
	r.queue = slices.DeleteFunc(r.queue, func(o *group) bool { return o == g })
	if err := r.git.setRef(g.ref, zero, ""); err != nil {
		return err
	}
	if err := r.observe(queueLogin); err != nil {
		return err
	}
	return r.emitGroup("destroyed", g, reason)
}

// rebuild makes all groups anew on their base. What conflicts is left out.
func (r *Repo) rebuild() error {
	old := slices.Clone(r.queue)
	onto := map[string]string{}
	for _, g := range old {
		tip := onto[g.base]
		if tip == "" {
			tip = r.refs["refs/heads/"+g.base]
		}
		if g.onto == tip {
			onto[g.base] = g.head()
			continue
		}
		if err := r.drop(g, "invalidated"); err != nil {
			return err
		}
		again := &group{base: g.base, pulls: g.pulls}
		err := r.build(again, tip)
		switch {
		case errors.Is(err, errConflict):
			continue
		case err != nil:
			return err
		}
		r.queue = append(r.queue, again)
		onto[g.base] = again.head()
	}
	return nil
}

func (r *Repo) mergeGroup(g *group) error {
	if err := r.git.setRef("refs/heads/"+g.base, g.head(), g.onto); err != nil {
		return err
	}
	onto := g.onto
	for i, n := range g.pulls {
		if p, ok := r.pulls.get(n); ok {
			r.markMerged(p, onto, g.heads[i], queueLogin)
		}
		onto = g.heads[i]
	}
	if err := r.drop(g, "merged"); err != nil {
		return err
	}
	for _, n := range g.pulls {
		if p, ok := r.pulls.get(n); ok {
			if err := r.emitPull("closed", p, queueLogin, nil); err != nil {
				return err
			}
		}
	}
	return nil
}

// Dequeue takes a pull request's group out of the merge queue.
func (r *Repo) Dequeue(n int) error {
	r.hub.mu.Lock()
	defer r.hub.mu.Unlock()
	for _, g := range r.queue {
		if slices.Contains(g.pulls, n) {
			if err := r.drop(g, "dequeued"); err != nil {
				return err
			}
			if err := r.quietly(r.rebuild); err != nil {
				return err
			}
			return r.settleQueue()
		}
	}
	return fmt.Errorf("pull request %d is not queued", n)
}
