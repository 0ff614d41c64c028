package compile

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"
	"time"
)

func TestMain(m *testing.M) {
	RunIfWorker()
	os.Exit(m.Run())
}

func isolated(t testing.TB, deadline time.Duration) *Compiler {
	t.Helper()
	c, err := New(Options{Isolated: true, Deadline: deadline})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

func TestIsolatedGivesEqualBytes(t *testing.T) {
	t.Parallel()
	repo := os.DirFS("../..")
	apart, within := isolated(t, time.Minute), isolated(t, time.Minute)
	within.pool = nil
	dirs, _, err := Layout(repo, "frameworks")
	if err != nil {
		t.Fatal(err)
	}
	for _, dir := range dirs {
		u := Unit{FS: repo, Root: "frameworks", Dir: dir}
		a, err := apart.Framework(context.Background(), u)
		if err != nil {
			t.Fatal(err)
		}
		b, err := within.Framework(context.Background(), u)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(a.Compressed(), b.Compressed()) || a.Digest != b.Digest || a.Title != b.Title {
			t.Errorf("%s: the two differ", dir)
		}
	}
	a, _, err := apart.Organisation(context.Background(), repo, "frameworks")
	if err != nil {
		t.Fatal(err)
	}
	if a.TimeZone != "Europe/Berlin" || a.HouseRules.Notice.Days != 30 {
		t.Errorf("got organisation %+v", a)
	}
}

// hostileText is a framework with a text of somebody who means harm in it.
func hostileText(text string) Unit {
	return Unit{Root: "frameworks", Dir: "a", FS: fstest.MapFS{"frameworks/a/framework.cue": {Data: []byte(`package framework

import (
	"list"
	"strings"
	"github.com/milepost-dev/milepost/schema"
)

framework: schema.#Framework
framework: {id: "a", kind: "discipline", title: "A", owners: ["people-team"], definition: "A"}
_use: [list.Max([1]), strings.ToUpper("a")]
` + text + "\n")}}}
}

func TestHostileTextEndsItsWorkerAndNothingElse(t *testing.T) {
	t.Parallel()
	c := isolated(t, 10*time.Second)
	for name, text := range map[string]string{
		"memory":  `_a: strings.Repeat(strings.Repeat(strings.Repeat("x", 10000), 10000), 1000)`,
		"numbers": `_a: [for x in list.Range(0, 100000000, 1) {x}]`,
		"product": `_a: [for x in list.Range(0, 3000, 1) for y in list.Range(0, 3000, 1) {x + y}]`,
	} {
		r, err := c.Framework(context.Background(), hostileText(text))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if r.OK() || r.Findings[0].Code != "limit-passed" {
			t.Errorf("%s: want a limit that was passed, got:\n%s", name, listed(r.Findings))
		}
		if r, err := c.Framework(context.Background(), hostileText("")); err != nil || !r.OK() {
			t.Errorf("after %s a good text gives %+v, %v", name, r.Findings[0].Message, err)
		}
	}
}

func TestAWorkerHasNothingOfOurs(t *testing.T) {
	t.Parallel()
	w, err := startWorker()
	if err != nil {
		t.Fatal(err)
	}
	defer w.kill()
	if _, err := w.ask(context.Background(), &message{ID: "a", Files: []wireFile{{"x.cue", []byte("package framework\n")}}}, time.Minute); err != nil {
		t.Fatal(err)
	}
	proc := "/proc/" + strconv.Itoa(w.cmd.Process.Pid)
	if env, err := os.ReadFile(proc + "/environ"); err != nil || len(env) != 0 {
		t.Errorf("got environment %q, %v", env, err)
	}
	if cwd, err := os.Readlink(proc + "/cwd"); err != nil || cwd != "/" {
		t.Errorf("got directory %s, %v", cwd, err)
	}
	limits, err := os.ReadFile(proc + "/limits")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"Max data size             838860800", "Max core file size        0 ", "Max file size             0 ", "Max open files            32 "} {
		if !strings.Contains(string(limits), want) {
			t.Errorf("the limits lack %q:\n%s", want, limits)
		}
	}
	if soft := cpuLimit(string(limits)); soft < 1 || soft > 3600 { // for this message; the deadline is a minute
		t.Errorf("the limit of processor time is %d seconds:\n%s", soft, limits)
	}
	if status, err := os.ReadFile(proc + "/status"); err != nil || !strings.Contains(string(status), "NoNewPrivs:\t1") {
		t.Errorf("the process may gain privileges (%v)", err)
	}
}

// cpuLimit is the soft limit of processor time in seconds, 0 for none.
func cpuLimit(limits string) int {
	for line := range strings.Lines(limits) {
		var soft int
		if _, err := fmt.Sscanf(line, "Max cpu time %d", &soft); err == nil {
			return soft
		}
	}
	return 0
}
