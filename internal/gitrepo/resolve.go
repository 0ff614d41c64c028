package gitrepo

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode"

	"github.com/go-git/go-git/v5/plumbing"
)

// Resolve returns the hash of the commit that a revision names: a branch, a
// tag, HEAD or @, a remote-tracking branch such as origin/x, a full reference,
// or a hash of at least four digits; each followed by any number of ~2
// (so many first parents back), ^2 (the second parent) and ^{commit}. Names are
// looked up in Git's order; a branch that is only at origin is found by its own
// name too, and in a mirror origin/x is x. The error is an ErrRevision if there
// is no such commit, or an ErrDamaged.
func (r *Repo) Resolve(ctx context.Context, rev string) (string, error) {
	h, err := r.resolve(ctx, rev)
	if err != nil {
		return "", err
	}
	return h.String(), nil
}

func (r *Repo) resolve(ctx context.Context, rev string) (h plumbing.Hash, err error) {
	base, steps, ok := parseRevision(rev)
	if !ok {
		return h, r.noRevision(rev)
	}
	err = r.healing(ctx, func() error {
		if h, err = r.lookUp(base); err != nil {
			return err
		}
		for _, step := range steps {
			if h, err = r.take(h, step); err != nil {
				return err
			}
		}
		return nil
	})
	if errors.Is(err, errNoRef) {
		err = r.noRevision(rev)
	}
	return h, err
}

func (r *Repo) noRevision(rev string) error {
	return &Error{Kind: ErrRevision, Text: fmt.Sprintf("%s has no branch, tag or commit %q", r.where, rev)}
}

// revisionStep is ~n or ^n.
type revisionStep struct {
	op byte
	n  int
}

// parseRevision splits a revision; ok is false if it can name nothing.
func parseRevision(rev string) (base string, steps []revisionStep, ok bool) {
	end := strings.IndexAny(rev, "~^")
	if end < 0 {
		end = len(rev)
	}
	base, rest := rev[:end], rev[end:]
	if len(rev) > 1000 || base == "" || base[0] == '-' || strings.Contains(base, "..") ||
		strings.ContainsAny(base, " :?*[\\{") || strings.IndexFunc(base, unicode.IsControl) >= 0 {
		return "", nil, false
	}
	if base == "@" {
		base = "HEAD"
	}
	for rest != "" {
		op := rest[0]
		rest = rest[1:]
		if peeled, found := strings.CutPrefix(rest, "{commit}"); found && op == '^' {
			rest = peeled
			continue
		}
		digits := len(rest) - len(strings.TrimLeft(rest, "0123456789"))
		n := 1
		if digits > 0 {
			var err error
			if n, err = strconv.Atoi(rest[:digits]); err != nil {
				return "", nil, false
			}
		}
		rest = rest[digits:]
		if op != '~' && op != '^' {
			return "", nil, false
		}
		steps = append(steps, revisionStep{op, n})
	}
	return base, steps, true
}

// lookUp returns the commit of a name; errNoRef if there is none.
func (r *Repo) lookUp(name string) (plumbing.Hash, error) {
	if h, ok := parseHash([]byte(name)); ok {
		return r.known(h)
	}
	prefixes := []string{"", "refs/", tagsPrefix, headsPrefix, "refs/remotes/", originPrefix}
	if name != "HEAD" && !strings.HasPrefix(name, "refs/") {
		// Other files of the repository's directory are no names of commits.
		prefixes = prefixes[1:]
	}
	h, err := r.branchNamed(name, prefixes...)
	if short, ok := strings.CutPrefix(name, "origin/"); ok && r.mirror != nil && errors.Is(err, errNoRef) {
		h, err = r.branchNamed(short, headsPrefix)
	}
	if errors.Is(err, errNoRef) {
		return r.abbreviated(name)
	}
	if err != nil {
		return h, err
	}
	return r.peel(h)
}

// known peels a hash that somebody gave, which need not be there.
func (r *Repo) known(h plumbing.Hash) (plumbing.Hash, error) {
	if _, err := r.store.kind(h); err != nil {
		return h, errNoRef
	}
	return r.peel(h)
}

// peel follows tags to a commit; errNoRef if they lead to none. The object
// itself must be there.
func (r *Repo) peel(h plumbing.Hash) (plumbing.Hash, error) {
	for range 10 {
		kind, err := r.store.kind(h)
		if err != nil {
			return h, r.damaged(h, err)
		}
		if kind == plumbing.CommitObject {
			return h, nil
		}
		if kind != plumbing.TagObject {
			break
		}
		b, err := r.object(plumbing.TagObject, h, nil)
		if err != nil {
			return h, err
		}
		line, _, _ := bytes.Cut(b, []byte{'\n'})
		target, ok := parseHash(bytes.TrimPrefix(line, []byte("object ")))
		if !ok {
			return h, r.damaged(h, errors.New("malformed tag"))
		}
		h = target
	}
	return h, errNoRef
}

// abbreviated finds the one commit or tag whose hash begins with these digits.
func (r *Repo) abbreviated(digits string) (plumbing.Hash, error) {
	none := plumbing.ZeroHash
	even := digits[:len(digits)&^1]
	prefix, err := hex.DecodeString(even)
	if err != nil || len(digits) < 4 || len(digits) > 40 {
		return none, errNoRef
	}
	hashes, err := r.store.withPrefix(prefix)
	if err != nil {
		return none, fmt.Errorf("looking for commits that begin with %s: %w", digits, err)
	}
	found := none
	for _, h := range hashes {
		if !strings.HasPrefix(h.String(), strings.ToLower(digits)) {
			continue
		}
		c, err := r.peel(h)
		if errors.Is(err, errNoRef) { // a tree or a file
			continue
		}
		if err != nil {
			return none, err
		}
		if !found.IsZero() && found != c {
			return none, &Error{Kind: ErrRevision, Text: fmt.Sprintf("%q is the beginning of more than one commit's hash: give more of it", digits)}
		}
		found = c
	}
	if found.IsZero() {
		return none, errNoRef
	}
	return found, nil
}

// take goes from a commit to one of its ancestors; errNoRef if there is none.
func (r *Repo) take(h plumbing.Hash, step revisionStep) (plumbing.Hash, error) {
	times, nth := 1, step.n
	if step.op == '~' {
		times, nth = step.n, 1
	}
	if nth == 0 {
		return h, nil
	}
	var buf []byte
	var err error
	for range times {
		if buf, err = r.object(plumbing.CommitObject, h, buf); err != nil {
			return h, err
		}
		c, err := parseCommit(buf, nil)
		if err != nil {
			return h, r.damaged(h, err)
		}
		if len(c.parents) < nth {
			return h, errNoRef
		}
		h = c.parents[nth-1]
	}
	return h, nil
}
