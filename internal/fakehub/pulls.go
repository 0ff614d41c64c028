package fakehub

import (
	"errors"
	"fmt"
	"time"
)

// pull is a pull request.
type pull struct {
	number, id            int
	title, body, author   string
	headRepo              *Repo
	headRef, headSHA      string
	baseRef, baseSHA      string // the base's tip when the head last moved, as GitHub has it
	state                 string // open or closed
	draft, merged, locked bool
	mergedBy, mergeCommit string
	onto                  string // the base's tip before it was merged
	test                  string // the test merge
	mergeable             *bool  // nil if it is not known yet
	reads                 int    // since it is not known
	made, updated         time.Time
	closedAt, mergedAt    time.Time
	labels                []string
}

// PullOptions are what a pull request is opened with.
type PullOptions struct {
	Branch string            // its head; made at the base if there is none
	Base   string            // "" is the default branch
	Files  map[string]string // that a commit on the branch writes; none is no commit
	Title  string
	Body   string
	Author string // a login; "" is "ada"
	Draft  bool
	Fork   string // the owner of a fork that the branch is in, made if there is none
}

var errNotOpen = errors.New("the pull request is not open")

// OpenPull opens a pull request and returns its number.
func (r *Repo) OpenPull(o PullOptions) (int, error) {
	r.hub.mu.Lock()
	defer r.hub.mu.Unlock()
	if o.Author == "" {
		o.Author = "ada"
	}
	if o.Base == "" {
		o.Base = r.branch
	}
	if o.Title == "" {
		o.Title = "Change " + o.Branch
	}
	if r.roles[o.Author] == "" && o.Fork == "" {
		r.roles[o.Author] = "write"
	}
	head := r
	if o.Fork != "" {
		var err error
		if head, err = r.fork(o.Fork); err != nil {
			return 0, err
		}
	}
	if len(o.Files) > 0 {
		from := head.refs["refs/heads/"+o.Branch]
		if from == "" {
			from = head.refs["refs/heads/"+o.Base]
		}
		if _, err := head.push(o.Author, o.Branch, from, o.Title, o.Files); err != nil {
			return 0, err
		}
	}
	p, refused := r.open(pull{title: o.Title, body: o.Body, author: o.Author, headRepo: head, headRef: o.Branch, baseRef: o.Base, draft: o.Draft})
	if refused != nil {
		return 0, errors.New(refused.message)
	}
	return p.number, nil
}

// open opens a pull request of a branch that exists.
func (r *Repo) open(p pull) (pull, *refusal) {
	p.headSHA, p.baseSHA = p.headRepo.refs["refs/heads/"+p.headRef], r.refs["refs/heads/"+p.baseRef]
	if p.headSHA == "" || p.baseSHA == "" {
		field := "head"
		if p.baseSHA == "" {
			field = "base"
		}
		return p, unprocessable("Validation Failed", obj{"resource": "PullRequest", "field": field, "code": "invalid"})
	}
	for _, q := range r.pulls.list(now) {
		if q.state == "open" && q.headRepo == p.headRepo && q.headRef == p.headRef && q.baseRef == p.baseRef {
			return p, unprocessable("Validation Failed", obj{"resource": "PullRequest", "code": "custom",
				"message": fmt.Sprintf("A pull request already exists for %s:%s.", p.headRepo.owner, p.headRef)})
		}
	}
	r.number++
	p.number, p.id, p.state, p.made, p.updated = r.number, r.hub.nextID(), "open", r.hub.now(), r.hub.now()
	if err := r.fetchHead(p); err != nil {
		return p, unprocessable(err.Error())
	}
	if r.git.ancestor(p.headSHA, p.baseSHA) {
		r.number--
		return p, unprocessable("Validation Failed", obj{"resource": "PullRequest", "code": "custom",
			"message": fmt.Sprintf("No commits between %s and %s", p.baseRef, p.headRef)})
	}
	r.save(p)
	if err := r.emitPull("opened", p, p.author, nil); err != nil {
		return p, unprocessable(err.Error())
	}
	if p.headRepo != r {
		r.emitSuite("requested", p.headSHA, "", p.author)
	}
	return p, nil
}

func (r *Repo) save(p pull) {
	p.updated = r.hub.now()
	r.pulls.put(r.hub.calls, p.number, p)
}

// fork returns an owner's fork of the repository. The App is not installed there.
func (r *Repo) fork(owner string) (*Repo, error) {
	h := r.hub
	if f := h.repos[repoKey(owner, r.name)]; f != nil {
		return f, nil
	}
	if !goodName.MatchString(owner) {
		return nil, fmt.Errorf("forking to %q: it is no login", owner)
	}
	h.account(owner, "User")
	f := h.newRepo(owner, r.name, RepoOptions{Public: !r.private, Branch: r.branch})
	f.parent = r
	var err error
	if f.git, err = initBare(f.dir(), r.branch); err != nil {
		return nil, err
	}
	if _, err = f.git.run("fetch", "-q", r.dir(), "+refs/heads/*:refs/heads/*"); err != nil {
		return nil, err
	}
	if f.refs, err = f.git.refs(); err != nil {
		return nil, err
	}
	f.seeRefs()
	h.repos[repoKey(owner, r.name)] = f
	return f, nil
}

// push commits files on a commit and puts a branch there.
func (r *Repo) push(by, branch, onto, message string, files map[string]string) (string, error) {
	who := r.hub.who(by)
	if message == "" {
		message = "Change " + branch
	}
	sha, err := r.git.commitFiles(onto, files, message, who, who)
	if err != nil {
		return "", err
	}
	if err := r.git.setRef("refs/heads/"+branch, sha, ""); err != nil {
		return "", err
	}
	return sha, r.observe(by)
}

// Push commits files on a branch, which is made at the default branch's head
// if there is none, and returns the commit. A file whose text is Removed is
// removed.
func (r *Repo) Push(branch string, files map[string]string) (string, error) {
	return r.PushAs(PushOptions{Branch: branch, Files: files})
}

// PushOptions are what is pushed. Whoever it is by may: protections are for
// what comes over the network.
type PushOptions struct {
	Branch  string
	Files   map[string]string
	Message string
	By      string // a login; "" is "ada"
	Onto    string // the commit that the branch is to be put on anew: a forced push
}

// PushAs is Push with all that can be said. It returns the new commit.
func (r *Repo) PushAs(o PushOptions) (string, error) {
	r.hub.mu.Lock()
	defer r.hub.mu.Unlock()
	if o.By == "" {
		o.By = "ada"
	}
	onto := r.refs["refs/heads/"+o.Branch]
	if onto == "" {
		onto = r.refs["refs/heads/"+r.branch]
	}
	if o.Onto != "" {
		if onto = r.git.resolve(o.Onto); onto == "" {
			return "", fmt.Errorf("pushing to %q: there is no commit %q", o.Branch, o.Onto)
		}
	}
	return r.push(o.By, o.Branch, onto, o.Message, o.Files)
}

// SetRef makes or moves a ref (whole, as refs/tags/v1) to an object, or deletes
// it with "", as a person would by a forced push.
func (r *Repo) SetRef(ref, rev string) error {
	r.hub.mu.Lock()
	defer r.hub.mu.Unlock()
	to := zero
	if rev != "" {
		var err error
		if to, err = r.git.run("rev-parse", "--verify", "--end-of-options", rev); err != nil {
			return err
		}
	}
	if err := r.git.setRef(ref, to, ""); err != nil {
		return err
	}
	return r.observe("ada")
}

// Git runs a git command in the bare repository and returns what it printed.
// What it does to branches and tags is noticed.
func (r *Repo) Git(args ...string) (string, error) {
	r.hub.mu.Lock()
	defer r.hub.mu.Unlock()
	out, err := r.git.run(args...)
	if err != nil {
		return "", err
	}
	return out, r.observe("ada")
}

// Head returns the commit of a branch, "" if there is none.
func (r *Repo) Head(branch string) string {
	r.hub.mu.Lock()
	defer r.hub.mu.Unlock()
	return r.refs["refs/heads/"+branch]
}
