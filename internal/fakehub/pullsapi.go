package fakehub

import (
	"fmt"
	"hash/fnv"
	"net/http"
	"slices"
	"strings"
)

// render is a pull request. What a list leaves out is only given when whole.
func (r *Repo) renderPull(p pull, whole bool) (obj, error) {
	h := r.hub
	url, issue := r.api("/pulls/%d", p.number), r.api("/issues/%d", p.number)
	link := func(href string) obj { return obj{"href": href} }
	var labels []obj
	for _, name := range p.labels {
		labels = append(labels, r.renderLabel(name))
	}
	out := obj{
		"id": p.id, "node_id": node("PullRequest", p.id), "number": p.number, "state": p.state, "locked": p.locked, "title": p.title, "body": text(p.body),
		"user": h.person(p.author), "draft": p.draft, "created_at": stamp(p.made), "updated_at": stamp(p.updated), "closed_at": stamp(p.closedAt),
		"merged_at": stamp(p.mergedAt), "merge_commit_sha": text(p.test + p.mergeCommit), "labels": append([]obj{}, labels...),
		"head": r.renderEnd(p.headRepo, p.headRef, p.headSHA), "base": r.renderEnd(r, p.baseRef, p.baseSHA), "author_association": r.association(p.author),
		"url": url, "html_url": r.html("/pull/%d", p.number), "diff_url": r.html("/pull/%d.diff", p.number), "patch_url": r.html("/pull/%d.patch", p.number),
		"issue_url": issue, "commits_url": url + "/commits", "review_comments_url": url + "/comments", "review_comment_url": r.api("/pulls/comments{/number}"),
		"comments_url": issue + "/comments", "statuses_url": r.api("/statuses/%s", p.headSHA), "assignees": []obj{}, "requested_reviewers": []obj{}, "requested_teams": []obj{},
		"_links": obj{"self": link(url), "html": link(r.html("/pull/%d", p.number)), "issue": link(issue), "comments": link(issue + "/comments"),
			"review_comments": link(url + "/comments"), "review_comment": link(r.api("/pulls/comments{/number}")), "commits": link(url + "/commits"),
			"statuses": link(r.api("/statuses/%s", p.headSHA))},
	}
	if !whole {
		return out, nil
	}
	return out, r.renderWhole(p, out)
}

func (r *Repo) renderWhole(p pull, out obj) error {
	files, err := r.pullDiff(p)
	if err != nil {
		return err
	}
	commits, err := r.pullCommits(p)
	if err != nil {
		return err
	}
	added, removed := 0, 0
	for _, f := range files {
		added, removed = added+f.added, removed+f.removed
	}
	out["changed_files"], out["additions"], out["deletions"], out["commits"] = len(files), added, removed, len(commits)
	out["merged"], out["mergeable"], out["rebaseable"], out["maintainer_can_modify"] = p.merged, nil, nil, false
	if p.mergeable != nil && p.state == "open" {
		out["mergeable"], out["rebaseable"] = *p.mergeable, *p.mergeable
	}
	out["mergeable_state"] = r.mergeState(p)
	if p.mergedBy != "" {
		out["merged_by"] = r.hub.person(p.mergedBy)
	}
	out["comments"], out["review_comments"] = len(r.commentsOf(p.number, now)), len(r.notesOf(p.number, now))
	return nil
}

func (r *Repo) mergeState(p pull) string {
	switch {
	case p.state != "open" || p.mergeable == nil:
		return "unknown"
	case !*p.mergeable:
		return "dirty"
	case p.draft:
		return "draft"
	case r.mayMerge(p, p.headSHA) != nil:
		return "blocked"
	}
	return "clean"
}

// text is a text or, if it is empty, null.
func text(s string) any {
	if s == "" {
		return nil
	}
	return s
}

func (r *Repo) renderEnd(of *Repo, ref, sha string) obj {
	return obj{"label": of.owner + ":" + ref, "ref": ref, "sha": sha, "user": r.hub.person(of.owner), "repo": of.render()}
}

func (r *Repo) association(login string) string {
	switch {
	case login == r.owner:
		return "OWNER"
	case r.roles[login] != "":
		return "COLLABORATOR"
	}
	return "NONE"
}

func (r *Repo) renderLabel(name string) obj {
	h := fnv.New32a()
	// Writing to a hash never fails.
	_, _ = h.Write([]byte(name))
	return obj{"id": int(h.Sum32()), "node_id": node("Label", int(h.Sum32())), "url": r.api("/labels/%s", name), "name": name, "color": "ededed",
		"default": false, "description": ""}
}

// pull is the pull request that a call names, as a list would see it or as it is.
func (c *call) pull() (pull, bool) {
	n := c.params["pull_number"] + c.params["issue_number"]
	return c.repo.pulls.get(atoi(n))
}

func listPulls(c *call) (reply, *refusal) {
	want := c.query.Get("state")
	if want == "" {
		want = "open"
	}
	var pulls []pull
	for _, p := range c.repo.pulls.list(c.at) {
		head, base := c.query.Get("head"), c.query.Get("base")
		if (want == "all" || p.state == want) && (head == "" || head == p.headRepo.owner+":"+p.headRef) && (base == "" || base == p.baseRef) {
			pulls = append(pulls, p)
		}
	}
	sortPulls(pulls, c.query.Get("sort"), c.query.Get("direction"))
	return c.pullList(pulls)
}

func (c *call) pullList(pulls []pull) (reply, *refusal) {
	items := []obj{}
	for _, p := range pulls {
		o, err := c.repo.renderPull(p, false)
		if err != nil {
			return broken(err)
		}
		items = append(items, o)
	}
	return list(items)
}

// sortPulls sorts the newest first, unless told otherwise.
func sortPulls(pulls []pull, by, direction string) {
	slices.SortStableFunc(pulls, func(a, b pull) int {
		n := a.number - b.number
		if by == "updated" && !a.updated.Equal(b.updated) {
			n = a.updated.Compare(b.updated)
		}
		if direction == "asc" || direction == "" && by != "" && by != "created" {
			return n
		}
		return -n
	})
}

// getPull answers a pull request. Asking is what makes GitHub find out whether
// it can be merged.
func getPull(c *call) (reply, *refusal) {
	p, is := c.pull()
	if !is {
		return no(notFound())
	}
	if p.state == "open" && p.mergeable == nil {
		var err error
		if p.reads >= c.hub.opts.MergeAfter {
			p, err = c.repo.testMerge(p)
		} else {
			p.reads++
			c.repo.pulls.put(c.N, p.number, p)
		}
		if err != nil {
			return broken(err)
		}
	}
	if strings.Contains(c.r.Header.Get("Accept"), ".diff") {
		return c.rawDiff(p.baseSHA, p.headSHA)
	}
	return c.wholePull(p, http.StatusOK)
}

func (c *call) wholePull(p pull, status int) (reply, *refusal) {
	o, err := c.repo.renderPull(p, true)
	if err != nil {
		return broken(err)
	}
	return reply{status: status, body: o}, nil
}

func createPull(c *call) (reply, *refusal) {
	head, ref := c.repo, c.text("head")
	if owner, branch, other := strings.Cut(ref, ":"); other {
		if ref, head = branch, c.hub.repos[repoKey(owner, c.repo.name)]; head == nil {
			return no(unprocessable("Validation Failed", obj{"resource": "PullRequest", "field": "head", "code": "invalid"}))
		}
	}
	if c.text("title") == "" {
		return no(invalid("title: it is missing"))
	}
	p, refused := c.repo.open(pull{title: c.text("title"), body: c.text("body"), author: c.who.login, headRepo: head, headRef: ref,
		baseRef: c.text("base"), draft: c.flag("draft")})
	if refused != nil {
		return no(refused)
	}
	return c.wholePull(p, http.StatusCreated)
}

func updatePull(c *call) (reply, *refusal) {
	p, is := c.pull()
	if !is {
		return no(notFound())
	}
	title, body, base := p.title, p.body, p.baseRef
	if c.given("title") {
		title = c.text("title")
	}
	if c.given("body") {
		body = c.text("body")
	}
	if c.given("base") {
		base = c.text("base")
	}
	err := c.repo.edit(p, title, body, base, c.who.login)
	p, _ = c.pull()
	switch state := c.text("state"); {
	case err != nil || state == "" || state == p.state:
	case state == "closed":
		err = c.repo.closePull(p, c.who.login)
	default:
		err = c.repo.reopen(p, c.who.login)
	}
	if err != nil {
		return no(unprocessable("Validation Failed: " + err.Error()))
	}
	p, _ = c.pull()
	return c.wholePull(p, http.StatusOK)
}

// pullDiff is what a pull request changes: against the merge base, as GitHub
// shows it.
func (r *Repo) pullDiff(p pull) ([]fileDiff, error) {
	base := r.git.mergeBase(p.baseSHA, p.headSHA)
	if base == "" {
		return nil, fmt.Errorf("pull request %d has nothing in common with its base", p.number)
	}
	return r.git.diff(base, p.headSHA)
}

func (r *Repo) pullCommits(p pull) ([]commit, error) {
	return r.git.log("--reverse", "--topo-order", p.baseSHA+".."+p.headSHA)
}

func listPullFiles(c *call) (reply, *refusal) {
	p, is := c.pull()
	if !is {
		return no(notFound())
	}
	files, err := c.repo.pullDiff(p)
	if err != nil {
		return broken(err)
	}
	return list(c.repo.renderFiles(files, p.headSHA))
}

func listPullCommits(c *call) (reply, *refusal) {
	p, is := c.pull()
	if !is {
		return no(notFound())
	}
	commits, err := c.repo.pullCommits(p)
	if err != nil {
		return broken(err)
	}
	// GitHub lists at most 250.
	return list(c.repo.renderCommits(commits[:min(len(commits), 250)]))
}

// brings says whether a pull request brought a commit to its base, as each of
// those of a rebase, or is to bring it.
func (r *Repo) brings(p pull, at string) bool {
	from, to := p.baseSHA, p.headSHA
	switch {
	case p.merged:
		from, to = p.onto, p.mergeCommit
	case p.state != "open":
		return false
	}
	return r.git.ancestor(at, to) && !r.git.ancestor(at, from)
}

func listCommitPulls(c *call) (reply, *refusal) {
	at := c.repo.git.resolve(c.params["commit_sha"])
	if at == "" {
		return no(unprocessable("No commit found for SHA: " + c.params["commit_sha"]))
	}
	var pulls []pull
	for _, p := range c.repo.pulls.list(c.at) {
		if p.headSHA == at || c.repo.brings(p, at) {
			pulls = append(pulls, p)
		}
	}
	return c.pullList(pulls)
}
