package main

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/milepost-dev/milepost/internal/fakehub"
)

// masks are what differs from one play to the next.
var masks = []struct {
	what *regexp.Regexp
	as   string
}{
	{regexp.MustCompile(`127\.0\.0\.1:\d+`), "127.0.0.1:PORT"},
	{regexp.MustCompile(`\b\d{4}-\d\d-\d\d\b`), "DATE"},
	{regexp.MustCompile(`\b\d{1,2} (January|February|March|April|May|June|July|August|September|October|November|December) \d{4}\b`), "DATE"},
	{regexp.MustCompile(`\b[0-9a-f]{10,40}\b`), "COMMIT"},
	{regexp.MustCompile(`\(\d+ deliveries\)`), "(N deliveries)"},
}

// TestDemo plays the whole way of a change, through the command.
func TestDemo(t *testing.T) {
	tmp := t.TempDir()
	t.Setenv("TMPDIR", tmp)
	var out, errs bytes.Buffer
	start := time.Now()
	if code := runWatched(t.Context(), []string{"demo"}, strings.NewReader(""), &out, &errs); code != exitClean || errs.Len() > 0 {
		t.Fatalf("it ended with %d: %s\n%s", code, &errs, &out)
	}
	t.Logf("it took %s", time.Since(start).Round(time.Millisecond))
	left, err := filepath.Glob(filepath.Join(tmp, "milepost-demo-*"))
	if err != nil || len(left) > 0 {
		t.Errorf("it left %v behind (%v)", left, err)
	}
	got := out.String()
	for _, m := range masks {
		got = m.what.ReplaceAllString(got, m.as)
	}
	golden := filepath.Join("testdata", "demo.txt")
	if *update {
		if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("it tells something else than %s (-update writes it anew):\n%s", golden, diff)
	}
}

// TestDemoKeep: with --keep the pages stay up until somebody ends it, and that
// is no failure.
func TestDemoKeep(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	up := &watcher{word: "until you press", seen: make(chan struct{})}
	var errs bytes.Buffer
	ended := make(chan int, 1)
	go func() { ended <- runWatched(ctx, []string{"demo", "--keep"}, strings.NewReader(""), up, &errs) }()
	select {
	case <-up.seen:
	case code := <-ended:
		t.Fatalf("it ended with %d: %s", code, &errs)
	}
	for _, path := range []string{"/frameworks/" + demoLadder, "/frameworks/" + demoLadder + "/versions/2.0.0/notes", "/pulls/1", "/" + demoOwner + "/" + demoName + "/pull/1"} {
		m := regexp.MustCompile(`http://127\.0\.0\.1:\d+` + path + `\n`).FindString(up.text())
		res, err := http.Get(strings.TrimSpace(m))
		if err != nil {
			t.Fatalf("%q: %v", m, err)
		}
		b, err := io.ReadAll(res.Body)
		_ = res.Body.Close()
		if err != nil || res.StatusCode != http.StatusOK || !strings.Contains(string(b), "Engineer") {
			t.Errorf("%s answers %s (%v)", path, res.Status, err)
		}
	}
	cancel()
	if code := <-ended; code != exitClean {
		t.Errorf("it ended with %d: %s", code, &errs)
	}
}

// watcher is where a command writes to, and tells when it has written a word.
type watcher struct {
	word string
	seen chan struct{}
	mu   sync.Mutex
	b    bytes.Buffer
	once sync.Once
}

func (w *watcher) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	n, err := w.b.Write(p)
	if strings.Contains(w.b.String(), w.word) {
		w.once.Do(func() { close(w.seen) })
	}
	return n, err
}

func (w *watcher) text() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.b.String()
}

// TestDemoStepFails: a step that does not come true in time is named, and is
// our failure.
func TestDemoStepFails(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ path, says string }{
		{"/repos/{owner}/{repo}/releases", "step 1 (The text that is in force gets its tag and its release) did not come true: it took longer than"},
		{"/repos/{owner}/{repo}/check-runs", "step 3 (The check says what needs a change) did not come true: it took longer than"},
		{"/repos/{owner}/{repo}/issues/{issue_number}/comments", "step 3 (The check says what needs a change) did not come true: it took longer than"},
	} {
		t.Run(c.path, func(t *testing.T) {
			t.Parallel()
			d := &demo{teller: teller{w: watch.Writer("the demo", nil)}, dir: t.TempDir(), patience: 15 * time.Second}
			if err := d.listen("127.0.0.1:0"); err != nil {
				t.Fatal(err)
			}
			if err := d.makeRepository(); err != nil {
				t.Fatal(err)
			}
			d.hub.Fault(fakehub.Fault{Kind: fakehub.ErrorBefore, Method: "POST", Path: c.path})
			ctx := t.Context()
			err := d.run(ctx)
			watch.Secrets("a secret of the demo", d.hub.Secrets()...)
			if err == nil || !strings.HasPrefix(err.Error(), c.says) || exitCode(err) != exitFailure {
				t.Errorf("got %v, want %s", err, c.says)
			}
		})
	}
}

func TestDemoRefusesOthers(t *testing.T) {
	t.Parallel()
	for _, at := range []string{"0.0.0.0:8080", ":8080", "nonsense"} {
		var out, errs bytes.Buffer
		if code := runWatched(t.Context(), []string{"demo", "--listen", at}, strings.NewReader(""), &out, &errs); code != exitUsage || out.Len() > 0 {
			t.Errorf("--listen %s ended with %d: %s", at, code, &errs)
		}
	}
}

func TestReadable(t *testing.T) {
	t.Parallel()
	const comment = "<!-- a mark -->\n\n**More.**\n- *Asks more.* Newly\\_asked. \n  <br>~~old~~ **new** a < b\n\n\n\n[See it](<http://a/b>)\n<sub>Checked.</sub>\n"
	const want = "**More.**\n- *Asks more.* Newly_asked.\n  ~~old~~ **new** a < b\n\nSee it: http://a/b\nChecked.\n"
	if diff := cmp.Diff(want, readable(comment)); diff != "" {
		t.Error(diff)
	}
	var b strings.Builder
	for _, colours := range []bool{false, true} {
		b.Reset()
		tell := teller{w: &b, colours: colours}
		tell.begin("One")
		tell.quote("x\n")
		if strings.Contains(b.String(), "\x1b") != colours {
			t.Errorf("colours %t: %q", colours, b.String())
		}
	}
}
