package webhook

import (
	"fmt"
	"log/slog"
	"os"
	"strings"
)

// Secret is a text that is never printed, whatever prints it: it has to be
// asked for with Reveal. It is held behind a function, so that nothing that
// walks over values finds it.
type Secret struct{ get func() string }

// NewSecret makes a secret. Space around it is left out.
func NewSecret(s string) Secret {
	s = strings.TrimSpace(s)
	return Secret{func() string { return s }}
}

// ReadSecret reads a secret from a file. The error names the file alone.
func ReadSecret(file string) (Secret, error) {
	b, err := os.ReadFile(file)
	if err != nil {
		return Secret{}, fmt.Errorf("reading a secret: %w", err)
	}
	if s := NewSecret(string(b)); !s.Empty() {
		return s, nil
	}
	return Secret{}, fmt.Errorf("reading a secret: %s is empty", file)
}

// Reveal is the secret itself.
func (s Secret) Reveal() string {
	if s.get == nil {
		return ""
	}
	return s.get()
}

// Empty says whether there is none.
func (s Secret) Empty() bool { return s.Reveal() == "" }

const redacted = "(secret)"

// String implements fmt.Stringer.
func (s Secret) String() string { return redacted }

// Format implements fmt.Formatter, for every verb.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(redacted)) }

// MarshalText implements encoding.TextMarshaler, and so JSON.
func (s Secret) MarshalText() ([]byte, error) { return []byte(redacted), nil }

// LogValue implements slog.LogValuer.
func (s Secret) LogValue() slog.Value { return slog.StringValue(redacted) }
