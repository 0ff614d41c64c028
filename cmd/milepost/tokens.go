package main

import (
	"crypto/sha256"
	"os"
	"strings"

	"github.com/milepost-dev/milepost/server"
)

// minToken keeps tokens from being guessed.
const minToken = 16

// readTokens reads a token file: name, token and scopes, a line each; # begins a comment.
func readTokens(name string) ([]server.Token, error) {
	b, err := os.ReadFile(name)
	if err != nil {
		return nil, usage("--token-file: %w", err)
	}
	var tokens []server.Token
	for i, line := range strings.Split(string(b), "\n") {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		f := strings.Fields(line)
		if len(f) != 3 || len(f[1]) < minToken || f[2] != "read" && f[2] != "read,drafts" {
			return nil, usage("--token-file: line %d of %s is not a name, a token of at least %d characters, and read or read,drafts", i+1, name, minToken)
		}
		tokens = append(tokens, server.Token{Name: f[0], Hash: sha256.Sum256([]byte(f[1])), Drafts: f[2] == "read,drafts"})
	}
	if len(tokens) == 0 {
		return nil, usage("--token-file: %s holds no token", name)
	}
	return tokens, nil
}
