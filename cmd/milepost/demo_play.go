package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/milepost-dev/milepost/internal/fakehub"
	"github.com/milepost-dev/milepost/webhook"
)

// What HR asks of engineers anew: first without the quote at its end.
const (
	demoAfter = "shows them how to find answers themselves\"\n"
	demoWish  = "Helps a new colleague through their first weeks"
	demoSlip  = "\t\t\t\"" + demoWish + "\n"
	demoRight = "\t\t\t\"" + demoWish + "\"\n"
)

// play is the whole way of a change. The error names the step that did not
// come true.
func (d *demo) play(ctx context.Context) error {
	d.opening()
	for _, step := range []struct {
		title string
		do    func(context.Context) error
	}{
		{"The text that is in force gets its tag and its release", d.firstRelease},
		{"HR opens a pull request, with a slip in it", d.open},
		{"The check says what needs a change", d.refuse},
		{"HR mends it", d.mend},
		{"The check says what the change means, and for whom", d.accept},
		{"It is merged", d.merge},
		{"The new version gets its tag and its release, exactly once", d.secondRelease},
		{"The ladder as of yesterday, and as of today", d.askBoth},
	} {
		d.begin(step.title)
		limited, cancel := context.WithTimeoutCause(ctx, d.patience, fmt.Errorf("it took longer than %s", d.patience))
		err := step.do(limited)
		cancel()
		switch {
		case ctx.Err() != nil:
			return errors.New("the demo was interrupted")
		case err != nil:
			return fmt.Errorf("step %d (%s) did not come true: %w", d.steps, step.title, err)
		}
	}
	return d.ending(ctx)
}

func (d *demo) opening() {
	fmt.Fprintf(d.w, "Everything here runs in this program, and on this machine alone:\n")
	d.say("the pages and the API   %s", d.url("/"))
	d.say("a stand-in for GitHub   %s", d.standIn(""))
	fmt.Fprintf(d.w, "Watch it at %s: the page shows by itself what comes.\n", d.standIn(""))
}

func (d *demo) ending(ctx context.Context) error {
	if v := d.hub.Violations(); len(v) > 0 {
		return fmt.Errorf("GitHub would have refused what was asked of it: %s", v[0])
	}
	fmt.Fprintf(d.w, "\n%s\n", d.in(green, "All of it came true."))
	if !d.keep {
		fmt.Fprintf(d.w, "With --keep it stays up, to be looked at.\n")
		return nil
	}
	d.say("the ladder           %s", d.url("/frameworks/"+demoLadder))
	d.say("what staff are told  %s", d.url("/frameworks/"+demoLadder+"/versions/2.0.0/notes"))
	d.say("the pull request     %s", d.standIn(fmt.Sprintf("/pull/%d", d.pull)))
	d.say("its preview          %s", d.url(fmt.Sprintf("/pulls/%d", d.pull)))
	d.say("the API              %s", d.url("/v1/frameworks/"+demoLadder))
	fmt.Fprintf(d.w, "It stays up until you press Ctrl-C.\n")
	<-ctx.Done()
	return nil
}

// until looks again and again until something is true. The error says what was
// last seen in its place.
func (d *demo) until(ctx context.Context, is func(fakehub.RepoState) (bool, string)) error {
	for {
		s, err := d.repo.State()
		if err != nil {
			return err
		}
		ok, seen := is(s)
		if ok {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%w (last seen: %s)", context.Cause(ctx), seen)
		case <-time.After(50 * time.Millisecond):
		}
	}
}

func (d *demo) firstRelease(ctx context.Context) error {
	d.say("It was written %d months ago, and nobody had given it a number.", demoMonths)
	return d.released(ctx, "1.0.0")
}

// released waits for the release of a version, and tells it.
func (d *demo) released(ctx context.Context, version string) error {
	var found fakehub.ReleaseState
	err := d.until(ctx, func(s fakehub.RepoState) (bool, string) {
		for _, r := range s.Releases {
			if strings.HasSuffix(r.Tag, version) {
				found = r
				return true, ""
			}
		}
		return false, fmt.Sprintf("%d tags, %d releases", len(s.Tags), len(s.Releases))
	})
	if err == nil {
		d.say("Tag:     %s", found.Tag)
		d.say("Release: %s", found.Name)
	}
	return err
}

// wish is the file with what HR adds to it.
func (d *demo) wish(line string) (map[string]string, error) {
	if strings.Count(d.level, demoAfter) != 1 {
		return nil, fmt.Errorf("%s is not the one that this demo edits", demoFile)
	}
	return map[string]string{demoFile: strings.Replace(d.level, demoAfter, demoAfter+line, 1)}, nil
}

func (d *demo) open(context.Context) error {
	files, err := d.wish(demoSlip)
	if err != nil {
		return err
	}
	d.pull, err = d.repo.OpenPull(fakehub.PullOptions{
		Branch: "first-weeks", Files: files, Title: "Engineers help new colleagues", Author: "hanna",
	})
	if err != nil {
		return err
	}
	d.say("Pull request #%d, %q: one line more in %s.", d.pull, "Engineers help new colleagues", demoFile)
	d.quote("+ " + strings.TrimSpace(demoSlip) + "\n")
	d.say("To be watched at %s", d.standIn(fmt.Sprintf("/pull/%d", d.pull)))
	return d.repo.ComputeMerges()
}

// checked waits for the check of the newest commit, and for a comment with a word
// that only the one that goes with it has: it comes after the check.
func (d *demo) checked(ctx context.Context, conclusion, word string) error {
	var check fakehub.CheckState
	var comment string
	err := d.until(ctx, func(s fakehub.RepoState) (bool, string) {
		check, comment = fakehub.CheckState{}, ""
		for _, k := range s.Checks {
			if k.Name == webhook.CheckName && k.Head == headOf(s, d.pull) {
				check = k
			}
		}
		for _, c := range s.Comments {
			if c.Pull == d.pull {
				comment = c.Body
			}
		}
		seen := strings.TrimSpace(check.Status + " " + check.Conclusion + " " + check.Title)
		return check.Conclusion == conclusion && strings.Contains(comment, word), fmt.Sprintf("the check is %q", seen)
	})
	if err != nil {
		return err
	}
	colour := green
	if conclusion != "success" {
		colour = red
	}
	d.say("Check:   %s, %s", d.in(colour, conclusion), check.Title)
	for _, a := range check.Annotations {
		d.say("Beside:  %s", beside(a))
	}
	d.say("Comment:")
	d.quote(readable(comment))
	return nil
}

// beside is where an annotation stands and what it is called: the comment has
// all of its words.
func beside(annotation string) string {
	place, said, _ := strings.Cut(annotation, " failure ")
	if dash := strings.LastIndex(place, "-"); dash > 0 {
		place = place[:dash]
	}
	title, _, _ := strings.Cut(said, ":")
	return place + ", " + title
}

func headOf(s fakehub.RepoState, pull int) string {
	for _, p := range s.Pulls {
		if p.Number == pull {
			return p.Head
		}
	}
	return ""
}

func (d *demo) refuse(ctx context.Context) error {
	if err := d.checked(ctx, "failure", "l2.cue"); err != nil {
		return err
	}
	_, err := d.repo.MergePull(d.pull, fakehub.Squash)
	if err == nil {
		return errors.New("a change with a slip could be merged")
	}
	d.say("Merging it is refused: %s.", err)
	return nil
}

func (d *demo) mend(context.Context) error {
	files, err := d.wish(demoRight)
	if err != nil {
		return err
	}
	if _, err := d.repo.PushAs(fakehub.PushOptions{Branch: "first-weeks", Files: files, Message: "Close the quote", By: "hanna"}); err != nil {
		return err
	}
	d.quote("+ " + strings.TrimSpace(demoRight) + "\n")
	return d.repo.ComputeMerges()
}

func (d *demo) accept(ctx context.Context) error {
	if err := d.checked(ctx, "success", "version 2.0.0"); err != nil {
		return err
	}
	at := d.url(fmt.Sprintf("/pulls/%d", d.pull))
	d.say("The texts as they would be: %s", at)
	page, err := get(ctx, at)
	if err == nil && !strings.Contains(string(page), demoWish) {
		err = fmt.Errorf("the page %s does not show what is proposed", at)
	}
	return err
}

func (d *demo) merge(context.Context) error {
	sha, err := d.repo.MergePull(d.pull, fakehub.Squash)
	if err != nil {
		return err
	}
	date, err := d.repo.Git("show", "-s", "--format=%ct", sha)
	if err != nil {
		return err
	}
	var at int64
	if _, err := fmt.Sscan(date, &at); err != nil {
		return err
	}
	d.merged = time.Unix(at, 0).UTC()
	d.say("By hanna, on %s, as commit %.12s.", d.merged.Format("2 January 2006"), sha)
	return nil
}

func (d *demo) secondRelease(ctx context.Context) error {
	if err := d.released(ctx, "2.0.0"); err != nil {
		return err
	}
	again := 0
	for _, e := range d.hub.Deliveries() {
		if e.Redelivery {
			continue
		}
		if err := d.hub.Redeliver(e.ID); err == nil { // what is pending still comes in any case
			again++
		}
	}
	if err := d.quiet(ctx); err != nil {
		return err
	}
	s, err := d.repo.State()
	if err != nil {
		return err
	}
	var tags, releases []string
	for _, t := range s.Tags {
		tags = append(tags, t.Name)
	}
	for _, r := range s.Releases {
		releases = append(releases, r.Tag)
	}
	slices.Sort(releases)
	if len(tags) != 2 || !slices.Equal(tags, releases) || len(s.Comments) != 1 {
		return fmt.Errorf("after all was told twice there are tags %v, releases of %v, and %d comments", tags, releases, len(s.Comments))
	}
	d.say("Everything that GitHub tells was told once more (%d deliveries): still 2 tags, 2 releases, 1 comment.", again)
	return nil
}

// quiet waits until nothing is pending, and nothing was asked of the stand-in
// for a second.
func (d *demo) quiet(ctx context.Context) error {
	calls, since := -1, time.Now()
	return d.until(ctx, func(fakehub.RepoState) (bool, string) {
		pending := 0
		for _, e := range d.hub.Deliveries() {
			if e.StatusCode == 0 && e.Error == "" {
				pending++
			}
		}
		if n := len(d.hub.Calls()); n != calls || pending > 0 {
			calls, since = n, time.Now()
		}
		return time.Since(since) > time.Second, fmt.Sprintf("%d deliveries pending, %d calls", pending, calls)
	})
}

// askBoth reads a level over the API as of the day before the merge, and of its day.
func (d *demo) askBoth(ctx context.Context) error {
	for _, q := range []struct {
		day, version string
		asked        bool
	}{{d.merged.AddDate(0, 0, -1).Format(time.DateOnly), "1.0.0", false}, {d.merged.Format(time.DateOnly), "2.0.0", true}} {
		if err := d.ask(ctx, q.day, q.version, q.asked); err != nil {
			return err
		}
	}
	return nil
}

// demoAnswer is what is read of the API's answer.
type demoAnswer struct {
	Version struct {
		Number        string    `json:"number"`
		EffectiveFrom time.Time `json:"effective_from"`
	} `json:"version"`
	Level struct {
		Code         string `json:"code"`
		Expectations map[string]struct {
			Items []any `json:"items"`
		} `json:"expectations"`
	} `json:"level"`
}

// ask reads the level as of a day, and holds the answer against what is expected.
func (d *demo) ask(ctx context.Context, day, version string, asked bool) error {
	at := d.url("/v1/frameworks/" + demoLadder + "/levels/l2?as_of=" + day)
	d.say("GET %s", at)
	b, err := get(ctx, at)
	if err != nil {
		return err
	}
	var a demoAnswer
	if err := json.Unmarshal(b, &a); err != nil {
		return fmt.Errorf("reading the answer: %w", err)
	}
	items := a.Level.Expectations["mentoring"].Items
	d.quote(fmt.Sprintf("Version %s, in force from %s on. Mentoring, at %s:", a.Version.Number, a.Version.EffectiveFrom.UTC().Format(time.DateOnly), a.Level.Code))
	for _, text := range items {
		d.quote(fmt.Sprintf("- %v", text))
	}
	if a.Version.Number != version || slices.Contains(items, any(demoWish)) != asked {
		return fmt.Errorf("as of %s, version %s was to be answered", day, version)
	}
	return nil
}

// get reads an answer of the server.
func get(ctx context.Context, at string) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, at, nil)
	if err != nil {
		return nil, err
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("the server answered %s to %s", res.Status, at)
	}
	return io.ReadAll(io.LimitReader(res.Body, 4<<20))
}
