package webhook

import (
	"bytes"
	"context"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"
)

// scope is what a token is for. Each has the permissions that it needs alone.
type scope int

const (
	asApp     scope = iota // the App itself: who it is, where it is installed
	reading                // fetches
	checking               // reads, and writes checks and comments
	releasing              // makes tags and releases
)

// permissions are those of the App's tokens, by what they are for.
var permissions = map[scope]map[string]string{
	reading:   {"contents": "read", "metadata": "read"},
	checking:  {"contents": "read", "checks": "write", "pull_requests": "write", "metadata": "read"},
	releasing: {"contents": "write", "metadata": "read"},
}

// auth has the tokens: those of a GitHub App, minted as they are needed, or
// one that somebody gave.
type auth struct {
	api         *url.URL // ends with a slash
	owner, name string
	appID       int64
	key         *rsa.PrivateKey // nil without an App
	plain       Secret
	now         func() time.Time
	send        http.RoundTripper

	mu           sync.Mutex
	installation int64
	minted       map[scope]minted
}

type minted struct {
	token   Secret
	expires time.Time
}

// parseKey reads an App's private key, as GitHub gives it out.
func parseKey(s Secret) (*rsa.PrivateKey, error) {
	block, _ := pem.Decode([]byte(s.Reveal()))
	if block == nil {
		return nil, errors.New("the App's key is not in PEM form")
	}
	if key, err := x509.ParsePKCS1PrivateKey(block.Bytes); err == nil {
		return key, nil
	}
	any, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if key, ok := any.(*rsa.PrivateKey); ok && err == nil {
		return key, nil
	}
	return nil, errors.New("the App's key is no RSA key")
}

// app says whether checks are written as a GitHub App.
func (a *auth) app() bool { return a.key != nil }

// early is how long before its end a token is given up.
const early = 5 * time.Minute

// token is a token for a scope. The error says what GitHub answered.
func (a *auth) token(ctx context.Context, s scope) (Secret, error) {
	switch {
	case !a.app():
		return a.plain, nil
	case s == asApp:
		return a.jwt()
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if t := a.minted[s]; a.now().Before(t.expires.Add(-early)) {
		return t.token, nil
	}
	t, err := a.mint(ctx, s)
	if err != nil {
		return Secret{}, err
	}
	if a.minted == nil {
		a.minted = map[scope]minted{}
	}
	a.minted[s] = t
	return t.token, nil
}

// forget drops a token that was refused, and where the App is installed: it
// may have been installed anew.
func (a *auth) forget(s scope, used Secret) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.minted[s].token.Reveal() == used.Reveal() {
		delete(a.minted, s)
		a.installation = 0
	}
}

// held is the token of a scope as it is kept, empty for none.
func (a *auth) held(s scope) Secret {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.minted[s].token
}

// jwt says who the App is, for nine minutes.
func (a *auth) jwt() (Secret, error) {
	at := a.now().Unix()
	part := base64.RawURLEncoding.EncodeToString
	// A minute of difference between the clocks does no harm.
	text := part([]byte(`{"alg":"RS256","typ":"JWT"}`)) + "." + part(fmt.Appendf(nil, `{"iat":%d,"exp":%d,"iss":"%d"}`, at-60, at+540, a.appID))
	sum := sha256.Sum256([]byte(text))
	sig, err := rsa.SignPKCS1v15(rand.Reader, a.key, crypto.SHA256, sum[:])
	if err != nil {
		return Secret{}, fmt.Errorf("signing as the App: %w", err)
	}
	return NewSecret(text + "." + part(sig)), nil
}

// mint asks for a token for this repository alone. Called with mu held.
func (a *auth) mint(ctx context.Context, s scope) (minted, error) {
	if a.installation == 0 {
		var found struct{ ID int64 }
		if err := a.call(ctx, http.MethodGet, fmt.Sprintf("repos/%s/%s/installation", a.owner, a.name), nil, &found); err != nil {
			return minted{}, fmt.Errorf("asking where the App is installed: %w", err)
		}
		a.installation = found.ID
	}
	var got struct {
		Token     string
		ExpiresAt time.Time `json:"expires_at"`
	}
	asked := map[string]any{"permissions": permissions[s], "repositories": []string{a.name}}
	if err := a.call(ctx, http.MethodPost, fmt.Sprintf("app/installations/%d/access_tokens", a.installation), asked, &got); err != nil {
		a.installation = 0
		return minted{}, fmt.Errorf("asking for a token: %w", err)
	}
	return minted{NewSecret(got.Token), got.ExpiresAt}, nil
}

// call makes a request as the App.
func (a *auth) call(ctx context.Context, method, path string, in, out any) error {
	var body io.Reader
	if in != nil {
		b, err := json.Marshal(in)
		if err != nil {
			return err
		}
		body = bytes.NewReader(b)
	}
	req, err := http.NewRequestWithContext(ctx, method, a.api.String()+path, body)
	if err != nil {
		return err
	}
	token, err := a.jwt()
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "Bearer "+token.Reveal())
	req.Header.Set("Accept", "application/vnd.github+json")
	if in != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	res, err := a.send.RoundTrip(req)
	if err != nil {
		return err
	}
	defer func() { _ = res.Body.Close() }()
	// It is not waited for here, where others wait for the token.
	if wait, limited := (patient{now: a.now}).wait(res); limited {
		return &laterError{wait, "GitHub asks to wait"}
	}
	b, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer))
	if err != nil {
		return err
	}
	if res.StatusCode/100 != 2 {
		var said struct{ Message string }
		_ = json.Unmarshal(b, &said) // what is no JSON says nothing
		return &statusError{res.StatusCode, said.Message}
	}
	return json.Unmarshal(b, out)
}

// maxAnswer bounds what is read of an answer, in bytes.
const maxAnswer = 4 << 20

// statusError is an answer that is not a success.
type statusError struct {
	status  int
	message string
}

func (e *statusError) Error() string {
	return strings.TrimSpace(fmt.Sprintf("GitHub answers %d %s", e.status, clipped(e.message)))
}

// authorised sends requests with the token of a scope. One that is refused as
// unknown is minted anew, once.
type authorised struct {
	auth  *auth
	scope scope
	next  http.RoundTripper
}

// RoundTrip implements http.RoundTripper.
func (t authorised) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.URL.Host != t.auth.api.Host || req.URL.Scheme != t.auth.api.Scheme {
		return nil, fmt.Errorf("a request leads to %s, which gets no token", clipped(req.URL.Host))
	}
	for try := 0; ; try++ {
		token, err := t.auth.token(req.Context(), t.scope)
		if err != nil {
			return nil, err
		}
		again, err := replay(req)
		if err != nil {
			return nil, err
		}
		again.Header.Set("Authorization", "Bearer "+token.Reveal())
		res, err := t.next.RoundTrip(again)
		if err != nil || res.StatusCode != http.StatusUnauthorized || try > 0 || !t.auth.app() {
			return res, err
		}
		t.auth.forget(t.scope, token)
		_ = res.Body.Close()
	}
}

// replay is a copy of a request that can be sent.
func replay(req *http.Request) (*http.Request, error) {
	out := req.Clone(req.Context())
	if req.GetBody != nil {
		var err error
		if out.Body, err = req.GetBody(); err != nil {
			return nil, err
		}
	}
	return out, nil
}
