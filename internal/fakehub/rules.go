package fakehub

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Protection is what a branch asks of pull requests. Such a branch is not
// pushed to but by an administrator, and is never rewound or deleted.
type Protection struct {
	Required     []string // names of checks or contexts of statuses
	From         int      // the App that those have to be of, 0 for whoever; is said, and not enforced
	Strict       bool     // the head must have the base's tip
	Approvals    int      // of people who may write
	DismissStale bool     // a new head dismisses approvals
	CodeOwners   bool     // is said, and not enforced
	LastPush     bool     // the same
}

// Protect protects a branch.
func (r *Repo) Protect(branch string, p Protection) {
	r.hub.mu.Lock()
	defer r.hub.mu.Unlock()
	r.protections[branch] = p
}

// Ruleset is a repository ruleset. Those of branches are said and enforced for
// creation, update, deletion and non_fast_forward; what pull_request and
// required_status_checks ask is enforced by Protect alone.
type Ruleset struct {
	Name      string
	Target    string   // branch or tag
	Include   []string // patterns of refs; ~ALL; ~DEFAULT_BRANCH
	Exclude   []string // the same
	Rules     []string // creation, update, deletion, non_fast_forward, pull_request, required_status_checks, merge_queue
	Disabled  bool
	BypassApp bool // the App may all the same
	Protection
	id int
}

// AddRuleset adds a ruleset and returns its number.
func (r *Repo) AddRuleset(s Ruleset) int {
	r.hub.mu.Lock()
	defer r.hub.mu.Unlock()
	s.id = r.hub.nextID()
	r.rulesets = append(r.rulesets, s)
	return s.id
}

func (r *Repo) covers(s Ruleset, ref string) bool {
	of := "refs/heads/"
	if s.Target == "tag" {
		of = "refs/tags/"
	}
	if s.Disabled || !strings.HasPrefix(ref, of) {
		return false
	}
	named := func(pattern string) bool {
		return pattern == "~ALL" || pattern == "~DEFAULT_BRANCH" && ref == "refs/heads/"+r.branch || matches(pattern, ref)
	}
	return slices.ContainsFunc(s.Include, named) && !slices.ContainsFunc(s.Exclude, named)
}

// ruled refuses what a rule is against: creation, update, deletion or
// non_fast_forward of a ref.
func (c *call) ruled(rule, ref string) *refusal {
	refused := unprocessable("Repository rule violations found\n\nCannot " + rule + " this protected ref: " + ref)
	for _, s := range c.repo.rulesets {
		if slices.Contains(s.Rules, rule) && c.repo.covers(s, ref) && (!s.BypassApp || c.who.kind != asInstallation) {
			return refused
		}
	}
	branch, isBranch := strings.CutPrefix(ref, "refs/heads/")
	p, protected := c.repo.protections[branch]
	if !isBranch || !protected || rule == "creation" {
		return nil
	}
	open := p.Approvals == 0 && len(p.Required) == 0 || c.who.kind == asUser && c.repo.roles[c.who.login] == "admin"
	if rule == "update" && open {
		return nil
	}
	return refused
}

// pushed is a command of a push.
type pushed struct{ old, new, ref string }

// commands reads the commands at the beginning of what is pushed:
// https://git-scm.com/docs/gitprotocol-pack#_pushing_data_to_a_server
func commands(b []byte) ([]pushed, error) {
	var out []pushed
	for {
		size := []byte{0, 0}
		if len(b) < 4 {
			return nil, errors.New("the push ends too early")
		}
		if _, err := hex.Decode(size, b[:4]); err != nil {
			return nil, err
		}
		n := int(size[0])<<8 | int(size[1])
		if n == 0 {
			return out, nil
		}
		if n < 4 || n > len(b) {
			return nil, errors.New("the push has a line of a wrong length")
		}
		line, _, _ := bytes.Cut(b[4:n], []byte{0})
		if f := strings.Fields(string(line)); len(f) == 3 {
			out = append(out, pushed{f[0], f[1], f[2]})
		}
		b = b[n:]
	}
}

// denied are the refs of a push that a rule is against.
func (c *call) denied() ([]string, error) {
	pushes, err := commands(c.raw)
	if err == nil && c.r.Header.Get("Content-Encoding") != "" {
		err = errors.New("what is pushed is compressed")
	}
	if err != nil {
		return nil, err
	}
	var out []string
	for _, p := range pushes {
		rule := "update"
		switch {
		case p.old == zero:
			rule = "creation"
		case p.new == zero:
			rule = "deletion"
		}
		r := c.ruled(rule, p.ref)
		if r == nil && rule == "update" && c.repo.git.kind(p.new) != "" {
			r = c.rewound(p.ref, p.old, p.new)
		}
		if r != nil {
			out = append(out, p.ref)
		}
	}
	return out, nil
}

// mayMerge says what is in the way of merging a commit for a pull request.
func (r *Repo) mayMerge(p pull, head string) error {
	rules, is := r.protections[p.baseRef]
	if !is {
		return nil
	}
	for _, name := range rules.Required {
		if state := r.required(name, head); state != "success" {
			return fmt.Errorf("the required check %q is %s", name, state)
		}
	}
	yes, against := r.approvals(p.number)
	switch {
	case yes < rules.Approvals:
		return fmt.Errorf("%d of %d approvals", yes, rules.Approvals)
	case against > 0 && rules.Approvals > 0:
		return errors.New("changes are requested")
	case rules.Strict && !r.git.ancestor(r.refs["refs/heads/"+p.baseRef], head):
		return errors.New("the head is behind its base")
	}
	return nil
}

// required is what a required check says of a commit: success, failure or
// pending. Neutral and skipped pass.
func (r *Repo) required(name, head string) string {
	state := "pending"
	for _, k := range r.checks.list(now) {
		if k.head == head && k.name == name {
			state = "pending"
			if k.status == "completed" {
				state = "failure"
				if k.conclusion == "success" || k.conclusion == "neutral" || k.conclusion == "skipped" {
					state = "success"
				}
			}
		}
	}
	for _, m := range r.marksAt(head, now) {
		if m.context == name && (state == "pending" || m.state != "success") {
			state = map[string]string{"success": "success", "pending": "pending"}[m.state]
			if state == "" {
				state = "failure"
			}
		}
	}
	return state
}
