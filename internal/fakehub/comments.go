package fakehub

import (
	"fmt"
	"strings"
	"time"
)

// comment is one of a pull request's conversation.
type comment struct {
	id, issue     int
	author, body  string
	made, updated time.Time
}

const maxComment = 65536 // characters

func (r *Repo) commentsOf(issue, at int) []comment {
	var out []comment
	for _, m := range r.comments.list(at) {
		if m.issue == issue {
			out = append(out, m)
		}
	}
	return out
}

func (r *Repo) renderComment(m comment) obj {
	out := obj{"id": m.id, "node_id": node("IssueComment", m.id), "body": m.body, "user": r.hub.person(m.author), "created_at": stamp(m.made),
		"updated_at": stamp(m.updated), "url": r.api("/issues/comments/%d", m.id), "html_url": r.html("/pull/%d#issuecomment-%d", m.issue, m.id),
		"issue_url": r.api("/issues/%d", m.issue), "author_association": r.association(m.author)}
	if m.author == appLogin {
		out["performed_via_github_app"] = r.hub.renderApp()
	}
	return out
}

func listComments(c *call) (reply, *refusal) {
	p, is := c.pull()
	if !is {
		return no(notFound())
	}
	since, err := time.Parse(time.RFC3339, c.query.Get("since"))
	items := []obj{}
	for _, m := range c.repo.commentsOf(p.number, c.at) {
		if err != nil || !m.updated.Before(since) {
			items = append(items, c.repo.renderComment(m))
		}
	}
	return list(items)
}

// goodBody refuses a text that is empty or too long.
func goodBody(body string) *refusal {
	if strings.TrimSpace(body) == "" {
		return invalid("body: it is empty")
	}
	return tooLong("body", body, maxComment)
}

// silenced refuses to write in a conversation that is locked to all but people
// who may write to the repository; an App is none of them:
// https://docs.github.com/communities/moderating-comments-and-conversations/locking-conversations
func (c *call) silenced(p pull) *refusal {
	if p.locked && c.who.kind != asUser {
		return forbidden("Unable to create comment because issue is locked.")
	}
	return nil
}

func createComment(c *call) (reply, *refusal) {
	p, is := c.pull()
	if !is {
		return no(notFound())
	}
	if r := firstOf(c.silenced(p), goodBody(c.text("body"))); r != nil {
		return no(r)
	}
	return created(c.repo.renderComment(c.repo.comment(p.number, c.who.login, c.text("body"))))
}

func (r *Repo) comment(issue int, by, body string) comment {
	m := comment{id: r.hub.nextID(), issue: issue, author: by, body: body, made: r.hub.now(), updated: r.hub.now()}
	r.comments.put(r.hub.calls, m.id, m)
	r.happen(issue, "", by, "commented")
	return m
}

func (c *call) comment() (comment, bool) { return c.repo.comments.get(atoi(c.params["comment_id"])) }

func getComment(c *call) (reply, *refusal) {
	if m, is := c.comment(); is {
		return ok(c.repo.renderComment(m))
	}
	return no(notFound())
}

func updateComment(c *call) (reply, *refusal) {
	m, is := c.comment()
	if !is {
		return no(notFound())
	}
	p, _ := c.repo.pulls.get(m.issue)
	if r := firstOf(c.silenced(p), goodBody(c.text("body"))); r != nil {
		return no(r)
	}
	m.body, m.updated = c.text("body"), c.hub.now()
	c.repo.comments.put(c.N, m.id, m)
	c.repo.happen(m.issue, "", c.who.login, "edited the comment of %s", m.author)
	return ok(c.repo.renderComment(m))
}

func deleteComment(c *call) (reply, *refusal) {
	m, is := c.comment()
	if !is {
		return no(notFound())
	}
	c.repo.comments.remove(c.N, m.id)
	c.repo.happen(m.issue, "", c.who.login, "removed the comment of %s", m.author)
	return gone()
}

// Comment writes a comment on a pull request as a person, and returns its number.
func (r *Repo) Comment(n int, by, body string) (int, error) {
	var id int
	err := r.change(n, func(p *pull) error {
		id = r.comment(n, by, body).id
		return nil
	})
	return id, err
}

// DeleteComment deletes a comment as a person, who may delete anybody's.
func (r *Repo) DeleteComment(id int) error {
	r.hub.mu.Lock()
	defer r.hub.mu.Unlock()
	if _, is := r.comments.get(id); !is {
		return fmt.Errorf("there is no comment %d", id)
	}
	r.comments.remove(r.hub.calls, id)
	return nil
}

func listLabels(c *call) (reply, *refusal) {
	p, is := c.pull()
	if !is {
		return no(notFound())
	}
	items := []obj{}
	for _, name := range p.labels {
		items = append(items, c.repo.renderLabel(name))
	}
	return list(items)
}

// addLabels takes names, or objects with a name.
func addLabels(c *call) (reply, *refusal) {
	p, is := c.pull()
	if !is {
		return no(notFound())
	}
	given, _ := c.body["labels"].([]any)
	var names []string
	for _, e := range given {
		name, _ := e.(string)
		if o, is := e.(obj); is {
			name, _ = o["name"].(string)
		}
		if name == "" {
			return no(invalid("labels: one has no name"))
		}
		names = append(names, name)
	}
	if err := c.repo.label(p, names, c.who.login); err != nil {
		return broken(err)
	}
	r, refused := listLabels(c)
	if refused != nil {
		return no(refused)
	}
	return reply{status: 200, body: r.items}, nil
}
