//go:build unix

package main

import (
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/milepost-dev/milepost/internal/fakehub"
)

// unit is the systemd unit that docs/running.md shows: what it starts, and the
// credentials that it hands over, by name.
func unit(t *testing.T) (start []string, credentials map[string]string) {
	t.Helper()
	b, err := os.ReadFile("../../docs/running.md")
	if err != nil {
		t.Fatal(err)
	}
	_, text, _ := strings.Cut(string(b), "```ini\n")
	text, _, _ = strings.Cut(text, "```")
	credentials = map[string]string{}
	for line := range strings.Lines(strings.ReplaceAll(text, "\\\n", " ")) {
		key, value, _ := strings.Cut(strings.TrimSpace(line), "=")
		switch key {
		case "ExecStart":
			start = strings.Fields(value)
		case "LoadCredential":
			name, from, _ := strings.Cut(value, ":")
			credentials[name] = from
		}
	}
	if len(start) < 2 || start[0] != "/usr/local/bin/milepost" {
		t.Fatalf("the unit starts %q", start)
	}
	return start, credentials
}

// TestExampleAndUnit: the example's settings, with all that is commented out and
// goes with the rest, and the systemd unit fit each other: the server starts by
// both, with nothing else in its environment, checks and releases.
func TestExampleAndUnit(t *testing.T) {
	t.Parallel()
	w := newHubWorld(t)
	start, credentials := unit(t)
	w.admin = w.free()
	own := map[string]string{ // of this machine, and of this GitHub
		"MILEPOST_GITHUB_APP_ID": fmt.Sprint(w.hub.App().ID), "MILEPOST_GITHUB_URL": w.url,
		"MILEPOST_LISTEN": "127.0.0.1:0", "MILEPOST_ADMIN": w.admin, "MILEPOST_WEBHOOK_LISTEN": "127.0.0.1:0",
	}
	instead := map[string]bool{"MILEPOST_REPO": true, "MILEPOST_REPO_TOKEN_FILE": true, "MILEPOST_GITHUB_TOKEN_FILE": true}
	var env []string
	for _, m := range regexp.MustCompile(`(?m)^#?(MILEPOST_[A-Z_]+)=(.*)$`).FindAllStringSubmatch(exampleConfig, -1) {
		name, value := m[1], m[2]
		if instead[name] {
			continue
		}
		if strings.HasPrefix(value, "/etc/milepost/") && credentials[filepath.Base(value)] != value {
			t.Errorf("the example has %s in %s, which the unit does not hand over", name, value)
		}
		if to, ok := own[name]; ok {
			value = to
		}
		env = append(env, name+"="+value)
	}
	token := "a-token-of-the-tests"
	for name, text := range map[string]string{"app.pem": string(w.hub.App().KeyPEM), "webhook-secret": hookSecret, "tokens": "ada " + token + " read,drafts\n"} {
		w.file(name, text)
		if credentials[name] == "" {
			t.Errorf("the unit does not hand over %s", name)
		}
	}
	var args []string
	for _, a := range start[1:] {
		args = append(args, strings.NewReplacer("%d", w.dir, "%C", filepath.Join(w.dir, "cache")).Replace(a))
	}
	cmd := exec.Command("milepost", args...)
	cmd.Env = env
	w.process(cmd)
	n, head := w.open("Two")
	w.wait("the check", func() error { return w.checked(head, "completed", "success") })
	req, err := http.NewRequest("GET", fmt.Sprintf("%s/pulls/%d", w.pages(), n), nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+token)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	if res.Body.Close(); res.StatusCode != http.StatusOK {
		t.Errorf("the page answers %d", res.StatusCode)
	}
	if _, err := w.repo.MergePull(n, fakehub.Squash); err != nil {
		t.Fatal(err)
	}
	w.wait("the release", func() error {
		if r := w.state().Releases; len(r) != 2 {
			return fmt.Errorf("got %d releases", len(r))
		}
		return nil
	})
	w.end()
}
