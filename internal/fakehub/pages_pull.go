package fakehub

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

type pullPage struct {
	page
	pullLine
	Body         prose
	Merging      string // whether it can be merged, and what is in the way
	Commits      []commitLine
	Conversation []said
	Checks       []checkShown
	Statuses     []string
	Files        []fileShown
	Elsewhere    []annotation // on lines that the difference does not show
	Happened     []happened
}

type commitLine struct {
	SHA, Subject, Author string
	At                   time.Time
}

// said is a comment or a review.
type said struct {
	Anchor, By, How string
	At, Edited      time.Time
	Text            prose
}

type checkShown struct {
	Anchor, Name, Conclusion, Title string
	Started, Completed              time.Time
	Summary, Text                   prose
	Annotations                     []annotation
}

// annotation is a finding beside a line.
type annotation struct {
	Path                       string
	Line                       int
	Level, Title, Message, Raw string
}

// pullPage is all that there is to see of a pull request.
func (r *Repo) pullPage(p pull) (pullPage, error) {
	out := pullPage{page: page{Title: fmt.Sprintf("%s, pull request %d", p.title, p.number), Repo: r.FullName()}, pullLine: r.pullLine(p), Body: newProse(p.body), Merging: r.merging(p)}
	commits, err := r.pullCommits(p)
	if err != nil {
		return out, err
	}
	for _, c := range commits {
		subject, _, _ := strings.Cut(c.message, "\n")
		out.Commits = append(out.Commits, commitLine{brief(c.sha), subject, c.author.name, c.author.at})
	}
	for _, k := range r.checksAt(p.headSHA) {
		out.Checks = append(out.Checks, shownCheck(k))
	}
	for _, m := range r.marksAt(p.headSHA, now) {
		out.Statuses = append(out.Statuses, fmt.Sprintf("%s: %s. %s", m.context, m.state, m.description))
	}
	out.Conversation = r.conversation(p)
	out.Happened = r.happenings(func(is happening) bool {
		return is.pull == p.number || slices.ContainsFunc(commits, func(c commit) bool { return c.sha == is.head }) || p.merged && is.head == p.mergeCommit
	})
	return out, r.showFiles(p, &out)
}

// merging says whether a pull request can be merged.
func (r *Repo) merging(p pull) string {
	switch r.mergeState(p) {
	case "dirty":
		return "It cannot be merged: it changes the same lines as the base."
	case "draft":
		return "It cannot be merged while it is a draft."
	case "blocked":
		return "Merging is held up: " + r.mayMerge(p, p.headSHA).Error() + "."
	case "clean":
		return "It can be merged."
	}
	switch {
	case p.merged:
		return fmt.Sprintf("%s merged it as %s.", p.mergedBy, brief(p.mergeCommit))
	case p.state != "open":
		return "It was closed without being merged."
	}
	return "Whether it can be merged is not known yet."
}

// conversation are the comments and reviews, oldest first.
func (r *Repo) conversation(p pull) []said {
	type entry struct {
		id int
		said
	}
	var all []entry
	for _, m := range r.commentsOf(p.number, now) {
		is := said{Anchor: fmt.Sprintf("issuecomment-%d", m.id), By: m.author, How: "commented", At: m.made, Text: newProse(m.body)}
		if m.updated.After(m.made) {
			is.Edited = m.updated
		}
		all = append(all, entry{m.id, is})
	}
	for _, v := range r.reviewsOf(p.number, now) {
		how := reviewed[v.state]
		switch notes := len(r.notesIn(v)); {
		case notes == 1:
			how += ", with 1 comment on a line"
		case notes > 1:
			how += fmt.Sprintf(", with %d comments on lines", notes)
		}
		if v.sha != p.headSHA {
			how += ", at an older commit"
		}
		all = append(all, entry{v.id, said{Anchor: fmt.Sprintf("pullrequestreview-%d", v.id), By: v.author, How: how, At: v.submitted, Text: newProse(v.body)}})
	}
	slices.SortStableFunc(all, func(a, b entry) int { return a.id - b.id })
	var out []said
	for _, e := range all {
		out = append(out, e.said)
	}
	return out
}

// notesIn are the comments on lines that came with a review.
func (r *Repo) notesIn(v review) []note {
	return slices.DeleteFunc(r.notesOf(v.pull, now), func(m note) bool { return m.review != v.id })
}

func shownCheck(k check) checkShown {
	out := checkShown{Anchor: fmt.Sprintf("check-%d", k.id), Name: k.name, Conclusion: conclusionWords(k), Title: k.title, Started: k.started,
		Completed: k.completed, Summary: newProse(k.summary), Text: newProse(k.body)}
	for _, a := range k.annotations {
		word := func(name string) string { s, _ := a[name].(string); return s }
		line, _ := a["end_line"].(float64)
		out.Annotations = append(out.Annotations, annotation{word("path"), int(line), word("annotation_level"), word("title"), word("message"), word("raw_details")})
	}
	return out
}
