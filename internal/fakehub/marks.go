package fakehub

import (
	"slices"
	"time"
)

// mark is a commit status.
type mark struct {
	id                          int
	sha, context, state         string
	description, target, author string
	made                        time.Time
}

// manyMarks is how many statuses a commit has for one context at most.
const manyMarks = 1000

func createStatus(c *call) (reply, *refusal) {
	at := c.params["sha"]
	if r := sha("sha", at); r != nil {
		return no(r)
	}
	if c.repo.git.kind(at) != "commit" {
		return no(unprocessable("No commit found for SHA: " + at))
	}
	if r := tooLong("description", c.text("description"), 140); r != nil {
		return no(r)
	}
	m := mark{id: c.hub.nextID(), sha: at, context: c.text("context"), state: c.text("state"), description: c.text("description"),
		target: c.text("target_url"), author: c.who.login, made: c.hub.now()}
	if m.context == "" {
		m.context = "default"
	}
	n := 0
	for _, o := range c.repo.marks.list(now) {
		if o.sha == at && o.context == m.context {
			n++
		}
	}
	if n >= manyMarks {
		return no(unprocessable("This SHA and context has reached the maximum number of statuses."))
	}
	c.repo.marks.put(c.N, m.id, m)
	c.repo.happen(0, at, c.who.login, "set the status %s of %s: %s", m.context, brief(at), m.state)
	if err := c.repo.settleQueue(); err != nil {
		return broken(err)
	}
	out := c.repo.renderMark(m)
	out["creator"] = c.hub.person(m.author)
	return created(out)
}

func (r *Repo) renderMark(m mark) obj {
	return obj{"id": m.id, "node_id": node("Status", m.id), "state": m.state, "context": m.context, "description": text(m.description), "target_url": text(m.target),
		"url": r.api("/statuses/%s", m.sha), "created_at": stamp(m.made), "updated_at": stamp(m.made), "avatar_url": r.hub.base + "/avatars/" + m.author}
}

// marksAt are the newest statuses of a commit, one for each context.
func (r *Repo) marksAt(sha string, at int) []mark {
	var out []mark
	for _, m := range r.marks.list(at) {
		if m.sha != sha {
			continue
		}
		out = slices.DeleteFunc(out, func(o mark) bool { return o.context == m.context })
		out = append(out, m)
	}
	return out
}

func getStatus(c *call) (reply, *refusal) {
	at := c.revision(c.params["ref"])
	if at == "" {
		return no(unprocessable("No commit found for SHA: " + c.params["ref"]))
	}
	items, state := []obj{}, "success"
	for _, m := range c.repo.marksAt(at, c.at) {
		items = append(items, c.repo.renderMark(m))
		switch {
		case m.state == "failure" || m.state == "error":
			state = "failure"
		case m.state == "pending" && state == "success":
			state = "pending"
		}
	}
	if len(items) == 0 {
		state = "pending"
	}
	body := obj{"state": state, "sha": at, "repository": c.repo.render(), "commit_url": c.repo.api("/commits/%s", at), "url": c.repo.api("/commits/%s/status", at)}
	return reply{status: 200, items: items, isAll: true, key: "statuses", body: body}, nil
}
