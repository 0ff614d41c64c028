package scaffold

import (
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// cue runs the stock cue command in a directory, offline.
func cue(t *testing.T, dir string, args ...string) (string, error) {
	t.Helper()
	tool, err := exec.Command("go", "tool", "-n", "cue").Output()
	if err != nil {
		t.Fatalf("go tool -n cue: %v", err)
	}
	cmd := exec.Command(strings.TrimSpace(string(tool)), args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "CUE_REGISTRY=none", "CUE_CACHE_DIR="+t.TempDir())
	out, err := cmd.CombinedOutput()
	if err != nil && !errors.As(err, new(*exec.ExitError)) {
		t.Fatalf("running cue: %v", err)
	}
	return string(out), err
}

func TestStockCueAcceptsWhatIsWritten(t *testing.T) {
	t.Parallel()
	for _, o := range []Options{{}, {Module: "careers.example.org/people/ladders@v1", Organisation: `Ünder "Quotes" \(1) & Co`}, {Module: "a.b"}} {
		o.Schema = options().Schema
		dir := written(t, o)
		if out, err := cue(t, dir, "vet", "-c", "./frameworks/..."); err != nil {
			t.Errorf("module %q: %v\n%s", o.Module, err, out)
		}
		if out, err := cue(t, dir, "fmt", "--check", "./frameworks/...", "./cue.mod/module.cue"); err != nil || out != "" {
			t.Errorf("module %q: cue fmt would change: %v\n%s", o.Module, err, out)
		}
	}
}

// TestStockCueSeesTheSchema holds the copied schema to be in use: without it,
// everything would be accepted.
func TestStockCueSeesTheSchema(t *testing.T) {
	t.Parallel()
	dir := written(t, options())
	name := "frameworks/engineering-ladder/l2.cue"
	text := strings.Replace(read(t, dir, name), `summary: "`, `sumary: "`, 1)
	put(t, dir, name, text)
	out, err := cue(t, dir, "vet", "-c", "./frameworks/...")
	if err == nil || !strings.Contains(out, "framework.levels.l2.sumary: field not allowed") {
		t.Errorf("got %v\n%s", err, out)
	}
}

func TestStockCueRefusesTheSamePaths(t *testing.T) {
	t.Parallel()
	dir := written(t, options())
	for _, module := range []string{"careers", "my_firm.com/careers", "Example.com/Careers", "example.com/careers/", "example..com/careers", "example.com/con", "example.com/careers@v01"} {
		put(t, dir, "cue.mod/module.cue", "module: \""+module+"\"\nlanguage: version: \"v0.17.0\"\n")
		if out, err := cue(t, dir, "vet", "-c", "./frameworks/..."); err == nil {
			t.Errorf("cue accepts module %q: %s", module, out)
		}
	}
}

// TestLadderIsAnExample holds the example to what it is there to show.
func TestLadderIsAnExample(t *testing.T) {
	t.Parallel()
	out, err := cue(t, written(t, options()), "export", "./frameworks/engineering-ladder", "-e", "framework")
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	var f struct {
		ID                          string
		Tracks, Areas, Competencies map[string]any
		Levels                      map[string]struct {
			Expectations map[string]struct {
				Items      []any
				Same, None string
			}
		}
	}
	if err := json.Unmarshal([]byte(out), &f); err != nil {
		t.Fatal(err)
	}
	if f.ID != "engineering-ladder" || len(f.Tracks) != 1 || len(f.Areas) != 2 || len(f.Competencies) != 4 || len(f.Levels) != 3 {
		t.Errorf("got %d tracks, %d areas, %d competencies and %d levels of %q", len(f.Tracks), len(f.Areas), len(f.Competencies), len(f.Levels), f.ID)
	}
	same := f.Levels["l2"].Expectations["teamwork"].Same
	if same == "" || len(f.Levels[same].Expectations["teamwork"].Items) == 0 {
		t.Errorf("the shared cell names %q, which has no items", same)
	}
}

// TestWorkflowRunsNothingOfThePullRequest holds the workflow to reading.
func TestWorkflowRunsNothingOfThePullRequest(t *testing.T) {
	t.Parallel()
	out, err := cue(t, written(t, options()), "export", ".github/workflows/frameworks.yml")
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	var w struct {
		On          map[string]any
		Permissions map[string]string
		Jobs        map[string]struct {
			Steps []struct {
				Uses, Run string
				With      map[string]any
			}
		}
	}
	if err := json.Unmarshal([]byte(out), &w); err != nil {
		t.Fatal(err)
	}
	if _, target := w.On["pull_request_target"]; target || w.On["pull_request"] == nil {
		t.Errorf("runs on %v", w.On)
	}
	if len(w.Permissions) != 1 || w.Permissions["contents"] != "read" {
		t.Errorf("may %v", w.Permissions)
	}
	steps := w.Jobs["check"].Steps
	if len(steps) != 2 || steps[0].Run != "" || steps[1].Run != "" || steps[1].Uses != DefaultAction {
		t.Fatalf("the steps are %+v", steps)
	}
	if with := steps[0].With; with["fetch-depth"] != 0.0 || with["persist-credentials"] != false {
		t.Errorf("checks out with %v", with)
	}
}
