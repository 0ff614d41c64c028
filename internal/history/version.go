// Package history knows which text of a framework was in force when. It walks
// the first-parent history of a repository once, compiles each distinct tree,
// and holds the outcome as one immutable Snapshot, which a Store swaps whole.
// Readers take a Snapshot and never lock.
package history

import (
	"encoding/json"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/milepost-dev/milepost/internal/compile"
	"github.com/milepost-dev/milepost/internal/diag"
	"github.com/milepost-dev/milepost/internal/ladder"
)

// Version is one text of a framework that came into force, or will. Its
// interval is half-open: from EffectiveFrom until the next version's.
type Version struct {
	Framework     string      // the id that the framework had then
	Number        string      // "1.4.0"; of a coming edition "2.0.0-next.20270105T101500Z"
	Previous      string      // the number before, "" for the first
	Bump          string      // "major", "minor", "patch"; "" for the first
	Digest        string      // of the canonical form, "" where Removed
	Title         string      // the framework's title then
	Kind          ladder.Kind //
	RecordedAt    time.Time   // when the branch came to hold it
	EffectiveFrom time.Time   // from when it is in force; zero for an edition without a date
	InForceFrom   time.Time   // when it became what is answered: later than EffectiveFrom for a correction
	Commit, Tree  string      // Git's names, in hexadecimal
	PullRequest   int         // the pull request that brought it, 0 where none is known
	Subject       string      // the commit's first line
	Removed       bool        // the framework was deleted: there is no text
	Working       bool        // not committed: the working copy
	Edition       bool        // it stood in next/ before
	Coming        bool        // an edition that is not in force yet

	Said     ladder.Directives // the directives that count for this change
	Findings diag.List         // about directives that do not

	judged *judgement
	tag    *claim // that gives the number, nil where none does
	stored atomic.Pointer[stored]
	mu     sync.Mutex // held while the answer is encoded
	hot    atomic.Pointer[[]byte]
}

// stored is a version's text, gzipped, as the one copy that is kept of it:
// the canonical form at first, and from the first request on the answer that
// has the canonical form in it.
type stored struct {
	gz       []byte
	answer   bool
	from, to int // where the canonical form stands in an answer
	length   int // bytes of the answer
}

// VersionInfo is a version as the API and the command print it. Nothing in it
// changes once the version exists.
type VersionInfo struct {
	Framework     string      `json:"framework"`
	Number        string      `json:"number"`
	Provisional   bool        `json:"provisional"`
	Title         string      `json:"title"`
	Kind          ladder.Kind `json:"kind"`
	Bump          string      `json:"bump,omitempty"`
	Previous      string      `json:"previous,omitempty"`
	RecordedAt    *time.Time  `json:"recorded_at,omitempty"`
	EffectiveFrom *time.Time  `json:"effective_from,omitempty"`
	Digest        string      `json:"digest,omitempty"`
	Commit        string      `json:"commit,omitempty"`
	Tree          string      `json:"tree,omitempty"`
	PullRequest   int         `json:"pull_request,omitempty"`
	Corrects      string      `json:"corrects,omitempty"`
	Removed       bool        `json:"removed,omitempty"`
	Edition       bool        `json:"edition,omitempty"`
	WorkingCopy   bool        `json:"working_copy,omitempty"`
}

// Info is what is known of the version. A number is provisional until a tag
// gives it.
func (v *Version) Info() VersionInfo {
	info := VersionInfo{
		Framework: v.Framework, Number: v.Number, Provisional: v.tag == nil, Title: v.Title, Kind: v.Kind,
		Bump: v.Bump, Previous: v.Previous, Digest: v.Digest, Commit: v.Commit, Tree: v.Tree,
		PullRequest: v.PullRequest, Removed: v.Removed, Edition: v.Edition, WorkingCopy: v.Working,
	}
	if v.tag != nil && v.tag.pull > 0 {
		info.PullRequest = v.tag.pull
	}
	if v.Said.Correction != nil {
		info.Corrects = v.Said.Correction.Of
	}
	if !v.RecordedAt.IsZero() {
		info.RecordedAt = &v.RecordedAt
	}
	if !v.EffectiveFrom.IsZero() {
		info.EffectiveFrom = &v.EffectiveFrom
	}
	return info
}

// Tagged says whether a tag gives the number: it is then for ever.
func (v *Version) Tagged() bool { return v.tag != nil }

// Approvals are who approved and who merged the change, as its tag says.
func (v *Version) Approvals() (approvedBy []string, mergedBy string) {
	if v.tag == nil {
		return nil, ""
	}
	return v.tag.approvedBy, v.tag.mergedBy
}

// Category is what the change means for people, "" for the first version.
func (v *Version) Category() ladder.Category {
	if v.judged == nil {
		return ""
	}
	return v.judged.Category
}

// Rules are the rules that recognised the version's changes, sorted.
func (v *Version) Rules() []string {
	if v.judged == nil {
		return nil
	}
	return v.judged.Rules
}

// Headline says in a line what changed for whom.
func (v *Version) Headline() string {
	if v.judged == nil {
		return ""
	}
	return v.judged.Headline
}

// Canonical is the version's text in canonical form, nil where it was removed.
func (v *Version) Canonical() ([]byte, error) {
	st := v.stored.Load()
	if v.Removed || st == nil {
		return nil, nil
	}
	plain, err := compile.Decompress(st.gz)
	if err != nil {
		return nil, fmt.Errorf("%s %s: %w", v.Framework, v.Number, err)
	}
	if st.answer {
		plain = plain[st.from:st.to]
	}
	return plain, nil
}

// Text decodes the version's text. It makes a new value at each call; the
// error says that what is stored cannot be read.
func (v *Version) Text() (*ladder.Framework, error) {
	b, err := v.Canonical()
	if err != nil || b == nil {
		return nil, err
	}
	var f ladder.Framework
	if err := json.Unmarshal(b, &f); err != nil {
		return nil, fmt.Errorf("decoding %s %s: %w", v.Framework, v.Number, err)
	}
	return &f, nil
}

// Document is a version with its text, as the API serves it.
type Document struct {
	Version   VersionInfo     `json:"version"`
	Framework json.RawMessage `json:"framework"`
}

// Body is a version's answer as JSON, encoded once. It must not be changed.
type Body struct {
	Gzip   []byte
	Length int // bytes, before compression
}

// Body is the version's answer, made at the first call.
func (v *Version) Body() (Body, error) {
	st := v.stored.Load()
	if st == nil || !st.answer {
		var err error
		if st, err = v.encode(); err != nil {
			return Body{}, fmt.Errorf("encoding %s %s: %w", v.Framework, v.Number, err)
		}
	}
	return Body{Gzip: st.gz, Length: st.length}, nil
}

// Identity is the version's answer uncompressed. It is at hand for a version
// that is in force; for an older one it is made anew at each call.
func (v *Version) Identity() ([]byte, error) {
	if hot := v.hot.Load(); hot != nil {
		return *hot, nil
	}
	b, err := v.Body()
	if err != nil {
		return nil, err
	}
	return compile.Decompress(b.Gzip)
}

func (v *Version) encode() (*stored, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if st := v.stored.Load(); st != nil && st.answer {
		return st, nil
	}
	canonical, err := v.Canonical()
	if err != nil {
		return nil, err
	}
	info, err := json.Marshal(v.Info())
	if err != nil {
		return nil, err
	}
	if canonical == nil {
		canonical = []byte("null")
	}
	head := fmt.Sprintf(`{"version":%s,"framework":`, info)
	plain := make([]byte, 0, len(head)+len(canonical)+2)
	plain = append(append(append(plain, head...), canonical...), "}\n"...)
	gz, err := compile.Compress(plain)
	if err != nil {
		return nil, err
	}
	st := &stored{gz: gz, answer: true, from: len(head), to: len(head) + len(canonical), length: len(plain)}
	v.stored.Store(st)
	return st, nil
}

// gz is the canonical form, gzipped, nil where there is no text.
func (v *Version) gz() []byte {
	st := v.stored.Load()
	if st == nil || !st.answer {
		if st == nil {
			return nil
		}
		return st.gz
	}
	plain, err := v.Canonical()
	if err != nil {
		return nil
	}
	gz, err := compile.Compress(plain)
	if err != nil {
		return nil
	}
	return gz
}

// heat keeps the uncompressed answer at hand, cool gives it up.
func (v *Version) heat() error {
	if v.hot.Load() != nil {
		return nil
	}
	plain, err := v.Identity()
	if err == nil {
		v.hot.Store(&plain)
	}
	return err
}

func (v *Version) cool() { v.hot.Store(nil) }
