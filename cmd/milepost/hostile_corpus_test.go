//go:build !race

package main

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/milepost-dev/milepost/internal/compile"
	"github.com/milepost-dev/milepost/internal/hostile"
)

const (
	// corpusBound is how long the command may take for a case: the
	// organisation and the framework each come to the deadline of one
	// evaluation, are repeated where the worker was worn, and the machine is busy.
	corpusBound = 5 * compile.DefaultDeadline
	// corpusOutput is how many bytes a case may print: each finding has 2 KB of
	// message and 2 KB of help at most, and the author's line.
	corpusOutput = compile.MaxFindings * (5 << 10)
)

// ending is how the command ended for a case.
type ending struct {
	exit   int
	wall   time.Duration
	memory int64 // KB of the command or of a worker of its, whichever took more
	bytes  int   // of its output
}

// TestValidateHostileCorpus runs the command in a process of its own on every
// case of the corpus, beside a framework with an ordinary mistake. It ends by
// itself, with the exit code of a mistake, names that one as ever, and prints
// neither a crash nor without end.
func TestValidateHostileCorpus(t *testing.T) {
	cases, err := hostile.Load("../../internal/compile/testdata/hostile")
	if err != nil {
		t.Fatal(err)
	}
	if os.Getenv("MILEPOST_PROOFS") != "full" {
		cases = tenth(cases)
	}
	endings := make([]ending, len(cases))
	places := make(chan struct{}, 2) // two at a time, so that a deadline means something
	t.Run("each", func(t *testing.T) {
		for i, h := range cases {
			t.Run(h.Name, func(t *testing.T) {
				t.Parallel()
				places <- struct{}{}
				defer func() { <-places }()
				endings[i] = validateHostile(t, h)
			})
		}
	})
	t.Log(corpusTable(cases, endings))
}

// tenth is every tenth case by chance, always the same, and the eight that
// stand for their families.
func tenth(cases []hostile.Case) []hostile.Case {
	r := rand.New(rand.NewPCG(10, 246))
	return slices.DeleteFunc(cases, func(h hostile.Case) bool { return r.IntN(10) > 0 && !slices.Contains(standing, h.Name) })
}

// validateHostile lets the command loose on the repository of a case.
func validateHostile(t *testing.T, h hostile.Case) ending {
	dir := t.TempDir()
	if err := h.Write(dir); err != nil {
		t.Fatal(err)
	}
	writeGood(t, dir)
	ctx, cancel := context.WithTimeout(context.Background(), 2*corpusBound)
	defer cancel()
	var out, errs bytes.Buffer
	cmd := exec.CommandContext(ctx, "milepost", "validate", "--cache", t.TempDir(), dir)
	cmd.Stdout, cmd.Stderr = &out, &errs
	start := time.Now()
	err := cmd.Run()
	if cmd.ProcessState == nil {
		t.Fatal(err)
	}
	watch.Said("a process", append(out.Bytes(), errs.Bytes()...))
	e := ending{exit: cmd.ProcessState.ExitCode(), wall: time.Since(start), bytes: out.Len() + errs.Len()}
	if usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
		e.memory = usage.Maxrss
	}
	if e.exit != exitFindings {
		t.Errorf("it ended with %v: %s", cmd.ProcessState, errs.String())
	}
	if e.wall > corpusBound {
		t.Errorf("it took %s, want at most %s", e.wall, corpusBound)
	}
	if e.bytes > corpusOutput {
		t.Errorf("it printed %d bytes, want at most %d", e.bytes, corpusOutput)
	}
	checkPrinted(t, out.String(), errs.String())
	if !said(out.String()) && h.Expect != "harmless" {
		t.Errorf("nothing is said of the attack:\n%s", out.String())
	}
	return e
}

// checkPrinted wants the ordinary mistake, and nothing of a crash.
func checkPrinted(t *testing.T, out, errs string) {
	t.Helper()
	if !strings.Contains(out, goodMistake) {
		t.Errorf("the ordinary mistake is not named as ever:\n%s", out)
	}
	for _, crash := range []string{"goroutine ", "panic", "fatal error", "runtime.", "SIGSEGV", ".go:", "not worked out to the end"} {
		if strings.Contains(out+errs, crash) {
			t.Errorf("a crash is printed, or an end that has no name (%q):\n%s%s", crash, out, errs)
		}
	}
	for line := range strings.Lines(errs) {
		if !strings.HasPrefix(line, "Checking: ") {
			t.Errorf("beside the findings it printed %q", line)
		}
	}
	if strings.ContainsAny(out, "\x1b\x07\x00") {
		t.Errorf("a terminal's escapes are printed")
	}
}

// said says whether there is a finding beside that of the good framework, and
// beside the note that there is no organisation's file.
func said(out string) bool {
	for line := range strings.Lines(out) {
		place, text, ok := strings.Cut(line, ": ")
		if ok && !strings.HasPrefix(line, " ") && !strings.HasPrefix(place, "frameworks/good") && !strings.HasPrefix(text, "For information") {
			return true
		}
	}
	return false
}

// corpusTable is the corpus by family: how the command ended, and what it took at most.
func corpusTable(cases []hostile.Case, endings []ending) string {
	type row struct {
		n, bytes int
		wall     time.Duration
		memory   int64
		exits    map[int]int
	}
	rows := map[string]*row{}
	var names []string
	for i, h := range cases {
		for _, name := range []string{h.Family, "all"} {
			r := rows[name]
			if r == nil {
				r = &row{exits: map[int]int{}}
				rows[name], names = r, append(names, name)
			}
			e := endings[i]
			r.n++
			r.wall, r.memory, r.bytes = max(r.wall, e.wall), max(r.memory, e.memory), max(r.bytes, e.bytes)
			r.exits[e.exit]++
		}
	}
	slices.Sort(names)
	names = append(slices.DeleteFunc(names, func(s string) bool { return s == "all" }), "all")
	var b strings.Builder
	fmt.Fprintf(&b, "the corpus under milepost validate\n%-14s %5s %9s %8s %9s  %s\n", "family", "cases", "longest", "memory", "printed", "exit codes")
	for _, name := range names {
		r := rows[name]
		fmt.Fprintf(&b, "%-14s %5d %8.1fs %5d MB %6.1f KB  %v\n", name, r.n, r.wall.Seconds(), r.memory>>10, float64(r.bytes)/1024, r.exits)
	}
	return b.String()
}
