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
	event := req.Header.Get("X-GitHub-Event")
	log := r.log.With("delivery", clipped(req.Header.Get("X-GitHub-Delivery")), "event", clipped(event))
	status, outcome := r.receive(req, log)
	if status == http.StatusServiceUnavailable {
		w.Header().Set("Retry-After", "10")
	}
	if status == http.StatusMethodNotAllowed {
		w.Header().Set("Allow", http.MethodPost)
	}
	if events[event] == nil {
		event = "other" // what strangers write becomes no label
	}
	r.counted(event, outcome)
	w.WriteHeader(status)
}

// receive says in one line of the log what became of a delivery.
func (r *receiver) receive(req *http.Request, log *slog.Logger) (status int, outcome string) {
	room := room{r: r}
	defer room.leave() // once nothing of the body is needed any more
	body, status, outcome := r.read(req, &room)
	if status == 0 {
		return r.take(req.Header, body, log)
	}
	log.Warn("delivery refused", "status", status, "outcome", outcome)
	return status, outcome
}

// read takes in a body that is signed. It is refused where there is a status.
func (r *receiver) read(req *http.Request, room *room) (body []byte, status int, outcome string) {
	m := signatureForm.FindStringSubmatch(req.Header.Get("X-Hub-Signature-256"))
	switch {
	case req.Method != http.MethodPost:
		return nil, http.StatusMethodNotAllowed, "method"
	case m == nil:
		return nil, http.StatusUnauthorized, "unsigned"
	case req.ContentLength > maxBody:
		return nil, http.StatusRequestEntityTooLarge, "large"
	}
	body, err := room.readAll(req.Body)
	switch {
	case errors.Is(err, errNoRoom):
		return nil, http.StatusServiceUnavailable, "busy"
	case errors.Is(err, errTooLarge):
		return nil, http.StatusRequestEntityTooLarge, "large"
	case err != nil:
		return nil, http.StatusBadRequest, "unreadable"
	case !r.signed(body, m[1]):
		return nil, http.StatusUnauthorized, "forged"
	}
	return body, 0, ""
}

// room is what one body has of the room that all have together. It grows with
// what has really come: who announces much and sends nothing takes none.
type room struct {
	r    *receiver
	held int64
}

var (
	errNoRoom   = errors.New("too much is under way")
	errTooLarge = errors.New("larger than GitHub sends")
)

// firstRoom is how much a body begins with, in bytes: most have less.
const firstRoom = 64 << 10

// readAll reads a body to its end, in room that is doubled as it fills up.
func (o *room) readAll(body io.Reader) ([]byte, error) {
	var b []byte
	for {
		if len(b) == cap(b) {
			more := min(max(2*int64(cap(b)), firstRoom), maxBody+1) - int64(cap(b))
			if more == 0 {
				return nil, errTooLarge
			}
			if !o.r.hold(more) {
				return nil, errNoRoom
			}
			o.held += more
			b = append(make([]byte, 0, o.held), b...)
		}
		n, err := body.Read(b[len(b):cap(b)])
		switch b = b[:len(b)+n]; {
		case err == io.EOF && len(b) <= maxBody:
			return b, nil
		case err == io.EOF:
			return nil, errTooLarge
		case err != nil:
			return nil, err
		}
	}
}

// leave gives the room back.
func (o *room) leave() { o.r.hold(-o.held) }

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
func (r *receiver) take(h http.Header, body []byte, log *slog.Logger) (status int, outcome string) {
	event := h.Get("X-GitHub-Event")
	hints := events[event]
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
		log.Info("delivery about another repository", "about", clipped(p.subject()))
		return http.StatusAccepted, "elsewhere"
	}
	list := hints(p, r.branch())
	for _, hint := range list {
		hint.Delivery, hint.Deliveries = clipped(h.Get("X-GitHub-Delivery")), 1
		r.add(hint)
	}
	if p.Number > 0 {
		log = log.With("pull", p.Number)
	}
	if head := p.head(); head != "" {
		log = log.With("head", head)
	}
	log.Info("delivery", "hints", len(list))
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

// subject is whose delivery it is, for the log.
func (p *payload) subject() string {
	switch {
	case p.Repository != nil:
		return p.Repository.FullName
	case p.Installation != nil && p.Installation.Account != nil:
		return p.Installation.Account.Login
	}
	return ""
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
