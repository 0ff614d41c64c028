package webhook

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"time"
)

// Limits on what is taken in: GitHub sends nothing larger than 25 MB.
const (
	maxBody     = 25 << 20
	maxInFlight = 64 << 20 // bytes of all deliveries at a time
)

// bodyTime is how long a delivery may take to arrive: GitHub waits 10 seconds for
// an answer, and a GitHub Enterprise Server 30.
const bodyTime = 30 * time.Second

// receiver takes in deliveries: it makes hints of those that are signed, and
// has queued them before it answers.
type receiver struct {
	secrets    []Secret
	repository string // owner/name
	branch     func() string
	add        func(Hint)
	log        *slog.Logger
	counted    func(event, outcome string)

	mu       sync.Mutex
	inFlight int64
}

// signatureForm is how GitHub signs: anything else is refused unread.
var signatureForm = regexp.MustCompile(`^sha256=([0-9a-f]{64})$`)

// ServeHTTP implements http.Handler. It answers 202 to all that is signed,
// 401 to what is not, 413 to what is too large, 503 while too much is under
// way, and 400 to what makes no sense.
func (r *receiver) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	// The server's own time is for readers. A writer that cannot be told keeps it.
	_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(bodyTime))
	status, outcome := r.receive(req)
	if status == http.StatusServiceUnavailable {
		w.Header().Set("Retry-After", "10")
	}
	if status == http.StatusMethodNotAllowed {
		w.Header().Set("Allow", http.MethodPost)
	}
	event := req.Header.Get("X-GitHub-Event")
	if events[event] == nil {
		event = "other" // what strangers write becomes no label
	}
	r.counted(event, outcome)
	w.WriteHeader(status)
}

func (r *receiver) receive(req *http.Request) (status int, outcome string) {
	m := signatureForm.FindStringSubmatch(req.Header.Get("X-Hub-Signature-256"))
	switch {
	case req.Method != http.MethodPost:
		return http.StatusMethodNotAllowed, "method"
	case m == nil:
		return http.StatusUnauthorized, "unsigned"
	case req.ContentLength > maxBody:
		return http.StatusRequestEntityTooLarge, "large"
	}
	held := req.ContentLength
	if held < 0 {
		held = maxBody
	}
	if !r.hold(held) {
		return http.StatusServiceUnavailable, "busy"
	}
	defer r.hold(-held)
	body, err := io.ReadAll(io.LimitReader(req.Body, held+1))
	switch {
	case err != nil:
		return http.StatusBadRequest, "unreadable"
	case int64(len(body)) > held:
		return http.StatusRequestEntityTooLarge, "large"
	case !r.signed(body, m[1]):
		return http.StatusUnauthorized, "forged"
	}
	return r.take(req.Header, body)
}

// hold makes room for so many bytes, or, where they are negative, gives it
// back. It says whether there is room.
func (r *receiver) hold(n int64) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.inFlight+n > maxInFlight {
		return false
	}
	r.inFlight += n
	return true
}

// signed says whether any of the secrets signed the body. All are tried.
func (r *receiver) signed(body []byte, signature string) bool {
	given, err := hex.DecodeString(signature)
	if err != nil {
		return false
	}
	ok := false
	for _, s := range r.secrets {
		mac := hmac.New(sha256.New, []byte(s.Reveal()))
		mac.Write(body)
		ok = hmac.Equal(mac.Sum(nil), given) || ok
	}
	return ok
}

// take makes hints of a delivery that is signed.
func (r *receiver) take(h http.Header, body []byte) (status int, outcome string) {
	event := h.Get("X-GitHub-Event")
	hints := events[event]
	log := r.log.With("delivery", clipped(h.Get("X-GitHub-Delivery")), "event", clipped(event))
	if hints == nil {
		log.Debug("delivery of an event that is not taken in")
		return http.StatusAccepted, "unknown"
	}
	if !strings.HasPrefix(h.Get("Content-Type"), "application/json") {
		log.Warn("a delivery is no JSON: set the webhook's content type to application/json")
		return http.StatusBadRequest, "form"
	}
	p, err := parsePayload(bytes.TrimSpace(body))
	if err != nil {
		log.Warn("a delivery could not be read", "error", err)
		return http.StatusBadRequest, "malformed"
	}
	log = log.With("action", clipped(p.Action))
	if !r.mine(p) {
		log.Info("delivery about another repository")
		return http.StatusAccepted, "elsewhere"
	}
	list := hints(p, r.branch())
	for _, hint := range list {
		r.add(hint)
	}
	log.Info("delivery", "repository", r.repository, "pull", p.Number, "head", p.head(), "hints", len(list))
	return http.StatusAccepted, "taken"
}

// mine says whether a delivery is about the repository that is served: an
// App's secret covers the installations of strangers too.
func (r *receiver) mine(p *payload) bool {
	if p.Repository != nil {
		return strings.EqualFold(p.Repository.FullName, r.repository)
	}
	owner, _, _ := strings.Cut(r.repository, "/")
	if p.Installation != nil && p.Installation.Account != nil {
		return strings.EqualFold(p.Installation.Account.Login, owner)
	}
	return false
}

// head is the commit that a payload names, for the log.
func (p *payload) head() string {
	switch {
	case p.PullRequest != nil:
		return clipped(p.PullRequest.Head.SHA)
	case p.CheckRun != nil:
		return clipped(p.CheckRun.HeadSHA)
	case p.CheckSuite != nil:
		return clipped(p.CheckSuite.HeadSHA)
	}
	return ""
}

// clipped is what somebody else wrote, short enough for the log.
func clipped(s string) string {
	if len(s) > 80 {
		return strings.ToValidUTF8(s[:80], "") + "…"
	}
	return s
}

// checkSecrets refuses to start without what deliveries are verified by.
func checkSecrets(secrets []Secret) error {
	if len(secrets) == 0 {
		return errors.New("webhook secret: there is none, and so nobody could be told from GitHub")
	}
	for _, s := range secrets {
		if len(s.Reveal()) < minSecret {
			return errors.New("webhook secret: it is shorter than 12 characters, and could be guessed")
		}
	}
	return nil
}

// minSecret is the length of the shortest secret that is taken, in bytes.
const minSecret = 12
