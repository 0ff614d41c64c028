package fakehub

import (
	"fmt"
	"strings"
	"time"
)

// happening is something that was done in a repository, as its pages tell it.
type happening struct {
	at   time.Time
	pull int    // that it is about, 0 for none
	head string // the commit that it is about, if it is about one
	by   string
	what string
}

// happen notes something that was done: what is a sentence without who did it.
func (r *Repo) happen(p int, head, by, what string, args ...any) {
	if r.happened = append(r.happened, happening{r.hub.now(), p, head, by, fmt.Sprintf(what, args...)}); len(r.happened) > maxLog {
		r.happened = r.happened[1:]
	}
}

func (r *Repo) pullHappened(action string, p pull, by string) {
	what := map[string]string{
		"opened": "opened the pull request", "reopened": "opened it again", "synchronize": "pushed " + brief(p.headSHA),
		"edited": "edited the title, the description or the base", "labeled": "labelled it " + strings.Join(p.labels, ", "),
		"converted_to_draft": "made it a draft", "ready_for_review": "said that it is ready for review", "closed": "closed it without merging it",
	}[action]
	if p.merged && action == "closed" {
		what = "merged it as " + brief(p.mergeCommit)
	}
	r.happen(p.number, "", by, "%s", what)
}

func (r *Repo) checkHappened(action string, k check, by string) {
	switch {
	case action == "created" && k.status == "completed": // the other event tells it
	case action == "created":
		r.happen(0, k.head, by, "began the check %s of %s", k.name, brief(k.head))
	case action == "completed":
		r.happen(0, k.head, by, "completed the check %s of %s: %s", k.name, brief(k.head), k.conclusion)
	default:
		r.happen(0, k.head, by, "asked for the check %s of %s again", k.name, brief(k.head))
	}
}

func (r *Repo) tagHappened(c change, by string) {
	name := strings.TrimPrefix(c.ref, "refs/tags/")
	switch zero {
	case c.old:
		r.happen(0, "", by, "made the tag %s", name)
	case c.new:
		r.happen(0, "", by, "removed the tag %s", name)
	default:
		r.happen(0, "", by, "moved the tag %s", name)
	}
}

// brief is a commit as people name it.
func brief(sha string) string { return sha[:min(len(sha), 10)] }

// reviewed says what a review in a state does.
var reviewed = map[string]string{"APPROVED": "approved it", "CHANGES_REQUESTED": "asked for changes", "COMMENTED": "reviewed it", "DISMISSED": "had a review dismissed", "PENDING": "began a review"}
