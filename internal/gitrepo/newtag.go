package gitrepo

import (
	"fmt"
	"strings"
	"time"

	"github.com/go-git/go-git/v5/plumbing"
)

// NewTag is an annotated tag to be made.
type NewTag struct {
	Name    string // without refs/tags/
	Commit  string // the hash of the commit that it names
	Message string // control characters are left out
	// Nonce is a word that nobody else chooses, in letters, digits and
	// hyphens, 8 to 100 of them. It becomes the last line of the message,
	// "Nonce: word", so that no two creators make the same object, and each
	// can tell whether the tag is its own. Who tries again after an error
	// gives the same one, and the same Time.
	Nonce       string
	TaggerName  string
	TaggerEmail string    // can be ""
	Time        time.Time // of which the seconds count
}

func badTag(format string, args ...any) error {
	return &Error{Kind: ErrTag, Text: fmt.Sprintf(format, args...)}
}

// encode returns the tag's object. The same tag has the same bytes. The error
// is an ErrTag.
func (n NewTag) encode() ([]byte, error) {
	if err := n.check(); err != nil {
		return nil, err
	}
	message := strings.TrimSpace(cleanText(n.Message))
	if message == "" {
		return nil, badTag("the tag %q has no message", n.Name)
	}
	if !endsInTrailers(message) {
		message += "\n"
	}
	tagger := strings.NewReplacer("<", "", ">", "").Replace(cleanLine(n.TaggerName, 200))
	email := strings.NewReplacer("<", "", ">", "", " ", "").Replace(cleanLine(n.TaggerEmail, 200))
	if tagger = strings.TrimSpace(tagger); tagger == "" {
		return nil, badTag("the tag %q has nobody who makes it", n.Name)
	}
	b := fmt.Appendf(nil, "object %s\ntype commit\ntag %s\ntagger %s <%s> %d +0000\n\n%s\nNonce: %s\n",
		strings.ToLower(n.Commit), n.Name, tagger, email, n.Time.Unix(), message, n.Nonce)
	switch {
	case len(b) > maxTagBytes:
		return nil, badTag("the message of the tag %q is too long: a tag has at most %d KB", n.Name, maxTagBytes>>10)
	case len(unsigned(b)) != len(b):
		return nil, badTag("the message of the tag %q holds what would be taken for a signature", n.Name)
	}
	return b, nil
}

func (n NewTag) check() error {
	_, isHash := parseHash([]byte(n.Commit))
	word := strings.Trim(n.Nonce, "-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz") == ""
	switch {
	case len(n.Name) > 250, plumbing.ReferenceName(tagsPrefix+n.Name).Validate() != nil, cleanText(n.Name) != n.Name:
		return badTag("%q cannot be the name of a tag", cleanLine(n.Name, 100))
	case !isHash:
		return badTag("the tag %q is to name the commit %q, which is not a whole hash", n.Name, cleanLine(n.Commit, 100))
	case !word, len(n.Nonce) < 8, len(n.Nonce) > 100:
		return badTag("the tag %q needs a nonce of 8 to 100 letters, digits and hyphens", n.Name)
	case n.Time.Unix() < 0, n.Time.Unix() > maxUnix:
		return badTag("the tag %q is dated before 1970 or after 9999", n.Name)
	}
	return nil
}

// endsInTrailers reports whether the last of several paragraphs is made of
// lines "Word: text", to which one more can be added:
// https://git-scm.com/docs/git-interpret-trailers
func endsInTrailers(message string) bool {
	i := strings.LastIndex(message, "\n\n")
	if i < 0 {
		return false
	}
	for line := range strings.SplitSeq(message[i+2:], "\n") {
		key, _, ok := strings.Cut(line, ": ")
		if !ok || key == "" || strings.ContainsAny(key, " \t") {
			return false
		}
	}
	return true
}
