package gitrepo

import (
	"bytes"
	"errors"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/go-git/go-git/v5/plumbing"
)

// Commits and trees are parsed here from their bytes: decoding them into
// go-git's own types takes longer than reading them.

var (
	errBadCommit = errors.New("malformed commit")
	errBadTree   = errors.New("malformed tree")
)

// rawCommit is what is read of a commit.
type rawCommit struct {
	tree      plumbing.Hash
	parents   []plumbing.Hash
	committed time.Time
	message   []byte // of the bytes that were parsed
}

// parseCommit parses a commit. Appending to parents saves an allocation.
func parseCommit(b []byte, parents []plumbing.Hash) (rawCommit, error) {
	c := rawCommit{parents: parents[:0]}
	for {
		line, rest, ok := bytes.Cut(b, []byte{'\n'})
		if !ok && len(line) == 0 {
			break
		}
		b = rest
		if len(line) == 0 {
			c.message = rest
			break
		}
		if err := c.header(line); err != nil {
			return rawCommit{}, err
		}
	}
	if c.tree.IsZero() {
		return rawCommit{}, errBadCommit
	}
	return c, nil
}

func (c *rawCommit) header(line []byte) error {
	key, value, _ := bytes.Cut(line, []byte{' '})
	var ok bool
	switch string(key) {
	case "tree":
		c.tree, ok = parseHash(value)
	case "parent":
		var h plumbing.Hash
		h, ok = parseHash(value)
		c.parents = append(c.parents, h)
	case "committer":
		c.committed, ok = parseDate(value), true
	default:
		ok = true // author, signature and its lines, and what may yet come
	}
	if !ok {
		return errBadCommit
	}
	return nil
}

// firstParent is the zero hash for a root.
func (c *rawCommit) firstParent() plumbing.Hash {
	if len(c.parents) == 0 {
		return plumbing.ZeroHash
	}
	return c.parents[0]
}

func parseHash(b []byte) (h plumbing.Hash, ok bool) {
	if len(b) != 2*len(h) {
		return h, false
	}
	for i := range h {
		hi, lo := unhex(b[2*i]), unhex(b[2*i+1])
		if hi > 15 || lo > 15 {
			return h, false
		}
		h[i] = hi<<4 | lo
	}
	return h, true
}

func unhex(c byte) byte {
	switch {
	case '0' <= c && c <= '9':
		return c - '0'
	case 'a' <= c && c <= 'f':
		return c - 'a' + 10
	case 'A' <= c && c <= 'F':
		return c - 'A' + 10
	}
	return 0xff
}

// maxUnix is the end of the year 9999: later dates have no text that others can read.
const maxUnix = 253402300799

// parseDate reads the date at the end of "name <address> seconds zone". As in
// Git, a date that cannot be read is the start of 1970.
func parseDate(b []byte) time.Time {
	if i := bytes.LastIndexByte(b, '>'); i >= 0 {
		b = b[i+1:]
	}
	number, _, _ := bytes.Cut(bytes.TrimLeft(b, " "), []byte{' '})
	sec, err := strconv.ParseInt(string(number), 10, 64)
	if err != nil {
		sec = 0
	}
	return time.Unix(min(max(sec, 0), maxUnix), 0).UTC()
}

// subject is the first line of a message, in valid UTF-8, without control
// characters and those that turn the direction of text, 200 runes at most.
func subject(message []byte) string {
	line, _, _ := bytes.Cut(bytes.TrimLeft(message, "\r\n"), []byte{'\n'})
	return cleanLine(string(line), 200)
}

func cleanLine(s string, runes int) string {
	s = strings.NewReplacer("\n", " ", "\t", " ").Replace(cleanText(s))
	n := 0
	for i := range s {
		if n == runes {
			s = s[:i]
			break
		}
		n++
	}
	return strings.TrimSpace(s)
}

// cleanText is a text of several lines in valid UTF-8, without control
// characters and those that turn the direction of text.
func cleanText(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return r
		case unicode.IsControl(r), unicode.Is(unicode.Bidi_Control, r):
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, string(utf8.RuneError)))
}

// Modes of tree entries.
const (
	modeDir       = 0o040000
	modeRegular   = 0o100000
	modeSymlink   = 0o120000
	modeSubmodule = 0o160000
	modeType      = 0o170000
)

// entry is an entry of a tree. The zero entry stands for none.
type entry struct {
	mode uint32
	hash plumbing.Hash
}

func (e entry) isDir() bool     { return e.mode&modeType == modeDir }
func (e entry) isRegular() bool { return e.mode&modeType == modeRegular }

// nextEntry parses the first entry of a tree's bytes; size is how many it takes.
func nextEntry(b []byte) (e entry, name []byte, size int, err error) {
	space := bytes.IndexByte(b, ' ')
	if space < 1 || space > 7 {
		return e, nil, 0, errBadTree
	}
	for _, c := range b[:space] {
		if c < '0' || c > '7' {
			return e, nil, 0, errBadTree
		}
		e.mode = e.mode<<3 | uint32(c-'0')
	}
	end := bytes.IndexByte(b[space:], 0) + space
	size = end + 1 + len(e.hash)
	if end < space || size > len(b) || e.mode == 0 {
		return e, nil, 0, errBadTree
	}
	copy(e.hash[:], b[end+1:])
	return e, b[space+1 : end], size, nil
}

// usable reports whether a name in a tree can be the name of a file. Git makes
// no others, but what is pushed need not have been made by Git.
func usable(name []byte) bool {
	switch string(name) {
	case "", ".", "..":
		return false
	}
	return bytes.IndexByte(name, '/') < 0
}

// findEntry returns the entry of that name, or the zero entry.
func findEntry(tree []byte, name string) (entry, error) {
	// Mostly it is not there, which this finds fastest. A hash can hold these
	// bytes too, so that the opposite proves nothing.
	if !bytes.Contains(tree, []byte(" "+name+"\x00")) {
		return entry{}, nil
	}
	for len(tree) > 0 {
		e, n, size, err := nextEntry(tree)
		if err != nil {
			return entry{}, err
		}
		if string(n) == name {
			return e, nil
		}
		tree = tree[size:]
	}
	return entry{}, nil
}
