package compile

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"runtime"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

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
	stderr *firstWords
	ready  atomic.Bool // it has its limits, and reads content
	uses   int
	end    sync.Once
}

// ask evaluates a message in a worker. The error is an *endError, the
// context's, or our own failure to start a process.
func (p *pool) ask(ctx context.Context, m *message) (*reply, error) {
	select {
	case p.slots <- struct{}{}:
		defer func() { <-p.slots }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	r, err := p.try(ctx, m)
	var end *endError
	if errors.As(err, &end) && end.again { // what others left behind may have been the reason
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
	w := &worker{cmd: exec.Command(program, workerArgument), stderr: &firstWords{}}
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
	m.Within = deadline
	done := make(chan outcome, 1)
	go func() {
		r, err := w.exchange(m)
		done <- outcome{r, err}
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
		if !w.ready.Load() {
			return nil, fmt.Errorf("starting an evaluation: it was not ready within %s", deadline)
		}
		return nil, timeLimit(deadline)
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// exchange sends a message and reads the reply, from a process that has said
// that it is ready.
func (w *worker) exchange(m *message) (*reply, error) {
	var r reply
	if !w.ready.Load() {
		if err := readFrame(w.out, &r); err != nil {
			return nil, err
		}
		w.ready.Store(true)
	}
	if err := writeFrame(w.in, m); err != nil {
		return nil, err
	}
	err := readFrame(w.out, &r)
	return &r, err
}

// died says why a worker ended before it answered. Killing it changes nothing
// for one that is ending: how it ends is settled before its streams close.
func (w *worker) died(err error) error {
	w.kill()
	words, state := w.stderr.String(), w.cmd.ProcessState
	switch {
	case !w.ready.Load(): // it has seen no content
		return fmt.Errorf("starting an evaluation: %w (%s)", err, trace(state.String(), words))
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, syscall.EPIPE):
		return endOf(state, words, w.uses > 0)
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
