package server

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/milepost-dev/milepost/internal/history"
)

// TestWebhook: deliveries pass what holds for readers, and nothing else does.
func TestWebhook(t *testing.T) {
	t.Parallel()
	large := strings.Repeat("x", 1<<20)
	took := 0
	o := Options{Store: history.NewStore(history.Options{}), Tokens: []Token{{Name: "ci"}}, Local: true, Webhook: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if b, err := io.ReadAll(r.Body); err != nil || string(b) != large {
			t.Errorf("the body has %d bytes, %v", len(b), err)
		}
		took++
		w.WriteHeader(http.StatusAccepted)
	})}
	with, err := newWatched(o)
	if err != nil {
		t.Fatal(err)
	}
	o.Webhook = nil
	without, err := newWatched(o)
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		s            *Server
		method, path string
		status       int
	}{
		{with, "POST", WebhookPath, http.StatusAccepted},
		{with, "POST", WebhookPath + "?" + strings.Repeat("q", maxQueryBytes+1), http.StatusRequestURITooLong},
		{with, "POST", "/v1/frameworks", http.StatusRequestEntityTooLarge},
		{with, "PUT", WebhookPath, http.StatusRequestEntityTooLarge},
		{without, "POST", WebhookPath, http.StatusRequestEntityTooLarge},
	} {
		req := httptest.NewRequest(test.method, test.path, strings.NewReader(large))
		req.Host = "careers.example.com"
		rec := httptest.NewRecorder()
		test.s.watched().ServeHTTP(rec, req)
		if rec.Code != test.status {
			t.Errorf("%s %.40s answers %d, want %d: %s", test.method, test.path, rec.Code, test.status, rec.Body)
		}
	}
	if took != 1 {
		t.Errorf("%d deliveries were taken in, want 1", took)
	}
}

// TestWebhookTakesItsTime: a delivery may take longer to arrive than what
// readers send, through all that stands before it.
func TestWebhookTakesItsTime(t *testing.T) {
	t.Parallel()
	s, err := newWatched(Options{Store: history.NewStore(history.Options{}), Local: true, Webhook: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if err := http.NewResponseController(w).SetReadDeadline(time.Now().Add(time.Minute)); err != nil {
			t.Errorf("the time of a delivery cannot be set: %v", err)
		}
		w.WriteHeader(http.StatusAccepted)
	})})
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(s.Handler())
	defer srv.Close()
	res, err := http.Post(srv.URL+WebhookPath, "application/json", strings.NewReader("{}"))
	if err != nil {
		t.Fatal(err)
	}
	if res.Body.Close(); res.StatusCode != http.StatusAccepted {
		t.Errorf("got %d", res.StatusCode)
	}
}
