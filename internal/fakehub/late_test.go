package fakehub

import (
	"testing"
)

// TestLate: what its caller has given up has its effect all the same, later.
func TestLate(t *testing.T) {
	t.Parallel()
	f := start(t, Options{})
	n, _ := f.pull("topic")
	f.hub.Fault(Fault{Kind: Late, Method: "POST", Path: commentsPath, Times: 1, Lag: 2})
	if code, comments := f.commentOnce(n); code != 0 || comments != 0 {
		t.Errorf("at once: got %d, %d comments", code, comments)
	}
	if code, comments := f.commentOnce(n); code != 201 || comments != 1 {
		t.Errorf("one call later: got %d, %d comments", code, comments)
	}
	if code, comments := f.commentOnce(n); code != 201 || comments != 3 {
		t.Errorf("two calls later: got %d, %d comments", code, comments)
	}
	f.hub.Fault(Fault{Kind: Late, Method: "POST", Path: commentsPath, Times: 1, Lag: 100})
	if code, comments := f.commentOnce(n); code != 0 || comments != 3 {
		t.Errorf("at once: got %d, %d comments", code, comments)
	}
	f.hub.ClearFaults()
	if s, err := f.repo.State(); err != nil || len(s.Comments) != 4 {
		t.Errorf("cleared: got %v, %v", s.Comments, err)
	}
	f.clean()
}

// TestRevoked: the call is refused, and so is every token that there was.
func TestRevoked(t *testing.T) {
	t.Parallel()
	f := start(t, Options{})
	n, _ := f.pull("topic")
	f.hub.Fault(Fault{Kind: Revoked, Method: "POST", Path: commentsPath, Times: 1})
	for range 2 {
		if code, comments := f.commentOnce(n); code != 401 || comments != 0 {
			t.Errorf("got %d, %d comments", code, comments)
		}
	}
	f.clean()
}
