package fakehub

import (
	"net/http"
	"slices"
	"strings"
)

func getBranch(c *call) (reply, *refusal) {
	name := c.params["branch"]
	at := c.repo.refs["refs/heads/"+name]
	if at == "" {
		return no(&refusal{status: http.StatusNotFound, message: "Branch not found"})
	}
	found, err := c.repo.git.commit(at)
	if err != nil {
		return broken(err)
	}
	p, protected := c.repo.protections[name]
	url := c.repo.api("/branches/%s", name)
	protection := obj{"enabled": protected, "required_status_checks": c.repo.renderRequired(p, name)}
	return ok(obj{"name": name, "commit": c.repo.renderCommit(found), "protected": protected, "protection": protection, "protection_url": url + "/protection",
		"_links": obj{"self": url, "html": c.repo.html("/tree/%s", name)}})
}

func (r *Repo) renderRequired(p Protection, branch string) obj {
	checks, contexts := []obj{}, []string{}
	for _, name := range p.Required {
		checks, contexts = append(checks, obj{"context": name, "app_id": appOrNil(p.From)}), append(contexts, name)
	}
	url := r.api("/branches/%s/protection/required_status_checks", branch)
	return obj{"url": url, "strict": p.Strict, "contexts": contexts, "checks": checks, "contexts_url": url + "/contexts", "enforcement_level": "non_admins"}
}

func getProtection(c *call) (reply, *refusal) {
	name := c.params["branch"]
	p, protected := c.repo.protections[name]
	if !protected {
		return no(&refusal{status: http.StatusNotFound, message: "Branch not protected"})
	}
	url := c.repo.api("/branches/%s/protection", name)
	off := func() obj { return obj{"enabled": false} }
	out := obj{"url": url, "enforce_admins": obj{"url": url + "/enforce_admins", "enabled": false}, "allow_force_pushes": off(), "allow_deletions": off(),
		"required_linear_history": off(), "required_conversation_resolution": off()}
	if len(p.Required) > 0 {
		out["required_status_checks"] = c.repo.renderRequired(p, name)
	}
	if p.Approvals > 0 {
		out["required_pull_request_reviews"] = obj{"url": url + "/required_pull_request_reviews", "dismiss_stale_reviews": p.DismissStale,
			"require_code_owner_reviews": p.CodeOwners, "required_approving_review_count": p.Approvals, "require_last_push_approval": p.LastPush}
	}
	return ok(out)
}

func listBranchRules(c *call) (reply, *refusal) {
	items := []obj{}
	for _, s := range c.repo.rulesets {
		if !c.repo.covers(s, "refs/heads/"+c.params["branch"]) {
			continue
		}
		for _, name := range s.Rules {
			o := s.rule(name)
			o["ruleset_id"], o["ruleset_source"], o["ruleset_source_type"] = s.id, c.repo.FullName(), "Repository"
			items = append(items, o)
		}
	}
	return list(items)
}

// rule is a rule with its parameters.
func (s Ruleset) rule(name string) obj {
	o := obj{"type": name}
	switch name {
	case "update":
		o["parameters"] = obj{"update_allows_fetch_and_merge": false}
	case "pull_request":
		o["parameters"] = obj{"dismiss_stale_reviews_on_push": s.DismissStale, "require_code_owner_review": s.CodeOwners, "require_last_push_approval": s.LastPush,
			"required_approving_review_count": s.Approvals, "required_review_thread_resolution": false}
	case "required_status_checks":
		checks := []obj{}
		for _, name := range s.Required {
			o := obj{"context": name}
			if s.From != 0 {
				o["integration_id"] = s.From
			}
			checks = append(checks, o)
		}
		o["parameters"] = obj{"required_status_checks": checks, "strict_required_status_checks_policy": s.Strict}
	case "merge_queue":
		o["parameters"] = obj{"check_response_timeout_minutes": 60, "grouping_strategy": "ALLGREEN", "max_entries_to_build": 5, "max_entries_to_merge": 5,
			"merge_method": "MERGE", "min_entries_to_merge": 1, "min_entries_to_merge_wait_minutes": 0}
	}
	return o
}

func appOrNil(id int) any {
	if id == 0 {
		return nil
	}
	return id
}

// renderRuleset is a ruleset as a caller sees it, who may bypass it or not. Who
// may besides is told to those alone who may change it.
func (c *call) renderRuleset(s Ruleset, whole bool) obj {
	r := c.repo
	out := obj{"id": s.id, "name": s.Name, "target": "branch", "source_type": "Repository", "source": r.FullName(), "enforcement": "active",
		"node_id": node("Ruleset", s.id), "_links": obj{"self": obj{"href": r.api("/rulesets/%d", s.id)}}}
	if s.Target != "" {
		out["target"] = s.Target
	}
	if s.Disabled {
		out["enforcement"] = "disabled"
	}
	if !whole {
		return out
	}
	rules, bypass, mine := []obj{}, []obj{}, "never"
	for _, name := range s.Rules {
		rules = append(rules, s.rule(name))
	}
	if s.BypassApp {
		bypass = append(bypass, obj{"actor_id": appID, "actor_type": "Integration", "bypass_mode": "always"})
		if c.who.kind == asInstallation {
			mine = "always"
		}
	}
	if out["rules"], out["current_user_can_bypass"] = rules, mine; levels[c.granted("administration")] >= levels["write"] {
		out["bypass_actors"] = bypass
	}
	out["conditions"] = obj{"ref_name": obj{"include": append([]string{}, s.Include...), "exclude": append([]string{}, s.Exclude...)}}
	return out
}

func listRulesets(c *call) (reply, *refusal) {
	items := []obj{}
	for _, s := range c.repo.rulesets {
		if want := c.query.Get("targets"); want == "" || slices.Contains(strings.Split(want, ","), s.Target) {
			items = append(items, c.renderRuleset(s, false))
		}
	}
	return list(items)
}

func getRuleset(c *call) (reply, *refusal) {
	for _, s := range c.repo.rulesets {
		if s.id == atoi(c.params["ruleset_id"]) {
			return ok(c.renderRuleset(s, true))
		}
	}
	return no(notFound())
}
