package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/milepost-dev/milepost/internal/hostile"
)

// orphanBound is how long a worker may outlive the command that started it. It
// sees the end of its input at once; the machine is busy.
const orphanBound = 3 * time.Second

// TestNoOrphans: the command is killed while a worker of its evaluates what
// has no end. The worker ends too, long before its own clock and the limit of
// processor time would end it.
func TestNoOrphans(t *testing.T) {
	t.Parallel()
	cases, err := hostile.Load("../../internal/compile/testdata/hostile")
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(cases, func(h hostile.Case) bool { return h.Name == "comprehension-product" })
	dir := t.TempDir()
	if err := cases[i].Write(dir); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("milepost", "validate", "--cache", t.TempDir(), dir)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	worker := atWork(t, cmd.Process.Pid)
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
	start := time.Now()
	for !gone(worker) {
		if time.Since(start) > orphanBound {
			if p, err := os.FindProcess(worker); err == nil {
				_ = p.Kill()
			}
			t.Fatalf("the worker outlives its parent by more than %s", orphanBound)
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Logf("the worker was gone after %s", time.Since(start).Round(time.Millisecond))
}

// atWork waits for a worker of a process that has used half a second of the
// processor's time: starting one takes a tenth of that.
func atWork(t *testing.T, parent int) int {
	t.Helper()
	for range 600 {
		files, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", parent))
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			children, _ := os.ReadFile(file) // the thread may be gone
			for _, child := range strings.Fields(string(children)) {
				if pid, err := strconv.Atoi(child); err == nil && ticks(pid) > 50 {
					return pid
				}
			}
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatal("no worker is at work")
	return 0
}

// stat is what the system says of a process after its name: its state first.
func stat(pid int) []string {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return nil
	}
	_, rest, _ := strings.Cut(string(b), ") ")
	return strings.Fields(rest)
}

// ticks is the processor time of a process, in hundredths of a second.
func ticks(pid int) int {
	fields := stat(pid)
	if len(fields) < 13 {
		return 0
	}
	user, _ := strconv.Atoi(fields[11])
	system, _ := strconv.Atoi(fields[12])
	return user + system
}

// gone says whether a process has ended, fetched by its new parent or not.
func gone(pid int) bool {
	fields := stat(pid)
	return len(fields) == 0 || fields[0] == "Z" || fields[0] == "X"
}
