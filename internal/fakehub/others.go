package fakehub

import "fmt"

// otherAppID is the number of another App, which writes checks too.
const otherAppID = 15368

// CheckByAnother makes a check run of another App, which is completed.
func (r *Repo) CheckByAnother(head, name, conclusion string) {
	r.hub.mu.Lock()
	defer r.hub.mu.Unlock()
	k := check{id: r.hub.nextID(), suite: r.suite(head), head: head, name: name, foreign: true, external: "x", status: "completed", conclusion: conclusion,
		title: "By another App", started: r.hub.now(), completed: r.hub.now()}
	r.checks.put(r.hub.calls, k.id, k)
}

// EditComment changes a comment as a person, who may change anybody's. Whose it
// is stays.
func (r *Repo) EditComment(id int, body string) error {
	r.hub.mu.Lock()
	defer r.hub.mu.Unlock()
	m, is := r.comments.get(id)
	if !is {
		return fmt.Errorf("there is no comment %d", id)
	}
	m.body, m.updated = body, r.hub.now()
	r.comments.put(r.hub.calls, m.id, m)
	return nil
}

// Comments returns the numbers of a pull request's comments, oldest first.
func (r *Repo) Comments(n int) []int {
	r.hub.mu.Lock()
	defer r.hub.mu.Unlock()
	var ids []int
	for _, m := range r.commentsOf(n, now) {
		ids = append(ids, m.id)
	}
	return ids
}
