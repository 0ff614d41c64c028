package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// longEnough is how long a test waits for what comes by itself. A machine that
// does ten other things at a time is no reason to fail.
const longEnough = 5 * time.Minute

// child is a milepost serve in a process of its own, which can be killed.
type child struct {
	t     testing.TB
	cmd   *exec.Cmd
	out   string        // the file of all that it prints
	admin string        // where it answers for its metrics
	ended chan struct{} // closed when it has
}

// children counts those of this process, for each to have an address of its own.
var children atomic.Uint32

// adminAddress is an address of this machine that nothing else is at: all of
// 127.0.0.0/8 is, and no process has the number of this one.
func adminAddress() string {
	n, pid := children.Add(1), uint32(os.Getpid())
	return fmt.Sprintf("127.%d.%d.%d:%d", 1+pid>>16&0x7f, pid>>8&0xff, pid&0xff, 20_000+n%40_000)
}

// startChild starts milepost serve with flags. It ends with the test at the
// latest, and with this process too.
func startChild(t testing.TB, dir string, flags ...string) *child {
	t.Helper()
	c := &child{t: t, admin: adminAddress(), ended: make(chan struct{})}
	log, err := os.CreateTemp(dir, "child-*.log")
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	c.out = log.Name()
	c.cmd = exec.Command("milepost", append([]string{"serve", "--listen", "127.0.0.1:0", "--admin", c.admin}, flags...)...)
	c.cmd.Stdout, c.cmd.Stderr = log, log
	c.cmd.Env = append(os.Environ(), "HOME="+dir)
	c.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	if err := c.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		_ = c.cmd.Wait() // how it ended is in ProcessState
		close(c.ended)
	}()
	t.Cleanup(func() {
		_ = syscall.Kill(-c.cmd.Process.Pid, syscall.SIGKILL) // its workers too
		<-c.ended
		if said, err := os.ReadFile(c.out); err == nil {
			watch.Said("a server of its own", said)
		}
	})
	return c
}

// kill ends it as the machine's end would, and waits for that.
func (c *child) kill() {
	_ = c.cmd.Process.Kill() // it may have ended
	<-c.ended
}

// terminate asks it to end, as an operator does.
func (c *child) terminate() { _ = c.cmd.Process.Signal(syscall.SIGTERM) }

func (c *child) over() bool {
	select {
	case <-c.ended:
		return true
	default:
		return false
	}
}

// printed is all that it has printed so far.
func (c *child) printed() string {
	b, err := os.ReadFile(c.out)
	if err != nil {
		c.t.Error(err)
	}
	return string(b)
}

// deliveries waits until it takes deliveries, and returns where: "" where it
// ended before.
func (c *child) deliveries() string {
	c.t.Helper()
	for end := time.Now().Add(longEnough); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		over := c.over()
		if m := deliveriesAt.FindStringSubmatch(c.printed()); m != nil {
			return m[1]
		}
		if over {
			return ""
		}
	}
	c.t.Fatalf("it does not take deliveries: %s", c.printed())
	return ""
}

// gauges are its metrics that are single numbers.
func (c *child) gauges() (map[string]float64, error) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+c.admin+"/metrics", nil)
	if err != nil {
		return nil, err
	}
	req.Close = true // the next at this address may be another
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	out := map[string]float64{}
	lines := bufio.NewScanner(res.Body)
	for lines.Scan() {
		name, value, _ := strings.Cut(lines.Text(), " ")
		if v, err := strconv.ParseFloat(value, 64); err == nil {
			out[name] = v
		}
	}
	return out, lines.Err()
}

var errGivenUp = errors.New("it gave something up")

// idle says whether it has looked at everything since it was started, and
// nothing waits to be looked at. The error is errGivenUp.
func (c *child) idle() (bool, error) {
	g, err := c.gauges()
	if err != nil {
		return false, nil // it does not answer yet, or any more
	}
	if g["milepost_webhook_queue_given_up"] > 0 {
		return false, errGivenUp
	}
	waiting, known := g["milepost_webhook_queue_keys"]
	return known && waiting == 0 && g["milepost_webhook_reconciled_timestamp_seconds"] > 0, nil
}

// leftBehind are the files below a directory whose names begin with a prefix.
func leftBehind(t testing.TB, dir, prefix string) (out []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(name string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() && strings.HasPrefix(d.Name(), prefix) {
			out = append(out, name)
		}
		return nil // what goes away meanwhile is not left over
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}
