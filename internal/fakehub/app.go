package fakehub

import (
	"maps"
	"net/http"
	"slices"
	"sort"
	"time"
)

func getApp(c *call) (reply, *refusal) { return ok(c.hub.renderApp()) }

func getHookConfig(c *call) (reply, *refusal) {
	return ok(c.hub.hookConfig.render(c.hub.hookURL))
}

func (i *installation) render(h *Hub) obj {
	out := obj{"id": i.id, "account": i.account.render(h), "repository_selection": "all", "app_id": appID, "app_slug": appSlug,
		"access_tokens_url": h.api("/app/installations/%d/access_tokens", i.id), "repositories_url": h.api("/installation/repositories"),
		"target_id": i.account.id, "target_type": i.account.kind, "permissions": h.grants(i.permissions), "events": h.events,
		"created_at": stamp(i.created), "updated_at": stamp(i.created), "suspended_at": stamp(i.suspended), "suspended_by": nil}
	if !i.suspended.IsZero() {
		out["suspended_by"] = i.account.render(h)
	}
	return out
}

// installations are those of the App, by number.
func (h *Hub) installations() []*installation {
	out := make([]*installation, 0, len(h.installed))
	for _, i := range h.installed {
		out = append(out, i)
	}
	sort.Slice(out, func(a, b int) bool { return out[a].id < out[b].id })
	return out
}

func listInstallations(c *call) (reply, *refusal) {
	var items []obj
	for _, i := range c.hub.installations() {
		items = append(items, i.render(c.hub))
	}
	return list(items)
}

func (c *call) installation() *installation {
	for _, i := range c.hub.installed {
		if i.id == atoi(c.params["installation_id"]) {
			return i
		}
	}
	return nil
}

func getInstallation(c *call) (reply, *refusal) {
	if i := c.installation(); i != nil {
		return ok(i.render(c.hub))
	}
	return no(notFound())
}

func getRepoInstallation(c *call) (reply, *refusal) {
	if i := c.hub.installed[c.repo.owner]; i != nil {
		return ok(i.render(c.hub))
	}
	return no(notFound())
}

// createToken mints a token with the permissions and repositories asked for,
// which are at most the installation's.
func createToken(c *call) (reply, *refusal) {
	i := c.installation()
	if i == nil {
		return no(notFound())
	}
	if !i.suspended.IsZero() {
		return no(forbidden("This installation has been suspended"))
	}
	t := &token{login: appLogin, install: i, permissions: maps.Clone(i.permissions), expires: c.hub.now().Add(tokenLife)}
	if asked, _ := c.body["permissions"].(obj); asked != nil {
		t.permissions = map[string]string{}
		for name, v := range asked {
			level, _ := v.(string)
			if levels[level] > levels[i.permissions[name]] && name != "metadata" {
				return no(unprocessable("The permissions requested are not granted to this installation."))
			}
			t.permissions[name] = level
		}
	}
	repos, selected := c.selected(i)
	if selected && len(repos) != c.asked() {
		return no(unprocessable("There is at least one repository that does not exist or is not accessible to the parent installation."))
	}
	out := obj{"expires_at": stamp(t.expires), "permissions": c.hub.grants(t.permissions), "repository_selection": "all"}
	if selected {
		var items []obj
		t.repos = []int{}
		for _, r := range repos {
			t.repos = append(t.repos, r.id)
			items = append(items, r.render())
		}
		out["repositories"], out["repository_selection"] = items, "selected"
	}
	c.hub.account(appLogin, "Bot")
	out["token"] = c.hub.newToken("ghs_", t)
	return created(out)
}

func (c *call) asked() int {
	names, _ := c.body["repositories"].([]any)
	ids, _ := c.body["repository_ids"].([]any)
	return len(names) + len(ids)
}

// selected returns the repositories that a token is asked for.
func (c *call) selected(i *installation) (out []*Repo, selected bool) {
	for _, r := range c.hub.reposOf(i.account.login) {
		if contains(c.body["repositories"], r.name) || contains(c.body["repository_ids"], float64(r.id)) {
			out = append(out, r)
		}
	}
	return out, c.asked() > 0
}

func contains(list, v any) bool {
	values, _ := list.([]any)
	for _, e := range values {
		if e == v {
			return true
		}
	}
	return false
}

// reposOf are an owner's repositories, by number; of all with "".
func (h *Hub) reposOf(owner string) []*Repo {
	var out []*Repo
	for _, r := range h.repos {
		if owner == "" || r.owner == owner {
			out = append(out, r)
		}
	}
	sort.Slice(out, func(a, b int) bool { return out[a].id < out[b].id })
	return out
}

func listInstalled(c *call) (reply, *refusal) {
	t := c.who.token
	var items []obj
	for _, r := range c.hub.reposOf(t.install.account.login) {
		if t.repos == nil || slices.Contains(t.repos, r.id) {
			items = append(items, r.render())
		}
	}
	return reply{status: http.StatusOK, items: items, isAll: true, key: "repositories"}, nil
}

// Install installs the App with an account, and says so by an event.
func (h *Hub) Install(owner string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.installed[owner] == nil {
		h.install(owner)
		h.emitInstallation(owner, "created")
	}
}

// Uninstall takes the App away from an account. Its tokens are void.
func (h *Hub) Uninstall(owner string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	i := h.installed[owner]
	if i == nil {
		return
	}
	h.emitInstallation(owner, "deleted")
	for secret, t := range h.tokens {
		if t.install == i {
			delete(h.tokens, secret)
		}
	}
	delete(h.installed, owner)
}

// Suspend suspends the App with an account, or ends that.
func (h *Hub) Suspend(owner string, suspended bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	i := h.installed[owner]
	if i == nil || i.suspended.IsZero() != suspended {
		return
	}
	action := "suspend"
	if i.suspended = h.now(); !suspended {
		i.suspended, action = time.Time{}, "unsuspend"
	}
	h.emitInstallation(owner, action)
}

// Installation returns the number of the App's installation with an account, 0
// if there is none.
func (h *Hub) Installation(owner string) int {
	h.mu.Lock()
	defer h.mu.Unlock()
	if i := h.installed[owner]; i != nil {
		return i.id
	}
	return 0
}
