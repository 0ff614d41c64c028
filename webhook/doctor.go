package webhook

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"
	"unicode"
)

// State is how something stands.
type State string

// States of what was looked at.
const (
	OK        State = "ok"
	Warning   State = "warning"     // it works, and could be better
	Problem   State = "problem"     // it does not work, or not as it must
	Unchecked State = "not checked" // and the text says why
)

// Diagnosis is what was found out about one thing: how it stands, in words, and
// what to do where it is not right. Nothing in it steers a terminal.
type Diagnosis struct {
	Check string `json:"check"`
	State State  `json:"state"`
	Text  string `json:"text"`
	Do    string `json:"do,omitempty"`
}

// Examination is what is known of a set-up beside the account.
type Examination struct {
	Secrets     []Secret // that deliveries are signed by, as the server has them
	ServerURL   string   // of the pages, as people reach them; "" is not known
	WebhookPath string   // where the server takes deliveries
	OwnListener bool     // deliveries are taken elsewhere than beside the pages
	Branch      string   // whose history counts; "" is the default branch
	Root        string   // the directory of frameworks
	Release     bool     // whether versions get tags and releases
	Redeliver   bool     // have missed deliveries sent again

	Progress  func(string)      // told what is looked at [nobody]
	Transport http.RoundTripper // to the server [http.DefaultTransport]
}

// examineTime bounds an examination. Each call has askTime.
const (
	examineTime = 3 * time.Minute
	askTime     = 20 * time.Second
)

// ErrUnreachable says that GitHub did not answer, or with errors of its own, so
// that nothing could be found out.
var ErrUnreachable = errors.New("GitHub cannot be asked")

// Examine looks at a set-up: it reads what GitHub tells of it, posts one signed
// ping for each secret to the server, and judges. It changes nothing, but for
// Redeliver. The error is ErrUnreachable, or that of the context.
func (g *GitHub) Examine(ctx context.Context, o Examination) ([]Diagnosis, error) {
	bounded, cancel := context.WithTimeout(ctx, examineTime)
	defer cancel()
	if o.Progress == nil {
		o.Progress = func(string) {}
	}
	if o.Transport == nil {
		o.Transport = http.DefaultTransport
	}
	o.ServerURL = strings.TrimRight(o.ServerURL, "/")
	f, err := g.gather(bounded, o)
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case err != nil:
		return nil, fmt.Errorf("%w: %s", ErrUnreachable, tame(err.Error()))
	}
	return f.judge(), nil
}

// judge says what the facts come to. It asks nobody and knows no clock.
func (f *facts) judge() []Diagnosis {
	var out []Diagnosis
	for _, look := range []func() []Diagnosis{
		f.judgeClock, f.judgeWho, f.judgeInstallation, f.judgePermissions, f.judgeEvents, f.judgeHook, f.judgeSecret, f.judgeDeliveries,
		f.judgePings, f.judgeMissed, f.judgeCheck, f.judgeApprovals, f.judgeTags, f.judgeMerging, f.judgeRate, f.judgeRepository,
	} {
		out = append(out, look()...)
	}
	for i := range out {
		out[i].Text, out[i].Do = plainly(out[i].Text), plainly(out[i].Do)
	}
	return out
}

func allWell(check, format string, args ...any) []Diagnosis {
	return []Diagnosis{{Check: check, State: OK, Text: fmt.Sprintf(format, args...)}}
}

func diagnosed(check string, s State, text, do string) []Diagnosis {
	return []Diagnosis{{check, s, text, do}}
}

// waiting is what cannot be known before something else is put right.
type waiting struct{ what string }

func (w waiting) Error() string { return w.what }

// What has to be put right before more can be known.
var (
	errNoApp        error = waiting{"GitHub does not take the App's key (see app)"}
	errTokenBlind   error = waiting{"GitHub does not show the repository to the token (see token)"}
	errNotInstalled error = waiting{"the App is not installed with the repository (see installation)"}
	errNoBranch     error = waiting{"there is no such branch (see repository)"}
	errNoHook       error = waiting{"there is no webhook that leads to the server (see webhook)"}
)

// unknown says that something could not be read, and why.
func unknown(check, what string, err error) []Diagnosis {
	var w waiting
	var s *statusError
	switch {
	case errors.As(err, &w):
		return diagnosed(check, Unchecked, w.what, "Put that right first, and ask again.")
	case errors.As(err, &s) && (s.status == http.StatusForbidden || s.status == http.StatusNotFound):
		return diagnosed(check, Unchecked, fmt.Sprintf("%s: GitHub does not show that to this App or token (%d %s)", what, s.status, tame(s.message)),
			"Look at it on GitHub yourself: docs/running.md says how it should be.")
	case errors.As(err, &s) && s.status == http.StatusUnprocessableEntity:
		return diagnosed(check, Unchecked, what+": GitHub gives no token to read it by, since a permission is lacking (see permissions)", "Put that right first, and ask again.")
	case errors.Is(err, context.DeadlineExceeded):
		err = errors.New("GitHub did not answer in time")
	}
	return diagnosed(check, Unchecked, fmt.Sprintf("%s: %s", what, tame(err.Error())), "Ask again in a few minutes. If it stays so, look whether GitHub has an incident (www.githubstatus.com).")
}

// tame is what somebody else wrote, in one short line without anything that
// cannot be seen.
func tame(s string) string {
	const most = 200
	if r := []rune(plainly(s)); len(r) > most {
		return string(r[:most]) + "…"
	}
	return plainly(s)
}

// plainly is a text without what cannot be seen, or steers a terminal.
func plainly(s string) string {
	return strings.Join(strings.FieldsFunc(strings.ToValidUTF8(s, ""), func(r rune) bool {
		return r == '\n' || r == '\r' || r == '\t' || !unicode.IsPrint(r)
	}), " ")
}

// moment is a time as people say it.
func moment(t time.Time) string { return t.UTC().Format("2 January 2006 15:04 UTC") }
