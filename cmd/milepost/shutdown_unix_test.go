//go:build unix

package main

import (
	"fmt"
	"net/http"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/milepost-dev/milepost/internal/fakehub"
	"github.com/milepost-dev/milepost/internal/gittest"
)

// TestShutdownFinishesWhatIsUnderWay: the server is asked to end, as systemd
// asks it, in the middle of a check that is slow. It takes nothing new, tells
// what the check came to, and ends well; what waited is found at the next start.
func TestShutdownFinishesWhatIsUnderWay(t *testing.T) {
	t.Parallel()
	w := newHubWorld(t)
	app := []string{"--github-app-id", fmt.Sprint(w.hub.App().ID), "--github-app-key-file", w.file("app.pem", string(w.hub.App().KeyPEM))}
	cmd := exec.Command("milepost", w.args(app...)...)
	w.process(cmd)
	w.hub.Fault(fakehub.Fault{Kind: fakehub.Slow, Method: "GET", Path: "/pulls/1/files", Delay: 3 * time.Second})
	_, head := w.open("Two")
	w.wait("the check begins", func() error { return w.checked(head, "in_progress", "") })
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	for end := time.Now().Add(time.Minute); w.answers(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("it goes on taking deliveries")
		}
	}
	if _, err := w.repo.OpenPull(fakehub.PullOptions{Branch: "late", Files: gittest.Ladder("a", "Late")}); err != nil {
		t.Fatal(err)
	}
	if _, err := w.hub.Deliver(t.Context()); err != nil {
		t.Fatal(err)
	}
	select {
	case code := <-w.code:
		if code != exitClean {
			t.Errorf("it ends with %d: %s", code, w.stderr.String())
		}
	case <-time.After(time.Minute):
		t.Fatal("it does not end")
	}
	if err := w.checked(head, "completed", "success"); err != nil {
		t.Error(err)
	}
	if c := w.state().Comments; len(c) != 1 {
		t.Errorf("got %d comments, want 1", len(c))
	}
	late := w.repo.Head("late")
	if err := w.checked(late, "", ""); err != nil {
		t.Error(err)
	}
	w.hub.ClearFaults()
	if err := w.repo.ComputeMerges(); err != nil {
		t.Fatal(err)
	}
	w.stdout.b.Reset()
	w.serve(app...)
	w.wait("what waited", func() error { return w.checked(late, "completed", "success") })
	w.end()
}

// process starts milepost serve as a process of its own, and waits until it
// takes deliveries.
func (w *hubWorld) process(cmd *exec.Cmd) {
	w.t.Helper()
	cmd.Stdout, cmd.Stderr = &w.stdout, &w.stderr
	if err := cmd.Start(); err != nil {
		w.t.Fatal(err)
	}
	w.code = make(chan int, 1)
	go func() {
		_ = cmd.Wait()
		w.code <- cmd.ProcessState.ExitCode()
	}()
	w.stop = func() { _ = cmd.Process.Signal(syscall.SIGTERM) } // it may have ended
	w.t.Cleanup(func() { _ = cmd.Process.Kill() })
	w.listen()
}

// checked says whether a commit's check is as expected.
func (w *hubWorld) checked(head, status, conclusion string) error {
	var all []string
	for _, k := range w.state().Checks {
		if k.Head == head {
			all = append(all, k.Status+" "+k.Conclusion)
		}
	}
	if got := strings.Join(all, ", "); strings.TrimSpace(got) != strings.TrimSpace(status+" "+conclusion) {
		return fmt.Errorf("the check of %.10s is %q, want %s %s", head, got, status, conclusion)
	}
	return nil
}

// answers says whether anything answers where deliveries are taken.
func (w *hubWorld) answers() bool {
	res, err := http.Get(w.pages() + "/livez")
	if err != nil {
		return false
	}
	return res.Body.Close() == nil
}
