package webhook

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/tls"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// reply is how a delivery or a ping ended.
type reply struct {
	code int    // 0 where nothing was answered
	why  string // nothing was
}

const (
	pingTime = 10 * time.Second // as long as GitHub waits for an answer
	maxPings = 4                // secrets that are tried
)

// pingAddress is where pings go: to the address that the operator gave and
// nowhere else. It is "" where that is not where deliveries are taken.
func (f *facts) pingAddress() string {
	at := f.ServerURL + f.WebhookPath
	if f.ServerURL == "" || f.OwnListener && f.hook.err == nil && f.hook.is.Config.URL != at {
		return ""
	}
	return at
}

// ping posts a signed ping to the server for each secret, and follows no
// redirect.
func (f *facts) ping(ctx context.Context) (out []reply) {
	at := f.pingAddress()
	if at == "" {
		return nil
	}
	client := &http.Client{Transport: f.Transport, Timeout: pingTime,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	body := fmt.Sprintf(`{"zen":"Milepost looks at its set-up.","repository":{"full_name":%q}}`, f.owner+"/"+f.name)
	for _, secret := range f.Secrets[:min(len(f.Secrets), maxPings)] {
		p := pingOnce(ctx, client, at, body, secret)
		if out = append(out, p); p.code == 0 {
			break
		}
	}
	return out
}

func pingOnce(ctx context.Context, client *http.Client, at, body string, secret Secret) reply {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, at, strings.NewReader(body))
	if err != nil {
		return reply{why: "the address is none"}
	}
	mac := hmac.New(sha256.New, []byte(secret.Reveal()))
	mac.Write([]byte(body))
	for name, value := range map[string]string{
		"Content-Type": "application/json", "User-Agent": "Milepost-Doctor", "X-GitHub-Event": "ping", "X-GitHub-Delivery": "milepost-doctor",
		"X-Hub-Signature-256": "sha256=" + hex.EncodeToString(mac.Sum(nil)),
	} {
		req.Header.Set(name, value)
	}
	res, err := client.Do(req)
	if err != nil {
		return reply{why: whyUnanswered(err)}
	}
	// What stands in the answer is of no interest.
	_, _ = io.CopyN(io.Discard, res.Body, 4<<10)
	_ = res.Body.Close()
	return reply{code: res.StatusCode}
}

// whyUnanswered says why a server gave no answer.
func whyUnanswered(err error) string {
	var name *net.DNSError
	var untrusted *tls.CertificateVerificationError
	var late net.Error
	var asked *url.Error
	switch {
	case errors.As(err, &name):
		return fmt.Sprintf("the name %s is not known here", name.Name)
	case errors.As(err, &untrusted):
		return fmt.Sprintf("its certificate is not trusted here: %v", untrusted.Err)
	case errors.As(err, &late) && late.Timeout():
		return "no answer in time"
	case errors.As(err, &asked):
		err = asked.Err
	}
	return err.Error()
}
