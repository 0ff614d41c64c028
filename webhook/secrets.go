package webhook

import (
	"fmt"
	"strings"
)

// ReadSecrets reads the secrets that deliveries are signed by: one a line, and
// several while one takes the place of another. Empty lines and those that
// begin with # are left out. The error names the file, and says what is wrong
// with a secret without repeating it.
func ReadSecrets(file string) ([]Secret, error) {
	all, err := ReadSecret(file)
	if err != nil {
		return nil, err
	}
	var out []Secret
	for line := range strings.Lines(all.Reveal()) {
		if s := NewSecret(line); !s.Empty() && !strings.HasPrefix(s.Reveal(), "#") {
			out = append(out, s)
		}
	}
	if err := checkSecrets(out); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return out, nil
}
