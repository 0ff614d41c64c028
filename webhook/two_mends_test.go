package webhook

import (
	"testing"

	"github.com/milepost-dev/milepost/internal/fakehub"
)

// TestRunOfAnotherServer: a check that another server began is not gone on
// with. It is ended, and the one that counts has each remark once.
func TestRunOfAnotherServer(t *testing.T) {
	t.Parallel()
	w := newWorld(t, worldOptions{})
	w.sweep()
	w.open(fakehub.PullOptions{Branch: "topic", Files: bad("a")})
	head := w.repo.Head("topic")
	var left []int64
	for range 2 {
		id, err := w.s.gh.startRun(t.Context(), nil, head, "", "")
		w.check(err)
		left = append(left, id)
	}
	theirs := w.s.gh
	w.start() // which knows nothing of them
	w.sweep()
	w.want(head, "completed failure")
	if n := len(w.checkOf(head).Annotations); n != 1 {
		t.Errorf("there are %d remarks: %q", n, w.checkOf(head).Annotations)
	}
	if n := len(w.repo.Checks(head)); n != 3 {
		t.Errorf("there are %d runs", n)
	}
	for _, id := range left {
		k, _, err := w.s.gh.check.Checks.GetCheckRun(t.Context(), "acme", "careers", id)
		w.check(err)
		if k.GetConclusion() != Cancelled || k.GetOutput().GetTitle() != retired.Title {
			t.Errorf("a run that was left is %s %s: %s", k.GetStatus(), k.GetConclusion(), k.GetOutput().GetTitle())
		}
	}
	// The other one was alive: what it says late counts no more.
	w.check(theirs.finishRun(t.Context(), left[1], "", "", Check{Conclusion: Success, Title: "Late", Summary: "Late."}))
	w.want(head, "completed failure")
	w.clean()
}

// TestExtraComments: of several comments the first stays, whoever made the
// others and whoever takes them back meanwhile.
func TestExtraComments(t *testing.T) {
	t.Parallel()
	w := newWorld(t, worldOptions{})
	w.sweep()
	n := w.open(fakehub.PullOptions{Branch: "topic", Files: bad("a")})
	w.check(w.s.gh.createComment(t.Context(), n, Marker+"\n\nFirst"))
	w.check(w.s.gh.createComment(t.Context(), n, Marker+"\n\nSecond"))
	w.check(w.s.gh.createComment(t.Context(), n, Marker+"\n\nThird"))
	w.hub.Fault(fakehub.Fault{Kind: fakehub.ErrorBefore, Method: "DELETE", Path: "/comments/", Status: 404, Nth: 1}) // as if another had
	w.sweep()
	w.hub.ClearFaults()
	me, err := w.s.gh.login(t.Context())
	w.check(err)
	all, err := w.s.gh.comments(t.Context(), n, me, Marker)
	w.check(err)
	for _, c := range all[1:] {
		if c.body != Marker+"\n\nSecond" {
			t.Errorf("another one than that whose deletion failed is left: %q", c.body)
		}
	}
	if len(all) != 2 || all[0].body == Marker+"\n\nFirst" {
		t.Errorf("%d are left, and the first says %q", len(all), all[0].body)
	}
	w.sweep()
	if c := w.state().Comments; len(c) != 1 || c[0].Body != all[0].body {
		t.Errorf("got %+v", c)
	}
	w.clean()
}
