package fakehub

import (
	"errors"
	"fmt"
	"slices"
	"time"
)

// review is a review of a pull request at a commit. It does not go away when
// the head moves on: then it is stale.
type review struct {
	id, pull           int
	author, body, sha  string
	state              string // APPROVED, CHANGES_REQUESTED, COMMENTED, DISMISSED or PENDING
	submitted          time.Time
	dismissedByNewHead bool
}

var reviewStates = map[string]string{"APPROVE": "APPROVED", "REQUEST_CHANGES": "CHANGES_REQUESTED", "COMMENT": "COMMENTED", "": "PENDING"}

func (r *Repo) renderReview(v review) obj {
	html, pr := r.html("/pull/%d#pullrequestreview-%d", v.pull, v.id), r.api("/pulls/%d", v.pull)
	out := obj{"id": v.id, "node_id": node("Review", v.id), "user": r.hub.person(v.author), "body": v.body, "state": v.state, "commit_id": v.sha,
		"html_url": html, "pull_request_url": pr, "author_association": r.association(v.author),
		"_links": obj{"html": obj{"href": html}, "pull_request": obj{"href": pr}}}
	if v.state != "PENDING" {
		out["submitted_at"] = stamp(v.submitted)
	}
	return out
}

func (r *Repo) reviewsOf(n, at int) []review {
	var out []review
	for _, v := range r.reviews.list(at) {
		if v.pull == n {
			out = append(out, v)
		}
	}
	return out
}

func listReviews(c *call) (reply, *refusal) {
	p, is := c.pull()
	if !is {
		return no(notFound())
	}
	items := []obj{}
	for _, v := range c.repo.reviewsOf(p.number, c.at) {
		items = append(items, c.repo.renderReview(v))
	}
	return list(items)
}

// createReview makes a review with its comments, or nothing.
func createReview(c *call) (reply, *refusal) {
	p, is := c.pull()
	if !is {
		return no(notFound())
	}
	event, body, at := c.text("event"), c.text("body"), c.text("commit_id")
	if at == "" {
		at = p.headSHA
	}
	given, _ := c.body["comments"].([]any)
	switch {
	case event != "" && event != "COMMENT" && c.who.login == p.author:
		return no(unprocessable("Can not approve your own pull request"))
	case event == "REQUEST_CHANGES" && body == "", event == "COMMENT" && body == "" && len(given) == 0:
		return no(invalid("body: a review of this kind needs one"))
	}
	if r := firstOf(c.silenced(p), tooLong("body", body, maxComment), c.repo.inPull(p, at)); r != nil {
		return no(r)
	}
	files, err := c.repo.pullDiff(p)
	if err != nil {
		return broken(err)
	}
	var notes []note
	for _, e := range given {
		o, _ := e.(obj)
		n, refused := c.placed(p, o, at, files)
		if refused != nil {
			return no(refused)
		}
		notes = append(notes, n)
	}
	v := review{id: c.hub.nextID(), pull: p.number, author: c.who.login, body: body, sha: at, state: reviewStates[event], submitted: c.hub.now()}
	c.repo.reviews.put(c.N, v.id, v)
	for _, n := range notes {
		n.id, n.review = c.hub.nextID(), v.id
		c.repo.notes.put(c.N, n.id, n)
	}
	if err := c.repo.emitReview("submitted", p, v); err != nil {
		return broken(err)
	}
	return ok(c.repo.renderReview(v))
}

// inPull refuses a commit that the pull request does not have.
func (r *Repo) inPull(p pull, at string) *refusal {
	if bad := sha("commit_id", at); bad != nil {
		return bad
	}
	commits, err := r.pullCommits(p)
	if err != nil || !slices.ContainsFunc(commits, func(c commit) bool { return c.sha == at }) {
		return unprocessable("Validation Failed", obj{"resource": "PullRequestReviewComment", "field": "commit_id", "code": "custom",
			"message": "commit_id is not part of the pull request"})
	}
	return nil
}

// Review reviews a pull request at its head as a person, by APPROVE,
// REQUEST_CHANGES or COMMENT, and returns the review's number.
func (r *Repo) Review(n int, by, event, body string) (int, error) {
	var id int
	err := r.change(n, func(p *pull) error {
		state, is := reviewStates[event]
		switch {
		case !is || event == "":
			return fmt.Errorf("%q is no kind of review", event)
		case by == p.author && event != "COMMENT":
			return errors.New("nobody approves their own pull request")
		}
		id = r.hub.nextID()
		v := review{id: id, pull: n, author: by, body: body, sha: p.headSHA, state: state, submitted: r.hub.now()}
		r.reviews.put(r.hub.calls, id, v)
		return r.emitReview("submitted", *p, v)
	})
	return id, err
}

// DismissReview dismisses a review.
func (r *Repo) DismissReview(id int) error {
	r.hub.mu.Lock()
	defer r.hub.mu.Unlock()
	v, ok := r.reviews.get(id)
	if !ok {
		return fmt.Errorf("there is no review %d", id)
	}
	v.state = "DISMISSED"
	r.reviews.put(r.hub.calls, id, v)
	p, _ := r.pulls.get(v.pull)
	return r.emitReview("dismissed", p, v)
}

// dismissStale dismisses approvals of an older head, if the base asks for it.
func (r *Repo) dismissStale(p pull) error {
	if !r.protections[p.baseRef].DismissStale {
		return nil
	}
	for _, v := range r.reviewsOf(p.number, now) {
		if v.state == "APPROVED" && v.sha != p.headSHA {
			v.state, v.dismissedByNewHead = "DISMISSED", true
			r.reviews.put(r.hub.calls, v.id, v)
			if err := r.emitReview("dismissed", p, v); err != nil {
				return err
			}
		}
	}
	return nil
}

// approvals counts who approves a pull request: each person by their newest
// review that is no mere comment.
func (r *Repo) approvals(n int) (yes, against int) {
	last := map[string]string{}
	for _, v := range r.reviewsOf(n, now) {
		if v.state != "COMMENTED" && v.state != "PENDING" {
			last[v.author] = v.state
		}
	}
	for login, state := range last {
		switch {
		case state == "APPROVED" && levels[r.roles[login]] >= levels["write"]:
			yes++
		case state == "CHANGES_REQUESTED":
			against++
		}
	}
	return yes, against
}
