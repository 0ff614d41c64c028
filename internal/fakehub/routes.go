package fakehub

// route is what an operation needs and does.
type route struct {
	need string // a permission as contents:read, several with | between, or one of the needs
	do   func(*call) (reply, *refusal)
}

const (
	readIssues  = "issues:read|pull_requests:read"
	writeIssues = "issues:write|pull_requests:write"
)

// routes are the operations of the description, with the permissions that they
// need: https://docs.github.com/rest/authentication/permissions-required-for-github-apps
var routes = map[string]route{
	"GET /meta":                        {needNothing, getMeta},
	"GET /rate_limit":                  {needNothing, getRateLimit},
	"GET /user":                        {needUser, getUser},
	"GET /app":                         {needApp, getApp},
	"GET /app/hook/config":             {needApp, getHookConfig},
	"GET /app/installations":           {needApp, listInstallations},
	"GET /installation/repositories":   {needInstallation, listInstalled},
	"GET /app/hook/deliveries":         {needApp, listDeliveries},
	"GET /repos/{owner}/{repo}":        {"metadata:read", getRepo},
	"GET /repos/{owner}/{repo}/hooks":  {"repository_hooks:read", listHooks},
	"GET /repos/{owner}/{repo}/pulls":  {"pull_requests:read", listPulls},
	"POST /repos/{owner}/{repo}/pulls": {"pull_requests:write", createPull},

	"GET /app/installations/{installation_id}":                {needApp, getInstallation},
	"POST /app/installations/{installation_id}/access_tokens": {needApp, createToken},
	"GET /app/hook/deliveries/{delivery_id}":                  {needApp, getDelivery},
	"POST /app/hook/deliveries/{delivery_id}/attempts":        {needApp, redeliver},

	"GET /repos/{owner}/{repo}/installation":                        {needApp, getRepoInstallation},
	"GET /repos/{owner}/{repo}/collaborators/{username}/permission": {"metadata:read", getPermission},
	"GET /repos/{owner}/{repo}/branches/{branch}":                   {"contents:read", getBranch},
	"GET /repos/{owner}/{repo}/branches/{branch}/protection":        {"administration:read", getProtection},
	"GET /repos/{owner}/{repo}/rules/branches/{branch}":             {"metadata:read", listBranchRules},
	"GET /repos/{owner}/{repo}/rulesets":                            {"metadata:read", listRulesets},
	"GET /repos/{owner}/{repo}/rulesets/{ruleset_id}":               {"metadata:read", getRuleset},

	"POST /repos/{owner}/{repo}/check-runs":                           {"checks:write", createCheck},
	"GET /repos/{owner}/{repo}/check-runs/{check_run_id}":             {"checks:read", getCheck},
	"PATCH /repos/{owner}/{repo}/check-runs/{check_run_id}":           {"checks:write", updateCheck},
	"GET /repos/{owner}/{repo}/check-runs/{check_run_id}/annotations": {"checks:read", listAnnotations},
	"GET /repos/{owner}/{repo}/commits/{ref}/check-runs":              {"checks:read", listChecks},
	"GET /repos/{owner}/{repo}/commits/{ref}/status":                  {"statuses:read", getStatus},
	"POST /repos/{owner}/{repo}/statuses/{sha}":                       {"statuses:write", createStatus},

	"GET /repos/{owner}/{repo}/commits/{ref}":              {"contents:read", getCommit},
	"GET /repos/{owner}/{repo}/commits/{commit_sha}/pulls": {"pull_requests:read", listCommitPulls},
	"GET /repos/{owner}/{repo}/compare/{basehead}":         {"contents:read", compare},
	"GET /repos/{owner}/{repo}/contents/{path}":            {"contents:read", getContents},
	"PUT /repos/{owner}/{repo}/contents/{path}":            {"contents:write", putContents},

	"GET /repos/{owner}/{repo}/issues/{issue_number}/comments":  {readIssues, listComments},
	"POST /repos/{owner}/{repo}/issues/{issue_number}/comments": {writeIssues, createComment},
	"GET /repos/{owner}/{repo}/issues/comments/{comment_id}":    {readIssues, getComment},
	"PATCH /repos/{owner}/{repo}/issues/comments/{comment_id}":  {writeIssues, updateComment},
	"DELETE /repos/{owner}/{repo}/issues/comments/{comment_id}": {writeIssues, deleteComment},
	"GET /repos/{owner}/{repo}/issues/{issue_number}/labels":    {readIssues, listLabels},
	"POST /repos/{owner}/{repo}/issues/{issue_number}/labels":   {writeIssues, addLabels},

	"POST /repos/{owner}/{repo}/git/tags":               {"contents:write", createTag},
	"GET /repos/{owner}/{repo}/git/tags/{tag_sha}":      {"contents:read", getTag},
	"POST /repos/{owner}/{repo}/git/refs":               {"contents:write", createRef},
	"PATCH /repos/{owner}/{repo}/git/refs/{ref}":        {"contents:write", updateRef},
	"DELETE /repos/{owner}/{repo}/git/refs/{ref}":       {"contents:write", deleteRef},
	"GET /repos/{owner}/{repo}/git/ref/{ref}":           {"contents:read", getRef},
	"GET /repos/{owner}/{repo}/git/matching-refs/{ref}": {"contents:read", listMatchingRefs},
	"POST /repos/{owner}/{repo}/git/blobs":              {"contents:write", createBlob},
	"POST /repos/{owner}/{repo}/git/trees":              {"contents:write", createTree},
	"POST /repos/{owner}/{repo}/git/commits":            {"contents:write", createCommit},

	"GET /repos/{owner}/{repo}/releases":                {"contents:read", listReleases},
	"POST /repos/{owner}/{repo}/releases":               {"contents:write", createRelease},
	"GET /repos/{owner}/{repo}/releases/{release_id}":   {"contents:read", getRelease},
	"PATCH /repos/{owner}/{repo}/releases/{release_id}": {"contents:write", updateRelease},
	"GET /repos/{owner}/{repo}/releases/tags/{tag}":     {"contents:read", getReleaseByTag},

	"GET /repos/{owner}/{repo}/pulls/{pull_number}":           {"pull_requests:read", getPull},
	"PATCH /repos/{owner}/{repo}/pulls/{pull_number}":         {"pull_requests:write", updatePull},
	"GET /repos/{owner}/{repo}/pulls/{pull_number}/files":     {"pull_requests:read", listPullFiles},
	"GET /repos/{owner}/{repo}/pulls/{pull_number}/commits":   {"pull_requests:read", listPullCommits},
	"GET /repos/{owner}/{repo}/pulls/{pull_number}/reviews":   {"pull_requests:read", listReviews},
	"POST /repos/{owner}/{repo}/pulls/{pull_number}/reviews":  {"pull_requests:write", createReview},
	"GET /repos/{owner}/{repo}/pulls/{pull_number}/comments":  {"pull_requests:read", listNotes},
	"POST /repos/{owner}/{repo}/pulls/{pull_number}/comments": {"pull_requests:write", createNote},
	"GET /repos/{owner}/{repo}/pulls/comments/{comment_id}":   {"pull_requests:read", getNote},
	"PATCH /repos/{owner}/{repo}/pulls/comments/{comment_id}": {"pull_requests:write", updateNote},
	"DELETE /repos/{owner}/{repo}/pulls/comments/{comment_id}": {
		"pull_requests:write", deleteNote},
}
