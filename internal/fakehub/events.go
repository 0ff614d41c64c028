package fakehub

import (
	"slices"
	"strings"
)

// filled is a part of an event, with all fields that GitHub's description has
// for the component.
func (h *Hub) filled(component string, o obj) any {
	return filler{h.base}.fill(h.desc.schema(component), o)
}

// emit makes an event of the repository, for the App and for the repository's
// own webhooks.
func (r *Repo) emit(event, action, by string, payload obj) {
	h := r.hub
	if action != "" {
		payload["action"] = action
	}
	payload["repository"] = h.filled("full-repository", r.render())
	payload["sender"] = h.filled("simple-user", h.person(by))
	if h.account(r.owner, "Organization").kind == "Organization" {
		payload["organization"] = obj{"login": r.owner, "id": h.users[r.owner].id, "url": h.api("/orgs/%s", r.owner)}
	}
	for _, k := range r.hooks {
		if k.wants(event) && !strings.HasPrefix(event, "check_") {
			h.enqueue(&delivery{Delivery: Delivery{Event: event, Action: action, Repo: r.FullName(), RepoID: r.id}, hook: &k}, payload)
		}
	}
	if i := h.installed[r.owner]; i != nil && i.suspended.IsZero() && slices.Contains(h.events, event) {
		payload["installation"] = obj{"id": i.id, "node_id": node("Installation", i.id)}
		h.enqueue(&delivery{Delivery: Delivery{Event: event, Action: action, Repo: r.FullName(), RepoID: r.id, Installation: i.id}}, payload)
		delete(payload, "installation")
	}
}

func (h *Hub) emitInstallation(owner, action string) {
	i := h.installed[owner]
	repos := []obj{}
	for _, r := range h.reposOf(owner) {
		repos = append(repos, obj{"id": r.id, "node_id": node("Repository", r.id), "name": r.name, "full_name": r.FullName(), "private": r.private})
	}
	payload := obj{"action": action, "installation": h.filled("installation", i.render(h)), "repositories": repos, "requester": nil,
		"sender": h.filled("simple-user", h.person(owner))}
	h.enqueue(&delivery{Delivery: Delivery{Event: "installation", Action: action, Installation: i.id}}, payload)
}

// Ping sends the event that comes when an App's webhook is set up.
func (h *Hub) Ping() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.enqueue(&delivery{Delivery: Delivery{Event: "ping"}}, obj{"zen": "Keep it logically awesome.", "hook_id": appID,
		"hook": obj{"type": "App", "id": appID, "name": "web", "active": true, "events": h.events, "app_id": appID,
			"config": h.hookConfig.render(h.hookURL)}})
}

func (r *Repo) emitPull(action string, p pull, by string, more obj) error {
	o, err := r.renderPull(p, true)
	if err != nil {
		return err
	}
	payload := obj{"number": p.number, "pull_request": r.hub.filled("pull-request", o)}
	for name, v := range more {
		payload[name] = v
	}
	r.pullHappened(action, p, by)
	r.emit("pull_request", action, by, payload)
	return nil
}

func (r *Repo) emitReview(action string, p pull, v review) error {
	o, err := r.renderPull(p, false)
	if err != nil {
		return err
	}
	body := r.renderReview(v)
	body["state"] = strings.ToLower(v.state)
	r.happen(p.number, "", v.author, "%s", reviewed[v.state])
	r.emit("pull_request_review", action, v.author, obj{"review": r.hub.filled("pull-request-review", body), "pull_request": r.hub.filled("pull-request-simple", o)})
	return nil
}

func (r *Repo) emitCheck(action string, k check, by string, more obj) {
	o := r.renderCheck(k)
	o["check_suite"] = r.renderSuite(k.head, "")
	payload := obj{"check_run": r.hub.filled("check-run", o)}
	for name, v := range more {
		payload[name] = v
	}
	r.checkHappened(action, k, by)
	r.emit("check_run", action, by, payload)
}

// renderSuite is a check suite, which the description as it is cut does not
// have. Of a fork's commit the branch is null.
func (r *Repo) renderSuite(head, branch string) obj {
	id := r.suite(head)
	return obj{"id": id, "node_id": node("CheckSuite", id), "head_sha": head, "head_branch": text(branch), "status": "queued", "conclusion": nil,
		"url": r.api("/check-suites/%d", id), "before": zero, "after": head, "pull_requests": r.pullsAt(head), "app": r.hub.filled("integration", r.hub.renderApp()),
		"created_at": stamp(r.hub.now()), "updated_at": stamp(r.hub.now()), "latest_check_runs_count": 0, "check_runs_url": r.api("/check-suites/%d/check-runs", id)}
}

func (r *Repo) emitSuite(action, head, branch, by string) {
	r.emit("check_suite", action, by, obj{"check_suite": r.renderSuite(head, branch)})
}

func (r *Repo) emitGroup(action string, g *group, reason string) error {
	c, err := r.git.commit(g.head())
	if err != nil {
		return err
	}
	payload := obj{"merge_group": obj{"head_sha": g.head(), "head_ref": g.ref, "base_sha": g.onto, "base_ref": "refs/heads/" + g.base, "head_commit": r.simple(c)}}
	if reason != "" {
		payload["reason"] = reason
	}
	r.emit("merge_group", action, queueLogin, payload)
	return nil
}

// simple is a commit as events have it.
func (r *Repo) simple(c commit) obj {
	return obj{"id": c.sha, "tree_id": c.tree, "message": c.message, "timestamp": stamp(c.committer.at),
		"author": obj{"name": c.author.name, "email": c.author.email}, "committer": obj{"name": c.committer.name, "email": c.committer.email}}
}

// emitChange says that a ref moved: create, push, delete, and the check suite
// of a branch's new head.
func (r *Repo) emitChange(c change, by string) error {
	branch, isBranch := c.branch()
	name, kind := branch, "branch"
	if !isBranch {
		name, kind = strings.TrimPrefix(c.ref, "refs/tags/"), "tag"
	}
	if err := r.emitPush(c, by); err != nil {
		return err
	}
	about := func() obj {
		return obj{"ref": name, "ref_type": kind, "master_branch": r.branch, "description": nil, "pusher_type": "user"}
	}
	switch {
	case c.old == zero:
		r.emit("create", "", by, about())
	case c.new == zero:
		r.emit("delete", "", by, about())
	}
	if isBranch && c.new != zero {
		r.emitSuite("requested", c.new, branch, by)
	}
	return nil
}

const (
	maxPushed = 2048 // commits in a push event
	maxListed = 20   // of them, those that list their files here
)

func (r *Repo) emitPush(c change, by string) error {
	payload := obj{"ref": c.ref, "before": c.old, "after": c.new, "created": c.old == zero, "deleted": c.new == zero, "forced": false, "base_ref": nil,
		"compare": r.html("/compare/%s...%s", c.old, c.new), "commits": []obj{}, "head_commit": nil, "pusher": obj{"name": by, "email": r.hub.who(by).email}}
	if c.new != zero {
		head := r.git.resolve(c.new)
		tip, err := r.git.commit(head)
		if err != nil {
			return err
		}
		if payload["head_commit"], err = r.pushedCommit(tip); err != nil {
			return err
		}
		if payload["commits"], err = r.pushedCommits(c, head); err != nil {
			return err
		}
		payload["forced"] = c.old != zero && !r.git.ancestor(c.old, c.new)
	}
	r.emit("push", "", by, payload)
	return nil
}

// pushedCommits are those that a push brings to a branch, oldest first.
func (r *Repo) pushedCommits(c change, head string) ([]obj, error) {
	out := []obj{}
	if _, isBranch := c.branch(); !isBranch {
		return out, nil
	}
	args := []string{"--reverse", "--topo-order", head, "^" + c.old}
	if c.old == zero {
		if args = []string{"--reverse", "--topo-order", head}; r.refs["refs/heads/"+r.branch] != head {
			args = append(args, "^refs/heads/"+r.branch)
		}
	}
	commits, err := r.git.log(args...)
	if err != nil {
		return nil, err
	}
	for i, k := range commits[:min(len(commits), maxPushed)] {
		o := r.simple(k)
		if i < maxListed {
			if o, err = r.pushedCommit(k); err != nil {
				return nil, err
			}
		}
		out = append(out, o)
	}
	return out, nil
}

// pushedCommit is a commit with the files that it touches.
func (r *Repo) pushedCommit(k commit) (obj, error) {
	o := r.simple(k)
	o["distinct"], o["url"] = true, r.html("/commit/%s", k.sha)
	lists := map[byte][]string{'A': {}, 'M': {}, 'D': {}}
	out, _, err := r.git.exec(nil, nil, "diff-tree", "-r", "-z", "--root", "--no-commit-id", "--name-status", "--no-renames", "-m", "--first-parent", k.sha)
	if err != nil {
		return nil, err
	}
	fields := strings.Split(out, "\x00")
	for i := 0; i+1 < len(fields); i += 2 {
		kind := byte('M')
		if fields[i] == "A" || fields[i] == "D" {
			kind = fields[i][0]
		}
		lists[kind] = append(lists[kind], fields[i+1])
	}
	o["added"], o["modified"], o["removed"] = lists['A'], lists['M'], lists['D']
	return o, nil
}
