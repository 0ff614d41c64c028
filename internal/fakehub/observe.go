package fakehub

import (
	"fmt"
	"maps"
	"slices"
	"sort"
	"strings"
	"time"
)

// change is a ref that moved: old or new is zero if it came or went.
type change struct{ ref, old, new string }

func (c change) branch() (string, bool) { return strings.CutPrefix(c.ref, "refs/heads/") }

// manyTags is how many tags may come at once with events of each:
// https://docs.github.com/webhooks/webhook-events-and-payloads#create
const manyTags = 3

// observe finds out which branches and tags moved since the last time, whoever
// moved them, and does what follows from it: events, check suites, and what
// becomes of pull requests.
func (r *Repo) observe(by string) error {
	refs, err := r.git.refs()
	if err != nil {
		return err
	}
	changes := moved(r.refs, refs)
	r.refs = refs
	r.seeRefs()
	tags := 0
	for _, c := range changes {
		if _, is := c.branch(); !is && c.old == zero {
			tags++
		}
	}
	for _, c := range changes {
		branch, isBranch := c.branch()
		if !isBranch {
			r.tagHappened(c, by)
		}
		if isBranch || tags <= manyTags {
			if err := r.emitChange(c, by); err != nil {
				return err
			}
		}
		if isBranch {
			if err := r.follow(branch, c, by); err != nil {
				return err
			}
		} else if c.new == zero {
			r.withdraw(strings.TrimPrefix(c.ref, "refs/tags/"))
		}
	}
	return r.settleQueue()
}

// withdraw makes the release of a tag that is gone a draft, as GitHub does.
func (r *Repo) withdraw(tag string) {
	for _, v := range r.releases.list(now) {
		if v.tag == tag && !v.draft {
			v.draft, v.published = true, time.Time{}
			r.releases.put(r.hub.calls, v.id, v)
		}
	}
}

func moved(before, after map[string]string) []change {
	var out []change
	for ref, sha := range after {
		if old := before[ref]; old == "" {
			out = append(out, change{ref, zero, sha})
		} else if old != sha {
			out = append(out, change{ref, old, sha})
		}
	}
	for ref, old := range before {
		if after[ref] == "" {
			out = append(out, change{ref, old, zero})
		}
	}
	sort.Slice(out, func(i, j int) bool { return out[i].ref < out[j].ref })
	return out
}

// seenRef is a ref in a list.
type seenRef struct{ ref, sha string }

// seeRefs brings the listed refs up to date.
func (r *Repo) seeRefs() {
	for _, ref := range sortedKeys(r.refs) {
		if r.seenIDs[ref] == 0 {
			r.seenIDs[ref] = r.hub.nextID()
		}
		if have, is := r.seen.get(r.seenIDs[ref]); !is || have.sha != r.refs[ref] {
			r.seen.put(r.hub.calls, r.seenIDs[ref], seenRef{ref, r.refs[ref]})
		}
	}
	for _, s := range r.seen.list(now) {
		if r.refs[s.ref] == "" {
			r.seen.remove(r.hub.calls, r.seenIDs[s.ref])
		}
	}
}

func sortedKeys[T any](m map[string]T) []string { return slices.Sorted(maps.Keys(m)) }

// follow does to the pull requests of a branch what its move means for them.
func (r *Repo) follow(branch string, c change, by string) error {
	for _, q := range r.hub.reposOf("") {
		for _, p := range q.pulls.list(now) {
			if p.state != "open" || p.headRepo != r || p.headRef != branch || p.headSHA == c.new {
				continue
			}
			var err error
			if c.new == zero {
				err = q.closePull(p, by)
			} else {
				err = q.synchronize(p, by)
			}
			if err != nil {
				return err
			}
		}
	}
	for _, p := range r.pulls.list(now) {
		if p.state != "open" || p.baseRef != branch {
			continue
		}
		if err := r.baseMoved(p, c, by); err != nil {
			return err
		}
	}
	return nil
}

// baseMoved makes a pull request's test merge old; it ends it if the base went
// away, or if the base has all of it now.
func (r *Repo) baseMoved(p pull, c change, by string) error {
	if c.new == zero {
		return r.closePull(p, by)
	}
	if r.git.ancestor(p.headSHA, c.new) {
		p.state, p.merged, p.mergedBy, p.mergeCommit, p.onto = "closed", true, by, p.headSHA, c.old
		p.closedAt, p.mergedAt = r.hub.now(), r.hub.now()
		r.save(p)
		return r.emitPull("closed", p, by, nil)
	}
	p.mergeable, p.reads = nil, 0
	r.save(p)
	return nil
}

// synchronize takes in a new head.
func (r *Repo) synchronize(p pull, by string) error {
	before := p.headSHA
	p.headSHA = p.headRepo.refs["refs/heads/"+p.headRef]
	p.baseSHA = r.refs["refs/heads/"+p.baseRef]
	p.mergeable, p.reads = nil, 0
	if err := r.fetchHead(p); err != nil {
		return err
	}
	if err := r.dismissStale(p); err != nil {
		return err
	}
	r.save(p)
	r.outdate(p)
	if err := r.emitPull("synchronize", p, by, obj{"before": before, "after": p.headSHA}); err != nil {
		return err
	}
	if p.headRepo != r {
		r.emitSuite("requested", p.headSHA, "", by)
	}
	return nil
}

// fetchHead keeps refs/pull/N/head.
func (r *Repo) fetchHead(p pull) error {
	ref := fmt.Sprintf("refs/pull/%d/head", p.number)
	if p.headRepo != r {
		if _, err := r.git.run("fetch", "-q", "--no-tags", p.headRepo.dir(), "+"+p.headSHA+":"+ref); err != nil {
			return err
		}
		return nil
	}
	return r.git.setRef(ref, p.headSHA, "")
}
