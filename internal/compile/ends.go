package compile

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/milepost-dev/milepost/internal/diag"
)

// endError says that a worker ended before it answered, or was ended. It is
// about the content, and not about us.
type endError struct {
	limit, value string // of the limit that was reached, "" where it was none
	known        string // why it ended, where it was no limit; "" where that is not known
	trace        string // how it ended, for those who run Milepost
	again        bool   // another process may come to another end
}

func (e *endError) Error() string {
	return cmp.Or(e.limit, e.known, "an end that is not known") + ": " + e.trace
}

// runtimeFault is how a process ends whose runtime was refused memory that it
// did not ask for by itself, as its collector of garbage does; a mistake in
// code reads otherwise.
const runtimeFault = "SIGSEGV: segmentation violation\nPC="

// reason is an end of a worker by what tells it: words of its last ones, or of
// how the system says that it ended.
type reason struct {
	words        []string
	limit, value string
	known        string
	outside      bool // what else runs on the machine may be why
}

// reasons are all ends that are known, the surest first.
var reasons = []reason{
	{words: []string{"stack exceeds", "stack overflow"}, limit: "depth", value: megabytes(workerStack)},
	{words: []string{"signal: CPU time limit exceeded", "signal: cpu time limit exceeded", "SIGXCPU"}, limit: "processor time", value: "that of the deadline on all processors"},
	{words: []string{fmt.Sprintf("exit status %d", exitLate)}, limit: "time", value: "the deadline, and none to hold to it"},
	{words: []string{fmt.Sprintf("exit status %d", exitLong)}, limit: "length of what comes out", value: megabytes(maxFrameBytes)},
	{words: []string{"SIGXFSZ", "signal: file size limit exceeded"}, limit: "files", value: "none may be written"},
	{words: []string{"SIGSYS", "signal: bad system call"}, limit: "calls to the system", value: "those of an evaluation"},
	{words: []string{"failed to create new OS thread", "pthread_create failed", "thread exhaustion", "newosproc"}, limit: "memory", value: "none for another thread", outside: true},
	{words: []string{"out of memory", "cannot allocate memory", "runtime: cannot", "memory reservation exceeds", "failed to allocate",
		"unexpected signal during runtime execution", runtimeFault}, limit: "memory", value: megabytes(workerData)},
	{words: []string{"signal: killed"}, limit: "memory", value: "what the machine had left", outside: true},
	{words: []string{"panic: "}, known: "it meets a fault in the program that works it out"},
}

func megabytes(n int) string { return fmt.Sprintf("%d MB", n>>20) }

// endOf names how a process ended, by its last words and by what the system
// says of it. Worn says that it had evaluated other content before.
func endOf(state *os.ProcessState, words string, worn bool) *endError {
	said := state.String() + "\n" + words
	e := &endError{again: worn, trace: trace(state.String(), words)}
	for _, r := range reasons {
		if containsAny(said, r.words...) {
			e.limit, e.value, e.known, e.again = r.limit, r.value, r.known, worn || r.outside
			return e
		}
	}
	e.again = true
	return e
}

func containsAny(s string, parts ...string) bool {
	return slices.ContainsFunc(parts, func(p string) bool { return strings.Contains(s, p) })
}

// trace is an end in a line: how the system names it, and the line of the last
// words that says most.
func trace(state, words string) string {
	best := ""
	for line := range strings.Lines(words) {
		line = strings.TrimSpace(line)
		if best == "" || containsAny(line, "fatal error: ", "panic: ") {
			best = line
		}
		if strings.HasPrefix(line, "goroutine ") {
			break
		}
	}
	if best == "" {
		return state
	}
	return state + ", " + clip(best)
}

// timeLimit is that of one evaluation, on the wall clock.
func timeLimit(deadline time.Duration) *endError {
	return &endError{limit: "time", value: seconds(deadline), trace: "ended at its deadline"}
}

// seconds is a time in words: "8 seconds".
func seconds(d time.Duration) string {
	if d < time.Second {
		return fmt.Sprintf("%d milliseconds", d.Milliseconds())
	}
	return strings.TrimSuffix(fmt.Sprintf("%.1f", d.Seconds()), ".0") + " seconds"
}

// ended is what an author is told of a text that was not worked out to the
// end, where err says that.
func ended(err error, file string) (diag.Finding, bool) {
	var e *endError
	if !errors.As(err, &e) {
		return diag.Finding{}, false
	}
	const plain = "Write plain values instead of expressions, or split the framework into two."
	at := diag.Position{File: file}
	if e.limit != "" {
		return finding("limit-passed", at, fmt.Sprintf("the text takes more to work out than is allowed (limit of %s: %s)", e.limit, e.value), plain), true
	}
	why := cmp.Or(e.known, "for a reason that is not known, and that is none of the limits")
	return finding("evaluation-ended", at, "the text was not worked out to the end: "+why,
		fmt.Sprintf("%s If that does not help, give those who run Milepost this line: %s", plain, e.trace)), true
}

// firstWords keeps the first bytes that were written to it: the first lines of
// a crash say why.
type firstWords struct {
	mu sync.Mutex
	b  []byte
}

func (t *firstWords) Write(b []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if room := workerStderr - len(t.b); room > 0 {
		t.b = append(t.b, b[:min(room, len(b))]...)
	}
	return len(b), nil
}

func (t *firstWords) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return string(t.b)
}
