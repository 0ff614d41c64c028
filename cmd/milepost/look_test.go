package main

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	cdppage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/google/go-cmp/cmp"

	"github.com/milepost-dev/milepost/internal/browsertest"
	"github.com/milepost-dev/milepost/internal/fakehub"
)

// lookScreens are a small phone and a desk, and for pictures a desk by day.
func lookScreens() []browsertest.Screen {
	out := []browsertest.Screen{{Name: "-narrow", Width: 360, Height: 780, Scheme: "light"}, {Name: "-dark", Width: 1280, Height: 900, Scheme: "dark"}}
	if browsertest.Pictures() != "" {
		out = append(out, browsertest.Screen{Width: 1280, Height: 900, Scheme: "light"})
	}
	return out
}

// TestLook plays six pull requests, and looks at what people see of each: the
// comment and the check on the stand-in for GitHub, and the server's preview.
// Where MILEPOST_SCREENSHOTS names a directory, pictures of all are kept there.
func TestLook(t *testing.T) {
	t.Parallel()
	l := startLookout(t)
	l.until("releases of both texts", func(s fakehub.RepoState) bool { return len(s.Releases) == 2 })
	pulls := lookPulls()
	for _, p := range pulls {
		l.open(p)
	}
	for _, p := range pulls {
		l.checked(p)
	}
	at := l.repo.CloneURL()
	hub, at := at[:len(at)-len("/example/careers.git")], at[:len(at)-len(".git")]
	b := browsertest.Start(t, l.pages, hub)
	for _, sc := range lookScreens() {
		b.Show(t, sc)
		for _, p := range pulls {
			l.compared(b, p, at, sc.Name)
		}
		b.Open(t, at)
		b.Look(t, "the repository"+sc.Name)
		b.Whole(t, "repository"+sc.Name, "")
		b.Quiet(t, "the repository"+sc.Name)
	}
	for _, p := range pulls {
		l.printed(b, p)
	}
	l.stable(pulls[len(pulls)-1])
	l.merged(b, pulls[0])
	for _, v := range l.hub.Violations() {
		t.Errorf("violation: %s", v)
	}
}

// compared looks at a pull request on the stand-in, and at its preview: both name
// the same versions and days.
func (l *lookout) compared(b *browsertest.Browser, p *lookPull, at, screen string) {
	l.t.Helper()
	what := p.name + screen
	b.Open(l.t, fmt.Sprintf("%s/pull/%d", at, p.number))
	b.Look(l.t, what+" on the stand-in")
	said := versionsAndDays(textIn(l.t, b, "#conversation"))
	b.Whole(l.t, p.name+"-pull"+screen, "")
	b.Whole(l.t, p.name+"-comment"+screen, "#conversation")
	b.Whole(l.t, p.name+"-check"+screen, "#check")
	b.Quiet(l.t, what+" on the stand-in")
	b.Open(l.t, fmt.Sprintf("/pulls/%d", p.number))
	b.Look(l.t, what+" in the preview")
	b.Whole(l.t, p.name+"-preview"+screen, "")
	b.Quiet(l.t, what+" in the preview")
	text := textIn(l.t, b, "main")
	if diff := cmp.Diff(said, versionsAndDays(text)); diff != "" || len(said) == 0 != (p.name == "syntax") {
		l.t.Errorf("%s: the comment (-) and the preview (+) name other versions and dates, or none:\n%s", what, diff)
	}
	for _, want := range []string{"proposed by hanna", "What happens next", p.title} {
		if !strings.Contains(text, want) {
			l.t.Errorf("%s: the preview does not say %q", what, want)
		}
	}
}

func textIn(t *testing.T, b *browsertest.Browser, selector string) string {
	t.Helper()
	return browsertest.Eval[string](t, b, fmt.Sprintf("document.querySelector(%q).textContent", selector))
}

// says are the versions that a change makes, and the days that count for it.
var says = regexp.MustCompile(`(?:becomes|would become|would be|it will then be) version [0-9.]*[0-9]|(?:takes|would take) effect on \d+ \w+ \d{4}`)

// versionsAndDays are the versions and dates that a text names, each once.
func versionsAndDays(text string) []string {
	var out []string
	for _, found := range says.FindAllString(text, -1) {
		m := regexp.MustCompile(`[0-9][0-9.]*[0-9]$|\d+ \w+ \d{4}$`).FindString(found)
		if !slices.Contains(out, m) {
			out = append(out, m)
		}
	}
	slices.Sort(out)
	return out
}

// stable asks for a check again, later that day: it says the same, word by word.
func (l *lookout) stable(p *lookPull) {
	l.t.Helper()
	said := func() (k fakehub.CheckState, runs []int) {
		s, err := l.repo.State()
		l.check(err)
		head := headOf(s, p.number)
		for _, k = range s.Checks {
			if k.Head == head {
				break
			}
		}
		return k, l.repo.Checks(head)
	}
	before, runs := said()
	l.mu.Lock()
	l.at = l.at.Add(10 * time.Minute)
	l.mu.Unlock()
	l.check(l.repo.Rerequest(runs[len(runs)-1]))
	var after fakehub.CheckState
	l.until("the check that was asked for again", func(fakehub.RepoState) bool {
		var now []int
		after, now = said()
		return len(now) > len(runs) && after.Status == "completed"
	})
	if diff := cmp.Diff(before, after); diff != "" {
		l.t.Errorf("%s: asked for again, the check says something else:\n%s", p.name, diff)
	}
}

// merged merges a pull request: nothing says any more that it is in force for
// nobody.
func (l *lookout) merged(b *browsertest.Browser, p *lookPull) {
	l.t.Helper()
	clone := l.repo.CloneURL()
	b.Open(l.t, fmt.Sprintf("%s/pull/%d", strings.TrimSuffix(clone, ".git"), p.number))
	_, err := l.repo.MergePull(p.number, fakehub.Squash)
	l.check(err)
	b.Run(l.t, chromedp.Poll(`document.querySelector("main .state").textContent === "merged"`, nil, chromedp.WithPollingTimeout(time.Minute))) // by itself
	l.until("the release of what was merged", func(s fakehub.RepoState) bool { return len(s.Releases) == 3 })
	page := fmt.Sprintf("/pulls/%d", p.number)
	for range 100 {
		b.Open(l.t, page)
		if strings.Contains(textIn(l.t, b, "main"), "It was taken over") {
			break
		}
		time.Sleep(100 * time.Millisecond)
	}
	if text := textIn(l.t, b, "body"); !strings.Contains(text, "which was taken over") || !strings.Contains(text, "Engineering ladder") || strings.Contains(text, "in force for nobody") {
		l.t.Errorf("a merged change is shown as %q", text)
	}
	b.Look(l.t, "a merged change")
	b.Whole(l.t, p.name+"-merged", "")
	b.Quiet(l.t, "a merged change")
}

// printed prints a preview, and keeps it where pictures are kept.
func (l *lookout) printed(b *browsertest.Browser, p *lookPull) {
	l.t.Helper()
	b.Open(l.t, fmt.Sprintf("/pulls/%d", p.number))
	var pdf []byte
	b.Run(l.t, chromedp.ActionFunc(func(ctx context.Context) (err error) {
		pdf, _, err = cdppage.PrintToPDF().WithPreferCSSPageSize(true).WithPaperWidth(8.27).WithPaperHeight(11.69).Do(ctx)
		return err
	}))
	if browsertest.Pictures() != "" {
		browsertest.Keep(l.t, p.name+"-preview.pdf", pdf)
	}
}
