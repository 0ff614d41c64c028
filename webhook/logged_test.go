package webhook

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/milepost-dev/milepost/internal/fakehub"
	"github.com/milepost-dev/milepost/internal/gittest"
)

// line is a line of the log, by attribute.
type line map[string]string

var attribute = regexp.MustCompile(`([A-Za-z_.]+)=("(?:[^"\\]|\\.)*"|[^ "]*)(?: |$)`)

// linesOf reads a log. A line that is none, or has what is not to be seen, is an error.
func linesOf(t *testing.T, log string) (out []line) {
	t.Helper()
	for text := range strings.SplitSeq(strings.TrimSuffix(log, "\n"), "\n") {
		if strings.IndexFunc(text, func(r rune) bool { return !unicode.IsPrint(r) }) >= 0 {
			t.Errorf("a line of the log has what cannot be seen: %q", text)
		}
		if len(text) > maxLogLine {
			t.Errorf("a line of the log has %d bytes: %.300s", len(text), text)
		}
		l := line{}
		for _, m := range attribute.FindAllStringSubmatch(text, -1) {
			v := m[2]
			if s, err := strconv.Unquote(v); err == nil {
				v = s
			}
			if _, twice := l[m[1]]; twice {
				t.Errorf("%s stands twice in %s", m[1], text)
			}
			l[m[1]] = v
		}
		if attribute.ReplaceAllString(text, "") != "" || l["time"] == "" || l["level"] == "" || l["msg"] == "" {
			t.Errorf("it is no line of the log: %q", text)
		}
		out = append(out, l)
	}
	return out
}

// maxLogLine is how long a line may be, in bytes, with a stack in it.
const maxLogLine = 16 << 10

// logged are all messages that the service logs, with the attributes that each
// has; those in brackets it has where they are known.
var logged = map[string]string{
	"delivery":         "repository delivery event [action] [pull] [head] hints",
	"delivery refused": "repository delivery event status outcome",
	"delivery of an event that is not taken in":                                 "repository delivery event",
	"delivery about another repository":                                         "repository delivery event [action] about",
	"a delivery could not be read":                                              "repository delivery event error",
	"a delivery is no JSON: set the webhook's content type to application/json": "repository delivery event",
	"checked":                            "repository key [delivery] [deliveries] pull head title merged",
	"the check is up to date":            "repository key [delivery] [deliveries] pull head",
	"announcing a check":                 "repository key [delivery] [deliveries] pull head error",
	"made a tag":                         "repository key [delivery] [deliveries] framework version commit",
	"made a release":                     "repository key [delivery] [deliveries] framework version commit",
	"a tag needs somebody to look at it": "repository key [delivery] [deliveries] framework message",
	"work failed":                        "repository key [delivery] [deliveries] [pull] [head] try error",
	"work given up: it is looked at again with everything else":     "repository key [delivery] [deliveries] [pull] [head] error",
	"it could not even be said that something could not be checked": "repository key [delivery] [deliveries] [pull] [head] error",
	"too much waits: everything will be looked at":                  "repository key [delivery] [deliveries] [pull] [head]",
}

// checkLogLine holds a line to the attributes that its message has.
func checkLogLine(t *testing.T, l line) {
	t.Helper()
	is, known := logged[l["msg"]]
	if !known {
		t.Errorf("the message %q is not in the list", l["msg"])
		return
	}
	may := map[string]bool{"time": true, "level": true, "msg": true}
	for name := range strings.FieldsSeq(is) {
		optional := strings.HasPrefix(name, "[")
		name = strings.Trim(name, "[]")
		if may[name] = true; !optional {
			if _, has := l[name]; !has {
				t.Errorf("%q lacks %s: %v", l["msg"], name, l)
			}
		}
	}
	for name := range l {
		if !may[name] {
			t.Errorf("%q has %s, which is not in the list", l["msg"], name)
		}
	}
	if r := l["repository"]; r != "acme/careers" {
		t.Errorf("%q is about %q", l["msg"], r)
	}
	if n, ok := (Hint{Key: l["key"]}).pull(); ok && l["pull"] != strconv.Itoa(n) {
		t.Errorf("%q is about pull %q, with the key %s", l["msg"], l["pull"], l["key"])
	}
	if head, has := l["head"]; has && !isCommit(head) && l["msg"] != "delivery" {
		t.Errorf("%q has the head %q", l["msg"], head)
	}
}

// TestLogLines: a whole story, with what goes wrong in it, says each message
// with its attributes, and the delivery that it goes back to.
func TestLogLines(t *testing.T) {
	t.Parallel()
	w := newWorld(t, worldOptions{files: files(gittest.Ladder("a", "One"))})
	w.sweep()
	n := w.open(fakehub.PullOptions{Branch: "one", Files: gittest.Ladder("a", "Two")})
	w.work()
	_, err := w.repo.MergePull(n, fakehub.MergeCommit)
	w.check(err)
	w.work()
	w.open(fakehub.PullOptions{Branch: "two", Files: gittest.Ladder("a", "Three")})
	w.work()
	w.sweep()
	w.misfortunes()
	seen := map[string]int{}
	for _, l := range linesOf(t, w.log.String()) {
		checkLogLine(t, l)
		seen[l["msg"]]++
	}
	for _, msg := range slices.Sorted(maps.Keys(logged)) {
		if seen[msg] == 0 {
			t.Errorf("it never says %q", msg)
		}
		t.Logf("%4d times %q: %s", seen[msg], msg, logged[msg])
	}
	w.clean()
}

// misfortunes are what a story has not: refusals, failures and a tag that is not ours.
func (w *world) misfortunes() {
	w.t.Helper()
	here := `"repository":{"full_name":"acme/careers"}`
	form := delivery("push", `{`+here+`}`)
	form.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	forged := delivery("push", `{`+here+`}`)
	forged.Header.Set("X-Hub-Signature-256", sign("another secret", nil))
	h := w.s.Handler()
	for _, req := range []*http.Request{form, forged, delivery("star", `{`+here+`}`), delivery("push", `{"repository":{"full_name":"acme/other"}}`), delivery("push", `{`)} {
		h.ServeHTTP(discarded{}, req)
	}
	w.check(w.repo.SetRef("refs/tags/frameworks/a/v9.0.0", w.repo.Head("main")))
	w.work()
	// With a queue of its own, which gives up soon.
	o := w.s.o
	o.Log = o.Log.With("repository", "acme/careers")
	q := newMemory(QueueOptions{Log: o.Log, Tries: 2, First: time.Millisecond})
	full := newMemory(QueueOptions{Log: o.Log, Keys: 1})
	_, err := w.repo.OpenPull(fakehub.PullOptions{Branch: "last", Files: gittest.Ladder("b", "Last")})
	w.check(err)
	n := len(w.state().Pulls)
	w.hub.Fault(fakehub.Fault{Kind: fakehub.ErrorBefore, Path: "/pulls", Status: 500})
	w.s.queue = q
	q.Add(Hint{Key: pullHint(n).Key, Delivery: "first", Deliveries: 1})
	q.Add(Hint{Key: pullHint(n).Key, Delivery: "second", Deliveries: 1})
	full.Add(pullHint(n))
	full.Add(Hint{Key: pullHint(n + 1).Key, Delivery: "third", Deliveries: 1})
	ctx, cancel := context.WithTimeout(w.t.Context(), time.Minute)
	defer cancel()
	w.check(q.Run(ctx, Work{Handle: w.s.Handle, GaveUp: func(ctx context.Context, h Hint, err error) {
		w.s.gaveUp(ctx, h, err)
		cancel()
	}}))
	if !strings.Contains(w.log.String(), fmt.Sprintf("key=pr/%d delivery=second deliveries=2 pull=%d try=2", n, n)) {
		w.t.Errorf("the deliveries that became one are not told: %s", w.log.String())
	}
	w.hub.ClearFaults()
	// What is announced, and cannot be.
	w.hub.Fault(fakehub.Fault{Kind: fakehub.ErrorBefore, Method: "GET", Path: "info/refs", Status: 500})
	w.hub.Fault(fakehub.Fault{Kind: fakehub.ErrorBefore, Method: "POST", Path: "/check-runs", Status: 500})
	if err := w.s.Handle(w.t.Context(), pullHint(n)); err == nil {
		w.t.Error("it did not fail")
	}
	w.hub.ClearFaults()
}

// discarded is an answer that nobody reads.
type discarded struct{}

func (discarded) Header() http.Header         { return http.Header{} }
func (discarded) Write(b []byte) (int, error) { return len(b), nil }
func (discarded) WriteHeader(int)             {}

// TestLogHoldsNoPanic: a panic is one line, whatever it says.
func TestLogHoldsNoPanic(t *testing.T) {
	t.Parallel()
	var log heard
	q := newMemory(QueueOptions{Log: watch.Logger("a log", &log).With("repository", "acme/careers"), Tries: 1})
	q.Add(Hint{Key: "pr/7", Delivery: "guid", Deliveries: 1})
	ctx, cancel := context.WithCancel(t.Context())
	if err := q.Run(ctx, Work{Handle: func(context.Context, Hint) error { panic("a\x1b[31m\nb\u202e\xff") }, GaveUp: func(context.Context, Hint, error) { cancel() }}); err != nil {
		t.Fatal(err)
	}
	lines := linesOf(t, log.String())
	for _, l := range lines {
		checkLogLine(t, l)
	}
	if len(lines) != 2 || !strings.Contains(lines[0]["error"], "panic: a\x1b[31m\nb\u202e\xff") {
		t.Errorf("got %d lines: %s", len(lines), log.String())
	}
}
