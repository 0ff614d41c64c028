package fakehub

import (
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"path"
	"strings"
)

// createTree makes a tree of entries, on another one if there is a base_tree:
// an entry whose sha is null is then left out.
func createTree(c *call) (reply, *refusal) {
	base := c.text("base_tree")
	if base != "" {
		if r := sha("base_tree", base); r != nil {
			return no(r)
		}
		if c.repo.git.kind(base) == "" {
			return no(unprocessable("base_tree is not a valid tree oid"))
		}
	}
	var b strings.Builder
	entries, _ := c.body["tree"].([]any)
	for _, e := range entries {
		line, refused := c.entry(e)
		if refused != nil {
			return no(refused)
		}
		b.WriteString(line)
	}
	out, err := c.repo.git.writeTree(base, b.String())
	if err != nil {
		return no(unprocessable(err.Error()))
	}
	listed, _, err := c.repo.git.exec(nil, nil, "ls-tree", "-z", out)
	if err != nil {
		return broken(err)
	}
	tree := []obj{}
	for line := range strings.SplitSeq(listed, "\x00") {
		head, name, _ := strings.Cut(line, "\t")
		if f := strings.Fields(head); len(f) == 3 {
			tree = append(tree, obj{"path": name, "mode": f[0], "type": f[1], "sha": f[2], "url": c.repo.api("/git/%ss/%s", f[1], f[2])})
		}
	}
	return created(obj{"sha": out, "url": c.repo.api("/git/trees/%s", out), "truncated": false, "tree": tree})
}

// entry is an entry of a tree as git update-index reads it.
func (c *call) entry(e any) (string, *refusal) {
	o, _ := e.(obj)
	name, _ := o["path"].(string)
	mode, _ := o["mode"].(string)
	id, _ := o["sha"].(string)
	content, hasContent := o["content"].(string)
	_, hasSHA := o["sha"]
	switch {
	case name == "" || path.Clean("/"+name) != "/"+name || strings.ContainsAny(name, "\x00\n"):
		return "", invalid("tree.path: %q is no path", name)
	case hasSHA == hasContent:
		return "", invalid("tree: an entry has either a sha or a content")
	case hasSHA && o["sha"] == nil:
		return fmt.Sprintf("0 %s\t%s\n", zero, name), nil
	case hasContent:
		out, _, err := c.repo.git.exec([]byte(content), nil, "hash-object", "-w", "--stdin")
		if err != nil {
			return "", unprocessable(err.Error())
		}
		id = strings.TrimSpace(out)
	}
	if r := sha("tree.sha", id); r != nil {
		return "", r
	}
	if c.repo.git.kind(id) == "" {
		return "", unprocessable("tree.sha " + id + " is not a valid blob")
	}
	return fmt.Sprintf("%s %s\t%s\n", mode, id, name), nil
}

// writeTree makes a tree of a base ("" for none) and lines of update-index, by
// an index of its own.
func (g bare) writeTree(base, lines string) (string, error) {
	env := []string{"GIT_INDEX_FILE=" + g.dir + "/fakehub-index"}
	read := []string{"read-tree", "--empty"}
	if base != "" {
		read = []string{"read-tree", base}
	}
	if _, _, err := g.exec(nil, env, read...); err != nil {
		return "", err
	}
	if _, _, err := g.exec([]byte(lines), env, "update-index", "--index-info"); err != nil {
		return "", err
	}
	out, _, err := g.exec(nil, env, "write-tree")
	return strings.TrimSpace(out), err
}

// putContents writes one file in a commit of its own. The file that is replaced
// is to be named by its SHA.
func putContents(c *call) (reply, *refusal) {
	branch, name := c.text("branch"), c.params["path"]
	if branch == "" {
		branch = c.repo.branch
	}
	ref := "refs/heads/" + branch
	old := c.repo.refs[ref]
	content, err := base64.StdEncoding.DecodeString(strings.ReplaceAll(c.text("content"), "\n", ""))
	switch {
	case err != nil:
		return no(invalid("content: it is no base64"))
	case path.Clean("/"+name) != "/"+name:
		return no(invalid("path: %q is no path", name))
	case old == "":
		return no(&refusal{status: http.StatusNotFound, message: "Branch " + branch + " not found"})
	}
	if r := c.ruled("update", ref); r != nil {
		return no(r)
	}
	have, err := c.repo.git.run("rev-parse", "--verify", "--quiet", old+":"+name)
	status := http.StatusOK
	if err != nil {
		have, status = "", http.StatusCreated
	}
	if have != c.text("sha") {
		return no(&refusal{status: http.StatusConflict, message: fmt.Sprintf("%s does not match %s", name, c.text("sha"))})
	}
	made, err := c.putFile(ref, old, name, string(content))
	if err != nil {
		return broken(err)
	}
	id, err := c.repo.git.run("rev-parse", made.sha+":"+name)
	if err != nil {
		return broken(err)
	}
	out, _ := c.repo.renderCommit(made)["commit"].(obj)
	out["sha"], out["html_url"] = made.sha, c.repo.html("/commit/%s", made.sha)
	return reply{status: status, body: obj{"content": c.repo.renderEntry("file", name, id, branch, len(content)), "commit": out}}, nil
}

func (c *call) putFile(ref, old, name, content string) (commit, error) {
	if content == Removed {
		return commit{}, errors.New("a file cannot hold this text here")
	}
	author, committer := c.identityOf("author"), c.identityOf("committer")
	id, err := c.repo.git.commitFiles(old, map[string]string{name: content}, c.text("message"), author, committer)
	if err != nil {
		return commit{}, err
	}
	if err := c.repo.git.setRef(ref, id, old); err != nil {
		return commit{}, err
	}
	if err := c.repo.observe(c.who.login); err != nil {
		return commit{}, err
	}
	return c.repo.git.commit(id)
}
