package fakehub

import (
	"crypto/x509"
	"encoding/pem"
	"slices"
)

// Secrets are all texts that nobody but their holders may see: the App's key,
// as it is given out and in its parts, the secrets of webhooks, and every token
// that was minted, made or shown by a call, those that are over as well.
func (h *Hub) Secrets() []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	der := x509.MarshalPKCS1PrivateKey(h.key)
	out := []string{string(pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: der})), string(der), h.key.D.String(), h.key.D.Text(16)}
	for _, p := range h.key.Primes {
		out = append(out, p.String(), p.Text(16))
	}
	out = append(out, h.secret)
	for _, r := range h.reposOf("") {
		for _, k := range r.hooks {
			out = append(out, k.Secret)
		}
	}
	out = append(out, h.held...)
	slices.Sort(out)
	return slices.DeleteFunc(slices.Compact(out), func(s string) bool { return s == "" })
}

// maxHeld bounds how many tokens are remembered, the newest.
const maxHeld = 20_000

// hold remembers a token. Called with mu held.
func (h *Hub) hold(secret string) {
	if n := len(h.held); n > 0 && h.held[n-1] == secret {
		return
	}
	if h.held = append(h.held, secret); len(h.held) > maxHeld {
		h.held = h.held[1:]
	}
}
