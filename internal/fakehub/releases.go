package fakehub

import (
	"fmt"
	"slices"
	"time"
)

// release is a release of a tag, or a draft of one.
type release struct {
	id                      int
	tag, target, name, body string
	author                  string
	draft, pre              bool
	made, published         time.Time
}

const maxReleaseBody = 125000 // characters

func (r *Repo) renderRelease(v release) obj {
	url := r.api("/releases/%d", v.id)
	return obj{"id": v.id, "node_id": node("Release", v.id), "tag_name": v.tag, "target_commitish": v.target, "name": text(v.name), "body": v.body, "draft": v.draft,
		"prerelease": v.pre, "immutable": false, "created_at": stamp(v.made), "published_at": stamp(v.published), "author": r.hub.person(v.author), "assets": []obj{},
		"url": url, "html_url": r.html("/releases/tag/%s", v.tag), "assets_url": url + "/assets", "upload_url": url + "/assets{?name,label}",
		"tarball_url": r.api("/tarball/%s", v.tag), "zipball_url": r.api("/zipball/%s", v.tag)}
}

// listReleases answers the newest first, with drafts for who may write.
func listReleases(c *call) (reply, *refusal) {
	items := []obj{}
	all := c.repo.releases.list(c.at)
	slices.Reverse(all)
	for _, v := range all {
		if !v.draft || levels[c.granted("contents")] >= levels["write"] {
			items = append(items, c.repo.renderRelease(v))
		}
	}
	return list(items)
}

func (c *call) release() (release, bool) { return c.repo.releases.get(atoi(c.params["release_id"])) }

func getRelease(c *call) (reply, *refusal) {
	if v, is := c.release(); is {
		return ok(c.repo.renderRelease(v))
	}
	return no(notFound())
}

// getReleaseByTag does not find drafts.
func getReleaseByTag(c *call) (reply, *refusal) {
	for _, v := range c.repo.releases.list(c.at) {
		if v.tag == c.params["tag"] && !v.draft {
			return ok(c.repo.renderRelease(v))
		}
	}
	return no(notFound())
}

func createRelease(c *call) (reply, *refusal) {
	v := release{id: c.hub.nextID(), author: c.who.login, made: c.hub.now(), target: c.repo.branch}
	return c.saveRelease(v, 201)
}

func updateRelease(c *call) (reply, *refusal) {
	v, is := c.release()
	if !is {
		return no(notFound())
	}
	return c.saveRelease(v, 200)
}

func (c *call) saveRelease(v release, status int) (reply, *refusal) {
	for name, field := range map[string]*string{"tag_name": &v.tag, "target_commitish": &v.target, "name": &v.name, "body": &v.body} {
		if c.given(name) {
			*field = c.text(name)
		}
	}
	for name, field := range map[string]*bool{"draft": &v.draft, "prerelease": &v.pre} {
		if c.given(name) {
			*field = c.flag(name)
		}
	}
	if r := tooLong("body", v.body, maxReleaseBody); r != nil {
		return no(r)
	}
	if c.repo.badRef("refs/tags/" + v.tag) {
		return no(invalid("tag_name: %q is no name of a tag", v.tag))
	}
	if !v.draft {
		if r := c.publish(&v); r != nil {
			return no(r)
		}
	}
	if before, is := c.repo.releases.get(v.id); !v.draft && (!is || before.draft) {
		c.repo.happen(0, "", c.who.login, "released %s", v.tag)
	}
	c.repo.releases.put(c.N, v.id, v)
	return reply{status: status, body: c.repo.renderRelease(v)}, nil
}

// publish holds a release against the others of its tag, and makes the tag if
// there is none: a light one, on the target.
func (c *call) publish(v *release) *refusal {
	for _, o := range c.repo.releases.list(now) {
		if o.id != v.id && o.tag == v.tag && !o.draft {
			return unprocessable("Validation Failed", obj{"resource": "Release", "code": "already_exists", "field": "tag_name"})
		}
	}
	if v.published.IsZero() {
		v.published = c.hub.now()
	}
	ref := "refs/tags/" + v.tag
	if c.repo.refs[ref] != "" {
		return nil
	}
	at := c.revision(v.target)
	if at == "" {
		return unprocessable("Validation Failed", obj{"resource": "Release", "code": "invalid", "field": "target_commitish"})
	}
	if r := c.ruled("creation", ref); r != nil {
		return r
	}
	if err := c.repo.git.setRef(ref, at, zero); err != nil {
		return unprocessable("Validation Failed: " + err.Error())
	}
	if err := c.repo.observe(c.who.login); err != nil {
		return &refusal{status: 500, message: err.Error(), problems: []string{"the fake itself: " + err.Error()}}
	}
	return nil
}

// DeleteRelease deletes the release of a tag, as a person may. The tag stays.
func (r *Repo) DeleteRelease(tag string) error {
	r.hub.mu.Lock()
	defer r.hub.mu.Unlock()
	for _, v := range r.releases.list(now) {
		if v.tag == tag {
			r.releases.remove(r.hub.calls, v.id)
			return nil
		}
	}
	return fmt.Errorf("there is no release of %q", tag)
}
