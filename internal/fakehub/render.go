package fakehub

import (
	"encoding/base64"
	"fmt"
)

// node is an opaque name of a thing.
func node(kind string, id int) string {
	return base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, "%s:%d", kind, id))
}

func (h *Hub) api(format string, args ...any) string {
	return h.base + "/api/v3" + fmt.Sprintf(format, args...)
}

func (r *Repo) api(format string, args ...any) string {
	return r.hub.api("/repos/"+r.FullName()+format, args...)
}

func (r *Repo) html(format string, args ...any) string {
	return r.hub.base + "/" + r.FullName() + fmt.Sprintf(format, args...)
}

func (u *user) render(h *Hub) obj {
	return obj{"login": u.login, "id": u.id, "node_id": node("User", u.id), "type": u.kind, "site_admin": false, "gravatar_id": "",
		"url": h.api("/users/%s", u.login), "html_url": h.base + "/" + u.login, "avatar_url": h.base + "/avatars/" + u.login}
}

func (h *Hub) person(login string) obj { return h.account(login, "User").render(h) }

func (h *Hub) renderApp() obj {
	return obj{"id": appID, "slug": appSlug, "node_id": node("App", appID), "name": "Milepost", "description": "", "external_url": h.base,
		"owner": h.account("milepost-dev", "Organization").render(h), "html_url": h.base + "/apps/" + appSlug, "permissions": h.grants(h.opts.Permissions),
		"events": h.events, "created_at": "2026-01-01T00:00:00Z", "updated_at": "2026-01-01T00:00:00Z"}
}

var appEvents = []string{"check_run", "check_suite", "create", "delete", "merge_group", "pull_request", "push"}

func (h *Hub) grants(p map[string]string) obj {
	out := obj{"metadata": "read"}
	for name, level := range p {
		out[name] = level
	}
	return out
}

// render is a repository, with what answers and events say of it.
func (r *Repo) render() obj {
	h := r.hub
	out := obj{"id": r.id, "node_id": node("Repository", r.id), "name": r.name, "full_name": r.FullName(), "private": r.private,
		"owner": h.account(r.owner, "Organization").render(h), "html_url": r.html(""), "url": r.api(""), "fork": r.parent != nil,
		"clone_url": r.html(".git"), "git_url": r.html(".git"), "default_branch": r.branch, "created_at": stamp(r.created),
		"updated_at": stamp(r.created), "pushed_at": stamp(r.created), "archived": false, "disabled": false, "visibility": "public",
		"has_issues": true, "hooks_url": r.api("/hooks"), "pulls_url": r.api("/pulls{/number}"), "statuses_url": r.api("/statuses/{sha}"),
		"topics": []string{}}
	if r.private {
		out["visibility"] = "private"
	}
	return out
}

// getRepo tells those who may write how pull requests are merged.
func getRepo(c *call) (reply, *refusal) {
	out := c.repo.render()
	if levels[c.granted("contents")] >= levels["write"] {
		out["allow_merge_commit"], out["allow_squash_merge"], out["allow_rebase_merge"] = true, true, !c.repo.noRebase
	}
	if c.who.kind == asUser {
		role := levels[c.repo.roles[c.who.login]]
		out["permissions"] = obj{"pull": true, "push": role >= levels["write"], "admin": role >= levels["admin"]}
	}
	if c.repo.parent != nil {
		out["parent"], out["source"] = c.repo.parent.render(), c.repo.parent.render()
	}
	return ok(out)
}

func getMeta(c *call) (reply, *refusal) {
	return ok(obj{"verifiable_password_authentication": false, "hooks": []string{"127.0.0.0/8"}, "installed_version": "3.17.0"})
}

func getUser(c *call) (reply, *refusal) {
	out := c.hub.person(c.who.login)
	out["user_view_type"] = "private"
	return ok(out)
}

// SetPermission gives a person a role in a repository: read, triage, write,
// maintain or admin; "" takes it away.
func (r *Repo) SetPermission(login, role string) {
	r.hub.mu.Lock()
	defer r.hub.mu.Unlock()
	r.hub.account(login, "User")
	if r.roles[login] = role; role == "" {
		delete(r.roles, login)
	}
}

func getPermission(c *call) (reply, *refusal) {
	login := c.params["username"]
	u := c.hub.users[login]
	if u == nil {
		return no(notFound())
	}
	role := c.repo.roles[login]
	// The permission is one of four words; the role says which it really is.
	legacy := map[string]string{"": "none", "triage": "read", "maintain": "write"}
	permission := role
	if word, is := legacy[role]; is {
		permission = word
	}
	if role == "" {
		role = "none"
	}
	if permission == "none" && !c.repo.private {
		permission, role = "read", "read"
	}
	person := u.render(c.hub)
	person["role_name"] = role
	return ok(obj{"permission": permission, "role_name": role, "user": person})
}

// sha refuses an object's name that is not whole.
func sha(field, value string) *refusal {
	if !fullSHA.MatchString(value) {
		return invalid("%s: %q is not a whole SHA of 40 lower-case digits", field, value)
	}
	return nil
}

func tooLong(field, text string, most int) *refusal {
	if n := len([]rune(text)); n > most {
		return invalid("%s: it has %d characters, and GitHub takes at most %d", field, n, most)
	}
	return nil
}

// firstOf returns the first refusal of several checks.
func firstOf(checks ...*refusal) *refusal {
	for _, r := range checks {
		if r != nil {
			return r
		}
	}
	return nil
}
