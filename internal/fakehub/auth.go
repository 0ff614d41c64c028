package fakehub

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Kinds of actors.
const (
	anonymous = iota
	asApp     // the App itself, by its JSON web token
	asInstallation
	asUser
	asNobody // by credentials that are not good
)

// actor is who calls.
type actor struct {
	kind    int
	login   string
	token   *token
	problem string // why the credentials are not good
}

// token is an installation's or a user's.
type token struct {
	login       string
	install     *installation // nil of a user
	permissions map[string]string
	repos       []int // nil: all of the installation's
	expires     time.Time
}

// installation is the App with one account.
type installation struct {
	id                 int
	account            *user
	permissions        map[string]string // those that were accepted
	created, suspended time.Time
}

func (h *Hub) install(owner string) *installation {
	i := &installation{id: h.nextID(), account: h.account(owner, "Organization"), permissions: maps.Clone(h.opts.Permissions), created: h.now()}
	h.installed[owner] = i
	return i
}

// identify finds out who calls. Git gives the token as a password, of any user
// name.
func (h *Hub) identify(r *http.Request) actor {
	header := r.Header.Get("Authorization")
	if header == "" {
		return actor{kind: anonymous, login: "anonymous"}
	}
	if _, password, ok := r.BasicAuth(); ok {
		return h.byToken(password)
	}
	scheme, secret, _ := strings.Cut(header, " ")
	if !strings.EqualFold(scheme, "bearer") && !strings.EqualFold(scheme, "token") {
		return actor{kind: asNobody, login: "?", problem: "Bad credentials"}
	}
	if strings.Count(secret, ".") == 2 && strings.EqualFold(scheme, "bearer") {
		h.hold(secret)
		if problem := h.checkJWT(secret); problem != "" {
			return actor{kind: asNobody, login: "?", problem: problem}
		}
		return actor{kind: asApp, login: appSlug}
	}
	return h.byToken(secret)
}

func (h *Hub) byToken(secret string) actor {
	t := h.tokens[secret]
	if t == nil || !t.expires.IsZero() && !h.now().Before(t.expires) {
		return actor{kind: asNobody, login: "?", problem: "Bad credentials"}
	}
	if t.install != nil {
		return actor{kind: asInstallation, login: t.login, token: t}
	}
	return actor{kind: asUser, login: t.login, token: t}
}

const notDecoded = "A JSON web token could not be decoded"

// checkJWT returns why a JSON web token is not the App's:
// https://docs.github.com/apps/creating-github-apps/authenticating-with-a-github-app/generating-a-json-web-token-jwt-for-a-github-app
func (h *Hub) checkJWT(text string) string {
	part := strings.Split(text, ".")
	var header struct{ Alg string }
	var claims struct {
		Iat, Exp *float64
		Iss      any
	}
	signature, err := base64.RawURLEncoding.DecodeString(part[2])
	if err != nil || !decodePart(part[0], &header) || !decodePart(part[1], &claims) || header.Alg != "RS256" {
		return notDecoded
	}
	sum := sha256.Sum256([]byte(part[0] + "." + part[1]))
	if rsa.VerifyPKCS1v15(&h.key.PublicKey, crypto.SHA256, sum[:], signature) != nil {
		return notDecoded
	}
	at := float64(h.opts.Now().Unix())
	switch {
	case fmt.Sprint(claims.Iss) != strconv.Itoa(appID):
		return "Integration not found"
	case claims.Iat == nil || *claims.Iat > at+60:
		return "'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued"
	case claims.Exp == nil || *claims.Exp <= at:
		return "'Expiration time' claim ('exp') must be a numeric value representing the future time at which the assertion expires"
	case *claims.Exp > at+600:
		return "'Expiration time' claim ('exp') is too far in the future"
	}
	return ""
}

func decodePart(part string, into any) bool {
	b, err := base64.RawURLEncoding.DecodeString(part)
	return err == nil && json.Unmarshal(b, into) == nil
}

// UserToken returns a token of a person, who can do what their role in each
// repository allows. It does not expire.
func (h *Hub) UserToken(login string) string {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.account(login, "User")
	return h.newToken("ghp_", &token{login: login})
}

// newToken makes a token that cannot be mistaken for anything secret, and
// forgets those that are over.
func (h *Hub) newToken(prefix string, t *token) string {
	for secret, old := range h.tokens {
		if !old.expires.IsZero() && !h.now().Before(old.expires) {
			delete(h.tokens, secret)
		}
	}
	sum := sha256.Sum256(fmt.Appendf(nil, "token %d", h.nextID()))
	secret := prefix + "fake" + fmt.Sprintf("%x", sum)[:32]
	h.tokens[secret] = t
	h.hold(secret)
	return secret
}

// tokenLife is how long an installation's token is good.
const tokenLife = time.Hour

var levels = map[string]int{"": 0, "none": 0, "read": 1, "triage": 1, "write": 2, "maintain": 2, "admin": 3}

// needs of routes that are not about a repository's permissions.
const (
	needNothing      = "nothing"
	needApp          = "app"
	needInstallation = "installation"
	needUser         = "user"
)

// authorize returns why the actor may not, nil if it may.
func (c *call) authorize(need string) *refusal {
	switch who := c.who; {
	case who.kind == asNobody:
		return &refusal{status: http.StatusUnauthorized, message: who.problem}
	case need == needNothing:
		return nil
	case who.kind == anonymous:
		return &refusal{status: http.StatusUnauthorized, message: "Requires authentication", problems: []string{"there is no authorization"}}
	case need == needApp:
		if who.kind != asApp {
			return &refusal{status: http.StatusUnauthorized, message: notDecoded}
		}
		return nil
	case need == needInstallation && who.kind == asInstallation, need == needUser && who.kind == asUser:
		return c.suspended()
	case need == needInstallation, need == needUser, who.kind == asApp:
		return forbidden("Resource not accessible by integration")
	}
	return c.permit(need)
}

func forbidden(message string) *refusal {
	return &refusal{status: http.StatusForbidden, message: message}
}

func (c *call) suspended() *refusal {
	if i := c.who.token.install; i != nil && !i.suspended.IsZero() {
		return forbidden("This installation has been suspended")
	}
	return nil
}

// permit checks "permission:level", or one of several with | between.
func (c *call) permit(need string) *refusal {
	if c.repo == nil {
		return notFound()
	}
	if r := c.suspended(); r != nil {
		return r
	}
	if !c.sees() {
		return notFound()
	}
	for one := range strings.SplitSeq(need, "|") {
		name, level, _ := strings.Cut(one, ":")
		if levels[c.granted(name)] >= levels[level] {
			return nil
		}
		if name == "checks" && level == "write" && c.who.kind == asUser {
			return forbidden("You must authenticate via a GitHub App.")
		}
	}
	if c.who.kind == asInstallation {
		return forbidden("Resource not accessible by integration")
	}
	return forbidden("Must have admin rights to Repository.")
}

// sees reports whether the repository is there for the actor.
func (c *call) sees() bool {
	t := c.who.token
	if t.install == nil {
		return !c.repo.private || c.repo.roles[t.login] != ""
	}
	mine := t.install == c.hub.installed[c.repo.owner] && (t.repos == nil || slices.Contains(t.repos, c.repo.id))
	return mine || !c.repo.private
}

// granted is the level of a permission that the actor has on the repository.
func (c *call) granted(name string) string {
	t := c.who.token
	if t.install != nil {
		if t.install != c.hub.installed[c.repo.owner] || t.repos != nil && !slices.Contains(t.repos, c.repo.id) {
			return "read" // a public repository of others
		}
		if name == "metadata" {
			return "read"
		}
		return t.permissions[name]
	}
	role := c.repo.roles[t.login]
	switch {
	case name == "administration" || name == "repository_hooks":
		if role != "admin" {
			return ""
		}
	case name == "checks":
		return "read"
	case role == "":
		return "read"
	case levels[role] == 3:
		return "write"
	}
	return role
}
