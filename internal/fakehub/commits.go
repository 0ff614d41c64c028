package fakehub

import (
	"encoding/base64"
	"net/http"
	"path"
	"strings"
)

func (r *Repo) renderCommit(c commit) obj {
	url := r.api("/commits/%s", c.sha)
	person := func(i identity) obj {
		return obj{"name": i.name, "email": i.email, "date": stamp(i.at)}
	}
	parents := []obj{}
	for _, p := range c.parents {
		parents = append(parents, obj{"sha": p, "url": r.api("/commits/%s", p), "html_url": r.html("/commit/%s", p)})
	}
	return obj{"sha": c.sha, "node_id": node("Commit", len(c.sha)), "url": url, "html_url": r.html("/commit/%s", c.sha), "comments_url": url + "/comments",
		"commit": obj{"url": r.api("/git/commits/%s", c.sha), "message": c.message, "comment_count": 0, "author": person(c.author), "committer": person(c.committer),
			"tree": obj{"sha": c.tree, "url": r.api("/git/trees/%s", c.tree)}, "verification": unsigned()},
		"author": r.userOf(c.author), "committer": r.userOf(c.committer), "parents": parents}
}

func unsigned() obj {
	return obj{"verified": false, "reason": "unsigned", "signature": nil, "payload": nil, "verified_at": nil}
}

// userOf is the account whose address a commit has; none is an empty object in
// the description.
func (r *Repo) userOf(i identity) obj {
	_, rest, _ := strings.Cut(i.email, "+")
	if login, is := strings.CutSuffix(rest, "@users.noreply.github.com"); is && r.hub.users[login] != nil {
		return r.hub.users[login].render(r.hub)
	}
	return obj{}
}

func (r *Repo) renderCommits(commits []commit) []obj {
	out := []obj{}
	for _, c := range commits {
		out = append(out, r.renderCommit(c))
	}
	return out
}

func (r *Repo) renderFiles(files []fileDiff, head string) []obj {
	out := []obj{}
	for _, f := range files {
		o := obj{"sha": f.sha, "filename": f.path, "status": f.status, "additions": f.added, "deletions": f.removed, "changes": f.added + f.removed,
			"blob_url": r.html("/blob/%s/%s", head, f.path), "raw_url": r.html("/raw/%s/%s", head, f.path), "contents_url": r.api("/contents/%s?ref=%s", f.path, head)}
		if f.patch != "" {
			o["patch"] = f.patch
		}
		if f.before != "" {
			o["previous_filename"] = f.before
		}
		out = append(out, o)
	}
	return out
}

// revision is a commit by what callers name it: a SHA, a branch, a tag, or a ref.
func (c *call) revision(name string) string {
	if fullSHA.MatchString(name) { // GitHub has no branches and tags of such names
		return c.repo.git.resolve(name)
	}
	for _, rev := range []string{"refs/heads/" + name, "refs/tags/" + name, "refs/" + name, name} {
		if strings.ContainsAny(rev, "^~:@{ ") {
			return ""
		}
		if at := c.repo.git.resolve(rev); at != "" {
			return at
		}
	}
	return ""
}

func getCommit(c *call) (reply, *refusal) {
	at := c.revision(c.params["ref"])
	if at == "" {
		return no(unprocessable("No commit found for SHA: " + c.params["ref"]))
	}
	accept := c.r.Header.Get("Accept")
	if strings.Contains(accept, "sha") {
		return reply{status: http.StatusOK, raw: []byte(at), kind: "application/vnd.github.sha; charset=utf-8"}, nil
	}
	found, err := c.repo.git.commit(at)
	if err != nil {
		return broken(err)
	}
	out := c.repo.renderCommit(found)
	if len(found.parents) > 0 {
		files, err := c.repo.git.diff(found.parents[0], at)
		if err != nil {
			return broken(err)
		}
		out["files"] = c.repo.renderFiles(files, at)
	}
	return ok(out)
}

func (c *call) rawDiff(a, b string) (reply, *refusal) {
	out, _, err := c.repo.git.exec(nil, nil, "diff", "--no-color", "--no-ext-diff", "-M", a+"..."+b)
	if err != nil {
		return broken(err)
	}
	return reply{status: http.StatusOK, raw: []byte(out), kind: "application/vnd.github.diff; charset=utf-8"}, nil
}

func compare(c *call) (reply, *refusal) {
	base, head, two := strings.Cut(c.params["basehead"], "...")
	a, b := c.revision(base), c.revision(head)
	if !two || a == "" || b == "" {
		return no(notFound())
	}
	if strings.Contains(c.r.Header.Get("Accept"), ".diff") {
		return c.rawDiff(a, b)
	}
	common := c.repo.git.mergeBase(a, b)
	if common == "" {
		return no(notFound())
	}
	ahead, err := c.repo.git.log("--reverse", "--topo-order", a+".."+b)
	if err != nil {
		return broken(err)
	}
	behind, err := c.repo.git.log(b + ".." + a)
	if err != nil {
		return broken(err)
	}
	files, err := c.repo.git.diff(common, b)
	if err != nil {
		return broken(err)
	}
	first, err := c.repo.git.commit(a)
	if err != nil {
		return broken(err)
	}
	merge, err := c.repo.git.commit(common)
	if err != nil {
		return broken(err)
	}
	page, size := c.number("page", 1), c.number("per_page", 250)
	from := min((page-1)*size, len(ahead))
	return ok(obj{"base_commit": c.repo.renderCommit(first), "merge_base_commit": c.repo.renderCommit(merge), "status": compared(len(ahead), len(behind)),
		"ahead_by": len(ahead), "behind_by": len(behind), "total_commits": len(ahead), "commits": c.repo.renderCommits(ahead[from:min(from+size, len(ahead))]),
		"files": c.repo.renderFiles(files[:min(len(files), 300)], b)})
}

func compared(ahead, behind int) string {
	switch {
	case ahead > 0 && behind > 0:
		return "diverged"
	case ahead > 0:
		return "ahead"
	case behind > 0:
		return "behind"
	}
	return "identical"
}

// maxContent is how large a file is answered in base64.
const maxContent = 1 << 20

func getContents(c *call) (reply, *refusal) {
	ref := c.query.Get("ref")
	if ref == "" {
		ref = c.repo.branch
	}
	at, name := c.revision(ref), strings.Trim(c.params["path"], "/")
	if at == "" || path.Clean("/"+name) != "/"+name {
		return no(notFound())
	}
	kind, err := c.repo.git.run("cat-file", "-t", at+":"+name)
	if err != nil {
		return no(notFound())
	}
	if kind == "tree" {
		return c.directory(at, name)
	}
	text, _, err := c.repo.git.exec(nil, nil, "cat-file", "blob", at+":"+name)
	if err != nil {
		return broken(err)
	}
	if strings.Contains(c.r.Header.Get("Accept"), "raw") {
		return reply{status: http.StatusOK, raw: []byte(text), kind: "application/vnd.github.raw; charset=utf-8"}, nil
	}
	id, err := c.repo.git.run("rev-parse", at+":"+name)
	if err != nil {
		return broken(err)
	}
	out := c.repo.renderEntry("file", name, id, ref, len(text))
	out["encoding"], out["content"] = "base64", lines(base64.StdEncoding.EncodeToString([]byte(text)))
	if len(text) > maxContent {
		out["encoding"], out["content"] = "none", ""
	}
	return ok(out)
}

// lines breaks base64 as GitHub does.
func lines(s string) string {
	var b strings.Builder
	for len(s) > 60 {
		b.WriteString(s[:60] + "\n")
		s = s[60:]
	}
	return b.String() + s + "\n"
}

func (r *Repo) renderEntry(kind, name, sha, ref string, size int) obj {
	url, git, html := r.api("/contents/%s?ref=%s", name, ref), r.api("/git/%ss/%s", kind, sha), r.html("/blob/%s/%s", ref, name)
	return obj{"type": kind, "name": path.Base(name), "path": name, "sha": sha, "size": size, "url": url, "git_url": git, "html_url": html,
		"download_url": r.html("/raw/%s/%s", ref, name), "_links": obj{"self": url, "git": git, "html": html}}
}

func (c *call) directory(at, name string) (reply, *refusal) {
	out, _, err := c.repo.git.exec(nil, nil, "ls-tree", "-l", "-z", at+":"+name)
	if err != nil {
		return broken(err)
	}
	items := []obj{}
	for line := range strings.SplitSeq(out, "\x00") {
		head, base, _ := strings.Cut(line, "\t")
		f := strings.Fields(head)
		if len(f) < 4 {
			continue
		}
		kind := map[string]string{"tree": "dir", "blob": "file", "commit": "submodule"}[f[1]]
		items = append(items, c.repo.renderEntry(kind, path.Join(name, base), f[2], at, atoi(f[3])))
	}
	return ok(items)
}
