package webhook

import (
	"encoding/json"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/milepost-dev/milepost/internal/compile"
	"github.com/milepost-dev/milepost/internal/history"
)

// requirement is a check that the branch requires, and of which App it has to
// be: 0 is whoever.
type requirement struct {
	name string
	app  int64
}

// required are the checks that the branch requires, by rulesets and by its
// protection.
func (f *facts) required() (out []requirement) {
	for _, r := range f.rules.is {
		var p struct {
			Checks []struct {
				Context string
				App     int64 `json:"integration_id"`
			} `json:"required_status_checks"`
		}
		if r.Type == "required_status_checks" && json.Unmarshal(r.Parameters, &p) == nil {
			for _, c := range p.Checks {
				out = append(out, requirement{c.Context, c.App})
			}
		}
	}
	if p := f.branch.is.Protection; p.Enabled && p.Checks.Level != "off" {
		for _, c := range p.Checks.Checks {
			out = append(out, requirement{c.Context, max(c.AppID, 0)}) // -1 is whoever too
		}
	}
	return out
}

// judgeCheck says whether a change can be merged before it is checked.
func (f *facts) judgeCheck() []Diagnosis {
	const check = "required check"
	var ours, others, alike *requirement
	for _, r := range f.required() {
		switch {
		case r.name == CheckName && (r.app == 0 || f.app && r.app == f.appID):
			if ours == nil || ours.app == 0 {
				ours = &r
			}
		case r.name == CheckName:
			others = &r
		case strings.EqualFold(strings.TrimSpace(r.name), CheckName):
			alike = &r
		}
	}
	branch := tame(f.Branch)
	do := fmt.Sprintf("Settings, Rules, Rulesets, a ruleset for %s, Require status checks to pass: add %s", branch, CheckName)
	if f.app {
		do += fmt.Sprintf(", with the App %s as its source", tame(f.who.is.Slug))
	}
	do += " (" + f.settings("rules") + "). GitHub offers it there once it was made on a pull request."
	switch {
	case ours != nil && others != nil:
		return diagnosed(check, Warning, fmt.Sprintf("%s requires the check %s twice, the other one of another App (App ID %d): nothing is merged before both have come", branch, CheckName, others.app),
			"Settings, Rules, Rulesets, Require status checks to pass: take the other one out, unless it is meant ("+f.settings("rules")+").")
	case ours != nil && f.app && ours.app == 0:
		return diagnosed(check, Warning, fmt.Sprintf("%s requires the check %s of anybody: whoever may write can set it to success", branch, CheckName), do)
	case ours != nil:
		return allWell(check, "nothing is merged into %s without the check %s", branch, CheckName)
	case others != nil:
		return diagnosed(check, Problem, fmt.Sprintf("%s requires the check %s of another App (App ID %d), and not of this one", branch, CheckName, others.app), do)
	case alike != nil:
		return diagnosed(check, Problem, fmt.Sprintf("%s requires a check %q, and the one of the server is called %s", branch, tame(alike.name), CheckName), do)
	case f.rules.err != nil:
		return unknown(check, "the rules of "+branch, f.rules.err)
	case f.branch.err != nil:
		return unknown(check, "the protection of "+branch, f.branch.err)
	}
	return diagnosed(check, Problem, fmt.Sprintf("%s does not require the check %s: a change can be merged before it was checked, or although it needs a change", branch, CheckName), do)
}

// reviewRule is what a ruleset asks of reviews, and how it lets merge.
type reviewRule struct {
	Approvals int      `json:"required_approving_review_count"`
	Dismiss   bool     `json:"dismiss_stale_reviews_on_push"`
	LastPush  bool     `json:"require_last_push_approval"`
	Methods   []string `json:"allowed_merge_methods"`
}

func (f *facts) reviews() (out []reviewRule) {
	for _, r := range f.rules.is {
		var p reviewRule
		if r.Type == "pull_request" && json.Unmarshal(r.Parameters, &p) == nil {
			out = append(out, p)
		}
	}
	return out
}

// judgeApprovals says whether the approvals that a version's tag names are
// those of what was merged.
func (f *facts) judgeApprovals() []Diagnosis {
	const check = "approvals"
	branch, page := tame(f.Branch), " ("+f.settings("rules")+")."
	if f.rules.err != nil {
		return unknown(check, "the rules of "+branch, f.rules.err)
	}
	needed, fresh := 0, false
	for _, r := range f.reviews() {
		needed, fresh = max(needed, r.Approvals), fresh || r.Approvals > 0 && (r.Dismiss || r.LastPush)
	}
	switch {
	case needed == 0 && f.branch.is.Protection.Enabled:
		return diagnosed(check, Unchecked, branch+" has a branch protection, whose reviews are shown only to administrators",
			"Settings, Branches ("+f.settings("branches")+"): see that it requires approvals, and dismisses them when new commits are pushed.")
	case needed == 0:
		return diagnosed(check, Warning, branch+" requires no approval: the tags of versions may name nobody who approved them",
			"Settings, Rules, Rulesets, Require a pull request before merging: set Required approvals to 1 or more"+page)
	case !fresh:
		return diagnosed(check, Warning, "an approval stays when something is pushed after it, and a version's tag names only those who approved what was merged",
			"Settings, Rules, Rulesets, Require a pull request before merging: tick Dismiss stale pull request approvals when new commits are pushed"+page)
	}
	return allWell(check, "%s needed on %s, and given anew after each push", counted(needed, "approval is", "approvals are"), branch)
}

// tagNames are names of tags as versions have them, one for each framework that
// there is.
func (f *facts) tagNames() (out []string) {
	for _, id := range f.frameworkIDs() {
		out = append(out, "refs/tags/"+history.TagPrefix+id+"/v1.0.0")
	}
	if out == nil {
		return []string{"refs/tags/" + history.TagPrefix + "example/v1.0.0"}
	}
	return out
}

// frameworkIDs are the directories that hold frameworks.
func (f *facts) frameworkIDs() (out []string) {
	for _, e := range f.folder.is {
		if e.Type == "dir" && compile.IsFrameworkID(e.Name) && !slices.Contains(compile.ReservedNames, e.Name) {
			out = append(out, e.Name)
		}
	}
	return out
}

// barred are the names of tags for which some ruleset has a rule, all and any.
func (f *facts) barred(rule string, counts func(rulesetFacts) bool) (all, any bool) {
	names, n := f.tagNames(), 0
	for _, name := range names {
		if slices.ContainsFunc(f.tagRules.is, func(s rulesetFacts) bool {
			return s.Enforcement == "active" && counts(s) && slices.ContainsFunc(s.Rules, func(r struct{ Type string }) bool { return r.Type == rule }) && s.covers(name)
		}) {
			n++
		}
	}
	return n == len(names), n > 0
}

// covers says whether a ruleset is about a tag.
func (s rulesetFacts) covers(ref string) bool {
	named := func(pattern string) bool { return pattern == "~ALL" || refMatches(pattern, ref) }
	return slices.ContainsFunc(s.Conditions.RefName.Include, named) && !slices.ContainsFunc(s.Conditions.RefName.Exclude, named)
}

// refMatches says whether a ruleset's pattern is about a ref: * and ? stop at a
// slash, and only **/ stands for any number of parts. Of a pattern that is
// longer than any that makes sense it says no.
func refMatches(pattern, ref string) bool {
	parts := strings.Split(strings.ReplaceAll(pattern, "[!", "[^"), "/")
	parts = slices.CompactFunc(parts, func(a, b string) bool { return a == "**" && b == "**" })
	return len(parts) <= 32 && len(pattern) <= 1000 && partsMatch(parts, strings.Split(ref, "/"))
}

func partsMatch(pattern, ref []string) bool {
	if len(pattern) == 0 || len(ref) == 0 {
		return len(pattern) == len(ref)
	}
	if pattern[0] == "**" && len(pattern) > 1 {
		return partsMatch(pattern[1:], ref) || partsMatch(pattern, ref[1:])
	}
	ok, err := path.Match(pattern[0], ref[0])
	return err == nil && ok && partsMatch(pattern[1:], ref[1:])
}

// judgeTags says whether the tags of versions are safe from everybody, and the
// server can make them.
func (f *facts) judgeTags() []Diagnosis {
	const check = "tags"
	if f.tagRules.err != nil {
		return unknown(check, "the rules for tags", f.tagRules.err)
	}
	pattern, page := history.TagPrefix+"**/*", " ("+f.settings("rules")+")"
	each := func(rulesetFacts) bool { return true }
	if _, any := f.barred("creation", func(s rulesetFacts) bool { return s.Bypass == "never" || s.Bypass == "pull_requests_only" }); any && f.Release {
		return diagnosed(check, Problem, "a ruleset forbids the making of versions' tags, and the server may not pass it: no version gets its tag",
			"Settings, Rules, Rulesets, the ruleset for tags: add the App (or the token's account) to its Bypass list"+page+".")
	}
	if _, any := f.barred("creation", func(s rulesetFacts) bool { return s.Bypass == "" }); any && f.Release {
		return diagnosed(check, Unchecked, "a ruleset forbids the making of versions' tags, and GitHub does not say whether the server may pass it",
			"Settings, Rules, Rulesets, the ruleset for tags: see that the App (or the token's account) stands in its Bypass list"+page+".")
	}
	moved, _ := f.barred("update", each)
	deleted, _ := f.barred("deletion", each)
	var open []string
	if !moved {
		open = append(open, "moved")
	}
	if !deleted {
		open = append(open, "deleted")
	}
	if open == nil {
		return allWell(check, "the tags of versions can be neither moved nor deleted")
	}
	return diagnosed(check, Warning, "whoever may write can have a version's tag "+strings.Join(open, " or ")+", and so change what was frozen",
		fmt.Sprintf("Settings, Rules, Rulesets, New tag ruleset: make it Active, target the pattern %s exactly as it stands here (%s** covers no tag of a version), and tick Restrict updates and Restrict deletions%s.", pattern, history.TagPrefix, page))
}

func (f *facts) judgeMerging() []Diagnosis {
	const check = "merging"
	switch {
	case f.repo.err != nil && !f.app:
		return unknown(check, "", errTokenBlind)
	case f.repo.err != nil:
		return unknown(check, "how pull requests are merged", f.repo.err)
	}
	for _, r := range f.reviews() {
		if len(r.Methods) > 0 && !slices.Contains(r.Methods, "rebase") {
			return allWell(check, "a pull request becomes one commit, and so one version of a framework")
		}
	}
	switch allowed := f.repo.is.AllowRebase; {
	case allowed == nil:
		return diagnosed(check, Unchecked, "GitHub tells only those who may write how pull requests are merged",
			"Settings, General, Pull Requests: see that Allow rebase merging is not ticked ("+f.settings("")+").")
	case *allowed:
		return diagnosed(check, Warning, "rebase merging is allowed: each commit of a pull request then becomes a version of its own",
			"Settings, General, Pull Requests: take the tick from Allow rebase merging ("+f.settings("")+").")
	}
	return allWell(check, "a pull request becomes one commit, and so one version of a framework")
}

// fewCalls is the share of an hour's calls below which it is said.
const fewCalls = 0.2

func (f *facts) judgeRate() []Diagnosis {
	const check = "rate limit"
	c := f.rate.is.Resources.Core
	switch {
	case f.rate.err != nil:
		return unknown(check, "the calls that are left", f.rate.err)
	case c.Limit <= 0: // an Enterprise Server can be without limits
		return allWell(check, "calls are not limited")
	}
	text := fmt.Sprintf("%d of %d calls an hour are left, anew at %s", c.Remaining, c.Limit, moment(time.Unix(c.Reset, 0)))
	if float64(c.Remaining) >= fewCalls*float64(c.Limit) {
		return allWell(check, "%s", text)
	}
	return diagnosed(check, Warning, text+": when none is left, GitHub answers nothing until then",
		"See what else uses this App or token: each program should have its own. The server waits by itself, and goes on.")
}

// judgeRepository says whether the frameworks can be read.
func (f *facts) judgeRepository() []Diagnosis {
	const check = "repository"
	root, where := tame(f.Root), f.owner+"/"+f.name
	var s *statusError
	switch n := len(f.frameworkIDs()); {
	case f.tip.err != nil:
		return f.judgeTip()
	case f.repo.is.Archived:
		return diagnosed(check, Problem, where+" is archived: nobody can change anything in it, the server included", "Settings, General, Unarchive this repository ("+f.settings("")+").")
	case errors.As(f.folder.err, &s) && s.status == 404:
		return diagnosed(check, Problem, fmt.Sprintf("there is no folder %s on the branch %s", root, tame(f.Branch)),
			"Name the folder of the frameworks with --dir, or the branch with --branch; milepost init makes the first files.")
	case f.folder.err != nil:
		return unknown(check, "the folder "+root, f.folder.err)
	case n == 0:
		return diagnosed(check, Warning, fmt.Sprintf("there is no framework in the folder %s of %s", root, tame(f.Branch)), "milepost init writes an example; or name another folder with --dir.")
	case !slices.Contains(f.folder.is, folderEntry{compile.OrganisationFile, "file"}):
		return diagnosed(check, Warning, fmt.Sprintf("there is no %s/%s: days begin and end in UTC, and there are no house rules", root, compile.OrganisationFile),
			"Add that file, with the organisation's name and time zone; milepost init writes an example.")
	default:
		return allWell(check, "Git reads the branch %s, with %s", tame(f.tip.is), counted(n, "framework", "frameworks"))
	}
}

// judgeTip says why Git cannot read the repository.
func (f *facts) judgeTip() []Diagnosis {
	const check = "repository"
	var w waiting
	if errors.As(f.tip.err, &w) {
		return unknown(check, "the repository", f.tip.err)
	}
	return diagnosed(check, Problem, "Git cannot read the repository: "+tame(f.tip.err.Error()),
		"See that Contents: Read is among the permissions, and that this machine reaches "+f.web+"; then ask again.")
}
