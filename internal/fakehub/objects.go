package fakehub

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"time"
)

// identityOf is a person in a body: who calls, if nobody is named.
func (c *call) identityOf(name string) identity {
	who := c.hub.who(c.who.login)
	o, _ := c.body[name].(obj)
	if s, is := o["name"].(string); is {
		who.name = clean(s)
	}
	if s, is := o["email"].(string); is {
		who.email = clean(s)
	}
	if s, is := o["date"].(string); is {
		if at, err := time.Parse(time.RFC3339, s); err == nil {
			who.at = at.UTC()
		}
	}
	return who
}

// clean takes out what would end a name in a commit.
func clean(s string) string {
	return strings.NewReplacer("<", "", ">", "", "\n", " ", "\x00", "").Replace(s)
}

func (r *Repo) renderTag(sha string) (obj, *refusal) {
	raw, err := r.git.run("cat-file", "tag", sha)
	if err != nil {
		return nil, notFound()
	}
	head, message, _ := strings.Cut(raw, "\n\n")
	f := map[string]string{}
	for line := range strings.SplitSeq(head, "\n") {
		name, value, _ := strings.Cut(line, " ")
		f[name] = value
	}
	tagger := obj{"name": "", "email": "", "date": "1970-01-01T00:00:00Z"}
	if m := taggerLine.FindStringSubmatch(f["tagger"]); m != nil {
		tagger = obj{"name": m[1], "email": m[2], "date": stamp(unix(m[3]))}
	}
	return obj{"node_id": node("Tag", len(sha)), "tag": f["tag"], "sha": sha, "url": r.api("/git/tags/%s", sha), "message": message, "tagger": tagger,
		"object":       obj{"sha": f["object"], "type": f["type"], "url": r.api("/git/%ss/%s", f["type"], f["object"])},
		"verification": unsigned()}, nil
}

var taggerLine = regexp.MustCompile(`^(.*?) ?<(.*?)> (\d+)`)

// createTag makes a tag's object alone: no ref has it.
func createTag(c *call) (reply, *refusal) {
	target, kind, name := c.text("object"), c.text("type"), c.text("tag")
	if r := sha("object", target); r != nil {
		return no(r)
	}
	if c.repo.git.kind(target) != kind {
		return no(unprocessable("Could not verify object"))
	}
	if c.repo.badRef("refs/tags/" + name) {
		return no(invalid("tag: %q is no name of a tag", name))
	}
	who := c.identityOf("tagger")
	raw := fmt.Sprintf("object %s\ntype %s\ntag %s\ntagger %s <%s> %s\n\n%s", target, kind, name, who.name, who.email, who.date(), c.text("message"))
	out, _, err := c.repo.git.exec([]byte(raw), nil, "hash-object", "-t", "tag", "-w", "--stdin")
	if err != nil {
		return no(unprocessable(err.Error()))
	}
	made, refused := c.repo.renderTag(strings.TrimSpace(out))
	if refused != nil {
		return no(refused)
	}
	return created(made)
}

func getTag(c *call) (reply, *refusal) {
	if r := sha("tag_sha", c.params["tag_sha"]); r != nil {
		return no(r)
	}
	out, refused := c.repo.renderTag(c.params["tag_sha"])
	if refused != nil {
		return no(refused)
	}
	return ok(out)
}

func (r *Repo) badRef(ref string) bool {
	_, err := r.git.run("check-ref-format", ref)
	return err != nil || strings.ContainsAny(ref, "\x00\n")
}

func (r *Repo) renderRef(ref, sha string) obj {
	kind := r.git.kind(sha)
	return obj{"ref": ref, "node_id": node("Ref", len(ref)), "url": r.api("/git/%s", ref),
		"object": obj{"sha": sha, "type": kind, "url": r.api("/git/%ss/%s", kind, sha)}}
}

// createRef makes a ref if there is none: of two who try, one succeeds.
func createRef(c *call) (reply, *refusal) {
	ref, to := c.text("ref"), c.text("sha")
	switch {
	case !strings.HasPrefix(ref, "refs/") || strings.Count(ref, "/") < 2:
		return no(invalid("ref: %q does not begin with refs/ and have two slashes", ref))
	case !strings.HasPrefix(ref, "refs/heads/") && !strings.HasPrefix(ref, "refs/tags/") || c.repo.badRef(ref):
		return no(invalid("ref: %q is no name of a branch or tag", ref))
	}
	if r := sha("sha", to); r != nil {
		return no(r)
	}
	if kind := c.repo.git.kind(to); kind == "" || strings.HasPrefix(ref, "refs/heads/") && kind != "commit" {
		return no(unprocessable("Object does not exist"))
	}
	if r := c.ruled("creation", ref); r != nil {
		return no(r)
	}
	if c.repo.refs[ref] != "" {
		return no(unprocessable("Reference already exists"))
	}
	if err := c.repo.git.setRef(ref, to, zero); err != nil {
		return no(unprocessable("Reference cannot be created: it is in the way of another"))
	}
	return c.observed(ref, http.StatusCreated)
}

// observed takes in what a call did to a ref, and answers the ref.
func (c *call) observed(ref string, status int) (reply, *refusal) {
	if err := c.repo.observe(c.who.login); err != nil {
		return broken(err)
	}
	if status == http.StatusNoContent {
		return gone()
	}
	return reply{status: status, body: c.repo.renderRef(ref, c.repo.refs[ref])}, nil
}

// ref is the ref that the path names, which is without refs/ there.
func (c *call) ref() (string, *refusal) {
	name := c.params["ref"]
	if strings.HasPrefix(name, "refs/") {
		return "", invalid("ref: %q begins with refs/, which the path has already", name)
	}
	if ref := "refs/" + name; c.repo.refs[ref] != "" {
		return ref, nil
	}
	return "", notFound()
}

func getRef(c *call) (reply, *refusal) {
	if m := pullRef.FindStringSubmatch(c.params["ref"]); m != nil {
		if out, err := c.repo.git.run("rev-parse", "--verify", "--quiet", "refs/"+m[0]); err == nil {
			return ok(c.repo.renderRef("refs/"+m[0], out))
		}
	}
	ref, refused := c.ref()
	if refused != nil {
		return no(refused)
	}
	return ok(c.repo.renderRef(ref, c.repo.refs[ref]))
}

var pullRef = regexp.MustCompile(`^pull/\d+/(head|merge)$`)

func updateRef(c *call) (reply, *refusal) {
	ref, refused := c.ref()
	if refused != nil {
		if refused.status == http.StatusNotFound {
			refused = unprocessable("Reference does not exist")
		}
		return no(refused)
	}
	to, old := c.text("sha"), c.repo.refs[ref]
	if r := sha("sha", to); r != nil {
		return no(r)
	}
	switch {
	case c.repo.git.kind(to) == "":
		return no(unprocessable("Object does not exist"))
	case !c.flag("force") && !c.repo.git.ancestor(old, to):
		return no(unprocessable("Update is not a fast forward"))
	}
	if r := firstOf(c.ruled("update", ref), c.rewound(ref, old, to)); r != nil {
		return no(r)
	}
	if err := c.repo.git.setRef(ref, to, old); err != nil {
		return broken(err)
	}
	return c.observed(ref, http.StatusOK)
}

func (c *call) rewound(ref, old, to string) *refusal {
	if c.repo.git.ancestor(old, to) {
		return nil
	}
	return c.ruled("non_fast_forward", ref)
}

func deleteRef(c *call) (reply, *refusal) {
	ref, refused := c.ref()
	if refused != nil {
		if refused.status == http.StatusNotFound {
			refused = unprocessable("Reference does not exist")
		}
		return no(refused)
	}
	if r := c.ruled("deletion", ref); r != nil {
		return no(r)
	}
	if ref == "refs/heads/"+c.repo.branch {
		return no(unprocessable("Cannot delete this branch: it is the default branch"))
	}
	if err := c.repo.git.setRef(ref, zero, c.repo.refs[ref]); err != nil {
		return broken(err)
	}
	return c.observed(ref, http.StatusNoContent)
}

func listMatchingRefs(c *call) (reply, *refusal) {
	if strings.HasPrefix(c.params["ref"], "refs/") {
		return no(invalid("ref: %q begins with refs/, which the path has already", c.params["ref"]))
	}
	items := []obj{}
	for _, name := range c.repo.refNames(c.at) {
		if strings.HasPrefix(name.ref, "refs/"+c.params["ref"]) {
			items = append(items, c.repo.renderRef(name.ref, name.sha))
		}
	}
	return ok(items)
}

// refNames are the refs as a list has them, by name.
func (r *Repo) refNames(at int) []seenRef {
	byName := map[string]seenRef{}
	for _, s := range r.seen.list(at) {
		byName[s.ref] = s
	}
	out := make([]seenRef, 0, len(byName))
	for _, ref := range sortedKeys(byName) {
		out = append(out, byName[ref])
	}
	return out
}

func createBlob(c *call) (reply, *refusal) {
	content := []byte(c.text("content"))
	switch c.text("encoding") {
	case "", "utf-8":
	case "base64":
		var err error
		if content, err = base64.StdEncoding.DecodeString(strings.ReplaceAll(string(content), "\n", "")); err != nil {
			return no(invalid("content: it is no base64"))
		}
	default:
		return no(invalid("encoding: %q is neither utf-8 nor base64", c.text("encoding")))
	}
	out, _, err := c.repo.git.exec(content, nil, "hash-object", "-w", "--stdin")
	if err != nil {
		return broken(err)
	}
	id := strings.TrimSpace(out)
	return created(obj{"sha": id, "url": c.repo.api("/git/blobs/%s", id)})
}

func createCommit(c *call) (reply, *refusal) {
	tree := c.text("tree")
	parents, _ := c.body["parents"].([]any)
	var names []string
	for _, p := range parents {
		name, _ := p.(string)
		if r := sha("parents", name); r != nil {
			return no(r)
		}
		if c.repo.git.kind(name) != "commit" {
			return no(unprocessable("Parent SHA does not exist or is not a commit object"))
		}
		names = append(names, name)
	}
	if r := sha("tree", tree); r != nil {
		return no(r)
	}
	if c.repo.git.kind(tree) != "tree" {
		return no(unprocessable("Tree SHA does not exist"))
	}
	author, committer := c.identityOf("author"), c.identityOf("committer")
	if !c.given("committer") {
		committer = author
	}
	id, err := c.repo.git.commitTree(tree, c.text("message"), author, committer, names...)
	if err != nil {
		return broken(err)
	}
	made, err := c.repo.git.commit(id)
	if err != nil {
		return broken(err)
	}
	out, _ := c.repo.renderCommit(made)["commit"].(obj)
	out["sha"], out["parents"], out["html_url"] = id, c.repo.renderCommit(made)["parents"], c.repo.html("/commit/%s", id)
	delete(out, "comment_count")
	return created(out)
}
