package server

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	cdppage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"github.com/milepost-dev/milepost/internal/browsertest"
)

// TestBrowserTime looks at the pages of time with two years of changes, and
// moves along them with a keyboard, and without scripts.
func TestBrowserTime(t *testing.T) {
	t.Parallel()
	b := openBrowser(t, storyServer(t, Options{Local: true}))
	t.Run("pages", b.pagesOfTime)
	t.Run("slider", b.slider)
	t.Run("walking", b.walking)
	t.Run("forms", b.forms)
	t.Run("print", b.printTime)
	t.Run("without scripts", b.timeWithoutScripts)
}

var timePages = []struct{ name, path string }{
	{"time-versions", care + "/versions"},
	{"time-versions-past", care + "/versions?as_of=2025-11-21"},
	{"time-versions-gap", "/frameworks/support-roles/versions?as_of=2026-04-10"},
	{"time-framework", care},
	{"time-known", care + "?as_of=2026-03-15&known_at=2026-02-01"},
	{"time-coming", care + "?as_of=2027-03-15"},
	{"time-corrected", care + "/levels/l3?version=7.0.0"},
	{"time-notes", care + "/versions/6.0.0/notes"},
	{"time-notes-record", care + "/versions/6.0.0/notes?for=record"},
	{"time-diff", care + "/diff?from=5.1.0&to=2027-03-15"},
	{"time-history", care + "/levels/l3/history?from=2025-03-01"},
	{"time-upcoming", "/upcoming"},
}

func (b *browser) pagesOfTime(t *testing.T) {
	for _, sc := range []browsertest.Screen{screens[0], screens[3]} {
		b.Show(t, sc)
		for _, p := range timePages {
			b.Open(t, p.path)
			b.Look(t, p.name+" "+sc.Name)
			b.Quiet(t, p.name+" "+sc.Name)
			b.Screenshot(t, p.name+"-"+sc.Name)
		}
	}
}

// press presses keys by their names, one after the other.
func (b *browser) press(t *testing.T, keys ...string) {
	t.Helper()
	codes := map[string]int64{"ArrowLeft": 37, "ArrowRight": 39, "PageUp": 33, "PageDown": 34, "Home": 36, "End": 35}
	for _, key := range keys {
		b.Run(t, chromedp.ActionFunc(func(ctx context.Context) error {
			if err := input.DispatchKeyEvent(input.KeyDown).WithKey(key).WithCode(key).WithWindowsVirtualKeyCode(codes[key]).Do(ctx); err != nil {
				return err
			}
			return input.DispatchKeyEvent(input.KeyUp).WithKey(key).WithCode(key).WithWindowsVirtualKeyCode(codes[key]).Do(ctx)
		}))
	}
}

// slider moves along the line of time, and holds each stop against the page
// that the server makes of its address.
func (b *browser) slider(t *testing.T) {
	b.Show(t, screens[0])
	b.Open(t, care+"/versions")
	b.Run(t, emulation.SetFocusEmulationEnabled(true), chromedp.WaitVisible("#day"), chromedp.Focus("#day"))
	type stop struct{ Path, Says, Spoken, Chosen, Read, Field, Crumb string }
	look := func() stop {
		return eval[stop](t, b, `(() => {
			const line = (s) => (document.querySelector(s)?.innerText ?? "").replace(/\s+/g, " ").trim();
			const href = (s) => document.querySelector(s)?.getAttribute("href") ?? "";
			return {Path: location.pathname + location.search, Says: line(".asof .says"), Spoken: document.querySelector("#day").getAttribute("aria-valuetext"),
				Chosen: line(".versions > [aria-current] .when"), Read: href(".read"), Field: document.querySelector("#as-of").value, Crumb: href(".crumbs li:last-child a")};
		})()`)
	}
	for _, step := range []struct {
		keys []string
		want string // what the address says
		says string
	}{
		{[]string{"ArrowLeft"}, "?as_of=2026-11-21", "As of 21 November 2026: version 8.3.0 provisional, which is still in force."},
		{[]string{"ArrowRight"}, "", "In force today: version 8.3.0 provisional, since 1 June 2026."},
		{[]string{"PageDown"}, "?as_of=2026-06-01", "As of 1 June 2026: version 8.3.0 provisional, which is still in force."},
		{[]string{"PageDown"}, "?as_of=2026-03-10", "As of 10 March 2026: version 8.1.0 provisional, replaced on 1 June 2026."},
		{[]string{"ArrowLeft"}, "?as_of=2026-03-09", "As of 9 March 2026: version 8.0.0 provisional, replaced on 10 March 2026."},
		{[]string{"PageUp", "PageUp", "PageUp"}, "?as_of=2027-03-01", "As of 1 March 2027: the edition that comes into force on 1 March 2027, as things stand."},
		{[]string{"ArrowLeft"}, "?as_of=2027-02-28", "As of 28 February 2027, a day to come: version 8.3.0 provisional, the text in force today. As things stand, it still holds then."},
		{[]string{"Home"}, "?as_of=2025-01-10", "As of 10 January 2025: version 1.0.0 provisional, replaced on 15 January 2025."},
	} {
		b.press(t, step.keys...)
		got := look()
		if got.Path != care+"/versions"+step.want || got.Says != step.says || got.Spoken != step.says {
			t.Errorf("%v: got %+v, want %s and %q", step.keys, got, step.want, step.says)
		}
		if got.Read != care+step.want || got.Crumb != care+step.want || step.want != "" && !strings.HasSuffix(step.want, got.Field) {
			t.Errorf("%v: the links lead to %+v", step.keys, got)
		}
		// The server says the same of that address.
		b.Run(t, chromedp.Reload(), chromedp.WaitVisible("#day"), chromedp.Focus("#day"))
		if again := look(); again != got {
			t.Errorf("%v: loaded again, the page says %+v, want %+v", step.keys, again, got)
		}
	}
	if got := eval[string](t, b, `getComputedStyle(document.querySelector("#day")).outlineStyle`); got != "solid" {
		t.Errorf("the slider has the focus and the outline %q", got)
	}
	b.Screenshot(t, "time-slider-focus")
	b.Run(t, chromedp.Click(".asof .ways a"), chromedp.WaitNotPresent(".asof.elsewhere"))
	if got := b.Path(t); got != care+"/versions" {
		t.Errorf("today is at %s", got)
	}
	for _, said := range b.Noted() {
		t.Error(said)
	}
}

// walking sees that both days stay while people walk about.
func (b *browser) walking(t *testing.T) {
	b.Show(t, screens[0])
	const days = "as_of=2026-03-15&known_at=2026-02-01"
	b.Open(t, "/?"+days)
	for _, step := range []struct{ click, wait, want string }{
		{`.books a[href*="care-ladder"]`, ".matrix", care + "?" + days},
		{"#l3 a", ".ask", care + "/levels/l3?" + days},
		{".history p a", ".p-history main", care + "/levels/l3/history?" + days},
		{".crumbs li:last-child a", ".ask", care + "/levels/l3?" + days},
		{".pager .next a", ".p-level", care + "/levels/l5?" + days},
		{".crumbs li:nth-child(2) a", ".matrix", care + "?" + days},
		{".parts li:nth-child(2) a", ".timeline", care + "/versions?" + days},
		{`.versions a[href*="/notes"]`, ".release-notes", care + "/versions/7.3.0/notes?" + days},
		{".parts li:nth-child(2) a", ".release-notes.managers", care + "/versions/7.3.0/notes?as_of=2026-03-15&for=managers&known_at=2026-02-01"},
		{".crumbs li:last-child a", ".timeline", care + "/versions?" + days},
		{".parts li:nth-child(3) a", ".range", care + "/diff?" + days},
		{".crumbs li:first-child a", ".books", "/?" + days},
	} {
		b.Run(t, chromedp.Click(step.click), chromedp.WaitVisible(step.wait))
		if got := b.Path(t); got != step.want {
			t.Fatalf("%s leads to %s, want %s", step.click, got, step.want)
		}
		if got := eval[string](t, b, `document.querySelector(".asof .says").innerText`); !strings.HasPrefix(got, "As of 15 March 2026, as it was known on 1 February 2026") {
			t.Errorf("%s: the bar says %q", step.want, got)
		}
	}
}

// forms sees that what is left empty does not stand in the address.
func (b *browser) forms(t *testing.T) {
	b.Show(t, screens[0])
	b.Open(t, care+"/levels/l3/history")
	b.Run(t, chromedp.Evaluate(`document.querySelector("#from").value = "2025-03-15"`, nil), chromedp.Click("main form button"), chromedp.WaitVisible("h1 time"))
	if got := b.Path(t); got != care+"/levels/l3/history?from=2025-03-15" {
		t.Errorf("the history is at %s", got)
	}
	b.Open(t, care)
	b.Run(t, chromedp.Click(".known summary"), chromedp.WaitVisible("#known-at"),
		chromedp.Evaluate(`document.querySelector("#as-of").value = "2025-11-21"; document.querySelector("#known-at").value = "2025-11-21"`, nil),
		chromedp.Click(".dateform button"), chromedp.WaitVisible(".asof.elsewhere"))
	if got := eval[string](t, b, `document.querySelector(".asof .says").innerText`); b.Path(t) != care+"?as_of=2025-11-21&known_at=2025-11-21" || !strings.Contains(got, "As of 21 November 2025, as it was known that day: version 7.0.0") {
		t.Errorf("both days lead to %s, which says %q", b.Path(t), got)
	}
	b.Open(t, care+"/diff?from=7.0.0&to=8.3.0")
	b.Run(t, chromedp.Click(".choose summary"), chromedp.SetValue("#for-level", "l3"), chromedp.SetValue("#to", "9.0.0-next.20260901T100000Z"), chromedp.Click(".choose .pair button"), chromedp.WaitReady(`#for-level option[value="l3"][selected]`))
	if got := b.Path(t); got != care+"/diff?from=7.0.0&to=9.0.0-next.20260901T100000Z&level=l3" {
		t.Errorf("comparing leads to %s", got)
	}
}

// printTime sees that notes are printed on A4, without the way to other pages.
func (b *browser) printTime(t *testing.T) {
	b.Show(t, screens[0])
	b.Open(t, care+"/versions/6.0.0/notes")
	var pdf []byte
	b.Run(t, chromedp.ActionFunc(func(ctx context.Context) (err error) {
		pdf, _, err = cdppage.PrintToPDF().WithPreferCSSPageSize(true).WithPaperWidth(8.27).WithPaperHeight(11.69).Do(ctx)
		return err
	}))
	if m := mediaBox.FindSubmatch(pdf); m == nil || string(m[1]) != "595" {
		t.Errorf("the notes are printed on %q", m)
	}
	b.Run(t, emulation.SetEmulatedMedia().WithMedia("print"))
	for _, gone := range []string{".parts", ".asof", ".links", ".crumbs"} {
		if eval[bool](t, b, fmt.Sprintf(`document.querySelector(%q).checkVisibility()`, gone)) {
			t.Errorf("%s is printed", gone)
		}
	}
	b.Screenshot(t, "time-notes-print")
	b.Run(t, emulation.SetEmulatedMedia().WithMedia(""))
}

// timeWithoutScripts sees that the versions can be read, and a day chosen,
// without any script.
func (b *browser) timeWithoutScripts(t *testing.T) {
	b.Show(t, screens[0])
	b.Run(t, emulation.SetScriptExecutionDisabled(true))
	b.Open(t, care+"/versions")
	if eval[bool](t, b, `document.querySelector("#day").checkVisibility()`) {
		t.Errorf("without scripts there is a slider that does nothing")
	}
	if got := eval[int](t, b, `document.querySelectorAll(".versions > li a").length`); got < 50 {
		t.Errorf("without scripts the versions have %d links", got)
	}
	b.Run(t, chromedp.Evaluate(`document.querySelector("#as-of").value = "2025-11-21"`, nil), chromedp.Click(".dateform button"), chromedp.WaitVisible(".asof.elsewhere"))
	// An empty field is sent, and counts as not sent.
	if got := b.Path(t); got != care+"/versions?as_of=2025-11-21&known_at=" {
		t.Errorf("without scripts the date leads to %s", got)
	}
	if got := eval[string](t, b, `document.querySelector(".versions > [aria-current] .when").innerText`); !strings.Contains(got, "20 November 2025") {
		t.Errorf("the version of that day is not marked: %q", got)
	}
	b.Run(t, chromedp.Click(`.parts a`), chromedp.WaitVisible(".matrix"))
	if got := b.Path(t); got != care+"?as_of=2025-11-21" {
		t.Errorf("the text is at %s", got)
	}
	b.Run(t, emulation.SetScriptExecutionDisabled(false))
}
