package webhook

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/milepost-dev/milepost/internal/fakehub"
	"github.com/milepost-dev/milepost/internal/gittest"
)

// TestDoctorOfRules: what is required of the branch, and what keeps the tags.
func TestDoctorOfRules(t *testing.T) {
	t.Parallel()
	for name, k := range map[string]struct {
		branch func(*clinic, *fakehub.Ruleset) // nil leaves it right
		tags   func(*fakehub.Ruleset)
		more   func(*clinic)
		want   []says
	}{
		"nothing is required": {branch: func(_ *clinic, s *fakehub.Ruleset) { s.Disabled = true },
			want: []says{{"required check", Problem, "main does not require the check milepost", "add milepost, with the App milepost-app as its source"},
				{"approvals", Warning, "main requires no approval", "Required approvals to 1 or more"}}},
		"of anybody": {branch: func(_ *clinic, s *fakehub.Ruleset) { s.From = 0 },
			want: []says{{"required check", Warning, "of anybody: whoever may write can set it", "as its source"}}},
		"of another App": {branch: func(_ *clinic, s *fakehub.Ruleset) { s.From = 15368 },
			want: []says{{"required check", Problem, "of another App (App ID 15368), and not of this one", "as its source"}}},
		"of another name": {branch: func(_ *clinic, s *fakehub.Ruleset) { s.Required = []string{"Milepost"} },
			want: []says{{"required check", Problem, `requires a check "Milepost", and the one of the server is called milepost`, "add milepost"}}},
		"by a protection": {branch: func(c *clinic, s *fakehub.Ruleset) {
			s.Disabled = true
			c.repo.Protect("main", fakehub.Protection{Required: []string{CheckName}, From: c.hub.App().ID, Approvals: 1})
		}, want: []says{{"approvals", Unchecked, "shown only to administrators", "requires approvals"}}},
		"by a protection of anybody": {branch: func(c *clinic, s *fakehub.Ruleset) {
			s.Rules = []string{"pull_request"}
			c.repo.Protect("main", fakehub.Protection{Required: []string{CheckName}})
		}, want: []says{{"required check", Warning, "of anybody", ""}}},
		"approvals stay": {branch: func(_ *clinic, s *fakehub.Ruleset) { s.DismissStale = false },
			want: []says{{"approvals", Warning, "an approval stays when something is pushed after it", "Dismiss stale pull request approvals"}}},
		"the last push": {branch: func(_ *clinic, s *fakehub.Ruleset) { s.DismissStale, s.LastPush = false, true }},

		"stars that stop": {tags: func(s *fakehub.Ruleset) { s.Include = []string{"refs/tags/frameworks/**"} },
			want: []says{{"tags", Warning, "moved or deleted", "frameworks/**/*"}}},
		"one framework of two": {tags: func(s *fakehub.Ruleset) { s.Include = []string{"refs/tags/frameworks/a/*"} },
			more: func(c *clinic) { _, err := c.repo.Push("main", gittest.Ladder("b", "One")); c.check(err) },
			want: []says{{"tags", Warning, "moved or deleted", ""}}},
		"one is left out": {tags: func(s *fakehub.Ruleset) { s.Exclude = []string{"refs/tags/frameworks/a/**/*"} },
			want: []says{{"tags", Warning, "moved or deleted", ""}}},
		"all tags":         {tags: func(s *fakehub.Ruleset) { s.Include = []string{"~ALL"} }},
		"deletion is open": {tags: func(s *fakehub.Ruleset) { s.Rules = []string{"update"} }, want: []says{{"tags", Warning, "tag deleted, and so", "Restrict deletions"}}},
		"not active":       {tags: func(s *fakehub.Ruleset) { s.Disabled = true }, want: []says{{"tags", Warning, "moved or deleted", "make it Active"}}},
		"none can be made": {tags: func(s *fakehub.Ruleset) { s.Rules = append(s.Rules, "creation") },
			want: []says{{"tags", Problem, "no version gets its tag", "Bypass list"}}},
		"none is made": {tags: func(s *fakehub.Ruleset) { s.Rules = append(s.Rules, "creation") }, more: func(c *clinic) {
			c.o.Release = false
			c.hub.SetPermissions(with(rightPermissions(), "contents", "read"))
		}, want: []says{{"merging", Unchecked, "", ""}}},
		"the App may": {tags: func(s *fakehub.Ruleset) { s.Rules, s.BypassApp = append(s.Rules, "creation"), true }},

		"a queue without its event": {branch: func(_ *clinic, s *fakehub.Ruleset) { s.Rules = append(s.Rules, "merge_queue") },
			more: func(c *clinic) {
				c.hub.Subscribe("check_run", "check_suite", "create", "delete", "pull_request", "push")
			},
			want: []says{{"events", Problem, "does not send Merge group", "tick Merge group"}}},
		"a queue without its permission": {branch: func(_ *clinic, s *fakehub.Ruleset) { s.Rules = append(s.Rules, "merge_queue") },
			more: func(c *clinic) { c.hub.SetPermissions(without(rightPermissions(), "merge_queues")) },
			want: []says{{"permissions", Problem, "not told of the merge queue's groups", "accept it"}}},

		"no framework":    {more: func(c *clinic) { c.files("frameworks/a") }, want: []says{{"repository", Warning, "no framework in the folder frameworks", "milepost init"}}},
		"no organisation": {more: func(c *clinic) { c.files("frameworks/organisation.cue") }, want: []says{{"repository", Warning, "no frameworks/organisation.cue", "time zone"}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newClinic(t, fakehub.Options{})
			b, s := c.branchRules(), tagRules()
			if k.branch != nil {
				k.branch(c, &b)
			}
			if k.tags != nil {
				k.tags(&s)
			}
			c.repo.AddRuleset(b)
			c.repo.AddRuleset(s)
			if k.more != nil {
				k.more(c)
			}
			c.event()
			c.want(k.want...)
		})
	}
}

// files takes what begins with a prefix out of the branch.
func (c *clinic) files(without string) {
	c.t.Helper()
	all := map[string]string{}
	for name, text := range files(gittest.Ladder("a", "One")) {
		if !strings.HasPrefix(name, without) {
			all[name] = text
		}
	}
	other, err := c.hub.CreateRepo("acme", "other", fakehub.RepoOptions{Files: all})
	c.check(err)
	c.account.Repository = "acme/other"
	other.AllowRebase(false)
	other.AddRuleset(c.branchRules())
	other.AddRuleset(tagRules())
}

// TestDoctorOfAcceptance: what the App asks for anew is an owner's to accept.
func TestDoctorOfAcceptance(t *testing.T) {
	t.Parallel()
	c := newClinic(t, fakehub.Options{Permissions: with(rightPermissions(), "checks", "read")}).protect()
	c.event()
	c.want(says{"permissions", Problem, "lacks Checks: Write", "Permissions & events"})
	c.hub.SetPermissions(rightPermissions())
	c.want(says{"permissions", Problem, "asks for Checks: Write, and nobody has accepted that", "Review request (" + c.account.BaseURL + "/organizations/acme/settings/installations/"})
	c.hub.Accept("acme")
	c.want()
}

// TestDoctorOfMissedDeliveries: they are counted, sent again when that is asked
// for, and then no longer missed.
func TestDoctorOfMissedDeliveries(t *testing.T) {
	t.Parallel()
	c := newClinic(t, fakehub.Options{}).protect()
	stranger, err := c.hub.CreateRepo("acme", "other", fakehub.RepoOptions{})
	c.check(err)
	c.broken.Store(http.StatusBadGateway)
	c.event()
	_, err = stranger.Push("topic", map[string]string{"README.md": "x"})
	c.check(err)
	c.deliver()
	c.broken.Store(http.StatusGatewayTimeout)
	c.clock.pass(time.Hour)
	c.event()
	c.broken.Store(0)
	c.event()
	const oldest = "the oldest on 5 January 2027 09:00 UTC: "
	c.want(says{"missed deliveries", Warning, "5 deliveries in the last 7 days did not arrive, " + oldest, "milepost doctor --redeliver"})
	c.o.Redeliver = true
	c.want(says{"missed deliveries", Warning, "GitHub was asked to send 5 of them again", "run milepost doctor without --redeliver"})
	c.o.Redeliver = false
	c.want(says{"missed deliveries", Warning, "5 deliveries", ""}) // nothing has arrived yet
	c.deliver()
	c.want()
	c.o.Redeliver = true
	at := len(c.hub.Calls())
	c.want()
	for _, call := range c.hub.Calls()[at:] {
		if strings.HasSuffix(call.Path, "/attempts") {
			t.Errorf("it is sent again: %+v", call)
		}
	}
}

// TestDoctorSendsAtMostAHundredAgain, and says what GitHub refuses.
func TestDoctorSendsAtMostAHundredAgain(t *testing.T) {
	t.Parallel()
	c := newClinic(t, fakehub.Options{}).protect()
	c.broken.Store(http.StatusInternalServerError)
	for range 130 {
		c.hub.Ping()
	}
	c.deliver()
	c.broken.Store(0)
	c.event()
	c.hub.Fault(fakehub.Fault{Kind: fakehub.ErrorBefore, Method: "POST", Path: "/attempts", Nth: 7, Status: 500})
	c.o.Redeliver = true
	c.want(says{"missed deliveries", Warning, "asked to send 99 of them again, and refused 1 (GitHub answers 500", ""})
	n := 0
	for _, call := range c.hub.Calls() {
		if strings.HasSuffix(call.Path, "/attempts") {
			n++
		}
	}
	if n != maxAgain {
		t.Errorf("%d are sent again", n)
	}
}

// TestDoctorOfLimits: few calls are left, and then none.
func TestDoctorOfLimits(t *testing.T) {
	t.Parallel()
	c := newClinic(t, fakehub.Options{RateLimit: 60}).protect()
	c.event()
	gh, err := Connect(c.account)
	c.check(err)
	for range 48 {
		if _, err := gh.branches(t.Context(), fmt.Sprint(time.Now().UnixNano())); err != nil {
			t.Fatal(err)
		}
	}
	c.want(says{"rate limit", Warning, "10 of 60 calls an hour are left, anew at 5 January 2027 10:", "each program should have its own"})
}

// TestDoctorWithoutGitHub: where GitHub is not there, that is an error and no
// diagnosis.
func TestDoctorWithoutGitHub(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]fakehub.Fault{"cut": {Kind: fakehub.CutBefore}, "broken": {Kind: fakehub.ErrorBefore, Status: 502}} {
		c := newClinic(t, fakehub.Options{})
		c.hub.Fault(fault)
		gh, err := Connect(c.account)
		c.check(err)
		if got, err := gh.Examine(t.Context(), c.o); err == nil || got != nil || !strings.Contains(err.Error(), ErrUnreachable.Error()) {
			t.Errorf("%s: got %+v, %v", name, got, err)
		}
	}
	c := newClinic(t, fakehub.Options{}).protect()
	c.event()
	ended, end := context.WithCancel(t.Context())
	end()
	gh, err := Connect(c.account)
	c.check(err)
	if _, err := gh.Examine(ended, c.o); !errors.Is(err, context.Canceled) {
		t.Errorf("somebody ended it: got %v", err)
	}
	c.hub.Fault(fakehub.Fault{Kind: fakehub.ErrorBefore, Status: 500, Path: "/rulesets"})
	c.hub.Fault(fakehub.Fault{Kind: fakehub.CutMidway, Path: "/app/hook/deliveries"})
	c.want(says{"tags", Unchecked, "GitHub answers 500", "www.githubstatus.com"}, says{"deliveries", Unchecked, "EOF", ""}, says{"missed deliveries", Unchecked, "EOF", ""},
		says{"webhook secret", Unchecked, "takes what the secret here signs", ""})
}
