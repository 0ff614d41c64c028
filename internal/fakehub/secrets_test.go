package fakehub

import (
	"crypto/rsa"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestSecrets: all that was ever given out is among them, and they are not
// forgotten when they are over.
func TestSecrets(t *testing.T) {
	t.Parallel()
	at := time.Date(2027, 1, 5, 9, 0, 0, 0, time.UTC)
	hub, err := New(Options{Dir: t.TempDir(), WebhookSecret: "the App's secret", Now: func() time.Time { return at }})
	if err != nil {
		t.Fatal(err)
	}
	repo, err := hub.CreateRepo("acme", "careers", RepoOptions{Files: map[string]string{"a": "b"}})
	if err != nil {
		t.Fatal(err)
	}
	repo.AddHook("http://127.0.0.1:1/", "the repository's secret")
	want := []string{"the App's secret", "the repository's secret", string(hub.App().KeyPEM), hub.UserToken("ada")}
	hub.mu.Lock()
	want = append(want, hub.newToken("ghs_", &token{expires: at.Add(time.Hour)}))
	var key *rsa.PrivateKey = hub.key
	hub.mu.Unlock()
	at = at.Add(2 * time.Hour)
	want = append(want, hub.UserToken("bea"), key.D.String(), key.Primes[0].Text(16))
	got := hub.Secrets()
	for _, s := range want {
		if !slices.Contains(got, s) {
			t.Errorf("%.12s... is not among them", s)
		}
	}
	if slices.ContainsFunc(got, func(s string) bool { return strings.TrimSpace(s) == "" }) {
		t.Error("one is empty")
	}
}
