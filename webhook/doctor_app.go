package webhook

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"
)

// Differences of the clocks that are said. An App's key is not taken when its
// machine's clock is a minute or more ahead.
const (
	skewWarning = 5 * time.Second
	skewProblem = 30 * time.Second
)

func (f *facts) judgeClock() []Diagnosis {
	const check = "clock"
	if f.skew == nil {
		return diagnosed(check, Unchecked, "GitHub's answer has no date to compare with", "Compare the clock of this machine with that of others.")
	}
	s, way := OK, "ahead of"
	if *f.skew < 0 {
		way = "behind"
	}
	switch {
	case f.skew.Abs() > skewProblem:
		s = Problem
	case f.skew.Abs() > skewWarning:
		s = Warning
	default:
		return allWell(check, "this machine's clock agrees with GitHub's, to %d seconds", int(skewWarning.Seconds()))
	}
	return diagnosed(check, s, fmt.Sprintf("this machine's clock is about %s %s GitHub's", roughly(f.skew.Abs()), way),
		"Have a time server set it: timedatectl set-ntp true. GitHub takes no key of an App from a clock that is a minute ahead.")
}

// roughly is a length of time in a word and a number.
func roughly(d time.Duration) string {
	if d < 2*time.Minute {
		return counted(int(d.Seconds()), "second", "seconds")
	}
	return counted(int(d.Round(time.Minute).Minutes()), "minute", "minutes")
}

// wrongClock says whether the clock may be why a key is not taken.
func (f *facts) wrongClock() bool { return f.skew != nil && f.skew.Abs() > skewProblem }

// judgeWho says whether GitHub knows the App, or the token.
func (f *facts) judgeWho() []Diagnosis {
	if !f.app {
		return f.judgeToken()
	}
	const check = "app"
	if f.who.err == nil {
		return allWell(check, "GitHub takes the key of the App %s (App ID %d)", tame(f.who.is.Slug), f.appID)
	}
	text := fmt.Sprintf("GitHub does not take the key as that of the App with App ID %d: %s", f.appID, tame(f.who.err.Error()))
	if f.wrongClock() {
		return diagnosed(check, Problem, text, "Set the clock first (see clock): with a wrong one no key is taken. Then ask again.")
	}
	return diagnosed(check, Problem, text, "Compare --github-app-id with the App ID on the App's settings page (General). If it is right, generate a new private key there, "+
		"put it into the file that --github-app-key-file names, and start the server again.")
}

func (f *facts) judgeToken() []Diagnosis {
	const check = "token"
	var s *statusError
	push := f.repo.is.Permissions
	repository := f.owner + "/" + f.name
	switch {
	case errors.As(f.repo.err, &s) && s.status == http.StatusUnauthorized:
		return diagnosed(check, Problem, "GitHub does not know the token: it has expired, or was withdrawn",
			"Make a new one under Settings, Developer settings, Fine-grained tokens, put it into the file that --github-token-file names, and start the server again.")
	case f.repo.err != nil && !moved(f.repo.err):
		return diagnosed(check, Problem, fmt.Sprintf("the token does not see %s: %s", repository, tame(f.repo.err.Error())),
			"Compare --github-repo with the address of the repository. If it is right, choose the repository on the token's page, or have an owner of "+f.owner+" approve the token.")
	case f.repo.err != nil:
		return diagnosed(check, Problem, repository+" has moved to another name", "Enter the name that it has now as --github-repo, and start the server again.")
	case push != nil && !push.Push:
		return diagnosed(check, Problem, "the account of the token may not write to "+repository+": no status and no comment can be made",
			"Give that account the role Write: the repository's settings, Collaborators and teams ("+f.settings("access")+").")
	}
	return allWell(check, "the token sees %s, and its account may write there", repository)
}

// moved says whether GitHub answers that something has another address now.
func moved(err error) bool {
	var s *statusError
	return errors.As(err, &s) && s.status/100 == 3
}

func (f *facts) judgeInstallation() []Diagnosis {
	const check = "installation"
	i, repository := f.installation, f.owner+"/"+f.name
	var s *statusError
	switch {
	case !f.app:
		return nil
	case errors.As(i.err, &s) && s.status == http.StatusNotFound:
		return diagnosed(check, Problem, "the App is not installed with "+repository+", or there is no such repository",
			fmt.Sprintf("Compare --github-repo with the address of the repository. If it is right: the App's settings page, Install App, %s, and choose the repository %s there%s.",
				f.owner, f.name, f.appPage("/installations")))
	case moved(i.err):
		return diagnosed(check, Problem, repository+" has moved to another name", "Enter the name that it has now as --github-repo, and start the server again.")
	case i.err != nil:
		return unknown(check, "where the App is installed", i.err)
	case i.is.SuspendedAt != nil:
		return diagnosed(check, Problem, fmt.Sprintf("the App's installation with %s is suspended since %s: GitHub sends it nothing and shows it nothing", f.owner, moment(*i.is.SuspendedAt)),
			"An owner of "+f.owner+" ends that: Settings, GitHub Apps, Configure, Unsuspend"+f.installationPage()+".")
	}
	return allWell(check, "the App is installed with %s", repository)
}

// needed are the permissions that the App needs, and the access.
func (f *facts) needed() map[string]string {
	out := map[string]string{"merge_queues": "read"} // to be told of a queue's groups
	for s, of := range permissions {
		if s == releasing && !f.Release {
			continue
		}
		for name, access := range of {
			if accesses[access] > accesses[out[name]] {
				out[name] = access
			}
		}
	}
	return out
}

// accesses orders what a permission lets do.
var accesses = map[string]int{"read": 1, "write": 2, "admin": 3}

// judgePermissions compares what the App needs with what it asks for and what
// was accepted.
func (f *facts) judgePermissions() []Diagnosis {
	const check = "permissions"
	if !f.app {
		return diagnosed(check, Unchecked, "GitHub does not say what a token may do",
			"On the token's page, see that it has for this repository alone: "+tokenPermissions(f.Release)+".")
	}
	if err := cmp.Or(f.who.err, f.installation.err); err != nil {
		return unknown(check, "what the App may do", f.waitingFor(err))
	}
	var lacking, pending, excess []string
	needed, asks, has := f.needed(), f.who.is.Permissions, f.installation.is.Permissions
	for _, name := range slices.Sorted(maps.Keys(needed)) {
		text := permission(name, needed[name])
		switch {
		case accesses[has[name]] >= accesses[needed[name]]:
		case accesses[asks[name]] >= accesses[needed[name]]:
			pending = append(pending, text)
		default:
			lacking = append(lacking, text)
		}
	}
	for name, access := range union(asks, has) {
		if accesses[access] > accesses[needed[name]] && name != "metadata" {
			excess = append(excess, permission(name, access))
		}
	}
	return f.permissionsAre(lacking, pending, excess)
}

// permissionsAre says what is wrong with the permissions.
func (f *facts) permissionsAre(lacking, pending, excess []string) (out []Diagnosis) {
	const check = "permissions"
	if len(lacking) > 0 {
		s, why := f.weight(lacking)
		out = append(out, Diagnosis{check, s, "the App lacks " + few(lacking) + why,
			"The App's settings page, Permissions & events: set that, and save" + f.appPage("/permissions") + ". An owner of " + f.owner + " then has to accept it."})
	}
	if len(pending) > 0 {
		s, why := f.weight(pending)
		out = append(out, Diagnosis{check, s, "the App asks for " + few(pending) + ", and nobody has accepted that" + why,
			"An owner of " + f.owner + " accepts it: Settings, GitHub Apps, Configure, Review request" + f.installationPage() + "."})
	}
	if len(excess) > 0 {
		out = append(out, Diagnosis{check, Warning, "the App may do more than it needs: " + few(excess),
			"The App's settings page, Permissions & events: set that to what docs/running.md names, or to No access" + f.appPage("/permissions") + "."})
	}
	if out == nil {
		return allWell(check, "the App has the permissions that it needs, and no others")
	}
	return out
}

// weight is how bad it is that permissions are not there. That for merge queues
// counts where there is one.
func (f *facts) weight(names []string) (s State, why string) {
	if len(names) > 1 || names[0] != permission("merge_queues", "read") {
		return Problem, ""
	}
	if f.queued() {
		return Problem, ": it is not told of the merge queue's groups, which wait for minutes"
	}
	return Warning, ": with a merge queue, its groups would wait for minutes"
}

// queued says whether the branch has a merge queue.
func (f *facts) queued() bool {
	return slices.ContainsFunc(f.rules.is, func(r branchRule) bool { return r.Type == "merge_queue" })
}

// permission is a permission as GitHub's pages have it: "Merge queues: Read".
func permission(name, access string) string { return label(name) + ": " + label(access) }

// label is the name of a permission or an event as GitHub's pages have it.
func label(s string) string {
	s = strings.ReplaceAll(tame(s), "_", " ")
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

func tokenPermissions(release bool) string {
	if release {
		return "Commit statuses: Write, Pull requests: Write, Contents: Write"
	}
	return "Commit statuses: Write, Pull requests: Write, Contents: Read"
}

// union has the larger access of each.
func union(a, b map[string]string) map[string]string {
	out := maps.Clone(a)
	if out == nil {
		out = map[string]string{}
	}
	for name, access := range b {
		if accesses[access] > accesses[out[name]] {
			out[name] = access
		}
	}
	return out
}

// few names some things in their order, and counts the rest.
func few(names []string) string {
	const most = 10
	slices.Sort(names)
	if more := len(names) - most; more > 0 {
		names = append(slices.Clone(names[:most]), fmt.Sprintf("%d more", more))
	}
	return strings.Join(names, ", ")
}

// waitingFor is an error of the App, which waits for it to be put right.
func (f *facts) waitingFor(err error) error {
	if f.who.err != nil {
		return errNoApp
	}
	if f.installation.err != nil {
		return errNotInstalled
	}
	return err
}

var loginForm = regexp.MustCompile(`^[A-Za-z0-9-]{1,100}$`)

// appPage is a page of the App's settings in brackets, "" where it is not known.
func (f *facts) appPage(page string) string {
	a := f.who.is
	switch {
	case f.who.err != nil || !loginForm.MatchString(a.Slug) || !loginForm.MatchString(a.Owner.Login):
		return ""
	case a.Owner.Type == "Organization":
		return fmt.Sprintf(" (%s/organizations/%s/settings/apps/%s%s)", f.web, a.Owner.Login, a.Slug, page)
	}
	return fmt.Sprintf(" (%s/settings/apps/%s%s)", f.web, a.Slug, page)
}

// installationPage is the installation's page in brackets.
func (f *facts) installationPage() string {
	i := f.installation.is
	switch {
	case f.installation.err != nil || !loginForm.MatchString(i.Account.Login):
		return ""
	case i.Account.Type == "Organization":
		return fmt.Sprintf(" (%s/organizations/%s/settings/installations/%d)", f.web, i.Account.Login, i.ID)
	}
	return fmt.Sprintf(" (%s/settings/installations/%d)", f.web, i.ID)
}

// settings is a page of the repository's settings.
func (f *facts) settings(page string) string {
	return strings.TrimSuffix(fmt.Sprintf("%s/%s/%s/settings/%s", f.web, f.owner, f.name, page), "/")
}
