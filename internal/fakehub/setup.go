package fakehub

import (
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// HookConfig is how events are delivered, beside the address and the secret.
// The zero value is as it should be: JSON, signed, and certificates verified.
type HookConfig struct {
	Form     bool // the content type is form: the payload is one field of it
	Insecure bool // certificates are not verified
	NoSecret bool // there is none, and nothing is signed
}

func (c HookConfig) render(url string) obj {
	out := obj{"url": url, "content_type": "json", "insecure_ssl": "0", "secret": "********"}
	if c.Form {
		out["content_type"] = "form"
	}
	if c.Insecure {
		out["insecure_ssl"] = "1"
	}
	if c.NoSecret {
		delete(out, "secret")
	}
	return out
}

// body is what is sent of a payload, and its content type.
func (c HookConfig) body(payload []byte) ([]byte, string) {
	if c.Form {
		return []byte(url.Values{"payload": {string(payload)}}.Encode()), "application/x-www-form-urlencoded"
	}
	return payload, "application/json"
}

// SetHookConfig says how the App's events are delivered from now on.
func (h *Hub) SetHookConfig(c HookConfig) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.hookConfig = c
}

// Subscribe says which events the App is sent. Those of its installations come
// whether it asks for them or not.
func (h *Hub) Subscribe(events ...string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.events = slices.Sorted(slices.Values(events))
}

// SetPermissions changes what the App asks for. Installations have less at
// once, and more only when it is accepted: see Accept.
func (h *Hub) SetPermissions(p map[string]string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.opts.Permissions = maps.Clone(p)
	for _, i := range h.installed {
		for name, level := range i.permissions {
			if levels[p[name]] < levels[level] {
				i.permissions[name] = p[name]
			}
		}
		maps.DeleteFunc(i.permissions, func(_, level string) bool { return level == "" })
	}
}

// Accept accepts what the App asks for, as an owner does, and says so by an
// event.
func (h *Hub) Accept(owner string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if i := h.installed[owner]; i != nil {
		i.permissions = maps.Clone(h.opts.Permissions)
		h.emitInstallation(owner, "new_permissions_accepted")
	}
}

// AllowRebase says whether pull requests may be merged by Rebase. They may,
// unless it says otherwise.
func (r *Repo) AllowRebase(yes bool) {
	r.hub.mu.Lock()
	defer r.hub.mu.Unlock()
	r.noRebase = !yes
}

// Hook is a webhook of the repository itself, not of the App. Its deliveries
// name no installation.
type Hook struct {
	URL, Secret string
	Events      []string // none are all: *
	Inactive    bool
	HookConfig
}

type hook struct {
	Hook
	id int
}

// AddHook makes a webhook of the repository itself, as those have who use no
// App, with all events.
func (r *Repo) AddHook(url, secret string) { r.SetHooks(Hook{URL: url, Secret: secret}) }

// SetHooks makes these the webhooks of the repository itself.
func (r *Repo) SetHooks(hooks ...Hook) {
	r.hub.mu.Lock()
	defer r.hub.mu.Unlock()
	r.hooks = nil
	for _, k := range hooks {
		if len(k.Events) == 0 {
			k.Events = []string{"*"}
		}
		r.hooks = append(r.hooks, hook{k, r.hub.nextID()})
	}
}

func (k *hook) wants(event string) bool {
	return !k.Inactive && (slices.Contains(k.Events, "*") || slices.Contains(k.Events, event))
}

func listHooks(c *call) (reply, *refusal) {
	var items []obj
	for _, k := range c.repo.hooks {
		items = append(items, obj{"id": k.id, "type": "Repository", "name": "web", "active": !k.Inactive, "events": k.Events,
			"config": k.render(k.URL), "url": c.repo.api("/hooks/%d", k.id), "last_response": c.hub.lastResponse(k.id)})
	}
	return list(items)
}

// lastResponse is how the last delivery of a repository's webhook was answered.
func (h *Hub) lastResponse(id int) obj {
	for _, d := range slices.Backward(h.sent) {
		if d.hook == nil || d.hook.id != id {
			continue
		}
		status := "active"
		if d.status() != "OK" {
			status = "error"
		}
		return obj{"code": d.StatusCode, "status": status, "message": d.status()}
	}
	return obj{"code": nil, "status": "unused", "message": nil}
}

// matches says whether a ruleset's pattern is about a ref, as Ruby's
// File.fnmatch does with FNM_PATHNAME: * and ? stop at a slash, and **/ alone
// stands for any number of parts:
// https://docs.github.com/repositories/configuring-branches-and-merges-in-your-repository/managing-rulesets/creating-rulesets-for-a-repository#using-fnmatch-syntax
func matches(pattern, ref string) bool {
	quoted := regexp.QuoteMeta(pattern)
	for _, as := range [][2]string{{`\*\*/`, "(?:[^/]+/)\x00"}, {`\*`, `[^/]*`}, {`\?`, `[^/]`}, {"\x00", "*"}} {
		quoted = strings.ReplaceAll(quoted, as[0], as[1])
	}
	ok, err := regexp.MatchString("^"+quoted+"$", ref)
	return err == nil && ok
}
