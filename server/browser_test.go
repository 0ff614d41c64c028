package server

import (
	"net/http/httptest"
	"testing"

	"github.com/milepost-dev/milepost/internal/browsertest"
)

// browser is Chromium, at the pages of a server.
type browser struct{ *browsertest.Browser }

// screens are how pages are looked at.
var screens = browsertest.Screens

func openBrowser(t *testing.T, s *Server) *browser {
	t.Helper()
	srv := httptest.NewServer(s.watched())
	t.Cleanup(srv.Close)
	return &browser{browsertest.Start(t, srv.URL)}
}

// eval is the value of an expression on the page.
func eval[T any](t *testing.T, b *browser, expression string) T {
	t.Helper()
	return browsertest.Eval[T](t, b.Browser, expression)
}
