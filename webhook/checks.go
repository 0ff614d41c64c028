package webhook

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/google/go-github/v60/github"
)

// CheckName is the name of the check, and the context of the commit status.
const CheckName = "milepost"

// run is the newest check run on a commit that is ours.
type run struct {
	id         int64
	status     string
	conclusion string
	external   string
}

// What stands behind the fingerprint in a run's external id, or for it.
const failedID = "failed" // it says that Milepost could not check

// judged says whether the run tells a verdict, and by which fingerprint and
// with which digest.
func (r *run) judged() (fingerprint, digest string, ok bool) {
	if r == nil || r.status != "completed" || r.conclusion != Success && r.conclusion != Failure {
		return "", "", false
	}
	return strings.Cut(r.external, ".")
}

// failed says whether the run tells that Milepost could not check.
func (r *run) failed() bool { return r != nil && r.external == failedID }

// open says whether the run is under way.
func (r *run) open() bool { return r != nil && r.status != "completed" }

// latestRun is the newest of our check runs on a commit, nil where there is none.
func (c *GitHub) latestRun(ctx context.Context, head string) (*run, error) {
	o := &github.ListCheckRunsOptions{CheckName: github.String(CheckName), AppID: &c.auth.appID, ListOptions: github.ListOptions{PerPage: 100}}
	list, _, err := c.check.Checks.ListCheckRunsForRef(ctx, c.owner, c.name, head, o)
	if err != nil {
		return nil, failure(fmt.Sprintf("reading the checks of %.10s", head), err)
	}
	if len(list.CheckRuns) == 0 {
		return nil, nil
	}
	newest := slices.MaxFunc(list.CheckRuns, func(a, b *github.CheckRun) int { return int(a.GetID() - b.GetID()) })
	return &run{newest.GetID(), newest.GetStatus(), newest.GetConclusion(), newest.GetExternalID()}, nil
}

// startRun makes a check run that is under way, and returns its number. Where
// last, the newest so far, is under way too, that is ended, and any before it: a
// server left it that was lost, or one is at work on it beside this one. It is
// not gone on with, since annotations are added to those that a run has: two
// that finish one run would show all of them twice.
func (c *GitHub) startRun(ctx context.Context, last *run, head, external, url string) (int64, error) {
	k, _, err := c.check.Checks.CreateCheckRun(ctx, c.owner, c.name, github.CreateCheckRunOptions{
		Name: CheckName, HeadSHA: head, Status: github.String("in_progress"), ExternalID: textOrNil(external), DetailsURL: textOrNil(url),
		Output: &github.CheckRunOutput{Title: github.String("Being checked"), Summary: github.String("Milepost is looking at this change.")},
	})
	if err != nil {
		return 0, failure(fmt.Sprintf("starting a check of %.10s", head), err)
	}
	if last.open() {
		if err := c.retireRuns(ctx, head, k.GetID(), url); err != nil {
			return 0, err
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.open == nil || len(c.open) == maxOpen {
		c.open = map[int64]bool{}
	}
	c.open[k.GetID()] = true
	return k.GetID(), nil
}

// retireRuns ends the runs on a commit that are under way and older than one.
func (c *GitHub) retireRuns(ctx context.Context, head string, than int64, url string) error {
	o := &github.ListCheckRunsOptions{CheckName: github.String(CheckName), AppID: &c.auth.appID, Filter: github.String("all"),
		Status: github.String("in_progress"), ListOptions: github.ListOptions{PerPage: 100}}
	list, _, err := c.check.Checks.ListCheckRunsForRef(ctx, c.owner, c.name, head, o)
	if err != nil {
		return failure(fmt.Sprintf("reading the checks of %.10s", head), err)
	}
	for _, k := range list.CheckRuns {
		if k.GetID() >= than {
			continue
		}
		if err := c.finishRun(ctx, k.GetID(), "", url, retired); err != nil {
			return err
		}
	}
	return nil
}

// maxOpen bounds how many runs are remembered. Above that those are forgotten
// that are under way, and new ones take their place.
const maxOpen = 1000

// mine says whether a run is under way that we started.
func (c *GitHub) mine(r *run) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return r.open() && c.open[r.id]
}

// finishRun completes a run that is under way: all annotations come with the
// request that does. Whatever is answered, the run is not gone on with: GitHub
// adds annotations to those that a run has, and a request that was given up can
// come about later.
func (c *GitHub) finishRun(ctx context.Context, id int64, external, url string, k Check) error {
	c.mu.Lock()
	delete(c.open, id)
	c.mu.Unlock()
	_, _, err := c.check.Checks.UpdateCheckRun(ctx, c.owner, c.name, id, github.UpdateCheckRunOptions{
		Name: CheckName, DetailsURL: textOrNil(url), ExternalID: &external, Status: github.String("completed"), Conclusion: &k.Conclusion, Output: output(k),
	})
	if err != nil {
		return failure("telling what a check came to", err)
	}
	return nil
}

// retired is said in a run that was left under way, once there is a newer one:
// that counts.
var retired = Check{Conclusion: Cancelled, Title: "Checked anew", Summary: "Another check of this change took the place of this one."}

// renameRun gives a run another external id, and leaves what it says.
func (c *GitHub) renameRun(ctx context.Context, id int64, external string) error {
	_, _, err := c.check.Checks.UpdateCheckRun(ctx, c.owner, c.name, id, github.UpdateCheckRunOptions{Name: CheckName, ExternalID: &external})
	if err != nil {
		return failure("noting that a check still holds", err)
	}
	return nil
}

// maxOutput is how many characters a summary or text may have.
const maxOutput = 65_535

func output(k Check) *github.CheckRunOutput {
	out := &github.CheckRunOutput{Title: &k.Title, Summary: github.String(cut(k.Summary, maxOutput)), Text: textOrNil(cut(k.Text, maxOutput))}
	for _, a := range k.Annotations[:min(len(k.Annotations), maxAnnotations)] {
		n := &github.CheckRunAnnotation{
			Path: &a.Path, StartLine: &a.StartLine, EndLine: &a.EndLine, AnnotationLevel: &a.Level,
			Message: &a.Message, Title: textOrNil(a.Title), RawDetails: textOrNil(a.Raw),
		}
		if a.StartLine == a.EndLine && a.StartColumn > 0 {
			n.StartColumn, n.EndColumn = &a.StartColumn, &a.EndColumn
		}
		out.Annotations = append(out.Annotations, n)
	}
	return out
}

// cut keeps the beginning of a text that is longer than GitHub takes.
func cut(s string, most int) string {
	if utf8.RuneCountInString(s) <= most {
		return s
	}
	return string([]rune(s)[:most-1]) + "…"
}

func textOrNil(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// status is our commit status on a commit.
type status struct{ state, description string }

func (c *GitHub) status(ctx context.Context, head string) (status, error) {
	var out status
	err := pages(func(o github.ListOptions) (*github.Response, error) {
		all, res, err := c.check.Repositories.GetCombinedStatus(ctx, c.owner, c.name, head, &o)
		if err == nil {
			for _, s := range all.Statuses {
				if s.GetContext() == CheckName {
					out = status{s.GetState(), s.GetDescription()}
				}
			}
		}
		return res, err
	})
	if err != nil {
		return status{}, failure(fmt.Sprintf("reading the statuses of %.10s", head), err)
	}
	return out, nil
}

// maxDescription is how many characters the description of a status may have.
const maxDescription = 140

func (c *GitHub) setStatus(ctx context.Context, head, url string, s status) error {
	_, _, err := c.check.Repositories.CreateStatus(ctx, c.owner, c.name, head, &github.RepoStatus{
		State: &s.state, Description: github.String(cut(s.description, maxDescription)), Context: github.String(CheckName), TargetURL: textOrNil(url)})
	if err != nil {
		return failure(fmt.Sprintf("setting the status of %.10s", head), err)
	}
	return nil
}
