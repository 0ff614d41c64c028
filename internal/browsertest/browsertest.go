// Package browsertest is the only package that drives a browser: it opens pages
// in Chromium for tests, and holds what must be so of each, axe-core's rules
// for people who see or move otherwise among them.
package browsertest

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
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
	axeScript       = "server/testdata/browser/node_modules/axe-core/axe.min.js"
)

// Browser is one Chromium with one tab, and what went wrong in it.
type Browser struct {
	Ctx  context.Context // of the tab
	URL  string          // of the server whose pages are opened
	may  []string        // addresses that pages may ask
	axe  string
	mu   sync.Mutex
	said []string
}

// Start starts Chromium for the pages of a server, and of others that are named
// with it. It ends with the test.
func Start(t testing.TB, url string, others ...string) *Browser {
	t.Helper()
	b := &Browser{URL: url, may: append(others, url), axe: readAxe(t)}
	opts := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(findChromium(t)), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-dev-shm-usage", true),
		chromedp.Flag("host-resolver-rules", "MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"),
		chromedp.UserDataDir(t.TempDir()), chromedp.WSURLReadTimeout(time.Minute))
	ctx, stop := chromedp.NewExecAllocator(context.Background(), opts...)
	t.Cleanup(stop)
	ctx, stop = chromedp.NewContext(ctx)
	t.Cleanup(stop)
	ctx, stop = context.WithTimeout(ctx, 10*time.Minute)
	t.Cleanup(stop)
	b.Ctx = ctx
	chromedp.ListenTarget(ctx, b.listen)
	if err := chromedp.Run(ctx, network.Enable(), cdplog.Enable()); err != nil {
		t.Fatalf("starting Chromium: %v", err)
	}
	return b
}

func findChromium(t testing.TB) string {
	t.Helper()
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	t.Fatalf("The browser tests need Chromium, and there is none. Install it: %s", installChromium)
	return ""
}

func readAxe(t testing.TB) string {
	t.Helper()
	root, err := os.Getwd()
	for err == nil {
		if _, gone := os.Stat(filepath.Join(root, "go.mod")); gone == nil || root == filepath.Dir(root) {
			break
		}
		root = filepath.Dir(root)
	}
	b, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(axeScript)))
	if err != nil {
		t.Fatalf("The browser tests need axe-core, and it is not there. Install it at the root of the repository: %s", installAxe)
	}
	return string(b)
}

// listen notes what the console says, what fails, and who else is asked.
func (b *Browser) listen(event any) {
	switch e := event.(type) {
	case *cdpruntime.EventConsoleAPICalled:
		b.note("the console says %s: %s", e.Type, consoleText(e))
	case *cdpruntime.EventExceptionThrown:
		b.note("a script fails: %s", e.ExceptionDetails.Error())
	case *cdplog.EventEntryAdded:
		b.note("the log says %s: %s %s", e.Entry.Level, e.Entry.Text, e.Entry.URL)
	case *network.EventRequestWillBeSent:
		// The browser draws its own calendar button from a data address.
		ours := func(at string) bool { return strings.HasPrefix(e.Request.URL, at+"/") }
		if !slices.ContainsFunc(b.may, ours) && !strings.HasPrefix(e.Request.URL, "data:") {
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

func (b *Browser) note(format string, args ...any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.said = append(b.said, fmt.Sprintf(format, args...))
}

// Noted is what went wrong since it was last asked for.
func (b *Browser) Noted() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	said := b.said
	b.said = nil
	return said
}

// Run runs actions in the tab.
func (b *Browser) Run(t testing.TB, actions ...chromedp.Action) {
	t.Helper()
	if err := chromedp.Run(b.Ctx, actions...); err != nil {
		t.Fatal(err)
	}
}

// Eval is the value of an expression on the page.
func Eval[T any](t testing.TB, b *Browser, expression string) T {
	t.Helper()
	var v T
	b.Run(t, chromedp.Evaluate(expression, &v))
	return v
}

// Screen is how a page is looked at.
type Screen struct {
	Name          string
	Width, Height int64
	Scheme        string // light or dark
}

// Screens are a desk and a phone, by day and by night.
var Screens = []Screen{
	{"wide-light", 1440, 900, "light"}, {"wide-dark", 1440, 900, "dark"},
	{"narrow-light", 390, 844, "light"}, {"narrow-dark", 390, 844, "dark"},
}

// Show sets how pages are looked at.
func (b *Browser) Show(t testing.TB, sc Screen) {
	t.Helper()
	b.Run(t, chromedp.EmulateViewport(sc.Width, sc.Height),
		emulation.SetEmulatedMedia().WithFeatures([]*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: sc.Scheme}}))
}

// Open opens a page of the server, or of another by its whole address.
func (b *Browser) Open(t testing.TB, path string) {
	t.Helper()
	if !strings.Contains(path, "://") {
		path = b.URL + path
	}
	b.Run(t, chromedp.Navigate(path))
}

// Path is where the browser is, without the server.
func (b *Browser) Path(t testing.TB) string {
	t.Helper()
	return strings.TrimPrefix(Eval[string](t, b, "location.href"), b.URL)
}

// violations are what axe-core finds, a line each.
func (b *Browser) violations(t testing.TB) []string {
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
	b.Run(t, chromedp.Evaluate(b.axe+";0", nil), chromedp.Evaluate(
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

// Screenshot keeps a picture of what the screen shows where MILEPOST_SCREENSHOTS
// names a directory.
func (b *Browser) Screenshot(t testing.TB, name string) {
	t.Helper()
	if Pictures() != "" {
		var png []byte
		b.Run(t, chromedp.CaptureScreenshot(&png))
		Keep(t, name+".png", png)
	}
}

// Pictures is the directory that pictures are kept in, "" for none.
func Pictures() string { return os.Getenv("MILEPOST_SCREENSHOTS") }

// Whole keeps a picture of the whole page, or of what a selector finds in it,
// as Screenshot does.
func (b *Browser) Whole(t testing.TB, name, selector string) {
	t.Helper()
	if Pictures() == "" {
		return
	}
	var png []byte
	take := chromedp.FullScreenshot(&png, 100)
	if selector != "" {
		take = chromedp.Screenshot(selector, &png, chromedp.ByQuery)
	}
	b.Run(t, take)
	Keep(t, name+".png", png)
}

// Keep writes a picture.
func Keep(t testing.TB, name string, picture []byte) {
	t.Helper()
	if err := os.MkdirAll(Pictures(), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(Pictures(), name), picture, 0o644); err != nil {
		t.Fatal(err)
	}
}

// Look checks what holds for every page: axe-core finds nothing, it is no wider
// than the screen, and has one style sheet.
func (b *Browser) Look(t testing.TB, what string) {
	t.Helper()
	for _, v := range b.violations(t) {
		t.Errorf("%s: %s", what, v)
	}
	if over := Eval[int](t, b, "document.documentElement.scrollWidth - document.documentElement.clientWidth"); over > 0 {
		t.Errorf("%s: the page is %d pixels wider than the screen", what, over)
	}
	if styled := Eval[int](t, b, "document.styleSheets.length"); styled != 1 {
		t.Errorf("%s: %d style sheets are loaded", what, styled)
	}
}

// Quiet checks that nothing was said in the console, nothing failed, and nobody
// else was asked since the last time.
func (b *Browser) Quiet(t testing.TB, what string) {
	t.Helper()
	for _, said := range b.Noted() {
		t.Errorf("%s: %s", what, said)
	}
}
