package webhook

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// routesAsked are the calls that the server makes, as they stand in the code and as
// they arrive. What has no route here is never made by the server.
var routesAsked = map[string]string{
	"app":                                     "GET /app",
	"installation":                            "GET /repos/{owner}/{repo}/installation",
	"access_tokens":                           "POST /app/installations/{installation_id}/access_tokens",
	"Checks.CreateCheckRun":                   "POST /repos/{owner}/{repo}/check-runs",
	"Checks.ListCheckRunsForRef":              "GET /repos/{owner}/{repo}/commits/{ref}/check-runs",
	"Checks.UpdateCheckRun":                   "PATCH /repos/{owner}/{repo}/check-runs/{check_run_id}",
	"Git.CreateRef":                           "POST /repos/{owner}/{repo}/git/refs",
	"Git.CreateTag":                           "POST /repos/{owner}/{repo}/git/tags",
	"Git.GetRef":                              "GET /repos/{owner}/{repo}/git/ref/{ref}",
	"Git.GetTag":                              "GET /repos/{owner}/{repo}/git/tags/{tag_sha}",
	"Git.ListMatchingRefs":                    "GET /repos/{owner}/{repo}/git/matching-refs/{ref}",
	"Issues.CreateComment":                    "POST /repos/{owner}/{repo}/issues/{issue_number}/comments",
	"Issues.DeleteComment":                    "DELETE /repos/{owner}/{repo}/issues/comments/{comment_id}",
	"Issues.EditComment":                      "PATCH /repos/{owner}/{repo}/issues/comments/{comment_id}",
	"Issues.ListComments":                     "GET /repos/{owner}/{repo}/issues/{issue_number}/comments",
	"PullRequests.CreateReview":               "POST /repos/{owner}/{repo}/pulls/{pull_number}/reviews",
	"PullRequests.DeleteComment":              "DELETE /repos/{owner}/{repo}/pulls/comments/{comment_id}",
	"PullRequests.Get":                        "GET /repos/{owner}/{repo}/pulls/{pull_number}",
	"PullRequests.List":                       "GET /repos/{owner}/{repo}/pulls",
	"PullRequests.ListComments":               "GET /repos/{owner}/{repo}/pulls/{pull_number}/comments",
	"PullRequests.ListFiles":                  "GET /repos/{owner}/{repo}/pulls/{pull_number}/files",
	"PullRequests.ListPullRequestsWithCommit": "GET /repos/{owner}/{repo}/commits/{commit_sha}/pulls",
	"PullRequests.ListReviews":                "GET /repos/{owner}/{repo}/pulls/{pull_number}/reviews",
	"Repositories.CreateRelease":              "POST /repos/{owner}/{repo}/releases",
	"Repositories.CreateStatus":               "POST /repos/{owner}/{repo}/statuses/{sha}",
	"Repositories.GetCombinedStatus":          "GET /repos/{owner}/{repo}/commits/{ref}/status",
	"Repositories.GetReleaseByTag":            "GET /repos/{owner}/{repo}/releases/tags/{tag}",
	"Repositories.ListReleases":               "GET /repos/{owner}/{repo}/releases",
	"Users.Get":                               "GET /user",
}

// fetches are Git's own calls.
var fetches = []string{"GET info/refs", "POST git-upload-pack"}

// routes: each call that stands in the code has its route, and
// each route is one that something befalls in the proof.
func (q *proof) routes(t *testing.T) {
	befallen := map[string]bool{}
	for _, b := range q.blows() {
		befallen[b.spot.kind()] = true
	}
	for call, route := range routesAsked {
		if !befallen[route] {
			t.Errorf("nothing befalls %s, %s", call, route)
		}
	}
	for _, route := range fetches {
		if !befallen[route] {
			t.Errorf("nothing befalls %s", route)
		}
	}
	inCode := callsInCode(t)
	for _, call := range inCode {
		if routesAsked[call] == "" {
			t.Errorf("%s is called, and no scene has it: give it a route, and a scene that leads to it", call)
		}
	}
	for call := range routesAsked {
		if !slices.Contains(inCode, call) {
			t.Errorf("%s is not called any more", call)
		}
	}
}

// callsInCode are the calls of GitHub's API in the package's files: methods of
// the two clients, by service and name, and the ends of what is asked as the App.
// What `milepost doctor` asks is no work of the server's.
func callsInCode(t *testing.T) []string {
	t.Helper()
	files, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, f := range files {
		name := f.Name()
		if !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") || strings.HasPrefix(name, "doctor") {
			continue
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(parsed, func(n ast.Node) bool {
			if call, ok := n.(*ast.CallExpr); ok {
				out = append(out, callOf(call)...)
			}
			return true
		})
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func callOf(call *ast.CallExpr) []string {
	method, ok := call.Fun.(*ast.SelectorExpr)
	if !ok {
		return nil
	}
	if method.Sel.Name == "call" && len(call.Args) > 2 {
		var ends []string
		ast.Inspect(call.Args[2], func(n ast.Node) bool {
			if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
				path, _ := strconv.Unquote(lit.Value)
				ends = append(ends, path[strings.LastIndex(path, "/")+1:])
			}
			return true
		})
		return ends
	}
	service, ok := method.X.(*ast.SelectorExpr)
	if !ok {
		return nil
	}
	if client, ok := service.X.(*ast.SelectorExpr); ok && (client.Sel.Name == "check" || client.Sel.Name == "make") {
		return []string{service.Sel.Name + "." + method.Sel.Name}
	}
	return nil
}
