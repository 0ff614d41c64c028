package server

import (
	"context"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	cdppage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// TestBrowser looks at every page as people do: wide and narrow, light and
// dark, with a mouse, a keyboard and a screen reader's eyes.
func TestBrowser(t *testing.T) {
	t.Parallel()
	r := library(t)
	pulls := proposal(t, r, shelf(t, r.Dir, "").o.Store)
	edit(r)
	s := shelf(t, r.Dir, r.Dir)
	s.o.Pulls, s.o.Local = pulls, true
	b := openBrowser(t, s)
	t.Run("pages", b.everyPage)
	t.Run("as of", b.asOf)
	t.Run("sticky header", b.sticky)
	t.Run("addresses", b.addresses)
	t.Run("keyboard", b.keyboard)
	t.Run("folding", b.folding)
	t.Run("comparing", b.comparing)
	t.Run("print", b.print)
	t.Run("without scripts", b.withoutScripts)
}

var browserPages = []struct{ name, path string }{
	{"list", "/"},
	{"list-past", "/?as_of=2025-01-20"},
	{"matrix", "/frameworks/product-operations-ladder"},
	{"matrix-past", "/frameworks/product-operations-ladder?as_of=2025-03-01"},
	{"matrix-pair", "/frameworks/product-operations-ladder?compare=l3,l4"},
	{"matrix-track", "/frameworks/product-operations-ladder?track=manager&area=ways_of_working"},
	{"matrix-nine", "/frameworks/product-management-ladder"},
	{"matrix-hostile", "/frameworks/support-ladder"},
	{"model", "/frameworks/product-operations-competencies"},
	{"roles", "/frameworks/product-operations-roles"},
	{"roles-working", "/frameworks/product-operations-roles?version=working"},
	{"discipline", "/frameworks/product-operations"},
	{"level", "/frameworks/product-operations-ladder/levels/l4"},
	{"level-past", "/frameworks/product-operations-ladder/levels/l4?as_of=2025-03-01"},
	{"level-hostile", "/frameworks/support-ladder/levels/l1"},
	{"level-cumulative", "/frameworks/support-ladder/levels/l3"},
	{"competency", "/frameworks/product-operations-ladder/competencies/autonomy"},
	{"competency-model", "/frameworks/product-operations-competencies/competencies/data_insights"},
	{"versions", "/frameworks/product-operations-ladder/versions"},
	{"diff", "/frameworks/product-operations-ladder/diff?from=1.0.0"},
	{"diff-working", "/frameworks/product-operations-roles/diff?to=working"},
	{"working", "/working"},
	{"proposed", "/pulls/1"},
	{"proposed-waiting", "/pulls/2"},
	{"proposed-holding", "/pulls/7"},
	{"problems", "/problems"},
	{"explanation", "/problems/before-the-first-version"},
}

// brokenPages answer with a problem; the browser's log says so, and nothing else.
var brokenPages = []struct{ name, path string }{
	{"not-found", "/frameworks/nope"},
	{"gone", "/frameworks/passing"},
	{"before-first", "/frameworks/product-operations-ladder?as_of=2020-01-01"},
	{"not-understood", "/?as_of=yesterday"},
}

func (b *browser) everyPage(t *testing.T) {
	for _, sc := range screens {
		b.Show(t, sc)
		for _, p := range browserPages {
			b.Open(t, p.path)
			b.Look(t, p.name+" "+sc.Name)
			b.Quiet(t, p.name+" "+sc.Name)
			b.Screenshot(t, p.name+"-"+sc.Name)
		}
		for _, p := range brokenPages {
			b.Open(t, p.path)
			b.Look(t, p.name+" "+sc.Name)
			for _, said := range b.Noted() {
				if !strings.Contains(said, "Failed to load resource: the server responded with a status of 4") {
					t.Errorf("%s %s: %s", p.name, sc.Name, said)
				}
			}
			b.Screenshot(t, p.name+"-"+sc.Name)
		}
	}
}

func (b *browser) asOf(t *testing.T) {
	b.Show(t, screens[0])
	b.Open(t, "/frameworks/product-operations-ladder?track=ic")
	b.Run(t, chromedp.Evaluate(`document.querySelector("#as-of").value = "2025-03-01"`, nil), chromedp.Click(".dateform button"), chromedp.WaitVisible(".asof.elsewhere"))
	if got := b.Path(t); got != "/frameworks/product-operations-ladder?track=ic&as_of=2025-03-01" {
		t.Errorf("the date leads to %s", got)
	}
	if got := eval[string](t, b, `document.querySelector(".asof p").innerText`); !strings.Contains(got, "As of 1 March 2025: version 1.0.0") {
		t.Errorf("the page says %q", got)
	}
	b.Run(t, chromedp.Click(`#l4 a`), chromedp.WaitVisible(".ask"))
	if got := b.Path(t); got != "/frameworks/product-operations-ladder/levels/l4?as_of=2025-03-01" {
		t.Errorf("the level is at %s: is the date lost?", got)
	}
	b.Run(t, chromedp.Click(`.asof .ways a:last-child`), chromedp.WaitNotPresent(".asof.elsewhere"), chromedp.WaitVisible(".ask"))
	if got := b.Path(t); got != "/frameworks/product-operations-ladder/levels/l4" {
		t.Errorf("today is at %s", got)
	}
	// Choosing in the calendar shows the day at once.
	b.Run(t, chromedp.Evaluate(`{ const f = document.querySelector("#as-of"); f.value = "2025-07-01"; f.dispatchEvent(new Event("change", {bubbles: true})); }`, nil), chromedp.WaitVisible(".asof.elsewhere"))
	if got := b.Path(t); got != "/frameworks/product-operations-ladder/levels/l4?as_of=2025-07-01" {
		t.Errorf("choosing a day leads to %s", got)
	}
}

func (b *browser) sticky(t *testing.T) {
	b.Show(t, screens[0])
	b.Open(t, "/frameworks/product-operations-ladder")
	type place struct{ FrameTop, FrameLeft, HeadTop, RowLeft, Tracks float64 }
	at := eval[place](t, b, `(() => {
		const frame = document.querySelector(".frame");
		frame.scrollIntoView(); frame.scrollTo(900, 1200);
		const box = (s) => document.querySelector(s).getBoundingClientRect();
		return {FrameTop: box(".frame").top, FrameLeft: box(".frame").left, HeadTop: box(".tracks").top, RowLeft: box("tbody th[scope=row]").left, Tracks: frame.scrollLeft};
	})()`)
	if at.Tracks < 800 || abs(at.HeadTop-at.FrameTop) > 2 || abs(at.RowLeft-at.FrameLeft) > 2 {
		t.Errorf("header row or first column scroll away: %+v", at)
	}
	b.Screenshot(t, "matrix-scrolled")
}

func abs(f float64) float64 { return max(f, -f) }

func (b *browser) addresses(t *testing.T) {
	b.Show(t, screens[0])
	b.Open(t, "/frameworks/product-operations-ladder#l4.complexity")
	if got := eval[string](t, b, `getComputedStyle(document.querySelector("[id='l3.complexity']")).boxShadow`); got == "none" {
		t.Errorf("the cell of an address that shares it is not marked")
	}
	b.Screenshot(t, "matrix-address")
	b.Run(t, chromedp.Focus(`a[href="#l1.autonomy"]`), chromedp.Sleep(300*time.Millisecond))
	if got := eval[string](t, b, `getComputedStyle(document.activeElement).opacity`); got != "1" {
		t.Errorf("the address of a cell has opacity %s when it has the focus", got)
	}
	b.Show(t, screens[2])
	b.Open(t, "/frameworks/product-operations-ladder?as_of=2025-03-01#l4.autonomy")
	b.Run(t, chromedp.WaitVisible(".ask"))
	if got := b.Path(t); got != "/frameworks/product-operations-ladder/levels/l4?as_of=2025-03-01#autonomy" {
		t.Errorf("on a phone the address of a cell leads to %s", got)
	}
}

func (b *browser) keyboard(t *testing.T) {
	b.Show(t, screens[0])
	b.Open(t, "/frameworks/product-operations-ladder")
	tab := chromedp.ActionFunc(func(ctx context.Context) error {
		return input.DispatchKeyEvent(input.KeyDown).WithKey("Tab").WithCode("Tab").WithWindowsVirtualKeyCode(9).Do(ctx)
	})
	b.Run(t, tab)
	if got := eval[string](t, b, `document.activeElement.className + " " + (document.activeElement.getBoundingClientRect().top >= 0)`); got != "skip true" {
		t.Errorf("the first stop is %q, want the link past the header, in view", got)
	}
	for i := range 40 {
		b.Run(t, tab)
		if i == 6 {
			b.Screenshot(t, "focus")
		}
		// The calendar button inside of a date field has its own ring, out of reach of scripts.
		if ring := eval[string](t, b, `document.activeElement.matches("input[type=date]") ? "own" : getComputedStyle(document.activeElement).outlineStyle`); ring == "none" {
			t.Errorf("stop %d, %s, does not show that it has the focus", i, eval[string](t, b, `document.activeElement.outerHTML.slice(0, 120)`))
		}
	}
}

func (b *browser) folding(t *testing.T) {
	b.Show(t, screens[0])
	b.Open(t, "/frameworks/product-operations-ladder/levels/l4")
	open := `document.querySelectorAll("details.same[open]").length`
	before := eval[int](t, b, open)
	b.Run(t, chromedp.Click(".fold"))
	if after := eval[int](t, b, open); before == 0 || after != 0 {
		t.Errorf("%d are open before folding, %d after", before, after)
	}
	b.Screenshot(t, "level-folded")
	b.Run(t, chromedp.Click(".fold"))
	if again := eval[int](t, b, open); again != before {
		t.Errorf("%d are open after unfolding, want %d", again, before)
	}
}

func (b *browser) comparing(t *testing.T) {
	b.Show(t, screens[0])
	b.Open(t, "/frameworks/product-operations-ladder?as_of=2025-03-01")
	b.Run(t, chromedp.SetValue("#compare", "l5"), chromedp.SetValue("#with", "m4"), chromedp.Click(".pair button"), chromedp.WaitVisible(".matrix.two"))
	if got := eval[int](t, b, `document.querySelectorAll(".matrix th[scope=col]").length`); got != 2 {
		t.Errorf("%d levels are shown side by side", got)
	}
	if got := b.Path(t); !strings.Contains(got, "as_of=2025-03-01") {
		t.Errorf("comparing leads to %s: is the date lost?", got)
	}
}

var mediaBox = regexp.MustCompile(`/MediaBox \[0 0 ([0-9]+)[0-9.]* ([0-9]+)`)

// print sees that a matrix is printed on A3 across, and the rest on A4.
func (b *browser) print(t *testing.T) {
	b.Show(t, screens[0])
	for path, want := range map[string]string{
		"/frameworks/product-operations-ladder":                 "1191 841",
		"/frameworks/product-operations-ladder/levels/l4":       "595 841",
		"/frameworks/product-operations-ladder/diff?from=1.0.0": "595 841",
		"/pulls/1": "595 841 1191 841 595 841", // its matrix across, what stands around it not
	} {
		b.Open(t, path)
		var pdf []byte
		b.Run(t, chromedp.ActionFunc(func(ctx context.Context) (err error) {
			pdf, _, err = cdppage.PrintToPDF().WithPreferCSSPageSize(true).WithPaperWidth(8.27).WithPaperHeight(11.69).Do(ctx)
			return err
		}))
		var got []string
		for _, m := range mediaBox.FindAllSubmatch(pdf, -1) {
			if size := string(m[1]) + " " + string(m[2]); len(got) == 0 || got[len(got)-1] != size {
				got = append(got, size)
			}
		}
		if !strings.HasPrefix(strings.Join(got, " "), want) {
			t.Errorf("%s is printed on %q, want %s", path, got, want)
		}
	}
}

// withoutScripts sees that the date can be chosen and the text read without
// any script.
func (b *browser) withoutScripts(t *testing.T) {
	b.Show(t, screens[0])
	b.Run(t, emulation.SetScriptExecutionDisabled(true))
	b.Open(t, "/frameworks/product-operations-ladder/levels/l4")
	b.Run(t, chromedp.Evaluate(`document.querySelector("#as-of").value = "2025-03-01"`, nil), chromedp.Click(".dateform button"), chromedp.WaitVisible(".asof.elsewhere"))
	if got := b.Path(t); got != "/frameworks/product-operations-ladder/levels/l4?as_of=2025-03-01&known_at=" {
		t.Errorf("without scripts the date leads to %s", got)
	}
	if eval[bool](t, b, `document.querySelector(".fold").checkVisibility()`) {
		t.Errorf("without scripts there is a button that does nothing")
	}
	b.Run(t, emulation.SetScriptExecutionDisabled(false))
}
