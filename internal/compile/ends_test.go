package compile

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"
)

// endless is a text whose evaluation has no end that anybody would see.
const endless = "_l: list.Range(0, 1000, 1)\n_x: [for a in _l for b in _l for c in _l if a + b + c < 0 {a}]"

// evaluating starts a worker on the endless text. What comes of it is on the
// channel.
func evaluating(t *testing.T, deadline time.Duration) (*worker, <-chan error) {
	t.Helper()
	w, err := startWorker()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.kill)
	u := hostileText(endless)
	src, found, err := gather(u.FS, u.Root, "frameworks/a", "a")
	if err != nil || len(found) > 0 {
		t.Fatal(found, err)
	}
	if _, err := w.ask(context.Background(), &message{ID: "a", Files: []wireFile{{"x.cue", []byte("package framework\n")}}}, time.Minute); err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() {
		_, err := w.ask(context.Background(), &message{ID: src.id, Dir: src.dir, Files: wire(src.files)}, deadline)
		done <- err
	}()
	time.Sleep(200 * time.Millisecond) // it is at work
	return w, done
}

// TestEndsFromOutside: a worker that somebody or the kernel ends is named, by
// what ended it.
func TestEndsFromOutside(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		signal syscall.Signal
		limit  string // "" for an end that is not known
		again  bool
	}{
		{syscall.SIGKILL, "memory", true},
		{syscall.SIGXCPU, "processor time", false},
		{syscall.SIGSYS, "calls to the system", false},
		{syscall.SIGABRT, "", true},
		{syscall.SIGBUS, "", true},
	} {
		t.Run(c.signal.String(), func(t *testing.T) {
			t.Parallel()
			w, done := evaluating(t, time.Minute)
			if err := syscall.Kill(w.cmd.Process.Pid, c.signal); err != nil {
				t.Fatal(err)
			}
			err := <-done
			var e *endError
			if !errors.As(err, &e) || e.limit != c.limit || e.again != c.again {
				t.Fatalf("got %+v, want the limit %q, and again %v", err, c.limit, c.again)
			}
			f, is := ended(err, "frameworks/a/framework.cue")
			switch {
			case !is || f.Message == "" || strings.Contains(f.Help+f.Message, "goroutine"):
				t.Errorf("got the finding %+v", f)
			case c.limit == "" && (f.Code != "evaluation-ended" || !strings.Contains(f.Help, "exit status 2, SIG")):
				t.Errorf("got the finding %+v, want one that keeps how it ended", f)
			case c.limit != "" && (f.Code != "limit-passed" || !strings.Contains(f.Message, c.limit)):
				t.Errorf("got the finding %+v, want one that names the limit", f)
			}
		})
	}
}

// TestNoEndFromOutside: the parent ends a worker, and nobody else does by
// asking for it.
func TestNoEndFromOutside(t *testing.T) {
	t.Parallel()
	w, done := evaluating(t, 2*time.Second)
	for _, s := range []syscall.Signal{syscall.SIGTERM, syscall.SIGINT, syscall.SIGHUP, syscall.SIGQUIT, syscall.SIGUSR1} {
		if err := syscall.Kill(w.cmd.Process.Pid, s); err != nil {
			t.Fatal(err)
		}
	}
	var e *endError
	if err := <-done; !errors.As(err, &e) || e.limit != "time" {
		t.Errorf("got %v, want the end at its deadline", err)
	}
}

// TestKilledOnceIsTriedAgain: what the machine did to one process is not held
// against the text.
func TestKilledOnceIsTriedAgain(t *testing.T) {
	t.Parallel()
	c := isolated(t, time.Minute)
	if r, err := c.Framework(context.Background(), hostileText("")); err != nil || !r.OK() {
		t.Fatal(r, err)
	}
	if err := syscall.Kill(c.pool.idle[0].cmd.Process.Pid, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	if r, err := c.Framework(context.Background(), hostileText("")); err != nil || !r.OK() {
		t.Errorf("got %+v, %v", r, err)
	}
}

// TestReasons: how a process of Go's or of C's ends, in its own words.
func TestReasons(t *testing.T) {
	t.Parallel()
	for words, want := range map[string]string{
		"runtime: goroutine stack exceeds 67108864-byte limit\nfatal error: stack overflow\n":                              "depth",
		"runtime: out of memory: cannot allocate 4194304-byte block (800000000 in use)\nfatal error: out of memory\n":      "memory",
		"fatal error: runtime: cannot allocate memory\n":                                                                   "memory",
		"runtime: mmap(0x1, 4) returned 0x0, 12\nfatal error: runtime: cannot map pages in arena address space\n":          "memory",
		"fatal error: pageAlloc: out of memory\n":                                                                          "memory",
		"SIGSEGV: segmentation violation\nPC=0x43955d m=4 sigcode=1 addr=0x0\n":                                            "memory",
		"fatal error: unexpected signal during runtime execution\n[signal SIGSEGV: segmentation violation code=0x1]\n":     "memory",
		"runtime: failed to create new OS thread (have 7 already; errno=11)\nfatal error: newosproc\n":                     "memory",
		"runtime/cgo: pthread_create failed: Resource temporarily unavailable\nSIGABRT: abort\nPC=0x7f977ef7ceec m=4\n":    "memory",
		"==825==ERROR: ThreadSanitizer failed to allocate 0x800000 bytes\n":                                                "memory",
		"SIGXFSZ: file size limit exceeded\nPC=0x1\n":                                                                      "files",
		"panic: runtime error: index out of range [3] with length 3\n\ngoroutine 1 [running]:\nmain.f()\n\t/a.go:1 +0x1\n": "",
		"fatal error: all goroutines are asleep - deadlock!\n\ngoroutine 1 [chan receive]:\nmain.main()\n\t/a.go:1 +0x1\n": "",
		"": "",
	} {
		e := endOf(exited(t, 2), words, false)
		if e.limit != want {
			t.Errorf("%q: got the limit %q, want %q", words, e.limit, want)
		}
		if known := strings.HasPrefix(words, "panic"); known != (e.known != "") {
			t.Errorf("%q: got %q", words, e.known)
		}
		if !strings.HasPrefix(e.trace, "exit status 2") || strings.ContainsAny(e.trace, "\n\t") {
			t.Errorf("%q: got the trace %q", words, e.trace)
		}
	}
	for code, want := range map[int]string{exitLate: "time", exitLong: "length of what comes out", 1: "", 0: ""} {
		if e := endOf(exited(t, code), "", false); e.limit != want {
			t.Errorf("exit code %d: got the limit %q, want %q", code, e.limit, want)
		}
	}
}

// exited is how a process ends with a code.
func exited(t *testing.T, code int) *os.ProcessState {
	t.Helper()
	cmd := exec.Command("sh", "-c", "exit "+string(rune('0'+code)))
	if err := cmd.Run(); cmd.ProcessState == nil {
		t.Fatal(err)
	}
	return cmd.ProcessState
}

// TestTheWorkersOwnClock: a worker whose parent does not end it ends itself.
func TestTheWorkersOwnClock(t *testing.T) {
	t.Parallel()
	w, err := startWorker()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.kill)
	u := hostileText(endless)
	src, _, err := gather(u.FS, u.Root, "frameworks/a", "a")
	if err != nil {
		t.Fatal(err)
	}
	start := time.Now()
	if _, err := w.exchange(&message{ID: src.id, Dir: src.dir, Files: wire(src.files), Within: 100 * time.Millisecond}); err == nil {
		t.Fatal("the endless text has an end")
	} else if err = w.died(err); err.Error() != "time: exit status 3" {
		t.Errorf("got %v", err)
	}
	if took := time.Since(start); took > workerGrace+5*time.Second {
		t.Errorf("it took %s", took)
	}
}
