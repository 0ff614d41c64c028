package webhook

import (
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
)

// automatic are the events that an App is sent without asking for them.
var automatic = map[string]bool{"ping": true, "installation": true, "installation_repositories": true}

// unsent is what it means that an event is not sent: nothing is lost, since
// everything is looked at every few minutes, but for what people ask for by a
// button. Events that are not named here only come later.
var unsent = map[string]struct {
	state State
	means string
}{
	"push":         {Problem, "merges get their tags only minutes later"},
	"pull_request": {Problem, "changes are checked only minutes later"},
	"check_run":    {Problem, "the button Re-run does nothing"},
	"check_suite":  {Problem, "the button Re-run all checks does nothing"},
	"merge_group":  {Warning, "the groups of a merge queue would wait for minutes"},
}

// acted are the events that the receiver acts on and that have to be asked
// for. Those of checks come to Apps alone.
func (f *facts) acted() (out []string) {
	for _, event := range slices.Sorted(maps.Keys(events)) {
		if !automatic[event] && (f.app || !strings.HasPrefix(event, "check_")) {
			out = append(out, event)
		}
	}
	return out
}

func (f *facts) judgeEvents() []Diagnosis {
	const check = "events"
	sent, err, where := f.who.is.Events, f.who.err, "The App's settings page, Permissions & events, Subscribe to events"+f.appPage("/permissions")
	if !f.app {
		sent, err, where = f.hook.is.Events, f.hook.err, "The webhook's page, Let me select individual events ("+f.settings("hooks")+")"
	}
	switch {
	case f.app && err != nil:
		return unknown(check, "the events", f.waitingFor(err))
	case err != nil:
		return unknown(check, "the events", err)
	}
	var missing, means []string
	s := Warning
	for _, event := range f.acted() {
		if slices.Contains(sent, event) || slices.Contains(sent, "*") {
			continue
		}
		u := unsent[event]
		if u.state == Problem || event == "merge_group" && f.queued() {
			s = Problem
		}
		missing = append(missing, label(event))
		if u.means != "" {
			means = append(means, u.means)
		}
	}
	if len(missing) == 0 {
		return allWell(check, "GitHub sends all %d events that the server acts on", len(f.acted()))
	}
	if means == nil {
		means = []string{"tags that somebody makes or removes are noticed only minutes later"}
	}
	return diagnosed(check, s, "GitHub does not send "+strings.Join(missing, ", ")+": "+strings.Join(means, "; "), where+": tick "+strings.Join(missing, ", ")+".")
}

// hookPage is where the webhook is set, in brackets.
func (f *facts) hookPage() string {
	if f.app {
		return "The App's settings page, General, Webhook" + f.appPage("")
	}
	return "The repository's settings, Webhooks (" + f.settings("hooks") + ")"
}

// judgeHook looks at where and how GitHub delivers.
func (f *facts) judgeHook() []Diagnosis {
	const check = "webhook"
	if errors.Is(f.hook.err, errNoHook) || f.hook.err == nil && f.hook.is.Config.URL == "" {
		return diagnosed(check, Problem, "there is no webhook: the server hears of nothing, and only looks by itself every few minutes",
			f.hookPage()+": tick Active, and enter "+f.wantedURL()+" as the Webhook URL.")
	}
	if f.hook.err != nil {
		return unknown(check, "the webhook", f.hook.err)
	}
	h := f.hook.is
	var out []Diagnosis
	add := func(s State, text, do string) {
		out = append(out, Diagnosis{check, s, text, f.hookPage() + ": " + do})
	}
	f.judgeURL(add)
	if kind := h.Config.ContentType; kind != "" && kind != "json" {
		add(Problem, "GitHub sends the content type "+tame(kind)+", which the server refuses", "set the Content type to application/json.")
	}
	if strings.Trim(string(h.Config.Insecure), `"`) == "1" {
		add(Problem, "GitHub does not verify the server's certificate: somebody on the way could read deliveries", "set SSL verification to Enable.")
	}
	if !h.Active {
		add(Problem, "the webhook is switched off: GitHub sends nothing", "tick Active.")
	}
	if out == nil {
		return allWell(check, "GitHub delivers to %s, as JSON", tame(h.Config.URL))
	}
	return out
}

// wantedURL is where deliveries should go, as far as that is known.
func (f *facts) wantedURL() string {
	if f.ServerURL == "" {
		return "https://, the server's name and " + f.WebhookPath
	}
	return f.ServerURL + f.WebhookPath
}

// judgeURL looks at the webhook's address.
func (f *facts) judgeURL(add func(State, string, string)) {
	at := f.hook.is.Config.URL
	u, err := url.Parse(at)
	switch {
	case err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https":
		add(Problem, "GitHub has an address that is none: "+tame(at), "enter "+f.wantedURL()+" as the Webhook URL.")
	case !strings.HasSuffix(u.Path, f.WebhookPath):
		add(Problem, fmt.Sprintf("GitHub delivers to %s, and the server takes deliveries at %s", tame(at), f.WebhookPath), "enter "+f.wantedURL()+" as the Webhook URL.")
	case u.Scheme != "https" && !loopback(u):
		add(Problem, "GitHub delivers to "+tame(at)+" without https: everybody on the way can read it", "enter the address with https.")
	case f.ServerURL != "" && !f.OwnListener && at != f.ServerURL+f.WebhookPath:
		add(Warning, fmt.Sprintf("GitHub delivers to %s, and people reach the server at %s (--url): one of them may be wrong", tame(at), f.ServerURL),
			"enter "+f.wantedURL()+", if that is where the server is.")
	}
}

// judgeSecret says whether GitHub signs by the secret that the server has. How
// deliveries and pings were answered proves it: GitHub shows no secret.
func (f *facts) judgeSecret() []Diagnosis {
	const check = "webhook secret"
	if f.hook.err != nil {
		return unknown(check, "the webhook", f.hook.err)
	}
	if f.hook.is.Config.URL == "" {
		return unknown(check, "", errNoHook)
	}
	if f.hook.is.Config.Secret == "" {
		return diagnosed(check, Problem, "GitHub has no secret, and signs nothing: the server refuses every delivery",
			f.hookPage()+": enter what stands in the file of --github-webhook-secret-file as the Secret.")
	}
	at, taken, known := f.signed()
	switch {
	case known && taken:
		return allWell(check, "the server took what GitHub signed%s", at)
	case known && f.pingTaken():
		return diagnosed(check, Problem, "GitHub signs by another secret: the server refused its delivery"+at+" (401), and takes what the secret here signs",
			f.hookPage()+": enter what stands in the file of --github-webhook-secret-file as the Secret."+thenAgain)
	case known:
		return diagnosed(check, Problem, "the server refused what GitHub signed"+at+" (401): they have different secrets",
			f.hookPage()+": enter what stands in the file of --github-webhook-secret-file as the Secret, and start the server again with that file."+thenAgain)
	case f.pingTaken():
		return diagnosed(check, Unchecked, "GitHub has a secret, and the server takes what the secret here signs; whether the two are one shows with the first delivery",
			"Open or close a pull request, and ask again.")
	}
	return diagnosed(check, Unchecked, "GitHub has a secret; whether it is the server's shows with the first delivery that arrives", "Open or close a pull request, and ask again.")
}

// thenAgain is how to see that what GitHub sends now arrives.
const thenAgain = " Then have GitHub try again: milepost doctor --redeliver."

// signed is whether the newest delivery that arrived was taken, or refused for
// its signature, and when that was; known says whether there is one.
func (f *facts) signed() (at string, taken, known bool) {
	if !f.app {
		code := f.hook.is.Last.Code
		return " last", code/100 == 2, code/100 == 2 || code == 401
	}
	for _, d := range f.sent.is {
		if d.ok() || d.Code == 401 {
			return " on " + moment(d.At), d.ok(), true
		}
	}
	return "", false, false
}

// pingTaken says whether the server took what one of our secrets signed.
func (f *facts) pingTaken() bool {
	return slices.ContainsFunc(f.pings, func(p reply) bool { return p.code/100 == 2 })
}

// judgePings says how the server answered what was signed here.
func (f *facts) judgePings() []Diagnosis {
	const check = "webhook from here"
	at := f.pingAddress()
	switch {
	case f.ServerURL == "":
		return diagnosed(check, Unchecked, "the server's address is not known", "Add --url with the address of the server as people reach it, as https://careers.example.com.")
	case at == "":
		return diagnosed(check, Unchecked, "GitHub delivers elsewhere than to --url, and nothing else is posted to", "Nothing, if the webhook has an address of its own (--webhook-listen).")
	case len(f.pings) == 0:
		return diagnosed(check, Unchecked, "there is no secret to sign by", "Add --github-webhook-secret-file.")
	}
	refused := slices.IndexFunc(f.pings, func(p reply) bool { return p.code == 401 })
	bad := slices.IndexFunc(f.pings, func(p reply) bool { return p.code/100 != 2 && p.code != 401 })
	switch {
	case bad >= 0:
		return f.judgePing(at, f.pings[bad])
	case refused < 0:
		return allWell(check, "%s takes what the secret here signs (%d)", at, f.pings[0].code)
	case !f.pingTaken():
		return diagnosed(check, Problem, fmt.Sprintf("from this machine: %s refuses what the secret here signs (401): the server runs with another secret, or something before it asks for a login", at),
			"Start the server again, with the file that --github-webhook-secret-file names here; let the proxy pass "+f.WebhookPath+" without a login.")
	}
	return diagnosed(check, Warning, fmt.Sprintf("from this machine: %s takes one of the %d secrets in the file, and does not know the one in place %d", at, len(f.pings), refused+1),
		"Start the server again: it reads the file when it starts.")
}

// judgePing says what an answer means that is neither taken nor refused for
// its signature. Where GitHub gets through, it is a matter of this machine.
func (f *facts) judgePing(at string, p reply) []Diagnosis {
	what, do := p.words(f)
	s := Problem
	if len(f.sent.is) > 0 && f.sent.is[0].ok() || !f.app && f.hook.is.Last.Code/100 == 2 {
		s, do = Warning, "GitHub gets through, so that it may be a matter of this machine. "+do
	}
	return diagnosed("webhook from here", s, fmt.Sprintf("from this machine: %s: %s", at, what), do)
}
