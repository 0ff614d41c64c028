package webhook

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/milepost-dev/milepost/internal/compile"
)

// TestJudge is what is judged of facts that the stand-in for GitHub does not
// have.
func TestJudge(t *testing.T) {
	t.Parallel()
	whole := []folderEntry{{"a", "dir"}, {compile.OrganisationFile, "file"}, {"next", "dir"}}
	late := fmt.Errorf("asking: %w", context.DeadlineExceeded)
	var creating rulesetFacts
	if err := json.Unmarshal([]byte(`{"target":"tag","enforcement":"active","conditions":{"ref_name":{"include":["~ALL"]}},"rules":[{"type":"creation"},{"type":"update"},{"type":"deletion"}]}`), &creating); err != nil {
		t.Fatal(err)
	}
	evaluated := creating
	evaluated.Enforcement = "evaluate"
	later := creating
	later.Bypass = "pull_requests_only"
	squash := branchRule{"pull_request", json.RawMessage(`{"allowed_merge_methods":["squash"],"required_approving_review_count":2,"dismiss_stale_reviews_on_push":true}`)}
	odd := branchRule{"required_status_checks", json.RawMessage(`{"required_status_checks":"none"}`)}
	for name, c := range map[string]struct {
		facts facts
		judge func(*facts) []Diagnosis
		want  says
	}{
		"archived":          {facts{repo: fact[repositoryFacts]{is: repositoryFacts{Archived: true}}}, (*facts).judgeRepository, says{"repository", Problem, "is archived", "Unarchive"}},
		"reserved names":    {facts{folder: fact[[]folderEntry]{is: whole}}, (*facts).judgeRepository, says{"repository", OK, "with 1 framework", ""}},
		"an odd folder":     {facts{folder: fact[[]folderEntry]{err: errUnreadable}}, (*facts).judgeRepository, says{"repository", Unchecked, "cannot be read", "few minutes"}},
		"squash alone":      {facts{rules: fact[[]branchRule]{is: []branchRule{odd, squash}}}, (*facts).judgeMerging, says{"merging", OK, "one commit", ""}},
		"two approvals":     {facts{rules: fact[[]branchRule]{is: []branchRule{squash}}}, (*facts).judgeApprovals, says{"approvals", OK, "2 approvals are needed", ""}},
		"an odd rule":       {facts{rules: fact[[]branchRule]{is: []branchRule{odd}}}, (*facts).judgeCheck, says{"required check", Problem, "does not require", "add milepost"}},
		"no limits":         {facts{}, (*facts).judgeRate, says{"rate limit", OK, "not limited", ""}},
		"slow":              {facts{rate: fact[rateFacts]{err: late}}, (*facts).judgeRate, says{"rate limit", Unchecked, "did not answer in time", "few minutes"}},
		"limited":           {facts{rate: fact[rateFacts]{err: &laterError{time.Minute, "GitHub asks to wait"}}}, (*facts).judgeRate, says{"rate limit", Unchecked, "asks to wait", "few minutes"}},
		"who may is hidden": {facts{tagRules: fact[[]rulesetFacts]{is: []rulesetFacts{creating}}, Examination: Examination{Release: true}}, (*facts).judgeTags, says{"tags", Unchecked, "does not say whether", "Bypass list"}},
		"by pull requests":  {facts{tagRules: fact[[]rulesetFacts]{is: []rulesetFacts{later}}, Examination: Examination{Release: true}}, (*facts).judgeTags, says{"tags", Problem, "no version gets its tag", "Bypass list"}},
		"made by people":    {facts{tagRules: fact[[]rulesetFacts]{is: []rulesetFacts{later}}}, (*facts).judgeTags, says{"tags", OK, "neither moved nor deleted", ""}},
		"tried out":         {facts{tagRules: fact[[]rulesetFacts]{is: []rulesetFacts{evaluated}}}, (*facts).judgeTags, says{"tags", Warning, "moved or deleted", "make it Active"}},
		"moved, by App":     {facts{app: true, installation: fact[installationFacts]{err: &statusError{301, ""}}}, (*facts).judgeInstallation, says{"installation", Problem, "has moved", "--github-repo"}},
		"moved, by token":   {facts{repo: fact[repositoryFacts]{err: &statusError{301, ""}}}, (*facts).judgeWho, says{"token", Problem, "has moved", "--github-repo"}},
		"no date":           {facts{}, (*facts).judgeClock, says{"clock", Unchecked, "no date", "Compare"}},
		"no answer":         {facts{app: true, sent: fact[[]delivered]{is: []delivered{{Status: "timed out"}}}}, (*facts).judgeDeliveries, says{"deliveries", Problem, "nothing answered in time", "10 seconds"}},
		"cut off":           {facts{app: true, sent: fact[[]delivered]{is: []delivered{{Code: 200}}}}, (*facts).judgeMissed, says{"missed deliveries", OK, "none among the newest 1", ""}},
		"no secret here":    {facts{Examination: Examination{ServerURL: "https://x"}}, (*facts).judgePings, says{"webhook from here", Unchecked, "no secret to sign by", "--github-webhook-secret-file"}},
		"nothing proven": {facts{app: true, hook: fact[hookFacts]{is: hookFacts{Config: hookConfig{URL: "https://x", Secret: "*"}}}, sent: fact[[]delivered]{is: []delivered{{Code: 502}}}}, (*facts).judgeSecret,
			says{"webhook secret", Unchecked, "the first delivery that arrives", "Open or close"}},
		"an unverified 1": {facts{app: true, Examination: Examination{WebhookPath: hookPath}, hook: fact[hookFacts]{is: hookFacts{Active: true, Config: hookConfig{URL: "https://x" + hookPath, Insecure: json.RawMessage("1")}}}},
			(*facts).judgeHook, says{"webhook", Problem, "does not verify", "SSL verification"}},
		"a person's App": {facts{app: true, installation: fact[installationFacts]{is: installationFacts{ID: 9, SuspendedAt: &time.Time{}, Account: account{"ada", "User"}}}, web: "https://github.com", owner: "ada"},
			(*facts).judgeInstallation, says{"installation", Problem, "suspended", "(https://github.com/settings/installations/9)"}},
		"something else": {facts{hook: fact[hookFacts]{err: errors.New("\x1b[31mred")}}, (*facts).judgeSecret, says{"webhook secret", Unchecked, "the webhook: [31mred", ""}},
	} {
		got := c.judge(&c.facts)
		if len(got) != 1 {
			t.Errorf("%s: got %+v", name, got)
			continue
		}
		t.Run(name, func(t *testing.T) {
			harmless(t, got[0])
			compared(t, got, []says{c.want})
		})
	}
}
