package fakehub

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

// check is a check run.
type check struct {
	id, suite            int
	name, head           string
	external, details    string
	status, conclusion   string
	title, summary, body string
	started, completed   time.Time
	annotations          []obj
	actions              []obj
	foreign              bool // another App's
}

func (r *Repo) renderCheck(k check) obj {
	out := obj{"title": text(k.title), "summary": text(k.summary), "text": text(k.body), "annotations_count": len(k.annotations),
		"annotations_url": r.api("/check-runs/%d/annotations", k.id)}
	return obj{"id": k.id, "node_id": node("CheckRun", k.id), "head_sha": k.head, "name": k.name, "external_id": k.external, "url": r.api("/check-runs/%d", k.id),
		"html_url": r.html("/runs/%d", k.id), "details_url": text(k.details), "status": k.status, "conclusion": text(k.conclusion), "started_at": stamp(k.started),
		"completed_at": stamp(k.completed), "output": out, "check_suite": obj{"id": k.suite}, "app": r.hub.renderAppOf(k), "pull_requests": r.pullsAt(k.head)}
}

func (k check) appID() int {
	if k.foreign {
		return otherAppID
	}
	return appID
}

// renderAppOf is the App that wrote a check run.
func (h *Hub) renderAppOf(k check) obj {
	app := h.renderApp()
	if k.foreign {
		app["id"], app["slug"], app["node_id"], app["name"] = otherAppID, "another-app", node("App", otherAppID), "Another App"
	}
	return app
}

// pullsAt are the open pull requests of a head in this repository: those of
// forks are not listed.
func (r *Repo) pullsAt(head string) []obj {
	out := []obj{}
	end := func(of *Repo, ref, sha string) obj {
		return obj{"ref": ref, "sha": sha, "repo": obj{"id": of.id, "url": of.api(""), "name": of.name}}
	}
	for _, p := range r.pulls.list(now) {
		if p.state == "open" && p.headSHA == head && p.headRepo == r {
			out = append(out, obj{"id": p.id, "number": p.number, "url": r.api("/pulls/%d", p.number), "head": end(r, p.headRef, p.headSHA), "base": end(r, p.baseRef, p.baseSHA)})
		}
	}
	return out
}

// suite is the App's check suite of a commit.
func (r *Repo) suite(head string) int {
	if r.suites[head] == 0 {
		r.suites[head] = r.hub.nextID()
	}
	return r.suites[head]
}

func createCheck(c *call) (reply, *refusal) {
	head := c.text("head_sha")
	if r := sha("head_sha", head); r != nil {
		return no(r)
	}
	if c.repo.git.kind(head) != "commit" {
		return no(unprocessable("No commit found for SHA: " + head))
	}
	if c.text("name") == "" {
		return no(invalid("name: it is empty"))
	}
	k := check{id: c.hub.nextID(), suite: c.repo.suite(head), head: head, status: "queued", started: c.hub.now()}
	if r := c.setCheck(&k); r != nil {
		return no(r)
	}
	return c.saveCheck(k, http.StatusCreated, "created")
}

func (c *call) check() (check, bool) { return c.repo.checks.get(atoi(c.params["check_run_id"])) }

func updateCheck(c *call) (reply, *refusal) {
	k, is := c.check()
	if !is {
		return no(notFound())
	}
	if k.foreign {
		return no(forbidden("Invalid app_id `" + fmt.Sprint(otherAppID) + "` - check run can only be modified by the GitHub App that created it."))
	}
	if r := c.setCheck(&k); r != nil {
		return no(r)
	}
	return c.saveCheck(k, http.StatusOK, "")
}

func (c *call) saveCheck(k check, status int, action string) (reply, *refusal) {
	before, _ := c.repo.checks.get(k.id)
	c.repo.checks.put(c.N, k.id, k)
	if action != "" {
		c.repo.emitCheck(action, k, c.who.login, nil)
	}
	if k.status == "completed" && before.status != "completed" {
		c.repo.emitCheck("completed", k, c.who.login, nil)
	}
	body := c.repo.renderCheck(k)
	if err := c.repo.settleQueue(); err != nil {
		return broken(err)
	}
	return reply{status: status, body: body}, nil
}

// setCheck takes in what a body says of a check run. A conclusion completes it;
// annotations are added to those that it has.
func (c *call) setCheck(k *check) *refusal {
	for name, field := range map[string]*string{"name": &k.name, "external_id": &k.external, "details_url": &k.details} {
		if c.given(name) {
			*field = c.text(name)
		}
	}
	status, conclusion := c.text("status"), c.text("conclusion")
	switch {
	case status == "completed" && conclusion == "":
		return invalid("conclusion: a completed check run needs one")
	case c.given("completed_at") && conclusion == "":
		return invalid("conclusion: with completed_at it is needed")
	case conclusion == "stale":
		return invalid("conclusion: only GitHub makes a check run stale")
	case conclusion != "" && status != "" && status != "completed":
		return invalid("status: it is %q, with a conclusion", status)
	case conclusion != "":
		k.status, k.conclusion, k.completed = "completed", conclusion, c.date("completed_at")
	case status != "":
		k.status, k.conclusion, k.completed = status, "", time.Time{}
	}
	if c.given("started_at") {
		k.started = c.date("started_at")
	}
	if actions, is := c.body["actions"].([]any); is {
		k.actions = nil
		for _, a := range actions {
			o, _ := a.(obj)
			k.actions = append(k.actions, o)
		}
	}
	return c.setOutput(k)
}

// date is a date of the body, or now.
func (c *call) date(name string) time.Time {
	if at, err := time.Parse(time.RFC3339, c.text(name)); err == nil {
		return at.UTC()
	}
	return c.hub.now()
}

func (c *call) setOutput(k *check) *refusal {
	o, is := c.body["output"].(obj)
	if !is {
		return nil
	}
	for name, field := range map[string]*string{"title": &k.title, "summary": &k.summary, "text": &k.body} {
		if s, is := o[name].(string); is {
			*field = s
		}
	}
	added, _ := o["annotations"].([]any)
	k.annotations = slices.Clone(k.annotations)
	for _, a := range added {
		o, _ := a.(obj)
		if r := checkAnnotation(o); r != nil {
			return r
		}
		k.annotations = append(k.annotations, o)
	}
	return nil
}

// checkAnnotation holds an annotation against what the description says in
// prose: https://docs.github.com/rest/checks/runs#create-a-check-run
func checkAnnotation(o obj) *refusal {
	number := func(name string) int { f, _ := o[name].(float64); return int(f) }
	name, _ := o["path"].(string)
	message, _ := o["message"].(string)
	title, _ := o["title"].(string)
	details, _ := o["raw_details"].(string)
	_, column := o["start_column"]
	_, columnEnd := o["end_column"]
	switch {
	case name == "" || strings.HasPrefix(name, "/"):
		return invalid("annotation.path: %q is no path in the repository", name)
	case number("start_line") < 1 || number("end_line") < number("start_line"):
		return invalid("annotation: lines %d to %d", number("start_line"), number("end_line"))
	case (column || columnEnd) && number("start_line") != number("end_line"):
		return invalid("annotation: columns are for annotations of one line")
	case len(message) > 64<<10 || len(details) > 64<<10 || len([]rune(title)) > 255:
		return invalid("annotation: the message, the title or the details are too long")
	}
	return nil
}

func getCheck(c *call) (reply, *refusal) {
	if k, is := c.check(); is {
		return ok(c.repo.renderCheck(k))
	}
	return no(notFound())
}

func listAnnotations(c *call) (reply, *refusal) {
	k, is := c.check()
	if !is {
		return no(notFound())
	}
	items := []obj{}
	for _, a := range k.annotations {
		o := copyObj(a)
		o["blob_href"] = c.repo.html("/blob/%s/%s", k.head, a["path"])
		items = append(items, o)
	}
	return list(items)
}

// listChecks answers the newest run of each name, unless all are asked for.
func listChecks(c *call) (reply, *refusal) {
	at := c.revision(c.params["ref"])
	if at == "" {
		return no(unprocessable("No commit found for SHA: " + c.params["ref"]))
	}
	var runs []check
	for _, k := range c.repo.checks.list(c.at) {
		if k.head != at {
			continue
		}
		if i := slices.IndexFunc(runs, func(o check) bool { return o.name == k.name && o.foreign == k.foreign }); i >= 0 && c.query.Get("filter") != "all" {
			runs = slices.Delete(runs, i, i+1)
		}
		runs = append(runs, k)
	}
	slices.Reverse(runs)
	items := []obj{}
	for _, k := range runs {
		name, status, app := c.query.Get("check_name"), c.query.Get("status"), c.query.Get("app_id")
		if (name == "" || name == k.name) && (status == "" || status == k.status) && (app == "" || app == fmt.Sprint(k.appID())) {
			items = append(items, c.repo.renderCheck(k))
		}
	}
	return reply{status: http.StatusOK, items: items, isAll: true, key: "check_runs"}, nil
}

// Rerequest asks for a check run again, as a person does with a button.
func (r *Repo) Rerequest(run int) error {
	return r.onCheck(run, func(k check) { r.emitCheck("rerequested", k, "ada", nil) })
}

// RequestAction presses the button of an action that a check run has.
func (r *Repo) RequestAction(run int, action string) error {
	return r.onCheck(run, func(k check) {
		r.emitCheck("requested_action", k, "ada", obj{"requested_action": obj{"identifier": action}})
	})
}

func (r *Repo) onCheck(run int, f func(check)) error {
	r.hub.mu.Lock()
	defer r.hub.mu.Unlock()
	k, ok := r.checks.get(run)
	if !ok {
		return fmt.Errorf("there is no check run %d", run)
	}
	f(k)
	return nil
}

// RerequestSuite asks for all checks of a commit again.
func (r *Repo) RerequestSuite(head string) {
	r.hub.mu.Lock()
	defer r.hub.mu.Unlock()
	branch := ""
	for _, p := range r.pulls.list(now) {
		if p.headSHA == head && p.headRepo == r {
			branch = p.headRef
		}
	}
	r.emitSuite("rerequested", head, branch, "ada")
}

// Checks returns the numbers of a commit's check runs, oldest first.
func (r *Repo) Checks(head string) []int {
	r.hub.mu.Lock()
	defer r.hub.mu.Unlock()
	var ids []int
	for _, k := range r.checks.list(now) {
		if k.head == head {
			ids = append(ids, k.id)
		}
	}
	return ids
}
