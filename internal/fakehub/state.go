package fakehub

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// State is all that lasts in a hub and that a client can bring about, without
// numbers that GitHub gives and without times: two ways to the same end have
// equal states, in any order of calls.
type State struct {
	Repos []RepoState // by name
}

// RepoState is the state of one repository. Lists are sorted by all that they
// say; of what is there twice they say so twice.
type RepoState struct {
	Name     string
	Refs     map[string]string // branches and tags, to the commits that they come to
	Tags     []TagState
	Pulls    []PullState
	Checks   []CheckState  // of each head and name the newest
	Statuses []StatusState // of each commit and context the newest
	Comments []CommentState
	Reviews  []ReviewState
	Notes    []NoteState // review comments
	Releases []ReleaseState
}

// TagState is a tag.
type TagState struct {
	Name, Commit string
	Annotated    bool
	Tagger       string
	Message      string
}

// PullState is a pull request.
type PullState struct {
	Number          int
	Title           string
	State           string // open, closed or merged
	Draft           bool
	Head, Base      string // a commit; a branch
	Labels          []string
	MergeCommit     string
	Approvals, Nays int
}

// CheckState is a check run that counts.
type CheckState struct {
	Head, Name, Status, Conclusion, ExternalID string
	Title, Summary, Text                       string
	Annotations                                []string // "path:line-line level title: message"
	Actions                                    []string // identifiers
	Foreign                                    bool     // another App's
}

// StatusState is a commit status that counts.
type StatusState struct{ SHA, Context, State, Description, TargetURL string }

// CommentState is a comment on a pull request.
type CommentState struct {
	Pull         int
	Author, Body string
}

// ReviewState is a review.
type ReviewState struct {
	Pull                        int
	Author, State, Body, Commit string
}

// NoteState is a review comment; its Line is 0 on a whole file.
type NoteState struct {
	Pull               int
	Author, Path, Side string
	Start, Line        int
	Body, Commit       string
}

// ReleaseState is a release.
type ReleaseState struct {
	Tag, Name, Body   string
	Draft, Prerelease bool
}

// State returns the hub's state. The error is about reading a repository.
func (h *Hub) State() (State, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	var s State
	for _, r := range h.reposOf("") {
		state, err := r.state()
		if err != nil {
			return s, err
		}
		s.Repos = append(s.Repos, state)
	}
	sortAll(s.Repos)
	return s, nil
}

// State returns the repository's state.
func (r *Repo) State() (RepoState, error) {
	r.hub.mu.Lock()
	defer r.hub.mu.Unlock()
	return r.state()
}

// sortAll sorts by what the elements say.
func sortAll[T any](list []T) {
	slices.SortStableFunc(list, func(a, b T) int { return cmp.Compare(fmt.Sprintf("%#v", a), fmt.Sprintf("%#v", b)) })
}

func (r *Repo) state() (RepoState, error) {
	s := RepoState{Name: r.FullName(), Refs: map[string]string{}, Checks: r.checkStates(), Statuses: r.statusStates()}
	for ref, sha := range r.refs {
		s.Refs[ref] = sha
		if name, is := strings.CutPrefix(ref, "refs/tags/"); is {
			t, err := r.tagState(name, sha)
			if err != nil {
				return s, err
			}
			s.Refs[ref] = t.Commit
			s.Tags = append(s.Tags, t)
		}
	}
	for _, p := range r.pulls.list(now) {
		s.Pulls = append(s.Pulls, r.pullState(p))
	}
	for _, m := range r.comments.list(now) {
		s.Comments = append(s.Comments, CommentState{m.issue, m.author, m.body})
	}
	for _, v := range r.reviews.list(now) {
		s.Reviews = append(s.Reviews, ReviewState{v.pull, v.author, v.state, v.body, v.sha})
	}
	for _, m := range r.notes.list(now) {
		s.Notes = append(s.Notes, NoteState{m.pull, m.author, m.path, m.side, m.start, m.line, m.body, m.sha})
	}
	for _, v := range r.releases.list(now) {
		s.Releases = append(s.Releases, ReleaseState{v.tag, v.name, v.body, v.draft, v.pre})
	}
	sortAll(s.Tags)
	sortAll(s.Comments)
	sortAll(s.Reviews)
	sortAll(s.Notes)
	sortAll(s.Releases)
	return s, nil
}

func (r *Repo) tagState(name, sha string) (TagState, error) {
	kind, err := r.git.run("cat-file", "-t", sha)
	if err != nil {
		return TagState{}, err
	}
	t := TagState{Name: name, Commit: r.git.resolve(sha), Annotated: kind == "tag"}
	if !t.Annotated {
		return t, nil
	}
	o, refused := r.renderTag(sha)
	if refused != nil {
		return t, fmt.Errorf("reading the tag %q: %s", name, refused.message)
	}
	t.Message, _ = o["message"].(string)
	if tagger, is := o["tagger"].(obj); is {
		t.Tagger, _ = tagger["name"].(string)
	}
	return t, nil
}

func (r *Repo) pullState(p pull) PullState {
	s := PullState{Number: p.number, Title: p.title, State: p.state, Draft: p.draft, Head: p.headSHA, Base: p.baseRef, MergeCommit: p.mergeCommit}
	if p.merged {
		s.State = "merged"
	}
	s.Labels = slices.Sorted(slices.Values(p.labels))
	s.Approvals, s.Nays = r.approvals(p.number)
	return s
}

func (r *Repo) checkStates() []CheckState {
	newest := map[string]CheckState{}
	for _, k := range r.checks.list(now) {
		s := CheckState{Head: k.head, Name: k.name, Status: k.status, Conclusion: k.conclusion, ExternalID: k.external, Title: k.title, Summary: k.summary, Text: k.body, Foreign: k.foreign}
		for _, a := range k.annotations {
			title, _ := a["title"].(string)
			s.Annotations = append(s.Annotations, fmt.Sprintf("%v:%v-%v %v %s: %v", a["path"], a["start_line"], a["end_line"], a["annotation_level"], title, a["message"]))
		}
		for _, a := range k.actions {
			id, _ := a["identifier"].(string)
			s.Actions = append(s.Actions, id)
		}
		slices.Sort(s.Annotations)
		newest[fmt.Sprint(k.head, " ", k.name, " ", k.foreign)] = s
	}
	var out []CheckState
	for _, key := range sortedKeys(newest) {
		out = append(out, newest[key])
	}
	return out
}

func (r *Repo) statusStates() []StatusState {
	newest := map[string]StatusState{}
	for _, m := range r.marks.list(now) {
		newest[m.sha+" "+m.context] = StatusState{m.sha, m.context, m.state, m.description, m.target}
	}
	var out []StatusState
	for _, key := range sortedKeys(newest) {
		out = append(out, newest[key])
	}
	return out
}
