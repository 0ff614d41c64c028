package gitrepo

import (
	"bytes"
	"strings"
	"time"

	"github.com/go-git/go-git/v5/plumbing"
)

// maxTagBytes caps the object of an annotated tag, the message included. What
// is larger was not made by a release.
const maxTagBytes = 64 << 10

// rawTag is what is read of an annotated tag.
type rawTag struct {
	target  plumbing.Hash
	kind    string // of the target: commit, tree, blob or tag
	tagger  string // the name
	tagged  time.Time
	message string
}

// parseTag parses the object of an annotated tag; ok is false if it is none.
// It begins with lines "object", "type" and "tag" in this order; "tagger" is
// missing in very old ones: https://git-scm.com/docs/git-mktag
func parseTag(b []byte) (t rawTag, ok bool) {
	head, message, _ := bytes.Cut(b, []byte("\n\n"))
	lines := bytes.SplitN(head, []byte{'\n'}, 5)
	if len(lines) < 3 {
		return t, false
	}
	object, isObject := bytes.CutPrefix(lines[0], []byte("object "))
	kind, isKind := bytes.CutPrefix(lines[1], []byte("type "))
	isTag := bytes.HasPrefix(lines[2], []byte("tag "))
	if t.target, ok = parseHash(object); !ok || !isObject || !isKind || !isTag {
		return t, false
	}
	t.kind = string(kind)
	if len(lines) > 3 {
		if tagger, ok := bytes.CutPrefix(lines[3], []byte("tagger ")); ok {
			name, _, _ := bytes.Cut(tagger, []byte{'<'})
			t.tagger, t.tagged = cleanLine(string(name), 200), parseDate(tagger)
		}
	}
	t.message = strings.TrimSpace(cleanText(string(unsigned(message))))
	return t, true
}

// signatures are the lines that a signature can begin with:
// https://git-scm.com/docs/gitformat-signature
var signatures = []string{
	"-----BEGIN PGP SIGNATURE-----", "-----BEGIN PGP MESSAGE-----", "-----BEGIN SSH SIGNATURE-----", "-----BEGIN SIGNED MESSAGE-----",
}

// unsigned is a tag's message without the signature after it.
func unsigned(message []byte) []byte {
	end := len(message)
	for _, s := range signatures {
		if bytes.HasPrefix(message, []byte(s)) {
			return nil
		}
		if i := bytes.LastIndex(message, []byte("\n"+s)); i >= 0 {
			end = min(end, i+1)
		}
	}
	return message[:end]
}
