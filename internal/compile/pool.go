package compile

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/milepost-dev/milepost/internal/diag"
)

// runtimeFault is how a process ends whose runtime was refused memory that it
// did not ask for by itself; a mistake in code reads otherwise.
const runtimeFault = "SIGSEGV: segmentation violation\nPC="

// lostWorker stands where it is not known which limit a worker reached.
const lostWorker = "the process was ended"

const (
	workerUses   = 500       // evaluations after which a worker is replaced: what CUE interns is never freed
	workerKeep   = 256 << 20 // bytes of memory above which a worker is replaced: what it took it rarely gives back
	workerStderr = 16 << 10  // bytes of a worker's last words that are kept
)

// pool evaluates in processes of their own, which can be killed: nothing
// inside a process can interrupt CUE, and some texts would keep it busy for
// days or take all memory. Workers are started on demand and kept warm.
type pool struct {
	deadline time.Duration // of one evaluation, on the wall clock
	slots    chan struct{} // one for each evaluation under way
	mu       sync.Mutex
	idle     []*worker
	shut     bool
	observe  func(*worker) // told of a worker that was asked, nil outside tests
}

func newPool(deadline time.Duration) *pool {
	return &pool{deadline: deadline, slots: make(chan struct{}, runtime.GOMAXPROCS(0))}
}

// worker is one process.
type worker struct {
	cmd    *exec.Cmd
	in     io.WriteCloser
	out    *bufio.Reader
	stderr *tail
	uses   int
	end    sync.Once
}

// limitError says that content reached a limit of evaluation. It is about the
// content, and not about us.
type limitError struct {
	limit, value string
	worn         bool // the process had evaluated other content before
}

func (e *limitError) Error() string { return e.limit }

// ask evaluates a message in a worker. The error is a *limitError, the
// context's, or our own failure to start a process.
func (p *pool) ask(ctx context.Context, m *message) (*reply, error) {
	select {
	case p.slots <- struct{}{}:
		defer func() { <-p.slots }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	r, err := p.try(ctx, m)
	var limit *limitError
	if errors.As(err, &limit) && limit.worn { // what others left behind may have been the reason
		r, err = p.try(ctx, m)
	}
	if err != nil {
		return nil, err
	}
	if r.Error != "" {
		return nil, errors.New(r.Error)
	}
	return r, nil
}

func (p *pool) try(ctx context.Context, m *message) (*reply, error) {
	w, err := p.take()
	if err != nil {
		return nil, err
	}
	r, err := w.ask(ctx, m, p.deadline)
	if p.observe != nil {
		p.observe(w)
	}
	if err != nil {
		w.kill()
		return nil, err
	}
	p.give(w)
	return r, nil
}

// take is an idle worker, or a new one.
func (p *pool) take() (*worker, error) {
	p.mu.Lock()
	if n := len(p.idle); n > 0 {
		w := p.idle[n-1]
		p.idle = p.idle[:n-1]
		p.mu.Unlock()
		return w, nil
	}
	p.mu.Unlock()
	return startWorker()
}

func (p *pool) give(w *worker) {
	w.uses++
	small := w.uses < workerUses && resident(w.cmd.Process.Pid) < workerKeep
	p.mu.Lock()
	keep := small && !p.shut
	if keep {
		p.idle = append(p.idle, w)
	}
	p.mu.Unlock()
	if !keep {
		w.kill()
	}
}

// close ends the idle workers; those at work end when they are done.
func (p *pool) close() {
	p.mu.Lock()
	p.shut = true
	idle := p.idle
	p.idle = nil
	p.mu.Unlock()
	for _, w := range idle {
		w.kill()
	}
}

// startWorker starts a process with nothing of ours: no environment, no
// directory, no files but its three streams.
func startWorker() (*worker, error) {
	program, err := self()
	if err != nil {
		return nil, fmt.Errorf("finding the program: %w", err)
	}
	w := &worker{cmd: exec.Command(program, workerArgument), stderr: &tail{}}
	w.cmd.Env, w.cmd.Dir, w.cmd.SysProcAttr = []string{}, "/", processGroup()
	w.cmd.Stderr = w.stderr
	if w.in, err = w.cmd.StdinPipe(); err != nil {
		return nil, fmt.Errorf("starting an evaluation: %w", err)
	}
	out, err := w.cmd.StdoutPipe()
	if err != nil {
		return nil, fmt.Errorf("starting an evaluation: %w", err)
	}
	w.out = bufio.NewReader(out)
	if err := w.cmd.Start(); err != nil {
		return nil, fmt.Errorf("starting an evaluation: %w", err)
	}
	return w, nil
}

// ask sends a message and waits for the reply, until the deadline.
func (w *worker) ask(ctx context.Context, m *message, deadline time.Duration) (*reply, error) {
	type outcome struct {
		r   *reply
		err error
	}
	done := make(chan outcome, 1)
	go func() {
		if err := writeFrame(w.in, m); err != nil {
			done <- outcome{nil, err}
			return
		}
		var r reply
		err := readFrame(w.out, &r)
		done <- outcome{&r, err}
	}()
	timer := time.NewTimer(deadline)
	defer timer.Stop()
	select {
	case o := <-done:
		if o.err != nil {
			return nil, w.died(o.err)
		}
		return o.r, nil
	case <-timer.C:
		return nil, &limitError{limit: "time", value: deadline.String()}
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// died says why a worker ended before it answered.
func (w *worker) died(err error) error {
	w.kill()
	words, worn := w.stderr.String(), w.uses > 0
	switch {
	case containsAny(words, "stack exceeds", "stack overflow"):
		return &limitError{"depth", fmt.Sprintf("%d MB of stack", workerStack>>20), worn}
	case containsAny(words, "out of memory", "cannot allocate memory", "runtime: cannot", runtimeFault):
		return &limitError{"memory", fmt.Sprintf("%d MB", workerData>>20), worn}
	case words != "" || w.cmd.ProcessState != nil && !w.cmd.ProcessState.Success():
		return &limitError{"time or memory", lostWorker, worn}
	}
	return fmt.Errorf("evaluating: %w", err)
}

// kill ends the process and waits for it.
func (w *worker) kill() {
	w.end.Do(func() {
		_ = w.in.Close()
		killGroup(w.cmd.Process.Pid)
		_ = w.cmd.Wait()
	})
}

func containsAny(s string, parts ...string) bool {
	return slices.ContainsFunc(parts, func(p string) bool { return strings.Contains(s, p) })
}

// limitFinding is what an author is told of a limit that their text reached.
func limitFinding(e *limitError, file string) diag.Finding {
	return finding("limit-passed", diag.Position{File: file},
		fmt.Sprintf("the text takes more to evaluate than is allowed (limit of %s: %s)", e.limit, e.value),
		"Write plain values instead of expressions, or split the framework into two.")
}

// tail keeps the last bytes that were written to it.
type tail struct {
	mu sync.Mutex
	b  []byte
}

func (t *tail) Write(b []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if room := workerStderr - len(t.b); room > 0 { // the first lines of a crash say why
		t.b = append(t.b, b[:min(room, len(b))]...)
	}
	return len(b), nil
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return string(t.b)
}
