package server

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	cdplog "github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	cdpruntime "github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// How to install what these tests need. They never pass by skipping.
const (
	installChromium = "apt-get update && apt-get install -y chromium"
	installAxe      = "npm ci --prefix server/testdata/browser"
	axeScript       = "testdata/browser/node_modules/axe-core/axe.min.js"
)

// browser is one Chromium with one tab, and what went wrong in it.
type browser struct {
	ctx  context.Context
	url  string // of the server
	axe  string
	mu   sync.Mutex
	said []string
}

// openBrowser starts Chromium for the pages of a server.
func openBrowser(t *testing.T, s *Server) *browser {
	t.Helper()
	b := &browser{axe: readAxe(t)}
	srv := httptest.NewServer(s.watched())
	t.Cleanup(srv.Close)
	b.url = srv.URL
	opts := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(findChromium(t)), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-dev-shm-usage", true),
		chromedp.Flag("host-resolver-rules", "MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"),
		chromedp.UserDataDir(t.TempDir()), chromedp.WSURLReadTimeout(time.Minute))
	ctx, stop := chromedp.NewExecAllocator(context.Background(), opts...)
	t.Cleanup(stop)
	ctx, stop = chromedp.NewContext(ctx)
	t.Cleanup(stop)
	ctx, stop = context.WithTimeout(ctx, 5*time.Minute)
	t.Cleanup(stop)
	b.ctx = ctx
	chromedp.ListenTarget(ctx, b.listen)
	if err := chromedp.Run(ctx, network.Enable(), cdplog.Enable()); err != nil {
		t.Fatalf("starting Chromium: %v", err)
	}
	return b
}

func findChromium(t *testing.T) string {
	t.Helper()
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	t.Fatalf("The browser tests need Chromium, and there is none. Install it: %s", installChromium)
	return ""
}

func readAxe(t *testing.T) string {
	t.Helper()
	b, err := os.ReadFile(filepath.FromSlash(axeScript))
	if err != nil {
		t.Fatalf("The browser tests need axe-core, and it is not there. Install it at the root of the repository: %s", installAxe)
	}
	return string(b)
}

// listen notes what the console says, what fails, and who else is asked.
func (b *browser) listen(event any) {
	switch e := event.(type) {
	case *cdpruntime.EventConsoleAPICalled:
		b.note("the console says %s: %s", e.Type, consoleText(e))
	case *cdpruntime.EventExceptionThrown:
		b.note("a script fails: %s", e.ExceptionDetails.Error())
	case *cdplog.EventEntryAdded:
		b.note("the log says %s: %s %s", e.Entry.Level, e.Entry.Text, e.Entry.URL)
	case *network.EventRequestWillBeSent:
		// The browser draws its own calendar button from a data address.
		if !strings.HasPrefix(e.Request.URL, b.url+"/") && !strings.HasPrefix(e.Request.URL, "data:") {
			b.note("%s is asked", e.Request.URL)
		}
	}
}

func consoleText(e *cdpruntime.EventConsoleAPICalled) string {
	var parts []string
	for _, a := range e.Args {
		parts = append(parts, string(a.Value))
	}
	return strings.Join(parts, " ")
}

func (b *browser) note(format string, args ...any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.said = append(b.said, fmt.Sprintf(format, args...))
}

// noted is what went wrong since it was last asked for.
func (b *browser) noted() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	said := b.said
	b.said = nil
	return said
}

func (b *browser) run(t *testing.T, actions ...chromedp.Action) {
	t.Helper()
	if err := chromedp.Run(b.ctx, actions...); err != nil {
		t.Fatal(err)
	}
}

// eval is the value of an expression on the page.
func eval[T any](t *testing.T, b *browser, expression string) T {
	t.Helper()
	var v T
	b.run(t, chromedp.Evaluate(expression, &v))
	return v
}

// screen is how a page is looked at.
type screen struct {
	name          string
	width, height int64
	scheme        string
}

var screens = []screen{
	{"wide-light", 1440, 900, "light"}, {"wide-dark", 1440, 900, "dark"},
	{"narrow-light", 390, 844, "light"}, {"narrow-dark", 390, 844, "dark"},
}

func (b *browser) show(t *testing.T, sc screen) {
	t.Helper()
	b.run(t, chromedp.EmulateViewport(sc.width, sc.height),
		emulation.SetEmulatedMedia().WithFeatures([]*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: sc.scheme}}))
}

func (b *browser) open(t *testing.T, path string) {
	t.Helper()
	b.run(t, chromedp.Navigate(b.url+path))
}

// path is where the browser is, without the server.
func (b *browser) path(t *testing.T) string {
	t.Helper()
	return strings.TrimPrefix(eval[string](t, b, "location.href"), b.url)
}

// violations are what axe-core finds, a line each.
func (b *browser) violations(t *testing.T) []string {
	t.Helper()
	var out []struct {
		ID    string `json:"id"`
		Help  string `json:"help"`
		Nodes []struct {
			HTML           string `json:"html"`
			FailureSummary string `json:"failureSummary"`
		} `json:"nodes"`
	}
	var raw string
	b.run(t, chromedp.Evaluate(b.axe+";0", nil), chromedp.Evaluate(
		`axe.run(document, {resultTypes: ["violations"]}).then((r) => JSON.stringify(r.violations))`, &raw,
		func(p *cdpruntime.EvaluateParams) *cdpruntime.EvaluateParams { return p.WithAwaitPromise(true) }))
	if err := json.Unmarshal([]byte(raw), &out); err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, v := range out {
		for _, n := range v.Nodes {
			lines = append(lines, fmt.Sprintf("%s (%s): %.200s: %s", v.ID, v.Help, n.HTML, n.FailureSummary))
		}
	}
	return lines
}

// screenshot keeps a picture where MILEPOST_SCREENSHOTS names a directory.
func (b *browser) screenshot(t *testing.T, name string) {
	t.Helper()
	dir := os.Getenv("MILEPOST_SCREENSHOTS")
	if dir == "" {
		return
	}
	var png []byte
	b.run(t, chromedp.CaptureScreenshot(&png))
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, name+".png"), png, 0o644); err != nil {
		t.Fatal(err)
	}
}
