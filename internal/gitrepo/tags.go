package gitrepo

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"github.com/go-git/go-git/v5/plumbing"
)

// maxMessages caps what the messages of all tags take in memory.
const maxMessages = 64 << 20

// Tag is a tag of a repository. Everything in it was written by whoever can
// push, and proves nothing.
type Tag struct {
	Name      string // without refs/tags/; it can hold any bytes that Git allows
	Object    string // the hash that the reference holds; "" if it holds none
	Annotated bool   // whether that is an object of its own, with a message
	Target    string // the hash of the commit that it names; "" if it names none
	// Tagger is the name of who made an annotated tag, Tagged when by their
	// clock, in UTC.
	Tagger string
	Tagged time.Time
	// Message is that of an annotated tag, without a signature: valid UTF-8,
	// without control characters but for tabs and line ends.
	Message string
	// Problem says, as the end of a sentence about the tag, why it names no
	// commit, or why the message is not here. "" for a tag that can be read.
	Problem string
}

// Tags returns the tags whose names begin with prefix, such as "frameworks/",
// by name, as of now in a local repository, and as of the last Refresh in a
// mirror. Tags that cannot be read, because an object is missing or damaged,
// too large or of another kind, are there too, with a Problem.
//
// Objects that were read before are not read again.
//
// The errors are ErrDamaged if the list itself cannot be read, ErrTooMuch if
// there are more than 100,000 of them, and the context's.
func (r *Repo) Tags(ctx context.Context, prefix string) ([]Tag, error) {
	refs, err := r.tagRefs(ctx, prefix)
	if err != nil {
		return nil, err
	}
	var tags []Tag
	err = r.healing(ctx, func() error {
		var damage error
		tags, damage = r.readTags(ctx, refs)
		return damage
	})
	if errors.Is(err, ErrDamaged) { // which the tags themselves tell
		err = nil
	}
	return tags, err
}

// TagsStamp returns a word that changes whenever the names of the tags or what
// they hold changes. It reads no objects. Who takes it before Tags misses
// nothing. The errors are those of Tags.
func (r *Repo) TagsStamp(ctx context.Context, prefix string) (string, error) {
	refs, err := r.tagRefs(ctx, prefix)
	if err != nil {
		return "", err
	}
	sum := sha256.New()
	for _, ref := range refs {
		fmt.Fprintf(sum, "%s %s %s\n", ref.hash, ref.name, ref.problem)
	}
	return hex.EncodeToString(sum.Sum(nil)[:16]), nil
}

func (r *Repo) tagRefs(ctx context.Context, prefix string) (refs []tagRef, err error) {
	err = r.healing(ctx, func() error {
		if r.mirror != nil && !r.mirror.listed() {
			return badRefs(r.store.dirs, errors.New("packed-refs is missing"))
		}
		refs, err = r.store.dirs.tagRefs(prefix)
		return err
	})
	return refs, err
}

// readTags reads what the references hold. The error is the context's, or an
// ErrDamaged if an object could not be read, and then the tags are whole.
func (r *Repo) readTags(ctx context.Context, refs []tagRef) ([]Tag, error) {
	r.tagsMu.Lock()
	defer r.tagsMu.Unlock()
	fresh := make(map[plumbing.Hash]Tag, len(refs)) // without names, and only of what is there
	tags := make([]Tag, 0, len(refs))
	messages := 0
	var damage error
	for _, ref := range refs {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if ref.problem != "" {
			tags = append(tags, Tag{Name: ref.name, Problem: ref.problem})
			continue
		}
		t, ok := r.tags[ref.hash]
		if !ok {
			var err error
			if t, err = r.readTag(ref.hash); err != nil {
				damage = err
			} else {
				ok = true
			}
		}
		if messages += len(t.Message); messages > maxMessages {
			t.Message, t.Problem = "", "the messages of all tags together are too long, and its own is left out"
		} else if ok {
			fresh[ref.hash] = t
		}
		t.Name = ref.name
		tags = append(tags, t)
	}
	r.tags = fresh
	return tags, damage
}

// readTag reads what a tag's reference holds. With the error, which is an
// ErrDamaged, the tag has the reason as its Problem.
func (r *Repo) readTag(h plumbing.Hash) (t Tag, err error) {
	t.Object = h.String()
	kind, err := r.store.kind(h)
	switch {
	case err != nil:
		t.Problem = "what it names is missing or damaged"
		return t, r.damaged(h, err)
	case kind == plumbing.CommitObject:
		t.Target = t.Object
		return t, nil
	case kind != plumbing.TagObject:
		t.Problem = namesNoCommit(kind)
		return t, nil
	}
	t.Annotated = true
	b, err := r.store.read(plumbing.TagObject, h, nil, maxTagBytes)
	if errors.As(err, new(*tooLargeError)) {
		t.Problem = fmt.Sprintf("its message is longer than the %d KB that are read", maxTagBytes>>10)
		return t, nil
	}
	if err != nil {
		t.Problem = "it is damaged"
		return t, r.damaged(h, err)
	}
	target, kindTold := t.fill(b)
	if t.Problem != "" {
		return t, nil
	}
	kind, err = r.store.kind(target)
	if err != nil {
		t.Target, t.Problem = "", "the commit that it names is missing or damaged"
		return t, r.damaged(target, err)
	}
	if kind != kindTold {
		t.Target, t.Problem = "", "it is damaged"
	}
	return t, nil
}

// fill fills in what the object of an annotated tag says, and returns what it
// names and of what kind that is said to be.
func (t *Tag) fill(b []byte) (target plumbing.Hash, kind plumbing.ObjectType) {
	t.Annotated = true
	raw, ok := parseTag(b)
	if !ok {
		t.Problem = "it is damaged"
		return target, kind
	}
	t.Tagger, t.Tagged, t.Message = raw.tagger, raw.tagged, raw.message
	kind, err := plumbing.ParseObjectType(raw.kind)
	switch {
	case err != nil:
		t.Problem = "it is damaged"
	case kind != plumbing.CommitObject:
		t.Problem = namesNoCommit(kind)
	default:
		t.Target = raw.target.String()
	}
	return raw.target, kind
}

func namesNoCommit(kind plumbing.ObjectType) string {
	switch kind {
	case plumbing.TagObject:
		return "it names another tag and no commit"
	case plumbing.TreeObject:
		return "it names a directory and no commit"
	}
	return "it names a file and no commit"
}
