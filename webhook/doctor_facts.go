package webhook

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/milepost-dev/milepost/internal/gitrepo"
)

// facts are all that is judged.
type facts struct {
	Examination
	app         bool
	appID       int64
	owner, name string
	web         string // GitHub's address for people
	enterprise  bool   // a GitHub Enterprise Server
	now         time.Time

	skew         *time.Duration // nil is not known
	who          fact[appFacts]
	installation fact[installationFacts]
	repo         fact[repositoryFacts]
	tip          fact[string] // the branch and its newest commit, as Git tells it
	folder       fact[[]folderEntry]
	rules        fact[[]branchRule]
	branch       fact[branchFacts]
	tagRules     fact[[]rulesetFacts]
	rate         fact[rateFacts]
	hook         fact[hookFacts]
	sent         fact[[]delivered]
	sentWhole    bool
	pings        []reply
	again        []fact[delivered] // those that GitHub was asked to send again
}

type appFacts struct {
	Slug        string
	Owner       account
	Permissions map[string]string
	Events      []string
}

type account struct{ Login, Type string }

type installationFacts struct {
	ID          int64
	Account     account
	Permissions map[string]string
	SuspendedAt *time.Time `json:"suspended_at"`
}

type repositoryFacts struct {
	ID            int64
	DefaultBranch string `json:"default_branch"`
	Archived      bool
	AllowRebase   *bool `json:"allow_rebase_merge"` // nil where it is not told
	Permissions   *struct{ Push bool }
}

type folderEntry struct{ Name, Type string }

type branchRule struct {
	Type       string
	Parameters json.RawMessage // by the type
}

type branchFacts struct {
	Protection struct {
		Enabled bool
		Checks  struct {
			Level  string `json:"enforcement_level"`
			Checks []struct {
				Context string
				AppID   int64 `json:"app_id"`
			}
		} `json:"required_status_checks"`
	}
}

type rulesetFacts struct {
	ID                        int64
	Name, Target, Enforcement string
	Bypass                    string `json:"current_user_can_bypass"`
	Conditions                struct {
		RefName struct{ Include, Exclude []string } `json:"ref_name"`
	}
	Rules []struct{ Type string }
}

type rateFacts struct {
	Resources struct {
		Core struct {
			Limit, Remaining int
			Reset            int64
		}
	}
}

type hookConfig struct {
	URL         string
	ContentType string `json:"content_type"`
	Secret      string
	Insecure    json.RawMessage `json:"insecure_ssl"` // "1" or 1
}

type hookFacts struct {
	Config hookConfig
	Active bool
	Events []string
	Last   struct {
		Code    int
		Message string
	} `json:"last_response"`
}

// delivered is one attempt to deliver an event.
type delivered struct {
	ID             int64
	GUID           string
	At             time.Time `json:"delivered_at"`
	Redelivery     bool
	Status         string
	Code           int `json:"status_code"`
	Event, Action  string
	RepositoryID   int64 `json:"repository_id"`
	InstallationID int64 `json:"installation_id"`
}

func (d delivered) ok() bool { return d.Code/100 == 2 }

// window is how far back deliveries are kept, and can be sent again.
func (f *facts) window() (d time.Duration, words string) {
	if f.enterprise {
		return 7 * 24 * time.Hour, "7 days"
	}
	return 3 * 24 * time.Hour, "3 days"
}

// gather asks for the facts. The error says that GitHub does not answer.
func (g *GitHub) gather(ctx context.Context, o Examination) (*facts, error) {
	web := url.URL{Scheme: g.auth.api.Scheme, Host: strings.TrimPrefix(g.auth.api.Host, "api.")}
	f := &facts{Examination: o, app: g.auth.app(), appID: g.auth.appID, owner: g.owner, name: g.name, web: web.String(),
		enterprise: g.auth.api.Host != "api.github.com", now: g.auth.now()}
	q := &asker{gh: g}
	o.Progress("Asking GitHub who it talks to")
	if err := f.gatherWho(ctx, q); err != nil {
		return nil, err
	}
	o.Progress("Reading the repository's settings")
	f.gatherRepository(ctx, q)
	o.Progress("Reading the rules of the branch and of tags")
	f.gatherRules(ctx, q)
	o.Progress("Looking at the webhook and its deliveries")
	f.gatherHook(ctx, q)
	o.Progress("Posting a ping to the server")
	f.pings = f.ping(ctx)
	f.skew = q.skew
	return f, nil
}

// gatherWho asks who we are. The error says that GitHub does not answer, or
// with errors of its own.
func (f *facts) gatherWho(ctx context.Context, q *asker) error {
	repo := "repos/" + f.owner + "/" + f.name
	var first error
	if f.app {
		f.who = askOne[appFacts](ctx, q, asApp, "app")
		first = f.who.err
	} else {
		f.repo = askOne[repositoryFacts](ctx, q, reading, "%s", repo)
		first = f.repo.err
	}
	var s *statusError
	switch {
	case first != nil && (!errors.As(first, &s) || s.status >= http.StatusInternalServerError):
		return first
	case !f.app && first != nil:
		q.stop = errTokenBlind
	case first != nil:
		q.stop = errNoApp
	}
	if !f.app {
		return nil
	}
	f.installation = askOne[installationFacts](ctx, q, asApp, "%s/installation", repo)
	switch i := f.installation; {
	case i.err != nil:
		q.stopRepo = errNotInstalled
	case i.is.SuspendedAt != nil:
		q.stopRepo = waiting{"the App's installation is suspended (see installation)"}
	}
	f.repo = askOne[repositoryFacts](ctx, q, reading, "%s", repo)
	return nil
}

// gatherRepository asks for the repository: by API, and as Git finds it.
func (f *facts) gatherRepository(ctx context.Context, q *asker) {
	repo := "repos/" + f.owner + "/" + f.name
	// How pull requests are merged is shown to tokens alone that may write.
	if f.app && f.Release && f.repo.err == nil && f.repo.is.AllowRebase == nil {
		if r := askOne[repositoryFacts](ctx, q, releasing, "%s", repo); r.err == nil {
			f.repo.is.AllowRebase = r.is.AllowRebase
		}
	}
	f.rate = askOne[rateFacts](ctx, q, reading, "rate_limit")
	if f.tip.err = cmp.Or(q.stop, q.stopRepo); f.tip.err != nil {
		f.folder.err = f.tip.err
		return
	}
	branch, commit, err := gitrepo.Tip(ctx, gitrepo.Options{Location: q.gh.CloneURL(), Branch: f.Branch, TokenSource: q.gh.Token, FetchTimeout: askTime})
	f.tip = fact[string]{fmt.Sprintf("%s at %.10s", branch, commit), err}
	if f.Branch == "" {
		f.Branch = branch
	}
	if f.Branch == "" {
		f.Branch = f.repo.is.DefaultBranch
	}
	f.folder = askOne[[]folderEntry](ctx, q, reading, "%s/contents/%s?ref=%s", repo, escaped(f.Root), url.QueryEscape(f.Branch))
}

// escaped is a name with slashes, for the path of an address.
func escaped(name string) string { return (&url.URL{Path: name}).EscapedPath() }

// maxRulesets bounds the rulesets that are read one by one.
const maxRulesets = 30

// gatherRules asks for what is required of the branch, and of tags.
func (f *facts) gatherRules(ctx context.Context, q *asker) {
	repo := "repos/" + f.owner + "/" + f.name
	if errors.Is(f.tip.err, gitrepo.ErrBranch) {
		f.rules.err, f.branch.err = errNoBranch, errNoBranch
	} else {
		f.gatherBranch(ctx, q, repo)
	}
	all := askList[rulesetFacts](ctx, q, reading, repo+"/rulesets?includes_parents=true&targets=tag&")
	f.tagRules.err = all.err
	for _, s := range all.is {
		if s.Target != "tag" || len(f.tagRules.is) == maxRulesets {
			continue
		}
		// The list tells neither the patterns nor the rules.
		one := askOne[rulesetFacts](ctx, q, reading, "%s/rulesets/%d?includes_parents=true", repo, s.ID)
		if one.err != nil {
			f.tagRules.err = one.err
			return
		}
		f.tagRules.is = append(f.tagRules.is, one.is)
	}
}

// gatherBranch asks for the rules of the branch, and its protection.
func (f *facts) gatherBranch(ctx context.Context, q *asker, repo string) {
	f.rules = askList[branchRule](ctx, q, reading, fmt.Sprintf("%s/rules/branches/%s?", repo, escaped(f.Branch)))
	f.branch = askOne[branchFacts](ctx, q, reading, "%s/branches/%s", repo, escaped(f.Branch))
}

// gatherHook asks for the webhook and what was delivered: the App's, or that of
// the repository.
func (f *facts) gatherHook(ctx context.Context, q *asker) {
	if !f.app {
		hooks := askList[hookFacts](ctx, q, reading, "repos/"+f.owner+"/"+f.name+"/hooks?")
		if f.hook = (fact[hookFacts]{err: hooks.err}); f.hook.err == nil {
			f.hook = f.ours(hooks.is)
		}
		return
	}
	config := askOne[hookConfig](ctx, q, asApp, "app/hook/config")
	f.hook = fact[hookFacts]{hookFacts{Config: config.is, Active: true}, config.err}
	window, _ := f.window()
	f.sent, f.sentWhole = deliveries(ctx, q, f.now.Add(-window))
	if f.Redeliver && f.sent.err == nil {
		f.redeliver(ctx, q)
	}
}

// ours is the webhook among those of a repository that leads to the server.
func (f *facts) ours(hooks []hookFacts) fact[hookFacts] {
	best := fact[hookFacts]{err: errNoHook}
	for _, h := range hooks {
		switch {
		case f.ServerURL != "" && h.Config.URL == f.ServerURL+f.WebhookPath:
			return fact[hookFacts]{is: h}
		case strings.HasSuffix(h.Config.URL, f.WebhookPath) && best.err != nil:
			best = fact[hookFacts]{is: h}
		}
	}
	return best
}

// maxAgain bounds how many deliveries are sent again at a time.
const maxAgain = 100

// redeliver asks GitHub to send again what was missed, the oldest first.
func (f *facts) redeliver(ctx context.Context, q *asker) {
	missed := f.missed()
	for i := len(missed) - 1; i >= 0 && len(f.again) < maxAgain; i-- {
		f.Progress(fmt.Sprintf("Asking GitHub to send deliveries again: %d of %d", len(f.again)+1, min(len(missed), maxAgain)))
		_, err := q.ask(ctx, asApp, http.MethodPost, fmt.Sprintf("app/hook/deliveries/%d/attempts", missed[i].ID), nil)
		f.again = append(f.again, fact[delivered]{missed[i], err})
	}
}
