package fakehub

import (
	"strings"
	"time"
)

// note is a review comment: on a line of the difference, or on a whole file.
type note struct {
	id, review, pull int
	author, body     string
	path, side, hunk string
	line, start      int // 0 for a whole file; start is 0 for a single line
	startSide        string
	position         int
	sha              string // the commit that it was made on
	replyTo          int
	outdated         bool // its file changed since
	made, updated    time.Time
}

func (r *Repo) notesOf(n, at int) []note {
	var out []note
	for _, m := range r.notes.list(at) {
		if m.pull == n {
			out = append(out, m)
		}
	}
	return out
}

func (r *Repo) renderNote(m note) obj {
	url, html, pr := r.api("/pulls/comments/%d", m.id), r.html("/pull/%d#discussion_r%d", m.pull, m.id), r.api("/pulls/%d", m.pull)
	head := m.sha
	if p, is := r.pulls.get(m.pull); is && !m.outdated {
		head = p.headSHA
	}
	out := obj{"id": m.id, "node_id": node("ReviewComment", m.id), "pull_request_review_id": nil, "user": r.hub.person(m.author), "body": m.body, "path": m.path,
		"diff_hunk": m.hunk, "commit_id": head, "original_commit_id": m.sha, "created_at": stamp(m.made), "updated_at": stamp(m.updated), "url": url,
		"html_url": html, "pull_request_url": pr, "author_association": r.association(m.author), "subject_type": "line",
		"_links": obj{"self": obj{"href": url}, "html": obj{"href": html}, "pull_request": obj{"href": pr}}}
	if m.review != 0 {
		out["pull_request_review_id"] = m.review
	}
	if m.replyTo != 0 {
		out["in_reply_to_id"] = m.replyTo
	}
	if m.line == 0 {
		out["subject_type"] = "file"
		return out
	}
	out["original_line"], out["original_position"], out["side"] = m.line, m.position, m.side
	if !m.outdated {
		out["line"], out["position"] = m.line, m.position
	}
	if m.start != 0 {
		out["start_line"], out["original_start_line"], out["start_side"] = m.start, m.start, m.startSide
	}
	return out
}

func listNotes(c *call) (reply, *refusal) {
	p, is := c.pull()
	if !is {
		return no(notFound())
	}
	items := []obj{}
	for _, m := range c.repo.notesOf(p.number, c.at) {
		items = append(items, c.repo.renderNote(m))
	}
	return list(items)
}

// createNote makes a comment on a line, on a file, or below another comment.
func createNote(c *call) (reply, *refusal) {
	p, is := c.pull()
	if !is {
		return no(notFound())
	}
	at := c.text("commit_id")
	if r := c.repo.inPull(p, at); r != nil {
		return no(r)
	}
	files, err := c.repo.pullDiff(p)
	if err != nil {
		return broken(err)
	}
	m, refused := c.placed(p, c.body, at, files)
	if refused != nil {
		return no(refused)
	}
	m.id = c.hub.nextID()
	c.repo.notes.put(c.N, m.id, m)
	return created(c.repo.renderNote(m))
}

// placed makes a comment of a body, whose lines must be in the difference.
func (c *call) placed(p pull, o obj, at string, files []fileDiff) (note, *refusal) {
	text := func(name string) string { s, _ := o[name].(string); return s }
	number := func(name string) int { f, _ := o[name].(float64); return int(f) }
	m := note{pull: p.number, author: c.who.login, body: text("body"), path: text("path"), side: text("side"), line: number("line"), start: number("start_line"),
		startSide: text("start_side"), position: number("position"), sha: at, replyTo: number("in_reply_to"), made: c.hub.now(), updated: c.hub.now()}
	if m.side == "" {
		m.side = "RIGHT"
	}
	if m.startSide == "" && m.start != 0 {
		m.startSide = m.side
	}
	if r := goodBody(m.body); r != nil {
		return m, r
	}
	if first, is := c.repo.notes.get(m.replyTo); is {
		m.path, m.line, m.side, m.position, m.hunk, m.sha = first.path, first.line, first.side, first.position, first.hunk, first.sha
		return m, nil
	}
	if m.replyTo != 0 {
		return m, invalid("in_reply_to: there is no comment %d", m.replyTo)
	}
	for _, f := range files {
		if f.path == m.path {
			return m, m.place(f, text("subject_type") == "file")
		}
	}
	return m, invalid("path: %q is not part of the diff", m.path)
}

// place finds the comment's line in the difference of its file.
func (m *note) place(f fileDiff, whole bool) *refusal {
	if whole {
		m.line, m.start, m.position = 0, 0, 0
		return nil
	}
	suggests := strings.Contains(m.body, "```suggestion")
	var first, last *place
	for _, p := range f.places() {
		if m.line != 0 && p.line == m.line && p.side == m.side || m.line == 0 && p.position == m.position {
			last = &p
		}
		if m.start != 0 && p.line == m.start && p.side == m.startSide {
			first = &p
		}
	}
	switch {
	case last == nil:
		return invalid("pull_request_review_thread.line: %s:%d (%s) must be part of the diff", m.path, m.line, m.side)
	case m.start != 0 && (first == nil || first.from != last.from):
		return invalid("pull_request_review_thread.start_line: %s:%d must be part of the same hunk as the line", m.path, m.start)
	case m.start != 0 && first.position >= last.position:
		return invalid("pull_request_review_thread.start_line: %d must precede the end line", m.start)
	case suggests && last.side != "RIGHT":
		return invalid("body: a suggestion is for lines of the new text alone")
	}
	m.line, m.side, m.position = last.line, last.side, last.position
	m.hunk = strings.TrimSuffix(f.patch[last.from:last.to], "\n")
	return nil
}

// outdate marks the comments whose files changed since.
func (r *Repo) outdate(p pull) {
	for _, m := range r.notesOf(p.number, now) {
		if m.outdated {
			continue
		}
		before, _ := r.git.run("rev-parse", "--verify", "--quiet", m.sha+":"+m.path)
		after, _ := r.git.run("rev-parse", "--verify", "--quiet", p.headSHA+":"+m.path)
		if m.outdated = before != after; m.outdated {
			r.notes.put(r.hub.calls, m.id, m)
		}
	}
}

func (c *call) note() (note, bool) { return c.repo.notes.get(atoi(c.params["comment_id"])) }

func getNote(c *call) (reply, *refusal) {
	if m, is := c.note(); is {
		return ok(c.repo.renderNote(m))
	}
	return no(notFound())
}

func updateNote(c *call) (reply, *refusal) {
	m, is := c.note()
	if !is {
		return no(notFound())
	}
	if r := goodBody(c.text("body")); r != nil {
		return no(r)
	}
	m.body, m.updated = c.text("body"), c.hub.now()
	c.repo.notes.put(c.N, m.id, m)
	return ok(c.repo.renderNote(m))
}

func deleteNote(c *call) (reply, *refusal) {
	m, is := c.note()
	if !is {
		return no(notFound())
	}
	c.repo.notes.remove(c.N, m.id)
	return gone()
}
