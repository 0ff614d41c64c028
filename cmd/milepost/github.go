package main

import (
	"errors"
	"log/slog"
	"net"
	"net/url"
	"strconv"
	"strings"

	_ "embed" // of the example

	"github.com/spf13/pflag"

	"github.com/milepost-dev/milepost/server"
	"github.com/milepost-dev/milepost/webhook"
)

// exampleConfig is an environment file with all that serve can be told.
//
//go:embed serve.env
var exampleConfig string

// githubOptions say which repository on GitHub is served, and as whom. Its
// keys, tokens and secrets come from files: what stands in a command can be
// seen by everybody on the machine.
type githubOptions struct {
	repo, url, public      string
	listen                 string
	app                    int64
	key, token, secretFile string
	release                choice

	secrets []webhook.Secret // once they are checked
}

func (o *githubOptions) flags(f *pflag.FlagSet) {
	f.StringVar(&o.repo, "github-repo", "", "the repository on GitHub to serve and to check pull requests of, as acme/careers")
	f.StringVar(&o.url, "github-url", "", "the address of a GitHub Enterprise Server (default: github.com)")
	f.Int64Var(&o.app, "github-app-id", 0, "the number of the GitHub App to act as, with --github-app-key-file")
	f.StringVar(&o.key, "github-app-key-file", "", "a file with the App's private key, as GitHub gives it out")
	f.StringVar(&o.token, "github-token-file", "", "a file with a token to act by instead of an App: statuses take the place of checks")
	f.StringVar(&o.secretFile, "github-webhook-secret-file", "", "a file with the secret that GitHub signs deliveries by, one a line: two while one replaces the other")
	f.Var(&o.release, "github-release", "make the tags and releases of versions on GitHub (default: with an App yes, with a token no)")
	f.Lookup("github-release").NoOptDefVal = "true"
	f.StringVar(&o.listen, "webhook-listen", "", "where to answer GitHub alone (default: beside the pages)")
	f.StringVar(&o.public, "url", "", "the address of this server as people reach it, for links on GitHub")
}

// choice is a yes or no that somebody may leave open.
type choice struct{ made, yes bool }

// Set implements pflag.Value.
func (c *choice) Set(s string) (err error) {
	c.yes, err = strconv.ParseBool(s)
	c.made = err == nil
	return err
}

// String implements pflag.Value.
func (c *choice) String() string {
	if !c.made {
		return ""
	}
	return strconv.FormatBool(c.yes)
}

// Type implements pflag.Value.
func (c *choice) Type() string { return "bool" }

// releases says whether tags and releases are made.
func (o *githubOptions) releases() bool {
	if o.release.made {
		return o.release.yes
	}
	return o.app != 0
}

// check names all that is wrong, and reads the secrets.
func (o *githubOptions) check() error {
	var errs []error
	add := func(format string, args ...any) { errs = append(errs, usage(format, args...)) }
	errs = append(errs, serverAddress("--url", o.public))
	if o.repo == "" {
		if given := o.given(); len(given) > 0 {
			add("%s: which repository on GitHub is meant? Add --github-repo OWNER/NAME, as --github-repo acme/careers", strings.Join(given, ", "))
		}
		return errors.Join(errs...)
	}
	if owner, name, ok := strings.Cut(o.repo, "/"); !ok || owner == "" || name == "" || strings.ContainsAny(o.repo, ": \\@") || strings.Contains(name, "/") {
		add("--github-repo: %q is not a repository on GitHub; write its owner and its name, as acme/careers", o.repo)
	}
	errs = append(errs, serverAddress("--github-url", o.url))
	if o.listen != "" {
		if _, _, err := net.SplitHostPort(o.listen); err != nil {
			add("--webhook-listen: %q is not an address; write 0.0.0.0:8082", o.listen)
		}
	}
	return errors.Join(append(errs, o.checkWho(), o.readSecrets())...)
}

// given are the flags that are about GitHub and were given.
func (o *githubOptions) given() (out []string) {
	for _, f := range []struct {
		name  string
		given bool
	}{
		{"--github-url", o.url != ""}, {"--github-app-id", o.app != 0}, {"--github-app-key-file", o.key != ""}, {"--github-token-file", o.token != ""},
		{"--github-webhook-secret-file", o.secretFile != ""}, {"--github-release", o.release.made}, {"--webhook-listen", o.listen != ""},
	} {
		if f.given {
			out = append(out, f.name)
		}
	}
	return out
}

// checkWho says what is wrong with whom GitHub is talked to as.
func (o *githubOptions) checkWho() error {
	app := o.app != 0 || o.key != ""
	switch {
	case app && o.token != "":
		return usage("--github-app-id and --github-token-file exclude each other: leave out one (an App can write checks, a token only statuses)")
	case o.app < 0:
		return usage("--github-app-id: %d is not the number of an App; it stands on the App's settings page as App ID", o.app)
	case app && o.key == "":
		return usage("--github-app-id: add --github-app-key-file FILE, the private key that the App's settings page generates")
	case app && o.app == 0:
		return usage("--github-app-key-file: add --github-app-id NUMBER, which stands on the App's settings page as App ID")
	case !app && o.token == "":
		return usage("--github-repo: nothing says as whom to talk to GitHub; add --github-app-id NUMBER with --github-app-key-file FILE, or --github-token-file FILE")
	}
	return nil
}

func (o *githubOptions) readSecrets() (err error) {
	if o.secretFile == "" {
		return usage("--github-repo: without a secret anybody could pretend to be GitHub; add --github-webhook-secret-file FILE, and enter the same secret with the webhook on GitHub")
	}
	if o.secrets, err = webhook.ReadSecrets(o.secretFile); err != nil {
		return usage("--github-webhook-secret-file: %w; write one of 12 characters or more a line (openssl rand -hex 32 makes one)", err)
	}
	return nil
}

// beside says what else was given that does not go with GitHub.
func (o *githubOptions) beside(a *app) error {
	switch {
	case o.repo == "":
		return nil
	case a.repo != "":
		return usage("--repo and --github-repo exclude each other: %s is fetched from GitHub; leave out --repo", o.repo)
	case a.tokenFile != "":
		return usage("--repo-token-file: %s is fetched by the App or the token that --github-token-file names; leave out --repo-token-file", o.repo)
	}
	return nil
}

// connect makes the connection to GitHub, nil where none is wanted. It asks
// nothing of GitHub yet.
func (o *githubOptions) connect() (*webhook.GitHub, error) {
	if o.repo == "" {
		return nil, nil
	}
	account, err := webhook.Account{Repository: o.repo, BaseURL: o.url, AppID: o.app}, error(nil)
	if o.key != "" {
		if account.AppKey, err = webhook.ReadSecret(o.key); err != nil {
			return nil, usage("--github-app-key-file: %w", err)
		}
	}
	if o.token != "" {
		if account.Token, err = webhook.ReadSecret(o.token); err != nil {
			return nil, usage("--github-token-file: %w", err)
		}
	}
	hub, err := webhook.Connect(account)
	if err != nil {
		return nil, usage("the settings for GitHub: %w", err)
	}
	return hub, nil
}

// links is where links on GitHub lead. Where nobody could read the pages of
// proposed changes, there are none.
func (o *serveOptions) links(tokens []server.Token, log *slog.Logger) string {
	readable := o.local()
	for _, t := range tokens {
		readable = readable || t.Drafts
	}
	if o.github.public != "" && !readable {
		log.Warn("GitHub gets no links to pages of proposed changes: nobody may read them (a token with read,drafts may)")
		return ""
	}
	return o.github.public
}

// serverAddress says what is wrong with the address of a server; none is fine.
func serverAddress(flag, s string) error {
	if s == "" {
		return nil
	}
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return usage("%s: this is not the address of a server; write it as https://careers.example.com, without a password or anything after ? or #", flag)
	}
	return nil
}
