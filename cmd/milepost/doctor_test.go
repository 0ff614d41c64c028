package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/milepost-dev/milepost/internal/fakehub"
	"github.com/milepost-dev/milepost/webhook"
)

// newDoctorWorld is a set-up that is wholly right, with milepost serve in it,
// and the flags of milepost doctor for it.
func newDoctorWorld(t *testing.T) (*hubWorld, []string) {
	t.Helper()
	w := newHubWorld(t)
	app := w.hub.App()
	w.hub.SetPermissions(map[string]string{"checks": "write", "contents": "write", "merge_queues": "read", "pull_requests": "write"})
	w.repo.AllowRebase(false)
	w.repo.AddRuleset(fakehub.Ruleset{Name: "main", Include: []string{"~DEFAULT_BRANCH"}, Rules: []string{"pull_request", "required_status_checks"},
		Protection: fakehub.Protection{Required: []string{webhook.CheckName}, From: app.ID, Approvals: 1, DismissStale: true}})
	w.repo.AddRuleset(fakehub.Ruleset{Name: "versions", Target: "tag", Include: []string{"refs/tags/frameworks/**/*"}, Rules: []string{"update", "deletion"}})
	as := []string{"--github-app-id", fmt.Sprint(app.ID), "--github-app-key-file", w.file("app.pem", string(app.KeyPEM))}
	w.serve(as...)
	w.open("Two")
	w.wait("deliveries", func() error {
		for _, d := range w.hub.Deliveries() {
			if d.Event == "pull_request" && d.StatusCode == http.StatusAccepted {
				return nil
			}
		}
		return fmt.Errorf("got %+v", w.hub.Deliveries())
	})
	return w, append([]string{"doctor", "--github-repo", "acme/careers", "--github-url", w.url, "--url", w.pages(),
		"--github-webhook-secret-file", w.file("doctor-secrets", hookSecret+"\n")}, as...)
}

// unsecret fails where a key, a token or a secret is printed.
func unsecret(t *testing.T, w *hubWorld, printed string) {
	t.Helper()
	for _, s := range []string{hookSecret, "another secret of old", "ghs_", "Bearer", strings.Split(string(w.hub.App().KeyPEM), "\n")[1]} {
		if strings.Contains(printed, s) {
			t.Errorf("it prints %q: %s", s, printed)
		}
	}
}

// TestDoctor runs the command beside a real server: of what is right it says
// so, of what is wrong what to do.
func TestDoctor(t *testing.T) {
	t.Parallel()
	w, args := newDoctorWorld(t)
	code, out, errs := command(t, args...)
	lines := strings.Split(strings.TrimSpace(out), "\n")
	if code != exitClean || errs != "" || lines[len(lines)-1] != "acme/careers: 16 ok." {
		t.Fatalf("got %d %s%s", code, out, errs)
	}
	for _, line := range lines[:16] {
		if !strings.HasPrefix(line, "ok           ") {
			t.Errorf("got %s", line)
		}
	}
	w.hub.Subscribe("check_run", "check_suite", "create", "delete", "merge_group", "pull_request")
	w.repo.AllowRebase(true)
	code, out, errs = command(t, args...)
	if code != exitFindings || errs != "" {
		t.Errorf("got %d %s%s", code, out, errs)
	}
	unsecret(t, w, out)
	sample(t, w, out)
	code, out, errs = command(t, append(args, "--format", "json")...)
	var c Checkup
	if err := json.Unmarshal([]byte(out), &c); code != exitFindings || errs != "" || err != nil || c.Repository != "acme/careers" || c.count(webhook.OK) != 14 {
		t.Errorf("got %d %s%s, %v", code, out, errs, err)
	}
	for _, v := range w.hub.Violations() {
		t.Errorf("violation: %s", v)
	}
}

// TestDoctorHasDeliveriesSentAgain: what did not arrive arrives.
func TestDoctorHasDeliveriesSentAgain(t *testing.T) {
	t.Parallel()
	w, args := newDoctorWorld(t)
	at := w.pages() + "/webhooks/github"
	w.hub.SetWebhook("http://127.0.0.1:1", hookSecret)
	w.hub.Ping()
	if _, err := w.hub.Deliver(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.hub.SetWebhook(at, hookSecret)
	code, out, _ := command(t, args...)
	if code != exitFindings || !strings.Contains(out, "1 delivery in the last 7 days did not arrive") {
		t.Errorf("got %d %s", code, out)
	}
	if _, out, _ = command(t, append(args, "--redeliver")...); !strings.Contains(out, "GitHub was asked to send 1 of them again") {
		t.Errorf("got %s", out)
	}
	if _, err := w.hub.Deliver(t.Context()); err != nil {
		t.Fatal(err)
	}
	if code, out, _ = command(t, args...); code != exitClean || !strings.Contains(out, "missed deliveries: none in the last 7 days") {
		t.Errorf("got %d %s", code, out)
	}
}

// TestDoctorByTheEnvironment: the environment file of the server is what the
// doctor needs, with all that it does not need.
func TestDoctorByTheEnvironment(t *testing.T) {
	w, args := newDoctorWorld(t)
	for _, m := range regexp.MustCompile(`(?m)^(MILEPOST_[A-Z_]+)=(.*)$`).FindAllStringSubmatch(exampleConfig, -1) {
		t.Setenv(m[1], m[2])
	}
	for i := 1; i < len(args); i += 2 {
		t.Setenv(envName(strings.TrimPrefix(args[i], "--")), args[i+1])
	}
	t.Setenv("MILEPOST_WEBHOOK_LISTEN", "127.0.0.1:8082")
	if code, out, errs := command(t, "doctor"); code != exitClean {
		t.Errorf("got %d %s%s", code, out, errs)
	}
	w.stop()
}

const samplePage = "../../docs/running.md"

// sample holds the sample in the documentation to what is printed.
func sample(t *testing.T, w *hubWorld, out string) {
	t.Helper()
	for _, r := range []struct{ form, as string }{
		{regexp.QuoteMeta(w.url), "https://github.com"}, {regexp.QuoteMeta(w.pages()), "https://careers.example.com"}, {"milepost-dev", "acme"},
		{`\d+ [A-Z][a-z]+ \d{4} \d\d:\d\d UTC`, "5 January 2027 09:00 UTC"}, {`main at [0-9a-f]{10}`, "main at 1d0c2f9a7b"}, {"last 7 days", "last 3 days"},
		{`\d+ of 5000 calls`, "4950 of 5000 calls"}, {"GitHub reaches the server: [a-z_]+", "GitHub reaches the server: pull_request"}, {`App ID \d+`, "App ID 12345"},
	} {
		out = regexp.MustCompile(r.form).ReplaceAllString(out, r.as)
	}
	b, err := os.ReadFile(samplePage)
	if err != nil {
		t.Fatal(err)
	}
	const begin, end = "$ milepost doctor\n", "```"
	before, rest, ok := strings.Cut(string(b), begin)
	old, after, closed := strings.Cut(rest, end)
	if !ok || !closed {
		t.Fatalf("%s has no sample", samplePage)
	}
	if old == out {
		return
	}
	if !*update {
		t.Errorf("the sample in %s is not what is printed:\n%s", samplePage, out)
		return
	}
	if err := os.WriteFile(samplePage, []byte(before+begin+out+end+after), 0o644); err != nil {
		t.Fatal(err)
	}
}
