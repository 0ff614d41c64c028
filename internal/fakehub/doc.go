// Package fakehub is the only package that plays GitHub: a handler that answers
// the REST API and serves Git, with state, webhooks, a merge queue and faults.
// Tests of what talks to GitHub use it, and so does the demo; it knows nothing
// of frameworks.
//
// # Using it
//
//	hub, err := fakehub.New(fakehub.Options{Dir: t.TempDir(), Now: clock})
//	srv := httptest.NewServer(hub.Handler())
//	hub.SetURL(srv.URL)                         // for links in answers and events
//	repo, err := hub.CreateRepo("acme", "careers", fakehub.RepoOptions{Files: files})
//	hub.SetWebhook(server.URL+"/webhook", "secret")
//
//	n, err := repo.OpenPull(fakehub.PullOptions{Branch: "topic", Files: change})
//	_, err = hub.Deliver(ctx)                   // or hub.Run(ctx) in the background
//	...                                         // the server does its work
//	sha, err := repo.MergePull(n, fakehub.Squash)
//
//	state, err := hub.State()                   // what lasts, without numbers and times
//	if v := hub.Violations(); len(v) > 0 { ... } // what GitHub would have refused
//
// The API is at srv.URL+"/" as on github.com and at srv.URL+"/api/v3/" as on
// GitHub Enterprise Server; repositories are at srv.URL+"/acme/careers.git", with
// the token as the password. hub.App has what an operator enters: the App's
// number, key and webhook secret. The App is installed with the owner of each
// repository that CreateRepo makes (hub.Installation has the number); tokens are
// minted with POST /app/installations/{id}/access_tokens, live an hour by the
// hub's clock, and can do what their permissions say, endpoint by endpoint.
// hub.UserToken is a person's token, which can do what repo.SetPermission says,
// and cannot write checks. hub.Secrets has all that must not be said by anybody.
//
// # What it refuses
//
// Every request and every answer is held against GitHub's own description of
// its API (see description.go for where it comes from), and against what the
// description leaves to prose. A refusal of that kind is answered 422 and is a
// Violation: unknown fields and parameters, a null body, per_page above 100, a
// short SHA, refs without refs/ where they need it and with refs/ where the path
// has it, a check run that is completed without a conclusion, annotations with
// columns over several lines or more than 50 at once, texts that are too long,
// review comments off the lines of the difference, suggestions on removed
// lines, no authorization at all. Two are only ever the fake's own: calls of an
// operation that the description as it is cut here does not have, and answers
// of the fake that are not as described.
//
// What is right in itself and refused as things stand is no violation: a ref
// that exists (422), a release of a tag that has one (422), a branch that is
// protected (422), a thing that is not there or not for the caller's eyes (404),
// a permission that is missing (403), a token that is expired (401), a limit
// that is used up (403).
//
// # What is as on GitHub, and easily overlooked
//
//   - A pull request's base.sha is the base's tip when the head last moved, not
//     the base's tip now: ask for the branch.
//   - mergeable is null until the test merge is made: after Options.MergeAfter
//     reads of the pull request, or by repo.ComputeMerges. Until then
//     refs/pull/N/merge is absent or old. On a conflict it goes away.
//   - Check runs add annotations on update. A list of a commit's check runs has
//     the newest of each name.
//   - check_run and check_suite events of a fork's commits have no pull requests.
//   - More than three tags in one push make no events.
//   - A pull request whose commits reach the base otherwise counts as merged.
//   - POST git/tags makes no ref. A published release makes its tag if there is
//     none, a light one.
//   - Lists are paged with Link headers, deliveries by cursors. GETs have ETags;
//     a 304 does not count towards the rate limit.
//   - A rebase makes a new commit of each, even where none is needed.
//   - A delivery is tried once, for ten seconds; redelivered it has its old GUID.
//   - Permissions that the App asks for anew count once an owner accepts them:
//     see SetPermissions. It is sent the events alone that it subscribed to.
//   - In a ruleset's patterns * stops at a slash, ** too unless one follows. Who
//     may bypass a ruleset is told to those who may change it; to others, whether
//     they may themselves. How pull requests are merged is told to who may write.
//
// # Events
//
// They follow from what happens, whoever did it: helper, API or git push. They
// are written out when it happens and pend until Deliver or Run sends them. Run
// sends one after the other, in order, unless a fault says otherwise.
//
// # Faults and hooks
//
// hub.Fault sets a rule: which calls or deliveries, when (the nth, so many times,
// one in so many by Options.Seed), and what goes wrong. Options.Hook is called
// before the effect of each call and after it, outside all locks: to end a
// process at each call in turn, count the calls of a clean run with hub.Calls,
// and run again once for each with a Fault or Hook that comes at the Nth.
//
// # Pages
//
// What happens can be watched in a browser: / has the repositories, /{owner}/{repo}
// the pull requests, tags, releases and all that happened, /{owner}/{repo}/pull/{n}
// a pull request as people see it on GitHub (conversation, check, annotations
// and suggestions below their lines), /{owner}/{repo}/releases what was
// released. Everybody who can connect may read them, and reading is no call. They
// show what GitHub would make of the Markdown and HTML in texts, and look like no
// page of GitHub's.
//
// # Determinism
//
// Numbers are counted, dates are of Options.Now, commits have the dates and
// names of who makes them: the same calls in the same order make the same hub,
// SHAs included. All effects are under one lock, in order of calls. Only the
// App's key is of chance.
package fakehub
