package webhook

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// words say what a reply means, and what to do about it.
func (e reply) words(f *facts) (what, do string) {
	late := strings.Contains(strings.ToLower(e.why), "timed out") || strings.Contains(e.why, "no answer in time")
	switch {
	case e.code == 0 && late:
		return "nothing answered in time", "Look at the proxy and at the server's load: GitHub waits for 10 seconds (an Enterprise Server for 30), and the server answers in far less."
	case e.code == 0:
		return "nobody answered (" + tame(e.why) + ")", "See that the address can be reached from where GitHub is: the name, the firewall, the proxy, and its certificate. " +
			"GitHub's own addresses stand at https://api.github.com/meta under hooks."
	case e.code/100 == 2:
		return fmt.Sprintf("taken (%d)", e.code), ""
	case e.code/100 == 3:
		return fmt.Sprintf("it sends elsewhere (%d), and GitHub does not follow", e.code), "Enter the address where it ends as the Webhook URL, as a rule the one with https."
	}
	if known, ok := endings[e.code]; ok {
		return fmt.Sprintf("%s (%d)", known.what, e.code), strings.ReplaceAll(known.do, "PATH", f.WebhookPath)
	}
	if e.code >= http.StatusInternalServerError {
		return fmt.Sprintf("the proxy answers, and the server behind it does not (%d)", e.code), "See that the server runs: systemctl status milepost, and journalctl -u milepost."
	}
	return fmt.Sprintf("refused (%d)", e.code), "Look into the log of the proxy and of the server: journalctl -u milepost."
}

// endings are statuses with a meaning of their own.
var endings = map[int]struct{ what, do string }{
	http.StatusBadRequest:   {"it could not be read", "See that the webhook's content type is application/json, and look into the server's log: journalctl -u milepost."},
	http.StatusUnauthorized: {"refused for its signature", "See what is said of the webhook secret."},
	http.StatusForbidden: {"something before the server refuses it",
		"Let the proxy or firewall pass POST to PATH without a login: the signature is what tells GitHub from others."},
	http.StatusNotFound: {"nothing takes deliveries there",
		"See that the server runs with --github-repo, and that the proxy hands PATH to it (with --webhook-listen, to that address)."},
	http.StatusMethodNotAllowed:      {"what answers there takes no deliveries", "See that the proxy hands PATH to the server, POST included."},
	http.StatusRequestEntityTooLarge: {"it was too large for what stands before the server", "Let the proxy pass 25 MB (nginx: client_max_body_size 25m)."},
	http.StatusServiceUnavailable:    {"the server is not there, or has too much to take in", "See that the server runs: systemctl status milepost, and journalctl -u milepost."},
}

// judgeDeliveries says whether GitHub reaches the server, by the newest
// delivery.
func (f *facts) judgeDeliveries() []Diagnosis {
	const check = "deliveries"
	_, window := f.window()
	if !f.app {
		return f.judgeLast()
	}
	if f.sent.err != nil {
		return unknown(check, "the deliveries", f.sent.err)
	}
	if len(f.sent.is) == 0 {
		return diagnosed(check, Unchecked, "GitHub has sent nothing in the last "+window, "Open or close a pull request, and ask again.")
	}
	d := f.sent.is[0]
	if d.ok() {
		return allWell(check, "GitHub reaches the server: %s of %s was taken", tame(d.Event), moment(d.At))
	}
	if d.Code == http.StatusUnauthorized {
		return allWell(check, "GitHub reaches the server, which refused %s of %s for its signature (see webhook secret)", tame(d.Event), moment(d.At))
	}
	what, do := reply{d.Code, d.Status}.words(f)
	return diagnosed(check, Problem, fmt.Sprintf("the newest delivery, %s of %s, failed: %s", tame(d.Event), moment(d.At), what), do+thenAgain)
}

// judgeLast says how the last delivery of a repository's webhook went.
func (f *facts) judgeLast() []Diagnosis {
	const check = "deliveries"
	h := f.hook
	switch {
	case h.err != nil:
		return unknown(check, "the webhook", h.err)
	case h.is.Last.Code == 0 && h.is.Last.Message == "":
		return diagnosed(check, Unchecked, "GitHub has sent nothing yet", "Open or close a pull request, and ask again.")
	case h.is.Last.Code/100 == 2:
		return allWell(check, "GitHub reaches the server: the last delivery was taken")
	case h.is.Last.Code == http.StatusUnauthorized:
		return allWell(check, "GitHub reaches the server, which refused the last delivery for its signature (see webhook secret)")
	}
	what, do := reply{h.is.Last.Code, h.is.Last.Message}.words(f)
	return diagnosed(check, Problem, "the last delivery failed: "+what, do)
}

// mine says whether a delivery is about the repository, or about the App's
// installation with its owner.
func (f *facts) mine(d delivered) bool {
	if d.RepositoryID != 0 {
		return f.repo.err != nil || d.RepositoryID == f.repo.is.ID
	}
	return d.InstallationID == 0 || f.installation.err != nil || d.InstallationID == f.installation.is.ID
}

// missed are the newest attempts of the deliveries of which none was taken,
// newest first.
func (f *facts) missed() (out []delivered) {
	taken, seen := map[string]bool{}, map[string]bool{}
	for _, d := range f.sent.is {
		taken[d.GUID] = taken[d.GUID] || d.ok()
	}
	for _, d := range f.sent.is {
		if !taken[d.GUID] && !seen[d.GUID] && f.mine(d) {
			seen[d.GUID] = true
			out = append(out, d)
		}
	}
	return out
}

func (f *facts) judgeMissed() []Diagnosis {
	const check = "missed deliveries"
	_, window := f.window()
	if !f.app {
		return diagnosed(check, Unchecked, "without an App this program does not ask for them", "Look at Recent Deliveries on the webhook's page ("+f.settings("hooks")+").")
	}
	if f.sent.err != nil {
		return unknown(check, "the deliveries", f.sent.err)
	}
	of := "in the last " + window
	if !f.sentWhole {
		of = fmt.Sprintf("among the newest %d", len(f.sent.is))
	}
	missed := f.missed()
	if len(missed) == 0 {
		return allWell(check, "none %s", of)
	}
	oldest := missed[len(missed)-1]
	text := fmt.Sprintf("%s %s did not arrive, the oldest on %s: %s", counted(len(missed), "delivery", "deliveries"), of, moment(oldest.At), f.tally(missed))
	const lost = "Nothing is lost: the server looks at everything every few minutes. "
	if !f.Redeliver {
		return diagnosed(check, Warning, text, lost+"To have GitHub send them again, put right what is said of deliveries, and run milepost doctor --redeliver.")
	}
	return diagnosed(check, Warning, text+". "+f.redelivered(), lost+"In a minute, run milepost doctor without --redeliver to see what came of it.")
}

// tally counts what was missed by how it ended, the most frequent first.
func (f *facts) tally(missed []delivered) string {
	count := map[string]int{}
	for _, d := range missed {
		what, _ := reply{d.Code, d.Status}.words(f)
		count[what]++
	}
	var names []string
	for what := range count {
		names = append(names, what)
	}
	slices.SortFunc(names, func(a, b string) int {
		if count[a] != count[b] {
			return count[b] - count[a]
		}
		return strings.Compare(a, b)
	})
	for i, what := range names {
		names[i] = fmt.Sprintf("%d times %s", count[what], what)
	}
	if len(names) > 5 {
		names = append(names[:5], "and others")
	}
	return strings.Join(names, ", ")
}

// redelivered says what GitHub was asked to send again.
func (f *facts) redelivered() string {
	var failed error
	n := 0
	for _, a := range f.again {
		if a.err != nil {
			failed = a.err
			continue
		}
		n++
	}
	text := fmt.Sprintf("GitHub was asked to send %d of them again", n)
	if failed != nil {
		text += fmt.Sprintf(", and refused %d (%s)", len(f.again)-n, tame(failed.Error()))
	}
	return text
}
