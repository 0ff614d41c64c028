package fakehub

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-github/v60/github"
)

// listen sends the hub's events to an inbox, from now on.
func (f *fixture) listen() *inbox {
	f.t.Helper()
	b := newInbox(f.t)
	f.hub.SetWebhook(b.URL, "s3cret")
	f.deliver()
	b.take()
	return b
}

// expect delivers what is pending and holds its names against what they should be.
func (f *fixture) expect(b *inbox, what, want string) []received {
	f.t.Helper()
	f.deliver()
	got := b.take()
	if n := names(got); n != want {
		f.t.Errorf("%s: got %s, want %s", what, n, want)
	}
	return got
}

func TestEvents(t *testing.T) {
	t.Parallel()
	f := start(t, Options{})
	b := f.listen()
	f.hub.Ping()
	f.expect(b, "ping", "ping")
	n, head := f.pull("topic")
	got := f.expect(b, "open", "push create check_suite.requested pull_request.opened")
	for _, g := range got {
		f.readable(g)
	}
	var opened github.PullRequestEvent
	f.check(json.Unmarshal(got[3].body, &opened))
	if opened.GetNumber() != n || opened.GetPullRequest().GetHead().GetSHA() != head || opened.GetRepo().GetFullName() != "acme/careers" ||
		opened.GetInstallation().GetID() != int64(f.hub.Installation("acme")) || opened.GetSender().GetLogin() != "ada" || opened.GetOrganization().GetLogin() != "acme" {
		t.Errorf("got %v", opened)
	}
	var push github.PushEvent
	f.check(json.Unmarshal(got[0].body, &push))
	if push.GetRef() != "refs/heads/topic" || push.GetAfter() != head || !push.GetCreated() || push.GetHeadCommit().GetID() != head || len(push.Commits) != 1 || push.Commits[0].Modified[0] != "a.txt" {
		t.Errorf("got %v", push)
	}
	_, err := f.repo.Push("topic", map[string]string{"b.txt": "b"})
	f.check(err)
	got = f.expect(b, "push", "push check_suite.requested pull_request.synchronize")
	var synced github.PullRequestEvent
	f.check(json.Unmarshal(got[2].body, &synced))
	if synced.GetBefore() != head || synced.GetAfter() != f.repo.Head("topic") {
		t.Errorf("got %v", synced)
	}
	_, err = f.repo.PushAs(PushOptions{Branch: "topic", Onto: "main", Files: map[string]string{"c.txt": "c"}})
	f.check(err)
	got = f.expect(b, "forced", "push check_suite.requested pull_request.synchronize")
	f.check(json.Unmarshal(got[0].body, &push))
	if !push.GetForced() {
		t.Errorf("got %v", push)
	}
	f.check(f.repo.SetDraft(n, true))
	f.check(f.repo.SetDraft(n, false))
	f.check(f.repo.EditPull(n, "New", "text"))
	f.check(f.repo.ClosePull(n))
	f.check(f.repo.ReopenPull(n))
	f.expect(b, "life", "pull_request.converted_to_draft pull_request.ready_for_review pull_request.edited pull_request.closed pull_request.reopened")
	k, _, err := f.gh.Checks.CreateCheckRun(t.Context(), "acme", "careers", github.CreateCheckRunOptions{Name: "x", HeadSHA: head, Conclusion: github.String("success")})
	f.check(err)
	f.check(f.repo.Rerequest(int(k.GetID())))
	f.check(f.repo.RequestAction(int(k.GetID()), "fix"))
	f.repo.RerequestSuite(f.repo.Head("topic"))
	for _, g := range f.expect(b, "checks", "check_run.created check_run.completed check_run.rerequested check_run.requested_action check_suite.rerequested") {
		f.readable(g)
	}
	_, err = f.repo.MergePull(n, Squash)
	f.check(err)
	got = f.expect(b, "merge", "push check_suite.requested pull_request.closed")
	f.check(json.Unmarshal(got[2].body, &opened))
	if !opened.GetPullRequest().GetMerged() {
		t.Error("it is not merged")
	}
	f.check(f.repo.SetRef("refs/heads/topic", ""))
	got = f.expect(b, "delete", "push delete")
	if !strings.Contains(string(got[0].body), `"head_commit":null`) || !strings.Contains(string(got[0].body), `"deleted":true`) {
		t.Errorf("got %s", got[0].body)
	}
	f.check(f.repo.SetRef("refs/tags/v1", "main"))
	f.expect(b, "tag", "push create")
	f.hub.Suspend("acme", true)
	f.hub.Suspend("acme", false)
	f.hub.Uninstall("acme")
	f.check(f.repo.SetRef("refs/tags/v2", "main"))
	f.expect(b, "installation", "installation.suspend installation.unsuspend installation.deleted")
	f.clean()
}

// readable holds an event against go-github: signature, type and payload.
func (f *fixture) readable(g received) {
	f.t.Helper()
	req, err := http.NewRequest(http.MethodPost, "/", strings.NewReader(string(g.body)))
	f.check(err)
	req.Header = g.header
	payload, err := github.ValidatePayload(req, []byte("s3cret"))
	f.check(err)
	_, err = github.ParseWebHook(github.WebHookType(req), payload)
	f.check(err)
	req.Body = http.NoBody
	if _, err := github.ValidatePayload(req, []byte("s3cret")); err == nil {
		f.t.Error("another payload has this signature")
	}
	if g.header.Get("X-Github-Hook-Installation-Target-Id") != fmt.Sprint(appID) || len(g.header.Get("X-Github-Delivery")) != 36 {
		f.t.Errorf("got %v", g.header)
	}
}

func TestManyTags(t *testing.T) {
	t.Parallel()
	f := start(t, Options{})
	b := f.listen()
	for i := range 4 {
		f.check(f.repo.git.setRef(fmt.Sprintf("refs/tags/v%d", i), f.repo.Head("main"), zero))
	}
	_, err := f.repo.Git("gc", "-q")
	f.check(err)
	f.expect(b, "four tags at once", "")
}

func TestRepositoryHooks(t *testing.T) {
	t.Parallel()
	f := start(t, Options{})
	b := newInbox(t)
	f.repo.AddHook(b.URL, "s3cret")
	f.pull("topic")
	got := f.expect(b, "without an App", "push create pull_request.opened")
	if strings.Contains(string(got[2].body), `"installation":`) || got[2].header.Get("X-Github-Hook-Installation-Target-Type") != "repository" {
		t.Errorf("got %s", got[2].body)
	}
	hooks, _, err := f.gh.Repositories.ListHooks(t.Context(), "acme", "careers", nil)
	f.check(err)
	if len(hooks) != 1 || hooks[0].Config.GetURL() != b.URL {
		t.Errorf("got %v", hooks)
	}
	f.clean()
}

func TestDeliveries(t *testing.T) {
	t.Parallel()
	f := start(t, Options{})
	b := f.listen()
	b.answer = 500
	f.pull("topic")
	f.expect(b, "open", "push create check_suite.requested pull_request.opened")
	b.answer = 202
	var all []*github.HookDelivery
	o := &github.ListCursorOptions{PerPage: 3}
	for {
		part, res, err := f.app().Apps.ListHookDeliveries(t.Context(), o)
		f.check(err)
		all = append(all, part...)
		if res.Cursor == "" {
			break
		}
		o.Cursor = res.Cursor
	}
	if len(all) < 4 || all[0].GetEvent() != "pull_request" || all[0].GetStatusCode() != 500 || all[0].GetStatus() == "OK" {
		t.Fatalf("got %v", all)
	}
	one, _, err := f.app().Apps.GetHookDelivery(t.Context(), all[0].GetID())
	f.check(err)
	if one.GetGUID() != all[0].GetGUID() || !strings.Contains(string(*one.Request.RawPayload), `"opened"`) {
		t.Errorf("got %v", one)
	}
	_, _, err = f.app().Apps.RedeliverHookDelivery(t.Context(), all[0].GetID())
	if _, accepted := err.(*github.AcceptedError); err != nil && !accepted {
		t.Error(err)
	}
	got := f.expect(b, "again", "pull_request.opened")
	if got[0].header.Get("X-Github-Delivery") != all[0].GetGUID() {
		t.Errorf("got %v", got[0].header)
	}
	last := f.hub.Deliveries()
	if d := last[len(last)-1]; !d.Redelivery || d.StatusCode != 202 || d.ID == int(all[0].GetID()) {
		t.Errorf("got %+v", d)
	}
	f.clock.pass(deliveryLife)
	if part, _, err := f.app().Apps.ListHookDeliveries(t.Context(), nil); err != nil || len(part) != 0 {
		t.Errorf("after three days: got %v, %v", part, err)
	}
	b.Close()
	f.hub.Ping()
	f.deliver()
	last = f.hub.Deliveries()
	if d := last[len(last)-1]; d.StatusCode != 0 || d.Error != "failed to connect to host" {
		t.Errorf("got %+v", d)
	}
	f.clean()
}

func TestDeliveryFaults(t *testing.T) {
	t.Parallel()
	f := start(t, Options{})
	b := f.listen()
	f.hub.Fault(Fault{Kind: DropDelivery, Event: "push", Times: 1})
	f.hub.Fault(Fault{Kind: DoubleDelivery, Event: "create"})
	f.hub.Fault(Fault{Kind: HoldDelivery, Event: "check_suite.requested", Lag: 5})
	f.pull("topic")
	got := f.expect(b, "faults", "create create pull_request.opened check_suite.requested")
	if got[0].header.Get("X-Github-Delivery") != got[1].header.Get("X-Github-Delivery") {
		t.Error("twice by two names")
	}
	f.hub.ClearFaults()
	lost := f.hub.Deliveries()
	for _, d := range lost {
		if d.Error != "" {
			f.check(f.hub.Redeliver(d.ID))
		}
	}
	f.expect(b, "redelivered", "push")
}

func TestRun(t *testing.T) {
	t.Parallel()
	f := start(t, Options{})
	b := f.listen()
	f.hub.Fault(Fault{Kind: HoldDelivery, Event: "push"})
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { done <- f.hub.Run(ctx) }()
	f.pull("topic")
	var got []received
	for range 500 {
		if got = append(got, b.take()...); len(got) == 4 {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	cancel()
	if err := <-done; err != context.Canceled || names(got) != "create push check_suite.requested pull_request.opened" {
		t.Errorf("got %v, %s", err, names(got))
	}
}
